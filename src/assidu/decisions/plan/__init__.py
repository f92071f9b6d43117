"""The compiled plan: what ``decide`` obeys. ``assidu.plans`` makes it from the document that people write."""

from assidu.decisions.plan.conditions import Conditions, Exclusions, Lines, Trigger
from assidu.decisions.plan.currencies import Currency, CurrencyKind
from assidu.decisions.plan.gifts import Fixed, Gift, Multiply, PerAmount, Threshold
from assidu.decisions.plan.programme import Plan, ReturnPolicy
from assidu.decisions.plan.rewards import Reward
from assidu.decisions.plan.rules import EarnRule, PeriodCap, Quota, QuotaScope, RuleIndex
from assidu.decisions.plan.tiers import Downgrade, TierLevel, Tiers, TierWindow

__all__ = [
    "Conditions",
    "Currency",
    "CurrencyKind",
    "Downgrade",
    "EarnRule",
    "Exclusions",
    "Fixed",
    "Gift",
    "Lines",
    "Multiply",
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
    "Trigger",
]
