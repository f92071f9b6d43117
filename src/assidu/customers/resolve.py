"""Whose event is it? Finds the customers of many identifiers at once and opens those that are not there yet.

The statements are SQL functions, so that intake (asyncpg) and everything else (psycopg) say the same thing:

    rows = await connection.fetch(FIND, kinds, lookups)
    rows = await connection.fetch(OPEN, *opening(vault, key, subjects, at))

Aliases of merged customers are already followed in what they answer; accounts are not: an identifier finds a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from assidu.customers.identifiers import lookup
from assidu.customers.types import Identifier, IdentifierKind
from assidu.customers.vault import Vault, seal
from assidu.foundation.ids import new_id

FIND = "SELECT kind, lookup, customer_id FROM customers_find($1::text[], $2::bytea[])"
OPEN = (
    "SELECT kind, lookup, customer_id, is_new FROM customers_open("
    "$1::text[], $2::bytea[], $3::uuid[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::timestamptz)"
)
FOLLOW = """
  SELECT customer_id, coalesce(merged_into, customer_id) FROM customers_customer WHERE customer_id = ANY ($1::uuid[])"""
"""Customers that are named outright: who they are now. Unknown ones are left out."""

COUNTS_AS = (
    "SELECT c.customer_id, coalesce(b.account_id, c.merged_into, c.customer_id) FROM customers_customer AS c "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id) "
    "WHERE c.customer_id = ANY ($1::uuid[])"
)
"""Whose balance and status are theirs now: their account's, or those of who they are."""

ALIAS = "SELECT customers_alias($1::uuid, $2::uuid, $3::timestamptz)"
"""The absorbed customer, the survivor, the instant: reads follow from one to the other from now on."""

UNALIAS = "SELECT customers_unalias($1::uuid, $2::uuid, $3::uuid[])"
"""Who had been absorbed, the survivor, and whom the first had absorbed before: each is found as before again."""

LookupKey = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An identifier that may belong to nobody yet, and what is known of where it was first seen."""

    identifier: Identifier
    store: str = ""
    source: str = ""


def lookup_key(pseudonym_key: bytes, identifier: Identifier) -> LookupKey:
    """How ``FIND`` and ``OPEN`` name an identifier in what they answer."""
    return identifier.kind.value, lookup(pseudonym_key, identifier)


def finding(keys: Iterable[LookupKey]) -> tuple[list[str], list[bytes]]:
    """The parameters of ``FIND``."""
    distinct = sorted(set(keys))
    return [kind for kind, _ in distinct], [value for _, value in distinct]


def opening(
    vault: Vault, pseudonym_key: bytes, newcomers: Iterable[Newcomer], at: datetime
) -> tuple[Any, ...]:
    """The parameters of ``OPEN``: one candidate customer for each distinct identifier."""
    rows = {lookup_key(pseudonym_key, newcomer.identifier): newcomer for newcomer in newcomers}
    kinds, lookups, ids, wrapped, sealed, stores, sources = [], [], [], [], [], [], []
    for (kind, hashed), newcomer in sorted(rows.items(), key=lambda row: row[0]):
        customer_id = new_id(at)
        key, wrapped_key = vault.new_key(customer_id)
        kinds.append(kind)
        lookups.append(hashed)
        ids.append(customer_id)
        wrapped.append(wrapped_key)
        sealed.append(seal(key, customer_id, first_contact(newcomer.identifier)))
        stores.append(newcomer.store)
        sources.append(newcomer.source)
    return kinds, lookups, ids, wrapped, sealed, stores, sources, at


def first_contact(identifier: Identifier) -> dict[str, Any]:
    """The sealed content of a customer of whom only one identifier is known."""
    if identifier.kind is IdentifierKind.CARD:
        return {"cards": [identifier.value]}
    if identifier.kind is IdentifierKind.EXTERNAL:
        return {"external": [identifier.value]}
    return {identifier.kind.value: identifier.value}


def find(
    connection: psycopg.Connection[Any], pseudonym_key: bytes, identifiers: Sequence[Identifier]
) -> dict[Identifier, UUID]:
    """The customers of those identifiers that are known."""
    by_key = {lookup_key(pseudonym_key, identifier): identifier for identifier in identifiers}
    rows = psycopg.RawCursor(connection).execute(FIND, finding(by_key)).fetchall()
    return {by_key[kind, bytes(hashed)]: customer_id for kind, hashed, customer_id in rows}


def open_customers(
    connection: psycopg.Connection[Any],
    vault: Vault,
    pseudonym_key: bytes,
    newcomers: Sequence[Newcomer],
    at: datetime,
) -> Mapping[Identifier, tuple[UUID, bool]]:
    """The customer of each identifier, and whether it was opened just now."""
    by_key = {lookup_key(pseudonym_key, newcomer.identifier): newcomer.identifier for newcomer in newcomers}
    rows = (
        psycopg.RawCursor(connection).execute(OPEN, opening(vault, pseudonym_key, newcomers, at)).fetchall()
    )
    return {by_key[kind, bytes(hashed)]: (customer_id, is_new) for kind, hashed, customer_id, is_new in rows}
