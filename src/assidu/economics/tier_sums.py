"""What members with a status bought, were given and used, by the month of its day. A month is kept for as long as
nothing is added up to its end, nobody's past statuses are another's and the catalogue knows the same costs up to its
end; see 0004_tier_sums.py."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

import msgspec

from assidu.decisions.decision import Account
from assidu.economics.sums import end_of
from assidu.events.types import AFTER_SALE, EventType
from assidu.foundation.sql import rows

FORMAT = 2
"""Of what is kept: another one when what is added up changes."""


@dataclass(frozen=True, slots=True)
class TierSums:
    """``bought``: by status, the figures of a `TierMonth` after its members. ``units``: by status and currency, what
    was given and used."""

    month: date
    bought: list[tuple[str, int, int, int, int, int, int, int, int]]
    units: list[tuple[str, str, int, int]]


class _Figures(msgspec.Struct):
    """As it is kept."""

    bought: list[tuple[str, int, int, int, int, int, int, int, int]]
    units: list[tuple[str, str, int, int]]


def tier_sums(programme: str, since: date, until: date) -> list[TierSums]:
    """Months with any events, the oldest first; ``since`` is the first day of one, ``until`` the last."""
    counted = rows(_COUNTS, {"programme": programme})
    kept = {month: (stamp, figures) for month, stamp, figures in rows(_KEPT, {"programme": programme})}
    costs = rows(_COSTS)
    cost_months = [month for month, _known in costs]
    costs_until = [0, *accumulate(int(known) for _month, known in costs)]
    rewritten = sum(count for _month, _events, count in counted)
    until_then = accumulate(events for _month, events, _count in counted)
    found = []
    for (month, _events, _count), events in zip(counted, until_then, strict=True):
        if not since <= month <= until:
            continue
        stamp = f"{FORMAT}:{events}:{rewritten}:{costs_until[bisect_right(cost_months, month)]}"
        known = kept.get(month)
        if known is not None and known[0] == stamp:
            figures = msgspec.json.decode(known[1], type=_Figures)
        else:
            figures = _added_up(programme, month, stamp)
        found.append(TierSums(month, figures.bought, figures.units))
    return found


def _added_up(programme: str, month: date, stamp: str) -> _Figures:
    """What is told meanwhile is perhaps in it and not in its stamp: then it is added up again the next time."""
    bounds = {"programme": programme, "first": month, "last": end_of(month)}
    figures = _Figures(rows(_BOUGHT, bounds), rows(_UNITS, bounds))
    text = msgspec.json.encode(figures).decode()
    rows(_KEEP, {"programme": programme, "month": month, "stamp": stamp, "figures": text})
    return figures


# From when to when each customer had which status.
SPAN = """
  span AS (
    SELECT m.customer_id, (s.v ->> 0)::date AS since, s.v ->> 1 AS tier,
           lead((s.v ->> 0)::date, 1, 'infinity'::date) OVER (PARTITION BY m.customer_id ORDER BY s.n) AS until
      FROM loyalty_member AS m, jsonb_array_elements(m.state -> 'tiers') WITH ORDINALITY AS s (v, n)
     WHERE m.programme = %(programme)s
  )"""
_AFTER_SALE = ", ".join(f"'{type_.value}'" for type_ in AFTER_SALE)
_BOUGHT: Any = f"""
  WITH {SPAN}, margin AS (
    SELECT department, day AS since, margin_bp,
           lead(day, 1, 'infinity'::date) OVER (PARTITION BY department ORDER BY day) AS until FROM catalogue_margin
  ), ticket AS (
    SELECT e.customer_id, e.seq, e.day, e.type, e.amount_minor, e.body -> 'lines' AS lines,
           coalesce(s.tier, '') AS tier
      FROM events_event AS e
      JOIN loyalty_decision AS d USING (customer_id, seq)
      LEFT JOIN span AS s ON s.customer_id = e.customer_id AND e.day >= s.since AND e.day < s.until
     WHERE e.programme = %(programme)s AND e.day BETWEEN %(first)s AND %(last)s
       AND (e.type IN ({_AFTER_SALE})
            OR (e.type = '{EventType.SALE.value}' AND d.record -> 'inputs' -> 'is_member' = 'true'))
  ), line AS (
    SELECT t.tier, t.day, l.f ->> 0 AS sku, l.f ->> 4 AS department, (l.f ->> 1)::bigint AS quantity,
           (l.f ->> 2)::bigint * 10000.0 / (10000 + coalesce((l.f ->> 6)::integer, 0)) AS ht
      FROM ticket AS t, jsonb_array_elements(t.lines) AS l (f) WHERE t.type = '{EventType.SALE.value}'
  ), costed AS (
    SELECT line.*, (SELECT c.cost_minor * line.quantity FROM catalogue_cost AS c
              WHERE c.sku = line.sku AND c.day <= line.day ORDER BY c.day DESC LIMIT 1) AS cost
      FROM line
  ), earned AS (
    SELECT tier, sum(ht) AS ht,
           sum(ht) FILTER (WHERE cost IS NOT NULL OR margin_bp IS NOT NULL) AS margin_ht,
           sum(CASE WHEN cost IS NOT NULL THEN ht - cost ELSE ht * margin_bp / 10000.0 END) AS margin,
           sum(ht) FILTER (WHERE cost IS NOT NULL) AS costed_ht
      FROM (SELECT costed.*, margin.margin_bp FROM costed
              LEFT JOIN margin ON margin.department = costed.department
                   AND costed.day >= margin.since AND costed.day < margin.until) AS each
     GROUP BY 1
  )
  SELECT t.tier, count(DISTINCT t.customer_id) FILTER (WHERE t.type = '{EventType.SALE.value}'),
         count(*) FILTER (WHERE t.type = '{EventType.SALE.value}'),
         coalesce(sum(t.amount_minor) FILTER (WHERE t.type = '{EventType.SALE.value}'), 0)::bigint,
         coalesce(round(max(e.ht)), 0)::bigint,
         coalesce(-sum(t.amount_minor) FILTER (WHERE t.type IN ({_AFTER_SALE})), 0)::bigint,
         coalesce(round(max(e.margin_ht)), 0)::bigint, coalesce(round(max(e.margin)), 0)::bigint,
         coalesce(round(max(e.costed_ht)), 0)::bigint
    FROM ticket AS t LEFT JOIN earned AS e USING (tier)
   GROUP BY 1 ORDER BY 1"""
_UNITS: Any = f"""
  WITH {SPAN}
  SELECT coalesce(s.tier, '') AS tier, p.currency,
         coalesce(sum(CASE WHEN p.source = {Account.ISSUED.value} THEN p.quantity
                           WHEN p.target = {Account.ISSUED.value} THEN -p.quantity END)
           FILTER (WHERE e.type NOT IN ('{EventType.REWARD_REQUEST.value}',
                                        '{EventType.REWARD_CANCELLATION.value}')), 0)::bigint,
         coalesce(sum(CASE WHEN p.target = {Account.USED.value} THEN p.quantity
                           WHEN p.source = {Account.USED.value} THEN -p.quantity END), 0)::bigint
    FROM ledger_posting AS p
    JOIN events_event AS e USING (customer_id, seq)
    LEFT JOIN span AS s ON s.customer_id = p.customer_id AND p.day >= s.since AND p.day < s.until
   WHERE e.programme = %(programme)s AND p.day BETWEEN %(first)s AND %(last)s
   GROUP BY 1, 2 ORDER BY 1, 2"""
_KEPT: Any = "SELECT month, stamp, figures::text FROM economics_tier_sums WHERE programme = %(programme)s"
_REWRITING = ", ".join(
    f"'{one.value}'"
    for one in (
        EventType.MERGER,
        EventType.SEPARATION,
        EventType.ADMISSION,
        EventType.DEPARTURE,
        EventType.TAKE_OVER,
    )
)
# With how many of those, whenever, that make somebody's past statuses another's.
_COUNTS: Any = f"""
  SELECT date_trunc('month', day)::date, count(*), count(*) FILTER (WHERE type IN ({_REWRITING}))
    FROM events_event WHERE programme = %(programme)s GROUP BY 1 ORDER BY 1"""
# Of the costs and margins from each month on, in any order, which are which: a cost of another product is another one.
_COSTS: Any = """
  SELECT date_trunc('month', day)::date, sum(hashtextextended(known, 0))
    FROM (SELECT day, concat_ws(':', 'cost', sku, day, cost_minor) AS known FROM catalogue_cost
          UNION ALL
          SELECT day, concat_ws(':', 'margin', department, day, margin_bp) FROM catalogue_margin) AS each
   GROUP BY 1 ORDER BY 1"""
_KEEP: Any = """
  INSERT INTO economics_tier_sums (programme, month, stamp, figures)
       VALUES (%(programme)s, %(month)s, %(stamp)s, %(figures)s::jsonb)
  ON CONFLICT (programme, month) DO UPDATE SET stamp = excluded.stamp, figures = excluded.figures
  RETURNING month"""
