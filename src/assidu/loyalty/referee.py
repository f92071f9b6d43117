"""Decides history in several processes, with places that customers share given in the order of time.

Each process decides its own customers' events in one order over all customers, and says how far it has come. A claim
is answered once every other process has passed its place in that order, so that the first ten are the first ten
whoever decides them. The order is the instant, or, where two events may share one, a rank that no two events share.
"""

import multiprocessing
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar
from uuid import UUID

from assidu.decisions.decision import Claim
from assidu.loyalty.desk import Tally

Result = TypeVar("Result")
_POLL_SECONDS = 0.0005
_WATCH_SECONDS = 0.2
_STOP_SECONDS = 5
_OVER = float("inf")
_NEVER = datetime.max.replace(tzinfo=UTC)
_PARENT_EVERY_SECONDS = 1.0


class RefereedQuotas:
    """A process's side: ``advance`` (or ``reach``) as its events go by, ``place`` when one of them asks."""

    def __init__(self, part: int, clocks: Any, pipe: Connection) -> None:
        self._part = part
        self._clocks = clocks
        self._pipe = pipe
        self._position = float("-inf")
        self._parent = os.getppid()

    def advance(self, at: datetime) -> None:
        """Everything before ``at`` is decided here."""
        self.reach(at.timestamp())

    def reach(self, position: float) -> None:
        """Everything before this place in the order is decided here."""
        self._position = position
        self._clocks[self._part] = position

    def close(self) -> None:
        """No claim will come from here any more: nobody waits for this process."""
        self.reach(_OVER)

    def check_parent(self) -> None:
        """End this process if the one that started it was killed: nobody would know of what is still done here."""
        if os.getppid() != self._parent:
            raise SystemExit(1)

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        self._pipe.send(("claim", self._position, str(customer_id), claim))
        while not self._pipe.poll(_PARENT_EVERY_SECONDS):
            self.check_parent()
        granted: int = self._pipe.recv()
        return granted


class Referee(Generic[Result]):
    """Runs ``work(part, parts, quotas)`` in ``parts`` forked processes and answers their claims.

    ``taken`` are the places that were taken before; afterwards ``tally`` holds them all. ``watch`` is called several
    times a second, here, while they work.
    """

    def __init__(
        self, taken: Mapping[str, int] | None = None, watch: Callable[[], None] | None = None
    ) -> None:
        self.tally = Tally(taken)
        self._watch = watch

    def run(self, work: Callable[[int, int, RefereedQuotas], Result], parts: int) -> list[Result]:
        """The results by part. What a process raises is raised here, after the others were stopped."""
        context = multiprocessing.get_context("fork")
        clocks = context.Array("d", [float("-inf")] * parts, lock=False)
        pipes: list[Connection] = []
        processes = []
        try:
            for part in range(parts):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=_run_part, args=(work, part, parts, clocks, theirs), daemon=True
                )
                process.start()
                theirs.close()
                pipes.append(ours)
                processes.append(process)
            results = self._judge(pipes, clocks)
            for process in processes:
                process.join(_STOP_SECONDS)
            return results
        finally:
            for process in processes:
                if process.is_alive():
                    process.terminate()
                    process.join(_STOP_SECONDS)
                if process.is_alive():
                    process.kill()
                    process.join()
            for pipe in pipes:
                pipe.close()

    def _judge(self, pipes: list[Connection], clocks: Any) -> list[Result]:
        results: dict[int, Result] = {}
        waiting: dict[int, tuple[float, str, Claim]] = {}
        parts = {id(pipe): part for part, pipe in enumerate(pipes)}
        while len(results) < len(pipes):
            listening = [p for part, p in enumerate(pipes) if part not in results and part not in waiting]
            for pipe in wait(listening, timeout=_POLL_SECONDS if waiting else _WATCH_SECONDS):
                assert isinstance(pipe, Connection)
                part = parts[id(pipe)]
                try:
                    message = pipe.recv()
                except EOFError:
                    raise ProcessDied(part) from None
                if message[0] == "claim":
                    waiting[part] = message[1:]
                elif message[0] == "done":
                    results[part] = message[1]
                    clocks[part] = _OVER
                else:
                    raise message[1]
            self._answer(pipes, clocks, waiting)
            if self._watch is not None:
                self._watch()
        return [results[part] for part in range(len(pipes))]

    def _answer(
        self, pipes: list[Connection], clocks: Any, waiting: dict[int, tuple[float, str, Claim]]
    ) -> None:
        """Answer the earliest claim while nobody can still come before it; one without a place left, at once."""
        for part, (_, customer, claim) in list(waiting.items()):
            if self.tally.taken.get(claim.key, 0) >= claim.limit:
                del waiting[part]
                pipes[part].send(self.tally.place(claim, UUID(customer), _NEVER))
        while waiting:
            part = min(waiting, key=lambda p: waiting[p][:2])
            position, customer, claim = waiting[part]
            if any(clocks[other] <= position for other in range(len(pipes)) if other not in waiting):
                return
            del waiting[part]
            pipes[part].send(self.tally.place(claim, UUID(customer), _NEVER))


class ProcessDied(Exception):
    """One of the processes ended without a word: killed, or out of memory."""

    def __init__(self, part: int) -> None:
        super().__init__(f"process {part} of the group was killed")


def _run_part(
    work: Callable[[int, int, RefereedQuotas], Any], part: int, parts: int, clocks: Any, pipe: Connection
) -> None:
    try:
        result = work(part, parts, RefereedQuotas(part, clocks, pipe))
    except BaseException as error:
        pipe.send(("failed", error))
    else:
        pipe.send(("done", result))
    finally:
        clocks[part] = _OVER
        pipe.close()
