"""Draws ticket by ticket, which anybody can draw again; beside them, draws among entries."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.views.prize_draws import prize_draws_shown
from assidu.decisions.calendar import LAST_DAY
from assidu.foundation import clock
from assidu.foundation.people import actions
from assidu.loyalty import draws
from assidu.loyalty.prize_draws import is_among_entries


@require_GET
@allowed("plan.view")
def drawn(request: HttpRequest) -> HttpResponse:
    """Every draw: what was committed to before it began, and the secret once it is over."""
    known = programme_at(request)
    found = [] if known is None else draws.draws(known.code)
    listed = (
        [(one, _name(known, one.offer)) for one in found if not is_among_entries(one.offer)]
        if known is not None
        else []
    )
    context = {
        "programme": known,
        "draws": listed,
        "prize_draws": prize_draws_shown(known) if known else [],
        "may_see_figures": signed_in(request).may("dashboard.view"),
    }
    return render(request, "backoffice/offers/draws.html", context)


@require_http_methods(["GET", "POST"])
@allowed("dashboard.view")
def draw(request: HttpRequest, offer: str) -> HttpResponse:
    """One draw, drawn again ticket by ticket; with a secret of one's own for whoever trusts nobody."""
    known = programme_at(request)
    if known is None or draws.draw_of(known.code, offer) is None:
        raise Http404
    written = request.POST.get("secret", "").strip().lower()
    secret, is_unreadable = _secret(written)
    verified = None if is_unreadable else draws.verify(known.code, offer, odds_of(known, offer), secret)
    last_day = _last_day(known, offer)
    context = {
        "programme": known,
        "name": _name(known, offer),
        "draw": draws.draw_of(known.code, offer),
        "verified": verified,
        "odds": odds_of(known, offer).get(known.plan.version),
        "written": written,
        "is_unreadable": is_unreadable,
        "is_over": last_day is None or last_day < known.today,
        "may_see_people": signed_in(request).sees_everybody,
        "may_reveal": signed_in(request).may("plan.publish"),
        "tickets": list(draws.drawn_tickets(offer, odds_of(known, offer), limit=200)),
    }
    return render(request, "backoffice/offers/draw.html", context)


@require_POST
@allowed("plan.publish")
def reveal(request: HttpRequest, offer: str) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        raise Http404
    try:
        draws.reveal(
            known.code,
            offer,
            last_day=_last_day(known, offer),
            today=known.today,
            at=clock.now(),
            by=str(signed_in(request).id),
        )
    except draws.DrawRefused as refused:
        messages.error(request, _why_not(refused.code))
    else:
        actions.record(actor_at(request), "draw.revealed", "offer", offer)
        messages.success(request, _("The secret is told: nothing is drawn any more, and anybody can verify."))
    return redirect("draw", offer=offer)


def _why_not(code: str) -> str:
    reasons = {
        "no_draw": _("There is no such draw."),
        "already_revealed": _("The secret was told before."),
        "not_over": _("The offer still runs: its secret is told after its last day."),
        "sealed_with_another_key": _("The secret was sealed with another vault key."),
    }
    return reasons[code]


def odds_of(known: Programme, offer: str) -> dict[int, int]:
    """One in so many, by version of the programme."""
    return {
        version.plan.version: its.chance_one_in
        for version in known.book.versions
        if (its := version.plan.offers.by_code.get(offer)) is not None and its.chance_one_in is not None
    }


def _last_day(known: Programme, offer: str) -> date | None:
    """``None``: the offer is not in the version in force. The last day of all time where it has no end."""
    its = known.plan.offers.by_code.get(offer)
    if its is None:
        return None
    return its.when.to_day or LAST_DAY


def _secret(written: str) -> tuple[bytes | None, bool]:
    if not written:
        return None, False
    try:
        return bytes.fromhex(written), False
    except ValueError:
        return None, True


def _name(known: Programme, offer: str) -> str:
    for published in reversed(known.versions):
        found = published.document.offer(offer)
        if found is not None:
            return known.phrases.text(found.name)
    return offer
