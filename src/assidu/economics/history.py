"""What a programme's own past shows, by status and month: members, purchases, sales, margin, what was given and
used."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from assidu.economics.models.baseline import TierFlow, TierMonth
from assidu.economics.tier_sums import SPAN, TierSums
from assidu.foundation.sql import rows


def tier_months(programme: str, since: date, until: date, sums: Iterable[TierSums]) -> list[TierMonth]:
    """``since`` is the first day of a month, ``until`` the last of one."""
    members: dict[tuple[str, date], int] = {
        (tier, month): count
        for tier, month, count in rows(_MEMBERS, {"programme": programme, "since": since, "until": until})
    }
    found = {
        (tier, one.month): TierMonth(tier, one.month, members.get((tier, one.month), 0), *figures)
        for one in sums
        for tier, *figures in one.bought
    }
    for tier, month in members.keys() - found.keys():
        found[tier, month] = TierMonth(tier, month, members[tier, month])
    return [found[key] for key in sorted(found)]


def tier_units(sums: Iterable[TierSums]) -> list[TierFlow]:
    given: Counter[tuple[str, str]] = Counter()
    used: Counter[tuple[str, str]] = Counter()
    for one in sums:
        for tier, currency, came, went in one.units:
            given[tier, currency] += came
            used[tier, currency] += went
    return [TierFlow(*key, given[key], used[key]) for key in sorted(given)]


def has_invented_margins() -> bool:
    return bool(rows("SELECT EXISTS (SELECT FROM catalogue_margin WHERE is_invented)")[0][0])


# As on the dashboard: those who were members at the end of the month.
_MEMBERS: Any = f"""
  WITH month AS (
    SELECT m::date AS first, (m + interval '1 month - 1 day')::date AS last
      FROM generate_series(%(since)s::date, %(until)s::date, interval '1 month') AS m
  ), {SPAN}
  SELECT coalesce(s.tier, '') AS tier, month.first, count(*)
    FROM month
    JOIN bi.membership AS b ON b.since <= month.last AND coalesce(b.until > month.last, true)
    JOIN loyalty_member AS m ON m.customer_id = b.customer_id AND m.programme = %(programme)s
    LEFT JOIN span AS s ON s.customer_id = m.customer_id AND month.last >= s.since AND month.last < s.until
   GROUP BY 1, 2"""
