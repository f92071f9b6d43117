"""Setting aside for a customer, for a time: units, and places of the offers of a purchase to come; and releasing it."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.programme import Programme
from assidu.backoffice.their_holds import held_now
from assidu.backoffice.typed import AmountField, WholeField, signs_of
from assidu.backoffice.views.customer import known
from assidu.backoffice.views.customer_actions import QUANTITY_MAX, OnceForm, have, programme_of
from assidu.backoffice.views.customer_membership import ReasonForm, answer
from assidu.events.wire import LineData
from assidu.foundation import clock
from assidu.loyalty import actions
from assidu.loyalty.attaching import TYPED_SKU

MINUTES: Final = (
    (15, gettext_lazy("15 minutes")),
    (60, gettext_lazy("one hour")),
    (4 * 60, gettext_lazy("4 hours")),
    (24 * 60, gettext_lazy("24 hours")),
)


class HoldForm(ReasonForm):
    """Units, places, or both: each is kept for this customer alone until the time is over."""

    quantity = WholeField(label=gettext_lazy("How many"), min_value=1, max_value=QUANTITY_MAX, required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Of what"), required=False)
    minutes = forms.TypedChoiceField(label=gettext_lazy("For how long"), choices=MINUTES, coerce=int)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paying = [code for code, one in programme.plan.currencies.items() if one.pays]
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            (code, programme.currency_name(code)) for code in paying
        ]
        if not paying:
            del self.fields["quantity"], self.fields["currency"]
        if programme.plan.offers:
            self.fields["amount"] = AmountField(
                label=_("Amount of the purchase to come"),
                units=signs_of(programme.plan.money.code),
                min_value=0,
                max_digits=9,
                decimal_places=programme.plan.money.decimals,
                required=False,
                help_text=_("Keeps the places, gifts and budgets that its offers would take."),
            )
        self.order_fields(("quantity", "currency", "amount", "minutes", "reason"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("quantity") or cleaned.get("amount")):
            raise forms.ValidationError(_("Say how many, or the amount of the purchase."))
        return cleaned


class ReleaseForm(OnceForm):
    hold = forms.ChoiceField(label=gettext_lazy("What is set aside"))

    def __init__(self, *args: Any, held: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hold"].choices = held  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def hold(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "hold", needs_history=True), programme_of(request)
    has = have(shown)
    return answer(
        request, shown, programme, HoldForm(request.POST or None, programme=programme),
        lambda asked: actions.hold(
            customer_id, asked.get("currency") or "", asked.get("quantity") or 0, asked["minutes"],
            at=clock.now(), programme=programme.code, by=actor_at(request), reason=asked["reason"],
            lines=_basket(asked, programme), event_id=asked["event"],
        ),
        action="hold.placed",
        trail=lambda asked: {
            "currency": asked.get("currency") or None, "quantity": asked.get("quantity"), "minutes": asked["minutes"],
        },
        title=_("Hold for a purchase"), said=_("%(name)s: it is set aside."),
        intro=_("Has %(units)s. What is not used in time can be used again.")
        % {"units": programme.phrases.listing(has)} if has else _("Has nothing that could be used."),
        button=_("Hold"), address="customer-hold",
    )  # fmt: skip


def _basket(asked: dict[str, Any], programme: Programme) -> list[LineData]:
    """One line for all of it: offers of articles do not meet it, those of a whole ticket do."""
    amount = asked.get("amount")
    if not amount:
        return []
    return [LineData(sku=TYPED_SKU, amount_minor=int(amount.scaleb(programme.plan.money.decimals)))]


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def release(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "hold", needs_history=True), programme_of(request)
    held = [(one.address, one.what) for one in held_now(customer_id, programme)]
    sent = request.POST.get("hold", "")
    if sent and sent not in dict(held):  # sent twice, or run out since: the core says which
        held.append((sent, sent))
    return answer(
        request, shown, programme,
        ReleaseForm(request.POST or None, held=held, initial={"hold": request.GET.get("hold", "")}),
        lambda asked: actions.release(
            customer_id, asked["hold"], at=clock.now(), programme=programme.code, by=actor_at(request),
            event_id=asked["event"],
        ),
        action="hold.released", trail=lambda asked: {"hold": asked["hold"]},
        title=_("Give up a hold"), said=_("%(name)s: it is released."),
        intro=_("It can be used again at once."),
        button=_("Give it up"), address="customer-release",
    )  # fmt: skip
