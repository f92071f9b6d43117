"""Days, periods and durations in the programme's time zone.

A lot expires, a tier ends and a cap starts again on a *local day*; an instant is only derived from it
where a clock must be compared (``midnight``).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

LAST_DAY = date(9999, 12, 31)
_DAYS_TO_LAST_DAY_MAX = 366 * 200
_DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class RoundTo(StrEnum):
    """The boundary up to which a duration is prolonged in the customer's favour."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Period(StrEnum):
    """A span after which a cap or a quota starts again."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of calendar units, prolonged to the end of a day, month or year."""

    number: int
    unit: Unit
    round_to: RoundTo = RoundTo.DAY


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; the transition itself where the clock skips midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def month_of(day: date) -> date:
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of that month when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    days = _DAYS_OF_MONTHS[month]
    if month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        days = 29
    return date(year, month + 1, min(day.day, days))


@lru_cache(maxsize=8192)  # the same few durations are asked again for every ticket of a day
def end_after(start: date, duration: Duration) -> date:
    """The first day that is *no longer* inside ``duration`` counted from ``start``.

    Six months from 15 March, rounded to the month: 15 September is inside and so is the rest of that month,
    so the answer is 1 October. With no rounding the day that completes the duration is the last one inside.
    """
    assert duration.number >= 0
    if duration.unit is Unit.DAY:
        last = start + timedelta(days=min(duration.number, _DAYS_TO_LAST_DAY_MAX))
    elif duration.unit is Unit.WEEK:
        last = start + timedelta(days=min(7 * duration.number, _DAYS_TO_LAST_DAY_MAX))
    elif duration.unit is Unit.MONTH:
        last = add_months(start, duration.number)
    else:
        last = add_months(start, 12 * duration.number)
    if last.year >= LAST_DAY.year:
        return LAST_DAY
    if duration.round_to is RoundTo.MONTH:
        return add_months(month_of(last), 1)
    if duration.round_to is RoundTo.YEAR:
        return date(last.year + 1, 1, 1)
    return last + timedelta(days=1)


def minute_of(at: datetime, zone: ZoneInfo) -> int:
    """Minutes of the local clock since midnight: 0 to 1,439."""
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def period_start(period: Period, day: date) -> date:
    """The first day of the period that contains ``day``; of ``EVER``, the first day there is."""
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return date.fromordinal(max(day.toordinal() - day.weekday(), 1))
    if period is Period.MONTH:
        return month_of(day)
    if period is Period.QUARTER:
        return date(day.year, 3 * _quarter(day) - 2, 1)
    if period is Period.YEAR:
        return date(day.year, 1, 1)
    return date.min


def _quarter(day: date) -> int:
    """1 to 4."""
    return (day.month + 2) // 3


def previous_period(period: Period, start: date) -> date:
    """The first day of the period before the one that begins on ``start``."""
    if start == date.min:
        return start
    return period_start(period, date.fromordinal(start.toordinal() - 1))


def period_key(period: Period, day: date) -> str:
    """The name of the period that contains ``day``: ``2026-11-22``, ``2026-W47``, ``2026-11``, ``2026-Q4``, ``2026``,
    ``ever``."""
    if period is Period.DAY:
        return day.isoformat()
    if period is Period.MONTH:
        return f"{day.year:04d}-{day.month:02d}"
    if period is Period.QUARTER:
        return f"{day.year:04d}-Q{_quarter(day)}"
    if period is Period.YEAR:
        return f"{day.year:04d}"
    if period is Period.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return "ever"


def later(day: date, days: int) -> date:
    """So many days later, or the last day there is."""
    return day + timedelta(days=days) if (LAST_DAY - day).days > days else LAST_DAY
