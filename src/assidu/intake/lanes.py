"""Natural batching: two connections post events, and whichever is free takes everything that is waiting.

No timer: alone, an event leaves at once; under load, batches grow by themselves. If a batch fails, its events are
posted one by one, so that a bad one costs nobody else.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from assidu.foundation import clock
from assidu.foundation.problems import Problem
from assidu.intake import metrics, problems
from assidu.intake.database import TRY_AGAIN, Connect, Connection, run_script, unavailability
from assidu.intake.shops import NoProgramme, OpenShop, Shops
from assidu.loyalty.entries import Anonymous, Conflict, Entry, Later, Outcome, Told, entry_again, was_moved
from assidu.loyalty.live import Newcomers, OutOfDate, post

LANES = 2
BATCH_MAX = 256
WAITING_MAX = 5_000
ATTEMPTS_MAX = 3

Result = Outcome | Problem

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """What one request wants posted, in its order; answered all at once."""

    entries: Sequence[Entry]
    origin: str
    answered: asyncio.Future[list[Result]] = field(repr=False)


class _Undo(Exception):
    """Takes the outcome out of a transaction that is to be rolled back."""

    def __init__(self, outcome: Outcome | Later) -> None:
        super().__init__()
        self.outcome = outcome


class Lanes:
    """The lanes and what waits for them."""

    def __init__(self, connect: Connect, shops: Shops, now: Callable[[], datetime] = clock.now) -> None:
        self._connect = connect
        self._shops = shops
        self._now = now
        self._waiting: deque[Job] = deque()
        self._waiting_events = 0
        self._idle: list[asyncio.Future[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closing = False

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(), name=f"lane {n}") for n in range(LANES)]

    async def close(self) -> None:
        """Finish what has begun, refuse what waits."""
        self._is_closing = True
        for idle in self._idle:
            if not idle.done():
                idle.set_result(None)
        await asyncio.gather(*self._tasks)
        while self._waiting:
            job = self._waiting.popleft()
            if not job.answered.done():  # whoever asked may have gone
                job.answered.set_result([problems.DATABASE_DOWN] * len(job.entries))

    def submit(self, entries: Sequence[Entry], origin: str) -> asyncio.Future[list[Result]]:
        answered: asyncio.Future[list[Result]] = asyncio.get_running_loop().create_future()
        if self._waiting_events + len(entries) > WAITING_MAX or self._is_closing:
            answered.set_result([problems.OVERLOADED] * len(entries))
            return answered
        self._waiting.append(Job(entries, origin, answered))
        self._waiting_events += len(entries)
        while self._idle:
            idle = self._idle.pop()
            if not idle.done():
                idle.set_result(None)
                break
        return answered

    # ------------------------------------------------------------ one lane

    async def _run(self) -> None:
        connection: Connection | None = None
        while True:
            jobs = await self._next()
            if not jobs:
                break
            entries = [entry for job in jobs for entry in job.entries]
            results: list[Result] = []
            for is_last in (False, True):
                try:
                    if connection is None or connection.is_closed():
                        connection = await self._connect()
                    results = await self._post_all(connection, entries, jobs[0].origin)
                    break
                except Exception as error:
                    # Whatever happens, the lane goes on and everybody gets an answer. A connection that broke is
                    # made again once: what had been committed is then found by its key.
                    await _dispose(connection)
                    connection = None
                    if is_last or unavailability(error) is not problems.DATABASE_DOWN:
                        results = [self._failure(error)] * len(entries)
                        break
            position = 0
            for job in jobs:
                if not job.answered.done():
                    job.answered.set_result(results[position : position + len(job.entries)])
                position += len(job.entries)
        await _dispose(connection)

    async def _next(self) -> list[Job]:
        """Everything that waits, up to a batch; none when the lanes close."""
        while not self._waiting:
            if self._is_closing:
                return []
            idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(idle)
            await idle
        jobs = [self._waiting.popleft()]
        count = len(jobs[0].entries)
        while self._waiting and count + len(self._waiting[0].entries) <= BATCH_MAX:
            jobs.append(self._waiting.popleft())
            count += len(jobs[-1].entries)
        self._waiting_events -= count
        metrics.WAITING.set(self._waiting_events)
        return jobs

    async def _post_all(self, connection: Connection, entries: list[Entry], origin: str) -> list[Result]:
        """In order: what may share a transaction does, up to a batch; the rest goes alone."""
        results: list[Result] = []
        together: list[Entry] = []
        for entry in entries:
            if entry.is_alone or len(together) == BATCH_MAX:
                results += await self._post_together(connection, together, origin)
                together = []
            if entry.is_alone:
                results.append(await self._post_one(connection, entry, origin))
            else:
                together.append(entry)
        return results + await self._post_together(connection, together, origin)

    async def _post_together(self, connection: Connection, entries: list[Entry], origin: str) -> list[Result]:
        if len(entries) < 2:
            return [await self._post_one(connection, entry, origin) for entry in entries]
        outcomes: list[Outcome | Later] = []
        for is_opening in (False, True):
            try:
                outcomes = await self._in_transaction(connection, entries, origin, is_opening=is_opening)
                break
            except Newcomers:
                continue
            except Exception as error:
                if connection.is_closed() or unavailability(error) is problems.DATABASE_DOWN:
                    raise
                _log.info("batch posted one by one", events=len(entries), error=type(error).__name__)
                break
        if not outcomes:
            return [await self._post_one(connection, entry, origin) for entry in entries]
        results: list[Result] = []
        for entry, outcome in zip(entries, outcomes, strict=True):
            is_later = isinstance(outcome, Later) or was_moved(outcome)
            results.append(await self._post_one(connection, entry, origin) if is_later else outcome)  # type: ignore[arg-type]
        return results

    async def _post_one(self, connection: Connection, entry: Entry, origin: str) -> Result:
        is_opening = entry.is_alone
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                try:
                    [outcome] = await self._in_transaction(connection, [entry], origin, is_opening=is_opening)
                except Newcomers:
                    is_opening = True
                    [outcome] = await self._in_transaction(connection, [entry], origin, is_opening=True)
            except _Undo as undone:
                outcome = undone.outcome
                if isinstance(outcome, Conflict):
                    # Its trace was undone with the rest: without opening anybody there is nothing to undo.
                    [outcome] = await self._in_transaction(connection, [entry], origin, is_opening=False)
            except TRY_AGAIN as error:
                if attempt == ATTEMPTS_MAX:
                    return self._failure(error)
                continue
            except Exception as error:
                if connection.is_closed():
                    raise
                return self._failure(error)
            again = entry_again(outcome, entry)
            if again is not None and attempt < ATTEMPTS_MAX:
                entry = again
                continue
            assert not isinstance(outcome, Later), "a single event waits for no other"
            return outcome
        raise AssertionError("the last attempt answers")

    async def _in_transaction(
        self, connection: Connection, entries: list[Entry], origin: str, *, is_opening: bool
    ) -> list[Outcome | Later]:
        """Post in one transaction, committed when this returns."""
        for _ in range(ATTEMPTS_MAX):
            opened = self._shops.current or await self._shops.load(connection)
            began = time.perf_counter()
            await connection.execute("BEGIN")
            try:
                script = post(entries, opened.shop, self._now(), origin=origin, is_opening=is_opening)
                outcomes = await run_script(connection, script)
                if is_opening:
                    _refuse_empty_customers(outcomes)
                await connection.execute("COMMIT")
            except OutOfDate:
                await connection.execute("ROLLBACK")
                await self._shops.load(connection)
                continue
            except BaseException:
                with contextlib.suppress(Exception):
                    await connection.execute("ROLLBACK")
                raise
            metrics.BATCH.observe(len(entries))
            metrics.POSTING.observe(time.perf_counter() - began)
            return outcomes
        raise AssertionError("a programme is not published faster than it is read")

    def _failure(self, error: Exception) -> Problem:
        if isinstance(error, NoProgramme):
            return problems.NO_PROGRAMME
        problem = unavailability(error)
        if problem is None:
            _log.error("event not posted", exc_info=error)
            return problems.FAILED
        _log.warning("event not posted", code=problem.code, error=type(error).__name__)
        return problem


def _refuse_empty_customers(outcomes: list[Outcome | Later]) -> None:
    """A customer who was opened for an event that was then refused must not stay."""
    for outcome in outcomes:
        is_new = isinstance(outcome, Told | Anonymous) and outcome.is_new
        if not is_new and not isinstance(outcome, Later):
            raise _Undo(outcome)


async def _dispose(connection: Connection | None) -> None:
    if connection is not None and not connection.is_closed():
        with contextlib.suppress(Exception):
            await connection.close(timeout=2)


__all__ = ["Job", "Lanes", "OpenShop", "Result"]
