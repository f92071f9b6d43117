"""Run-off triangles: what cohorts had done by each age, developed by the chain ladder with Mack's standard error.

Mack, T. (1993), "Distribution-free calculation of the standard error of chain ladder reserve estimates", ASTIN
Bulletin 23(2), in the recursive form of Mack (1999), ASTIN Bulletin 29(2). The last variance cannot be estimated from
one ratio: as Mack does, it is the smallest of sigma^4(k-1) / sigma^2(k-2), sigma^2(k-2) and sigma^2(k-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Row = Sequence[float]
"""Cumulated, by age from 0 to the age that its cohort has reached."""


@dataclass(frozen=True, slots=True)
class Link:
    """From one age to the next: cohorts that are known at both were at ``before`` together, and came to ``after``.
    ``variance`` is Mack's sigma squared; ``None``: too few cohorts say anything."""

    before: float
    after: float
    variance: float | None

    @property
    def factor(self) -> float | None:
        """Unknown where nothing was there yet."""
        return self.after / self.before if self.before > 0 else None


@dataclass(frozen=True, slots=True)
class Projection:
    """A cohort brought on to another age, with its standard error (``None``: cannot be told); ``path``: where it is at
    each age until then."""

    latest: float
    ultimate: float
    error: float | None
    path: tuple[float, ...] = ()

    @property
    def reserve(self) -> float:
        return self.ultimate - self.latest


@dataclass(frozen=True, slots=True)
class ChainLadder:
    links: tuple[Link, ...]
    projections: tuple[Projection, ...]
    total_error: float | None

    @property
    def reserve(self) -> float:
        return sum(one.reserve for one in self.projections)


def chain_ladder(rows: Sequence[Row]) -> ChainLadder:
    """Each cohort brought to the oldest age that is known; nothing is said of what comes after it."""
    oldest = max((len(row) for row in rows), default=0) - 1
    steps = links([[(row[age], row[age + 1]) for row in rows if len(row) > age + 1] for age in range(oldest)])
    projections = tuple(project(row[-1], steps[len(row) - 1 :]) for row in rows)
    return ChainLadder(steps, projections, _total_error(rows, projections, steps))


def links(pairs: Sequence[Sequence[tuple[float, float]]]) -> tuple[Link, ...]:
    """By volume. ``pairs``: for each step, where every cohort was before it and came to."""
    sums = [(sum(before for before, _ in step), sum(after for _, after in step)) for step in pairs]
    variances = [_variance(step, *both) for step, both in zip(pairs, sums, strict=True)]
    return tuple(
        Link(before, after, variance)
        for (before, after), variance in zip(sums, _with_last(variances), strict=True)
    )


def _variance(pairs: Sequence[tuple[float, float]], before: float, after: float) -> float | None:
    said = [(first, second) for first, second in pairs if first > 0]
    if len(said) < 2 or before <= 0:
        return None
    factor = after / before
    return sum(first * (second / first - factor) ** 2 for first, second in said) / (len(said) - 1)


def _with_last(variances: list[float | None]) -> list[float | None]:
    """Mack's rule for the steps of which a single cohort speaks, from the two before."""
    filled = list(variances)
    for age in range(2, len(filled)):
        one, two = filled[age - 1], filled[age - 2]
        if filled[age] is None and one is not None and two is not None:
            filled[age] = min(one * one / two, one, two) if two > 0 else 0.0
    return filled


def project(latest: float, steps: Sequence[Link]) -> Projection:
    """The error is that of Mack's formula: the process of this cohort, and what is not known of the factors."""
    reached, square = latest, 0.0
    path: list[float] = []
    is_known = True
    for step in steps:
        factor = step.factor
        if factor is not None:  # else nobody was there: nothing is known to change
            if step.variance is None:
                is_known = False
            else:
                square = factor**2 * square + step.variance * (reached + reached**2 / step.before)
            reached *= factor
        path.append(reached)
    return Projection(latest, reached, sqrt(max(square, 0.0)) if is_known else None, tuple(path))


def _total_error(
    rows: Sequence[Row], projections: Sequence[Projection], steps: Sequence[Link]
) -> float | None:
    """Cohorts share their factors: their errors do not cancel out."""
    total = 0.0
    for i, (row, one) in enumerate(zip(rows, projections, strict=True)):
        if one.error is None:
            return None
        shared = sum(
            2 * step.variance / step.factor**2 / step.before
            for step in steps[len(row) - 1 :]
            if step.variance is not None and step.factor
        )
        others = sum(
            other.ultimate
            for other, theirs in zip(projections[i + 1 :], rows[i + 1 :], strict=True)
            if len(theirs) <= len(row)
        )
        total += one.error**2 + one.ultimate * others * shared
    return sqrt(total)
