"""One number of a programme that can be turned: what it is, and the texts that it takes."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assidu.decisions.calendar import Period
from assidu.plans.document import AMOUNT_MAX, BUY_MAX, ODDS_MAX, PERCENT_MAX, PIECES_MAX, UNITS_MAX

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class LeverKind(StrEnum):
    """What a number is. An amount is of the sale currency, units are of ``Lever.currency``."""

    GIVE = "give"
    EACH = "each"
    FIXED = "fixed"
    PERCENT = "percent"
    STEP_AT_LEAST = "step_at_least"
    STEP_GIVE = "step_give"
    CAP_PER_SALE = "cap_per_sale"
    CAP = "cap"
    TIMES = "times"
    QUOTA = "quota"
    AMOUNT_AT_LEAST = "amount_at_least"
    AMOUNT_AT_MOST = "amount_at_most"
    EXPIRES = "expires"
    COST = "cost"
    THRESHOLD = "threshold"
    UNITS_AT_LEAST = "units_at_least"
    PURCHASES_AT_LEAST = "purchases_at_least"
    ENGAGEMENT_AT_LEAST = "engagement_at_least"
    OFF = "off"
    OFF_AT_MOST = "off_at_most"
    AMOUNT_OFF = "amount_off"
    PRICE = "price"
    FREE = "free"
    BUY = "buy"
    GET = "get"
    GET_OFF = "get_off"
    BUY_TIMES = "buy_times"
    ONE_IN = "one_in"
    BUDGET = "budget"
    BUDGET_UNITS = "budget_units"
    STOCK = "stock"


AMOUNTS = frozenset(
    {
        LeverKind.EACH,
        LeverKind.STEP_AT_LEAST,
        LeverKind.AMOUNT_AT_LEAST,
        LeverKind.AMOUNT_AT_MOST,
        LeverKind.THRESHOLD,
        LeverKind.OFF_AT_MOST,
        LeverKind.AMOUNT_OFF,
        LeverKind.PRICE,
        LeverKind.BUDGET,
    }
)
_MAY_BE_EMPTY = frozenset(
    {
        LeverKind.CAP_PER_SALE,
        LeverKind.CAP,
        LeverKind.TIMES,
        LeverKind.QUOTA,
        LeverKind.AMOUNT_AT_LEAST,
        LeverKind.AMOUNT_AT_MOST,
        LeverKind.OFF_AT_MOST,
        LeverKind.BUY_TIMES,
        LeverKind.BUDGET,
        LeverKind.BUDGET_UNITS,
        LeverKind.STOCK,
    }
)
_BOUNDS = {
    LeverKind.PERCENT: (101, PERCENT_MAX),
    LeverKind.OFF: (1, 100),
    LeverKind.FREE: (1, 100),
    LeverKind.BUY: (1, BUY_MAX),
    LeverKind.GET: (1, BUY_MAX),
    LeverKind.GET_OFF: (1, 100),
    LeverKind.BUY_TIMES: (1, BUY_MAX),
    LeverKind.ONE_IN: (2, ODDS_MAX),
    LeverKind.STOCK: (1, PIECES_MAX),
}
"""Of whole numbers, from which to which; the others go from one to ``UNITS_MAX``."""


@dataclass(frozen=True, slots=True)
class Lever:
    """``value`` is nothing where the limit is not set. ``period`` is a cap's, ``unit`` a duration's, ``step`` counts
    from 1."""

    name: str
    kind: LeverKind
    value: int | Decimal | None
    currency: str = ""
    period: Period | None = None
    unit: str = ""
    step: int = 0

    @property
    def is_amount(self) -> bool:
        return self.kind in AMOUNTS

    @property
    def may_be_empty(self) -> bool:
        """An empty limit is no limit."""
        return self.kind in _MAY_BE_EMPTY


class BadNumber(Exception):
    """A text that is not a number this lever takes."""

    def __init__(self, lever: Lever, text: str) -> None:
        super().__init__(f"{lever.name}: {text!r}")
        self.lever = lever
        self.text = text


def ends_of(lever: Lever) -> tuple[int, int]:
    """Between which numbers, both included, one that it takes lies; an amount may be less than one, but not nothing."""
    return (0, int(AMOUNT_MAX)) if lever.is_amount else _BOUNDS.get(lever.kind, (1, UNITS_MAX))


def number_in(lever: Lever, text: str) -> int | Decimal | None:
    """French and English decimals alike; what a lever does not take is refused, never cut to fit."""
    bare = "".join(text.split()).replace(",", ".")
    if not bare:
        if lever.may_be_empty:
            return None
        raise BadNumber(lever, text)
    if lever.is_amount:
        if not _DECIMAL.fullmatch(bare) or not 0 < Decimal(bare) <= AMOUNT_MAX:
            raise BadNumber(lever, text)
        return Decimal(bare)
    least, most = ends_of(lever)
    if not (bare.isascii() and bare.isdecimal() and len(bare) <= 12 and least <= int(bare) <= most):
        raise BadNumber(lever, text)
    return int(bare)
