"""Everything of this room that writes: closing months, what they are valued with, and saved assumptions."""

from collections.abc import Callable
from datetime import date, datetime

import msgspec
from django.db import connection, transaction

from assidu.decisions.calendar import add_months, local_day
from assidu.economics.closed import ClosedMonth, closed_months, seal, text_of
from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.journal import entries
from assidu.economics.models.policy import Policy
from assidu.economics.months import books
from assidu.economics.queries import assumptions, policy
from assidu.economics.sums import counts, end_of, month_sums
from assidu.economics.tiers import units_by_tier
from assidu.economics.types import NotClosed, SavedAssumptions, Trouble
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import queries as loyalty
from assidu.loyalty.approvals import signature
from assidu.loyalty.plans import programmes

TRIES = 5


def keep_sums(at: datetime, watch: Callable[[int, int], None] = lambda _done, _total: None) -> None:
    """Add up the months whose sums are not kept, or no longer right, before somebody asks and waits."""
    known = programmes()
    for done, programme in enumerate(known):
        watch(done, len(known))
        book = loyalty.current_book(programme)
        assert book is not None, "a programme has at least one version"
        month_sums(programme, local_day(at, book.at(at).zone))
    watch(len(known), len(known))


@transaction.atomic
def close_month(programme: str, month: date | None = None, *, by: Actor, at: datetime) -> ClosedMonth:
    """Close the oldest open month (``month``, if it is named, must be that one); raises ``NotClosed``. It cannot be
    opened again: what is learnt later falls in the next one."""
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    with connection.cursor() as cursor:
        # One at a time: two who close at once close two months, or one of them is told.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"months:{programme}"])
    known = closed_months(programme)
    today = local_day(at, book.at(at).zone)
    due = _due(programme, known, today, month)
    kept = policy(programme)
    for _ in range(TRIES):
        last = end_of(due)
        before = counts(programme, last)
        found = books(programme, book, kept, at, due)
        tiers = units_by_tier(programme, last)
        # Several statements have looked: they saw the same, if nothing came in between.
        if counts(programme, last) == before:
            break
    else:
        raise NotClosed(Trouble.BUSY, due)
    figures, booked = found.figures[-1], found.months[-1]
    made = entries(programme, figures, last, kept.accounts)
    text = text_of(figures, booked.moves, tiers, made, kept)
    previous = known[-1].hash if known else ""
    sealed = seal(previous, text)
    who = signature(by)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO economics_month (programme, month, closed_at, closed_by, figures, previous, hash) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [programme, due, at, who, text, previous, sealed],
        )
    after = {"liability_minor": figures.liability_minor, "hash": sealed}
    record(by, "month.closed", "month", f"{programme}/{due:%Y-%m}", after=after)
    return closed_months(programme)[-1]


def _due(programme: str, known: list[ClosedMonth], today: date, wanted: date | None) -> date:
    """The month that can be closed."""
    if known:
        due = add_months(known[-1].month, 1)
    else:
        first = min(counts(programme, today), default=None)
        if first is None:
            raise NotClosed(Trouble.NOTHING_YET)
        due = first
    if wanted is not None and wanted < due:
        raise NotClosed(Trouble.ALREADY_CLOSED if known else Trouble.NOT_NEXT, due)
    if wanted is not None and wanted > due:
        raise NotClosed(Trouble.NOT_NEXT, due)
    if end_of(due) >= today:
        raise NotClosed(Trouble.NOT_OVER, due)
    [(late,)] = rows(
        "SELECT count(*) FROM loyalty_member WHERE programme = %s AND next_due <= %s",
        [programme, end_of(due)],
    )
    if late:
        raise NotClosed(Trouble.NOT_CAUGHT_UP, due, late)
    return due


@transaction.atomic
def set_policy(programme: str, document: Policy, *, by: Actor, at: datetime) -> None:
    """What open months are valued with from now on; closed ones stay as they are."""
    before = policy(programme)
    text = msgspec.json.encode(document).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO economics_policy (programme, set_at, set_by, document) VALUES (%s, %s, %s, %s::jsonb)",
            [programme, at, signature(by), text],
        )
    record(
        by,
        "liability.policy_set",
        "programme",
        programme,
        before=msgspec.to_builtins(before),
        after=msgspec.to_builtins(document),
    )


@transaction.atomic
def save_assumptions(programme: str, document: Assumptions, *, by: Actor, at: datetime) -> SavedAssumptions:
    """Under its name: a new version, unless it says the same as the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"assumptions:{programme}:{document.name}"],
        )
    known = assumptions(programme, document.name)
    if known is not None and known.document == document:
        return known
    version = 1 if known is None else known.version + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO economics_assumptions (programme, name, version, saved_at, saved_by, document) "
            "VALUES (%s, %s, %s, %s, %s, %s::jsonb)",
            [
                programme,
                document.name,
                version,
                at,
                signature(by),
                msgspec.json.encode(document).decode(),
            ],
        )
    record(by, "assumptions.saved", "assumptions", f"{programme}/{document.name}", after={"version": version})
    saved = assumptions(programme, document.name)
    assert saved is not None, "it was just saved"
    return saved
