"""What other moneys are worth: the last rate of each, every rate that was set and by whom, and setting one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.listing import Choice, Chosen, Column, Listing, Slice, number_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.typed import plain
from assidu.backoffice.views.programme import author
from assidu.catalogue import rates
from assidu.catalogue.rates import PAGE_MAX, SetRate, ToldRate
from assidu.decisions.money import Rate
from assidu.foundation import clock
from assidu.foundation.people import actions as people
from assidu.plans.wording import figures, language_of


class RateForm(forms.Form):
    """One rate from a day on; the moneys are those that the programme accepts."""

    currency = forms.ChoiceField(label=gettext_lazy("Money"))
    day = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rate = forms.CharField(
        label=gettext_lazy("Rate"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = programme.language
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            (code, figures.money_name(code, language)) for code in programme.plan.money.foreign
        ]
        self.fields["rate"].help_text = _("What one unit is worth in %(money)s, for example %(rate)s.") % {
            "money": programme.plan.money.code,
            "rate": figures.rate("0.9432", language),
        }

    def clean_rate(self) -> Rate:
        read = Rate.of(plain(self.cleaned_data["rate"]))
        if read is None:
            raise forms.ValidationError(_("Write a number above 0, with at most 12 decimals."))
        return read


@dataclass(frozen=True, slots=True)
class Accepted:
    """A money that the programme accepts, with the last rate of it; ``age`` says how old, where that is too old."""

    name: str
    rate: str
    day: date | None
    age: str


class RateList(Listing[SetRate]):
    title = gettext_lazy("Rates of other moneys")
    lead = gettext_lazy(
        "At what a ticket in another money is converted, once and for all. What comes back later goes by the rate of "
        "its ticket."
    )
    name = "rates"
    permission = "plan.view"
    export_permission = "sources.view"
    export_page = PAGE_MAX
    template = "backoffice/rates.html"
    empty_icon = "coins"
    empty_title = gettext_lazy("No rate yet")
    empty_text = gettext_lazy("Set one here, import a file, or let another system send them.")
    filters = (
        Choice(
            "currency",
            gettext_lazy("Money"),
            lambda: [(one.currency, one.currency) for one in rates.latest_rates()],
            kind="menu",
        ),
        Choice("state", gettext_lazy("State"), lambda: [("live", gettext_lazy("In force"))]),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[SetRate]]:
        language = language_of(request.LANGUAGE_CODE)
        return (
            Column(_("Money"), lambda one: format_html("<b>{}</b>", one.currency), lambda one: one.currency),
            Column(_("From"), lambda one: formats.day(one.day), lambda one: one.day),
            Column(
                _("Rate"),
                lambda one: format_html('<span class="num">{}</span>', figures.rate(one.rate, language)),
                lambda one: str(one.rate),
                align="end",
            ),
            Column(_("Set on"), lambda one: cells.when(one.set_at), lambda one: one.set_at),
            Column(_("By"), lambda one: author(one.set_by), lambda one: author(one.set_by)),
            Column(
                _("State"),
                lambda one: (
                    cells.pill(_("In force"), "good") if one.is_in_force else cells.pill(_("Replaced"))
                ),
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[SetRate]:
        found, before = rates.rates(
            currency=chosen.text("currency"),
            only_in_force=chosen.text("state") == "live",
            before=number_in(cursor),
            limit=size,
        )
        return Slice(found, str(before) if before else None)

    def around(self, request: HttpRequest) -> dict[str, Any]:
        programme = programme_at(request)
        if programme is None:
            return {}
        may_set = signed_in(request).may("catalogue.edit") and bool(programme.plan.money.foreign)
        form = getattr(request, "assidu_rate_form", None)
        if may_set and form is None:
            form = RateForm(initial={"day": programme.today}, programme=programme)
        return {"accepted": _accepted(programme), "form": form if may_set else None, "programme": programme}


def _accepted(programme: Programme) -> list[Accepted]:
    money = programme.plan.money
    latest = {one.currency: one for one in rates.latest_rates()}
    found = []
    for code in money.foreign:
        last = latest.get(code)
        days = (programme.today - last.day).days if last is not None else 0
        age = ""
        if days > money.rate_days_max:
            age = ngettext("%(n)s day old: too old", "%(n)s days old: too old", days) % {
                "n": formats.number(days)
            }
        name = figures.money_name(code, programme.language)
        rate = figures.rate(last.rate, programme.language) if last is not None else ""
        found.append(Accepted(name, rate, last.day if last is not None else None, age))
    return found


@require_POST
@allowed("catalogue.edit")
def set_rate(request: HttpRequest) -> HttpResponseBase:
    programme = programme_at(request)
    if programme is None:
        return redirect("rates")
    form = RateForm(request.POST, programme=programme)
    if not form.is_valid():
        request.assidu_rate_form = form  # type: ignore[attr-defined]
        answer = RateList().answer(request)
        answer.status_code = 422
        return answer
    asked = form.cleaned_data
    told = ToldRate(asked["currency"], asked["day"], asked["rate"])
    by = actor_at(request)
    with transaction.atomic():
        count = rates.put_rates([told], at=clock.now(), by=str(signed_in(request).id))
        if count:
            after = {"day": told.day.isoformat(), "rate": str(told.rate)}
            people.record(by, "rate.set", "money", told.currency, after=after)
    shown = {"money": told.currency, "rate": figures.rate(told.rate, programme.language)}
    if count:
        messages.success(request, _("%(money)s: %(rate)s from that day on.") % shown)
    else:
        messages.info(request, _("%(money)s: this is the rate in force already.") % shown)
    return redirect("rates")
