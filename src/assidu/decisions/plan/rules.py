"""Rules: ways to earn, with their limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assidu.decisions.calendar import Duration, Period
from assidu.decisions.plan.conditions import ALWAYS, Conditions, Lines, Trigger
from assidu.decisions.plan.currencies import Pending
from assidu.decisions.plan.gifts import Gift
from assidu.decisions.plan.goals import Goal


@dataclass(frozen=True, slots=True)
class PeriodCap:
    limit: int
    period: Period


class QuotaScope(StrEnum):
    PROGRAMME = "programme"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Quota:
    """The first ``limit`` tickets of a period, over the programme or in each store: decided by a claim."""

    limit: int
    period: Period
    scope: QuotaScope = QuotaScope.PROGRAMME


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``limit`` units of the currency that is given, or of the sale currency's minor units, in a period, over
    the programme or in each store.

    ``is_clipped``: what is left is given where it is less than what is due; else nothing is.
    """

    limit: int
    period: Period
    is_clipped: bool = True
    scope: QuotaScope = QuotaScope.PROGRAMME


@dataclass(frozen=True, slots=True)
class EarnRule:
    code: str
    currency: str
    gift: Gift
    trigger: Trigger = Trigger.SALE
    when: Conditions = ALWAYS
    lines: Lines | None = None
    cap_per_sale: int | None = None
    cap: PeriodCap | None = None  # units of the currency, per customer
    times: PeriodCap | None = None  # how often, per customer
    quota: Quota | None = None
    budget: Budget | None = None  # units of the currency, over all customers
    expires: Duration | None = None  # instead of the currency's own
    pending: Pending | None = None  # instead of the currency's own
    activity: str = ""  # for the trigger of that name
    goal: Goal | None = None
    is_within_law: bool = True  # does the law's limit hold what it gives for lines that it selects?

    @property
    def is_local(self) -> bool:
        """Can a till that is cut off decide this rule alone?"""
        return self.quota is None and self.budget is None


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The rules that a customer of one tier could meet, so that a ticket only looks at those it touches."""

    anywhere: tuple[int, ...] = ()
    by_department: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    by_brand: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    by_sku: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
