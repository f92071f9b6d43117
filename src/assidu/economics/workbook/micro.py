"""A trial of plans as a workbook: the plans side by side, worked out from cells that can be changed, and a sheet for
each table behind."""

from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext as _

from assidu.economics.micro.tables import tables, vat_of
from assidu.economics.micro.types import Behaviour, Estimate, MicroResult
from assidu.economics.models.bootstrap import spread
from assidu.economics.words import BEHAVIOUR, TRIED
from assidu.economics.workbook.formulas import Formula, product
from assidu.economics.workbook.sheets import Book, Sheet, book

FIRST = 4
RECORDED = 1
"""The column of what was recorded; plans follow."""
FACE, OFF, REDEMPTION, COST_OF_USED, TOGETHER, COST, COST_CHANGE, MARGIN, NET, FOUND, LOW, HIGH, LOSS = range(
    FIRST, FIRST + 13
)


def micro_workbook(
    result: MicroResult, behaviour: Behaviour, decimals: int, *, has_invented: bool = False
) -> bytes:
    """Amounts in money. Change what a plan gives, how much of it is used, what a euro used costs or the margin: cost
    and net follow; change how much is used, or its cost, as recorded, and every plan follows."""
    into = BytesIO()
    with book(into, decimals, has_invented) as whole:
        _plans(whole, result, _Used.of(behaviour), decimals)
        for table in tables(result, behaviour):
            whole.sheet(_("table"), table.name).hold(table, head=_head)
    return into.getvalue()


def _head(column: str) -> str:
    """As in the API, and whether it is with VAT."""
    vat = vat_of(column)
    return f"{column} ({vat})" if vat else column


class _Used(NamedTuple):
    """How much is used in the end and what that costs, in per cent: the means over the draws of the trial."""

    redemption: float
    cost: float

    @classmethod
    def of(cls, behaviour: Behaviour) -> "_Used":
        draws = spread(behaviour.ranges(), behaviour.draws, behaviour.seed)
        return cls(float(draws["redemption"].mean()), float(draws["cost"].mean()))

    def together(self, face: float, off: float, cost: float) -> float:
        """What the cost of the draws, one by one, is of the cost of their means; 1 where there is none."""
        of_means = (face - off) * self.redemption * self.cost / 10_000
        return (cost - off) / of_means if of_means else 1.0


def _plans(whole: Book, result: MicroResult, used: _Used, decimals: int) -> None:
    sheet = whole.sheet(_("plans"))
    sheet.title(
        _("Each plan beside what was recorded"),
        _(
            "%(customers)s of %(all)s customers. Change what is coloured: cost and net follow; what is used, and its "
            "cost, follow those of the recorded column. Intervals of 80 %% and chances stay those of the trial."
        )
        % {"customers": result.customers, "all": result.of_customers},
    )
    sheet.head(FIRST - 1, ["", _("As recorded"), *(one.label for one in result.plans)])
    for row, label in (
        (FACE, TRIED["face"]),
        (OFF, TRIED["off"]),
        (REDEMPTION, BEHAVIOUR["redemption"]),
        (COST_OF_USED, BEHAVIOUR["cost"]),
        (TOGETHER, _("Draws one by one, beside their means (factor)")),
        (COST, TRIED["cost"]),
        (COST_CHANGE, _("Cost, beside the recorded one (HT)")),
        (MARGIN, TRIED["margin_change"]),
        (NET, TRIED["net_change"]),
        (FOUND, _("Net, as the trial found it (HT)")),
        (LOW, TRIED["net_low_80"]),
        (HIGH, TRIED["net_high_80"]),
        (LOSS, TRIED["loss_probability"]),
    ):
        sheet.put(row, 0, str(label), "bold" if row in (COST, NET) else "")
    column = _Column(sheet, used, 10**decimals)
    column.given(RECORDED, result.recorded_face, result.recorded_off, result.recorded_cost)
    for place, one in enumerate(result.plans, start=RECORDED + 1):
        column.given(place, one.face, one.off, one.cost)
        column.beside(place, one.margin_change, one.net_change)
        sheet.put(LOSS, place, one.loss_probability, "percent")
    sheet.freeze(FIRST, 1)


class _Column(NamedTuple):
    """Writes one plan, or what was recorded."""

    sheet: Sheet
    used: _Used
    unit: int

    def given(self, place: int, face: Estimate, off: Estimate | None, cost: Estimate) -> None:
        """What is taken off at once costs what it is; of the rest, what is used."""
        at_once = 0.0 if off is None else off.value
        given = self.sheet.put(FACE, place, face.value / self.unit, "assumed")
        taken = self.sheet.put(OFF, place, at_once / self.unit, "assumed")
        parts = [
            self._part(row, place, value)
            for row, value in ((REDEMPTION, self.used.redemption), (COST_OF_USED, self.used.cost))
        ]
        factor = self.sheet.put(TOGETHER, place, self.used.together(face.value, at_once, cost.value))
        used = product([given - taken, *(part / 100 for part in parts), factor])
        self.sheet.work(COST, place, used + taken, "bold money")

    def _part(self, row: int, place: int, value: float) -> Formula:
        """A plan has that of what was recorded until somebody writes another one over it."""
        if place == RECORDED:
            return self.sheet.put(row, place, value, "assumed")
        return self.sheet.work(row, place, self.sheet.at(row, RECORDED), "assumed")

    def beside(self, place: int, margin: Estimate, net: Estimate) -> None:
        more = self.sheet.at(COST, place) - self.sheet.at(COST, RECORDED)
        changed = self.sheet.work(COST_CHANGE, place, more, "money")
        earned = self.sheet.put(MARGIN, place, margin.value / self.unit, "assumed")
        self.sheet.work(NET, place, earned - changed, "bold money")
        for row, value in ((FOUND, net.value), (LOW, net.low_80), (HIGH, net.high_80)):
            self.sheet.put(row, place, value / self.unit, "money")
