"""The past, month after month: what the figures that are measured come from, and where they are going."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assidu.backoffice import formats
from assidu.backoffice.access import allowed
from assidu.backoffice.charts import Chart, Series, between
from assidu.backoffice.csv_files import csv_file
from assidu.backoffice.paper.making import PDF, on_paper
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.versions import language
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.decisions.calendar import add_months
from assidu.economics import measuring
from assidu.economics.tables import past_table
from assidu.economics.types import Past, PastMonth
from assidu.economics.workbook.past import past_workbook
from assidu.foundation import clock
from assidu.measurement.queries import has_invented
from assidu.plans.wording import text_in

Show = Callable[[float], str]


@dataclass(frozen=True)
class PastTold:
    found: Past
    currency: str
    """What people call the units whose redemption is told."""

    @property
    def months(self) -> Sequence[PastMonth]:
        return self.found.months

    @property
    def is_drawn(self) -> bool:
        return len(self.months) > 1

    @property
    def begins_within(self) -> bool:
        """Whether the month in which the past begins is told, as there is no other."""
        return self.found.has_first_month

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts(self.found.sale_currency, self.found.decimals)

    @property
    def participation(self) -> Chart:
        return self._line(
            "participation", _("Members who buy"), [one.participation for one in self.months], formats.percent,
            style="percent",
        )  # fmt: skip

    @property
    def frequency(self) -> Chart:
        return self._line(
            "frequency",
            _("Purchases of each who buys"),
            [one.frequency for one in self.months],
            _two,
            digits=2,
        )

    @property
    def basket(self) -> Chart:
        values = [
            None if one.basket_minor is None else self.amounts.units(one.basket_minor) for one in self.months
        ]
        return self._line("basket", _("Basket (HT)"), values, self.amounts.shown, style="currency", digits=2)

    @property
    def seen_on(self) -> str:
        """The day from which all months are seen: the end of the last one."""
        return formats.full_day(add_months(self.months[-1].month, 1) - timedelta(days=1))

    @property
    def redemption(self) -> Chart | None:
        if not any(one.redemption is not None for one in self.months):
            return None
        title = _("Used in the end, of what the month gave")
        lows, highs = ([self._end(one, end) for one in self.months] for end in ("low", "high"))
        return Chart(
            "redemption",
            title,
            self._labels,
            [
                Series(title, [one.redemption for one in self.months]),
                *between(_("4 cases of 5"), lows, highs),
            ],
            show=formats.percent,
            style="percent",
            digits=0,
            minimum=0,
            first_column=_("Month"),
            figures=(
                [title, _("4 cases of 5")],
                [
                    (label, list(self._redeemed(one)))
                    for label, one in zip(self._labels, self.months, strict=True)
                ],
            ),
        )

    @property
    def lines(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (
                label,
                (
                    formats.number(one.members),
                    formats.number(one.buyers),
                    _or_none(one.participation, formats.percent),
                    formats.number(one.purchases),
                    _or_none(one.frequency, _two),
                    self.amounts.money(one.net_sales_ht_minor, cents=False),
                    _or_none(one.basket_minor, lambda minor: self.amounts.money(round(minor))),
                    *self._redeemed(one),
                ),
            )
            for label, one in zip(self._labels, self.months, strict=True)
        ]

    @property
    def _labels(self) -> list[str]:
        return [f"{formats.month(one.month, short=True)} {one.month:%y}" for one in self.months]

    @staticmethod
    def _end(one: PastMonth, end: str) -> float:
        """Where there is no interval the band has no width."""
        found: float | None = getattr(one, f"redemption_{end}")
        return (one.redemption or 0.0) if found is None else found

    @staticmethod
    def _redeemed(one: PastMonth) -> tuple[str, str]:
        if (
            one.redemption_low is None
            or one.redemption_high is None
            or one.redemption_low == one.redemption_high
        ):
            return _or_none(one.redemption, formats.percent), "–"
        ends = {"low": formats.percent(one.redemption_low), "high": formats.percent(one.redemption_high)}
        return _or_none(one.redemption, formats.percent), _("%(low)s to %(high)s") % ends

    def _line(
        self,
        code: str,
        title: str,
        values: Sequence[float | None],
        show: Show,
        *,
        style: str = "decimal",
        digits: int = 0,
    ) -> Chart:
        return Chart(
            code,
            title,
            self._labels,
            [Series(title, values)],
            show=show,
            style=style,
            digits=digits,
            minimum=0,
            first_column=_("Month"),
            currency=self.found.sale_currency,
        )


@require_GET
@allowed("economics.view")
def past(request: HttpRequest) -> HttpResponse:
    programme = programme_at(request)
    if programme is None:
        return render(request, "backoffice/studio/empty.html", {"tab": "expected", "reason": "programme"})
    return render(request, "backoffice/studio/past.html", {"tab": "expected"} | _page(programme))


@require_GET
@allowed("economics.view")
def table(request: HttpRequest) -> HttpResponse:
    programme = _known(request)
    found = past_table(measuring.past(programme.code, clock.now()))
    return csv_file(found, f"{programme.code}-past.csv", programme)


@require_GET
@allowed("economics.view")
def workbook(request: HttpRequest) -> HttpResponse:
    programme = _known(request)
    found = measuring.past(programme.code, clock.now())
    return download(past_workbook(found, has_invented=has_invented()), EXCEL, f"{programme.code}-past.xlsx")


@require_GET
@allowed("economics.view")
def printed(request: HttpRequest) -> HttpResponse:
    programme = _known(request)
    paper = on_paper("backoffice/studio/past_paper.html", programme, _page(programme))
    return download(paper, PDF, f"{programme.code}-past.pdf")


def _page(programme: Programme) -> dict[str, Any]:
    found = measuring.past(programme.code, clock.now())
    names = {one.code: text_in(one.name, language()) for one in programme.document.currencies}
    return {
        "told": PastTold(found, names.get(found.currency or "", found.currency or "")),
        "has_invented": has_invented(),
    }


def _known(request: HttpRequest) -> Programme:
    programme = programme_at(request)
    if programme is None:
        raise Http404
    return programme


def _or_none(value: float | None, show: Show) -> str:
    return "–" if value is None else show(value)


def _two(value: float) -> str:
    return formats.number(value, 2)
