"""What is said of discounts: frozen values that screens, the API and the command show alike.

Everything here is observational: it compares weeks with and without a promotion in history as it was, and no
experiment stands behind it. Amounts are whole minor units of the sale currency, VAT included unless a name ends in
``ht``. What cannot be told has a reason and no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from assidu.economics.models.estimate import Estimate

WHOLE = 100.0
"""Percent of a price that a sale can earn at most."""


class Untold(StrEnum):
    """Why something cannot be told."""

    NOTHING_SOLD = "nothing_sold"
    TOO_FEW_CUSTOMERS = "too_few_customers"
    TOO_SHORT = "too_short"
    NO_DISCOUNT = "no_discount"
    ALWAYS_DISCOUNTED = "always_discounted"  # nothing is ever sold without: there is nothing to compare with
    TOO_THIN = "too_thin"  # too few products sell often enough, with and without a discount
    NOT_SETTLED = "not_settled"  # the calculation found no answer that stays the same
    NO_MARGIN = "no_margin"  # nobody said what is earned on a sale
    NO_CURRENCY = "no_currency"  # the programme has none with which a ticket can be paid
    NOTHING_CHOSEN = "nothing_chosen"  # no discount is among those that would be turned into points
    NOT_IDENTIFIED = "not_identified"  # history cannot separate it from something else


@dataclass(frozen=True, slots=True)
class CannotTell:
    """``figures`` are what was found and what would have been needed: ``weeks`` and ``weeks_min``, for example."""

    reason: Untold
    figures: Mapping[str, int] = field(default_factory=dict)


# ---------------------------------------------------------------- what discounts cost and brought


@dataclass(frozen=True, slots=True)
class GivenSplit:
    """Where the money of discounts went of which something can be told; the four parts add up to ``given_minor``.

    What was given on units that would have been bought without a discount; on units bought now instead of in the
    weeks around; on units bought instead of other products of the department; and on all others, the really new ones.
    """

    given_minor: int
    bought_anyway: Estimate
    pulled_forward: Estimate
    taken_from_others: Estimate
    new: Estimate


@dataclass(frozen=True, slots=True)
class UnitsSold:
    """``extra`` units are those that the discount of their own week brought. ``net`` is ``extra`` less what was pulled
    forward and taken from other products; it may be below zero."""

    sold: int
    sold_discounted: int
    extra: Estimate
    pulled_forward: Estimate
    taken_from_others: Estimate
    net: Estimate


@dataclass(frozen=True, slots=True)
class MarginEffect:
    """What is earned with the discounts as they were, and would have been without any, before VAT.

    ``break_even_percent``: from which margin on, in percent of the ordinary price, the discounts pay for
    themselves; none where they bring no unit, and above ``WHOLE`` none would do.
    """

    with_ht: int
    without_ht: Estimate
    change_ht: Estimate
    break_even_percent: Estimate | None


@dataclass(frozen=True, slots=True)
class DiscountSums:
    """What the lines of one row of a table add up to, and what their discounts brought.

    ``lift_percent`` is how many units more were sold than without the discount; ``change_ht`` what was earned more
    or less by the extra units, before anything was pulled forward or taken from others.
    """

    units: int
    paid_minor: int
    given_minor: int
    bought_anyway_minor: Estimate
    extra_units: Estimate
    lift_percent: Estimate
    change_ht: Estimate | None


@dataclass(frozen=True, slots=True)
class DepthLine:
    """Lines whose product was discounted by at least ``from_percent`` and less than ``below_percent`` that week."""

    from_percent: int
    below_percent: int
    sums: DiscountSums


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    """Lines of products that had been discounted in so many of the eight weeks before."""

    from_weeks: int
    to_weeks: int
    sums: DiscountSums


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """``elasticity``: by how many percent units rise when the price goes down by one. ``measured`` products were
    looked at one by one; where they are enough, the others are taken to be like them, else nothing is told of these."""

    department: str
    products: int
    measured: int
    given_minor: int
    elasticity: Estimate | None
    sums: DiscountSums | None
    cannot_tell: CannotTell | None


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One product that was looked at by itself. ``weeks`` were those with a discount, ``depth_percent`` its mean."""

    sku: str
    department: str
    weeks: int
    depth_percent: float
    elasticity: Estimate
    sums: DiscountSums


@dataclass(frozen=True, slots=True)
class WeekAround:
    """Units in a week around a discount, in percent of the usual, for a discount of 30 %: ``weeks`` after it, or
    before it where negative. What is sold more in the week before no promotion can have caused: demand did."""

    weeks: int
    change_percent: Estimate


@dataclass(frozen=True, slots=True)
class Discounts:
    """What promotions cost and brought, by observation."""

    since: date
    until: date
    week_begins_on: int
    """The day of the week on which prices change, 0 for Monday, as found."""
    weeks: int
    customers: int
    paid_minor: int
    given_minor: int
    given_untold_minor: int
    """Of that, on products which sell too seldom, in departments where too few do not."""
    given_elsewhere_minor: int
    """Beside it, on tickets without a customer, which are not looked at."""
    products: int
    measured: int
    measured_percent: float
    """Of the money given, how much on products that were looked at one by one."""
    elasticity: Estimate
    wears_off: Estimate
    """By how much the elasticity of a product that was discounted in all of the last eight weeks differs."""
    deeper: Estimate
    """By how much the elasticity of what a discount takes off beyond 30 % differs."""
    split: GivenSplit
    units: UnitsSold
    margin: MarginEffect | None
    margin_untold: CannotTell | None
    basket: CannotTell
    around: tuple[WeekAround, ...]
    by_depth: tuple[DepthLine, ...]
    by_repetition: tuple[RepeatedLine, ...]
    by_department: tuple[DepartmentLine, ...]
    top_products: tuple[ProductLine, ...]


# ---------------------------------------------------------------- a share of them turned into points


@dataclass(frozen=True, slots=True)
class Turning:
    """``share_percent`` of what discounts gave is not taken off at the till but credited in a currency of the plan:
    of discounts of ``from_percent`` or more, in these departments, or in all where none is named.

    ``pull_percent``: how much a credited euro moves customers to buy, compared with one that is taken off; 0, the
    careful answer, unless somebody knows better. ``redemption_percent``: how much of what is given is ever used, with
    the standard error of that; the plan's own expectation when left out. ``cost_percent``: what a euro costs that is
    used.
    """

    share_percent: int
    from_percent: int = 0
    departments: tuple[str, ...] = ()
    currency: str = ""
    pull_percent: int = 0
    redemption_percent: float | None = None
    redemption_error: float = 0.0
    cost_percent: float = 100.0


@dataclass(frozen=True, slots=True)
class TurnedMargin:
    """What is earned more or less, before VAT: on goods, on what is bought at another time or instead, less points."""

    goods_ht: Estimate
    elsewhere_ht: Estimate
    points_ht: Estimate
    change_ht: Estimate


@dataclass(frozen=True, slots=True)
class TurnedDecile:
    """A tenth of the customers, the biggest spenders last: what they pay more at the till, and what they are given
    more, at face value. Whoever is given more than a twentieth less than they pay more loses, the other way round they
    win; the rest come out even, once they use it all."""

    decile: int
    customers: int
    spend_minor: int
    paid_more_minor: int
    given_more_minor: int
    winners: int
    even: int
    losers: int


@dataclass(frozen=True, slots=True)
class Turned:
    """The same history with a share of its discounts turned into points: what the one core decided, and around it what
    is estimated of how customers answer.

    ``issued_minor`` and ``outstanding_minor`` are at face value and under the answer itself; ``other_issued_minor`` is
    what all other rules give more or less, because more is paid and less is bought.
    """

    turning: Turning
    currency: str
    redemption_percent: float
    given_then_minor: int
    given_now: Estimate
    turned: Estimate
    units_then: int
    units_lost: Estimate
    sales_change: Estimate
    issued_units: int
    issued_minor: int
    other_issued_minor: int
    cost_later: Estimate
    outstanding_minor: int
    liability: Estimate
    margin: TurnedMargin | None
    deciles: tuple[TurnedDecile, ...]
    winners: int
    losers: int
    replays: int


# ---------------------------------------------------------------- what is asked, and kept


@dataclass(frozen=True, slots=True)
class DiscountsQuestion:
    """What somebody asks of the recorded history of a programme, from a day until another, both included.

    ``margin_percent``: what a sale at the ordinary price earns, of that price before VAT, and ``margins`` the same of
    single departments; nothing is said of margin without the first. ``funded_percent``: what suppliers pay back of
    discounts. The same ``seed`` gives the same figures.
    """

    programme: str
    since: date | None = None
    until: date | None = None
    margin_percent: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    funded_percent: float = 0.0
    turning: Turning | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class DiscountsAnswer:
    """Either ``told`` or ``cannot_tell``; where a share was to be turned into points, ``turned`` or why not."""

    question: DiscountsQuestion
    told: Discounts | None
    cannot_tell: CannotTell | None
    turned: Turned | None
    turned_untold: CannotTell | None
    seconds: float
    is_observational: bool = True
