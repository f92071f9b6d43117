"""Versions in preparation: kept, checked, tried on a day, simulated, approved, published; withdrawing and going back.

A key approves for whoever made it, and so never for somebody who wrote in the draft.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from assidu.api import answers, types
from assidu.api.asked import programme_in_service
from assidu.api.door import Caller, caller_at, stop
from assidu.api.parameters import DraftBody, FirstDayBody, NoteBody, PlanBody, Spoken, language_at
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.foundation.people.queries import person
from assidu.foundation.sql import raw_connection
from assidu.loyalty import approvals, drafts, plans, queries
from assidu.loyalty.approvals import NotDone, Request, Trouble, signature
from assidu.loyalty.drafts import Closed, Draft, Elsewhere
from assidu.loyalty.needs import NotSimulated
from assidu.plans.compile import compile_plan
from assidu.plans.diff import diff
from assidu.plans.document import Document
from assidu.plans.wording import Language, change
from assidu.simulation.receipts import DayTried, PersonTried, last_day, try_day
from assidu.simulation.tried_plans import of_draft
from assidu.simulation.up_to_date import RecordedByNow
from assidu.simulation.yearly import Yearly, start_missing, yearly_of

router = Router(tags=["Programme"])
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
_CODES = {
    Trouble.HAS_ERRORS: "plan_has_errors",
    Trouble.UNKNOWN_VERSION: "unknown_plan",
    Trouble.CLOSED: "draft_closed",
}


@router.get("/drafts", response=types.DraftList, summary="Drafts of the programme")
def list_drafts(request: HttpRequest) -> types.DraftList:
    """Those that are neither published nor dropped, the one that was written last first."""
    caller_at(request, "plan:read")
    known = plans.programmes()
    found = drafts.open_drafts(known[0] if known else "")
    recorded = RecordedByNow()
    return types.DraftList([_line(one, _yearly(one, recorded)) for one in found])


@router.post("/drafts", response={201: types.Draft}, summary="Begin a draft")
def open_draft(request: HttpRequest, body: PlanBody, language: Spoken = None) -> Status[types.Draft]:
    """Keeps a text, correct or not. Every text that a draft ever had is kept."""
    caller = caller_at(request, "plan:write", is_for_stores=False)
    known = plans.programmes()
    live = _live(known[0]) if known else None
    with transaction.atomic():
        draft = drafts.open_draft(
            body.content,
            at=clock.now(),
            by=signature(caller.actor),
            based_on=(live.version or 0) if live is not None else 0,
            programme=known[0] if known else "",
        )
        record(
            caller.actor,
            "plan.draft_opened",
            "draft",
            str(draft.draft_id),
            after={"based_on": draft.based_on},
        )
    return Status(201, _told(draft, language_at(request, language)))


@router.get("/drafts/{uuid:draft_id}", response=types.Draft, summary="One draft")
def read_draft(request: HttpRequest, draft_id: UUID, language: Spoken = None) -> types.Draft:
    caller_at(request, "plan:read")
    return _told(_find(draft_id), language_at(request, language))


@router.put("/drafts/{uuid:draft_id}", response=types.Draft, summary="Change a draft")
def save_draft(request: HttpRequest, draft_id: UUID, body: DraftBody, language: Spoken = None) -> types.Draft:
    caller = caller_at(request, "plan:write", is_for_stores=False)
    _find(draft_id)
    try:
        by = signature(caller.actor)
        draft = drafts.save(draft_id, body.content, at=clock.now(), by=by, seen=body.step)
    except Elsewhere as elsewhere:
        raise stop("draft_changed", f"It is at step {elsewhere.draft.step.n}: read it again.") from None
    except Closed:
        raise stop("draft_closed") from None
    return _told(draft, language_at(request, language))


@router.get("/drafts/{uuid:draft_id}/receipts", response=types.DayTried, summary="Try a draft on a day")
def try_receipts(
    request: HttpRequest, draft_id: UUID, day: Annotated[date | None, Query()] = None
) -> types.DayTried:
    """The tickets of the last whole day, or of `day`, decided by the version in force and by the draft; nothing is
    written."""
    caller = caller_at(request, "plan:read", "simulate", is_for_stores=False)
    draft = _find(draft_id)
    document, live = _correct(draft), _live(draft.programme)
    in_force = compile_plan(live) if live is not None else None
    if live is None or in_force is None:
        raise stop("no_programme", "There is nothing to compare with yet.")
    chosen = day or last_day(raw_connection(), local_day(clock.now(), in_force.zone))
    if chosen is None:
        raise stop("no_programme", "There is nothing to compare with yet.")
    record(caller.actor, "plan.tried", "draft", str(draft_id), after={"day": chosen.isoformat()})
    return _day(try_day(raw_connection(), in_force, compile_plan(document, live.version or 0), chosen))


@router.post("/drafts/{uuid:draft_id}/simulate", response=types.Draft, summary="Simulate a draft")
def simulate_draft(request: HttpRequest, draft_id: UUID, language: Spoken = None) -> types.Draft:
    """Replays the past under the draft and under the version in force, in the background: read the draft again."""
    caller = caller_at(request, "plan:write", "simulate", is_for_stores=False)
    draft = _find(draft_id)
    document, live = _correct(draft), _live(draft.programme)
    if live is not None:
        start_missing(document, draft.text, live, label=of_draft(draft_id), by=signature(caller.actor))
        record(caller.actor, "simulation.run", "draft", str(draft_id))
    return _told(draft, language_at(request, language))


@router.post("/drafts/{uuid:draft_id}/submit", response=types.Draft, summary="Submit a draft")
def submit_draft(request: HttpRequest, draft_id: UUID, language: Spoken = None) -> types.Draft:
    """Decides how many others must approve what the draft says now, and keeps that decision."""
    caller_at(request, "plan:write", is_for_stores=False)
    yearly = _yearly(_find(draft_id))
    return _step(
        request,
        draft_id,
        language,
        lambda caller: approvals.submit(
            draft_id, yearly.change if yearly else None, at=clock.now(), by=caller.actor
        ),
    )


@router.post("/drafts/{uuid:draft_id}/approve", response=types.Draft, summary="Approve a draft")
def approve_draft(
    request: HttpRequest, draft_id: UUID, body: NoteBody, language: Spoken = None
) -> types.Draft:
    """Says yes for whoever made the key. Nobody approves what they wrote."""
    return _step(
        request,
        draft_id,
        language,
        lambda caller: approvals.approve(
            draft_id, at=clock.now(), by=_approver(caller).actor, note=body.note
        ),
    )


@router.post("/drafts/{uuid:draft_id}/send-back", response=types.Draft, summary="Send a draft back")
def send_draft_back(
    request: HttpRequest, draft_id: UUID, body: NoteBody, language: Spoken = None
) -> types.Draft:
    return _step(
        request,
        draft_id,
        language,
        lambda caller: approvals.send_back(
            draft_id, at=clock.now(), by=_approver(caller).actor, note=body.note
        ),
    )


@router.post("/drafts/{uuid:draft_id}/publish", response=types.PlanLine, summary="Publish a draft")
def publish_draft(request: HttpRequest, draft_id: UUID, body: FirstDayBody) -> types.PlanLine:
    """Puts an approved draft into service from `first_day` on."""
    caller = caller_at(request, "plan:write", is_for_stores=False)
    _find(draft_id)
    with _refusals():
        plan = approvals.publish_draft(
            draft_id, body.first_day, at=clock.now(), by=caller.actor, note=body.note
        )
    return answers.plan_line(plan)


@router.post("/plans/{int:version}/withdraw", response=types.PlanLine, summary="Withdraw a version to come")
def withdraw_plan(request: HttpRequest, version: Version, body: NoteBody) -> types.PlanLine:
    """A version that has not begun never will: answers the one that takes its place, which says what is in force."""
    caller = caller_at(request, "plan:write", is_for_stores=False)
    with _refusals():
        plan = approvals.withdraw(
            programme_in_service(), version, at=clock.now(), by=caller.actor, note=body.note
        )
    return answers.plan_line(plan)


@router.post("/plans/{int:version}/go-back", response=types.WentBack, summary="Go back to a version")
def go_back_to_plan(request: HttpRequest, version: Version, body: FirstDayBody) -> types.WentBack:
    """Publishes what an earlier version said under a new number; or keeps it as a draft, if others must approve."""
    caller = caller_at(request, "plan:write", is_for_stores=False)
    with _refusals():
        done = approvals.go_back(
            programme_in_service(), version, body.first_day, at=clock.now(), by=caller.actor, note=body.note
        )
    return (
        types.WentBack(None, done.draft_id) if isinstance(done, Draft) else types.WentBack(done.version, None)
    )


# ---------------------------------------------------------------- behind them


def _step(
    request: HttpRequest, draft_id: UUID, language: Spoken, do: Callable[[Caller], Request]
) -> types.Draft:
    caller = caller_at(request, "plan:write", is_for_stores=False)
    _find(draft_id)
    with _refusals():
        do(caller)
    return _told(_find(draft_id), language_at(request, language))


def _approver(caller: Caller) -> Caller:
    """A key does not approve what its maker may not. One that was made at the command line has no maker."""
    maker = caller.key.created_by
    if maker is not None and not person(maker).may("plan.approve"):
        record(caller.actor, "access.refused", "permission", "plan.approve")
        raise stop("missing_scope", "Whoever made this key does not approve versions.")
    return caller


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NotDone as refused:
        detail = f"It may begin on {refused.earliest} or later." if refused.earliest is not None else ""
        raise stop(_CODES.get(refused.trouble, refused.trouble.value), detail) from None
    except NotSimulated:
        raise stop("not_simulated", "POST …/simulate, then read the draft until its cost is known.") from None


def _find(draft_id: UUID) -> Draft:
    draft = drafts.find(draft_id)
    if draft is None:
        raise stop("unknown_draft")
    return draft


def _live(programme: str) -> Document | None:
    book = queries.current_book(programme) if programme else None
    if book is None:
        return None
    number = book.at(clock.now()).version
    return next(one.document for one in queries.versions(programme) if one.version == number)


def _correct(draft: Draft) -> Document:
    examined = draft.examine()
    if examined.document is None or not examined.is_ok:
        raise stop("plan_has_errors", "Read the draft: it tells every mistake.")
    return examined.document


def _yearly(draft: Draft, recorded: RecordedByNow | None = None) -> Yearly | None:
    examined, live = draft.examine(), _live(draft.programme)
    if live is None or examined.document is None or not examined.is_ok:
        return None
    return yearly_of(examined.document, live, recorded)


def _line(draft: Draft, yearly: Yearly | None) -> types.DraftLine:
    is_simulated = yearly is not None and yearly.change is not None
    return types.DraftLine(
        draft.draft_id,
        draft.based_on,
        approvals.state_of(draft, is_simulated=is_simulated, at=clock.now()).value,
        draft.step.n,
        draft.version,
        draft.step.written_at,
        draft.step.written_by,
    )


def _told(draft: Draft, spoken: Language) -> types.Draft:
    examined, yearly, live = draft.examine(), _yearly(draft), _live(draft.programme)
    changes = []
    if live is not None and examined.document is not None:
        changes = [change(one, live, examined.document, spoken) for one in diff(live, examined.document)]
    found = approvals.request_of(draft)
    return types.Draft(
        _line(draft, yearly),
        draft.text,
        answers.plan_problems(examined.problems, spoken),
        changes,
        None if found is None else _request(found),
        types.PlanCost(
            yearly is not None and yearly.is_running,
            yearly.change.change_minor if yearly is not None and yearly.change is not None else None,
            answers.first_answer(yearly.run) if yearly is not None else None,
            yearly is not None and yearly.is_outdated,
        ),
    )


def _request(found: Request) -> types.PlanRequest:
    return types.PlanRequest(
        found.request_id,
        found.asked_at,
        found.asked_by,
        found.needed,
        found.cause.value,
        found.grounds,
        found.is_approved,
        [types.PlanApproval(one.given_by, one.given_at, one.is_yes, one.note) for one in found.answers],
    )


def _day(tried: DayTried) -> types.DayTried:
    return types.DayTried(
        tried.day,
        tried.tickets,
        tried.customers,
        tried.is_part,
        tried.spend_minor,
        tried.live_minor,
        tried.draft_minor,
        tried.gainer_count,
        tried.loser_count,
        [
            types.RuleTried(
                one.rule,
                one.currency,
                one.live.units,
                one.draft.units,
                one.live.minor,
                one.draft.minor,
                one.is_changed,
                dict(one.met),
            )
            for one in tried.rules
        ],
        [_customer(one) for one in tried.gainers],
        [_customer(one) for one in tried.losers],
        tried.seconds,
    )


def _customer(one: PersonTried) -> types.CustomerTried:
    return types.CustomerTried(one.customer_id, one.seq, one.live_minor, one.draft_minor)
