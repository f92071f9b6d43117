"""The library: ready programmes, read in sentences, tried on this retailer's own past, and started from as drafts."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.before_after import Results
from assidu.backoffice.first_answer import FirstAnswer
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.versions import language
from assidu.foundation.people import actions as trail
from assidu.measurement.queries import first_day
from assidu.plans.document import Document
from assidu.plans.library import ReadyProgramme, for_programme, library
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import Description, describe, text_in
from assidu.simulation import actions, queries, tried_plans
from assidu.simulation.findings import findings
from assidu.simulation.types import Run
from assidu.simulation.up_to_date import is_up_to_date
from assidu.simulation.yearly import latest_run


@dataclass(frozen=True)
class ReadyShown:
    """A ready programme in the reader's language, as the next version of the one in service where there is one."""

    ready: ReadyProgramme
    document: Document
    run: Run | None
    """Its last replay on this retailer's past, done or on its way."""
    live: int = 0
    """The version in force."""

    @property
    def code(self) -> str:
        return self.ready.code

    @cached_property
    def may_be_tried(self) -> bool:
        """Not yet, or beside a version that is no longer in force, or on a past that is no longer ours."""
        if self.run is None:
            return True
        answer = self.run.answer
        is_beside_live = self.run.against == self.live and answer is not None
        return self.run.state.is_over and not (is_beside_live and answer and is_up_to_date(answer))

    @property
    def name(self) -> str:
        return text_in(self.ready.name, language())

    @property
    def purpose(self) -> str:
        return text_in(self.ready.purpose, language())

    @cached_property
    def described(self) -> Description:
        return describe(self.document, language())

    @property
    def currencies(self) -> list[str]:
        return [text_in(currency.name, language()) for currency in self.document.currencies]

    @property
    def yaml(self) -> str:
        """What a draft starts with."""
        return rewritten(self.ready.yaml, self.document)


@require_GET
@allowed("plan.view")
def listed(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    context = {"programme": known, "ready": [_shown(ready, known) for ready in library().values()]}
    return render(request, "backoffice/library/list.html", context)


@require_GET
@allowed("plan.view")
def shown(request: HttpRequest, code: str) -> HttpResponse:
    known = programme_at(request)
    one = _shown(_ready(code), known)
    person = signed_in(request)
    may_see_figures = person.may("dashboard.view")
    report = one.run.answer if one.run is not None and may_see_figures else None
    against = one.run.against if one.run is not None else None
    context = {
        "programme": known,
        "shown": one,
        "results": Results(findings(report, one.document, against), known, one.document, False)
        if report and known
        else None,
        "run": one.run,
        "first": FirstAnswer(one.run.partial, known, one.document, against)
        if one.run is not None and one.run.partial is not None and known and may_see_figures
        else None,
        "may_edit": person.may("plan.edit"),
        "may_simulate": person.may("simulate.run") and known is not None and first_day() is not None,
        "is_busy": one.run is not None and not one.run.state.is_over,
    }
    is_part = request.headers.get("HX-Request-Type") == "partial"
    return render(request, f"backoffice/library/{'tried' if is_part else 'programme'}.html", context)


@require_POST
@allowed("simulate.run")
def try_it(request: HttpRequest, code: str) -> HttpResponse:
    """Replay the past under it, beside the version in force; where that was done already, nothing is started."""
    known = programme_at(request)
    if known is None or first_day() is None:
        raise Http404
    one = _shown(_ready(code), known)
    if one.may_be_tried and not queries.is_busy(known.code):
        by = str(signed_in(request).id)
        made_of, against = tried_plans.of_ready(code), known.plan.version
        run_id = actions.start(one.document, one.yaml, label=made_of, by=by, against=against)
        trail.record(actor_at(request), "simulation.run", "simulation", str(run_id))
    elif one.may_be_tried:
        messages.error(request, _("Two simulations are at work already: wait for one, or stop it."))
    return redirect("library-programme", code=code)


def _ready(code: str) -> ReadyProgramme:
    ready = library().get(code)
    if ready is None:
        raise Http404
    return ready


def _shown(ready: ReadyProgramme, known: Programme | None) -> ReadyShown:
    if known is None:
        return ReadyShown(ready, ready.document, None)
    document = for_programme(ready, known.document)
    return ReadyShown(ready, document, latest_run(document), known.plan.version)
