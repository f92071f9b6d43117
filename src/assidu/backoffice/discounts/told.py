"""What promotions cost and brought: where their money went, by depth, by how often, by department, by product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assidu.backoffice import formats
from assidu.backoffice.charts import Chart, Series
from assidu.backoffice.discounts.figures import (
    MINUS,
    Figure,
    Grid,
    Row,
    Writer,
    cells_of,
    drawn,
    number,
    tone_of,
    whisker,
)
from assidu.catalogue import queries as catalogue
from assidu.economics.discounts.types import (
    WHOLE,
    DepthLine,
    Discounts,
    DiscountSums,
    Estimate,
    RepeatedLine,
    Untold,
)
from assidu.economics.discounts.words import demand_first, why
from assidu.plans.wording import Language

DEPARTMENTS_DRAWN = 12
PRODUCTS_SHOWN = 25
EVERYTHING = 100
"""Percent: the end of the last row of depths."""

TO_DO: Mapping[Untold, str | Promise] = {
    Untold.NOTHING_SOLD: gettext_lazy("Choose another period, or import the tickets of this one."),
    Untold.TOO_FEW_CUSTOMERS: gettext_lazy(
        "Only tickets with a customer are looked at: come back when there are more, or import older ones."
    ),
    Untold.TOO_SHORT: gettext_lazy("Choose a longer period, or import older tickets."),
    Untold.NO_DISCOUNT: gettext_lazy(
        "If promotions were given, the tickets do not say so: what they took off belongs on each line of an import."
    ),
    Untold.ALWAYS_DISCOUNTED: gettext_lazy("Choose a period in which prices were also ordinary."),
    Untold.TOO_THIN: gettext_lazy("A longer period may help: products then sell in more weeks."),
    Untold.NOT_SETTLED: gettext_lazy("Choose another period."),
    Untold.NO_CURRENCY: gettext_lazy("Choose a plan with points, or money, that pay at the till."),
    Untold.NOTHING_CHOSEN: gettext_lazy("Let smaller discounts or more departments become points."),
}


@dataclass(frozen=True)
class ToldShown:
    told: Discounts
    write: Writer
    language: Language
    margin_percent: float | None

    # ---------------------------------------------------------------- in short

    @property
    def given(self) -> Figure:
        return self.write.known(self.told.given_minor)

    @property
    def given_share(self) -> str:
        """Of what the same goods would have been at their ordinary price."""
        ordinary = self.told.given_minor + self.told.paid_minor
        return formats.percent(self.told.given_minor / ordinary if ordinary else 0.0)

    @property
    def anyway(self) -> Figure:
        return self.write.amount(self.told.split.bought_anyway)

    @property
    def anyway_share(self) -> Figure:
        return self._part(self.told.split.bought_anyway, self.told.split.given_minor)

    @property
    def new(self) -> Figure:
        return self.write.amount(self.told.split.new)

    @property
    def net_units(self) -> Figure:
        return self.write.number(self.told.units.net)

    @property
    def margin_change(self) -> Figure | None:
        return None if self.told.margin is None else self.write.change(self.told.margin.change_ht)

    @property
    def break_even(self) -> Figure | None:
        margin = self.told.margin
        if margin is None or margin.break_even_percent is None:
            return None
        return self.write.margin(margin.break_even_percent)

    @property
    def never_pays(self) -> bool:
        """No margin would do: a sale cannot earn more than what is paid for it."""
        margin = self.told.margin
        found = margin.break_even_percent if margin is not None else None
        return found is not None and found.value > WHOLE

    @property
    def earns(self) -> str:
        """What a sale was said to earn."""
        percent = self.margin_percent or 0.0
        return formats.percent(percent / 100, 0 if percent.is_integer() else 1)

    @property
    def margin_untold(self) -> str:
        return "" if self.told.margin_untold is None else why(self.told.margin_untold, self.language)

    @property
    def warnings(self) -> list[str]:
        return demand_first(self.told, self.language)

    @property
    def untold(self) -> str:
        return self.write.money(self.told.given_untold_minor) if self.told.given_untold_minor else ""

    @property
    def elsewhere(self) -> str:
        return self.write.money(self.told.given_elsewhere_minor) if self.told.given_elsewhere_minor else ""

    @property
    def measured_share(self) -> str:
        return formats.percent(self.told.measured_percent / 100, 0)

    @property
    def responses(self) -> list[str]:
        """How sales answer to a price, in sentences."""
        usual = self.write.number(self.told.elasticity, 1)
        words = {"figure": usual.value, "between": usual.between}
        return [
            _("When a price goes down by one percent, sales go up by %(figure)s percent (%(between)s).") % words,
            {
                "more": _("What a discount takes off beyond 30% brings more per point than what it takes off before."),
                "less": _("What a discount takes off beyond 30% brings less per point than what it takes off before."),
                "": _("What a discount takes off beyond 30% brings as much per point, as far as can be seen."),
            }[tone_of(self.told.deeper)],
            {
                "more": _("A product that was discounted week after week answers more than others."),
                "less": _("A product that was discounted week after week answers less than others."),
                "": _("A product that was discounted week after week answers as others do, as far as can be seen."),
            }[tone_of(self.told.wears_off)],
        ]  # fmt: skip

    # ---------------------------------------------------------------- where the money went

    @property
    def went(self) -> Chart:
        split, told = self.told.split, self.told
        estimates = [
            (_("bought anyway"), split.bought_anyway),
            (_("only bought earlier"), split.pulled_forward),
            (_("instead of another one"), split.taken_from_others),
            (_("really new"), split.new),
        ]
        labels = [_("Given, in all"), *(label for label, _one in estimates), _("cannot be told")]
        values = [told.given_minor, *(one.value for _label, one in estimates), told.given_untold_minor]
        ranges = [None, *(whisker(one) for _label, one in estimates), None]
        figures = [
            self.write.known(told.given_minor),
            *(self.write.amount(one) for _label, one in estimates),
            self.write.known(told.given_untold_minor),
        ]
        parts = [
            Figure(""),
            *(self._part(one, told.given_minor) for _label, one in estimates),
            Figure(
                formats.percent(told.given_untold_minor / told.given_minor if told.given_minor else 0.0, 0)
            ),
        ]
        return Chart(
            id="went-chart",
            title=_("Where the money of discounts went"),
            labels=labels,
            series=[Series(_("Discounts (TTC)"), [drawn(one) for one in values], ranges=ranges)],
            show=str,
            kind="bar",
            style="currency",
            is_across=True,
            minimum=0,
            first_column=_("Part"),
            figures=(
                [_("Amount (TTC)"), _("80% interval"), _("Part"), _("80% interval")],
                [
                    (label, cells_of((figure, part)))
                    for label, figure, part in zip(labels, figures, parts, strict=True)
                ],
            ),
        )

    @property
    def margin(self) -> Chart | None:
        """What was earned against what would have been without any discount, before VAT."""
        margin = self.told.margin
        if margin is None:
            return None
        labels = [_("With the discounts, as it was"), _("Without any discount"), _("Change")]
        figures = [
            self.write.known(margin.with_ht),
            self.write.amount(margin.without_ht),
            self.write.change(margin.change_ht),
        ]
        values = [margin.with_ht, margin.without_ht.value, margin.change_ht.value]
        return Chart(
            id="margin-chart",
            title=_("What was earned, with discounts and without"),
            labels=labels,
            series=[
                Series(
                    _("Margin (HT)"),
                    [drawn(one) for one in values],
                    ranges=[None, whisker(margin.without_ht), whisker(margin.change_ht)],
                )
            ],
            show=str,
            kind="bar",
            style="currency",
            is_across=True,
            first_column=_("Margin"),
            height="low",
            figures=(
                [_("Amount (HT)"), _("80% interval")],
                [(label, cells_of((one,))) for label, one in zip(labels, figures, strict=True)],
            ),
        )

    # ---------------------------------------------------------------- deep, repeated, by department

    @property
    def by_depth(self) -> Chart:
        return self._cost_and_return(
            "depth-chart",
            _("By depth of the discount"),
            _("Depth"),
            [(_depth(one), one.sums) for one in self.told.by_depth],
        )

    @property
    def depths(self) -> Grid:
        return self._grid(_("Depth"), [(_depth(one), "", one.sums) for one in self.told.by_depth])

    @property
    def by_repetition(self) -> Chart:
        return self._cost_and_return(
            "repetition-chart",
            _("By how often it had been discounted before"),
            _("Weeks before"),
            [(_repetition(one), one.sums) for one in self.told.by_repetition],
        )

    @property
    def repetitions(self) -> Grid:
        return self._grid(
            _("Weeks before"),
            [(_repetition(one), "", one.sums) for one in self.told.by_repetition],
        )

    @property
    def by_department(self) -> Chart | None:
        found = [
            (self._departments.get(one.department, one.department), one.sums)
            for one in self.told.by_department
            if one.sums is not None
        ]
        found = sorted(found, key=lambda one: -one[1].given_minor)[:DEPARTMENTS_DRAWN]
        if not found:
            return None
        return self._cost_and_return(
            "department-chart", _("By department"), _("Department"), found, is_across=True
        )

    @property
    def departments(self) -> Grid:
        grid = self._grid(
            _("Department"),
            [
                (
                    self._departments.get(one.department, one.department),
                    why(one.cannot_tell, self.language)
                    if one.cannot_tell is not None
                    else _("%(measured)s of %(products)s products looked at one by one")
                    % {"measured": number(one.measured), "products": number(one.products)},
                    one.sums,
                )
                for one in self.told.by_department
            ],
        )
        rows = tuple(
            # Where nothing is told of a department, what it gave is known all the same.
            Row(
                row.name,
                row.note,
                (self.write.known(one.given_minor), *row.cells[1:], self.write.number(one.elasticity, 1)),
            )
            for row, one in zip(grid.rows, self.told.by_department, strict=True)
        )
        return Grid(grid.first, (*grid.heads, _("Elasticity")), rows)

    @property
    def products(self) -> Grid:
        """Those on which most was given; the file has all that were looked at."""
        first = self.told.top_products[:PRODUCTS_SHOWN]
        names = catalogue.products(one.sku for one in first)
        return self._grid(
            _("Product"),
            [
                (
                    names[one.sku].name if one.sku in names else one.sku,
                    ngettext(
                        "%(weeks)s week, %(depth)s on average", "%(weeks)s weeks, %(depth)s on average", one.weeks
                    )
                    % {"weeks": number(one.weeks), "depth": formats.percent(one.depth_percent / 100, 0)},
                    one.sums,
                )
                for one in first
            ],
        )  # fmt: skip

    # ---------------------------------------------------------------- the weeks around

    @property
    def around(self) -> Chart:
        labels = [f"{'+' if one.weeks > 0 else MINUS}{abs(one.weeks)}" for one in self.told.around]
        changes = [one.change_percent for one in self.told.around]
        figures = [self.write.percent(one, 1, is_signed=True) for one in changes]
        return Chart(
            id="around-chart",
            title=_("Units in the weeks around a discount of 30%"),
            labels=labels,
            series=[
                Series(
                    _("Against an ordinary week"),
                    [round(one.value / 100, 4) for one in changes],
                    ranges=[whisker(one) for one in changes],
                )
            ],
            show=str,
            kind="bar",
            style="percent",
            digits=1,
            first_column=_("Week"),
            height="low",
            figures=(
                [_("Against an ordinary week"), _("80% interval")],
                [(label, cells_of((one,))) for label, one in zip(labels, figures, strict=True)],
            ),
        )

    # ---------------------------------------------------------------- how rows are made

    @cached_property
    def _departments(self) -> dict[str, str]:
        return department_names(self.language)

    def _part(self, one: Estimate, whole: int) -> Figure:
        return self.write.percent(one, of=whole) if whole else Figure("")

    def _cost_and_return(
        self,
        chart_id: str,
        title: str,
        first: str,
        lines: Sequence[tuple[str, DiscountSums]],
        *,
        is_across: bool = False,
    ) -> Chart:
        """What was given, cut where it stops going on what would have been bought anyway; the whisker is that cut's."""
        anyway = [sums.bought_anyway_minor for _label, sums in lines]
        return Chart(
            id=chart_id,
            title=title,
            labels=[label for label, _sums in lines],
            series=[
                Series(
                    _("On what would have been bought anyway (TTC)"),
                    [drawn(one.value) for one in anyway],
                    tone=2,
                    stack="given",
                    ranges=[whisker(one) for one in anyway],
                ),
                Series(
                    _("On what the discount brought (TTC)"),
                    [
                        drawn(sums.given_minor - one.value)
                        for (_label, sums), one in zip(lines, anyway, strict=True)
                    ],
                    stack="given",
                ),
            ],
            show=str,
            kind="bar",
            style="currency",
            is_across=is_across,
            minimum=0,
            first_column=first,
            figures=(
                [_("Discounts given (TTC)"), _("Bought anyway (TTC)"), _("80% interval")],
                [
                    (label, [self.write.money(sums.given_minor), *cells_of((self.write.amount(one),))])
                    for (label, sums), one in zip(lines, anyway, strict=True)
                ],
            ),
        )

    def _grid(self, first: str, lines: Sequence[tuple[str, str, DiscountSums | None]]) -> Grid:
        heads = [_("Discounts given (TTC)"), _("Bought anyway (TTC)"), _("Part of it"), _("Lift")]
        if self.told.margin is not None:
            heads.append(_("Margin (HT)"))
        rows = [Row(name, note, self._sums(sums, len(heads))) for name, note, sums in lines]
        return Grid(first, tuple(heads), tuple(rows))

    def _sums(self, sums: DiscountSums | None, width: int) -> tuple[Figure, ...]:
        if sums is None:
            return (Figure(""),) * width
        cells = (
            self.write.known(sums.given_minor),
            self.write.amount(sums.bought_anyway_minor),
            self._part(sums.bought_anyway_minor, sums.given_minor),
            self.write.percent(sums.lift_percent, is_signed=True),
            self.write.change(sums.change_ht),
        )
        return cells[:width]


def department_names(language: Language) -> dict[str, str]:
    return {one.department: one.name(language) for one in catalogue.departments()}


def _depth(one: DepthLine) -> str:
    if one.from_percent == 0:
        return _("below %(below)s%%") % {"below": one.below_percent}
    if one.below_percent >= EVERYTHING:
        return _("%(from)s%% and more") % {"from": one.from_percent}
    return _("%(from)s to %(to)s%%") % {"from": one.from_percent, "to": one.below_percent - 1}


def _repetition(one: RepeatedLine) -> str:
    if one.to_weeks == 0:
        return _("in none")
    if one.from_weeks == one.to_weeks:
        return _("in %(from)s") % {"from": one.from_weeks}
    return _("in %(from)s to %(to)s") % {"from": one.from_weeks, "to": one.to_weeks}
