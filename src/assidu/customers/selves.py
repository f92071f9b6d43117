"""Are two customers one person, or one household? What a referral must know of who brings and who is brought.

Only what both gave is compared: an address for letters, telephones, e-mail addresses with their aliases, cards, the
devices on which they joined.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from assidu.customers.identifiers import identifiers_of, words_of
from assidu.customers.profiles import contact_from
from assidu.customers.types import Identifier, IdentifierKind, Profile
from assidu.customers.vault import Vault, unseal

PEOPLE = (
    "WITH people AS (SELECT $1::uuid AS id UNION ALL "
    "  SELECT b.customer_id FROM customers_belonging AS b WHERE b.account_id = $1::uuid), "
    "family AS (SELECT id FROM people UNION "
    "  SELECT a.customer_id FROM customers_customer AS a JOIN people ON a.merged_into = id) "
    "SELECT c.customer_id, c.last_name, c.postcode, c.sealed, k.wrapped, "
    "(SELECT array_agg(d.lookup) FROM customers_device AS d WHERE d.customer_id = c.customer_id) "
    "FROM family JOIN customers_customer AS c ON c.customer_id = family.id "
    "JOIN customers_key AS k USING (customer_id) WHERE c.erased_at IS NULL"
)
"""A customer, everyone merged into them and, of an account, everybody in it."""

KEEP_DEVICES = (
    "INSERT INTO customers_device (customer_id, lookup, added_at) "
    "SELECT d.customer_id, d.lookup, $3::timestamptz FROM unnest($1::uuid[], $2::bytea[]) AS d (customer_id, lookup) "
    "ON CONFLICT DO NOTHING"
)

TAGGED_WITH_HYPHEN = ("yahoo.", "ymail.", "rocketmail.")
WITHOUT_DOTS = frozenset({"gmail.com"})
SAME_DOMAIN = {
    "googlemail.com": "gmail.com",
    "protonmail.com": "proton.me",
    "pm.me": "proton.me",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
}
"""Domains of one mailbox with several names."""


class SameAs(StrEnum):
    """What two customers have in common; the first that is found is told."""

    EMAIL = "same_email"
    PHONE = "same_phone"
    CARD = "same_card"
    DEVICE = "same_device"
    HOUSEHOLD = "same_household"


@dataclass(frozen=True, slots=True)
class Traces:
    """What somebody left by which they would be known again. Personal: kept no longer than the comparison lasts."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    cards: frozenset[str] = frozenset()
    devices: frozenset[bytes] = frozenset()
    homes: frozenset[tuple[str, ...]] = frozenset()

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(
            self.emails | other.emails,
            self.phones | other.phones,
            self.cards | other.cards,
            self.devices | other.devices,
            self.homes | other.homes,
        )


def same(one: Traces, other: Traces) -> SameAs | None:
    """Why they would be one person, or live together; ``None``: nothing says so."""
    for found, mine, theirs in (
        (SameAs.EMAIL, one.emails, other.emails),
        (SameAs.PHONE, one.phones, other.phones),
        (SameAs.CARD, one.cards, other.cards),
        (SameAs.DEVICE, one.devices, other.devices),
        (SameAs.HOUSEHOLD, one.homes, other.homes),
    ):
        if mine & theirs:
            return found
    return None


def mailbox(email: str) -> str:
    """The mailbox behind an address: without its tag, and without dots where the provider reads none."""
    local, _, domain = email.strip().casefold().rpartition("@")
    domain = SAME_DOMAIN.get(domain, domain)
    local = local.split("+", 1)[0]
    if domain.startswith(TAGGED_WITH_HYPHEN):
        local = local.split("-", 1)[0]
    if domain in WITHOUT_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def device_lookup(pseudonym_key: bytes, device: str) -> bytes:
    """The keyed hash under which a device is known again; the device itself is not kept."""
    return hmac.digest(pseudonym_key, f"device\0{device}".encode(), "sha256")


def traces_of(rows: Sequence[Sequence[Any]], vault: Vault) -> Traces:
    """What ``PEOPLE`` reads, all together."""
    found = Traces()
    for customer_id, last_name, postcode, sealed, wrapped, devices in rows:
        key = vault.open_key(UUID(str(customer_id)), bytes(wrapped))
        contact = contact_from(unseal(key, customer_id, bytes(sealed)) if sealed else {})
        found |= Traces(
            emails=frozenset({mailbox(contact.email)} if contact.email else ()),
            phones=frozenset({contact.phone} if contact.phone else ()),
            cards=frozenset(contact.cards),
            devices=frozenset(bytes(device) for device in devices or ()),
            homes=_home(last_name, postcode, contact.address),
        )
    return found


def traces_told(profile: Profile, subject: Identifier | None, device: bytes | None) -> Traces:
    """What a message says itself, whether or not it is written down yet."""
    identifiers, _ = identifiers_of(profile)
    by_kind: dict[IdentifierKind, set[str]] = {}
    for one in (*identifiers, *([subject] if subject is not None else [])):
        by_kind.setdefault(one.kind, set()).add(one.value)
    return Traces(
        emails=frozenset(mailbox(email) for email in by_kind.get(IdentifierKind.EMAIL, ())),
        phones=frozenset(by_kind.get(IdentifierKind.PHONE, ())),
        cards=frozenset(by_kind.get(IdentifierKind.CARD, ())),
        devices=frozenset({device} if device is not None else ()),
        homes=_home(profile.last_name or "", profile.postcode or "", profile.address or ""),
    )


def keeping_devices(kept: Sequence[tuple[UUID, bytes]], at: datetime) -> tuple[Any, ...]:
    """The parameters of ``KEEP_DEVICES``."""
    rows = sorted(set(kept))
    return [customer for customer, _ in rows], [lookup for _, lookup in rows], at


def _home(last_name: str, postcode: str, address: str) -> frozenset[tuple[str, ...]]:
    """The same family name at the same address; without one of the three nothing is said."""
    name, street, code = words_of(last_name), words_of(address), words_of(postcode)
    if not (name and street and code):
        return frozenset()
    return frozenset({(" ".join(name), "".join(code), " ".join(street))})
