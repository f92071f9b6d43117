"""A figure with its intervals."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that nobody has seen, and where it lies with 80 and 95 chances in a hundred."""

    value: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float
