"""Roundings and shares, by hand and by property."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assidu.decisions.money import Rounding, allocate, divide


@pytest.mark.parametrize(
    ("numerator", "denominator", "down", "half_up", "half_even", "up"),
    [
        (0, 3, 0, 0, 0, 0),
        (1, 3, 0, 0, 0, 1),
        (2, 3, 0, 1, 1, 1),
        (3, 3, 1, 1, 1, 1),
        (1, 2, 0, 1, 0, 1),
        (3, 2, 1, 2, 2, 2),
        (5, 2, 2, 3, 2, 3),
        (499, 1000, 0, 0, 0, 1),
        (500, 1000, 0, 1, 0, 1),
        (501, 1000, 0, 1, 1, 1),
        (10**30 + 1, 2, 5 * 10**29, 5 * 10**29 + 1, 5 * 10**29, 5 * 10**29 + 1),
    ],
)
def test_a_fraction_is_rounded_as_its_name_says(
    numerator: int, denominator: int, down: int, half_up: int, half_even: int, up: int
) -> None:
    found = [
        divide(numerator, denominator, rounding)
        for rounding in (Rounding.DOWN, Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.UP)
    ]
    assert found == [down, half_up, half_even, up]


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.sampled_from(Rounding))
def test_a_rounding_is_never_a_whole_unit_away(numerator: int, denominator: int, rounding: Rounding) -> None:
    exact = Fraction(numerator, denominator)
    found = divide(numerator, denominator, rounding)
    assert abs(found - exact) < 1
    if rounding is Rounding.HALF_EVEN:
        assert found == round(exact)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (1, [1, 1], [1, 0]),
        (1, [1, 2], [0, 1]),
        (10, [0, 5, 0], [0, 10, 0]),
        (10, [0, 0], [0, 0]),
        (7, [], []),
        (0, [3, 4], [0, 0]),
        (5, [1000, 1], [5, 0]),
        (100, [333, 333, 334], [33, 33, 34]),
    ],
)
def test_a_total_is_shared_to_the_cent(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=12))
def test_the_parts_add_up_and_are_fair(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - (Fraction(total * weight, whole) if whole else Fraction(0))) < 1


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.data())
def test_no_part_is_more_than_its_line_when_the_total_is_not(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    assert all(part <= weight for part, weight in zip(allocate(total, weights), weights, strict=True))
