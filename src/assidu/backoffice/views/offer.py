"""One offer: how far customers are with it, and allotting it to many of them: looked at, done, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.offer_codes import CodesForm, shown_pools
from assidu.backoffice.periods import period_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.views.offers import shown_offers
from assidu.backoffice.views.programme import author, storable
from assidu.customers.queries import names_of
from assidu.decisions.plan.offers import OfferNeeds
from assidu.events.wire import YEAR_MAX
from assidu.loyalty import allotments, allotting
from assidu.loyalty.allotments import Allotment, AllotmentRefused, AllotmentState
from assidu.plans.document import Offer

BYTES_MAX = 8 * 1024 * 1024
UNKNOWN_SHOWN_MAX = 10
PEOPLE_SHOWN_MAX = 50
TO_MANY = (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED)


class AllotForm(forms.Form):
    """An audience, or a list of customers: pasted, or a file."""

    audience = forms.ChoiceField(label=gettext_lazy("To an audience"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("Or to these customers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("A card, telephone or e-mail on each line."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or to those in a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
        help_text=gettext_lazy("Text or CSV: the first column names them."),
    )
    until = forms.DateField(
        label=gettext_lazy("Can be used until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MaxValueValidator(date(YEAR_MAX, 12, 31))],
        help_text=gettext_lazy("Left empty: as long as the offer runs."),
    )

    def __init__(self, *args: Any, known: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audiences = [(one.code, known.phrases.text(one.name)) for one in known.document.audiences]
        self.fields["audience"].choices = [("", "—"), *audiences]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = [cleaned.get(name) for name in ("audience", "lines", "file")]
        if sum(map(bool, named)) != 1:
            raise forms.ValidationError(_("Choose one: an audience, a list or a file."))
        uploaded = cleaned.get("file")
        text = cleaned.get("lines", "")
        if uploaded:
            text = uploaded.read(BYTES_MAX).decode("utf-8-sig", errors="replace")
        return cleaned | {"named": allotments.lines_in(storable(text))}


@dataclass(frozen=True)
class AllotmentShown:
    """``reasons`` and ``kept`` are why some are left out, or were not taken back: in words, with how many."""

    one: Allotment
    whom: str
    by: str
    will_have: int
    reasons: list[tuple[str, int]]
    kept: list[tuple[str, int]]

    @property
    def left_out(self) -> int:
        return sum(count for _words, count in self.reasons)

    @property
    def state(self) -> str:
        return self.one.state.value

    @property
    def last_day(self) -> date | None:
        return self.one.until - timedelta(days=1) if self.one.until is not None else None

    @property
    def percent(self) -> int:
        return 100 * self.one.done // self.one.total if self.one.total else 100


def reason_said(code: str) -> str:
    """Why the offer does not reach somebody, or stays with them."""
    words = {
        "already_allotted": _("Has it already"),
        "not_a_member": _("No member, or left"),
        "suspended": _("Suspended"),
        "erased": _("Erased"),
        "has_code": _("Has a code that is still good"),
        "offer_over": _("The offer was over"),
        "unknown_offer": _("The offer was no longer in the programme"),
        "customer_absorbed": _("Merged with another record"),
        "offer_begun": _("Activated or used it"),
        "offer_not_allotted": _("No longer had it"),
        allotting.LATER_ALLOTTED: _("Was allotted it again since"),
    }
    return words.get(code, code)


def _shown(one: Allotment, known: Programme) -> AllotmentShown:
    seen = allotments.foreseen(one, known.now) if one.begun_at is None else None
    whom = (
        known.phrases.audience_names([one.audience])
        if one.audience
        else ngettext("a list of %(n)s line", "a list of %(n)s lines", one.lines)
        % {"n": formats.number(one.lines)}
    )
    return AllotmentShown(
        one,
        whom,
        author(one.asked_by),
        seen.will_have if seen is not None else one.allotted,
        counted(seen.left_out if seen is not None else one.left_out),
        counted(one.kept),
    )


def counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Why, in words, with how many; the most first."""
    return [(reason_said(code), count) for code, count in sorted(counts.items(), key=lambda one: -one[1])]


# ---------------------------------------------------------------- the offer


@require_GET
@allowed("plan.view")
def offer(request: HttpRequest, code: str) -> HttpResponse:
    known, written = offer_at(request, code)
    return offer_page(request, known, written)


@require_http_methods(["GET", "POST"])
@allowed("offers.allot")
def allot(request: HttpRequest, code: str) -> HttpResponse:
    """Look at who would have it; nothing is done before it is confirmed."""
    known, written = offer_at(request, code)
    if request.method == "GET":  # a link of the form that was shown again
        return redirect(f"{reverse('offer', args=[code])}?{request.GET.urlencode()}")
    form = AllotForm(request.POST, request.FILES, known=known)
    if not form.is_valid():
        return offer_page(request, known, written, form)
    asked = form.cleaned_data
    try:
        one = allotments.look_at(
            known.code,
            code,
            at=known.now,
            by=str(signed_in(request).id),
            audience=asked["audience"],
            lines=asked["named"],
            until=asked["until"] + timedelta(days=1) if asked["until"] else None,
        )
    except AllotmentRefused as refused:
        form.add_error(None, _why_not(refused.code))
        return offer_page(request, known, written, form)
    if one.unknown:
        # Said now or never: what the lines were is not kept.
        unknown = allotments.unknown_among(asked["named"])[:UNKNOWN_SHOWN_MAX]
        return _allotment_page(request, known, one, unknown)
    return redirect("allotment", allotment_id=one.allotment_id)


def offer_page(
    request: HttpRequest,
    known: Programme,
    written: Offer,
    form: AllotForm | None = None,
    codes_form: CodesForm | None = None,
) -> HttpResponse:
    """A form that was sent and makes no sense is shown again, with why."""
    period = period_in(request.GET.dict(), known.today)
    [shown] = shown_offers(known, [written], period.since, period.until)
    needs = known.plan.offers.by_code[written.code].needs
    may_be_allotted = needs in TO_MANY and shown.state != "over"
    has_errors = bool((form and form.errors) or (codes_form and codes_form.errors))
    context = {
        "programme": known,
        "shown": shown,
        "period": period,
        "form": form or AllotForm(known=known),
        "needs_code": needs is OfferNeeds.CODE,
        "codes_form": codes_form or CodesForm(known=known),
        "pools": shown_pools(known, written.code),
        "may_be_allotted": may_be_allotted,
        "may_allot": signed_in(request).may("offers.allot"),
        "may_see_figures": signed_in(request).may("dashboard.view"),
        "allotments": [_shown(one, known) for one in allotments.allotments(known.code, written.code)],
    }
    return render(request, "backoffice/offers/offer.html", context, status=422 if has_errors else 200)


def _why_not(code: str) -> str:
    words = {
        "offer_over": _("The offer is over on that day."),
        "nothing_to_allot": _("This offer needs no allotment: it is nobody’s in particular."),
        "nobody_named": _("Choose one: an audience, a list or a file."),
        "too_many_lines": _("The list is too long: make it an audience."),
        "not_done_yet": _("What is not done yet cannot be taken back."),
        "unknown_audience": _("The programme has no such audience."),
    }
    return words[code]


# ---------------------------------------------------------------- one allotment


@require_GET
@allowed("dashboard.view")
def allotment(request: HttpRequest, allotment_id: UUID) -> HttpResponse:
    known, one = _allotment(request, allotment_id)
    return _allotment_page(request, known, one)


@require_POST
@allowed("offers.allot")
def begin(request: HttpRequest, allotment_id: UUID) -> HttpResponse:
    known, one = _allotment(request, allotment_id)
    one = allotting.begin(allotment_id, known.now, by=actor_at(request))
    if one.state is AllotmentState.RUNNING:
        allotting.set_off(one)
    return redirect("allotment", allotment_id=allotment_id)


@require_POST
@allowed("offers.allot")
def undo(request: HttpRequest, allotment_id: UUID) -> HttpResponse:
    known, _one = _allotment(request, allotment_id)
    try:
        one = allotting.begin_undo(allotment_id, known.now, by=actor_at(request))
    except AllotmentRefused as refused:
        messages.error(request, _why_not(refused.code))
    else:
        if one.state is AllotmentState.UNDOING:
            allotting.set_off(one)
    return redirect("allotment", allotment_id=allotment_id)


def _allotment_page(
    request: HttpRequest, known: Programme, one: Allotment, unknown: list[str] | None = None
) -> HttpResponse:
    person = signed_in(request)
    context = {
        "programme": known,
        "shown": _shown(one, known),
        "name": known.rule_name(one.offer),
        "is_in_force": known.document.offer(one.offer) is not None,
        "unknown": unknown or [],
        "people": _people(one, known) if person.sees_everybody and not one.is_at_work else [],
        "may_allot": person.may("offers.allot"),
    }
    template = "state" if is_partial(request) else "allotment"
    return render(request, f"backoffice/offers/{template}.html", context)


def _people(one: Allotment, known: Programme) -> list[tuple[UUID, str, str]]:
    """Some of those who are left out: who, their name, why."""
    found = allotments.left_out_people(one, known.now, PEOPLE_SHOWN_MAX)
    names = names_of([customer for customer, _code in found])
    return [
        (customer, names.get(customer) or _("Customer without a name"), reason_said(code))
        for customer, code in found
    ]


def offer_at(request: HttpRequest, code: str) -> tuple[Programme, Offer]:
    known = programme_at(request)
    written = known.document.offer(code) if known is not None else None
    if known is None or written is None:
        raise Http404
    return known, written


def _allotment(request: HttpRequest, allotment_id: UUID) -> tuple[Programme, Allotment]:
    known = programme_at(request)
    one = allotments.allotment(allotment_id)
    if known is None or one is None or one.programme != known.code:
        raise Http404
    return known, one
