"""One customer's history under one plan: what it gives them, and the moments at which they may answer to it.

Decided by the core, event by event; here it is only added up.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from assidu.decisions.events import Sale
from assidu.decisions.plan import Plan, TierLevel
from assidu.decisions.tiers import Missing, to_climb
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided
from assidu.simulation.sums import Side, Sums, face_value
from assidu.simulation.types import Outcome

NEAR_PERCENT = 15
"""A status is near when of nothing that it asks for more than this part is missing."""
REWARD_MINOR = 500
"""The smallest reward of a plan that does not say: 5 euros."""


@dataclass(slots=True)
class Life:
    """Amounts in minor units. ``face`` is what was given at face value, net of returns and of what was handed in for a
    reward, ``by_rule`` how much of it each rule and offer gave; ``off`` what offers took off at once, by offer.

    ``rewards`` and ``near`` are moments: enough for one more reward was earned; a higher status came near.
    """

    face: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    off: Counter[str] = field(default_factory=Counter)
    rewards: list[datetime] = field(default_factory=list)
    near: list[datetime] = field(default_factory=list)
    tier: str = ""


class Watch:
    """Sees everything that is decided for some customers who are one person by now, and adds it up."""

    def __init__(self, book: PlanBook) -> None:
        self._book = book
        self._worth = face_value(book.versions[-1].plan)
        self._step = smallest_reward(book.versions[-1].plan)
        self._earned = 0
        self._near: set[tuple[str, int]] = set()
        self._sums = Sums()
        self._side = Side(Outcome(), "replayed", self._worth)
        self._life = Life()

    def __call__(self, decided: Decided) -> None:
        decision, life, at = decided.decision, self._life, decided.fact.at
        self._side.add(decision, self._sums)
        for award in decision.awards:
            worth = self._worth(award.currency, award.quantity)
            life.by_rule[award.rule] += worth
            before = self._earned // self._step
            self._earned += worth
            life.rewards += [at] * max(self._earned // self._step - before, 0)
        for clawback in decision.clawbacks:
            worth = self._worth(clawback.currency, clawback.quantity)
            life.by_rule[clawback.rule] -= worth
            self._earned -= worth
        for given in decision.offers.given:
            life.off[given.offer] += given.given_minor
        if isinstance(decided.fact.event, Sale) or any(count.change > 0 for count in decision.counts):
            self._look_ahead(decided)

    def life(self) -> Life:
        self._life.face = self._sums.worth_minor(self._worth)
        self._life.tier = self._sums.shown_tier or ""
        return self._life

    def _look_ahead(self, decided: Decided) -> None:
        plan = self._book.at(decided.fact.at)
        missing = to_climb(plan, decided.state, decided.day)
        if missing is None or plan.tiers is None:
            return
        level = plan.tiers.levels[plan.tiers.rank(missing.level)]
        key = level.code, decided.day.year
        if key not in self._near and is_near(missing, level):
            self._near.add(key)
            self._life.near.append(decided.fact.at)


def is_near(missing: Missing, level: TierLevel) -> bool:
    """Little is missing of whatever the level asks for: of all of it, or of one thing where one is enough."""
    little = [
        left <= asked * NEAR_PERCENT // 100
        for measure, asked in level.asks
        if (left := missing.by.get(measure, 0)) > 0
    ]
    return bool(little) and (all(little) if missing.needs_all else any(little))


def smallest_reward(plan: Plan) -> int:
    """The face value to be earned for the cheapest reward, or before units pay at all, in minor units."""
    worth = face_value(plan)
    found = [worth(reward.currency, reward.cost) for reward in plan.rewards.values()]
    found += [
        worth(code, one.pays_at_least) for code, one in plan.currencies.items() if one.pays_at_least > 1
    ]
    return min((one for one in found if one > 0), default=REWARD_MINOR)
