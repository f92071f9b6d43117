"""Households and companies on the screen: opened for somebody, entered, left with a look at what goes along, roles."""

from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice import sheets
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.programme import Programme
from assidu.backoffice.reach import find
from assidu.backoffice.sentences import ACCOUNT_ROLES, outcome_sentence
from assidu.backoffice.views.customer import Known, account_name, known
from assidu.backoffice.views.customer_actions import FOUND_MAX, OnceForm, done, programme_of, uuid_in
from assidu.backoffice.views.customers import ACCOUNT_KINDS
from assidu.customers.accounts import ROLES, AccountRole, belonging_of, set_roles
from assidu.customers.types import CustomerKind, Found, NotAnIdentifier
from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.foundation import clock
from assidu.loyalty import accounts
from assidu.loyalty.accounts import Opened, Part, Share
from assidu.loyalty.entries import Outcome, Told

ENTERS = "enters"


class RolesForm(forms.Form):
    other = forms.UUIDField(widget=forms.HiddenInput)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What they are in it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kind: CustomerKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(one.value, ACCOUNT_ROLES[one]) for one in ROLES[kind]]  # type: ignore[attr-defined]


class EnterForm(OnceForm, RolesForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )


class OpenForm(OnceForm):
    kind = forms.ChoiceField(label=gettext_lazy("What it is"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, Promise]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class LeaveForm(OnceForm):
    other = forms.UUIDField(widget=forms.HiddenInput)
    with_nothing = forms.BooleanField(
        label=gettext_lazy("They renounce it and leave with nothing"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Colleagues read it in the history; the customer may ask for it."),
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def open_one(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """A household or a company for somebody who is in none: a new one, or one that is there."""
    shown, programme = known(request, customer_id, "account"), programme_of(request)
    kinds = [(kind.value, ACCOUNT_KINDS[CustomerKind(kind)]) for kind in shown.account_kinds]
    if shown.customer.is_account or not kinds:
        raise Http404
    form = OpenForm(
        request.POST or None,
        kinds=kinds,
        initial={"name": shown.customer.last_name, "kind": kinds[0][0]},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            outcome = _opened_with(request, shown, programme, asked)
            if not isinstance(outcome, Told):
                transaction.set_rollback(True)
        if isinstance(outcome, Told):
            said = _("%(name)s shares an account from now on.") % {"name": shown.name}
            return done(request, outcome.customer_id, said)
        form.add_error(None, outcome_sentence(outcome, programme))
    asked_for = _asked(request)
    return sheets.show(
        request,
        "backoffice/customer_account_open.html",
        _("Share an account"),
        {
            "shown": shown,
            "form": form,
            "has_kinds": len(kinds) > 1,
            "asked": asked_for,
            "found": _accounts_found(request, asked_for),
        },
        status=422 if request.method == "POST" else 200,
    )


def _opened_with(
    request: HttpRequest, shown: Known, programme: Programme, asked: dict[str, Any]
) -> Outcome | NotAnIdentifier:
    by, at = actor_at(request), clock.now()
    opened = accounts.open_(
        AccountKind(asked["kind"]), asked["name"], by=by, at=at, programme=programme.code,
        store=shown.customer.store, event_id=asked["event"],
    )  # fmt: skip
    if not isinstance(opened, Opened):
        return opened
    role = (AccountRole.HOLDER,) if asked["kind"] == AccountKind.HOUSEHOLD else ()
    return accounts.enter(
        opened.account_id, Subject("customer", str(shown.id)), by=by, at=at, programme=programme.code,
        roles=role, event_id=uuid5(asked["event"], ENTERS),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def enter(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Somebody is found by card, telephone or name, and enters the account with all that they have."""
    shown, programme = _account(request, customer_id), programme_of(request)
    chosen = uuid_in(request.POST.get("other") or request.GET.get("other", ""))
    other = known(request, chosen, "account") if chosen and chosen != customer_id else None
    form = EnterForm(request.POST or None, initial={"other": chosen}, kind=shown.customer.kind)
    if request.method == "POST" and other is not None and form.is_valid():
        asked = form.cleaned_data
        outcome = accounts.enter(
            customer_id, Subject("customer", str(other.id)), asked["reason"], by=actor_at(request),
            at=clock.now(), programme=programme.code, roles=[AccountRole(one) for one in asked["roles"]],
            event_id=asked["event"],
        )  # fmt: skip
        if isinstance(outcome, Told):
            said = _("%(name)s shares the account “%(account)s” from now on.")
            return done(
                request, customer_id, said % {"name": other.name, "account": account_name(customer_id)}
            )
        form.refuse(outcome, programme)
    asked_for = _asked(request)
    found = find(request, asked_for, FOUND_MAX) if asked_for else []
    return sheets.show(
        request,
        "backoffice/customer_account_enter.html",
        _("Add somebody"),
        {
            "shown": shown,
            "account_name": account_name(customer_id),
            "other": other,
            "have": _have(other),
            "form": form,
            "asked": asked_for,
            "found": [one for one in found if one.kind is CustomerKind.PERSON],
        },
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def leave(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Somebody leaves the account: first what they would take along, then it is done."""
    shown, programme = _account(request, customer_id), programme_of(request)
    other = _inside(request, shown)
    form = LeaveForm(request.POST or None, initial={"other": other.id})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        outcome = accounts.leave(
            customer_id, other.id, asked["reason"], by=actor_at(request), at=clock.now(),
            programme=programme.code, with_nothing=asked["with_nothing"], event_id=asked["event"],
        )  # fmt: skip
        if isinstance(outcome, Told):
            said = _("%(name)s no longer shares the account “%(account)s”.")
            return done(
                request, customer_id, said % {"name": other.name, "account": account_name(customer_id)}
            )
        form.refuse(outcome, programme)
    share = accounts.share_of(customer_id, other.id, clock.now(), programme=programme.code)
    return sheets.show(
        request,
        "backoffice/customer_account_leave.html",
        _("Take out of the account"),
        {
            "shown": shown,
            "account_name": account_name(customer_id),
            "other": other,
            "form": form,
            "share": share if isinstance(share, Share) else None,
            "refusal": "" if isinstance(share, Share) else outcome_sentence(share, programme),
            "taken": _said(share.taken, programme) if isinstance(share, Share) else [],
            "lost": _said(share.lost, programme) if isinstance(share, Share) else [],
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def roles(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """What somebody is in the account."""
    shown = _account(request, customer_id)
    other = _inside(request, shown)
    assert other.belonging is not None, "they are inside"
    form = RolesForm(
        request.POST or None,
        kind=shown.customer.kind,
        initial={"other": other.id, "roles": [one.value for one in other.belonging.roles]},
    )
    if request.method == "POST" and form.is_valid():
        chosen = [AccountRole(one) for one in form.cleaned_data["roles"]]
        set_roles(other.id, chosen, actor_at(request))
        return done(request, customer_id, _("Roles of %(name)s are written.") % {"name": other.name})
    return sheets.show(
        request,
        "backoffice/customer_account_roles.html",
        _("Roles"),
        {"shown": shown, "account_name": account_name(customer_id), "other": other, "form": form},
        status=422 if form.errors else 200,
    )


def _account(request: HttpRequest, customer_id: UUID) -> Known:
    shown = known(request, customer_id, "account")
    if not shown.customer.is_account or shown.customer.is_erased:
        raise Http404
    return shown


def _inside(request: HttpRequest, shown: Known) -> Known:
    """Who of the account is meant; nobody else is."""
    chosen = uuid_in(request.POST.get("other") or request.GET.get("other", ""))
    inside = belonging_of(chosen) if chosen else None
    if chosen is None or inside is None or inside.account_id != shown.id:
        raise Http404
    return known(request, chosen, "account")


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:80].replace("\x00", "")


def _accounts_found(request: HttpRequest, asked: str) -> list[Found]:
    """Accounts that a text finds: by their name, or by a card or telephone of somebody in one."""
    found: dict[UUID, Found] = {}
    for one in find(request, asked, FOUND_MAX) if asked else []:
        if one.kind is not CustomerKind.PERSON:
            found[one.customer_id] = one
        elif (inside := belonging_of(one.customer_id)) is not None:
            shared = find(request, str(inside.account_id), 1)
            found.update({account.customer_id: account for account in shared})
    return list(found.values())


def _have(other: Known | None) -> list[str]:
    """What somebody would bring."""
    if other is None or other.standing is None or other.programme is None or other.belonging is not None:
        return []
    purses = other.standing.purses
    return [other.programme.units(one.available, one.currency) for one in purses if one.available]


def _said(parts: tuple[Part, ...], programme: Programme) -> list[str]:
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, 0) + part.quantity
    return [programme.units(quantity, currency) for currency, quantity in sums.items()]
