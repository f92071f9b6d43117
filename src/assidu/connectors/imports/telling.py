"""Reads all files of events in several processes: each event checked, spooled as it is, and entered in the index."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from tempfile import TemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from assidu.connectors.files.mapping import MappingError
from assidu.connectors.files.reading import Part, parts_of, read_events
from assidu.connectors.imports.types import Entry, Original, Pair, SetAside, Ticket, Watch
from assidu.decisions.calendar import local_day
from assidu.events import wire
from assidu.loyalty.offer_codes import hash_of
from assidu.loyalty.referee import Referee, RefereedQuotas

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(slots=True)
class Telling:
    """What the files told. Spools are nameless files: they end with the process, and nobody else can open them.

    ``codes`` are the hashes of those that were shown with tickets.
    """

    entries: list[Entry] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    rows: int = 0
    not_meant: int = 0
    spools: list[IO[bytes]] = field(default_factory=list)
    codes: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Task:
    file: int
    part: Part


def tell(pairs: Sequence[Pair], key: bytes, zone: ZoneInfo, processes: int, watch: Watch) -> Telling:
    """Everything in the files of events; raises `MappingError` when a mapping does not fit its file."""
    tasks = [
        _Task(n, part)
        for n, pair in enumerate(pairs)
        for part in parts_of(pair.file, pair.mapping, 2 * processes)
    ]
    total = sum(task.part.weight for task in tasks)
    heaviest_first = sorted(range(len(tasks)), key=lambda n: -tasks[n].part.weight)
    telling = Telling(spools=[TemporaryFile("w+b", prefix="assidu-") for _ in range(processes)])  # noqa: SIM115
    context = get_context("fork")
    taken = context.Value("q", 0)
    rows = context.Array("q", processes, lock=False)

    def work(part: int, _parts: int, quotas: RefereedQuotas) -> dict[int, Telling]:
        quotas.close()
        found: dict[int, Telling] = {}
        reader = _Reader(part, telling.spools[part], key, zone)
        while True:
            quotas.check_parent()
            with taken.get_lock():
                place, taken.value = taken.value, taken.value + 1
            if place >= len(tasks):
                telling.spools[part].flush()
                return found
            number = heaviest_first[place]
            task = tasks[number]
            found[number] = one = Telling()
            for told in read_events(pairs[task.file].file, pairs[task.file].mapping, task.part):
                reader.take(pairs[task.file].file.name, task.file, told.events, one)
                one.set_aside += [
                    SetAside(pairs[task.file].file.name, f.row, f.code, f.detail) for f in told.faults
                ]
                one.rows += told.rows
                one.not_meant += told.not_meant
                rows[part] += told.rows

    results: dict[int, Telling] = {}
    for result in Referee[dict[int, Telling]](
        watch=lambda: watch("Reading", min(sum(rows), total), total)
    ).run(work, processes):
        results |= result
    for number in range(len(tasks)):
        one = results[number]
        telling.entries += one.entries
        telling.set_aside += one.set_aside
        telling.rows += one.rows
        telling.not_meant += one.not_meant
        telling.codes |= one.codes
    _check_promises(pairs, telling.entries)
    return telling


class _Reader:
    """One process's reading: from JSON texts to entries, each text kept in the spool."""

    def __init__(self, part: int, spool: IO[bytes], key: bytes, zone: ZoneInfo) -> None:
        self._part = part
        self._spool = spool
        self._key = key
        self._zone = zone
        self._offset = 0

    def take(self, name: str, file: int, events: Sequence[tuple[int, bytes]], telling: Telling) -> None:
        for row, raw in events:
            try:
                incoming = wire.parse(raw)
            except wire.Invalid as invalid:
                error = invalid.errors[0]
                # The decoder quotes what it found, and that may be anything.
                detail = f"{error.path}: {_QUOTED.sub('…', error.message)}"
                telling.set_aside.append(SetAside(name, row, error.code, detail))
                continue
            self._spool.write(raw)
            telling.entries.append(self._entry(incoming, file, row, len(raw)))
            data = incoming.data
            if isinstance(data, wire.SaleData | wire.SaleUpdateData) and data.codes:
                telling.codes.update(hash_of(code, self._key) for code in data.codes)
            self._offset += len(raw)

    def _entry(self, incoming: wire.Incoming, file: int, row: int, length: int) -> Entry:
        data = incoming.data
        ticket: Ticket | None = None
        if incoming.ticket:
            ticket = incoming.store, local_day(incoming.at, self._zone).isoformat(), incoming.ticket
        return Entry(
            incoming.at,
            incoming.key.source,
            incoming.key.id,
            wire.fingerprint(incoming, self._key),
            incoming.type,
            str(incoming.subject) if incoming.subject else None,
            ticket,
            original_of(data) if isinstance(data, wire.AfterSaleData) else None,
            str(incoming.absorbed) if incoming.absorbed else None,
            incoming.profile is not None,
            incoming.store,
            file,
            row,
            self._part,
            self._offset,
            length,
        )


def original_of(data: wire.AfterSaleData) -> Original:
    """How a return or a change names its ticket."""
    if data.original is not None:
        return "ticket", data.original.store, data.original.date.isoformat(), data.original.ticket
    assert data.original_event is not None
    return "event", data.original_event.source, data.original_event.id


def _check_promises(pairs: Sequence[Pair], entries: Sequence[Entry]) -> None:
    """A file that says it is sorted is believed by whoever merges it with others: so it must be."""
    last: dict[int, Entry] = {}
    for entry in entries:
        before = last.get(entry.file)
        if before is not None and entry[:3] < before[:3] and pairs[entry.file].mapping.file.is_sorted:
            raise MappingError(
                pairs[entry.file].mapping.path,
                1,
                f"`sorted = true`, but row {entry.row} of {pairs[entry.file].file.name} comes before the one above it",
            )
        last[entry.file] = entry
