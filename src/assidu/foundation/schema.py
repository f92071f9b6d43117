"""Brings the tables up to date: as the role that owns them, never waiting long for a lock.

The server's own role (`assidu_app`) gets its rights from default privileges, when a table is created; what it may
not do (change a posting, delete an event) is taken back by the migrations of the room that says so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError
from psycopg import sql

from assidu.foundation.database import APP_ROLE, Database, as_django

LOCK_TIMEOUT_MS = 5_000
ATTEMPTS_MAX = 5
ATTEMPT_PAUSE_SECONDS = 2.0
_ADVISORY_LOCK = 0x41535349  # "ASSI": two who migrate at the same time do it one after the other


def migrate(database: Database, notify: Callable[[str], None] = lambda _: None) -> list[str]:
    """Apply what is missing and answer the names of what was applied."""
    prepare_roles(database)
    with (
        psycopg.connect(database.owner_url, autocommit=True) as guard,
        connected_to(database.owner_url, LOCK_TIMEOUT_MS),
    ):
        guard.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        missing = _missing()
        for attempt in range(1, ATTEMPTS_MAX + 1):
            if not _missing():
                break
            try:
                call_command("migrate", verbosity=0, interactive=False)
            except OperationalError as error:
                is_lock = isinstance(error.__cause__, psycopg.errors.LockNotAvailable)
                if not is_lock or attempt == ATTEMPTS_MAX:
                    raise
                notify("Someone holds a table that must change; trying again")
                time.sleep(ATTEMPT_PAUSE_SECONDS)
        return missing


def missing_migrations() -> list[str]:
    """The names of migrations that the database does not have yet, asked as the server's role."""
    return _missing()


@contextmanager
def connected_to(url: str, lock_timeout_ms: int | None = None) -> Iterator[None]:
    """Django's connection goes to another address within the block."""
    changed = as_django(url)
    if lock_timeout_ms:
        changed["OPTIONS"]["options"] = f"-c lock_timeout={lock_timeout_ms}"
    before = point_to(changed)
    try:
        yield
    finally:
        point_to(before)


def point_to(entry: dict[str, Any]) -> dict[str, Any]:
    """Point Django's default connection elsewhere, for every thread; answers where it pointed before."""
    connection = connections["default"]
    connection.close()
    shared = connection.settings_dict
    before = {name: shared[name] for name in entry if name in shared}
    shared.update(entry)
    connections.settings["default"].update(entry)
    return before


def prepare_roles(database: Database) -> list[str]:
    """On a PostgreSQL that is not ours: make the server's role and its default rights, as far as we may.

    Answers what could not be done, in words for `assidu doctor`.
    """
    if database.admin_url:
        return []
    faults: list[str] = []
    app = sql.Identifier(APP_ROLE)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        user = connection.info.user
        with psycopg.connect(database.url) as as_server:
            server_user = as_server.info.user
        statements = []
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
            statements.append(sql.SQL("CREATE ROLE {} NOLOGIN").format(app))
        if server_user not in (APP_ROLE, user):
            statements.append(sql.SQL("GRANT {} TO {}").format(app, sql.Identifier(server_user)))
        statements.append(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
            statements.append(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} ON {} TO {}").format(
                    sql.SQL(rights), sql.SQL(what), app
                )
            )
        for statement in statements:
            try:
                connection.execute(statement)
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject) as error:
                faults.append(f"{statement.as_string(connection)}: {str(error).strip()}")
    return faults


def _missing() -> list[str]:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
