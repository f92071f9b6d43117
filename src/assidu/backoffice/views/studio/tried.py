"""What it would have done: plans tried on the customers of the past, with what these might answer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.csv_files import csv_file, words_in
from assidu.backoffice.discounts.figures import Figure, Writer
from assidu.backoffice.drafting import DraftShown
from assidu.backoffice.paper.making import PDF, on_paper
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.backoffice.trials.form import FEW, Asked, TrialForm
from assidu.backoffice.trials.told import TrialTold
from assidu.backoffice.versions import language
from assidu.backoffice.views.programme import author, yaml_of
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.economics import measuring
from assidu.economics.micro import runs
from assidu.economics.micro.runs import TrialRun, as_read
from assidu.economics.micro.tables import tables
from assidu.economics.micro.types import PLANS_MAX, Behaviour, MicroQuestion, MicroResult, PlanAsked
from assidu.economics.words import BASES, BEHAVIOUR
from assidu.economics.workbook.micro import micro_workbook
from assidu.foundation import clock
from assidu.foundation.people import actions as trail
from assidu.loyalty import drafts
from assidu.measurement.queries import first_day, has_invented
from assidu.plans.reading import read
from assidu.simulation import tried_plans

TAB = "tried"
VERSIONS_OFFERED = 6
RUNNING_MAX = 1
"""It takes every core: a second one would only make both slow."""


@dataclass(frozen=True)
class TrialLine:
    """A trial as the list tells it."""

    run: TrialRun
    title: str
    author: str
    best: str = ""
    net: Figure | None = None


# ---------------------------------------------------------------- the list, and asking


@require_GET
@allowed("economics.view")
def trials(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/studio/tried.html", {"programme": None, "tab": TAB})
    again = next((one for one in runs.runs(known.code) if str(one.run_id) == request.GET.get("again")), None)
    start = again.question.behaviour if again is not None else None
    return _list(
        request, known, TrialForm(_sources(request, known), start, None, request.GET.getlist("plan"))
    )


def _list(request: HttpRequest, known: Programme, form: TrialForm, status: int = 200) -> HttpResponse:
    found = [as_read(one) for one in runs.runs(known.code)]
    context = {
        "programme": known,
        "tab": TAB,
        "form": form,
        "few": FEW,
        "plans_max": PLANS_MAX,
        "trials": [_line(known, one) for one in found],
        "has_history": first_day() is not None,
        "may_ask": signed_in(request).may("simulate.run"),
        "is_busy": any(not one.state.is_over for one in found),
        "has_invented": has_invented(),
    }
    return render(request, "backoffice/studio/tried.html", context, status=status)


def _sources(request: HttpRequest, known: Programme) -> list[Asked]:
    """The version in force first, then the others, then drafts."""
    versions = sorted(
        known.versions, key=lambda one: (one.version != known.plan.version, -one.version)
    )[:VERSIONS_OFFERED]  # fmt: skip
    found = [
        (f"version-{one.version}", tried_plans.of_version(one.version), yaml_of(one)) for one in versions
    ]
    by = str(signed_in(request).id)
    begun = [DraftShown(draft, known, by) for draft in drafts.open_drafts(known.code)]
    found += [
        (f"draft-{one.draft.draft_id}", tried_plans.of_draft(one.draft.draft_id), one.draft.text)
        for one in begun
        if one.document is not None and one.document.programme == known.code
    ]
    labels = tried_plans.names([made_of for _key, made_of, _yaml in found], known.code)
    return [
        Asked(key, made_of, label, yaml) for (key, made_of, yaml), label in zip(found, labels, strict=True)
    ]


@require_POST
@allowed("economics.view")
@allowed("simulate.run")
def start(request: HttpRequest) -> HttpResponse:
    """Asks; answers with the page that tells how far it is."""
    known = programme_at(request)
    if known is None or first_day() is None:
        raise Http404
    data = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    form = TrialForm(_sources(request, known), None, data, request.POST.getlist("plan") or ["none"])
    if form.mistakes:
        return _list(request, known, form, status=422)
    if sum(not one.state.is_over for one in runs.runs(known.code)) >= RUNNING_MAX:
        messages.error(request, _("A trial is at work already: wait for it, or stop it."))
        return redirect("studio-tried")
    behaviour = form.behaviour(measuring.behaviour(known.code, clock.now(), language=language()))
    question = MicroQuestion(tuple(PlanAsked(one.made_of, one.yaml) for one in form.plans), behaviour)
    run_id = runs.start(known.code, question, label="", by=str(signed_in(request).id))
    trail.record(actor_at(request), "trial.run", "trial", str(run_id))
    return redirect("studio-tried-trial", run_id=run_id)


# ---------------------------------------------------------------- one trial


@require_GET
@allowed("economics.view")
def trial(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    behaviour = run.question.behaviour
    context = {
        "programme": known,
        "tab": TAB,
        "author": author(run.asked_by),
        "left": formats.number(round(formats.about(run.seconds_left) or 0)) if run.seconds_left else "",
        "tables": [] if run.result is None else _tables(run.result, behaviour),
        "may_ask": signed_in(request).may("simulate.run"),
    }
    template = "state" if is_partial(request) else "trial"
    return render(
        request, f"backoffice/studio/tried_{template}.html", context | _page(known, run, _place(request, run))
    )


def _tables(result: MicroResult, behaviour: Behaviour) -> list[tuple[str, str]]:
    names = {
        "plans": _("Plans side by side"),
        "rules": _("Rule by rule"),
        "deciles": _("By tenth of spend"),
        "tiers": _("By status"),
        "stores": _("By usual store"),
        "sensitivity": _("Assumption by assumption"),
        "rounds": _("How the interval settled"),
        "assumptions": _("The assumptions"),
    }
    return [(one.name, names[one.name]) for one in tables(result, behaviour)]


def _place(request: HttpRequest, run: TrialRun) -> int:
    """Which plan is looked at, from 0; the last one unless said otherwise."""
    place = request.GET.get("plan", "")
    return int(place) - 1 if place.isdecimal() else len(run.question.plans) - 1


def _page(known: Programme, run: TrialRun, place: int) -> dict[str, Any]:
    """What screen and paper say alike."""
    behaviour = run.question.behaviour
    assumed = [
        (str(BEHAVIOUR[name]), _between(one.lowest, one.value, one.highest), str(BASES[one.basis.value]))
        for name, one in behaviour.ranges().items()
    ]
    return {
        "run": run,
        "title": _title(run),
        "told": _told(known, run, place),
        "assumed": assumed,
        "has_invented": has_invented(),
    }


@require_POST
@allowed("economics.view")
@allowed("simulate.run")
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    _known, run = _find(request, run_id)
    if not run.state.is_over:
        runs.cancel(run_id)
        trail.record(actor_at(request), "trial.cancelled", "trial", str(run_id))
        messages.success(request, _("It is stopped."))
    return redirect("studio-tried-trial", run_id=run_id)


@require_GET
@allowed("economics.view")
def table(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """What is behind, as CSV."""
    programme, run = _find(request, run_id)
    known = [] if run.result is None else tables(run.result, run.question.behaviour)
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise Http404
    documents = (read(one.yaml).document for one in run.question.plans)
    words = words_in([one for one in documents if one is not None], language())
    return csv_file(found, f"trial-{found.name}.csv", programme, words)


@require_GET
@allowed("economics.view")
def workbook(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    if run.result is None:
        raise Http404
    content = micro_workbook(
        run.result, run.question.behaviour, known.document.sale_currency.decimals, has_invented=has_invented()
    )
    return download(content, EXCEL, f"{known.code}-trial.xlsx")


@require_GET
@allowed("economics.view")
def printed(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known, run = _find(request, run_id)
    if run.result is None:
        raise Http404
    return download(paper(known, run, _place(request, run)), PDF, f"{known.code}-trial.pdf")


def paper(known: Programme, run: TrialRun, place: int | None = None) -> bytes:
    """The page as a file to send; ``place`` is the plan that is looked at closely, the last one unless said."""
    at = len(run.question.plans) - 1 if place is None else place
    return on_paper("backoffice/studio/tried_paper.html", known, _page(known, as_read(run), at))


# ---------------------------------------------------------------- in words


def _find(request: HttpRequest, run_id: UUID) -> tuple[Programme, TrialRun]:
    known, run = programme_at(request), runs.run(run_id)
    if known is None or run is None or run.programme != known.code:
        raise Http404
    return known, as_read(run)


def _title(run: TrialRun) -> str:
    return " · ".join(one.label for one in run.question.plans)


def _told(known: Programme, run: TrialRun, place: int) -> TrialTold | None:
    if run.result is None or not run.result.plans:
        return None
    place = min(max(place, 0), len(run.result.plans) - 1)
    write = Writer(known.document.sale_currency.code)
    return TrialTold(known, run.result, run.question.plans, place, write, language())


def _line(known: Programme, run: TrialRun) -> TrialLine:
    told = _told(known, run, 0)
    if told is None:
        return TrialLine(run, _title(run), author(run.asked_by))
    best = max(told.result.plans, key=lambda one: one.net_change.value)
    return TrialLine(
        run, _title(run), author(run.asked_by), best.label, told.write.change(best.net_change)
    )  # fmt: skip


def _between(low: float, value: float, high: float) -> str:
    figures = {"low": low, "value": value, "high": high}
    shown = {name: formats.number(round(one, 1), 1 if one % 1 else 0) for name, one in figures.items()}
    return _("%(value)s (%(low)s to %(high)s)") % shown if low < high else shown["value"]
