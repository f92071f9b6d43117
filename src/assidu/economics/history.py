"""What a programme's own past shows, by status and month: members, purchases, sales, margin, what was given and
used."""

from datetime import date
from typing import Any

from assidu.decisions.decision import Account
from assidu.economics.models.baseline import TierFlow, TierMonth
from assidu.events.types import AFTER_SALE, EventType
from assidu.foundation.sql import rows


def tier_months(programme: str, since: date, until: date, *, with_margins: bool = True) -> list[TierMonth]:
    """``since`` is the first day of a month, ``until`` the last of one. Margins take most of the time: the cost of each
    line is looked up."""
    bounds = {"programme": programme, "since": since, "until": until, "with_margins": with_margins}
    members: dict[tuple[str, date], int] = {
        (tier, month): count for tier, month, count in rows(_MEMBERS, bounds)
    }
    found = {
        (tier, month): TierMonth(tier, month, members.get((tier, month), 0), *figures)
        for tier, month, *figures in rows(_BOUGHT, bounds)
    }
    for tier, month in members.keys() - found.keys():
        found[tier, month] = TierMonth(tier, month, members[tier, month])
    return [found[key] for key in sorted(found)]


def tier_units(programme: str, since: date, until: date) -> list[TierFlow]:
    found = rows(_UNITS, {"programme": programme, "since": since, "until": until})
    return [TierFlow(*row) for row in found]


def has_invented_margins() -> bool:
    return bool(rows("SELECT EXISTS (SELECT FROM catalogue_margin WHERE is_invented)")[0][0])


# From when to when each customer had which status.
_SPAN = """
  span AS (
    SELECT m.customer_id, (s.v ->> 0)::date AS since, s.v ->> 1 AS tier,
           lead((s.v ->> 0)::date, 1, 'infinity'::date) OVER (PARTITION BY m.customer_id ORDER BY s.n) AS until
      FROM loyalty_member AS m, jsonb_array_elements(m.state -> 'tiers') WITH ORDINALITY AS s (v, n)
     WHERE m.programme = %(programme)s
  )"""
_MEMBERS: Any = f"""
  WITH month AS (
    SELECT m::date AS first, (m + interval '1 month - 1 day')::date AS last
      FROM generate_series(%(since)s::date, %(until)s::date, interval '1 month') AS m
  ), {_SPAN}
  SELECT coalesce(s.tier, '') AS tier, month.first, count(*)
    FROM month
    JOIN loyalty_member AS m ON m.programme = %(programme)s AND m.membership IN ('member', 'suspended', 'left')
         AND m.joined_on <= month.last AND coalesce((m.state ->> 'left_on')::date > month.last, true)
    LEFT JOIN span AS s ON s.customer_id = m.customer_id AND month.last >= s.since AND month.last < s.until
   GROUP BY 1, 2"""
_AFTER_SALE = ", ".join(f"'{type_.value}'" for type_ in AFTER_SALE)
_BOUGHT: Any = f"""
  WITH {_SPAN}, margin AS (
    SELECT department, day AS since, margin_bp,
           lead(day, 1, 'infinity'::date) OVER (PARTITION BY department ORDER BY day) AS until FROM catalogue_margin
  ), ticket AS (
    SELECT e.customer_id, e.seq, e.day, e.type, e.amount_minor, e.body -> 'lines' AS lines,
           coalesce(s.tier, '') AS tier, date_trunc('month', e.day)::date AS month
      FROM events_event AS e
      JOIN loyalty_decision AS d USING (customer_id, seq)
      LEFT JOIN span AS s ON s.customer_id = e.customer_id AND e.day >= s.since AND e.day < s.until
     WHERE e.programme = %(programme)s AND e.day BETWEEN %(since)s AND %(until)s
       AND (e.type IN ({_AFTER_SALE})
            OR (e.type = '{EventType.SALE.value}' AND d.record -> 'inputs' -> 'is_member' = 'true'))
  ), line AS (
    SELECT t.tier, t.month, t.day, l.f ->> 0 AS sku, l.f ->> 4 AS department, (l.f ->> 1)::bigint AS quantity,
           (l.f ->> 2)::bigint * 10000.0 / (10000 + coalesce((l.f ->> 6)::integer, 0)) AS ht
      FROM ticket AS t, jsonb_array_elements(t.lines) AS l (f) WHERE t.type = '{EventType.SALE.value}'
  ), costed AS (
    SELECT line.*, CASE WHEN %(with_margins)s THEN (
             SELECT c.cost_minor * line.quantity FROM catalogue_cost AS c
              WHERE c.sku = line.sku AND c.day <= line.day ORDER BY c.day DESC LIMIT 1) END AS cost
      FROM line
  ), earned AS (
    SELECT tier, month, sum(ht) AS ht,
           sum(ht) FILTER (WHERE cost IS NOT NULL OR margin_bp IS NOT NULL) AS margin_ht,
           sum(CASE WHEN cost IS NOT NULL THEN ht - cost ELSE ht * margin_bp / 10000.0 END) AS margin,
           sum(ht) FILTER (WHERE cost IS NOT NULL) AS costed_ht
      FROM (SELECT costed.*, margin.margin_bp FROM costed
              LEFT JOIN margin ON %(with_margins)s AND margin.department = costed.department
                   AND costed.day >= margin.since AND costed.day < margin.until) AS each
     GROUP BY 1, 2
  )
  SELECT t.tier, t.month, count(DISTINCT t.customer_id) FILTER (WHERE t.type = '{EventType.SALE.value}'),
         count(*) FILTER (WHERE t.type = '{EventType.SALE.value}'),
         coalesce(sum(t.amount_minor) FILTER (WHERE t.type = '{EventType.SALE.value}'), 0)::bigint,
         coalesce(round(max(e.ht)), 0)::bigint,
         coalesce(-sum(t.amount_minor) FILTER (WHERE t.type IN ({_AFTER_SALE})), 0)::bigint,
         coalesce(round(max(e.margin_ht)), 0)::bigint, coalesce(round(max(e.margin)), 0)::bigint,
         coalesce(round(max(e.costed_ht)), 0)::bigint
    FROM ticket AS t LEFT JOIN earned AS e USING (tier, month)
   GROUP BY 1, 2"""
_UNITS: Any = f"""
  WITH {_SPAN}
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
   WHERE e.programme = %(programme)s AND p.day BETWEEN %(since)s AND %(until)s
   GROUP BY 1, 2"""
