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
    """Every customer with a history; those merged into one another or in one account, be it for a time, together."""
    found = connection.execute("SELECT customer_id FROM loyalty_member WHERE seq > 0 ORDER BY 1").fetchall()
    root = {customer: customer for (customer,) in found}

    def root_of(customer: UUID) -> UUID:
        while (above := root[customer]) != customer:
            root[customer] = root[above]
            customer = above
        return customer

    once = [EventType.RESTORATION.value, EventType.ACCOUNT_EXIT.value]
    for statement, parameters in ((_TOGETHER, []), (_ONCE_TOGETHER, [once])):
        for customer, other in connection.execute(statement, parameters).fetchall():
            if customer in root and other in root:
                root[root_of(customer)] = root_of(other)
    groups: dict[UUID, list[UUID]] = {}
    for customer in root:
        groups.setdefault(root_of(customer), []).append(customer)
    return list(groups.values())


_TOGETHER = (
    "SELECT customer_id, merged_into FROM customers_customer WHERE merged_into IS NOT NULL "
    "UNION ALL SELECT customer_id, account_id FROM customers_belonging"
)
_ONCE_TOGETHER = (
    "SELECT DISTINCT customer_id, (body ->> 'from')::uuid FROM events_event WHERE type = ANY (%s)"
)
"""Whom a merger that was undone had brought together, or an account that was left: each one's history still needs the
other's."""


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
