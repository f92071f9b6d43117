"""The personal part of a live event: laid over the customer's profile, and kept beside the event, sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from assidu.customers import profiles
from assidu.customers.identifiers import identifiers_of, lookup
from assidu.customers.profiles import Known, contact_from, laid_over, saved
from assidu.customers.types import Identifier, IdentifierKind, Profile
from assidu.customers.vault import Vault, seal, unseal
from assidu.events import wire
from assidu.loyalty.script import Script, Step

KEYS = "SELECT customer_id, wrapped FROM customers_key WHERE customer_id = ANY ($1::uuid[])"
KEEP = (
    "INSERT INTO customers_event_personal (customer_id, seq, sealed) "
    "SELECT p.customer_id, p.seq, p.sealed FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) "
    "AS p (customer_id, seq, sealed)"
)
KEEP_SHARED = (
    "INSERT INTO customers_shared_personal (person_id, customer_id, seq, sealed) "
    "SELECT p.person_id, p.customer_id, p.seq, p.sealed "
    "FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bytea[]) AS p (person_id, customer_id, seq, sealed)"
)


def profile_of(written: wire.Profile, store: str) -> Profile:
    """What a sender leaves out is "not said", and changes nothing."""
    return Profile(
        title=written.title or None,
        first_name=written.first_name or None,
        last_name=written.last_name or None,
        birth_date=written.birth_date,
        email=written.email or None,
        phone=written.phone or None,
        card=written.card or None,
        address=written.address or None,
        postcode=written.postcode or None,
        town=written.town or None,
        language=written.language or None,
        store=store or None,
        is_invented=written.is_invented,
    )


def write_profile(
    written: wire.Profile,
    store: str,
    source: str,
    customer_id: UUID,
    pseudonym_key: bytes,
    vault: Vault,
    at: datetime,
) -> Script[None]:
    """Before the customer is locked: identifiers come first in the order of locks."""
    profile = profile_of(written, store)
    identifiers, _ = identifiers_of(profile)
    claims = sorted((one.kind.value, lookup(pseudonym_key, one)) for one in identifiers)
    if claims:
        kinds, lookups = ([kind for kind, _ in claims], [hashed for _, hashed in claims])
        count = len(claims)
        yield Step(profiles.CLAIM, (kinds, lookups, [customer_id] * count, [source] * count, at))
    for *fields, sealed, wrapped in (yield Step(profiles.LOAD, ([customer_id],))):
        key = vault.open_key(customer_id, bytes(wrapped))
        contact = contact_from(unseal(key, customer_id, bytes(sealed)) if sealed else {})
        before = Known(*(*fields, contact))
        after = laid_over(before, profile)
        if after == before:
            continue
        yield Step(profiles.SAVE, [[column] for column in saved(after, key)])
        for kind in (IdentifierKind.PHONE, IdentifierKind.EMAIL):
            old, new = getattr(before.contact, kind.value), getattr(after.contact, kind.value)
            if old and old != new:
                kept = lookup(pseudonym_key, Identifier(kind, new)) if new else b""
                yield Step(profiles.FORGET, ([customer_id], [kind.value], [kept]))


@dataclass(frozen=True, slots=True)
class Said:
    """What the event ``seq`` of a customer said of ``person_id``: themselves or, of an account, somebody in it."""

    customer_id: UUID
    seq: int
    person_id: UUID
    content: Mapping[str, Any]


def write_personal(said: Sequence[Said], vault: Vault) -> Script[None]:
    """What events themselves said of people, each under that person's own key; of who is erased, nothing."""
    if not said:
        return
    rows = yield Step(KEYS, (sorted({one.person_id for one in said}),))
    keys = {row[0]: vault.open_key(row[0], bytes(row[1])) for row in rows}
    own, shared = [], []
    for one in said:
        if one.person_id not in keys:
            continue
        sealed = seal(keys[one.person_id], one.person_id, one.content)
        if one.person_id == one.customer_id:
            own.append((one.customer_id, one.seq, sealed))
        else:
            shared.append((one.person_id, one.customer_id, one.seq, sealed))
    if own:
        yield Step(KEEP, [list(column) for column in zip(*own, strict=True)])
    if shared:
        yield Step(KEEP_SHARED, [list(column) for column in zip(*shared, strict=True)])
