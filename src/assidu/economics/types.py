"""What other rooms may hold of the economics: frozen values. Amounts are minor units of money; each says HT or TTC."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assidu.economics.models.assumptions import (
    OF_PROGRAMME,
    OF_SEGMENTS,
    PERCENT,
    SEGMENTS_MAX,
    UPLIFT,
    Assumptions,
    Bounds,
    Measured,
    Range,
    Segment,
)
from assidu.economics.models.curve import Beyond, Curve
from assidu.economics.models.deferral import Deferred
from assidu.economics.models.hindsight import Hindsight
from assidu.economics.models.journal import Accounts, Cause, Entry, Line, View
from assidu.economics.models.month import (
    CostRoll,
    CurrencyMonth,
    Method,
    MonthFigures,
    RevenueRoll,
    Sales,
    cost_roll,
)
from assidu.economics.models.movements import LINES, UnitRoll
from assidu.economics.models.needed import NeededCurve, NeededPoint
from assidu.economics.models.past import PastMonth
from assidu.economics.models.policy import CurrencyPolicy, Policy
from assidu.economics.models.redemption import Basis, Interval, Redemption, Ultimate
from assidu.economics.models.report import (
    Bar,
    GenerosityPoint,
    MacroReport,
    MonthTotals,
    SegmentMonth,
    SegmentTotals,
    Step,
    Totals,
    UpliftPoint,
    report,
)
from assidu.economics.models.spread import Chances, Fan, RateFan, SegmentChances
from assidu.economics.models.valuation import MoneyRoll, Terms

__all__ = [
    "COMPARED_MAX",
    "LINES",
    "OF_PROGRAMME",
    "OF_SEGMENTS",
    "PERCENT",
    "SEGMENTS_MAX",
    "UPLIFT",
    "Accounts",
    "Assumptions",
    "Bar",
    "Basis",
    "Beyond",
    "Bounds",
    "Cause",
    "Chances",
    "CostRoll",
    "CurrencyMonth",
    "CurrencyPolicy",
    "Curve",
    "Deferred",
    "Entry",
    "Fan",
    "GenerosityPoint",
    "Hindsight",
    "Interval",
    "Liability",
    "Line",
    "MacroReport",
    "Measured",
    "Method",
    "MoneyRoll",
    "MonthFigures",
    "MonthState",
    "MonthTotals",
    "NeededCurve",
    "NeededPoint",
    "NotClosed",
    "Past",
    "PastMonth",
    "Policy",
    "Range",
    "RateFan",
    "Redemption",
    "RevenueRoll",
    "Sales",
    "SavedAssumptions",
    "Segment",
    "SegmentChances",
    "SegmentMonth",
    "SegmentTotals",
    "Step",
    "Terms",
    "TierUnits",
    "Totals",
    "Trouble",
    "Ultimate",
    "UnitRoll",
    "UpliftPoint",
    "View",
    "cost_roll",
    "report",
]
COMPARED_MAX = 3
"""So many sets are laid side by side."""


@dataclass(frozen=True, slots=True)
class TierUnits:
    """What the members of a status held; no status: ``''``."""

    tier: str
    currency: str
    units: int


@dataclass(frozen=True, slots=True)
class MonthState:
    """One month of the books. A closed one is as it was closed; an open one is made anew at each look, ``is_over`` or
    not."""

    figures: MonthFigures
    is_over: bool
    closed_at: datetime | None = None
    closed_by: str = ""
    hash: str = ""

    @property
    def month(self) -> date:
        return self.figures.month

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Liability:
    """Every month of a programme, the oldest first; none while nothing has happened. ``entries`` are the currencies
    whose units take part in draws: what is used of them was drawn, nobody pays with it."""

    programme: str
    sale_currency: str
    decimals: int
    policy: Policy
    months: tuple[MonthState, ...]
    entries: frozenset[str] = frozenset()

    def at(self, month: date) -> MonthState | None:
        return next((one for one in self.months if one.month == month), None)

    @property
    def latest(self) -> MonthState | None:
        """The newest month that is over, else the newest: what is told of books where no month is named."""
        over = [one for one in self.months if one.is_over]
        return (over or list(self.months) or [None])[-1]  # type: ignore[list-item]

    @property
    def last_closed(self) -> MonthState | None:
        return next((one for one in reversed(self.months) if one.is_closed), None)

    @property
    def next_to_close(self) -> date | None:
        """The oldest month that is open, if it is over."""
        waiting = next((one for one in self.months if not one.is_closed), None)
        return waiting.month if waiting is not None and waiting.is_over else None


@dataclass(frozen=True, slots=True)
class SavedAssumptions:
    """A set of assumptions under its name; what was saved before stays as another version."""

    name: str
    version: int
    saved_at: datetime
    saved_by: str
    document: Assumptions


@dataclass(frozen=True, slots=True)
class Past:
    """The whole months of the past, the oldest first; ``currency`` is the one whose redemption is told, if any.
    ``has_first_month``: there is no other whole month than the one in which the past begins."""

    programme: str
    sale_currency: str
    decimals: int
    currency: str | None
    months: tuple[PastMonth, ...]
    has_first_month: bool = False


class Trouble(StrEnum):
    """Why a month was not closed."""

    NOTHING_YET = "nothing_yet"
    NOT_OVER = "not_over"
    NOT_NEXT = "not_next"
    ALREADY_CLOSED = "already_closed"
    NOT_CAUGHT_UP = "not_caught_up"
    BUSY = "busy"  # events of the month kept arriving


class NotClosed(Exception):
    """``month``: the one that could be closed next, where another was asked for; ``count``: members for whom something
    was due in the month and is not decided yet."""

    def __init__(self, trouble: Trouble, month: date | None = None, count: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.month = month
        self.count = count
