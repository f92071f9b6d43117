"""Decides history in several processes, with places that customers share given in the order of time.

Each process decides its own customers' events in the order of time and says how far it has come. A claim is answered
once every other process has passed its instant, so that the first ten are the first ten whoever decides them.
"""

import multiprocessing
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar
from uuid import UUID

from assidu.decisions.decision import Claim
from assidu.loyalty.desk import Tally

Result = TypeVar("Result")
_POLL_SECONDS = 0.0005
_OVER = float("inf")


class RefereedQuotas:
    """A process's side: ``advance`` as its events go by, ``place`` when one of them asks."""

    def __init__(self, part: int, clocks: Any, pipe: Connection) -> None:
        self._part = part
        self._clocks = clocks
        self._pipe = pipe

    def advance(self, at: datetime) -> None:
        """Everything before ``at`` is decided here."""
        self._clocks[self._part] = at.timestamp()

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:
        self._clocks[self._part] = at.timestamp()
        self._pipe.send(("claim", at.timestamp(), str(customer_id), claim))
        granted: int = self._pipe.recv()
        return granted


class Referee(Generic[Result]):
    """Runs ``work(part, parts, quotas)`` in ``parts`` forked processes and answers their claims.

    ``taken`` are the places that were taken before; afterwards ``tally`` holds them all.
    """

    def __init__(self, taken: Mapping[str, int] | None = None) -> None:
        self.tally = Tally(taken)

    def run(self, work: Callable[[int, int, RefereedQuotas], Result], parts: int) -> list[Result]:
        """The results by part. What a process raises is raised here, after the others were stopped."""
        context = multiprocessing.get_context("fork")
        clocks = context.Array("d", [float("-inf")] * parts, lock=False)
        pipes: list[Connection] = []
        processes = []
        for part in range(parts):
            ours, theirs = context.Pipe()
            process = context.Process(target=_run_part, args=(work, part, parts, clocks, theirs), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        try:
            return self._judge(pipes, clocks)
        finally:
            for process in processes:
                process.join(timeout=5)
                if process.is_alive():
                    process.terminate()
                    process.join()

    def _judge(self, pipes: list[Connection], clocks: Any) -> list[Result]:
        results: dict[int, Result] = {}
        waiting: dict[int, tuple[float, str, Claim]] = {}
        while len(results) < len(pipes):
            listening = [p for part, p in enumerate(pipes) if part not in results and part not in waiting]
            for pipe in wait(listening, timeout=_POLL_SECONDS if waiting else None):
                assert isinstance(pipe, Connection)
                part = pipes.index(pipe)
                message = pipe.recv()
                if message[0] == "claim":
                    waiting[part] = message[1:]
                elif message[0] == "done":
                    results[part] = message[1]
                    clocks[part] = _OVER
                else:
                    raise message[1]
            self._answer(pipes, clocks, waiting)
        return [results[part] for part in range(len(pipes))]

    def _answer(self, pipes: list[Connection], clocks: Any, waiting: dict[int, tuple[float, str, Claim]]) -> None:
        """Answer the earliest claim while nobody can still come before it."""
        while waiting:
            part = min(waiting, key=lambda p: waiting[p][:2])
            instant, customer, claim = waiting[part]
            is_full = self.tally.taken.get(claim.key, 0) >= claim.limit
            if not is_full and any(clocks[other] <= instant for other in range(len(pipes)) if other not in waiting):
                return
            del waiting[part]
            pipes[part].send(self.tally.place(claim, UUID(customer), datetime.fromtimestamp(instant).astimezone()))


def _run_part(
    work: Callable[[int, int, RefereedQuotas], Any], part: int, parts: int, clocks: Any, pipe: Connection
) -> None:
    try:
        result = work(part, parts, RefereedQuotas(part, clocks, pipe))
    except BaseException as error:  # told to the parent, which raises it
        pipe.send(("failed", error))
    else:
        pipe.send(("done", result))
    finally:
        clocks[part] = _OVER
        pipe.close()
