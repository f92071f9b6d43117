"""The same weeks with a share of their discounts turned into points: what is still bought, and what that comes to.

A smaller discount brings fewer of the units that discounts brought; nobody is taken to buy more because of it. What
points are given is not worked out here: the programme's rules decide that, on history retold.
"""

from dataclasses import dataclass

import numpy as np

from assidu.economics.models.bought import Flags, Floats, Ints, added_up
from assidu.economics.models.discount_types import Turned, TurnedDecile, TurnedMargin, Turning
from assidu.economics.models.discounts import Looked
from assidu.economics.models.promoted import Margins, Promoted, promoted_of
from assidu.economics.models.response import Response


@dataclass(slots=True)
class Kept:
    """``by_cell``: which share of the units of each week of an article is still bought, 1 where nothing changes;
    ``is_chosen`` where something does.

    By set of parameters, of the chosen weeks: units still bought, money still given at once and turned into points,
    the change of what is paid and of what goods earn, and what units that are no longer bought would have earned at the
    ordinary price.
    """

    by_cell: Floats
    is_chosen: Flags
    units_then: float
    given_then: float
    units: Floats
    given_now: Floats
    turned: Floats
    turned_ht: Floats
    paid_change: Floats
    goods_ht: Floats
    margin_lost: Floats


@dataclass(frozen=True, slots=True)
class Decided:
    """What the core decided on history retold, beside what it decides on history as it was: at face value what was
    given for the money that was turned, for everything else, and is left at the end."""

    currency: str
    issued_units: int
    issued_minor: int
    other_issued_minor: int
    outstanding_minor: int
    deciles: tuple[TurnedDecile, ...]


def is_turned(promoted: Promoted, turning: Turning) -> Flags:
    """Which of these weeks have a discount that is turned."""
    is_department = not turning.departments or promoted.department in turning.departments
    found: Flags = (promoted.depth * 100 >= turning.from_percent - 1e-9) & is_department
    return found


def kept_of(looked: Looked, turning: Turning, may_turn: Flags, margins: Margins | None) -> Kept:
    """``may_turn`` by article: the plan gives nothing for what it excludes, and its discounts stay as they are."""
    weeks, response = looked.weekly, looked.response
    cells = weeks.cells
    kept = Kept(
        np.ones(len(cells)), np.zeros(len(cells), dtype=bool), 0.0, 0.0,
        *(np.zeros(response.sets) for _ in range(7)),
    )  # fmt: skip
    for promoted in promoted_of(weeks, response):
        of_cells = (
            is_turned(promoted, turning)[promoted.row_of_cell] & may_turn[cells.article[promoted.cells]]
        )
        if of_cells.any():
            _keep(kept, looked, promoted, of_cells, turning, margins)
    return kept


def _keep(
    kept: Kept, looked: Looked, promoted: Promoted, of_cells: Flags, turning: Turning, margins: Margins | None
) -> None:
    share, pull = turning.share_percent / 100, turning.pull_percent / 100
    smaller = promoted.depth * (1 - share * (1 - pull))
    still = np.minimum(promoted.share_at(looked.response, smaller), 1.0)
    cells = looked.weekly.cells
    at, row = promoted.cells[of_cells], promoted.row_of_cell[of_cells]
    kept.by_cell[at] = still[row, 0]
    kept.is_chosen[at] = True
    articles = looked.weekly.articles
    net = np.array([1 / (1 + articles[n].vat_bp / 10_000) for n in cells.article[at]])

    def added(values: Ints | Floats) -> Floats:
        return added_up(values, row, len(promoted.depth))

    units, paid = added(cells.units[at]), added(cells.paid_minor[at])
    given, given_ht = added(cells.given_minor[at]), added(cells.given_minor[at] * net)
    ordinary = added((cells.paid_minor + cells.given_minor)[at] * net)
    kept.units_then += float(units.sum())
    kept.given_then += float(given.sum())
    kept.units += units @ still
    kept.given_now += (1 - share) * (given @ still)
    kept.turned += share * (given @ still)
    kept.turned_ht += share * (given_ht @ still)
    kept.paid_change += (paid + share * given) @ still - paid.sum()
    if margins is not None:
        earned, borne = margins.share(promoted.department) * ordinary, margins.borne * given_ht
        kept.goods_ht += (earned - (1 - share) * borne) @ still - (earned - borne).sum()
        kept.margin_lost += earned.sum() - earned @ still


def turned_of(
    looked: Looked,
    turning: Turning,
    kept: Kept,
    decided: Decided,
    margins: Margins | None,
    redemption_percent: float,
    seed: int,
) -> Turned:
    """Everything together. What the core gave per turned euro holds for every set of parameters.

    Per euro that is turned as estimated, not as retold: history is retold in whole units and whole cents, and the cost
    of points would be told of others than of those that were given."""
    response = looked.response
    tell = response.estimate
    used = (
        _redemption(response, redemption_percent, turning.redemption_error, seed) * turning.cost_percent / 100
    )
    estimated = float(kept.turned[0])
    covered = decided.issued_minor / estimated if estimated else 0.0
    later = kept.turned * covered * used
    return Turned(
        turning=turning,
        currency=decided.currency,
        redemption_percent=redemption_percent,
        given_then_minor=round(kept.given_then),
        given_now=tell(kept.given_now),
        turned=tell(kept.turned),
        units_then=round(kept.units_then),
        units_lost=tell(kept.units_then - kept.units),
        sales_change=tell(kept.paid_change),
        issued_units=decided.issued_units,
        issued_minor=decided.issued_minor,
        other_issued_minor=decided.other_issued_minor,
        cost_later=tell(later),
        outstanding_minor=decided.outstanding_minor,
        liability=tell(decided.outstanding_minor * used),
        margin=None if margins is None else _margin(looked, kept, covered * used),
        deciles=decided.deciles,
        winners=sum(one.winners for one in decided.deciles),
        losers=sum(one.losers for one in decided.deciles),
        replays=2,
    )


def _margin(looked: Looked, kept: Kept, later: Floats) -> TurnedMargin:
    """Of the units that are no longer bought, those that discounts had moved or taken are bought all the same."""
    units, tell = looked.told.units, looked.response.estimate
    extra = max(units.extra.value, 1.0)
    moved = max(units.pulled_forward.value, 0.0) + max(units.taken_from_others.value, 0.0)
    elsewhere = kept.margin_lost * min(moved / extra, 1.0)
    points = kept.turned_ht * later
    return TurnedMargin(
        goods_ht=tell(kept.goods_ht),
        elsewhere_ht=tell(elsewhere),
        points_ht=tell(points),
        change_ht=tell(kept.goods_ht + elsewhere - points),
    )


def _redemption(response: Response, percent: float, error: float, seed: int) -> Floats:
    """By set of parameters; what is told of customers has no part in it."""
    found = np.full(response.sets, percent)
    draws = slice(1, response.sets - response.groups)
    found[draws] += (
        np.random.default_rng([seed, 1]).standard_normal(response.sets - response.groups - 1) * error
    )
    used: Floats = np.clip(found, 0.0, 100.0) / 100
    return used
