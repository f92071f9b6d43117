"""What discounts brought, on generated histories of which that is known."""

from dataclasses import replace

import numpy as np
import pytest

from assidu.economics.discounts.types import CannotTell, Discounts, Untold
from assidu.economics.models.bought import WEEKS_MIN, Bought, week_start, weekly
from assidu.economics.models.discounts import Looked, look_at_discounts
from assidu.economics.models.promoted import Margins
from assidu.economics.models.response import paule_mandel
from builders.promotions import World, at_one_price, only, planted

SEEDS = 100


def told(bought: Bought, margins: Margins | None = None, seed: int = 1) -> Discounts:
    looked = look_at_discounts(bought, margins=margins, seed=seed)
    assert isinstance(looked, Looked), looked
    return looked.told


@pytest.mark.slow
def test_what_was_planted_lies_in_the_intervals_as_often_as_they_say() -> None:
    """Demand is seasonal, customers differ and stock up, promotions chase demand: eighty in a hundred intervals of 80 %
    should hold the planted units all the same, fewer would be too narrow and all of them too wide."""
    extra = net = 0
    widths, naive_is_in = [], 0
    for seed in range(SEEDS):
        history = planted(seed)
        units = told(history.bought, seed=seed).units
        extra += units.extra.low_80 <= history.extra_units <= units.extra.high_80
        net += units.net.low_80 <= history.net_units <= units.net.high_80
        naive_is_in += units.extra.low_80 <= history.naive_extra_units <= units.extra.high_80
        widths.append((units.extra.high_80 - units.extra.low_80) / history.extra_units)
    assert 70 <= extra <= 92
    assert 65 <= net <= 92
    assert np.mean(widths) < 0.1, "an interval as wide as this says nothing"
    assert naive_is_in < 50, "comparing weeks with and without a discount is misled by the season"


def test_a_history_without_a_lift_gives_an_interval_around_none() -> None:
    around_none = 0
    for seed in range(10):
        history = planted(seed, World(elasticity=0.0, varies=0.0))
        found = told(history.bought, seed=seed)
        around_none += found.units.extra.low_95 <= 0 <= found.units.extra.high_95
        assert found.split.bought_anyway.value > 0.85 * found.split.given_minor
    assert around_none >= 8


def test_what_wears_off_is_seen() -> None:
    fresh = [told(planted(seed, World(weeks=90)).bought).wears_off for seed in range(6)]
    worn = [told(planted(seed, World(weeks=90, wearing=1.5)).bought).wears_off for seed in range(6)]
    assert abs(np.mean([one.value for one in fresh])) < 0.4
    assert np.mean([one.value for one in worn]) == pytest.approx(-1.5, abs=0.4)


def test_all_parts_add_up() -> None:
    found = told(planted(3).bought, Margins(30.0, {"dairy": 25.0}))
    split, units = found.split, found.units
    parts = (split.bought_anyway, split.pulled_forward, split.taken_from_others, split.new)
    assert sum(part.value for part in parts) == pytest.approx(split.given_minor, abs=4)
    assert split.given_minor == found.given_minor - found.given_untold_minor
    assert units.net.value == pytest.approx(
        units.extra.value - units.pulled_forward.value - units.taken_from_others.value, abs=2
    )
    tables = (found.by_depth, found.by_repetition, found.by_department, found.top_products)
    for rows in ([line.sums for line in table] for table in tables):
        assert sum(one.given_minor for one in rows if one) == pytest.approx(split.given_minor, abs=9)
        assert sum(one.extra_units.value for one in rows if one) == pytest.approx(units.extra.value, abs=20)
    margin = found.margin
    assert margin is not None
    assert margin.without_ht.value + margin.change_ht.value == pytest.approx(margin.with_ht, abs=2)
    assert margin.break_even_percent is not None


def test_what_suppliers_pay_back_is_no_cost() -> None:
    bought = planted(4).bought
    alone, funded = told(bought, Margins(30.0)).margin, told(bought, Margins(30.0, {}, 100.0)).margin
    assert alone is not None
    assert funded is not None
    assert funded.with_ht > alone.with_ht
    assert funded.change_ht.value > 0 > alone.change_ht.value
    assert told(bought).margin is None
    assert told(bought).margin_untold == CannotTell(Untold.NO_MARGIN)


def test_the_same_seed_gives_the_same_figures_and_order_of_reading_does_not_matter() -> None:
    bought = planted(5).bought
    order = np.random.default_rng(1).permutation(len(bought.article))
    again = replace(
        bought,
        **{
            name: getattr(bought, name)[order]
            for name in ("article", "day", "group", "lines", "units", "paid_minor", "given_minor")
        },
    )
    assert told(bought) == told(again)
    assert told(bought, seed=2).units.extra != told(bought, seed=3).units.extra


@pytest.mark.parametrize("weekday", range(7))
def test_the_day_on_which_prices_change_is_found(weekday: int) -> None:
    history = planted(6, World(customers=60, changes_on=weekday))
    weeks = weekly(history.bought)
    assert week_start(history.bought) == weekday
    assert not isinstance(weeks, CannotTell)
    assert weeks.week_of(weeks.since) == 0
    assert weeks.week_of(weeks.until) == weeks.weeks - 1


HISTORY = planted(7, World(customers=60)).bought
NOTHING = only(HISTORY, np.zeros(len(HISTORY.article), dtype=bool), customers=0)
REFUSED = {
    "empty": (NOTHING, Untold.NOTHING_SOLD),
    "all zero": (replace(HISTORY, units=0 * HISTORY.units), Untold.NOTHING_SOLD),
    "one customer": (only(HISTORY, HISTORY.group == 0, customers=1), Untold.TOO_FEW_CUSTOMERS),
    "one month": (only(HISTORY, HISTORY.day < HISTORY.day.min() + 30), Untold.TOO_SHORT),
    "never discounted": (at_one_price(HISTORY), Untold.NO_DISCOUNT),
    "always discounted": (at_one_price(HISTORY, 0.2), Untold.ALWAYS_DISCOUNTED),
    "few products": (only(HISTORY, HISTORY.article < 5), Untold.TOO_THIN),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_has_a_reason_and_no_figure(name: str) -> None:
    bought, reason = REFUSED[name]
    answer = look_at_discounts(bought, margins=Margins(30.0), seed=1)
    assert isinstance(answer, CannotTell)
    assert answer.reason is reason
    if reason is Untold.TOO_SHORT:
        assert answer.figures == {"weeks": 5, "weeks_min": WEEKS_MIN}


def test_a_very_long_history_is_told_as_well() -> None:
    history = planted(9, World(weeks=260, products=15, customers=60))
    found = told(history.bought)
    assert found.weeks == 260
    assert found.units.extra.low_95 < history.extra_units < found.units.extra.high_95


def test_a_department_with_too_few_products_tells_no_figure_of_the_others() -> None:
    bought = planted(8).bought
    lonely = tuple(
        replace(one, department="fuel") if n in (0, 1) else one for n, one in enumerate(bought.articles)
    )
    # Only the first weeks of the first are known: it is not measured any more.
    kept = (bought.article != 0) | (bought.day < bought.day.min() + 100)
    found = told(only(replace(bought, articles=lonely), kept))
    fuel = next(line for line in found.by_department if line.department == "fuel")
    assert fuel.cannot_tell == CannotTell(Untold.TOO_THIN, {"products": 1, "products_min": 8})
    assert fuel.sums is not None
    assert fuel.given_minor - fuel.sums.given_minor == found.given_untold_minor > 0


def test_spread_is_what_is_left_when_errors_are_taken_off() -> None:
    rng = np.random.default_rng(1)
    kinds = np.repeat([0, 1], 400)
    errors = rng.uniform(0.1, 0.5, 800)
    values = kinds * 3.0 + rng.normal(0, 0.6, 800) + rng.normal(0, np.sqrt(errors))
    assert paule_mandel(values, errors, kinds) == pytest.approx(0.36, abs=0.08)
    assert paule_mandel(rng.normal(0, np.sqrt(errors)), errors, kinds) < 0.05
