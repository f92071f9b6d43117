"""A stretch of days chosen in the address: ``?period=3m``, or ``?from=2026-03-01&to=2026-03-31``."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.measurement import periods
from assidu.measurement.periods import CUSTOM, period_between, period_of


class Period(periods.Period):
    """As pages tell it and keep it in addresses."""

    @property
    def label(self) -> str:
        return _("From %(since)s to %(until)s") % {
            "since": formats.day(self.since),
            "until": formats.day(self.until),
        }

    @property
    def address(self) -> str:
        """What keeps the period in another page's address."""
        return f"from={self.since.isoformat()}&to={self.until.isoformat()}"


def period_in(asked: Mapping[str, str], today: date) -> Period:
    """What the address asks for; anything else is the last twelve months."""
    key = asked.get("period", "")
    since, until = _day(asked.get("from", "")), _day(asked.get("to", ""))
    chosen = None
    if key in ("", CUSTOM) and (since or until):
        chosen = period_between(since, until, today)
    return Period(*astuple(chosen or period_of(key, today)))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
