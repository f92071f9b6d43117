"""One version of the programme, ready to decide with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import Duration
from assidu.decisions.plan.accounts import AccountPolicy
from assidu.decisions.plan.conditions import KNOWN_ACTIVITIES, Exclusions
from assidu.decisions.plan.currencies import Currency
from assidu.decisions.plan.draws import Draw
from assidu.decisions.plan.engagement import Engagement
from assidu.decisions.plan.life import Closing, Terms
from assidu.decisions.plan.money import OWN_MONEY, Money
from assidu.decisions.plan.offers import NO_OFFERS, Offers
from assidu.decisions.plan.referral import Referral
from assidu.decisions.plan.rewards import Reward
from assidu.decisions.plan.rules import EarnRule, RuleIndex
from assidu.decisions.plan.tiers import Tiers
from assidu.decisions.state import AccountKind


class ReturnPolicy(StrEnum):
    """What a return may take back when the units were spent in the meantime."""

    ONLY_PENDING = "only_pending"
    WITHIN_BALANCE = "within_balance"
    MAY_GO_NEGATIVE = "may_go_negative"


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of the programme, ready to decide with."""

    version: int
    programme: str
    zone: ZoneInfo
    currencies: Mapping[str, Currency]
    rules: tuple[EarnRule, ...]
    rewards: Mapping[str, Reward]
    tiers: Tiers | None
    exclusions: Exclusions
    return_policy: ReturnPolicy
    earns_on_part_paid_with_rewards: bool
    joining_rules: tuple[int, ...]
    index: Mapping[str | None, RuleIndex]
    activities: frozenset[str] = KNOWN_ACTIVITIES
    activity_rules: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    audiences: frozenset[str] = frozenset()
    # By question: the audiences that its answers fill, each with those that lead into it.
    answers: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    engagement: Engagement | None = None
    asks_engagement: bool = False  # does any rule, reward or offer look at the score?
    lapsing: tuple[str, ...] = ()  # currencies whose whole balance ends, or is extended, with activity
    offers: Offers = NO_OFFERS
    draws: Mapping[str, Draw] = field(default_factory=dict)  # among entries
    second_person_above_minor: int | None = (
        None  # what a correction may be worth that one person writes down alone
    )
    terms: tuple[Terms, ...] = ()  # the oldest first
    closing: Closing | None = None
    regret: Duration | None = None  # how long who left may come back as they were
    referral: Referral | None = None
    accounts: Mapping[AccountKind, AccountPolicy] = field(default_factory=dict)
    money: Money = OWN_MONEY

    @property
    def shares_places(self) -> bool:
        """Does anything in it run out for everybody, so that the order over all customers counts?"""
        return (
            any(not rule.is_local for rule in self.rules)
            or any(reward.stock is not None or reward.sessions for reward in self.rewards.values())
            or any(
                offer.quota is not None or offer.budget is not None or offer.stock is not None
                for offer in self.offers.by_code.values()
            )
        )
