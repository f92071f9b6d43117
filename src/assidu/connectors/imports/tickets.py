"""A ticket told twice, by two systems under keys of their own: the same again, or with another customer or amount."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.types import Place, Ticket
from assidu.customers import resolve
from assidu.events import wire
from assidu.events.tickets import TicketAmount, amount_told, amount_written

TICKET_CONFLICT = "ticket_conflict"

_FOLLOW_SQL = resolve.FOLLOW.replace("$1", "%s")
_AMOUNTS_SQL = """
SELECT t.store_id, t.day, t.ticket, coalesce(e.amount_minor, a.amount_minor),
       (coalesce(e.body, a.body) -> 'foreign')::text, (e.body ->> 'member')::uuid
  FROM unnest(%s::text[], %s::date[], %s::text[]) AS asked (store_id, day, ticket)
  JOIN events_ticket AS t ON t.store_id = asked.store_id AND t.day = asked.day AND t.ticket = asked.ticket
  LEFT JOIN events_event AS e ON e.customer_id = t.customer_id AND e.seq = t.seq
  LEFT JOIN events_anonymous AS a
    ON t.customer_id IS NULL AND a.store_id = t.store_id AND a.day = t.day AND a.ticket = t.ticket
"""
_SHARING_SQL = "SELECT account_id, customer_id FROM customers_belonging WHERE account_id = ANY (%s)"


@dataclass(frozen=True, slots=True)
class Sold:
    """Whose ticket it is, or nobody's, and what was paid. That of an account is also whose of its people it was told,
    and of all who share it by now."""

    owners: frozenset[UUID]
    amount: TicketAmount


def sold(incoming: wire.Incoming, customer_id: UUID | None) -> Sold:
    assert isinstance(incoming.data, wire.SaleData), "nothing else has a ticket of its own"
    return Sold(frozenset(() if customer_id is None else (customer_id,)), amount_told(incoming.data))


def written(connection: Connection, known: Mapping[Ticket, Place]) -> dict[Ticket, Sold]:
    """What the database has of tickets that it knows; customers as who they are by now."""
    if not known:
        return {}
    columns = [list(column) for column in zip(*known, strict=True)]
    columns[1] = [date.fromisoformat(day) for day in columns[1]]
    rows = connection.execute(_AMOUNTS_SQL, columns).fetchall()
    customers = {place.customer_id for place in known.values() if place.customer_id is not None}
    told_of = {row[5] for row in rows if row[5] is not None}
    by_now: dict[UUID, UUID] = dict(connection.execute(_FOLLOW_SQL, [sorted(customers | told_of)]).fetchall())
    sharing: dict[UUID, set[UUID]] = {}
    for account, person in connection.execute(_SHARING_SQL, [sorted(customers)]):
        sharing.setdefault(account, set()).add(person)
    found = {}
    for store, day, number, amount_minor, foreign, member in rows:
        ticket = store, day.isoformat(), number
        owner = known[ticket].customer_id
        owners = {by_now.get(one, one) for one in (owner, member) if one is not None}
        if owner is not None:
            owners |= sharing.get(owner, set())
        found[ticket] = Sold(frozenset(owners), amount_written(amount_minor, foreign))
    return found


def contradiction(told: Sold, first: Sold, meeting: Collection[UUID] = ()) -> str | None:
    """The field that a ticket tells otherwise than it was first told; ``None`` when it is the same ticket again, be it
    that a card was shown only once.

    ``meeting`` are customers who become one in this very import, or share an account in it.
    """
    if not told.amount.is_that_of(first.amount):
        return f"amount_minor={told.amount.told_minor} first_told={first.amount.told_minor}"
    if not told.owners or not first.owners or told.owners & first.owners:
        return None
    together = set(meeting)
    return None if told.owners & together and first.owners & together else "subject"
