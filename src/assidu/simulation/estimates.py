"""From some customers, drawn by chance without putting back, to all: what adds up, and how sure it is.

Money and units are scaled up in the ratio of the history of all, whose length is known, to that of those decided: they
go with it, and what is left of their spread is small. With ``R = Σy / Σx`` and ``f = n / N``:

    Y = X · R,   half of the interval = t · N · (X̄ / x̄) · √((1 - f) / n · Σ(y - R·x)² / (n - 1))

(Cochran, *Sampling Techniques*, 3rd edition 1977, chapter 6). Customers are counted with Wilson's interval (1927) and
the same correction for a finite population, so that nobody seen is not taken for nobody there; the difference of two
counts with theirs (Zou and Donner, *Statistics in Medicine* 2008). When everybody is decided nothing is left to
estimate: the sums themselves, without any width.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

SURE_PERCENT = 80
"""How often an interval should hold."""
_Z = NormalDist().inv_cdf(0.5 + SURE_PERCENT / 200)


@dataclass(frozen=True, slots=True)
class Between:
    """A figure and where it probably is."""

    value: int
    low: int
    high: int


@dataclass(slots=True)
class Histories:
    """How much history the customers have who are decided: whole numbers, so that no figure depends on their order."""

    n: int = 0
    x: int = 0
    xx: int = 0

    def add(self, x: int) -> None:
        self.n += 1
        self.x += x
        self.xx += x * x


@dataclass(slots=True)
class Moments:
    """Sums of what is asked for, over the same customers; whoever has nothing of it adds nothing."""

    y: int = 0
    yy: int = 0
    xy: int = 0

    def add(self, x: int, y: int) -> None:
        self.y += y
        self.yy += y * y
        self.xy += x * y


def scaled(of: Histories, found: Moments, count: int, history: int) -> Between:
    """The sum over all ``count`` customers, who have so much ``history`` together; two must be decided at least."""
    n = of.n
    if n >= count:
        return Between(found.y, found.y, found.y)
    ratio = found.y / of.x
    left = max(found.yy - 2 * ratio * found.xy + ratio * ratio * of.xx, 0.0)
    value = history * ratio
    half = _student(n - 1) * n * (history / of.x) * sqrt((1 - n / count) / n * left / (n - 1))
    return Between(round(value), round(value - half), round(value + half))


def counted(seen: int, n: int, count: int) -> Between:
    """How many of all ``count`` customers are such as ``seen`` of ``n``."""
    low, high = _wilson(seen, n, count)
    value = round(count * seen / n)
    # Who was seen is there, and who was seen to be otherwise is not.
    at_least, at_most = max(round(count * low), seen), min(round(count * high), count - (n - seen))
    return Between(value, min(at_least, value), max(at_most, value))


def moved(to: int, away: int, n: int, count: int) -> Between:
    """By how much a count of all customers changes, where so many of ``n`` came and so many went."""
    p, q = to / n, away / n
    (p_low, p_high), (q_low, q_high) = _wilson(to, n, count), _wilson(away, n, count)
    low = p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return Between(round(count * (p - q)), round(count * low), round(count * high))


def _wilson(seen: int, n: int, count: int) -> tuple[float, float]:
    p = seen / n
    c = _Z**2 * (count - n) / max(count - 1, 1)
    middle, half = p + c / (2 * n), sqrt(c * (p * (1 - p) / n + c / (4 * n * n)))
    return (middle - half) / (1 + c / n), (middle + half) / (1 + c / n)


def _student(freedom: int) -> float:
    """The quantile of Student's t, by its expansion around the normal one (Abramowitz and Stegun 1964, 26.7.5)."""
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
