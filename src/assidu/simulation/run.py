"""Runs a replay over all recorded history, in as many processes as there are cores."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

import psycopg

from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import Referee, RefereedQuotas
from assidu.simulation.replay import replay_as_decided, replay_under
from assidu.simulation.report import report
from assidu.simulation.types import Outcome, Report

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
        groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), max(day) FROM events_event").fetchone()
    assert row is not None
    total, last = row
    parts = processes or os.cpu_count() or 1
    done = get_context("fork").Value("q", 0)

    def advance(count: int) -> None:
        with done.get_lock():
            done.value += count

    def work(part: int, parts: int, quotas: RefereedQuotas) -> Outcome:
        with psycopg.connect(database_url) as connection:
            connection.read_only = True
            mine = groups[part::parts]
            if book is None:
                return replay_as_decided(connection, recorded_book, mine, advance)
            return replay_under(connection, recorded_book, book, mine, last or date.min, quotas, advance)

    outcome = Outcome()
    with _told_regularly(lambda: on_progress(Progress(done.value, total))):
        for part in Referee[Outcome]().run(work, parts):
            outcome.add(part)
    plan = (book or recorded_book).versions[-1].plan
    return report(outcome, recorded_book.versions[-1].plan, plan, time.perf_counter() - started)


@contextmanager
def _told_regularly(tell: Callable[[], None]) -> Iterator[None]:
    """Tell how far we are while the processes work; once more at the end."""
    is_over = threading.Event()

    def keep_telling() -> None:
        while not is_over.wait(TELL_EVERY_SECONDS):
            tell()

    teller = threading.Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join()
        tell()
