"""Which spend counts for a level, and what is still missing."""

from dataclasses import replace
from datetime import date

import pytest

from assidu.decisions.decision import Count
from assidu.decisions.plan import TierLevel, TierMeasure, Tiers, TierWindow
from assidu.decisions.tiers import level_reached, missing_minor, spend_counter, spend_minor, upgrade
from builders.plans import BRONZE_SILVER_GOLD, a_plan
from builders.states import a_member

COUNTERS = {
    "spend:2024-12": 1,
    "spend:2025-01": 10,
    "spend:2025-12": 100,
    "spend:2026-01": 1_000,
    "spend:2026-03": 10_000,
    "spend:2026-04": 100_000,
    "sales:ever": 7,
    "times:spend:2026-02": 9,
}


def _tiers(window: TierWindow, months: int = 12) -> Tiers:
    return replace(BRONZE_SILVER_GOLD, window=window, months=months)


@pytest.mark.parametrize(
    ("window", "months", "day", "spend"),
    [
        (TierWindow.ROLLING_MONTHS, 12, date(2026, 3, 31), 11_100),
        (TierWindow.ROLLING_MONTHS, 12, date(2026, 4, 1), 111_100),
        (TierWindow.ROLLING_MONTHS, 12, date(2025, 12, 31), 110),
        (TierWindow.ROLLING_MONTHS, 1, date(2026, 3, 1), 10_000),
        (TierWindow.ROLLING_MONTHS, 2, date(2026, 1, 31), 1_100),
        (TierWindow.ROLLING_MONTHS, 36, date(2026, 4, 30), 111_111),
        (TierWindow.CALENDAR_YEAR, 12, date(2026, 3, 31), 11_000),
        (TierWindow.CALENDAR_YEAR, 12, date(2026, 12, 31), 111_000),
        (TierWindow.CALENDAR_YEAR, 12, date(2025, 1, 1), 10),
    ],
)
def test_spend_counts_by_whole_months_of_the_window(
    window: TierWindow, months: int, day: date, spend: int
) -> None:
    assert spend_minor(_tiers(window, months), COUNTERS, day) == spend


@pytest.mark.parametrize(
    ("spend", "level"),
    [
        (-1, "bronze"),
        (0, "bronze"),
        (49_999, "bronze"),
        (50_000, "silver"),
        (149_999, "silver"),
        (150_000, "gold"),
        (10**9, "gold"),
    ],
)
def test_a_level_is_reached_exactly_on_its_threshold(spend: int, level: str | None) -> None:
    found = level_reached(BRONZE_SILVER_GOLD, {TierMeasure.SPEND: spend})
    assert (found.code if found else None) == level


def test_no_level_is_reached_where_even_the_first_asks_for_something() -> None:
    assert (
        level_reached(replace(BRONZE_SILVER_GOLD, levels=(TierLevel("silver", 1),)), {TierMeasure.SPEND: 0})
        is None
    )


@pytest.mark.parametrize(
    ("tier", "spent", "missing"),
    [
        (None, 0, ("bronze", 0)),
        ("bronze", 0, ("silver", 50_000)),
        ("bronze", 20_000, ("silver", 30_000)),
        ("silver", 149_999, ("gold", 1)),
        ("silver", 150_001, ("gold", 0)),
        ("gold", 0, None),
        ("platinum", 0, ("bronze", 0)),
    ],
)
def test_what_is_missing_to_the_next_level(
    tier: str | None, spent: int, missing: tuple[str, int] | None
) -> None:
    state = a_member(tier=tier, counters={"spend:2026-03": spent})
    assert missing_minor(a_plan(tiers=BRONZE_SILVER_GOLD), state, date(2026, 3, 2)) == missing


@pytest.mark.parametrize(
    ("held", "spent", "more", "tier"),
    [
        ("bronze", 49_999, 1, "silver"),
        ("bronze", 0, 150_000, "gold"),
        ("bronze", 0, 49_999, None),
        ("silver", 50_000, 1, None),
        ("gold", 0, 1, None),
        (None, 0, 1, "bronze"),
    ],
)
def test_a_ticket_raises_a_customer_at_once_and_never_lowers(
    held: str | None, spent: int, more: int, tier: str | None
) -> None:
    state = a_member(tier=held, counters={"spend:2026-03": spent})
    day = date(2026, 3, 2)
    change = upgrade(a_plan(tiers=BRONZE_SILVER_GOLD), state, day, [Count(spend_counter(day), more)])
    assert (change.tier if change else None) == tier
    if change is not None:
        assert change.until == (None if tier == "bronze" else date(2027, 4, 1))
