"""What the ledger moved and what was sold, by the month of its day. Months are kept for as long as nothing is added to
them; see 0001_initial.sql."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from assidu.decisions.calendar import add_months
from assidu.decisions.decision import Account
from assidu.economics.models.month import Sales
from assidu.economics.models.movements import Move, Moves
from assidu.events.types import AFTER_SALE, EventType
from assidu.foundation.sql import rows


@dataclass(frozen=True, slots=True)
class MonthSums:
    """``events``: how many of them were added up."""

    month: date
    events: int
    moves: Moves
    sales: Sales


class _Figures(msgspec.Struct):
    """One row of ``_SUMS``, as it is kept."""

    moves: list[tuple[str, date | None, date | None, int, int, bool, int]]
    ttc_minor: int
    gross_ttc_minor: int
    gross_ht_minor: int
    earning_ttc_minor: int
    earning_gross_ttc_minor: int
    earning_gross_ht_minor: int


def counts(programme: str, until: date) -> dict[date, int]:
    """Months with any events, up to a day of the last one, and how many there are."""
    return dict(rows(_COUNTS, {"programme": programme, "until": until}))


def month_sums(programme: str, until: date) -> list[MonthSums]:
    """Every month with any events whose day is not after ``until``, the oldest first."""
    counted = counts(programme, until)
    kept = {month: (events, figures) for month, events, figures in rows(_KEPT, {"programme": programme})}
    found = []
    for month, events in sorted(counted.items()):
        known = kept.get(month)
        if known is not None and known[0] == events:
            figures = msgspec.json.decode(known[1], type=_Figures)
        else:
            events, figures = _added_up(programme, month, min(end_of(month), until))
        found.append(MonthSums(month, events, _moves(figures), _sales(figures)))
    return found


def end_of(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def _added_up(programme: str, first: date, last: date) -> tuple[int, _Figures]:
    [(events, text)] = rows(_SUMS, {"programme": programme, "first": first, "last": last})
    rows(_KEEP, {"programme": programme, "month": first, "events": events, "figures": text})
    return events, msgspec.json.decode(text, type=_Figures)


def _moves(figures: _Figures) -> Moves:
    return {
        Move(currency, issued, ends, Account(source), Account(target), is_exchange): units
        for currency, issued, ends, source, target, is_exchange, units in figures.moves
    }


def _sales(one: _Figures) -> Sales:
    """What came back was sold with the VAT of what was sold in the month: its lines are those of an older ticket."""
    return Sales(
        one.ttc_minor,
        _without_vat(one.ttc_minor, one.gross_ttc_minor, one.gross_ht_minor),
        one.earning_ttc_minor,
        _without_vat(one.earning_ttc_minor, one.earning_gross_ttc_minor, one.earning_gross_ht_minor),
    )


def _without_vat(ttc: int, gross_ttc: int, gross_ht: int) -> int:
    return round(ttc * gross_ht / gross_ttc) if gross_ttc else ttc


_COUNTS: Any = """
  SELECT date_trunc('month', day)::date, count(*) FROM events_event
   WHERE programme = %(programme)s AND day <= %(until)s GROUP BY 1"""
_KEPT: Any = "SELECT month, events, figures::text FROM economics_sums WHERE programme = %(programme)s"
_TICKETS = ", ".join(f"'{type_.value}'" for type_ in (EventType.SALE, *AFTER_SALE))
# One statement, and so one snapshot: the count is that of exactly the rows that were added up.
_SUMS: Any = f"""
  WITH event AS MATERIALIZED (
    SELECT customer_id, seq, type, amount_minor, body -> 'lines' AS lines FROM events_event
     WHERE day BETWEEN %(first)s AND %(last)s AND programme = %(programme)s
  ), move AS (
    SELECT p.currency, p.issued_month,
           CASE WHEN p.expires_on < DATE '9999-12-31' THEN date_trunc('month', p.expires_on - 1)::date END AS ends,
           p.source, p.target,
           e.type IN ('{EventType.REWARD_REQUEST.value}', '{EventType.REWARD_CANCELLATION.value}') AS is_exchange,
           sum(p.quantity)::bigint AS units
      FROM ledger_posting AS p JOIN event AS e USING (customer_id, seq)
     GROUP BY 1, 2, 3, 4, 5, 6
  ), sold AS (
    SELECT e.type, e.amount_minor, d.record ?| ARRAY['awards', 'clawbacks'] AS is_earning,
           CASE WHEN e.type = '{EventType.SALE.value}' THEN (
             SELECT coalesce(sum((line ->> 2)::bigint * 10000.0 / (10000 + coalesce((line ->> 6)::integer, 0))), 0)
               FROM jsonb_array_elements(e.lines) AS line) ELSE 0 END AS ht
      FROM event AS e JOIN loyalty_decision AS d USING (customer_id, seq)
     WHERE e.type IN ({_TICKETS})
  )
  SELECT (SELECT count(*) FROM event), json_build_object(
           'moves', (SELECT coalesce(json_agg(json_build_array(currency, issued_month, ends, source, target,
                                                               is_exchange, units)
                       ORDER BY currency, issued_month, ends, source, target, is_exchange), '[]') FROM move),
           'ttc_minor', coalesce(sum(amount_minor), 0)::bigint,
           'gross_ttc_minor', coalesce(sum(amount_minor) FILTER (WHERE type = '{EventType.SALE.value}'), 0)::bigint,
           'gross_ht_minor', round(coalesce(sum(ht), 0))::bigint,
           'earning_ttc_minor', coalesce(sum(amount_minor) FILTER (WHERE is_earning), 0)::bigint,
           'earning_gross_ttc_minor', coalesce(sum(amount_minor) FILTER (
              WHERE is_earning AND type = '{EventType.SALE.value}'), 0)::bigint,
           'earning_gross_ht_minor', round(coalesce(sum(ht) FILTER (WHERE is_earning), 0))::bigint)::text
    FROM sold"""
_KEEP: Any = """
  INSERT INTO economics_sums (programme, month, events, figures)
       VALUES (%(programme)s, %(month)s, %(events)s, %(figures)s::jsonb)
  ON CONFLICT (programme, month) DO UPDATE SET events = excluded.events, figures = excluded.figures
   WHERE economics_sums.events < excluded.events
  RETURNING month"""
