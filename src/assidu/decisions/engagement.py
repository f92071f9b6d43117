"""How much a customer takes part, whatever they spend: occasions counted by month, weighed when they are looked at.

Only counts are kept (``did:<what>:<month>``), so that mergers and returns add up, and other weights apply at once.
"""

from collections.abc import Mapping
from datetime import date

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
    month = day.year * 12 + day.month
    for name, times in counters.items():
        if not name.startswith(DID):
            continue
        what, year_month = name[len(DID) : -8], name[-7:]
        age = month - int(year_month[:4]) * 12 - int(year_month[5:])
        if 0 <= age < len(engagement.fading_ppm) and what in engagement.weights:
            part = times * engagement.weights[what] * 1000 * engagement.fading_ppm[age] // MILLION
            found[what] = found.get(what, 0) + part
    return found


def score(engagement: Engagement | None, counters: Mapping[str, int], day: date) -> int:
    """The whole score on a day, rounded down; 0 where the programme has none."""
    return 0 if engagement is None else sum(parts_of(engagement, counters, day).values()) // 1000
