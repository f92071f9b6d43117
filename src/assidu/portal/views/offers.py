"""The member's own offers, behind their signed link: they see them, and activate those that ask for it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.loyalty.actions import PORTAL_SOURCE
from assidu.loyalty.customer_offers import activate_offer, see_offers
from assidu.loyalty.entries import Told
from assidu.portal.offers import codes_of, offers_of
from assidu.portal.opening import opened
from assidu.portal.private import unlisted
from assidu.portal.statements import Member

CHANNEL = "portal"


# It has forms, so that it names itself to our own pages (see ``private.secret``); no other page is told of it.
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def offers(request: HttpRequest, token: str) -> HttpResponse:
    found = opened(request, token)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST":
        return _told(request, token, found)
    return _page(request, token, found)


def _told(request: HttpRequest, token: str, found: Member) -> HttpResponse:
    """What the member does. A page that is opened changes nothing: programs open addresses that people are sent."""
    now, customer = clock.now(), found.customer.customer_id
    if request.POST.get("do") == "seen":
        see_offers(customer, now, programme=found.standing.programme, channel=CHANNEL, source=PORTAL_SOURCE)
        return HttpResponse(status=204)
    code = request.POST.get("offer", "")
    event = _id(request.POST.get("event", ""))
    if event is None or code not in found.phrases.offers:
        return _page(request, token, found, refused=True)
    outcome = activate_offer(
        customer,
        code,
        at=now,
        programme=found.standing.programme,
        channel=CHANNEL,
        event_id=event,
        source=PORTAL_SOURCE,
    )
    if not isinstance(outcome, Told):
        return _page(request, token, found, refused=True)
    query = urlencode({"language": found.language.value})
    return redirect(f"{reverse('member-offers', args=[token])}?{query}")


def _page(request: HttpRequest, token: str, found: Member, *, refused: bool = False) -> HttpResponse:
    now = clock.now()
    shown = offers_of(found, now)
    context = {
        "member": found,
        "offers": [(one, new_id(now)) for one in shown],
        "codes": codes_of(found),
        "has_new": any(one.is_new for one in shown),
        "refused": refused,
        "address": reverse("member-statement", args=[token]),
        "here": reverse("member-offers", args=[token]),
    }
    return render(request, "portal/offers.html", context, status=422 if refused else 200)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
