"""The two sides of a comparison, summed as decisions go by."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from assidu.decisions.decision import Account, Decision, Posting
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership
from assidu.simulation.types import EXAMPLES_MAX, Cause, Flow, Outcome

Worth = Callable[[str, int], int]


@dataclass(slots=True)
class Sums:
    """What one side did for one customer: units given, what offers took off, and where the decisions left them.

    What was exchanged for a reward is not given twice: the reward counts, the units handed in for it do not, unless
    nobody knows what the reward is worth.
    """

    given: dict[str, int] = field(default_factory=dict)
    off_minor: int = 0
    flows: dict[str, Flow] | None = None
    """By currency, where this customer's own are wanted."""
    membership: Membership = Membership.NONE
    tier: str | None = None

    def worth_minor(self, worth: Worth) -> int:
        return sum(worth(currency, quantity) for currency, quantity in self.given.items())

    def cost_minor(self, worth: Worth) -> int:
        """Units at face value, and what offers took off at once."""
        return self.worth_minor(worth) + self.off_minor

    @property
    def shown_tier(self) -> str | None:
        """The status of a member; nobody else has one."""
        return self.tier if self.membership is Membership.MEMBER else None


def face_value(plan: Plan) -> Worth:
    """What units cost at face value, points and vouchers alike; a good of a partner, what the partner is owed."""

    def worth(currency: str, quantity: int) -> int:
        known = plan.currencies.get(currency)
        if known is None:
            return 0
        if not known.worth_minor:
            return quantity * known.settles_minor
        return quantity * known.worth_minor // known.worth_units

    return worth


def outstanding_minor(flows: Mapping[str, Flow], plan: Plan) -> int:
    """What customers could still use, at face value: points and vouchers alike."""
    total = 0
    for currency, flow in flows.items():
        known = plan.currencies.get(currency)
        if known is not None:
            total += flow.outstanding * known.worth_minor // known.worth_units
    return total


def added_flows(several: Iterable[Mapping[str, Flow]]) -> dict[str, Flow]:
    """By currency, over all of them."""
    total: dict[str, Flow] = {}
    for flows in several:
        for currency, flow in flows.items():
            total.setdefault(currency, Flow()).add(flow)
    return total


class Side:
    """One side over all customers: ``name`` is ``recorded`` or ``replayed``, ``worth`` the face value on that side."""

    def __init__(self, outcome: Outcome, name: str, worth: Worth) -> None:
        self._flows: dict[str, Flow] = getattr(outcome, name)
        self._rules = outcome.rules
        self._given, self._times, self._off = name, f"{name}_times", f"{name}_off_minor"
        self._worth = worth

    def add(self, decision: Decision, sums: Sums) -> None:
        """Count what a decision moved, gave and took back."""
        if decision.postings:
            is_exchange = self._is_exchange(decision)
            for posting in decision.postings:
                self._move(posting, sums, is_exchange)
        for award in decision.awards:
            figures = self._rules.get(award.rule)
            if figures is None:
                figures = self._rules[award.rule] = {}
            figures[self._given] = figures.get(self._given, 0) + award.quantity
            figures[self._times] = figures.get(self._times, 0) + 1
        for clawback in decision.clawbacks:
            figures = self._rules.setdefault(clawback.rule, {})
            figures[self._given] = figures.get(self._given, 0) - clawback.quantity
        if decision.offers.given:
            self._take_off(decision, sums)
        if decision.tier is not None:
            sums.tier = decision.tier.tier
        if decision.membership is not None:
            sums.membership = decision.membership.membership

    def _take_off(self, decision: Decision, sums: Sums) -> None:
        """What offers took off or handed over; those that give units are counted as awards."""
        awarded = {award.rule for award in decision.awards}
        for given in decision.offers.given:
            sums.off_minor += given.given_minor
            figures = self._rules.setdefault(given.offer, {})
            if given.given_minor:
                figures[self._off] = figures.get(self._off, 0) + given.given_minor
            if given.offer not in awarded and (given.given_minor > 0 or given.quantity > 0):
                figures[self._times] = figures.get(self._times, 0) + 1

    def _is_exchange(self, decision: Decision) -> bool:
        """Whether units were handed in for others whose worth is known: a reward. A ticket that pays and earns gives by
        its awards."""
        return (
            not decision.awards
            and any(posting.target is Account.USED for posting in decision.postings)
            and any(
                posting.source is Account.ISSUED and self._worth(posting.currency, posting.quantity) > 0
                for posting in decision.postings
            )
        )

    def _move(self, posting: Posting, sums: Sums, is_exchange: bool) -> None:
        currency, quantity = posting.currency, posting.quantity
        flow = self._flows.get(currency)
        if flow is None:
            flow = self._flows[currency] = Flow()
        self._change(flow, posting.source, -quantity)
        self._change(flow, posting.target, quantity)
        if sums.flows is not None:
            own = sums.flows.setdefault(currency, Flow())
            self._change(own, posting.source, -quantity)
            self._change(own, posting.target, quantity)
        if posting.source is Account.ISSUED:
            sums.given[currency] = sums.given.get(currency, 0) + quantity
        elif posting.target is Account.ISSUED or (is_exchange and posting.target is Account.USED):
            sums.given[currency] = sums.given.get(currency, 0) - quantity

    @staticmethod
    def _change(flow: Flow, account: Account, change: int) -> None:
        """A debt is not outstanding: nobody can use it."""
        if account is Account.AVAILABLE or account is Account.PENDING or account is Account.HELD:
            flow.outstanding += change
        elif account is Account.ISSUED:
            flow.issued -= change
        elif account is Account.USED:
            flow.used += change
        elif account is Account.BREAKAGE or account is Account.FORFEITED:
            flow.expired += change
        elif account is Account.CORRECTED:
            flow.corrected -= change
        elif account is Account.OPENING:
            flow.opening -= change


def differ(outcome: Outcome, cause: Cause, customer: UUID, seq: int) -> None:
    """One event did something else than what was recorded. What is unexplained is always among the examples."""
    outcome.differences[cause] = outcome.differences.get(cause, 0) + 1
    example = (str(customer), seq, cause.value)
    if len(outcome.examples) < EXAMPLES_MAX:
        outcome.examples.append(example)
    elif cause is Cause.UNEXPLAINED:
        known = [n for n, (_, _, told) in enumerate(outcome.examples) if told != Cause.UNEXPLAINED.value]
        if known:
            outcome.examples[known[-1]] = example
