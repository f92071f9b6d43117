"""Tables as a reader's spreadsheet opens them: with a byte order mark, the decimal mark of their language and, where it
is a comma, semicolons; heads in words, money in whole units with its sign in the head."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from io import StringIO

from babel.numbers import get_currency_symbol, get_decimal_symbol
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from assidu.backoffice.before_after import cause_named
from assidu.backoffice.discounts.told import department_names
from assidu.backoffice.listing import BYTE_ORDER_MARK
from assidu.backoffice.programme import Programme
from assidu.backoffice.views.studio.files import download
from assidu.catalogue import queries as catalogue
from assidu.economics.words import BASES, BEHAVIOUR, FIGURES, STEPS
from assidu.foundation.tables import Cell, Table, harmless
from assidu.plans.document import Document
from assidu.plans.wording import Language, text_in
from assidu.plans.wording.figures import MINUS

KIND = "text/csv; charset=utf-8"
_CHANGE = ": change"
_STATUSES = ("tier", "status", "status_before", "status_after")
_PLAIN: Mapping[str, Promise] = {
    "month": pgettext_lazy("column", "Month"),
    "is_over": pgettext_lazy("column", "Over"),
    "is_closed": pgettext_lazy("column", "Closed"),
    "currency": pgettext_lazy("column", "Units"),
    "opening": pgettext_lazy("column", "At the beginning"),
    "issued": pgettext_lazy("column", "Issued"),
    "exchanged_in": pgettext_lazy("column", "Issued for points"),
    "taken_back": pgettext_lazy("column", "Taken back with returns"),
    "taken_over": pgettext_lazy("column", "Taken over"),
    "corrected": pgettext_lazy("column", "Corrected"),
    "paid": pgettext_lazy("column", "Used to pay; of entries: drawn"),
    "exchanged_out": pgettext_lazy("column", "Used for rewards"),
    "given_back": pgettext_lazy("column", "Given back with returns"),
    "expired": pgettext_lazy("column", "Expired"),
    "forfeited": pgettext_lazy("column", "Lost by leaving"),
    "in_transit": pgettext_lazy("column", "Between customers"),
    "variance": pgettext_lazy("column", "Variance"),
    "owed": pgettext_lazy("column", "Owed by customers"),
    "closing": pgettext_lazy("column", "At the end"),
    "pending": pgettext_lazy("column", "Waiting"),
    "held": pgettext_lazy("column", "Set aside"),
    "debt": pgettext_lazy("column", "Debt"),
    "late": pgettext_lazy("column", "Learnt later"),
    "base": pgettext_lazy("column", "Basis"),
    "used": pgettext_lazy("column", "Used"),
    "outstanding": pgettext_lazy("column", "Outstanding"),
    "expected": pgettext_lazy("column", "Expected"),
    "rate": pgettext_lazy("column", "Rate"),
    "credibility": pgettext_lazy("column", "Credibility"),
    "basis": pgettext_lazy("column", "Where it comes from"),
    "age": pgettext_lazy("column", "Age, months"),
    "tier": pgettext_lazy("column", "Status"),
    "reference": pgettext_lazy("column", "Reference"),
    "journal": pgettext_lazy("column", "Journal"),
    "date": pgettext_lazy("column", "Date"),
    "account": pgettext_lazy("column", "Account"),
    "label": pgettext_lazy("column", "Label"),
    "members": pgettext_lazy("column", "Members"),
    "buyers": pgettext_lazy("column", "Buyers"),
    "purchases": pgettext_lazy("column", "Purchases"),
    "participation": pgettext_lazy("column", "Share who buy"),
    "frequency": pgettext_lazy("column", "Purchases of each"),
    "redemption": pgettext_lazy("column", "Used in the end"),
    "segment": pgettext_lazy("column", "Segment"),
    "margin_rate": pgettext_lazy("column", "Margin rate"),
    "generosity_rate": pgettext_lazy("column", "Generosity"),
    "face_given_rate": pgettext_lazy("column", "Face value given (TTC), of net sales HT"),
    "uplift": pgettext_lazy("column", "Uplift"),
    "break_even_uplift": pgettext_lazy("column", "Break-even uplift"),
    "roi": pgettext_lazy("column", "Return on investment"),
    "figure": pgettext_lazy("column", "Figure"),
    "step": pgettext_lazy("column", "Step"),
    "low": pgettext_lazy("column", "Low"),
    "high": pgettext_lazy("column", "High"),
    "generosity": pgettext_lazy("column", "Generosity"),
    "is_assumed": pgettext_lazy("column", "Assumed"),
    "face_rate": pgettext_lazy("column", "Face rate"),
    "margin_after_rewards": pgettext_lazy("column", "Margin after rewards"),
    "before": pgettext_lazy("column", "Before"),
    "after": pgettext_lazy("column", "After"),
    "change": pgettext_lazy("column", "Change"),
    "movement": pgettext_lazy("column", "Movement"),
    "status": pgettext_lazy("column", "Status"),
    "rule": pgettext_lazy("column", "Rule"),
    "is_tried": pgettext_lazy("column", "Tried"),
    "units": pgettext_lazy("column", "Units"),
    "times": pgettext_lazy("column", "Times"),
    "draw": pgettext_lazy("column", "Draw"),
    "entries": pgettext_lazy("column", "Entries"),
    "prizes": pgettext_lazy("column", "Prizes"),
    "tenth": pgettext_lazy("column", "Tenth"),
    "decile": pgettext_lazy("column", "Tenth"),
    "customers": pgettext_lazy("column", "Customers"),
    "winners": pgettext_lazy("column", "Winners"),
    "losers": pgettext_lazy("column", "Losers"),
    "unchanged": pgettext_lazy("column", "Unchanged"),
    "even": pgettext_lazy("column", "Even"),
    "customer": pgettext_lazy("column", "Customer"),
    "status_before": pgettext_lazy("column", "Status before"),
    "status_after": pgettext_lazy("column", "Status after"),
    "cause": pgettext_lazy("column", "Cause"),
    "events": pgettext_lazy("column", "Events"),
    "plan": pgettext_lazy("column", "Plan"),
    "loss_probability": pgettext_lazy("column", "Probability of a loss"),
    "better_than_first": pgettext_lazy("column", "Probability of being better than the first"),
    "left_out_customers": pgettext_lazy("column", "Customers left out"),
    "left_out_moments": pgettext_lazy("column", "Moments left out"),
    "store": pgettext_lazy("column", "Store"),
    "stores": pgettext_lazy("column", "Stores"),
    "assumption": pgettext_lazy("column", "Assumption"),
    "histories": pgettext_lazy("column", "Histories"),
    "seconds": pgettext_lazy("column", "Seconds"),
    "moved": pgettext_lazy("column", "Moved by"),
    "value": pgettext_lazy("column", "Value"),
    "extra_units": pgettext_lazy("column", "Extra articles"),
    "lift_percent": pgettext_lazy("column", "Lift, %"),
    "from_percent": pgettext_lazy("column", "From, %"),
    "below_percent": pgettext_lazy("column", "Below, %"),
    "from_weeks": pgettext_lazy("column", "From, weeks"),
    "to_weeks": pgettext_lazy("column", "To, weeks"),
    "department": pgettext_lazy("column", "Department"),
    "products": pgettext_lazy("column", "Products"),
    "measured": pgettext_lazy("column", "Measured"),
    "elasticity": pgettext_lazy("column", "Elasticity"),
    "sku": pgettext_lazy("column", "Article"),
    "weeks": pgettext_lazy("column", "Weeks"),
    "depth_percent": pgettext_lazy("column", "Depth, %"),
    "cost_share": pgettext_lazy("column", "Cost, share of sales"),
    "winner_count": pgettext_lazy("column", "Winners"),
    "loser_count": pgettext_lazy("column", "Losers"),
    "units_extra": pgettext_lazy("column", "Extra articles"),
    "units_pulled_forward": pgettext_lazy("column", "Only bought earlier, articles"),
    "units_taken_from_others": pgettext_lazy("column", "Taken from other articles"),
    "units_net": pgettext_lazy("column", "Extra articles, net"),
    "break_even_percent": pgettext_lazy("column", "Break-even, %"),
    "wears_off": pgettext_lazy("column", "Wears off"),
    "deeper": pgettext_lazy("column", "Deeper discounts"),
    "units_lost": pgettext_lazy("column", "Articles lost"),
}
_MONEY: Mapping[str, Promise] = {
    "face_ttc": pgettext_lazy("column", "Face value, TTC"),
    "owed_ht": pgettext_lazy("column", "Owed, HT"),
    "deferred_ht": pgettext_lazy("column", "Deferred, HT"),
    "debit": pgettext_lazy("column", "Debit"),
    "credit": pgettext_lazy("column", "Credit"),
    "net_sales_ht": pgettext_lazy("column", "Net sales, HT"),
    "basket_ht": pgettext_lazy("column", "Basket, HT"),
    "baseline_sales_ht": pgettext_lazy("column", "Sales anyway, HT"),
    "baseline_sales_ttc": pgettext_lazy("column", "Sales anyway, TTC"),
    "incremental_sales_ht": pgettext_lazy("column", "Sales on top, HT"),
    "incremental_sales_ttc": pgettext_lazy("column", "Sales on top, TTC"),
    "baseline_margin": pgettext_lazy("column", "Margin anyway, HT"),
    "incremental_margin": pgettext_lazy("column", "Margin on top, HT"),
    "rewards_baseline": pgettext_lazy("column", "Rewards anyway, HT"),
    "rewards_incremental": pgettext_lazy("column", "Rewards on top, HT"),
    "running": pgettext_lazy("column", "Running costs, HT"),
    "investment": pgettext_lazy("column", "Investment, HT"),
    "net": pgettext_lazy("column", "Net, HT"),
    "funded": pgettext_lazy("column", "Paid by partners, HT"),
    "rewards_not_paid": pgettext_lazy("column", "Rewards not paid yet, HT"),
    "cash_cumulated": pgettext_lazy("column", "Cumulated cash, HT"),
    "p2_5": pgettext_lazy("column", "2.5 of 100 below, HT"),
    "p10": pgettext_lazy("column", "10 of 100 below, HT"),
    "p50": pgettext_lazy("column", "Median, HT"),
    "p90": pgettext_lazy("column", "90 of 100 below, HT"),
    "p97_5": pgettext_lazy("column", "97.5 of 100 below, HT"),
    "amount": pgettext_lazy("column", "Amount, HT"),
    "net_low": pgettext_lazy("column", "Net at the low end, HT"),
    "costs": pgettext_lazy("column", "Costs, HT"),
    "net_high": pgettext_lazy("column", "Net at the high end, HT"),
}
_MINOR: Mapping[str, Promise] = {
    "opening_minor": pgettext_lazy("column", "At the beginning, HT"),
    "issued_minor": pgettext_lazy("column", "Issued, HT"),
    "used_minor": pgettext_lazy("column", "Used, HT"),
    "exchanged_minor": pgettext_lazy("column", "Exchanged, HT"),
    "released_minor": pgettext_lazy("column", "Released, HT"),
    "reestimate_minor": pgettext_lazy("column", "Re-estimate, HT"),
    "closing_minor": pgettext_lazy("column", "At the end, HT"),
    "allocated_minor": pgettext_lazy("column", "Allocated, HT"),
    "recognised_minor": pgettext_lazy("column", "Recognised, HT"),
    "moved_minor": pgettext_lazy("column", "Moved, HT"),
    "off_minor": pgettext_lazy("column", "Taken off, TTC"),
    "cost_minor": pgettext_lazy("column", "Cost"),
    "cost_ht_minor": pgettext_lazy("column", "Cost, HT"),
    "spend_minor": pgettext_lazy("column", "Purchases, TTC"),
    "given_minor": pgettext_lazy("column", "Given, TTC"),
    "face_minor": pgettext_lazy("column", "Face value, TTC"),
    "revenue_change_minor": pgettext_lazy("column", "Net sales, change, HT"),
    "margin_change_minor": pgettext_lazy("column", "Margin, change, HT"),
    "net_change_minor": pgettext_lazy("column", "Net, change, HT"),
    "against_first_minor": pgettext_lazy("column", "Net beside the first plan, HT"),
    "recorded_minor": pgettext_lazy("column", "As recorded, TTC"),
    "planned_minor": pgettext_lazy("column", "As planned, TTC"),
    "net_change_low_minor": pgettext_lazy("column", "Net at the low end, HT"),
    "net_change_high_minor": pgettext_lazy("column", "Net at the high end, HT"),
    "paid_minor": pgettext_lazy("column", "Paid, TTC"),
    "bought_anyway_minor": pgettext_lazy("column", "Given on what was bought anyway, TTC"),
    "change_ht": pgettext_lazy("column", "Margin, change, HT"),
    "all_given_minor": pgettext_lazy("column", "All that was given, TTC"),
    "paid_more_minor": pgettext_lazy("column", "Paid more, TTC"),
    "given_more_minor": pgettext_lazy("column", "Given more, TTC"),
    "given_bought_anyway_minor": pgettext_lazy("column", "Given on what was bought anyway, TTC"),
    "given_pulled_forward_minor": pgettext_lazy("column", "Given on what was only bought earlier, TTC"),
    "given_taken_from_others_minor": pgettext_lazy(
        "column", "Given on what was taken from other articles, TTC"
    ),
    "given_new_minor": pgettext_lazy("column", "Given on what is new, TTC"),
    "margin_without_ht": pgettext_lazy("column", "Margin without promotions, HT"),
    "margin_change_ht": pgettext_lazy("column", "Margin, change, HT"),
    "given_now_minor": pgettext_lazy("column", "Given now, TTC"),
    "turned_minor": pgettext_lazy("column", "Turned into points, TTC"),
    "sales_change_minor": pgettext_lazy("column", "Sales, change, TTC"),
    "cost_later_minor": pgettext_lazy("column", "Cost later, TTC"),
    "liability_minor": pgettext_lazy("column", "Owed, TTC"),
    "goods_ht": pgettext_lazy("column", "Margin on the goods, HT"),
    "elsewhere_ht": pgettext_lazy("column", "Margin elsewhere, HT"),
    "points_ht": pgettext_lazy("column", "Cost of points, HT"),
    "outstanding_minor": pgettext_lazy("column", "Outstanding, TTC"),
}
_HEADS = {**_PLAIN, **_MONEY, **_MINOR}
_ENDS: Mapping[str, Promise] = {
    "_low_80": pgettext_lazy("column", "low, 80 of 100"),
    "_high_80": pgettext_lazy("column", "high, 80 of 100"),
    "_low_95": pgettext_lazy("column", "low, 95 of 100"),
    "_high_95": pgettext_lazy("column", "high, 95 of 100"),
}
_NAMES = {**BEHAVIOUR, **STEPS, **FIGURES}
_SHARES = frozenset(
    {
        "rate", "credibility", "participation", "redemption", "margin_rate", "generosity_rate", "uplift",
        "break_even_uplift", "roi", "generosity", "face_rate", "margin_after_rewards", "loss_probability",
        "better_than_first", "cost_share", "moved",
    }
)  # fmt: skip
"""Parts of one: people read them in per cent, as the head says."""
_TRIED, _FACE = ("plans", "generosity"), "face_given_rate"
"""Of a trial, generosity is at face value, and not at what rewards cost as in the model."""
_AT_COST, _COST, _COST_HT = ("plans", "rules", "tiers"), "cost_minor", "cost_ht_minor"
"""Of a trial, what is given costs something in the end; a replay says ``cost_minor`` of its face value."""
_ALL_HT = ("liability-ht", "revenue-ht")
"""Tables whose bare ends are amounts without VAT."""
_RATES = "redemption-rates"
"""The table whose bare ends are those of a rate; elsewhere they are those of units or amounts."""
_WEEK = re.compile(r"week_([+-][0-9]+)_percent")
Words = Mapping[str, Mapping[str, str]]
"""By column: what is called how, where the programme's versions do not say it."""
_OF_ROWS = ("figure", "assumption", "step")
"""Columns whose cells name a figure: where its own column says no unit, the row's is that of the figure."""


def csv_file(table: Table, name: str, programme: Programme, words: Words | None = None) -> HttpResponse:
    """The answer that hands ``table`` over as the file ``name``."""
    return download((BYTE_ORDER_MARK + _as_read(table, programme, words or {})).encode(), KIND, name)


def words_in(documents: Iterable[Document], language: Language) -> Words:
    """What documents that were tried call their rules, statuses and currencies."""
    rules: dict[str, str] = {}
    tiers: dict[str, str] = {}
    currencies: dict[str, str] = {}
    for document in documents:
        rules |= {one.code: text_in(one.name, language) for one in document.rules}
        rules |= {one.code: text_in(one.name, language) for one in document.offers}
        for level in document.tiers.levels if document.tiers is not None else ():
            tiers[level.code] = text_in(level.name, language)
        for currency in document.currencies:
            currencies[currency.code] = text_in(currency.name, language)
    return {"rule": rules, "draw": rules, **dict.fromkeys(_STATUSES, tiers), "currency": currencies}


def _as_read(table: Table, programme: Programme, words: Words) -> str:
    money = programme.document.sale_currency
    language = programme.language.value
    sign, mark = get_currency_symbol(money.code, language), get_decimal_symbol(language)
    kinds = [
        "share" if table.name == _RATES and f"_{column}" in _ENDS else _kind(column)
        for column in table.columns
    ]
    called = {column: _caller(column, programme, words) for column in table.columns}
    out = StringIO()
    writer = csv.writer(out, delimiter=";" if mark == "," else ",", lineterminator="\r\n")
    writer.writerow(
        [
            harmless(_with_unit(_head_in(table.name, column), kind, sign))
            for column, kind in zip(table.columns, kinds, strict=True)
        ]
    )
    for row in table.rows:
        of_row = _kind_of_row(str(row[0])) if table.columns and table.columns[0] in _OF_ROWS else ""
        cells = []
        for column, kind, cell in zip(table.columns, kinds, row, strict=True):
            if column in _OF_ROWS:
                cells.append(harmless(_with_unit(_named(str(cell)), of_row, sign)))
            elif (call := called[column]) is not None and isinstance(cell, str):
                cells.append(harmless(call(cell)))
            elif column == "basis":
                cells.append(str(BASES.get(str(cell), cell or "")))
            else:
                cells.append(_cell(cell, kind or of_row, money.decimals, mark))
        writer.writerow(cells)
    return out.getvalue()


def _base(column: str) -> tuple[str, list[str]]:
    """A column without the words that say which end or side it is, and these words."""
    more: list[str] = []
    bare, dot, side = column.partition(".")
    if dot:
        more.append(str(_PLAIN.get(side, side)))
    for end, words in _ENDS.items():
        if bare == end[1:] or bare == f"{end[1:]}_minor":
            return bare, more
        for written, left in ((end, ""), (f"{end}_minor", "_minor")):
            if bare.endswith(written):
                return bare.removesuffix(written) + left, [str(words), *more]
    return bare, more


def _with_unit(said: str, kind: str, sign: str) -> str:
    return f"{said}, %" if kind == "share" else f"{said} ({sign})" if kind else said


def _caller(column: str, programme: Programme, words: Words) -> Callable[[str], str] | None:
    """What turns the codes of a column into the words of the reader; nothing where they are words, or figures."""
    base, _more = _base(column)
    own = words.get(base, {})
    call: Callable[[str], str]
    match base:
        case "currency":
            call = programme.currency_name
        case "rule" | "draw":
            call = programme.rule_name
        case "movement":
            call = _named
        case "cause":
            call = cause_named
        case "department":
            call = _among(department_names(programme.language))
        case "store":
            call = _among({one.store_id: one.name for one in catalogue.stores()})
        case _ if base in _STATUSES:
            return lambda code: own.get(code) or programme.tier_name(code) or code or _("no status")
        case _ if own:
            call = _among(own)
        case _:
            return None
    return lambda code: (own.get(code) or call(code)) if code else ""


def _among(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: names.get(code, code)


def _kind_of_row(figure: str) -> str:
    """Of amounts, and of a share that is a part of one; others are percentages already, and say so."""
    kind = _kind(figure)
    return kind if kind != "share" or figure == "cost_share" else ""


def _kind(column: str) -> str:
    """``minor``: in minor units; ``money``: in whole ones; ``share``: a part of one; else no unit."""
    base, _more = _base(column)
    if base in _SHARES:
        return "share"
    if base in _MONEY:
        return "money"
    return "minor" if base in _MINOR or base.endswith("_minor") else ""


def _head_in(table: str, column: str) -> str:
    """As `head`, where the same name says something else in one table than in another."""
    if (table, column) == _TRIED:
        return head(_FACE)
    if table in _AT_COST and column.startswith(_COST):
        return head(column.replace(_COST, _COST_HT, 1))
    base, _more = _base(column)
    is_bare_end = f"_{base.removesuffix('_minor')}" in _ENDS
    return f"{head(column)}, HT" if table in _ALL_HT and is_bare_end else head(column)


def head(column: str) -> str:
    """A column in the words of the reader, with the end or the side it is."""
    if column.endswith(_CHANGE):
        return _("%(column)s: change") % {"column": column.removesuffix(_CHANGE)}
    base, more = _base(column)
    bare_end = f"_{base.removesuffix('_minor')}"
    words = str(_ENDS[bare_end]) if bare_end in _ENDS else str(_HEADS.get(base, base))
    said = ", ".join((words, *more))
    return said[:1].upper() + said[1:]


def _named(code: str) -> str:
    if week := _WEEK.fullmatch(code):
        return _("Week %(n)s: change, %%") % {"n": week[1].replace("-", MINUS)}
    return str(_HEADS.get(code) or _NAMES.get(code, code))


def _cell(value: Cell, kind: str, decimals: int, mark: str) -> str:
    match value:
        case None:
            return ""
        case int() | float() if kind == "share" and not isinstance(value, bool):
            return f"{100 * value:.4f}".rstrip("0").rstrip(".").replace(".", mark)
        case bool():
            return _("yes") if value else _("no")
        case int() | float() if kind == "minor":
            return f"{Decimal(round(value)).scaleb(-decimals):.{decimals}f}".replace(".", mark)
        case int():
            return str(value)
        case float():
            written = f"{value:.{decimals if kind else 6}f}"
            return (written if kind else written.rstrip("0").rstrip(".")).replace(".", mark)
        case date():
            return value.isoformat()
        case _:
            return value.replace(".", mark) if kind else harmless(value)
