"""Another version replayed over the same past: what a plan is compared with, so that nothing differs but the rules.

What really happened was decided by every version in its turn; whoever changes one rule and looks at that sees what
the earlier versions gave otherwise too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from assidu.simulation.types import Cause, Flow, Outcome, Pair

_SIDE = "replayed"
_OTHER_SIDE = "recorded"


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a customer stood under it, with all who count as one with them: what was given at face value and taken off,
    the status at the end, and what moved, by currency."""

    given_minor: int
    tier: str | None
    flows: Mapping[str, Flow]


@dataclass(slots=True)
class Baseline:
    """The sum of such a replay, or of a part of it: what a report tells of one side."""

    flows: dict[str, Flow] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    """By rule or offer, as an outcome has them: its units, how often, what it took off."""
    unexplained: int = 0
    customers: dict[UUID, Stood] = field(default_factory=dict)

    @classmethod
    def of(cls, outcome: Outcome, pairs: Iterable[Pair]) -> "Baseline":
        """The replayed side."""
        rules = {
            rule: {name.removeprefix(_SIDE): n for name, n in figures.items() if name.startswith(_SIDE)}
            for rule, figures in outcome.rules.items()
        }
        return cls(
            outcome.replayed,
            {rule: figures for rule, figures in rules.items() if figures},
            outcome.differences.get(Cause.UNEXPLAINED, 0),
            stood(pairs),
        )

    def add(self, other: "Baseline") -> None:
        """Take in another part of the same replay."""
        for currency, flow in other.flows.items():
            self.flows.setdefault(currency, Flow()).add(flow)
        for rule, figures in other.rules.items():
            known = self.rules.setdefault(rule, {})
            for name, value in figures.items():
                known[name] = known.get(name, 0) + value
        self.unexplained += other.unexplained
        self.customers.update(other.customers)

    def compared(self, outcome: Outcome) -> Outcome:
        """The same outcome, with this on its other side. Why events differ from what was recorded is not told; a
        mistake of ours is, on whichever side it is."""
        unexplained = self.unexplained + outcome.differences.get(Cause.UNEXPLAINED, 0)
        rules = {
            rule: {name: n for name, n in figures.items() if name.startswith(_SIDE)}
            for rule, figures in outcome.rules.items()
        }
        for rule, figures in self.rules.items():
            rules.setdefault(rule, {}).update(
                {f"{_OTHER_SIDE}{name}": value for name, value in figures.items()}
            )
        return replace(
            outcome,
            recorded=self.flows,
            rules={rule: figures for rule, figures in rules.items() if figures},
            customers=[
                replace(one, recorded_minor=known.given_minor, recorded_tier=known.tier)
                for one in outcome.customers
                for known in (self.customers[one.customer_id],)
            ],
            differences={Cause.UNEXPLAINED: unexplained} if unexplained else {},
            examples=[example for example in outcome.examples if example[2] == Cause.UNEXPLAINED.value],
        )


def stood(pairs: Iterable[Pair]) -> dict[UUID, Stood]:
    """Where these customers stood under the plan that was replayed."""
    return {
        pair.outcome.customer_id: Stood(
            pair.outcome.replayed_minor, pair.outcome.replayed_tier, pair.replayed
        )
        for pair in pairs
    }


def paired(pairs: Iterable[Pair], others: Mapping[UUID, Stood]) -> list[Pair]:
    """The same customers, with where they stood there on the other side."""
    return [
        replace(
            pair,
            outcome=replace(pair.outcome, recorded_minor=known.given_minor, recorded_tier=known.tier),
            recorded=known.flows,
        )
        for pair in pairs
        for known in (others[pair.outcome.customer_id],)
    ]
