"""What is seen of customers while history is decided again: which rules met them, and what they did.

Nothing is judged here a second time: every rule's own reason, as ``decide`` traces it, is counted; a reward is asked of
``decide`` as if the customer had wanted it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from assidu.decisions import decide
from assidu.decisions.calendar import minute_of
from assidu.decisions.decision import ReasonCode, RefusalCode, Refused
from assidu.decisions.earning import why_not_now
from assidu.decisions.entries import entries_moved
from assidu.decisions.events import Activity, Joining, RewardRequest, Sale
from assidu.decisions.facts import Facts
from assidu.decisions.inputs import inputs_on
from assidu.decisions.plan import REFERRAL, Draw, GivesUnits, Plan, TierMeasure
from assidu.decisions.state import Membership, State
from assidu.decisions.tiers import measured
from assidu.loyalty.desk import Decided
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Barrier

BARRIERS: Final[Mapping[ReasonCode, Barrier]] = {
    ReasonCode.NOT_A_MEMBER: Barrier.NOT_A_MEMBER,
    ReasonCode.NOT_YET: Barrier.NOT_RUNNING,
    ReasonCode.OVER: Barrier.NOT_RUNNING,
    ReasonCode.OTHER_CHANNEL: Barrier.CHANNEL,
    ReasonCode.OTHER_STORE: Barrier.STORE,
    ReasonCode.OTHER_DAY: Barrier.WEEKDAY,
    ReasonCode.OTHER_HOUR: Barrier.HOUR,
    ReasonCode.OTHER_TIER: Barrier.STATUS,
    ReasonCode.NOT_IN_AUDIENCE: Barrier.AUDIENCE,
    ReasonCode.ENGAGEMENT_TOO_LOW: Barrier.ENGAGEMENT,
    ReasonCode.NOT_FIRST_PURCHASE: Barrier.NOT_FIRST,
    ReasonCode.AMOUNT_TOO_LOW: Barrier.TOO_LITTLE,
    ReasonCode.BELOW_FIRST_STEP: Barrier.TOO_LITTLE,
    ReasonCode.AMOUNT_TOO_HIGH: Barrier.TOO_MUCH,
    ReasonCode.NO_CODE: Barrier.NOT_GIVEN,
    ReasonCode.NOT_ALLOTTED: Barrier.NOT_GIVEN,
    ReasonCode.NOT_ACTIVATED: Barrier.NOT_GIVEN,
    ReasonCode.QUOTA_TAKEN: Barrier.PLACES_GONE,
    ReasonCode.BUDGET_GONE: Barrier.PLACES_GONE,
    ReasonCode.STOCK_GONE: Barrier.PLACES_GONE,
}
"""What keeps somebody out for good if it is so on every occasion. Any other reason was within their reach: they only
did not buy the article, add up enough, win the draw."""

FURTHER: Final[Mapping[str, int]] = {barrier.value: n for n, barrier in enumerate(Barrier)} | {
    COULD_HAVE: 100,
    REACHED: 101,
}
"""The order in which conditions are looked at: whoever failed at a later one met the earlier ones at least once."""
_OUTCOMES: Final[Mapping[ReasonCode, str]] = {
    code: REACHED if code is ReasonCode.APPLIED else BARRIERS[code].value if code in BARRIERS else COULD_HAVE
    for code in ReasonCode
}


@dataclass(slots=True)
class Seen:
    """One customer over the period. Amounts in minor units; ``best`` is the highest balance by currency."""

    outcomes: dict[str, str] = field(default_factory=dict)
    """By rule or offer, how far they came; nothing where no occasion asked."""
    rewards: dict[str, str] = field(default_factory=dict)
    draws: dict[str, str] = field(default_factory=dict)
    """By draw, whether they had an entry, or how far they came with what gives some."""
    measures: dict[TierMeasure, int] = field(default_factory=dict)
    """The most that they had of what statuses rest on."""
    channels: Counter[str] = field(default_factory=Counter)
    stores: Counter[str] = field(default_factory=Counter)
    weekdays: Counter[int] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    activities: Counter[str] = field(default_factory=Counter)
    tiers: set[str] = field(default_factory=set)
    audiences: set[str] = field(default_factory=set)
    best: dict[str, int] = field(default_factory=dict)
    missing_minor: dict[str, int] = field(default_factory=dict)
    """By rule, what was missing the least to its lowest amount, where nothing else stood in the way."""
    had: frozenset[str] = frozenset()
    """The rules that really gave them something, as it is recorded."""
    purchases: int = 0
    state: State = field(default_factory=State)
    has_joined: bool = False
    has_contact: bool = False
    consents: frozenset[str] | None = None
    """What they agreed to be written by; ``None`` where nobody wrote down whether they did."""

    def is_member_between(self, since: date, until: date) -> bool:
        """Were they a member on any day of the period, as far as is known at its end?"""
        state = self.state
        elsewhere = Membership.NONE, Membership.ABSORBED, Membership.IN_ACCOUNT
        if state.membership in elsewhere or state.joined_on is None:
            return False
        return state.joined_on <= until and (state.left_on is None or state.left_on > since)

    def take_in(self, other: "Seen") -> None:
        """Somebody who was merged into this customer: what either did, both did."""
        for mine, theirs in (
            (self.outcomes, other.outcomes),
            (self.rewards, other.rewards),
            (self.draws, other.draws),
        ):
            for code, outcome in theirs.items():
                _further(mine, code, outcome)
        self.had |= other.had
        self.channels += other.channels
        self.stores += other.stores
        self.weekdays += other.weekdays
        self.hours += other.hours
        self.activities += other.activities
        self.tiers |= other.tiers
        self.audiences |= other.audiences
        for currency, quantity in other.best.items():
            self.best[currency] = max(self.best.get(currency, 0), quantity)
        for code, missing in other.missing_minor.items():
            self.missing_minor[code] = min(self.missing_minor.get(code, missing), missing)
        for measure, quantity in other.measures.items():
            self.measures[measure] = max(self.measures.get(measure, 0), quantity)
        self.purchases += other.purchases
        self.has_joined |= other.has_joined
        self.has_contact |= other.has_contact


class Watch:
    """Stands beside a replay and notes what each customer met between two days, both included."""

    def __init__(self, plan: Plan, since: date, until: date) -> None:
        self._plan = plan
        self._since = since
        self._until = until
        self._draws = [draw for draw in plan.draws.values() if draw.last_day >= since]
        self._gives_entries = _by_giver(plan, self._draws)
        self.seen: dict[UUID, Seen] = {}

    def __call__(self, decided: Decided) -> None:
        if decided.day > self._until:
            return
        seen = self.seen.get(decided.customer_id)
        if seen is None:
            seen = self.seen[decided.customer_id] = Seen()
        before, seen.state = seen.state, decided.state
        for draw in self._draws:
            if entries_moved(draw, decided.day, decided.decision.postings) > 0:
                seen.draws[draw.code] = REACHED
        if decided.day < self._since:
            return
        event = decided.fact.event
        for reason in decided.decision.reasons:
            outcome = _OUTCOMES[reason.code]
            _further(seen.outcomes, reason.rule, outcome)
            for draw in self._gives_entries.get(reason.rule, ()):
                _further(seen.draws, draw.code, _of_entries(draw, decided.day, outcome))
            missing = reason.figures.get("missing_minor")
            if missing is not None:
                seen.missing_minor[reason.rule] = min(seen.missing_minor.get(reason.rule, missing), missing)
        if isinstance(event, Sale):
            self._bought(seen, event, decided)
        elif isinstance(event, Activity):
            seen.activities[event.activity] += 1
        elif isinstance(event, RewardRequest):
            seen.rewards[event.reward] = REACHED
        elif isinstance(event, Joining):
            seen.has_joined = True
        if any(award.rule == REFERRAL for award in decided.decision.awards):
            seen.outcomes[REFERRAL] = REACHED  # the newcomer's side is traced by nothing else
        for state in (before, decided.state):
            if state.membership is Membership.MEMBER:
                if state.tier is not None:
                    seen.tiers.add(state.tier)
                seen.audiences |= state.audiences
        self._measure(seen, decided)
        self._could_ask(seen, decided)

    def _measure(self, seen: Seen, decided: Decided) -> None:
        """How near they came to a status, as the core measures it."""
        tiers, state = self._plan.tiers, decided.state
        if tiers is None or state.membership is not Membership.MEMBER:
            return
        if seen.measures and not decided.decision.counts:
            return
        for measure, quantity in measured(self._plan, tiers, state.counters, decided.day).items():
            seen.measures[measure] = max(seen.measures.get(measure, 0), quantity)

    def _bought(self, seen: Seen, event: Sale, decided: Decided) -> None:
        seen.purchases += 1
        seen.channels[event.channel] += 1
        seen.stores[event.store] += 1
        seen.weekdays[decided.day.weekday()] += 1
        seen.hours[minute_of(event.at, self._plan.zone) // 60] += 1

    def _could_ask(self, seen: Seen, decided: Decided) -> None:
        """Could they have had each reward now? Asked only while they never could, of whoever decides for real."""
        for code, reward in self._plan.rewards.items():
            if seen.rewards.get(code) in (REACHED, COULD_HAVE):
                continue
            for session in reward.sessions or ("",):
                fact = decided.fact
                request = RewardRequest(
                    fact.event.at, code, session=session, store=fact.store, channel=fact.channel
                )
                answer = decide(self._plan, Facts(decided.state), request)
                if not isinstance(answer, Refused):
                    seen.rewards[code] = COULD_HAVE
                    break
                self._refused(seen, code, answer, decided)

    def _refused(self, seen: Seen, code: str, answer: Refused, decided: Decided) -> None:
        if answer.code is RefusalCode.INSUFFICIENT_BALANCE:
            available = answer.figures["available"]
            currency = answer.subject
            seen.best[currency] = max(seen.best.get(currency, 0), available)
            barrier = Barrier.NEVER_ENOUGH if seen.best[currency] else Barrier.NEVER_EARNED
        elif answer.code in (RefusalCode.REWARD_NOT_FOR_THEM, RefusalCode.REWARD_NOT_HERE):
            inputs = inputs_on(self._plan, Facts(decided.state), decided.day)
            fact = decided.fact
            why = why_not_now(self._plan.rewards[code].when, inputs, fact.store, fact.channel, lambda: 0)
            barrier = Barrier.NOT_FOR_THEM if why is None else BARRIERS.get(why, Barrier.NOT_FOR_THEM)
        elif answer.code is RefusalCode.OUT_OF_STOCK:
            barrier = Barrier.PLACES_GONE
        elif answer.code is RefusalCode.ALREADY_OVER:
            barrier = Barrier.NOT_RUNNING
        else:
            barrier = Barrier.NOT_A_MEMBER
        _further(seen.rewards, code, barrier.value)


def _by_giver(plan: Plan, draws: Sequence[Draw]) -> Mapping[str, list[Draw]]:
    """The draws that each rule and offer gives entries of."""
    found: dict[str, list[Draw]] = {}
    for draw in draws:
        for rule in plan.rules:
            if rule.currency == draw.entries:
                found.setdefault(rule.code, []).append(draw)
        for offer in plan.offers.all:
            if isinstance(offer.effect, GivesUnits) and offer.effect.currency == draw.entries:
                found.setdefault(offer.code, []).append(draw)
    return found


def _of_entries(draw: Draw, day: date, outcome: str) -> str:
    """What an occasion to have an entry was worth: nothing once the draw's last day is over."""
    if outcome not in (REACHED, COULD_HAVE):
        return outcome
    return COULD_HAVE if day <= draw.last_day else Barrier.NOT_RUNNING.value


def _further(outcomes: dict[str, str], code: str, outcome: str) -> None:
    known = outcomes.get(code)
    if known is None or FURTHER[outcome] > FURTHER[known]:
        outcomes[code] = outcome
