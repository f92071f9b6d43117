"""A profile that has all the fields that the programme asks for is an activity: noticed once for each member, for ever,
whoever wrote the last of them and by whatever way.

Profiles are looked at as they stand, so that no way of changing them can forget to tell.
"""

from datetime import datetime
from uuid import UUID

from assidu.customers.queries import profile_has
from assidu.events.types import CLOCK_SOURCE, EventKey, EventType
from assidu.events.wire import ActivityData, Incoming, Subject
from assidu.foundation.sql import rows
from assidu.loyalty.actions import record
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import programmes
from assidu.loyalty.queries import document_at
from assidu.plans.document import Document

PROFILE_COMPLETED = "profile-completed"
_SUFFIX = f":{PROFILE_COMPLETED}"
TOLD_MAX = 2_000
"""So many at a time: the others are told the next time."""

_COMPLETE_SQL = """
SELECT c.customer_id FROM customers_customer AS c
  LEFT JOIN customers_belonging AS b USING (customer_id)
  JOIN loyalty_member AS m ON m.customer_id = coalesce(b.account_id, c.customer_id)
 WHERE m.programme = %s AND m.membership = 'member' AND c.merged_into IS NULL AND c.erased_at IS NULL
   AND {has}
   AND NOT EXISTS (SELECT FROM customers_customer AS f
     JOIN events_key AS k ON k.source = %s AND k.id = f.customer_id::text || %s
    WHERE f.customer_id = c.customer_id OR f.merged_into = c.customer_id)
   AND NOT EXISTS (SELECT FROM customers_customer AS f JOIN events_event AS e ON e.customer_id = f.customer_id
    WHERE (f.customer_id = c.customer_id OR f.merged_into = c.customer_id)
      AND e.type = %s AND e.body ->> 'activity' = %s)
 ORDER BY c.customer_id LIMIT %s
"""
"""Not who was told of before, by us or by somebody else, nor who took such a person in."""


def tell_completed_profiles(now: datetime) -> int:
    """Tell of every member whose profile is complete by now and was not told of; answers how many."""
    told = 0
    for programme in programmes():
        document = document_at(programme, now)
        fields = fields_asked(document) if document is not None else []
        if fields:
            told += sum(_tell(customer, now, programme) for customer in _complete(programme, fields))
    return told


def fields_asked(document: Document) -> list[str]:
    """Those that the rules for a completed profile name, together; none: nothing is noticed by itself."""
    named = {field.value for rule in document.rules for field in rule.profile}
    return sorted(named)


def _complete(programme: str, fields: list[str]) -> list[UUID]:
    found = rows(
        _COMPLETE_SQL.format(has=profile_has(fields)),
        [programme, CLOCK_SOURCE, _SUFFIX, EventType.ACTIVITY.value, PROFILE_COMPLETED, TOLD_MAX],
    )
    return [customer for (customer,) in found]


def _tell(customer_id: UUID, now: datetime, programme: str) -> bool:
    incoming = Incoming(
        EventKey(CLOCK_SOURCE, f"{customer_id}{_SUFFIX}"),
        EventType.ACTIVITY,
        now,
        Subject("customer", str(customer_id)),
        ActivityData(activity=PROFILE_COMPLETED),
    )
    outcome = record(incoming, now, programme=programme)
    return isinstance(outcome, Told) and outcome.is_new
