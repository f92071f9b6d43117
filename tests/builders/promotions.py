"""Generated histories of promotions whose effects are known, because they were planted.

Customers differ in how much they buy and of which departments. Demand has a season of each department and good and bad
weeks that nobody explains. Promotions chase demand: they come when the season is high, and for products that sell
well. Who bought at a discount has stocked up and buys less in the weeks that follow; what is discounted takes from
the other products of its department.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assidu.economics.models.bought import EPOCH, Article, Bought

Floats = NDArray[np.float64]
MONDAY = 19_000 - 19_000 % 7 + 4  # 1 January 1970 was a Thursday
DEPTHS = (0.1, 0.2, 0.3, 0.4)
DEPARTMENTS = ("grocery", "dairy", "produce")
PRICE_MINOR = 300
assert (MONDAY - 4) % 7 == 0


@dataclass(frozen=True, slots=True)
class World:
    """How a history is made. ``elasticity`` is the mean over products, ``varies`` how much they differ."""

    customers: int = 150
    products: int = 30
    weeks: int = 78
    elasticity: float = 2.0
    varies: float = 0.4
    stocking: float = 0.25
    taking: float = 0.4
    wearing: float = 0.0
    season: float = 0.4
    unexplained: float = 0.08
    promoted: float = 0.3
    changes_on: int = 0  # the weekday of new prices, 0 for Monday


@dataclass(frozen=True, slots=True)
class Planted:
    """A history, and what was planted in it: ``extra_units`` that the discounts of their week brought, and what share
    of the units sold at a discount that is."""

    bought: Bought
    elasticities: Floats
    sold_discounted: int
    extra_units: float

    @property
    def extra_share(self) -> float:
        return self.extra_units / self.sold_discounted

    @property
    def mean_elasticity(self) -> float:
        return float(self.elasticities.mean())


def planted(seed: int, world: World | None = None) -> Planted:
    world = world or World()
    rng = np.random.default_rng([seed, 7])
    p, t, c = world.products, world.weeks, world.customers
    department = np.arange(p) % len(DEPARTMENTS)
    popular = rng.gamma(4.0, 1.0, p) + 2.0
    season = _season(rng, world)[department]
    depth = _depths(rng, world, season, popular)
    elasticities = (
        np.maximum(rng.normal(world.elasticity, world.varies, p), 0.0) if world.elasticity else np.zeros(p)
    )
    own = -np.log1p(-depth)
    past = np.stack([(depth[:, max(week - 8, 0) : week] > 0).sum(axis=1) / 8 for week in range(t)], axis=1)
    lift = (elasticities[:, None] - world.wearing * past) * own
    usual = popular / popular.sum()
    others = np.zeros_like(own)
    for one in range(len(DEPARTMENTS)):
        of_it = department == one
        weighted = usual[of_it, None] * own[of_it]
        others[of_it] = (weighted.sum(axis=0) - weighted) / usual[of_it].sum()
    demand = np.log(popular)[:, None] + season + rng.normal(0, world.unexplained, (p, t))
    demand += lift - world.taking * others
    # Who buys: customers differ in how much they buy, and in what.
    taste = rng.gamma(1.5, 1.0, c)[:, None] * rng.gamma(2.0, 1.0, (c, len(DEPARTMENTS)))[:, department]
    taste = taste / taste.sum(axis=0)
    stock = np.zeros((c, p))
    group = np.arange(c) % 20
    units = np.zeros((p, t, 20), dtype=np.int64)
    lines = np.zeros((p, t, 20), dtype=np.int64)
    for week in range(t):
        rate = taste * np.exp(demand[:, week])[None, :] * np.exp(-world.stocking * stock)
        purchases = rng.poisson(rate)
        at_once = purchases + rng.binomial(purchases, 0.3)
        # Only what was bought because it was cheap is stocked, and it lasts some weeks.
        stocked = at_once * (1.0 - np.exp(-lift[:, week]))[None, :]
        stock = 0.5 * stock + stocked
        for one in range(20):
            units[:, week, one] = at_once[group == one].sum(axis=0)
            lines[:, week, one] = purchases[group == one].sum(axis=0)
    product, week_, of_group = np.nonzero(units)
    sold = units[product, week_, of_group]
    given = np.rint(sold * PRICE_MINOR * depth[product, week_]).astype(np.int64)
    shift = rng.integers(0, 7, len(product)) + world.changes_on
    by_week = units.sum(axis=2)
    bought = Bought(
        articles=tuple(
            Article(f"{n:03d}", DEPARTMENTS[department[n]], "own" if n % 2 else "national", 550)
            for n in range(p)
        ),
        article=product,
        day=MONDAY + 7 * week_ + shift,
        group=of_group,
        lines=lines[product, week_, of_group],
        units=sold,
        paid_minor=sold * PRICE_MINOR - given,
        given_minor=given,
        customers=c,
        groups=20,
    )
    is_discounted = depth > 0
    extra = (by_week * (1.0 - np.exp(-lift)))[is_discounted].sum()
    return Planted(bought, elasticities, int(by_week[is_discounted].sum()), float(extra))


def _season(rng: np.random.Generator, world: World) -> Floats:
    """Waves of the year by department, and weeks that are good or bad for all."""
    turn = 2 * np.pi * np.arange(world.weeks)[None, :] / 52.18
    start = rng.uniform(0, 2 * np.pi, (len(DEPARTMENTS), 1))
    shared = rng.normal(0, 0.1, world.weeks)[None, :]
    found: Floats = world.season * np.sin(turn + start) + shared
    return found


def _depths(rng: np.random.Generator, world: World, season: Floats, popular: Floats) -> Floats:
    """Promotions are likelier, and deeper, when the season is high and for what sells well."""
    eager = season / max(world.season, 0.1) + (popular / popular.mean() - 1.0)[:, None]
    chance = np.clip(world.promoted * (1.0 + 0.5 * eager), 0.02, 0.9)
    is_promoted = rng.random(season.shape) < chance
    deep = np.clip(np.rint(1.5 + 0.6 * eager + rng.normal(0, 0.8, season.shape)), 0, len(DEPTHS) - 1).astype(
        int
    )
    found: Floats = np.where(is_promoted, np.array(DEPTHS)[deep], 0.0)
    return found


def without_discounts(bought: Bought) -> Bought:
    """The same purchases at their ordinary price."""
    return replace(
        bought,
        paid_minor=bought.paid_minor + bought.given_minor,
        given_minor=np.zeros_like(bought.given_minor),
    )


def first_day_of(bought: Bought) -> int:
    return int(bought.day.min()) - (EPOCH.toordinal() - EPOCH.toordinal())
