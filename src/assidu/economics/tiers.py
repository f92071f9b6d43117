"""What members held at the end of a day, by the status that they had on it."""

from datetime import date
from typing import Any

from assidu.economics.types import TierUnits
from assidu.foundation.sql import rows


def units_by_tier(programme: str, day: date) -> tuple[TierUnits, ...]:
    found = rows(_BY_TIER, {"programme": programme, "day": day})
    return tuple(TierUnits(tier, currency, units) for tier, currency, units in found)


_BY_TIER: Any = """
  WITH held AS (
    SELECT customer_id, currency,
           sum((CASE WHEN target IN (1, 2, 3) THEN quantity ELSE 0 END)
             - (CASE WHEN source IN (1, 2, 3) THEN quantity ELSE 0 END))::bigint AS units
      FROM ledger_posting WHERE day <= %(day)s GROUP BY 1, 2
  )
  SELECT coalesce(t.tier, '') AS tier, h.currency, sum(h.units)::bigint AS units
    FROM held AS h
    JOIN loyalty_member AS m USING (customer_id)
    LEFT JOIN LATERAL (
      SELECT span.v ->> 1 AS tier FROM jsonb_array_elements(m.state -> 'tiers') WITH ORDINALITY AS span (v, n)
       WHERE (span.v ->> 0)::date <= %(day)s ORDER BY span.n DESC LIMIT 1) AS t ON true
   WHERE m.programme = %(programme)s AND h.units <> 0
   GROUP BY 1, 2 ORDER BY 1, 2"""
