"""The published versions of a programme: numbered, hashed, never changed. The current ones make the plan book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from assidu.decisions.calendar import midnight
from assidu.loyalty.book import PlanBook, Version
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document, published
from assidu.plans.identity import canonical_json, document_from_json, document_hash

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


def publish(document: Document, yaml: str, *, at: datetime, by: str = "", note: str = "") -> PublishedPlan:
    """Number and keep a checked document; it is in force from the first instant of its ``valid_from``.

    Publishing the very same programme with the same first day again changes nothing and answers what is there.
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
            "published_by, note) VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s)",
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
            ),
        )
        return plan


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
