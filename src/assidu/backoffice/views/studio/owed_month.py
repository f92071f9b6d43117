"""A month's end as the page of what is owed tells it: figures with their words, charts, tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.bridged import steps_of
from assidu.backoffice.charts import Chart, Series, between, waterfall
from assidu.backoffice.programme import Programme
from assidu.backoffice.steps import Step
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.economics.moved import Money, cost_moved, deferred_moved
from assidu.economics.owed_by_tier import TierOwed
from assidu.economics.types import LINES, Liability, MonthFigures, cost_roll
from assidu.economics.views import (
    CurrencyView,
    IssueMonth,
    MonthLine,
    MonthView,
    TriangleView,
    liability_view,
    triangle_view,
)
from assidu.economics.words import BASES, COST, REVENUE, line_in_words

YEAR = 12
"""So many months make a year; a younger programme shows those that it has."""
TRIANGLE_MONTHS = 13
"""The latest issue months that the triangle shows; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what it is, and a cell for each column; ``is_sum``: where one begins and what is left."""

    label: str
    cells: tuple[str, ...]
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Roll:
    """How a view went from one month's end to the next: as a chart, and currency by currency to the cent."""

    chart: Chart
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CurrencyLine:
    name: str
    units: str
    waiting: str
    expected: str
    rate: str
    cost: str
    owed: str
    within_80: str
    within_95: str
    deferred: str
    deferred_within_80: str
    deferred_within_95: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class IssueLine:
    month: str
    issued: str
    used: str
    left: str
    expected: str
    rate: str
    within_80: str
    within_95: str
    credibility: str
    basis: str
    basis_name: str


@dataclass(frozen=True)
class OwedMonth:
    """``month`` is the one told in full; ``currency`` the one whose issue months are."""

    programme: Programme
    found: Liability
    month: MonthView
    tiers: Sequence[TierOwed]
    currency: str

    # ------------------------------------------------------------ which day it is about

    @property
    def day_before(self) -> date:
        """The day on which the month before ended."""
        return self.month.month - timedelta(days=1)

    # ------------------------------------------------------------ at the top

    @property
    def owed(self) -> str:
        return self.money(self.month.liability_minor)

    @property
    def owed_within(self) -> str:
        costing = [one for one in self.month.currencies if one.cost_minor > 0]
        return self._range(
            _sum(one.liability_low_80_minor for one in costing),
            _sum(one.liability_high_80_minor for one in costing),
        )

    @cached_property
    def assumed(self) -> str:
        """How much of what is owed at cost rests on what the programme expects, since nothing was lived yet."""
        minor = sum(
            issue.expected * one.cost_minor
            for one in self.month.currencies
            for issue in one.issue_months
            if issue.basis == "assumed"
        )
        return self.money(round(minor)) if round(minor) else ""

    @property
    def deferred(self) -> str:
        return self.money(self.month.deferred_revenue_minor)

    @property
    def deferred_within(self) -> str:
        return self._range(
            _sum(one.deferred_low_80_minor for one in self.month.currencies),
            _sum(one.deferred_high_80_minor for one in self.month.currencies),
        )

    @property
    def change(self) -> str:
        opening = sum(one.money.opening_minor for one in self.month.currencies)
        return self.amounts.signed(self.month.liability_minor - opening)

    @property
    def deferred_change(self) -> str:
        opening = sum(one.revenue.opening_minor for one in self.month.currencies)
        return self.amounts.signed(self.month.deferred_revenue_minor - opening)

    @property
    def is_nothing(self) -> bool:
        return not any(one.units.closing for one in self.month.currencies)

    # ------------------------------------------------------------ from face value to cost

    @property
    def bridge(self) -> tuple[Step, ...]:
        return steps_of(self.month.bridge, self.amounts)

    @property
    def bridge_columns(self) -> list[str]:
        return [_("Face value (TTC)"), _("Unused in the end"), _("Costs less"), _("Owed at cost (HT)")]

    @property
    def bridge_lines(self) -> list[Line]:
        """Currency by currency, where there are several."""
        if len(self._valued) < 2:
            return []
        each = [(self.name(one.currency), one.bridge) for one in self._valued]
        return [
            Line(
                name,
                (
                    self.money(one.face_minor),
                    self.amounts.signed(-one.unused_minor),
                    self.amounts.signed(-one.spared_minor),
                    self.money(one.cost_minor),
                ),
                one is self.month.bridge,
            )
            for name, one in [*each, (_("In all"), self.month.bridge)]
        ]

    # ------------------------------------------------------------ how it came about

    @property
    def cost_said(self) -> list[str]:
        """Why it moved, in this month and over the year that ends with it."""
        return self._moved(cost_moved)

    @property
    def deferred_said(self) -> list[str]:
        return self._moved(deferred_moved)

    def _moved(self, say: Callable[[Sequence[MonthFigures], str, str, Money], str]) -> list[str]:
        known = [one.figures for one in self.found.months if one.month <= self.month.month]
        stretches = [known[-1:], known[-YEAR:]] if len(known) > 1 else [known]
        return [
            say(
                some,
                formats.full_day(some[0].month - timedelta(days=1)),
                formats.full_day(self.month.until),
                self.money,
            )
            for some in stretches
        ]

    @property
    def cost_roll(self) -> Roll:
        """At cost: the steps of the chart are the lines of the table."""
        state = self.found.at(self.month.month)
        assert state is not None, "a month that is told is there"
        books = {one.currency: cost_roll(one, self.month.month) for one in state.figures.currencies}
        rolls = [(one.currency, books[one.currency]) for one in self._valued]
        labels = {
            "opening_minor": _("Beginning"),
            "issued_minor": _("Issued"),
            "used_minor": _("Used"),
            "exchanged_minor": _("Exchanged"),
            "released_minor": _("Released"),
            "reestimate_minor": _("Re-estimate"),
            "closing_minor": _("End"),
        }
        return self._roll(
            "cost-roll", _("What is owed, from one month’s end to the next"), rolls, labels, COST
        )

    @property
    def revenue_roll(self) -> Roll:
        rolls = [(one.currency, one.revenue) for one in self._valued]
        labels = {
            "opening_minor": _("Beginning"),
            "allocated_minor": _("Allocated"),
            "recognised_minor": _("Recognised"),
            "moved_minor": _("Moved"),
            "closing_minor": _("End"),
        }
        return self._roll(
            "revenue-roll", _("Deferred revenue, from one month’s end to the next"), rolls, labels, REVENUE
        )

    def _roll(
        self,
        id_: str,
        title: str,
        rolls: Sequence[tuple[str, object]],
        labels: dict[str, str],
        words: object,
    ) -> Roll:
        assert isinstance(words, dict)
        totals = {name: sum(getattr(roll, name) for _code, roll in rolls) for name in labels}
        steps = [
            (self.amounts.units(totals[name]), name in ("opening_minor", "closing_minor")) for name in labels
        ]
        rows = [
            Line(
                _capital(str(words[name])),
                (
                    *(self.money(getattr(roll, name)) for _code, roll in rolls),
                    *((self.money(totals[name]),) if len(rolls) > 1 else ()),
                ),
                name in ("opening_minor", "closing_minor"),
            )
            for name in labels
        ]
        chart = Chart(
            id_,
            title,
            list(labels.values()),
            waterfall(steps, _("More"), _("Less"), _("Owed")),
            show=self.amounts.shown,
            currency=self.found.sale_currency,
            kind="bar",
            style="currency",
            height="low",
            figures=([_("Amount (HT)")], [(labels[name], [self.money(totals[name])]) for name in labels]),
        )
        return Roll(chart, tuple(rows))

    @property
    def roll_columns(self) -> list[str]:
        names = [self.name(one.currency) for one in self._valued]
        return [*names, _("In all")] if len(names) > 1 else names

    @property
    def unit_columns(self) -> list[str]:
        return [self.name(one.currency) for one in self._moving]

    @property
    def unit_lines(self) -> list[Line]:
        """What the ledger moved; lines on which nothing happened are left out."""
        lines = []
        for name in ("opening", *LINES, "closing"):
            is_sum = name in ("opening", "closing")
            show = formats.number if is_sum else formats.signed
            units: dict[str, list[int]] = {}
            for place, one in enumerate(self._moving):
                label = line_in_words(name, is_entry=one.currency in self.found.entries)
                units.setdefault(label, [0] * len(self._moving))[place] = getattr(one.units, name)
            lines += [
                Line(_capital(label), tuple(show(one) for one in own), is_sum)
                for label, own in units.items()
                if any(own) or is_sum
            ]
        return lines

    @property
    def beside_lines(self) -> list[Line]:
        """Of what is outstanding, and beside it."""
        words = {
            "pending": _("Of these, waiting"),
            "held": _("Of these, held"),
            "debt": _("Beside it: debts"),
        }
        lines = []
        for name, label in words.items():
            units = [getattr(one.units, name) for one in self._moving]
            if any(units):
                lines.append(Line(label, tuple(formats.number(one) for one in units)))
        late = [one.late.closing for one in self._moving]
        if any(late):
            lines.append(
                Line(_("Late: of days in closed months"), tuple(formats.signed(one) for one in late))
            )
        return lines

    @cached_property
    def _moving(self) -> list[CurrencyView]:
        def moves(one: CurrencyView) -> bool:
            return any(getattr(one.units, name) for name in ("opening", *LINES, "closing"))

        return [one for one in self.month.currencies if moves(one)] or list(self.month.currencies)

    @cached_property
    def _valued(self) -> list[CurrencyView]:
        return [one for one in self._moving if one.face_minor > 0 or one.cost_minor > 0] or self._moving

    # ------------------------------------------------------------ by currency and by status

    @property
    def currencies(self) -> list[CurrencyLine]:
        return [self._currency(one) for one in self._moving]

    def _currency(self, one: CurrencyView) -> CurrencyLine:
        waiting = one.units.pending + one.units.held
        return CurrencyLine(
            self.name(one.currency),
            formats.number(one.units.closing),
            formats.number(waiting) if waiting else "",
            formats.number(round(one.expected)),
            _percent(one.rate),
            self.money(round(one.cost_minor))
            if one.cost_minor >= 1
            else _("%(amount)s for 100") % {"amount": self.money(round(100 * one.cost_minor))},
            self.money(one.money.closing_minor),
            self._range(one.liability_low_80_minor, one.liability_high_80_minor),
            self._range(one.liability_low_95_minor, one.liability_high_95_minor),
            self.money(one.revenue.closing_minor),
            self._range(one.deferred_low_80_minor, one.deferred_high_80_minor),
            self._range(one.deferred_low_95_minor, one.deferred_high_95_minor),
            any(issue.basis == "assumed" for issue in one.issue_months),
        )

    @property
    def tier_columns(self) -> list[str]:
        names = [self.name(code) for code in self._tier_currencies]
        return [*names, _("Face value (TTC)"), _("Owed at cost (HT)")]

    @property
    def tier_lines(self) -> list[Line]:
        """Units of each currency, and what all of them are in money."""
        known = [*self.programme.tiers, *sorted({one.tier for one in self.tiers} - {*self.programme.tiers})]
        lines = []
        for tier in known:
            held = [one for one in self.tiers if one.tier == tier]
            if any(one.units for one in held):
                name = self.programme.tier_name(tier) if tier else _("No status")
                lines.append(self._tier_line(name, held))
        return [*lines, self._tier_line(_("In all"), self.tiers, is_sum=True)] if len(lines) > 1 else lines

    def _tier_line(self, name: str, held: Sequence[TierOwed], *, is_sum: bool = False) -> Line:
        units = [sum(one.units for one in held if one.currency == code) for code in self._tier_currencies]
        money = [sum(one.face_minor for one in held), sum(one.liability_minor for one in held)]
        return Line(name, (*map(formats.number, units), *map(self.money, money)), is_sum)

    @cached_property
    def _tier_currencies(self) -> list[str]:
        known = {one.currency for one in self.tiers if one.units}
        return [one.currency for one in self.month.currencies if one.currency in known]

    # ------------------------------------------------------------ by issue month

    @property
    def currency_choices(self) -> list[tuple[str, str, bool]]:
        return [
            (one.currency, self.name(one.currency), one.currency == self.currency)
            for one in self._moving
            if one.issue_months
        ]

    @cached_property
    def _issues(self) -> tuple[IssueMonth, ...]:
        return next((one.issue_months for one in self._moving if one.currency == self.currency), ())

    @property
    def taken_over_before(self) -> str:
        """The month in which the programme begins here, where units of earlier ones were taken over."""
        if not self._issues or not self.found.months or self._issues[0].month >= self.found.months[0].month:
            return ""
        return formats.month(self.found.months[0].month)

    @property
    def issue_lines(self) -> list[IssueLine]:
        """The newest first."""
        return [
            IssueLine(
                formats.month(one.month),
                formats.number(one.base),
                formats.number(one.used),
                formats.number(one.outstanding),
                formats.number(round(one.expected)),
                _percent(one.rate),
                *_intervals(one),
                formats.percent(one.credibility, 0),
                one.basis,
                str(BASES[one.basis]),
            )
            for one in reversed(self._issues)
        ]

    @property
    def rates(self) -> Chart | None:
        """The rate of each issue month with its interval; a line needs two of them."""
        told = [one for one in self._issues if one.rate is not None]
        if len(told) < 2:
            return None
        rows = [(_label(one.month), [_percent(one.rate), _between(one.low_80, one.high_80)]) for one in told]
        series = [Series(_("Used in the end"), [one.rate for one in told], tone=1)]
        if any(one.low_80 is not None for one in told if one.basis != "observed"):
            series += between(
                _("In 4 cases of 5"),
                [_or(one.low_80, one.rate) for one in told],
                [_or(one.high_80, one.rate) for one in told],
            )
        return Chart(
            "rates",
            _("Used in the end, by month of issue"),
            [_label(one.month) for one in told],
            series,
            show=formats.percent,
            style="percent",
            minimum=0,
            first_column=_("Month of issue"),
            figures=([_("Used in the end"), _("In 4 cases of 5")], rows),
        )

    @cached_property
    def triangle(self) -> TriangleView | None:
        return triangle_view(self.found, self.currency)

    @property
    def development(self) -> Chart | None:
        """The triangle drawn: each month of issue, as a part of what it issued, up to its ultimate."""
        if self.triangle is None:
            return None
        told = [row for row in self.triangle.rows[-TRIANGLE_MONTHS:] if row.issued > 0]
        if len(told) < 2:
            return None
        ages = len(self.triangle.factors) + 1
        shares = [*self.triangle.shares[:ages], *[None] * (ages - len(self.triangle.shares))]
        series = [
            Series(_("All months, as older ones say"), shares, tone=1),
            Series(_("Each month of issue; dashed: projected"), [None] * ages, tone=4),
        ]
        rows = []
        for row in told:
            name = _label(row.month)
            used = [units / row.issued for units in row.used]
            more = [units / row.issued for units in row.projected]
            rest = [None] * (ages - len(used))
            series.append(Series(name, [*used, *rest], tone=4, is_again=True))
            if more:
                # It begins where what is known ends.
                begun = [*[None] * (len(used) - 1), used[-1], *more]
                series.append(
                    Series(
                        _("%(month)s, projected") % {"month": name},
                        begun,
                        tone=4,
                        is_dashed=True,
                        is_again=True,
                    )
                )
            cells = [formats.percent(one) for one in used] + [f"≈ {formats.percent(one)}" for one in more]
            rows.append((name, cells))
        return Chart(
            "development",
            _("Used by age, month of issue by month of issue"),
            [str(age) for age in range(ages)],
            series,
            show=formats.percent,
            style="percent",
            digits=1,
            minimum=0,
            first_column=_("Month of issue"),
            figures=([str(age) for age in range(ages)], rows),
        )

    @property
    def ages(self) -> range:
        rows = self.triangle.rows[-TRIANGLE_MONTHS:] if self.triangle else ()
        return range(max((len(row.used) for row in rows), default=0))

    @property
    def triangle_lines(self) -> list[tuple[str, list[str], str, str]]:
        """Issue month, what was used of it by each age, the chain ladder's ultimate and its standard error."""
        if self.triangle is None:
            return []
        return [
            (
                _label(row.month),
                [formats.number(row.used[age]) if age < len(row.used) else "" for age in self.ages],
                formats.number(round(row.ultimate)),
                "" if row.error is None else f"± {formats.number(round(row.error))}",
            )
            for row in self.triangle.rows[-TRIANGLE_MONTHS:]
        ]

    @property
    def shares(self) -> list[str]:
        """Of what is issued, used by each age, as older months say."""
        known = self.triangle.shares if self.triangle else ()
        return [formats.percent(known[age], 0) if age < len(known) else "" for age in self.ages]

    @property
    def hindsight(self) -> list[tuple[str, str, str, str, bool | None]]:
        """The month, what was expected, within which bounds, what was used, and whether that lies within them."""
        return [
            (
                formats.month(one.month),
                formats.number(round(one.expected)),
                ""
                if one.interval is None
                else f"{formats.number(round(one.interval.low))} – {formats.number(round(one.interval.high))}",
                formats.number(one.used),
                one.was_within,
            )
            for one in reversed(self.triangle.hindsight if self.triangle else ())
        ]

    # ------------------------------------------------------------ every month

    @cached_property
    def lines(self) -> tuple[MonthLine, ...]:
        return liability_view(self.found, self.month.month).months

    @property
    def trend(self) -> Chart | None:
        told = self.lines
        if len(told) < 2:
            return None
        return Chart(
            "trend",
            _("What is owed at each month’s end"),
            [_label(one.month) if one.is_over else _("today") for one in told],
            [
                Series(
                    _("At cost"),
                    [self.amounts.units(one.liability_minor) for one in told],
                    tone=1,
                    has_area=True,
                ),
                Series(
                    _("Deferred revenue"),
                    [self.amounts.units(one.deferred_revenue_minor) for one in told],
                    tone=3,
                    is_dashed=True,
                ),
            ],
            show=self.amounts.shown,
            currency=self.found.sale_currency,
            style="currency",
            minimum=0,
            first_column=_("Month"),
        )

    # ------------------------------------------------------------ words

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts(self.found.sale_currency, self.found.decimals)

    def money(self, minor: int) -> str:
        return self.amounts.money(minor)

    def name(self, currency: str) -> str:
        return _capital(self.programme.currency_name(currency))

    def _range(self, low: int | None, high: int | None) -> str:
        if low is None or high is None:
            return ""
        return f"{self.amounts.money(low, cents=False)} – {self.amounts.money(high, cents=False)}"


def _sum(parts: Iterable[int | None]) -> int | None:
    """As if all erred in the same direction; of what has no interval there is none."""
    total = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _or(end: float | None, rate: float | None) -> float:
    """Where there is no interval, there is no band."""
    return end if end is not None else rate or 0.0


def _percent(rate: float | None) -> str:
    return "" if rate is None else formats.percent(rate)


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"{formats.percent(low)} – {formats.percent(high)}"


def _intervals(one: IssueMonth) -> tuple[str, str]:
    """What is known has none."""
    if one.basis == "observed":
        return "", ""
    return _between(one.low_80, one.high_80), _between(one.low_95, one.high_95)


def _label(month: date) -> str:
    return f"{formats.month(month, short=True)} {month:%y}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
