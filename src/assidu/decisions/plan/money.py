"""The money of the tickets, and the foreign ones that they may be paid in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

RATE_DAYS_MAX = 7


@dataclass(frozen=True, slots=True)
class Money:
    """``foreign`` has the decimals of each other money that is accepted; a rate may be ``rate_days_max`` days old."""

    code: str = ""
    decimals: int = 2
    foreign: Mapping[str, int] = field(default_factory=dict)
    rate_days_max: int = RATE_DAYS_MAX


OWN_MONEY = Money()
"""No other one is accepted."""
