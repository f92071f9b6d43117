"""The same history with a share of its discounts as points: what is given when, what is earned, who wins."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.charts import Chart, Series
from assidu.backoffice.discounts.figures import Figure, Grid, Row, Writer, cells_of, drawn, number, whisker
from assidu.backoffice.discounts.told import department_names
from assidu.economics.discounts.types import Turned
from assidu.plans.wording import Language


@dataclass(frozen=True)
class TurnedShown:
    turned: Turned
    write: Writer
    language: Language

    @property
    def departments(self) -> str:
        """Those whose discounts became points, where it is not all of them."""
        names = department_names(self.language)
        return ", ".join(names.get(code, code) for code in self.turned.turning.departments)

    @property
    def given_then(self) -> str:
        return self.write.money(self.turned.given_then_minor)

    @property
    def given_now(self) -> Figure:
        return self.write.amount(self.turned.given_now)

    @property
    def issued(self) -> str:
        return self.write.money(self.turned.issued_minor)

    @property
    def cost_later(self) -> Figure:
        return self.write.amount(self.turned.cost_later)

    @property
    def liability(self) -> Figure:
        return self.write.amount(self.turned.liability)

    @property
    def sales_change(self) -> Figure:
        return self.write.change(self.turned.sales_change)

    @property
    def units_lost(self) -> Figure:
        return self.write.number(self.turned.units_lost)

    @property
    def margin_change(self) -> Figure | None:
        return None if self.turned.margin is None else self.write.change(self.turned.margin.change_ht)

    @property
    def even(self) -> int:
        return sum(one.even for one in self.turned.deciles)

    @property
    def others(self) -> str:
        """What all other rules give more or less."""
        minor = self.turned.other_issued_minor
        return ("+" if minor > 0 else "") + self.write.money(minor)

    @property
    def redemption(self) -> str:
        return formats.percent(self.turned.redemption_percent / 100, 0)

    # ---------------------------------------------------------------- charts

    @property
    def then_and_now(self) -> Chart:
        turned = self.turned
        labels = [
            _("At the till, as it was"),
            _("At the till, with points"),
            _("Points, at face value"),
            _("Points used, at cost"),
            _("Still owed at the end"),
        ]
        values = [
            turned.given_then_minor,
            turned.given_now.value,
            turned.issued_minor,
            turned.cost_later.value,
            turned.liability.value,
        ]
        figures = [
            self.write.known(turned.given_then_minor),
            self.given_now,
            self.write.known(turned.issued_minor),
            self.cost_later,
            self.liability,
        ]
        return Chart(
            id="turned-chart",
            title=_("What is given, and when"),
            labels=labels,
            series=[
                Series(
                    _("Amount (TTC)"),
                    [drawn(one) for one in values],
                    ranges=[
                        None,
                        whisker(turned.given_now),
                        None,
                        whisker(turned.cost_later),
                        whisker(turned.liability),
                    ],
                )
            ],
            show=str,
            kind="bar",
            style="currency",
            is_across=True,
            minimum=0,
            figures=(
                [_("Amount (TTC)"), _("80% interval")],
                [(label, cells_of((one,))) for label, one in zip(labels, figures, strict=True)],
            ),
        )

    @property
    def margin(self) -> Chart | None:
        margin = self.turned.margin
        if margin is None:
            return None
        parts = [
            (_("On the goods"), margin.goods_ht.value, margin.goods_ht, 1),
            (_("Other times, other goods"), margin.elsewhere_ht.value, margin.elsewhere_ht, 1),
            (_("Points used, at cost"), -margin.points_ht.value, margin.points_ht, -1),
            (_("Change in all"), margin.change_ht.value, margin.change_ht, 1),
        ]  # fmt: skip
        labels = [label for label, _value, _one, _sign in parts]
        figures = [
            self.write.change(margin.goods_ht),
            self.write.change(margin.elsewhere_ht),
            self.write.amount(margin.points_ht),
            self.write.change(margin.change_ht),
        ]
        return Chart(
            id="turned-margin-chart",
            title=_("What is earned more or less"),
            labels=labels,
            series=[
                Series(
                    _("Margin (HT)"),
                    [drawn(value) for _label, value, _one, _sign in parts],
                    ranges=[
                        (min(low * sign, high * sign), max(low * sign, high * sign))
                        for _label, _value, one, sign in parts
                        for low, high in [whisker(one)]
                    ],
                )
            ],
            show=str,
            kind="bar",
            style="currency",
            is_across=True,
            figures=(
                [_("Amount (HT)"), _("80% interval")],
                [(label, cells_of((one,))) for label, one in zip(labels, figures, strict=True)],
            ),
        )

    @property
    def deciles(self) -> Chart:
        return Chart(
            id="turned-deciles-chart",
            title=_("Who pays more, and who is given more"),
            labels=[str(one.decile) for one in self.turned.deciles],
            series=[
                Series(
                    _("Paid more at the till (TTC)"),
                    [drawn(one.paid_more_minor) for one in self.turned.deciles],
                    tone=2,
                ),
                Series(
                    _("Given more, at face value (TTC)"), [drawn(one.given_more_minor) for one in self.turned.deciles]
                ),
            ],
            show=lambda value: self.write.money(value * 100),
            kind="bar",
            style="currency",
            first_column=_("Tenth"),
        )  # fmt: skip

    @property
    def tenths(self) -> Grid:
        return Grid(
            _("Tenth"),
            (
                _("Customers"),
                _("Spend (TTC)"),
                _("Paid more (TTC)"),
                _("Given more (TTC)"),
                _("Win"),
                _("Come out even"),
                _("Lose"),
            ),
            tuple(
                Row(
                    str(one.decile),
                    "",
                    (
                        Figure(number(one.customers)),
                        self.write.known(one.spend_minor),
                        self.write.known(one.paid_more_minor),
                        self.write.known(one.given_more_minor),
                        Figure(number(one.winners)),
                        Figure(number(one.even)),
                        Figure(number(one.losers)),
                    ),
                )
                for one in self.turned.deciles
            ),
        )
