"""Decides history in several processes, with places that customers share given in the order of time.

Each process decides its own customers' events in one order over all customers, and says how far it has come. A claim
is answered once every other process has passed its place in that order, so that the first ten are the first ten
whoever decides them. Places in the order are whole numbers that no two customers share.
"""

import heapq
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
_NOBODY = -1
_NOT_YET = -(2**63)
_OVER = 2**63 - 1
_NEVER = datetime.max.replace(tzinfo=UTC)
_PARENT_EVERY_SECONDS = 1.0


class RefereedQuotas:
    """A process's side: ``reach`` as its events go by, ``place`` when one of them asks and waits for the answer.

    Or ``ask``, and go on with other customers until ``answers`` has the answer; then no event of that customer may be
    decided before. What is asked is sent by the next ``answers``, all in one message: until then nobody hears that we
    came any further, so listen every now and then.

    What an event gives back is there for whoever comes after its place in the order. So who was given something that
    can come back must ``settle``: until then nobody after them is told what is left of it.
    """

    def __init__(self, part: int, clocks: Any, pipe: Connection) -> None:
        self._part = part
        self._clocks = clocks
        self._pipe = pipe
        self._position = _NOT_YET
        self._unsent: list[_Said] = []
        self._unsettled: set[UUID] = set()
        self._parent = os.getppid()
        self.full: set[str] = set()
        """Keys of which there is no place left for ever, as far as we were told: nobody needs to ask any more."""

    @property
    def is_urgent(self) -> bool:
        """Do others wait for what we make of an answer?"""
        return bool(self._unsettled)

    def reach(self, position: int) -> None:
        """Everything before this place in the order is decided here, or asked for."""
        self._position = position
        if not self._unsent:
            self._clocks[self._part] = position

    def close(self) -> None:
        """No claim will come from here any more: nobody waits for this process."""
        self._send()
        self.reach(_OVER)

    def check_parent(self) -> None:
        """End this process if the one that started it was killed: nobody would know of what is still done here."""
        if os.getppid() != self._parent:
            raise SystemExit(1)

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        if claim.key in self.full:
            return 0
        self.ask(customer_id, (claim,))
        [(_, grants)] = self.answers(is_waiting=True)
        self.settle(customer_id, {})
        return grants[claim.key]

    def ask(self, customer_id: UUID, claims: tuple[Claim, ...], others: Iterable[str] = ()) -> None:
        """``others`` are keys of which the event may give something back without asking for any."""
        shared = (*(claim.key for claim in claims if claim.can_come_back), *others)
        if shared:
            self._unsettled.add(customer_id)
        self._unsent.append(_Asked(self._position, str(customer_id), claims, shared))

    def settle(self, customer_id: UUID, back: Mapping[str, int]) -> None:
        """What this customer asked for is decided, and so much of it is free again."""
        if customer_id in self._unsettled:
            self._unsettled.remove(customer_id)
            self._unsent.append(_Settled(str(customer_id), dict(back)))
            self._send()

    def give_back(self, key: str, quantity: int) -> None:
        """An event that asked for nothing gives something back."""
        self._unsent.append(Moved(self._position, key, -quantity))
        self._send()

    def answers(self, *, is_waiting: bool = False) -> list[tuple[UUID, dict[str, int]]]:
        """What was answered since, by customer; ``is_waiting`` for one at least."""
        self._send()
        found: list[tuple[UUID, dict[str, int]]] = []
        while self._pipe.poll(_PARENT_EVERY_SECONDS if is_waiting and not found else 0):
            answered, full = self._pipe.recv()
            # Everybody has passed the place where the last one was taken: no later claim will do better.
            self.full.update(full)
            found += [(UUID(customer_id), grants) for customer_id, grants in answered]
        if is_waiting and not found:
            self.check_parent()
            return self.answers(is_waiting=True)
        return found

    def tell(self, found: object) -> None:
        """Say on the way what was found so far, to whoever started this process."""
        self._pipe.send(("told", found))

    def _send(self) -> None:
        if self._unsent:
            self._pipe.send(("said", self._unsent))
            self._unsent = []
            # Only now: whoever sees how far we are must find what we asked before.
            self._clocks[self._part] = self._position


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one event asks; ``shared`` is everything of which it may give something back."""

    position: int
    customer: str
    claims: tuple[Claim, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """So much more is taken from this place in the order on or, negative, free again."""

    position: int
    key: str
    change: int


@dataclass(frozen=True, slots=True)
class _Settled:
    customer: str
    back: Mapping[str, int]


_Said = _Asked | Moved | _Settled


class Referee(Generic[Result]):
    """Runs ``work(part, parts, quotas)`` in ``parts`` forked processes and answers their claims.

    ``taken`` are the places that were taken before, ``moved`` those of which it is known where in the order they were;
    afterwards ``tally`` holds them all. ``watch`` is called several times a second, here, while they work; ``on_told``
    gets what they tell on the way.
    """

    def __init__(
        self,
        taken: Mapping[str, int] | None = None,
        watch: Callable[[], None] | None = None,
        moved: Iterable[Moved] = (),
        on_told: Callable[[Any], None] = lambda _: None,
    ) -> None:
        self.tally = Tally(taken)
        self._watch = watch
        self._moved = moved
        self._on_told = on_told

    def run(self, work: Callable[[int, int, RefereedQuotas], Result], parts: int) -> list[Result]:
        """The results by part. What a process raises is raised here, after the others were stopped."""
        context = multiprocessing.get_context("fork")
        clocks = context.Array("q", [_NOT_YET] * parts, lock=False)
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
        table = _Table(self.tally, [0] * len(pipes))
        for known in self._moved:
            table.hear(_NOBODY, known)
        while len(results) < len(pipes):
            listening = [pipe for part, pipe in enumerate(pipes) if part not in results]
            wait(listening, timeout=_POLL_SECONDS if table.waits else _WATCH_SECONDS)
            # In this order: whoever asked before it came as far as its clock says has been heard by then.
            reached = list(clocks)
            for part, pipe in enumerate(pipes):
                if part not in results:
                    self._hear(part, pipe, table, results)
            reached = [_OVER if part in results else at for part, at in enumerate(reached)]
            for part, answered in table.answered(reached).items():
                pipes[part].send((answered, table.untold(part)))
            if self._watch is not None:
                self._watch()
        return [results[part] for part in range(len(pipes))]

    def _hear(self, part: int, pipe: Connection, table: "_Table", results: dict[int, Result]) -> None:
        """Everything that a process has said so far."""
        while part not in results and pipe.poll():
            try:
                message = pipe.recv()
            except EOFError:
                raise ProcessDied(part) from None
            if message[0] == "said":
                for said in message[1]:
                    table.hear(part, said)
            elif message[0] == "told":
                self._on_told(message[1])
            elif message[0] == "done":
                results[part] = message[1]
            else:
                raise message[1]


@dataclass(slots=True)
class _Table:
    """What waits for its turn in the order over all customers, and what is answered and not settled yet.

    ``told`` is how many of the keys that are full for ever each part was told.
    """

    tally: Tally
    told: list[int]
    waits: list[tuple[int, str, int, int, _Asked | Moved]] = field(default_factory=list)
    unsettled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    full: dict[str, None] = field(default_factory=dict)
    heard: int = 0

    def hear(self, part: int, said: _Said) -> None:
        if isinstance(said, _Settled):
            self.unsettled.pop(said.customer)
            for key, quantity in said.back.items():
                self.tally.give_back(key, quantity)
            return
        self.heard += 1  # two of one place and customer are never compared any further
        customer = said.customer if isinstance(said, _Asked) else ""
        heapq.heappush(self.waits, (said.position, customer, part, self.heard, said))

    def answered(self, reached: list[int]) -> dict[int, list[tuple[str, dict[str, int]]]]:
        """The answers, by part, to the earliest claims, while nobody can still come before them."""
        answered: dict[int, list[tuple[str, dict[str, int]]]] = {}
        while self.waits:
            position, customer, part, _, said = self.waits[0]
            if not self._is_next(position, reached):
                break
            if isinstance(said, Moved):
                heapq.heappop(self.waits)
                self.tally.give_back(said.key, -said.change)
                continue
            held_up = {key for keys in self.unsettled.values() for key in keys}
            if not held_up.isdisjoint(claim.key for claim in said.claims):
                break
            heapq.heappop(self.waits)
            grants = {claim.key: self.tally.place(claim, UUID(customer), _NEVER) for claim in said.claims}
            answered.setdefault(part, []).append((customer, grants))
            if said.shared:
                self.unsettled[customer] = said.shared
            for claim in said.claims:
                if not claim.can_come_back and self.tally.taken.get(claim.key, 0) >= claim.limit:
                    self.full[claim.key] = None
        return answered

    def _is_next(self, position: int, reached: list[int]) -> bool:
        """Has everybody passed this place, or come to it and asked?"""
        for other, at in enumerate(reached):
            is_waiting = at == position and any(one[0] == position and one[2] == other for one in self.waits)
            if at < position or (at == position and not is_waiting):
                return False
        return True

    def untold(self, part: int) -> list[str]:
        found = list(self.full)[self.told[part] :]
        self.told[part] = len(self.full)
        return found


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
