"""The books are kept by the database itself: these tests try to break them with SQL, as the server could."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from assidu.foundation.database import Database

ANNE = UUID(int=1)
WALLET = UUID(int=11)
ISSUED, AVAILABLE, USED, PENDING, HELD, DEBT = 10, 1, 11, 2, 3, 4
MARCH, MAY, SEPTEMBER = date(2026, 3, 1), date(2026, 5, 1), date(2026, 9, 1)

Server = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def server(worker_database: Database) -> Iterator[Server]:
    """A connection as the server's own role; everything is rolled back."""
    connection = psycopg.connect(worker_database.url)
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture
def owner(worker_database: Database) -> Iterator[Server]:
    """The role of migrations: even it is stopped by the triggers."""
    connection = psycopg.connect(worker_database.owner_url)
    yield connection
    connection.rollback()
    connection.close()


def happen(server: Server, seq: int) -> None:
    """An event to hang postings on, and the wallet that they move."""
    server.execute(
        "INSERT INTO events_event (customer_id, seq, source, id, type, at, recorded_at, day, programme, body) "
        "VALUES (%s, %s, 'test', %s, 'Balance Corrected', now(), now(), %s, 'test', '{}') ON CONFLICT DO NOTHING",
        [ANNE, seq, str(seq), MARCH],
    )
    server.execute("INSERT INTO ledger_wallet VALUES (%s, %s) ON CONFLICT DO NOTHING", [ANNE, WALLET])


def post(
    server: Server,
    seq: int,
    source: int,
    target: int,
    quantity: int,
    *,
    n: int = 0,
    lot: tuple[date, date] | None = (MARCH, SEPTEMBER),
    reverses: tuple[int, int] | None = None,
    currency: str = "points",
    active: date | None = None,
) -> None:
    happen(server, seq)
    server.execute(
        "INSERT INTO ledger_posting VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [ANNE, seq, n, WALLET, source, target, currency, quantity, *(lot or (None, None)),
         *(reverses or (None, None)), MARCH, active],
    )  # fmt: skip


def balance(server: Server) -> tuple[Any, ...]:
    row = server.execute(
        "SELECT posted, held, debt FROM ledger_balance WHERE customer_id = %s", [ANNE]
    ).fetchone()
    assert row is not None
    return row


def refused(server: Server, statement: str, *parameters: Any) -> str:
    """The name of the constraint or the state of the error that stopped it."""
    with pytest.raises(psycopg.Error) as stopped, server.transaction():
        server.execute(statement, list(parameters))
    return stopped.value.diag.constraint_name or stopped.value.sqlstate or ""


def post_refused(server: Server, *arguments: Any, **named: Any) -> str:
    with pytest.raises(psycopg.Error) as stopped, server.transaction():
        post(server, *arguments, **named)
    return stopped.value.diag.constraint_name or stopped.value.sqlstate or ""


def test_lots_and_balances_follow_from_postings(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    post(server, 2, AVAILABLE, USED, 30)
    post(server, 3, AVAILABLE, HELD, 20)
    assert balance(server) == (70, 20, 0)
    assert server.execute("SELECT remaining FROM ledger_lot").fetchall() == [(70,)]
    post(server, 4, DEBT, USED, 5, lot=None)
    assert balance(server) == (70, 20, 5)


def quantities(server: Server) -> list[tuple[Any, ...]]:
    return server.execute("SELECT remaining, pending, held FROM ledger_lot ORDER BY expires_on").fetchall()


def test_what_waits_and_what_is_held_are_part_of_a_lot_and_of_the_balance(server: Server) -> None:
    post(server, 1, ISSUED, PENDING, 100, active=MAY)
    post(server, 2, ISSUED, AVAILABLE, 50)
    post(server, 3, AVAILABLE, HELD, 20)
    assert quantities(server) == [(150, 100, 20)]
    row = server.execute("SELECT posted, pending, held, debt FROM ledger_balance").fetchone()
    assert row == (150, 100, 20, 0)
    post(server, 4, PENDING, AVAILABLE, 60, active=MAY)
    post(server, 5, PENDING, ISSUED, 40, active=MAY, reverses=(1, 0))
    post(server, 6, HELD, USED, 20)
    assert quantities(server) == [(90, 0, 0)]
    row = server.execute("SELECT posted, pending, held, debt FROM ledger_balance").fetchone()
    assert row == (90, 0, 0, 0)


def test_nothing_that_waits_is_used_and_no_more_stops_waiting_than_waits(server: Server) -> None:
    post(server, 1, ISSUED, PENDING, 100, active=MAY)
    assert post_refused(server, 2, AVAILABLE, USED, 1) == "lot_within_remaining"
    assert post_refused(server, 2, AVAILABLE, HELD, 1) == "lot_within_remaining"
    assert post_refused(server, 2, PENDING, AVAILABLE, 101, active=MAY) == "lot_pending_not_negative"
    assert post_refused(server, 2, HELD, USED, 1) == "lot_held_not_negative"
    post(server, 2, PENDING, AVAILABLE, 10, active=MAY)
    assert post_refused(server, 3, AVAILABLE, USED, 11) == "lot_within_remaining"


@pytest.mark.parametrize(
    "table",
    ["ledger_posting", "events_event", "events_key", "events_ticket", "loyalty_decision", "people_audit"],
)
def test_nothing_that_was_written_is_changed_or_removed(server: Server, owner: Server, table: str) -> None:
    column = {"people_audit": "action", "loyalty_decision": "seq", "events_ticket": "ticket"}.get(
        table, "customer_id"
    )
    column = "id" if table in ("events_event", "events_key") else column
    denied, stopped = "42501", "23001"
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert refused(server, statement) == denied
        assert refused(owner, statement) == stopped


@pytest.mark.parametrize("table", ["ledger_lot", "ledger_balance"])
def test_lots_and_balances_are_nobodys_to_write(server: Server, table: str) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    for statement in (
        f"UPDATE {table} SET customer_id = customer_id",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
        f"TRUNCATE {table}",
    ):
        assert refused(server, statement) == "42501"


def test_the_server_owns_no_table_and_cannot_switch_the_triggers_off(server: Server) -> None:
    for statement in (
        "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_posting_apply ON ledger_posting",
        "ALTER TABLE ledger_balance DROP CONSTRAINT balance_not_negative",
        "DROP TABLE ledger_posting",
        "SET session_replication_role = replica",
        "SET ROLE assidu_owner",
        "CREATE TABLE mine (a integer)",
        "CREATE OR REPLACE FUNCTION ledger_apply() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ):
        assert refused(server, statement) == "42501", statement


def test_no_account_goes_below_its_floor(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    assert post_refused(server, 2, AVAILABLE, USED, 101) == "lot_not_negative"
    other_lot = (date(2026, 4, 1), SEPTEMBER)
    assert post_refused(server, 2, AVAILABLE, USED, 1, lot=other_lot) == "lot_not_negative"
    assert post_refused(server, 2, USED, DEBT, 1, lot=None) == "debt_not_negative"
    assert post_refused(server, 2, HELD, AVAILABLE, 1) == "lot_held_not_negative"
    post(server, 2, AVAILABLE, HELD, 80)
    assert post_refused(server, 3, AVAILABLE, USED, 21) == "lot_within_remaining"
    assert balance(server) == (100, 80, 0)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("ledger_posting_quantity_check", {"quantity": 0}),
        ("ledger_posting_quantity_check", {"quantity": -5}),
        ("two_accounts", {"source": AVAILABLE}),
        ("known_accounts", {"source": 9}),
        ("touches_the_wallet", {"source": ISSUED, "target": USED, "lot": None}),
        ("lot_iff_units", {"lot": None}),
        ("lot_iff_units", {"target": DEBT}),
        ("active_iff_pending", {"target": PENDING}),
        ("active_iff_pending", {"active": MAY}),
        ("ledger_posting_pkey", {"seq": 1}),
        ("ledger_posting_n_check", {"n": -1}),
        ("22003", {"quantity": 2**63 - 1}),
    ],
)
def test_a_posting_that_makes_no_sense_is_not_written(
    server: Server, constraint: str, changes: dict[str, Any]
) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    wanted = {"seq": 2, "source": ISSUED, "target": AVAILABLE, "quantity": 10} | changes
    assert post_refused(server, **wanted) == constraint


def test_a_posting_is_undone_once_and_never_beyond_its_quantity(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    post(server, 2, ISSUED, AVAILABLE, 900)
    post(server, 3, AVAILABLE, ISSUED, 60, reverses=(1, 0))
    assert post_refused(server, 4, AVAILABLE, ISSUED, 41, reverses=(1, 0)) == "reversed_within_original"
    post(server, 4, AVAILABLE, ISSUED, 40, reverses=(1, 0))
    assert post_refused(server, 5, AVAILABLE, ISSUED, 1, reverses=(1, 0)) == "reversed_within_original"
    assert post_refused(server, 5, ISSUED, AVAILABLE, 1, reverses=(3, 0)) == "reversed_within_original"
    assert post_refused(server, 5, AVAILABLE, ISSUED, 1, reverses=(1, 7)) == "reversed_within_original"
    assert post_refused(server, 5, AVAILABLE, ISSUED, 1, reverses=(5, 0)) == "reverses_something_earlier"
    assert balance(server) == (900, 0, 0)


def test_a_reversal_goes_back_where_its_original_came_from(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    post(server, 2, AVAILABLE, USED, 50)
    for source, target, original in (
        (ISSUED, AVAILABLE, 1),  # earned twice
        (AVAILABLE, USED, 1),  # to another account than gave
        (AVAILABLE, USED, 2),  # spent twice
        (ISSUED, AVAILABLE, 2),  # out of another account than received
    ):
        stopped = post_refused(server, 3, source, target, 10, reverses=(original, 0))
        assert stopped == "reversed_within_original", (source, target, original)
    post(server, 3, AVAILABLE, ISSUED, 10, reverses=(1, 0))
    post(server, 4, USED, AVAILABLE, 10, reverses=(2, 0))
    assert balance(server) == (50, 0, 0)


def test_an_event_that_has_its_postings_gets_no_more(server: Server) -> None:
    happen(server, 1)
    row = "(%(a)s, 1, {}, %(w)s, 10, 1, 'points', 60, %(m)s, %(s)s, NULL, NULL, %(m)s)"
    names = {"a": ANNE, "w": WALLET, "m": MARCH, "s": SEPTEMBER}
    server.execute(f"INSERT INTO ledger_posting VALUES {row.format(0)}, {row.format(1)}", names)
    assert post_refused(server, 1, ISSUED, AVAILABLE, 900, n=2) == "posted_once"
    assert balance(server) == (120, 0, 0)


def test_a_posting_hangs_on_an_event_and_a_wallet_of_its_customer(server: Server) -> None:
    row = "INSERT INTO ledger_posting VALUES (%s, %s, 0, %s, 10, 1, 'points', 5, %s, %s, NULL, NULL, %s)"
    assert refused(server, row, ANNE, 1, WALLET, MARCH, SEPTEMBER, MARCH) == "posting_of_an_event"
    happen(server, 1)
    assert refused(server, row, UUID(int=2), 1, WALLET, MARCH, SEPTEMBER, MARCH) == "posting_of_an_event"
    assert refused(server, row, ANNE, 1, UUID(int=12), MARCH, SEPTEMBER, MARCH) == "posting_of_an_event"
    assert refused(server, row, ANNE, 1, WALLET, MARCH, SEPTEMBER, SEPTEMBER) == "posting_of_an_event"


def test_two_who_undo_the_same_posting_in_one_statement_are_counted_together(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    happen(server, 2)
    row = "(%(a)s, 2, {}, %(w)s, 1, 10, 'points', 60, %(m)s, %(s)s, 1, 0, %(m)s)"
    statement = f"INSERT INTO ledger_posting VALUES {row.format(0)}, {row.format(1)}"
    with pytest.raises(psycopg.errors.CheckViolation, match="beyond its quantity"), server.transaction():
        server.execute(statement, {"a": ANNE, "w": WALLET, "m": MARCH, "s": SEPTEMBER})


def test_two_who_spend_the_same_units_at_once_cannot_both(assidu_db: Database) -> None:
    """Without any lock of ours, the rows of lots and balances stand in the way."""
    with psycopg.connect(assidu_db.url) as one, psycopg.connect(assidu_db.url) as other:
        post(one, 1, ISSUED, AVAILABLE, 100)
        happen(one, 2)
        happen(one, 3)
        one.commit()
        post(one, 2, AVAILABLE, USED, 80)
        other.execute("SET lock_timeout = '300ms'")
        assert post_refused(other, 3, AVAILABLE, USED, 80) == "55P03"
        other.rollback()
        one.commit()
        assert post_refused(other, 3, AVAILABLE, USED, 80) == "lot_not_negative"


def test_the_books_balance_by_construction(server: Server) -> None:
    post(server, 1, ISSUED, AVAILABLE, 100)
    post(server, 2, AVAILABLE, USED, 30)
    post(server, 3, DEBT, ISSUED, 7, lot=None)
    row = server.execute(
        "SELECT sum(change) FROM (SELECT quantity AS change FROM ledger_posting "
        "UNION ALL SELECT -quantity FROM ledger_posting) AS moved"
    ).fetchone()
    assert row == (0,)
