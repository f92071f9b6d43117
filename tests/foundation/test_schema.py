"""Migrating: as the owner, without waiting long, also on a PostgreSQL that is not ours."""

import dataclasses

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from assidu.foundation.database import Database, as_django, with_name, without_password
from assidu.foundation.grants import append_only, read_only
from assidu.foundation.schema import connected_to, migrate, missing_migrations, prepare_roles
from assidu.foundation.settings import SettingsError


def test_a_migrated_database_lacks_nothing(assidu_db: Database) -> None:
    assert missing_migrations() == []
    assert migrate(assidu_db) == []


def test_migrating_speaks_as_the_owner_and_gives_up_on_a_held_lock(assidu_db: Database) -> None:
    with connected_to(assidu_db.owner_url, lock_timeout_ms=50), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('lock_timeout')")
        assert cursor.fetchone() == ("assidu_owner", "50ms")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('lock_timeout')")
        assert cursor.fetchone() == ("assidu_app", "0")


@pytest.mark.parametrize(
    ("operation", "allowed"),
    [(append_only("kept"), {"SELECT", "INSERT"}), (read_only("kept"), {"SELECT"})],
    ids=["append_only", "read_only"],
)
def test_what_the_server_may_do_with_a_table_can_be_taken_back(
    assidu_db: Database, operation: object, allowed: set[str]
) -> None:
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    with psycopg.connect(assidu_db.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE kept (a integer)")
        owner.execute(operation.sql)  # type: ignore[attr-defined]
        found = {
            verb
            for verb in verbs
            if owner.execute("SELECT has_table_privilege('assidu_app', 'kept', %s)", [verb]).fetchone()
            == (True,)
        }
        assert found == allowed
        owner.execute(operation.reverse_sql)  # type: ignore[attr-defined]
        assert owner.execute("SELECT has_table_privilege('assidu_app', 'kept', 'UPDATE')").fetchone() == (
            True,
        )


@pytest.fixture
def foreign(assidu_db: Database) -> Database:
    """A PostgreSQL of somebody else: the owner may make roles, the server has a name of its own."""
    assert assidu_db.admin_url
    name = "till_server"
    with psycopg.connect(assidu_db.admin_url, autocommit=True) as admin:
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(sql.Identifier(name)))
        database = psycopg.conninfo.conninfo_to_dict(assidu_db.url)["dbname"]
        admin.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(str(database)), sql.Identifier(name)
            )
        )
    url = assidu_db.url.replace(assidu_db.url.split("//")[1].split("@")[0], f"{name}:secret")
    return dataclasses.replace(assidu_db, url=url, admin_url=None)


def test_a_server_of_another_name_is_made_a_member_or_the_fault_is_named(
    foreign: Database, assidu_db: Database
) -> None:
    assert assidu_db.admin_url
    with psycopg.connect(assidu_db.admin_url, autocommit=True) as admin:
        admin.execute("REVOKE assidu_app FROM till_server")
    faults = prepare_roles(foreign)
    assert any("GRANT" in fault and "till_server" in fault for fault in faults), (
        "this owner may not grant the role"
    )
    with psycopg.connect(assidu_db.admin_url, autocommit=True) as admin:
        admin.execute("GRANT assidu_app TO assidu_owner WITH ADMIN OPTION")
    try:
        assert prepare_roles(foreign) == []
        with psycopg.connect(foreign.url) as server:
            assert server.execute("SELECT count(*) >= 0 FROM django_migrations").fetchone() == (True,)
    finally:
        with psycopg.connect(assidu_db.admin_url, autocommit=True) as admin:
            admin.execute("REVOKE assidu_app FROM assidu_owner CASCADE")


def test_addresses() -> None:
    url = "postgresql://a%40b:p%3Aw@h:5433/d%20b?sslmode=require"
    entry = as_django(url)
    assert (entry["USER"], entry["PASSWORD"], entry["NAME"]) == ("a@b", "p:w", "d b")
    assert (entry["HOST"], entry["PORT"], entry["OPTIONS"]) == ("h", "5433", {"sslmode": "require"})
    by_socket = as_django("postgresql://u:p@/d?host=/run/x&port=5")
    assert (by_socket["HOST"], by_socket["PORT"], by_socket["OPTIONS"]) == ("/run/x", "5", {})
    assert with_name("postgresql://u@h/d?x=1", "e") == "postgresql://u@h/e?x=1"
    assert "p%3Aw" not in without_password(url)
    with pytest.raises(SettingsError, match="postgresql://"):
        as_django("mysql://u@h/d")
