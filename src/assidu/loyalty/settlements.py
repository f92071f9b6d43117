"""What partners are owed for rewards that were handed over in their name, and the statements closed with them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from assidu.foundation.people.actions import record
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows

_OPEN = (
    "FROM loyalty_settlement AS s WHERE s.partner = %s AND NOT EXISTS (SELECT FROM loyalty_statement_line AS l "
    "WHERE l.customer_id = s.customer_id AND l.seq = s.seq AND l.n = s.n)"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a partner is owed and no statement holds yet; ``amount_minor`` in the currency of the tickets."""

    partner: str
    quantity: int
    amount_minor: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    partner: str
    number: int
    quantity: int
    amount_minor: int
    closed_at: datetime
    closed_by: UUID | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Things handed over in one store on one day."""

    day: date
    store: str
    currency: str
    quantity: int
    amount_minor: int


def owed(partner: str) -> Owed:
    """What the next statement would hold."""
    ((quantity, amount, first, last),) = rows(
        "SELECT coalesce(sum(s.quantity), 0)::bigint, coalesce(sum(s.amount_minor), 0)::bigint, min(s.day), max(s.day) "
        + _OPEN,
        [partner],
    )
    return Owed(partner, quantity, amount, first, last)


def partners_owed() -> list[str]:
    """Those who are owed something that no statement holds yet."""
    found = rows(
        "SELECT DISTINCT s.partner FROM loyalty_settlement AS s WHERE NOT EXISTS (SELECT FROM loyalty_statement_line "
        "AS l WHERE l.customer_id = s.customer_id AND l.seq = s.seq AND l.n = s.n) ORDER BY 1"
    )
    return [row[0] for row in found]


def statements(partner: str) -> list[Statement]:
    """The latest first."""
    found = rows(
        "SELECT partner, number, quantity, amount_minor, closed_at, closed_by FROM loyalty_statement "
        "WHERE partner = %s ORDER BY number DESC",
        [partner],
    )
    return [Statement(*row) for row in found]


def statement_lines(partner: str, number: int) -> list[StatementLine]:
    """By day, store and good; nobody is named."""
    found = rows(
        "SELECT s.day, s.store_id, s.currency, sum(s.quantity)::bigint, sum(s.amount_minor)::bigint "
        "FROM loyalty_statement_line AS l JOIN loyalty_settlement AS s USING (customer_id, seq, n) "
        "WHERE l.partner = %s AND l.number = %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        [partner, number],
    )
    return [StatementLine(*row) for row in found]


class NothingOwed(Exception):
    """There is nothing to put on a statement."""


class OtherNumber(Exception):
    """The next statement has another number."""


_CLOSE = (
    "WITH lines AS MATERIALIZED (SELECT s.* " + _OPEN + "), "
    "closed AS (INSERT INTO loyalty_statement (partner, number, quantity, amount_minor, closed_at, closed_by) "
    "  SELECT %s, %s, sum(quantity)::bigint, sum(amount_minor)::bigint, %s, %s FROM lines HAVING count(*) > 0 "
    "  RETURNING partner, number, quantity, amount_minor, closed_at, closed_by), "
    "listed AS (INSERT INTO loyalty_statement_line (customer_id, seq, n, partner, number) "
    "  SELECT customer_id, seq, n, partner, %s FROM lines) "
    "SELECT * FROM closed"
)


@transaction.atomic
def close_statement(partner: str, *, by: Actor, at: datetime, number: int | None = None) -> Statement:
    """Put everything that is owed and on no statement yet on the next one; the one that has that ``number`` already is
    answered as it is. Raises ``NothingOwed`` and ``OtherNumber``."""
    with connection.cursor() as cursor:
        # One closing at a time for each partner; what is handed over meanwhile is seen whole or not at all.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"statement:{partner}"])
        cursor.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM loyalty_statement WHERE partner = %s", [partner]
        )
        (following,) = cursor.fetchone()
        if number is not None and number < following:
            return next(one for one in statements(partner) if one.number == number)
        if number is not None and number != following:
            raise OtherNumber
        cursor.execute(_CLOSE, [partner, partner, following, at, by.person_id, following])
        row = cursor.fetchone()
    if row is None:
        raise NothingOwed(partner)
    statement = Statement(*row)
    after = {
        "number": statement.number,
        "quantity": statement.quantity,
        "amount_minor": statement.amount_minor,
    }
    record(by, "statement.closed", "partner", partner, after=after)
    return statement
