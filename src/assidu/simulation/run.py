"""Runs a replay over all recorded history, in as many processes as there are cores."""

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from typing import Any

import psycopg
from psycopg import sql

from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import Referee, RefereedQuotas
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.report import report
from assidu.simulation.types import Outcome, Report
from assidu.simulation.under import replay_under

TELL_EVERY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


def simulate(
    database_url: str,
    recorded_book: PlanBook,
    book: PlanBook | None,
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Replay everything under ``book``, or with ``None`` as it was decided. Reads only."""
    started = time.perf_counter()
    with psycopg.connect(database_url) as connection:
        snapshot = _look_at_one_instant(connection)
        groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), min(day), max(day) FROM events_event").fetchone()
        assert row is not None
        total, since, until = row
        parts = max(1, min(processes or os.cpu_count() or 1, len(groups)))
        done = get_context("fork").Value("q", 0)

        def advance(count: int) -> None:
            with done.get_lock():
                done.value += count

        def work(part: int, parts: int, quotas: RefereedQuotas) -> Outcome:
            # Nothing made here is garbage before the end: looking for it would cost a third of the time.
            gc.disable()
            with psycopg.connect(database_url) as mine:
                _look_at_one_instant(mine, snapshot)
                share = groups[part::parts]
                if book is None:
                    return replay_as_decided(mine, recorded_book, share, advance)
                return replay_under(mine, recorded_book, book, share, until or date.min, quotas, advance)

        told_at = 0.0

        def tell() -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_EVERY_SECONDS:
                told_at = time.monotonic()
                on_progress(Progress(done.value, total))

        outcome = Outcome()
        for part in Referee[Outcome](watch=tell).run(work, parts):
            outcome.add(part)
    on_progress(Progress(done.value, total))
    return report(
        outcome,
        recorded_book.versions[-1].plan,
        (book or recorded_book).versions[-1].plan,
        seconds=time.perf_counter() - started,
        since=since,
        until=until,
    )


def _look_at_one_instant(connection: psycopg.Connection[Any], snapshot: str = "") -> str:
    """All processes read the same history, whatever the tills send meanwhile; the first one says which."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    if snapshot:
        connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
        return snapshot
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])
