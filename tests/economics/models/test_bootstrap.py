"""Assumptions as ranges, drawn with the same chance for every plan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.economics.models.assumptions import Range
from assidu.economics.models.bootstrap import chance, estimate, spread, weights
from assidu.economics.models.chance import triangular

WIDE = Range(value=0.05, low=0.0, high=0.2)


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_a_higher_quantile_is_never_a_lower_figure_and_all_lie_in_the_range(a: float, b: float) -> None:
    low, high = triangular(WIDE, np.array(sorted((a, b))))
    assert 0.0 <= low <= high <= 0.2


def test_the_mean_of_a_triangular_range_is_the_mean_of_its_three_figures() -> None:
    figures = spread({"lift": WIDE}, 4_000, seed=7)["lift"]
    assert figures.mean() == pytest.approx((0.0 + 0.05 + 0.2) / 3, abs=2e-4)
    assert np.quantile(figures, 0.25) == pytest.approx(0.05, abs=1e-3)  # its peak lies a quarter of the way


def test_a_range_without_width_is_always_its_figure() -> None:
    assert set(spread({"rate": Range(value=0.6)}, 50, seed=1)["rate"]) == {0.6}


def test_what_one_figure_draws_does_not_depend_on_the_others() -> None:
    alone = spread({"lift": WIDE}, 100, seed=3)["lift"]
    beside = spread({"other": Range(value=2.0, low=1.0, high=3.0), "lift": WIDE}, 100, seed=3)["lift"]
    assert (alone == beside).all()
    assert not (alone == spread({"lift": WIDE}, 100, seed=4)["lift"]).all()


def test_a_customer_has_weights_of_their_own_that_are_one_on_average() -> None:
    anne, bruno = weights(5, "anne", 2_000), weights(5, "bruno", 2_000)
    assert (anne == weights(5, "anne", 2_000)).all()
    assert anne.mean() == pytest.approx(1, abs=0.1)
    assert abs(np.corrcoef(anne, bruno)[0, 1]) < 0.1


def test_a_chance_has_a_name_and_stays_what_it_is() -> None:
    assert chance(1, "a") == chance(1, "a") != chance(2, "a")
    assert 0 <= min(chance(1, str(n)) for n in range(500)) < 0.02
    assert 0.98 < max(chance(1, str(n)) for n in range(500)) < 1


def test_intervals_hold_as_many_draws_as_they_say() -> None:
    draws = np.arange(1_001, dtype=np.float64)
    told = estimate(draws)
    assert (told.value, told.low_95, told.low_80, told.high_80, told.high_95) == (500, 25, 100, 900, 975)
