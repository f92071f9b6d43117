"""The member's own page, behind a signed link, read-only."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assidu.foundation import clock
from assidu.portal.offers import codes_of, offers_of
from assidu.portal.opening import opened
from assidu.portal.private import secret
from assidu.portal.sharing import sharing
from assidu.portal.statements import moments, notices
from assidu.portal.statements import why as why_of

SEQ_MAX = 2**31 - 1


@secret
@require_safe
def statement(request: HttpRequest, token: str) -> HttpResponse:
    found = opened(request, token)
    if isinstance(found, HttpResponse):
        return found
    shared = sharing(found, clock.now())
    shown, following = moments(found, _day(request.GET.get("until", "")))
    offers, codes = offers_of(found, clock.now()), codes_of(found)
    context = {
        "member": found,
        "offers": len(offers) + len(codes),
        "to_activate": sum(one.may_be_activated for one in offers),
        "notices": notices(found, clock.now()),
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
    found = opened(request, token)
    if isinstance(found, HttpResponse):
        return found
    told = why_of(found, who, seq) if seq <= SEQ_MAX else None
    address = reverse("member-statement", args=[token])
    if told is None:
        return render(request, "portal/nothing.html", {"member": found, "address": address}, status=404)
    return render(request, "portal/why.html", {"member": found, "why": told, "address": address})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
