"""Works out the values of a mapping over a whole batch at once, and remembers which rows did not fit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assidu.connectors.files.batches import Batch
from assidu.connectors.files.conversions import Unfit, conversion, text_of
from assidu.connectors.files.mapping import Column, Constant, Fields, FileRule, Kind, Template, Value


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is set aside; ``detail`` names columns and never their content."""

    row: int
    code: str
    detail: str


@dataclass(slots=True)
class Faults:
    """The first fault of each place of a batch."""

    by_place: dict[int, tuple[str, str]] = field(default_factory=dict)

    def add(self, place: int, code: str, detail: str) -> None:
        self.by_place.setdefault(place, (code, detail))


def missing(name: str, columns: Iterable[str], batch: Batch) -> Callable[[int], str]:
    """Says of a place of the batch where nothing came of the ``columns`` that make ``name``: which one is empty."""
    cells = [(column, batch.texts(column)) for column in sorted(columns) if column != name]

    def said(place: int) -> str:
        empty = next((column for column, texts in cells if not texts[place]), None)
        return name if empty is None else f"{name}: nothing in the column {empty}"

    return said


def evaluate(value: Value, batch: Batch, rule: FileRule, faults: Faults) -> list[Any]:
    match value:
        case Constant():
            return [value.value] * len(batch.rows)
        case Template():
            return _filled(value, batch)
        case Column():
            return _converted(value, batch, rule, faults)


def objects(fields: Fields, batch: Batch, rule: FileRule, faults: Faults) -> list[dict[str, Any]]:
    """One object for each row; absent fields are left out, and so are objects within that have no field."""
    names = list(fields.values)
    columns: list[Sequence[Any]] = []
    for value in fields.values.values():
        if isinstance(value, Fields):
            columns.append([one or None for one in objects(value, batch, rule, faults)])
        else:
            columns.append(evaluate(value, batch, rule, faults))
    full = [place for place, cells in enumerate(columns) if None not in cells]
    if full:
        full_names = [names[place] for place in full]
        found = [
            dict(zip(full_names, cells, strict=True))
            for cells in zip(*(columns[place] for place in full), strict=True)
        ]
    else:
        found = [{} for _ in batch.rows]
    for place in range(len(columns)):
        if place not in full:
            name = names[place]
            for one, cell in zip(found, columns[place], strict=True):
                if cell is not None:
                    one[name] = cell
    return found


def _filled(template: Template, batch: Batch) -> list[str | None]:
    columns = [batch.texts(column) for column in template.columns]
    if template.pattern == "{}":
        return columns[0]
    write: Callable[..., str] = template.pattern.format
    if len(columns) == 1:
        return [None if cell is None else write(cell) for cell in columns[0]]
    return [None if None in cells else write(*cells) for cells in zip(*columns, strict=True)]


def _converted(column: Column, batch: Batch, rule: FileRule, faults: Faults) -> list[Any]:
    if column.values is not None:
        return _translated(column, batch, faults)
    if column.kind is Kind.MINOR and (minors := batch.minors(column.column, column.decimals)) is not None:
        return (
            minors if column.default is None else [column.default if one is None else one for one in minors]
        )
    if column.kind is Kind.TEXT:
        texts = batch.texts(column.column)
        return texts if column.default is None else [column.default if one is None else one for one in texts]
    convert = conversion(column.kind, decimals=column.decimals, pattern=column.format, mark=rule.decimal_mark)
    found: list[Any] = []
    for place, cell in enumerate(batch.values(column.column)):
        if cell is None or cell == "":
            found.append(column.default)
            continue
        try:
            found.append(convert(cell))
        except Unfit as error:
            faults.add(place, "bad_value", f"{column.column}: {error}")
            found.append(None)
    return found


def _translated(column: Column, batch: Batch, faults: Faults) -> list[Any]:
    assert column.values is not None
    found: list[Any] = []
    for place, cell in enumerate(batch.texts(column.column)):
        if cell is None:
            found.append(column.default)
        elif cell in column.values:
            found.append(column.values[cell])
        else:
            faults.add(place, "unknown_value", f"{column.column}: the mapping does not translate this")
            found.append(None)
    return found


def is_empty(value: Any) -> bool:
    """Absent or zero: what ``skip_empty`` looks for."""
    text = text_of(value)
    if text is None:
        return True
    try:
        return float(text.replace(",", ".")) == 0
    except ValueError:
        return False
