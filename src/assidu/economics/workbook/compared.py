"""Sets of assumptions side by side as one workbook: each works itself out on its own sheets, and the first one shows
their results beside each other."""

from collections.abc import Sequence
from io import BytesIO

from django.utils.translation import gettext as _

from assidu.economics.types import Assumptions, MacroReport
from assidu.economics.workbook.macro import FIRST, macro_sheets
from assidu.economics.workbook.sheets import book


def compared_workbook(
    sets: Sequence[tuple[Assumptions, MacroReport]], decimals: int, *, has_invented: bool = False
) -> bytes:
    """The sheets of each set begin with its number on the first one."""
    into = BytesIO()
    with book(into, decimals, has_invented) as whole:
        side = whole.sheet(_("Side by side"))
        side.title(
            _("Side by side"),
            _("Over all months, without VAT (HT); the sheets of a set begin with its number."),
        )
        for place, (found, report) in enumerate(sets):
            column = 1 + 4 * place
            side.head(FIRST - 2, [f"{place + 1} {found.name}"], column)
            side.head(FIRST - 1, [_("now"), _("when made"), "10 %", "90 %"], column)
            lines = macro_sheets(whole.chapter(f"{place + 1}"), found, report, decimals)
            for row, line in enumerate(lines, start=FIRST):
                side.put(row, 0, line.words)
                side.work(row, column, line.cell, line.style)
                side.put(row, column + 1, line.was, line.style)
                if report.chances is not None and line.words == _("Net"):
                    side.put(row, column + 2, report.chances.net.p10_minor / 10**decimals, "money")
                    side.put(row, column + 3, report.chances.net.p90_minor / 10**decimals, "money")
            row = FIRST + len(lines)
            side.put(row, 0, _("Probability of a loss"))
            if report.chances is not None:
                side.put(row, column + 1, report.chances.loss, "percent")
        side.freeze(FIRST, 1)
    return into.getvalue()
