"""The liability as a workbook: every month begins where the one before ended, and its end is worked out from its
lines."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from assidu.economics.models.redemption import bounds, bounds_minor
from assidu.economics.tables import currencies_of
from assidu.economics.types import LINES, CostRoll, CurrencyMonth, Interval, Liability, RevenueRoll, cost_roll
from assidu.economics.views import triangle_view
from assidu.economics.words import BASES, COST, REVENUE, line_in_words
from assidu.economics.workbook.formulas import if_, product, rounded, sum_of, total
from assidu.economics.workbook.sheets import Book, Sheet, book

FIRST = 4
COST_LINES = ("issued_minor", "used_minor", "exchanged_minor", "released_minor", "reestimate_minor")
REVENUE_LINES = ("allocated_minor", "recognised_minor", "moved_minor")


def liability_workbook(found: Liability, *, has_invented: bool = False) -> bytes:
    into = BytesIO()
    with book(into, found.decimals, has_invented) as whole:
        for currency in currencies_of(found):
            months = [
                (state.month, one)
                for state in found.months
                if (one := state.figures.currency(currency)) is not None
            ]
            _units(whole, currency, months, is_entry=currency in found.entries)
            _cost(whole, found, currency, months)
            _revenue(whole, found, currency, months)
            _rates(whole, found, currency)
            _triangle(whole, found, currency)
    return into.getvalue()


Months = Sequence[tuple[date, CurrencyMonth]]


def _units(whole: Book, currency: str, months: Months, *, is_entry: bool) -> None:
    sheet = whole.sheet(currency, _("units"))
    sheet.title(
        _("Units of %(currency)s") % {"currency": currency},
        _("The end of a month is worked out from its lines."),
    )
    sheet.head(
        FIRST - 1,
        [
            "",
            *(line_in_words(name, is_entry=is_entry) for name in ("opening", *LINES, "closing")),
            _("ledger"),
            _("difference"),
        ],
    )
    end = len(LINES) + 2
    for place, (month, one) in enumerate(months):
        row = FIRST + place
        sheet.put(row, 0, month)
        if place:
            sheet.work(row, 1, sheet.at(row - 1, end), "units")
        else:
            sheet.put(row, 1, one.units.opening, "units")
        for column, name in enumerate(LINES, start=2):
            sheet.put(row, column, getattr(one.units, name), "units")
        parts = total(sheet.at(row, column) for column in range(1, end))
        closing = sheet.work(row, end, parts, "bold units")
        ledger = sheet.put(row, end + 1, one.units.closing, "units")
        sheet.work(row, end + 2, closing - ledger, "units")
    sheet.freeze(FIRST, 1)


def _cost(whole: Book, found: Liability, currency: str, months: Months) -> None:
    sheet = whole.sheet(currency, _("at cost (HT)"))
    sheet.title(
        _("What %(currency)s cost when they are used (HT)") % {"currency": currency},
        _("Expected units at their cost; net of what partners pay."),
    )
    rows = [(month, cost_roll(one, month), one.liability_within) for month, one in months]
    _roll(sheet, rows, COST_LINES, COST, found.decimals)


def _revenue(whole: Book, found: Liability, currency: str, months: Months) -> None:
    sheet = whole.sheet(currency, _("revenue (HT)"))
    sheet.title(
        _("Revenue that is deferred for %(currency)s (HT)") % {"currency": currency},
        _("IFRS 15, by stand-alone prices."),
    )
    rows = [(month, one.revenue, one.deferred_within) for month, one in months]
    _roll(sheet, rows, REVENUE_LINES, REVENUE, found.decimals)


def _roll(
    sheet: Sheet,
    rows: Sequence[tuple[date, CostRoll | RevenueRoll, Callable[[int], Interval | None]]],
    lines: Sequence[str],
    words: Mapping[str, str | Promise],
    decimals: int,
) -> None:
    names = ("opening_minor", *lines, "closing_minor")
    ends = (_("low, 80 %"), _("high, 80 %"), _("low, 95 %"), _("high, 95 %"))
    sheet.head(
        FIRST - 1, ["", *(str(words[name]) for name in names), _("in the books"), _("difference"), *ends]
    )
    end = len(names)
    for place, (month, one, within) in enumerate(rows):
        row = FIRST + place
        amounts = {name: getattr(one, name) / 10**decimals for name in names}
        sheet.put(row, 0, month)
        if place:
            sheet.work(row, 1, sheet.at(row - 1, end), "money")
        else:
            sheet.put(row, 1, amounts["opening_minor"], "money")
        for column, name in enumerate(lines, start=2):
            sheet.put(row, column, amounts[name], "money")
        parts = total(sheet.at(row, column) for column in range(1, end))
        closing = sheet.work(row, end, parts, "bold money")
        books = sheet.put(row, end + 1, amounts["closing_minor"], "money")
        sheet.work(row, end + 2, rounded(closing - books, decimals), "money")
        lies = (*bounds_minor(within(80)), *bounds_minor(within(95)))
        for column, amount in enumerate(lies, start=end + 3):
            sheet.put(row, column, None if amount is None else amount / 10**decimals, "money")
    sheet.freeze(FIRST, 1)


def _rates(whole: Book, found: Liability, currency: str) -> None:
    """Issue months at the end of the newest month that is over."""
    state = found.latest
    one = None if state is None else state.figures.currency(currency)
    if state is None or one is None:
        return
    sheet = whole.sheet(currency, _("rates"))
    sheet.title(
        _("How much of %(currency)s is used in the end, at the end of %(month)s")
        % {"currency": currency, "month": f"{state.month:%Y-%m}"},
        _("Change the cost of a unit, or what is expected: what is owed follows."),
    )
    sheet.put(2, 0, _("Cost of a unit (HT)"))
    cost = sheet.put(2, 1, one.terms.cost_minor / 10**found.decimals, "assumed")
    sheet.head(
        FIRST - 1,
        [
            _("issued in"), _("issued, net"), _("used"), _("outstanding"), _("expected to be used"),
            _("used in the end"), _("owed at cost (HT)"), _("low, 80 %"), _("high, 80 %"), _("basis"),
        ],
    )  # fmt: skip
    row = FIRST
    for ultimate in one.ultimates:
        sheet.put(row, 0, ultimate.month)
        base = sheet.put(row, 1, ultimate.base, "units")
        used = sheet.put(row, 2, ultimate.used, "units")
        sheet.put(row, 3, ultimate.outstanding, "units")
        expected = sheet.put(row, 4, ultimate.expected, "assumed")
        sheet.work(row, 5, if_(base > 0, (used + expected) / base, ""), "percent")
        sheet.work(row, 6, expected * cost, "money")
        low, high = bounds(ultimate.within(80))
        sheet.put(row, 7, low, "percent")
        sheet.put(row, 8, high, "percent")
        sheet.put(row, 9, str(BASES[ultimate.basis.value]))
        row += 1
    if row > FIRST:
        sheet.put(row, 0, _("together"), "bold")
        for column in range(1, 5):
            sheet.work(row, column, sum_of(sheet.down(FIRST, row - 1, column)), "bold units")
        sheet.work(row, 6, sum_of(sheet.down(FIRST, row - 1, 6)), "bold money")
    sheet.freeze(FIRST, 1)


def _triangle(whole: Book, found: Liability, currency: str) -> None:
    """The chain ladder of what was used, worked out by volume."""
    view = triangle_view(found, currency)
    if view is None or not view.rows:
        return
    sheet = whole.sheet(currency, _("triangle"))
    sheet.title(
        _("What was used of each issue month, cumulated by age"),
        _("The chain ladder beside the rates: it knows nothing of when units end."),
    )
    ages = max(len(one.used) for one in view.rows)
    sheet.head(
        FIRST - 1, [_("issued in"), *(str(age) for age in range(ages)), _("in the end"), _("error (Mack)")]
    )
    for place, one in enumerate(view.rows):
        sheet.put(FIRST + place, 0, one.month)
        for age, used in enumerate(one.used):
            sheet.put(FIRST + place, 1 + age, used, "units")
    below = FIRST + len(view.rows) + 1
    sheet.put(below, 0, _("growth to the next age"), "bold")
    factors = []
    for age in range(len(view.factors)):
        known = [FIRST + place for place, one in enumerate(view.rows) if len(one.used) > age + 1]
        before = total(sheet.at(row, 1 + age) for row in known)
        after = total(sheet.at(row, 2 + age) for row in known)
        factors.append(sheet.work(below, 1 + age, if_(before > 0, after / before, 1)))
    for place, one in enumerate(view.rows):
        row, last = FIRST + place, len(one.used) - 1
        sheet.work(row, 1 + ages, product([sheet.at(row, 1 + last), *factors[last:]]), "units")
        sheet.put(row, 2 + ages, one.error, "units")
    together = sum_of(sheet.down(FIRST, FIRST + len(view.rows) - 1, 1 + ages))
    sheet.work(below, 1 + ages, together, "bold units")
    sheet.put(below, 2 + ages, view.total_error, "bold units")
    sheet.freeze(FIRST, 1)
