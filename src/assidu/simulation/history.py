"""All recorded history on one instant, gone over once or several times, in as many processes as there are cores."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import psycopg

from assidu.loyalty.instant import at_one_instant, read_in_shares
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.groups import Groups

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


Tell = Callable[[Progress], None]
Work = Callable[[psycopg.Connection[Any], Groups, date, RefereedQuotas, Callable[[int], None]], Result]
"""Goes over the history of some customers, up to a day, and says how many events it is further."""


class History:
    """``total`` is how many events all passes together go over; who goes over them more than once says so before."""

    def __init__(
        self,
        database_url: str,
        connection: psycopg.Connection[Any],
        instant: str,
        processes: int | None,
        on_progress: Tell,
    ) -> None:
        self.connection = connection
        self.processes = processes
        self.groups: Groups = customers_in_groups(connection)
        row = connection.execute("SELECT count(*), min(day), max(day) FROM events_event").fetchone()
        assert row is not None
        self.past = Past(*row)
        self.total = self.past.events
        self._url = database_url
        self._instant = instant
        self._on_progress = on_progress
        self._told_at = 0.0
        self._before = 0

    def over(
        self,
        work: Work[Result],
        groups: Groups | None = None,
        on_told: Callable[[Any], None] = lambda _: None,
    ) -> list[Result]:
        """Let processes go over it, each over its share of the customers: of ``groups``, else of all of them."""
        until = self.past.until or date.min
        done = 0

        def read(
            mine: psycopg.Connection[Any],
            share: Groups,
            quotas: RefereedQuotas,
            advance: Callable[[int], None],
        ) -> Result:
            # Nothing made here is garbage before the end: looking for it would cost a third of the time.
            gc.disable()
            return work(mine, share, until, quotas, advance)

        def follow(now_done: int) -> None:
            nonlocal done
            done = now_done
            self._tell(self._before + done)

        results = read_in_shares(
            self._url,
            self._instant,
            self.groups if groups is None else groups,
            read,
            processes=self.processes,
            on_progress=follow,
            on_told=on_told,
        )
        self._before += done
        return results

    def _tell(self, done: int) -> None:
        if time.monotonic() - self._told_at >= TELL_EVERY_SECONDS or done == self.total:
            self._told_at = time.monotonic()
            self._on_progress(Progress(done, self.total))


@contextmanager
def recorded_history(
    database_url: str, *, processes: int | None = None, on_progress: Tell = lambda _: None
) -> Iterator[History]:
    """What is recorded now, whatever the tills send meanwhile."""
    with at_one_instant(database_url) as (connection, instant):
        yield History(database_url, connection, instant, processes, on_progress)


def over_history(
    database_url: str,
    work: Work[Result],
    *,
    processes: int | None = None,
    on_progress: Tell = lambda _: None,
) -> tuple[Past, list[Result]]:
    """Go over it once."""
    with recorded_history(database_url, processes=processes, on_progress=on_progress) as history:
        return history.past, history.over(work)
