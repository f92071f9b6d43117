"""Making codes of an offer: looked at first, then downloaded once; and taking them back."""

import csv
from collections.abc import Iterable
from io import StringIO
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.offer_codes import CodesForm
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.views.offer import UNKNOWN_SHOWN_MAX, counted, offer_at, offer_page
from assidu.loyalty import allotments, code_pools
from assidu.loyalty.code_pools import CodesRefused, ForWhom, Made
from assidu.plans.document import Offer


@require_http_methods(["GET", "POST"])
@allowed("offers.allot")
def look(request: HttpRequest, code: str) -> HttpResponse:
    """How many would be made and for whom; nothing is made before it is confirmed."""
    known, written = offer_at(request, code)
    if request.method == "GET":  # a link of the form that was shown again
        return redirect("offer", code=code)
    form = CodesForm(request.POST, known=known)
    if not form.is_valid():
        return offer_page(request, known, written, codes_form=form)
    whom, count = form.whom, form.cleaned_data["count"] or 1
    try:
        code_pools.check(known.code, code, at=known.now, whom=whom, count=count, expires_on=form.expires_on)
    except CodesRefused as refused:
        return _refused(request, known, written, form, refused)
    chosen = code_pools.for_whom(known.code, code, whom, known.today) if whom else ForWhom((), {}, 0)
    context = {
        "programme": known,
        "code": code,
        "name": known.rule_name(code),
        "form": form,
        "asked": form.cleaned_data,
        "is_personal": bool(whom),
        "how_many": len(chosen.customers) if whom else count,
        "reasons": counted(chosen.left_out),
        "unknown_lines": chosen.unknown,
        # Said now or never: what the lines were is not kept.
        "unknown": allotments.unknown_among(whom.lines)[:UNKNOWN_SHOWN_MAX] if chosen.unknown else [],
    }
    return render(request, "backoffice/offers/codes.html", context)


@require_POST
@allowed("offers.allot")
def make(request: HttpRequest, code: str) -> HttpResponse:
    """The answer is the file: it is told this once."""
    known, written = offer_at(request, code)
    form = CodesForm(request.POST, known=known)
    if not form.is_valid():
        return offer_page(request, known, written, codes_form=form)
    asked = form.cleaned_data
    try:
        made = code_pools.make(
            asked["pool"],
            known.code,
            code,
            at=known.now,
            by=actor_at(request),
            name=asked["name"],
            count=asked["count"] or 1,
            whom=form.whom,
            uses_max=asked["uses"],
            expires_on=form.expires_on,
        )
    except CodesRefused as refused:
        return _refused(request, known, written, form, refused)
    if not made.codes:
        messages.error(
            request,
            _(
                "These codes were made and downloaded already. If the file is lost, take them back and make others."
            ),
        )
        return redirect(f"{reverse('offer', args=[code])}#codes")
    return _file(made, "fr" if request.LANGUAGE_CODE == "fr" else "en")


def _file(made: Made, language: str) -> HttpResponse:
    written = StringIO()
    writer = csv.writer(written, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    lines: Iterable[tuple[str, ...]]
    if made.owners:
        writer.writerow(("customer", "code"))
        lines = ((f"customer:{owner}", one) for owner, one in zip(made.owners, made.codes, strict=True))
    else:
        writer.writerow(("code",))
        lines = ((one,) for one in made.codes)
    writer.writerows(lines)
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{made.pool.offer}-{made.pool.pool_id}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@allowed("offers.allot")
def withdraw(request: HttpRequest, pool_id: UUID) -> HttpResponse:
    known, found = programme_at(request), code_pools.pool(pool_id)
    if known is None or found is None or found.programme != known.code:
        raise Http404
    taken_back = code_pools.withdraw(pool_id, at=known.now, by=actor_at(request))
    count = taken_back.run_out(known.today)
    messages.success(
        request,
        ngettext(
            "Taken back: %(n)s code is good for nothing any more.",
            "Taken back: %(n)s codes are good for nothing any more.",
            count,
        )
        % {"n": formats.number(count)},
    )
    return redirect(f"{reverse('offer', args=[found.offer])}#codes")


def _refused(
    request: HttpRequest, known: Programme, written: Offer, form: CodesForm, refused: CodesRefused
) -> HttpResponse:
    words = {
        "offer_over": _("The offer is over on that day."),
        "no_code_offer": _("This offer asks for no code."),
        "unknown_audience": _("The programme has no such audience."),
        "unknown_allotment": _("This allotment is not there any more."),
        "too_many_codes": _("So many codes are not made at once."),
        "nobody_for_codes": _("Nobody of these would have a code."),
        "other_pool": _("This form was sent before with something else: begin again."),
    }
    form.add_error(None, words[refused.code])
    return offer_page(request, known, written, codes_form=form)
