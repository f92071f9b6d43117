"""The member's own page, behind a signed link, read-only."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assidu.customers import queries as customers
from assidu.customers.links import OpenedLink, open_link
from assidu.foundation import clock
from assidu.portal import visits
from assidu.portal.private import address_of, language_at, secret
from assidu.portal.sharing import sharing
from assidu.portal.statements import Member, member, moments
from assidu.portal.statements import why as why_of
from assidu.portal.visits import Knock

SEQ_MAX = 2**31 - 1


@secret
@require_safe
def statement(request: HttpRequest, token: str) -> HttpResponse:
    found = _opened(request, token)
    if isinstance(found, HttpResponse):
        return found
    shared = sharing(found, clock.now())
    shown, following = moments(found, _day(request.GET.get("until", "")))
    context = {
        "member": found,
        "sharing": shared,
        "share_address": request.build_absolute_uri(shared.path) if shared and shared.path else "",
        "moments": shown,
        "following": following.isoformat() if following else "",
        "is_continued": "until" in request.GET,
        "address": reverse("member-statement", args=[token]),
    }
    return render(request, "portal/statement.html", context)


@secret
@require_safe
def why(request: HttpRequest, token: str, who: int, seq: int) -> HttpResponse:
    found = _opened(request, token)
    if isinstance(found, HttpResponse):
        return found
    told = why_of(found, who, seq) if seq <= SEQ_MAX else None
    address = reverse("member-statement", args=[token])
    if told is None:
        return render(request, "portal/nothing.html", {"member": found, "address": address}, status=404)
    return render(request, "portal/why.html", {"member": found, "why": told, "address": address})


def _opened(request: HttpRequest, token: str) -> Member | HttpResponse:
    """Whose page it is, or the page that says no; every knock is noted, without a name."""
    now, address = clock.now(), address_of(request)
    if visits.is_too_many(Knock.OPENED, address, now) or visits.is_too_many(Knock.REFUSED, address, now):
        language_at(request)
        response = render(request, "portal/too_many.html", status=429)
        response.headers["Retry-After"] = "600"
        return response
    link = open_link(token, now)
    if isinstance(link, OpenedLink):
        known = customers.customer(link.customer_id)
        found = member(link.customer_id, language_at(request, known.language if known else ""), now)
        if found is not None:
            visits.note(Knock.OPENED, address, now, link.link_id)
            return found
    # Forged, expired, revoked and erased look alike to whoever tries.
    language_at(request)
    visits.note(Knock.REFUSED, address, now)
    return render(request, "portal/spent.html", status=410)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
