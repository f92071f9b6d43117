"""Recorded history, read back customer by customer: what happened, and what was decided and posted then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from assidu.decisions.decision import Decision, Posting
from assidu.decisions.events import Event
from assidu.decisions.record import decision_from
from assidu.events.bodies import event_from
from assidu.events.types import EventType
from assidu.loyalty.rows import posting_from

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it was recorded. Body and record stay encoded until they are needed."""

    customer_id: UUID
    seq: int
    type: EventType
    at: datetime
    recorded_at: datetime
    day: date
    store: str
    channel: str
    amount_minor: int
    has_happened: bool
    encoded_body: str
    plan_version: int
    encoded_record: str
    postings: tuple[Posting, ...]

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = _decode(self.encoded_body)
        return body

    def event(self, body: dict[str, Any] | None = None) -> Event:
        return event_from(self.type, self.at, self.store, self.channel, self.body() if body is None else body)

    def decision(self) -> Decision:
        return decision_from(_decode(self.encoded_record), self.plan_version, self.postings)


def customers_in_groups(connection: psycopg.Connection[Any]) -> list[list[UUID]]:
    """Every customer with a history, those merged into one another (be it for a time) together, the survivor first."""
    rows = connection.execute(
        "SELECT m.customer_id, c.merged_into FROM loyalty_member AS m JOIN customers_customer AS c USING (customer_id) "
        "WHERE m.seq > 0 ORDER BY m.customer_id"
    ).fetchall()
    into = dict(connection.execute(_ONCE_MERGED, [EventType.RESTORATION.value]).fetchall())
    into |= {customer: survivor for customer, survivor in rows if survivor is not None}
    groups: dict[UUID, list[UUID]] = {}
    for customer, _ in rows:
        root = customer
        for _ in range(len(into)):
            if root not in into:
                break
            root = into[root]
        group = groups.setdefault(root, [root])
        if customer != root:
            group.append(customer)
    return list(groups.values())


_ONCE_MERGED = (
    "SELECT DISTINCT ON (customer_id) customer_id, (body ->> 'from')::uuid FROM events_event WHERE type = %s "
    "ORDER BY customer_id, seq"
)
"""Whom a merger that was undone had brought together: each one's history still needs the other's."""


def history_of(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> Iterator[list[Recorded]]:
    """The histories of ``customers``, one list each in the order of ``seq``."""
    postings = _postings_of(connection, customers)
    # Named outright: Django's own cursors cannot read the binary format.
    with psycopg.Cursor(connection) as cursor:
        cursor.execute(
            "SELECT e.customer_id, e.seq, e.type, e.at, e.recorded_at, e.day, e.store_id, e.channel, e.amount_minor, "
            "e.has_happened, e.body::text, d.plan_version, d.record::text "
            "FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq) "
            "WHERE e.customer_id = ANY (%s) ORDER BY e.customer_id, e.seq",
            (list(customers),),
            binary=True,
        )
        types = {member.value: member for member in EventType}
        current: list[Recorded] = []
        for row in cursor:
            if current and current[-1].customer_id != row[0]:
                yield current
                current = []
            moved = tuple(postings.get((row[0], row[1]), ()))
            current.append(Recorded(row[0], row[1], types[row[2]], *row[3:], moved))  # type: ignore[call-arg]
        if current:
            yield current


def _postings_of(
    connection: psycopg.Connection[Any], customers: Iterable[UUID]
) -> dict[tuple[UUID, int], list[Posting]]:
    found: dict[tuple[UUID, int], list[Posting]] = {}
    # Named outright: Django's own cursors cannot read the binary format.
    with psycopg.Cursor(connection) as cursor:
        cursor.execute(
            "SELECT customer_id, seq, source, target, currency, quantity, issued_month, expires_on, reverses_seq, "
            "reverses_n, active_on FROM ledger_posting WHERE customer_id = ANY (%s) ORDER BY customer_id, seq, n",
            (list(customers),),
            binary=True,
        )
        for customer, seq, *fields in cursor:
            found.setdefault((customer, seq), []).append(posting_from(*fields))
    return found
