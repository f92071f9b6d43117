"""Whom a person reaches: everybody, or who joined or bought in their own stores, and who shows a card at their till.

The trail is the key: a customer of another store opens for an hour to who has just looked them up, which is kept.
"""

from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from assidu.backoffice.access import actor_at, signed_in
from assidu.customers import queries as customers
from assidu.customers.identifiers import words_of
from assidu.customers.types import Found, FoundBy
from assidu.foundation import clock
from assidu.foundation.people.actions import record, record_look
from assidu.foundation.people.queries import has_looked
from assidu.foundation.people.types import Person
from assidu.loyalty import queries
from assidu.loyalty.types import CustomerFilter

SERVED_FOR = timedelta(hours=1)
LOOKED_UP = "search"
NUMBERS = (FoundBy.CARD, FoundBy.PHONE)


class OtherStore(PermissionDenied):
    """A customer, or one of their tickets, that only another store may see."""


def is_of_their_stores(person: Person, customer_id: UUID) -> bool:
    stores = person.seen_stores
    return stores is None or queries.is_known_in_store(customer_id, *stores)


def require(request: HttpRequest, customer_id: UUID, *, needs_history: bool = False) -> bool:
    """Whether the history of this customer may be shown. Raises `OtherStore` if not even the customer may be."""
    person = signed_in(request)
    if is_of_their_stores(person, customer_id):
        return True
    since = clock.now() - SERVED_FOR
    if needs_history or not has_looked(person.id, customer_id, LOOKED_UP, since):
        refuse(request, customer_id)
    return False


def refuse(request: HttpRequest, customer_id: UUID) -> NoReturn:
    """The refusal is kept, as every other is."""
    record(actor_at(request), "access.refused", "customer", str(customer_id))
    raise OtherStore


def look_up(request: HttpRequest, asked: str) -> Found | None:
    """The one customer who has this whole card, telephone, e-mail or identifier; a name is nobody's alone.

    Who is bound to stores finds anybody by card or telephone, as a till must, and this is a look.
    """
    person = signed_in(request)
    found = customers.search(asked, limit=1)
    if not found or found[0].found_by is FoundBy.NAME:
        return None
    if person.seen_stores is None:
        return found[0]
    if found[0].found_by in NUMBERS:
        record_look(actor_at(request), found[0].customer_id, LOOKED_UP)
        return found[0]
    return found[0] if is_of_their_stores(person, found[0].customer_id) else None


def find(request: HttpRequest, asked: str, limit: int) -> list[Found]:
    """Customers by a whole identifier or by name, as far as this person reaches."""
    stores = signed_in(request).seen_stores
    if stores is None:
        return customers.search(asked, limit)
    if one := look_up(request, asked):
        return [one]
    if not words_of(asked):
        return []
    named = queries.customers(CustomerFilter(text=asked, known_in=stores), limit=limit).rows
    known = [customers.customer(row.customer_id) for row in named]
    return [
        Found(c.customer_id, c.name, c.town, c.store, c.birth_date, FoundBy.NAME, c.kind) for c in known if c
    ]
