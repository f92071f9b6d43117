"""How units that are left are used, age by age: what the older months say of the younger ones.

It is the chain ladder of what is left (not of what was used): at each age, of the units that could still be used, the
share that was. So it is true for units that wait at first, for those that came from an earlier programme, and where
part of a month expires before the rest: whoever can no longer be used is not counted (Kaplan, E. L. and Meier, P.
(1958), "Nonparametric estimation from incomplete observations", JASA 53). Because lots are used first in, first out,
a month with older units beside it is used later; only the latest months are looked at (a year, unless said
otherwise), so that seasons count once and what has changed is forgotten.

Beyond the oldest age, the share used fades in the same proportion from one age to the next, as far as three ages or
more show it (never rising). Where they do not, what the plan expects is taken: nobody has lived through it yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assidu.economics.models.fading import Line, faded
from assidu.economics.models.triangle import Link, links

WINDOW = 12


class Beyond(StrEnum):
    """Where what is said of ages that no month has reached comes from."""

    NOTHING = "nothing"  # there are none: everything has ended by then
    FADING = "fading"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Lived:
    """What a cohort showed at each age from 0 on: ``left`` units at its end, ``used`` during it. ``first``: the first
    age that is looked at; ``skipped``: how many of the last ones are not."""

    left: tuple[float, ...]
    used: tuple[float, ...]
    first: int = 0
    skipped: int = 0

    def ages(self, window: int) -> range:
        """Those that are looked at."""
        known = len(self.left) - self.skipped
        return range(max(known - window, self.first), known)


@dataclass(frozen=True, slots=True)
class Curve:
    """``links[age]``: of the units that could be used at that age, those that were not. ``beyond``: the shares used
    at the ages after them, by ``line``. ``expected``: what the plan expects to be used in the end of what is issued."""

    links: tuple[Link, ...]
    fading: tuple[float, ...]
    beyond: Beyond
    expected: float
    line: Line | None = None

    @property
    def ages(self) -> int:
        """So many ages were lived through."""
        return len(self.links)

    def steps(self, first: int, last: int | None) -> tuple[Link, ...]:
        """From the units that are left before ``first`` to those left after ``last``, as far as it was lived."""
        return self.links[first : self.ages if last is None else min(last + 1, self.ages)]

    def is_beyond(self, last: int | None) -> bool:
        return last is None or last >= self.ages

    def used_beyond(self, last: int | None, age: int = -1) -> float | None:
        """Of the units left after the oldest age (or after ``age``, beyond it), the share used by ``last``; ``None``:
        it is not known."""
        if not self.is_beyond(last):
            return 0.0
        if self.beyond is not Beyond.FADING:
            return None
        left = 1.0
        for part in self._fading(last, age)[1]:
            left *= 1 - part
        return 1 - left

    def error_beyond(self, last: int | None, age: int) -> float:
        """The standard error of that share."""
        return 0.0 if self.line is None else self.line.error(*self._fading(last, age))

    def _fading(self, last: int | None, age: int) -> tuple[int, tuple[float, ...]]:
        """The first age after ``age`` that nobody has lived, and what is used from it on until ``last``."""
        first = max(age + 1, self.ages)
        return first, self.fading[first - self.ages : None if last is None else last + 1 - self.ages]

    def share(self, age: int | None, *, last: int | None = None) -> float:
        """Of what is issued, the share used by the end of ``age`` (``None``: by ``last``, and in the end)."""
        until = last if age is None else age
        left = 1.0
        for step in self.steps(0, until):
            left *= 1.0 if step.factor is None else step.factor
        more = self.used_beyond(until)
        return max(1 - left, self.expected) if more is None else 1 - left * (1 - more)


def curve(
    cohorts: Sequence[Lived], last_ages: Sequence[int | None], expected: float, window: int = WINDOW
) -> Curve:
    """``last_ages``: until when what is left can be used. ``window``: so many of the latest months are looked at."""
    oldest = max((len(one.left) - one.skipped for one in cohorts), default=0)
    pairs: list[list[tuple[float, float]]] = [[] for _ in range(oldest)]
    for one in cohorts:
        for age in one.ages(window):
            before = one.left[age] + one.used[age]
            if before > 0 and one.left[age] >= 0:
                pairs[age].append((before, one.left[age]))
    while pairs and not pairs[-1]:
        pairs.pop()  # everything had ended by then
    steps = links(pairs)
    if all(step.after == step.before for step in steps):
        # Not one unit was used yet: that is no reason to expect that none will be.
        return Curve((), (), Beyond.ASSUMED, expected)
    if not any(end is None or end >= len(steps) for end in last_ages):
        return Curve(steps, (), Beyond.NOTHING, expected)
    fading, line = faded(steps)
    return Curve(steps, fading, Beyond.FADING if fading else Beyond.ASSUMED, expected, line)
