"""The revenue view (IFRS 15.B39 to B43): points are goods sold in advance, at their share of the price.

The price of the sales that gave them (HT) is allocated in proportion to stand-alone prices: that of the goods, and
that of the units, which is their face value (HT) times the share that will be used. What is allocated stays; it
becomes revenue as units are used, in proportion to what will be used in all, re-estimated at each month's end
(breakage is recognised with use, B46). When units are handed in for a reward, what is carried for them goes to the
reward instead.

What was allocated is no estimate any more: it is not allocated again when the rate turns out otherwise (IFRS 15.88).
What is still expected to be used is one, and what is carried grows with it,

    carried = allocated * expected / (used + expected),

so the ends of its interval (`redemption`) are brought through the formula: quantiles stay quantiles, nothing is made
straight as the delta method would, and no end lies below nothing or beyond what was allocated. Over issue months, the
ends are added up: these are the quantiles of the sum if all err in the same direction, wider than the truth (Dhaene,
J., Denuit, M., Goovaerts, M. J., Kaas, R. and Vyncke, D. (2002), "The concept of comonotonicity in actuarial science
and finance: theory", Insurance: Mathematics and Economics 31).

KPMG, "Revenue: IFRS 15 handbook", examples 10A and 10B: see the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assidu.economics.models.redemption import Interval


def allocated_minor(
    price_minor: float, goods_minor: float, units_minor: Sequence[float], *, digits: int | None = None
) -> list[float]:
    """What of a price belongs to each of several kinds of units, by stand-alone prices. ``digits``: shares are rounded
    first, as some who do it by hand do (2: to the per cent)."""
    whole = goods_minor + sum(units_minor)
    if whole <= 0 or price_minor <= 0:
        return [0.0 for _ in units_minor]
    shares = [units / whole for units in units_minor]
    return [price_minor * (share if digits is None else round(share, digits)) for share in shares]


def recognised_minor(allocated: float, used: float, ultimate: float) -> float:
    """Of what was allocated, the part that is revenue by now: that of what will be used, which is used."""
    if ultimate <= 0:
        return allocated  # nothing will be used any more: what was paid for it is earned
    return allocated * min(max(used, 0.0) / ultimate, 1.0)


@dataclass(frozen=True, slots=True)
class Deferred:
    """One issue month of a currency: what is allocated to it, to how many units, and how much of it is no longer
    owed."""

    month: date
    allocated: float
    base: int
    recognised: float

    @property
    def carried(self) -> float:
        return self.allocated - self.recognised

    def within(self, used: int, expected: Interval) -> Interval:
        """Between which amounts it lies, if what will still be used lies in ``expected``."""
        low, high = (
            self.allocated - recognised_minor(self.allocated, used, used + units)
            for units in (expected.low, expected.high)
        )
        return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Point:
    """Where an issue month stands at a month's end; ``exchanged`` of what was used in this month was for a reward."""

    base: int
    used: float
    ultimate: float
    exchanged: int = 0


def stepped(
    before: Mapping[date, Deferred], points: Mapping[date, Point], fresh: Mapping[date, float]
) -> tuple[list[Deferred], float, float]:
    """One currency, one month on: where its issue months stand, what was recognised as revenue, and what of it goes to
    rewards instead. ``fresh``: what is allocated to issue months that are new, or to more units of older ones."""
    found: list[Deferred] = []
    revenue = moved = 0.0
    for month, point in points.items():
        earlier = before.get(month)
        allocated, base = (earlier.allocated, earlier.base) if earlier is not None else (0.0, 0)
        gone = earlier.recognised if earlier is not None else 0.0
        if base > 0 and 0 <= point.base < base:
            # Units taken back with a return: the price that was allocated to them went back too.
            allocated = max(allocated * point.base / base, min(gone, allocated))
        allocated += fresh.get(month, 0.0)
        now = recognised_minor(allocated, point.used, point.ultimate)
        revenue += now - gone
        if point.exchanged > 0 and point.ultimate > 0:
            moved += min(allocated * point.exchanged / point.ultimate, max(now - gone, 0.0))
        found.append(Deferred(month, allocated, point.base, now))
    return found, revenue - moved, moved
