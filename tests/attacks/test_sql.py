"""With SQL, past all our code: what the database itself refuses, to the server's role and to the owner's."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors

from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Return, RewardRequest, Sale, SaleLine
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Actor
from builders.shop import Shop

APPEND_ONLY = (
    "events_event", "events_key", "events_ticket", "events_anonymous", "events_reject", "loyalty_decision",
    "loyalty_plan", "ledger_posting", "people_audit", "people_look",
)  # fmt: skip
KEPT_BY_TRIGGER = ("ledger_lot", "ledger_balance")


@dataclass(frozen=True, slots=True)
class Victim:
    """A customer with a past: joined (1), corrected by +2,000 (2), bought (3), returned in part (4), rewarded (5);
    and events that moved nothing (6 to 12)."""

    database: Database
    customer: uuid.UUID
    wallet: uuid.UUID
    other: uuid.UUID

    def posting(self, **changes: Any) -> tuple[str, list[Any]]:
        """An insertion of one posting: 10 points corrected in, unless changed."""
        columns = {
            "customer_id": self.customer, "seq": 6, "n": 90, "wallet_id": self.wallet, "source": 13, "target": 1,
            "currency": "points", "quantity": 10, "issued_month": "2026-02-01", "expires_on": "2026-09-01",
            "reverses_seq": None, "reverses_n": None, "day": "2026-02-05",
        } | changes  # fmt: skip
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        return f"INSERT INTO ledger_posting ({names}) VALUES ({places})", list(columns.values())

    def event(self, **changes: Any) -> tuple[str, list[Any]]:
        """An insertion of the customer's next event."""
        columns = {
            "customer_id": self.customer, "seq": 13, "source": "sql", "id": "x", "type": "Member Left",
            "at": "2026-02-06T10:00Z", "recorded_at": "2026-02-06T10:00Z", "day": "2026-02-06",
            "programme": "le-cercle", "body": "{}",
        } | changes  # fmt: skip
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        return f"INSERT INTO events_event ({names}) VALUES ({places})", list(columns.values())


@contextmanager
def attacked(cluster: Database, django_db_blocker: Any, name: str) -> Iterator[Victim]:
    from attacks.served import pointing_at
    from builders.databases import copy, drop

    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name)
    database = cluster.named(name)
    with django_db_blocker.unblock(), pointing_at(database.url):
        shop = Shop.opened()
        customer = shop.member(Profile(card="2990000000012"), datetime(2026, 2, 1, 9, tzinfo=UTC))
        line = SaleLine("s", 12_300, 1, 0, "produce", "", 550)
        shop.must(customer, Correction(datetime(2026, 2, 2, 9, tzinfo=UTC), "points", 2_000, "test"))
        shop.must(customer, Sale(datetime(2026, 2, 3, 9, tzinfo=UTC), "317", "store", (line, line)))
        shop.must(customer, Return(datetime(2026, 2, 4, 9, tzinfo=UTC), 3, ()))
        shop.must(customer, RewardRequest(datetime(2026, 2, 5, 9, tzinfo=UTC), "voucher-5", 1))
        other = shop.member(Profile(card="2990000000029"), datetime(2026, 2, 1, 9, tzinfo=UTC))
        people.record_look(Actor(request_id="sql"), customer, "customer")
        people.create_key("till", ["evaluate"], COMMAND_LINE)
        with psycopg.connect(database.url) as connection:
            [(wallet,)] = connection.execute(
                "SELECT wallet_id FROM ledger_wallet WHERE customer_id = %s", [customer]
            ).fetchall()
    found = Victim(database, customer, wallet, other)
    with psycopg.connect(database.url) as connection:
        for seq in range(6, 13):
            connection.execute(*found.event(seq=seq, id=f"idle {seq}", day="2026-02-05"))
    yield found
    drop(cluster, name)


@pytest.fixture(scope="module")
def victim(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Victim]:
    """For attacks of which nothing stays."""
    with attacked(cluster, django_db_blocker, "by_hand") as found:
        yield found


@pytest.fixture
def spare_victim(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Victim]:
    """For one that commits."""
    with attacked(cluster, django_db_blocker, "by_hand_spare") as found:
        yield found


def refused(url: str, statement: str, parameters: Any = None) -> psycopg.Error:
    """Whether before the commit or at it; nothing of it stays in any case."""
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement, parameters)
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error as error:
            return error
        finally:
            connection.rollback()
    raise AssertionError(f"accepted: {statement} {parameters or ''}")


def refused_posting(victim: Victim, **changes: Any) -> psycopg.Error:
    return refused(victim.database.url, *victim.posting(**changes))


def last_column(url: str, table: str) -> str:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(f"SELECT * FROM {table} LIMIT 0")
        assert cursor.description
        return cursor.description[-1].name


# ---------------------------------------------------------------- what is recorded stays


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_recorded_is_never_changed_or_removed(victim: Victim, table: str) -> None:
    column = last_column(victim.database.url, table)
    for change in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"DELETE FROM {table} WHERE false",
        f"TRUNCATE {table}",
        f"TRUNCATE {table} CASCADE",
        f"MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    ):
        assert isinstance(refused(victim.database.url, change), errors.InsufficientPrivilege), change
        assert isinstance(refused(victim.database.owner_url, change), errors.RestrictViolation), change


@pytest.mark.parametrize("table", KEPT_BY_TRIGGER)
def test_lots_and_balances_are_written_by_postings_alone(victim: Victim, table: str) -> None:
    for change in (
        f"INSERT INTO {table} SELECT * FROM {table}",
        f"UPDATE {table} SET currency = currency",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        f"SELECT * FROM {table} FOR UPDATE",
        f"COPY {table} FROM STDIN",
    ):
        assert isinstance(refused(victim.database.url, change), errors.InsufficientPrivilege), change


def test_a_known_key_is_not_overwritten_by_inserting_it_again(victim: Victim) -> None:
    again = "INSERT INTO events_key SELECT * FROM events_key"
    assert isinstance(refused(victim.database.url, again), errors.UniqueViolation)
    over = f"{again} ON CONFLICT (source, id) DO UPDATE SET seq = 1"
    assert isinstance(refused(victim.database.url, over), errors.InsufficientPrivilege)
    assert isinstance(refused(victim.database.owner_url, over), errors.RestrictViolation)


def test_the_servers_role_has_no_right_that_nobody_thought_of(victim: Victim) -> None:
    """Every table is either append-only, kept by the trigger, or one that we decided the server may change."""
    with psycopg.connect(victim.database.url) as connection:
        rights: dict[str, set[str]] = {}
        for table, right in connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee IN ('assidu_app', 'PUBLIC') AND table_schema = 'public'"
        ).fetchall():
            rights.setdefault(table, set()).add(right)
    for table in APPEND_ONLY:
        assert rights[table] == {"SELECT", "INSERT"}, table
    for table in KEPT_BY_TRIGGER:
        assert rights[table] == {"SELECT"}, table
    assert rights["ledger_wallet"] == {"SELECT", "INSERT"}
    assert "DELETE" not in rights["loyalty_member"]
    everything = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert all(found <= everything for found in rights.values()), (
        "nobody needs TRUNCATE, TRIGGER or REFERENCES"
    )


# ---------------------------------------------------------------- postings


POSTINGS: dict[str, dict[str, Any]] = {
    "between one account and itself": {"source": 1, "target": 1},
    "from an account that does not exist": {"source": 99},
    "to an account that does not exist": {"target": 0},
    "that touches no wallet": {"source": 13, "target": 11, "issued_month": None, "expires_on": None},
    "of nothing": {"quantity": 0},
    "of less than nothing": {"quantity": -10},
    "of more than there is": {"quantity": 2**63},
    "that takes the wallet below zero": {"source": 1, "target": 13, "quantity": 1_000_000},
    "that takes one lot below zero": {"source": 1, "target": 13, "quantity": 1, "issued_month": "2020-01-01"},
    "that takes what is held and is not": {"source": 3, "target": 1, "quantity": 1},
    "that repays a debt that is not": {"source": 13, "target": 4, "issued_month": None, "expires_on": None},
    "without a lot": {"issued_month": None, "expires_on": None},
    "with half a lot": {"expires_on": None},
    "with a lot where none moves": {"source": 4, "target": 13},
    "that fills the account of the world to bursting": {"quantity": 2**63 - 1},
    "of an event that does not exist": {"seq": 13},
    "of an event far away": {"seq": 10_000},
    "of an event before the first": {"seq": 0},
    "on another day than its event": {"day": "2026-02-07"},
    "of nobody": {"customer_id": uuid.UUID(int=7)},
    "of a wallet that does not exist": {"wallet_id": uuid.UUID(int=7)},
    "with a number below zero": {"n": -1},
    "that is there already": {"seq": 2, "n": 0, "day": "2026-02-02"},
    "of an event that has its postings": {"seq": 5},
    "that reverses in the same direction": {"reverses_seq": 2, "reverses_n": 0, "quantity": 1},
    "that reverses to another account": {
        "reverses_seq": 2, "reverses_n": 0, "source": 1, "target": 11, "quantity": 1,
    },
    "that reverses what is not": {"reverses_seq": 2, "reverses_n": 77, "source": 1, "target": 13},
    "that reverses what comes later": {"seq": 2, "day": "2026-02-02", "reverses_seq": 3, "reverses_n": 0},
    "that reverses itself": {"reverses_seq": 6, "reverses_n": 90},
    "that reverses half a key": {"reverses_seq": 2, "source": 1, "target": 13},
    "that reverses beyond the original": {
        "reverses_seq": 2, "reverses_n": 0, "source": 1, "target": 13, "quantity": 2_001,
    },
    "that reverses in another currency": {
        "reverses_seq": 2, "reverses_n": 0, "source": 1, "target": 13, "quantity": 1, "currency": "voucher-5",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", POSTINGS)
def test_no_posting(victim: Victim, name: str) -> None:
    error = refused_posting(victim, **POSTINGS[name])
    assert isinstance(error, psycopg.IntegrityError | psycopg.DataError), error


def test_an_honest_posting_is_accepted_so_that_the_others_are_refused_for_what_they_are(
    victim: Victim,
) -> None:
    with psycopg.connect(victim.database.url) as connection:
        connection.execute(*victim.posting())
        connection.rollback()


def test_no_posting_in_the_wallet_of_somebody_else(victim: Victim) -> None:
    error = refused_posting(victim, customer_id=victim.other, seq=1, day="2026-02-01", n=90)
    assert isinstance(error, errors.ForeignKeyViolation)


def test_a_reversal_is_not_reversed(victim: Victim) -> None:
    with psycopg.connect(victim.database.url) as connection:
        found = connection.execute(
            "SELECT seq, n, source, target, issued_month, expires_on FROM ledger_posting "
            "WHERE customer_id = %s AND reverses_seq IS NOT NULL AND issued_month IS NOT NULL",
            [victim.customer],
        ).fetchone()
    assert found is not None, "the return reversed something"
    seq, n, source, target, month, expires = found
    error = refused_posting(
        victim, reverses_seq=seq, reverses_n=n, source=target, target=source, quantity=1, issued_month=month,
        expires_on=expires,
    )  # fmt: skip
    assert isinstance(error, errors.CheckViolation)


def the_lot_of(victim: Victim, seq: int) -> dict[str, Any]:
    with psycopg.connect(victim.database.url) as connection:
        [(month, expires)] = connection.execute(
            "SELECT issued_month, expires_on FROM ledger_posting WHERE customer_id = %s AND seq = %s",
            [victim.customer, seq],
        ).fetchall()
    return {"issued_month": month, "expires_on": expires}


def test_reversals_in_parts_stop_at_the_original_even_within_one_statement(victim: Victim) -> None:
    lot = the_lot_of(victim, 2)
    part = {"reverses_seq": 2, "reverses_n": 0, "source": 1, "target": 13, "quantity": 600} | lot
    with psycopg.connect(victim.database.url) as connection:
        # Room enough in the lot: it is the original that ends it.
        connection.execute(*victim.posting(quantity=5_000, **lot))
        with connection.transaction(force_rollback=True):
            for seq in range(7, 10):
                connection.execute(*victim.posting(seq=seq, **part))
            with pytest.raises(errors.CheckViolation), connection.transaction():
                connection.execute(*victim.posting(seq=10, **part))
        statement, parameters = victim.posting(seq=7, **part)
        values = statement.partition("VALUES ")[2]
        four = [[*parameters[:2], n, *parameters[3:]] for n in range(4)]
        with pytest.raises(errors.CheckViolation), connection.transaction():
            connection.execute(
                f"{statement}, {', '.join([values] * 3)}", [value for row in four for value in row]
            )
        connection.rollback()


def test_two_who_reverse_the_same_posting_at_once_do_not_pass_it_together(spare_victim: Victim) -> None:
    """Neither holds the customer's lock, as our code would: the database must see it all the same."""
    victim, url = spare_victim, spare_victim.database.url
    part = {"reverses_seq": 6, "reverses_n": 90, "source": 1, "target": 13, "quantity": 1_100}
    refusals: list[psycopg.Error] = []
    with psycopg.connect(url) as connection:
        connection.execute(*victim.posting(quantity=2_000))
        connection.execute(*victim.posting(seq=7, quantity=5_000))  # room for both in the lot
    with psycopg.connect(url) as one, psycopg.connect(url) as two:
        one.execute(*victim.posting(seq=8, **part))

        def reverse() -> None:
            try:
                two.execute(*victim.posting(seq=9, **part))
            except psycopg.Error as error:
                refusals.append(error)

        second = threading.Thread(target=reverse)
        second.start()
        second.join(0.5)
        assert second.is_alive(), "the second waits for the first"
        assert not refusals
        one.commit()
        second.join(10)
        two.rollback()
    assert [type(error) for error in refusals] == [errors.CheckViolation]


# ---------------------------------------------------------------- events


EVENTS: dict[str, dict[str, Any]] = {
    "after a gap": {"seq": 15},
    "before the first": {"seq": 0},
    "below zero": {"seq": -1},
    "at a place that is taken": {"seq": 3},
    "of a newcomer that does not begin at one": {"customer_id": uuid.UUID(int=7), "seq": 2},
    "without a body": {"body": None},
    "with a body that is no JSON": {"body": "{"},
}


@pytest.mark.parametrize("name", EVENTS)
def test_no_event(victim: Victim, name: str) -> None:
    statement, parameters = victim.event(**EVENTS[name])
    error = refused(victim.database.url, statement, parameters)
    assert isinstance(error, psycopg.IntegrityError | psycopg.DataError), error


def test_a_gap_is_not_hidden_behind_a_table_of_the_same_name(victim: Victim) -> None:
    statement, parameters = victim.event(seq=15)
    with psycopg.connect(victim.database.url) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE events_event (LIKE public.events_event INCLUDING DEFAULTS)"
        )
        connection.execute(*victim.event(seq=14))  # into the temporary one
        connection.execute("SET search_path = pg_temp, public")
        with pytest.raises(errors.CheckViolation):
            connection.execute(statement.replace("events_event", "public.events_event"), parameters)


# ---------------------------------------------------------------- around the rules


TRICKS = (
    "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_apply",
    "ALTER TABLE events_event DISABLE TRIGGER USER",
    "DROP TRIGGER events_event_append_only ON events_event",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION events_refuse_change()",
    "CREATE RULE mine AS ON INSERT TO ledger_posting DO INSTEAD NOTHING",
    "ALTER TABLE ledger_lot DROP CONSTRAINT lot_not_negative",
    "SET session_replication_role = replica",
    "SET ROLE assidu_owner",
    "SET SESSION AUTHORIZATION assidu_owner",
    "SET ROLE postgres",
    "CREATE TABLE public.mine (a integer)",
    "CREATE VIEW public.mine AS SELECT 1",
    "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION public.ledger_apply() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE SCHEMA mine",
    "DROP TABLE ledger_posting CASCADE",
    "DROP FUNCTION ledger_apply() CASCADE",
    "ALTER FUNCTION ledger_apply() SECURITY INVOKER",
    "ALTER FUNCTION ledger_apply() SET search_path = pg_temp",
    "ALTER TABLE ledger_posting OWNER TO assidu_app",
    "GRANT assidu_owner TO assidu_app",
    "ALTER ROLE assidu_app SUPERUSER",
    "ALTER ROLE assidu_owner PASSWORD 'mine'",
    "ALTER SYSTEM SET fsync = off",
    "CREATE EXTENSION file_fdw",
    "COPY events_event TO PROGRAM 'cat'",
    "COPY events_event TO '/tmp/mine'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT lo_import('/etc/passwd')",
    "SELECT ledger_apply()",
    "TRUNCATE loyalty_member, customers_customer",
    "DELETE FROM loyalty_member",
)


@pytest.mark.parametrize("trick", TRICKS)
def test_the_servers_role_gets_no_further_by(victim: Victim, trick: str) -> None:
    error = refused(victim.database.url, trick)
    allowed = (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFunction)
    assert isinstance(error, (*allowed, errors.ActiveSqlTransaction)), error


def attempts_with_the_trigger_function(victim: Victim) -> list[Callable[[psycopg.Connection[Any]], None]]:
    """`ledger_apply` writes with its owner's rights: hang it where postings are free."""
    statement, parameters = victim.posting(quantity=1_000_000)
    free = statement.replace("ledger_posting", "mine")
    referencing = "AFTER INSERT ON mine REFERENCING NEW TABLE AS added"

    def on_a_table_of_mine(connection: psycopg.Connection[Any]) -> None:
        connection.execute("CREATE TEMPORARY TABLE mine (LIKE ledger_posting)")
        connection.execute(
            f"CREATE TRIGGER t {referencing} FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply()"
        )
        connection.execute(free, parameters)

    def under_the_tables_own_name(connection: psycopg.Connection[Any]) -> None:
        connection.execute("CREATE TEMPORARY TABLE ledger_posting (LIKE public.ledger_posting)")
        connection.execute(
            "CREATE TRIGGER t AFTER INSERT ON pg_temp.ledger_posting REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_apply()"
        )
        connection.execute(statement.replace("ledger_posting", "pg_temp.ledger_posting"), parameters)

    return [on_a_table_of_mine, under_the_tables_own_name]


@pytest.mark.parametrize("number", range(2))
def test_the_function_that_keeps_wallets_serves_no_other_table(victim: Victim, number: int) -> None:
    with psycopg.connect(victim.database.url) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            attempts_with_the_trigger_function(victim)[number](connection)
        connection.rollback()
    # Nor to the owner, who may hang it there.
    with psycopg.connect(victim.database.owner_url) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            attempts_with_the_trigger_function(victim)[number](connection)
        connection.rollback()


def test_tables_of_mine_that_are_called_like_its_own_do_not_mislead_it(victim: Victim) -> None:
    statement, parameters = victim.posting(quantity=7)
    balance = "SELECT posted FROM public.ledger_balance WHERE customer_id = %s AND currency = 'points'"
    with psycopg.connect(victim.database.url) as connection:
        before = connection.execute(balance, [victim.customer]).fetchone()
        for table in ("ledger_lot", "ledger_balance", "ledger_wallet", "events_event", "added"):
            like = "public.ledger_posting" if table == "added" else f"public.{table}"
            connection.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {like})")
        connection.execute("SET search_path = pg_temp, public")
        connection.execute(statement.replace("ledger_posting", "public.ledger_posting"), parameters)
        after = connection.execute(balance, [victim.customer]).fetchone()
        empty = connection.execute("SELECT count(*) FROM pg_temp.ledger_lot").fetchone()
        connection.rollback()
    assert before is not None
    assert after == (before[0] + 7,)
    assert empty == (0,)


def test_operators_of_mine_do_not_mislead_it(victim: Victim) -> None:
    """Types and functions in the temporary schema are looked at last, and never for calls."""
    statement, parameters = victim.posting(source=1, target=13, quantity=1_000_000)
    with psycopg.connect(victim.database.url) as connection:
        connection.execute(
            "CREATE FUNCTION pg_temp.sum(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'"
        )
        connection.execute("SET search_path = pg_temp, public")
        with pytest.raises(errors.CheckViolation):
            connection.execute(statement.replace("ledger_posting", "public.ledger_posting"), parameters)
        connection.rollback()


def test_a_quantity_beyond_all_reason_breaks_no_view_for_everybody(victim: Victim) -> None:
    body = '{"ticket": "1", "lines": [["s", 3000000000, 12300, 0, "produce", "", 550]]}'
    with psycopg.connect(victim.database.owner_url) as connection:
        connection.execute(*victim.event(type="Order Completed", body=body))
        found = connection.execute("SELECT max(quantity) FROM bi.sale_line").fetchone()
        connection.rollback()
    assert found == (3_000_000_000,)


def test_places_never_exceed_their_limit_whoever_writes_them(victim: Victim) -> None:
    url = victim.database.url
    ten = "INSERT INTO loyalty_quota (key, limit_places, taken) VALUES ('sql', 10, {})"
    assert isinstance(refused(url, ten.format(11)), errors.CheckViolation)
    assert isinstance(refused(url, ten.format(-1)), errors.CheckViolation)


def test_after_all_that_the_books_are_what_they_were(victim: Victim) -> None:
    with psycopg.connect(victim.database.url) as connection:
        assert connection.execute(TRIAL_BALANCE).fetchall() == []
        assert connection.execute(WALLETS_THAT_DIFFER).fetchall() == []


TRIAL_BALANCE = (
    "SELECT currency, sum(change) FROM ("
    "  SELECT currency, quantity AS change FROM ledger_posting"
    "  UNION ALL SELECT currency, -quantity FROM ledger_posting) AS side GROUP BY 1 HAVING sum(change) <> 0"
)
WALLETS_THAT_DIFFER = """
  SELECT customer_id, currency, b.posted, l.remaining, p.moved
    FROM ledger_balance AS b
    FULL JOIN (SELECT customer_id, currency, sum(remaining) AS remaining FROM ledger_lot GROUP BY 1, 2) AS l
      USING (customer_id, currency)
    FULL JOIN (SELECT customer_id, currency, sum((CASE WHEN target IN (1, 2, 3) THEN quantity ELSE 0 END)
                                                 - (CASE WHEN source IN (1, 2, 3) THEN quantity ELSE 0 END)) AS moved
                 FROM ledger_posting GROUP BY 1, 2) AS p USING (customer_id, currency)
   WHERE coalesce(b.posted, 0) <> coalesce(l.remaining, 0) OR coalesce(b.posted, 0) <> coalesce(p.moved, 0)
"""
