"""Simulations: the past decided again under other rules, and who would have got what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from assidu.api import answers
from assidu.api.asked import plan_asked, published_plan
from assidu.api.door import caller_at, stop
from assidu.api.files import MEDIA_TYPES, download
from assidu.api.parameters import Spoken, language_at
from assidu.api.types import FirstAnswer
from assidu.economics.workbook.simulated import simulated_workbook
from assidu.foundation.people.actions import record
from assidu.foundation.tables import as_csv
from assidu.loyalty import plans, queries
from assidu.loyalty.plans import in_force_when
from assidu.measurement.queries import has_invented
from assidu.plans.diff import diff
from assidu.plans.reading import read
from assidu.plans.wording import Language, change
from assidu.simulation import actions
from assidu.simulation import queries as simulations
from assidu.simulation.findings import BeforeAfter, Findings, findings
from assidu.simulation.side_by_side import COMPARED_MAX, ComparedFigure, common_against, side_by_side
from assidu.simulation.tables import tables
from assidu.simulation.tried_plans import name
from assidu.simulation.types import Run

router = Router(tags=["Programme"])
LISTED_MAX = 50
LAST_COMPARED = 3
Compared = Annotated[
    list[UUID],
    Query(
        [], max_length=COMPARED_MAX, description="The ids of those to compare; the last three when left out."
    ),
]


Beside = Annotated[
    Literal["recorded"] | None,
    Query(description="Beside what really happened, instead of the version that it is compared with."),
]
TableName = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]
WORKBOOK = {
    "responses": {
        200: {
            "description": "The workbook, in the language that is asked for.",
            "content": {MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class SimulationBody(Schema):
    """What to try: a published `version`, or `content` in YAML or JSON; neither: the version in force.

    It is compared with the version `against`, replayed over the same past; left out: the one in force. With what really
    happened it is compared in any case; `recorded`: with nothing else.
    """

    label: Annotated[str, Field(max_length=120)] = ""
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    content: Annotated[str, Field(max_length=1_000_000)] = ""
    against: Annotated[int, Field(ge=1, le=1_000_000)] | Literal["recorded"] | None = None


@dataclass(frozen=True, slots=True)
class Simulation:
    """``findings`` are there once ``state`` is `done`; while it runs, ``partial`` is what is known already. Both are
    beside the version ``against``, replayed over the same past, or where that is `null` beside what really happened,
    decided by each version in its turn; ``beside_recorded`` tells the latter in any case.

    ``changes`` is what the tried document changes of the version ``compared_with``, one sentence each: that of
    ``against``, else the one that was in force when it was asked for; ``yaml`` is that document. ``seconds_left`` is an
    estimate. ``has_invented``: it is the data of the demonstration, which is partly invented. ``tables`` can be read as
    CSV.
    """

    id: UUID
    state: str
    percent: int
    asked_at: datetime
    label: str
    seconds_left: float | None
    failure: str
    against: int | None
    compared_with: int
    changes: list[str]
    yaml: str
    findings: Findings | None
    beside_recorded: Findings | None
    has_invented: bool
    partial: FirstAnswer | None
    tables: list[str]


@dataclass(frozen=True, slots=True)
class SimulationLine:
    """``cost_minor`` (in minor units of ``money``) and how many win and lose, once it is done, beside ``against``."""

    id: UUID
    state: str
    percent: int
    asked_at: datetime
    label: str
    against: int | None
    money: str | None
    cost_minor: BeforeAfter | None
    winner_count: int | None
    loser_count: int | None


@dataclass(frozen=True, slots=True)
class Simulations:
    simulations: list[SimulationLine]


@dataclass(frozen=True, slots=True)
class SimulationsCompared:
    """``figures`` tell each main figure before, then for each of ``simulations`` in their order. Before is the version
    ``against``, replayed over the same past; where not all were compared with the same one it is `null`, and before is
    what really happened. Figures whose name ends in `_minor` are minor units of money, `cost_share` is a share of
    sales, those with a ``currency`` are its units."""

    against: int | None
    simulations: list[SimulationLine]
    figures: list[ComparedFigure]


@router.post("/simulations", response={202: Simulation}, summary="Simulate a programme")
def start_simulation(
    request: HttpRequest, body: SimulationBody, language: Spoken = None
) -> Status[Simulation]:
    """Replays all recorded history under other rules, in the background; nothing is changed for anybody. Ask for it by
    its id until it is done."""
    caller = caller_at(request, "simulate", is_for_stores=False)
    spoken = language_at(request, language)
    document, yaml = plan_asked(body.content, spoken, body.version)
    against = None if body.against == "recorded" else published_plan(body.against)[0]
    if simulations.is_busy(document.programme):
        raise stop("simulations_at_work")
    label, by = body.label or caller.key.name, f"key:{caller.key.id}"
    run_id = actions.start(document, yaml, label=label, by=by, against=against)
    record(caller.actor, "simulation.run", "simulation", str(run_id))
    return Status(202, _told(_find(run_id), spoken))


@router.get("/simulations", response=Simulations, summary="Simulations")
def list_simulations(request: HttpRequest) -> Simulations:
    """The last fifty, the last one first."""
    caller_at(request, "simulate", is_for_stores=False)
    known = plans.programmes()
    return Simulations([_line(one) for one in (simulations.runs(known[0], LISTED_MAX) if known else [])])


@router.get("/simulations/compare", response=SimulationsCompared, summary="Simulations side by side")
def compare_simulations(request: HttpRequest, run: Compared) -> SimulationsCompared:
    """The main figures of simulations that are done, beside the version that all of them are compared with."""
    caller_at(request, "simulate", is_for_stores=False)
    found = [_find(one) for one in dict.fromkeys(run)] if run else _last_done()
    against = common_against(found)
    done = [_findings(one, against) for one in found]
    return SimulationsCompared(
        against,
        [_line(one) for one, known in zip(found, done, strict=True) if known is not None],
        side_by_side([known for known in done if known is not None]),
    )


@router.get(
    "/simulations/compare.xlsx",
    response={200: bytes},
    summary="Simulations side by side, as a workbook",
    openapi_extra=WORKBOOK,
)
def read_compared_workbook(request: HttpRequest, run: Compared, language: Spoken = None) -> HttpResponse:
    """The same figures with their changes, and a sheet for each table of each simulation."""
    caller_at(request, "simulate", is_for_stores=False)
    found = [_find(one) for one in dict.fromkeys(run)] if run else _last_done()
    return _workbook(found, common_against(found), language_at(request, language))


@router.get("/simulations/{uuid:run_id}", response=Simulation, summary="One simulation")
def read_simulation(request: HttpRequest, run_id: UUID, language: Spoken = None) -> Simulation:
    """How far it is; once it is done, everything that was found: cost, units, statuses, rules, tenths of the customers,
    who wins and loses most, and why events came out differently."""
    caller_at(request, "simulate", is_for_stores=False)
    return _told(_find(run_id), language_at(request, language))


@router.get(
    "/simulations/{uuid:run_id}/{str:table}.csv", response={200: str}, summary="A table of a simulation"
)
def read_simulation_table(
    request: HttpRequest, run_id: UUID, table: TableName, against: Beside = None
) -> HttpResponse:
    """One of the simulation's `tables`, as CSV; amounts in minor units."""
    caller_at(request, "simulate", is_for_stores=False)
    run = _find(run_id)
    found = _findings(run, None if against else run.against)
    wanted = next((one for one in ([] if found is None else tables(found)) if one.name == table), None)
    if wanted is None:
        raise stop("not_found")
    return download(as_csv(wanted), "csv", f"simulation-{wanted.name}")


@router.get(
    "/simulations/{uuid:run_id}/simulation.xlsx",
    response={200: bytes},
    summary="A simulation, as a workbook",
    openapi_extra=WORKBOOK,
)
def read_simulation_workbook(
    request: HttpRequest, run_id: UUID, against: Beside = None, language: Spoken = None
) -> HttpResponse:
    """The main figures beside what it is compared with, and a sheet for each of its `tables`."""
    caller_at(request, "simulate", is_for_stores=False)
    run = _find(run_id)
    return _workbook([run], None if against else run.against, language_at(request, language))


@router.post("/simulations/{uuid:run_id}/cancel", response=Simulation, summary="Stop a simulation")
def cancel_simulation(request: HttpRequest, run_id: UUID, language: Spoken = None) -> Simulation:
    """Stops one that is not over; one that is stays as it ended."""
    caller = caller_at(request, "simulate", is_for_stores=False)
    if not _find(run_id).state.is_over:
        actions.cancel(run_id)
        record(caller.actor, "simulation.cancelled", "simulation", str(run_id))
    return _told(_find(run_id), language_at(request, language))


def _workbook(runs: list[Run], against: int | None, language: Language) -> HttpResponse:
    known = [
        (name(one.label, one.programme) or str(one.run_id)[-8:], _findings(one, against)) for one in runs
    ]
    done = [(label, found) for label, found in known if found is not None]
    if not done:
        raise stop("not_found")
    programme = runs[0].programme
    decimals = queries.versions(programme)[-1].document.sale_currency.decimals
    labels, found = [label for label, _one in done], [one for _label, one in done]
    with translation.override(language):
        content = simulated_workbook(labels, found, decimals, has_invented=has_invented())
    return download(content, "xlsx", f"{programme}-simulation")


def _find(run_id: UUID) -> Run:
    run = simulations.run(run_id)
    if run is None:
        raise stop("not_found")
    return run


def _last_done() -> list[Run]:
    known = plans.programmes()
    runs = simulations.runs(known[0], LISTED_MAX) if known else []
    return [one for one in runs if one.answer is not None][:LAST_COMPARED]


def _findings(run: Run, against: int | None) -> Findings | None:
    document, report = read(run.yaml).document, run.beside(against)
    return None if report is None or document is None else findings(report, document, against)


def _line(run: Run) -> SimulationLine:
    found = _findings(run, run.against)
    return SimulationLine(
        run.run_id,
        run.state.value,
        run.percent,
        run.asked_at,
        name(run.label, run.programme),
        run.against,
        *(
            (None, None, None, None)
            if found is None
            else (found.money, found.cost_minor, found.winner_count, found.loser_count)
        ),
    )


def _told(run: Run, spoken: Language) -> Simulation:
    versions = queries.versions(run.programme)
    base = next((one for one in versions if one.version == run.against), None)
    base = base or in_force_when(versions, run.asked_at)
    document, found = read(run.yaml).document, _findings(run, run.against)
    return Simulation(
        run.run_id,
        run.state.value,
        run.percent,
        run.asked_at,
        name(run.label, run.programme),
        run.seconds_left,
        run.failure,
        run.against,
        base.version,
        [change(one, base.document, document, spoken) for one in diff(base.document, document)]
        if document is not None
        else [],
        run.yaml,
        found,
        _findings(run, None),
        has_invented(),
        answers.first_answer(run),
        [] if found is None else [one.name for one in tables(found)],
    )
