"""The discounted weeks of history, product by product, and what would have been sold at another discount.

A measured product has its own elasticity. Those that sell too seldom are put together by kind, depth and how often they
had been discounted; their elasticities are drawn from what is known of their kind, none of them below zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from assidu.economics.models.bought import LOOKED_BACK_WEEKS, Cells, Floats, Ints, Weekly, added_up
from assidu.economics.models.response import Response
from assidu.economics.models.signals import DEEPER, REPEATED, beyond_deep, strength

_NODES = 9
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Margins:
    """What is earned on a sale at the ordinary price, in percent of that price before VAT; and what suppliers pay back
    of the discounts, in percent."""

    usual_percent: float
    by_department: Mapping[str, float] = field(default_factory=dict)
    funded_percent: float = 0.0

    @property
    def borne(self) -> float:
        """Which part of the discounts the brand pays itself."""
        return 1 - self.funded_percent / 100

    def share(self, department: str) -> float:
        return self.by_department.get(department, self.usual_percent) / 100


@dataclass(frozen=True, slots=True)
class Promoted:
    """Discounted weeks, one row each (or several alike): ``ordinary_ht`` is what the units would have cost without
    the discount, before VAT.

    ``product`` is the place among the measured products, -1 for the others. ``elasticities`` has a row for each value
    that they may have, with its ``chance``, and a column for each set of parameters. ``row_of_cell`` tells in which
    row each of ``cells`` is counted.
    """

    department: str
    product: int
    depth: Floats
    promoted_before: Ints
    units: Floats
    paid_minor: Floats
    given_minor: Floats
    ordinary_ht: Floats
    given_ht: Floats
    elasticities: Floats
    chance: Floats
    cells: Ints
    row_of_cell: Ints

    def share_without(self, response: Response) -> Floats:
        """Of the units sold, which share would have been sold without the discount; by row and set."""
        return self.share_at(response, np.zeros(len(self.depth)))

    def share_at(self, response: Response, depth: Floats) -> Floats:
        """The same at another depth of the discount."""
        own, other = strength(self.depth), strength(depth)
        before = self.promoted_before / LOOKED_BACK_WEEKS
        change = other - own
        shared = before[:, None] * change[:, None] * response.effect(REPEATED)[None, :]
        shared += (beyond_deep(other) - beyond_deep(own))[:, None] * response.effect(DEEPER)[None, :]
        found = np.zeros((len(self.depth), response.sets))
        for elasticity, chance in zip(self.elasticities, self.chance, strict=True):
            found += chance * np.exp(np.minimum(change[:, None] * elasticity[None, :] + shared, 5.0))
        return found


def promoted_of(weekly: Weekly, response: Response) -> Iterator[Promoted]:
    """Every week with a discount of which something can be told, once."""
    cells = weekly.cells
    place = np.full(len(weekly.articles), -1)
    place[weekly.measured] = np.arange(len(weekly.measured))
    discounted = np.flatnonzero(cells.given_minor > 0)
    product = place[cells.article[discounted]]
    net = 1 / (1 + np.array([one.vat_bp for one in weekly.articles])[cells.article] / 10_000)
    measured = discounted[product >= 0]
    for rows in _runs(measured, place[cells.article[measured]]):
        number = int(place[cells.article[rows[0]]])
        yield _rows(
            weekly, rows, np.arange(len(rows)), net, number, response.elasticity[number][None, :], np.ones(1)
        )
    is_told = response.kinds.is_told[response.kinds.of[cells.article[discounted]]]
    others = discounted[(product < 0) & is_told]
    kind = response.kinds.of[cells.article[others]]
    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)
    spread = np.sqrt(2.0) * response.spread * nodes
    by_kind = others[np.argsort(kind, kind="stable")]
    for rows in _runs(by_kind, np.sort(kind, kind="stable")):
        mean = response.means[response.kinds.of[cells.article[rows[0]]]]
        possible = np.maximum(mean[None, :] + spread[:, None], 0.0)
        alike, row = _alike(cells, rows)
        for first in range(0, alike, _AT_ONCE):
            part = (row >= first) & (row < first + _AT_ONCE)
            yield _rows(weekly, rows[part], row[part] - first, net, -1, possible, weights / np.sqrt(np.pi))


def _runs(rows: Ints, keys: Ints) -> list[Ints]:
    """Rows cut where their key changes."""
    if len(rows) == 0:
        return []
    return np.split(rows, np.flatnonzero(np.diff(keys)) + 1)


def _alike(cells: Cells, rows: Ints) -> tuple[int, Ints]:
    """Rows with the same depth, to the percent, and the same past are counted together."""
    percent = np.floor(cells.depth[rows] * 100).astype(np.int64)
    known, row = np.unique(
        percent * (LOOKED_BACK_WEEKS + 1) + cells.promoted_before[rows], return_inverse=True
    )
    return len(known), row.astype(np.int64)


def _rows(
    weekly: Weekly,
    at: Ints,
    row: Ints,
    net: Floats,
    product: int,
    elasticities: Floats,
    chance: Floats,
) -> Promoted:
    cells = weekly.cells
    price = (cells.paid_minor + cells.given_minor)[at].astype(np.float64)
    count = int(row.max()) + 1

    def added(values: Ints | Floats) -> Floats:
        return added_up(values, row, count)

    given = added(cells.given_minor[at])
    first = np.full(count, -1)
    first[row[::-1]] = at[::-1]
    return Promoted(
        department=weekly.articles[cells.article[at[0]]].department,
        product=product,
        depth=given / np.maximum(added(price), 1.0),
        promoted_before=cells.promoted_before[first],
        units=added(cells.units[at]),
        paid_minor=added(cells.paid_minor[at]),
        given_minor=given,
        ordinary_ht=added(price * net[at]),
        given_ht=added(cells.given_minor[at] * net[at]),
        elasticities=elasticities,
        chance=chance,
        cells=at,
        row_of_cell=row,
    )
