"""Corrections and transfers that wait for a second person."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.listing import Chosen, Column, Listing, Slice, sliced
from assidu.backoffice.programme import Programme, programme_at
from assidu.customers import queries as customers
from assidu.decisions.decision import Refused
from assidu.foundation import clock
from assidu.foundation.people import queries as people
from assidu.loyalty import corrections
from assidu.loyalty.corrections import AskedCorrection, NoLongerWaiting, NotTheirs
from assidu.loyalty.entries import Told
from assidu.loyalty.wording import correction_reason
from assidu.plans.wording import refusal


class CorrectionList(Listing[AskedCorrection]):
    title = gettext_lazy("Corrections and transfers to decide on")
    lead = gettext_lazy("What is worth more than the programme lets one person write down alone.")
    name = "corrections"
    permission = "ledger.correct"
    empty_icon = "scale"
    empty_title = gettext_lazy("Nothing waits")
    empty_text = gettext_lazy(
        "What is worth more than the limit of the programme waits here for a second person."
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[AskedCorrection]]:
        programme = programme_at(request)
        assert programme is not None, "without a programme nothing is corrected"
        return (
            Column(_("Customer"), lambda c: _customer(c)),
            Column(_("Change"), lambda c: _change(c, programme), align="end"),
            Column(_("Why"), lambda c: _why(c, programme)),
            Column(
                _("Asked by"),
                lambda c: cells.two_lines(_author(c), formats.moment(c.asked_at)),
            ),
            Column(
                format_html('<span class="sr">{}</span>', _("Actions")),
                lambda c: _buttons(request, c),
                align="end",
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[AskedCorrection]:
        programme = programme_at(request)
        return sliced(corrections.waiting(programme.code) if programme is not None else [], cursor, size)


def _customer(asked: AskedCorrection) -> object:
    name = customers.names_of([asked.customer_id]).get(asked.customer_id) or _("(no name)")
    return format_html('<a href="{}">{}</a>', reverse("customer", args=[asked.customer_id]), name)


def _change(asked: AskedCorrection, programme: Programme) -> object:
    if asked.receiver_id is None:
        return programme.change(asked.quantity, asked.currency)
    name = customers.names_of([asked.receiver_id]).get(asked.receiver_id) or _("(no name)")
    receiver = format_html('<a href="{}">{}</a>', reverse("customer", args=[asked.receiver_id]), name)
    return cells.two_lines(
        programme.change(-asked.quantity, asked.currency), format_html(_("given to {}"), receiver)
    )


def _author(asked: AskedCorrection) -> str:
    if asked.asked_key is not None:
        return _("by the key “%(key)s”") % {"key": asked.author.key_name}
    if asked.asked_by is None:
        return _("by the command line")
    return people.names_of([asked.asked_by]).get(asked.asked_by, "")


def _why(asked: AskedCorrection, programme: Programme) -> object:
    return cells.two_lines(correction_reason(asked.reason_code, programme.language), asked.reason)


def _buttons(request: HttpRequest, asked: AskedCorrection) -> object:
    if asked.asked_by == signed_in(request).id:
        return format_html('<span class="small muted">{}</span>', _("waits for somebody else"))
    return format_html(
        '<form method="post" action="{}" class="row">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="btn small" name="answer" value="no">{}</button>'
        '<button class="btn small primary" name="answer" value="yes">{}</button></form>',
        reverse("correction-decide", args=[asked.id]),
        get_token(request),
        _("Refuse"),
        _("Approve"),
    )


@require_POST
@allowed("ledger.correct")
def decide(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    is_approved = request.POST.get("answer") == "yes"
    try:
        outcome = corrections.decide(
            correction_id, is_approved=is_approved, by=actor_at(request), at=clock.now()
        )
    except NotTheirs:
        messages.error(request, _("Whoever asked for it does not decide on it."))
    except NoLongerWaiting:
        messages.info(request, _("Somebody has decided on it already."))
    else:
        if isinstance(outcome, Refused):
            programme = programme_at(request)
            assert programme is not None, "it was asked for within one"
            said = refusal(outcome, programme.document, programme.language)
            messages.error(request, _("Nothing was written: %(why)s") % {"why": said})
        elif isinstance(outcome, Told):
            messages.success(request, _("It is written down."))
        else:
            messages.success(request, _("It is refused. Nothing was written."))
    return redirect("corrections")
