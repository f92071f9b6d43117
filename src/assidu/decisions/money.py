"""Whole numbers in minor units, and roundings that have a name."""

from collections.abc import Sequence
from enum import StrEnum


class Rounding(StrEnum):
    """How a fraction of a minor unit becomes a whole one."""

    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """``numerator / denominator`` as a whole number; ``numerator >= 0``, ``denominator > 0``."""
    assert numerator >= 0, "amounts that are rounded are never negative"
    assert denominator > 0
    quotient, rest = divmod(numerator, denominator)
    if rest == 0 or rounding is Rounding.DOWN:
        return quotient
    if rounding is Rounding.UP:
        return quotient + 1
    twice = 2 * rest
    if twice > denominator or (twice == denominator and (rounding is Rounding.HALF_UP or quotient % 2 == 1)):
        return quotient + 1
    return quotient


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` over ``weights`` so that the parts add up exactly (largest remainder, earliest first).

    Weights are not negative; when all are zero, every part is zero and nothing can be shared.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
        for i in by_remainder[:missing]:
            parts[i] += 1
    return parts
