"""The revenue view, against the examples of KPMG's handbook on IFRS 15."""

from datetime import date

import pytest

from assidu.economics.models.deferral import Deferred, Point, allocated_minor, recognised_minor, stepped
from assidu.economics.models.redemption import NORMAL, Basis, Interval, Ultimate

MARCH = date(2026, 3, 1)


def test_example_10a_allocates_and_recognises_as_kpmg_does() -> None:
    """Sales of 100,000, 10,000 points worth 1 each, 97 % of them expected to be used."""
    (allocated,) = allocated_minor(100_000, 100_000, [10_000 * 0.97], digits=2)
    assert round(allocated) == 9_000
    second_year = recognised_minor(allocated, 4_500, 9_700)
    assert round(second_year) == 4_175
    third_year = recognised_minor(allocated, 8_500, 9_900)
    assert round(third_year - second_year) == 3_552


def test_example_10b_recognises_more_when_less_is_expected_to_be_used() -> None:
    second_year = recognised_minor(9_000, 4_500, 9_700)
    assert round(recognised_minor(9_000, 8_500, 9_200) - second_year) == 4_140


def test_without_its_roundings_the_exact_share_is_allocated() -> None:
    (allocated,) = allocated_minor(100_000, 100_000, [9_700])
    assert allocated == pytest.approx(100_000 * 9_700 / 109_700)


def test_of_several_kinds_each_has_its_share_and_the_goods_the_rest() -> None:
    first, second = allocated_minor(1_000, 800, [150, 50])
    assert (first, second) == (150, 50)
    assert allocated_minor(0, 0, [10, 10]) == [0, 0], "no price, nothing to allocate"


def test_what_comes_back_takes_its_price_with_it() -> None:
    before = {MARCH: Deferred(MARCH, 900.0, 1000, 0.0)}
    (found,), revenue, _ = stepped(before, {MARCH: Point(500, 0, 400)}, {})
    assert (found.allocated, found.carried, revenue) == (450, 450, 0)


def test_units_that_nobody_will_use_any_more_are_revenue() -> None:
    before = {MARCH: Deferred(MARCH, 900.0, 1000, 600.0)}
    (found,), revenue, _ = stepped(before, {MARCH: Point(1000, 400, 400)}, {})
    assert (found.carried, revenue) == (0, 300)
    (never,), revenue, _ = stepped({MARCH: Deferred(MARCH, 900.0, 1000, 0.0)}, {MARCH: Point(1000, 0, 0)}, {})
    assert (never.carried, revenue) == (0, 900)


def test_what_is_handed_in_for_a_reward_is_carried_on_and_not_revenue() -> None:
    before = {MARCH: Deferred(MARCH, 900.0, 1000, 0.0)}
    (found,), revenue, moved = stepped(before, {MARCH: Point(1000, 300, 900, exchanged=200)}, {})
    assert found.recognised == 300
    assert (moved, revenue) == (200, 100)


def test_what_is_carried_lies_where_what_will_be_used_does() -> None:
    """900 allocated, 400 units used: 300 more to come leave 900 * 300 / 700, 600 more leave 900 * 600 / 1,000."""
    one = Deferred(MARCH, 900.0, 1000, recognised_minor(900, 400, 900))
    found = one.within(400, Interval(300, 600))
    assert (found.low, found.high) == pytest.approx((385.714286, 540.0))
    assert one.carried == pytest.approx(500)


def test_macks_error_reaches_what_is_carried_as_worked_out_by_hand() -> None:
    """300 units still expected, with an error of 60. The lognormal has a variance of ln(1 + 0.2^2) = 0.0392207 and its
    centre at ln 300 - 0.0196104 = 5.6841721: between exp(centre -+ 1.2815516 * 0.1980422), 228.234 and 379.166 units,
    lie 80 %. Of the 900 allocated, 900 * 228.234 / 628.234 and 900 * 379.166 / 779.166 are carried."""
    one = Deferred(MARCH, 900.0, 1000, recognised_minor(900, 400, 700))
    units = Ultimate(MARCH, 3, 1000, 400, 600, 300.0, 0.0, 60.0, Basis.ESTIMATED).expected_within(80)
    assert units is not None
    found = one.within(400, units)
    assert (found.low, found.high) == pytest.approx((326.965, 437.967), abs=0.001)
    # The delta method, which makes the formula straight, comes near: d carried / d expected = 900 * 400 / 700^2.
    straight = NORMAL[80] * 60 * 900 * 400 / 700**2
    assert (found.high - found.low) / 2 == pytest.approx(straight, rel=0.03)


def test_what_nobody_has_used_is_carried_whole_whatever_the_rate() -> None:
    whole = Deferred(MARCH, 900.0, 1000, 0.0)
    assert whole.within(0, Interval(10, 800)) == Interval(900, 900)
