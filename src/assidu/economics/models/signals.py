"""What may move the units of a product in a week: its own discount now, before and soon, that of others, the season."""

from dataclasses import dataclass

import numpy as np

from assidu.economics.models.bought import LOOKED_BACK_WEEKS, Floats, Ints, Weekly

DEPTH_MAX = 0.8
DEEP = 0.3
WEEKS_AFTER = 4
DEEPER, REPEATED = "deeper", "repeated"
AFTER = tuple(f"after_{weeks}" for weeks in range(1, WEEKS_AFTER + 1))
BEFORE = "before_1"
OTHERS = "others"
EFFECTS = (DEEPER, REPEATED, *AFTER, BEFORE, OTHERS)
SEASON_PRODUCTS_MIN = 5
YEAR_WEEKS = 365.25 / 7


def strength(depth: Floats | float) -> Floats:
    """A discount as it enters the regression: the logarithm of the ordinary price over what is paid.

    An elasticity is what multiplies it. Beyond 80 % it stays: nobody knows what a gift does from what discounts do.
    """
    found: Floats = -np.log1p(-np.minimum(np.asarray(depth, dtype=np.float64), DEPTH_MAX))
    return found


def beyond_deep(own: Floats) -> Floats:
    """What of a discount's strength lies beyond the depth from which it counts as deep."""
    found: Floats = np.maximum(own - strength(DEEP), 0.0)
    return found


@dataclass(frozen=True, slots=True)
class Signals:
    """Matrices of measured products and weeks. ``own`` is each product's own discount; ``effects`` are those that all
    products share, in the order of ``EFFECTS``.

    ``season`` is the group of departments that share a season; ``calendar`` has, for each of them, a column for every
    week that all share and its own waves of the year.
    """

    is_seen: Floats
    own: Floats
    effects: Floats
    season: Ints
    calendar: Floats


def signals_of(weekly: Weekly) -> Signals:
    cells = weekly.cells
    is_seen = weekly.spread(np.ones(len(cells)))
    own = weekly.spread(strength(cells.depth))
    before = weekly.spread(cells.promoted_before) / LOOKED_BACK_WEEKS
    department = _codes([weekly.articles[n].department for n in weekly.measured])
    usual = weekly.spread(cells.units).mean(axis=1)
    season = _seasons(department)
    effects = np.stack(
        [
            beyond_deep(own),
            own * before,
            *(shifted(own, weeks) for weeks in range(1, WEEKS_AFTER + 1)),
            shifted(own, -1),
            _of_others(own, usual, department),
        ]
    )
    return Signals(is_seen, own, effects, season, _calendar(season, weekly.weeks))


def shifted(values: Floats, weeks: int) -> Floats:
    """What was so many weeks earlier; where negative, later. Nothing is known before the first week and after the
    last, and nothing is taken to have been."""
    found = np.zeros_like(values)
    if weeks > 0:
        found[:, weeks:] = values[:, :-weeks]
    else:
        found[:, :weeks] = values[:, -weeks:]
    return found


def _of_others(own: Floats, usual: Floats, department: Ints) -> Floats:
    """The mean discount of the other products of the department, by what they usually sell."""
    others = np.zeros_like(own)
    for code in range(int(department.max()) + 1):
        of_it = department == code
        weighted = usual[of_it, None] * own[of_it]
        others[of_it] = (weighted.sum(axis=0) - weighted) / max(float(usual[of_it].sum()), 1e-9)
    return others


def _seasons(department: Ints) -> Ints:
    """Departments with enough products have a season of their own, the others share one, the first."""
    size = np.bincount(department)
    own = np.flatnonzero(size >= SEASON_PRODUCTS_MIN)
    number = np.zeros(len(size), dtype=np.int64)
    is_all = len(own) == len(size)
    number[own] = np.arange(len(own)) + (0 if is_all else 1)
    return number[department]


def _calendar(season: Ints, weeks: int) -> Floats:
    """The first season is what the weeks say; the others differ from it by waves of a year, and of half a year where
    history is long enough to tell them apart."""
    seasons = int(season.max()) + 1
    waves = (1, 2) if weeks >= 40 else (1,)
    shared = weeks - 1
    found = np.zeros((seasons, weeks, shared + (seasons - 1) * 2 * len(waves)))
    found[:, np.arange(1, weeks), np.arange(shared)] = 1.0
    turn = 2 * np.pi * np.arange(weeks) / YEAR_WEEKS
    for one in range(1, seasons):
        column = shared + (one - 1) * 2 * len(waves)
        for wave in waves:
            found[one, :, column] = np.sin(wave * turn)
            found[one, :, column + 1] = np.cos(wave * turn)
            column += 2
    return found


def _codes(words: list[str]) -> Ints:
    _, found = np.unique(np.array(words), return_inverse=True)
    return found.astype(np.int64)
