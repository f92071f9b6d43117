"""Places that customers share (the first ten of a day), as a process of an import comes by them.

A ticket is decided at once, on a guess of what it gets: whoever comes too late for a place mostly knows. Only when
the answer is another one is it decided again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from assidu.decisions.decision import Claim
from assidu.decisions.facts import Grants
from assidu.loyalty.referee import Moved, RefereedQuotas


class Places(Protocol):
    """Whoever gives places to one process, which asks in the order over all customers."""

    def is_gone(self, key: str, limit: int) -> bool:
        """Known to be taken, all of them. Only of what never comes back, so that nobody needs to ask."""

    def guess(self, key: str, limit: int) -> int:
        """What is most likely answered for a place that may still be there."""

    def take(self, claims: Sequence[Claim], customer_id: UUID, others: Collection[str] = ()) -> Grants | None:
        """What each claim got; ``None`` when the answer comes later and the event has to wait. ``others`` are keys of
        which the event may give something back besides."""

    def give_back(self, back: Mapping[str, int], customer_id: UUID | None = None) -> None:
        """So much of each key is free again, for whoever comes after the event; ``customer_id`` is whose claims it was
        that are decided now."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What customers share as an import finds it: ``taken`` before it began and, where it goes on after a kill,
    ``moved`` by what it had written, in the order of the events."""

    taken: Mapping[str, int]
    moved: Sequence[Moved] = ()


class CountedHere:
    """One process decides everything, so that it counts the places itself."""

    def __init__(self, shared: Shared) -> None:
        self._taken = dict(shared.taken)
        self._moved = list(reversed(shared.moved))

    def reach(self, place: int) -> None:
        """What was written before is so from its place in the order on."""
        while self._moved and self._moved[-1].position <= place:
            moved = self._moved.pop()
            self._taken[moved.key] = max(self._taken.get(moved.key, 0) + moved.change, 0)

    def is_gone(self, key: str, limit: int) -> bool:
        return self._taken.get(key, 0) >= limit

    def guess(self, key: str, limit: int) -> int:  # noqa: ARG002 (the protocol's)
        return 1

    def take(
        self,
        claims: Sequence[Claim],
        customer_id: UUID,  # noqa: ARG002 (the protocol's)
        others: Collection[str] = (),  # noqa: ARG002
    ) -> Grants:
        granted = {}
        for claim in claims:
            taken = self._taken.get(claim.key, 0)
            granted[claim.key] = claim.granted(taken)
            self._taken[claim.key] = taken + granted[claim.key]
        return granted

    def give_back(self, back: Mapping[str, int], customer_id: UUID | None = None) -> None:  # noqa: ARG002 (the protocol's)
        for key, quantity in back.items():
            self._taken[key] = max(self._taken.get(key, 0) - quantity, 0)


class AskedOfReferee:
    """One of several processes, with the referee, who knows which comes first.

    Of what never comes back, as many claims as there are places are enough: none that comes after them gets one. Of the
    places each process gets about as many as the others, so that it can guess its first claims' answers and those of
    the rest.
    """

    def __init__(self, quotas: RefereedQuotas, processes: int) -> None:
        self.quotas = quotas
        self._processes = processes
        self._asked: Counter[str] = Counter()

    def is_gone(self, key: str, limit: int) -> bool:
        return key in self.quotas.full or self._asked[key] >= limit

    def guess(self, key: str, limit: int) -> int:
        return 1 if self._asked[key] * self._processes < limit else 0

    def take(self, claims: Sequence[Claim], customer_id: UUID, others: Collection[str] = ()) -> None:
        for claim in claims:
            self._asked[claim.key] += claim.quantity
        self.quotas.ask(customer_id, tuple(claims), others)

    def give_back(self, back: Mapping[str, int], customer_id: UUID | None = None) -> None:
        if customer_id is not None:
            self.quotas.settle(customer_id, back)
            return
        for key, quantity in back.items():
            self.quotas.give_back(key, quantity)


class LockedOnDemand:
    """A group is decided again in the transaction that writes it: ``lock`` answers how many of these places are taken,
    and nobody else takes one until it ends."""

    def __init__(self, lock: Callable[[Mapping[str, int]], Mapping[str, int]]) -> None:
        self._lock = lock
        self._taken: dict[str, int] = {}
        self._back: Counter[str] = Counter()

    def is_gone(self, key: str, limit: int) -> bool:
        return self._taken.get(key, 0) >= limit

    def guess(self, key: str, limit: int) -> int:  # noqa: ARG002 (the protocol's)
        return 1

    def take(
        self,
        claims: Sequence[Claim],
        customer_id: UUID,  # noqa: ARG002 (the protocol's)
        others: Collection[str] = (),  # noqa: ARG002
    ) -> Grants:
        granted = {}
        for claim in claims:
            if claim.key not in self._taken:
                locked = self._lock({claim.key: claim.limit})
                self._taken[claim.key] = max(locked[claim.key] - self._back[claim.key], 0)
            granted[claim.key] = claim.granted(self._taken[claim.key])
            self._taken[claim.key] += granted[claim.key]
        return granted

    def give_back(self, back: Mapping[str, int], customer_id: UUID | None = None) -> None:  # noqa: ARG002 (the protocol's)
        for key, quantity in back.items():
            if key in self._taken:
                self._taken[key] = max(self._taken[key] - quantity, 0)
            else:
                self._back[key] += quantity
