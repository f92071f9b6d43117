"""How tickets reach Assidu: nearly all in time, a few late, some twice, some also from the web shop."""

from dataclasses import dataclass

import numpy as np

from assidu.demo.arrays import Flags
from assidu.demo.year import Baskets

LATE_SHARE = 0.01
REPEATED_SHARE = 0.002
WEB_REPEATED_SHARE = 0.02  # of the web orders


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Per ticket. What is late is missing from the tills' export and comes after it."""

    is_late: Flags
    is_repeated: Flags
    is_also_from_web: Flags


def arrange_arrivals(baskets: Baskets, seed: int) -> Arrivals:
    rng = np.random.default_rng([seed, 6])
    count = len(baskets)
    is_late = _drawn(np.ones(count, dtype=bool), LATE_SHARE, rng)
    is_repeated = _drawn(~is_late, REPEATED_SHARE, rng)
    is_also_from_web = _drawn(~is_late & baskets.is_web, WEB_REPEATED_SHARE, rng)
    return Arrivals(is_late, is_repeated, is_also_from_web)


def _drawn(among: Flags, share: float, rng: np.random.Generator) -> Flags:
    candidates = np.flatnonzero(among)
    flags = np.zeros(len(among), dtype=bool)
    flags[rng.choice(candidates, size=round(len(candidates) * share), replace=False)] = True
    return flags
