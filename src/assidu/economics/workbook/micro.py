"""A trial of plans as a workbook: the plans side by side, and a sheet for each table behind."""

from io import BytesIO

from django.utils.translation import gettext as _

from assidu.economics.micro.tables import tables
from assidu.economics.micro.types import Behaviour, MicroResult, PlanTried
from assidu.economics.words import TRIED
from assidu.economics.workbook.sheets import Sheet, book

FIRST = 4


def micro_workbook(result: MicroResult, behaviour: Behaviour, decimals: int) -> bytes:
    """Amounts in money. What net is, is worked out from its parts: change what a euro used costs, and net follows."""
    into = BytesIO()
    with book(into, decimals) as whole:
        sheet = whole.sheet(_("plans"))
        sheet.title(
            _("Each plan beside what was recorded"),
            _("%(customers)s of %(all)s customers; intervals of 80 %%; net is margin less cost, HT.")
            % {"customers": result.customers, "all": result.of_customers},
        )
        sheet.head(FIRST - 1, ["", *(one.label for one in result.plans)])
        for column, one in enumerate(result.plans, start=1):
            _plan(sheet, column, one, result.recorded_cost.value, 10**decimals)
        for row, name in enumerate((*ROWS, "net_change"), start=FIRST):
            sheet.put(row, 0, str(TRIED[name]), "bold" if name == "net_change" else "")
        extra = FIRST + len(ROWS) + 1
        for row, name in enumerate(("net_low_80", "net_high_80", "loss_probability"), start=extra):
            sheet.put(row, 0, str(TRIED[name]))
        sheet.freeze(FIRST, 1)
        for table in tables(result, behaviour):
            behind = whole.sheet(_("table"), table.name)
            behind.head(0, table.columns)
            for row, cells in enumerate(table.rows, start=1):
                for place, cell in enumerate(cells):
                    behind.put(row, place, cell)
            behind.freeze(1, 0)
    return into.getvalue()


ROWS = ("margin_change", "cost", "recorded_cost")


def _plan(sheet: Sheet, column: int, one: PlanTried, recorded_cost: float, unit: int) -> None:
    margin = sheet.put(FIRST, column, one.margin_change.value / unit, "money")
    cost = sheet.put(FIRST + 1, column, one.cost.value / unit, "money")
    recorded = sheet.put(FIRST + 2, column, recorded_cost / unit, "money")
    sheet.work(FIRST + 3, column, f"{margin}-{cost}+{recorded}", one.net_change.value / unit, "bold money")
    sheet.put(FIRST + 4, column, one.net_change.low_80 / unit, "money")
    sheet.put(FIRST + 5, column, one.net_change.high_80 / unit, "money")
    sheet.put(FIRST + 6, column, one.loss_probability, "percent")
