"""How much a customer takes part, over all channels: what counts, and how it fades."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Engagement:
    """``weights``: score for each purchase (``sale``) or activity. ``fading_ppm``: what is left of it, in millionths,
    after 0, 1, 2… calendar months; later nothing is."""

    weights: Mapping[str, int]
    fading_ppm: tuple[int, ...]
