"""What a replay answers. Quantities are in the currency's own units, amounts in minor units of money."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from assidu.foundation.work import Kind, Work
from assidu.simulation.estimates import Between

Progress = Callable[[int], None]
"""Told how many more events were decided."""


class Cause(StrEnum):
    """Why the replay did something else than what was recorded."""

    PLAN = "plan"  # another plan applied, then or earlier in this customer's history
    CLAIM = "claim"  # a shared place went to somebody else
    CORRECTION = "correction"  # staff took what was no longer there
    MERGE = "merge"  # the absorbed customer had something else
    ACCOUNT = "account"  # whoever entered an account brought something else, or took something else along
    CALENDAR = "calendar"  # a birthday or an anniversary that nobody told then, or earlier in this history
    UNFUNDED_BURN = "unfunded_burn"  # something was used that this plan had not given
    UNEXPLAINED = "unexplained"  # a mistake of ours


@dataclass(slots=True)
class Flow:
    """One currency over a history. ``issued`` is net of what returns took back."""

    issued: int = 0
    used: int = 0
    expired: int = 0
    corrected: int = 0
    opening: int = 0
    outstanding: int = 0

    def add(self, other: "Flow") -> None:
        self.issued += other.issued
        self.used += other.used
        self.expired += other.expired
        self.corrected += other.corrected
        self.opening += other.opening
        self.outstanding += other.outstanding


@dataclass(frozen=True, slots=True)
class CustomerOutcome:
    """One customer with all who were merged into them, as recorded and as replayed: what was given at face value and
    what offers took off, and the status at the end (of a member)."""

    customer_id: UUID
    spend_minor: int
    recorded_minor: int
    replayed_minor: int
    recorded_tier: str | None
    replayed_tier: str | None


@dataclass(slots=True)
class EntriesCounted:
    """Members with entries in a draw, and how many these are."""

    members: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class DrawReplayed:
    """A draw of the plan among the entries that there would have been: prizes drawn, and what they cost."""

    members: int
    entries: int
    prizes: int
    cost_minor: int


@dataclass(slots=True)
class Outcome:
    """The sum of a replay, or of a part of it."""

    sales: int = 0
    events: int = 0
    differences: dict[Cause, int] = field(default_factory=dict)
    skipped_reversals: int = 0
    unfunded_burns: int = 0
    refused: int = 0
    replayed: dict[str, Flow] = field(default_factory=dict)
    recorded: dict[str, Flow] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    """By rule or offer: ``recorded`` and ``replayed`` units, ``recorded_times`` and ``replayed_times``, and what an
    offer took off at once, ``recorded_off_minor`` and ``replayed_off_minor``."""
    entries: dict[str, EntriesCounted] = field(default_factory=dict)
    """By draw of the plan that is replayed."""
    customers: list[CustomerOutcome] = field(default_factory=list)
    examples: list[tuple[str, int, str]] = field(default_factory=list)  # customer, seq, cause

    @property
    def difference_count(self) -> int:
        return sum(self.differences.values())

    def add(self, other: "Outcome") -> None:
        """Take in another part of the same replay."""
        self.sales += other.sales
        self.events += other.events
        self.skipped_reversals += other.skipped_reversals
        self.unfunded_burns += other.unfunded_burns
        self.refused += other.refused
        for cause, count in other.differences.items():
            self.differences[cause] = self.differences.get(cause, 0) + count
        for mine, theirs in ((self.replayed, other.replayed), (self.recorded, other.recorded)):
            for currency, flow in theirs.items():
                mine.setdefault(currency, Flow()).add(flow)
        for rule, figures in other.rules.items():
            known = self.rules.setdefault(rule, {})
            for name, value in figures.items():
                known[name] = known.get(name, 0) + value
        for draw, counted in other.entries.items():
            so_far = self.entries.setdefault(draw, EntriesCounted())
            so_far.members += counted.members
            so_far.entries += counted.entries
        self.customers += other.customers
        # What is unexplained comes first: it must be seen.
        examples = sorted(self.examples + other.examples, key=lambda e: e[2] != Cause.UNEXPLAINED.value)
        self.examples = examples[:EXAMPLES_MAX]


EXAMPLES_MAX = 20


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the customers, the biggest spenders last."""

    decile: int
    customers: int
    spend_minor: int
    recorded_minor: int
    replayed_minor: int
    winners: int
    losers: int


@dataclass(frozen=True, slots=True)
class Report:
    """What people read of a replay. A cost is what units are worth at face value and what offers took off at once.

    ``recorded`` is the other side: what really happened or, where it is compared with a version, that one's replay.
    """

    sales: int
    events: int
    customers: int
    since: date | None
    until: date | None
    spend_minor: int  # carded sales, net of returns: the same on both sides
    replayed: Mapping[str, Flow]
    recorded: Mapping[str, Flow]
    recorded_cost_minor: int
    replayed_cost_minor: int
    recorded_outstanding_minor: int
    replayed_outstanding_minor: int
    tiers: Mapping[str, tuple[int, int]]  # recorded, replayed
    rules: Mapping[str, Mapping[str, int]]
    deciles: tuple[Decile, ...]
    winners: tuple[CustomerOutcome, ...]
    losers: tuple[CustomerOutcome, ...]
    winner_count: int
    loser_count: int
    differences: Mapping[str, int]
    unexplained: int
    skipped_reversals: int
    unfunded_burns: int
    refused: int  # what happened and this plan does not allow at all
    examples: tuple[tuple[str, int, str], ...]
    seconds: float
    sales_per_second: float
    draws: Mapping[str, DrawReplayed] = field(default_factory=dict)


SIMULATION = Kind("simulation_run", ("assidu.simulation.job", "simulation"))


@dataclass(frozen=True, slots=True)
class Pair:
    """One customer, with all who were merged into them, on both sides; ``events`` is how much history they have."""

    outcome: CustomerOutcome
    events: int
    recorded: Mapping[str, Flow]
    replayed: Mapping[str, Flow]


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure of all customers on both sides; their difference is probably between ``low`` and ``high``."""

    recorded: int
    replayed: int
    low: int
    high: int

    @property
    def change(self) -> int:
        return self.replayed - self.recorded


@dataclass(frozen=True, slots=True)
class Partial:
    """The first ``customers`` of ``of_customers``, in an order that ``seed`` draws, scaled up to all.

    Intervals hold ``sure_percent`` of the time. ``holds_places``: what customers share stayed with whoever had it.
    """

    seed: int
    customers: int
    of_customers: int
    seconds: float  # since the replay began
    sure_percent: int
    holds_places: bool
    spend_minor: int
    cost_minor: Changed
    outstanding_minor: Changed
    flows: Mapping[str, Mapping[str, Changed]]  # by currency: issued, used, expired, outstanding
    tiers: Mapping[str, Changed]
    winners: Between
    losers: Between
    deciles: tuple[Decile, ...]

    @property
    def percent(self) -> int:
        return 100 * self.customers // self.of_customers


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Work):
    """A simulation; ``partial`` as soon as something is known, ``report`` once it is done.

    ``against`` is the version that it is compared with, by ``partial`` and, once done, by ``compared``; where there is
    none, with what really happened, as ``report`` always is.
    """

    report: Report | None
    seed: int = 0
    partial: Partial | None = None
    against: int | None = None
    compared: Report | None = None

    @property
    def answer(self) -> Report | None:
        """Beside what it is compared with."""
        return self.beside(self.against)

    def beside(self, against: int | None) -> Report | None:
        """The report beside the version that it is compared with, or for ``None`` beside what really happened."""
        return self.report if against is None else self.compared
