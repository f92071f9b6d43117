"""What happens to customers because of others, decided in their own sequence, each exactly once.

An emission is written with the decision that says so. Deciding it and noting that it is decided are one transaction,
and its event's key follows from where it was written: killed in between, the next run finds all of it or nothing.
"""

from datetime import datetime

from django.db import connection, transaction

from assidu.decisions.decision import EmissionKind
from assidu.events.types import EMISSION_SOURCE, EventKey, EventType
from assidu.events.wire import Incoming, ReferralKeptData, Subject
from assidu.loyalty.actions import record
from assidu.loyalty.entries import outcome_code

EMISSIONS_MAX = 10_000
"""How many are decided in one run; the next one is never more than a minute away."""

_NEXT_SQL = (
    "SELECT customer_id, seq, n, programme, kind, recipient, at FROM loyalty_emission WHERE decided_at IS NULL "
    "ORDER BY at, customer_id, seq, n LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_DONE_SQL = (
    "UPDATE loyalty_emission SET decided_at = %s, outcome = %s WHERE customer_id = %s AND seq = %s AND n = %s"
)


def decide_emissions(now: datetime) -> int:
    """Decide what waits, the oldest first; answers how many."""
    for done in range(EMISSIONS_MAX):
        if not _decide_next(now):
            return done
    return EMISSIONS_MAX


@transaction.atomic
def _decide_next(now: datetime) -> bool:
    """Several servers share the work: one that is being decided is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SQL)
        row = cursor.fetchone()
        if row is None:
            return False
        customer_id, seq, n, programme, kind, recipient, at = row
        assert kind == EmissionKind.REFERRAL_KEPT, kind
        incoming = Incoming(
            EventKey(EMISSION_SOURCE, f"{customer_id}:{seq}:{n}"),
            EventType.REFERRAL_KEPT,
            at,
            Subject("customer", str(recipient)),
            ReferralKeptData(referee=str(customer_id)),
        )
        outcome = record(incoming, now, programme=programme)
        cursor.execute(_DONE_SQL, [now, outcome_code(outcome), customer_id, seq, n])
    return True
