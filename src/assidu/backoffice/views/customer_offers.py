"""A customer's offers: giving one, activating it for them, taking it back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.programme import Programme
from assidu.backoffice.their_offers import to_allot
from assidu.backoffice.views.customer import known
from assidu.backoffice.views.customer_actions import OnceForm, programme_of
from assidu.backoffice.views.customer_membership import answer
from assidu.foundation import clock
from assidu.loyalty.customer_offers import activate_offer, allot_offer, customer_offers, withdraw_offer


class OfferForm(OnceForm):
    offer = forms.ChoiceField(label=gettext_lazy("Offer"))

    def __init__(self, *args: Any, offers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = offers  # type: ignore[attr-defined]


class AllotForm(OfferForm):
    until = forms.DateField(
        label=gettext_lazy("Can be used until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Left empty: as long as the offer runs."),
    )


def _form(request: HttpRequest, kind: type[OfferForm], programme: Programme, codes: list[str]) -> OfferForm:
    # What was sent before and sent again is answered as it was: any offer of the programme may be named.
    known_codes = codes if request.method == "GET" else list(programme.phrases.offers)
    names = [(code, programme.phrases.text(programme.phrases.offers[code].name)) for code in known_codes]
    return kind(request.POST or None, offers=names, initial={"offer": request.GET.get("offer", "")})


@require_http_methods(["GET", "POST"])
@allowed("ledger.correct")
def allot(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A gesture: they have an offer that is not everybody's."""
    shown, programme = known(request, customer_id, "offers"), programme_of(request)
    codes = to_allot(programme, customer_offers(customer_id, programme.now))
    return answer(
        request, shown, programme, _form(request, AllotForm, programme, codes),
        lambda asked: allot_offer(
            customer_id, asked["offer"], by=actor_at(request), at=clock.now(), programme=programme.code,
            until=asked["until"] + timedelta(days=1) if asked["until"] else None, event_id=asked["event"],
        ),
        action="offer.allotted", trail=lambda asked: {"offer": asked["offer"]}, title=_("Allot an offer"),
        said=_("%(name)s has the offer."),
        intro=_("Theirs alone: it counts on their next ticket that meets it, once activated where it asks for that."),
        button=_("Allot"), address="customer-offer-allot",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def activate(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "offers"), programme_of(request)
    found = customer_offers(customer_id, programme.now)
    codes = [one.offer.code for one in found if one.may_be_activated]
    return answer(
        request, shown, programme, _form(request, OfferForm, programme, codes),
        lambda asked: activate_offer(
            customer_id, asked["offer"], by=actor_at(request), at=clock.now(), programme=programme.code,
            channel="service", event_id=asked["event"],
        ),
        action="offer.activated", trail=lambda asked: {"offer": asked["offer"]},
        title=_("Activate an offer for them"), said=_("%(name)s: the offer is activated."),
        intro=_("As they would themselves on the site or in the application."),
        button=_("Activate"), address="customer-offer-activate",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("ledger.correct")
def take_back(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "offers"), programme_of(request)
    found = customer_offers(customer_id, programme.now)
    codes = [one.offer.code for one in found if one.may_be_withdrawn]
    return answer(
        request, shown, programme, _form(request, OfferForm, programme, codes),
        lambda asked: withdraw_offer(
            customer_id, asked["offer"], by=actor_at(request), at=clock.now(), programme=programme.code,
            event_id=asked["event"],
        ),
        action="offer.withdrawn", trail=lambda asked: {"offer": asked["offer"]},
        title=_("Take an offer back"), said=_("%(name)s: the offer is taken back."),
        intro=_("What they have activated or used stays theirs."),
        button=_("Take it back"), address="customer-offer-take-back",
    )  # fmt: skip
