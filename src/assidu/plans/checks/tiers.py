"""Statuses: what may be wrong with them beyond types."""

from collections.abc import Iterator

from assidu.decisions.plan import TierWindow
from assidu.plans.document import Document, Level
from assidu.plans.problems import Path, Problem, unknown


def check_tiers(document: Document) -> Iterator[Problem]:
    tiers = document.tiers
    if tiers is None:
        return
    for i in range(1, len(tiers.levels)):
        level, before = tiers.levels[i], tiers.levels[i - 1]
        if not _rises(before, level):
            figures = {"code": level.code, "before": before.code}
            yield Problem("levels_not_rising", ("tiers", "levels", i), figures)
    if tiers.window.kind is TierWindow.CALENDAR_YEAR and tiers.window.months != 12:
        yield Problem("months_without_meaning", ("tiers", "window", "months"), is_warning=True)
    currencies = {currency.code for currency in document.currencies}
    first = ""
    for i, level in enumerate(tiers.levels):
        path: Path = ("tiers", "levels", i)
        if level.engagement_at_least is not None and document.engagement is None:
            yield Problem("no_engagement", (*path, "engagement_at_least"))
        if level.units_at_least is None:
            continue
        code = level.units_at_least.currency
        if code not in currencies:
            yield unknown("unknown_currency", code, currencies, (*path, "units_at_least", "currency"))
        elif first and code != first:
            figures = {"code": code, "before": first}
            yield Problem("levels_two_currencies", (*path, "units_at_least", "currency"), figures)
        first = first or code


def _rises(before: Level, level: Level) -> bool:
    """Does it ask for more of something, and for less of nothing that the level below asks for?"""
    less, more = _asks(before), _asks(level)
    return less != more and all(a <= b for a, b in zip(less, more, strict=True))


def _asks(level: Level) -> tuple[int, int, int, int]:
    units = 0 if level.units_at_least is None else level.units_at_least.units
    return (
        int(level.spend_at_least * 10_000),
        units,
        level.purchases_at_least or 0,
        level.engagement_at_least or 0,
    )
