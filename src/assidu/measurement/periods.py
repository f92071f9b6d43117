"""The stretch of days that figures are about, and the one before to compare with."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = timedelta(days=366 * 5)


class Named(StrEnum):
    """Periods that go by a name. All of them end today."""

    TWELVE_MONTHS = "12m"
    THREE_MONTHS = "3m"
    YEAR = "year"


DEFAULT = Named.TWELVE_MONTHS
CUSTOM = "custom"
_MONTHS_BACK = {Named.TWELVE_MONTHS.value: 12, Named.YEAR.value: 12, Named.THREE_MONTHS.value: 3}


@dataclass(frozen=True)
class Period:
    """Both days included. ``key`` is its name, ``custom`` where days were chosen."""

    key: str
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def before(self) -> "Period":
        """The stretch just before: as many months back, or as many days."""
        if months := _MONTHS_BACK.get(self.key):
            return Period("", months_before(self.since, months), months_before(self.until, months))
        length = timedelta(days=self.days)
        return Period("", self.since - length, self.until - length)


def period_of(key: str, today: date) -> Period:
    """A named period; the last twelve months, the present one included, for any other name."""
    match key:
        case Named.THREE_MONTHS:
            return Period(key, months_before(today.replace(day=1), 2), today)
        case Named.YEAR:
            return Period(key, today.replace(month=1, day=1), today)
        case _:
            return Period(DEFAULT, months_before(today.replace(day=1), 11), today)


def period_between(since: date | None, until: date | None, today: date) -> Period | None:
    """Chosen days, a missing end filled in, five years at most; ``None`` where the period ends before it begins."""
    last = min(until or today, today + timedelta(days=366))
    first = max(since or months_before(last, 12), last - LONGEST)
    return Period(CUSTOM, first, last) if first <= last else None


def months_before(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 - months, 12)
    first = date(day.year + years, month + 1, 1)
    return min(first + timedelta(days=day.day - 1), _last_of(first))


def _last_of(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
