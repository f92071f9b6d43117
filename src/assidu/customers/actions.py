"""Everything that writes customers: profiles, possible duplicates, erasure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from assidu.customers import profiles, resolve
from assidu.customers.identifiers import identifiers_of, lookup
from assidu.customers.profiles import Known, contact_from, laid_over, saved
from assidu.customers.types import (
    Erasure,
    Fault,
    Identifier,
    IdentifierKind,
    Profile,
    ProfileRecord,
    Written,
)
from assidu.customers.vault import Vault, unseal
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_connection

RECORDS_MAX = 2_000
"""How many profiles one transaction writes: it holds their identifiers until it ends."""
_ROOT_SQL = "SELECT coalesce(merged_into, customer_id) FROM customers_customer WHERE customer_id = %s"
_FAMILY_SQL = (
    "SELECT customer_id, erased_at FROM customers_customer WHERE customer_id = %(id)s OR merged_into = %(id)s "
    "ORDER BY customer_id FOR UPDATE"
)


def write_profiles(records: Sequence[ProfileRecord], at: datetime) -> list[Written]:
    """Write what messages say of people, each record over what is known of its customer, in order.

    Whose it is: the record's subject, else the first of card, external id, telephone, e-mail that it has; nobody
    yet: a new customer. An identifier that somebody else has stays theirs and the pair is noted.
    """
    written: list[Written] = []
    for start in range(0, len(records), RECORDS_MAX):
        with transaction.atomic():
            written += _write(records[start : start + RECORDS_MAX], at)
    return written


def write_profile(record: ProfileRecord, at: datetime) -> Written:
    return write_profiles([record], at)[0]


def _write(records: Sequence[ProfileRecord], at: datetime) -> list[Written]:
    settings = current_settings()
    vault = Vault(settings.vault_key)
    raw = raw_connection()
    found = [identifiers_of(record.profile) for record in records]
    first = [_first(record, identifiers) for record, (identifiers, _) in zip(records, found, strict=True)]
    newcomers = [
        resolve.Newcomer(identifier, record.profile.store or "", record.source)
        for record, identifier in zip(records, first, strict=True)
        if isinstance(identifier, Identifier)
    ]
    opened = resolve.open_customers(raw, vault, settings.pseudonym_key, newcomers, at)
    named = _followed(raw, [subject for subject in first if isinstance(subject, UUID)])
    owners: list[Written] = []
    for identifier, (_, faults) in zip(first, found, strict=True):
        if isinstance(identifier, Identifier):
            owner, is_new = opened[identifier]
            owners.append(Written(owner, is_new, faults))
        else:
            owners.append(Written(named.get(identifier) if identifier else None, False, faults))
    _claim(raw, records, found, owners, at)
    _lay_over(raw, vault, records, owners)
    return owners


def _first(record: ProfileRecord, identifiers: Sequence[Identifier]) -> Identifier | UUID | None:
    """By what the record's customer is found."""
    if record.subject is not None:
        return record.subject
    return identifiers[0] if identifiers else None


def _followed(raw: psycopg.Connection[Any], customer_ids: list[UUID]) -> dict[UUID, UUID]:
    if not customer_ids:
        return {}
    return dict(psycopg.RawCursor(raw).execute(resolve.FOLLOW, [customer_ids]).fetchall())


def _claim(
    raw: psycopg.Connection[Any],
    records: Sequence[ProfileRecord],
    found: Sequence[tuple[list[Identifier], dict[str, Fault]]],
    owners: Sequence[Written],
    at: datetime,
) -> None:
    """Give every record's identifiers to its customer, as far as they are free: of two who want one, the first."""
    key = current_settings().pseudonym_key
    rows = sorted(
        (identifier.kind.value, lookup(key, identifier), place, owner.customer_id, record.source)
        for place, (record, (identifiers, _), owner) in enumerate(zip(records, found, owners, strict=True))
        for identifier in identifiers
        if owner.customer_id is not None
    )
    if not rows:
        return
    kinds, lookups, _, ids, sources = (list(column) for column in zip(*rows, strict=True))
    psycopg.RawCursor(raw).execute(profiles.CLAIM, [kinds, lookups, ids, sources, at])


def _lay_over(
    raw: psycopg.Connection[Any], vault: Vault, records: Sequence[ProfileRecord], owners: Sequence[Written]
) -> None:
    by_customer: dict[UUID, list[Profile]] = {}
    for record, owner in zip(records, owners, strict=True):
        if owner.customer_id is not None:
            by_customer.setdefault(owner.customer_id, []).append(record.profile)
    rows = psycopg.RawCursor(raw).execute(profiles.LOAD, [sorted(by_customer)]).fetchall()
    saves = []
    replaced = []
    for *fields, sealed, wrapped in rows:
        customer_id = fields[0]
        key = vault.open_key(customer_id, bytes(wrapped))
        contact = contact_from(unseal(key, customer_id, bytes(sealed)) if sealed else {})
        before = Known(*fields, contact)  # type: ignore[call-arg]
        after = before
        for profile in by_customer[customer_id]:
            after = laid_over(after, profile)
        if after != before:
            saves.append(saved(after, key))
            replaced += _replaced(before, after)
    if saves:
        psycopg.RawCursor(raw).execute(profiles.SAVE, [list(column) for column in zip(*saves, strict=True)])
    if replaced:
        psycopg.RawCursor(raw).execute(
            profiles.FORGET, [list(column) for column in zip(*replaced, strict=True)]
        )


def _replaced(before: Known, after: Known) -> list[tuple[UUID, str, bytes]]:
    """Telephone and e-mail that changed: what alone still finds the customer."""
    key = current_settings().pseudonym_key
    rows = []
    for kind in (IdentifierKind.PHONE, IdentifierKind.EMAIL):
        old: str = getattr(before.contact, kind.value)
        new: str = getattr(after.contact, kind.value)
        if old and old != new:
            rows.append((before.customer_id, kind.value, lookup(key, Identifier(kind, new)) if new else b""))
    return rows


@transaction.atomic
def erase(customer_id: UUID, by: Actor, at: datetime) -> Erasure | None:
    """Forget who a customer is, and everyone merged into them. What they did stays, and nobody can say whose it was.

    The key is destroyed, so that what it sealed cannot be opened in any copy that lacks the key. The next event of
    the same card opens a new customer. ``None``: there is no such customer. Erasing twice changes nothing more.
    """
    with connection.cursor() as cursor:
        found = _locked_family(cursor, customer_id)
        if found is None:
            return None
        root, family = found
        _refuse_shared(cursor, root)
        ids, earlier = list(family), list(family.values())
        cursor.execute("DELETE FROM customers_key WHERE customer_id = ANY (%s)", [ids])
        cursor.execute("DELETE FROM customers_link WHERE customer_id = ANY (%s)", [ids])
        cursor.execute("DELETE FROM customers_event_personal WHERE customer_id = ANY (%s)", [ids])
        event_fields = cursor.rowcount
        cursor.execute("DELETE FROM customers_shared_personal WHERE person_id = ANY (%s)", [ids])
        event_fields += cursor.rowcount
        cursor.execute("DELETE FROM customers_device WHERE customer_id = ANY (%s)", [ids])
        cursor.execute(
            "DELETE FROM customers_possible_duplicate WHERE customer_id = ANY (%(ids)s) OR other_id = ANY (%(ids)s)",
            {"ids": ids},
        )
        cursor.execute(
            "UPDATE customers_customer SET title = '', first_name = '', last_name = '', search_name = '', "
            "birth_date = NULL, postcode = '', town = '', language = '', sealed = NULL, "
            "erased_at = coalesce(erased_at, %s) WHERE customer_id = ANY (%s)",
            [at, ids],
        )
        # Last: who gives them another identifier now waits for their rows, and then sees that they are erased.
        cursor.execute("DELETE FROM customers_identifier WHERE customer_id = ANY (%s)", [ids])
        identifiers = cursor.rowcount
    dated = [one for one in earlier if one is not None]
    if len(dated) == len(ids) and not identifiers:
        return Erasure(tuple(ids), 0, 0, max(dated))
    people.record(
        by,
        "customer.erased",
        "customer",
        str(root),
        after={
            "customers": [str(one) for one in ids],
            "identifiers": identifiers,
            "event_fields": event_fields,
        },
    )
    return Erasure(tuple(ids), identifiers, event_fields, at)


class StillShared(Exception):
    """Somebody in an account leaves it before they are erased, and so does everybody before an account is."""


def _refuse_shared(cursor: CursorWrapper, customer_id: UUID) -> None:
    cursor.execute(
        "SELECT FROM customers_belonging WHERE customer_id = %(id)s OR account_id = %(id)s LIMIT 1",
        {"id": customer_id},
    )
    if cursor.fetchone() is not None:
        raise StillShared(customer_id)


def _locked_family(
    cursor: CursorWrapper, customer_id: UUID
) -> tuple[UUID, dict[UUID, datetime | None]] | None:
    """Who a customer is by now, and everyone merged into them with when they were erased, locked in the one order."""
    known: tuple[UUID, dict[UUID, datetime | None]] | None = None
    while True:
        cursor.execute(_ROOT_SQL, [customer_id])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_FAMILY_SQL, {"id": row[0]})
        found = row[0], dict(cursor.fetchall())
        # Read again with the rows held: whoever was merged meanwhile belongs to them as well.
        if known is not None and found[0] == known[0] and found[1].keys() == known[1].keys():
            return found
        known = found


@transaction.atomic
def settle_duplicate(customer_id: UUID, other_id: UUID, by: Actor, at: datetime) -> bool:
    """Somebody looked: these are two people. ``False`` when nothing was open between them."""
    pair = sorted((customer_id, other_id))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_possible_duplicate SET settled_at = %s "
            "WHERE customer_id = %s AND other_id = %s AND settled_at IS NULL",
            [at, *pair],
        )
        changed = bool(cursor.rowcount)
    if changed:
        people.record(by, "customer.not_a_duplicate", "customer", str(pair[0]), after={"other": str(pair[1])})
    return changed
