"""What staff do for a customer: goodwill, exchange, joining, leaving, merging, the personal file, erasure."""

from collections.abc import Callable
from copy import copy
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import formats, sheets
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.forms import LANGUAGES
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.reach import find, require
from assidu.backoffice.sentences import outcome_sentence
from assidu.backoffice.typed import WholeField
from assidu.backoffice.views.customer import Known, known
from assidu.backoffice.views.palette import folded
from assidu.catalogue import queries as catalogue
from assidu.customers import actions as customers
from assidu.customers.types import NotAnIdentifier
from assidu.decisions.calendar import end_after, local_day
from assidu.decisions.terms import terms_shown
from assidu.events.types import CorrectionReason
from assidu.events.wire import Profile, Subject
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions as people
from assidu.loyalty import actions, corrections
from assidu.loyalty.corrections import Asked, AskedOtherwise
from assidu.loyalty.entries import Conflict, Outcome, Told
from assidu.loyalty.erasing import AccountNotEmpty
from assidu.loyalty.erasing import erase as erase_customer
from assidu.loyalty.person_file import person_file
from assidu.loyalty.wording import correction_reason
from assidu.plans.wording import language_of

FOUND_MAX = 8
QUANTITY_MAX = 1_000_000
ADD, TAKE = "add", "take"


class OnceForm(forms.Form):
    """What happens to a customer is an event, and its id is made when the form is shown: sent twice, it counts once."""

    event = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=lambda: new_id(clock.now()),
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("This form is not complete: open it again.")
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "event" in self.errors:
            self.add_error(None, self.errors["event"].as_data())  # a hidden field has no place for its own
            self._renew()
        return cleaned

    def refuse(self, outcome: Outcome | NotAnIdentifier, programme: Programme) -> None:
        self.add_error(None, outcome_sentence(outcome, programme))
        if isinstance(outcome, Conflict):
            self._renew()

    def _renew(self) -> None:
        """What was changed after it had been sent is another event, should they send it again."""
        again: Any = copy(self.data)  # with all values of a field that has several
        again["event"] = str(new_id(clock.now()))
        self.data = again


class CorrectionForm(OnceForm):
    direction = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=((ADD, gettext_lazy("Add")), (TAKE, gettext_lazy("Take away"))),
        initial=ADD,
    )
    currency = forms.ChoiceField(label=gettext_lazy("Of what"))
    quantity = WholeField(label=gettext_lazy("How many"), min_value=1, max_value=QUANTITY_MAX)
    reason_code = forms.ChoiceField(label=gettext_lazy("In a word"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )

    def __init__(self, *args: Any, currencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = language_of(get_language())
        self.fields["currency"].choices = currencies  # type: ignore[attr-defined]
        self.fields["reason_code"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((code.value, correction_reason(code, language)) for code in CorrectionReason),
        ]


class MergeForm(OnceForm):
    other = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why they are one person"),
        max_length=200,
        help_text=gettext_lazy("For example: same name, same address, same telephone."),
    )


class MemberForm(OnceForm):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    card = forms.CharField(label=gettext_lazy("Card number"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30, required=False)
    birth_date = forms.DateField(
        label=gettext_lazy("Born on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=12, required=False)
    town = forms.CharField(label=gettext_lazy("Town"), max_length=80, required=False)
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    referral = forms.CharField(
        label=gettext_lazy("Code of the member who brings them"), max_length=40, required=False
    )
    accepts = forms.BooleanField(
        label=gettext_lazy("Has read and accepts the terms of the programme"),
        error_messages={"required": gettext_lazy("Nobody joins without having accepted the terms.")},
    )

    def __init__(self, *args: Any, only: tuple[str, ...] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = store_choices(only)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("card", "email", "phone")) and not self.errors:
            raise forms.ValidationError(
                _("Give a card, an e-mail or a telephone: it is how the till finds them.")
            )
        return cleaned


class EraseForm(forms.Form):
    typed = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def programme_of(request: HttpRequest) -> Programme:
    programme = programme_at(request)
    if programme is None:
        raise Http404  # before the first programme nothing can be done for anybody
    return programme


def done(request: HttpRequest, customer_id: UUID, words: str) -> HttpResponse:
    messages.success(request, words)
    return sheets.leave(request, reverse("customer", args=[customer_id]))


# ---------------------------------------------------------------- balances


@require_http_methods(["GET", "POST"])
@allowed("ledger.correct")
def correct(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "correct"), programme_of(request)
    form = CorrectionForm(
        request.POST or None,
        currencies=[(code, programme.currency_name(code)) for code in programme.plan.currencies],
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        quantity = asked["quantity"] if asked["direction"] == ADD else -asked["quantity"]
        outcome = asked_once(
            lambda: corrections.correct(
                customer_id, asked["currency"], quantity, asked["reason"],
                CorrectionReason(asked["reason_code"]) if asked["reason_code"] else None,
                by=actor_at(request), at=clock.now(), programme=programme.code, form=asked["event"],
            )
        )  # fmt: skip
        if isinstance(outcome, Asked):
            return done(request, customer_id, _("Asked: a second person decides on it before it is written."))
        if isinstance(outcome, Told):
            said = _("%(change)s written to the account of %(name)s.")
            return done(
                request, customer_id,
                said % {"change": programme.change(quantity, asked["currency"]), "name": shown.name},
            )  # fmt: skip
        form.refuse(outcome, programme)
    return sheets.show(
        request,
        "backoffice/customer_correct.html",
        _("Goodwill or correction"),
        {"shown": shown, "form": form, "have": have(shown)},
        status=422 if form.errors else 200,
    )


def asked_once(do: Callable[[], Outcome | Asked]) -> Outcome | Asked:
    """What was asked under a form that was sent before with something else is a conflict, as an event would be."""
    try:
        return do()
    except AskedOtherwise as found:
        return Conflict(found.key)


def store_choices(only: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """``only``: the stores of who asks, if they are bound to some."""
    names = {store.store_id: formats.typographic(store.name) for store in catalogue.stores()}
    known = [("", "—"), *names.items()] if only is None else [(code, names.get(code, code)) for code in only]
    return known or [("", "—")]


def have(shown: Known) -> list[str]:
    if shown.standing is None or shown.programme is None:
        return []
    programme = shown.programme
    return [programme.units(one.available, one.currency) for one in shown.standing.purses if one.available]


# ---------------------------------------------------------------- joining and leaving


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def new_member(request: HttpRequest) -> HttpResponse:
    programme = programme_of(request)
    by = signed_in(request)
    form = MemberForm(
        request.POST or None,
        only=by.seen_stores,
        initial={"language": request.LANGUAGE_CODE, "store": next(iter(by.stores), "")},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        kind = next(kind for kind in ("card", "phone", "email") if asked[kind])
        profile = Profile(
            **{
                name: asked[name]
                for name in (
                    "first_name",
                    "last_name",
                    "email",
                    "phone",
                    "card",
                    "birth_date",
                    "postcode",
                    "town",
                )
                if asked[name]
            },
            language=asked["language"],
        )
        with transaction.atomic():
            outcome = actions.join(
                Subject(kind, asked[kind]),
                store=asked["store"],
                channel="store" if asked["store"] else "",
                terms_version=terms_shown(programme.plan, local_day(clock.now(), programme.plan.zone)),
                profile=profile,
                referral_code=asked["referral"],
                at=clock.now(),
                programme=programme.code,
                event_id=asked["event"],
            )
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(actor_at(request), "customer.joined", "customer", str(outcome.customer_id))
        if isinstance(outcome, Told):
            name = f"{asked['first_name']} {asked['last_name']}"
            return done(request, outcome.customer_id, _("%(name)s is now a member.") % {"name": name})
        form.refuse(outcome, programme)
    context = {"form": form, "programme": programme}
    return sheets.show(
        request, "backoffice/customer_new.html", _("New member"), context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def join(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Somebody who is already known becomes a member."""
    shown, programme = known(request, customer_id, "join"), programme_of(request)
    form = OnceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            outcome = actions.join(
                Subject("customer", str(customer_id)),
                store=next(iter(signed_in(request).stores), shown.customer.store),
                channel="store",
                terms_version=terms_shown(programme.plan, local_day(clock.now(), programme.plan.zone)),
                profile=None,
                at=clock.now(),
                programme=programme.code,
                event_id=form.cleaned_data["event"],
            )
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(actor_at(request), "customer.joined", "customer", str(customer_id))
        if isinstance(outcome, Told):
            return done(request, customer_id, _("%(name)s is now a member.") % {"name": shown.name})
        form.refuse(outcome, programme)
    return sheets.show(
        request,
        "backoffice/customer_join.html",
        _("Make a member"),
        {"shown": shown, "programme": programme, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def leave(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "leave"), programme_of(request)
    form = OnceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            outcome = actions.leave(
                customer_id, at=clock.now(), programme=programme.code, event_id=form.cleaned_data["event"]
            )
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(actor_at(request), "customer.left", "customer", str(customer_id))
        if isinstance(outcome, Told):
            return done(request, customer_id, _("%(name)s has left the programme.") % {"name": shown.name})
        form.refuse(outcome, programme)
    return sheets.show(
        request,
        "backoffice/customer_leave.html",
        _("Leave the programme"),
        {
            "shown": shown,
            "programme": programme,
            "form": form,
            "have": have(shown),
            "regret_until": _regret_until(programme),
        },
        status=422 if form.errors else 200,
    )


def _regret_until(programme: Programme) -> date | None:
    """The last day on which somebody who leaves now would find everything again."""
    regret = programme.plan.regret
    if regret is None:
        return None
    return end_after(local_day(clock.now(), programme.plan.zone), regret) - timedelta(days=1)


# ---------------------------------------------------------------- two records of one person


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def merge(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Search the other record, compare both, say why, confirm."""
    shown, programme = known(request, customer_id, "merge"), programme_of(request)
    chosen = uuid_in(request.POST.get("other") or request.GET.get("other", ""))
    other = known(request, chosen, "merge") if chosen and chosen != customer_id else None
    form = MergeForm(request.POST or None, initial={"other": chosen})
    if request.method == "POST" and other is not None and form.is_valid():
        asked_for = form.cleaned_data
        with transaction.atomic():
            outcome = actions.merge(
                customer_id, other.id, by=actor_at(request), reason=asked_for["reason"],
                at=clock.now(), programme=programme.code, event_id=asked_for["event"],
            )  # fmt: skip
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(
                    actor_at(request), "customer.merged", "customer", str(customer_id),
                    after={"absorbed": str(other.id), "event": outcome.key.id},
                )  # fmt: skip
        if isinstance(outcome, Told):
            return done(request, customer_id, _("%(name)s: both records are now one.") % {"name": shown.name})
        form.refuse(outcome, programme)
    asked = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    found = (
        [one for one in find(request, asked, FOUND_MAX) if one.customer_id != customer_id] if asked else []
    )
    context = {
        "shown": shown,
        "other": other,
        "form": form,
        "asked": asked,
        "found": found,
        "sides": [(one, [] if one.belonging else have(one)) for one in (shown, other)] if other else [],
    }
    return sheets.show(
        request,
        "backoffice/customer_merge.html",
        _("Merge with another record"),
        context,
        status=422 if request.method == "POST" else 200,
    )


def uuid_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
@allowed("customers.edit")
def not_duplicate(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    other = uuid_in(request.POST.get("other", ""))
    for one in (customer_id, other):
        if one is not None:
            require(request, one)
    if other and customers.settle_duplicate(customer_id, other, actor_at(request), clock.now()):
        messages.success(request, _("Noted: these are two people."))
    return redirect("customer", customer_id)


# ---------------------------------------------------------------- rights of the person


@require_POST
@allowed("customers.export")
def export(request: HttpRequest, customer_id: UUID) -> HttpResponseBase:
    """Everything that is known of somebody, as one file to hand over."""
    shown = known(request, customer_id, "export")
    content = person_file(customer_id, language_of(request.LANGUAGE_CODE), clock.now())
    people.record(actor_at(request), "customer.exported", "customer", str(customer_id))
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{shown.id}.zip"'
    return response


@require_http_methods(["GET", "POST"])
@allowed("customers.erase")
def erase(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Confirmed by typing the name, so that nobody erases the wrong person by habit."""
    shown = known(request, customer_id, "erase")
    form = EraseForm(request.POST or None)
    form.fields["typed"].label = _("To confirm, type “%(name)s”") % {"name": shown.name}
    if request.method == "POST" and form.is_valid():
        if folded(form.cleaned_data["typed"].strip()) == folded(shown.name):
            if not isinstance(erase_customer(customer_id, actor_at(request), clock.now()), AccountNotEmpty):
                return done(
                    request, customer_id, _("Personal data is erased. The purchases stay, without a name.")
                )
            form.add_error("typed", _("People are still in this account: take everybody out of it first."))
        else:
            form.add_error("typed", _("This is not the name shown above."))
    return sheets.show(
        request,
        "backoffice/customer_erase.html",
        _("Erase personal data"),
        {"shown": shown, "form": form, "have": have(shown)},
        status=422 if form.errors else 200,
    )
