"""Statuses beyond spend: other measures, one or all of them, grace, what staff give, what is missing both ways."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import midnight
from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Activity,
    Correction,
    Event,
    Joining,
    MergedStatus,
    Merger,
    Resumption,
    Return,
    Sale,
    StatusGrant,
    Suspension,
    Tick,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan, TierMeasure
from assidu.decisions.record import state_from, state_record
from assidu.decisions.separating import separation_of
from assidu.decisions.sold import sold_before
from assidu.decisions.state import State, TierCause
from assidu.decisions.tiers import to_climb, to_stay
from assidu.plans.compile import compile_plan
from builders.documents import BASE, a_document, a_rule
from builders.sales import a_sale, on

STATUS_POINTS = "  - {code: status, kind: points, name: {fr: a, en: a}, pays: true, worth: {amount: 1.00}}\n"
ENGAGEMENT = "engagement:\n  half_life_months: 2\n  weights: [{of: visit, score: 10}]\n"


def a_plan(
    silver: str, *, gold: str = "", more: str = "", tiers: str = "", keep: str = "{months: 2}"
) -> Plan:
    levels = f"""tiers:
  keep: {keep}
  levels:
    - {{code: bronze, name: {{fr: a, en: a}}}}
    - {{code: silver, name: {{fr: a, en: a}}, {silver}}}
"""
    if gold:
        levels += f"    - {{code: gold, name: {{fr: a, en: a}}, {gold}}}\n"
    status = a_rule("{per_amount: {give: 1, each: 1.00}}", code="status").replace(
        "currency: points", "currency: status"
    )
    document = a_document(BASE, status, tiers=levels + tiers, more=more, currencies=STATUS_POINTS)
    return compile_plan(document, version=1)


class Customer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = State()
        self.tickets: dict[int, tuple[Sale, Decision]] = {}
        self.does(Joining(on("2026-01-02")))

    def does(self, event: Event, absorbed: State | None = None) -> Decision:
        decision = self.tries(event, absorbed)
        assert isinstance(decision, Decision), decision
        self.state = evolve(self.state, decision)
        assert state_from(
            state_record(self.state), self.state.seq, self.state.lots, self.state.debts
        ) == replace(self.state)
        if isinstance(event, Sale):
            self.tickets[self.state.seq] = (event, decision)
        return decision

    def tries(self, event: Event, absorbed: State | None = None) -> Decision | Refused:
        sold = None
        if isinstance(event, Return):
            sold = sold_before(event.sale_seq, *self.tickets[event.sale_seq])
        return decide(self.plan, Facts(self.state, sold=sold, absorbed=absorbed), event)

    def buys(self, day: str, amount_minor: int = 1000) -> str | None:
        """The status right after."""
        self.does(a_sale(amount_minor, at=on(day)))
        return self.state.tier

    def waits(self) -> TierCause | None:
        """Until the next thing that is due; what became of the status."""
        due = next_due(self.state)
        assert due is not None
        decision = self.does(Tick(midnight(due, self.plan.zone), due))
        return decision.tier.cause if decision.tier is not None else None


def test_a_number_of_purchases_gives_a_status_and_a_whole_return_takes_its_purchase_off() -> None:
    customer = Customer(a_plan("purchases_at_least: 3"))
    assert [customer.buys("2026-03-02"), customer.buys("2026-03-03")] == ["bronze", "bronze"]
    customer.does(Return(on("2026-03-04"), customer.state.seq))
    assert customer.buys("2026-03-05") == "bronze"
    assert customer.buys("2026-03-06") == "silver"


def test_status_points_earned_give_a_status_and_corrections_of_them_count() -> None:
    customer = Customer(a_plan("units_at_least: {currency: status, units: 50}"))
    assert customer.buys("2026-03-02", 4000) == "bronze"
    customer.does(Correction(on("2026-03-03"), "status", 9))
    assert customer.state.tier == "bronze"
    assert customer.buys("2026-03-04", 100) == "silver"


def test_a_status_may_rest_on_engagement_without_any_spend() -> None:
    customer = Customer(a_plan("engagement_at_least: 20", more=ENGAGEMENT))
    customer.does(Activity(on("2026-03-02"), "visit"))
    assert customer.state.tier == "bronze"
    customer.does(Activity(on("2026-03-03"), "visit"))
    assert customer.state.tier == "silver"


@pytest.mark.parametrize(
    ("needs", "after_spend", "after_both"), [("one", "silver", "silver"), ("all", "bronze", "silver")]
)
def test_one_condition_is_enough_or_all_are_needed(needs: str, after_spend: str, after_both: str) -> None:
    customer = Customer(a_plan("spend_at_least: 20.00, purchases_at_least: 2", tiers=f"  needs: {needs}\n"))
    assert customer.buys("2026-03-02", 2000) == after_spend
    assert customer.buys("2026-03-03", 100) == "silver"


def test_a_time_of_grace_comes_before_the_step_down() -> None:
    customer = Customer(
        a_plan("spend_at_least: 50.00", tiers="  grace: {months: 1}\n  window: {months: 1}\n")
    )
    assert customer.buys("2026-03-02", 5000) == "silver"
    assert customer.waits() is TierCause.GRACE
    assert (customer.state.tier, customer.state.tier_cause) == ("silver", TierCause.GRACE)
    assert customer.waits() is TierCause.LOWERED
    assert (customer.state.tier, customer.state.tier_cause) == ("bronze", None)


def test_who_reaches_the_status_again_in_the_time_of_grace_keeps_it() -> None:
    customer = Customer(
        a_plan("spend_at_least: 50.00", tiers="  grace: {months: 1}\n  window: {months: 1}\n")
    )
    customer.buys("2026-03-02", 5000)
    assert customer.waits() is TierCause.GRACE
    decision = customer.does(a_sale(5000, at=on("2026-05-20")))
    assert decision.tier is not None
    assert decision.tier.cause is TierCause.KEPT
    assert customer.state.tier_until == date(2026, 7, 21)


def test_what_staff_give_for_a_time_falls_back_to_what_was_held() -> None:
    customer = Customer(a_plan("spend_at_least: 50.00", gold="spend_at_least: 500.00", keep="{months: 12}"))
    assert customer.buys("2026-03-02", 5000) == "silver"
    until = customer.state.tier_until
    customer.does(StatusGrant(on("2026-03-03"), "gold", date(2026, 6, 1)))
    customer.does(StatusGrant(on("2026-03-04"), "gold", date(2026, 7, 1)))
    assert customer.state.tier == "gold"
    while customer.state.tier == "gold":
        customer.waits()
    assert (customer.state.tier, customer.state.tier_until) == ("silver", until)
    assert customer.state.tier_before is None


def test_what_is_held_under_what_staff_give_moves_with_a_suspension_too() -> None:
    customer = Customer(a_plan("spend_at_least: 50.00", gold="spend_at_least: 500.00", keep="{months: 12}"))
    customer.buys("2026-03-02", 5000)
    until = customer.state.tier_until
    assert until is not None
    customer.does(StatusGrant(on("2026-03-03"), "gold", date(2026, 6, 1)))
    customer.does(Suspension(on("2026-03-10")))
    customer.does(Resumption(on("2026-03-20")))
    while customer.state.tier == "gold":
        customer.waits()
    assert (customer.state.tier, customer.state.tier_until) == ("silver", until + timedelta(days=10))


def test_a_status_is_given_to_members_of_levels_that_there_are_and_not_for_the_past() -> None:
    customer = Customer(a_plan("spend_at_least: 50.00"))
    assert customer.tries(StatusGrant(on("2026-03-03"), "platinum")) == Refused(
        RefusalCode.UNKNOWN_TIER, subject="platinum"
    )
    assert customer.tries(StatusGrant(on("2026-03-03"), "silver", date(2026, 3, 3))) == Refused(
        RefusalCode.ALREADY_OVER, subject="silver"
    )
    assert customer.tries(StatusGrant(on("2025-12-03"), "silver")) == Refused(RefusalCode.NOT_A_MEMBER)


def test_what_is_missing_is_told_both_ways() -> None:
    plan = a_plan(
        "spend_at_least: 50.00",
        gold="spend_at_least: 200.00, purchases_at_least: 9",
        tiers="  window: {months: 2}\n",
    )
    customer = Customer(plan)
    customer.buys("2026-03-02", 6000)
    climb = to_climb(plan, customer.state, date(2026, 3, 3))
    assert climb is not None
    assert (climb.level, climb.needs_all) == ("gold", False)
    assert climb.by == {TierMeasure.SPEND: 14_000, TierMeasure.PURCHASES: 8}
    # On 2 May, when the status is over, only April and May count: the spend of March no longer does.
    stay = to_stay(plan, customer.state, date(2026, 3, 3))
    assert stay is not None
    assert (stay.level, stay.by, stay.until) == ("silver", {TierMeasure.SPEND: 5_000}, date(2026, 5, 3))
    assert to_stay(plan, Customer(plan).state, date(2026, 3, 3)) is None


def test_a_status_that_staff_gave_stays_so_with_the_survivor_of_a_merger() -> None:
    plan = a_plan("spend_at_least: 50.00")
    survivor, absorbed = Customer(plan), Customer(plan)
    absorbed.does(StatusGrant(on("2026-03-03"), "silver", date(2026, 6, 1)))
    survivor.does(Merger(on("2026-03-04")), absorbed.state)
    assert (survivor.state.tier, survivor.state.tier_cause) == ("silver", TierCause.GRANTED)


@pytest.mark.parametrize("suspended", [False, True])
def test_the_status_that_a_merger_gave_goes_with_it_also_after_a_suspension_that_prolonged_it(
    suspended: bool,
) -> None:
    plan = a_plan("spend_at_least: 50.00")
    survivor, absorbed = Customer(plan), Customer(plan)
    absorbed.does(StatusGrant(on("2026-03-03"), "silver", date(2026, 6, 1)))
    own = survivor.state
    merger = decide(plan, Facts(own, absorbed=absorbed.state), Merger(on("2026-03-04")))
    assert isinstance(merger, Decision)
    survivor.does(Merger(on("2026-03-04")), absorbed.state)
    separation = separation_of(merger, own, on("2026-03-20"))
    assert separation.status == MergedStatus("silver", date(2026, 6, 1), "bronze", own.tier_until)
    if suspended:
        survivor.does(Suspension(on("2026-03-05")))
        survivor.does(Resumption(on("2026-03-10")))
        assert survivor.state.tier_until == date(2026, 6, 6)
    survivor.does(separation)
    assert (survivor.state.tier, survivor.state.tier_cause) == ("bronze", None)


def test_a_late_ticket_brings_the_status_that_later_purchases_had_only_missed_by_it() -> None:
    customer = Customer(a_plan("spend_at_least: 500.00", keep="{months: 12}"))
    assert customer.buys("2026-03-01", 30_000) == "bronze"
    assert customer.buys("2026-02-10", 25_000) == "silver"
    assert customer.state.tier_on(date(2026, 2, 28)) == "bronze"
    assert customer.state.tier_on(date(2026, 3, 1)) == "silver"
