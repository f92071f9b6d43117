"""What discounts do as a workbook: where their money went, added up again there, what points instead of a share of them
come to, and every table behind."""

from collections.abc import Sequence
from io import BytesIO

from django.utils.translation import gettext as _

from assidu.economics.discounts.tables import tables, with_never
from assidu.economics.discounts.types import Discounts, DiscountsAnswer, Estimate
from assidu.economics.workbook.formulas import if_, sum_of
from assidu.economics.workbook.sheets import Book, book
from assidu.economics.workbook.turned import turned_sheet
from assidu.foundation.tables import Cell, Table

FIRST = 4
AMOUNTS = ("_minor", "_ht")


def discounts_workbook(
    answer: DiscountsAnswer, assumptions: Sequence[str], decimals: int, *, has_invented: bool = False
) -> bytes:
    """``assumptions`` are what it rests on, in the reader's words."""
    into = BytesIO()
    with book(into, decimals, has_invented) as whole:
        if answer.told is not None:
            _split(whole, answer.told, decimals)
        if answer.turned is not None:
            turned_sheet(whole, answer.turned, decimals)
        for table in tables(answer):
            _table(whole, with_never(table, _("never")), decimals)
        sheet = whole.sheet(_("what this rests on"))
        sheet.title(_("What this rests on"))
        for row, said in enumerate(assumptions, start=FIRST - 1):
            sheet.put(row, 0, said)
    return into.getvalue()


def _split(whole: Book, told: Discounts, decimals: int) -> None:
    sheet = whole.sheet(_("where the money went"))
    sheet.title(
        _("Where the money of discounts went (TTC)"),
        _("Observational: no experiment stands behind it. The sum and the parts are worked out here."),
    )
    sheet.head(FIRST - 1, [_("Part"), _("Amount"), _("80%: from"), _("80%: to"), _("Part of the sum")])
    by = 10**decimals
    lines: list[tuple[str, Estimate | None, int]] = [
        (_("on what would have been bought anyway"), told.split.bought_anyway, 0),
        (_("on what was only bought earlier"), told.split.pulled_forward, 0),
        (_("on what was bought instead of something else"), told.split.taken_from_others, 0),
        (_("on what is really new"), told.split.new, 0),
        (_("nothing can be told"), None, told.given_untold_minor),
    ]
    end = FIRST + len(lines)
    for row, (label, one, known) in enumerate(lines, start=FIRST):
        sheet.put(row, 0, label)
        sheet.put(row, 1, (known if one is None else one.value) / by, "money")
        if one is not None:
            sheet.put(row, 2, one.low_80 / by, "money")
            sheet.put(row, 3, one.high_80 / by, "money")
    sheet.put(end, 0, _("Given, in all"), "bold")
    given = sheet.work(end, 1, sum_of(sheet.down(FIRST, end - 1, 1)), "bold money")
    for row in range(FIRST, end):
        sheet.work(row, 4, if_(given.equals(0), 0, sheet.at(row, 1) / given), "percent")
    sheet.freeze(FIRST, 1)


def _table(whole: Book, table: Table, decimals: int) -> None:
    """As the CSV file of the same name, with amounts in units instead of minor units."""
    sheet = whole.sheet(table.name)
    sheet.title(
        table.name,
        _("Columns are named as in the API; amounts in units of the currency, TTC unless the name says ht."),
    )
    sheet.head(FIRST - 1, [_unitary(name) for name in table.columns])
    is_by_figure = table.columns[0] == "figure"
    for row, cells in enumerate(table.rows, start=FIRST):
        for column, cell in enumerate(cells):
            name = str(cells[0]) if is_by_figure else table.columns[column]
            is_amount = _is_amount(name) and column > 0
            text = _unitary(str(cell)) if is_by_figure and column == 0 else cell
            sheet.put(
                row, column, _in_units(text, decimals) if is_amount else text, "money" if is_amount else ""
            )
    sheet.freeze(FIRST, 1)


def _is_amount(name: str) -> bool:
    """``given_minor``, ``change_ht_low_80``."""
    return any(f"{part}_" in f"{name}_" for part in AMOUNTS)


def _unitary(name: str) -> str:
    return name.replace("_minor", "")


def _in_units(cell: Cell, decimals: int) -> Cell:
    return cell / 10**decimals if isinstance(cell, int | float) else cell
