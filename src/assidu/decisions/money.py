"""Whole numbers in minor units, and roundings that have a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

RATE_DECIMALS_MAX = 12
RATE_MAX = 10**6


class Rounding(StrEnum):
    """How a fraction of a minor unit becomes a whole one."""

    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a foreign money is worth in the programme's, exactly: 0.9432 is 9,432 with 4 decimals."""

    units: int
    decimals: int = 0

    @classmethod
    def of(cls, written: Decimal | str) -> "Rate | None":
        """A decimal above zero with few enough digits; ``None`` is no rate."""
        try:
            number = Decimal(written)
        except InvalidOperation:
            return None
        if not number.is_finite() or not 0 < number <= RATE_MAX:
            return None
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int), "finite numbers have one"
        decimals = max(-exponent, 0)
        if decimals > RATE_DECIMALS_MAX:
            return None
        return cls(int(number.scaleb(decimals)), decimals)

    def __str__(self) -> str:
        digits = str(self.units).rjust(self.decimals + 1, "0")
        return f"{digits[: -self.decimals]}.{digits[-self.decimals :]}" if self.decimals else digits


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
