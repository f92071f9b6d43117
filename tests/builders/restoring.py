"""The server's own database, `assidu`, lent to one test at a time, whatever the number of workers."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from assidu.foundation.database import NAME, Database
from assidu.foundation.postgres.cluster import create_database
from assidu.foundation.settings import Settings


@contextmanager
def own_database(cluster: Database, settings: Settings) -> Iterator[Database]:
    """Empty at the start; whatever is left there goes away at the end."""
    assert cluster.admin_url
    with (settings.home / "own_database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield cluster
        finally:
            with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
                kept = admin.execute(
                    "SELECT datname FROM pg_database WHERE datname LIKE 'assidu\\_before\\_%'"
                ).fetchall()
                for name in (NAME, *(row[0] for row in kept)):
                    admin.execute(
                        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                    )
                create_database(admin, NAME)
