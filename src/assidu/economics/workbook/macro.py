"""The macro model as a workbook: it works itself out from the cells of the first sheet."""

from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext as _

from assidu.economics.models.assumptions import OF_PROGRAMME, OF_SEGMENTS, Assumptions, Range
from assidu.economics.types import MacroReport, Segment
from assidu.economics.words import BASES, FIGURES, NOT_ENTERED, STEPS
from assidu.economics.workbook.formulas import (
    Cells,
    Formula,
    absolute,
    all_of,
    any_of,
    constant,
    if_,
    largest,
    smallest,
    sum_of,
    sum_of_products,
    total,
)
from assidu.economics.workbook.sheets import Book, Sheet, book

FIRST = 4
"""The row of the first figure, or month."""
COLUMNS = ("members", "sales", "more_sales", "margin", "rewards", "more_rewards", "running", "paid")
"""Of each segment on the sheet of months."""


def macro_workbook(
    found: Assumptions, report: MacroReport, decimals: int, *, has_invented: bool = False
) -> bytes:
    """``report`` is that of ``found``: its figures stand beside those that the sheets work out."""
    into = BytesIO()
    with book(into, decimals, has_invented) as whole:
        macro_sheets(whole, found, report, decimals)
    return into.getvalue()


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A line of the result: the cell that works it out, and what it was when the file was made."""

    words: str
    cell: Formula
    was: float | None
    style: str


def macro_sheets(
    whole: Book, found: Assumptions, report: MacroReport, decimals: int
) -> tuple[ResultLine, ...]:
    """Everything of one set; the lines of its result."""
    assumed = _Assumed(whole, found)
    segments = _Segments(whole, found, assumed)
    months = _Months(whole, found, assumed, segments)
    pays = _result(whole, found, report, assumed, segments, months, decimals)
    _tornado(whole, found, report, assumed, months)
    _break_even(whole, report, pays, decimals)
    _needed(whole, found, report, segments, months, pays)
    _generosity(whole, report, assumed, months, decimals)
    _fan(whole, report, decimals)
    _bands(whole, report, decimals)
    return pays.lines


class _Assumed:
    """The one sheet that is to be changed."""

    def __init__(self, whole: Book, found: Assumptions) -> None:
        self._sheet = sheet = whole.sheet(_("Assumptions"))
        sheet.title(
            found.name, _("Change what is coloured; every other sheet follows. Money is without VAT (HT).")
        )
        self.cells: dict[tuple[str, str, str], Formula] = {}
        for place, segment in enumerate(found.segments):
            column = 1 + 4 * place
            sheet.head(FIRST - 2, [segment.called], column)
            sheet.head(FIRST - 1, [_("value"), _("low"), _("high"), _("basis")], column)
            for row, name in enumerate(OF_SEGMENTS):
                self._range(FIRST + row, column, getattr(segment, name), (segment.code, name))
        for row, name in enumerate(OF_SEGMENTS):
            sheet.put(FIRST + row, 0, str(FIGURES[name]))
        row = FIRST + len(OF_SEGMENTS) + 1
        sheet.head(row, [_("The programme"), _("value"), _("low"), _("high"), _("basis")])
        for name in OF_PROGRAMME:
            row += 1
            sheet.put(row, 0, str(FIGURES[name]))
            self._range(row, 1, getattr(found, name), ("", name))
        row += 2
        sheet.put(row, 0, _("Months until the uplift is whole"))
        self.ramp = sheet.put(row, 1, found.ramp, "assumed")
        row += 1
        sheet.put(row, 0, _("Used by age, of what is used in the end (%)"))
        delays = found.used_by_age or (100.0,)
        self.delays = [sheet.put(row, 1 + age, share, "assumed") for age, share in enumerate(delays)]
        sheet.freeze(FIRST, 1)

    def _range(self, row: int, column: int, one: Range, key: tuple[str, str]) -> None:
        for place, (end, value) in enumerate((("value", one.value), ("low", one.low), ("high", one.high))):
            self.cells[*key, end] = self._sheet.put(row, column + place, value, "assumed")
        self._sheet.put(row, column + 3, str(BASES[one.basis.value]))

    def of(self, segment: str, name: str, end: str = "value") -> Formula:
        return self.cells[segment, name, end]


def _part(percent: Formula) -> Formula:
    return percent / 100


def _uplift(of: dict[str, Formula]) -> Formula:
    """Net; only an uplift is reduced."""
    frequency, basket, retention = (
        1 + _part(of[f"{name}_uplift"]) for name in ("frequency", "basket", "retention")
    )
    cannibalisation, pull_forward, self_selection = (
        1 - _part(of[name]) for name in ("cannibalisation", "pull_forward", "self_selection")
    )
    more = frequency * basket * retention - 1
    return more * if_(more > 0, cannibalisation * pull_forward * self_selection, 1)


def _generosity_of(of: dict[str, Formula]) -> Formula:
    return _part(of["face_rate"]) * _part(of["redemption"]) * _part(of["cost"]) * (1 - _part(of["funded"]))


class _Segments:
    """What the months need of each segment."""

    def __init__(self, whole: Book, found: Assumptions, assumed: _Assumed) -> None:
        sheet = whole.sheet(_("Segments"))
        sheet.title(_("Segments"), _("Worked out from the assumptions."))
        sheet.head(
            FIRST - 1, [_("Segment"), _("net uplift"), _("generosity"), _("margin"), _("sales in month 0")]
        )
        self.uplift: dict[str, Formula] = {}
        self.generosity: dict[str, Formula] = {}
        self.margin: dict[str, Formula] = {}
        for place, segment in enumerate(found.segments):
            row = FIRST + place
            of = {name: assumed.of(segment.code, name) for name in OF_SEGMENTS}
            sheet.put(row, 0, segment.called)
            self.uplift[segment.code] = sheet.work(row, 1, _uplift(of), "percent")
            self.generosity[segment.code] = sheet.work(row, 2, _generosity_of(of), "percent")
            self.margin[segment.code] = sheet.work(row, 3, _part(of["margin"]), "percent")
            sheet.work(row, 4, of["members"] * _bought(of), "money")


def _bought(of: dict[str, Formula]) -> Formula:
    """By each member in a month."""
    return _part(of["participation"]) * of["frequency"] * of["basket"]


class _Months:
    """One row a month, a block of columns a segment."""

    def __init__(self, whole: Book, found: Assumptions, assumed: _Assumed, segments: _Segments) -> None:
        self.sheet = sheet = whole.sheet(_("Months"))
        sheet.title(_("Months"), _("Without VAT (HT); costs are negative."))
        self.count = found.months
        sheet.head(FIRST - 1, [_("month"), _("part of the uplift")])
        self.blocks = {segment.code: 2 + len(COLUMNS) * place for place, segment in enumerate(found.segments)}
        last = 2 + len(COLUMNS) * len(found.segments)
        heads = (
            _("members"), _("sales anyway"), _("sales more"), _("margin more"), _("rewards anyway"), _("rewards more"),
            _("running"), _("rewards when used"),
        )  # fmt: skip
        for segment in found.segments:
            sheet.head(FIRST - 2, [segment.called], self.blocks[segment.code])
            sheet.head(FIRST - 1, heads, self.blocks[segment.code])
        sheet.head(FIRST - 1, [_("fixed"), _("net"), _("cash, cumulated"), _("below nothing")], last)
        self.fixed, self.net, self.cash, self.below = last, last + 1, last + 2, last + 3
        for month in range(found.months):
            self._month(month, found, assumed, segments)
        sheet.freeze(FIRST, 2)

    def _month(self, month: int, found: Assumptions, assumed: _Assumed, segments: _Segments) -> None:
        sheet, row = self.sheet, FIRST + month
        sheet.put(row, 0, month + 1)
        whole = smallest(constant(month + 1) / assumed.ramp, 1)
        ramp = sheet.work(row, 1, if_(assumed.ramp > 0, whole, 1), "percent")
        nets, cash = [], []
        for segment in found.segments:
            code, column = segment.code, self.blocks[segment.code]
            of = {name: assumed.of(code, name) for name in OF_SEGMENTS}
            generosity = segments.generosity[code]
            # In month 0 nobody has come or gone; where all go, a spreadsheet has no figure for 0 to the power of 0.
            grown = (1 + _part(of["growth"])) ** month if month else 1
            members = sheet.work(row, column, of["members"] * grown, "units")
            sales = sheet.work(row, column + 1, members * _bought(of), "money")
            more = sheet.work(row, column + 2, sales * segments.uplift[code] * ramp, "money")
            margin = sheet.work(row, column + 3, more * segments.margin[code], "money")
            rewards = sheet.work(row, column + 4, -(sales * generosity), "money")
            more_rewards = sheet.work(row, column + 5, -(more * generosity), "money")
            running = sheet.work(row, column + 6, -(members * assumed.of("", "member_cost")), "money")
            given = [
                (sheet.at(row - age, column + 4) + sheet.at(row - age, column + 5)) * _part(share)
                for age, share in enumerate(assumed.delays[: month + 1])
            ]
            paid = sheet.work(row, column + 7, total(given), "money")
            nets += [margin, rewards, more_rewards, running]
            cash += [margin, paid, running]
        fixed = sheet.work(row, self.fixed, -assumed.of("", "fixed_cost"), "money")
        sheet.work(row, self.net, total([*nets, fixed]), "money")
        before = sheet.at(row - 1, self.cash) if month else -assumed.of("", "investment")
        cumulated = sheet.work(row, self.cash, total([before, *cash, fixed]), "money")
        sheet.work(row, self.below, if_(cumulated < 0, month + 1, 0), "units")

    def column(self, column: int) -> Cells:
        return self.sheet.down(FIRST, FIRST + self.count - 1, column)

    def all_of(self, name: str) -> Formula:
        """Over every segment and month."""
        place = COLUMNS.index(name)
        return total(sum_of(self.column(block + place)) for block in self.blocks.values())

    @property
    def ramp(self) -> Cells:
        return self.column(1)


class _Pays(NamedTuple):
    """Formulas: what an uplift of 1 would bring, and what has to be paid for; ``fixed``: of the latter, what the
    programme costs as a whole."""

    brings: Formula
    needed: Formula
    fixed: Formula
    lines: tuple[ResultLine, ...]


def _result(
    whole: Book,
    found: Assumptions,
    report: MacroReport,
    assumed: _Assumed,
    segments: _Segments,
    months: _Months,
    decimals: int,
) -> "_Pays":
    sheet = whole.sheet(_("Result"))
    sheet.title(
        _("Result"), _("Over all months, without VAT (HT); beside it, as it was when the file was made.")
    )
    sheet.head(FIRST - 1, ["", _("now"), _("when made")])
    found_total = report.total
    lines: list[ResultLine] = []

    def line(words: str, formula: Formula, was: float | None, style: str = "money") -> Formula:
        row = FIRST + len(lines)
        sheet.put(row, 0, words)
        cell = sheet.work(row, 1, formula, style)
        sheet.put(row, 2, was, style)
        lines.append(ResultLine(words, cell, was, style))
        return cell

    def money(minor: int) -> float:
        amount: float = minor / 10**decimals
        return amount

    sales = line(_("Sales anyway"), months.all_of("sales"), money(found_total.baseline_sales_ht_minor))
    more = line(_("Sales more"), months.all_of("more_sales"), money(found_total.incremental_sales_ht_minor))
    margin = line(_("Margin more"), months.all_of("margin"), money(found_total.incremental_margin_minor))
    rewards = line(
        str(STEPS["rewards_baseline"]), months.all_of("rewards"), money(found_total.rewards_baseline_minor)
    )
    more_rewards = line(
        str(STEPS["rewards_incremental"]),
        months.all_of("more_rewards"),
        money(found_total.rewards_incremental_minor),
    )
    running = line(
        str(STEPS["running"]),
        months.all_of("running") + sum_of(months.column(months.fixed)),
        money(found_total.running_minor),
    )
    investment = line(
        str(STEPS["investment"]), -assumed.of("", "investment"), money(found_total.investment_minor)
    )
    parts = (margin, rewards, more_rewards, running, investment)
    net = line(_("Net"), total(parts), money(found_total.net_minor), "bold money")
    costs = -(rewards + more_rewards + running + investment)
    line(_("Return on what it costs"), if_(costs > 0, net / costs, ""), found_total.roi, "percent")
    line(_("Uplift"), if_(sales > 0, more / sales, ""), found_total.uplift, "percent")
    brings = total(
        sum_of_products(months.column(months.blocks[one.code] + 1), months.ramp)
        * (segments.margin[one.code] - segments.generosity[one.code])
        for one in found.segments
    )
    needed = -(rewards + running + investment)
    line(
        _("Uplift at which it breaks even"),
        if_(brings > 0, needed / brings, ""),
        found_total.break_even_uplift,
        "percent",
    )
    last = months.sheet.at(FIRST + months.count - 1, months.cash)
    below = largest(months.column(months.below))
    at_once = if_(below.equals(0), if_(investment < 0, 1, 0), below + 1)
    line(
        _("Paid back from month"),
        if_(any_of([last < 0, net < 0]), "", at_once),
        report.payback_month,
        "units",
    )
    _not_entered(sheet, FIRST + len(lines) + 1, assumed)
    fixed = -(sum_of(months.column(months.fixed)) + investment)
    return _Pays(brings, needed, fixed, tuple(lines))


def _not_entered(sheet: Sheet, row: int, assumed: _Assumed) -> None:
    """Which costs nobody entered: it goes once somebody does, in the cells of the first sheet."""

    def is_nothing(*names: str) -> Formula:
        return all_of(
            [assumed.of("", name, end).equals(0) for name in names for end in ("value", "low", "high")]
        )

    def said(*costs: str) -> str:
        return str(NOT_ENTERED[costs])

    running, investment = is_nothing("fixed_cost", "member_cost"), is_nothing("investment")
    one = if_(running, said("running"), if_(investment, said("investment"), ""))
    sheet.work(row, 0, if_(all_of([running, investment]), said("running", "investment"), one), "bold")


def _tornado(
    whole: Book, found: Assumptions, report: MacroReport, assumed: _Assumed, months: _Months
) -> None:
    """Each figure at its ends: a row for every segment, and their sum."""
    sheet = whole.sheet(_("Tornado"))
    sheet.title(
        _("Tornado"),
        _("One figure at a time at its low and at its high end, all others as assumed; net, HT."),
    )
    sheet.head(FIRST - 1, [_("figure"), _("net at the low end"), _("net at the high end"), _("width")])
    detail = whole.sheet(_("Tornado by segment"))
    detail.title(_("Tornado by segment"), _("What is behind each bar."))
    detail.head(
        FIRST - 1,
        [_("figure"), _("end"), _("segment"), _("uplift"), _("generosity"), _("sales in month 0"), _("net")],
    )
    row = FIRST
    for place, bar in enumerate(report.tornado):
        sheet.put(FIRST + place, 0, str(FIGURES[bar.name]))
        ends = []
        for column, end in enumerate(("low", "high"), start=1):
            nets = []
            for segment in found.segments:
                nets.append(_tornado_row(detail, row, segment, bar.name, end, assumed, months))
                row += 1
            fixed, investment = (
                _end("", name, bar.name, end, getattr(found, name), assumed)
                for name in ("fixed_cost", "investment")
            )
            net = total(nets) - fixed * months.count - investment
            ends.append(sheet.work(FIRST + place, column, net, "money"))
        sheet.work(FIRST + place, 3, absolute(ends[1] - ends[0]), "money")


def _end(segment: str, name: str, moved: str, end: str, one: Range, assumed: _Assumed) -> Formula:
    """The cell of a figure: that of the end, for the one that is moved and has one."""
    has_end = name == moved and one.lowest < one.highest and getattr(one, end) is not None
    return assumed.of(segment, name, end if has_end else "value")


def _tornado_row(
    sheet: Sheet, row: int, segment: Segment, moved: str, end: str, assumed: _Assumed, months: _Months
) -> Formula:
    of = {name: _end(segment.code, name, moved, end, getattr(segment, name), assumed) for name in OF_SEGMENTS}
    cost = assumed.of("", "member_cost", end if moved == "member_cost" else "value")
    sheet.put(row, 0, str(FIGURES[moved]))
    sheet.put(row, 1, end)
    sheet.put(row, 2, segment.called)
    uplift = sheet.work(row, 3, _uplift(of), "percent")
    generosity = sheet.work(row, 4, _generosity_of(of), "percent")
    sales = sheet.work(row, 5, of["members"] * _bought(of), "money")
    grown = months.column(0).each(lambda number: (1 + _part(of["growth"])) ** (number - 1))
    ramped, plain = sum_of_products(grown, months.ramp), sum_of_products(grown)
    earned = sales * (ramped * uplift * (_part(of["margin"]) - generosity) - plain * generosity)
    return sheet.work(row, 6, earned - of["members"] * cost * plain, "money")


def _break_even(whole: Book, report: MacroReport, pays: _Pays, decimals: int) -> None:
    sheet = whole.sheet(_("Break-even"))
    sheet.title(_("Break-even"), _("The net, if this were the uplift of every segment (HT)."))
    sheet.head(FIRST - 1, [_("uplift"), _("net"), _("when made")])
    for place, point in enumerate(report.break_even):
        row = FIRST + place
        uplift = sheet.put(row, 0, point.uplift, "percent")
        sheet.work(row, 1, uplift * pays.brings - pays.needed, "money")
        sheet.put(row, 2, point.net_minor / 10**decimals, "money")


def _needed(
    whole: Book,
    found: Assumptions,
    report: MacroReport,
    segments: _Segments,
    months: _Months,
    pays: _Pays,
) -> None:
    """The break-even curves. That of the programme moves the generosity of every segment alike."""
    if not report.needed:
        return
    sheet = whole.sheet(_("Break-even curve"))
    sheet.title(
        _("Break-even curve"), _("The uplift that just pays, by generosity (what rewards cost, of sales).")
    )
    curves = report.needed
    names = [_("The programme"), *(one.name for one in curves[1:])]
    for place, name in enumerate(names):
        sheet.head(FIRST - 2, [name], 1 + 2 * place)
        sheet.head(FIRST - 1, [_("now"), _("when made")], 1 + 2 * place)
    sheet.head(FIRST - 1, [_("generosity")])
    sums = {
        one.code: (
            sum_of(months.column(months.blocks[one.code] + 1)),
            sum_of(months.column(months.blocks[one.code] + 6)),
            sum_of_products(months.column(months.blocks[one.code] + 1), months.ramp),
        )
        for one in found.segments
    }
    given = months.all_of("rewards") + months.all_of("more_rewards")
    now = -given / (months.all_of("sales") + months.all_of("more_sales"))
    for place, point in enumerate(curves[0].points):
        row = FIRST + place
        at = sheet.put(row, 0, point.generosity, "percent")
        for number, curve in enumerate(curves):
            if curve.code:
                sales, running, ramped = sums[curve.code]
                needed = at * sales - running
                brings = ramped * (segments.margin[curve.code] - at)
            else:
                # So many times what is given now; where nothing is, all are given the same.
                own = {code: if_(given.equals(0), at, segments.generosity[code] * at / now) for code in sums}
                needed = (
                    total(sales * own[code] - running for code, (sales, running, _r) in sums.items())
                    + pays.fixed
                )
                brings = total(
                    ramped * (segments.margin[code] - own[code]) for code, (_s, _c, ramped) in sums.items()
                )
            sheet.work(row, 1 + 2 * number, if_(brings > 0, needed / brings, ""), "percent")
            sheet.put(row, 2 + 2 * number, curve.points[place].break_even_uplift, "percent")
    sheet.freeze(FIRST, 1)


def _generosity(whole: Book, report: MacroReport, assumed: _Assumed, months: _Months, decimals: int) -> None:
    """The net is a straight line in the face rate: what rewards cost, times how much more or less generous it is."""
    sheet = whole.sheet(_("Generosity"))
    sheet.title(_("Generosity"), _("From nothing to twice the face rate, everything else as assumed (HT)."))
    sheet.head(FIRST - 1, [_("times the face rate"), _("net"), _("when made")])
    rest = months.all_of("margin") + months.all_of("running") + sum_of(months.column(months.fixed))
    rewards = months.all_of("rewards") + months.all_of("more_rewards")
    for place, point in enumerate(report.frontier):
        row = FIRST + place
        times = sheet.put(row, 0, 2 * place / (len(report.frontier) - 1))
        sheet.work(row, 1, rest - assumed.of("", "investment") + times * rewards, "money")
        sheet.put(row, 2, point.net_minor / 10**decimals, "money")


def _fan(whole: Book, report: MacroReport, decimals: int) -> None:
    if report.chances is None:
        return
    sheet = whole.sheet(_("Fan"))
    words = _(
        "Cumulated cash (HT) of %(draws)s scenarios drawn with the seed %(seed)s, when the file was made."
    )
    sheet.title(_("Fan"), words % {"draws": report.chances.draws, "seed": report.chances.seed})
    sheet.head(FIRST - 1, [_("month"), "2.5 %", "10 %", "50 %", "90 %", "97.5 %"])
    for place, month in enumerate(report.months):
        sheet.put(FIRST + place, 0, month.number)
        fan = month.fan
        assert fan is not None, "with chances every month has its fan"
        ends = (fan.p2_5_minor, fan.p10_minor, fan.p50_minor, fan.p90_minor, fan.p97_5_minor)
        for column, minor in enumerate(ends, start=1):
            sheet.put(FIRST + place, column, minor / 10**decimals, "money")


def _bands(whole: Book, report: MacroReport, decimals: int) -> None:
    """Of the segments' totals."""
    if report.chances is None:
        return
    sheet = whole.sheet(_("Segments, drawn"))
    words = _(
        "Over all months (HT), of %(draws)s scenarios drawn with the seed %(seed)s, when the file was made."
    )
    sheet.title(_("Segments, drawn"), words % {"draws": report.chances.draws, "seed": report.chances.seed})
    sheet.head(
        FIRST - 1, [_("segment"), _("figure"), "2.5 %", "10 %", "50 %", "90 %", "97.5 %", _("risk of a loss")]
    )
    names = {
        "net": _("Net"),
        "incremental_sales_ht": _("Sales more"),
        "incremental_margin": _("Margin more"),
        "costs": _("Costs (HT)"),
    }
    row = FIRST
    for segment in report.segments:
        chances = segment.chances
        assert chances is not None, "what is drawn is drawn of every segment"
        for name, label in names.items():
            sheet.put(row, 0, segment.name)
            sheet.put(row, 1, label)
            fan = getattr(chances, name)
            ends = (fan.p2_5_minor, fan.p10_minor, fan.p50_minor, fan.p90_minor, fan.p97_5_minor)
            for column, minor in enumerate(ends, start=2):
                sheet.put(row, column, minor / 10**decimals, "money")
            if name == "net":
                sheet.put(row, 7, chances.loss, "percent")
            row += 1
