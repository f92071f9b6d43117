"""A share of discounts turned into points, on a sheet: all that follows in a straight line from how much of the points
is used and what that costs is worked out there."""

from django.utils.translation import gettext as _

from assidu.economics.discounts.types import Turned, TurnedMargin
from assidu.economics.workbook.formulas import Formula
from assidu.economics.workbook.sheets import Book, Sheet

FIRST = 3


def turned_sheet(whole: Book, turned: Turned, decimals: int) -> None:
    """What customers answer to smaller discounts is no straight line, and stays as it was found."""
    sheet = whole.sheet(_("as points"))
    sheet.title(
        _("%(share)s %% of discounts turned into points") % {"share": turned.turning.share_percent},
        _(
            "Observational. Change what is coloured: what points cost, the margin and what is owed follow. What is "
            "still bought, and the points themselves, were decided for this share: for another one, ask again."
        ),
    )
    lines = _Lines(sheet, 10**decimals)
    assumed = turned.turning
    redemption = lines.assumed(_("Points used in the end (%)"), turned.redemption_percent)
    cost = lines.assumed(_("Cost of a euro that is used (%)"), assumed.cost_percent)
    used = turned.redemption_percent * assumed.cost_percent / 10_000
    given_for = lines.assumed(_("Points for each euro turned, at face value"), _covered(turned, used))

    later = given_for * redemption / 100 * cost / 100
    then = lines.known(_("Given at once, before (TTC)"), turned.given_then_minor)
    now = lines.known(_("Given at once, still (TTC)"), turned.given_now.value)
    of_turned = lines.known(_("Turned into points (TTC)"), turned.turned.value)
    points = lines.worked(_("Cost of points, later (TTC)"), of_turned * later)
    both = lines.worked(_("Discounts and points together (TTC)"), now + points)
    lines.worked(_("More or less than before (TTC)"), both - then, "bold ")
    left = lines.known(_("Points left at the end, at face value (TTC)"), turned.outstanding_minor)
    lines.worked(_("Owed for them (TTC)"), left * redemption / 100 * cost / 100)
    if turned.margin is not None:
        _margin(lines, turned.margin, later)
    sheet.freeze(FIRST, 1)


def _margin(lines: "_Lines", margin: TurnedMargin, later: Formula) -> None:
    """What is turned, without VAT, is what its points cost in these: without points nobody sees it."""
    turned_ht = margin.points_ht.value / later.number if later.number else 0.0
    goods = lines.known(_("Margin of goods, changed by (HT)"), margin.goods_ht.value)
    elsewhere = lines.known(_("Margin of other weeks and products (HT)"), margin.elsewhere_ht.value)
    of_turned = lines.known(_("Turned into points (HT)"), turned_ht)
    points = lines.worked(_("Cost of points (HT)"), of_turned * later)
    lines.worked(_("Margin, changed by (HT)"), goods + elsewhere - points, "bold ")


def _covered(turned: Turned, used: float) -> float:
    """What the core gave for a euro, at face value: as the cost says it, which nothing was cut off from."""
    if not turned.turned.value:
        return 0.0
    issued = turned.cost_later.value / used if used else float(turned.issued_minor)
    return issued / turned.turned.value


class _Lines:
    """A label and a figure a line, one under the other."""

    def __init__(self, sheet: Sheet, unit: int) -> None:
        self._sheet = sheet
        self._unit = unit
        self._row = FIRST

    def assumed(self, label: str, value: float) -> Formula:
        return self._sheet.put(self._next(label), 1, value, "assumed")

    def known(self, label: str, minor: float) -> Formula:
        return self._sheet.put(self._next(label), 1, minor / self._unit, "money")

    def worked(self, label: str, formula: Formula, weight: str = "") -> Formula:
        return self._sheet.work(self._next(label, weight), 1, formula, f"{weight}money")

    def _next(self, label: str, weight: str = "") -> int:
        self._row += 1
        self._sheet.put(self._row - 1, 0, label, weight.strip())
        return self._row - 1
