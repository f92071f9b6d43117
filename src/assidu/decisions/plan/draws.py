"""Draws among entries: what can be won, and until when entries count."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Prize:
    """``count`` times, ``quantity`` units of ``currency``."""

    currency: str
    quantity: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Draw:
    """Drawn at the first instant of ``drawn_on``, among the units of ``entries`` that members had at the end of
    ``last_day``. Prizes go in their order; with ``is_one_each`` a member wins one of them at most."""

    code: str
    entries: str
    last_day: date
    drawn_on: date
    prizes: tuple[Prize, ...]
    is_one_each: bool = True

    @property
    def name(self) -> str:
        """What tells it from an earlier draw of the same code: its secret, its list and its winners bear it."""
        return f"{self.code}:{self.last_day.isoformat()}"

    @property
    def prize_count(self) -> int:
        return sum(prize.count for prize in self.prizes)
