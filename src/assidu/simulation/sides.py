"""A plan that is tried and the one that it is compared with, decided for the same customers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg

from assidu.decisions.plan import Plan
from assidu.loyalty.book import PlanBook
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.baseline import Baseline, paired
from assidu.simulation.groups import Groups
from assidu.simulation.rehearsal import HeldPlaces
from assidu.simulation.types import Outcome, Pair, Progress
from assidu.simulation.under import replay_under, shares

Part = tuple[Outcome, Baseline | None]
"""What was found of some customers under the plan, and under the one that it is compared with where that was replayed
beside it."""
Hold = Callable[[], HeldPlaces | None]


def _as_they_come() -> HeldPlaces | None:
    """Places that customers share are given in the order of time."""
    return None


class Sides:
    """``against`` is the plan on the other side, with its replay where that is ``known``; without one, the other side
    is what was recorded."""

    def __init__(
        self, recorded_book: PlanBook, book: PlanBook, against: Plan | None, known: Baseline | None
    ) -> None:
        self.known = known
        self._recorded_book = recorded_book
        self._book = book
        self._against = None if against is None else PlanBook.of_one(against)
        self.plan = book.versions[-1].plan
        self.other_plan = against or recorded_book.versions[-1].plan
        self._is_same = against is not None and replace(against, version=0) == replace(self.plan, version=0)

    @property
    def is_compared(self) -> bool:
        return self._against is not None

    @property
    def needs_other(self) -> bool:
        """Must the other one be decided too? Not where it is the same one, or known."""
        return self._against is not None and not self._is_same and self.known is None

    @property
    def needs_order(self) -> bool:
        """Must everybody be decided in one order of time?"""
        return shares(self._book) or (
            self.needs_other and self._against is not None and shares(self._against)
        )

    @property
    def plans(self) -> int:
        """How many are decided where both are, whatever is known."""
        return 1 if self._against is None or self._is_same else 2

    def both(
        self,
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        progress: Progress,
        hold: Hold = _as_they_come,
    ) -> tuple[Outcome, Baseline | None, list[Pair]]:
        """These customers under both, and each of them on both sides. What is known was decided with no places held:
        it counts only where they are not."""
        pairs: list[Pair] = []
        held = hold()
        outcome = self._replay(self._book, connection, groups, until, quotas, progress, held, pairs)
        if self._against is None:
            return outcome, None, pairs
        if self.known is not None and held is None:
            return outcome, None, paired(pairs, self.known.customers)
        if self._is_same:
            other = Baseline.of(outcome, pairs)
        else:
            theirs: list[Pair] = []
            found = self._replay(self._against, connection, groups, until, quotas, progress, hold(), theirs)
            other = Baseline.of(found, theirs)
        return outcome, other, paired(pairs, other.customers)

    def tried(
        self,
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        progress: Progress,
    ) -> Part:
        """A share of everybody under the plan alone."""
        if not self._is_same or self.known is not None:
            return self._replay(self._book, connection, groups, until, quotas, progress), None
        pairs: list[Pair] = []
        outcome = self._replay(self._book, connection, groups, until, quotas, progress, None, pairs)
        return outcome, Baseline.of(outcome, pairs)

    def other(
        self,
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        progress: Progress,
    ) -> Baseline:
        """A share of everybody under the other one."""
        assert self._against is not None, "only what is compared with a plan has another one"
        pairs: list[Pair] = []
        found = self._replay(self._against, connection, groups, until, quotas, progress, None, pairs)
        return Baseline.of(found, pairs)

    def _replay(
        self,
        book: PlanBook,
        connection: psycopg.Connection[Any],
        groups: Groups,
        until: date,
        quotas: RefereedQuotas,
        progress: Progress,
        held: HeldPlaces | None = None,
        pairs: list[Pair] | None = None,
    ) -> Outcome:
        return replay_under(
            connection,
            self._recorded_book,
            book,
            groups,
            until,
            quotas,
            progress,
            held=held,
            pairs=pairs,
            anew=self.is_compared,
        )
