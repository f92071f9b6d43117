"""A stretch of days chosen in the address: ``?period=3m``, or ``?from=2026-03-01&to=2026-03-31``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from assidu.backoffice import formats

DEFAULT = "12m"
LONGEST = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Period:
    key: str
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def label(self) -> str:
        return _("From %(since)s to %(until)s") % {
            "since": formats.day(self.since),
            "until": formats.day(self.until),
        }

    @property
    def before(self) -> "Period":
        """The stretch just before, to compare with: as many months back, or as many days."""
        if months := {"12m": 12, "year": 12, "3m": 3}.get(self.key):
            return Period("", _months_before(self.since, months), _months_before(self.until, months))
        length = timedelta(days=self.days)
        return Period("", self.since - length, self.until - length)

    @property
    def address(self) -> str:
        """What keeps the period in another page's address."""
        return f"from={self.since.isoformat()}&to={self.until.isoformat()}"


def period_in(asked: Mapping[str, str], today: date) -> Period:
    """What the address asks for; anything else is the last twelve months."""
    key = asked.get("period", "")
    since, until = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if key in ("", "custom") and (since or until):
        last = min(until or today, today + timedelta(days=366))
        first = max(since or _months_before(last, 12), last - LONGEST)
        if first <= last:
            return Period("custom", first, last)
    if key == "3m":
        return Period("3m", _months_before(today.replace(day=1), 2), today)
    if key == "year":
        return Period("year", today.replace(month=1, day=1), today)
    return Period(DEFAULT, _months_before(today.replace(day=1), 11), today)


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 - months, 12)
    first = date(day.year + years, month + 1, 1)
    return min(first + timedelta(days=day.day - 1), _last_of(first))


def _last_of(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
