"""Who works here and what they may do."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice import cells
from assidu.backoffice.access import actor_at, allowed
from assidu.backoffice.forms import AccessForm, InviteForm
from assidu.backoffice.listing import Choice, Chosen, Column, Listing, Search, Slice, sliced
from assidu.backoffice.sentences import action_sentence, refusal_sentence
from assidu.catalogue import queries as catalogue
from assidu.foundation.people import actions, queries
from assidu.foundation.people.roles import PERMISSIONS, ROLES
from assidu.foundation.people.types import Invitation, Person, Refusal, Refused


def _state(person: Person) -> Any:
    return cells.pill(
        _state_said(person), "" if not person.is_active else "good" if person.has_signed_up else "warn"
    )


def _state_said(person: Person) -> str:
    if not person.is_active:
        return _("Deactivated")
    return _("Active") if person.has_signed_up else _("Invited")


def _store_names() -> dict[str, str]:
    return {store.store_id: store.name for store in catalogue.stores()}


def _stores(person: Person, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in person.stores)


class PeopleList(Listing[Person]):
    title = gettext_lazy("People")
    lead = gettext_lazy("Everyone with a sign-in, and what their roles let them do.")
    name = "people"
    permission = "people.manage"
    export_permission = "people.manage"
    template = "backoffice/people.html"
    empty_icon = "users"
    empty_title = gettext_lazy("Nobody like this")
    empty_text = gettext_lazy("Nobody matches these filters.")
    filters = (
        Search("q", gettext_lazy("Name or e-mail")),
        Choice(
            "role", gettext_lazy("Role"), lambda: [(r.name, r.label) for r in ROLES.values()], kind="menu"
        ),
        Choice(
            "state",
            gettext_lazy("State"),
            lambda: [("active", gettext_lazy("Active")), ("inactive", gettext_lazy("Deactivated"))],
        ),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[Person]]:
        stores = _store_names()
        return (
            Column(
                _("Name"),
                lambda p: cells.person(reverse("person", args=[p.id]), p.initials, p.name, p.email),
                lambda p: p.name,
            ),
            Column(
                _("Roles"), lambda p: cells.pills(p.role_labels, "accent"), lambda p: ", ".join(p.role_labels)
            ),
            Column(_("Stores"), lambda p: _stores(p, stores) or cells.EMPTY, lambda p: _stores(p, stores)),
            Column(_("State"), _state, _state_said),
            Column(_("Last sign-in"), lambda p: cells.when(p.last_seen_at), lambda p: p.last_seen_at),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[Person]:
        active = {"active": True, "inactive": False}.get(chosen.text("state"))
        return sliced(queries.people(chosen.text("q"), chosen.text("role"), active), cursor, size)

    def around(self, request: HttpRequest) -> dict[str, Any]:
        return {"roles": ROLES.values(), "permissions": PERMISSIONS}


@require_http_methods(["GET", "POST"])
@allowed("people.manage")
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, known=_store_names(), initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        answer = actions.invite(by=actor_at(request), **form.cleaned_data)
        if isinstance(answer, Invitation):
            return _show_link(request, answer)
        form.add_error(
            "roles" if answer.reason is Refusal.UNKNOWN_ROLE else "email", refusal_sentence(answer.reason)
        )
    context = {"form": form, "roles": ROLES.values(), "chosen": form["roles"].value() or []}
    return render(request, "backoffice/invite.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allowed("people.manage")
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    shown = queries.find_person(person_id)
    if shown is None:
        raise Http404
    form = AccessForm(
        request.POST or None,
        known=_store_names(),
        initial={"roles": shown.roles, "stores": shown.stores, "is_active": shown.is_active},
    )
    if request.method == "POST" and form.is_valid():
        answer = actions.change_access(person_id, by=actor_at(request), **form.cleaned_data)
        if not isinstance(answer, Refused):
            messages.success(request, _("%(name)s’s access is changed.") % {"name": answer.name})
            return redirect("person", person_id=person_id)
        form.add_error(None, refusal_sentence(answer.reason))
    trail = queries.audit_trail(person_id=person_id, limit=12)
    context = {
        "shown": shown,
        "form": form,
        "roles": ROLES.values(),
        "chosen": form["roles"].value() or [],
        "permissions": [(label, name in shown.permissions) for name, label in PERMISSIONS.items()],
        "trail": [(entry, action_sentence(entry.action)) for entry in trail.entries],
    }
    return render(request, "backoffice/person.html", context, status=422 if form.errors else 200)


@require_POST
@allowed("people.manage")
def renew_link(request: HttpRequest, person_id: UUID) -> HttpResponse:
    answer = actions.renew_invitation(person_id, actor_at(request))
    if isinstance(answer, Refused):
        messages.error(request, refusal_sentence(answer.reason))
        return redirect("people")
    return _show_link(request, answer)


def _show_link(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The link is shown once, on this answer: it is kept nowhere."""
    address = request.build_absolute_uri(reverse("join", args=[invitation.person.id, invitation.token]))
    return render(request, "backoffice/invited.html", {"guest": invitation.person, "address": address})
