"""What an import is given and what it answers."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from assidu.connectors.files.mapping import Mapping
from assidu.events.types import EventType

Ticket = tuple[str, str, str]
"""Store, business date, number."""

Original = tuple[str, ...]
"""How a return or a change names its ticket: ``("ticket", store, date, number)`` or ``("event", source, id)``."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A file and the mapping that explains it."""

    file: Path
    mapping: Mapping


class Entry(NamedTuple):
    """An event of a file, by what must be known of it to put it in its place; the rest lies in the spool.

    The first four make the order in which history is decided; the fingerprint only settles what comes first of two
    events with one key.
    """

    at: datetime
    source: str
    id: str
    fingerprint: bytes
    type: EventType
    subject: str | None
    ticket: Ticket | None
    original: Original | None
    absorbed: str | None
    has_profile: bool
    store: str
    file: int
    row: int
    spool: int
    offset: int
    length: int

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.id


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row or event that was not taken, and why; nothing personal is in it."""

    file: str
    row: int
    code: str
    detail: str = ""
    source: str = ""
    id: str = ""
    fingerprint: bytes | None = None

    @classmethod
    def of(cls, entry: Entry, file: str, code: str, detail: str = "") -> "SetAside":
        """An event that could be read."""
        return cls(file, entry.row, code, detail, entry.source, entry.id, entry.fingerprint)


class Place(NamedTuple):
    """Where a ticket or key was written; an anonymous ticket has no customer."""

    customer_id: UUID | None
    seq: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A control total that does not agree."""

    file: str
    what: str
    stated: int
    posted: int


Watch = Callable[[str, int, int], None]
"""Told several times a second: the phase, how much of it is done, and how much there is."""


def unwatched(phase: str, done: int, total: int) -> None:
    """For those who do not look."""


class AnotherImport(Exception):
    """One import at a time: another one is at work on this database."""


class NoProgramme(Exception):
    """Nothing is published that events could be decided under, or it must be said which of several."""


FIRST_ASIDE_MAX = 10


def first_of(aside: Iterable[SetAside]) -> list[SetAside]:
    """The first few as they stand in their files: enough to see what is wrong."""
    return nsmallest(FIRST_ASIDE_MAX, aside, key=lambda one: (one.file, one.row))


@dataclass(slots=True)
class Report:
    """What became of everything that was read. ``undrawn`` are tickets that met a draw without being drawn: they are
    from before it was committed to, or from after its end. ``columns``: what the files call a field that was left out.
    ``tries_takeovers_only``: a dry run that did not ask the programme about any other event, for that depends on the
    records that came along, and were not written."""

    rows: int = 0
    not_meant: int = 0
    records: Counter[str] = field(default_factory=Counter)
    events: int = 0
    recorded: int = 0
    anonymous: int = 0
    exists: int = 0
    refused_before: int = 0
    ticks: int = 0
    undrawn: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    first_aside: list[SetAside] = field(default_factory=list)
    fields_left_out: Counter[str] = field(default_factory=Counter)
    columns: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    is_resumed: bool = False
    is_dry_run: bool = False
    tries_takeovers_only: bool = False
    seconds: float = 0.0

    def put_aside(self, aside: Sequence[SetAside]) -> None:
        """Count these, and keep the first few of all."""
        self.set_aside.update(one.code for one in aside)
        self.first_aside = first_of([*self.first_aside, *aside])

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "not_meant": self.not_meant,
            "records": dict(self.records),
            "events": self.events,
            "recorded": self.recorded,
            "anonymous": self.anonymous,
            "exists": self.exists,
            "refused_before": self.refused_before,
            "ticks": self.ticks,
            "undrawn": self.undrawn,
            "set_aside": sum(self.set_aside.values()),
            "set_aside_by_reason": dict(sorted(self.set_aside.items())),
            "first_set_aside": [
                {"file": one.file, "row": one.row, "code": one.code, "detail": one.detail}
                for one in self.first_aside
            ],
            "fields_left_out": dict(sorted(self.fields_left_out.items())),
            "differences": [
                {"file": d.file, "what": d.what, "stated": d.stated, "posted": d.posted}
                for d in self.differences
            ],
            "is_resumed": self.is_resumed,
            "is_dry_run": self.is_dry_run,
            "tries_takeovers_only": self.tries_takeovers_only,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events_per_second, 1),
        }
