"""What promotions cost and brought in a history: the money given, and on what; units; margin; by depth and repetition.

Every week of a product is taken apart in one order: what would have been sold without any discount, less what earlier
discounts of the product had brought forward, less what discounts of other products of the department took, and on top
what the week's own discount brought. What is sold more in the week before a discount is held apart and told: it cannot
be its effect.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from assidu.economics.models.bought import LOOKED_BACK_WEEKS, Bought, Flags, Floats, Weekly, added_up, weekly
from assidu.economics.models.discount_types import (
    CannotTell,
    DepartmentLine,
    DepthLine,
    Discounts,
    DiscountSums,
    GivenSplit,
    MarginEffect,
    ProductLine,
    RepeatedLine,
    UnitsSold,
    Untold,
    WeekAround,
)
from assidu.economics.models.estimate import Estimate
from assidu.economics.models.promoted import Margins, Promoted, promoted_of
from assidu.economics.models.response import KIND_MIN, Response, response_of
from assidu.economics.models.signals import AFTER, BEFORE, DEEPER, EFFECTS, OTHERS, REPEATED, strength

DEPTHS = (0, 10, 20, 30, 40, 50, 101)
REPEATED_WEEKS = (0, 1, 3, 6, LOOKED_BACK_WEEKS + 1)
PRODUCTS_TOLD = 500
_USUAL_DISCOUNT = 0.3
_SURELY = 0.975
_AFTER = slice(EFFECTS.index(AFTER[0]), EFFECTS.index(AFTER[-1]) + 1)
_OTHERS = EFFECTS.index(OTHERS)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, with what it was found from, for whoever goes on asking."""

    told: Discounts
    weekly: Weekly
    response: Response


def look_at_discounts(
    bought: Bought, *, margins: Margins | None, seed: int, given_elsewhere_minor: int = 0
) -> Looked | CannotTell:
    """What the discounts of a history cost and brought, or why that cannot be told."""
    weeks = weekly(bought)
    if isinstance(weeks, CannotTell):
        return weeks
    response = response_of(weeks, seed)
    if isinstance(response, CannotTell):
        return response
    return Looked(_Looking(weeks, response, margins).told(given_elsewhere_minor), weeks, response)


class _Row:
    """One row of a table while it is added up: what is known of it, and by set of parameters what is not."""

    def __init__(self, sets: int) -> None:
        self.units = self.paid_minor = self.given_minor = self.given_ht = 0.0
        self.anyway_minor = np.zeros(sets)
        self.anyway_units = np.zeros(sets)
        self.extra_ht = np.zeros(sets)  # ordinary price, before VAT, of the extra units
        self.margin_ht = np.zeros(sets)  # what they earn at that price

    def add(self, promoted: Promoted, without: Floats, margin: float, rows: Floats | None = None) -> None:
        """``rows``: which of them, as ones and zeros; all when left out."""
        part = np.ones(len(promoted.units)) if rows is None else rows
        self.units += float(part @ promoted.units)
        self.paid_minor += float(part @ promoted.paid_minor)
        self.given_minor += float(part @ promoted.given_minor)
        self.given_ht += float(part @ promoted.given_ht)
        self.anyway_minor += (part * promoted.given_minor) @ without
        self.anyway_units += (part * promoted.units) @ without
        ordinary = part * promoted.ordinary_ht
        extra = ordinary.sum() - ordinary @ without
        self.extra_ht += extra
        self.margin_ht += margin * extra

    @property
    def extra_units(self) -> Floats:
        return self.units - self.anyway_units

    def sums(self, response: Response, margins: Margins | None) -> DiscountSums:
        tell = response.estimate
        lift = 100 * (self.units / np.maximum(self.anyway_units, 1e-9) - 1)
        return DiscountSums(
            units=round(self.units),
            paid_minor=round(self.paid_minor),
            given_minor=round(self.given_minor),
            bought_anyway_minor=tell(np.minimum(self.anyway_minor, self.given_minor)),
            extra_units=tell(self.extra_units),
            lift_percent=tell(lift, 1),
            change_ht=None if margins is None else tell(self.margin_ht - margins.borne * self.given_ht),
        )


@dataclass(slots=True)
class _Elsewhere:
    """What discounts did beyond their own week and product, over the measured products: units, their ordinary price
    before VAT, and what they would have earned at it."""

    units: Floats
    value_ht: Floats
    margin_ht: Floats

    def scaled(self, by: float) -> "_Elsewhere":
        return _Elsewhere(self.units * by, self.value_ht * by, self.margin_ht * by)


@dataclass(slots=True)
class _Looking:
    weeks: Weekly
    response: Response
    margins: Margins | None
    total: _Row = field(init=False)
    measured: _Row = field(init=False)
    by_depth: list[_Row] = field(init=False)
    by_repetition: list[_Row] = field(init=False)
    by_department: dict[str, _Row] = field(init=False)
    by_product: dict[int, _Row] = field(init=False)

    def __post_init__(self) -> None:
        sets = self.response.sets
        self.total, self.measured = _Row(sets), _Row(sets)
        self.by_depth = [_Row(sets) for _ in DEPTHS[1:]]
        self.by_repetition = [_Row(sets) for _ in REPEATED_WEEKS[1:]]
        self.by_department, self.by_product = {}, {}
        for promoted in promoted_of(self.weeks, self.response):
            self._add(promoted)

    def _add(self, promoted: Promoted) -> None:
        without = promoted.share_without(self.response)
        margin = self._margin(promoted.department)
        self.total.add(promoted, without, margin)
        sets = self.response.sets
        self.by_department.setdefault(promoted.department, _Row(sets)).add(promoted, without, margin)
        if promoted.product >= 0:
            self.measured.add(promoted, without, margin)
            self.by_product.setdefault(promoted.product, _Row(sets)).add(promoted, without, margin)
        percent = np.floor(promoted.depth * 100 + 1e-9)
        for row, start, end in zip(self.by_depth, DEPTHS[:-1], DEPTHS[1:], strict=True):
            self._add_some(row, promoted, without, margin, (percent >= start) & (percent < end))
        before = promoted.promoted_before
        for row, start, end in zip(self.by_repetition, REPEATED_WEEKS[:-1], REPEATED_WEEKS[1:], strict=True):
            self._add_some(row, promoted, without, margin, (before >= start) & (before < end))

    @staticmethod
    def _add_some(row: _Row, promoted: Promoted, without: Floats, margin: float, rows: Flags) -> None:
        if rows.any():
            row.add(promoted, without, margin, rows.astype(np.float64))

    def _margin(self, department: str) -> float:
        return 0.0 if self.margins is None else self.margins.share(department)

    # ------------------------------------------------------------ what is told

    def told(self, given_elsewhere_minor: int) -> Discounts:
        weeks, response, cells = self.weeks, self.response, self.weeks.cells
        pulled, taken = self._elsewhere()
        known = {n: row for n, row in self.by_product.items() if row.given_minor > 0}
        given = self.measured.given_minor
        return Discounts(
            since=weeks.since,
            until=weeks.until,
            week_begins_on=weeks.week_begins_on,
            weeks=weeks.weeks,
            customers=weeks.customers,
            paid_minor=int(cells.paid_minor.sum()),
            given_minor=int(cells.given_minor.sum()),
            given_untold_minor=round(int(cells.given_minor.sum()) - self.total.given_minor),
            given_elsewhere_minor=given_elsewhere_minor,
            products=len(weeks.articles),
            measured=len(weeks.measured),
            measured_percent=round(100 * given / int(cells.given_minor.sum()), 1),
            elasticity=response.estimate(self._mean_elasticity(known), 2),
            wears_off=response.estimate(response.effect(REPEATED), 2),
            deeper=response.estimate(response.effect(DEEPER), 2),
            split=self._split(pulled, taken),
            units=self._units(pulled, taken),
            margin=None if self.margins is None else self._margin_effect(self.margins, pulled, taken),
            margin_untold=CannotTell(Untold.NO_MARGIN) if self.margins is None else None,
            # Full baskets have more of everything, promotions too: no basket says which came first.
            basket=CannotTell(Untold.NOT_IDENTIFIED),
            around=self._around(),
            by_depth=tuple(
                DepthLine(start, min(end, 100), self._sums(row))
                for row, start, end in zip(self.by_depth, DEPTHS[:-1], DEPTHS[1:], strict=True)
                if row.units
            ),
            by_repetition=tuple(
                RepeatedLine(start, end - 1, self._sums(row))
                for row, start, end in zip(
                    self.by_repetition, REPEATED_WEEKS[:-1], REPEATED_WEEKS[1:], strict=True
                )
                if row.units
            ),
            by_department=self._departments(known),
            top_products=self._products(known),
        )

    def _sums(self, row: _Row) -> DiscountSums:
        return row.sums(self.response, self.margins)

    def _elsewhere(self) -> tuple[_Elsewhere, _Elsewhere]:
        """What was moved to other weeks and taken from other products. Products that are not measured are taken to do
        as much of it, for what they sell at a discount."""
        weeks, response, signals = self.weeks, self.response, self.response.signals
        units = weeks.spread(weeks.cells.units)
        ordinary = weeks.spread(weeks.cells.paid_minor + weeks.cells.given_minor)
        moving, taking = response.effects[_AFTER], response.effect(OTHERS)
        found = [_Elsewhere(*(np.zeros(response.sets) for _ in range(3))) for _ in range(2)]
        for n, article in enumerate(weeks.measured):
            known = weeks.articles[article]
            net = ordinary[n] / (1 + known.vat_bp / 10_000)
            around, others = signals.effects[_AFTER, n], signals.effects[_OTHERS, n]
            moved = np.exp(np.clip(-(around.T @ moving), -3.0, 3.0))
            lost = np.exp(np.clip(-np.outer(others, taking), -3.0, 3.0))
            margin = self._margin(known.department)
            for one, share in zip(found, (lost * (moved - 1), lost - 1), strict=True):
                value = net @ share
                one.units += units[n] @ share
                one.value_ht += value
                one.margin_ht += margin * value
        by = self.total.units / self.measured.units
        return found[0].scaled(by), found[1].scaled(by)

    def _split(self, pulled: _Elsewhere, taken: _Elsewhere) -> GivenSplit:
        """No part is below nothing, and none above what is left: they are parts of a sum of money."""
        total, given = self.total, self.total.given_minor
        anyway = np.clip(total.anyway_minor, 0.0, given)
        extra = np.maximum(total.extra_units, 1e-9)
        is_extra = total.extra_units > 0
        moved = np.where(is_extra, np.clip(pulled.units / extra, 0.0, 1.0), 0.0)
        took = np.where(is_extra, np.clip(taken.units / extra, 0.0, 1.0 - moved), 0.0)
        tell = self.response.estimate
        parts = (
            anyway,
            (given - anyway) * moved,
            (given - anyway) * took,
            (given - anyway) * (1 - moved - took),
        )
        return GivenSplit(round(given), *(_within(tell(part), 0.0, given) for part in parts))

    def _units(self, pulled: _Elsewhere, taken: _Elsewhere) -> UnitsSold:
        extra, tell = self.total.extra_units, self.response.estimate
        return UnitsSold(
            sold=int(self.weeks.cells.units.sum()),
            sold_discounted=round(self.total.units),
            extra=tell(extra),
            pulled_forward=tell(pulled.units),
            taken_from_others=tell(taken.units),
            net=tell(extra - pulled.units - taken.units),
        )

    def _margin_effect(self, margins: Margins, pulled: _Elsewhere, taken: _Elsewhere) -> MarginEffect:
        total, cells, tell = self.total, self.weeks.cells, self.response.estimate
        articles = self.weeks.articles
        earns = np.array([self._margin(one.department) / (1 + one.vat_bp / 10_000) for one in articles])
        ordinary = float(((cells.paid_minor + cells.given_minor) * earns[cells.article]).sum())
        borne = margins.borne * total.given_ht
        with_ht = ordinary - borne
        change = total.margin_ht - pulled.margin_ht - taken.margin_ht - borne
        brought = total.extra_ht - pulled.value_ht - taken.value_ht
        draws = brought[1 : self.response.sets - self.response.groups]
        is_sure = brought[0] > 0 and float((draws > 0).mean()) >= _SURELY
        needed = 100 * borne / np.maximum(brought, 1.0)
        return MarginEffect(
            with_ht=round(with_ht),
            without_ht=tell(with_ht - change),
            change_ht=tell(change),
            break_even_percent=tell(needed, 1) if is_sure else None,
        )

    def _around(self) -> tuple[WeekAround, ...]:
        own = float(strength(_USUAL_DISCOUNT))

        def line(name: str, at: int) -> WeekAround:
            return WeekAround(at, self.response.estimate(100 * np.expm1(own * self.response.effect(name)), 1))

        return (line(BEFORE, -1), *(line(name, n + 1) for n, name in enumerate(AFTER)))

    def _mean_elasticity(self, rows: dict[int, _Row]) -> Floats:
        """Over products, by what they sold at a discount."""
        weights = np.array([row.units for row in rows.values()])
        found: Floats = weights @ self.response.elasticity[list(rows)] / weights.sum()
        return found

    def _departments(self, known: dict[int, _Row]) -> tuple[DepartmentLine, ...]:
        weeks, cells = self.weeks, self.weeks.cells
        of = [one.department for one in weeks.articles]
        products = Counter(of[article] for article in np.unique(cells.article))
        measured = Counter(of[article] for article in weeks.measured)
        given: Counter[str] = Counter()
        for article, amount in enumerate(added_up(cells.given_minor, cells.article, len(of)).tolist()):
            given[of[article]] += round(amount)
        lines = []
        for department in sorted(one for one in given if given[one]):
            row = self.by_department.get(department)
            its = {n: one for n, one in known.items() if of[weeks.measured[n]] == department}
            lines.append(
                DepartmentLine(
                    department,
                    products[department],
                    measured[department],
                    given[department],
                    self.response.estimate(self._mean_elasticity(its), 2) if its else None,
                    None if row is None else self._sums(row),
                    CannotTell(Untold.TOO_THIN, {"products": measured[department], "products_min": KIND_MIN})
                    if measured[department] < KIND_MIN
                    else None,
                )
            )
        return tuple(sorted(lines, key=lambda line: (-line.given_minor, line.department)))

    def _products(self, known: dict[int, _Row]) -> tuple[ProductLine, ...]:
        weeks, cells = self.weeks, self.weeks.cells
        discounted = np.bincount(cells.article[cells.given_minor > 0], minlength=len(weeks.articles))
        first = sorted(known, key=lambda n: (-known[n].given_minor, n))[:PRODUCTS_TOLD]
        return tuple(
            ProductLine(
                sku=weeks.articles[weeks.measured[n]].sku,
                department=weeks.articles[weeks.measured[n]].department,
                weeks=int(discounted[weeks.measured[n]]),
                depth_percent=round(
                    100 * known[n].given_minor / (known[n].given_minor + known[n].paid_minor), 1
                ),
                elasticity=self.response.estimate(self.response.elasticity[n], 2),
                sums=self._sums(known[n]),
            )
            for n in first
        )


def _within(estimate: Estimate, least: float, most: float) -> Estimate:
    def bound(value: float) -> float:
        return min(max(value, least), most)

    return Estimate(
        bound(estimate.value),
        bound(estimate.low_80),
        bound(estimate.high_80),
        bound(estimate.low_95),
        bound(estimate.high_95),
    )
