"""Figures that add up, read from left to right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What is added or taken off; without a ``sign``, where it begins. ``address`` leads to what is behind it."""

    sign: str
    amount: str
    said: str
    is_sum: bool = False
    address: str = ""
