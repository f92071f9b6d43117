"""Everything that a month's end says of the programme's liability, made from the month before and what was booked
since.

The same function makes a month that is open, again and again, and one that is being closed, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assidu.decisions.calendar import add_months
from assidu.decisions.decision import Account
from assidu.economics.models.book import BookMonth
from assidu.economics.models.cohorts import cohorts_at, flows_of
from assidu.economics.models.curve import WINDOW, Curve
from assidu.economics.models.deferral import Deferred, Point, allocated_minor, stepped
from assidu.economics.models.movements import Moves, UnitRoll, roll
from assidu.economics.models.redemption import Interval, Redemption, Ultimate, redemption
from assidu.economics.models.valuation import MoneyRoll, Terms, money_roll


@dataclass(frozen=True, slots=True)
class Sales:
    """What identified customers bought in a month, net of returns, in minor units; ``earning``: with tickets that gave
    something."""

    ttc_minor: int = 0
    ht_minor: int = 0
    earning_ttc_minor: int = 0
    earning_ht_minor: int = 0

    def ht_of(self, ttc: float, vat_bp: int) -> float:
        """Without VAT, at the rate of these sales; without sales, at ``vat_bp``."""
        if self.ttc_minor > 0 and self.ht_minor > 0:
            return ttc * self.ht_minor / self.ttc_minor
        return ttc * 10_000 / (10_000 + vat_bp)

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(
            self.ttc_minor + other.ttc_minor,
            self.ht_minor + other.ht_minor,
            self.earning_ttc_minor + other.earning_ttc_minor,
            self.earning_ht_minor + other.earning_ht_minor,
        )

    def __sub__(self, other: "Sales") -> "Sales":
        return Sales(
            self.ttc_minor - other.ttc_minor,
            self.ht_minor - other.ht_minor,
            self.earning_ttc_minor - other.earning_ttc_minor,
            self.earning_ht_minor - other.earning_ht_minor,
        )


@dataclass(frozen=True, slots=True)
class RevenueRoll:
    """One currency over one month in the revenue view (HT), in minor units. ``moved``: carried from units handed in
    for a reward to the reward; over all currencies it is nothing."""

    opening_minor: int = 0
    allocated_minor: int = 0
    recognised_minor: int = 0
    moved_minor: int = 0
    closing_minor: int = 0

    @property
    def difference_minor(self) -> int:
        lines = self.allocated_minor + self.recognised_minor + self.moved_minor
        return self.closing_minor - self.opening_minor - lines


@dataclass(frozen=True, slots=True)
class CurrencyMonth:
    """One currency at a month's end. ``late``: what of the month's lines belongs to days of closed months."""

    terms: Terms
    units: UnitRoll
    late: UnitRoll
    money: MoneyRoll
    revenue: RevenueRoll
    curve: Curve
    ultimates: tuple[Ultimate, ...] = ()
    deferred: tuple[Deferred, ...] = ()

    @property
    def currency(self) -> str:
        return self.terms.currency

    @property
    def redemption(self) -> Redemption:
        return Redemption(self.ultimates, self.curve)

    def liability_within(self, percent: int) -> Interval | None:
        """Between which amounts what is owed at cost lies, in minor units."""
        units = self.redemption.expected_within(percent)
        if units is None:
            return None
        return Interval(units.low * self.terms.cost_minor, units.high * self.terms.cost_minor)

    def deferred_within(self, percent: int) -> Interval | None:
        """The same of deferred revenue; where an issue month has no interval, there is none."""
        ultimates = {one.month: one for one in self.ultimates}
        low = high = 0.0
        for one in self.deferred:
            ultimate = ultimates[one.month]
            if one.carried == 0:
                continue
            units = ultimate.expected_within(percent)
            if units is None:
                return None
            within = one.within(ultimate.used, units)
            low, high = low + within.low, high + within.high
        return Interval(low, high)


@dataclass(frozen=True, slots=True)
class CostRoll:
    """The lines of `MoneyRoll` as they are told of all currencies together: points handed in for a voucher are used in
    their own books and issued in the voucher's, and neither in the programme's. ``exchanged_minor`` is what that
    changes: both sides where the reward is owed for, else what the points were owed for."""

    opening_minor: int
    issued_minor: int
    used_minor: int
    exchanged_minor: int
    released_minor: int
    reestimate_minor: int
    closing_minor: int


def cost_roll(one: CurrencyMonth, month: date) -> CostRoll:
    rate = next((found.rate or 0.0 for found in one.ultimates if found.month == month), 0.0)
    come = round(one.units.exchanged_in * rate * one.terms.cost_minor)
    gone = round(one.units.exchanged_out * one.terms.cost_minor)
    money = one.money
    return CostRoll(
        money.opening_minor,
        money.issued_minor - come,
        money.used_minor - gone,
        come + gone,
        money.released_minor,
        money.reestimate_minor,
        money.closing_minor,
    )


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """``elapsed``: which part of the month was over when it was looked at."""

    month: date
    sales: Sales
    elapsed: float = 1.0
    currencies: tuple[CurrencyMonth, ...] = ()

    @property
    def until(self) -> date:
        """Its last day, or the one on which it was looked at."""
        days = (add_months(self.month, 1) - self.month).days
        return self.month + timedelta(days=round(self.elapsed * days) - 1)

    def currency(self, code: str) -> CurrencyMonth | None:
        return next((one for one in self.currencies if one.currency == code), None)

    @property
    def liability_minor(self) -> int:
        return sum(one.money.closing_minor for one in self.currencies)

    @property
    def deferred_minor(self) -> int:
        return sum(one.revenue.closing_minor for one in self.currencies)


@dataclass(frozen=True, slots=True)
class Method:
    """How it is looked at: so many of the latest months, and the VAT of what is not known from sales."""

    window: int = WINDOW
    vat_bp: int = 2_000


def next_month(
    before: MonthFigures | None,
    books: Sequence[BookMonth],
    sales: Sales,
    terms: Mapping[str, Terms],
    method: Method,
    *,
    elapsed: float = 1.0,
) -> MonthFigures:
    """``books``: every month until this one, this one being the last."""
    month, moves = books[-1].month, books[-1].moves
    found = {code: _valued(before, books, one, method, elapsed) for code, one in terms.items()}
    allocation = _allocation(found, sales, moves, month, method)
    first = {code: _deferred(before, one, moves, allocation[code]) for code, one in found.items()}
    received = _received(found, {code: one.moved for code, one in first.items()})
    currencies = []
    for code, one in found.items():
        fresh = dict(allocation[code])
        if received.get(code):
            fresh[month] = fresh.get(month, 0.0) + received[code]
        last = _deferred(before, one, moves, fresh)
        moved = received.get(code, 0.0) - (first[code].moved if received else 0.0)
        currencies.append(_with_revenue(before, one, last, sum(allocation[code].values()), moved))
    return MonthFigures(month, sales, elapsed, tuple(currencies))


def _valued(
    before: MonthFigures | None, books: Sequence[BookMonth], terms: Terms, method: Method, elapsed: float
) -> CurrencyMonth:
    """The units, and what they will cost."""
    code, book = terms.currency, books[-1]
    earlier = None if before is None else before.currency(code)
    found = redemption(cohorts_at(books, code), terms.expected, window=method.window, elapsed=elapsed)
    known = {} if earlier is None else {one.month: one for one in earlier.ultimates}
    opening = 0 if earlier is None else earlier.money.closing_minor
    return CurrencyMonth(
        terms=terms,
        units=roll(UnitRoll() if earlier is None else earlier.units, code, book.moves),
        late=roll(UnitRoll(), code, book.late),
        money=money_roll(opening, known, flows_of(book.moves, code), found, terms),
        revenue=RevenueRoll(),
        curve=found.curve,
        ultimates=found.ultimates,
    )


def _allocation(
    found: Mapping[str, CurrencyMonth], sales: Sales, moves: Moves, month: date, method: Method
) -> dict[str, dict[date, float]]:
    """What of the month's price belongs to the units that its sales gave; units taken over come at stand-alone value,
    as nothing is known of their sales."""
    alone: dict[str, float] = {}
    allocated: dict[str, dict[date, float]] = {}
    for code, one in found.items():
        face = sales.ht_of(one.terms.face_minor, method.vat_bp)
        rates = {ultimate.month: ultimate.rate or 0.0 for ultimate in one.ultimates}
        come = flows_of(moves, code).get(month, (0, 0, 0, 0))[0] - one.units.exchanged_in
        alone[code] = max(come, 0) * face * rates.get(month, 0.0)
        allocated[code] = {
            issued: units * face * rates.get(issued, 0.0)
            for issued, units in _taken_over(moves, code).items()
        }
    price = sales.earning_ht_minor
    for code, share in zip(alone, allocated_minor(price, price, list(alone.values())), strict=True):
        if share:
            allocated[code][month] = allocated[code].get(month, 0.0) + share
    return allocated


def _taken_over(moves: Moves, currency: str) -> dict[date, int]:
    found: dict[date, int] = {}
    for move, units in moves.items():
        if move.currency == currency and move.source is Account.OPENING and move.issued is not None:
            found[move.issued] = found.get(move.issued, 0) + units
    return found


@dataclass(frozen=True, slots=True)
class _Stepped:
    deferred: list[Deferred]
    moved: float


def _deferred(
    before: MonthFigures | None, one: CurrencyMonth, moves: Moves, fresh: Mapping[date, float]
) -> _Stepped:
    earlier = None if before is None else before.currency(one.currency)
    known = {} if earlier is None else {deferred.month: deferred for deferred in earlier.deferred}
    flows = flows_of(moves, one.currency)
    points = {
        ultimate.month: Point(
            ultimate.base,
            ultimate.used,
            ultimate.used + ultimate.expected,
            flows.get(ultimate.month, (0, 0, 0, 0))[3],
        )
        for ultimate in one.ultimates
    }
    found, _, moved = stepped(known, points, fresh)
    return _Stepped(found, moved)


def _received(found: Mapping[str, CurrencyMonth], moved: Mapping[str, float]) -> dict[str, float]:
    """What rewards get of what was carried for the units handed in for them, by their face value. Where they have none,
    nobody gets it, and it is revenue."""
    whole = sum(moved.values())
    weights = {code: one.units.exchanged_in * one.terms.face_minor for code, one in found.items()}
    weights = {code: weight for code, weight in weights.items() if weight > 0}
    total = sum(weights.values())
    return {code: whole * weight / total for code, weight in weights.items()} if whole > 0 else {}


def _with_revenue(
    before: MonthFigures | None, one: CurrencyMonth, last: _Stepped, allocated: float, moved: float
) -> CurrencyMonth:
    earlier = None if before is None else before.currency(one.currency)
    opening = 0 if earlier is None else earlier.revenue.closing_minor
    closing = round(sum(deferred.carried for deferred in last.deferred))
    lines = (round(allocated), round(moved))
    return CurrencyMonth(
        one.terms,
        one.units,
        one.late,
        one.money,
        RevenueRoll(opening, lines[0], closing - opening - sum(lines), lines[1], closing),
        one.curve,
        one.ultimates,
        tuple(last.deferred),
    )
