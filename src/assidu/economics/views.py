"""Liability as programs and pages are told of it: flat, with what is worked out from it."""

from dataclasses import dataclass
from datetime import date, datetime

from assidu.economics.bridge import Bridge, bridge_of, bridges_of
from assidu.economics.models.hindsight import Hindsight, hindsight
from assidu.economics.models.redemption import bounds, bounds_minor
from assidu.economics.models.triangle import ChainLadder, chain_ladder
from assidu.economics.tables import of_currency, used_by_age
from assidu.economics.types import (
    CurrencyMonth,
    Liability,
    MoneyRoll,
    MonthState,
    RevenueRoll,
    Sales,
    Ultimate,
    UnitRoll,
)


@dataclass(frozen=True, slots=True)
class IssueMonth:
    """Units issued in one month. ``rate``: the share used in the end (`None`: everything came back); bounds are `None`
    where no interval can be told."""

    month: date
    age: int
    base: int
    used: int
    outstanding: int
    expected: float
    rate: float | None
    low_80: float | None
    high_80: float | None
    low_95: float | None
    high_95: float | None
    credibility: float
    basis: str


@dataclass(frozen=True, slots=True)
class CurrencyView:
    """One currency at a month's end. ``face_minor`` is the worth of a unit (TTC), ``cost_minor`` its cost (HT), net
    of what partners pay; ``money`` and ``revenue`` are without VAT, and so are the bounds of what is owed at cost and
    of what is deferred; ``late`` is the part of ``units`` whose days lie in closed months. ``bridge`` leads from what
    is outstanding at face value (TTC) to what is owed at cost (HT)."""

    currency: str
    face_minor: float
    cost_minor: float
    units: UnitRoll
    late: UnitRoll
    money: MoneyRoll
    revenue: RevenueRoll
    rate: float | None
    expected: float
    liability_low_80_minor: int | None
    liability_high_80_minor: int | None
    liability_low_95_minor: int | None
    liability_high_95_minor: int | None
    deferred_low_80_minor: int | None
    deferred_high_80_minor: int | None
    deferred_low_95_minor: int | None
    deferred_high_95_minor: int | None
    beyond: str
    bridge: Bridge
    issue_months: tuple[IssueMonth, ...]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month in one line; amounts without VAT."""

    month: date
    is_over: bool
    is_closed: bool
    liability_minor: int
    deferred_revenue_minor: int


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month with everything behind it, as of ``until``: its last day, or today. ``bridge`` is that of all
    currencies."""

    month: date
    until: date
    is_over: bool
    is_closed: bool
    closed_at: datetime | None
    closed_by: str
    hash: str
    sales: Sales
    liability_minor: int
    deferred_revenue_minor: int
    bridge: Bridge
    currencies: tuple[CurrencyView, ...]


@dataclass(frozen=True, slots=True)
class LiabilityView:
    """``money`` has so many ``decimals``; amounts are in its minor units."""

    programme: str
    money: str
    decimals: int
    next_to_close: date | None
    months: tuple[MonthLine, ...]
    month: MonthView | None


@dataclass(frozen=True, slots=True)
class TriangleRow:
    """An issue month as the chain ladder of what was used sees it; ``issued`` are its units, ``projected`` leads from
    what was used to the ultimate, age by age; ``error`` is Mack's standard error."""

    month: date
    issued: int
    used: tuple[int, ...]
    projected: tuple[float, ...]
    ultimate: float
    error: float | None


@dataclass(frozen=True, slots=True)
class TriangleView:
    """What was used of each issue month, cumulated by age; ``factors`` lead from one age to the next. ``shares``: by
    age, of what is issued, used by then, as older months say (what the liability rests on)."""

    currency: str
    month: date
    rows: tuple[TriangleRow, ...]
    factors: tuple[float | None, ...]
    total_ultimate: float
    total_error: float | None
    shares: tuple[float, ...]
    hindsight: tuple[Hindsight, ...]


def liability_view(found: Liability, month: date | None = None) -> LiabilityView:
    """``month``: the one that is told in full; else the newest that is over."""
    state = found.latest if month is None else found.at(month)
    return LiabilityView(
        found.programme,
        found.sale_currency,
        found.decimals,
        found.next_to_close,
        tuple(
            MonthLine(
                one.month, one.is_over, one.is_closed, one.figures.liability_minor, one.figures.deferred_minor
            )
            for one in found.months
        ),
        None if state is None else month_view(state),
    )


def month_view(state: MonthState) -> MonthView:
    figures = state.figures
    return MonthView(
        state.month,
        figures.until,
        state.is_over,
        state.is_closed,
        state.closed_at,
        state.closed_by,
        state.hash,
        figures.sales,
        figures.liability_minor,
        figures.deferred_minor,
        bridges_of(figures.currencies),
        tuple(_currency(one) for one in figures.currencies),
    )


def _currency(one: CurrencyMonth) -> CurrencyView:
    found = one.redemption
    return CurrencyView(
        one.currency,
        one.terms.face_minor,
        one.terms.cost_minor,
        one.units,
        one.late,
        one.money,
        one.revenue,
        found.rate,
        found.expected,
        *bounds_minor(one.liability_within(80)),
        *bounds_minor(one.liability_within(95)),
        *bounds_minor(one.deferred_within(80)),
        *bounds_minor(one.deferred_within(95)),
        one.curve.beyond.value,
        bridge_of(one),
        tuple(_issue_month(ultimate) for ultimate in one.ultimates),
    )


def _issue_month(one: Ultimate) -> IssueMonth:
    return IssueMonth(
        one.month,
        one.age,
        one.base,
        one.used,
        one.outstanding,
        one.expected,
        one.rate,
        *bounds(one.within(80)),
        *bounds(one.within(95)),
        one.credibility,
        one.basis.value,
    )


def triangle_view(found: Liability, currency: str) -> TriangleView | None:
    """As of the newest month that is over; `None` where the currency never moved."""
    months = of_currency(found, currency)
    if not months:
        return None
    until, last = months[-1]
    known = {one.month: one.age for one in last.ultimates}
    issued = {one.month: one.base for one in last.ultimates}
    # A month that came from an earlier programme began there: what was used of it at its first ages is not known.
    used = {
        month: row[: known[month] + 1]
        for month, row in used_by_age(found, currency).items()
        if month in known and month >= months[0][0]
    }
    ladder: ChainLadder = chain_ladder(list(used.values()))
    # Of a single age nothing shows how far months differ: that they do not differ at all would be a false figure.
    has_error = bool(ladder.links)
    return TriangleView(
        currency,
        until,
        tuple(
            TriangleRow(
                month, issued[month], tuple(row), one.path, one.ultimate, one.error if has_error else None
            )
            for (month, row), one in zip(used.items(), ladder.projections, strict=True)
        ),
        tuple(link.factor for link in ladder.links),
        sum(one.ultimate for one in ladder.projections),
        ladder.total_error if has_error else None,
        tuple(last.curve.share(age) for age in range(last.curve.ages)),
        hindsight(months),
    )
