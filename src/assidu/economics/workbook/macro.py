"""The macro model as a workbook: it works itself out from the cells of the first sheet."""

from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext as _

from assidu.economics.models.assumptions import OF_PROGRAMME, OF_SEGMENTS, Assumptions, Range
from assidu.economics.types import MacroReport, Segment
from assidu.economics.words import BASES, FIGURES, NOT_ENTERED, STEPS, not_entered_in_words
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
    cell: str
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
    _tornado(whole, found, report, assumed, months, decimals)
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
        self.cells: dict[tuple[str, str, str], str] = {}
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

    def of(self, segment: str, name: str, end: str = "value") -> str:
        return self.cells[segment, name, end]


def _uplift(of: dict[str, str]) -> str:
    """Net; only an uplift is reduced."""
    more = (
        f"((1+{of['frequency_uplift']}/100)*(1+{of['basket_uplift']}/100)*(1+{of['retention_uplift']}/100)-1)"
    )
    left = f"(1-{of['cannibalisation']}/100)*(1-{of['pull_forward']}/100)*(1-{of['self_selection']}/100)"
    return f"{more}*IF({more}>0,{left},1)"


def _generosity_of(of: dict[str, str]) -> str:
    return f"{of['face_rate']}/100*{of['redemption']}/100*{of['cost']}/100*(1-{of['funded']}/100)"


class _Segments:
    """What the months need of each segment."""

    def __init__(self, whole: Book, found: Assumptions, assumed: _Assumed) -> None:
        sheet = whole.sheet(_("Segments"))
        sheet.title(_("Segments"), _("Worked out from the assumptions."))
        sheet.head(
            FIRST - 1, [_("Segment"), _("net uplift"), _("generosity"), _("margin"), _("sales in month 0")]
        )
        self.uplift: dict[str, str] = {}
        self.generosity: dict[str, str] = {}
        self.margin: dict[str, str] = {}
        for place, segment in enumerate(found.segments):
            row = FIRST + place
            of = {name: assumed.of(segment.code, name) for name in OF_SEGMENTS}
            sheet.put(row, 0, segment.called)
            self.uplift[segment.code] = sheet.work(row, 1, _uplift(of), style="percent")
            self.generosity[segment.code] = sheet.work(row, 2, _generosity_of(of), style="percent")
            self.margin[segment.code] = sheet.work(row, 3, f"{of['margin']}/100", style="percent")
            sheet.work(row, 4, f"{of['members']}*{_bought(of)}", style="money")


def _bought(of: dict[str, str]) -> str:
    """By each member in a month."""
    return f"{of['participation']}/100*{of['frequency']}*{of['basket']}"


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
        ramp = sheet.work(
            row, 1, f"IF({assumed.ramp}>0,MIN({month + 1}/{assumed.ramp},1),1)", style="percent"
        )
        nets, cash = [], []
        for segment in found.segments:
            code, column = segment.code, self.blocks[segment.code]
            of = {name: assumed.of(code, name) for name in OF_SEGMENTS}
            generosity = segments.generosity[code]
            members = sheet.work(
                row, column, f"{of['members']}*(1+{of['growth']}/100)^{month}", style="units"
            )
            sales = sheet.work(row, column + 1, f"{members}*{_bought(of)}", style="money")
            more = sheet.work(row, column + 2, f"{sales}*{segments.uplift[code]}*{ramp}", style="money")
            margin = sheet.work(row, column + 3, f"{more}*{segments.margin[code]}", style="money")
            rewards = sheet.work(row, column + 4, f"-{sales}*{generosity}", style="money")
            more_rewards = sheet.work(row, column + 5, f"-{more}*{generosity}", style="money")
            running = sheet.work(
                row, column + 6, f"-{members}*{assumed.of('', 'member_cost')}", style="money"
            )
            given = [
                f"({sheet.at(row - age, column + 4)}+{sheet.at(row - age, column + 5)})*{share}/100"
                for age, share in enumerate(assumed.delays[: month + 1])
            ]
            paid = sheet.work(row, column + 7, "+".join(given), style="money")
            nets += [margin, rewards, more_rewards, running]
            cash += [margin, paid, running]
        fixed = sheet.work(row, self.fixed, f"-{assumed.of('', 'fixed_cost')}", style="money")
        sheet.work(row, self.net, "+".join([*nets, fixed]), style="money")
        before = sheet.at(row - 1, self.cash) if month else f"-{assumed.of('', 'investment')}"
        cumulated = sheet.work(row, self.cash, "+".join([before, *cash, fixed]), style="money")
        sheet.work(row, self.below, f"IF({cumulated}<0,{month + 1},0)", style="units")

    def column(self, column: int) -> str:
        return self.sheet.down(FIRST, FIRST + self.count - 1, column)

    def all_of(self, name: str) -> str:
        """Over every segment and month."""
        place = COLUMNS.index(name)
        parts = [f"SUM({self.column(block + place)})" for block in self.blocks.values()]
        return "+".join(parts) or "0"

    @property
    def ramp(self) -> str:
        return self.column(1)


class _Pays(NamedTuple):
    """Formulas: what an uplift of 1 would bring, and what has to be paid for; ``fixed``: of the latter, what the
    programme costs as a whole."""

    brings: str
    needed: str
    fixed: str
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
    total = report.total
    lines: list[ResultLine] = []

    def line(words: str, formula: str, was: float | None, style: str = "money") -> str:
        row = FIRST + len(lines)
        sheet.put(row, 0, words)
        cell = sheet.work(row, 1, formula, was, style)
        sheet.put(row, 2, was, style)
        lines.append(ResultLine(words, cell, was, style))
        return cell

    def money(minor: int) -> float:
        amount: float = minor / 10**decimals
        return amount

    sales = line(_("Sales anyway"), months.all_of("sales"), money(total.baseline_sales_ht_minor))
    more = line(_("Sales more"), months.all_of("more_sales"), money(total.incremental_sales_ht_minor))
    margin = line(_("Margin more"), months.all_of("margin"), money(total.incremental_margin_minor))
    rewards = line(
        str(STEPS["rewards_baseline"]), months.all_of("rewards"), money(total.rewards_baseline_minor)
    )
    more_rewards = line(
        str(STEPS["rewards_incremental"]),
        months.all_of("more_rewards"),
        money(total.rewards_incremental_minor),
    )
    running = line(
        str(STEPS["running"]),
        f"{months.all_of('running')}+SUM({months.column(months.fixed)})",
        money(total.running_minor),
    )
    investment = line(
        str(STEPS["investment"]), f"-{assumed.of('', 'investment')}", money(total.investment_minor)
    )
    parts = "+".join((margin, rewards, more_rewards, running, investment))
    net = line(_("Net"), parts, money(total.net_minor), "bold money")
    costs = f"(-({rewards}+{more_rewards}+{running}+{investment}))"
    line(_("Return on what it costs"), f'IF({costs}>0,{net}/{costs},"")', total.roi, "percent")
    line(_("Uplift"), f'IF({sales}>0,{more}/{sales},"")', total.uplift, "percent")
    brings = "+".join(
        f"SUMPRODUCT({months.column(months.blocks[one.code] + 1)},{months.ramp})"
        f"*({segments.margin[one.code]}-{segments.generosity[one.code]})"
        for one in found.segments
    )
    brings = f"({brings or 0})"
    needed = f"(-({rewards}+{running}+{investment}))"
    line(
        _("Uplift at which it breaks even"),
        f'IF({brings}>0,{needed}/{brings},"")',
        total.break_even_uplift,
        "percent",
    )
    last = months.sheet.at(FIRST + months.count - 1, months.cash)
    below = f"MAX({months.column(months.below)})"
    line(
        _("Paid back from month"),
        f'IF(OR({last}<0,{net}<0),"",IF({below}=0,IF({investment}<0,1,0),{below}+1))',
        report.payback_month,
        "units",
    )
    _not_entered(sheet, FIRST + len(lines) + 1, report, assumed)
    return _Pays(brings, needed, f"(-(SUM({months.column(months.fixed)})+{investment}))", tuple(lines))


def _not_entered(sheet: Sheet, row: int, report: MacroReport, assumed: _Assumed) -> None:
    """Which costs nobody entered: it goes once somebody does, in the cells of the first sheet."""

    def is_nothing(*names: str) -> str:
        cells = [assumed.of("", name, end) for name in names for end in ("value", "low", "high")]
        return f"AND({','.join(f'{cell}=0' for cell in cells)})"

    def quoted(costs: tuple[str, ...]) -> str:
        words = str(NOT_ENTERED[costs]).replace('"', '""')
        return f'"{words}"'

    running, investment = is_nothing("fixed_cost", "member_cost"), is_nothing("investment")
    formula = (
        f"IF(AND({running},{investment}),{quoted(('running', 'investment'))},"
        f'IF({running},{quoted(("running",))},IF({investment},{quoted(("investment",))},"")))'
    )
    sheet.work(row, 0, formula, not_entered_in_words(report), "bold")


def _tornado(
    whole: Book, found: Assumptions, report: MacroReport, assumed: _Assumed, months: _Months, decimals: int
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
        for end, was in (("low", bar.net_low_minor), ("high", bar.net_high_minor)):
            nets = []
            for segment in found.segments:
                nets.append(_tornado_row(detail, row, segment, bar.name, end, assumed, months))
                row += 1
            fixed, investment = (
                _end("", name, bar.name, end, getattr(found, name), assumed)
                for name in ("fixed_cost", "investment")
            )
            formula = "+".join([*nets, f"-{fixed}*{months.count}", f"-{investment}"])
            column = 1 if end == "low" else 2
            ends.append(sheet.work(FIRST + place, column, formula, was / 10**decimals, "money"))
        sheet.work(FIRST + place, 3, f"ABS({ends[1]}-{ends[0]})", bar.span_minor / 10**decimals, "money")


def _end(segment: str, name: str, moved: str, end: str, one: Range, assumed: _Assumed) -> str:
    """The cell of a figure: that of the end, for the one that is moved and has one."""
    has_end = name == moved and one.lowest < one.highest and getattr(one, end) is not None
    return assumed.of(segment, name, end if has_end else "value")


def _tornado_row(
    sheet: Sheet, row: int, segment: Segment, moved: str, end: str, assumed: _Assumed, months: _Months
) -> str:
    of = {name: _end(segment.code, name, moved, end, getattr(segment, name), assumed) for name in OF_SEGMENTS}
    cost = assumed.of("", "member_cost", end if moved == "member_cost" else "value")
    sheet.put(row, 0, str(FIGURES[moved]))
    sheet.put(row, 1, end)
    sheet.put(row, 2, segment.called)
    uplift = sheet.work(row, 3, _uplift(of), style="percent")
    generosity = sheet.work(row, 4, _generosity_of(of), style="percent")
    sales = sheet.work(row, 5, f"{of['members']}*{_bought(of)}", style="money")
    numbers = months.column(0)
    grown = f"(1+{of['growth']}/100)^({numbers}-1)"
    ramped = f"SUMPRODUCT({grown},{months.ramp})"
    plain = f"SUMPRODUCT({grown})"
    earned = f"{sales}*({ramped}*{uplift}*({of['margin']}/100-{generosity})-{plain}*{generosity})"
    return sheet.work(row, 6, f"{earned}-{of['members']}*{cost}*{plain}", style="money")


def _break_even(whole: Book, report: MacroReport, pays: _Pays, decimals: int) -> None:
    sheet = whole.sheet(_("Break-even"))
    sheet.title(_("Break-even"), _("The net, if this were the uplift of every segment (HT)."))
    sheet.head(FIRST - 1, [_("uplift"), _("net"), _("when made")])
    for place, point in enumerate(report.break_even):
        row = FIRST + place
        uplift = sheet.put(row, 0, point.uplift, "percent")
        was = point.net_minor / 10**decimals
        sheet.work(row, 1, f"{uplift}*{pays.brings}-{pays.needed}", was, "money")
        sheet.put(row, 2, was, "money")


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
            f"SUM({months.column(months.blocks[one.code] + 1)})",
            f"SUM({months.column(months.blocks[one.code] + 6)})",
            f"SUMPRODUCT({months.column(months.blocks[one.code] + 1)},{months.ramp})",
        )
        for one in found.segments
    }
    given = f"({months.all_of('rewards')}+{months.all_of('more_rewards')})"
    sold = f"({months.all_of('sales')}+{months.all_of('more_sales')})"
    for place, point in enumerate(curves[0].points):
        row = FIRST + place
        at = sheet.put(row, 0, point.generosity, "percent")
        for number, curve in enumerate(curves):
            if curve.code:
                sales, running, ramped = sums[curve.code]
                needed = f"({at}*{sales}-{running})"
                brings = f"({ramped}*({segments.margin[curve.code]}-{at}))"
            else:
                # So many times what is given now; where nothing is, all are given the same.
                own = {
                    code: f"IF({given}=0,{at},{segments.generosity[code]}*{at}/(-{given}/{sold}))"
                    for code in sums
                }
                needed = "+".join(
                    f"{sales}*{own[code]}-{running}" for code, (sales, running, _r) in sums.items()
                )
                needed = f"({needed}+{pays.fixed})"
                brings = "+".join(
                    f"{ramped}*({segments.margin[code]}-{own[code]})"
                    for code, (_s, _c, ramped) in sums.items()
                )
                brings = f"({brings})"
            was = curve.points[place].break_even_uplift
            sheet.work(row, 1 + 2 * number, f'IF({brings}>0,{needed}/{brings},"")', was, "percent")
            sheet.put(row, 2 + 2 * number, was, "percent")
    sheet.freeze(FIRST, 1)


def _generosity(whole: Book, report: MacroReport, assumed: _Assumed, months: _Months, decimals: int) -> None:
    """The net is a straight line in the face rate: what rewards cost, times how much more or less generous it is."""
    sheet = whole.sheet(_("Generosity"))
    sheet.title(_("Generosity"), _("From nothing to twice the face rate, everything else as assumed (HT)."))
    sheet.head(FIRST - 1, [_("times the face rate"), _("net"), _("when made")])
    rest = f"{months.all_of('margin')}+{months.all_of('running')}+SUM({months.column(months.fixed)})"
    for place, point in enumerate(report.frontier):
        row = FIRST + place
        times = sheet.put(row, 0, 2 * place / (len(report.frontier) - 1))
        rewards = f"({months.all_of('rewards')}+{months.all_of('more_rewards')})"
        was = point.net_minor / 10**decimals
        sheet.work(row, 1, f"{rest}-{assumed.of('', 'investment')}+{times}*{rewards}", was, "money")
        sheet.put(row, 2, was, "money")


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
