"""The compiled plan: what ``decide`` obeys. ``assidu.plans`` makes it from the document that people write."""

from assidu.decisions.plan.conditions import ALWAYS, KNOWN_ACTIVITIES, Conditions, Exclusions, Lines, Trigger
from assidu.decisions.plan.currencies import (
    Currency,
    CurrencyKind,
    EachYear,
    Expiry,
    ExpiryBasis,
    Extended,
    Inactivity,
    Pending,
    Transfers,
)
from assidu.decisions.plan.engagement import Engagement
from assidu.decisions.plan.gifts import Fixed, Gift, Multiply, PerAmount, Threshold
from assidu.decisions.plan.goals import Goal, GoalMeasure
from assidu.decisions.plan.programme import Plan, ReturnPolicy
from assidu.decisions.plan.rewards import Reward
from assidu.decisions.plan.rules import EarnRule, PeriodCap, Quota, QuotaScope, RuleIndex
from assidu.decisions.plan.tiers import Downgrade, TierLevel, Tiers, TierWindow

__all__ = [
    "ALWAYS",
    "KNOWN_ACTIVITIES",
    "Conditions",
    "Currency",
    "CurrencyKind",
    "Downgrade",
    "EachYear",
    "EarnRule",
    "Engagement",
    "Exclusions",
    "Expiry",
    "ExpiryBasis",
    "Extended",
    "Fixed",
    "Gift",
    "Goal",
    "GoalMeasure",
    "Inactivity",
    "Lines",
    "Multiply",
    "Pending",
    "PerAmount",
    "PeriodCap",
    "Plan",
    "Quota",
    "QuotaScope",
    "ReturnPolicy",
    "Reward",
    "RuleIndex",
    "Threshold",
    "TierLevel",
    "TierWindow",
    "Tiers",
    "Transfers",
    "Trigger",
]
