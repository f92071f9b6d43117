"""The end of a programme, told to everybody who still has something: what is left then expires."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.plan import Plan
from assidu.events.types import CLOCK_SOURCE, EventKey, EventType
from assidu.events.wire import Incoming, ProgrammeEndData, Subject
from assidu.loyalty.actions import record
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import programmes
from assidu.loyalty.queries import current_book

BATCH = 500
_LEFT_SQL = """
SELECT DISTINCT m.customer_id FROM loyalty_member AS m JOIN ledger_balance AS b USING (customer_id)
 WHERE m.programme = %s AND m.membership <> 'absorbed' AND b.posted > 0 AND m.customer_id > %s
 ORDER BY m.customer_id LIMIT %s
"""
_FIRST = UUID(int=0)


def close_programmes(now: datetime) -> int:
    """End what is left in programmes whose last day to use has passed; answers for how many customers."""
    done = 0
    for programme in programmes():
        book = current_book(programme)
        assert book is not None, "a programme has a version"
        plan = book.at(now)
        closing = plan.closing
        if closing is not None and closing.forfeits and local_day(now, plan.zone) > closing.used_until:
            done += _close(programme, plan, now)
    return done


def _close(programme: str, plan: Plan, now: datetime) -> int:
    assert plan.closing is not None
    day = max(plan.closing.used_until + timedelta(days=1), local_day(now, plan.zone))
    done, after = 0, _FIRST
    while customers := _left(programme, after):
        for customer_id in customers:
            done += _end(customer_id, day, now, programme, plan)
        after = customers[-1]
    return done


def _left(programme: str, after: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_SQL, [programme, after, BATCH])
        return [row[0] for row in cursor.fetchall()]


def _end(customer_id: UUID, day: date, now: datetime, programme: str, plan: Plan) -> bool:
    """What comes in later still (a return, a correction) expires on a later day: the day is part of the key."""
    incoming = Incoming(
        EventKey(CLOCK_SOURCE, f"{customer_id}:closing:{day.isoformat()}"),
        EventType.PROGRAMME_END,
        midnight(day, plan.zone),
        Subject("customer", str(customer_id)),
        ProgrammeEndData(),
    )
    outcome = record(incoming, now, programme=programme)
    return isinstance(outcome, Told) and outcome.is_new
