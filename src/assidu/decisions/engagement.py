"""How much a customer takes part, whatever they spend: occasions counted by month, weighed when they are looked at.

Only counts are kept (``did:<what>:<month>``), so that mergers and returns add up, and other weights apply at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from assidu.decisions.calendar import add_months, month_of
from assidu.decisions.decision import Count
from assidu.decisions.plan import Engagement

DID = "did:"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class EngagementPart:
    """What of the score something that was done makes, in thousandths: ``now``, and ``then``, once it has faded."""

    what: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class EngagementStanding:
    """The score and what it is made of, the largest part first. On ``fades_on`` it is ``score_then``, should nothing
    more be done until that day."""

    score: int
    parts: tuple[EngagementPart, ...]
    fades_on: date
    score_then: int


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


def engagement_standing(engagement: Engagement, counters: Mapping[str, int], day: date) -> EngagementStanding:
    """As somebody is on a day, with what the next month leaves of it."""
    fades_on = add_months(month_of(day), 1)
    now, then = parts_of(engagement, counters, day), parts_of(engagement, counters, fades_on)
    parts = [EngagementPart(what, part, then.get(what, 0)) for what, part in now.items()]
    return EngagementStanding(
        score(engagement, counters, day),
        tuple(sorted(parts, key=lambda one: -one.now)),
        fades_on,
        score(engagement, counters, fades_on),
    )
