"""Sheets, cell by cell: text that a spreadsheet would run is made harmless, formulas are only ever our own and stand
with what they come to."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from assidu.economics.workbook.formulas import Cells, Formula, Value
from assidu.foundation.tables import Cell, Table, harmless

ASSUMED = "#FFF7E0"
MARK = 2
"""The row of the first sheet that says what is invented; its first column is left free for it."""
NAME_MAX = 31
DIVIDED_BY_NOTHING = "#DIV/0!"
DAY_0 = date(1899, 12, 30)
"""From which spreadsheets count days."""


class Sheet:
    """One sheet. Rows and columns count from 0."""

    def __init__(self, book: "Book", name: str) -> None:
        self.name = name
        self._named = self.name.replace("'", "''")
        self._book = book
        self._sheet = book.workbook.add_worksheet(self.name)
        self._values: dict[tuple[int, int], Value] = {}
        self._sheet.set_column(0, 0, 30)
        self._sheet.set_column(1, 60, 14)

    def title(self, words: str, note: str = "") -> None:
        self._sheet.write_string(0, 0, harmless(words), self._book.bold)
        self._sheet.write_string(1, 0, harmless(note), self._book.soft)

    def head(self, row: int, words: Iterable[str], column: int = 0) -> None:
        for place, word in enumerate(words):
            self._sheet.write_string(row, column + place, harmless(word), self._book.bold)

    def hold(self, table: Table, head: Callable[[str], str] = str) -> None:
        """As the CSV file of the same name; ``head`` says what stands over a column."""
        self.head(0, map(head, table.columns))
        for row, cells in enumerate(table.rows, start=1):
            for column, cell in enumerate(cells):
                self.put(row, column, cell)
        self.freeze(1, 0)

    def put(self, row: int, column: int, cell: Cell, style: str = "") -> Formula:
        """A figure or a text; answers the cell, for formulas. One that is left empty counts for 0 in them."""
        look = self._book.style(style)
        value: Value = 0.0
        match cell:
            case None:
                pass
            case bool() | str():
                value = harmless(str(cell))
                self._sheet.write_string(row, column, value, look)
            case date():
                value = float((date(cell.year, cell.month, cell.day) - DAY_0).days)
                self._sheet.write_datetime(row, column, cell, self._book.month)
            case _:
                value = cell
                self._sheet.write_number(row, column, cell, look)
        self._values[row, column] = value
        return self.at(row, column)

    def work(self, row: int, column: int, formula: Formula, style: str = "") -> Formula:
        """A formula of ours, with what it comes to (shown by programs that work nothing out); answers the cell."""
        value = formula.value
        if isinstance(value, float):
            # Nothing has no sign.
            shown: Value = DIVIDED_BY_NOTHING if math.isnan(value) else value + 0.0
        else:
            shown = value
        self._sheet.write_formula(row, column, f"={formula.text}", self._book.style(style), shown)
        self._values[row, column] = value
        return self.at(row, column)

    def at(self, row: int, column: int) -> Formula:
        """As other sheets call it. Raises KeyError for a cell that is not written yet: formulas look back."""
        cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        return Formula(f"'{self._named}'!{cell}", self._values[row, column])

    def down(self, first_row: int, last_row: int, column: int) -> Cells:
        """A piece of a column of figures, as other sheets call it; raises as ``at``."""
        first = xl_rowcol_to_cell(first_row, column, row_abs=True, col_abs=True)
        last = xl_rowcol_to_cell(last_row, column, row_abs=True, col_abs=True)
        values = tuple(self.at(row, column).number for row in range(first_row, last_row + 1))
        return Cells(f"'{self._named}'!{first}:{last}", values)

    def freeze(self, row: int, column: int = 0) -> None:
        self._sheet.freeze_panes(row, column)


class Book:
    """A workbook in the making."""

    def __init__(self, workbook: Any, decimals: int, has_invented: bool) -> None:
        self.workbook = workbook
        self._has_invented = has_invented
        self._names: set[str] = set()
        self._chapter: tuple[str, ...] = ()
        money = "#,##0" + ("." + "0" * decimals if decimals else "")
        self.bold = workbook.add_format({"bold": True})
        self.soft = workbook.add_format({"italic": True, "font_color": "#555555"})
        self.month = workbook.add_format({"num_format": "yyyy-mm"})
        self._styles = {
            "": None,
            "money": workbook.add_format({"num_format": money}),
            "units": workbook.add_format({"num_format": "#,##0"}),
            "ratio": workbook.add_format({"num_format": "0.00"}),
            "percent": workbook.add_format({"num_format": "0.00%"}),
            "assumed": workbook.add_format({"num_format": "#,##0.####", "bg_color": ASSUMED}),
            "bold": self.bold,
            "bold money": workbook.add_format({"num_format": money, "bold": True}),
            "bold units": workbook.add_format({"num_format": "#,##0", "bold": True}),
        }

    def style(self, name: str) -> Any:
        return self._styles[name]

    def chapter(self, word: str) -> "Book":
        """The same workbook; the names of the sheets that are added to it begin with this word."""
        part = copy(self)
        part._chapter = (word,)
        return part

    def sheet(self, *words: str) -> Sheet:
        """Its name is made of words, which are cut where they are too many, and told apart where they are the same."""
        words = (*self._chapter, *words)
        room = (NAME_MAX - len(words) + 1) // len(words)
        name = (
            " ".join(word[:room] for word in words) if sum(map(len, words)) >= NAME_MAX else " ".join(words)
        )
        number = 2
        while name.lower() in self._names:
            name = f"{name[: NAME_MAX - 4]} {number}"
            number += 1
        is_first = not self._names
        self._names.add(name.lower())
        sheet = Sheet(self, name)
        if is_first and self._has_invented:
            sheet.put(MARK, 0, _("It is the data of the demonstration, which is partly invented."), "bold")
        return sheet


@contextmanager
def book(into: BytesIO, decimals: int, has_invented: bool) -> Iterator[Book]:
    """The workbook is whole once the block is left. What is partly invented says so on its first sheet."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(into, options)
    yield Book(workbook, decimals, has_invented)
    workbook.close()
