"""How much a customer takes part, whatever they spend: occasions counted by month, weighed when they are looked at.

Only counts are kept (``did:<what>:<month>``), so that mergers and returns add up, and other weights apply at once.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from assidu.decisions.decision import Count
from assidu.decisions.plan import Engagement

DID = "did:"
MILLION = 1_000_000


def did(engagement: Engagement | None, what: str, day: date, change: int = 1) -> tuple[Count, ...]:
    """The counter that moves when a customer does ``what`` on ``day``; nothing when the programme does not weigh it."""
    if engagement is None or what not in engagement.weights:
        return ()
    return (Count(f"{DID}{what}:{day.year:04d}-{day.month:02d}", change),)


def parts_of(engagement: Engagement, counters: Mapping[str, int], day: date) -> dict[str, int]:
    """The score by what was done, in thousandths: times × weight × what is left of it after so many months."""
    found: dict[str, int] = {}
    months = _months_before(day, len(engagement.fading_ppm))
    for what, weight in engagement.weights.items():
        part = 0
        for month, left_ppm in zip(months, engagement.fading_ppm, strict=True):
            times = counters.get(f"{DID}{what}:{month}")
            if times:
                part += times * weight * 1000 * left_ppm // MILLION
        if part:
            found[what] = part
    return found


@lru_cache(maxsize=512)
def _months_before(day: date, count: int) -> tuple[str, ...]:
    """This month and those before it, as counters name them."""
    first = day.year * 12 + day.month - 1
    return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, first - count, -1))


def score(engagement: Engagement | None, counters: Mapping[str, int], day: date) -> int:
    """The whole score on a day, rounded down; 0 where the programme has none."""
    return 0 if engagement is None else sum(parts_of(engagement, counters, day).values()) // 1000
