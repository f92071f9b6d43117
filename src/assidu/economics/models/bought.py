"""What was bought, week by week: products that sell often enough to be looked at one by one, and all the others.

The week begins on the day on which prices change, which is found: the day that makes discounts within a week of a
product most alike.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from assidu.economics.models.discount_types import CannotTell, Untold

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
CUSTOMERS_MIN = 30
WEEKS_MIN = 26
MEASURED_MIN = 12
"""Products that are looked at one by one: with fewer, what they have in common is unknown."""
MEASURED_MAX = 3_000
PROMOTED_DEPTH = 0.05
"""From this mean discount on, a product counts as promoted that week."""
SEEN_SHARE_MIN = 0.75
LINES_A_WEEK_MIN = 3
PROMOTED_WEEKS_MIN = 3
LOOKED_BACK_WEEKS = 8
_FOR_THE_DAY = 500


@dataclass(frozen=True, slots=True)
class Article:
    """A product as its lines tell it."""

    sku: str
    department: str
    brand: str = ""
    vat_bp: int = 0


@dataclass(frozen=True, slots=True)
class Bought:
    """Lines added up by article, day (since 1970) and group of customers; one array per column."""

    articles: tuple[Article, ...]
    article: Ints
    day: Ints
    group: Ints
    lines: Ints
    units: Ints
    paid_minor: Ints
    given_minor: Ints
    customers: int
    groups: int


@dataclass(frozen=True, slots=True)
class Cells:
    """Every week of every article in which some of it was sold, in the order of article and week.

    ``promoted_before``: in how many of the weeks looked back upon it was promoted.
    """

    article: Ints
    week: Ints
    lines: Ints
    units: Ints
    paid_minor: Ints
    given_minor: Ints
    depth: Floats
    promoted_before: Ints

    def __len__(self) -> int:
        return len(self.article)


@dataclass(frozen=True, slots=True)
class Weekly:
    """``measured`` are the articles that are looked at one by one, by their place; ``group_units`` their units by
    article, week and group of customers."""

    articles: tuple[Article, ...]
    cells: Cells
    since: date
    until: date
    first_week: int
    week_begins_on: int
    weeks: int
    customers: int
    measured: Ints
    group_units: Floats

    def week_of(self, day: date) -> int:
        """The week of a day of this history, counted from its first."""
        return ((day - EPOCH).days - _offset(self.week_begins_on)) // 7 - self.first_week

    def spread(self, values: Ints | Floats) -> Floats:
        """A column of the cells as a matrix of measured articles and weeks; 0 where nothing was sold."""
        found = np.zeros((len(self.measured), self.weeks))
        place = np.full(len(self.articles), -1)
        place[self.measured] = np.arange(len(self.measured))
        row = place[self.cells.article]
        is_in = row >= 0
        found[row[is_in], self.cells.week[is_in]] = values[is_in]
        return found


def weekly(bought: Bought) -> Weekly | CannotTell:
    """History by weeks, or why it cannot be compared week by week."""
    if len(bought.article) == 0 or bought.units.sum() == 0:
        return CannotTell(Untold.NOTHING_SOLD)
    if bought.customers < CUSTOMERS_MIN:
        return _too_little(Untold.TOO_FEW_CUSTOMERS, "customers", bought.customers, CUSTOMERS_MIN)
    if bought.given_minor.sum() == 0:
        return CannotTell(Untold.NO_DISCOUNT)
    begins_on = week_start(bought)
    week = _week_of(bought.day, begins_on)
    first = int(week.min())
    weeks = int(week.max()) - first + 1
    if weeks < WEEKS_MIN:
        return _too_little(Untold.TOO_SHORT, "weeks", weeks, WEEKS_MIN)
    cells = _cells(bought, week - first, weeks)
    measured = _measured(cells, len(bought.articles), weeks)
    if len(measured) < MEASURED_MIN:
        is_promoted = cells.depth >= PROMOTED_DEPTH
        if is_promoted.sum() >= 0.97 * len(cells):
            return CannotTell(Untold.ALWAYS_DISCOUNTED)
        return _too_little(Untold.TOO_THIN, "products", len(measured), MEASURED_MIN)
    return Weekly(
        articles=bought.articles,
        cells=cells,
        since=EPOCH + timedelta(days=int(bought.day.min())),
        until=EPOCH + timedelta(days=int(bought.day.max())),
        first_week=first,
        week_begins_on=begins_on,
        weeks=weeks,
        customers=bought.customers,
        measured=measured,
        group_units=_by_group(bought, week - first, weeks, measured),
    )


def week_start(bought: Bought) -> int:
    """The day of the week, 0 for Monday, from which discounts within a week of a product differ least."""
    given = added_up(bought.given_minor, bought.article, len(bought.articles))
    chosen = np.argsort(-given, kind="stable")[:_FOR_THE_DAY]
    is_chosen = np.zeros(len(bought.articles), dtype=bool)
    is_chosen[chosen] = True
    rows = is_chosen[bought.article] & (bought.paid_minor + bought.given_minor > 0)
    article, day, weight = bought.article[rows], bought.day[rows], bought.lines[rows].astype(np.float64)
    depth = depth_of(bought.paid_minor[rows], bought.given_minor[rows])
    differences = []
    for begins_on in range(7):
        week = _week_of(day, begins_on)
        _, cell = np.unique(article * (int(week.max(initial=0)) + 1) + week, return_inverse=True)
        mean = np.bincount(cell, weight * depth) / np.bincount(cell, weight)
        differences.append(float((weight * (depth - mean[cell]) ** 2).sum()))
    best = min(differences, default=0.0)
    # Where no day is better than Monday, the week is everybody's.
    return next((n for n, found in enumerate(differences) if found <= best * 1.001 + 1e-9), 0)


def added_up(values: Ints | Floats | Flags, by: Ints, count: int) -> Floats:
    """The sums of ``values`` for each number below ``count``."""
    return np.asarray(np.bincount(by, values.astype(np.float64), minlength=count), dtype=np.float64)


def depth_of(paid_minor: Ints | Floats, given_minor: Ints | Floats) -> Floats:
    """Which part of the ordinary price was taken off."""
    price = paid_minor + given_minor
    found: Floats = np.where(price > 0, given_minor / np.maximum(price, 1), 0.0)
    return found


def _offset(begins_on: int) -> int:
    """1 January 1970 was a Thursday: its week began so many days later, or before."""
    return (begins_on - 3) % 7 - 7


def _week_of(day: Ints, begins_on: int) -> Ints:
    found: Ints = (day - _offset(begins_on)) // 7
    return found


def _cells(bought: Bought, week: Ints, weeks: int) -> Cells:
    keys, cell = np.unique(bought.article * weeks + week, return_inverse=True)

    def added(values: Ints) -> Ints:
        found: Ints = np.rint(added_up(values, cell, len(keys))).astype(np.int64)
        return found

    article, at = keys // weeks, keys % weeks
    paid, given = added(bought.paid_minor), added(bought.given_minor)
    depth = depth_of(paid, given)
    # One article's weeks lie so far from the next one's that looking back never meets another article.
    line = article * (weeks + LOOKED_BACK_WEEKS) + at
    promoted = line[depth >= PROMOTED_DEPTH]
    before = np.searchsorted(promoted, line) - np.searchsorted(promoted, line - LOOKED_BACK_WEEKS)
    return Cells(
        article, at, added(bought.lines), added(bought.units), paid, given, depth, before.astype(np.int64)
    )


def _measured(cells: Cells, articles: int, weeks: int) -> Ints:
    """Articles that sell nearly every week from their first to their last, with and without a discount."""

    def count(values: Flags | Ints) -> Floats:
        return added_up(values, cells.article, articles)

    is_promoted = cells.depth >= PROMOTED_DEPTH
    first, last = np.full(articles, weeks), np.full(articles, -1)
    np.minimum.at(first, cells.article, cells.week)
    np.maximum.at(last, cells.article, cells.week)
    span = np.maximum(last - first + 1, 1)
    seen = count(np.ones(len(cells), dtype=bool))
    promoted = count(is_promoted)
    fits = (
        (seen >= WEEKS_MIN)
        & (seen >= SEEN_SHARE_MIN * span)
        & (count(cells.lines) >= LINES_A_WEEK_MIN * span)
        & (promoted >= PROMOTED_WEEKS_MIN)
        & (seen - promoted >= PROMOTED_WEEKS_MIN)
    )
    given = count(cells.given_minor)
    chosen = np.flatnonzero(fits)
    return np.sort(chosen[np.argsort(-given[chosen], kind="stable")[:MEASURED_MAX]])


def _by_group(bought: Bought, week: Ints, weeks: int, measured: Ints) -> Floats:
    place = np.full(len(bought.articles), -1)
    place[measured] = np.arange(len(measured))
    row = place[bought.article]
    is_in = row >= 0
    key = (row[is_in] * weeks + week[is_in]) * bought.groups + bought.group[is_in]
    size = len(measured) * weeks * bought.groups
    return added_up(bought.units[is_in], key, size).reshape(len(measured), weeks, bought.groups)


def _too_little(reason: Untold, name: str, found: int, needed: int) -> CannotTell:
    return CannotTell(reason, {name: found, f"{name}_min": needed})
