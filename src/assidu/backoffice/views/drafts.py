"""Drafts: the list, one draft with its parts as sentences and what can be done to them, its text, undo and redo."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.drafting import STATES, DraftShown, shown_draft
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.views.programme import author, text_sent, yaml_of
from assidu.foundation import clock
from assidu.foundation.people import actions as trail
from assidu.loyalty import drafts
from assidu.loyalty.approvals import signature
from assidu.loyalty.drafts import Closed, Draft, Elsewhere
from assidu.plans.blanks import Member, lists, members
from assidu.plans.blanks.parts import with_members
from assidu.plans.document import Document, Text
from assidu.plans.rewriting import rewritten
from assidu.simulation import queries as simulations

CODE_MAX = 40
TEXT = "text"
"""Where what is typed in the whole document is kept."""


@require_GET
@allowed("plan.view")
def listed(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    found = drafts.open_drafts(known.code if known else "")
    shown = [DraftShown(draft, known, str(signed_in(request).id)) for draft in found]
    context = {
        "programme": known,
        "drafts": [(one, author(one.draft.author), one.changes or []) for one in shown],
        "may_edit": signed_in(request).may("plan.edit"),
    }
    return render(request, "backoffice/drafts/list.html", context)


@require_POST
@allowed("plan.edit")
def open_one(request: HttpRequest) -> HttpResponse:
    """From the version in force, another one, a simulation, or a text that was just written."""
    known = programme_at(request)
    by, at = signature(actor_at(request)), clock.now()
    source = request.POST.get("source", "")
    with transaction.atomic():
        if source == "text":
            based_on = known.plan.version if known else 0
            programme = known.code if known else ""
            draft = drafts.open_draft(
                text_sent(request), at=at, by=by, based_on=based_on, programme=programme
            )
        elif source.startswith("run:"):
            draft = _from_run(known, source.removeprefix("run:"), by)
        else:
            draft = _from_version(known, source.removeprefix("version:"), by)
        if draft.opened_at >= at:
            opened = {"based_on": draft.based_on}
            trail.record(actor_at(request), "plan.draft_opened", "draft", str(draft.draft_id), after=opened)
    return redirect("draft", draft_id=draft.draft_id)


def _from_version(known: Programme | None, number: str, by: str) -> Draft:
    if known is None:
        raise Http404
    wanted = number or str(known.plan.version)
    plan = next((one for one in known.versions if str(one.version) == wanted), None)
    if plan is None:
        raise Http404
    untouched = (one for one in drafts.open_drafts(known.code) if one.step.n == 1 and one.author == by)
    again = next((one for one in untouched if one.based_on == plan.version and one.returns_to is None), None)
    if again is not None and again.step.yaml == yaml_of(plan):
        return again  # begun a moment ago, and nothing was written in it yet
    return drafts.open_from(plan, yaml_of(plan), at=clock.now(), by=by)


def _from_run(known: Programme | None, run_id: str, by: str) -> Draft:
    try:
        run = simulations.run(UUID(run_id))
    except ValueError:
        run = None
    if run is None or known is None or run.programme != known.code:
        raise Http404
    return drafts.open_draft(
        run.yaml, at=clock.now(), by=by, based_on=known.plan.version, programme=known.code
    )


@require_GET
@allowed("plan.view")
def shown(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return _page(request, draft_id)


def _page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    one = shown_draft(draft_id, programme_at(request), str(signed_in(request).id))
    person = signed_in(request)
    context = {
        "programme": one.programme,
        "shown": one,
        "author": author(one.draft.author),
        "writer": author(one.draft.step.written_by),
        "may_edit": person.may("plan.edit") and one.draft.is_open,
        "may_simulate": person.may("simulate.run") and one.programme is not None,
        "may_see_figures": person.may("dashboard.view"),
        "states": STATES,
    }
    template = "backoffice/drafts/parts.html" if is_partial(request) else "backoffice/drafts/draft.html"
    return render(request, template, context)


# ---------------------------------------------------------------- what is done to a draft and its members


@require_POST
@allowed("plan.edit")
def act(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One button: undo, redo, drop; move, copy, switch or delete a member of a list."""
    one = shown_draft(draft_id, programme_at(request), str(signed_in(request).id))
    do, _colon, rest = request.POST.get("do", "").partition(":")
    try:
        if do == "drop":
            drafts.drop(draft_id, at=clock.now())
            trail.record(actor_at(request), "plan.draft_dropped", "draft", str(draft_id))
            messages.success(request, _("The draft is dropped."))
            return redirect("drafts")
        if do in ("undo", "redo"):
            (drafts.undo if do == "undo" else drafts.redo)(draft_id)
        else:
            _change(request, one, do, rest)
    except Elsewhere:
        messages.warning(
            request, _("Somebody else changed the draft in the meantime: this is what it says now.")
        )
    except Closed:
        messages.error(request, _("This draft was published or dropped: it no longer changes."))
    if is_partial(request):
        return _page(request, draft_id)
    return redirect("draft", draft_id=draft_id)


def _change(request: HttpRequest, one: DraftShown, do: str, rest: str) -> None:
    document = one.written
    part, _slash, code = rest.partition("/")
    if document is None or part not in lists() or do not in CHANGES:
        raise Http404
    found = members(document, part)
    place = next((n for n, member in enumerate(found) if member.code == code), None)
    if place is None:
        raise Http404
    resting = list(one.draft.step.resting)
    if do == "rest":
        resting = [*resting, code] if code not in resting else [name for name in resting if name != code]
        yaml = one.draft.step.yaml
    else:
        changed = with_members(document, part, CHANGES[do](found, place))
        yaml = rewritten(one.draft.step.yaml, changed)
    seen = request.POST.get("seen", "")
    drafts.save(
        one.draft.draft_id,
        yaml,
        at=clock.now(),
        by=signature(actor_at(request)),
        resting=resting,
        seen=int(seen) if seen.isdecimal() and len(seen) < 6 else None,
    )


def _moved(found: Sequence[Member], place: int, by: int) -> list[Any]:
    values = [member.value for member in found]
    to = min(max(place + by, 0), len(values) - 1)
    values.insert(to, values.pop(place))
    return values


def _copied(found: Sequence[Member], place: int) -> list[Any]:
    values = [member.value for member in found]
    one = values[place]
    taken = {member.code for member in found}
    name = Text(fr=f"{one.name.fr} (copie)"[:200], en=f"{one.name.en} (copy)"[:200])
    values.insert(place + 1, msgspec.structs.replace(one, code=free_code(one.code, taken), name=name))
    return values


CHANGES: dict[str, Callable[[Sequence[Member], int], list[Any]]] = {
    "up": lambda found, place: _moved(found, place, -1),
    "down": lambda found, place: _moved(found, place, 1),
    "copy": _copied,
    "delete": lambda found, place: [member.value for n, member in enumerate(found) if n != place],
    "rest": lambda found, _place: [member.value for member in found],
}


def free_code(wanted: str, taken: set[str]) -> str:
    """``double-fruit``, or ``double-fruit-2`` when that is taken."""
    base = wanted[:CODE_MAX].rstrip("-")
    number = 2
    found = base
    while found in taken:
        end = f"-{number}"
        found = base[: CODE_MAX - len(end)].rstrip("-") + end
        number += 1
    return found


# ---------------------------------------------------------------- the text itself


@require_http_methods(["GET", "POST"])
@allowed("plan.view")
def text(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The whole document of a draft, to be read or written; it may be saved with mistakes."""
    one = shown_draft(draft_id, programme_at(request), str(signed_in(request).id))
    may_edit = signed_in(request).may("plan.edit") and one.draft.is_open
    yaml, status = one.draft.step.yaml, 200
    if request.method == "POST":
        if not may_edit:
            trail.record(actor_at(request), "access.refused", "permission", "plan.edit")
            raise PermissionDenied("plan.edit")
        yaml = text_sent(request)
        if request.POST.get("do") == "keep":
            typed = {"yaml": [yaml]}
            drafts.keep_typed(draft_id, one.person, TEXT, typed, at=clock.now(), begun=begun_at(request))
            return HttpResponse(status=204)
        if request.POST.get("do") == "forget":
            drafts.forget_typed(draft_id, one.person, TEXT, at=clock.now())
            return redirect("draft", draft_id=draft_id)
        seen = request.POST.get("seen", "")
        try:
            by = signature(actor_at(request))
            number = int(seen) if seen.isdecimal() and len(seen) < 6 else None
            drafts.save(draft_id, yaml, at=clock.now(), by=by, seen=number)
        except Elsewhere as elsewhere:
            status = 409
            messages.warning(
                request,
                _("Somebody else changed the draft: what you wrote is below, save it again to keep it."),
            )
            one = DraftShown(elsewhere.draft, one.programme, one.person)
        else:
            drafts.forget_typed(draft_id, one.person, TEXT, at=clock.now())
            messages.success(request, _("Saved."))
            return redirect("draft", draft_id=draft_id)
    typed_at = None
    if request.method == "GET" and may_edit and (kept := drafts.typed(draft_id, one.person, TEXT)):
        [yaml], typed_at = kept[0]["yaml"], kept[1]
    context = {
        "programme": one.programme,
        "shown": one,
        "yaml": yaml,
        "may_edit": may_edit,
        "typed_at": typed_at,
        "begun": begun_at(request),
    }
    return render(request, "backoffice/drafts/text.html", context, status=status)


def begun_at(request: HttpRequest) -> datetime:
    """When the form that was sent had been opened; one that is shown only now, or does not tell, begins now."""
    try:
        moment = parse_datetime(request.POST.get("begun", ""))
    except ValueError:
        moment = None
    return clock.now() if moment is None or moment.tzinfo is None else moment


def document_of(one: DraftShown) -> Document:
    """What is written; raises ``Http404`` where forms have nothing to work on."""
    if one.written is None:
        raise Http404
    return one.written


def draft_address(draft_id: UUID, anchor: str = "") -> str:
    return reverse("draft", args=[draft_id]) + (f"#{anchor}" if anchor else "")
