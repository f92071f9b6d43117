"""What a set of assumptions comes to, as the page tells it: results with their intervals, charts, segments."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.charts import Chart, Plane, Series, between, spans, waterfall
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.economics.types import Assumptions, Fan, MacroReport, NeededCurve, RateFan, SegmentTotals
from assidu.economics.words import BASES, FIGURES, STEPS, not_entered_in_words

FINE = 200
"""Steps in which a straight line is drawn."""
BARS_MAX = 12
"""Of the tornado: what moves less is in the file."""
CURVES_MAX = 3
"""Segments whose curve is drawn, those with the largest sales; the table has all."""
CURVE_TIMES = 3
"""A curve that rises without end is drawn up to so many times what is assumed or needed."""
COLUMNS_MAX = 4
"""Up to so many segments stand beside one another."""
MONTHS_SHOWN = 60
"""Of a segment; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Result:
    label: str
    figure: str
    within: str
    note: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """``within``: where 4 of 5 drawn scenarios lie, of what is drawn."""

    figure: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class SegmentMonths:
    """A segment month by month; ``total`` is the sum of all months."""

    name: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    total: tuple[str, ...]


@dataclass(frozen=True)
class Brought:
    assumptions: Assumptions
    report: MacroReport
    amounts: Amounts

    # ------------------------------------------------------------ results

    @property
    def has_sales(self) -> bool:
        return self.report.total.baseline_sales_ht_minor > 0

    @property
    def both_ways(self) -> str:
        """Why the net and the probability of a loss say opposite things, where they do."""
        net, chances = self.report.total.net_minor, self.report.chances
        if chances is None or chances.loss == 0.5 or (net < 0) == (chances.loss > 0.5):
            return ""
        return _(
            "The net is worked out with every figure at its assumed value; the probability is of all drawn scenarios, "
            "in which every figure lies somewhere in its range. They point in different ways because these scenarios "
            "are not centred on the assumed values: their median is %(median)s."
        ) % {"median": self.money(chances.net.p50_minor)}

    @property
    def not_entered(self) -> str:
        """The costs that nobody entered, and that the results leave out."""
        return not_entered_in_words(self.report)

    @cached_property
    def results(self) -> list[Result]:
        total, chances = self.report.total, self.report.chances
        costs = (
            total.rewards_baseline_minor
            + total.rewards_incremental_minor
            + total.running_minor
            + total.investment_minor
        )
        return [
            Result(
                _("Net (HT)"),
                self.money(total.net_minor),
                self._fan(None if chances is None else chances.net),
                _("in %(months)s months, rewards and running costs paid")
                % {"months": formats.number(len(self.report.months))},
                "scale",
                "good" if total.net_minor >= 0 else "bad",
            ),
            Result(
                _("Probability of a loss"),
                "–" if chances is None else formats.percent(chances.loss, 0),
                "",
                _("no figure has a range, or nothing is drawn")
                if chances is None
                else _("of %(draws)s drawn scenarios (seed %(seed)s)")
                % {"draws": formats.number(chances.draws), "seed": chances.seed},
                "target",
            ),
            Result(
                _("Sales on top (HT)"),
                self.money(total.incremental_sales_ht_minor),
                self._fan(None if chances is None else chances.incremental_sales_ht),
                _("%(uplift)s more than %(sales)s; with VAT (TTC) %(ttc)s")
                % {
                    "uplift": _percent(total.uplift),
                    "sales": self.money(total.baseline_sales_ht_minor),
                    "ttc": self.money(total.incremental_sales_ttc_minor),
                },
                "shopping-basket",
            ),
            Result(
                _("Margin on top (HT)"),
                self.money(total.incremental_margin_minor),
                self._fan(None if chances is None else chances.incremental_margin),
                _("at a margin of %(rate)s of sales") % {"rate": _percent(total.margin_rate)},
                "coins",
            ),
            Result(
                _("Costs (HT)"),
                self.money(costs),
                self._fan(None if chances is None else chances.costs),
                _("%(deadweight)s of it on what would have been sold anyway")
                % {"deadweight": self.money(total.rewards_baseline_minor)},
                "wallet",
            ),
            Result(
                _("Return on what it costs"),
                _percent(total.roi),
                self._rates(None if chances is None else chances.roi),
                _("net over costs"),
                "percent",
            ),
            Result(
                _("Uplift that pays for it"),
                _percent(total.break_even_uplift, 2),
                self._rates(None if chances is None else chances.break_even_uplift, _("never")),
                _("assumed: %(uplift)s") % {"uplift": _percent(total.uplift, 2)},
                "trending-up",
            ),
            Result(
                _("Paid back"),
                self._payback,
                "",
                _("when cumulated cash stays above nothing"),
                "calendar-clock",
            ),
        ]

    @property
    def _payback(self) -> str:
        month = self.report.payback_month
        if month is None:
            months = len(self.report.months)
            return ngettext("not in %(months)s month", "not in %(months)s months", months) % {
                "months": months
            }
        return _("from month %(month)s on") % {"month": max(month, 1)}

    @property
    def formula(self) -> dict[str, str]:
        """The parts of u* = (γ + o) / (m − γ)."""
        total = self.report.total
        running = None
        if total.baseline_sales_ht_minor:
            running = -(total.running_minor + total.investment_minor) / total.baseline_sales_ht_minor
        return {
            "generosity": _percent(total.generosity_rate, 2),
            "running": _percent(running, 2),
            "margin": _percent(total.margin_rate, 2),
            "needed": _percent(total.break_even_uplift, 2),
        }

    @property
    def segments(self) -> list[tuple[str, tuple[Cell, ...]]]:
        return [(one.name, self._segment(one)) for one in self.report.segments]

    @property
    def segment_heads(self) -> list[str]:
        return [
            _("Net (HT)"),
            _("Risk of a loss"),
            _("Pays from"),
            _("Uplift"),
            _("Margin on top (HT)"),
            _("Costs (HT)"),
            _("Return"),
            _("Sales anyway (HT)"),
            _("Members"),
        ]

    @property
    def segment_rows(self) -> list[tuple[str, tuple[Cell, ...]]]:
        """Figure by figure, where segments are so few that each has its column: narrower than nine figures beside one
        another. Nothing where they are many."""
        told = [cells for _name, cells in self.segments]
        if len(told) > COLUMNS_MAX:
            return []
        return list(zip(self.segment_heads, zip(*told, strict=True), strict=True))

    def _segment(self, one: SegmentTotals) -> tuple[Cell, ...]:
        totals, chances = one.totals, one.chances
        rewards = totals.rewards_baseline_minor + totals.rewards_incremental_minor
        return (
            Cell(self.money(totals.net_minor), self._fan(None if chances is None else chances.net)),
            Cell("–" if chances is None else formats.percent(chances.loss, 0)),
            Cell(
                _percent(totals.break_even_uplift),
                self._rates(None if chances is None else chances.break_even_uplift, _("never")),
            ),
            Cell(_percent(totals.uplift)),
            Cell(
                self.money(totals.incremental_margin_minor),
                self._fan(None if chances is None else chances.incremental_margin),
            ),
            Cell(
                self.money(rewards + totals.running_minor),
                self._fan(None if chances is None else chances.costs),
            ),
            Cell(_percent(totals.roi, 0)),
            Cell(self.money(totals.baseline_sales_ht_minor)),
            Cell(formats.number(round(totals.members))),
        )

    @property
    def segment_months(self) -> list[SegmentMonths]:
        return [
            SegmentMonths(
                one.name,
                tuple(
                    (
                        str(month.number),
                        (
                            formats.number(round(month.members)),
                            *self._amounts(
                                month.baseline_sales_ht_minor,
                                month.incremental_sales_ht_minor,
                                month.incremental_margin_minor,
                                month.rewards_baseline_minor,
                                month.rewards_incremental_minor,
                                month.running_minor,
                                month.net_minor,
                            ),
                        ),
                    )
                    for month in one.months[:MONTHS_SHOWN]
                ),
                (
                    "",
                    *self._amounts(
                        one.totals.baseline_sales_ht_minor,
                        one.totals.incremental_sales_ht_minor,
                        one.totals.incremental_margin_minor,
                        one.totals.rewards_baseline_minor,
                        one.totals.rewards_incremental_minor,
                        one.totals.running_minor,
                        one.totals.net_minor,
                    ),
                ),
            )
            for one in self.report.segments
        ]

    @property
    def months_left_out(self) -> int:
        """How many stand in the files alone."""
        return max(len(self.report.months) - MONTHS_SHOWN, 0)

    # ------------------------------------------------------------ charts

    @property
    def waterfall(self) -> Chart:
        steps = [one for one in self.report.waterfall if one.amount_minor]
        labels = [str(STEPS[one.name]) for one in steps]
        net = self.report.total.net_minor
        return Chart(
            "waterfall",
            _("From sales on top to what is left (HT)"),
            [*labels, _("Net")],
            waterfall(
                [
                    *((self.amounts.units(one.amount_minor), False) for one in steps),
                    (self.amounts.units(net), True),
                ],
                _("Brings"),
                _("Costs"),
                _("Net"),
            ),
            show=self._show,
            currency=self.amounts.currency,
            kind="bar",
            style="currency",
            is_across=True,
            figures=(
                [_("Amount (HT)")],
                [
                    *(
                        (label, [self.money(one.amount_minor)])
                        for label, one in zip(labels, steps, strict=True)
                    ),
                    (_("Net"), [self.money(net)]),
                ],
            ),
        )

    @property
    def break_even(self) -> Chart | None:
        points, total = self.report.break_even, self.report.total
        if len(points) < 2:
            return None
        last = points[-1].uplift

        def place(uplift: float) -> int:
            return round(uplift / last * FINE)

        # A straight line, drawn finely: marks stand where their figure is.
        fine = [last * at / FINE for at in range(FINE + 1)]
        first, end = (self.amounts.units(one.net_minor) for one in (points[0], points[-1]))
        marks = [
            (place(uplift), label)
            for uplift, label in (
                (total.uplift, _("assumed")),
                (total.break_even_uplift, _("pays for itself")),
            )
            if uplift is not None and 0 <= uplift <= last
        ]
        return Chart(
            "break-even",
            _("Net (HT) by uplift"),
            [formats.percent(uplift, 2) for uplift in fine],
            [Series(_("Net (HT)"), [round(first + (end - first) * at / FINE, 2) for at in range(FINE + 1)])],
            show=self._show,
            currency=self.amounts.currency,
            style="currency",
            first_column=_("Uplift"),
            marks=marks,
            figures=(
                [_("Net (HT)")],
                [(formats.percent(one.uplift, 2), [self.money(one.net_minor)]) for one in points],
            ),
        )

    @property
    def needed(self) -> Chart | None:
        """The break-even curve, with what is assumed as a dot: above its curve, it pays."""
        curves = self.report.needed
        if not curves:
            return None
        whole = curves[0]
        shown = [
            curve
            for curve, _sales in sorted(zip(curves[1:], self._sales, strict=True), key=lambda one: -one[1])
        ][:CURVES_MAX]
        # A single segment is the programme but for its fixed costs.
        drawn = [whole, *shown] if len(curves) > 2 else [whole]
        most = CURVE_TIMES * max(
            *(abs(one.uplift) for one in drawn), *(one.break_even_uplift or 0.0 for one in drawn), 0.01
        )
        series = []
        for place, one in enumerate(drawn):
            tone, name = (1, _("The programme")) if place == 0 else (2 + (place - 1) % 3, one.name)
            series += [
                Series(
                    name,
                    [
                        None if not _is_within(p.break_even_uplift, most) else p.break_even_uplift
                        for p in one.points
                    ],
                    tone=tone,
                    is_dashed=place > 0,
                    at=[p.generosity for p in one.points],
                ),
                Series(name, [one.uplift], tone=tone, is_dots=True, is_again=True, at=[one.generosity]),
            ]
        return Chart(
            "needed",
            _("The uplift needed, by generosity"),
            [],
            series,
            show=formats.percent,
            style="percent",
            digits=1,
            first_column=_("Generosity"),
            plane=Plane(_("Uplift"), _("Generosity: what rewards cost, of sales"), digits=2),
            figures=(
                [_("The programme"), *(one.name for one in curves[1:])],
                [
                    (formats.percent(first.generosity, 2), [self._needed(one, place) for one in curves])
                    for place, first in enumerate(whole.points)
                ],
            ),
        )

    @property
    def needed_says(self) -> str:
        """The point of the programme, in a sentence."""
        whole = self.report.needed[0]
        words = {
            "generosity": formats.percent(whole.generosity, 2),
            "uplift": formats.percent(whole.uplift, 2),
            "needed": _percent(whole.break_even_uplift, 2),
        }
        if whole.break_even_uplift is None:
            return _("At its generosity of %(generosity)s no uplift pays for the programme.") % words
        if whole.uplift < whole.break_even_uplift:
            return (
                _(
                    "At its generosity of %(generosity)s the programme needs an uplift of %(needed)s; assumed are "
                    "%(uplift)s: it does not pay for itself."
                )
                % words
            )
        return (
            _(
                "At its generosity of %(generosity)s the programme needs an uplift of %(needed)s; assumed are "
                "%(uplift)s: it pays for itself."
            )
            % words
        )

    @property
    def _sales(self) -> list[int]:
        """Of the segments that have a curve."""
        known = {one.code: one.totals.baseline_sales_ht_minor for one in self.report.segments}
        return [known[one.code] for one in self.report.needed[1:]]

    def _needed(self, curve: NeededCurve, place: int) -> str:
        found = curve.points[place].break_even_uplift
        return _("never") if found is None else formats.percent(found, 2)

    @property
    def tornado(self) -> Chart | None:
        bars = [one for one in self.report.tornado if one.span_minor][:BARS_MAX]
        if not bars:
            return None
        labels = [str(FIGURES[one.name]) for one in bars]
        ends = [sorted((one.net_low_minor, one.net_high_minor)) for one in bars]
        return Chart(
            "tornado",
            _("Net (HT), each figure at its ends"),
            labels,
            spans(
                _("Net between (HT)"),
                [self.amounts.units(low) for low, _high in ends],
                [self.amounts.units(high) for _low, high in ends],
            ),
            show=self._show,
            currency=self.amounts.currency,
            kind="bar",
            style="currency",
            is_across=True,
            marks=[(self.amounts.units(self.report.total.net_minor), _("Net"))],
            figures=(
                [_("From"), _("to"), _("Basis"), _("Net at the low end (HT)"), _("Net at the high end (HT)")],
                [
                    (
                        label,
                        [
                            _("by segment") if one.parts else _number(one.low),
                            _("by segment") if one.parts else _number(one.high),
                            str(BASES[one.basis]),
                            self.money(one.net_low_minor),
                            self.money(one.net_high_minor),
                        ],
                    )
                    for label, one in zip(labels, bars, strict=True)
                ],
            ),
        )

    @property
    def cash(self) -> Chart | None:
        months = self.report.months
        if len(months) < 2:
            return None
        fans = [one.fan for one in months if one.fan is not None]
        series = [Series(_("As assumed"), [self.amounts.units(one.cash_minor) for one in months])]
        columns = [_("As assumed")]
        if len(fans) == len(months):
            series += between(
                _("4 cases of 5"), self._units(fans, "p10_minor"), self._units(fans, "p90_minor"), tone=1
            )
            series += between(
                _("95 cases of 100"),
                self._units(fans, "p2_5_minor"),
                self._units(fans, "p97_5_minor"),
                tone=4,
                stack="wide",
            )
            columns += [_("4 cases of 5"), _("95 cases of 100")]
        return Chart(
            "cash",
            _("Cumulated cash (HT)"),
            [str(one.number) for one in months],
            series,
            show=self._show,
            currency=self.amounts.currency,
            style="currency",
            first_column=_("Month"),
            figures=(
                columns,
                [
                    (
                        str(one.number),
                        [
                            self.money(one.cash_minor),
                            *(
                                (
                                    self._range(one.fan.p10_minor, one.fan.p90_minor),
                                    self._range(one.fan.p2_5_minor, one.fan.p97_5_minor),
                                )
                                if one.fan is not None
                                else ()
                            ),
                        ],
                    )
                    for one in months
                ],
            ),
        )

    @property
    def generosity(self) -> Chart | None:
        points = self.report.frontier
        if not points or points[-1].face_rate <= 0:
            return None
        return Chart(
            "generosity",
            _("Generosity against margin"),
            [formats.percent(one.face_rate) for one in points],
            [
                Series(_("Margin after rewards"), [one.margin_after_rewards for one in points], tone=1),
                Series(
                    _("Uplift that pays for it"),
                    [one.break_even_uplift for one in points],
                    tone=2,
                    is_dashed=True,
                ),
            ],
            show=lambda value: formats.percent(value),
            style="percent",
            digits=1,
            first_column=_("Face value given (TTC), of sales HT"),
            marks=[(len(points) // 2, _("assumed"))],
        )

    # ------------------------------------------------------------ words

    def money(self, minor: int) -> str:
        return self.amounts.money(minor, cents=False)

    def _amounts(self, *minor: int) -> list[str]:
        return [self.money(one) for one in minor]

    def _show(self, value: float) -> str:
        return self.amounts.shown(value, cents=False)

    def _units(self, fans: list[Fan], name: str) -> list[float]:
        return [self.amounts.units(getattr(fan, name)) for fan in fans]

    def _range(self, low: int, high: int) -> str:
        return _("%(low)s to %(high)s") % {"low": self.money(low), "high": self.money(high)}

    def _fan(self, fan: Fan | None) -> str:
        return "" if fan is None else self._range(fan.p10_minor, fan.p90_minor)

    def _rates(self, fan: RateFan | None, none: str = "–") -> str:
        if fan is None:
            return ""
        low, high = (none if rate is None else formats.percent(rate) for rate in (fan.p10, fan.p90))
        return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _percent(rate: float | None, digits: int = 1) -> str:
    return "–" if rate is None else formats.percent(rate, digits)


def _number(value: float | None) -> str:
    return "–" if value is None else formats.number(value, 0 if float(value).is_integer() else 2)


def _is_within(uplift: float | None, most: float) -> bool:
    return uplift is not None and uplift <= most
