"""What a message says of somebody, laid over what is known: pure, with the statements that load and save it.

for each profile: identifiers_of → CLAIM (after OPEN gave the customer) → LOAD → ``laid_over`` → SAVE, FORGET
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assidu.customers.identifiers import normalise, search_name
from assidu.customers.types import Contact, IdentifierKind, NotAnIdentifier, Profile
from assidu.customers.vault import seal

CLAIM = (
    "SELECT customer_id, other_id, kind FROM customers_claim("
    "$1::text[], $2::bytea[], $3::uuid[], $4::text[], $5::timestamptz)"
)
"""Kinds, look-ups, customers, sources, instant; answers the possible duplicates that were noted."""

LOAD = (
    "SELECT c.customer_id, c.title, c.first_name, c.last_name, c.birth_date, c.postcode, c.town, c.language, "
    "c.store_id, c.is_invented, c.sealed, k.wrapped "
    "FROM customers_customer AS c JOIN customers_key AS k USING (customer_id) "
    "WHERE c.customer_id = ANY ($1::uuid[]) AND c.erased_at IS NULL ORDER BY c.customer_id FOR UPDATE OF c"
)
SAVE = (
    "UPDATE customers_customer AS c SET title = n.title, first_name = n.first_name, last_name = n.last_name, "
    "search_name = n.search_name, birth_date = n.birth_date, postcode = n.postcode, town = n.town, "
    "language = n.language, store_id = n.store_id, is_invented = n.is_invented, sealed = n.sealed "
    "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::text[], "
    "$9::text[], $10::text[], $11::boolean[], $12::bytea[]) AS n (customer_id, title, first_name, last_name, "
    "search_name, birth_date, postcode, town, language, store_id, is_invented, sealed) "
    "WHERE c.customer_id = n.customer_id"
)
FORGET = (
    "DELETE FROM customers_identifier AS i "
    "USING unnest($1::uuid[], $2::text[], $3::bytea[]) AS n (customer_id, kind, lookup) "
    "WHERE i.customer_id = n.customer_id AND i.kind = n.kind AND i.lookup <> n.lookup"
)
"""Telephones and addresses that were replaced no longer find their customer: numbers are given to others."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer's row as it is stored, with the sealed part open."""

    customer_id: UUID
    title: str
    first_name: str
    last_name: str
    birth_date: date | None
    postcode: str
    town: str
    language: str
    store: str
    is_invented: bool
    contact: Contact


def contact_from(content: Mapping[str, Any]) -> Contact:
    return Contact(
        email=content.get("email", ""),
        phone=content.get("phone", ""),
        address=content.get("address", ""),
        cards=tuple(content.get("cards", ())),
        external=tuple(content.get("external", ())),
    )


def contact_content(contact: Contact) -> dict[str, Any]:
    """What is sealed of a contact; empty parts are left out."""
    content: dict[str, Any] = {
        "email": contact.email,
        "phone": contact.phone,
        "address": contact.address,
        "cards": list(contact.cards),
        "external": list(contact.external),
    }
    return {name: value for name, value in content.items() if value}


def laid_over(known: Known, profile: Profile) -> Known:
    """What is known after ``profile``; what it does not say stays. Cards and external ids only add up."""
    contact = known.contact
    return Known(
        customer_id=known.customer_id,
        title=_said(profile.title, known.title),
        first_name=_said(profile.first_name, known.first_name),
        last_name=_said(profile.last_name, known.last_name),
        birth_date=profile.birth_date or known.birth_date,
        postcode=_said(profile.postcode, known.postcode),
        town=_said(profile.town, known.town),
        language=_said(profile.language, known.language),
        store=known.store or (profile.store or ""),  # where somebody joined does not change
        is_invented=known.is_invented or profile.is_invented,
        contact=Contact(
            email=_reached(IdentifierKind.EMAIL, profile.email, contact.email),
            phone=_reached(IdentifierKind.PHONE, profile.phone, contact.phone),
            address=_said(profile.address, contact.address),
            cards=_added(IdentifierKind.CARD, profile.card, contact.cards),
            external=_added(IdentifierKind.EXTERNAL, profile.external, contact.external),
        ),
    )


def saved(known: Known, key: AESGCM) -> tuple[Any, ...]:
    """One row of ``SAVE``."""
    return (
        known.customer_id,
        known.title,
        known.first_name,
        known.last_name,
        search_name(known.last_name, known.first_name),
        known.birth_date,
        known.postcode,
        known.town,
        known.language,
        known.store,
        known.is_invented,
        seal(key, known.customer_id, contact_content(known.contact)),
    )


def _said(new: str | None, old: str) -> str:
    return old if new is None else new.strip()


def _reached(kind: IdentifierKind, new: str | None, old: str) -> str:
    if new is None:
        return old
    if not new.strip():
        return ""
    made = normalise(kind, new)
    return old if isinstance(made, NotAnIdentifier) else made.value


def _added(kind: IdentifierKind, new: str | None, old: tuple[str, ...]) -> tuple[str, ...]:
    if not new:
        return old
    made = normalise(kind, new)
    return old if isinstance(made, NotAnIdentifier) or made.value in old else (*old, made.value)
