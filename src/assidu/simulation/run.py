"""Runs a replay over all recorded history, in as many processes as there are cores."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import psycopg

from assidu.loyalty.book import PlanBook
from assidu.loyalty.instant import at_one_instant, read_in_shares
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import RefereedQuotas
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
        has_drawn=book is not None,
    )


def over_history(
    database_url: str,
    work: Work[Result],
    *,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Past, list[Result]]:
    """Let processes go over all recorded history, each over its share of the customers, on the same instant."""
    with at_one_instant(database_url) as (connection, instant):
        groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), min(day), max(day) FROM events_event").fetchone()
        assert row is not None
        past = Past(*row)

        def read(
            mine: psycopg.Connection[Any],
            share: Groups,
            quotas: RefereedQuotas,
            advance: Callable[[int], None],
        ) -> Result:
            # Nothing made here is garbage before the end: looking for it would cost a third of the time.
            gc.disable()
            return work(mine, share, past.until or date.min, quotas, advance)

        told_at = 0.0

        def tell(done: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_EVERY_SECONDS or done == past.events:
                told_at = time.monotonic()
                on_progress(Progress(done, past.events))

        return past, read_in_shares(
            database_url, instant, groups, read, processes=processes, on_progress=tell
        )
