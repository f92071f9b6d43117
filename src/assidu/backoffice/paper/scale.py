"""Where figures stand along an axis, and the round figures that are written beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

STEPS = 5
DIGITS_MAX = 6
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """From ``low``, drawn at ``start``, to ``high``, drawn at ``end``."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [round(self.low + place * self.step, 10) for place in range(count + 1)]

    @property
    def digits(self) -> int:
        """That tell a tick from the next one."""
        return next((n for n in range(DIGITS_MAX) if abs(round(self.step, n) - self.step) < 1e-9), DIGITS_MAX)


def scale_for(figures: Iterable[float], start: float, end: float, *, least: float | None = None) -> Scale:
    """With nothing among them, as bars and lines begin there; ends are round."""
    known = [*figures, 0.0]
    low, high = min(known) if least is None else least, max(known)
    if high <= low:
        high = low + 1
    step = _round_step((high - low) / STEPS)
    return Scale(floor(low / step) * step, ceil(high / step) * step, step, start, end)


def _round_step(rough: float) -> float:
    size = 10.0 ** floor(log10(rough))
    return next(size * one for one in ROUND if rough <= size * one * (1 + 1e-9))
