"""Households and companies: what enters, what is shared, and what whoever leaves takes along."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.accounts import exit_of
from assidu.decisions.decision import Account, Decision, RefusalCode, Refused
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountOpening,
    Activity,
    Admission,
    Correction,
    Departure,
    Event,
    Hold,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    Resumption,
    Return,
    SaleUpdate,
    Suspension,
    TakeOver,
    Tick,
)
from assidu.decisions.plan import Plan
from assidu.decisions.state import AccountKind, Membership, ReferralStep
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.member import AMember
from builders.sales import a_line, a_sale, on

ANNE = "00000000-0000-7000-8000-00000000000a"
BRUNO = "00000000-0000-7000-8000-00000000000b"
CHLOE = "00000000-0000-7000-8000-00000000000c"
DAY = "2026-03-02"


def a_plan(
    account: str = "leaver_takes: equal", *, kind: str = "household", points: str = "", more: str = ""
) -> Plan:
    rules = (BASE, a_rule("{fixed: 50}", "trigger: joining", code="welcome"))
    document = a_document(*rules, more=f"accounts: {{{kind}: {{{account}}}}}\n{more}", currencies=points)
    return compile_plan(document, version=1)


@dataclass
class Home:
    """An account with its people, and the shell around both sides of whatever happens between them."""

    plan: Plan
    kind: AccountKind = AccountKind.HOUSEHOLD
    people: dict[str, AMember] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = AMember(self.plan)
        self.account.does(AccountOpening(on("2026-01-02"), self.kind))

    def takes_in(self, name: str, person: AMember | None = None, day: str = DAY) -> Decision:
        self.people[name] = person = person or AMember(self.plan, Joining(on("2026-01-05")))
        before = person.state
        taken = self.account.does(Admission(on(day), name), person=before)
        person.does(AccountEntry(on(day)))
        return taken

    def lets_go(self, name: str, day: str = "2026-06-01", **rest: object) -> AMember:
        person, mine = self.people[name], self.account.state
        event = Departure(on(day), name, **rest)  # type: ignore[arg-type]
        gone = self.account.does(event, person=person.state)
        person.does(exit_of(gone, mine, person.state, event))
        return person

    def refuses(self, event: Event, **rest: object) -> RefusalCode:
        answer = self.account.tries(event, **rest)  # type: ignore[arg-type]
        assert isinstance(answer, Refused), answer
        return answer.code

    def in_all(self, currency: str = "points") -> int:
        """What all of them have, and what waits or is set aside."""
        return sum(
            one.state.available(currency)
            + sum(units for _, units in one.state.awaited(currency))
            + one.state.held(currency)
            for one in (self.account, *self.people.values())
        )


def a_person(points: int = 0, plan: Plan | None = None) -> AMember:
    person = AMember(plan or a_plan(), Joining(on("2026-01-05")))
    person.does(Correction(on("2026-01-06"), "points", points - 50))
    return person


def a_home(takes: str = "equal", **points: int) -> Home:
    names = {"anne": ANNE, "bruno": BRUNO, "chloe": CHLOE}
    home = Home(a_plan(f"leaver_takes: {takes}"))
    for name, quantity in points.items():
        home.takes_in(names[name], a_person(quantity, home.plan))
    return home


# ---------------------------------------------------------------- entering


def test_who_enters_brings_their_lots_with_their_dates_and_the_best_status_counts() -> None:
    plan = a_plan(points="  - {code: stars, kind: points, name: {fr: s, en: s}, expires: {months: 2}}\n")
    anne, bruno = AMember(plan, Joining(on("2026-01-05"))), AMember(plan, Joining(on("2026-01-20")))
    bruno.does(a_sale(120_000, at=on("2026-02-01")))
    bruno.does(Correction(on("2026-02-01"), "stars", 7))
    lots = {**anne.state.lots, **bruno.state.lots}
    home = Home(plan)
    home.takes_in(ANNE, anne)
    assert home.account.state.tier == "bronze"
    home.takes_in(BRUNO, bruno)
    assert home.account.state.tier == "gold"
    assert home.account.state.joined_on == date(2026, 1, 5), "the earlier of both"
    assert home.account.points == 50 + 50 + 1200
    assert home.account.state.lots.keys() == lots.keys()
    assert home.account.state.account is not None
    assert home.account.state.account.people == (ANNE, BRUNO)
    for one in home.people.values():
        assert one.state.membership is Membership.IN_ACCOUNT
        assert not one.state.lots


def test_what_waits_is_held_or_owed_goes_along() -> None:
    stars = "  - {code: stars, kind: points, name: {fr: s, en: s}, pending: {days: 30}, debt_at_most: 40}\n"
    rule = "code: gives\nname: {fr: g, en: g}\ncurrency: stars\ngift: {per_amount: {give: 1, each: 1.00}}\n"
    plan = compile_plan(
        a_document(BASE, rule, more="accounts: {household: {leaver_takes: equal}}\n", currencies=stars)
    )
    anne = AMember(plan, Joining(on("2026-01-05")))
    anne.does(a_sale(10_000, at=on("2026-02-28")))
    anne.does(Correction(on("2026-02-28"), "stars", -30))
    anne.does(Hold(on("2026-03-01"), (Payment("points", 60),), 60_000))
    home = Home(plan)
    home.takes_in(ANNE, anne)
    state = home.account.state
    assert state.available("points") == 100, "what was set aside can be used again, as after a merger"
    assert sum(units for _, units in state.awaited("stars")) == 100
    assert state.debts == {"stars": 30}


def test_a_programme_that_says_nothing_of_accounts_opens_none() -> None:
    answer = AMember(compile_plan(a_document())).tries(AccountOpening(on(DAY), AccountKind.HOUSEHOLD))
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.NO_SUCH_ACCOUNTS
    company = AMember(a_plan()).tries(AccountOpening(on(DAY), AccountKind.COMPANY))
    assert isinstance(company, Refused), "and this one has households only"


def test_who_cannot_enter_is_told_why() -> None:
    home = Home(a_plan("members_at_most: 2"))
    suspended = a_person(plan=home.plan)
    suspended.does(Suspension(on("2026-02-01")))
    other = Home(home.plan)
    assert home.refuses(Admission(on(DAY), ANNE), person=suspended.state) is RefusalCode.SUSPENDED
    assert home.refuses(Admission(on(DAY), "x"), person=other.account.state) is RefusalCode.NOT_A_PERSON
    for name in (ANNE, BRUNO):
        home.takes_in(name)
    inside = home.people[ANNE].state
    assert other.refuses(Admission(on(DAY), ANNE), person=inside) is RefusalCode.IN_ACCOUNT
    free = a_person(plan=home.plan).state
    assert home.refuses(Admission(on(DAY), CHLOE), person=free) is RefusalCode.ACCOUNT_FULL
    home.account.does(Suspension(on("2026-03-03")))
    assert home.refuses(Admission(on(DAY), CHLOE), person=free) is RefusalCode.SUSPENDED
    not_one = a_person(plan=home.plan).tries(Admission(on(DAY), CHLOE), person=free)
    assert isinstance(not_one, Refused)
    assert not_one.code is RefusalCode.NOT_AN_ACCOUNT


# ---------------------------------------------------------------- while they are in it


def test_whoever_buys_it_is_the_households_balance() -> None:
    home = a_home(anne=100, bruno=20)
    home.account.does(a_sale(3000, at=on("2026-03-10")), member=BRUNO)
    assert home.account.points == 150
    burn = a_sale(20_000, at=on("2026-03-11"), payments=[Payment("points", 150)])
    home.account.does(burn, member=BRUNO)
    assert home.account.points == 200 - 1 - 1, "the part paid with points earned nothing"
    again = home.account.tries(burn, member=ANNE)
    assert isinstance(again, Decision)
    too_much = a_sale(90_000, at=on("2026-03-12"), payments=[Payment("points", 199)])
    assert home.refuses(too_much, member=ANNE) is RefusalCode.INSUFFICIENT_BALANCE


def test_a_ticket_is_changed_where_it_was_recorded_and_who_has_left_pays_with_nothing_more() -> None:
    home = a_home("own", anne=100, bruno=20)
    home.account.does(a_sale(3000, 2000, at=on("2026-03-10")), member=BRUNO)
    seq = home.account.state.seq
    home.account.does(SaleUpdate(on("2026-03-11"), seq, (a_line(3000),)), member=ANNE)
    assert home.account.points == 150
    home.lets_go(BRUNO)
    left = home.account.points
    home.account.does(SaleUpdate(on("2026-06-02"), seq, (a_line(9000),)), member=BRUNO)
    assert home.account.points == left + 60
    assert not any(name.endswith(BRUNO) for name in home.account.state.counters), "it is nobody's own"
    paid = (Payment("points", 10),)
    paid_with_theirs = SaleUpdate(on("2026-06-03"), seq, (a_line(9000),), paid)
    assert home.refuses(paid_with_theirs, member=BRUNO) is RefusalCode.NOT_IN_ACCOUNT
    assert isinstance(home.account.tries(paid_with_theirs, member=ANNE), Decision)
    home.account.does(SaleUpdate(on("2026-06-04"), seq), member=BRUNO)
    assert home.account.points == left - 30


def test_nothing_happens_to_a_record_that_sleeps_and_nobody_speaks_for_an_account_they_are_not_in() -> None:
    home = a_home(anne=100)
    for event in (
        a_sale(1000, at=on("2026-03-10")),
        Activity(on("2026-03-10"), "visit"),
        Absorption(on(DAY)),
    ):
        asleep = home.people[ANNE].tries(event)
        assert isinstance(asleep, Refused)
        assert asleep.code is RefusalCode.IN_ACCOUNT
    sale = a_sale(1000, at=on("2026-03-10"))
    assert home.refuses(sale, member=BRUNO) is RefusalCode.NOT_IN_ACCOUNT
    assert home.people[ANNE].wakes("2027-01-01") == [], "nothing is due meanwhile"


@pytest.mark.parametrize("event", [Leaving, Suspension])
def test_one_person_ends_or_suspends_no_household(event: type[Leaving] | type[Suspension]) -> None:
    home = a_home(anne=100)
    assert home.refuses(event(on(DAY)), member=ANNE) is RefusalCode.WHOLE_ACCOUNT
    home.account.does(event(on(DAY)))


@pytest.mark.parametrize(("welcome", "given"), [("once", 50), ("each", 100)])
def test_the_welcome_is_given_once_or_to_each(welcome: str, given: int) -> None:
    home = Home(a_plan(f"welcome: {welcome}"))
    for name in (ANNE, BRUNO):
        home.takes_in(name, AMember(home.plan))
    home.account.does(Joining(on("2026-03-05")), member=ANNE)
    assert home.account.state.tier == "bronze"
    second = home.account.tries(Joining(on("2026-03-06")), member=BRUNO)
    if isinstance(second, Decision):
        home.account.does(Joining(on("2026-03-06")), member=BRUNO)
    assert home.account.points == given
    for name in (ANNE, BRUNO):
        again = home.account.tries(Joining(on("2026-03-07")), member=name)
        assert isinstance(again, Refused), "and never twice to the same"
    home.takes_in(CHLOE)
    assert home.refuses(Joining(on("2026-03-08")), member=CHLOE) is RefusalCode.ALREADY_A_MEMBER


def test_balances_of_an_earlier_programme_arrive_side_by_side() -> None:
    home = Home(a_plan())
    for name, points in ((ANNE, 300), (BRUNO, 40)):
        home.takes_in(name, AMember(home.plan))
        lots = (OpeningLot("points", points, date(2025, 11, 1), None),)
        home.account.does(TakeOver(on("2026-03-05"), date(2024, 5, 1), lots=lots), member=name)
    assert home.account.points == 340
    again = home.refuses(TakeOver(on("2026-03-05"), date(2024, 5, 1)), member=BRUNO)
    assert again is RefusalCode.ALREADY_A_MEMBER


# ---------------------------------------------------------------- leaving


@pytest.mark.parametrize(("takes", "share"), [("nothing", 0), ("equal", 73), ("own", 20)])
def test_the_plan_chooses_the_leavers_share(takes: str, share: int) -> None:
    home = a_home(takes, anne=100, bruno=20, chloe=100)
    bruno = home.lets_go(BRUNO)
    assert bruno.points == share
    assert home.account.points == 220 - share
    assert home.in_all() == 220


def test_a_share_is_taken_of_each_lot_with_its_dates_and_what_cannot_be_divided_stays() -> None:
    plan = a_plan(points="  - {code: stars, kind: points, name: {fr: s, en: s}, expires: {months: 2}}\n")
    home = Home(plan)
    for name in (ANNE, BRUNO, CHLOE):
        home.takes_in(name, AMember(plan, Joining(on("2026-01-05"))))
    for day, quantity in (("2026-04-10", 7), ("2026-05-10", 8), ("2026-05-20", 2)):
        home.account.does(Correction(on(day), "stars", quantity))
    bruno = home.lets_go(BRUNO)
    got = {lot.expires_on: left for lot, left in bruno.state.lots.items() if lot.currency == "stars"}
    assert got == {date(2026, 6, 11): 2, date(2026, 7, 11): 2}
    kept = {lot.expires_on: left for lot, left in home.account.state.lots.items() if lot.currency == "stars"}
    assert kept == {date(2026, 6, 11): 5, date(2026, 7, 11): 6, date(2026, 7, 21): 2}


def test_ones_own_part_is_what_one_brought_in_less_what_one_used_never_below_zero() -> None:
    home = a_home("own", anne=100, bruno=100)
    home.account.does(Correction(on("2026-03-10"), "points", -150), member=ANNE)
    home.account.does(Correction(on("2026-03-11"), "points", 30), member=ANNE)
    # Anne has brought 30 since she used all that was hers and more, Bruno 100: of 50 left from January, and of 30.
    assert home.lets_go(BRUNO).points == 50 * 100 // 130 + 30 * 100 // 130 == 38 + 23
    assert home.lets_go(ANNE).points == 80 - 61, "the last one takes the rest"


def test_what_nobody_brought_in_is_shared_equally() -> None:
    home = Home(a_plan("leaver_takes: own"))
    for name in (ANNE, BRUNO):
        home.takes_in(name, AMember(home.plan))
    home.account.does(Joining(on("2026-03-03")))
    assert home.lets_go(BRUNO).points == 25


def test_whoever_leaves_is_again_what_they_were_and_their_own_counters_go_with_them() -> None:
    plan = a_plan()
    home = Home(plan)
    anne, stranger = a_person(10, plan), AMember(plan)
    anne.does(a_sale(40_000, at=on("2026-02-10")))
    home.takes_in(ANNE, anne)
    home.takes_in(BRUNO, stranger)
    home.account.does(a_sale(70_000, at=on("2026-03-10")), member=BRUNO)
    assert home.account.state.tier == "gold", "what both spent counts together"
    assert home.account.state.counters["spend:2026-02"] == 40_000
    home.lets_go(ANNE)
    assert "spend:2026-02" not in home.account.state.counters
    assert anne.state.counters["spend:2026-02"] == 40_000
    assert home.account.state.tier == "gold", "a status stays until its review"
    assert (anne.state.membership, anne.state.joined_on) == (Membership.MEMBER, date(2026, 1, 5))
    assert anne.state.tier == "bronze"
    home.lets_go(BRUNO)
    assert stranger.state.membership is Membership.NONE, "who had never joined has not"


def test_a_mission_that_both_worked_on_counts_no_item_twice_and_loses_what_leaves() -> None:
    goal = a_rule("{fixed: 100}", "goal: {measure: departments, at_least: 4, per: month}", code="mission")
    plan = compile_plan(a_document(goal, more="accounts: {household: {}}\n"))
    people = [AMember(plan, Joining(on("2026-01-05"))) for _ in range(2)]

    for one, departments in zip(people, ("ab", "bc"), strict=True):
        lines = [a_line(100, department=department) for department in departments]
        one.does(a_sale(*lines, at=on("2026-03-01")))
    home = Home(plan)
    for name, one in zip((ANNE, BRUNO), people, strict=True):
        home.takes_in(name, one)
    number = "goal:mission:#:2026-03-01"
    assert home.account.state.counters[number] == 3
    home.lets_go(BRUNO)
    assert home.account.state.counters[number] == 2, "b is still Anne's"


def test_the_last_one_closes_the_account_and_takes_what_is_left_or_loses_it() -> None:
    for more, kept in (("", 120), ("lost_with_last: true", 0)):
        home = Home(a_plan(f"leaver_takes: nothing, {more}" if more else "leaver_takes: nothing"))
        home.takes_in(ANNE, a_person(100, home.plan))
        home.takes_in(BRUNO, a_person(20, home.plan))
        home.account.does(Hold(on("2026-03-05"), (Payment("points", 30),), 60_000), member=ANNE)
        assert home.lets_go(BRUNO).points == 0
        assert home.lets_go(ANNE).points == kept
        state = home.account.state
        assert (state.membership, state.lots, state.holds) == (Membership.LEFT, {}, {})
        free = a_person(plan=home.plan).state
        assert home.refuses(Admission(on("2026-06-02"), CHLOE), person=free) is RefusalCode.ACCOUNT_CLOSED


def test_a_debt_goes_with_whoever_takes_everything() -> None:
    plan = a_plan(points="  - {code: stars, kind: points, name: {fr: s, en: s}, debt_at_most: 40}\n")
    home = Home(plan)
    home.takes_in(ANNE, a_person(10, plan))
    home.account.does(Correction(on("2026-03-03"), "stars", -25))
    anne = home.lets_go(ANNE)
    assert anne.state.debts == {"stars": 25}
    assert home.account.state.debts == {}


def test_a_household_that_left_the_programme_has_nothing_to_share_and_so_has_whoever_leaves_it() -> None:
    home = a_home(anne=100, bruno=20)
    home.account.does(Leaving(on("2026-03-10")))
    anne = home.lets_go(ANNE)
    assert (anne.state.membership, anne.state.left_on) == (Membership.LEFT, date(2026, 3, 10))
    assert anne.points == 0


def a_home_with_regret() -> Home:
    home = Home(a_plan(more="leaving: {regret: {days: 30}}\n"))
    for name, quantity in ((ANNE, 100), (BRUNO, 300)):
        home.takes_in(name, a_person(quantity, home.plan))
    return home


def test_a_household_that_left_may_come_back_and_so_may_whoever_leaves_it_meanwhile() -> None:
    home = a_home_with_regret()
    home.account.does(Leaving(on("2026-05-01")))
    assert home.account.points == 400, "nothing is lost yet"
    anne = home.lets_go(ANNE, "2026-05-05")
    assert (anne.state.membership, anne.points) == (Membership.LEFT, 200)
    assert anne.state.regret_until == home.account.state.regret_until == date(2026, 6, 1)
    anne.does(Joining(on("2026-05-20")))
    assert (anne.state.membership, anne.points) == (Membership.MEMBER, 200)
    home.account.does(Joining(on("2026-05-21")), member=BRUNO)
    assert (home.account.state.membership, home.account.points) == (Membership.MEMBER, 200)


def test_with_the_last_one_of_a_household_that_left_nobody_is_there_to_come_back() -> None:
    home = a_home_with_regret()
    home.account.does(Leaving(on("2026-05-01")))
    home.lets_go(ANNE, "2026-05-05")
    bruno = home.lets_go(BRUNO, "2026-05-06")
    assert (bruno.points, bruno.state.regret_until) == (200, date(2026, 6, 1))
    assert home.account.state.regret_until is None
    assert next_due(home.account.state) is None
    bruno.does(Tick(on("2026-06-01"), date(2026, 6, 1)))
    assert bruno.points == 0


def test_who_had_left_and_enters_a_household_may_still_come_back_alone_in_time() -> None:
    home = a_home_with_regret()
    chloe = a_person(40, home.plan)
    chloe.does(Leaving(on("2026-05-01")))
    home.takes_in(CHLOE, chloe, "2026-05-02")
    assert home.account.points == 440, "as from somebody who is merged"
    assert home.account.state.membership is Membership.MEMBER
    assert next_due(chloe.state) is None, "their record sleeps"
    assert home.lets_go(CHLOE, "2026-05-03").state.regret_until == date(2026, 6, 1)
    home.takes_in(CHLOE, chloe, "2026-05-04")
    gone = home.lets_go(CHLOE, "2026-06-01").state
    assert (gone.membership, gone.regret_until) == (Membership.LEFT, None), "too late"


def test_from_a_suspended_account_one_leaves_with_nothing_or_waits() -> None:
    home = a_home(anne=100, bruno=20)
    home.account.does(Suspension(on("2026-03-10")))
    bruno = home.people[BRUNO].state
    assert home.refuses(Departure(on(DAY), BRUNO), person=bruno) is RefusalCode.SUSPENDED
    assert home.lets_go(BRUNO, with_nothing=True).points == 0


def test_a_ticket_from_before_follows_the_suspensions_of_the_account_and_then_of_its_buyer() -> None:
    lost = "{until_event: visit, days: 30, otherwise: lost, expires_from_earning: true}"
    stars = f"  - {{code: stars, kind: points, name: {{fr: é, en: s}}, pending: {lost}}}\n"
    rule = a_rule("{per_amount: {give: 1, each: 1.00}}", code="stars").replace(
        "currency: points", "currency: stars"
    )
    more = "accounts: {household: {leaver_takes: own}}\nreturns: {take_back: only_pending}\n"
    plan = compile_plan(a_document(BASE, rule, more=more, currencies=stars), version=1)
    home, anne = Home(plan), AMember(plan, Joining(on("2026-01-05")))
    anne.does(a_sale(100_00, at=on("2026-03-01")))
    ticket = anne.state.seq
    home.takes_in(ANNE, anne)
    home.takes_in(BRUNO)
    home.account.does(Suspension(on("2026-03-05")))
    home.account.does(Resumption(on("2026-03-10")))
    home.lets_go(ANNE, "2026-03-11")
    assert [key.active_on for key in anne.state.pending] == [date(2026, 4, 6)]
    anne.does(Suspension(on("2026-03-12")))
    anne.does(Resumption(on("2026-03-15")))
    assert [key.active_on for key in anne.state.pending] == [date(2026, 4, 9)]
    anne.does(Return(on("2026-03-16"), ticket))
    assert not anne.state.pending


def test_who_is_not_in_it_cannot_leave_it() -> None:
    home = a_home(anne=100)
    free = a_person(plan=home.plan)
    assert home.refuses(Departure(on(DAY), BRUNO), person=free.state) is RefusalCode.NOT_IN_ACCOUNT
    alone = free.tries(Departure(on(DAY), BRUNO), person=free.state)
    assert isinstance(alone, Refused)
    assert alone.code is RefusalCode.NOT_AN_ACCOUNT


def test_an_offer_that_the_household_used_is_not_used_again_by_who_brought_it() -> None:
    offer = """\
        offers:
          - code: plus
            name: {fr: p, en: p}
            effect: {percent: {off: 10}}
            needs: allotted
        """
    plan = a_plan(more=offer.replace("        ", ""))
    anne = AMember(plan, Joining(on("2026-01-05")))
    anne.does(OfferStep(on("2026-02-01"), "plus", "allotted", date(2026, 12, 31)))
    home = Home(plan)
    home.takes_in(ANNE, anne)
    home.takes_in(BRUNO, AMember(plan, Joining(on("2026-01-05"))))
    home.account.does(OfferStep(on("2026-03-05"), "plus", "used"), member=BRUNO)
    assert home.lets_go(ANNE).state.offers["plus"].step == "used"


# ---------------------------------------------------------------- merging, and being brought


def test_two_records_of_one_person_in_a_household_become_one_there() -> None:
    home = a_home("own", anne=100, bruno=60, chloe=40)
    double = home.lets_go(CHLOE, same_as=BRUNO)
    assert double.points == 0
    before = double.state
    merged = home.account.does(Merger(on("2026-06-01")), absorbed=before, member=BRUNO)
    double.does(Absorption(on("2026-06-01")))
    assert not merged.postings
    assert home.account.points == 200
    assert home.lets_go(BRUNO).points == 100, "what both records brought in is theirs"


def test_a_second_card_of_somebody_in_a_household_is_merged_into_it() -> None:
    home = a_home("own", anne=100, bruno=60)
    loose = a_person(40, home.plan)
    before = loose.state
    home.account.does(Merger(on("2026-05-01")), absorbed=before, member=BRUNO)
    loose.does(Absorption(on("2026-05-01")))
    assert home.account.points == 200
    assert home.account.state.account is not None
    assert home.account.state.account.people == (ANNE, BRUNO)
    assert home.lets_go(BRUNO).points == 100


def test_accounts_are_not_merged_nor_is_anybody_away_from_one() -> None:
    home, other = a_home(anne=100), a_home(bruno=10)
    into = home.refuses(Merger(on(DAY)), absorbed=other.account.state, member=ANNE)
    assert into is RefusalCode.NOT_A_PERSON
    assert home.refuses(Merger(on(DAY)), absorbed=a_person().state) is RefusalCode.NOT_A_PERSON
    away = a_person().tries(Merger(on(DAY)), absorbed=home.people[ANNE].state)
    assert isinstance(away, Refused)
    assert away.code is RefusalCode.IN_ACCOUNT


def test_whoever_was_brought_and_enters_a_household_is_no_newcomer_any_more() -> None:
    plan = a_plan(more="referral: {referrer: {currency: points, units: 200}}\n")
    brought = AMember(plan, Joining(on("2026-01-05"), referrer=ANNE))
    brought.does(a_sale(3000, at=on("2026-01-06")))
    home = Home(plan)
    home.takes_in(ANNE, AMember(plan, Joining(on("2026-01-05"))))
    home.takes_in(BRUNO, brought)
    assert brought.state.referral is not None
    assert brought.state.referral.step is ReferralStep.VOID
    home.lets_go(BRUNO)
    assert not [one for one in brought.wakes("2027-01-01") if one.emissions]


def test_a_household_that_somebody_brought_gives_them_nothing_once_they_enter_it() -> None:
    plan = a_plan(more="referral: {referrer: {currency: points, units: 200}}\n")
    home = Home(plan)
    home.takes_in(BRUNO, AMember(plan))
    home.account.does(Joining(on("2026-03-03"), referrer=ANNE), member=BRUNO)
    home.takes_in(ANNE, AMember(plan, Joining(on("2026-01-05"))), "2026-03-04")
    assert home.account.state.referral is not None
    assert home.account.state.referral.step is ReferralStep.VOID


# ---------------------------------------------------------------- whatever happens


_steps = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "buy", "pay", "back", "give", "hold"]),
        st.sampled_from([ANNE, BRUNO, CHLOE]),
        st.integers(1, 30_000),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=30)
@given(steps=_steps, takes=st.sampled_from(["nothing", "equal", "own"]))
def test_whoever_comes_and_goes_nothing_is_made_or_lost_and_nothing_is_below_zero(
    steps: list[tuple[str, str, int]], takes: str
) -> None:
    plan = a_plan(f"leaver_takes: {takes}, members_at_most: 3")
    people = {name: a_person(70, plan) for name in (ANNE, BRUNO, CHLOE)}
    home = Home(plan)
    total = 210
    for what, name, amount in steps:
        account = home.account.state.account
        assert account is not None
        if account.is_closed:
            break
        is_in = name in account.people
        if what == "in" and not is_in:
            home.takes_in(name, people[name])
        elif what == "out" and is_in:
            home.lets_go(name)
        elif is_in:
            total += sum(_moved(one) for one in _tells(home, what, name, amount))
        found = sum(one.points + one.state.held("points") for one in (home.account, *people.values())) - sum(
            one.state.debts.get("points", 0) for one in (home.account, *people.values())
        )
        assert found == total
        for one in (home.account, *people.values()):
            assert all(left > 0 for left in one.state.lots.values())
            assert all(count >= 0 for count in one.state.counters.values())


def _tells(home: Home, what: str, name: str, amount: int) -> Iterator[Decision]:
    points = min(amount, home.account.points)
    events: dict[str, Event] = {
        "buy": a_sale(amount, at=on("2026-04-01")),
        "pay": a_sale(90_000, at=on("2026-04-02"), payments=[Payment("points", points)] if points else []),
        "give": Correction(on("2026-04-03"), "points", amount % 50 - 20),
        "hold": Hold(on("2026-04-04"), (Payment("points", max(points, 1)),), 60_000),
    }
    event = events.get(what)
    if what == "back" and home.account.tickets:
        event = Return(on("2026-04-05"), max(home.account.tickets))
    if event is not None:
        answer = home.account.tries(event, member=name)
        if isinstance(answer, Decision):
            yield home.account.does(event, member=name)


def _moved(decision: Decision) -> int:
    """What came into the wallet, less what left it, a debt counting against it."""
    return sum(
        posting.quantity * (posting.target.is_in_wallet - posting.source.is_in_wallet)
        for posting in decision.postings
        if posting.currency == "points" and Account.IN_TRANSIT not in (posting.source, posting.target)
    )
