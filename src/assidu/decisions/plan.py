"""The compiled plan: what ``decide`` obeys. ``assidu.plans`` makes it from the document that people write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from assidu.decisions.calendar import Duration, Period
from assidu.decisions.money import Rounding


class CurrencyKind(StrEnum):
    POINTS = "points"
    MONEY = "money"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True)
class Currency:
    """``worth_units`` units take ``worth_minor`` off a ticket (500 points = 500 cents); 0 when they cannot pay."""

    code: str
    kind: CurrencyKind
    exponent: int = 0
    worth_minor: int = 0
    worth_units: int = 1
    expires: Duration | None = None
    pays: bool = False
    pays_at_least: int = 1


class Trigger(StrEnum):
    SALE = "sale"
    JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a ticket and its customer must be for a rule to apply; an empty set asks nothing."""

    channels: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()  # Monday is 0
    from_day: date | None = None
    to_day: date | None = None  # inclusive
    tiers: frozenset[str] = frozenset()
    is_first_purchase: bool = False
    amount_min_minor: int | None = None
    amount_max_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines of the ticket count; every set that is not empty must hold the line."""

    departments: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PerAmount:
    """``give`` units for each ``per_minor`` spent; ``whole_steps`` counts full steps only."""

    give: int
    per_minor: int
    rounding: Rounding = Rounding.DOWN
    whole_steps: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    give: int


@dataclass(frozen=True, slots=True)
class Multiply:
    """``percent`` of what ``base`` gives, instead of 100: the rule adds the difference."""

    rule: str
    base: PerAmount
    percent: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """The gift of the highest step reached; steps are sorted by amount."""

    steps: tuple[tuple[int, int], ...]  # (at least, in minor units; give)


Gift = PerAmount | Fixed | Multiply | Threshold


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
class EarnRule:
    code: str
    currency: str
    gift: Gift
    trigger: Trigger = Trigger.SALE
    when: Conditions = Conditions()
    lines: Lines | None = None
    cap_per_sale: int | None = None
    cap: PeriodCap | None = None  # units of the currency, per customer
    times: PeriodCap | None = None  # how often, per customer
    quota: Quota | None = None
    expires: Duration | None = None  # instead of the currency's own

    @property
    def is_local(self) -> bool:
        """Can a till that is cut off decide this rule alone?"""
        return self.quota is None


@dataclass(frozen=True, slots=True)
class Reward:
    """``quantity_each`` units of ``gives`` for ``cost`` units of ``currency``."""

    code: str
    currency: str
    cost: int
    gives: str
    quantity_each: int = 1


class Downgrade(StrEnum):
    ONE_STEP = "one_step"
    REASSESS = "reassess"


class TierWindow(StrEnum):
    ROLLING_MONTHS = "rolling_months"
    CALENDAR_YEAR = "calendar_year"


@dataclass(frozen=True, slots=True)
class TierLevel:
    code: str
    spend_min_minor: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """Levels by rising spend. The window counts whole calendar months: this one and ``months - 1`` before it."""

    levels: tuple[TierLevel, ...]
    window: TierWindow
    months: int
    keep: Duration
    downgrade: Downgrade = Downgrade.ONE_STEP

    def rank(self, tier: str | None) -> int:
        for index, level in enumerate(self.levels):
            if level.code == tier:
                return index
        return -1


class ReturnPolicy(StrEnum):
    """What a return may take back when the units were spent in the meantime."""

    ONLY_PENDING = "only_pending"
    WITHIN_BALANCE = "within_balance"
    MAY_GO_NEGATIVE = "may_go_negative"


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Lines that never earn, whatever the rule."""

    departments: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset({"gift_card", "deposit", "shipping", "fee"})
    discounted: bool = False


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The rules that a customer of one tier could meet, so that a ticket only looks at those it touches."""

    anywhere: tuple[int, ...] = ()
    by_department: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    by_brand: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    by_sku: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


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
