"""What discounts cost and brought, and history with a share of them turned into points."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema, Status
from pydantic import Field

from assidu.api.asked import plan_asked
from assidu.api.door import caller_at, stop
from assidu.api.files import DESCRIBED, Kind, download, file
from assidu.api.parameters import Spoken, language_at
from assidu.economics.discounts import runs
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.discounts.tables import tables
from assidu.economics.discounts.turned_plan import currency_for
from assidu.economics.discounts.types import DiscountsAnswer, DiscountsQuestion, Turning
from assidu.economics.discounts.words import assumptions, why
from assidu.economics.papers import papers
from assidu.economics.workbook.discounts import discounts_workbook
from assidu.foundation.people.actions import record
from assidu.foundation.tables import as_csv
from assidu.loyalty import plans, queries
from assidu.measurement.queries import has_invented
from assidu.plans.document import Document
from assidu.plans.wording import Language
from assidu.simulation.tried_plans import name

router = Router(tags=["Economics"])
Percent = Annotated[float, Field(ge=0, le=100)]
WholePercent = Annotated[int, Field(ge=0, le=100)]
Table = Annotated[str, Path(pattern="^[a-z-]{1,40}$")]


class TurningBody(Schema):
    """Which share of which discounts becomes points, and what is assumed of these."""

    share_percent: Annotated[int, Field(ge=1, le=100)]
    from_percent: WholePercent = 0
    departments: Annotated[list[str], Field(max_length=1_000)] = []
    currency: Annotated[str, Field(max_length=40)] = ""
    pull_percent: WholePercent = 0
    redemption_percent: Percent | None = None
    redemption_error: Annotated[float, Field(ge=0, le=50)] = 0.0
    cost_percent: Annotated[float, Field(ge=0, le=200)] = 100.0


class DiscountsBody(Schema):
    """A period, both days included (left out: all that is recorded); what a sale earns, in percent of its ordinary
    price before VAT; and, to turn a share into points, how and under which programme (`content`, in YAML or JSON; left
    out: the version in force)."""

    since: date | None = None
    until: date | None = None
    margin_percent: Percent | None = None
    margins: Annotated[dict[str, Percent], Field(max_length=1_000)] = {}
    funded_percent: Percent = 0.0
    turning: TurningBody | None = None
    content: Annotated[str, Field(max_length=1_000_000)] = ""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


@dataclass(frozen=True, slots=True)
class DiscountsLook:
    """What was asked of discounts. ``answer`` is there once ``state`` is `done`; ``why_not`` says in words why it has
    no figures; ``tables`` can be taken away as CSV. ``has_invented``: it is the data of the demonstration, which is
    partly invented."""

    id: UUID
    state: str
    percent: int
    asked_at: datetime
    seconds_left: float | None
    answer: DiscountsAnswer | None
    why_not: str | None
    assumptions: list[str]
    tables: list[str]
    has_invented: bool


@dataclass(frozen=True, slots=True)
class DiscountsLine:
    id: UUID
    state: str
    percent: int
    asked_at: datetime
    label: str
    since: date | None
    until: date | None
    share_percent: int | None


@dataclass(frozen=True, slots=True)
class DiscountsLooks:
    looks: list[DiscountsLine]


@router.post("/economics/discounts", response={202: DiscountsLook}, summary="Look at discounts")
def start_discounts(
    request: HttpRequest, body: DiscountsBody, language: Spoken = None
) -> Status[DiscountsLook]:
    """Compares recorded weeks with and without promotions, in the background; with `turning`, replays history with
    smaller discounts and points instead. Everything is observational. Ask for the look by its id until it is done."""
    caller = caller_at(request, "economics:read", "simulate", is_for_stores=False)
    spoken = language_at(request, language)
    if body.since is not None and body.until is not None and body.since > body.until:
        raise stop("invalid_request", "The period ends before it begins.")
    document, yaml = plan_asked(body.content, spoken)
    if any(not one.state.is_over for one in runs.runs(document.programme)):
        raise stop("look_at_work")
    run_id = runs.start(_question(body, document), yaml, label=caller.key.name, by=f"key:{caller.key.id}")
    record(caller.actor, "discounts.run", "discounts", str(run_id))
    run = runs.run(run_id)
    assert run is not None, "it was just asked for"
    return Status(202, _look(run, spoken))


@router.get("/economics/discounts", response=DiscountsLooks, summary="Looks at discounts")
def list_discounts(request: HttpRequest) -> DiscountsLooks:
    """The last ones first; of earlier ones nothing is kept."""
    caller_at(request, "economics:read", is_for_stores=False)
    known = plans.programmes()
    return DiscountsLooks(
        [
            DiscountsLine(
                one.run_id,
                one.state.value,
                one.percent,
                one.asked_at,
                name(one.label, one.programme),
                one.question.since,
                one.question.until,
                None if one.question.turning is None else one.question.turning.share_percent,
            )
            for one in (runs.runs(known[0]) if known else [])
        ]
    )


@router.get("/economics/discounts/{uuid:run_id}", response=DiscountsLook, summary="One look at discounts")
def read_discounts(request: HttpRequest, run_id: UUID, language: Spoken = None) -> DiscountsLook:
    """How far it is; once it is done, everything that was found."""
    caller_at(request, "economics:read", is_for_stores=False)
    return _look(_find(run_id), language_at(request, language))


@router.post(
    "/economics/discounts/{uuid:run_id}/cancel", response=DiscountsLook, summary="Stop a look at discounts"
)
def cancel_discounts(request: HttpRequest, run_id: UUID, language: Spoken = None) -> DiscountsLook:
    """Stops one that is not done; one that is stays as it is."""
    caller = caller_at(request, "economics:read", "simulate", is_for_stores=False)
    _find(run_id)
    runs.cancel(run_id)
    record(caller.actor, "discounts.cancelled", "discounts", str(run_id))
    return _look(_find(run_id), language_at(request, language))


@router.get(
    "/economics/discounts/{uuid:run_id}/{str:table}.csv",
    response={200: str},
    summary="A table of a look at discounts",
)
def read_discounts_table(request: HttpRequest, run_id: UUID, table: Table) -> HttpResponse:
    """One of the look's `tables`, as CSV; amounts in minor units."""
    caller_at(request, "economics:read", is_for_stores=False)
    answer = _find(run_id).answer
    found = next((one for one in tables(answer) if one.name == table), None) if answer is not None else None
    if found is None:
        raise stop("not_found")
    return download(as_csv(found), "csv", f"discounts-{found.name}")


@router.get(
    "/economics/discounts/{uuid:run_id}/discounts.{kind}",
    response={200: bytes},
    summary="A look at discounts, as a file",
    openapi_extra=DESCRIBED,
)
def read_discounts_file(
    request: HttpRequest, run_id: UUID, kind: Kind, language: Spoken = None
) -> HttpResponse:
    """The workbook works out what points come to, and needs figures; the page says why there are none."""
    caller_at(request, "economics:read", is_for_stores=False)
    run, spoken = _find(run_id), language_at(request, language)
    answer = run.answer
    if answer is None or (kind == "xlsx" and answer.told is None):
        raise stop("not_found")
    code = run.question.programme
    decimals = queries.versions(code)[-1].document.sale_currency.decimals
    said = assumptions(spoken, answer.told, answer.turned)
    return file(
        kind,
        f"{code}-discounts",
        spoken,
        workbook=lambda: discounts_workbook(answer, said, decimals, has_invented=has_invented()),
        paper=lambda: papers().discounts(run),
    )


def _find(run_id: UUID) -> DiscountsRun:
    run = runs.run(run_id)
    if run is None:
        raise stop("not_found")
    return run


def _question(body: DiscountsBody, document: Document) -> DiscountsQuestion:
    turning = None
    if body.turning is not None:
        one = body.turning
        if currency_for(document, one.currency) is None:
            raise stop(
                "invalid_request", "The programme has no such currency that a ticket can be paid with."
            )
        turning = Turning(
            one.share_percent,
            one.from_percent,
            tuple(one.departments),
            one.currency,
            one.pull_percent,
            one.redemption_percent,
            one.redemption_error,
            one.cost_percent,
        )
    return DiscountsQuestion(
        document.programme,
        body.since,
        body.until,
        body.margin_percent,
        dict(body.margins),
        body.funded_percent,
        turning,
        body.seed,
    )


def _look(run: DiscountsRun, spoken: Language) -> DiscountsLook:
    answer = run.answer
    untold = None if answer is None else answer.cannot_tell or answer.turned_untold
    return DiscountsLook(
        run.run_id,
        run.state.value,
        run.percent,
        run.asked_at,
        run.seconds_left,
        answer,
        None if untold is None else why(untold, spoken),
        assumptions(spoken) if answer is None else assumptions(spoken, answer.told, answer.turned),
        [] if answer is None else [one.name for one in tables(answer)],
        has_invented(),
    )
