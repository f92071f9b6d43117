"""Offers: what takes something off a ticket or gives more for it, their limits, and how they go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from assidu.decisions.calendar import Duration
from assidu.decisions.plan.conditions import ALWAYS, Conditions, Lines
from assidu.decisions.plan.gifts import Fixed, PerAmount
from assidu.decisions.plan.rules import Budget, PeriodCap, Quota, RuleIndex

# ---------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class PercentOff:
    """``percent`` of the lines' price, together at most ``cap_minor``."""

    percent: int
    cap_minor: int | None = None


@dataclass(frozen=True, slots=True)
class AmountOff:
    """``amount_minor`` off the lines together, as far as they go."""

    amount_minor: int


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """Each unit of the lines for ``price_minor``, where that is less."""

    price_minor: int


@dataclass(frozen=True, slots=True)
class BuyGet:
    """Of every ``buy + get`` units, the ``get`` cheapest at ``percent`` off; at most ``times_max`` times a ticket.

    With ``buy`` 0 the cheapest units are simply given.
    """

    buy: int
    get: int
    percent: int = 100
    times_max: int | None = None


@dataclass(frozen=True, slots=True)
class GivesUnits:
    """Units of a currency: more points, or a voucher."""

    currency: str
    gift: Fixed | PerAmount
    expires: Duration | None = None  # instead of the currency's own


@dataclass(frozen=True, slots=True)
class GivesArticle:
    """Something that is handed over or done; ``worth_minor`` is what it is worth to the customer."""

    worth_minor: int = 0


PriceEffect = PercentOff | AmountOff | FixedPrice | BuyGet
"""What a till takes off a ticket before it is paid."""

Effect = PriceEffect | GivesUnits | GivesArticle

# ---------------------------------------------------------------- limits


class OfferNeeds(StrEnum):
    """What a customer must have or have done before an offer is theirs."""

    NOTHING = "nothing"
    ALLOTTED = "allotted"
    ACTIVATED = "activated"
    CODE = "code"


class GivesBack(StrEnum):
    """What becomes free again when a ticket comes back."""

    PLACE = "place"
    BUDGET = "budget"
    STOCK = "stock"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer. ``combines``: it may join other offers on the same lines, and is then worked out on what these left
    (``is_on_reduced``) or on the price before them. ``chance_one_in``: it is drawn for each ticket that meets it.
    """

    code: str
    effect: Effect
    when: Conditions = ALWAYS
    lines: Lines | None = None
    needs: OfferNeeds = OfferNeeds.NOTHING
    chance_one_in: int | None = None
    times: PeriodCap | None = None  # how often, per customer
    quota: Quota | None = None
    budget: Budget | None = None
    stock: int | None = None
    group: str = ""
    is_exclusive: bool = False
    combines: bool = False
    priority: int = 0
    is_on_reduced: bool = True
    takes_discounted: bool = False
    gives_back: frozenset[GivesBack] = frozenset({GivesBack.STOCK})
    # What hundreds of offers are asked on each ticket is worked out once.
    is_price: bool = field(init=False, default=True)  # does it take something off the ticket?
    is_limited: bool = field(init=False, default=False)  # by something that customers share
    is_narrowed: bool = field(init=False, default=False)  # are its lines selected by more than one thing?

    def __post_init__(self) -> None:
        limited = self.quota is not None or self.budget is not None or self.stock is not None
        object.__setattr__(self, "is_price", not isinstance(self.effect, GivesUnits | GivesArticle))
        object.__setattr__(self, "is_limited", limited or self.needs is OfferNeeds.CODE)
        lines = self.lines
        if lines is not None:
            named = bool(lines.skus) + bool(lines.departments) + bool(lines.brands)
            object.__setattr__(self, "is_narrowed", named > 1)

    @property
    def is_local(self) -> bool:
        """Can a till that is cut off decide this offer alone?"""
        return not self.is_limited and self.chance_one_in is None


# ---------------------------------------------------------------- together


class StackingChoice(StrEnum):
    """Which offers stay when not all can be given together."""

    CUSTOMER = "best_for_customer"
    BRAND = "best_for_brand"
    ORDER = "in_order"


@dataclass(frozen=True, slots=True)
class Stacking:
    """``groups`` says how many offers of a group one ticket may have at most."""

    choice: StackingChoice = StackingChoice.CUSTOMER
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegalCap:
    """The law's limit on what may be taken off a product's price, at once or later, all advantages together."""

    code: str
    percent: int
    from_day: date
    to_day: date | None
    departments: frozenset[str]
    holds_rules: bool = False  # also what rules give on lines that they select?

    def is_in_force(self, day: date) -> bool:
        return self.from_day <= day and (self.to_day is None or day <= self.to_day)


@lru_cache(maxsize=1024)  # every ticket of a day asks for the same
def legal_percents(caps: tuple[LegalCap, ...], day: date, *, of_rules: bool = False) -> Mapping[str, int]:
    """By department, the tightest of the limits that are in force on a day; ``of_rules``: of those that hold rules."""
    found: dict[str, int] = {}
    for cap in caps:
        if cap.is_in_force(day) and (cap.holds_rules or not of_rules):
            for department in cap.departments:
                found[department] = min(cap.percent, found.get(department, cap.percent))
    return found


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything that a version of the programme says of offers; ``index`` finds those that a ticket could meet.

    ``all`` are in the order in which they count: by priority, then as they are written.
    """

    all: tuple[Offer, ...] = ()
    stacking: Stacking = Stacking()
    legal_caps: tuple[LegalCap, ...] = ()
    index: Mapping[str | None, RuleIndex] = field(default_factory=dict)
    by_code: Mapping[str, Offer] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.all)


NO_OFFERS = Offers()
