"""Reads the programme's figures from the ledger and the events themselves: nothing is counted twice or kept apart."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection

from assidu.decisions.decision import Account
from assidu.decisions.plan import Currency, CurrencyKind, Plan
from assidu.measurement.types import CurrencyFigures, Dashboard, Month, RuleFigures, TierCount


def last_day() -> date | None:
    """The last business day of which anything is known, the clock's own events apart."""
    return _value("SELECT max(day) FROM events_event WHERE type <> 'Tick'", ())


def dashboard(plan: Plan, since: date, until: date) -> Dashboard:
    """Everything that the first screen shows. Vouchers count when they are issued in exchange for points, not twice:
    their worth is not added to that of the points."""
    sales = _row(_SALES, (since, until))
    return Dashboard(
        since=since,
        until=until,
        members=_value("SELECT count(*) FROM loyalty_member WHERE membership = 'member'", ()),
        active=sales["active"],
        joined=_value(_JOINED, (since, until)),
        carded_minor=sales["carded_minor"],
        anonymous_minor=_value(_ANONYMOUS, (since, until)),
        purchases=sales["purchases"],
        currencies=currency_figures(plan.currencies, since, until),
        tiers=tuple(TierCount(row["tier"], row["members"]) for row in _rows(_TIERS, ())),
        months=_months(plan, since, until),
        rules=tuple(RuleFigures(**row) for row in _rows(_RULES, (since, until))),
        last_event_day=last_day(),
    )


def currency_figures(currencies: Mapping[str, Currency], since: date, until: date) -> tuple[CurrencyFigures, ...]:
    """Movements of the period and what is outstanding at its end, from the postings."""
    moved: dict[str, dict[int, int]] = {}
    for row in _rows(_MOVED, (since, until, since, until)):
        moved.setdefault(row["currency"], {})[row["account"]] = row["change"]
    held = {row["currency"]: row["posted"] for row in _rows(_OUTSTANDING, (until,))}
    figures = []
    for code in (*currencies, *sorted((moved.keys() | held.keys()) - currencies.keys())):
        change = moved.get(code, {})
        currency = currencies.get(code)
        issued = -change.get(Account.ISSUED, 0)
        outstanding = held.get(code, 0)
        # A voucher was paid for with points: counting its worth again would count the same generosity twice.
        is_counted = currency is not None and currency.kind is not CurrencyKind.VOUCHER
        figures.append(
            CurrencyFigures(
                currency=code,
                issued=issued,
                used=change.get(Account.USED, 0),
                expired=change.get(Account.BREAKAGE, 0) + change.get(Account.FORFEITED, 0),
                corrected=-change.get(Account.CORRECTED, 0),
                outstanding=outstanding,
                worth_minor=_worth(currency, issued) if is_counted else 0,
                outstanding_worth_minor=_worth(currency, outstanding),
            )
        )
    return tuple(figures)


def _worth(currency: Currency | None, quantity: int) -> int:
    if currency is None:
        return 0
    return quantity * currency.worth_minor // currency.worth_units


def _months(plan: Plan, since: date, until: date) -> tuple[Month, ...]:
    points = next((c.code for c in plan.currencies.values() if c.kind is CurrencyKind.POINTS), "")
    carded = {row["month"]: row for row in _rows(_SALES_BY_MONTH, (since, until))}
    anonymous = {row["month"]: row["amount_minor"] for row in _rows(_ANONYMOUS_BY_MONTH, (since, until))}
    joined = {row["month"]: row["joined"] for row in _rows(_JOINED_BY_MONTH, (since, until))}
    moved: dict[date, dict[int, int]] = {}
    for row in _rows(_MOVED_BY_MONTH, (since, until, points)):
        moved.setdefault(row["month"], {})[row["account"]] = row["change"]
    months = []
    month = since.replace(day=1)
    while month <= until:
        sales = carded.get(month, {})
        change = moved.get(month, {})
        months.append(
            Month(
                month=month,
                carded_minor=sales.get("carded_minor", 0),
                anonymous_minor=anonymous.get(month, 0),
                active=sales.get("active", 0),
                joined=joined.get(month, 0),
                purchases=sales.get("purchases", 0),
                points_issued=-change.get(Account.ISSUED, 0),
                points_used=change.get(Account.USED, 0),
                points_expired=change.get(Account.BREAKAGE, 0) + change.get(Account.FORFEITED, 0),
            )
        )
        month = (month + timedelta(days=32)).replace(day=1)
    return tuple(months)


_SALES = """
  SELECT coalesce(sum(amount_minor), 0)::bigint AS carded_minor,
         count(*) FILTER (WHERE type = 'Order Completed') AS purchases,
         count(DISTINCT customer_id) FILTER (WHERE type = 'Order Completed') AS active
    FROM events_event WHERE day BETWEEN %s AND %s AND type IN ('Order Completed', 'Order Refunded')"""
_SALES_BY_MONTH = """
  SELECT date_trunc('month', day)::date AS month, sum(amount_minor)::bigint AS carded_minor,
         count(*) FILTER (WHERE type = 'Order Completed') AS purchases,
         count(DISTINCT customer_id) FILTER (WHERE type = 'Order Completed') AS active
    FROM events_event WHERE day BETWEEN %s AND %s AND type IN ('Order Completed', 'Order Refunded') GROUP BY 1"""
_ANONYMOUS = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM events_anonymous WHERE day BETWEEN %s AND %s"
_ANONYMOUS_BY_MONTH = """
  SELECT date_trunc('month', day)::date AS month, sum(amount_minor)::bigint AS amount_minor
    FROM events_anonymous WHERE day BETWEEN %s AND %s GROUP BY 1"""
_JOINED = "SELECT count(*) FROM events_event WHERE day BETWEEN %s AND %s AND type = 'Member Joined'"
_JOINED_BY_MONTH = """
  SELECT date_trunc('month', day)::date AS month, count(*) AS joined
    FROM events_event WHERE day BETWEEN %s AND %s AND type = 'Member Joined' GROUP BY 1"""
_TIERS = """
  SELECT coalesce(tier, '') AS tier, count(*) AS members
    FROM loyalty_member WHERE membership = 'member' GROUP BY 1 ORDER BY 2 DESC, 1"""
_MOVED = """
  SELECT currency, account, sum(change)::bigint AS change
    FROM (SELECT currency, target AS account, quantity AS change FROM ledger_posting WHERE day BETWEEN %s AND %s
          UNION ALL
          SELECT currency, source, -quantity FROM ledger_posting WHERE day BETWEEN %s AND %s) AS side
   GROUP BY 1, 2"""
_MOVED_BY_MONTH = """
  SELECT date_trunc('month', day)::date AS month, account, sum(change)::bigint AS change
    FROM (SELECT day, currency, target AS account, quantity AS change FROM ledger_posting
          UNION ALL SELECT day, currency, source, -quantity FROM ledger_posting) AS side
   WHERE day BETWEEN %s AND %s AND currency = %s GROUP BY 1, 2"""
_OUTSTANDING = """
  SELECT currency, sum(CASE WHEN target IN (1, 2, 3) THEN quantity ELSE 0 END
                     - CASE WHEN source IN (1, 2, 3) THEN quantity ELSE 0 END)::bigint AS posted
    FROM ledger_posting WHERE day <= %s GROUP BY 1"""
_RULES = """
  SELECT award ->> 0 AS rule, award ->> 1 AS currency, sum((award ->> 2)::bigint)::bigint AS quantity,
         count(*) AS times, count(DISTINCT d.customer_id) AS customers
    FROM loyalty_decision AS d
    JOIN events_event AS e USING (customer_id, seq), jsonb_array_elements(d.record -> 'awards') AS award
   WHERE e.day BETWEEN %s AND %s GROUP BY 1, 2 ORDER BY 3 DESC, 1"""


def _rows(sql: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _row(sql: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
    return _rows(sql, parameters)[0]


def _value(sql: str, parameters: tuple[Any, ...]) -> Any:
    return next(iter(_row(sql, parameters).values()))
