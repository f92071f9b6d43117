"""How much of what was issued will be used in the end: the ultimate redemption rate (URR), issue month by issue month.

Of the units that are left of a month, what is used at each further age is what the older months used at that age
(`curve`), times how much more or less than they this month has used so far:

    m = 1 + Z * (A / E - 1),   Z = E / (E + s^2 / t^2)

``A`` is what was used of it, ``E`` what the curve would have used of the units that it had, and Z the credibility of
Bühlmann and Straub (`credibility`), with A / E of its ages as the ratios and E as the weights. Young months have a
small E, and Z is near 0: they follow the older ones. Where months only differ by the age at which they are used, and
not in how much, Z is near 0 for all.

The error is that of Mack's formula for the chain ladder of what is left, with that of the ages beyond the oldest
(`fading`) and that of the method itself, which no formula of the method can know: while a programme fills up, months
are not used alike. On generated histories of customers who save up, the mean estimate lies between 25 % below and 40 %
above what comes until the first month has run off, and within 15 % once two have. So ``UNTRIED`` of what is to come is
added in squares, its square over one more than the months that have run off: what actuaries call internal systemic
risk, and set by judgement (Marshall, K., Collings, S., Hodson, M. and O'Dowd, C. (2008), "A Framework for Assessing
Risk Margins", Institute of Actuaries of Australia). It is no correction: in which direction the method errs differs
from one history to the next.

The interval is that of a lognormal distribution of what is to come, as in Mack (1993). Nothing is ever expected of more
units than are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import exp, hypot, log, sqrt

from assidu.economics.models.credibility import Credibility, credibility, mean
from assidu.economics.models.curve import WINDOW, Curve, Lived, curve
from assidu.economics.models.triangle import Link, project

NORMAL = {80: 1.2815515655446004, 95: 1.959963984540054}
"""How many standard deviations on each side hold so many per cent of a normal distribution."""
UNTRIED = 0.3
"""The standard error of the method itself, as a part of what is to come, while no month has run off."""


class Basis(StrEnum):
    """On what a rate rests."""

    OBSERVED = "observed"  # nothing is left of the month
    ESTIMATED = "estimated"
    ASSUMED = "assumed"  # in part at least, what the plan expects


@dataclass(frozen=True, slots=True)
class Cohort:
    """Units of one issue month at the end of another. ``used`` (during it) and ``left`` (at its end) are by age.
    ``ends``: of what is left now, how many units can be used until which age (``None``: for ever); ``last_age`` is
    that of most of what was issued.

    ``entered``: the age at which they came from an earlier programme, where they did; what was used of them there, and
    in the rest of that month, is not known."""

    month: date
    base: int
    used: tuple[int, ...]
    left: tuple[int, ...]
    ends: tuple[tuple[int | None, int], ...] = ()
    last_age: int | None = None
    entered: int | None = None

    @property
    def is_taken_over(self) -> bool:
        return self.entered is not None

    @property
    def first_age(self) -> int:
        """From which on what it shows says something: the first whole month after units were taken over is one of
        catching up, and would be taken for what is usual at all of their ages."""
        return 0 if self.entered is None else self.entered + 2

    @property
    def age(self) -> int:
        return len(self.used) - 1

    @property
    def outstanding(self) -> int:
        return self.left[-1]

    @property
    def used_so_far(self) -> int:
        return sum(self.used)


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def bounds(interval: Interval | None) -> tuple[float | None, float | None]:
    """Its ends, where there is one."""
    return (None, None) if interval is None else (interval.low, interval.high)


def bounds_minor(interval: Interval | None) -> tuple[int | None, int | None]:
    """The same of an amount, in whole minor units."""
    return (None, None) if interval is None else (round(interval.low), round(interval.high))


@dataclass(frozen=True, slots=True)
class Ultimate:
    """What will have been used of a month. ``expected`` units of what is left still will be; ``error`` is its standard
    error (``None``: cannot be told)."""

    month: date
    age: int
    base: int
    used: int
    outstanding: int
    expected: float
    credibility: float
    error: float | None
    basis: Basis

    @property
    def rate(self) -> float | None:
        """The URR; of a month of which everything came back, there is none."""
        return (self.used + self.expected) / self.base if self.base > 0 else None

    @property
    def rate_left(self) -> float:
        """Of what is left, the share that will be used."""
        return self.expected / self.outstanding if self.outstanding > 0 else 0.0

    def expected_within(self, percent: int) -> Interval | None:
        """Between which units what will still be used lies."""
        if self.error is None:
            return None
        return lognormal(self.expected, self.error, NORMAL[percent], self.outstanding)

    def within(self, percent: int) -> Interval | None:
        """The same as a rate of what was issued."""
        found = self.expected_within(percent)
        if found is None or self.base <= 0:
            return None
        return Interval((self.used + found.low) / self.base, (self.used + found.high) / self.base)


@dataclass(frozen=True, slots=True)
class Redemption:
    """All months of a currency, the oldest first, and what they follow."""

    ultimates: tuple[Ultimate, ...]
    curve: Curve

    @property
    def base(self) -> int:
        return sum(one.base for one in self.ultimates)

    @property
    def outstanding(self) -> int:
        return sum(one.outstanding for one in self.ultimates)

    @property
    def expected(self) -> float:
        return sum(one.expected for one in self.ultimates)

    @property
    def rate(self) -> float | None:
        """Over all months together."""
        used = sum(one.used for one in self.ultimates)
        return (used + self.expected) / self.base if self.base > 0 else None

    def expected_within(self, percent: int) -> Interval | None:
        """As if all months erred in the same direction: wider than the truth, never narrower."""
        errors = [one.error for one in self.ultimates if one.outstanding > 0]
        known = [error for error in errors if error is not None]
        if len(known) < len(errors):
            return None
        return lognormal(self.expected, sum(known), NORMAL[percent], self.outstanding)


def redemption(
    cohorts: Sequence[Cohort], expected: float, *, window: int = WINDOW, elapsed: float = 1.0
) -> Redemption:
    """``expected``: the share that the plan expects to be used, for what no month has shown yet. ``elapsed``: which
    part of the last month is over; one that is not says nothing of its own."""
    assert 0.0 <= expected <= 1.0
    assert 0.0 < elapsed <= 1.0
    skipped = 0 if elapsed == 1.0 else 1
    lived = [Lived(one.left, one.used, one.first_age, skipped) for one in cohorts]
    ends = [end for one in cohorts for end, left in one.ends if left > 0]
    found = curve(lived, ends, expected, window)
    shown = [_shown(one, found, window) for one in lived]
    believed = credibility(shown)
    untried = UNTRIED / sqrt(1 + _run_off(cohorts, window))
    return Redemption(
        tuple(
            _ultimate(one, found, _tendency(ratios, believed), elapsed, untried)
            for one, ratios in zip(cohorts, shown, strict=True)
        ),
        found,
    )


def _run_off(cohorts: Sequence[Cohort], window: int) -> float:
    """How many months have been lived to their end, a small one counting for what it is; where units have no end, that
    of ``window`` months is long enough."""
    own = [one for one in cohorts if one.base > 0 and not one.is_taken_over]
    ended = [one for one in own if one.age > (window if one.last_age is None else one.last_age)]
    return len(own) * sum(one.base for one in ended) / sum(one.base for one in own) if own else 0.0


def _shown(cohort: Lived, found: Curve, window: int) -> list[tuple[float, float]]:
    """At each age that is looked at: what was used, over what the curve would have used, and this as its weight."""
    ratios = []
    for age in cohort.ages(window):
        if age >= found.ages:
            break
        factor = found.links[age].factor
        would = (cohort.left[age] + cohort.used[age]) * (1 - (1.0 if factor is None else factor))
        if would > 0:
            ratios.append((cohort.used[age] / would, would))
    return ratios


@dataclass(frozen=True, slots=True)
class _Tendency:
    """``times`` as much is used as of the older months; believed with ``credibility``."""

    times: float
    credibility: float


def _tendency(ratios: Sequence[tuple[float, float]], believed: Credibility) -> _Tendency:
    weight = sum(would for _, would in ratios)
    factor = believed.factor(weight)
    return _Tendency(max(1 + factor * (mean(ratios) - 1), 0.0) if ratios else 1.0, factor)


def _ultimate(cohort: Cohort, found: Curve, tendency: _Tendency, elapsed: float, untried: float) -> Ultimate:
    parts = [(_to_come(cohort, found, tendency, end, elapsed), left) for end, left in cohort.ends if left > 0]
    whole = sum(left for _, left in parts)
    expected = sum(one.units * left for one, left in parts) / whole if whole else 0.0
    errors = [one.error * left / whole for one, left in parts if one.error is not None]
    expected = min(max(expected, 0.0), float(max(cohort.outstanding, 0)))
    basis = Basis.ASSUMED if any(one.is_assumed for one, _ in parts) else Basis.ESTIMATED
    return Ultimate(
        cohort.month,
        cohort.age,
        cohort.base,
        cohort.used_so_far,
        cohort.outstanding,
        expected,
        tendency.credibility if parts else 1.0,
        hypot(sum(errors), untried * expected) if len(errors) == len(parts) else None,
        basis if parts else Basis.OBSERVED,
    )


@dataclass(frozen=True, slots=True)
class _ToCome:
    """What will still be used of a month, if all that is left of it can be used until the same age."""

    units: float
    error: float | None
    is_assumed: bool = False


def _to_come(cohort: Cohort, found: Curve, tendency: _Tendency, end: int | None, elapsed: float) -> _ToCome:
    left, age = float(cohort.outstanding), cohort.age
    if left <= 0 or (end is not None and (age > end or (age == end and elapsed == 1.0))):
        return _ToCome(0.0, 0.0)
    if not found.ages:
        return _ToCome(_assumed(cohort, found, end), None, is_assumed=True)
    steps = list(found.steps(age + 1, end))
    if elapsed < 1.0:
        steps = [_part(step, 1 - elapsed) for step in found.steps(age, age)] + steps
    after = project(left, [_part(step, tendency.times) for step in steps])
    units = left - after.ultimate
    if not found.is_beyond(end):
        return _ToCome(units, after.error)
    beyond = found.used_beyond(end, age)
    if beyond is None:
        return _ToCome(max(units, _assumed(cohort, found, end)), None, is_assumed=True)
    error = after.error
    if error is not None:
        error = hypot(error * (1 - beyond), after.ultimate * found.error_beyond(end, age))
    return _ToCome(units + after.ultimate * beyond, error)


def _assumed(cohort: Cohort, found: Curve, end: int | None) -> float:
    """What the plan expects, less what was used already; of units that were taken over, as of any that are left."""
    if cohort.is_taken_over:
        return cohort.outstanding * found.share(None, last=end)
    return max(cohort.base * found.expected - cohort.used_so_far, 0.0)


def _part(step: Link, times: float) -> Link:
    """A step at which so many times as much is used."""
    return Link(step.before, max(step.before - (step.before - step.after) * times, 0.0), step.variance)


def lognormal(mean: float, error: float, deviations: float, most: float) -> Interval:
    if mean <= 0 or error <= 0:
        return Interval(mean, mean)
    variance = log(1 + (error / mean) ** 2)
    centre, spread = log(mean) - variance / 2, sqrt(variance)
    return Interval(
        min(exp(centre - deviations * spread), most), min(exp(centre + deviations * spread), most)
    )
