"""Assumptions measured from a past that is known."""

from datetime import date

import pytest

from assidu.economics.models.assumptions import Measured, problems
from assidu.economics.models.baseline import CurrencyRate, TierFlow, TierMonth, measured
from assidu.economics.models.redemption import Interval

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
POINTS = {"points": CurrencyRate(1.0, 0.5, Interval(0.4, 0.7), 60.0, 10.0, (80.0, 20.0))}


def a_month(tier: str, month: date, active: int, **rest: int) -> TierMonth:
    figures = {
        "members": 100, "purchases": 2 * active, "ttc_minor": 12_000 * active, "ht_minor": 10_000 * active,
        "returned_minor": 1_200 * active, "margin_ht_minor": 10_000 * active, "margin_minor": 4_000 * active,
    }  # fmt: skip
    return TierMonth(tier, month, active=active, **(figures | rest))


def test_rates_are_those_of_all_months_and_ranges_hold_four_months_of_five() -> None:
    months = [a_month("gold", MARCH, 40), a_month("gold", APRIL, 60, members=120)]
    flows = [TierFlow("gold", "points", 30_000, 9_000)]
    found = measured("past", months, flows, POINTS)
    (gold,) = found.segments
    assert not list(problems(found))
    assert (gold.members.value, gold.members.basis) == (120, Measured.MEASURED)
    assert gold.participation.value == pytest.approx(100 * 100 / 220, abs=1e-3)
    assert gold.participation.lowest < 45 < gold.participation.highest
    assert gold.frequency.value == 2
    assert (gold.frequency.low, gold.frequency.high) == (None, None), "it was the same every month"
    assert gold.basket.value == pytest.approx(45), "net of what came back, without VAT"
    assert gold.vat.value == pytest.approx(20)
    assert gold.margin.value == 40
    assert gold.face_rate.value == pytest.approx(100 * 30_000 / (0.9 * 10_000 * 100), abs=1e-3)
    assert (gold.redemption.low, gold.redemption.value, gold.redemption.high) == (40, 50, 70)
    assert (gold.cost.value, gold.funded.value, found.used_by_age) == (60, 10, (80.0, 20.0))


def test_a_status_that_uses_more_of_what_it_is_given_has_a_higher_rate() -> None:
    months = [a_month("gold", MARCH, 40), a_month("bronze", MARCH, 40)]
    flows = [TierFlow("gold", "points", 10_000, 6_000), TierFlow("bronze", "points", 10_000, 2_000)]
    names = {"gold": "Or", "bronze": "Bronze"}
    bronze, gold = measured("past", months, flows, POINTS).segments
    in_order = measured("past", months, flows, POINTS, tier_names=names).segments
    assert [(one.code, one.name) for one in in_order] == [*names.items()], "as the programme has them"
    assert (bronze.redemption.value, gold.redemption.value) == (25, 75)
    assert gold.redemption.highest == 100, "never more than all of it"


def test_what_no_past_can_tell_is_assumed_and_wide() -> None:
    (gold,) = measured("past", [a_month("gold", MARCH, 40)], [], {}).segments
    for name in ("frequency_uplift", "cannibalisation", "self_selection"):
        one = getattr(gold, name)
        assert one.basis is Measured.ASSUMED
        assert one.lowest < one.value < one.highest
    assert gold.redemption.value == 0, "nothing was given"
    (unknown,) = measured("past", [a_month("gold", MARCH, 40, margin_ht_minor=0)], [], {}).segments
    assert unknown.margin.basis is Measured.ASSUMED
    assert unknown.margin.lowest < unknown.margin.value < unknown.margin.highest


def test_a_month_without_members_or_sales_gives_no_false_figure() -> None:
    assert measured("past", [], [], POINTS).segments == ()
    nobody = TierMonth("", MARCH)
    assert measured("past", [nobody], [], POINTS).segments == ()
    idle = TierMonth("", MARCH, members=5)
    (one,) = measured("past", [idle], [], POINTS).segments
    assert (one.code, one.participation.value, one.frequency.value, one.basket.value) == ("members", 0, 0, 0)
    assert not list(problems(measured("past", [idle], [], POINTS)))
