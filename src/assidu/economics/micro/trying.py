"""Tries several plans on a part of the customers, with everything that they might answer in any draw.

Each customer's history is decided once under each plan, and once more for each different set of answers that the draws
hold: most customers have none, and nobody's is decided again for a draw that changes nothing for them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from assidu.decisions.events import Sale
from assidu.economics.micro.answers import ANSWERS_MAX, AnswerKind, Moment, answered, moments
from assidu.economics.micro.lives import Life, Watch
from assidu.economics.micro.types import OTHER
from assidu.economics.models.assumptions import Range
from assidu.economics.models.bootstrap import Draws, chance, weights
from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import Recorded, history_of
from assidu.simulation.groups import Groups
from assidu.simulation.occasions import with_occasions
from assidu.simulation.order import in_time_order
from assidu.simulation.rehearsal import HeldPlaces, Rehearsal, Told, told
from assidu.simulation.sample import lot_of

FACE, OFF, REVENUE, MARGIN = range(4)
"""The first columns: given at face value, taken off at once, and what answers change of net sales and of margin."""

Earnings = Callable[[Sale], tuple[int, int]]
"""Net sales and margin of a ticket, without VAT, in minor units; the margin at what is likeliest."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried. The first of ``books`` is the recorded one; ``draws`` the assumptions, ``count`` of each.

    ``taken`` are the places that history took, by key. ``margin`` is what is assumed of it, in per cent of net sales:
    ``earnings`` reckon with its likeliest value.
    """

    books: tuple[PlanBook, ...]
    draws: Mapping[str, Draws]
    count: int
    seed: int
    until: date
    taken: Mapping[str, int]
    earnings: Earnings
    margin: Range

    def columns(self, plan: int) -> list[str]:
        """The rules and offers of a plan, in its order, behind the first columns."""
        found: dict[str, None] = {}
        for version in self.books[plan].versions:
            found.update(dict.fromkeys(rule.code for rule in version.plan.rules))
            found.update(dict.fromkeys(offer.code for offer in version.plan.offers.all))
        return [*found, OTHER]

    def offers(self, plan: int) -> list[str]:
        """The offers of a plan: what each takes off at once stands behind what rules and offers give."""
        found = (offer.code for version in self.books[plan].versions for offer in version.plan.offers.all)
        return list(dict.fromkeys(found))

    @property
    def widths(self) -> list[int]:
        """How many columns the sums of each plan have."""
        return [4 + len(self.columns(n)) + len(self.offers(n)) for n in range(len(self.books))]


@dataclass(frozen=True, slots=True)
class Tried:
    """One customer as tables show them: ``face`` is what each plan gives them, without any answer."""

    spend_minor: int
    tier: str
    store: str
    face: tuple[int, ...]


@dataclass(slots=True)
class Part:
    """Sums over some customers: ``sums`` by plan, one row for each draw; ``weight`` how many customers that is.

    ``by_tier``: by plan and the status that customers really had, the first two columns of the same.
    """

    sums: list[NDArray[np.float64]]
    weight: Draws
    by_tier: list[dict[str, NDArray[np.float64]]]
    customers: list[Tried] = field(default_factory=list)
    net_sales_minor: int = 0  # as recorded, without VAT
    histories: int = 0  # decided from their beginning to their end
    cut_customers: Counter[int] = field(
        default_factory=Counter
    )  # by plan: with more moments than are looked at
    cut_moments: Counter[int] = field(default_factory=Counter)  # by plan: those that are not

    def add(self, other: "Part") -> None:
        for mine, theirs in zip(self.sums, other.sums, strict=True):
            mine += theirs
        self.weight += other.weight
        for own, found in zip(self.by_tier, other.by_tier, strict=True):
            for tier, sums in found.items():
                own[tier] = own[tier] + sums if tier in own else sums
        self.customers += other.customers
        self.net_sales_minor += other.net_sales_minor
        self.histories += other.histories
        self.cut_customers += other.cut_customers
        self.cut_moments += other.cut_moments


def nobody(trial: Trial) -> Part:
    sums = [np.zeros((trial.count, width)) for width in trial.widths]
    return Part(sums, np.zeros(trial.count), [{} for _ in sums])


def try_on(connection: psycopg.Connection[object], trial: Trial, groups: Groups, share: float) -> Part:
    """Everything about some customers, those who count as one together; ``share`` of all that they are."""
    part = nobody(trial)

    lot = lot_of(trial.seed, groups[0][0])
    places = [HeldPlaces(trial.taken, share, lot) for _ in trial.books]
    customers = [customer for group in groups for customer in group]
    found = with_occasions(connection, history_of(connection, customers), trial.books[1:], trial.until)
    histories = {history[0].customer_id: history for history in found}
    for group in groups:
        known = [histories[customer] for customer in group if customer in histories]
        if known:
            _Person(trial, group[0], known, places).into(part)
    return part


class _Record(msgspec.Struct):
    class Inputs(msgspec.Struct):
        grants: dict[str, int] = {}

    inputs: Inputs | None = None


_grants_of = msgspec.json.Decoder(_Record).decode


class _Person:
    """One customer, with those who were merged into them; an account with its people."""

    def __init__(
        self,
        trial: Trial,
        customer_id: UUID,
        histories: Sequence[list[Recorded]],
        places: Sequence[HeldPlaces],
    ) -> None:
        self._trial = trial
        self._places = places
        self._who = str(customer_id)
        recorded = [one for _, one in in_time_order(histories)]
        self._events = [told(one) for one in recorded]
        self._grants = {
            (one.customer_id, one.seq): found.inputs.grants
            for one in recorded
            if '"grants"' in one.encoded_record
            and (found := _grants_of(one.encoded_record)).inputs is not None
        }
        self._until = datetime.combine(trial.until, time.max, tzinfo=UTC)
        self._spend = sum(one.amount_minor for one in recorded)
        stores = Counter(one.store for one in recorded if one.store)
        self._store = min(stores, key=lambda store: (-stores[store], store), default="")

    def into(self, part: Part) -> None:
        trial = self._trial
        weight = weights(trial.seed, self._who, trial.count)
        part.weight += weight
        part.net_sales_minor += sum(
            trial.earnings(one.event)[0] for one in self._events if isinstance(one.event, Sale)
        )
        lives = [
            self._life(n, [one for one in self._events if one.seq > 0] if n == 0 else self._events)
            for n in range(len(trial.books))
        ]
        part.histories += len(lives)
        for n, life in enumerate(lives):
            found = moments(lives[0], life) if n else []
            if len(found) > ANSWERS_MAX:
                part.cut_customers[n] += 1
                part.cut_moments[n] += len(found) - ANSWERS_MAX
            which, answers = self._answers(found[:ANSWERS_MAX])
            values = [self._values(n, life, (), ())]
            for taken in answers:
                after = answered(self._events, taken, self._until)
                part.histories += 1
                values.append(self._values(n, self._life(n, after.events), after.more, after.fewer))
            table = np.array(values, dtype=np.float64)
            weighed = (table[0] if which is None else table[which]) * weight[:, None]
            part.sums[n] += weighed
            given, tier = weighed[:, : OFF + 1].copy(), lives[0].tier
            by_tier = part.by_tier[n]
            by_tier[tier] = by_tier[tier] + given if tier in by_tier else given
        part.customers.append(
            Tried(self._spend, lives[0].tier, self._store, tuple(life.face for life in lives))
        )

    def _life(self, plan: int, events: Iterable[Told]) -> Life:
        trial = self._trial
        watch = Watch(trial.books[plan])
        Rehearsal(trial.books[plan], self._places[plan], self._grants, watch).follow(events, trial.until)
        return watch.life()

    def _answers(self, found: Sequence[Moment]) -> tuple[NDArray[np.intp] | None, list[list[Moment]]]:
        """For each draw which answers are taken (0: none), and the different ones there are."""
        if not found:
            return None, []
        draws = self._trial.draws
        stays = 1 - draws["pull_forward"] / 100
        likely = {
            AnswerKind.NEAR: draws["near_threshold"] / 100 * stays,
            AnswerKind.REWARD: draws["after_reward"] / 100 * draws["redemption"] / 100 * stays,
        }
        own = [self._chance(moment) for moment in found]
        takes = np.stack([one < likely[moment.kind] for one, moment in zip(own, found, strict=True)], axis=1)
        sets, which = np.unique(takes, axis=0, return_inverse=True)
        # ``unique`` sorts: the empty set, where some draw has it, is the first.
        answers = [[moment for moment, is_taken in zip(found, row, strict=True) if is_taken] for row in sets]
        places = which.reshape(-1) + 1
        if not answers[0]:
            answers, places = answers[1:], places - 1
        return places, answers

    def _chance(self, moment: Moment) -> float:
        """By kind and month: what two plans make of the same customer in the same month, they take or leave alike."""
        what = f"answer:{self._who}:{moment.kind.value}:{moment.at:%Y-%m}:{moment.is_new}"
        return chance(self._trial.seed, what)

    def _values(self, plan: int, life: Life, more: Sequence[Sale], fewer: Sequence[Sale]) -> list[float]:
        revenue = margin = 0
        for sign, sales in ((1, more), (-1, fewer)):
            for sale in sales:
                net, earned = self._trial.earnings(sale)
                revenue += sign * net
                margin += sign * earned
        by_rule = life.by_rule
        named = [by_rule[code] + life.off[code] for code in self._trial.columns(plan)[:-1]]
        off = sum(life.off.values())
        by_offer = [life.off[code] for code in self._trial.offers(plan)]
        return [life.face, off, revenue, margin, *named, life.face + off - sum(named), *by_offer]
