"""The personal part of a live event: laid over the customer's profile, and kept beside the event, sealed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assidu.customers import profiles, words
from assidu.customers.identifiers import identifiers_of, lookup
from assidu.customers.profiles import Known, contact_from, laid_over, saved
from assidu.customers.types import Identifier, IdentifierKind, Profile
from assidu.customers.vault import Vault, unseal
from assidu.customers.words import Said
from assidu.events import wire
from assidu.loyalty.script import Script, Step


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


def write_personal(said: Sequence[Said], vault: Vault) -> Script[None]:
    """What events themselves said of people, each under that person's own key; of who is erased, nothing."""
    if not said:
        return
    keys = yield Step(words.KEYS, (sorted({one.person_id for one in said}),))
    own, shared = words.kept_beside(said, keys, vault)
    if own:
        yield Step(words.KEEP, own)
    if shared:
        yield Step(words.KEEP_SHARED, shared)
