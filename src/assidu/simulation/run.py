"""Runs a replay over all recorded history, in as many processes as there are cores."""

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import Referee, RefereedQuotas
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.groups import Groups
from assidu.simulation.report import report
from assidu.simulation.types import Outcome, Report
from assidu.simulation.under import replay_under

TELL_EVERY_SECONDS = 0.25
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Past:
    """What is recorded, looked at on one instant: how many events, from which day to which."""

    events: int
    since: date | None
    until: date | None


Work = Callable[[psycopg.Connection[Any], Groups, date, RefereedQuotas, Callable[[int], None]], Result]
"""Goes over the history of some customers, up to a day, and says how many events it is further."""


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

    def replay(
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        advance: Callable[[int], None],
    ) -> Outcome:
        if book is None:
            return replay_as_decided(connection, recorded_book, groups, advance)
        return replay_under(connection, recorded_book, book, groups, until, quotas, advance)

    past, parts = over_history(database_url, replay, processes=processes, on_progress=on_progress)
    outcome = Outcome()
    for part in parts:
        outcome.add(part)
    return report(
        outcome,
        recorded_book.versions[-1].plan,
        (book or recorded_book).versions[-1].plan,
        seconds=time.perf_counter() - started,
        since=past.since,
        until=past.until,
    )


def over_history(
    database_url: str,
    work: Work[Result],
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Past, list[Result]]:
    """Let processes go over all recorded history, each over its share of the customers, on the same instant."""
    with psycopg.connect(database_url) as connection:
        snapshot = _look_at_one_instant(connection)
        groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), min(day), max(day) FROM events_event").fetchone()
        assert row is not None
        past = Past(*row)
        parts = max(1, min(processes or os.cpu_count() or 1, len(groups)))
        done = get_context("fork").Value("q", 0)

        def advance(count: int) -> None:
            with done.get_lock():
                done.value += count

        def its_share(part: int, parts: int, quotas: RefereedQuotas) -> Result:
            # Nothing made here is garbage before the end: looking for it would cost a third of the time.
            gc.disable()
            with psycopg.connect(database_url) as mine:
                _look_at_one_instant(mine, snapshot)
                return work(mine, groups[part::parts], past.until or date.min, quotas, advance)

        told_at = 0.0

        def tell() -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_EVERY_SECONDS:
                told_at = time.monotonic()
                on_progress(Progress(done.value, past.events))

        results = Referee[Result](watch=tell).run(its_share, parts)
    on_progress(Progress(done.value, past.events))
    return past, results


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
