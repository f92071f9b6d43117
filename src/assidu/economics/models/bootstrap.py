"""Estimates about customers from draws: who stands in a sample, what they do in it, and how sure the sum of it is.

Everything that has a name has a chance of its own, whatever the number of plans, of processes and of other customers:
plans are compared on the same customers and the same luck.
"""

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np

from assidu.economics.models.assumptions import Range
from assidu.economics.models.chance import Numbers, stream, triangular
from assidu.economics.models.estimate import Estimate

Draws = Numbers
"""One number for each draw."""


def spread(ranges: Mapping[str, Range], count: int, seed: int) -> dict[str, Draws]:
    """``count`` draws of each range, spread evenly over its quantiles (a Latin hypercube: McKay, Beckman & Conover
    1979) and mixed by ``seed``. What one figure draws does not depend on which others there are."""
    found = {}
    for name, one in ranges.items():
        luck = stream(seed, name)
        quantiles = (luck.permutation(count) + luck.random(count)) / count
        found[name] = np.broadcast_to(triangular(one, quantiles), (count,)).copy()
    return found


def weights(seed: int, who: str, count: int) -> Draws:
    """How often a customer stands in each of ``count`` samples of the customers: the Poisson bootstrap, independent of
    how many others there are, and so of processes and batches (Hanley & MacGibbon 2006; Chamandy et al. 2012)."""
    return stream(seed, f"weight:{who}").poisson(1.0, count).astype(np.float64)


def chance(seed: int, what: str) -> float:
    """From 0 to 1, excluded: the chance of one thing, the same under every plan."""
    return int.from_bytes(blake2b(f"{seed}\n{what}".encode(), digest_size=8).digest(), "big") / 2**64


def estimate(draws: Draws) -> Estimate:
    """The mean over all draws, and where 80 and 95 % of them lie. Amounts are told in whole minor units: no figure
    depends on the order in which processes were done."""
    low_95, low_80, high_80, high_95 = np.quantile(draws, (0.025, 0.1, 0.9, 0.975))
    return Estimate(*(float(round(one)) for one in (draws.mean(), low_80, high_80, low_95, high_95)))
