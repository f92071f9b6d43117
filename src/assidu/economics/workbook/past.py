"""The past month after month as a workbook: shares and baskets are worked out of what was counted."""

from io import BytesIO

from django.utils.translation import gettext as _

from assidu.economics.types import Past
from assidu.economics.workbook.formulas import Cells, Formula, if_, sum_of
from assidu.economics.workbook.sheets import Sheet, book

FIRST = 4
MONTH, MEMBERS, BUYERS, SHARE, PURCHASES, FREQUENCY, SALES, BASKET, REDEMPTION, LOW, HIGH = range(11)


def past_workbook(found: Past, *, has_invented: bool = False) -> bytes:
    """Amounts in money, HT."""
    into = BytesIO()
    with book(into, found.decimals, has_invented) as whole:
        sheet = whole.sheet(_("past"))
        sheet.title(
            _("The past, month after month"),
            _(
                "Whole months alone. Money is without VAT (HT); what is used in the end is estimated, within 80 %."
            ),
        )
        sheet.head(
            FIRST - 1,
            [
                _("Month"), _("Members"), _("Buyers"), _("Share of members"), _("Purchases"), _("For each buyer"),
                _("Net sales (HT)"), _("Basket (HT)"), _("Used in the end"), _("low, 80 %"), _("high, 80 %"),
            ],
        )  # fmt: skip
        for row, one in enumerate(found.months, start=FIRST):
            sheet.put(row, MONTH, one.month)
            members = sheet.put(row, MEMBERS, one.members, "units")
            buyers = sheet.put(row, BUYERS, one.buyers, "units")
            purchases = sheet.put(row, PURCHASES, one.purchases, "units")
            sales = sheet.put(row, SALES, one.net_sales_ht_minor / 10**found.decimals, "money")
            _shares(sheet, row, members, buyers, purchases, sales)
            for column, rate in (
                (REDEMPTION, one.redemption),
                (LOW, one.redemption_low),
                (HIGH, one.redemption_high),
            ):
                sheet.put(row, column, rate, "percent")
        if found.months:
            _together(sheet, FIRST + len(found.months))
        sheet.freeze(FIRST, 1)
    return into.getvalue()


def _together(sheet: Sheet, row: int) -> None:
    """Members and buyers are counted anew each month: of them the sum says nothing, their share of the sums does."""

    def months(column: int) -> Cells:
        return sheet.down(FIRST, row - 1, column)

    sheet.put(row, MONTH, _("together"), "bold")
    purchases = sheet.work(row, PURCHASES, sum_of(months(PURCHASES)), "bold units")
    sales = sheet.work(row, SALES, sum_of(months(SALES)), "bold money")
    _shares(sheet, row, sum_of(months(MEMBERS)), sum_of(months(BUYERS)), purchases, sales)


def _shares(
    sheet: Sheet, row: int, members: Formula, buyers: Formula, purchases: Formula, sales: Formula
) -> None:
    sheet.work(row, SHARE, if_(members > 0, buyers / members, ""), "percent")
    sheet.work(row, FREQUENCY, if_(buyers > 0, purchases / buyers, ""), "ratio")
    sheet.work(row, BASKET, if_(purchases > 0, sales / purchases, ""), "money")
