"""One member gives to another: who receives, how much, why."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice import sheets
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.reach import find
from assidu.backoffice.typed import WholeField
from assidu.backoffice.views.customer import known
from assidu.backoffice.views.customer_actions import (
    FOUND_MAX,
    QUANTITY_MAX,
    OnceForm,
    asked_once,
    done,
    have,
    programme_of,
    uuid_in,
)
from assidu.foundation import clock
from assidu.loyalty import corrections
from assidu.loyalty.corrections import Asked
from assidu.loyalty.entries import Told


class TransferForm(OnceForm):
    other = forms.UUIDField(widget=forms.HiddenInput)
    currency = forms.ChoiceField(label=gettext_lazy("Of what"))
    quantity = WholeField(label=gettext_lazy("How many"), min_value=1, max_value=QUANTITY_MAX)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )

    def __init__(self, *args: Any, currencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = currencies  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allowed("ledger.correct")
def transfer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "transfer"), programme_of(request)
    chosen = uuid_in(request.POST.get("other") or request.GET.get("other", ""))
    other = known(request, chosen, "transfer") if chosen and chosen != customer_id else None
    given = [code for code, one in programme.plan.currencies.items() if one.transfers is not None]
    form = TransferForm(
        request.POST or None,
        initial={"other": chosen},
        currencies=[(code, programme.currency_name(code)) for code in given],
    )
    if request.method == "POST" and other is not None and form.is_valid():
        asked_for = form.cleaned_data
        currency, quantity = asked_for["currency"], asked_for["quantity"]
        receiver = other
        outcome = asked_once(
            lambda: corrections.transfer(
                customer_id, receiver.id, currency, quantity, asked_for["reason"], by=actor_at(request),
                at=clock.now(), programme=programme.code, form=asked_for["event"],
            )
        )  # fmt: skip
        if isinstance(outcome, Asked):
            return done(request, customer_id, _("Asked: a second person decides on it before it is given."))
        if isinstance(outcome, Told):
            said = _("%(units)s given by %(giver)s to %(receiver)s.") % {
                "units": programme.units(quantity, currency),
                "giver": shown.name,
                "receiver": other.name,
            }
            return done(request, customer_id, said)
        form.refuse(outcome, programme)
    asked = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    found = (
        [one for one in find(request, asked, FOUND_MAX) if one.customer_id != customer_id] if asked else []
    )
    return sheets.show(
        request,
        "backoffice/customer_transfer.html",
        _("Give to another member"),
        {
            "shown": shown,
            "other": other,
            "form": form,
            "asked": asked,
            "found": found,
            "have": have(shown),
        },
        status=422 if request.method == "POST" else 200,
    )
