"""A stretch of days chosen in the address: ``?period=3m``, or ``?from=2026-03-01&to=2026-03-31``."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.measurement import periods
from assidu.measurement.periods import CUSTOM, Named, period_between, period_of

SHOWN_MAX = 40
"""Of what an address asks for and nobody understands, so many characters are shown."""


@dataclass(frozen=True)
class Period(periods.Period):
    """As pages tell it and keep it in addresses. ``left_out``: what was asked for and not understood."""

    left_out: tuple[str, ...] = field(default=(), kw_only=True)

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
    """What the address asks for, its days in whichever order; anything else is the last twelve months."""
    key = asked.get("period", "")
    since, until = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if since and until and since > until:
        since, until = until, since
    chosen = None
    if key in ("", CUSTOM) and (since or until):
        chosen = period_between(since, until, today)
    is_to_come = chosen is None and bool(since or until) and key in ("", CUSTOM)
    left_out = _left_out(asked, is_to_come=is_to_come)
    return Period(*astuple(chosen or period_of(key, today)), left_out=left_out)


def _left_out(asked: Mapping[str, str], *, is_to_come: bool) -> tuple[str, ...]:
    """What is no name of a period and no day, or days that are all still to come."""
    days = [
        text
        for name in ("from", "to")
        if (text := asked.get(name, "")[:SHOWN_MAX]) and (is_to_come or _day(text) is None)
    ]
    key = asked.get("period", "")[:SHOWN_MAX]
    return (*days, key) if key and key not in (*Named, CUSTOM) else tuple(days)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
