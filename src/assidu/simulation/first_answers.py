"""First answers of a replay: some customers, drawn by chance, are decided before the others, round by round.

Where nothing is shared these are the first of all, and answers sharpen until everybody is decided. Where customers
share places everybody must be decided in one order of time, and nobody is done before the end: there a sample is
decided once more before, with those places held as they were recorded. Beside another plan, the same customers are
decided under both.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from assidu.loyalty.instant import shares_of
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.baseline import Baseline
from assidu.simulation.gathered import All, Gathered, Round, Rounds
from assidu.simulation.groups import Groups
from assidu.simulation.rehearsal import HeldPlaces
from assidu.simulation.sample import (
    by_chance,
    events_of,
    in_rounds,
    lot_of,
    places_taken,
    rounds,
    sampled,
    who_count,
)
from assidu.simulation.sides import Part, Sides
from assidu.simulation.types import Outcome, Pair, Partial, Progress


class FirstAnswers:
    """``prepare`` and ``hear`` where the replay was begun, ``decide`` in each of its processes."""

    def __init__(self, sides: Sides, seed: int, on_partial: Callable[[Partial], None]) -> None:
        self._sides = sides
        self._seed = seed
        self._on_partial = on_partial
        self._is_sample = sides.needs_order
        self._everybody = 0
        self._ends: list[int] = []
        self._taken: Mapping[str, int] = {}
        self._rounds: Rounds | None = None
        self.events = 0
        """Of those who are decided here, under one plan."""

    def prepare(
        self, connection: psycopg.Connection[Any], groups: Groups, events: int, processes: int | None
    ) -> Sequence[Sequence[UUID]]:
        """Those who are decided here, in their order, to be dealt out to the processes in turn."""
        self._everybody = len(groups)
        drawn = by_chance(groups, self._seed)
        self.events = events
        if self._is_sample:
            self._taken = places_taken(connection)
            drawn = drawn[: sampled(len(groups))]
            self.events = events_of(connection, [customer for group in drawn for customer in group])
        parts = shares_of(len(drawn), processes)
        self._ends = rounds(len(drawn), parts)
        everybody = All(
            who_count(connection),
            events,
            self._seed,
            self._sides.other_plan,
            self._sides.plan,
            self._is_sample,
        )
        self._rounds = Rounds(Gathered(everybody), parts, self._on_partial)
        return drawn

    def hear(self, told: Round) -> None:
        assert self._rounds is not None, "an order is drawn before anybody is decided"
        self._rounds.hear(told)

    def decide(
        self,
        connection: psycopg.Connection[Any],
        share: Groups,
        until: date,
        quotas: RefereedQuotas,
        progress: Progress = lambda _: None,
    ) -> Part:
        """The rounds of one share: everybody in it, or the sample."""
        outcome = Outcome()
        baseline = Baseline() if self._sides.is_compared and self._sides.known is None else None
        for number, groups in enumerate(in_rounds(share, self._ends)):
            pairs: list[Pair] = []
            if groups:
                hold = self._holding(groups)
                found, other, pairs = self._sides.both(connection, groups, until, quotas, progress, hold)
                outcome.add(found)
                if baseline is not None and other is not None:
                    baseline.add(other)
            quotas.tell((number, pairs))
        return outcome, baseline

    def _holding(self, groups: Groups) -> Callable[[], HeldPlaces | None]:
        """Of what was left, and of what nobody shared before, they have their part, under each plan."""

        def hold() -> HeldPlaces | None:
            if not self._is_sample:
                return None
            return HeldPlaces(self._taken, len(groups) / self._everybody, lot_of(self._seed, groups[0][0]))

        return hold
