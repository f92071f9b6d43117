"""Simulations: a rule is changed, the past happens again under it, and one sees who would have got what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.before_after import Compared, Results
from assidu.backoffice.csv_files import Words, csv_file, words_in
from assidu.backoffice.first_answer import FirstAnswer
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.turning import as_typed, turns
from assidu.backoffice.versions import differences, language
from assidu.backoffice.views.programme import author, draft, yaml_file, yaml_of
from assidu.backoffice.views.studio.files import EXCEL, download
from assidu.economics.workbook.simulated import simulated_workbook
from assidu.foundation.people import actions as trail
from assidu.foundation.work import RunState
from assidu.loyalty.plans import PublishedPlan, in_force_when
from assidu.measurement.queries import first_day, has_invented
from assidu.plans.check import check, examine
from assidu.plans.document import Document
from assidu.plans.levers import turned, unreadable
from assidu.plans.reading import read
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import problem
from assidu.simulation import actions, queries, tried_plans
from assidu.simulation.findings import Findings, findings
from assidu.simulation.side_by_side import COMPARED_MAX, common_against
from assidu.simulation.tables import compared_table, tables
from assidu.simulation.types import Run

LABEL_MAX = 120
TITLE_MAX = 72
RECORDED = "recorded"
"""Asked for instead of a version: what really happened."""
TABLES: tuple[tuple[str, str | Promise], ...] = (
    ("figures", gettext_lazy("Main figures")),
    ("currencies", gettext_lazy("Units by currency")),
    ("statuses", gettext_lazy("Members by status")),
    ("rules", gettext_lazy("Rule by rule")),
    ("draws", gettext_lazy("Prize draws")),
    ("tenths", gettext_lazy("Tenths of the customers")),
    ("customers", gettext_lazy("Who wins and loses most")),
    ("causes", gettext_lazy("Why events came out differently")),
)
"""What can be taken away of a run, by the name of its file."""


@dataclass(frozen=True)
class RunShown:
    """A run as the list tells it, beside what it is compared with."""

    run: Run
    author: str
    cost: Compared | None
    before: str = ""
    winners: int = 0
    losers: int = 0


@dataclass(frozen=True)
class Start:
    """What the form starts from: the version in force, another one, or an earlier simulation."""

    source: str
    label: str
    document: Document
    yaml: str


# ---------------------------------------------------------------- list and comparison


@require_GET
@allowed("simulate.run")
def runs(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/simulation_empty.html", {"reason": "programme"})
    found = [_shown(known, _titled(known, run)) for run in queries.runs(known.code)]
    context = {
        "programme": known,
        "runs": found,
        "has_history": first_day() is not None,
        "has_invented": has_invented(),
        "may_compare": sum(one.run.state is RunState.DONE for one in found) > 1,
        "is_busy": any(not one.run.state.is_over for one in found),
    }
    return render(request, "backoffice/simulation.html", context)


@require_GET
@allowed("simulate.run")
def compare(request: HttpRequest) -> HttpResponse:
    known, chosen, against = _chosen(request)
    columns = [(run, _results(request, known, run, against)) for run in chosen]
    context = {
        "against": against,
        "other": common_against(chosen),
        "query": urlencode([("run", str(run.run_id)) for run in chosen]),
        "beside": "" if against is not None else f"against={RECORDED}",
        "programme": known,
        "columns": columns,
        "rows": _side_by_side([r for _, r in columns]),
        "has_invented": has_invented(),
    }
    return render(request, "backoffice/simulation_compare.html", context)


def _chosen(request: HttpRequest) -> tuple[Programme, list[Run], int | None]:
    """Those that are asked for, else the last three, and what they are compared with."""
    known = programme_at(request)
    if known is None:
        raise Http404
    done = [run for run in queries.runs(known.code, limit=50) if run.state is RunState.DONE and run.answer]
    asked = request.GET.getlist("run")
    chosen = [run for run in done if str(run.run_id) in asked][:COMPARED_MAX] or done[:3]
    return (
        known,
        [_titled(known, run) for run in chosen],
        None if request.GET.get("against") == RECORDED else common_against(chosen),
    )


@require_GET
@allowed("simulate.run")
def compared_csv(request: HttpRequest) -> HttpResponse:
    known, runs, against = _chosen(request)
    _known, labels, found = _to_take(known, runs, against)
    return csv_file(compared_table(labels, found), "side-by-side.csv", known, _words(runs))


@require_GET
@allowed("simulate.run")
def compared_excel(request: HttpRequest) -> HttpResponse:
    return _excel(*_to_take(*_chosen(request)))


def _to_take(
    known: Programme, runs: list[Run], against: int | None
) -> tuple[Programme, list[str], list[Findings]]:
    """Their names, and what they found beside what they are compared with."""
    found = [_found(run, against) for run in runs]
    done = [(run.label, one) for run, one in zip(runs, found, strict=True) if one is not None]
    if not done:
        raise Http404
    return known, [label for label, _one in done], [one for _label, one in done]


def _found(run: Run, against: int | None) -> Findings | None:
    document, report = read(run.yaml).document, run.beside(against)
    return None if report is None or document is None else findings(report, document, against)


def _excel(known: Programme, labels: list[str], found: list[Findings]) -> HttpResponse:
    decimals = known.document.sale_currency.decimals
    content = simulated_workbook(labels, found, decimals, has_invented=has_invented())
    return download(content, EXCEL, f"{known.code}-simulation.xlsx")


def _side_by_side(results: list[Results]) -> list[tuple[str, str, list[Compared]]]:
    """Each figure over all runs: its name, what they are compared with, then each run's. Only what all of them know."""
    by_label = [{line.label: line for line in one.figures} for one in results]
    return [
        (label, line.before, [figures[label] for figures in by_label])
        for label, line in (by_label[0] if by_label else {}).items()
        if all(label in figures for figures in by_label)
    ]


# ---------------------------------------------------------------- starting one


@require_http_methods(["GET", "POST"])
@allowed("simulate.run")
def new(request: HttpRequest) -> HttpResponse:
    """Every rule as a sentence with its numbers; what they change is read back as sentences."""
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/simulation_empty.html", {"reason": "programme"})
    if first_day() is None:
        return render(request, "backoffice/simulation_empty.html", {"reason": "history"})
    start = _start(request, known)
    if request.method == "GET":
        return _form(request, known, start)
    texts = as_typed(start.document, {name: str(value) for name, value in request.POST.items()})
    bad = unreadable(start.document, texts)
    document = None if bad else turned(start.document, texts)
    mistakes = (
        [] if document is None else [problem(p, language()) for p in check(document) if not p.is_warning]
    )
    wanted = request.POST.get("do", "changes")
    if document is not None and not mistakes:
        yaml = rewritten(start.yaml, document)
        if wanted == "run":
            return _launch(request, known, document, yaml)
        if wanted == "yaml":
            context = {"programme": known, "yaml": yaml, "may_simulate": True}
            context["may_keep"] = signed_in(request).may("plan.edit")
            return render(request, "backoffice/programme_draft.html", context)
    return _form(request, known, start, texts, list(bad), mistakes, document)


@require_POST
@allowed("simulate.run")
def start_from_text(request: HttpRequest) -> HttpResponseBase:
    """From the page where a document is written."""
    known = programme_at(request)
    text = request.POST.get("yaml", "").replace("\r\n", "\n")
    examined = examine(text.encode())
    if known is None or examined.document is None or not examined.is_ok:
        return draft(request)
    if examined.document.programme != known.code:
        messages.error(request, _("This document is about another programme."))
        return redirect("programme-draft")
    return _launch(request, known, examined.document, text)


def _in_short(sentence: str) -> str:
    """A sentence as a title: cut between two words."""
    if len(sentence) <= TITLE_MAX:
        return sentence
    return f"{sentence[:TITLE_MAX].rpartition(' ')[0].rstrip(',;:')}…"


def _launch(request: HttpRequest, known: Programme, document: Document, yaml: str) -> HttpResponse:
    if queries.is_busy(known.code):
        messages.error(request, _("Two simulations are at work already: wait for one, or stop it."))
        return redirect("simulation")
    label = request.POST.get("label", "").strip()[:LABEL_MAX]
    against = _against(known, request.POST.get("against", ""))
    run_id = actions.start(document, yaml, label=label, by=str(signed_in(request).id), against=against)
    trail.record(actor_at(request), "simulation.run", "simulation", str(run_id))
    return redirect("simulation-run", run_id=run_id)


def _against(known: Programme, asked: str) -> int | None:
    """The version to compare with: the one in force unless another one, or what really happened, is asked for."""
    if asked == RECORDED:
        return None
    return int(asked) if asked in {str(one.version) for one in known.versions} else known.plan.version


def _start(request: HttpRequest, known: Programme) -> Start:
    asked = request.POST if request.method == "POST" else request.GET
    source = asked.get("source", "")
    if source.startswith("run:") or asked.get("run"):
        run = _run_of(known, source.removeprefix("run:") or asked.get("run", ""))
        document = read(run.yaml).document
        if document is None:
            raise Http404
        return Start(f"run:{run.run_id}", run.label, document, run.yaml)
    number = source.removeprefix("version:") or asked.get("version", "") or str(known.plan.version)
    plan = next((one for one in known.versions if str(one.version) == number), None)
    if plan is None:
        raise Http404
    label = (
        _("version %(version)s, in force") if plan.version == known.plan.version else _("version %(version)s")
    )
    return Start(f"version:{number}", label % {"version": number}, plan.document, yaml_of(plan))


def _form(
    request: HttpRequest,
    known: Programme,
    start: Start,
    texts: dict[str, str] | None = None,
    bad: list[str] | None = None,
    mistakes: list[str] | None = None,
    document: Document | None = None,
) -> HttpResponse:
    looked_at = start.document if texts is None else document
    context: dict[str, Any] = {
        "programme": known,
        "start": start,
        "turns": turns(start.document, texts, bad or ()),
        "label": (texts or {}).get("label", ""),
        "against": (texts or {}).get("against", "") or str(known.plan.version),
        "others": [str(one.version) for one in reversed(known.versions) if one.version != known.plan.version],
        "has_invented": has_invented(),
        "bad": bad,
        "mistakes": mistakes,
        "changes": differences(known.document, looked_at) if looked_at and not mistakes else None,
    }
    is_part = request.headers.get("HX-Request-Type") == "partial"
    template = "backoffice/simulation_changes.html" if is_part else "backoffice/simulation_new.html"
    # A part that is not shown tells nobody anything: what is wrong is an answer here, not a failure.
    return render(request, template, context, status=422 if (bad or mistakes) and not is_part else 200)


# ---------------------------------------------------------------- one run


@require_GET
@allowed("simulate.run")
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        raise Http404
    shown = _run_of(known, str(run_id))
    if request.GET.get("format") == "yaml":
        return yaml_file(shown.yaml, f"{known.code}-simulation.yaml")
    document = read(shown.yaml).document
    base = _base_of(known, shown)
    is_over = shown.state.is_over
    first = (
        FirstAnswer(shown.partial, known, document, shown.against)
        if shown.partial and document and not is_over
        else None
    )
    against = None if request.GET.get("against") == RECORDED else shown.against
    report = shown.beside(against)
    said = "end" if is_over else "first" if first else ""
    context = {
        "programme": known,
        "run": shown,
        "author": author(shown.asked_by),
        "base": base,
        "against": against,
        "changes": differences(base.document, document) if document else [],
        "results": _results(request, known, shown, against) if report else None,
        "first": first,
        "said": said,
        "says": said != request.GET.get("said", ""),
        "left": _time(formats.about(shown.seconds_left)),
        "took": _time(report.seconds) if report else "",
        "has_invented": has_invented(),
        "may_keep": signed_in(request).may("plan.edit"),
        "tables": [one for one in TABLES if against is None or one[0] != "causes"],
        "beside": f"?against={RECORDED}" if against is None else "",
    }
    is_part = context["is_part"] = request.headers.get("HX-Request-Type") == "partial"
    return render(
        request, "backoffice/simulation_state.html" if is_part else "backoffice/simulation_run.html", context
    )


@require_GET
@allowed("simulate.run")
def table(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """What is behind, as CSV."""
    known, runs, against = _beside(request, run_id)
    _known, _labels, [found] = _to_take(known, runs, against)
    wanted = next((one for one in tables(found) if one.name == name), None)
    if wanted is None:
        raise Http404
    return csv_file(wanted, f"simulation-{wanted.name}.csv", known, _words(runs))


def _words(runs: Sequence[Run]) -> Words:
    """What the rules that were tried are called, also where no version has them."""
    documents = (read(run.yaml).document for run in runs)
    return words_in([one for one in documents if one is not None], language())


@require_GET
@allowed("simulate.run")
def workbook(request: HttpRequest, run_id: UUID) -> HttpResponse:
    return _excel(*_to_take(*_beside(request, run_id)))


def _beside(request: HttpRequest, run_id: UUID) -> tuple[Programme, list[Run], int | None]:
    """One run, and what the page shows it beside."""
    known = programme_at(request)
    if known is None:
        raise Http404
    shown = _run_of(known, str(run_id))
    return known, [shown], None if request.GET.get("against") == RECORDED else shown.against


@require_POST
@allowed("simulate.run")
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        raise Http404
    shown = _run_of(known, str(run_id))
    if not shown.state.is_over:
        actions.cancel(shown.run_id)
        trail.record(actor_at(request), "simulation.cancelled", "simulation", str(run_id))
        messages.success(request, _("The simulation is stopped."))
    return redirect("simulation-run", run_id=run_id)


def _run_of(known: Programme, run_id: str) -> Run:
    try:
        found = queries.run(UUID(run_id))
    except ValueError:
        found = None
    if found is None or found.programme != known.code:
        raise Http404
    return _titled(known, found)


def _titled(known: Programme, run: Run) -> Run:
    """The run named for who reads it; one that nobody named is called after its first change."""
    if run.label:
        return replace(run, label=tried_plans.name(run.label, run.programme))
    document = read(run.yaml).document
    changes = differences(_base_of(known, run).document, document) if document else []
    return replace(run, label=_in_short(changes[0]) if changes else _("Nothing changed"))


def _base_of(known: Programme, run: Run) -> PublishedPlan:
    """The version whose changes are told: the one that it is compared with, else the one in force when it was asked
    for."""
    if run.against is None:
        return in_force_when(known.versions, run.asked_at)
    return next(one for one in known.versions if one.version == run.against)


def _results(request: HttpRequest, known: Programme, run: Run, against: int | None) -> Results:
    document, found = read(run.yaml).document, _found(run, against)
    assert found is not None
    assert document is not None, "a document is checked before it is simulated"
    return Results(found, known, document, signed_in(request).may("customers.view"))


def _shown(known: Programme, run: Run) -> RunShown:
    document, report = read(run.yaml).document, run.answer
    if report is None or document is None:
        return RunShown(run, author(run.asked_by), None)
    results = Results(findings(report, document, run.against), known, document, False)
    return RunShown(
        run,
        author(run.asked_by),
        results.cost,
        results.before_word,
        report.winner_count,
        report.loser_count,
    )


def _time(seconds: float | None) -> str:
    """7 s, 2 min 05 s; nothing when it is not known."""
    if seconds is None:
        return ""
    whole = max(round(seconds), 1)
    if whole < 60:
        return _("%(seconds)s s") % {"seconds": whole}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": f"{whole % 60:02d}"}
