"""What a mapping file says, typed. The format is explained in `docs/reference/mapping.md`."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo


class MappingError(Exception):
    """The mapping, or what it promises of its file, is wrong; the message names the file and the line."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}")
        self.file = file
        self.line = line
        self.message = message

    def __reduce__(self) -> tuple[type["MappingError"], tuple[str, int, str]]:
        """It is raised in a process that reads and told to the one that started it."""
        return MappingError, (self.file, self.line, self.message)


class Target(StrEnum):
    EVENT = "event"
    CUSTOMER = "customer"
    STORE = "store"
    PRODUCT = "product"
    PRICE = "price"
    ACCOUNT = "account"
    RATE = "rate"
    PROMOTION = "promotion"
    COST = "cost"
    MARGIN = "margin"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Kind(StrEnum):
    """What a column's content is turned into."""

    TEXT = "text"
    INTEGER = "integer"
    MINOR = "minor"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Constant:
    value: object


@dataclass(frozen=True, slots=True)
class Template:
    """Text with columns in it: ``pattern`` for `str.format`, ``columns`` in the order of their places."""

    pattern: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    column: str
    kind: Kind = Kind.TEXT
    decimals: int = 2
    format: str | None = None
    values: Map[str, object] | None = None
    default: object = None


Value = Constant | Template | Column


@dataclass(frozen=True, slots=True)
class Fields:
    """Named values; a nested object is left out when all its fields are."""

    values: Map[str, "Value | Fields"] = field(default_factory=dict)

    def columns(self) -> set[str]:
        found: set[str] = set()
        for value in self.values.values():
            found |= columns_of(value)
        return found


class ListFrom(StrEnum):
    ROWS = "rows"
    FIRST = "first"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class ListRule:
    """Fills one list of an event's body."""

    field: str
    item: Fields
    origin: ListFrom = ListFrom.ROWS
    column: str = ""
    skip_empty: str | None = None
    keep_empty: bool = False


@dataclass(frozen=True, slots=True)
class TimeRule:
    column: str
    format: str = "iso"
    zone: ZoneInfo | None = None
    is_gap_forward: bool = True
    is_fold_second: bool = False


@dataclass(frozen=True, slots=True)
class EventRule:
    """``time`` is missing, and everything else empty, where each record already is a CloudEvent."""

    type: Value
    source: Value
    id: Value
    subject: Value | None
    group_by: tuple[str, ...]
    time: TimeRule
    body: Fields
    lists: tuple[ListRule, ...]


@dataclass(frozen=True, slots=True)
class FileRule:
    format: Format | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal_mark: str = "."
    is_sorted: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file. An event mapping without ``event`` takes records that already are CloudEvents."""

    path: str
    name: str
    target: Target
    file: FileRule = FileRule()
    only: Map[str, frozenset[str]] = field(default_factory=dict)
    event: EventRule | None = None
    record: Fields | None = None
    control_beside: str | None = None

    def columns(self) -> set[str]:
        """Every column that must be read."""
        found = set(self.only)
        if self.record is not None:
            found |= self.record.columns()
        if (event := self.event) is not None:
            for value in (event.type, event.source, event.id, event.subject, event.body):
                if value is not None:
                    found |= columns_of(value)
            found |= {*event.group_by, event.time.column}
            for rule in event.lists:
                if rule.origin is ListFrom.COLUMN:
                    found.add(rule.column)
                else:
                    found |= rule.item.columns() | ({rule.skip_empty} if rule.skip_empty else set())
        return found


CLOUD_EVENTS = Mapping(path="", name="CloudEvents", target=Target.EVENT, file=FileRule(format=Format.JSONL))
"""A file of JSON Lines that already holds events needs no mapping."""


def columns_of(value: Value | Fields) -> set[str]:
    match value:
        case Template():
            return set(value.columns)
        case Column():
            return {value.column}
        case Fields():
            return value.columns()
        case _:
            return set()
