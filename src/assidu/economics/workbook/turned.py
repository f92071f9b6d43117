"""A share of discounts turned into points, on a sheet: all that follows in a straight line from how much of the points
is used and what that costs is worked out there."""

from django.utils.translation import gettext as _

from assidu.economics.discounts.types import Turned, TurnedMargin
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
    covered = _covered(turned, used)
    given_for = lines.assumed(_("Points for each euro turned, at face value"), covered)

    later = f"{given_for}*{redemption}/100*{cost}/100"
    then = lines.known(_("Given at once, before (TTC)"), turned.given_then_minor)
    now = lines.known(_("Given at once, still (TTC)"), turned.given_now.value)
    of_turned = lines.known(_("Turned into points (TTC)"), turned.turned.value)
    points = lines.worked(
        _("Cost of points, later (TTC)"), f"{of_turned}*{later}", turned.turned.value * covered * used
    )
    together = turned.given_now.value + turned.turned.value * covered * used
    both = lines.worked(_("Discounts and points together (TTC)"), f"{now}+{points}", together)
    lines.worked(
        _("More or less than before (TTC)"), f"{both}-{then}", together - turned.given_then_minor, "bold "
    )
    left = lines.known(_("Points left at the end, at face value (TTC)"), turned.outstanding_minor)
    owed = turned.outstanding_minor * used
    lines.worked(_("Owed for them (TTC)"), f"{left}*{redemption}/100*{cost}/100", owed)
    if turned.margin is not None:
        _margin(lines, turned.margin, later, covered * used)
    sheet.freeze(FIRST, 1)


def _margin(lines: "_Lines", margin: TurnedMargin, later: str, by: float) -> None:
    """What is turned, without VAT, is what its points cost in these: without points nobody sees it."""
    turned_ht = margin.points_ht.value / by if by else 0.0
    goods = lines.known(_("Margin of goods, changed by (HT)"), margin.goods_ht.value)
    elsewhere = lines.known(_("Margin of other weeks and products (HT)"), margin.elsewhere_ht.value)
    of_turned = lines.known(_("Turned into points (HT)"), turned_ht)
    points = lines.worked(_("Cost of points (HT)"), f"{of_turned}*{later}", turned_ht * by)
    change = margin.goods_ht.value + margin.elsewhere_ht.value - turned_ht * by
    lines.worked(_("Margin, changed by (HT)"), f"{goods}+{elsewhere}-{points}", change, "bold ")


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

    def assumed(self, label: str, value: float) -> str:
        return self._sheet.put(self._next(label), 1, value, "assumed")

    def known(self, label: str, minor: float) -> str:
        return self._sheet.put(self._next(label), 1, minor / self._unit, "money")

    def worked(self, label: str, formula: str, minor: float, weight: str = "") -> str:
        return self._sheet.work(self._next(label, weight), 1, formula, minor / self._unit, f"{weight}money")

    def _next(self, label: str, weight: str = "") -> int:
        self._row += 1
        self._sheet.put(self._row - 1, 0, label, weight.strip())
        return self._row - 1
