"""Generated histories of promotions whose effects are known, because they were planted.

Customers differ in how much they buy and of which departments. Demand has a season of each department, and good and bad
weeks of each product that nobody explains. Promotions chase demand: they come, and are deep, when the season is high
and for products that sell well. Who bought because of a discount has stocked up and buys less in the weeks that follow;
what is discounted takes from the other products of its department.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assidu.economics.models.bought import Article, Bought

Floats = NDArray[np.float64]
MONDAY = 18_995  # 3 January 2022, in days since 1970
DEPTHS = np.array([0.1, 0.2, 0.3, 0.4])
DEPARTMENTS = ("grocery", "dairy", "produce")
PRICE_MINOR = 300
GROUPS = 20
UNITS_AT_ONCE = 1.3


@dataclass(frozen=True, slots=True)
class World:
    """How a history is made. ``elasticity`` is the mean over products, ``varies`` how much they differ; ``wearing`` is
    what an elasticity loses when a product was discounted all the time before; ``changes_on`` the weekday of new
    prices, 0 for Monday."""

    customers: int = 150
    products: int = 30
    weeks: int = 60
    elasticity: float = 2.0
    varies: float = 0.4
    stocking: float = 0.25
    taking: float = 0.4
    wearing: float = 0.0
    season: float = 0.4
    unexplained: float = 0.08
    promoted: float = 0.3
    changes_on: int = 0


@dataclass(frozen=True, slots=True)
class Planted:
    """A history, and what was planted in it: units that the discounts of their own week brought, and all units that
    there would not have been without any discount, those lost to other weeks and products taken off."""

    bought: Bought
    elasticities: Floats
    sold_discounted: int
    extra_units: float
    net_units: float

    @property
    def naive_extra_units(self) -> float:
        """What whoever compares weeks with and without a discount would say."""
        bought = self.bought
        week = (bought.day - bought.day.min()) // 7
        size = len(bought.articles), int(week.max()) + 1
        units, given = np.zeros(size), np.zeros(size)
        np.add.at(units, (bought.article, week), bought.units)
        np.add.at(given, (bought.article, week), bought.given_minor)
        is_on = given > 0
        usual = (units * ~is_on).sum(axis=1) / np.maximum((~is_on).sum(axis=1), 1)
        return float((units - usual[:, None])[is_on].sum())


def planted(seed: int, world: World | None = None) -> Planted:
    world = world or World()
    rng = np.random.default_rng([seed, 7])
    products, weeks, customers = world.products, world.weeks, world.customers
    department = np.arange(products) % len(DEPARTMENTS)
    popular = rng.gamma(4.0, 1.0, products) + 2.0
    season = _season(rng, world)[department]
    depth = _depths(rng, world, season, popular)
    elasticities = np.maximum(rng.normal(world.elasticity, world.varies, products), 0.0)
    own = -np.log1p(-depth)
    lift = (elasticities[:, None] - world.wearing * _past(depth)) * own
    usual = np.log(popular)[:, None] + season + rng.normal(0, world.unexplained, (products, weeks))
    demand = usual + lift - world.taking * _of_others(own, popular, department)
    taste = (
        rng.gamma(1.5, 1.0, (customers, 1))
        * rng.gamma(2.0, 1.0, (customers, len(DEPARTMENTS)))[:, department]
    )
    taste /= taste.sum(axis=0)

    stock = np.zeros((customers, products))
    units, purchases = (np.zeros((GROUPS, products, weeks), dtype=np.int64) for _ in range(2))
    in_group = (np.arange(customers) % GROUPS)[None, :] == np.arange(GROUPS)[:, None]
    for week in range(weeks):
        rate = taste * np.exp(demand[:, week]) * np.exp(-world.stocking * stock)
        times = rng.poisson(rate)
        bought = times + rng.binomial(times, UNITS_AT_ONCE - 1)
        # Only what was bought because it was cheap is stocked; half of it is used up in a week.
        stock = 0.5 * stock + bought * -np.expm1(-lift[:, week])
        units[:, :, week] = in_group @ bought.astype(np.float64)
        purchases[:, :, week] = in_group @ times.astype(np.float64)
    by_week = units.sum(axis=0)
    is_discounted = depth > 0
    return Planted(
        bought=_bought(rng, world, units, purchases, depth, department),
        elasticities=elasticities,
        sold_discounted=int(by_week[is_discounted].sum()),
        extra_units=float((by_week * -np.expm1(-lift))[is_discounted].sum()),
        net_units=float(by_week.sum() - UNITS_AT_ONCE * np.exp(usual).sum()),
    )


def at_one_price(bought: Bought, depth: float = 0.0) -> Bought:
    """The same purchases, all at the same discount."""
    price = bought.paid_minor + bought.given_minor
    given = np.rint(price * depth).astype(np.int64)
    return replace(bought, paid_minor=price - given, given_minor=given)


def only(bought: Bought, rows: NDArray[np.bool_], customers: int | None = None) -> Bought:
    """A part of the rows."""
    columns = ("article", "day", "group", "lines", "units", "paid_minor", "given_minor")
    kept = {name: getattr(bought, name)[rows] for name in columns}
    return replace(bought, **kept, customers=bought.customers if customers is None else customers)


def _season(rng: np.random.Generator, world: World) -> Floats:
    """Waves of the year by department, and weeks that are good or bad for all."""
    turn = 2 * np.pi * np.arange(world.weeks)[None, :] / 52.18
    start = rng.uniform(0, 2 * np.pi, (len(DEPARTMENTS), 1))
    found: Floats = world.season * np.sin(turn + start) + rng.normal(0, 0.1, world.weeks)[None, :]
    return found


def _depths(rng: np.random.Generator, world: World, season: Floats, popular: Floats) -> Floats:
    eager = season / max(world.season, 0.1) + (popular / popular.mean() - 1.0)[:, None]
    is_promoted = rng.random(season.shape) < np.clip(world.promoted * (1.0 + 0.5 * eager), 0.02, 0.9)
    step = np.clip(np.rint(1.5 + 0.6 * eager + rng.normal(0, 0.8, season.shape)), 0, len(DEPTHS) - 1)
    found: Floats = np.where(is_promoted, DEPTHS[step.astype(np.int64)], 0.0)
    return found


def _past(depth: Floats) -> Floats:
    """The share of the eight weeks before with a discount."""
    found = np.zeros_like(depth)
    for back in range(1, 9):
        found[:, back:] += (depth[:, :-back] > 0) / 8
    return found


def _of_others(own: Floats, popular: Floats, department: NDArray[np.int64]) -> Floats:
    found = np.zeros_like(own)
    for one in range(len(DEPARTMENTS)):
        of_it = department == one
        weighted = popular[of_it, None] * own[of_it]
        found[of_it] = (weighted.sum(axis=0) - weighted) / popular[of_it].sum()
    return found


def _bought(
    rng: np.random.Generator,
    world: World,
    units: NDArray[np.int64],
    purchases: NDArray[np.int64],
    depth: Floats,
    department: NDArray[np.int64],
) -> Bought:
    """Lines as they are read: nothing tells of a price at which nobody bought."""
    group, product, week = np.nonzero(units)
    sold = units[group, product, week]
    given = np.rint(sold * PRICE_MINOR * depth[product, week]).astype(np.int64)
    return Bought(
        articles=tuple(
            Article(f"{n:03d}", DEPARTMENTS[department[n]], "own" if n % 2 else "national", 550)
            for n in range(world.products)
        ),
        article=product,
        day=MONDAY + world.changes_on + 7 * week + rng.integers(0, 7, len(week)),
        group=group,
        lines=purchases[group, product, week],
        units=sold,
        paid_minor=sold * PRICE_MINOR - given,
        given_minor=given,
        customers=world.customers,
        groups=GROUPS,
    )
