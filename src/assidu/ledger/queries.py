"""Everything that reads the books."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from assidu.decisions.calendar import LAST_DAY
from assidu.decisions.decision import Account
from assidu.foundation.cursors import read_cursor, write_cursor
from assidu.foundation.sql import rows
from assidu.ledger.types import AccountTotal, Balance, Lot, Movement, Statement

STATEMENT_MAX = 200


def balances(customer_id: UUID) -> list[Balance]:
    """As posted; what is due to expire today may not have been posted yet."""
    found = rows(
        "SELECT currency, posted, held, pending, debt FROM ledger_balance WHERE customer_id = %s ORDER BY currency",
        [customer_id],
    )
    return [Balance(*row) for row in found]


def lots(customer_id: UUID) -> list[Lot]:
    """What is left, the first to expire first."""
    found = rows(
        "SELECT currency, issued_month, expires_on, remaining, pending, held FROM ledger_lot "
        "WHERE customer_id = %s AND remaining > 0 ORDER BY currency, expires_on, issued_month",
        [customer_id],
    )
    return [
        Lot(currency, issued, _end(expires), *quantities) for currency, issued, expires, *quantities in found
    ]


def statement(
    customer_id: UUID,
    *,
    currency: str = "",
    since: date | None = None,
    until: date | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Statement:
    """A customer's movements, the youngest first, each with the balance after it."""
    assert 0 < limit <= STATEMENT_MAX
    wanted = ["customer_id = %(customer_id)s"]
    parameters: dict[str, Any] = {"customer_id": customer_id, "limit": limit + 1, "currency": currency}
    if since is not None:
        wanted.append("day >= %(since)s")
        parameters["since"] = since
    if until is not None:
        wanted.append("day <= %(until)s")
        parameters["until"] = until
    if cursor:
        seq, n = read_cursor(cursor, int, int)
        # Compared as bigint: a forged cursor must not overflow the column's type.
        wanted.append("(seq::bigint, n::bigint) < (%(seq)s::bigint, %(n)s::bigint)")
        parameters |= {"seq": _bounded(seq), "n": _bounded(n)}
    found = rows(_STATEMENT.format(" AND ".join(wanted)), parameters)
    movements = [_movement(row) for row in found[:limit]]
    last = movements[-1] if len(found) > limit else None
    return Statement(tuple(movements), write_cursor(last.seq, last.n) if last else None)


def movements_of(customer_id: UUID, first_seq: int, last_seq: int) -> dict[int, list[Movement]]:
    """The movements of a stretch of a customer's history, by ``seq``."""
    found: dict[int, list[Movement]] = {}
    parameters = {
        "customer_id": customer_id,
        "currency": "",
        "first": first_seq,
        "last": last_seq,
        "limit": None,
    }
    for row in rows(_STATEMENT.format("seq BETWEEN %(first)s AND %(last)s"), parameters):
        movement = _movement(row)
        found.setdefault(movement.seq, []).insert(0, movement)
    return found


def expiring(currency: str, until: date) -> int:
    """Units of a currency, of all customers together, that can no longer be used after ``until``."""
    found = rows(
        "SELECT coalesce(sum(remaining), 0)::bigint FROM ledger_lot WHERE currency = %s AND expires_on <= %s",
        # The first day without them is at the latest the one after.
        [currency, until + timedelta(days=1)],
    )
    return int(found[0][0])


def trial_balance() -> list[AccountTotal]:
    """What every account holds, from the postings alone."""
    found = rows(
        "SELECT currency, account, sum(change)::bigint FROM ("
        " SELECT currency, target AS account, quantity AS change FROM ledger_posting"
        " UNION ALL SELECT currency, source, -quantity FROM ledger_posting) AS moved "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [AccountTotal(currency, Account(account), total) for currency, account, total in found]


def _movement(row: tuple[Any, ...]) -> Movement:
    (
        customer_id,
        seq,
        n,
        day,
        currency,
        source,
        target,
        quantity,
        change,
        balance,
        debt,
        issued,
        expires,
        reverses_seq,
        reverses_n,
        active_on,
    ) = row
    return Movement(
        customer_id,
        seq,
        n,
        day,
        currency,
        Account(source),
        Account(target),
        quantity,
        change,
        balance,
        debt,
        issued,
        _end(expires),
        None if reverses_seq is None else (reverses_seq, reverses_n),
        active_on,
    )


def _end(expires_on: date | None) -> date | None:
    return None if expires_on == LAST_DAY else expires_on


def _bounded(number: int) -> int:
    return max(-(2**62), min(number, 2**62))


_CHANGE = "CASE WHEN target = 1 THEN quantity ELSE 0 END - CASE WHEN source = 1 THEN quantity ELSE 0 END"
_STATEMENT = f"""
  SELECT customer_id, seq, n, day, currency, source, target, quantity, change, balance::bigint, debt::bigint,
         issued_month, expires_on, reverses_seq, reverses_n, active_on
    FROM (SELECT p.*, {_CHANGE} AS change,
                 sum({_CHANGE}) OVER so_far AS balance,
                 sum(CASE WHEN source = 4 THEN quantity WHEN target = 4 THEN -quantity ELSE 0 END) OVER so_far AS debt
            FROM ledger_posting AS p
           WHERE p.customer_id = %(customer_id)s AND (%(currency)s = '' OR p.currency = %(currency)s)
          WINDOW so_far AS (PARTITION BY p.currency ORDER BY p.seq, p.n)) AS told
   WHERE {{}} ORDER BY seq DESC, n DESC LIMIT %(limit)s"""
