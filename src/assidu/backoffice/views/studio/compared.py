"""Saved sets side by side, as screen and paper tell them: their results line by line, and the net of each drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assidu.backoffice.charts import Chart, Series
from assidu.backoffice.views.studio.brought import Brought, Result
from assidu.economics.types import SavedAssumptions


@dataclass(frozen=True, slots=True)
class Column:
    """``address`` is where the set stands alone."""

    saved: SavedAssumptions
    address: str
    brought: Brought


@dataclass(frozen=True)
class Compared:
    columns: Sequence[Column]

    @property
    def is_more_than_one(self) -> bool:
        return len(self.columns) > 1

    @property
    def rows(self) -> list[tuple[str, tuple[Result, ...]]]:
        lines = zip(*(one.brought.results for one in self.columns), strict=True)
        return [(line[0].label, line) for line in lines]

    @property
    def net(self) -> Chart:
        told = [(one.saved.name, one.brought, one.brought.report) for one in self.columns]
        amounts = self.columns[0].brought.amounts
        fans = [None if report.chances is None else report.chances.net for _name, _brought, report in told]

        def within(brought: Brought, low: int, high: int) -> str:
            return _("%(low)s to %(high)s") % {"low": brought.money(low), "high": brought.money(high)}

        return Chart(
            "compared",
            _("What is left of each set (net, HT)"),
            [name for name, _brought, _report in told],
            [
                Series(
                    _("Net (HT)"),
                    [amounts.units(report.total.net_minor) for _name, _brought, report in told],
                    ranges=[
                        None if fan is None else (amounts.units(fan.p10_minor), amounts.units(fan.p90_minor))
                        for fan in fans
                    ],
                )
            ],
            show=lambda value: amounts.shown(value, cents=False),
            currency=amounts.currency,
            kind="bar",
            style="currency",
            is_across=True,
            first_column=_("Set of assumptions"),
            figures=(
                [_("Net (HT)"), _("4 cases of 5"), _("95 cases of 100")],
                [
                    (
                        name,
                        [
                            brought.money(report.total.net_minor),
                            "" if fan is None else within(brought, fan.p10_minor, fan.p90_minor),
                            "" if fan is None else within(brought, fan.p2_5_minor, fan.p97_5_minor),
                        ],
                    )
                    for (name, brought, report), fan in zip(told, fans, strict=True)
                ],
            ),
        )
