"""How use fades beyond what anybody lived, and how far the line can be wrong, as worked out by hand."""

from math import exp

import pytest

from assidu.economics.models.fading import faded
from assidu.economics.models.triangle import Link


def steps(*shares: float) -> list[Link]:
    return [Link(1.0, 1 - share, 0.0) for share in shares]


def test_a_line_that_no_age_lies_beside_is_sure_of_itself() -> None:
    shares, line = faded(steps(0.4, 0.2, 0.1, 0.05))
    assert shares[:2] == pytest.approx((0.025, 0.0125))
    assert line is not None
    assert line.error(4, shares) == pytest.approx(0, abs=1e-6)


def test_the_error_is_that_of_a_prediction_from_the_line() -> None:
    """Logarithms of -1, -1.3, -1.9: their mean is -1.4, the slope -0.45, they lie -0.05, 0.1 and -0.05 beside it, so
    the variance is 0.015 with one degree of freedom. At age 3, e^-2.3 is used; two ages from the mean, with a spread
    of 2, its logarithm has a variance of 0.015 (1 + 1/3 + 4/2) = 0.05."""
    shares, line = faded(steps(exp(-1.0), exp(-1.3), exp(-1.9)))
    assert line is not None
    assert shares[0] == pytest.approx(exp(-2.3))
    assert line.error(3, shares[:1]) == pytest.approx(exp(-2.3) * 0.05**0.5)
    assert line.error(3, shares[:2]) > line.error(3, shares[:1])


def test_two_ages_show_no_line_and_a_rising_one_is_held_level() -> None:
    assert faded(steps(0.4, 0.2)) == ((), None)
    shares, line = faded(steps(0.1, 0.2, 0.4))
    assert shares[0] == shares[50] == pytest.approx(0.2)
    assert line is not None
    assert line.error(3, shares[:1]) > 0.1
