"""From a file and its mapping to events as JSON texts, or to records: the whole reader behind one door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assidu.connectors.files.batches import Batch
from assidu.connectors.files.csv_rows import read_csv
from assidu.connectors.files.evaluation import Fault, Faults, missing, objects
from assidu.connectors.files.grouping import Groups, events_of
from assidu.connectors.files.json_rows import RAW, read_json_lines, stretches_of_lines
from assidu.connectors.files.mapping import Format, Mapping, MappingError, Target, columns_of
from assidu.connectors.files.mapping_file import REQUIRED_FIELDS
from assidu.connectors.files.parquet_rows import read_parquet, row_groups

EXTENSIONS = {
    ".csv": Format.CSV,
    ".txt": Format.CSV,
    ".tsv": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
}
_PART_ROWS_MIN = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file that one process reads: the groups of rows that begin in it. ``weight`` is rows, or as good.

    Of Parquet it begins with a row group, of JSON Lines at an offset.
    """

    first_group: int = 0
    first_row: int = 1
    stop_row: int | None = None
    weight: int = 1
    first_byte: int = 0
    stop_byte: int | None = None


@dataclass(slots=True)
class Told:
    """What some rows told: events as JSON texts with the row they begin on, what was set aside, and how many rows."""

    events: list[tuple[int, bytes]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    not_meant: int = 0


@dataclass(slots=True)
class Records:
    """Records with their rows, what was set aside, and how many rows."""

    records: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    not_meant: int = 0


def format_of(path: Path, mapping: Mapping) -> Format:
    known = mapping.file.format or EXTENSIONS.get(path.suffix.lower())
    if known is None:
        raise MappingError(mapping.path, 1, f"say [file] format: the name {path.name} does not tell it")
    if mapping.target is Target.EVENT and mapping.event is None and known is not Format.JSONL:
        raise MappingError(mapping.path, 1, "events in CloudEvents form come as JSON Lines")
    return known


def parts_of(path: Path, mapping: Mapping, parts_max: int) -> list[Part]:
    """How to share a file between processes. In a CSV file nobody knows where rows begin without reading it."""
    known = format_of(path, mapping)
    if known is Format.JSONL and (mapping.event is None or not mapping.event.group_by):
        return [
            Part(first_row=row, weight=rows + 1, first_byte=first, stop_byte=stop)
            for row, rows, first, stop in stretches_of_lines(path, max(parts_max, 1))
        ]
    if known is not Format.PARQUET:
        return [Part(weight=path.stat().st_size // 40 + 1)]
    groups = row_groups(path, mapping)
    if mapping.event is None or mapping.only:
        return [Part(weight=sum(groups) + 1)]
    wanted = max(sum(groups) // max(parts_max, 1), _PART_ROWS_MIN)
    parts: list[Part] = []
    first_group, first_row, rows = 0, 1, 0
    for group, count in enumerate(groups, start=1):
        rows += count
        if rows >= wanted or group == len(groups):
            is_last = group == len(groups)
            parts.append(Part(first_group, first_row, None if is_last else first_row + rows, rows))
            first_group, first_row, rows = group, first_row + rows, 0
    return parts or [Part()]


def read_events(path: Path, mapping: Mapping, part: Part = Part()) -> Iterator[Told]:
    """The events of a part of a file, some thousand rows at a time."""
    assert mapping.target is Target.EVENT
    if mapping.event is None:
        for lines in read_json_lines(path, mapping, part.first_row, part.first_byte, part.stop_byte):
            told = _started(lines)
            told.events = list(zip(lines.rows, lines.values(RAW), strict=True))
            yield told
        return
    before = None
    if part.first_group:
        before = Groups.last_key(path, mapping, part.first_group - 1)
    groups = Groups(mapping.event, before, part.stop_row)
    for batch in _batches(path, mapping, part):
        told = _started(batch)
        kept = _kept(batch, mapping)
        told.not_meant = len(batch.rows) - len(kept.rows)
        complete = groups.complete(kept)
        told.events, faults = events_of(complete, mapping)
        told.faults += faults
        if groups.is_over:
            told.rows = sum(1 for row in batch.rows if part.stop_row is None or row < part.stop_row)
        yield told
        if groups.is_over:
            return
    last = Told()
    last.events, last.faults = events_of(groups.rest(), mapping)
    yield last


def read_records(path: Path, mapping: Mapping) -> Iterator[Records]:
    rule = mapping.record
    assert rule is not None
    required = REQUIRED_FIELDS[mapping.target]
    made_of = {name: columns_of(rule.values[name]) if name in rule.values else () for name in required}
    for batch in _batches(path, mapping, Part()):
        told = _started(batch)
        found = Records(faults=told.faults, rows=told.rows)
        kept = _kept(batch, mapping)
        found.not_meant = len(batch.rows) - len(kept.rows)
        faults = Faults()
        records = objects(rule, kept, mapping.file, faults)
        where = {name: missing(name, columns, kept) for name, columns in made_of.items()}
        for place, (row, record) in enumerate(zip(kept.rows, records, strict=True)):
            lacking = next((name for name in required if name not in record), None)
            if place in faults.by_place:
                found.faults.append(Fault(row, *faults.by_place[place]))
            elif lacking is not None:
                found.faults.append(Fault(row, "missing_value", where[lacking](place)))
            else:
                found.records.append((row, record))
        yield found


def _started(batch: Batch) -> Told:
    faults = [Fault(one.row, "unreadable_row", one.reason) for one in batch.unreadable]
    return Told(faults=faults, rows=len(batch.rows) + len(faults))


def _batches(path: Path, mapping: Mapping, part: Part) -> Iterator[Batch]:
    match format_of(path, mapping):
        case Format.CSV:
            yield from read_csv(path, mapping)
        case Format.JSONL:
            yield from read_json_lines(path, mapping, part.first_row, part.first_byte, part.stop_byte)
        case Format.PARQUET:
            yield from read_parquet(path, mapping, part.first_group)


def _kept(batch: Batch, mapping: Mapping) -> Batch:
    """The rows that the mapping is meant for."""
    if not mapping.only:
        return batch
    places: Sequence[int] = range(len(batch.rows))
    for column, allowed in mapping.only.items():
        texts = batch.texts(column)
        places = [place for place in places if texts[place] in allowed]
    return batch.take(places)
