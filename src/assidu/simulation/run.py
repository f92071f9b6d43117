"""Runs a replay over all recorded history, in as many processes as there are cores."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import psycopg

from assidu.loyalty.book import PlanBook
from assidu.loyalty.instant import at_one_instant, read_in_shares, shares_of
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.as_decided import replay_as_decided
from assidu.simulation.first_answers import FirstAnswers
from assidu.simulation.groups import Groups
from assidu.simulation.report import report
from assidu.simulation.types import Outcome, Partial, Report
from assidu.simulation.under import replay_under, shares

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
    on_partial: Callable[[Partial], None] | None = None,
    seed: int = 0,
) -> Report:
    """Replay everything under ``book``, or with ``None`` as it was decided. Reads only.

    ``on_partial`` is told every second what is known so far, of the customers that ``seed`` draws first. Where they
    share places, a sample is decided for that before everybody is decided in the order of time: the report is the same.
    """
    started = time.perf_counter()
    # As it was decided nothing differs: there is nothing to estimate.
    first = (
        None if book is None or on_partial is None else FirstAnswers(recorded_book, book, seed, on_partial)
    )

    def replay(
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        advance: Callable[[int], None],
    ) -> Outcome:
        if book is None:
            return replay_as_decided(connection, recorded_book, groups, advance)
        if first is not None and not shares(book):
            return first.decide(connection, groups, until, quotas, advance)
        if first is not None:
            first.decide(connection, groups, until, quotas)
        return replay_under(connection, recorded_book, book, groups, until, quotas, advance)

    past, parts = over_history(
        database_url, replay, processes=processes, on_progress=on_progress, first=first
    )
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
    first: FirstAnswers | None = None,
) -> tuple[Past, list[Result]]:
    """Let processes go over all recorded history, each over its share of the customers, on the same instant; for a
    ``first`` answer, in its order."""
    with at_one_instant(database_url) as (connection, instant):
        groups: Groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), min(day), max(day) FROM events_event").fetchone()
        assert row is not None
        past = Past(*row)
        if first is not None:
            groups = first.prepare(connection, groups, past.events, shares_of(len(groups), processes))

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
            database_url,
            instant,
            groups,
            read,
            processes=processes,
            on_progress=tell,
            on_told=first.hear if first is not None else lambda _: None,
        )
