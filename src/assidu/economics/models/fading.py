"""How the share of units used fades beyond the oldest age that was lived: a straight line through its logarithm, age by
age, which never rises; and how far the line can be wrong.

The error is that of a prediction from a regression, brought to the share used in the end by the delta method: of its
level, of its slope, and of each age beside the line (Draper, N. R. and Smith, H. (1998), "Applied Regression Analysis",
chapters 1 and 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from assidu.economics.models.triangle import Link

TAIL_AGES = 120
"""Ten years after the oldest age nothing is expected any more."""
FADING_AGES = 12
"""How many of the oldest ages show how it goes on."""
POINTS_MIN = 3
"""Two ages show no line, or one that nothing could contradict."""


@dataclass(frozen=True, slots=True)
class Line:
    """``points`` ages around ``mean_age``, ``spread`` squared ages from it in all; ``variance`` around the line."""

    points: int
    mean_age: float
    spread: float
    variance: float

    def error(self, first: int, shares: Sequence[float]) -> float:
        """Of the share that ``shares``, from age ``first`` on, use together."""
        left = 1.0
        for share in shares:
            left *= 1 - share
        if left <= 0 or self.variance <= 0:
            return 0.0  # everything is used, or no age lies beside the line
        moved = [left * share / (1 - share) for share in shares]
        level = sum(moved)
        slope = sum(one * (age - self.mean_age) for age, one in enumerate(moved, start=first))
        alone = sum(one**2 for one in moved)
        return sqrt(self.variance * (level**2 / self.points + slope**2 / self.spread + alone))


def faded(steps: Sequence[Link]) -> tuple[tuple[float, ...], Line | None]:
    """The shares used at the ages beyond the oldest, and their line; nothing where no line can be seen."""
    points = [
        (age, log(1 - step.factor))
        for age, step in enumerate(steps)
        if age >= len(steps) - FADING_AGES and step.factor is not None and 0 < step.factor < 1
    ]
    if len(points) < POINTS_MIN:
        return (), None
    mean_age = sum(age for age, _ in points) / len(points)
    mean = sum(value for _, value in points) / len(points)
    spread = sum((age - mean_age) ** 2 for age, _ in points)
    slope = min(sum((age - mean_age) * (value - mean) for age, value in points) / spread, 0.0)
    beside = sum((value - mean - slope * (age - mean_age)) ** 2 for age, value in points)
    first = len(steps)
    shares = tuple(min(exp(mean + slope * (age - mean_age)), 1.0) for age in range(first, first + TAIL_AGES))
    return shares, Line(len(points), mean_age, spread, beside / (len(points) - 2))
