"""The cohorts of a currency at the end of a month, made of what was booked until then."""

from collections.abc import Mapping, Sequence
from datetime import date

from assidu.decisions.decision import Account
from assidu.economics.models.book import BookMonth
from assidu.economics.models.movements import IN_LOTS, Move, Moves
from assidu.economics.models.redemption import Cohort

LOST = (Account.BREAKAGE, Account.FORFEITED)


def cohorts_at(months: Sequence[BookMonth], currency: str) -> list[Cohort]:
    """By issue month, the oldest first, as of the end of the last of ``months``."""
    growing: dict[date, _Growing] = {}
    for book in months:
        for move, units in book.moves.items():
            if move.currency == currency and move.issued is not None and units:
                growing.setdefault(move.issued, _Growing()).add(book.month, move, units)
    last = months[-1].month if months else None
    return [one.cohort(month, last) for month, one in sorted(growing.items()) if last is not None]


class _Growing:
    """One issue month as its movements are added up."""

    def __init__(self) -> None:
        self.used: dict[date, int] = {}
        self.change: dict[date, int] = {}
        self.base = 0
        self.outstanding: dict[date | None, int] = {}
        self.issued_for: dict[date | None, int] = {}
        self.taken_over = 0
        self.entered: date | None = None

    def add(self, month: date, move: Move, units: int) -> None:
        change = units * ((move.target in IN_LOTS) - (move.source in IN_LOTS))
        outside = move.target if move.source in IN_LOTS else move.source
        self.outstanding[move.ends] = self.outstanding.get(move.ends, 0) + change
        self.change[month] = self.change.get(month, 0) + change
        if outside is Account.USED:
            self.used[month] = self.used.get(month, 0) - change
        elif outside not in LOST and outside not in IN_LOTS:
            self.base += change
            self.issued_for[move.ends] = self.issued_for.get(move.ends, 0) + change
            if outside is Account.OPENING:
                self.taken_over += change
                self.entered = month if self.entered is None else max(self.entered, month)

    def cohort(self, month: date, last: date) -> Cohort:
        ages = range(max(months_from(month, last), 0) + 1)
        used = _by_age(self.used, month)
        change = _by_age(self.change, month)
        left, at_end = [], 0
        for age in ages:
            at_end += change.get(age, 0)
            left.append(at_end)
        ends = {end: units for end, units in self.outstanding.items() if units}
        most = max(self.issued_for, key=lambda end: (self.issued_for[end], end is None), default=None)
        is_taken_over = 2 * self.taken_over > self.base
        return Cohort(
            month=month,
            base=self.base,
            used=tuple(used.get(age, 0) for age in ages),
            left=tuple(left),
            ends=tuple(
                (None if end is None else months_from(month, end), units)
                for end, units in sorted(ends.items(), key=lambda item: item[0] or date.max)
            ),
            last_age=None if most is None else months_from(month, most),
            entered=max(months_from(month, self.entered), 0) if is_taken_over and self.entered else None,
        )


def _by_age(months: Mapping[date, int], first: date) -> dict[int, int]:
    found: dict[int, int] = {}
    for month, units in months.items():
        age = max(months_from(first, month), 0)
        found[age] = found.get(age, 0) + units
    return found


def months_from(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def flows_of(moves: Moves, currency: str) -> dict[date, tuple[int, int, int, int]]:
    """By issue month, what a month did to it: units that came in (net of what was taken back), were used, were lost,
    and were used for a reward (part of those used)."""
    found: dict[date, list[int]] = {}
    for move, units in moves.items():
        if move.currency != currency or move.issued is None:
            continue
        change = units * ((move.target in IN_LOTS) - (move.source in IN_LOTS))
        if not change:
            continue
        outside = move.target if move.source in IN_LOTS else move.source
        flow = found.setdefault(move.issued, [0, 0, 0, 0])
        if outside is Account.USED:
            flow[1] -= change
            flow[3] -= change if move.is_exchange else 0
        elif outside in LOST:
            flow[2] -= change
        else:
            flow[0] += change
    return {
        month: (come, used, lost, exchanged) for month, (come, used, lost, exchanged) in sorted(found.items())
    }
