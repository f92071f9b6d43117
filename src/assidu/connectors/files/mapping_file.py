"""Reads a mapping file: every key is known, every mistake names its line."""

import codecs
import re
import string
import tomllib
from collections.abc import Mapping as Map
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assidu.connectors.files.mapping import (
    Column,
    Constant,
    EventRule,
    Fields,
    FileRule,
    Format,
    Kind,
    ListFrom,
    ListRule,
    Mapping,
    MappingError,
    Target,
    Template,
    TimeRule,
    Value,
)

VERSION = 1
BYTES_MAX = 1_000_000
RECORD_FIELDS = {
    Target.STORE: ("code", "name", "town", "region", "opened", "channel", "invented"),
    Target.PRODUCT: (
        "sku", "name", "department", "department_name_fr", "department_name_en", "category", "brand", "vat_bp",
        "kind", "invented",
    ),
    Target.PRICE: ("sku", "day", "price_minor"),
    Target.RATE: ("currency", "day", "rate"),
    Target.PROMOTION: (
        "code", "name", "kind", "first_day", "first_hour", "last_day", "last_hour", "stores", "channels", "products",
        "departments", "brands", "percent", "amount_minor",
    ),
    Target.COST: ("sku", "day", "cost_minor"),
    Target.MARGIN: ("department", "day", "margin_bp", "invented"),
    Target.CUSTOMER: (
        "card", "title", "first_name", "last_name", "birth_date", "email", "phone", "address", "postcode", "town",
        "language", "store", "invented",
    ),
    Target.ACCOUNT: ("account", "kind", "name", "store", "member", "roles", "invented"),
}  # fmt: skip
REQUIRED_FIELDS = {
    Target.STORE: ("code", "name"),
    Target.PRODUCT: ("sku", "name", "department"),
    Target.PRICE: ("sku", "day", "price_minor"),
    Target.RATE: ("currency", "day", "rate"),
    Target.PROMOTION: ("code", "name", "first_day", "last_day"),
    Target.COST: ("sku", "day", "cost_minor"),
    Target.MARGIN: ("department", "day", "margin_bp"),
    Target.CUSTOMER: ("card",),
    Target.ACCOUNT: ("account", "kind"),
}

Path_ = tuple[str | int, ...]


def read_mapping(path: Path) -> Mapping:
    """The mapping of a file, or a `MappingError` that names the line."""
    try:
        content = path.read_bytes()
        text = content[:BYTES_MAX].decode("utf-8")
    except OSError as error:
        raise MappingError(str(path), 1, error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MappingError(str(path), line, "this is not UTF-8") from error
    return parse_mapping(text, str(path))


def parse_mapping(text: str, file: str = "mapping") -> Mapping:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise MappingError(file, int(found[1]) if found else text.count("\n") + 1, str(error)) from error
    top = _Table(written, (), file, _lines(text))
    version = top.take("version", int)
    if version != VERSION:
        raise top.fault("version", f"this version of Assidu reads mappings of version {VERSION}")
    name = top.take("name", str)
    target = top.choice("target", Target)
    mapping = Mapping(
        path=file,
        name=name,
        target=target,
        file=_file(top.table("file")),
        only=_only(top.table("rows")),
        event=_event(top.table("event", is_required=True)) if target is Target.EVENT else None,
        record=_record(top.table("record", is_required=True), target) if target is not Target.EVENT else None,
        control_beside=_control(top.table("control")),
    )
    top.finish()
    return mapping


class _Table:
    """A table of the file whose keys are taken one after the other; what is left is a misspelling."""

    def __init__(self, content: Map[str, Any], path: Path_, file: str, lines: Map[Path_, int]) -> None:
        self.content = dict(content)
        self.path = path
        self._file = file
        self._lines = lines

    def __bool__(self) -> bool:
        return bool(self.content)

    def fault(self, key: str | int | None, message: str) -> MappingError:
        path = self.path if key is None else (*self.path, key)
        while path and path not in self._lines:
            path = path[:-1]
        return MappingError(self._file, self._lines.get(path, 1), message)

    def take(self, key: str, kind: type[Any], default: Any = None, *, is_required: bool | None = None) -> Any:
        if key not in self.content:
            if is_required if is_required is not None else default is None:
                raise self.fault(None, f"{self.title} lacks `{key}`")
            return default
        value = self.content.pop(key)
        # A truth value is an integer to Python, not to whoever writes one.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault(key, f"`{key}` must be {_WORDS.get(kind, kind.__name__)}")
        return value

    def choice(self, key: str, kind: Any, default: Any = None) -> Any:
        text = self.take(key, str, default and str(default))
        known = [one.value for one in kind]
        if text not in known:
            raise self.fault(key, f"`{key}` is one of {', '.join(known)}, not {text!r}")
        return kind(text)

    def table(self, key: str, *, is_required: bool = False) -> "_Table":
        if is_required and key not in self.content:
            raise self.fault(None, f"{self.title} lacks [{key}]")
        value = self.content.pop(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"`{key}` must be a table")
        return _Table(value, (*self.path, key), self._file, self._lines)

    def tables(self, key: str) -> list["_Table"]:
        value = self.content.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.fault(key, f"write [[{'.'.join(str(part) for part in (*self.path, key))}]]")
        return [
            _Table(one, (*self.path, key, place), self._file, self._lines) for place, one in enumerate(value)
        ]

    def finish(self) -> None:
        for key in self.content:
            raise self.fault(key, f"{self.title} has no key `{key}`")

    @property
    def title(self) -> str:
        names = [str(part) for part in self.path if isinstance(part, str)]
        return f"[{'.'.join(names)}]" if names else "the mapping"


_WORDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def _file(table: _Table) -> FileRule:
    found = FileRule(
        format=table.choice("format", Format) if "format" in table.content else None,
        delimiter=table.take("delimiter", str, ","),
        encoding=table.take("encoding", str, "utf-8"),
        decimal_mark=table.take("decimal_mark", str, "."),
        is_sorted=table.take("sorted", bool, False),
    )
    if len(found.delimiter) != 1:
        raise table.fault("delimiter", "`delimiter` is one character")
    if found.decimal_mark not in (".", ","):
        raise table.fault("decimal_mark", "`decimal_mark` is a point or a comma")
    try:
        codecs.lookup(found.encoding)
    except LookupError as error:
        raise table.fault("encoding", f"there is no encoding {found.encoding!r}") from error
    table.finish()
    return found


def _only(table: _Table) -> dict[str, frozenset[str]]:
    only: dict[str, frozenset[str]] = {}
    inner = table.table("only")
    for column in list(inner.content):
        values = inner.take(column, list)
        if not values or not all(isinstance(value, str) for value in values):
            raise inner.fault(column, "the values to keep are a list of texts")
        only[column] = frozenset(values)
    table.finish()
    return only


def _control(table: _Table) -> str | None:
    beside = table.take("beside", str, "")
    if beside and Path(beside).name != beside:
        raise table.fault("beside", "`beside` is the name of a file in the same folder")
    table.finish()
    return beside or None


def _event(table: _Table) -> EventRule | None:
    if "envelope" in table.content:
        if table.take("envelope", str) != "cloudevents":
            raise table.fault("envelope", "the only envelope is `cloudevents`")
        table.finish()
        return None
    found = EventRule(
        type=_value(table, "type"),
        source=_value(table, "source"),
        id=_value(table, "id"),
        subject=_value(table, "subject") if "subject" in table.content else None,
        group_by=_columns(table, "group_by"),
        time=_time(table.table("time", is_required=True)),
        body=_fields(table.table("data")),
        lists=tuple(_list(one) for one in table.tables("list")),
    )
    table.finish()
    return found


def _columns(table: _Table, key: str) -> tuple[str, ...]:
    names = table.take(key, list, [], is_required=False)
    if not all(isinstance(name, str) and name for name in names):
        raise table.fault(key, f"`{key}` is a list of columns")
    return tuple(names)


def _time(table: _Table) -> TimeRule:
    zone = table.take("zone", str, "", is_required=False)
    try:
        known = ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.fault("zone", f"there is no time zone {zone!r}") from error
    gap = table.take("gap", str, "forward")
    fold = table.take("fold", str, "first")
    if gap not in ("forward", "reject"):
        raise table.fault("gap", "`gap` is `forward` or `reject`")
    if fold not in ("first", "second"):
        raise table.fault("fold", "`fold` is `first` or `second`")
    found = TimeRule(
        column=table.take("column", str),
        format=table.take("format", str, "iso"),
        zone=known,
        is_gap_forward=gap == "forward",
        is_fold_second=fold == "second",
    )
    if found.format not in ("iso", "epoch-s", "epoch-ms") and "%" not in found.format:
        raise table.fault("format", "`format` is iso, epoch-s, epoch-ms or a strptime pattern")
    table.finish()
    return found


def _list(table: _Table) -> ListRule:
    name = table.take("field", str)
    origin = table.take("from", str, "rows")
    column = ""
    if origin.startswith("column:"):
        origin, _, column = origin.partition(":")
    if origin not in (one.value for one in ListFrom) or (origin == "column" and not column):
        raise table.fault("from", "`from` is rows, first or column:NAME")
    found = ListRule(
        field=name,
        origin=ListFrom(origin),
        column=column,
        skip_empty=table.take("skip_empty", str, "") or None,
        keep_empty=table.take("keep_empty", bool, False),
        item=_fields(table.table("item", is_required=True)),
    )
    table.finish()
    return found


def _record(table: _Table, target: Target) -> Fields:
    known = RECORD_FIELDS[target]
    for name in table.content:
        if name not in known:
            raise table.fault(name, f"a {target} has no field `{name}`; it has {', '.join(known)}")
    for name in REQUIRED_FIELDS[target]:
        if name not in table.content:
            raise table.fault(None, f"a {target} needs the field `{name}`")
    return _fields(table)


def _fields(table: _Table) -> Fields:
    found: dict[str, Value | Fields] = {}
    for name in list(table.content):
        content = table.content[name]
        if isinstance(content, dict) and "column" not in content:
            found[name] = _fields(table.table(name))
        else:
            found[name] = _value(table, name)
    return Fields(found)


def _value(table: _Table, key: str) -> Value:
    written = table.take(key, object)
    match written:
        case bool() | int():
            return Constant(written)
        case str():
            return _template(table, key, written)
        case dict():
            return _column(_Table({key: written}, table.path, table._file, table._lines).table(key))
        case _:
            raise table.fault(key, f"`{key}` must be text, a whole number, true, false or a column")


def _template(table: _Table, key: str, written: str) -> Value:
    pattern = ""
    columns: list[str] = []
    try:
        for text, name, spec, conversion in string.Formatter().parse(written):
            pattern += text.replace("{", "{{").replace("}", "}}")
            if name is None:
                continue
            if not name or spec or conversion:
                raise table.fault(key, f"`{key}`: braces hold the name of a column and nothing else")
            pattern += "{}"
            columns.append(name)
    except ValueError as error:
        raise table.fault(key, f"`{key}`: {error}") from error
    return Template(pattern, tuple(columns)) if columns else Constant(pattern.format())


def _column(table: _Table) -> Column:
    kind = table.choice("as", Kind, Kind.TEXT)
    decimals = table.take("decimals", int, 2)
    if not 0 <= decimals <= 6:
        raise table.fault("decimals", "`decimals` is between 0 and 6")
    found = Column(
        column=table.take("column", str),
        kind=kind,
        decimals=decimals,
        format=table.take("format", str, "") or None,
        values=table.take("values", dict, {}, is_required=False) or None,
        default=table.take("default", object, None, is_required=False),
    )
    if found.format is not None and kind is not Kind.DATE:
        raise table.fault("format", '`format` belongs to `as = "date"`')
    table.finish()
    return found


_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)


def _lines(text: str) -> dict[Path_, int]:
    """On which line each table and key is written; what stands inside an inline table has the line of its key."""
    lines: dict[Path_, int] = {}
    counts: dict[Path_, int] = {}
    current: Path_ = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            current = _resolved(_names(header[2]), counts)
            if header[1] == "[[":
                place = counts.get(current, 0)
                counts[current] = place + 1
                current = (*current, place)
            lines.setdefault(current, number)
        elif key := _KEY.match(line):
            lines.setdefault((*current, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _resolved(names: list[str], counts: Map[Path_, int]) -> Path_:
    """A table below an array of tables belongs to the last one written."""
    path: Path_ = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if path in counts and place < len(names) - 1:
            path = (*path, counts[path] - 1)
    return path
