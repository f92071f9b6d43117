"""Gathers what processes tell of the customers that they have decided, and says what that means for all of them."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from assidu.decisions.plan import Plan
from assidu.simulation.estimates import SURE_PERCENT, Between, Histories, Moments, counted, moved, scaled
from assidu.simulation.report import deciles
from assidu.simulation.sums import outstanding_minor
from assidu.simulation.types import Changed, CustomerOutcome, Decile, Flow, Pair, Partial

EVERY_SECONDS = 1.0
CUSTOMERS_MIN = 30
"""Nothing is said of fewer, unless they are all."""
FLOWS = ("issued", "used", "expired", "outstanding")
_NONE = Flow()
Round = tuple[int, list[Pair]]
"""Which one it is, and what one process found in it."""


@dataclass(frozen=True, slots=True)
class All:
    """All those of whom some are decided first: how many count as one, and how many events they have; the plans by
    which what they hold is worth something, on the other side and on this one."""

    customers: int
    events: int
    seed: int
    other_plan: Plan
    plan: Plan
    holds_places: bool


@dataclass(slots=True)
class _Both:
    """One figure on one side, and what differs on the other."""

    recorded: Moments = field(default_factory=Moments)
    change: Moments = field(default_factory=Moments)

    def add(self, events: int, recorded: int, replayed: int) -> None:
        self.recorded.add(events, recorded)
        self.change.add(events, replayed - recorded)


class Gathered:
    """The customers of the rounds that are over, summed up."""

    def __init__(self, everybody: All) -> None:
        self._all = everybody
        self._outcomes: list[CustomerOutcome] = []
        self._histories = Histories()
        self._spend = Moments()
        self._cost = _Both()
        self._outstanding = _Both()
        self._flows: defaultdict[str, dict[str, _Both]] = defaultdict(
            lambda: {name: _Both() for name in FLOWS}
        )
        self._tiers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._winners = self._losers = 0

    @property
    def customers(self) -> int:
        return len(self._outcomes)

    @property
    def is_all(self) -> bool:
        return self.customers >= self._all.customers

    @property
    def is_enough(self) -> bool:
        """Enough for an interval to mean something."""
        return self.is_all or self.customers >= CUSTOMERS_MIN

    def add(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            self._add(pair)

    def _add(self, pair: Pair) -> None:
        outcome, events = pair.outcome, pair.events
        self._histories.add(events)
        self._spend.add(events, outcome.spend_minor)
        self._cost.add(events, outcome.recorded_minor, outcome.replayed_minor)
        self._outstanding.add(
            events,
            outstanding_minor(pair.recorded, self._all.other_plan),
            outstanding_minor(pair.replayed, self._all.plan),
        )
        for currency in {*pair.recorded, *pair.replayed}:
            was, now = pair.recorded.get(currency, _NONE), pair.replayed.get(currency, _NONE)
            for name in FLOWS:
                self._flows[currency][name].add(events, getattr(was, name), getattr(now, name))
        before, after = outcome.recorded_tier, outcome.replayed_tier
        if before is not None:
            self._tiers[before].update(recorded=1, away=before != after)
        if after is not None:
            self._tiers[after].update(replayed=1, to=before != after)
        self._winners += outcome.replayed_minor > outcome.recorded_minor
        self._losers += outcome.replayed_minor < outcome.recorded_minor
        self._outcomes.append(outcome)

    def partial(self, seconds: float) -> Partial:
        """What that means for all."""
        of, n = self._all, self.customers
        flows = {
            currency: {name: self._changed(both) for name, both in figures.items()}
            for currency, figures in sorted(self._flows.items())
        }
        return Partial(
            seed=of.seed,
            customers=n,
            of_customers=of.customers,
            seconds=round(seconds, 3),
            sure_percent=SURE_PERCENT,
            holds_places=of.holds_places,
            spend_minor=self._scaled(self._spend).value,
            cost_minor=self._changed(self._cost),
            outstanding_minor=self._left(flows),
            flows=flows,
            tiers={tier: self._of_tier(counts) for tier, counts in sorted(self._tiers.items())},
            winners=counted(self._winners, n, of.customers),
            losers=counted(self._losers, n, of.customers),
            deciles=tuple(self._decile(one) for one in deciles(self._outcomes)),
        )

    def _scaled(self, found: Moments) -> Between:
        return scaled(self._histories, found, self._all.customers, self._all.events)

    def _changed(self, both: _Both) -> Changed:
        was, change = self._scaled(both.recorded).value, self._scaled(both.change)
        return Changed(was, was + change.value, change.low, change.high)

    def _left(self, flows: Mapping[str, Mapping[str, Changed]]) -> Changed:
        """What could still be used: the worth of all units together, as the report has it."""
        found = self._scaled(self._outstanding.change)
        was, now = (
            outstanding_minor(
                {code: Flow(outstanding=getattr(of["outstanding"], side)) for code, of in flows.items()}, plan
            )
            for side, plan in (("recorded", self._all.other_plan), ("replayed", self._all.plan))
        )
        rounded = now - was - found.value
        return Changed(was, now, found.low + rounded, found.high + rounded)

    def _of_tier(self, counts: Mapping[str, int]) -> Changed:
        n, of = self.customers, self._all.customers
        was = round(of * counts.get("recorded", 0) / n)
        change = moved(counts.get("to", 0), counts.get("away", 0), n, of)
        return Changed(was, was + change.value, change.low, change.high)

    def _decile(self, one: Decile) -> Decile:
        """A tenth of those who were drawn stands for a tenth of all."""
        up = self._all.customers / self.customers
        return replace(
            one,
            customers=round(one.customers * up),
            spend_minor=round(one.spend_minor * up),
            recorded_minor=round(one.recorded_minor * up),
            replayed_minor=round(one.replayed_minor * up),
            winners=round(one.winners * up),
            losers=round(one.losers * up),
        )


class Rounds:
    """Puts together what processes tell, round by round, and says what is known a second after it was last said."""

    def __init__(self, gathered: Gathered, parts: int, on_partial: Callable[[Partial], None]) -> None:
        self._gathered = gathered
        self._parts = parts
        self._on_partial = on_partial
        self._open: defaultdict[int, list[list[Pair]]] = defaultdict(list)
        self._over = 0
        self._began = time.monotonic()
        self._said_at = float("-inf")

    def hear(self, told: Round) -> None:
        """A round counts when every process has told its part of it, and all before it are over."""
        number, pairs = told
        self._open[number].append(pairs)
        was_over = self._over
        while len(self._open.get(self._over, ())) == self._parts:
            for part in self._open.pop(self._over):
                self._gathered.add(part)
            self._over += 1
        if self._over > was_over and self._gathered.is_enough:
            at = time.monotonic()
            if at - self._said_at >= EVERY_SECONDS or self._gathered.is_all:
                self._said_at = at
                self._on_partial(self._gathered.partial(at - self._began))
