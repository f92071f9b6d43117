"""The demo's year: dates moved by whole weeks, and local times of the shops' zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from assidu.demo.arrays import Ints

ZONE = ZoneInfo("Europe/Paris")
DAY_S = 86_400
WEEK_S = 7 * DAY_S
EPOCH = date(1970, 1, 1)


def weeks_to_move(last_day: date, today: date) -> int:
    """How many whole weeks bring the last day into the seven days before today: what is bought that evening is past."""
    return ((today - last_day).days - 1) // 7


def day_of(local_s: int) -> date:
    return EPOCH + timedelta(days=local_s // DAY_S)


def seconds_of(day: date) -> int:
    return (day - EPOCH).days * DAY_S


def first_of_month(day: date, months: int = 0) -> date:
    """The first day of the month that lies so many months after the day's own."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class _Change:
    """Clocks change: from this local second on (read on the old clock), the new offset holds."""

    local_s: int
    before_s: int
    after_s: int


class LocalTime:
    """Local times of one zone between two days, as seconds without offset, converted many at a time."""

    def __init__(self, first: date, last: date, zone: ZoneInfo = ZONE) -> None:
        self.zone = zone
        at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
        end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
        offset = self._offset_s(at)
        self._first_offset_s = offset
        self._changes: list[_Change] = []
        while at < end:
            at += timedelta(hours=1)
            after = self._offset_s(at)
            if after != offset:
                self._changes.append(_Change(int(at.timestamp()) + offset, offset, after))
                offset = after

    def _offset_s(self, at: datetime) -> int:
        offset = at.astimezone(self.zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    def existing(self, local_s: Ints) -> Ints:
        """Move the times that the clocks skipped forward by what they skipped."""
        moved = local_s.copy()
        for change in self._changes:
            skipped = change.after_s - change.before_s
            in_gap = (local_s >= change.local_s) & (local_s < change.local_s + skipped)
            moved[in_gap] += skipped
        return moved

    def from_utc(self, utc_s: Ints) -> Ints:
        """What the clocks say at instants."""
        offset = np.full(len(utc_s), self._first_offset_s, dtype=np.int64)
        for change in self._changes:
            offset[utc_s >= change.local_s - change.before_s] = change.after_s
        local: Ints = utc_s + offset
        return local

    def to_utc(self, local_s: Ints) -> Ints:
        """The instants of existing local times; one that comes twice is taken as the first."""
        offset = np.full(len(local_s), self._first_offset_s, dtype=np.int64)
        for change in self._changes:
            offset[local_s >= change.local_s] = change.after_s
        return local_s - offset

    def iso(self, local_s: int) -> str:
        """One local time in ISO 8601 with its offset."""
        offset = int(local_s - self.to_utc(np.array([local_s], dtype=np.int64))[0])
        naive = datetime.fromtimestamp(local_s, UTC).replace(tzinfo=None)
        sign = "+" if offset >= 0 else "-"
        return f"{naive.isoformat()}{sign}{abs(offset) // 3600:02d}:{abs(offset) % 3600 // 60:02d}"
