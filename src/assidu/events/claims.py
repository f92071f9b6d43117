"""Writes that a ticket without a customer is somebody's after all: once, and for ever."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from assidu.events.types import EventKey

_CLAIM = (
    "INSERT INTO events_claim (source, id, customer_id, seq, claimed_at) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT DO NOTHING"
)


def claim(ticket: EventKey, customer_id: UUID, seq: int, at: datetime) -> bool:
    """The ticket is now the sale ``seq`` of this customer; ``False``: somebody was quicker.

    Two who claim it at once wait here for one another, after their customers' locks, as every key does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [ticket.source, ticket.id, customer_id, seq, at])
        return bool(cursor.rowcount)
