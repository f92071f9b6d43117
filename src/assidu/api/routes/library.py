"""Ready programmes to start from; and who could never have had what a programme gives."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from assidu.api.asked import plan_asked
from assidu.api.door import caller_at, stop
from assidu.api.parameters import Spoken, language_at
from assidu.catalogue.queries import stores
from assidu.foundation.people.actions import record
from assidu.plans.library import ReadyProgramme, library
from assidu.plans.reading import read
from assidu.plans.wording import Language, describe, text_in
from assidu.simulation import fairness_runs
from assidu.simulation.fairness_runs import FairnessRun
from assidu.simulation.fairness_types import Fairness
from assidu.simulation.fairness_words import Words, share_left_out

router = Router(tags=["Programme"])


@dataclass(frozen=True, slots=True)
class Ready:
    """A programme of the library."""

    code: str
    name: str
    purpose: str
    rules: int


@dataclass(frozen=True, slots=True)
class ReadyList:
    programmes: list[Ready]


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """``yaml`` can be sent to `/v1/drafts`, once its `programme` is that in service."""

    code: str
    name: str
    purpose: str
    yaml: str
    sentences: list[str]


class FairnessBody(Schema):
    """A period, both days included, and a programme in YAML or JSON; left out: all that is recorded, and the version in
    force."""

    content: Annotated[str, Field(max_length=1_000_000)] = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FairnessLine:
    """A rule, an offer, a reward, a draw, a status, or referral: members who had it, could have, and never could, by
    reason."""

    kind: str
    code: str
    name: str
    reached: int
    could_have: int
    left_out: int
    share_left_out: float
    reasons: dict[str, int]
    ways: list[str]
    is_channel_unsuited: bool


@dataclass(frozen=True, slots=True)
class FairnessLook:
    """A look at fairness. The figures are there once ``state`` is `done`.

    ``without_consent`` agreed to be contacted on no channel; of ``consent_unknown`` nobody wrote down whether they did.
    """

    id: UUID
    state: str
    percent: int
    asked_at: datetime
    since: date | None
    until: date | None
    members: int | None
    reached_nothing: int | None
    without_contact: int | None
    without_consent: int | None
    consent_unknown: int | None
    lines: list[FairnessLine]
    not_known: list[str]


@router.get("/library", response=ReadyList, summary="Ready programmes")
def list_ready_programmes(request: HttpRequest, language: Spoken = None) -> ReadyList:
    """What each is for, in a sentence."""
    caller_at(request, "plan:read")
    spoken = language_at(request, language)
    return ReadyList([_ready(one, spoken) for one in library().values()])


@router.get("/library/{str:code}", response=ReadyDocument, summary="One ready programme")
def read_ready_programme(request: HttpRequest, code: str, language: Spoken = None) -> ReadyDocument:
    """Its document, and every rule as a sentence."""
    caller_at(request, "plan:read")
    spoken = language_at(request, language)
    one = library().get(code)
    if one is None:
        raise stop("not_found", f"The library has: {', '.join(library())}.")
    sections = describe(one.document, spoken).sections
    sentences = [line.sentence for section in sections for line in section.lines]
    return ReadyDocument(
        one.code, text_in(one.name, spoken), text_in(one.purpose, spoken), one.yaml, sentences
    )


@router.post("/fairness", response={202: FairnessLook}, summary="Look at fairness")
def start_fairness(request: HttpRequest, body: FairnessBody, language: Spoken = None) -> Status[FairnessLook]:
    """Decides recorded history again, in the background, and says of each rule who could never have had it. Ask for
    the look by its id until it is done."""
    caller = caller_at(request, "simulate", is_for_stores=False)
    spoken = language_at(request, language)
    if body.since is not None and body.until is not None and body.since > body.until:
        raise stop("invalid_request", "The period ends before it begins.")
    document, yaml = plan_asked(body.content, spoken)
    if any(not one.state.is_over for one in fairness_runs.runs(document.programme)):
        raise stop("look_at_work")
    run_id = fairness_runs.start(
        document, yaml, label=caller.key.name, by=f"key:{caller.key.id}", since=body.since, until=body.until
    )
    record(caller.actor, "fairness.run", "fairness", str(run_id))
    run = fairness_runs.run(run_id)
    assert run is not None, "it was just asked for"
    return Status(202, _look(run, spoken))


@router.get("/fairness/{uuid:run_id}", response=FairnessLook, summary="One look at fairness")
def read_fairness(request: HttpRequest, run_id: UUID, language: Spoken = None) -> FairnessLook:
    """How far it is; once it is done, what was found of each rule, offer and reward."""
    caller_at(request, "simulate", is_for_stores=False)
    run = fairness_runs.run(run_id)
    if run is None:
        raise stop("not_found")
    return _look(run, language_at(request, language))


def _ready(one: ReadyProgramme, spoken: Language) -> Ready:
    return Ready(one.code, text_in(one.name, spoken), text_in(one.purpose, spoken), len(one.document.rules))


def _look(run: FairnessRun, spoken: Language) -> FairnessLook:
    found = run.fairness
    common: dict[str, Any] = {
        "id": run.run_id,
        "state": run.state.value,
        "percent": run.percent,
        "asked_at": run.asked_at,
    }
    if found is None:
        return FairnessLook(
            **common,
            since=run.since,
            until=run.until,
            members=None,
            reached_nothing=None,
            without_contact=None,
            without_consent=None,
            consent_unknown=None,
            lines=[],
            not_known=[],
        )
    document = read(run.yaml).document
    assert document is not None, "a document is checked before it is looked at"
    words = Words(document, spoken, {one.store_id: one.name for one in stores()})
    return FairnessLook(
        **common,
        since=found.since,
        until=found.until,
        members=found.members,
        reached_nothing=found.reached_nothing,
        without_contact=found.without_contact,
        without_consent=found.without_consent,
        consent_unknown=found.members if found.consent_unknown is None else found.consent_unknown,
        lines=_lines(found, words),
        not_known=words.not_known(found),
    )


def _lines(found: Fairness, words: Words) -> list[FairnessLine]:
    return [
        FairnessLine(
            line.kind.value,
            line.code,
            words.name(line),
            line.reached,
            line.could_have,
            line.left_out_count,
            round(share_left_out(found, line), 4),
            dict(line.reasons),
            [words.way(line, way) for way in line.ways],
            line.fit is not None and line.fit.is_unsuited,
        )
        for line in found.lines
    ]
