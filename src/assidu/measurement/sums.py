"""Adds up stretches of days. Whole months are kept, for as long as nothing was added to them; see 0002_months.sql."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec

from assidu.decisions.decision import Account
from assidu.foundation.sql import rows

Moves = dict[str, dict[Account, int]]
"""By currency and account: what the account gained (or lost, negative)."""


@dataclass(frozen=True, slots=True)
class RuleSum:
    quantity: int
    times: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sums of ``first`` to ``last``, both included, within one calendar month. ``active``: of the members at the
    end of ``last``, those who bought."""

    first: date
    last: date
    carded_minor: int
    anonymous_minor: int
    purchases: int
    active: int
    joined: int
    moved: Moves = field(default_factory=dict)
    rules: dict[tuple[str, str], RuleSum] = field(default_factory=dict)


class _Figures(msgspec.Struct):
    """One row of ``_SUMS``, as it is kept. ``memberships``: how many changes of memberships were known up to its end,
    all months before included: who was a member follows from them."""

    carded_minor: int
    anonymous_minor: int
    purchases: int
    active: int
    memberships: int
    joined: int
    postings: list[tuple[str, int, int, int]]
    awards: list[tuple[str, str, int, int]]


def stretches(since: date, until: date) -> list[Stretch]:
    """The period cut at the ends of its months, the oldest first."""
    wanted = list(_cut(since, until))
    whole = {first for first, last in wanted if _is_whole(first, last)}
    kept = _kept(min(whole), max(whole)) if whole else {}
    return [
        kept[first] if first in whole and first in kept else _added_up(first, last, first in whole)
        for first, last in wanted
    ]


def _cut(since: date, until: date) -> Iterator[tuple[date, date]]:
    first = since
    while first <= until:
        last = _end_of_month(first)
        yield first, min(last, until)
        first = last + timedelta(days=1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _is_whole(first: date, last: date) -> bool:
    return first.day == 1 and last == _end_of_month(first)


def _kept(first_month: date, last_month: date) -> dict[date, Stretch]:
    """The months whose sums are still right."""
    found = rows(_KEPT, {"first": first_month, "last": _end_of_month(last_month)})
    if not found:
        return {}
    changes = rows(_CHANGES)
    return {
        month: _stretch(month, _end_of_month(month), msgspec.json.decode(figures, type=_Figures))
        for month, figures, memberships in found
        if memberships == sum(count for changed, count in changes if changed <= month)
    }


def _added_up(first: date, last: date, is_whole: bool) -> Stretch:
    [(events, anonymous, figures)] = rows(_SUMS, {"first": first, "last": last})
    if is_whole and events + anonymous:
        rows(_KEEP, {"month": first, "events": events, "anonymous": anonymous, "figures": figures})
    return _stretch(first, last, msgspec.json.decode(figures, type=_Figures))


def _stretch(first: date, last: date, figures: _Figures) -> Stretch:
    moved: Moves = {}
    for currency, source, target, quantity in figures.postings:
        change = moved.setdefault(currency, {})
        change[Account(target)] = change.get(Account(target), 0) + quantity
        change[Account(source)] = change.get(Account(source), 0) - quantity
    return Stretch(
        first,
        last,
        figures.carded_minor,
        figures.anonymous_minor,
        figures.purchases,
        figures.active,
        figures.joined,
        moved,
        {(rule, currency): RuleSum(quantity, times) for rule, currency, quantity, times in figures.awards},
    )


def added(stretches: list[Stretch]) -> Moves:
    """The moves of several stretches together."""
    total: Moves = {}
    for stretch in stretches:
        for currency, changes in stretch.moved.items():
            known = total.setdefault(currency, {})
            for account, change in changes.items():
                known[account] = known.get(account, 0) + change
    return total


# One statement, and so one snapshot: the counts are those of exactly the rows that were added up.
_SUMS: Any = """
  WITH event AS MATERIALIZED (
    SELECT customer_id, seq, type, amount_minor FROM events_event WHERE day BETWEEN %(first)s AND %(last)s
  ), anonymous AS (
    SELECT count(*) AS tickets,
           coalesce(sum(a.amount_minor) FILTER (WHERE c.customer_id IS NULL), 0)::bigint AS amount_minor
      FROM events_anonymous AS a LEFT JOIN events_claim AS c USING (source, id)  -- a claimed one is among the events
     WHERE a.day BETWEEN %(first)s AND %(last)s
  ), posting AS (
    SELECT currency, source, target, sum(quantity)::bigint AS quantity
      FROM ledger_posting WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
  ), member AS MATERIALIZED (
    SELECT DISTINCT customer_id FROM bi.membership
     WHERE since <= %(last)s AND coalesce(until > %(last)s, true)
  ), award AS (
    SELECT a ->> 0 AS rule, a ->> 1 AS currency, sum((a ->> 2)::bigint)::bigint AS quantity, count(*) AS times
      FROM event JOIN loyalty_decision AS d USING (customer_id, seq), jsonb_array_elements(d.record -> 'awards') AS a
     GROUP BY 1, 2
  )
  SELECT count(*), (SELECT tickets FROM anonymous), json_build_object(
           'carded_minor', coalesce(sum(amount_minor) FILTER (WHERE type IN ('Order Completed', 'Order Refunded',
                                                                          'Order Updated', 'Order Cancelled')), 0),
           'anonymous_minor', (SELECT amount_minor FROM anonymous),
           'purchases', count(*) FILTER (WHERE type = 'Order Completed'),
           'active', (SELECT count(*) FROM member AS m
                       WHERE m.customer_id IN (SELECT customer_id FROM event WHERE type = 'Order Completed')),
           'memberships', (SELECT count(*) FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq)
                            WHERE d.record ? 'membership' AND e.day <= %(last)s),
           'joined', count(*) FILTER (WHERE type = 'Member Joined'),
           'postings', (SELECT coalesce(json_agg(json_build_array(currency, source, target, quantity)
                                                 ORDER BY currency, source, target), '[]') FROM posting),
           'awards', (SELECT coalesce(json_agg(json_build_array(rule, currency, quantity, times)
                                               ORDER BY rule, currency), '[]') FROM award))::text
    FROM event"""
_KEPT: Any = """
  SELECT m.month, m.figures::text, (m.figures ->> 'memberships')::bigint
    FROM measurement_month AS m
    LEFT JOIN (SELECT date_trunc('month', day)::date AS month, count(*) AS n FROM events_event
                WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1) AS e USING (month)
    LEFT JOIN (SELECT date_trunc('month', day)::date AS month, count(*) AS n FROM events_anonymous
                WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1) AS a USING (month)
   WHERE m.month BETWEEN %(first)s AND %(last)s AND m.events = coalesce(e.n, 0) AND m.anonymous = coalesce(a.n, 0)
     AND m.figures ? 'memberships'"""
_CHANGES: Any = """
  SELECT date_trunc('month', e.day)::date, count(*)
    FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq)
   WHERE d.record ? 'membership' GROUP BY 1"""
_KEEP: Any = """
  INSERT INTO measurement_month (month, events, anonymous, figures)
       VALUES (%(month)s, %(events)s, %(anonymous)s, %(figures)s::jsonb)
  ON CONFLICT (month) DO UPDATE
     SET events = excluded.events, anonymous = excluded.anonymous, figures = excluded.figures
   WHERE (measurement_month.events + measurement_month.anonymous,
          coalesce((measurement_month.figures ->> 'memberships')::bigint, -1))
         < (excluded.events + excluded.anonymous, (excluded.figures ->> 'memberships')::bigint)
  RETURNING month"""
