"""Which month a movement belongs to in the books: that of its day or, when that one is closed already, the open one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assidu.decisions.calendar import add_months
from assidu.economics.models.movements import Moves, added, without


@dataclass(frozen=True, slots=True)
class BookMonth:
    """``late``: the part of ``moves`` whose days lie in months that were closed when it was learnt."""

    month: date
    moves: Moves
    late: Moves
    is_closed: bool


def months_between(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = add_months(month, 1)


def booked(by_day: Mapping[date, Moves], closed: Sequence[tuple[date, Moves]], last: date) -> list[BookMonth]:
    """Every month from the first one to ``last``. ``by_day``: everything recorded by now, by the month of its day;
    ``closed``: what was booked in the closed months, the oldest first. What is not booked yet and belongs to a closed
    month falls in the first open one: no hour of recording is looked at, so nothing is lost or counted twice."""
    found = [BookMonth(month, moves, {}, is_closed=True) for month, moves in closed]
    first = closed[0][0] if closed else min(by_day, default=last)
    before = closed[-1][0] if closed else None
    late: Moves = {}
    if before is not None:
        recorded = added(moves for month, moves in by_day.items() if month <= before)
        late = without(recorded, added(moves for _, moves in closed))
    for month in months_between(first if before is None else add_months(before, 1), last):
        own = by_day.get(month, {})
        found.append(BookMonth(month, added((own, late)) if late else own, late, is_closed=False))
        late = {}
    return found
