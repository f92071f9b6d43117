"""Reads what was set aside, and tickets without a customer. What happened to a customer is read with its decision,
in the loyalty room."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from assidu.decisions.events import Sale
from assidu.events.bodies import event_from
from assidu.events.types import AnonymousTicket, EventKey, EventType, Reject, TicketKey
from assidu.foundation.sql import rows

PAGE_MAX = 200
TICKETS_MAX = 50


def rejects(
    *,
    code: str = "",
    origin: str = "",
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Reject], int | None]:
    """The youngest first, and where to continue."""
    assert 0 < limit <= PAGE_MAX
    wanted = ["true"]
    parameters: dict[str, Any] = {"limit": limit + 1}
    for column, value in (("code", code), ("origin", origin)):
        if value:
            wanted.append(f"{column} = %({column})s")
            parameters[column] = value
    if since is not None:
        wanted.append("at >= %(since)s")
        parameters["since"] = since
    if before is not None:
        wanted.append("reject_id < %(before)s")
        parameters["before"] = before
    found = rows(
        "SELECT reject_id, at, source, id, origin, origin_row, code, detail FROM events_reject "
        f"WHERE {' AND '.join(wanted)} ORDER BY reject_id DESC LIMIT %(limit)s",
        parameters,
    )
    listed = [Reject(*row) for row in found[:limit]]
    return listed, listed[-1].reject_id if len(found) > limit else None


def reject_counts() -> dict[str, int]:
    """How many were set aside, by code."""
    return dict(rows("SELECT code, count(*) FROM events_reject GROUP BY code ORDER BY 2 DESC"))


def anonymous_tickets(
    store: str,
    day: date,
    *,
    ticket: str = "",
    amount_minor: int | None = None,
    currency: str = "",
    limit: int = 2,
) -> list[AnonymousTicket]:
    """Tickets of a store's day that were recorded without a customer, by number, by amount (of ``currency``, where it
    is not the programme's money) or by both."""
    assert 0 < limit <= TICKETS_MAX
    assert ticket or amount_minor is not None, "a whole day of tickets proves nothing"
    wanted = ["a.day = %(day)s", "a.store_id = %(store)s"]
    if ticket:
        wanted.append("a.ticket = %(ticket)s")
    if amount_minor is not None and currency:
        wanted.append(
            "a.body -> 'foreign' ->> 'currency' = %(currency)s AND %(amount)s = ("
            "SELECT sum((line ->> 0)::bigint) FROM jsonb_array_elements(a.body -> 'foreign' -> 'lines') AS line)"
        )
    elif amount_minor is not None:
        wanted.append("a.amount_minor = %(amount)s")
    found = rows(
        "SELECT a.source, a.id, a.at, a.day, a.store_id, a.channel, a.ticket, a.amount_minor, a.body::text, "
        "c.customer_id, c.seq FROM events_anonymous AS a LEFT JOIN events_claim AS c USING (source, id) "
        f"WHERE {' AND '.join(wanted)} ORDER BY c.customer_id IS NOT NULL, a.at, a.source, a.id LIMIT %(limit)s",
        {
            "day": day,
            "store": store,
            "ticket": ticket,
            "amount": amount_minor,
            "currency": currency,
            "limit": limit,
        },
    )
    return [_anonymous(*row) for row in found]


def claim_of(ticket: EventKey) -> tuple[UUID, int] | None:
    """The sale (customer, ``seq``) that a ticket without a customer became."""
    found = rows(
        "SELECT customer_id, seq FROM events_claim WHERE source = %s AND id = %s", [ticket.source, ticket.id]
    )
    return (found[0][0], found[0][1]) if found else None


def known_ids(source: str, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` under which ``source`` has already told something."""
    return {
        row[0]
        for row in rows("SELECT id FROM events_key WHERE source = %s AND id = ANY (%s)", [source, list(ids)])
    }


def owner_of_ticket(key: TicketKey) -> UUID | None:
    """Whose ticket this is, as it was recorded; ``None``: nobody's, or unknown."""
    found = rows(
        "SELECT customer_id FROM events_ticket WHERE store_id = %s AND day = %s AND ticket = %s",
        [key.store, key.day, key.ticket],
    )
    return found[0][0] if found else None


def _anonymous(
    source: str,
    id_: str,
    at: datetime,
    day: date,
    store: str,
    channel: str,
    ticket: str,
    amount_minor: int,
    body: str,
    customer_id: UUID | None,
    seq: int | None,
) -> AnonymousTicket:
    sale = event_from(EventType.SALE, at, store, channel, msgspec.json.decode(body))
    assert isinstance(sale, Sale)
    claimed = (customer_id, seq) if customer_id is not None and seq is not None else None
    return AnonymousTicket(EventKey(source, id_), at, day, ticket, amount_minor, sale, claimed)
