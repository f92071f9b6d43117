"""Simulations as a workbook: the main figures of one or several beside what they are compared with, the changes worked
out, and a sheet for each table behind."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.economics.workbook.sheets import Book, book
from assidu.simulation.findings import Findings
from assidu.simulation.side_by_side import ComparedFigure, side_by_side
from assidu.simulation.tables import tables

FIRST = 4
FIGURES: dict[str, Any] = {
    "cost_minor": gettext_lazy("Cost: units at face value, and what offers take off"),
    "cost_share": gettext_lazy("Share of carded sales"),
    "outstanding_minor": gettext_lazy("Outstanding at the end"),
    "issued": gettext_lazy("Issued"),
    "used": gettext_lazy("Used"),
    "expired": gettext_lazy("Expired"),
    "outstanding": gettext_lazy("Outstanding"),
    "winner_count": gettext_lazy("Customers who get more"),
    "loser_count": gettext_lazy("Customers who get less"),
}


def simulated_workbook(
    labels: Sequence[str], runs: Sequence[Findings], decimals: int, *, has_invented: bool = False
) -> bytes:
    """Amounts in money on the first sheet, in minor units on those behind."""
    into = BytesIO()
    with book(into, decimals, has_invented) as whole:
        _side_by_side(whole, labels, runs, decimals)
        for number, found in enumerate(runs, start=1):
            behind = whole.chapter(f"{number}") if len(runs) > 1 else whole
            for table in tables(found):
                behind.sheet(table.name).hold(table)
    return into.getvalue()


def _side_by_side(whole: Book, labels: Sequence[str], runs: Sequence[Findings], decimals: int) -> None:
    against = runs[0].against
    before = _("What really happened") if against is None else _("Version %(version)s") % {"version": against}
    sheet = whole.sheet(_("Side by side"))
    sheet.title(
        _("The same past under other rules"),
        _("%(sales)s tickets of %(customers)s customers, from %(since)s to %(until)s.")
        % {
            "sales": runs[0].sales,
            "customers": runs[0].customers,
            "since": runs[0].since or "–",
            "until": runs[0].until or "–",
        },
    )
    sheet.head(FIRST - 1, ["", before])
    for place, label in enumerate(labels):
        sheet.head(FIRST - 1, [label, _("Change")], 2 + 2 * place)
    for row, one in enumerate(side_by_side(runs), start=FIRST):
        unit = 10**decimals if one.figure.endswith("_minor") else 1
        style = "money" if unit > 1 else "percent" if one.figure == "cost_share" else "units"
        sheet.put(row, 0, _label(one))
        was = None if one.before is None else sheet.put(row, 1, one.before / unit, style)
        for place, after in enumerate(one.after):
            column = 2 + 2 * place
            cell = sheet.put(row, column, after / unit, style)
            if was is not None:
                sheet.work(row, column + 1, cell - was, style)
    sheet.freeze(FIRST, 1)


def _label(one: ComparedFigure) -> str:
    words = str(FIGURES[one.figure])
    return words if one.currency is None else f"{one.currency} · {words}"
