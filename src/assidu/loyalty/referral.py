"""Who brought whom: the codes that members share, and what the code of a newcomer counts for."""

import secrets
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from assidu.customers.queries import counts_as
from assidu.customers.selves import (
    KEEP_DEVICES,
    PEOPLE,
    device_lookup,
    keeping_devices,
    same,
    traces_of,
    traces_told,
)
from assidu.customers.types import Identifier, Profile
from assidu.customers.vault import Vault
from assidu.decisions.events import Joining
from assidu.decisions.state import Membership, ReferralStep
from assidu.events.bodies import body_of
from assidu.events.types import EventType, Fact
from assidu.events.wire import JoiningData
from assidu.foundation.sql import rows
from assidu.loyalty.personal import profile_of
from assidu.loyalty.script import Script, Step

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for one another when they are read aloud or copied by hand."""
CODE_LENGTH = 9
"""30 to the 9th: two hundred thousand milliard codes, of which nobody guesses one in use."""

WHOSE = (
    "SELECT m.customer_id FROM loyalty_referral_code AS r "
    "JOIN customers_customer AS c USING (customer_id) "
    "JOIN customers_customer AS root ON root.customer_id = coalesce(c.merged_into, c.customer_id) "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = root.customer_id "
    "JOIN loyalty_member AS m ON m.customer_id = coalesce(b.account_id, root.customer_id) "
    "WHERE r.code = $1::text AND root.erased_at IS NULL AND m.membership = 'member'"
)
"""Whoever counts for the code's owner now: their account, or themselves."""


SHARED = (
    "SELECT EXISTS (SELECT FROM events_event AS mine "
    f"WHERE mine.customer_id = $1::uuid AND mine.type = '{EventType.ACCOUNT_ENTRY.value}' "
    "AND ((mine.body ->> 'into')::uuid = $2::uuid OR EXISTS (SELECT FROM events_event AS theirs "
    f"  WHERE theirs.customer_id = $2::uuid AND theirs.type = '{EventType.ACCOUNT_ENTRY.value}' "
    "  AND theirs.body ->> 'into' = mine.body ->> 'into')))"
)
"""Whether a newcomer was ever in the account that brings them, or in one with whoever does."""


SERVED = (
    "SELECT EXISTS (SELECT FROM customers_device AS d "
    f"JOIN events_event AS e ON e.customer_id = d.customer_id AND e.type = '{EventType.JOINING.value}' "
    "WHERE d.lookup = $1::bytea AND d.customer_id <> $2::uuid AND e.body ? 'referrer')"
)
"""Whether somebody else who was brought joined on a device."""


class ReferralFault(StrEnum):
    """Why a code counts for nothing, beside what both people have in common (``customers.selves.SameAs``)."""

    UNKNOWN_CODE = "unknown_code"
    OWN_CODE = "own_code"
    SHARED_ACCOUNT = "shared_account"
    DEVICE_SERVED = "device_served"


@dataclass(frozen=True, slots=True)
class ReferralStanding:
    """How far a member's own referral is, if somebody brought them, and whom they brought: in numbers."""

    step: ReferralStep | None
    code: str
    brought: int
    rewarded: int


def normal_code(text: str) -> str:
    """As people copy it: in small letters, with spaces or hyphens."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def code_of(customer_id: UUID, at: datetime) -> str | None:
    """A member's code, made now if they had none yet; ``None``: they are no active member. An account has one."""
    customer_id = counts_as(customer_id)
    member = rows("SELECT membership FROM loyalty_member WHERE customer_id = %s", [customer_id])
    if not member or member[0][0] != Membership.MEMBER.value:
        return None
    with connection.cursor() as cursor:
        while True:
            found = rows("SELECT code FROM loyalty_referral_code WHERE customer_id = %s", [customer_id])
            if found:
                return str(found[0][0])
            made = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
            cursor.execute(
                "INSERT INTO loyalty_referral_code (code, customer_id, made_at) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [made, customer_id, at],
            )


def referral_standing(customer_id: UUID) -> ReferralStanding:
    """Nobody is named: how many they brought, or their account, is a figure."""
    customer_id = counts_as(customer_id)
    [(referral, code, brought, rewarded)] = rows(
        "SELECT (SELECT m.state -> 'referral' ->> 1 FROM loyalty_member AS m WHERE m.customer_id = %(id)s), "
        "(SELECT r.code FROM loyalty_referral_code AS r WHERE r.customer_id = %(id)s), "
        "(SELECT count(*) FROM events_event AS e WHERE e.customer_id = %(id)s AND e.type = %(kept)s), "
        "(SELECT count(*) FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq) "
        "  WHERE e.customer_id = %(id)s AND e.type = %(kept)s AND d.record ? 'awards')",
        {"id": customer_id, "kept": EventType.REFERRAL_KEPT.value},
    )
    return ReferralStanding(ReferralStep(referral) if referral else None, code or "", brought, rewarded)


# ---------------------------------------------------------------- at the desk's door


def with_referrer(
    fact: Fact,
    data: JoiningData,
    subject: Identifier | None,
    customer_id: UUID,
    pseudonym_key: bytes,
    vault: Vault,
    served: Container[str] = frozenset(),
) -> Script[Fact]:
    """A joining with whoever brought them, or with why the code that it names counts for nothing.

    ``subject`` is by what the newcomer was told, if it was not by their id. ``served`` are devices on which others who
    were brought join at the same time, and are not written down yet.
    """
    event = fact.event
    assert isinstance(event, Joining)
    found = yield from _referrer(data, subject, customer_id, pseudonym_key, vault)
    if isinstance(found, UUID) and data.device:
        device = device_lookup(pseudonym_key, data.device)
        if data.device in served or (yield Step(SERVED, (device, customer_id)))[0][0]:
            found = ReferralFault.DEVICE_SERVED.value
    if isinstance(found, UUID):
        event = replace(event, referrer=str(found))
    else:
        event = replace(event, referral_fault=found)
    return replace(fact, event=event, body={**fact.body, **body_of(event)})


def _referrer(
    data: JoiningData, subject: Identifier | None, customer_id: UUID, pseudonym_key: bytes, vault: Vault
) -> Script[UUID | str]:
    owner = yield Step(WHOSE, (normal_code(data.referral_code),))
    if not owner:
        return ReferralFault.UNKNOWN_CODE.value
    referrer = UUID(str(owner[0][0]))
    if referrer == customer_id:
        return ReferralFault.OWN_CODE.value
    if (yield Step(SHARED, (customer_id, referrer)))[0][0]:
        return ReferralFault.SHARED_ACCOUNT.value
    theirs = traces_of((yield Step(PEOPLE, (referrer,))), vault)
    mine = traces_of((yield Step(PEOPLE, (customer_id,))), vault)
    told = Profile() if data.profile is None else profile_of(data.profile, data.store)
    device = device_lookup(pseudonym_key, data.device) if data.device else None
    found = same(theirs, mine | traces_told(told, subject, device))
    return referrer if found is None else found.value


def keep_devices(joined: Sequence[tuple[UUID, str]], pseudonym_key: bytes, at: datetime) -> Script[None]:
    """The devices on which members joined, by customer."""
    kept = [(customer, device_lookup(pseudonym_key, device)) for customer, device in joined]
    if kept:
        yield Step(KEEP_DEVICES, keeping_devices(kept, at))


__all__ = [
    "CODE_LENGTH",
    "CODE_LETTERS",
    "ReferralFault",
    "ReferralStanding",
    "code_of",
    "keep_devices",
    "normal_code",
    "referral_standing",
    "with_referrer",
]
