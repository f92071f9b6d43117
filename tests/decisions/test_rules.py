"""Each condition, gift and limit of a rule on its boundary, and what is told when it does not apply."""

from dataclasses import replace
from datetime import date

import pytest

from assidu.decisions import decide
from assidu.decisions.calendar import Period
from assidu.decisions.decision import Decision, ReasonCode
from assidu.decisions.events import Payment, Return, ReturnedLine, Sale
from assidu.decisions.facts import Facts
from assidu.decisions.money import Rounding
from assidu.decisions.plan import (
    Conditions,
    EarnRule,
    Exclusions,
    Fixed,
    Gift,
    Lines,
    Multiply,
    PerAmount,
    PeriodCap,
    Plan,
    Quota,
    Threshold,
)
from assidu.decisions.state import State
from builders.notebook import Notebook
from builders.plans import BRONZE_SILVER_GOLD, a_plan, a_rule
from builders.sales import a_line, a_sale, on
from builders.states import a_member


def told(plan: Plan, sale: Sale, state: State | None = None) -> tuple[str, dict[str, int]]:
    """What became of the plan's last rule."""
    facts = Facts(state or a_member(tier="silver"))
    decision = decide(plan, facts, sale, trace=True)
    assert isinstance(decision, Decision)
    reason = decision.reasons[-1]
    assert reason.rule == plan.rules[-1].code
    return reason.code, dict(reason.figures)


ON_MONDAY_2_MARCH = on("2026-03-02")


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (Conditions(), ReasonCode.APPLIED),
        (Conditions(channels=frozenset({"store", "web"})), ReasonCode.APPLIED),
        (Conditions(channels=frozenset({"web"})), ReasonCode.OTHER_CHANNEL),
        (Conditions(stores=frozenset({"317"})), ReasonCode.APPLIED),
        (Conditions(stores=frozenset({"318"})), ReasonCode.OTHER_STORE),
        (Conditions(weekdays=frozenset({0})), ReasonCode.APPLIED),
        (Conditions(weekdays=frozenset({1, 2, 3, 4, 5, 6})), ReasonCode.OTHER_DAY),
        (Conditions(from_day=date(2026, 3, 2)), ReasonCode.APPLIED),
        (Conditions(from_day=date(2026, 3, 3)), ReasonCode.NOT_YET),
        (Conditions(to_day=date(2026, 3, 2)), ReasonCode.APPLIED),
        (Conditions(to_day=date(2026, 3, 1)), ReasonCode.OVER),
        (Conditions(tiers=frozenset({"silver"})), ReasonCode.APPLIED),
        (Conditions(tiers=frozenset({"gold"})), ReasonCode.OTHER_TIER),
        (Conditions(is_first_purchase=True), ReasonCode.APPLIED),
        (Conditions(amount_min_minor=1000), ReasonCode.APPLIED),
        (Conditions(amount_min_minor=1001), ReasonCode.AMOUNT_TOO_LOW),
        (Conditions(amount_max_minor=1000), ReasonCode.APPLIED),
        (Conditions(amount_max_minor=999), ReasonCode.AMOUNT_TOO_HIGH),
    ],
)
def test_a_condition_holds_exactly_up_to_its_boundary(when: Conditions, code: ReasonCode) -> None:
    plan = a_plan(a_rule(when=when), tiers=BRONZE_SILVER_GOLD)
    assert told(plan, a_sale(1000, at=ON_MONDAY_2_MARCH))[0] == code


@pytest.mark.parametrize(
    ("lines", "given"),
    [
        (None, 100),
        (Lines(departments=frozenset({"produce"})), 30),
        (Lines(departments=frozenset({"produce", "meat"})), 70),
        (Lines(brands=frozenset({"ours"})), 50),
        (Lines(departments=frozenset({"produce"}), brands=frozenset({"ours"})), 10),
        (Lines(skus=frozenset({"ham"})), 40),
        (Lines(skus=frozenset({"ham"}), brands=frozenset({"theirs"})), 0),
        (Lines(departments=frozenset({"fish"})), 0),
    ],
)
def test_a_rule_counts_the_lines_that_it_names(lines: Lines | None, given: int) -> None:
    sale = a_sale(
        a_line(1000, sku="apple", department="produce", brand="ours"),
        a_line(2000, sku="pear", department="produce", brand="theirs"),
        a_line(4000, sku="ham", department="meat", brand="ours"),
        a_line(3000, sku="soap", department="home"),
    )
    code, figures = told(a_plan(a_rule(lines=lines)), sale)
    assert (code, figures.get("given", 0)) == (
        (ReasonCode.APPLIED, given) if given else (ReasonCode.NO_SUCH_LINE, 0)
    )


@pytest.mark.parametrize(
    ("gift", "amounts"),
    [
        (Fixed(7), {1: 7, 99_999: 7}),
        (PerAmount(1, 100), {99: 0, 100: 1, 199: 1, 200: 2}),
        (PerAmount(10, 100), {9: 0, 10: 1, 99: 9, 100: 10}),
        (PerAmount(1, 100, Rounding.UP), {1: 1, 100: 1, 101: 2}),
        (PerAmount(1, 100, Rounding.HALF_UP), {49: 0, 50: 1, 149: 1, 150: 2}),
        (PerAmount(1, 100, Rounding.HALF_EVEN), {50: 0, 51: 1, 150: 2, 250: 2}),
        (PerAmount(10, 500, whole_steps=True), {499: 0, 500: 10, 999: 10, 1000: 20}),
        (Multiply("base", PerAmount(1, 100), 200), {99: 0, 100: 1, 150: 1, 1000: 10}),
        (Multiply("base", PerAmount(1, 100), 150), {199: 0, 200: 1, 399: 1, 1000: 5}),
        (Multiply("base", PerAmount(1, 100, Rounding.UP), 150), {1: 1, 200: 1, 201: 2}),
        (
            Multiply("base", PerAmount(3, 500, whole_steps=True), 150),
            {499: 0, 500: 1, 1000: 3, 1500: 4, 50_000: 150},
        ),
        (Multiply("base", PerAmount(1, 100), 100), {5000: 0}),
        (Threshold(((2000, 10), (5000, 50))), {1999: 0, 2000: 10, 4999: 10, 5000: 50, 90_000: 50}),
    ],
)
def test_a_gift_gives_on_an_amount(gift: Gift, amounts: dict[int, int]) -> None:
    plan = a_plan(a_rule(gift=gift))
    for amount, given in amounts.items():
        assert told(plan, a_sale(amount))[1].get("given", 0) == given, amount


DAY, YEAR = Period.DAY, Period.YEAR


@pytest.mark.parametrize(
    ("rule", "counters", "code", "figures"),
    [
        (a_rule(cap_per_sale=9), {}, ReasonCode.APPLIED, {"given": 9, "basis_minor": 1000, "wished": 10}),
        (a_rule(cap_per_sale=10), {}, ReasonCode.APPLIED, {"given": 10, "basis_minor": 1000}),
        (a_rule(cap_per_sale=0), {}, ReasonCode.SALE_CAP_REACHED, {"cap": 0}),
        (
            a_rule(cap=PeriodCap(50, YEAR)),
            {"cap:base:2026": 45, "cap:base:2025": 50},
            ReasonCode.APPLIED,
            {"given": 5, "basis_minor": 1000, "wished": 10},
        ),
        (
            a_rule(cap=PeriodCap(50, YEAR)),
            {"cap:base:2026": 50},
            ReasonCode.CAP_REACHED,
            {"limit": 50, "used": 50},
        ),
        (
            a_rule(times=PeriodCap(2, DAY)),
            {"times:base:2026-03-02": 1},
            ReasonCode.APPLIED,
            {"given": 10, "basis_minor": 1000},
        ),
        (
            a_rule(times=PeriodCap(2, DAY)),
            {"times:base:2026-03-02": 2},
            ReasonCode.TIMES_REACHED,
            {"limit": 2, "used": 2},
        ),
        (a_rule(quota=Quota(10, DAY)), {}, ReasonCode.QUOTA_ASKED, {"limit": 10}),
        (a_rule(gift=Threshold(((1500, 10),))), {}, ReasonCode.BELOW_FIRST_STEP, {"missing_minor": 500}),
        (a_rule(gift=PerAmount(1, 2000)), {}, ReasonCode.NOTHING_ELIGIBLE, {"basis_minor": 1000}),
        (
            a_rule(when=Conditions(amount_min_minor=1800)),
            {},
            ReasonCode.AMOUNT_TOO_LOW,
            {"missing_minor": 800},
        ),
        (
            a_rule(when=Conditions(amount_max_minor=900)),
            {},
            ReasonCode.AMOUNT_TOO_HIGH,
            {"limit_minor": 900},
        ),
        (
            a_rule(when=Conditions(is_first_purchase=True)),
            {"sales:ever": 1},
            ReasonCode.NOT_FIRST_PURCHASE,
            {},
        ),
    ],
)
def test_a_limit_is_told_with_its_figures(
    rule: EarnRule, counters: dict[str, int], code: ReasonCode, figures: dict[str, int]
) -> None:
    assert told(a_plan(rule), a_sale(1000), a_member(counters=counters)) == (code, figures)


def test_nothing_on_the_ticket_earns_where_everything_is_excluded() -> None:
    out = Exclusions(departments=frozenset({"grocery"}))
    assert told(a_plan(a_rule(), exclusions=out), a_sale(1000)) == (ReasonCode.NO_SUCH_LINE, {})


def test_counters_move_only_for_the_rules_that_gave_something() -> None:
    plan = a_plan(
        a_rule("gave", cap=PeriodCap(4, DAY), times=PeriodCap(3, Period.WEEK)),
        a_rule("asked", quota=Quota(1, DAY), times=PeriodCap(3, Period.EVER)),
        a_rule("not", when=Conditions(channels=frozenset({"web"})), times=PeriodCap(3, Period.EVER)),
    )
    decision = decide(plan, Facts(a_member()), a_sale(1000, at=ON_MONDAY_2_MARCH))
    assert isinstance(decision, Decision)
    assert dict(decision.counts) == {
        "times:gave:2026-W10": 1,
        "cap:gave:2026-03-02": 4,
        "sales:ever": 1,
        "spend:2026-03": 1000,
    }
    assert decision.inputs is not None
    assert decision.inputs.counters == {
        "times:gave:2026-W10": 0,
        "cap:gave:2026-03-02": 0,
        "times:asked:ever": 0,
    }


def test_a_ticket_of_one_month_does_not_meet_the_cap_of_another() -> None:
    book = Notebook(a_plan(a_rule(cap=PeriodCap(15, Period.MONTH))), a_member(seq=0))
    given = [
        sum(award.quantity for award in book.must(a_sale(1000, at=on(day))).awards)
        for day in ("2026-03-30", "2026-03-31", "2026-03-31", "2026-04-01")
    ]
    assert given == [10, 5, 0, 10]


def test_points_paid_come_back_part_by_part() -> None:
    book = Notebook(a_plan(), a_member(points=300, seq=0))
    book.must(a_sale(1000, 1000, 1000, payments=[Payment("points", 300)]))
    for line, left in ((0, 100), (1, 200), (2, 300)):
        book.must(Return(ON_MONDAY_2_MARCH, 1, (ReturnedLine(line, 1000),)))
        assert book.state.available("points") == left


def test_a_rule_may_give_units_with_an_end_of_their_own() -> None:
    longer = replace(a_rule("longer", Fixed(5)), expires=BRONZE_SILVER_GOLD.keep)
    book = Notebook(a_plan(a_rule(), longer), a_member(seq=0))
    book.must(a_sale(1000, at=ON_MONDAY_2_MARCH))
    assert {lot.expires_on: left for lot, left in book.state.lots.items()} == {
        date(2026, 10, 1): 10,
        date(2027, 4, 1): 5,
    }
