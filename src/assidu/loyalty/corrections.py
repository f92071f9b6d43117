"""Corrections above the programme's limit: one person asks, another one decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from assidu.customers.vault import Vault, seal, unseal
from assidu.decisions.earning import worth_minor
from assidu.decisions.plan import Plan
from assidu.events.types import CorrectionReason
from assidu.foundation.people.actions import record
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Outcome, Told

LISTED_MAX = 200
_COLUMNS = "id, customer_id, programme, currency, quantity, reason_code, sealed, asked_by, asked_at"


@dataclass(frozen=True, slots=True)
class AskedCorrection:
    """A correction that waits. ``reason`` is gone once the customer is erased."""

    id: UUID
    customer_id: UUID
    programme: str
    currency: str
    quantity: int
    reason_code: str
    reason: str
    asked_by: UUID
    asked_at: datetime


class NotTheirs(Exception):
    """Whoever asked for a correction does not decide on it."""


class NoLongerWaiting(Exception):
    """Somebody decided on it before, or it was never asked for."""


def needs_another(plan: Plan, currency: str, quantity: int) -> bool:
    """Is the correction worth more than one person may write down alone?"""
    limit = plan.second_person_above_minor
    return limit is not None and worth_minor(plan, currency, abs(quantity)) > limit


@transaction.atomic
def ask(
    correction_id: UUID,
    customer_id: UUID,
    currency: str,
    quantity: int,
    reason: str,
    reason_code: CorrectionReason,
    *,
    by: Actor,
    at: datetime,
    programme: str,
) -> None:
    """Write down what is wanted; the same form sent twice asks once."""
    assert by.person_id is not None, "a person asks"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO loyalty_correction ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (id) DO NOTHING",
            [
                correction_id,
                customer_id,
                programme,
                currency,
                quantity,
                reason_code.value,
                _sealed(customer_id, reason),
                by.person_id,
                at,
            ],
        )
        if not cursor.rowcount:
            return
    after = {"currency": currency, "quantity": quantity, "correction": str(correction_id)}
    record(by, "correction.asked", "customer", str(customer_id), after=after)


def waiting(programme: str, customer_id: UUID | None = None) -> list[AskedCorrection]:
    """The longest waiting first; of one customer, or of all."""
    found = rows(
        f"SELECT {_COLUMNS} FROM loyalty_correction WHERE programme = %s AND is_approved IS NULL "
        "AND (%s::uuid IS NULL OR customer_id = %s) ORDER BY asked_at LIMIT %s",
        [programme, customer_id, customer_id, LISTED_MAX],
    )
    return [_asked(row) for row in found]


@transaction.atomic
def decide(correction_id: UUID, *, is_approved: bool, by: Actor, at: datetime) -> Outcome | None:
    """Approve, and write the correction down in the same transaction, or refuse. ``None``: it was refused.

    An approved correction that the balance no longer allows is answered as such, and keeps waiting. Raises
    ``NotTheirs`` and ``NoLongerWaiting``.
    """
    assert by.person_id is not None, "a person decides"
    found = rows(
        f"SELECT {_COLUMNS} FROM loyalty_correction WHERE id = %s AND is_approved IS NULL FOR UPDATE",
        [correction_id],
    )
    if not found:
        raise NoLongerWaiting
    asked = _asked(found[0])
    if asked.asked_by == by.person_id:
        raise NotTheirs
    outcome = None
    if is_approved:
        outcome = actions.correct(
            asked.customer_id,
            asked.currency,
            asked.quantity,
            asked.reason,
            by=Actor(person_id=asked.asked_by, request_id=by.request_id),
            at=at,
            programme=asked.programme,
            event_id=asked.id,
            reason_code=CorrectionReason(asked.reason_code),
        )
        if not isinstance(outcome, Told):
            return outcome
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_correction SET is_approved = %s, decided_by = %s, decided_at = %s WHERE id = %s",
            [is_approved, by.person_id, at, correction_id],
        )
    after = {"currency": asked.currency, "quantity": asked.quantity, "correction": str(asked.id)}
    action = "correction.approved" if is_approved else "correction.refused"
    record(by, action, "customer", str(asked.customer_id), after=after)
    return outcome


def _asked(row: Any) -> AskedCorrection:
    id_, customer_id, programme, currency, quantity, reason_code, sealed, asked_by, asked_at = row
    reason = _opened(customer_id, sealed)
    return AskedCorrection(
        id_, customer_id, programme, currency, quantity, reason_code, reason, asked_by, asked_at
    )


def _sealed(customer_id: UUID, reason: str) -> bytes | None:
    key = _wrapped(customer_id)
    if not reason or key is None:
        return None
    return seal(Vault(current_settings().vault_key).open_key(customer_id, key), customer_id, reason)


def _opened(customer_id: UUID, sealed: bytes | None) -> str:
    key = _wrapped(customer_id)
    if sealed is None or key is None:
        return ""
    said: str = unseal(
        Vault(current_settings().vault_key).open_key(customer_id, key), customer_id, bytes(sealed)
    )
    return said


def _wrapped(customer_id: UUID) -> bytes | None:
    found = rows("SELECT wrapped FROM customers_key WHERE customer_id = %s", [customer_id])
    return bytes(found[0][0]) if found else None
