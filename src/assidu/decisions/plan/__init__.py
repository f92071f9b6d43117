"""The compiled plan: what ``decide`` obeys. ``assidu.plans`` makes it from the document that people write."""

from assidu.decisions.plan.accounts import AccountPolicy, LeaversShare, Welcome
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
from assidu.decisions.plan.draws import Draw, Prize
from assidu.decisions.plan.engagement import Engagement
from assidu.decisions.plan.gifts import Fixed, Gift, Multiply, PerAmount, Threshold
from assidu.decisions.plan.goals import Goal, GoalMeasure
from assidu.decisions.plan.life import Closing, Terms
from assidu.decisions.plan.money import OWN_MONEY, RATE_DAYS_MAX, Money
from assidu.decisions.plan.offers import (
    NO_OFFERS,
    AmountOff,
    BuyGet,
    Effect,
    FixedPrice,
    GivesArticle,
    GivesBack,
    GivesUnits,
    LegalCap,
    Offer,
    OfferNeeds,
    Offers,
    PercentOff,
    Stacking,
    StackingChoice,
)
from assidu.decisions.plan.programme import Plan, ReturnPolicy
from assidu.decisions.plan.referral import REFERRAL, Referral, Units
from assidu.decisions.plan.rewards import Reward, Session
from assidu.decisions.plan.rules import Budget, EarnRule, PeriodCap, Quota, QuotaScope, RuleIndex
from assidu.decisions.plan.tiers import Downgrade, TierLevel, TierMeasure, Tiers, TierWindow

__all__ = [
    "ALWAYS",
    "KNOWN_ACTIVITIES",
    "NO_OFFERS",
    "OWN_MONEY",
    "RATE_DAYS_MAX",
    "REFERRAL",
    "AccountPolicy",
    "AmountOff",
    "Budget",
    "BuyGet",
    "Closing",
    "Conditions",
    "Currency",
    "CurrencyKind",
    "Downgrade",
    "Draw",
    "EachYear",
    "EarnRule",
    "Effect",
    "Engagement",
    "Exclusions",
    "Expiry",
    "ExpiryBasis",
    "Extended",
    "Fixed",
    "FixedPrice",
    "Gift",
    "GivesArticle",
    "GivesBack",
    "GivesUnits",
    "Goal",
    "GoalMeasure",
    "Inactivity",
    "LeaversShare",
    "LegalCap",
    "Lines",
    "Money",
    "Multiply",
    "Offer",
    "OfferNeeds",
    "Offers",
    "Pending",
    "PerAmount",
    "PercentOff",
    "PeriodCap",
    "Plan",
    "Prize",
    "Quota",
    "QuotaScope",
    "Referral",
    "ReturnPolicy",
    "Reward",
    "RuleIndex",
    "Session",
    "Stacking",
    "StackingChoice",
    "Terms",
    "Threshold",
    "TierLevel",
    "TierMeasure",
    "TierWindow",
    "Tiers",
    "Transfers",
    "Trigger",
    "Units",
    "Welcome",
]
