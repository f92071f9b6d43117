"""Plans tried on the customers of the past, with what these might answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Router, Schema, Status
from pydantic import Field

from assidu.api.asked import document_in, programme_in_service, published_plan
from assidu.api.door import caller_at, stop
from assidu.api.files import DESCRIBED, Kind, download, file
from assidu.api.parameters import Spoken, language_at
from assidu.economics import measuring
from assidu.economics.documents import SENTENCES, behaviour_yaml, read_behaviour
from assidu.economics.micro import runs
from assidu.economics.micro.runs import TrialRun, as_read
from assidu.economics.micro.tables import tables
from assidu.economics.micro.types import PLANS_MAX, Behaviour, MicroQuestion, MicroResult, PlanAsked
from assidu.economics.papers import papers
from assidu.economics.workbook.micro import micro_workbook
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.problems import Fault
from assidu.foundation.tables import as_csv
from assidu.loyalty import plans, queries
from assidu.measurement.queries import has_invented
from assidu.plans.identity import plain
from assidu.plans.problems import path_text
from assidu.plans.wording import Language, problem
from assidu.simulation.tried_plans import of_version

router = Router(tags=["Economics"])
Table = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]


class PlanBody(Schema):
    """A plan: a published `version`, or `content` in YAML or JSON; neither: the version in force."""

    label: Annotated[str, Field(max_length=120)] = ""
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    content: Annotated[str, Field(max_length=1_000_000)] = ""


class TrialBody(Schema):
    """`behaviour`: what is assumed, in YAML or JSON (`GET /v1/economics/behaviour`); measured when left out."""

    plans: Annotated[list[PlanBody], Field(min_length=1, max_length=PLANS_MAX)]
    behaviour: Annotated[str, Field(max_length=100_000)] = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """``behaviour`` is what is assumed; ``result`` what is known so far, and all of it once
    ``state`` is `done`. Its intervals have settled from round ``settled_after`` on: whoever need not know better
    can stop it then. ``tables`` can be taken away as CSV. ``has_invented``: it is the data of the
    demonstration, which is partly invented."""

    id: UUID
    state: str
    percent: int
    asked_at: datetime
    label: str
    plans: list[str]
    seconds_left: float | None
    failure: str
    behaviour: dict[str, Any]
    result: MicroResult | None
    tables: list[str]
    has_invented: bool


@dataclass(frozen=True, slots=True)
class TrialLine:
    id: UUID
    state: str
    percent: int
    asked_at: datetime
    label: str
    plans: list[str]


@dataclass(frozen=True, slots=True)
class Trials:
    trials: list[TrialLine]


@dataclass(frozen=True, slots=True)
class BehaviourDocument:
    """``behaviour``: each figure with its range; ``content`` is the same in YAML, to be changed and sent back."""

    programme: str
    behaviour: dict[str, Any]
    content: str


@router.get("/economics/behaviour", response=BehaviourDocument, summary="What is assumed of customers")
def read_assumed(request: HttpRequest, language: Spoken = None) -> BehaviourDocument:
    """Measured where the past of this brand tells, wide ranges where nothing does."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    found = measuring.behaviour(programme, clock.now(), language=language_at(request, language))
    return BehaviourDocument(programme, plain(found, with_defaults=True), behaviour_yaml(found))


@router.post("/economics/trials", response={202: Trial}, summary="Try plans on the customers")
def start_trial(request: HttpRequest, body: TrialBody, language: Spoken = None) -> Status[Trial]:
    """Replays each customer's past under each plan, in the background, with what they might answer: cost, margin and
    net beside what was recorded, with intervals. Better with each round; ask for it by its id until it is done."""
    caller = caller_at(request, "economics:read", "simulate", is_for_stores=False)
    spoken = language_at(request, language)
    programme = programme_in_service()
    if any(not one.state.is_over for one in runs.runs(programme)):
        raise stop("look_at_work")
    asked = tuple(_plan(one, n, spoken) for n, one in enumerate(body.plans, start=1))
    assumed = _behaviour(body.behaviour, programme, spoken)
    run_id = runs.start(
        programme, MicroQuestion(asked, assumed), label=caller.key.name, by=f"key:{caller.key.id}"
    )
    record(caller.actor, "trial.run", "trial", str(run_id))
    return Status(202, _told(_find(run_id)))


@router.get("/economics/trials", response=Trials, summary="Trials of plans")
def list_trials(request: HttpRequest) -> Trials:
    """The last ones first; of earlier ones nothing is kept."""
    caller_at(request, "economics:read", is_for_stores=False)
    known = plans.programmes()
    return Trials(
        [
            TrialLine(one.run_id, one.state.value, one.percent, one.asked_at, one.label, _labels(one))
            for one in (runs.runs(known[0]) if known else [])
        ]
    )


@router.get("/economics/trials/{uuid:run_id}", response=Trial, summary="One trial of plans")
def read_trial(request: HttpRequest, run_id: UUID) -> Trial:
    """How far it is, and what is known so far."""
    caller_at(request, "economics:read", is_for_stores=False)
    return _told(_find(run_id))


@router.post("/economics/trials/{uuid:run_id}/cancel", response=Trial, summary="Stop a trial of plans")
def cancel_trial(request: HttpRequest, run_id: UUID) -> Trial:
    """Stops one that is not done; what was known by then stays."""
    caller = caller_at(request, "economics:read", "simulate", is_for_stores=False)
    _find(run_id)
    runs.cancel(run_id)
    record(caller.actor, "trial.cancelled", "trial", str(run_id))
    return _told(_find(run_id))


@router.get(
    "/economics/trials/{uuid:run_id}/{str:table}.csv", response={200: str}, summary="A table of a trial"
)
def read_trial_table(request: HttpRequest, run_id: UUID, table: Table) -> HttpResponse:
    """One of the trial's `tables`, as CSV; amounts in minor units."""
    caller_at(request, "economics:read", is_for_stores=False)
    run = as_read(_find(run_id))
    known = [] if run.result is None else tables(run.result, run.question.behaviour)
    found = next((one for one in known if one.name == table), None)
    if found is None:
        raise stop("not_found")
    return download(as_csv(found), "csv", f"trial-{found.name}")


@router.get(
    "/economics/trials/{uuid:run_id}/trial.{kind}",
    response={200: bytes},
    summary="A trial, as a file",
    openapi_extra=DESCRIBED,
)
def read_trial_file(request: HttpRequest, run_id: UUID, kind: Kind, language: Spoken = None) -> HttpResponse:
    """The workbook works itself out from what each plan gives; the page tells the last plan closely. Both need a
    first round."""
    caller_at(request, "economics:read", is_for_stores=False)
    spoken = language_at(request, language)
    with translation.override(spoken):
        run = as_read(_find(run_id))
    result = run.result
    if result is None:
        raise stop("not_found")
    decimals = queries.versions(run.programme)[-1].document.sale_currency.decimals
    return file(
        kind,
        f"{run.programme}-trial",
        spoken,
        workbook=lambda: micro_workbook(
            result, run.question.behaviour, decimals, has_invented=has_invented()
        ),
        paper=lambda: papers().tried(run),
    )


def _behaviour(content: str, programme: str, spoken: Language) -> Behaviour:
    if not content:
        return measuring.behaviour(programme, clock.now(), language=spoken)
    found, problems = read_behaviour(content)
    if found is None:
        raise stop(
            "settings_have_errors",
            errors=[
                Fault(path_text(one.path), problem(one, spoken, SENTENCES), one.code) for one in problems
            ],
        )
    return found


def _find(run_id: UUID) -> TrialRun:
    run = runs.run(run_id)
    if run is None:
        raise stop("not_found")
    return run


def _labels(run: TrialRun) -> list[str]:
    return [one.label for one in as_read(run).question.plans]


def _told(run: TrialRun) -> Trial:
    run = as_read(run)
    result = run.result
    return Trial(
        run.run_id,
        run.state.value,
        run.percent,
        run.asked_at,
        run.label,
        [one.label for one in run.question.plans],
        run.seconds_left,
        run.failure,
        plain(run.question.behaviour, with_defaults=True),
        result,
        [] if result is None else [one.name for one in tables(result, run.question.behaviour)],
        has_invented(),
    )


def _plan(body: PlanBody, n: int, spoken: Language) -> PlanAsked:
    if body.content:
        document_in(body.content, spoken)
        return PlanAsked(body.label or f"plan {n}", body.content)
    version, _document, yaml = published_plan(body.version)
    return PlanAsked(body.label or of_version(version), yaml)
