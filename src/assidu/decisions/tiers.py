"""Statuses: which level a customer's spend reaches, when a level is given, kept or lowered."""

from collections.abc import Mapping
from datetime import date

from assidu.decisions.calendar import add_months, end_after, month_of
from assidu.decisions.decision import TierCause, TierChange
from assidu.decisions.plan import Downgrade, Plan, TierLevel, Tiers, TierWindow
from assidu.decisions.state import State

SPEND = "spend:"
MONTHS_KEPT_MAX = 36
"""How far back monthly spend is kept in the state: longer than any window that a plan may ask for."""


def spend_counter(day: date) -> str:
    return f"{SPEND}{day.year:04d}-{day.month:02d}"


def spend_minor(tiers: Tiers, counters: Mapping[str, int], day: date) -> int:
    """What counts for the status on ``day``: the months of the window, this one included."""
    if tiers.window is TierWindow.CALENDAR_YEAR:
        from_month = spend_counter(date(day.year, 1, 1))
    else:
        from_month = spend_counter(add_months(month_of(day), 1 - tiers.months))
    to_month = spend_counter(day)
    return sum([value for name, value in counters.items() if from_month <= name <= to_month])


def level_reached(tiers: Tiers, spend: int) -> TierLevel | None:
    """The highest level whose threshold the spend reaches."""
    reached = None
    for level in tiers.levels:
        if spend >= level.spend_min_minor:
            reached = level
    return reached


def upgrade(plan: Plan, state: State, day: date, more_minor: int) -> TierChange | None:
    """At once, when spend, ``more_minor`` included, reaches a higher level than the one held; never a downgrade."""
    tiers = plan.tiers
    if tiers is None:
        return None
    held = tiers.rank(state.tier)
    if held == len(tiers.levels) - 1:
        return None
    reached = level_reached(tiers, spend_minor(tiers, state.counters, day) + more_minor)
    if reached is None or tiers.rank(reached.code) <= held:
        return None
    return TierChange(reached.code, day, _until(tiers, reached, day), TierCause.REACHED)


def entry(plan: Plan, day: date) -> TierChange | None:
    """The level of somebody who joins: the one that asks for nothing, if there is one."""
    if plan.tiers is None:
        return None
    reached = level_reached(plan.tiers, 0)
    return None if reached is None else TierChange(reached.code, day, None, TierCause.JOINED)


def review(plan: Plan, state: State, day: date) -> TierChange | None:
    """At the end of a tier's time: kept if spend still reaches it, else lowered as the plan says."""
    if state.tier is None or state.tier_until is None or state.tier_until > day:
        return None
    tiers = plan.tiers
    if tiers is None:
        # The programme has no levels any more: what was promised is kept, and there is nothing left to review.
        return TierChange(state.tier, day, None, TierCause.KEPT)
    held = tiers.rank(state.tier)
    # The window closes with the last day of the tier's time: the review falls on the morning after.
    last_day = date.fromordinal(day.toordinal() - 1)
    reached = level_reached(tiers, spend_minor(tiers, state.counters, last_day))
    rank = tiers.rank(reached.code if reached else None)
    if rank >= held:
        if reached is None:
            assert held < 0, "a level that the plan no longer knows"
            return TierChange(state.tier, day, None, TierCause.KEPT)
        cause = TierCause.KEPT if rank == held else TierCause.REACHED
        return TierChange(reached.code, day, _until(tiers, reached, day), cause)
    if tiers.downgrade is Downgrade.ONE_STEP:
        rank = held - 1
    if rank < 0:
        rank = 0
    level = tiers.levels[rank]
    return TierChange(level.code, day, _until(tiers, level, day), TierCause.LOWERED)


def missing_minor(plan: Plan, state: State, day: date) -> tuple[str, int] | None:
    """The next level and what must still be spent to reach it; ``None`` at the top."""
    tiers = plan.tiers
    if tiers is None:
        return None
    above = tiers.rank(state.tier) + 1
    if above >= len(tiers.levels):
        return None
    level = tiers.levels[above]
    return level.code, max(level.spend_min_minor - spend_minor(tiers, state.counters, day), 0)


def _until(tiers: Tiers, level: TierLevel, day: date) -> date | None:
    """The day of the review; the first level has none, since there is nothing below it."""
    if level is tiers.levels[0]:
        return None
    return end_after(day, tiers.keep)
