"""The programme: its versions, the check of a new one, and putting it into service; the stores."""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status

from assidu.api import answers, types
from assidu.api.asked import programme_in_service
from assidu.api.door import Caller, caller_at, stop
from assidu.api.parameters import PlanBody, PublishBody, Spoken, language_at
from assidu.catalogue import queries as catalogue
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.problems import Fault
from assidu.loyalty import plans, queries
from assidu.plans.check import examine
from assidu.plans.document import Document
from assidu.plans.document import published as numbered
from assidu.plans.identity import document_hash, to_builtins
from assidu.plans.problems import path_text
from assidu.plans.wording import describe, problem

router = Router(tags=["Programme"])


@router.get("/plans", response=types.PlanList, summary="Versions of the programme")
def list_plans(request: HttpRequest) -> types.PlanList:
    caller_at(request, "plan:read")
    programme = programme_in_service()
    book = queries.current_book(programme)
    assert book is not None, "a programme has at least one version"
    found = queries.versions(programme)
    return types.PlanList(programme, book.at(clock.now()).version, [answers.plan_line(one) for one in found])


@router.get(
    "/plans/{int:version}",
    response=types.Plan,
    summary="One version",
    openapi_extra={"responses": {304: {"description": "Not changed since the `ETag` of `If-None-Match`."}}},
)
def read_plan(
    request: HttpRequest,
    response: HttpResponse,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    language: Spoken = None,
) -> types.Plan | HttpResponse:
    """The document, as it was written and as data, and every rule as a sentence. A version never changes."""
    caller_at(request, "plan:read")
    programme = programme_in_service()
    found = next((one for one in queries.versions(programme) if one.version == version), None)
    if found is None:
        raise stop("unknown_plan")
    spoken = language_at(request, language)
    mark = f'"{found.hash[:32]}-{spoken.value}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponse(status=304, headers={"ETag": mark})
    response["ETag"] = mark
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    described = describe(found.document, spoken)
    return types.Plan(
        programme=programme,
        version=found.version,
        valid_from=found.valid_from,
        hash=found.hash,
        published_at=found.published_at,
        published_by=found.published_by,
        note=found.note,
        yaml=found.yaml,
        document=to_builtins(found.document),
        sentences=[line.sentence for section in described.sections for line in section.lines],
    )


@router.post("/plans/check", response=types.PlanCheck, summary="Check a programme")
def check_plan(request: HttpRequest, body: PlanBody, language: Spoken = None) -> types.PlanCheck:
    """Every mistake and everything odd, with its line. Nothing is kept."""
    caller_at(request, "plan:read")
    examined = examine(body.content)
    return types.PlanCheck(
        examined.is_ok,
        examined.document.programme if examined.document else None,
        answers.plan_problems(examined.problems, language_at(request, language)),
    )


@router.post("/plans", response={200: types.Published, 201: types.Published}, summary="Publish a version")
def publish_plan(request: HttpRequest, body: PublishBody, language: Spoken = None) -> Status[types.Published]:
    """Puts a checked programme into service from its `valid_from`: today or later, unless it is the first. The very
    same programme again answers the version that there is (200)."""
    caller = caller_at(request, "plan:write", is_for_stores=False)
    spoken = language_at(request, language)
    examined = examine(body.content)
    if examined.document is None or examined.errors:
        raise stop(
            "plan_has_errors",
            errors=[Fault(path_text(one.path), problem(one, spoken), one.code) for one in examined.errors],
        )
    document = examined.document
    known = plans.programmes()
    if known and document.programme not in known:
        raise stop("other_programme", f"In service: {', '.join(known)}.")
    now = clock.now()
    earlier = queries.versions(document.programme)
    book = queries.current_book(document.programme)
    is_known = any(document_hash(numbered(document, one.version)) == one.hash for one in earlier[-1:])
    if book is not None and not is_known and document.valid_from < local_day(now, book.at(now).zone):
        raise stop(
            "starts_in_the_past", "Sales were already decided on that day: let it begin today or later."
        )
    try:
        published, is_new = _put(document, body, caller, now, {one.version for one in earlier})
    except plans.NotApproved:
        raise stop("needs_approval", "Keep it as a draft and submit it: POST /v1/drafts.") from None
    except plans.NoticeTooShort as short:
        raise stop("notice_too_short", f"It may begin on {short.earliest} or later.") from None
    answer = types.Published(
        document.programme,
        published.version,
        published.valid_from,
        published.hash,
        is_new,
        answers.plan_problems(examined.warnings, spoken),
    )
    return Status(201 if is_new else 200, answer)


def _put(
    document: Document, body: PublishBody, caller: Caller, now: datetime, known: set[int]
) -> tuple[plans.PublishedPlan, bool]:
    """The version with its line in the trail, or neither."""
    with transaction.atomic():
        published = plans.publish(document, body.content, at=now, by=f"key:{caller.key.id}", note=body.note)
        is_new = published.version not in known
        if is_new:
            after = {"version": published.version, "hash": published.hash}
            record(caller.actor, "plan.published", "plan", document.programme, after=after)
    return published, is_new


@router.get("/stores", response=types.StoreList, summary="Stores")
def list_stores(request: HttpRequest) -> types.StoreList:
    """A key that is bound to a store sees that one."""
    caller = caller_at(request)
    return types.StoreList(
        [
            types.Store(
                one.store_id, one.name, one.town, one.region, one.channel, one.opened_on, one.is_invented
            )
            for one in catalogue.stores()
            if caller.store in ("", one.store_id)
        ]
    )
