"""Does what an allotment says, or takes it back: an event for each customer, some dozens in one transaction.

Customers are locked for a blink at a time. Whoever is cut off leaves whole batches behind; the next one takes up what
waits, and several may work at it side by side. Each event has a key of its own, so that it happens once at most.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from assidu.events.types import EventKey, EventType
from assidu.events.wire import AllottedOfferData, Incoming, OfferData, Subject
from assidu.foundation import clock
from assidu.foundation.database import as_url
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty.actions import record_together
from assidu.loyalty.allotments import Allotment, AllotmentRefused, AllotmentState, allotment
from assidu.loyalty.entries import outcome_code

SOURCE = "assidu/allotment"
BATCH = 50
AT_ONCE_MAX = 200
"""So many customers are done while whoever asked waits; more are done by a process of their own."""
SILENT_AFTER = timedelta(minutes=2)
"""An allotment whose process has not told anything for so long has lost it."""
LATER_ALLOTTED = "allotted_again"
"""Why it is not taken back: another allotment came since, and it is that one's now."""

Advance = Callable[[int], None]
Clock = Callable[[], datetime]


def begin(allotment_id: UUID, now: datetime, *, by: Actor) -> Allotment:
    """From now on it is to be done; begun twice is begun once. It is done by ``work``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_allotment SET begun_at = %s, told_at = %s WHERE allotment_id = %s AND begun_at IS NULL",
            [now, now, allotment_id],
        )
        is_new = bool(cursor.rowcount)
        one = _there(allotment_id)
        if is_new:
            people.record(by, "offer.allotted", "offer", one.offer, after=_trail(one))
    return one


def begin_undo(allotment_id: UUID, now: datetime, *, by: Actor) -> Allotment:
    """Take back what was not activated or used since. Raises ``AllotmentRefused`` while it is not done."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_allotment SET undo_begun_at = %s, told_at = %s WHERE allotment_id = %s "
            "AND ended_at IS NOT NULL AND undo_begun_at IS NULL",
            [now, now, allotment_id],
        )
        is_new = bool(cursor.rowcount)
        one = _there(allotment_id)
        if one.undo_begun_at is None:
            raise AllotmentRefused("not_done_yet")
        if is_new:
            people.record(by, "offer.allotment_undone", "offer", one.offer, after=_trail(one))
    return one


def set_off(one: Allotment, now: Clock = clock.now) -> None:
    """Do it here where it is small, else in a process of its own; answers at once."""
    if one.total - one.done <= AT_ONCE_MAX:
        work(one.allotment_id, now)
        return
    subprocess.Popen(
        [sys.executable, "-m", "assidu.loyalty.allotment_job", str(one.allotment_id)],
        env={**os.environ, "ASSIDU_DATABASE_URL": as_url(connection.settings_dict)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def resume_allotments(now: datetime) -> int:
    """The clock's: take up what lost its process; answers how many."""
    silent = rows(
        "UPDATE loyalty_allotment SET told_at = %(now)s WHERE told_at < %(silent)s "
        "AND ((begun_at IS NOT NULL AND ended_at IS NULL) OR (undo_begun_at IS NOT NULL AND undone_at IS NULL)) "
        "RETURNING allotment_id",
        {"now": now, "silent": now - SILENT_AFTER},
    )
    for (allotment_id,) in silent:
        set_off(_there(allotment_id), lambda: now)
    return len(silent)


def work(allotment_id: UUID, now: Clock = clock.now, advance: Advance = lambda _: None) -> Allotment:
    """Do all that waits, or take back all that can be; answers where it stands then."""
    one = _there(allotment_id)
    while one.is_at_work:
        is_undo = one.state is AllotmentState.UNDOING
        while count := _batch(one, now(), is_undo=is_undo):
            advance(count)
        if not _close(one, now(), is_undo=is_undo):
            break  # others are at the last of them
        one = _there(allotment_id)
    return _there(allotment_id)


# ---------------------------------------------------------------- some at a time

_CLAIM = (
    "SELECT customer_id FROM loyalty_allotted WHERE allotment_id = %s AND outcome IS NULL "
    "ORDER BY customer_id LIMIT %s FOR UPDATE SKIP LOCKED"
)
_CLAIM_UNDO = (
    "SELECT customer_id FROM loyalty_allotted WHERE allotment_id = %s AND outcome = '' AND undo_outcome IS NULL "
    "ORDER BY customer_id LIMIT %s FOR UPDATE SKIP LOCKED"
)
_ALLOTTED_SINCE = """
SELECT k.customer_id, a.customer FROM unnest(%(keys)s::text[], %(customers)s::uuid[]) AS a (key, customer)
  JOIN events_key AS k ON k.source = %(source)s AND k.id = a.key
 WHERE EXISTS (SELECT FROM events_event AS e WHERE e.customer_id = k.customer_id AND e.seq > k.seq
                  AND e.type = %(type)s AND e.body ->> 'offer' = %(offer)s)
"""


@transaction.atomic
def _batch(one: Allotment, now: datetime, *, is_undo: bool) -> int:
    claimed = [row[0] for row in rows(_CLAIM_UNDO if is_undo else _CLAIM, [one.allotment_id, BATCH])]
    if not claimed:
        return 0
    told: dict[UUID, str] = {}
    if is_undo:
        told = dict.fromkeys(_allotted_since(one, claimed), LATER_ALLOTTED)
    wanted = [customer for customer in claimed if customer not in told]
    incomings = [(_undo_of if is_undo else _event_of)(one, customer) for customer in wanted]
    outcomes = record_together(incomings, now, programme=one.programme)
    told |= {customer: outcome_code(outcome) for customer, outcome in zip(wanted, outcomes, strict=True)}
    column = "undo_outcome" if is_undo else "outcome"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE loyalty_allotted AS a SET {column} = n.outcome "
            "FROM unnest(%s::uuid[], %s::text[]) AS n (customer, outcome) "
            "WHERE a.allotment_id = %s AND a.customer_id = n.customer",
            [list(told), list(told.values()), one.allotment_id],
        )
        cursor.execute(
            "UPDATE loyalty_allotment SET told_at = %s WHERE allotment_id = %s", [now, one.allotment_id]
        )
    return len(claimed)


def _event_of(one: Allotment, customer: UUID) -> Incoming:
    assert one.begun_at is not None
    return Incoming(
        EventKey(SOURCE, f"{one.allotment_id}:{customer}"),
        EventType.OFFER_ALLOTTED,
        one.begun_at,
        Subject("customer", str(customer)),
        AllottedOfferData(offer=one.offer, until=one.until, anew=False),
    )


def _undo_of(one: Allotment, customer: UUID) -> Incoming:
    assert one.undo_begun_at is not None
    return Incoming(
        EventKey(SOURCE, f"{one.allotment_id}:{customer}:undone"),
        EventType.OFFER_WITHDRAWN,
        one.undo_begun_at,
        Subject("customer", str(customer)),
        OfferData(offer=one.offer),
    )


def _allotted_since(one: Allotment, customers: Sequence[UUID]) -> list[UUID]:
    """To whom it was allotted again later."""
    found = rows(
        _ALLOTTED_SINCE,
        {
            "keys": [f"{one.allotment_id}:{customer}" for customer in customers],
            "customers": list(customers),
            "source": SOURCE,
            "type": EventType.OFFER_ALLOTTED.value,
            "offer": one.offer,
        },
    )
    return [customer for _, customer in found]


def _close(one: Allotment, now: datetime, *, is_undo: bool) -> bool:
    """Once nobody waits any more."""
    column, waits = (
        ("undone_at", "outcome = '' AND undo_outcome IS NULL") if is_undo else ("ended_at", "outcome IS NULL")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE loyalty_allotment SET {column} = coalesce({column}, %s) WHERE allotment_id = %s AND NOT EXISTS "
            f"(SELECT FROM loyalty_allotted WHERE allotment_id = %s AND {waits})",
            [now, one.allotment_id, one.allotment_id],
        )
        return bool(cursor.rowcount)


def _there(allotment_id: UUID) -> Allotment:
    one = allotment(allotment_id)
    if one is None:
        raise AllotmentRefused("unknown_allotment")
    return one


def _trail(one: Allotment) -> dict[str, object]:
    return {
        "allotment": str(one.allotment_id),
        "audience": one.audience or None,
        "customers": one.customers,
        "until": one.until.isoformat() if one.until else None,
    }
