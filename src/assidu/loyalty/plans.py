"""The published versions of a programme: numbered, hashed, never changed. The current ones make the plan book.

Each was published by a decision who had to approve it (``needs``), which the database asks for.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from assidu.decisions.calendar import local_day, midnight
from assidu.foundation.ids import new_id
from assidu.loyalty.book import PlanBook, Version
from assidu.loyalty.draws import open_draws
from assidu.loyalty.needs import Cause, Need, threshold_for
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document, published
from assidu.plans.identity import canonical_json, document_from_json, document_hash, to_builtins
from assidu.plans.notice import earliest_day

PLANS_SQL = (
    "SELECT version, valid_from, document::text, yaml, hash, published_at, published_by, note "
    "FROM loyalty_plan WHERE programme = {} ORDER BY version"
)
"""Shared with intake, which reads it by another driver: put the driver's first placeholder in."""
PROGRAMMES_SQL = "SELECT DISTINCT programme FROM loyalty_plan ORDER BY programme"


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """One version as it was published."""

    version: int
    valid_from: datetime
    document: Document
    yaml: str
    hash: str
    published_at: datetime
    published_by: str
    note: str


class NotApproved(Exception):
    """A version that others must approve first, or may have to."""


class NoticeTooShort(Exception):
    """The version takes something from customers, who were promised to be told earlier: not before ``earliest``."""

    def __init__(self, earliest: date) -> None:
        super().__init__(earliest.isoformat())
        self.earliest = earliest


def publish(
    document: Document,
    yaml: str,
    *,
    at: datetime,
    by: str = "",
    note: str = "",
    request_id: UUID | None = None,
) -> PublishedPlan:
    """Number and keep a checked document; it is in force from the first instant of its ``valid_from``.

    ``request_id`` is the decision who had to approve it; without one it is taken here, and ``NotApproved`` raised where
    somebody may have to. Publishing the very same programme with the same first day again changes nothing and answers
    what is there.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"plan:{document.programme}",)
        )
        known = published_plans(document.programme)
        if known:
            same = published(document, known[-1].version)
            if document_hash(same) == known[-1].hash:
                return known[-1]
            _keep_notice(known, document, at)
        if request_id is None:
            request_id = ask(document, _need_of_nobody(document, known), at=at, by=by, authors=[by])
        version = known[-1].version + 1 if known else 1
        numbered = published(document, version)
        plan = PublishedPlan(
            version=version,
            valid_from=midnight(numbered.valid_from, ZoneInfo(numbered.zone)),
            document=numbered,
            yaml=yaml,
            hash=document_hash(numbered),
            published_at=at,
            published_by=by,
            note=note,
        )
        cursor.execute(
            "INSERT INTO loyalty_plan (programme, version, valid_from, document, yaml, hash, published_at, "
            "published_by, note, request_id) VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)",
            (
                numbered.programme,
                version,
                plan.valid_from,
                canonical_json(numbered).decode(),
                yaml,
                plan.hash,
                at,
                by,
                note,
                request_id,
            ),
        )
        open_draws(numbered, at)
        return plan


def _keep_notice(known: Sequence[PublishedPlan], document: Document, at: datetime) -> None:
    """Compared with what would else be in force on its first day."""
    zone = ZoneInfo(document.zone)
    begins = midnight(document.valid_from, zone)
    before = [one for one in known if one.valid_from < begins]
    if not before:
        return
    promised = max(before, key=lambda one: (one.valid_from, one.version)).document
    earliest = earliest_day(promised, document, local_day(at, zone))
    if earliest is not None and document.valid_from < earliest:
        raise NoticeTooShort(earliest)


def _need_of_nobody(document: Document, known: Sequence[PublishedPlan]) -> Need:
    if not known:
        return Need(0, Cause.OPENING)
    if threshold_for(document.programme) is None:
        return Need(0, Cause.NO_THRESHOLD)
    raise NotApproved


def ask(
    document: Document,
    need: Need,
    *,
    at: datetime,
    by: str,
    authors: Sequence[str],
    draft_id: UUID | None = None,
) -> UUID:
    """Keep the decision who must approve what ``document`` says, whatever its number and first day."""
    request_id = new_id(at)
    content = to_builtins(document)
    content.pop("version", None)
    content.pop("valid_from", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_approval_request (request_id, programme, draft_id, content, asked_at, asked_by, "
            "authors, needed, grounds) VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s::jsonb)",
            (
                request_id,
                document.programme,
                draft_id,
                json.dumps(content),
                at,
                by,
                list(dict.fromkeys(authors)),
                need.approvals,
                json.dumps(need.grounds),
            ),
        )
    return request_id


def published_plans(programme: str) -> list[PublishedPlan]:
    """Every version, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(PLANS_SQL.format("%s"), (programme,))
        return plans_from_rows(cursor.fetchall())


def plans_from_rows(rows: Iterable[Sequence[Any]]) -> list[PublishedPlan]:
    """What ``PLANS_SQL`` reads."""
    return [
        PublishedPlan(version, valid_from.astimezone(UTC), document_from_json(document), *others)
        for version, valid_from, document, *others in rows
    ]


def in_force_when(plans: Sequence[PublishedPlan], at: datetime) -> PublishedPlan:
    """The version in force at an instant, of those that were published by then; before the first, the first."""
    known = [plan for plan in plans if plan.valid_from <= at and plan.published_at <= at]
    return max(known, key=lambda plan: (plan.valid_from, plan.version), default=plans[0])


def programmes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PROGRAMMES_SQL)
        return [programme for (programme,) in cursor.fetchall()]


def book_of(plans: Iterable[PublishedPlan]) -> PlanBook:
    """The plan book of published versions, compiled."""
    return PlanBook(Version(plan.valid_from, compile_plan(plan.document)) for plan in plans)


def plan_book(programme: str) -> PlanBook | None:
    """The book of a programme; ``None`` while nothing was published."""
    plans = published_plans(programme)
    return book_of(plans) if plans else None
