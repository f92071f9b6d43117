"""Tables on paper: letters as big as the sheet allows, and the head again on each page."""

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.platypus import Flowable, Paragraph
from reportlab.platypus import Table as Laid

from assidu.backoffice.paper.faces import LINE, LINE_STRONG, PLAIN, STRONG, width_of
from assidu.backoffice.paper.parts import Cell, Row, Table, plain
from assidu.backoffice.paper.sentences import marked_up, style

SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
"""The first with which a table fits its sheet is taken."""
LEADING = 1.25
SPACE = 7.0
"""Between columns; twice as much before words, which may follow figures."""
WIDEST = 0.5
"""Of the sheet: longer cells break."""
LEAST = 0.2
"""Of the sheet, for the first column where figures leave no more."""
FEW = 4
"""So many columns have room for heads in one line."""


def laid_table(table: Table, width: float) -> Iterator[Flowable]:
    rows = [*((Row(table.head),) if table.head else ()), *table.rows]
    if not rows:
        return
    columns = max(len(row.cells) for row in rows)
    size, widths = _fitting(table, rows, columns, width)
    look: Any = [
        ("FONTNAME", (0, 0), (-1, -1), PLAIN),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ]
    if table.head:
        look += [("LINEBELOW", (0, 0), (-1, 0), 0.8, LINE_STRONG), ("VALIGN", (0, 0), (-1, 0), "BOTTOM")]
    cells: list[list[Any]] = [
        [_cell(cell, place, size, is_whole=row.is_whole) for place, cell in enumerate(row.cells)]
        + [""] * (columns - len(row.cells))
        for row in rows
    ]
    yield Laid(
        cells,
        colWidths=widths,
        repeatRows=1 if table.head else 0,
        style=look,
        hAlign="LEFT",
        spaceBefore=2,
        spaceAfter=8,
    )


def _fitting(table: Table, rows: Sequence[Row], columns: int, width: float) -> tuple[float, list[float]]:
    """The biggest letters with which no figure breaks; names in the first column do before letters get smaller."""
    widths: list[float] = []
    for size in SIZES:
        widths = _widths(table, rows, columns, size, width)
        if sum(widths) <= width:
            spare = (width - sum(widths)) / columns if columns > 2 else 0.0
            return size, [one + spare for one in widths]
        left = width - sum(widths[1:])
        if left >= width * LEAST:
            return size, [left, *widths[1:]]
    part = width * (1 - LEAST) / sum(widths[1:])
    return SIZES[-1], [width * LEAST, *(one * part for one in widths[1:])]


def _widths(table: Table, rows: Sequence[Row], columns: int, size: float, width: float) -> list[float]:
    found = [0.0] * columns
    for number, row in enumerate(rows):
        may_break = number == 0 and bool(table.head) and columns > FEW
        for place, cell in enumerate(row.cells):
            text = plain(cell.text)
            pieces = text.split() if may_break else text.split("\n")
            longest = max((width_of(one, STRONG, size) for one in pieces), default=0.0)
            found[place] = max(found[place], min(longest + 1, width * WIDEST) + _space(cell, place))
    return found


def _space(cell: Cell, place: int) -> float:
    return 0.0 if place == 0 else SPACE if cell.is_end else 2 * SPACE


def _cell(cell: Cell, place: int, size: float, *, is_whole: bool) -> Paragraph:
    look = style(
        size,
        size * LEADING,
        fontName=STRONG if cell.is_strong or is_whole else PLAIN,
        alignment=TA_RIGHT if cell.is_end else TA_LEFT,
        leftIndent=_space(cell, place),
    )
    return Paragraph(marked_up(cell.text), look)
