"""Rows that follow one another and tell the same event are put together, and written as the events that they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from assidu.connectors.files.batches import Batch, ListBatch
from assidu.connectors.files.conversions import Unfit
from assidu.connectors.files.evaluation import Fault, Faults, evaluate, is_empty, missing, objects
from assidu.connectors.files.instants import instant_reader
from assidu.connectors.files.json_rows import columns_of_objects
from assidu.connectors.files.mapping import (
    EventRule,
    FileRule,
    ListFrom,
    ListRule,
    Mapping,
    TimeRule,
    columns_of,
)
from assidu.connectors.files.parquet_rows import ArrowBatch, parquet_file

GROUP_ROWS_MAX = 20_000
"""Longer than any ticket: a group beyond it is a mapping that groups by the wrong columns."""

Key = tuple[str | None, ...]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Complete:
    """Whole groups: their rows, where each begins, and, last, where the rows end."""

    batch: Batch
    bounds: Sequence[int]


class Groups:
    """Cuts batches where one event ends and the next begins; the last group of a batch waits for the next batch.

    ``before`` is the key of the row before the first: rows that go on with it belong to whoever read that one.
    ``stop_row`` ends the reading: groups that begin there belong to somebody else.
    """

    def __init__(self, rule: EventRule, before: Key | None = None, stop_row: int | None = None) -> None:
        self._rule = rule
        self._before = before
        self._stop_row = stop_row
        self._waiting: Batch | None = None
        self.is_over = False

    @staticmethod
    def last_key(path: Path, mapping: Mapping, group: int) -> Key:
        """The key of the last row of a row group."""
        assert mapping.event is not None
        names = [name.split(".")[0] for name in mapping.event.group_by]
        with parquet_file(path, mapping) as file:
            table = file.read_row_group(group, columns=names, use_threads=False)
        last = ArrowBatch([0], table.slice(table.num_rows - 1, 1))
        return tuple(last.texts(column)[0] for column in mapping.event.group_by)

    def complete(self, batch: Batch) -> Complete | None:
        """The groups that are known to be whole, now that ``batch`` follows."""
        if self._waiting is not None:
            batch, self._waiting = self._waiting.joined(batch), None
        if not len(batch.rows):
            return None
        keys = self._keys(batch)
        starts = [0, *(place for place in range(1, len(keys)) if keys[place] != keys[place - 1])]
        if self._before is not None:
            if keys[0] == self._before and self._rule.group_by:
                del starts[0]
            if starts:
                self._before = None
        if self._stop_row is not None:
            mine = [place for place in starts if batch.rows[place] < self._stop_row]
            self.is_over = len(mine) < len(starts)
            if self.is_over:
                return _complete(batch, [*mine, starts[len(mine)]])
            starts = mine
        if not starts:
            return None
        if not self._rule.group_by:
            return _complete(batch, [*starts, len(keys)])
        # Only a batch that begins a new group shows that the one before is whole.
        last = starts[-1]
        if len(keys) - last > GROUP_ROWS_MAX:
            return _complete(batch, [*starts, len(keys)])
        self._waiting = batch.slice(last, len(keys))
        return _complete(batch, starts)

    def rest(self) -> Complete | None:
        """The group that waited for a batch which did not come."""
        if self._waiting is None:
            return None
        return _complete(self._waiting, [0, len(self._waiting.rows)])

    def _keys(self, batch: Batch) -> Sequence[Any]:
        if not self._rule.group_by:
            return batch.rows
        columns = [batch.texts(column) for column in self._rule.group_by]
        return columns[0] if len(columns) == 1 and self._before is None else list(zip(*columns, strict=True))


def _complete(batch: Batch, bounds: Sequence[int]) -> Complete | None:
    return Complete(batch, bounds) if len(bounds) > 1 else None


def events_of(complete: Complete | None, mapping: Mapping) -> tuple[list[tuple[int, bytes]], list[Fault]]:
    """Each group as the JSON text of an event, or as a fault; both with the row on which the group begins."""
    if complete is None:
        return [], []
    rule, batch, bounds = mapping.event, complete.batch, complete.bounds
    assert rule is not None
    firsts = batch.take(bounds[:-1])
    faults = Faults()
    parts = {
        "type": evaluate(rule.type, firsts, mapping.file, faults),
        "source": evaluate(rule.source, firsts, mapping.file, faults),
        "id": evaluate(rule.id, firsts, mapping.file, faults),
        "time": _times(rule.time, firsts, mapping.file, faults),
    }
    none = [None] * len(firsts.rows)
    subjects = evaluate(rule.subject, firsts, mapping.file, faults) if rule.subject is not None else none
    bodies = objects(rule.body, firsts, mapping.file, faults)
    for one in rule.lists:
        _fill(one, batch, bounds, firsts, bodies, mapping.file, faults)
    columns = {
        "type": columns_of(rule.type),
        "source": columns_of(rule.source),
        "id": columns_of(rule.id),
        "time": {rule.time.column},
    }
    for name, values in parts.items():
        if None in values:
            where = missing(name, columns[name], firsts)
            for place, value in enumerate(values):
                if value is None:
                    faults.add(place, "missing_value", where(place))
    _beside_unreadable(batch, bounds, bool(rule.group_by), faults)
    events: list[tuple[int, bytes]] = []
    types, sources, ids, times = parts.values()
    for place, row in enumerate(firsts.rows):
        if place in faults.by_place:
            continue
        event = {
            "specversion": "1.0",
            "type": types[place],
            "source": sources[place],
            "id": ids[place],
            "time": times[place],
            "data": bodies[place],
        }
        if subjects[place] is not None:
            event["subject"] = subjects[place]
        events.append((row, _encode(event)))
    found = [Fault(firsts.rows[place], *why) for place, why in sorted(faults.by_place.items())]
    return events, found


def _times(rule: TimeRule, firsts: Batch, file: FileRule, faults: Faults) -> list[datetime | None]:
    read = instant_reader(rule, file.decimal_mark)
    found: list[datetime | None] = []
    for place, cell in enumerate(firsts.values(rule.column)):
        at = None
        if cell is not None and cell != "":
            try:
                at = read(cell)
            except Unfit as error:
                faults.add(place, "bad_value", f"{rule.column}: {error}")
        found.append(at)
    return found


def _fill(
    rule: ListRule,
    batch: Batch,
    bounds: Sequence[int],
    firsts: Batch,
    bodies: list[dict[str, Any]],
    file: FileRule,
    faults: Faults,
) -> None:
    """Add one list to each body, or more to a list that is there."""
    match rule.origin:
        case ListFrom.ROWS:
            items, ends = _items_of_rows(rule, batch, bounds, file, faults)
        case ListFrom.FIRST:
            items, ends = _items_of_rows(rule, firsts, range(len(firsts.rows) + 1), file, faults)
        case ListFrom.COLUMN:
            items, ends = _items_of_column(rule, firsts, file, faults)
    for place, body in enumerate(bodies):
        found = items[ends[place] : ends[place + 1]]
        if rule.field in body:
            body[rule.field] += found
        elif found or rule.keep_empty:
            body[rule.field] = found


def _items_of_rows(
    rule: ListRule, batch: Batch, bounds: Sequence[int], file: FileRule, faults: Faults
) -> tuple[list[dict[str, Any]], Sequence[int]]:
    """Items, and for each group where its items begin."""
    first, stop = bounds[0], bounds[-1]
    places: Sequence[int] = range(first, stop)
    ends: Sequence[int] = [bound - first for bound in bounds]
    if rule.skip_empty is not None:
        cells = batch.values(rule.skip_empty)
        places = [place for place in places if not is_empty(cells[place])]
        ends = _positions(places, bounds)
        batch = batch.take(places)
    elif first or stop < len(batch.rows):
        batch = batch.slice(first, stop)
    own = Faults()
    items = objects(rule.item, batch, file, own)
    _hand_over(own, ends, faults)
    return items, ends


def _items_of_column(
    rule: ListRule, firsts: Batch, file: FileRule, faults: Faults
) -> tuple[list[dict[str, Any]], Sequence[int]]:
    elements: list[Any] = []
    ends = [0]
    for place, cell in enumerate(firsts.values(rule.column)):
        if cell is not None and not isinstance(cell, list):
            faults.add(place, "bad_value", f"{rule.column}: no list")
        elif cell:
            elements += cell
        ends.append(len(elements))
    names = sorted(rule.item.columns() | ({rule.skip_empty} if rule.skip_empty else set()))
    within = ListBatch(range(len(elements)), columns_of_objects(elements, names))
    return _items_of_rows(rule, within, ends, file, faults) if elements else ([], ends)


def _positions(places: Sequence[int], bounds: Sequence[int]) -> list[int]:
    """How many of ``places`` lie before each bound."""
    found: list[int] = []
    position = 0
    for bound in bounds:
        while position < len(places) and places[position] < bound:
            position += 1
        found.append(position)
    return found


def _hand_over(own: Faults, ends: Sequence[int], faults: Faults) -> None:
    """A fault in one row of a group is a fault of the group."""
    group = 0
    for place, why in sorted(own.by_place.items()):
        while ends[group + 1] <= place:
            group += 1
        faults.add(group, *why)


def _beside_unreadable(batch: Batch, bounds: Sequence[int], is_grouped: bool, faults: Faults) -> None:
    """A row that cannot be read may be a part of the groups beside it, and half a ticket would be a wrong ticket."""
    if not is_grouped or not batch.unreadable:
        return
    lost = {one.row for one in batch.unreadable}
    for place in range(len(bounds) - 1):
        first, last = batch.rows[bounds[place]], batch.rows[bounds[place + 1] - 1]
        if any(row in lost for row in range(first - 1, last + 2)):
            faults.add(place, "incomplete_group", "a row beside it cannot be read")
