"""What was expected of past months' ends, beside what came: how far the estimates can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assidu.economics.models.month import CurrencyMonth
from assidu.economics.models.redemption import NORMAL, Interval, lognormal


@dataclass(frozen=True, slots=True)
class Hindsight:
    """At the end of ``month``, so many units of issue months that have ended since were expected to be used still; so
    many were. ``interval`` held 80 % of what could come."""

    month: date
    expected: float
    used: int
    interval: Interval | None

    @property
    def was_within(self) -> bool | None:
        return None if self.interval is None else self.interval.low <= self.used <= self.interval.high


def hindsight(months: Sequence[tuple[date, CurrencyMonth]]) -> tuple[Hindsight, ...]:
    """One currency, the oldest month first; months of which nothing has ended since are left out."""
    if not months:
        return ()
    ended = {one.month: one for one in months[-1][1].ultimates if one.outstanding == 0}
    found = []
    for month, then in months[:-1]:
        waiting = [one for one in then.ultimates if one.outstanding > 0 and one.month in ended]
        if not waiting:
            continue
        expected = sum(one.expected for one in waiting)
        errors = [one.error for one in waiting if one.error is not None]
        interval = None
        if len(errors) == len(waiting):
            most = sum(one.outstanding for one in waiting)
            interval = lognormal(expected, sum(errors), NORMAL[80], most)
        found.append(
            Hindsight(month, expected, sum(ended[one.month].used - one.used for one in waiting), interval)
        )
    return tuple(found)
