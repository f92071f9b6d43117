"""Rates of other moneys, by day: set by people, programs and files, kept with who set them, found by the day."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from assidu.decisions.exchange import KnownRate
from assidu.decisions.money import Rate
from assidu.foundation.sql import rows

PAGE_MAX = 500
RATES_SQL = "SELECT currency, day, rate FROM catalogue_rate ORDER BY rate_id"
"""In the order in which they were set: of a day, the last one counts. Shared with intake, which reads it by another
driver."""
RATES_MARK = "SELECT coalesce(max(rate_id), 0) FROM catalogue_rate"
"""Changes whenever a rate is set."""


@dataclass(frozen=True, slots=True)
class ToldRate:
    """One unit of ``currency`` is worth ``rate`` from ``day`` on."""

    currency: str
    day: date
    rate: Rate


@dataclass(frozen=True, slots=True)
class SetRate:
    """A rate as it was set. ``is_in_force``: nothing was set for its day since."""

    rate_id: int
    currency: str
    day: date
    rate: Rate
    set_at: datetime
    set_by: str
    is_in_force: bool


def is_money(code: str) -> bool:
    """Three capital letters, as ISO 4217 has them."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


class RateBook:
    """The rates in force, by money and day."""

    __slots__ = ("_days", "_known")

    def __init__(self, told: Iterable[Sequence[Any]] = ()) -> None:
        """``told`` is what ``RATES_SQL`` reads."""
        by_day: dict[str, dict[date, KnownRate]] = {}
        for currency, day, written in told:
            rate = Rate.of(written)
            assert rate is not None, "the table holds nothing else"
            by_day.setdefault(currency, {})[day] = KnownRate(rate, day)
        self._days = {currency: sorted(days) for currency, days in by_day.items()}
        self._known = by_day

    def on(self, currency: str, day: date) -> KnownRate | None:
        """The rate of a day or, where none was told for it, the last one before."""
        days = self._days.get(currency, ())
        place = bisect_right(days, day)
        return self._known[currency][days[place - 1]] if place else None


NO_RATES = RateBook()


def rate_book() -> RateBook:
    return RateBook(rows(RATES_SQL))


def put_rates(told: Iterable[ToldRate], *, at: datetime, by: str) -> int:
    """Set rates; those that say what is in force already are not written again. Answers how many were."""
    wanted = {(one.currency, one.day): one.rate for one in told}
    if not wanted:
        return 0
    keys = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_rate (currency, day, rate, set_at, set_by) "
            "SELECT n.currency, n.day, n.rate, %s, %s "
            "  FROM unnest(%s::text[], %s::date[], %s::numeric[]) AS n (currency, day, rate) "
            " WHERE n.rate IS DISTINCT FROM (SELECT r.rate FROM catalogue_rate AS r "
            "        WHERE r.currency = n.currency AND r.day = n.day ORDER BY r.rate_id DESC LIMIT 1)",
            [
                at,
                by,
                [currency for currency, _ in keys],
                [day for _, day in keys],
                [Decimal(str(wanted[key])) for key in keys],
            ],
        )
        return int(cursor.rowcount)


def rates(
    *,
    currency: str = "",
    day: date | None = None,
    only_in_force: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[SetRate], int | None]:
    """What was set, the youngest first, and where to continue."""
    assert 0 < limit <= PAGE_MAX
    found = rows(
        "SELECT r.rate_id, r.currency, r.day, r.rate, r.set_at, r.set_by, l.last = r.rate_id "
        "  FROM catalogue_rate AS r, LATERAL (SELECT max(o.rate_id) AS last FROM catalogue_rate AS o "
        "        WHERE o.currency = r.currency AND o.day = r.day) AS l "
        " WHERE (%(currency)s = '' OR r.currency = %(currency)s) AND (%(day)s::date IS NULL OR r.day = %(day)s) "
        "   AND (%(before)s::bigint IS NULL OR r.rate_id < %(before)s) AND (l.last = r.rate_id OR NOT %(only)s) "
        " ORDER BY r.rate_id DESC LIMIT %(limit)s",
        {"currency": currency, "day": day, "before": before, "only": only_in_force, "limit": limit + 1},
    )
    listed = [_set_rate(*row) for row in found[:limit]]
    return listed, listed[-1].rate_id if len(found) > limit else None


def latest_rates() -> list[SetRate]:
    """Of each money, the rate of the last day that there is one for."""
    found = rows(
        "SELECT DISTINCT ON (currency) rate_id, currency, day, rate, set_at, set_by, true FROM catalogue_rate "
        "ORDER BY currency, day DESC, rate_id DESC"
    )
    return [_set_rate(*row) for row in found]


def _set_rate(
    rate_id: int, currency: str, day: date, written: Decimal, set_at: datetime, set_by: str, is_in_force: bool
) -> SetRate:
    rate = Rate.of(written)
    assert rate is not None, "the table holds nothing else"
    return SetRate(rate_id, currency, day, rate, set_at, set_by, is_in_force)
