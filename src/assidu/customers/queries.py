"""Everything that reads customers. Contact details are opened only for a caller who asks for them by name."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from assidu.customers import resolve
from assidu.customers.identifiers import lookup, normalise, parse_subject, words_of
from assidu.customers.profiles import contact_from
from assidu.customers.types import (
    Contact,
    Customer,
    CustomerKind,
    Found,
    FoundBy,
    Identifier,
    IdentifierKind,
    Identity,
    NotAnIdentifier,
    PossibleDuplicate,
)
from assidu.customers.vault import Vault, unseal
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_connection, raw_rows, rows

SEARCH_MAX = 50
_DIGITS_OF_AN_IDENTIFIER_MIN = 6
_PUNCTUATION_OF_NUMBERS = re.compile(r"[\s.()/+-]")


def follow(customer_id: UUID) -> UUID | None:
    """Who this customer is now: itself, or the one it was merged into. ``None``: nobody was ever called so."""
    found = rows(
        "SELECT coalesce(merged_into, customer_id) FROM customers_customer WHERE customer_id = %s",
        [customer_id],
    )
    return found[0][0] if found else None


def counts_as(customer_id: UUID) -> UUID:
    """Whose balance and status are this customer's now: their account's, their survivor's, or their own."""
    found = rows(
        "SELECT coalesce(b.account_id, c.merged_into, c.customer_id) FROM customers_customer AS c "
        "LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id) "
        "WHERE c.customer_id = %s",
        [customer_id],
    )
    return found[0][0] if found else customer_id


def customer(customer_id: UUID, *, with_contact: bool = False) -> Customer | None:
    """A customer as it is stored; the alias of a merged one is told, not followed."""
    found = rows(
        "SELECT c.customer_id, c.created_at, c.title, c.first_name, c.last_name, c.birth_date, c.postcode, c.town, "
        "c.language, c.store_id, c.is_invented, c.erased_at, c.merged_into, c.kind, c.sealed, k.wrapped, "
        "(SELECT array_agg(a.customer_id ORDER BY a.customer_id) FROM customers_customer AS a "
        " WHERE a.merged_into = c.customer_id) "
        "FROM customers_customer AS c LEFT JOIN customers_key AS k USING (customer_id) WHERE c.customer_id = %s",
        [customer_id],
    )
    if not found:
        return None
    *fields, kind, sealed, wrapped, absorbed = found[0]
    contact = None
    if with_contact and sealed is not None and wrapped is not None:
        contact = _open_contact(customer_id, bytes(sealed), bytes(wrapped))
    return Customer(*fields, CustomerKind(kind), tuple(absorbed or ()), contact)  # type: ignore[call-arg]


def by_identifier(identifier: Identifier) -> UUID | None:
    """The customer who has it, aliases followed."""
    return resolve.find(raw_connection(), current_settings().pseudonym_key, [identifier]).get(identifier)


def merged_away(identifiers: Collection[Identifier]) -> set[Identifier]:
    """Those of customers who turned out to be somebody else: what is said under them is about the past."""
    key = current_settings().pseudonym_key
    by_key = {resolve.lookup_key(key, identifier): identifier for identifier in identifiers}
    found = raw_rows(
        "SELECT i.kind, i.lookup FROM unnest($1::text[], $2::bytea[]) AS asked (kind, lookup) "
        "JOIN customers_identifier AS i ON i.kind = asked.kind AND i.lookup = asked.lookup "
        "JOIN customers_customer AS c USING (customer_id) WHERE c.merged_into IS NOT NULL",
        resolve.finding(by_key),
    )
    return {by_key[kind, bytes(hashed)] for kind, hashed in found}


def by_subject(text: str) -> UUID | NotAnIdentifier | None:
    """The customer of ``card:…``, ``phone:…``, ``email:…``, ``external:…`` or ``customer:…``."""
    subject = parse_subject(text)
    if isinstance(subject, NotAnIdentifier):
        return subject
    return follow(subject) if isinstance(subject, UUID) else by_identifier(subject)


def by_lines(lines: Collection[str]) -> dict[str, UUID]:
    """Whom each line names, aliases followed: ``card:…`` and the like, or the bare value of a card, a telephone or an
    e-mail. Lines that name nobody are left out."""
    asked: dict[str, list[Identifier]] = {}
    ids: dict[str, UUID] = {}
    for line in lines:
        subject = parse_subject(line)
        if isinstance(subject, UUID):
            ids[line] = subject
        elif isinstance(subject, Identifier):
            asked[line] = [subject]
        else:
            guesses = (normalise(kind, line) for kind, _ in _guesses(line))
            asked[line] = [made for made in guesses if isinstance(made, Identifier)]
    key = current_settings().pseudonym_key
    wanted = {identifier for identifiers in asked.values() for identifier in identifiers}
    known = resolve.find(raw_connection(), key, list(wanted)) if wanted else {}
    found = {
        line: known[identifier]
        for line, identifiers in asked.items()
        for identifier in reversed(identifiers)
        if identifier in known
    }
    if ids:
        there: dict[UUID, UUID] = dict(raw_rows(resolve.FOLLOW, (sorted(set(ids.values())),)))
        found |= {line: there[customer] for line, customer in ids.items() if customer in there}
    return found


def search(text: str, limit: int = 20) -> list[Found]:
    """Customers by card, telephone or e-mail, whole, or by the beginnings of their names, accents left aside."""
    assert 0 < limit <= SEARCH_MAX
    text = text.strip()
    if not text:
        return []
    for kind, found_by in _guesses(text):
        made = normalise(kind, text)
        if isinstance(made, Identifier) and (customer_id := by_identifier(made)) is not None:
            return _found([customer_id], found_by)
    try:
        customer_id = follow(UUID(text))
    except ValueError:
        customer_id = None
    if customer_id is not None:
        return _found([customer_id], FoundBy.ID)
    return _by_name(text, limit)


def names_of(customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """First and last names; an erased customer's is empty."""
    found = rows(
        "SELECT customer_id, trim(first_name || ' ' || last_name) FROM customers_customer WHERE customer_id = ANY (%s)",
        [list(customer_ids)],
    )
    return dict(found)


def possible_duplicates(customer_id: UUID) -> list[PossibleDuplicate]:
    """Others who may be the same person, not settled yet."""
    found = rows(
        "SELECT d.customer_id, d.other_id, d.kind, d.noted_at, trim(c.first_name || ' ' || c.last_name) "
        "FROM customers_possible_duplicate AS d JOIN customers_customer AS c "
        "  ON c.customer_id = CASE WHEN d.customer_id = %(id)s THEN d.other_id ELSE d.customer_id END "
        "WHERE (d.customer_id = %(id)s OR d.other_id = %(id)s) AND d.settled_at IS NULL ORDER BY d.noted_at, d.kind",
        {"id": customer_id},
    )
    return [
        PossibleDuplicate(
            customer_id, other if first == customer_id else first, IdentifierKind(kind), noted_at, name
        )
        for first, other, kind, noted_at, name in found
    ]


def with_possible_duplicates(limit: int = 1000) -> list[UUID]:
    """Customers in pairs that nobody has settled yet."""
    found = rows(
        "SELECT DISTINCT u.id FROM customers_possible_duplicate AS d, "
        "unnest(ARRAY[d.customer_id, d.other_id]) AS u (id) WHERE d.settled_at IS NULL ORDER BY u.id LIMIT %s",
        [limit],
    )
    return [customer_id for (customer_id,) in found]


def identities(customer_ids: Collection[UUID]) -> list[Identity]:
    """Every way to find these customers, who told it and when, opened where the key still exists."""
    found = rows(
        "SELECT kind, lookup, source, added_at FROM customers_identifier WHERE customer_id = ANY (%s) "
        "ORDER BY array_position(ARRAY['card', 'external', 'phone', 'email'], kind), added_at",
        [list(customer_ids)],
    )
    key = current_settings().pseudonym_key
    values: dict[tuple[str, bytes], str] = {}
    for customer_id in customer_ids:
        known = customer(customer_id, with_contact=True)
        if known is None or known.contact is None:
            continue
        contact = known.contact
        for kind, texts in (
            (IdentifierKind.CARD, contact.cards),
            (IdentifierKind.EXTERNAL, contact.external),
            (IdentifierKind.PHONE, (contact.phone,)),
            (IdentifierKind.EMAIL, (contact.email,)),
        ):
            for text in texts:
                if text:
                    values[kind.value, lookup(key, Identifier(kind, text))] = text
    return [
        Identity(IdentifierKind(kind), values.get((kind, bytes(hashed)), ""), source, added_at)
        for kind, hashed, source, added_at in found
    ]


def identifier_kinds(customer_ids: Collection[UUID]) -> list[tuple[IdentifierKind, int]]:
    """By how many cards, telephones… these customers are found, without saying which."""
    found = rows(
        "SELECT kind, count(*) FROM customers_identifier WHERE customer_id = ANY (%s) GROUP BY kind ORDER BY kind",
        [list(customer_ids)],
    )
    return [(IdentifierKind(kind), count) for kind, count in found]


def event_fields(customer_ids: Collection[UUID]) -> dict[tuple[UUID, int], Any]:
    """Personal fields that came inside events, opened, by customer and ``seq``."""
    return _opened(
        rows(f"{_EVENT_FIELDS} WHERE p.customer_id = ANY (%s) ORDER BY 1, 2", [list(customer_ids)])
    )


def fields_of_events(events: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], Any]:
    """The same of these events alone; what was erased is missing."""
    if not events:
        return {}
    customer_ids, seqs = zip(*events, strict=True)
    return _opened(
        rows(
            f"{_EVENT_FIELDS} JOIN unnest(%s::uuid[], %s::integer[]) AS asked (customer_id, seq) "
            "ON asked.customer_id = p.customer_id AND asked.seq = p.seq",
            [list(customer_ids), list(seqs)],
        )
    )


_EVENT_FIELDS = (
    "SELECT p.customer_id, p.seq, p.sealed, k.customer_id, k.wrapped "
    "FROM (SELECT customer_id, seq, sealed, customer_id AS person_id FROM customers_event_personal "
    "  UNION ALL SELECT customer_id, seq, sealed, person_id FROM customers_shared_personal) AS p "
    "JOIN customers_key AS k ON k.customer_id = p.person_id"
)
"""Each under the key of whom it was told: in an account, of one of its people."""


def _opened(found: Iterable[tuple[Any, ...]]) -> dict[tuple[UUID, int], Any]:
    vault = Vault(current_settings().vault_key)
    return {
        (customer_id, seq): unseal(vault.open_key(person_id, bytes(wrapped)), person_id, bytes(sealed))
        for customer_id, seq, sealed, person_id, wrapped in found
    }


def _guesses(text: str) -> list[tuple[IdentifierKind, FoundBy]]:
    """What a text may be besides a name."""
    if "@" in text:
        return [(IdentifierKind.EMAIL, FoundBy.EMAIL)]
    bare = _PUNCTUATION_OF_NUMBERS.sub("", text)
    if sum(letter.isdigit() for letter in bare) >= _DIGITS_OF_AN_IDENTIFIER_MIN:
        return [(IdentifierKind.CARD, FoundBy.CARD), (IdentifierKind.PHONE, FoundBy.PHONE)]
    return [(IdentifierKind.EXTERNAL, FoundBy.EXTERNAL)] if ":" in text else []


def _by_name(text: str, limit: int) -> list[Found]:
    words = words_of(text)
    if not words:
        return []
    found = rows(
        "SELECT customer_id FROM customers_customer "
        "WHERE to_tsvector('simple', search_name) @@ to_tsquery('simple', %s) "
        "AND merged_into IS NULL AND erased_at IS NULL ORDER BY search_name, customer_id LIMIT %s",
        [prefix_query(words), limit],
    )
    return _found([row[0] for row in found], FoundBy.NAME)


def customers_born_on(months: list[int], days: list[int]) -> list[UUID]:
    """Whose birthday is on one of these dates, as far as they told it."""
    found = rows(
        "SELECT customer_id FROM customers_customer WHERE merged_into IS NULL AND erased_at IS NULL "
        "AND (extract(month FROM birth_date), extract(day FROM birth_date)) "
        "IN (SELECT * FROM unnest(%s::int[], %s::int[]))",
        [months, days],
    )
    return [row[0] for row in found]


def birth_dates(connection: psycopg.Connection[Any], customers: Collection[UUID]) -> dict[UUID, date]:
    """When these were born, as far as they told it."""
    found = connection.execute(
        "SELECT customer_id, birth_date FROM customers_customer "
        "WHERE customer_id = ANY (%s) AND birth_date IS NOT NULL AND erased_at IS NULL",
        (list(customers),),
    )
    return dict(found.fetchall())


_REACHED_BY = (
    "EXISTS (SELECT FROM customers_identifier AS i WHERE i.customer_id = c.customer_id AND i.kind = '{}')"
)
_HAS_FIELD = {
    **{
        name: f"c.{name} <> ''"
        for name in ("title", "first_name", "last_name", "postcode", "town", "language")
    },
    "birth_date": "c.birth_date IS NOT NULL",
    **{name: _REACHED_BY.format(name) for name in ("email", "phone")},
}


def profile_has(fields: Iterable[str]) -> str:
    """The SQL condition that the customer ``c`` told all of these fields; nothing sealed is opened for it."""
    return " AND ".join(_HAS_FIELD[field] for field in fields)


def prefix_query(words: Iterable[str]) -> str:
    """The full-text query that asks for a word beginning with each of ``words``; they are letters and digits only."""
    return " & ".join(f"{word}:*" for word in words)


def _found(customer_ids: list[UUID], found_by: FoundBy) -> list[Found]:
    found = rows(
        "SELECT c.customer_id, trim(c.first_name || ' ' || c.last_name), c.town, c.store_id, c.birth_date, c.kind "
        "FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (customer_id, place) "
        "JOIN customers_customer AS c USING (customer_id) ORDER BY place",
        [customer_ids],
    )
    return [Found(*fields, found_by, CustomerKind(kind)) for *fields, kind in found]  # type: ignore[call-arg]


def _open_contact(customer_id: UUID, sealed: bytes, wrapped: bytes) -> Contact:
    key = Vault(current_settings().vault_key).open_key(customer_id, wrapped)
    return contact_from(unseal(key, customer_id, sealed))
