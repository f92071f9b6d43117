"""Assumptions as ranges, drawn many times; the same draws for every plan, so that only the plans differ.

Common random numbers: one seed gives one table of draws and, for each customer, one row of weights and chances,
whatever the number of plans and of processes (Law, Simulation Modeling and Analysis, 5th ed., 11.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]
"""One number for each draw."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a figure may be: triangular between ``low`` and ``high``, the likeliest at ``likely``.

    ``is_measured``: it rests on this brand's own figures; without, it is an assumption, wide on purpose.
    """

    low: float
    likely: float
    high: float
    is_measured: bool = False

    @property
    def is_sound(self) -> bool:
        return self.low <= self.likely <= self.high

    def at(self, chance: Draws) -> Draws:
        """The figure at the given quantiles: the inverse of the triangular distribution."""
        width = self.high - self.low
        if width <= 0:
            return np.full_like(chance, self.likely)
        peak = (self.likely - self.low) / width
        left = self.low + np.sqrt(chance * width * (self.likely - self.low))
        right = self.high - np.sqrt((1 - chance) * width * (self.high - self.likely))
        found: Draws = np.where(chance < peak, left, right)
        return found


def drawn(ranges: Mapping[str, Range], count: int, seed: int) -> dict[str, Draws]:
    """``count`` draws of each range, spread evenly over its quantiles (a Latin hypercube) and mixed by ``seed``.

    What one figure draws does not depend on which others there are.
    """
    found = {}
    for code, one in ranges.items():
        chance = generator(seed, code)
        quantiles = (chance.permutation(count) + chance.random(count)) / count
        found[code] = one.at(quantiles)
    return found


def weights(seed: int, who: str, count: int) -> Draws:
    """How often a customer stands in each of ``count`` samples of the customers: the Poisson bootstrap.

    Independent of how many others there are, and so of processes and batches (Hanley & MacGibbon 2006; Chamandy et
    al. 2012).
    """
    return generator(seed, f"weight:{who}").poisson(1.0, count).astype(np.float64)


def chance(seed: int, what: str) -> float:
    """From 0 to 1, excluded: the chance of one thing, the same under every plan."""
    return int.from_bytes(blake2b(f"{seed}\n{what}".encode(), digest_size=8).digest(), "big") / 2**64


def generator(seed: int, what: str) -> np.random.Generator:
    """Chance of its own for everything that has a name."""
    key = blake2b(f"{seed}\n{what}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "big")))


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean over all draws, and where 80 and 95 % of them lie. Amounts are told in whole minor units: no figure
    depends on the order in which processes were done."""

    mean: float
    low80: float
    high80: float
    low95: float
    high95: float


def estimate(draws: Draws) -> Estimate:
    low95, low80, high80, high95 = np.quantile(draws, (0.025, 0.1, 0.9, 0.975))
    return Estimate(*(float(round(one)) for one in (draws.mean(), low80, high80, low95, high95)))
