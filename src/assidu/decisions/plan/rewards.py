"""What is exchanged for what was earned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reward:
    """``quantity_each`` units of ``gives`` for ``cost`` units of ``currency``."""

    code: str
    currency: str
    cost: int
    gives: str
    quantity_each: int = 1
