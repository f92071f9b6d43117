"""A suspended card earns nothing, uses nothing, loses nothing, and says why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Account, Decision, ReasonCode, RefusalCode, Refused
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Absorption,
    Activity,
    Event,
    Hold,
    Joining,
    Leaving,
    MergedPart,
    Merger,
    Payment,
    Restoration,
    Resumption,
    Return,
    RewardRequest,
    StatusGrant,
    Suspension,
    Tick,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.separating import separation_of
from assidu.decisions.state import Held, LotKey, Membership, Moved, State
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_programme, a_rule
from builders.member import AMember
from builders.sales import a_sale, on

EXPIRES = BASE + "expires: {months: 2}\n"
LATER = BASE + "pending: {days: 10}\nexpires: {months: 2}\n"
LOST = "{until_event: visit, days: 10, otherwise: lost, expires_from_earning: true}"
STARS = f"  - {{code: stars, kind: points, name: {{fr: é, en: s}}, pending: {LOST}}}\n"


def a_plan(*rules: str, more: str = "") -> Plan:
    return compile_plan(a_document(*rules, more=more), version=1)


class Customer:
    """Somebody's history under one plan, decided event after event, night work included."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = State()
        self.does(Joining(on("2026-01-02")))

    def does(self, event: Event, *, has_happened: bool = False) -> Decision:
        decision = self.tries(event, has_happened=has_happened)
        assert isinstance(decision, Decision), decision
        written = decision_from(decision_record(decision), decision.plan_version, decision.postings)
        assert written == replace(decision, reasons=())
        self.state = evolve(self.state, decision)
        kept = state_from(state_record(self.state), self.state.seq, self.state.lots, self.state.debts)
        assert kept == self.state
        return decision

    def tries(self, event: Event, *, has_happened: bool = False) -> Decision | Refused:
        return decide(self.plan, Facts(self.state, has_happened=has_happened), event, trace=True)

    def wakes(self, day: str) -> None:
        """Everything that is due up to a day."""
        while (due := next_due(self.state)) is not None and due <= date.fromisoformat(day):
            self.does(Tick(on(due, 0), due))

    @property
    def points(self) -> int:
        return self.state.available("points")


@pytest.fixture
def customer() -> Customer:
    return Customer(a_plan(EXPIRES))


def test_a_suspended_card_earns_nothing_and_the_rule_says_why(customer: Customer) -> None:
    customer.does(Suspension(on("2026-02-01")))
    decision = customer.does(a_sale(1000, at=on("2026-02-02")))
    assert decision.awards == ()
    assert [reason.code for reason in decision.reasons] == [ReasonCode.SUSPENDED]
    assert decision.inputs is not None
    assert decision.inputs.is_suspended


def test_an_activity_of_a_suspended_card_is_known_and_earns_nothing() -> None:
    rule = a_rule("{fixed: 5}", "trigger: activity", "activity: review")
    customer = Customer(a_plan(BASE, rule))
    customer.does(Suspension(on("2026-02-01")))
    decision = customer.does(Activity(on("2026-02-02"), "review"))
    assert decision.awards == ()
    assert [reason.code for reason in decision.reasons] == [ReasonCode.SUSPENDED]


def test_a_payment_with_a_suspended_card_is_refused_for_that_reason(customer: Customer) -> None:
    customer.does(a_sale(100_00, at=on("2026-01-10")))
    customer.does(Suspension(on("2026-02-01")))
    paid = a_sale(1000, at=on("2026-02-02"), payments=[Payment("points", 50)])
    assert customer.tries(paid) == Refused(RefusalCode.SUSPENDED)
    assert customer.tries(Hold(on("2026-02-02"), (Payment("points", 50),), 15)) == Refused(
        RefusalCode.SUSPENDED
    )
    assert customer.tries(StatusGrant(on("2026-02-02"), "gold")) == Refused(RefusalCode.SUSPENDED)
    assert customer.tries(RewardRequest(on("2026-02-02"), "any")) == Refused(RefusalCode.SUSPENDED)


def test_what_was_paid_while_the_till_was_cut_off_is_told_as_not_covered(customer: Customer) -> None:
    customer.does(a_sale(100_00, at=on("2026-01-10")))
    customer.does(Suspension(on("2026-02-01")))
    paid = a_sale(1000, at=on("2026-02-02"), payments=[Payment("points", 50)])
    decision = customer.does(paid, has_happened=True)
    assert [shortfall.quantity for shortfall in decision.shortfalls] == [50]
    assert customer.points == 100


def test_nothing_expires_while_a_card_is_suspended_and_dates_move_by_as_long(customer: Customer) -> None:
    customer.does(a_sale(100_00, at=on("2026-01-10")))  # until 10 March
    customer.does(Suspension(on("2026-03-01")))
    assert next_due(customer.state) is None
    customer.wakes("2026-12-31")
    assert customer.points == 100
    customer.does(Resumption(on("2026-12-01")))
    assert dict(customer.state.lots) == {LotKey("points", date(2026, 1, 1), date(2026, 12, 11)): 100}
    customer.wakes("2026-12-10")
    assert customer.points == 100
    customer.wakes("2026-12-11")
    assert customer.points == 0


def test_what_waits_goes_on_waiting_and_is_good_for_as_long_as_it_would_have_been() -> None:
    customer = Customer(a_plan(LATER))
    customer.does(a_sale(100_00, at=on("2026-01-10")))
    customer.does(Suspension(on("2026-01-15")))
    customer.does(Resumption(on("2026-06-15")))  # 151 days
    assert [key.expires_on for key in customer.state.pending] == [date(2026, 8, 20)]
    customer.wakes("2026-06-15")
    assert customer.points == 100


def test_the_status_is_not_reviewed_while_the_card_is_suspended(customer: Customer) -> None:
    customer.does(StatusGrant(on("2026-02-01"), "gold", date(2026, 4, 1)))
    customer.does(Suspension(on("2026-03-01")))
    customer.wakes("2026-05-01")
    assert customer.state.tier == "gold"
    customer.does(Resumption(on("2026-05-01")))  # 61 days
    assert customer.state.tier_until == date(2026, 6, 1)
    customer.wakes("2026-06-01")
    assert customer.state.tier == "bronze"


def test_a_hold_is_given_back_when_the_card_is_suspended(customer: Customer) -> None:
    customer.does(a_sale(100_00, at=on("2026-02-10")))
    customer.does(Hold(on("2026-02-11"), (Payment("points", 40),), 15))
    assert customer.points == 60
    customer.does(Suspension(on("2026-02-11")))
    assert customer.points == 100
    assert not customer.state.holds


def test_a_ticket_of_before_the_suspension_that_comes_late_earns(customer: Customer) -> None:
    customer.does(Suspension(on("2026-02-10")))
    assert customer.does(a_sale(1000, at=on("2026-02-09"))).awards != ()
    customer.does(Resumption(on("2026-02-20")))
    assert customer.does(a_sale(1000, at=on("2026-02-19"))).awards == ()
    assert customer.does(a_sale(1000, at=on("2026-02-20"))).awards != ()


def test_only_a_member_is_suspended_and_only_a_suspended_card_is_resumed(customer: Customer) -> None:
    assert customer.tries(Resumption(on("2026-02-01"))) == Refused(RefusalCode.NOT_SUSPENDED)
    customer.does(Suspension(on("2026-02-01")))
    assert customer.tries(Suspension(on("2026-02-02"))) == Refused(RefusalCode.ALREADY_SUSPENDED)
    assert customer.tries(Joining(on("2026-02-02"))) == Refused(RefusalCode.SUSPENDED)
    guest = decide(customer.plan, Facts(State()), Suspension(on("2026-02-01")))
    assert guest == Refused(RefusalCode.NOT_A_MEMBER)


def test_a_suspended_card_is_not_merged_away(customer: Customer) -> None:
    other = Customer(customer.plan)
    other.does(Suspension(on("2026-02-01")))
    merged = decide(customer.plan, Facts(customer.state, absorbed=other.state), Merger(on("2026-02-02")))
    assert merged == Refused(RefusalCode.SUSPENDED)


def test_somebody_who_is_suspended_may_leave_and_join_again(customer: Customer) -> None:
    customer.does(Suspension(on("2026-02-01")))
    customer.does(Leaving(on("2026-02-10")))
    assert customer.state.membership is Membership.LEFT
    customer.does(Joining(on("2026-03-01")))
    assert customer.does(a_sale(1000, at=on("2026-03-02"))).awards != ()


def test_a_balance_that_lives_on_activity_does_not_lapse_meanwhile() -> None:
    lives = "    expires: {months: 2, counted_from: last_purchase}\n    pays: true\n"
    text = a_programme().replace("    pays: true\n", lives, 1)
    examined = examine(text)
    assert examined.document is not None
    customer = Customer(compile_plan(examined.document, version=1))
    customer.does(a_sale(100_00, at=on("2026-01-10")))
    assert dict(customer.state.lapses) == {"points": date(2026, 3, 11)}
    customer.does(Suspension(on("2026-03-01")))
    customer.does(Resumption(on("2026-05-01")))
    assert dict(customer.state.lapses) == {"points": date(2026, 5, 11)}


@given(
    bought=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50_000)), max_size=6),
    suspended=st.integers(0, 300),
    lasted=st.integers(0, 500),
)
def test_whenever_a_card_is_suspended_and_for_how_long_nothing_is_lost(
    bought: list[tuple[int, int]], suspended: int, lasted: int
) -> None:
    """Whoever was suspended has, so many days later, what they would have had without."""
    both = Customer(a_plan(LATER)), Customer(a_plan(LATER))
    first = date(2026, 1, 3)
    begins, ends = first + timedelta(days=suspended), first + timedelta(days=suspended + lasted)
    for customer in both:
        for days, amount in sorted(bought):
            day = first + timedelta(days=days)
            if day < begins:
                customer.wakes(day.isoformat())
                customer.does(a_sale(amount, at=on(day)))
        customer.wakes(begins.isoformat())
    one, other = both
    assert one.state == other.state
    had = one.points
    one.does(Suspension(on(begins)))
    assert one.points == had
    one.wakes(ends.isoformat())
    one.does(Resumption(on(ends)))
    assert one.points == had
    ahead = sorted((key.expires_on, left) for key, left in one.state.lots.items() if key.expires_on)
    without = sorted((key.expires_on, left) for key, left in other.state.lots.items() if key.expires_on)
    assert ahead == [(day + timedelta(days=lasted), left) for day, left in without]
    waiting = sum(one.state.pending.values())
    assert waiting == sum(other.state.pending.values())


def test_what_a_ticket_gave_and_still_waits_goes_back_first_also_after_a_suspension() -> None:
    member = AMember(a_plan(LATER), Joining(on("2026-01-02")))
    member.does(a_sale(50_00, at=on("2026-01-03")))
    member.wakes("2026-01-14")
    assert member.points == 50
    member.does(a_sale(100_00, at=on("2026-01-14")))
    seq = member.state.seq
    member.does(Suspension(on("2026-01-15")))
    member.does(Resumption(on("2026-01-18")))
    returned = member.does(Return(on("2026-01-19"), seq))
    assert sum(member.state.pending.values()) == 0
    assert member.points == 50, "what was there before is not touched"
    assert {posting.source for posting in returned.postings} == {Account.PENDING}


def test_holds_end_in_the_order_in_which_they_were_placed_whatever_order_they_were_written_in() -> None:
    anne = Customer(a_plan())
    placed = [Held(on("2026-01-05"), ()) for _ in range(3)]
    anne.state = replace(anne.state, holds=dict(zip(("10", "8", "9"), placed, strict=True)))
    suspended = anne.tries(Suspension(on("2026-01-04")))
    assert isinstance(suspended, Decision)
    assert [change.hold for change in suspended.holds] == ["8", "9", "10"]


def suspended(member: AMember, since: str, until: str) -> None:
    member.does(Suspension(on(since)))
    member.does(Resumption(on(until)))


def lost_without_visit() -> Plan:
    document = a_document(BASE.replace("currency: points", "currency: stars"), currencies=STARS)
    return compile_plan(document, version=1)


@pytest.mark.parametrize("when", ["before", "after", "both"])
def test_what_waits_goes_back_first_after_a_merger_and_a_suspension_whichever_came_first(when: str) -> None:
    plan = a_plan(LATER)
    twin = AMember(plan, Joining(on("2026-01-02")))
    twin.does(a_sale(100_00, at=on("2026-01-10")))
    ticket = replace(twin.tickets[twin.state.seq], is_own=False)
    if when != "after":
        suspended(twin, "2026-01-11", "2026-01-13")
    survivor = AMember(plan, Joining(on("2026-01-02")))
    survivor.does(a_sale(50_00, at=on("2026-01-03")))
    survivor.wakes("2026-01-14")
    mine = survivor.state
    merged = survivor.does(Merger(on("2026-01-14")), absorbed=twin.state, absorbed_id="twin")
    separation = separation_of(merged, mine, on("2026-01-18"))
    if when != "before":
        suspended(survivor, "2026-01-15", "2026-01-17")
    moved = 4 if when == "both" else 2
    assert [key.expires_on for key in survivor.state.pending] == [date(2026, 3, 22) + timedelta(days=moved)]

    facts = Facts(survivor.state, sold=ticket)
    returned = decide(plan, facts, Return(on("2026-01-18"), ticket.seq, (), "twin"))
    assert isinstance(returned, Decision)
    assert {posting.source for posting in returned.postings} == {Account.PENDING}
    apart = decide(plan, Facts(survivor.state), separation)
    assert isinstance(apart, Decision)
    assert [(p.source, p.target, p.quantity) for p in apart.postings] == [
        (Account.PENDING, Account.IN_TRANSIT, 100)
    ]

    survivor.wakes("2026-01-20")
    assert survivor.points == 50, "nobody has them before the day that was promised"
    survivor.wakes("2026-01-21")
    assert survivor.points == 150
    late = decide(plan, Facts(survivor.state), replace(separation, at=on("2026-01-22")))
    assert isinstance(late, Decision)
    assert [(p.source, p.target, p.quantity) for p in late.postings] == [
        (Account.AVAILABLE, Account.IN_TRANSIT, 100)
    ]


def test_what_moved_with_the_survivor_is_told_to_who_is_a_customer_of_their_own_again() -> None:
    """Of a customer who had taken in somebody before: both their tickets find what waits where it is now."""
    plan = lost_without_visit()
    first, twin, survivor = (AMember(plan, Joining(on("2026-01-02"))) for _ in range(3))
    for one in (first, twin):
        one.does(
            a_sale(100_00 if one is first else 30_00, at=on("2026-01-10" if one is first else "2026-01-11"))
        )
    tickets = first.tickets[2], twin.tickets[2]
    twin.does(Merger(on("2026-01-12")), absorbed=first.state, absorbed_id="first")
    before = twin.state
    own = survivor.state
    twin.does(Absorption(on("2026-01-12")))
    merged = survivor.does(Merger(on("2026-01-12")), absorbed=before, absorbed_id="twin")
    assert set(survivor.state.moved) == {"first", "twin"}
    separation = separation_of(merged, own, on("2026-01-20"))
    suspended(survivor, "2026-01-13", "2026-01-18")
    [moved] = survivor.state.moved_since(separation.merged_seq)
    gone = survivor.does(separation)
    parts = tuple(
        MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
        for p in gone.postings
        if p.lot is not None
    )
    assert [part.active_on for part in parts] == [date(2026, 1, 26), date(2026, 1, 27)]
    back = Restoration(
        on("2026-01-20"), "member", date(2026, 1, 2), parts, moved=((moved.days, moved.waits),)
    )
    twin.does(back)
    for ticket, owner, left in ((tickets[0], "first", 30), (tickets[1], "", 100)):
        facts = Facts(twin.state, sold=replace(ticket, is_own=not owner))
        returned = decide(plan, facts, Return(on("2026-01-21"), 2, (), owner))
        assert isinstance(returned, Decision)
        assert list(evolve(twin.state, returned).pending.values()) == [left]


def test_what_waits_for_an_event_and_is_lost_without_it_waits_longer_by_the_days_of_a_suspension() -> None:
    member = AMember(lost_without_visit(), Joining(on("2026-01-02")))
    member.does(a_sale(100_00, at=on("2026-01-10")))
    [before] = [key.active_on for key in member.state.pending]
    suspended(member, "2026-01-15", "2026-06-15")  # 151 days
    assert [key.active_on for key in member.state.pending] == [before + timedelta(days=151)]
    member.wakes("2026-06-16")
    member.does(Activity(on("2026-06-16"), "visit"))
    assert member.state.available("stars") == 100


def test_a_ticket_of_after_a_suspension_takes_nothing_of_one_that_it_moved() -> None:
    """The day until which the first waits now is the one until which the second did."""
    member = AMember(lost_without_visit(), Joining(on("2026-01-02")))
    member.does(a_sale(100_00, at=on("2026-01-10")))
    first = member.state.seq
    suspended(member, "2026-01-11", "2026-01-13")
    member.does(a_sale(30_00, at=on("2026-01-14")))
    second = member.state.seq
    suspended(member, "2026-01-15", "2026-01-17")
    member.does(a_sale(7_00, at=on("2026-01-18")))
    waits = {key.active_on: left for key, left in member.state.pending.items()}
    assert waits == {date(2026, 1, 25): 100, date(2026, 1, 27): 30, date(2026, 1, 29): 7}
    member.does(Return(on("2026-01-18"), second))
    assert sorted(member.state.pending.values()) == [7, 100]
    member.does(Return(on("2026-01-18"), first))
    assert sorted(member.state.pending.values()) == [7]
    assert member.state.moved == {"": (Moved(3, 2, ("stars",)), Moved(6, 2, ("stars",)))}
