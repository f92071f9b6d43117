"""First answers of a replay: some customers, drawn by chance, are decided before the others, round by round.

Where nothing is shared these are the first of all, and answers sharpen until everybody is decided. Where customers
share places everybody must be decided in one order of time, and nobody is done before the end: there a sample is
decided once more before, with those places held as they were recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from assidu.loyalty.book import PlanBook
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.gathered import All, Gathered, Round, Rounds
from assidu.simulation.groups import Groups
from assidu.simulation.rehearsal import HeldPlaces
from assidu.simulation.sample import by_chance, in_rounds, lot_of, places_taken, rounds, sampled, who_count
from assidu.simulation.types import Outcome, Pair, Partial, Progress
from assidu.simulation.under import replay_under, shares


class FirstAnswers:
    """``prepare`` and ``hear`` where the replay was begun, ``decide`` in each of its processes."""

    def __init__(
        self, recorded_book: PlanBook, book: PlanBook, seed: int, on_partial: Callable[[Partial], None]
    ) -> None:
        self._recorded_book = recorded_book
        self._book = book
        self._seed = seed
        self._on_partial = on_partial
        self._is_sample = shares(book)
        self._groups = 0
        self._ends: list[int] = []
        self._taken: Mapping[str, int] = {}
        self._rounds: Rounds | None = None

    def prepare(
        self, connection: psycopg.Connection[Any], groups: Groups, events: int, parts: int
    ) -> list[Sequence[UUID]]:
        """The order in which customers are decided, to be dealt out to ``parts`` processes in turn."""
        self._groups = len(groups)
        self._ends = rounds(sampled(len(groups)) if self._is_sample else len(groups), parts)
        if self._is_sample:
            self._taken = places_taken(connection)
        everybody = All(
            who_count(connection),
            events,
            self._seed,
            self._recorded_book.versions[-1].plan,
            self._book.versions[-1].plan,
            self._is_sample,
        )
        self._rounds = Rounds(Gathered(everybody), parts, self._on_partial)
        return by_chance(groups, self._seed)

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
    ) -> Outcome:
        """The rounds of one share: everybody in it, or the sample."""
        outcome = Outcome()
        for number, groups in enumerate(in_rounds(share, self._ends)):
            pairs: list[Pair] = []
            if groups:
                held = self._held(groups) if self._is_sample else None
                outcome.add(
                    replay_under(
                        connection,
                        self._recorded_book,
                        self._book,
                        groups,
                        until,
                        quotas,
                        progress,
                        held=held,
                        pairs=pairs,
                    )
                )
            quotas.tell((number, pairs))
        return outcome

    def _held(self, groups: Groups) -> HeldPlaces:
        """Of what was left, and of what nobody shared before, they have their part."""
        return HeldPlaces(self._taken, len(groups) / self._groups, lot_of(self._seed, groups[0][0]))
