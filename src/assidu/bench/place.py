"""A database of its own for a bench, on the same server as everything else, dropped afterwards."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from assidu.foundation.database import Database, with_name
from assidu.foundation.postgres.cluster import create_database, grant_defaults
from assidu.foundation.schema import connected_to, migrate


class CannotBench(Exception):
    """This server cannot give fair figures, or no database of our own; the message says why."""


@contextmanager
def bench_database(
    server: Database, notify: Callable[[str], None], *, must_be_durable: bool = True
) -> Iterator[Database]:
    """A migrated, empty database, with Django pointing to it. Only tests do without durable commits."""
    if server.admin_url is None:
        raise CannotBench("The bench makes and drops a database: it needs the embedded PostgreSQL.")
    name = f"bench_{os.getpid()}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        if must_be_durable:
            _check_durable(admin)
        _drop(admin, name)
        create_database(admin, name, None)
        with psycopg.connect(with_name(server.admin_url, name), autocommit=True) as connection:
            grant_defaults(connection)
        database = server.named(name)
        try:
            migrate(database, notify)
            with connected_to(database.url):
                yield database
        finally:
            _drop(admin, name)


def _check_durable(admin: psycopg.Connection[tuple[str, ...]]) -> None:
    """Commits that do not wait for the disk would make everything look fast."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        row = admin.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting))).fetchone()
        if row is None or row[0] != "on":
            raise CannotBench(f"{setting} is off on this server: its figures would mean nothing.")


def _drop(admin: psycopg.Connection[tuple[str, ...]], name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
