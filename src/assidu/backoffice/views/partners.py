"""Partners who provide rewards: what they are owed, and the statements closed with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.listing import Chosen, Column, Listing, Slice, sliced
from assidu.backoffice.programme import Programme, programme_at
from assidu.foundation import clock
from assidu.loyalty import settlements
from assidu.loyalty.settlements import NothingOwed, Owed, Statement


@dataclass(frozen=True, slots=True)
class Partner:
    code: str
    name: str
    owed: Owed
    latest: Statement | None


def _partners(request: HttpRequest) -> tuple[Programme | None, list[Partner]]:
    programme = programme_at(request)
    if programme is None:
        return None, []
    return programme, [
        Partner(
            one.code,
            formats.typographic(programme.phrases.text(one.name)),
            settlements.owed(one.code),
            next(iter(settlements.statements(one.code)), None),
        )
        for one in programme.document.partners
    ]


class PartnerList(Listing[Partner]):
    title = gettext_lazy("Partners")
    lead = gettext_lazy("What is owed for rewards that were handed over in their name.")
    name = "partners"
    permission = "partners.view"
    empty_icon = "heart-handshake"
    empty_title = gettext_lazy("No partner yet")
    empty_text = gettext_lazy(
        "Partners and what they are owed for each thing handed over are said in the programme."
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[Partner]]:
        programme = programme_at(request)
        assert programme is not None, "without a programme there is no partner"
        return (
            Column(
                _("Partner"), lambda p: cells.two_lines(format_html("<b>{}</b>", p.name), cells.code(p.code))
            ),
            Column(_("Handed over"), lambda p: formats.number(p.owed.quantity), align="end"),
            Column(_("Owed"), lambda p: programme.money(p.owed.amount_minor), align="end"),
            Column(_("Latest statement"), lambda p: _latest(p, programme)),
            Column(
                format_html('<span class="sr">{}</span>', _("Actions")),
                lambda p: _close(request, p),
                align="end",
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[Partner]:
        return sliced(_partners(request)[1], cursor, size)


def _latest(partner: Partner, programme: Programme) -> object:
    if partner.latest is None:
        return _("none")
    address = reverse("partner-statement", args=[partner.code, partner.latest.number])
    said = _("no. %(number)s, %(amount)s") % {
        "number": partner.latest.number,
        "amount": programme.money(partner.latest.amount_minor),
    }
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}</span>',
        address,
        said,
        formats.moment(partner.latest.closed_at),
    )


def _close(request: HttpRequest, partner: Partner) -> object:
    if not partner.owed.quantity or not signed_in(request).may("partners.settle"):
        return ""
    return format_html(
        '<form method="post" action="{}" data-confirm="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="btn small">{}</button></form>',
        reverse("partner-close", args=[partner.code]),
        _("Close a statement with %(name)s? It cannot be changed afterwards.") % {"name": partner.name},
        get_token(request),
        _("Close a statement"),
    )


@require_POST
@allowed("partners.settle")
def close(request: HttpRequest, code: str) -> HttpResponse:
    _programme, partners = _partners(request)
    if code not in [partner.code for partner in partners]:
        raise Http404
    try:
        statement = settlements.close_statement(code, by=actor_at(request), at=clock.now())
    except NothingOwed:
        messages.info(request, _("Nothing is owed that is not on a statement yet."))
        return redirect("partners")
    messages.success(request, _("Statement no. %(number)s is closed.") % {"number": statement.number})
    return redirect("partner-statement", code, statement.number)


@require_GET
@allowed("partners.view")
def statement(request: HttpRequest, code: str, number: int) -> HttpResponse:
    programme, partners = _partners(request)
    partner = next((one for one in partners if one.code == code), None)
    found = [one for one in settlements.statements(code) if one.number == number]
    if programme is None or partner is None or not found:
        raise Http404
    lines = [
        {
            "day": line.day,
            "store": line.store,
            "what": programme.units(line.quantity, line.currency),
            "amount": programme.money(line.amount_minor),
        }
        for line in settlements.statement_lines(code, number)
    ]
    context = {
        "partner": partner,
        "statement": found[0],
        "amount": programme.money(found[0].amount_minor),
        "lines": lines,
    }
    return render(request, "backoffice/partner_statement.html", context)
