"""Fairness: who could never have had what a programme gives, rule by rule, and the people behind each reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.drafting import DraftShown
from assidu.backoffice.listing import Choice, Chosen, Column, Listing, Slice, number_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.versions import language
from assidu.backoffice.views.customers import initials_of
from assidu.backoffice.views.programme import author, yaml_of
from assidu.catalogue import queries as catalogue
from assidu.customers.queries import names_of
from assidu.foundation.people import actions as trail
from assidu.foundation.work import RunState
from assidu.loyalty import drafts
from assidu.measurement.queries import first_day, has_invented
from assidu.plans.document import Document
from assidu.plans.reading import read
from assidu.simulation import fairness_runs, tried_plans
from assidu.simulation.fairness_runs import FairnessRun
from assidu.simulation.fairness_types import Fairness, Kind, Line
from assidu.simulation.fairness_words import Words, share_left_out

RUNNING_MAX = 1
"""It takes every core: a second one would only make both slow."""
LIVE = "live"


@dataclass(frozen=True)
class LineShown:
    """A rule, an offer or a reward with what was found of it, in words."""

    line: Line
    found: Fairness
    words: Words
    address: str

    @property
    def name(self) -> str:
        return self.words.name(self.line)

    @property
    def kind_name(self) -> str:
        return {
            Kind.RULE: _("Rule"),
            Kind.OFFER: _("Offer"),
            Kind.REWARD: _("Reward"),
            Kind.DRAW: _("Draw"),
            Kind.STATUS: _("Status"),
            Kind.REFERRAL: _("Referral"),
        }[self.line.kind]

    @property
    def share(self) -> float:
        return share_left_out(self.found, self.line)

    @property
    def tone(self) -> str:
        return "bad" if self.share >= 0.5 else "warn" if self.share >= 0.2 else "good"

    @property
    def reasons(self) -> list[tuple[str, str, int, float]]:
        """Code, words, how many, which share of the members."""
        members = self.found.members or 1
        return [
            (code, self.words.outcome(code, self.line), count, count / members)
            for code, count in self.line.reasons
        ]

    @property
    def ways(self) -> list[str]:
        return [self.words.way(self.line, way) for way in self.line.ways]

    @property
    def unsuited(self) -> str:
        return self.words.fit(self.line.fit) if self.line.fit is not None else ""


@dataclass(frozen=True)
class FairnessShown:
    """One look, with its lines in words."""

    run: FairnessRun
    found: Fairness
    document: Document

    @cached_property
    def words(self) -> Words:
        return Words(self.document, language(), {one.store_id: one.name for one in catalogue.stores()})

    @property
    def lines(self) -> list[LineShown]:
        """Those that leave most members out first."""
        shown = [self.of(line) for line in self.found.lines]
        return sorted(shown, key=lambda one: -one.line.left_out_count)

    @property
    def has_recorded(self) -> bool:
        """Is it told of a rule in force whom it really gave something? Looks kept from before do not say it."""
        return any(line.had is not None for line in self.found.lines)

    def of(self, line: Line) -> LineShown:
        address = reverse("fairness-line", args=[self.run.run_id, line.kind.value, line.code])
        return LineShown(line, self.found, self.words, address)

    @property
    def not_known(self) -> list[str]:
        return self.words.not_known(self.found)


# ---------------------------------------------------------------- the list of looks, and starting one


@require_GET
@allowed("simulate.run")
def looks(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/fairness/list.html", {"programme": None})
    runs = [_as_read(one) for one in fairness_runs.runs(known.code)]
    open_drafts = [
        one
        for one in (
            DraftShown(draft, known, str(signed_in(request).id)) for draft in drafts.open_drafts(known.code)
        )
        if one.document is not None and one.document.programme == known.code
    ]
    context = {
        "programme": known,
        "looks": [(run, author(run.asked_by)) for run in runs],
        "drafts": open_drafts,
        "chosen": request.GET.get("draft", ""),
        "has_history": first_day() is not None,
        "is_busy": any(not run.state.is_over for run in runs),
    }
    return render(request, "backoffice/fairness/list.html", context)


@require_POST
@allowed("simulate.run")
def start(request: HttpRequest) -> HttpResponse:
    """Look at the version in force or at a draft, over a period; answers with the page that tells how far it is."""
    known = programme_at(request)
    if known is None or first_day() is None:
        raise Http404
    since, until = _day(request.POST.get("from", "")), _day(request.POST.get("to", ""))
    if since is not None and until is not None and since > until:
        messages.error(request, _("The period ends before it begins."))
        return redirect("fairness")
    if sum(not run.state.is_over for run in fairness_runs.runs(known.code)) >= RUNNING_MAX:
        messages.error(request, _("A look is at work already: wait for it, or stop it."))
        return redirect("fairness")
    document, yaml, made_of = _asked(request, known)
    by = str(signed_in(request).id)
    run_id = fairness_runs.start(document, yaml, label=made_of, by=by, since=since, until=until)
    trail.record(actor_at(request), "fairness.run", "fairness", str(run_id))
    return redirect("fairness-run", run_id=run_id)


def _asked(request: HttpRequest, known: Programme) -> tuple[Document, str, str]:
    source = request.POST.get("source", LIVE)
    if source == LIVE:
        plan = next(one for one in known.versions if one.version == known.plan.version)
        return plan.document, yaml_of(plan), tried_plans.of_version(plan.version)
    try:
        draft = drafts.find(UUID(source))
    except ValueError:
        draft = None
    if draft is None:
        raise Http404
    shown = DraftShown(draft, known, str(signed_in(request).id))
    if shown.document is None or shown.document.programme != known.code:
        raise Http404
    return shown.document, draft.text, tried_plans.of_draft(draft.draft_id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# ---------------------------------------------------------------- one look


@require_GET
@allowed("simulate.run")
def look(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _run_of(request, run_id)
    shown = _shown(run)
    context = {
        "programme": known,
        "run": run,
        "author": author(run.asked_by),
        "shown": shown,
        "left": formats.number(round(formats.about(run.seconds_left) or 0)) if run.seconds_left else "",
        "has_invented": has_invented(),
    }
    template = "state" if is_partial(request) else "look"
    return render(request, f"backoffice/fairness/{template}.html", context)


@require_POST
@allowed("simulate.run")
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    _known, run = _run_of(request, run_id)
    if not run.state.is_over:
        fairness_runs.cancel(run_id)
        trail.record(actor_at(request), "fairness.cancelled", "fairness", str(run_id))
        messages.success(request, _("It is stopped."))
    return redirect("fairness-run", run_id=run_id)


@require_GET
@allowed("simulate.run")
def line(request: HttpRequest, run_id: UUID, kind: str, code: str) -> HttpResponseBase:
    """One rule, offer or reward: why members are left out, other ways, and the members to whoever may see them."""
    _known, run = _run_of(request, run_id)
    shown = _shown(run)
    found = shown.found.line(kind, code) if shown is not None else None
    if shown is None or found is None:
        raise Http404
    person = signed_in(request)
    around = {"shown": shown, "one": shown.of(found), "run": run}
    if not person.sees_everybody:
        return render(request, "backoffice/fairness/line.html", around)
    return LeftOut(shown, found, around).answer(request)


class LeftOut(Listing[tuple[UUID, str, str]]):
    """The members who could never have had one thing: who, their name, and why."""

    title = gettext_lazy("Those left out")
    name = "left-out"
    permission = "customers.view"
    export_permission = "customers.export"
    template = "backoffice/fairness/line.html"
    empty_icon = "users"
    empty_title = gettext_lazy("Nobody is left out")
    empty_text = gettext_lazy("Every member had it, or had an occasion within reach.")

    def __init__(self, shown: FairnessShown, line: Line, around: dict[str, Any]) -> None:
        self._look = shown
        self._line = line
        self._around = around
        self.filters = (Choice("why", _("Why"), self._options),)

    def _options(self) -> Sequence[tuple[str, str]]:
        return [(code, self._look.words.outcome(code, self._line)) for code, _count in self._line.reasons]

    def columns(self, request: HttpRequest) -> Sequence[Column[tuple[UUID, str, str]]]:
        def said(row: tuple[UUID, str, str]) -> str:
            return self._look.words.outcome(row[2], self._line)

        return (
            Column(_("Customer"), _who, lambda row: row[1]),
            Column(_("Identifier"), None, lambda row: row[0]),
            Column(_("Why"), said, said),
            Column(_("Code"), None, lambda row: row[2]),
        )

    def rows(
        self, request: HttpRequest, chosen: Chosen, cursor: str, size: int
    ) -> Slice[tuple[UUID, str, str]]:
        begin = number_in(cursor) or 0
        why = chosen.text("why")
        place = self._look.found.lines.index(self._line)
        found = fairness_runs.people(self._look.run.run_id, place, why, start=begin, limit=size + 1)
        names = names_of([customer for customer, _outcome in found])
        page = [(customer, names.get(customer, ""), outcome) for customer, outcome in found[:size]]
        total = self._line.left_out.get(why, 0) if why else self._line.left_out_count
        return Slice(page, str(begin + size) if len(found) > size else None, total)

    def around(self, request: HttpRequest) -> dict[str, Any]:
        return self._around


def _who(row: tuple[UUID, str, str]) -> object:
    name = row[1] or _("Customer without a name")
    return cells.person(reverse("customer", args=[row[0]]), initials_of(name), name, "")


def _run_of(request: HttpRequest, run_id: UUID) -> tuple[Programme, FairnessRun]:
    known = programme_at(request)
    run = fairness_runs.run(run_id)
    if known is None or run is None or run.programme != known.code:
        raise Http404
    return known, _as_read(run)


def _as_read(run: FairnessRun) -> FairnessRun:
    """The look with its plan named for who reads it."""
    return replace(run, label=tried_plans.name(run.label, run.programme))


def _shown(run: FairnessRun) -> FairnessShown | None:
    if run.fairness is None or run.state is not RunState.DONE:
        return None
    document = read(run.yaml).document
    assert document is not None, "a document is checked before it is looked at"
    return FairnessShown(run, run.fairness, document)
