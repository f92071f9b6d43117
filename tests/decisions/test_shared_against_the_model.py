"""The core against the oracle once more, where customers share something: places, things of a stock, a budget; and what
is told later of a ticket, of a draw, of somebody whom a member brought.

Prices that offers take off, and which of several offers stays, are not here: a model of these would be the core again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Decision, EmissionKind, Refused
from assidu.decisions.entries import entries_moved
from assidu.decisions.events import (
    Activity,
    AfterSale,
    Correction,
    Event,
    Hold,
    Joining,
    Leaving,
    Payment,
    ReferralKept,
    Release,
    Resumption,
    Return,
    ReturnedLine,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
    Suspension,
)
from assidu.decisions.plan import Plan, ReturnPolicy
from assidu.decisions.state import Membership, ReferralStep
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document
from builders.notebook import Notebook
from builders.offers import offers
from conformance.cases.draws import CHANCES, EARNED
from conformance.cases.life import REFERRAL
from conformance.cases.plans import REWARD, VOUCHER, points
from conformance.cases.plans import rule as earned_by
from decisions.model import Customer, No, Programme, Ticket

LIMITS = {"bag": 3, "seat": 2, "fund": 60}
OFFERS = offers(
    "bag: effect: {gift: {name: {fr: b, en: b}}}|stock: 3|when: {amount_at_least: 30.00}",
    "seat: effect: {gift: {name: {fr: s, en: s}}}|quota: {first: 2, per: ever}|gives_back: []"
    "|when: {amount_at_least: 50.00}",
    "fund: effect: {points: {currency: points, per_amount: {give: 1, each: 2.00}}}|budget: {units: 60}"
    "|gives_back: [budget]",
)
DRAW = """\
draws:
  - {code: spring, name: {fr: s, en: s}, entries: chances, last_day: 2026-02-28,
     prizes: [{name: {fr: p, en: p}, gives: {currency: points, units: 7}}]}
"""
PROGRAMME = compile_plan(
    a_document(
        BASE,
        earned_by("capped", "{per_amount: {give: 1, each: 3.00}}", "cap: {units: 30, per: day}"),
        earned_by("basket", "{steps: [{at_least: 50.00, give: 20}]}", "times: {limit: 2, per: week}"),
        earned_by("star", "{per_amount: {give: 1, each: 10.00}}", currency="stars"),
        earned_by("early", "{fixed: 3}", "quota: {first: 3, per: week}"),
        earned_by(
            "visit", "{fixed: 1}", "trigger: activity", "activity: visit", "times: {limit: 1, per: day}"
        ),
        EARNED,
        more=OFFERS + DRAW + REFERRAL + REWARD,
        tiers="",
        currencies=points("pending: {days: 9}", "expires: {weeks: 6}") + VOUCHER + CHANCES,
    ),
    1,
)
[SPRING] = PROGRAMME.draws.values()
amounts = st.lists(st.sampled_from([1, 900, 2000, 3100, 5000, 9000]), min_size=1, max_size=2)
customers = st.integers(0, 1)


def lines_of(amounts: list[int]) -> tuple[SaleLine, ...]:
    return tuple(SaleLine(f"sku-{i}", amount) for i, amount in enumerate(amounts))


class Shared(RuleBasedStateMachine):
    """Two customers, of whom the first brought the second."""

    @initialize(policy=st.sampled_from(ReturnPolicy), hour=st.integers(0, 23))
    def open(self, policy: ReturnPolicy, hour: int) -> None:
        self.plan: Plan = replace(PROGRAMME, return_policy=policy)
        self.now = datetime(2026, 1, 14, hour, 30, tzinfo=UTC)
        self.places: dict[str, int] = {}
        self.books = [Notebook(self.plan, places=self.places) for _ in range(2)]
        self.programme = Programme(limits=LIMITS)
        self.models = [Customer(self.plan, self.programme) for _ in range(2)]
        self.programme.customers = self.models
        self.tickets: dict[tuple[int, int], Ticket] = {}
        self.lay: list[int] | None = None
        self.thanked = 0
        for who, referrer in enumerate(("", "0")):
            event = Joining(self.now, "a", "web", referrer=referrer)
            self.tell(who, event, lambda model, event=event: model.join(event))  # type: ignore[misc]

    def tell(self, who: int, event: Event, act: Callable[[Customer], None]) -> Decision | Refused:
        """Both are told, and both must say the same."""
        self.catch_up()
        answer = self.books[who].tell(event, now=self.now)
        said = "done"
        try:
            act(self.models[who])
        except No as no:
            said = str(no)
        assert said == (answer.code if isinstance(answer, Refused) else "done")
        return answer

    def catch_up(self) -> None:
        """What was due by now; whoever brought somebody is thanked at once."""
        today = local_day(self.now, self.plan.zone)
        for book, model in zip(self.books, self.models, strict=True):
            book.catch_up(today, self.now)
            model.sleep_until(today, self.now)
        emitted = [one for entry in self.books[1].entries for one in entry.decision.emissions]
        assert [(one.kind, one.to) for one in emitted] == [(EmissionKind.REFERRAL_KEPT, "0")] * len(
            self.models[1].kept
        )
        if len(emitted) > self.thanked:
            self.thanked = len(emitted)
            self.books[0].must(ReferralKept(self.now, "1"), now=self.now)
            self.models[0].bring(today)

    # ------------------------------------------------------------ what happens

    @rule(days=st.sampled_from([0, 1, 3, 10, 16, 45]), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        later = self.now + timedelta(days=days, hours=hours)
        the_end = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)
        if self.lay is None and later > the_end:
            self.now = max(self.now, the_end)
            self.catch_up()
            self.lay = [self.entries_in(model) for model in self.models]
            self.taken_back = [len(model.taken_back) for model in self.models]
        self.now = later
        self.catch_up()

    @rule(who=customers, amounts=amounts, paid=st.sampled_from([0, 0, 0, 20]), uses_hold=st.booleans())
    def buy(self, who: int, amounts: list[int], paid: int, uses_hold: bool) -> None:
        self.catch_up()
        hold = next(iter(self.books[who].state.holds), "") if uses_hold else ""
        payments = (Payment("points", paid),) if paid else ()
        sale = Sale(self.now, "a", "web", lines_of(amounts), payments, hold=hold)
        if isinstance(self.tell(who, sale, lambda model: model.buy(sale)), Decision):
            self.tickets[who, self.books[who].state.seq] = self.models[who].tickets[-1]

    @rule(who=customers, amounts=amounts, paid=st.sampled_from([0, 20]), minutes=st.sampled_from([15, 9000]))
    def hold_a_basket(self, who: int, amounts: list[int], paid: int, minutes: int) -> None:
        self.catch_up()
        payments = (Payment("points", paid),) if paid else ()
        event = Hold(self.now, payments, minutes, "a", "web", lines_of(amounts))
        name = str(self.books[who].state.seq + 1)
        self.tell(who, event, lambda model: model.hold(event, name))

    @precondition(lambda self: any(model.holds for model in self.models))
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        found = [(who, name) for who, model in enumerate(self.models) for name in model.holds]
        who, name = data.draw(st.sampled_from(found))
        event = Release(self.now, name)
        self.tell(who, event, lambda model: model.let_go(event))

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), part=st.sampled_from([None, None, 2, 3]))
    def bring_back(self, data: st.DataObject, part: int | None) -> None:
        who, seq = data.draw(st.sampled_from(sorted(self.tickets)))
        ticket = self.tickets[who, seq]
        lines = ticket.sale.lines if part is not None else ()
        parts = tuple(ReturnedLine(i, line.amount_minor // (part or 1)) for i, line in enumerate(lines))
        event = Return(self.now, seq, tuple(one for one in parts if one.amount_minor))
        self.tell(who, event, lambda model: model.bring_back(ticket, event))

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), amounts=st.one_of(st.just([]), amounts, amounts))
    def change_a_ticket(self, data: st.DataObject, amounts: list[int]) -> None:
        """It is cancelled, or reads otherwise; one that units paid for is cancelled, one of which a part came back has
        something more."""
        who, seq = data.draw(st.sampled_from(sorted(self.tickets)))
        ticket = self.tickets[who, seq]
        reads = lines_of(amounts)
        if ticket.sale.payments:
            reads = ()
        elif reads and any(ticket.returned.values()):
            reads = (*ticket.sale.lines, SaleLine("more", amounts[0]))
        event = SaleUpdate(self.now, seq, reads)
        self.tell(who, event, lambda model: model.change(ticket, event))

    @precondition(lambda self: self.now.day % 3 == 2)
    @rule(who=customers)
    def visit(self, who: int) -> None:
        event = Activity(self.now, "visit", "a", "store")
        self.tell(who, event, lambda model: model.does(event))

    @rule(who=customers, amounts=amounts)
    def buy_the_ordinary_way(self, who: int, amounts: list[int]) -> None:
        self.catch_up()
        sale = Sale(self.now, "a", "web", lines_of(amounts))
        if isinstance(self.tell(who, sale, lambda model: model.buy(sale)), Decision):
            self.tickets[who, self.books[who].state.seq] = self.models[who].tickets[-1]

    @precondition(lambda self: self.now.day % 3 == 0)
    @rule(who=customers, quantity=st.sampled_from([-40, 70]))
    def correct(self, who: int, quantity: int) -> None:
        event = Correction(self.now, "points", quantity)
        self.tell(who, event, lambda model: model.correct(event))

    @precondition(lambda self: self.now.day % 3 == 1)
    @rule(who=customers)
    def request(self, who: int) -> None:
        event = RewardRequest(self.now, "voucher-5")
        self.tell(who, event, lambda model: model.request(event))

    @rule(who=customers, is_over=st.sampled_from([False, True, True]))
    def suspend_or_resume(self, who: int, is_over: bool) -> None:
        if is_over:
            resumption = Resumption(self.now)
            self.tell(who, resumption, lambda model: model.resume(resumption))
        else:
            suspension = Suspension(self.now)
            self.tell(who, suspension, lambda model: model.suspend(suspension))

    @precondition(lambda self: len(self.tickets) > 3 or not all(model.is_member for model in self.models))
    @rule(who=customers, is_back=st.sampled_from([False, True, True, True, True]))
    def leave_or_join(self, who: int, is_back: bool) -> None:
        if is_back:
            joining = Joining(self.now, "a", "web", referrer="0")
            self.tell(who, joining, lambda model: model.join(joining))
        else:
            leaving = Leaving(self.now)
            self.tell(who, leaving, lambda model: model.leave(leaving))

    # ------------------------------------------------------------ what is always so

    @invariant()
    def both_have_the_same(self) -> None:
        for book, model in zip(self.books, self.models, strict=True):
            state = book.state
            assert {tuple(key): left for key, left in state.lots.items()} == model.lots()
            assert {tuple(key): left for key, left in state.pending.items()} == model.waiting()
            assert {
                name: (held.until, {tuple(key): n for key, n in held.parts})
                for name, held in state.holds.items()
            } == model.held()
            assert dict(state.debts) == model.debts()
            assert (state.membership in (Membership.MEMBER, Membership.SUSPENDED)) == model.is_member
            assert state.stands_still == model.stands_still

    @invariant()
    def what_customers_share_is_what_tickets_and_holds_have_of_it(self) -> None:
        for code, limit in LIMITS.items():
            taken = sum(n for key, n in self.places.items() if key.split(":")[1] == code)
            assert taken == self.programme.gone(code) <= limit, code

    @invariant()
    def the_newcomer_is_as_far(self) -> None:
        referral, brought = self.books[1].state.referral, self.models[1].brought
        assert referral is not None
        assert brought is not None
        is_over = referral.step in (ReferralStep.KEPT, ReferralStep.VOID)
        assert is_over == brought.is_over
        assert (referral.step is ReferralStep.KEPT) == bool(self.models[1].kept)
        if not is_over:
            assert referral.due == brought.kept_on

    @invariant()
    def the_draw_counts_what_lay_there_at_the_end_of_its_last_day(self) -> None:
        for who, (book, model) in enumerate(zip(self.books, self.models, strict=True)):
            days: dict[int, date] = {}
            counted = 0
            for entry in book.entries:
                days[entry.seq] = local_day(entry.event.at, self.plan.zone)
                sold_on = days[entry.event.sale_seq] if isinstance(entry.event, AfterSale) else None
                counted += entries_moved(SPRING, days[entry.seq], entry.decision.postings, sold_on)
            if self.lay is None:
                assert counted == self.entries_in(model)
                continue
            since = model.taken_back[self.taken_back[who] :]
            gone = sum(n for code, day, n in since if code == SPRING.entries and day <= SPRING.last_day)
            assert counted == self.lay[who] - gone

    @staticmethod
    def entries_in(model: Customer) -> int:
        return sum(e.left for e in model.earnings if e.currency == SPRING.entries)


TestShared = Shared.TestCase
TestShared.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
