"""Whose page a signed link opens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assidu.customers import queries as customers
from assidu.customers.links import OpenedLink, open_link
from assidu.foundation import clock
from assidu.portal import visits
from assidu.portal.private import address_of, language_at
from assidu.portal.statements import Member, member
from assidu.portal.visits import Knock


def opened(request: HttpRequest, token: str) -> Member | HttpResponse:
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
