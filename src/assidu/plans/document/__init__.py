"""The programme as people write it: a closed vocabulary of typed parts, with names in French and English.

Amounts are decimals of the sale currency (``5.00``); ``compile`` turns them into minor units. Codes are what
events and the ledger speak of; names are what customers and staff read."""

from assidu.plans.document.activities import (
    ACTIVITIES_MAX,
    AUDIENCES_MAX,
    HALF_LIFE_MONTHS_MAX,
    Activity,
    Audience,
    Engagement,
    Weight,
)
from assidu.plans.document.conditions import HOUR_PATTERN, Exclusions, Hours, Lines, Weekday, When
from assidu.plans.document.currencies import Currency, Expiry, SaleCurrency, Transfers, Worth
from assidu.plans.document.forgotten import ForgottenTickets
from assidu.plans.document.gifts import Gift, Multiply, PerAmount, Step
from assidu.plans.document.goals import Goal
from assidu.plans.document.objectives import OBJECTIVES_MAX, Objective
from assidu.plans.document.parts import (
    AMOUNT_MAX,
    CODE_PATTERN,
    CURRENCIES_MAX,
    DAY_OF_YEAR_PATTERN,
    FORMAT,
    LABELS_MAX,
    LEVELS_MAX,
    PERCENT_MAX,
    REWARDS_MAX,
    RULES_MAX,
    SELECTED_MAX,
    STEPS_MAX,
    UNITS_MAX,
    WINDOW_MONTHS_MAX,
    Amount,
    Code,
    Duration,
    Part,
    Selected,
    Text,
    Units,
    Words,
)
from assidu.plans.document.pending import Pending
from assidu.plans.document.programme import Document, Labels, Returns, published
from assidu.plans.document.rewards import Reward, Side
from assidu.plans.document.rules import Cap, Quota, Rule, Times
from assidu.plans.document.tiers import Level, Tiers, Window

__all__ = [
    "ACTIVITIES_MAX",
    "AMOUNT_MAX",
    "AUDIENCES_MAX",
    "CODE_PATTERN",
    "CURRENCIES_MAX",
    "DAY_OF_YEAR_PATTERN",
    "FORMAT",
    "HALF_LIFE_MONTHS_MAX",
    "HOUR_PATTERN",
    "LABELS_MAX",
    "LEVELS_MAX",
    "OBJECTIVES_MAX",
    "PERCENT_MAX",
    "REWARDS_MAX",
    "RULES_MAX",
    "SELECTED_MAX",
    "STEPS_MAX",
    "UNITS_MAX",
    "WINDOW_MONTHS_MAX",
    "Activity",
    "Amount",
    "Audience",
    "Cap",
    "Code",
    "Currency",
    "Document",
    "Duration",
    "Engagement",
    "Exclusions",
    "Expiry",
    "ForgottenTickets",
    "Gift",
    "Goal",
    "Hours",
    "Labels",
    "Level",
    "Lines",
    "Multiply",
    "Objective",
    "Part",
    "Pending",
    "PerAmount",
    "Quota",
    "Returns",
    "Reward",
    "Rule",
    "SaleCurrency",
    "Selected",
    "Side",
    "Step",
    "Text",
    "Tiers",
    "Times",
    "Transfers",
    "Units",
    "Weekday",
    "Weight",
    "When",
    "Window",
    "Words",
    "Worth",
    "published",
]
