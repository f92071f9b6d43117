"""Statuses: which level a customer reaches, when a level is given, kept or lowered, and what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from assidu.decisions.calendar import end_after
from assidu.decisions.decision import Award, Count, TierChange
from assidu.decisions.engagement import score
from assidu.decisions.plan import Downgrade, Plan, TierLevel, TierMeasure, Tiers, TierWindow
from assidu.decisions.state import State, TierCause

SPEND = "spend:"
BOUGHT = "bought:"
UNITS = "units:"
MONTHS_KEPT_MAX = 36
"""How far back months are kept in the state: longer than any window that a plan may ask for."""

_COUNTED_AS = {
    TierMeasure.SPEND: SPEND,
    TierMeasure.PURCHASES: BOUGHT,
    TierMeasure.UNITS: UNITS,
}


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing to a level by ``until`` (``None``: whenever): all of it or, without ``needs_all``, one of it."""

    level: str
    by: Mapping[TierMeasure, int]
    needs_all: bool
    until: date | None = None


def spend_counter(day: date) -> str:
    return f"{SPEND}{day.year:04d}-{day.month:02d}"


def standing_counts(
    plan: Plan, day: date, *, spend_minor: int = 0, purchases: int = 0, awards: Iterable[Award] = ()
) -> tuple[Count, ...]:
    """The counters behind the statuses of the plan, moved by what happened on ``day``."""
    counts: tuple[Count, ...] = ()
    if spend_minor:
        counts = (Count(spend_counter(day), spend_minor),)
    if plan.tiers is None:
        return counts
    month = f"{day.year:04d}-{day.month:02d}"
    if purchases and TierMeasure.PURCHASES in plan.tiers.measures:
        counts += (Count(BOUGHT + month, purchases),)
    if TierMeasure.UNITS in plan.tiers.measures:
        units = sum(a.quantity for a in awards if a.currency == plan.tiers.units_currency)
        if units:
            counts += (Count(UNITS + month, units),)
    return counts


def units_counted(plan: Plan, day: date, currency: str, change: int) -> tuple[Count, ...]:
    """The same for units of ``currency`` that come or go without a rule."""
    tiers = plan.tiers
    if not change or tiers is None or currency != tiers.units_currency:
        return ()
    return (
        (Count(f"{UNITS}{day.year:04d}-{day.month:02d}", change),)
        if TierMeasure.UNITS in tiers.measures
        else ()
    )


def spend_minor(tiers: Tiers, counters: Mapping[str, int], day: date) -> int:
    """The spend that counts for the status on ``day``: the months of the window, this one included."""
    return _summed(SPEND, tiers, counters, day)


def measured(
    plan: Plan, tiers: Tiers, counters: Mapping[str, int], day: date, moved: Iterable[Count] = ()
) -> dict[TierMeasure, int]:
    """Everything that the plan's levels look at, as it is on ``day``, once ``moved`` is counted too."""
    found: dict[TierMeasure, int] = {}
    for measure in tiers.measures:
        if measure is TierMeasure.ENGAGEMENT:
            after = {**counters, **{name: counters.get(name, 0) + change for name, change in moved}}
            found[measure] = score(plan.engagement, after, day)
        else:
            found[measure] = _summed(_COUNTED_AS[measure], tiers, counters, day, moved)
    return found


def _summed(
    prefix: str, tiers: Tiers, counters: Mapping[str, int], day: date, moved: Iterable[Count] = ()
) -> int:
    counting = _counting(prefix, tiers.window, tiers.months, day.year, day.month)
    find = counters.get
    found = sum([find(name, 0) for name in counting])
    for name, change in moved:
        if name in counting:
            found += change
    return found


@lru_cache(maxsize=1024)  # every ticket of a month asks for the same few
def _counting(prefix: str, window: TierWindow, months: int, year: int, month: int) -> tuple[str, ...]:
    """The counters of the months that count in a month, this one included."""
    last = year * 12 + month - 1
    first = max(last + 1 - months, 12) if window is TierWindow.ROLLING_MONTHS else year * 12
    return tuple(f"{prefix}{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1))


def level_reached(tiers: Tiers, standing: Mapping[TierMeasure, int]) -> TierLevel | None:
    """The highest level of which all, or one, of what it asks for is there."""
    for level in reversed(tiers.levels):
        met = [standing.get(measure, 0) >= least for measure, least in level.asks]
        if not met or (all(met) if tiers.needs_all else any(met)):
            return level
    return None


def upgrade(plan: Plan, state: State, day: date, counts: Iterable[Count]) -> TierChange | None:
    """At once, when ``counts`` bring a higher level than the one held, or save it in its time of grace; never a
    downgrade."""
    tiers = plan.tiers
    if tiers is None:
        return None
    held = tiers.rank(state.tier)
    is_in_grace = state.tier_cause is TierCause.GRACE
    if held == len(tiers.levels) - 1 and not is_in_grace:
        return None
    counters = state.counters
    moved = tuple(counts)
    for since in (day, *_later_months(tiers, counters, day)):
        reached = level_reached(tiers, measured(plan, tiers, counters, since, moved))
        rank = -1 if reached is None else tiers.rank(reached.code)
        if reached is not None and (rank > held or (rank == held and is_in_grace)):
            cause = TierCause.REACHED if rank > held else TierCause.KEPT
            return TierChange(reached.code, since, _until(tiers, reached, since), cause)
    return None


def _later_months(tiers: Tiers, counters: Mapping[str, int], day: date) -> list[date]:
    """The months after ``day`` that something was counted in: a late ticket may be what was missing there."""
    names = _names_after(tiers.measures, day.year, day.month)
    if counters.keys().isdisjoint(names):
        return []
    found = {name[-7:] for name in names if name in counters}
    return [date(int(later[:4]), int(later[5:]), 1) for later in sorted(found)]


@lru_cache(maxsize=256)
def _names_after(measures: frozenset[TierMeasure], year: int, month: int) -> tuple[str, ...]:
    """The counters of the months after a month, as far as any window that holds it reaches."""
    this = year * 12 + month - 1
    return tuple(
        f"{prefix}{n // 12:04d}-{n % 12 + 1:02d}"
        for measure, prefix in _COUNTED_AS.items()
        if prefix is SPEND or measure in measures
        for n in range(this + 1, this + 1 + MONTHS_KEPT_MAX)
    )


def entry(plan: Plan, day: date) -> TierChange | None:
    """The level of somebody who joins: the one that asks for nothing, if there is one."""
    if plan.tiers is None:
        return None
    reached = level_reached(plan.tiers, {})
    return None if reached is None else TierChange(reached.code, day, None, TierCause.JOINED)


def review(plan: Plan, state: State, day: date) -> TierChange | None:
    """At the end of a tier's time: kept if the customer still reaches it, else first a time of grace where the plan
    gives one, then lowered as the plan says."""
    if state.tier is None or state.tier_until is None or state.tier_until > day:
        return None
    tiers = plan.tiers
    if tiers is None:
        # The programme has no levels any more: what was promised is kept, and there is nothing left to review.
        return TierChange(state.tier, day, None, TierCause.KEPT)
    held = tiers.rank(state.tier)
    # The window closes with the last day of the tier's time: the review falls on the morning after.
    last_day = date.fromordinal(day.toordinal() - 1)
    reached = level_reached(tiers, measured(plan, tiers, state.counters, last_day))
    rank = tiers.rank(reached.code if reached else None)
    if rank >= held:
        if reached is None:
            assert held < 0, "a level that the plan no longer knows"
            return TierChange(state.tier, day, None, TierCause.KEPT)
        cause = TierCause.KEPT if rank == held else TierCause.REACHED
        return TierChange(reached.code, day, _until(tiers, reached, day), cause)
    if state.tier_cause is TierCause.GRANTED:
        return _after_grant(tiers, state, day, max(rank, 0))
    if tiers.grace is not None and state.tier_cause is not TierCause.GRACE:
        return TierChange(state.tier, day, end_after(day, tiers.grace), TierCause.GRACE)
    if tiers.downgrade is Downgrade.ONE_STEP:
        rank = held - 1
    if rank < 0:
        rank = 0
    level = tiers.levels[rank]
    return TierChange(level.code, day, _until(tiers, level, day), TierCause.LOWERED)


def _after_grant(tiers: Tiers, state: State, day: date, reached: int) -> TierChange:
    """What was given for a time is over: back to what was held before, if it still is, or to what is reached."""
    before = state.tier_before
    is_held = before is not None and (before.until is None or before.until > day)
    if is_held and before is not None and before.tier is not None and tiers.rank(before.tier) >= reached:
        return TierChange(before.tier, day, before.until, TierCause.LOWERED)
    level = tiers.levels[reached]
    return TierChange(level.code, day, _until(tiers, level, day), TierCause.LOWERED)


def missing_minor(plan: Plan, state: State, day: date) -> tuple[str, int] | None:
    """The next level and what must still be spent to reach it; ``None`` at the top, or where spend is not asked."""
    missing = to_climb(plan, state, day)
    if missing is None or (missing.by and TierMeasure.SPEND not in missing.by):
        return None
    return missing.level, missing.by.get(TierMeasure.SPEND, 0)


def to_climb(plan: Plan, state: State, day: date) -> Missing | None:
    """What is missing to the next level; ``None`` at the top."""
    tiers = plan.tiers
    if tiers is None:
        return None
    above = tiers.rank(state.tier) + 1
    if above >= len(tiers.levels):
        return None
    return _missing(tiers, tiers.levels[above], measured(plan, tiers, state.counters, day))


def to_stay(plan: Plan, state: State, day: date) -> Missing | None:
    """What is missing to keep the level when its time is over, counting what will still count then; ``None`` where
    there is nothing to lose."""
    tiers = plan.tiers
    if tiers is None or state.tier_until is None or state.tier_until <= day:
        return None
    held = tiers.rank(state.tier)
    if held <= 0:
        return None
    last_day = date.fromordinal(state.tier_until.toordinal() - 1)
    standing = measured(plan, tiers, state.counters, last_day)
    return _missing(tiers, tiers.levels[held], standing, state.tier_until)


def _missing(
    tiers: Tiers, level: TierLevel, standing: Mapping[TierMeasure, int], until: date | None = None
) -> Missing:
    by = {measure: max(least - standing.get(measure, 0), 0) for measure, least in level.asks}
    return Missing(level.code, by, tiers.needs_all, until)


def _until(tiers: Tiers, level: TierLevel, day: date) -> date | None:
    """The day of the review; the first level has none, since there is nothing below it."""
    if level is tiers.levels[0]:
        return None
    return end_after(day, tiers.keep)
