"""Reads the programme's figures from the ledger and the events themselves: nothing is counted twice or kept apart."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from assidu.decisions.decision import Account
from assidu.decisions.plan import Currency, CurrencyKind, Plan
from assidu.events.types import EventType
from assidu.foundation.sql import rows
from assidu.measurement.sums import Moves, RuleSum, Stretch, added, stretches
from assidu.measurement.types import (
    Attention,
    CurrencyFigures,
    Dashboard,
    MonthFigures,
    RuleFigures,
    Spending,
    TierCount,
)

IN_WALLET = (Account.AVAILABLE, Account.PENDING, Account.HELD)


def last_day() -> date | None:
    """The last business day of which anything is known, the clock's own events apart."""
    found: date | None = _value("SELECT max(day) FROM events_event WHERE type <> 'Tick'")
    return found


def first_day() -> date | None:
    """The first business day of which anything is known."""
    found: date | None = _value("SELECT min(day) FROM events_event WHERE type <> 'Tick'")
    return found


def has_sold() -> bool:
    """Was a sale ever recorded, with a card or without one?"""
    found: bool = _value(
        f"SELECT EXISTS (SELECT FROM events_event WHERE type = '{EventType.SALE.value}') "
        "OR EXISTS (SELECT FROM events_anonymous)"
    )
    return found


def dashboard(plan: Plan, since: date, until: date) -> Dashboard:
    """Everything that the first screen shows. Vouchers count when they are issued in exchange for points, not twice:
    their worth is not added to that of the points."""
    parts = stretches(since, until)
    held = _held_at_the_end_of(until)
    members: dict[date, int] = dict(rows(_MEMBERS, [[until, *(part.last for part in parts)]]))
    carded_minor = sum(part.carded_minor for part in parts)
    anonymous_minor = sum(part.anonymous_minor for part in parts)
    currencies = _currency_figures(plan.currencies, added(parts), held)
    generosity_minor = sum(figures.worth_minor for figures in currencies)
    return Dashboard(
        since=since,
        until=until,
        members=members[until],
        active=_active(since, until),
        joined=sum(part.joined for part in parts),
        purchases=sum(part.purchases for part in parts),
        carded_minor=carded_minor,
        anonymous_minor=anonymous_minor,
        card_rate=_share(carded_minor, carded_minor + anonymous_minor),
        generosity_minor=generosity_minor,
        generosity=_share(generosity_minor, carded_minor),
        currencies=currencies,
        tiers=tuple(TierCount(tier, members) for tier, members in rows(_TIERS)),
        months=_months(plan, parts, held, members),
        rules=_rules(parts),
    )


def rule_figures(since: date, until: date) -> tuple[RuleFigures, ...]:
    """What each rule gave, the most generous first."""
    return _rules(stretches(since, until))


def attention(since: date, today: date) -> Attention:
    [(late, late_since)] = rows(
        "SELECT count(*), min(next_due) FROM loyalty_member WHERE next_due < %s", [today]
    )
    return Attention(
        rejects=_value("SELECT count(*) FROM events_reject WHERE at >= %s", [since]),
        late_ticks=late,
        late_since=late_since,
        duplicates=_value(
            "SELECT count(*) FROM (SELECT DISTINCT customer_id, other_id FROM customers_possible_duplicate "
            "WHERE settled_at IS NULL) AS pair"
        ),
    )


def spending(customer_ids: Collection[UUID], since: date, until: date) -> Spending:
    """What a customer (and those merged into them) bought, net of returns, month by month."""
    found = rows(_SPENDING, [list(customer_ids), since, until])
    by_month = {month: (amount, purchases) for month, amount, purchases in found}
    months = []
    month = since.replace(day=1)
    while month <= until:
        months.append(by_month.get(month, (0, 0)))
        month = (month + timedelta(days=32)).replace(day=1)
    return Spending(
        amount_minor=sum(amount for amount, _ in months),
        purchases=sum(purchases for _, purchases in months),
        months_minor=tuple(amount for amount, _ in months),
    )


def has_invented() -> bool:
    """Whether any customer or store was made up, as in the demo."""
    return bool(
        _value(
            "SELECT EXISTS (SELECT FROM customers_customer WHERE is_invented) "
            "OR EXISTS (SELECT FROM catalogue_store WHERE is_invented)"
        )
    )


def _active(since: date, until: date) -> int:
    """Of the members at the end of the period, those who bought in it, those merged since counted once."""
    if _value("SELECT NOT EXISTS (SELECT FROM events_event WHERE day > %s)", [until]):
        found: int = _value(_ACTIVE_SINCE, [since])
    else:
        found = _value(_ACTIVE_WITHIN, [since, until, until, until])
    return found


def _held_at_the_end_of(day: date) -> dict[str, int]:
    """What wallets held of each currency: what they hold now, less what moved since."""
    held: dict[str, int] = dict(
        rows("SELECT currency, sum(posted)::bigint FROM ledger_balance GROUP BY currency")
    )
    newest: date | None = _value(
        "SELECT greatest((SELECT max(day) FROM ledger_posting), (SELECT max(day) FROM events_event))"
    )
    if newest is not None and newest > day:
        since = stretches(day + timedelta(days=1), newest)
        for currency, changes in added(since).items():
            held[currency] = held.get(currency, 0) - _into_wallets(changes)
    return held


def _into_wallets(changes: Mapping[Account, int]) -> int:
    return sum(changes.get(account, 0) for account in IN_WALLET)


def _currency_figures(
    currencies: Mapping[str, Currency], moved: Moves, held: Mapping[str, int]
) -> tuple[CurrencyFigures, ...]:
    figures = []
    for code in (*currencies, *sorted((moved.keys() | held.keys()) - currencies.keys())):
        change = moved.get(code, {})
        currency = currencies.get(code)
        outstanding = held.get(code, 0)
        figures.append(
            CurrencyFigures(
                currency=code,
                issued=-change.get(Account.ISSUED, 0),
                used=change.get(Account.USED, 0),
                expired=change.get(Account.BREAKAGE, 0) + change.get(Account.FORFEITED, 0),
                corrected=-change.get(Account.CORRECTED, 0),
                outstanding=outstanding,
                worth_minor=_given_minor(currency, change),
                outstanding_worth_minor=_worth(currency, outstanding),
            )
        )
    return tuple(figures)


def _given_minor(currency: Currency | None, change: Mapping[Account, int]) -> int:
    """What was issued, at face value. A voucher was paid for with points: counting its worth again would count the same
    generosity twice."""
    if currency is None or currency.kind is CurrencyKind.VOUCHER:
        return 0
    return _worth(currency, -change.get(Account.ISSUED, 0))


def _worth(currency: Currency | None, quantity: int) -> int:
    if currency is None:
        return 0
    return quantity * currency.worth_minor // currency.worth_units


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _months(
    plan: Plan, parts: Sequence[Stretch], held: Mapping[str, int], members: Mapping[date, int]
) -> tuple[MonthFigures, ...]:
    points = points_of(plan)
    outstanding = held.get(points, 0)
    months = []
    for part in reversed(parts):
        change = part.moved.get(points, {})
        months.append(
            MonthFigures(
                month=part.first.replace(day=1),
                members=members[part.last],
                active=part.active,
                joined=part.joined,
                purchases=part.purchases,
                carded_minor=part.carded_minor,
                anonymous_minor=part.anonymous_minor,
                card_rate=_share(part.carded_minor, part.carded_minor + part.anonymous_minor),
                generosity_minor=sum(
                    _given_minor(plan.currencies.get(code), moved) for code, moved in part.moved.items()
                ),
                points_issued=-change.get(Account.ISSUED, 0),
                points_used=change.get(Account.USED, 0),
                points_expired=change.get(Account.BREAKAGE, 0) + change.get(Account.FORFEITED, 0),
                points_outstanding=outstanding,
            )
        )
        outstanding -= _into_wallets(change)
    return tuple(reversed(months))


def points_of(plan: Plan) -> str:
    """The code of the currency that most figures are about."""
    kinds = (CurrencyKind.POINTS, CurrencyKind.MONEY)
    known = (
        currency.code for kind in kinds for currency in plan.currencies.values() if currency.kind is kind
    )
    return next(known, next(iter(plan.currencies)))


def _rules(parts: Sequence[Stretch]) -> tuple[RuleFigures, ...]:
    total: dict[tuple[str, str], RuleSum] = {}
    for part in parts:
        for key, one in part.rules.items():
            known = total.get(key, RuleSum(0, 0))
            total[key] = RuleSum(known.quantity + one.quantity, known.times + one.times)
    found = [RuleFigures(rule, currency, one.quantity, one.times) for (rule, currency), one in total.items()]
    return tuple(sorted(found, key=lambda one: (-one.quantity, one.rule)))


def _value(statement: str, parameters: Sequence[Any] = ()) -> Any:
    return rows(statement, parameters)[0][0]


_TIERS = """
  SELECT coalesce(tier, '') AS tier, count(*) AS members
    FROM loyalty_member WHERE membership = 'member' GROUP BY 1 ORDER BY 2 DESC, 1"""
_SPENDING = """
  SELECT date_trunc('month', day)::date, sum(amount_minor)::bigint, count(*) FILTER (WHERE type = 'Order Completed')
    FROM events_event
   WHERE customer_id = ANY (%s) AND day BETWEEN %s AND %s
     AND type IN ('Order Completed', 'Order Refunded', 'Order Updated', 'Order Cancelled')
   GROUP BY 1"""
_ACTIVE_SINCE = """
  SELECT count(*) FROM loyalty_member AS m JOIN customers_customer AS c USING (customer_id)
   WHERE m.last_purchase >= %s AND m.membership = 'member' AND c.merged_into IS NULL AND c.erased_at IS NULL"""
_ACTIVE_WITHIN = """
  SELECT count(*)
    FROM (SELECT DISTINCT customer_id FROM events_event
           WHERE type = 'Order Completed' AND day BETWEEN %s AND %s) AS buyer
    JOIN bi.membership AS m USING (customer_id)
   WHERE m.since <= %s AND coalesce(m.until > %s, true)"""
_MEMBERS = """
  WITH member AS MATERIALIZED (
    SELECT since, coalesce(until, DATE '9999-12-31') AS until FROM bi.membership
  )
  SELECT day, (SELECT count(*) FROM member WHERE since <= day AND until > day)
    FROM unnest(%s::date[]) AS asked (day) GROUP BY day"""
