"""From a draft to a version in force: asked for, approved by somebody else where that is needed, published at a date.

What was asked and approved is a text. Whoever changes the text afterwards asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from assidu.decisions.calendar import local_day
from assidu.foundation.people.actions import record
from assidu.foundation.people.queries import api_key
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import drafts
from assidu.loyalty.drafts import Closed, Draft
from assidu.loyalty.needs import Cause, Need, YearlyChange, need_of, threshold_for
from assidu.loyalty.plans import NoticeTooShort, PublishedPlan, ask, book_of, publish, published_plans
from assidu.plans.document import Document
from assidu.plans.identity import identity, to_builtins
from assidu.plans.reading import read
from assidu.plans.rewriting import rewritten
from assidu.plans.writing import to_yaml

NOTE_MAX = 500
YEARS = range(1900, 2201)
"""First days beyond are slips of the finger, and no instant in some zones."""


class DraftState(StrEnum):
    """How far a text has come. Changing it goes back to ``draft`` or ``checked``."""

    DRAFT = "draft"  # with mistakes
    CHECKED = "checked"
    SIMULATED = "simulated"
    SUBMITTED = "submitted"  # waits for an approval
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAST = "past"
    WITHDRAWN = "withdrawn"  # before it began
    DROPPED = "dropped"


class Trouble(StrEnum):
    """Why a step was not made."""

    HAS_ERRORS = "has_errors"
    OTHER_PROGRAMME = "other_programme"
    NOT_SUBMITTED = "not_submitted"
    NOT_APPROVED = "not_approved"
    OWN_WORK = "own_work"
    SENT_BACK = "sent_back"
    STARTS_IN_THE_PAST = "starts_in_the_past"
    NOTICE_TOO_SHORT = "notice_too_short"
    NOTHING_CHANGES = "nothing_changes"
    HAS_BEGUN = "has_begun"
    UNKNOWN_VERSION = "unknown_version"
    CLOSED = "closed"


class NotDone(Exception):
    """Nothing was written; ``trouble`` says why. ``earliest``: the first possible day, where notice was promised."""

    def __init__(self, trouble: Trouble, earliest: date | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble, self.earliest = trouble, earliest


@dataclass(frozen=True, slots=True)
class Approval:
    given_by: str
    given_at: datetime
    is_yes: bool
    note: str


@dataclass(frozen=True, slots=True)
class Request:
    """The decision who must approve a text, with what was answered."""

    request_id: UUID
    asked_at: datetime
    asked_by: str
    authors: tuple[str, ...]
    needed: int
    cause: Cause
    grounds: dict[str, Any]
    answers: tuple[Approval, ...]

    @property
    def is_sent_back(self) -> bool:
        return any(not one.is_yes for one in self.answers)

    @property
    def is_approved(self) -> bool:
        return not self.is_sent_back and sum(one.is_yes for one in self.answers) >= self.needed


def signature(by: Actor) -> str:
    """How an author is written down: pseudonymous, and told apart from every other."""
    if by.person_id is not None:
        return str(by.person_id)
    return f"key:{by.key_id}" if by.key_id is not None else "command"


def makers(signatures: Sequence[str]) -> list[str]:
    """The same, and the people who made the keys among them: a key never stands between somebody and their own work."""
    found = []
    for one in signatures:
        found.append(one)
        if (
            one.startswith("key:")
            and (maker := api_key(UUID(one.removeprefix("key:"))).created_by) is not None
        ):
            found.append(str(maker))
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- the steps


@transaction.atomic
def submit(draft_id: UUID, change: YearlyChange | None, *, at: datetime, by: Actor) -> Request:
    """Decide who must approve the draft as it is now, and keep that decision. Asking twice answers the first.

    ``change`` is what simulations say it costs. Raises ``NotDone``, or ``NotSimulated`` when nobody knows what matters.
    """
    draft = _locked(draft_id)
    document = _correct(draft)
    if (known := request_of(draft)) is not None and not known.is_sent_back:
        return known
    authors = makers([*drafts.authors(draft), signature(by)])
    need = need_for(draft, document, change, authors, at=at)
    request_id = ask(document, need, at=at, by=signature(by), authors=authors, draft_id=draft_id)
    after = {"needed": need.approvals, **need.grounds, "request": str(request_id)}
    record(by, "plan.submitted", "draft", str(draft_id), after=after)
    request = request_of(draft)
    assert request is not None, "it has just been written"
    return request


def need_for(
    draft: Draft, document: Document, change: YearlyChange | None, authors: Sequence[str], *, at: datetime
) -> Need:
    """What submitting would decide. Raises ``NotSimulated``."""
    versions = published_plans(document.programme)
    threshold = threshold_for(document.programme, authors)
    return need_of(_in_force(versions, at), document, threshold, change, _earlier(draft, versions, at))


def approve(draft_id: UUID, *, at: datetime, by: Actor, note: str = "") -> Request:
    """Say yes to what the draft says now. Nobody approves what they wrote."""
    return _answer(draft_id, at=at, by=by, note=note, is_yes=True)


def send_back(draft_id: UUID, *, at: datetime, by: Actor, note: str) -> Request:
    """Say no: the text is not published as it is."""
    return _answer(draft_id, at=at, by=by, note=note, is_yes=False)


@transaction.atomic
def _answer(draft_id: UUID, *, at: datetime, by: Actor, note: str, is_yes: bool) -> Request:
    draft = _locked(draft_id)
    request = request_of(draft)
    if request is None:
        raise NotDone(Trouble.NOT_SUBMITTED)
    # A key approves for whoever made it.
    given_by = makers([signature(by)])[-1]
    if is_yes and given_by in request.authors:
        raise NotDone(Trouble.OWN_WORK)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_approval (request_id, given_by, given_at, is_yes, note) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            (request.request_id, given_by, at, is_yes, note[:NOTE_MAX]),
        )
        is_new = bool(cursor.rowcount)
    if is_new:
        action = "plan.approved" if is_yes else "plan.sent_back"
        record(by, action, "draft", str(draft_id), after={"request": str(request.request_id)})
    found = request_of(draft)
    assert found is not None
    return found


@transaction.atomic
def publish_draft(
    draft_id: UUID, first_day: date, *, at: datetime, by: Actor, note: str = ""
) -> PublishedPlan:
    """Put an approved draft into service from ``first_day`` on: today or later, unless it is the first version."""
    draft = _locked(draft_id)
    document = _correct(draft)
    request = request_of(draft)
    if request is None:
        raise NotDone(Trouble.NOT_SUBMITTED)
    if not request.is_approved:
        raise NotDone(Trouble.SENT_BACK if request.is_sent_back else Trouble.NOT_APPROVED)
    known = published_plans(document.programme)
    if first_day.year not in YEARS or (known and first_day < today(known, at)):
        raise NotDone(Trouble.STARTS_IN_THE_PAST)
    moved, text = beginning_on(document, draft.text, first_day)
    try:
        plan = publish(
            moved, text, at=at, by=signature(by), note=note[:NOTE_MAX], request_id=request.request_id
        )
    except NoticeTooShort as short:
        raise NotDone(Trouble.NOTICE_TOO_SHORT, short.earliest) from short
    if known and plan.version == known[-1].version:
        raise NotDone(Trouble.NOTHING_CHANGES)
    drafts.become(draft_id, plan.version)
    _record_published(by, plan)
    return plan


@transaction.atomic
def withdraw(programme: str, version: int, *, at: datetime, by: Actor, note: str = "") -> PublishedPlan:
    """A version that has not begun yet never will: what was in force before it goes on, under a number of its own.

    Tills and servers that know of the version need no message: of two that begin together, the later one counts.
    """
    known = published_plans(programme)
    coming = next((one for one in known if one.version == version), None)
    if coming is None:
        raise NotDone(Trouble.UNKNOWN_VERSION)
    if coming.valid_from <= at or version in overtaken(known):
        raise NotDone(Trouble.HAS_BEGUN)
    number = book_of(known).at(coming.valid_from - timedelta(microseconds=1)).version
    stays = next(one for one in known if one.version == number)
    document = msgspec.structs.replace(stays.document, valid_from=coming.document.valid_from)
    text = rewritten(stays.yaml, msgspec.structs.replace(document, version=None))
    need = Need(0, Cause.WITHDRAWN, {"version": version})
    request_id = ask(document, need, at=at, by=signature(by), authors=[signature(by)])
    plan = publish(document, text, at=at, by=signature(by), note=note[:NOTE_MAX], request_id=request_id)
    record(by, "plan.withdrawn", "plan", str(version), after={"programme": programme, "by": plan.version})
    return plan


@transaction.atomic
def go_back(
    programme: str, version: int, first_day: date, *, at: datetime, by: Actor, note: str = ""
) -> PublishedPlan | Draft:
    """What an earlier version said is in force again, under a new number; or a draft of it if others must approve."""
    known = published_plans(programme)
    earlier = next((one for one in known if one.version == version), None)
    if earlier is None or earlier.valid_from > at:
        raise NotDone(Trouble.UNKNOWN_VERSION)
    before = _in_force(known, at)
    if before is not None and identity(before) == identity(earlier.document):
        raise NotDone(Trouble.NOTHING_CHANGES)
    text = earlier.yaml if read(earlier.yaml).document is not None else to_yaml(earlier.document)
    draft = drafts.open_from(earlier, text, at=at, by=signature(by), is_return=True)
    record(by, "plan.draft_opened", "draft", str(draft.draft_id), after={"returns_to": version})
    request = submit(draft.draft_id, None, at=at, by=by)
    if not request.is_approved:
        return draft
    return publish_draft(draft.draft_id, first_day, at=at, by=by, note=note)


@transaction.atomic
def set_threshold(programme: str, yearly_minor: int | None, *, at: datetime, by: Actor) -> None:
    """From which yearly cost on a second person approves, in minor units of the sale currency; nothing: never."""
    before = threshold_for(programme)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_approval_threshold (programme, set_at, set_by, yearly_minor) VALUES (%s, %s, %s, %s)",
            (programme, at, signature(by), yearly_minor),
        )
    was, now = {"yearly_minor": before}, {"yearly_minor": yearly_minor}
    record(by, "plan.threshold_set", "programme", programme, before=was, after=now)


def _record_published(by: Actor, plan: PublishedPlan) -> None:
    after = {
        "programme": plan.document.programme,
        "valid_from": plan.document.valid_from.isoformat(),
    }
    record(by, "plan.published", "plan", str(plan.version), after=after)


def _locked(draft_id: UUID) -> Draft:
    try:
        return drafts.locked(draft_id)
    except Closed:
        raise NotDone(Trouble.CLOSED) from None


def _correct(draft: Draft) -> Document:
    examined = draft.examine()
    if examined.document is None or not examined.is_ok:
        raise NotDone(Trouble.HAS_ERRORS)
    if draft.programme != examined.document.programme:
        raise NotDone(Trouble.OTHER_PROGRAMME)
    return examined.document


# ---------------------------------------------------------------- what is known


def request_of(draft: Draft) -> Request | None:
    """The last decision about exactly what the draft says now.

    One that is older than the newest version weighed the draft against something else, and no longer counts.
    """
    document = read(draft.text).document
    if document is None:
        return None
    content = to_builtins(document)
    content.pop("version", None)
    content.pop("valid_from", None)
    found = rows(
        "SELECT request_id, asked_at, asked_by, authors, needed, grounds::text FROM loyalty_approval_request "
        "AS r WHERE draft_id = %s AND content = %s::jsonb AND NOT EXISTS (SELECT FROM loyalty_plan AS p "
        "WHERE p.programme = r.programme AND p.published_at > r.asked_at) "
        "ORDER BY asked_at DESC, request_id DESC LIMIT 1",
        [draft.draft_id, msgspec.json.encode(content).decode()],
    )
    return _request(*found[0]) if found else None


def requests_of_versions(programme: str) -> dict[int, Request]:
    """By which decision each version was published, by its number."""
    found = rows(
        "SELECT p.version, r.request_id, r.asked_at, r.asked_by, r.authors, r.needed, r.grounds::text "
        "FROM loyalty_plan AS p JOIN loyalty_approval_request AS r USING (request_id) WHERE p.programme = %s",
        [programme],
    )
    return {version: _request(*fields) for version, *fields in found}


def _request(
    request_id: UUID, asked_at: datetime, asked_by: str, authors: Sequence[str], needed: int, grounds: str
) -> Request:
    answers = rows(
        "SELECT given_by, given_at, is_yes, note FROM loyalty_approval WHERE request_id = %s ORDER BY given_at",
        [request_id],
    )
    told = msgspec.json.decode(grounds)
    return Request(
        request_id,
        asked_at,
        asked_by,
        tuple(authors),
        needed,
        Cause(told["cause"]),
        told,
        tuple(Approval(*one) for one in answers),
    )


def state_of(draft: Draft, *, is_simulated: bool, at: datetime) -> DraftState:
    """``is_simulated``: was exactly this text simulated, and the version in force too?"""
    if draft.dropped_at is not None:
        return DraftState.DROPPED
    if draft.version is not None:
        return version_state(published_plans(draft.programme), draft.version, at)
    if not draft.examine().is_ok:
        return DraftState.DRAFT
    request = request_of(draft)
    if request is not None and request.is_sent_back:
        return DraftState.SENT_BACK
    if request is not None:
        return DraftState.APPROVED if request.is_approved else DraftState.SUBMITTED
    return DraftState.SIMULATED if is_simulated else DraftState.CHECKED


def version_state(known: Sequence[PublishedPlan], version: int, at: datetime) -> DraftState:
    """Of a published version: to come, in force, past, or withdrawn before it began."""
    if version in overtaken(known):
        return DraftState.WITHDRAWN
    plan = next(one for one in known if one.version == version)
    if plan.valid_from > at:
        return DraftState.SCHEDULED
    return DraftState.LIVE if book_of(known).at(at).version == version else DraftState.PAST


def overtaken(known: Sequence[PublishedPlan]) -> set[int]:
    """Versions that were never in force: a later one, published before they began, begins with them."""
    found = set()
    for one in known:
        if any(
            other.version > one.version
            and other.valid_from == one.valid_from
            and other.published_at <= one.valid_from
            for other in known
        ):
            found.add(one.version)
    return found


def today(known: Sequence[PublishedPlan], at: datetime) -> date:
    return local_day(at, book_of(known).at(at).zone)


def _in_force(known: Sequence[PublishedPlan], at: datetime) -> Document | None:
    if not known:
        return None
    number = book_of(known).at(at).version
    return next(one.document for one in known if one.version == number)


def _earlier(draft: Draft, known: Sequence[PublishedPlan], at: datetime) -> Document | None:
    """The version that the draft goes back to; it was in force, and so was approved once."""
    never = overtaken(known)
    return next(
        (
            one.document
            for one in known
            if one.version == draft.returns_to and one.valid_from <= at and one.version not in never
        ),
        None,
    )


def beginning_on(document: Document, text: str, first_day: date) -> tuple[Document, str]:
    """The document with another first day, also in its text, whose comments stay."""
    if document.valid_from == first_day:
        return document, text
    moved = msgspec.structs.replace(document, valid_from=first_day)
    return moved, rewritten(text, moved)
