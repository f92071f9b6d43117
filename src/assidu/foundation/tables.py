"""Tables to take away. Text that a spreadsheet would run is made harmless."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from io import StringIO

Cell = str | int | float | date | None
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_AFTER_ANOTHER_MARK = re.compile(r"([,;\t\r\n] *)(?=[=+@＝＋＠]|[-－](?! ))")
"""Where a cell begins for a spreadsheet that splits a file at another mark than it was written with."""


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is good for a file; columns are named in English, as in the API."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def harmless(text: str) -> str:
    """Nothing that begins like a formula is one."""
    text = _AFTER_ANOTHER_MARK.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" \n").startswith(RUN_BY_SPREADSHEETS) else text


def as_csv(table: Table) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(one) for one in table.columns])
    for row in table.rows:
        writer.writerow([_cell(one) for one in row])
    return out.getvalue()


def _cell(value: Cell) -> str | int:
    match value:
        case None:
            return ""
        case bool() | int():
            return value
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".")
        case date():
            return value.isoformat()
        case _:
            return harmless(value)
