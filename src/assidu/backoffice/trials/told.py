"""A trial as its page tells it: plans side by side, and of one of them what it costs, to whom, and what decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.charts import Chart, Plane, Series, between, spans
from assidu.backoffice.discounts.figures import Figure, Grid, Row, Writer
from assidu.backoffice.programme import Programme
from assidu.catalogue import queries as catalogue
from assidu.economics.micro.types import OTHER, Estimate, MicroResult, PlanAsked, PlanTried, Share
from assidu.economics.words import BEHAVIOUR, TRIED, left_out_in_words, settled_in_words
from assidu.plans.reading import read
from assidu.plans.wording import Language, text_in

FIGURES: tuple[str, ...] = (
    "face",
    "off",
    "cost",
    "revenue_change",
    "margin_change",
    "net_change",
    "against_first",
)
CHANGES = ("revenue_change", "margin_change", "net_change", "against_first")
RULES_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Column:
    """A plan in the table of all: its place, label, and whether it is the one that is looked at."""

    place: int
    label: str
    is_shown: bool


@dataclass(frozen=True)
class TrialTold:
    """``place`` is the plan that is looked at, from 0."""

    programme: Programme
    result: MicroResult
    asked: Sequence[PlanAsked]
    place: int
    write: Writer
    language: Language

    @property
    def plan(self) -> PlanTried:
        return self.result.plans[self.place]

    @property
    def columns(self) -> list[Column]:
        return [Column(n, one.label, n == self.place) for n, one in enumerate(self.result.plans)]

    @property
    def recorded_cost(self) -> Figure:
        return self.write.amount(self.result.recorded_cost)

    @property
    def is_whole(self) -> bool:
        return self.result.customers == self.result.of_customers

    @property
    def is_settled(self) -> bool:
        return self.result.settled_after is not None

    @property
    def has_everybody(self) -> bool:
        """Nobody is left who would move the intervals: what is left of them is what was assumed."""
        return self.result.customers == self.result.of_customers

    @property
    def settled_words(self) -> str:
        return settled_in_words(self.result)

    @cached_property
    def side_by_side(self) -> Grid:
        rows = []
        for name in FIGURES:
            write = self.write.change if name in CHANGES else self.write.amount
            cells = tuple(write(getattr(one, name)) for one in self.result.plans)
            if any(cell.value for cell in cells):
                rows.append(Row(str(TRIED[name]), "", cells))
        rates: Sequence[tuple[str, Callable[[PlanTried], float | None], int]] = (
            ("loss_probability", lambda one: one.loss_probability, 0),
            ("better_than_first", lambda one: one.better_than_first, 0),
            ("generosity", lambda one: one.generosity, 2),
        )
        for name, of, digits in rates:
            found = [of(one) for one in self.result.plans]
            if any(one is not None for one in found):
                cells = tuple(Figure("" if one is None else formats.percent(one, digits)) for one in found)
                rows.append(Row(str(TRIED[name]), "", cells))
        return Grid(_("Figure"), tuple(one.label for one in self.result.plans), tuple(rows))

    @property
    def lives_differ(self) -> str:
        """The currencies of which units do not live equally long in all plans."""
        names: dict[str, str] = {}
        for one in self.asked:
            document = read(one.yaml).document
            if document is not None:
                names |= {found.code: text_in(found.name, self.language) for found in document.currencies}
        return ", ".join(names.get(code, code) for code in self.result.lives_differ)

    @property
    def left_out(self) -> str:
        """What was not looked at of the longest histories, where that happened."""
        return left_out_in_words(self.plan.left_out) if self.plan.left_out.moments else ""

    # ---------------------------------------------------------------- charts

    @property
    def net(self) -> Chart:
        plans = self.result.plans
        lows = [one.net_change.low_80 / 100 for one in plans]
        highs = [one.net_change.high_80 / 100 for one in plans]
        return Chart(
            "net",
            _("Net (HT) beside what was recorded, 80% interval"),
            [one.label for one in plans],
            spans(_("80% interval"), lows, highs),
            show=self._show,
            kind="bar",
            style="currency",
            is_across=True,
            marks=[(0, _("today"))],
            figures=(
                [_("Net (HT)"), formats.percent(0.80, 0), formats.percent(0.95, 0)],
                [
                    (
                        one.label,
                        [
                            self.write.money(one.net_change.value),
                            self._range(one.net_change.low_80, one.net_change.high_80),
                            self._range(one.net_change.low_95, one.net_change.high_95),
                        ],
                    )
                    for one in plans
                ],
            ),
        )  # fmt: skip

    @property
    def frontier(self) -> Chart | None:
        """Generosity against margin, one dot a plan: to the left and above is better."""
        sales = self.result.net_sales_minor
        if not sales:
            return None
        recorded = self.result.recorded_face
        dots = [
            (one.label, one.face, one.net_change.value, (one.net_change.low_80, one.net_change.high_80))
            for one in self.result.plans
        ]
        series = [
            Series(
                _("as recorded"),
                [0.0],
                tone=4,
                is_dots=True,
                at=[recorded.value / sales],
                at_ranges=[(recorded.low_80 / sales, recorded.high_80 / sales)],
            )
        ]
        series += [
            Series(
                label,
                [net / 100],
                tone=1 if place == self.place else 2,
                is_dots=True,
                ranges=[(within[0] / 100, within[1] / 100)],
                at=[face.value / sales],
                at_ranges=[(face.low_80 / sales, face.high_80 / sales)],
            )
            for place, (label, face, net, within) in enumerate(dots)
        ]
        return Chart(
            "frontier",
            _("Generosity against margin"),
            [],
            series,
            show=self._show,
            style="currency",
            names_at_ends=True,
            first_column=_("Plan"),
            plane=Plane(
                _("Net beside today (HT)"),
                _("Generosity: face value given (TTC), of net sales (HT)"),
                digits=2,
            ),
            figures=(
                [_("Generosity"), formats.percent(0.80, 0), _("Net (HT)"), formats.percent(0.80, 0)],
                [
                    (_("as recorded"), [*self._generosity(recorded, sales), self.write.money(0), ""]),
                    *(
                        (label, [*self._generosity(face, sales), self.write.money(net), self._range(*within)])
                        for label, face, net, within in dots
                    ),
                ],
            ),
        )

    def _generosity(self, face: Estimate, sales: int) -> list[str]:
        value, low, high = (
            formats.percent(one / sales, 2) for one in (face.value, face.low_80, face.high_80)
        )
        return [value, _("%(low)s to %(high)s") % {"low": low, "high": high}]

    @property
    def tornado(self) -> Chart | None:
        bars = [one for one in self.plan.sensitivity if one.swing_minor]
        if not bars:
            return None
        ends = [sorted((one.low_minor, one.high_minor)) for one in bars]
        labels = [str(BEHAVIOUR[one.assumption]) for one in bars]
        return Chart(
            "tornado",
            _("Net (HT), each assumption in its lowest and highest fifth"),
            labels,
            spans(
                _("Net between (HT)"), [low / 100 for low, _high in ends], [high / 100 for _low, high in ends]
            ),
            show=self._show,
            kind="bar",
            style="currency",
            is_across=True,
            marks=[(self.plan.net_change.value / 100, _("Net"))],
            figures=(
                [_("Net when low (HT)"), _("Net when high (HT)")],
                [
                    (label, [self.write.money(one.low_minor), self.write.money(one.high_minor)])
                    for label, one in zip(labels, bars, strict=True)
                ],
            ),
        )

    @property
    def deciles(self) -> Chart:
        return self._people("deciles", _("What customers get, by tenth of spend (TTC)"), self.plan.deciles)

    @property
    def tiers(self) -> Chart:
        return self._people(
            "tiers",
            _("What customers get, by status (TTC)"),
            self.plan.tiers,
            lambda one: self._tier(one.name),
        )

    @property
    def settling(self) -> Chart | None:
        """Where the interval stood after each round."""
        rounds = self.result.rounds
        if len(rounds) < 2:
            return None
        lows = [one.net_low_80[self.place] / 100 for one in rounds]
        highs = [one.net_high_80[self.place] / 100 for one in rounds]
        return Chart(
            "settling",
            _("How the interval settled (net, HT)"),
            [formats.number(one.customers) for one in rounds],
            between(_("80% interval of net (HT)"), lows, highs)
            if min(lows) >= 0
            else [Series(_("low"), lows, tone=2), Series(_("high"), highs, tone=1)],
            show=self._show,
            style="currency",
            first_column=_("Customers"),
            figures=(
                [formats.percent(0.80, 0), _("Histories decided"), _("Seconds")],
                [
                    (
                        formats.number(one.customers),
                        [
                            self._range(100 * low, 100 * high),
                            formats.number(one.histories),
                            formats.number(one.seconds, 1),
                        ],
                    )
                    for one, low, high in zip(rounds, lows, highs, strict=True)
                ],
            ),
        )

    # ---------------------------------------------------------------- tables

    @cached_property
    def rules(self) -> Grid:
        document = read(self.asked[self.place].yaml).document
        names = {OTHER: _("Rewards and referrals")}
        if document is not None:
            names |= {one.code: text_in(one.name, self.language) for one in document.rules}
            names |= {one.code: text_in(one.name, self.language) for one in document.offers}
        rows = tuple(
            Row(names.get(one.rule, one.rule), "", (self.write.amount(one.face), self.write.amount(one.cost)))
            for one in self.plan.rules[:RULES_SHOWN]
        )
        return Grid(
            _("Rule or offer"), (_("Given, at face value (TTC)"), _("Cost of it in the end (HT)")), rows
        )

    @property
    def more_rules(self) -> int:
        """How many stand in the files alone."""
        return max(len(self.plan.rules) - RULES_SHOWN, 0)

    @cached_property
    def winners(self) -> Grid:
        return self._shares(_("Tenth of spend"), self.plan.deciles, lambda one: one.name)

    @cached_property
    def winners_by_tier(self) -> Grid:
        found = self._shares(_("Status"), self.plan.tiers, lambda one: self._tier(one.name))
        rows = tuple(
            replace(row, cells=(*row.cells, self.write.amount(one.cost)))
            for row, one in zip(found.rows, self.plan.tiers, strict=True)
        )
        return Grid(found.first, (*found.heads, _("Cost of it in the end (HT)")), rows)

    @cached_property
    def stores(self) -> Grid:
        known = {one.store_id: one.name for one in catalogue.stores()}

        def name(one: Share) -> str:
            if one.names > 1:
                return _("%(stores)s other stores") % {"stores": formats.number(one.names)}
            return known.get(one.name, one.name) or "–"

        return self._shares(_("Usual store"), self.plan.stores, name)

    def _shares(self, first: str, found: Sequence[Share], name: Callable[[Share], str]) -> Grid:
        heads = (_("Customers"), _("Spend (TTC)"), _("Before (TTC)"), _("After (TTC)"), _("More"), _("Less"))
        rows = tuple(
            Row(
                name(one),
                "",
                (
                    Figure(formats.number(one.customers)),
                    *(
                        self.write.known(at)
                        for at in (one.spend_minor, one.recorded_minor, one.planned_minor)
                    ),
                    Figure(formats.number(one.winners)),
                    Figure(formats.number(one.losers)),
                ),
            )
            for one in found
        )
        return Grid(first, heads, rows)

    def _people(
        self,
        code: str,
        title: str,
        found: Sequence[Share],
        name: Callable[[Share], str] = lambda one: one.name,
    ) -> Chart:
        return Chart(
            code,
            title,
            [name(one) for one in found],
            [
                Series(_("as recorded"), [one.recorded_minor / 100 for one in found], tone=2),
                Series(self.plan.label, [one.planned_minor / 100 for one in found], tone=1),
            ],
            show=self._show,
            kind="bar",
            style="currency",
            first_column=title,
        )

    def _tier(self, code: str) -> str:
        """A status that customers had, which the plan that is looked at may not know."""
        return self.programme.tier_name(code) or _("no status")

    def _show(self, amount: float) -> str:
        return self.write.money(amount * 100)

    def _range(self, low: float, high: float) -> str:
        return _("%(low)s to %(high)s") % {"low": self.write.money(low), "high": self.write.money(high)}
