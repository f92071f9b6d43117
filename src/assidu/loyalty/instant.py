"""Recorded history read at one instant, whatever the tills send meanwhile: by one connection, or by several processes.

A process that is killed, or cannot reach the database, ends the whole with its reason; nobody waits for it for ever.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from assidu.loyalty.referee import Referee, RefereedQuotas

Item = TypeVar("Item")
Result = TypeVar("Result")
Advance = Callable[[int], None]
Reader = Callable[[psycopg.Connection[Any], Sequence[Item], RefereedQuotas, Advance], Result]
"""Goes over its share on a connection of its own, and says how much it is further."""


@contextmanager
def at_one_instant(database_url: str, instant: str = "") -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A read-only transaction that sees one instant, a new one or a known one, and the name by which others join."""
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if instant:
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(instant)))
        else:
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            instant = str(row[0])
        yield connection, instant


def shares_of(items: int, processes: int | None = None) -> int:
    """In how many shares so many are read."""
    return max(1, min(processes or os.cpu_count() or 1, items))


def read_in_shares(
    database_url: str,
    instant: str,
    items: Sequence[Item],
    read: Reader[Item, Result],
    *,
    processes: int | None = None,
    on_progress: Advance = lambda _: None,
    on_told: Callable[[Any], None] = lambda _: None,
) -> list[Result]:
    """What ``read`` makes of each share of ``items``, in as many processes as there are cores, all at ``instant``.

    ``on_progress`` is told several times a second how far they are together, ``on_told`` what they tell on the way.
    """
    parts = shares_of(len(items), processes)
    done = get_context("fork").Value("q", 0)

    def advance(count: int) -> None:
        with done.get_lock():
            done.value += count

    def its_share(part: int, parts: int, quotas: RefereedQuotas) -> Result:
        with at_one_instant(database_url, instant) as (connection, _):
            return read(connection, items[part::parts], quotas, advance)

    referee = Referee[Result](watch=lambda: on_progress(done.value), on_told=on_told)
    results = referee.run(its_share, parts)
    on_progress(done.value)
    return results
