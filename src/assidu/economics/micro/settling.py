"""When the intervals of a trial have settled: how far the ends of each moved from one round to the next."""

from collections.abc import Sequence

from assidu.economics.micro.types import Round

SETTLED = 0.10
"""Ends of the 80 % intervals that moved by no more than this part of their width are settled."""
CUSTOMERS_FEW = 30
"""Below so many customers, those who were drawn again and again are hardly a picture of others."""


def moved(before: Round, after: Round) -> float:
    """The farthest that an end of any plan's 80 % interval of net moved, as a part of the width that it has now. What
    is narrower than a minor unit counts as one wide."""
    ends = zip(before.net_low_80, before.net_high_80, after.net_low_80, after.net_high_80, strict=True)
    return max(
        max(abs(low - low_before), abs(high - high_before)) / max(high - low, 1.0)
        for low_before, high_before, low, high in ends
    )


def settled_after(rounds: Sequence[Round]) -> int | None:
    """The first round (from 1) that moved by no more than ``SETTLED``, as all later ones did."""
    settled: int | None = None
    for n, one in enumerate(rounds, start=1):
        is_near = one.moved is not None and one.moved <= SETTLED
        settled = (settled or n) if is_near else None
    return settled
