"""Figures drawn from their ranges: triangular between low and high, with the value as the likeliest.

Each figure draws from a stream of its own, made of the seed and its name. So the same seed gives the same figures, a
figure that becomes certain moves no other, and two sets of assumptions that are compared draw the same luck (common
random numbers: Law, Simulation Modeling and Analysis, 5th ed., 11.2). A figure draws once for all segments: what is
uncertain is mostly the same everywhere, and what is wrong in the same direction does not cancel out."""

from hashlib import sha256

import numpy as np
import numpy.typing as npt

from assidu.economics.models.assumptions import OF_PROGRAMME, OF_SEGMENTS, Assumptions, Range

Numbers = npt.NDArray[np.float64]


def drawn(found: Assumptions) -> dict[tuple[str, str], Numbers]:
    """As many scenarios as the assumptions ask for, one a row."""
    luck = {name: _luck(found.seed, name, found.draws) for name in (*OF_SEGMENTS, *OF_PROGRAMME)}
    figures = {
        (segment.code, name): triangular(getattr(segment, name), luck[name])
        for segment in found.segments
        for name in OF_SEGMENTS
    }
    return figures | {("", name): triangular(getattr(found, name), luck[name]) for name in OF_PROGRAMME}


def triangular(found: Range, luck: Numbers) -> Numbers:
    """The value below which so much of the distribution lies."""
    low, value, high = found.lowest, found.value, found.highest
    if high <= low:
        return np.full((1,) * luck.ndim, value)
    share = (value - low) / (high - low)
    below = low + np.sqrt(luck * (high - low) * (value - low))
    above = high - np.sqrt((1 - luck) * (high - low) * (high - value))
    picked: Numbers = np.where(luck < share, below, above)
    return picked


def stream(seed: int, name: str) -> np.random.Generator:
    """Chance of its own for whatever has a name."""
    named = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, named])))


def _luck(seed: int, name: str, draws: int) -> Numbers:
    return stream(seed, name).random((draws, 1))
