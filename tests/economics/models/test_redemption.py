"""The ultimate redemption rate: known where the past is known, and an honest answer where there is none."""

import random
import time
from dataclasses import replace

import pytest

from assidu.decisions.calendar import add_months
from assidu.economics.models.curve import Beyond
from assidu.economics.models.redemption import Basis, Cohort, redemption
from economics.models.pasts import FIRST, Savers, a_cohort, a_past, used_in_the_end

SHARES = (0.02, 0.05, 0.1, 0.15, 0.15, 0.2)
LAST = 5


def test_a_past_that_always_was_the_same_goes_on_as_it_was() -> None:
    found = redemption(a_past(24, SHARES, LAST), 1.0)
    in_the_end = used_in_the_end(SHARES, LAST)
    for one in found.ultimates:
        assert one.rate == pytest.approx(in_the_end, abs=1e-4)
        assert one.basis is (Basis.OBSERVED if one.age > LAST else Basis.ESTIMATED)
    assert found.curve.share(None, last=LAST) == pytest.approx(in_the_end, abs=1e-4)
    assert found.curve.beyond is Beyond.NOTHING


def test_nothing_is_expected_once_units_can_no_longer_be_used() -> None:
    at_its_end = a_cohort(0, 1000, SHARES, LAST, LAST)
    found = redemption([at_its_end, *a_past(3, SHARES, LAST)], 1.0).ultimates[0]
    assert found.outstanding > 0
    assert (found.expected, found.error) == (0, 0)


def test_units_that_end_earlier_than_the_rest_of_their_month_are_used_for_a_shorter_time() -> None:
    past = a_past(24, SHARES, LAST)
    short = replace(past[-1], ends=((1, past[-1].outstanding // 2), (LAST, past[-1].outstanding // 2)))
    whole = redemption(past, 1.0).ultimates[-1]
    found = redemption([*past[:-1], short], 1.0).ultimates[-1]
    soon = 0.05 * short.outstanding
    assert found.expected == pytest.approx((soon + whole.expected) / 2, rel=0.001)


def test_units_that_wait_at_first_are_no_reason_to_expect_that_none_is_used() -> None:
    shares = (0.0, 0.0, 0.3, 0.3)
    found = redemption(a_past(12, shares, 3), 1.0)
    assert found.ultimates[-1].used == 0
    assert found.ultimates[-1].rate == pytest.approx(used_in_the_end(shares, 3), abs=1e-4)


def test_units_taken_over_are_used_like_any_that_are_left_at_their_age() -> None:
    past = a_past(24, SHARES, LAST)
    earlier = Cohort(FIRST, 1000, (0, 0, 0, 0), (0, 0, 0, 1000), ((LAST, 1000),), LAST, entered=3)
    found = redemption([earlier, *past], 1.0).ultimates[0]
    assert found.expected == pytest.approx(1000 * (1 - 0.85 * 0.8), rel=0.01)


def test_before_a_life_was_lived_through_what_the_plan_expects_is_taken() -> None:
    young = a_past(2, SHARES, LAST)
    found = redemption(young, 0.9)
    assert found.curve.beyond is Beyond.ASSUMED
    assert [one.basis for one in found.ultimates] == [Basis.ASSUMED, Basis.ASSUMED]
    assert all(one.rate == pytest.approx(0.9) for one in found.ultimates)
    assert all(one.error is None and one.within(80) is None for one in found.ultimates)


def test_a_plan_that_expects_less_than_was_seen_already_is_not_believed() -> None:
    seen = a_past(2, (0.5, 0.5), LAST)
    found = redemption(seen, 0.1)
    assert all((one.rate or 0) >= one.used / one.base for one in found.ultimates)


def test_units_without_an_end_are_used_less_and_less() -> None:
    shares = tuple(0.1 * 0.8**age for age in range(60))
    found = redemption(a_past(18, shares, None), 1.0)
    assert found.curve.beyond is Beyond.FADING
    in_the_end = used_in_the_end(shares, 59)
    assert found.ultimates[-1].rate == pytest.approx(in_the_end, rel=0.01)
    assert found.ultimates[0].rate == pytest.approx(in_the_end, rel=0.01)


def test_a_month_that_lastingly_differs_is_believed_when_it_has_shown_it() -> None:
    past = a_past(24, SHARES, LAST)
    eager = [
        a_cohort(one, 100_000, tuple(min(2 * part, 1) for part in SHARES), 23 - one, LAST) for one in (12, 20)
    ]
    mixed = [*past[:12], eager[0], *past[13:20], eager[1], *past[21:]]
    found = redemption(mixed, 1.0)
    plain = used_in_the_end(SHARES, LAST)
    twice = used_in_the_end(tuple(2 * part for part in SHARES), LAST)
    at_three = found.ultimates[20]
    assert at_three.credibility > 0.8
    assert plain < (at_three.rate or 0) < twice
    assert (at_three.rate or 0) > (plain + twice) / 2


def test_a_month_that_is_not_over_says_nothing_of_how_units_are_used() -> None:
    past = a_past(24, SHARES, LAST)
    half = [
        replace(one, used=(*one.used[:-1], 0), left=(*one.left[:-1], one.left[-1] + one.used[-1]))
        for one in past
    ]
    half = [replace(one, ends=((LAST, one.outstanding),)) if one.age <= LAST else one for one in half]
    found = redemption(half, 1.0, elapsed=0.5)
    assert found.curve.links[2].factor == pytest.approx(0.9, abs=1e-4)
    whole = redemption(past, 1.0)
    for one, then in zip(found.ultimates[-6:], whole.ultimates[-6:], strict=True):
        assert one.expected > then.expected, "half a month more is to come"
        assert one.rate == pytest.approx(then.rate, abs=0.1)


@pytest.mark.parametrize(
    "cohorts",
    [
        [],
        [Cohort(FIRST, 0, (0,), (0,))],
        [Cohort(FIRST, 1, (0,), (1,), ((None, 1),))],
        [Cohort(FIRST, 1, (1,), (0,), ())],
        [Cohort(FIRST, 0, (0, 0), (5, 0), ()), Cohort(FIRST, 0, (0,), (0,))],
        [Cohort(FIRST, -3, (2,), (-5,), ((None, -5),))],
    ],
)
def test_next_to_nothing_gives_an_answer_and_never_a_false_rate(cohorts: list[Cohort]) -> None:
    found = redemption(cohorts, 0.5)
    for one in found.ultimates:
        assert 0 <= one.expected <= max(one.outstanding, 0)
        assert one.rate is None or 0 <= one.rate <= 1 or one.base <= 0
    assert found.rate is None or found.base > 0


def test_four_in_five_intervals_of_80_percent_hold_what_came() -> None:
    """Customers who each use by chance: the interval is about what is still to come of all months together."""
    inside, seeds = 0, 100
    for seed in range(seeds):
        rng = random.Random(seed)
        # What a month's customers are like differs a little from month to month.
        months = []
        for place in range(15):
            like = max(rng.gauss(1.0, 0.15), 0.1)
            months.append(
                a_cohort(place, 300, tuple(min(part * like, 1.0) for part in SHARES), 14, LAST, rng)
            )
        cut = [_at_age(one, 10 - place) for place, one in enumerate(months[:11])]
        came = sum(sum(one.used) - sum(then.used) for one, then in zip(months, cut, strict=False))
        interval = redemption(cut, 1.0).expected_within(80)
        assert interval is not None
        assert interval.high - interval.low < 0.8 * came, "an interval that says something"
        inside += interval.low <= came <= interval.high
    assert inside >= 75


def test_the_rush_after_units_are_taken_over_is_not_taken_for_what_is_usual() -> None:
    """Half of what came from an earlier programme is used in its first whole month here, a tenth of the rest a month
    from then on."""
    cohorts = []
    for place in range(6):
        entered = 6 - place
        left, used = [0] * entered + [1000], [0] * (entered + 1)
        for share in (0.5, 0.1, 0.1, 0.1):
            used.append(round(left[-1] * share))
            left.append(left[-1] - used[-1])
        ends = ((12, left[-1]),)
        cohorts.append(
            Cohort(add_months(FIRST, place), 1000, tuple(used), tuple(left), ends, 12, entered=entered)
        )
    found = redemption(cohorts, 1.0)
    for one in found.ultimates:
        assert one.expected / one.outstanding == pytest.approx(1 - 0.9 ** (12 - one.age), abs=0.03)


def test_intervals_hold_what_came_from_a_programmes_first_months_on() -> None:
    """Customers who save up, in a programme that fills up: until a month has run off, nobody can know how differently
    each month is used from the one before."""
    histories = [Savers(random.Random(seed), 15, LAST, customers=120) for seed in range(100)]
    for month in (3, 5, LAST, LAST + 2):
        inside = 0
        for one in histories:
            interval = redemption(one.seen(month), 1.0).expected_within(80)
            assert interval is not None
            inside += interval.low <= one.came_after(month) <= interval.high
        assert inside >= 70, f"{inside} of 100, {month} months after the first"


def _at_age(cohort: Cohort, age: int) -> Cohort:
    left = cohort.left[: age + 1]
    ends = ((LAST, left[-1]),) if left[-1] and age <= LAST else ()
    return replace(cohort, used=cohort.used[: age + 1], left=left, ends=ends)


def test_twenty_years_without_an_end_take_a_moment() -> None:
    began = time.perf_counter()
    shares = tuple(0.05 * 0.95**age for age in range(300))
    found = redemption(a_past(240, shares, None), 1.0)
    assert found.rate is not None
    assert time.perf_counter() - began < 3
