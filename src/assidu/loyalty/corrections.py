"""Corrections and transfers above the programme's limit: one asks, another person decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from assidu.customers.words import open_words, seal_words
from assidu.decisions.decision import RefusalCode, Refused
from assidu.events.types import CorrectionReason, EventKey
from assidu.events.wire import Subject
from assidu.foundation.people import actions as trail
from assidu.foundation.people.queries import api_key
from assidu.foundation.people.types import NOBODY, Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Outcome, Told

LISTED_MAX = 200
_COLUMNS = (
    "id, customer_id, receiver_id, programme, currency, quantity, reason_code, sealed, "
    "asked_by, asked_key, asked_at"
)


@dataclass(frozen=True, slots=True)
class AskedCorrection:
    """A correction that waits or, with a receiver, a transfer. ``reason`` is gone once the customer is erased.

    ``asked_by`` is the person behind it: of a key (``asked_key``), its maker; ``None``: the command line.
    """

    id: UUID
    customer_id: UUID
    receiver_id: UUID | None
    programme: str
    currency: str
    quantity: int
    reason_code: str
    reason: str
    asked_by: UUID | None
    asked_key: UUID | None
    asked_at: datetime

    @property
    def is_transfer(self) -> bool:
        return self.receiver_id is not None

    @property
    def author(self) -> Actor:
        """In whose name it is written once somebody else has approved it."""
        if self.asked_key is None:
            return Actor(person_id=self.asked_by)
        return Actor(key_id=self.asked_key, key_name=api_key(self.asked_key).name)


class NotTheirs(Exception):
    """Whoever asked for a correction does not decide on it."""


class NoLongerWaiting(Exception):
    """Somebody decided on it before, or it was never asked for."""


class AskedOtherwise(Exception):
    """The form was sent before, with something else in it."""

    def __init__(self, key: EventKey) -> None:
        super().__init__(key)
        self.key = key


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
    _ask(correction_id, customer_id, None, currency, quantity, reason, reason_code.value, by, at, programme)


def ask_transfer(
    transfer_id: UUID,
    giver: UUID,
    receiver: UUID,
    currency: str,
    quantity: int,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
) -> None:
    """The same for what one member is to give to another."""
    _ask(transfer_id, giver, receiver, currency, quantity, reason, "", by, at, programme)


@transaction.atomic
def _ask(
    id_: UUID,
    customer_id: UUID,
    receiver_id: UUID | None,
    currency: str,
    quantity: int,
    reason: str,
    reason_code: str,
    by: Actor,
    at: datetime,
    programme: str,
) -> None:
    sealed = seal_words(customer_id, reason)
    person = by.person_id if by.key_id is None else api_key(by.key_id).created_by
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO loyalty_correction ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (id) DO NOTHING",
            [
                id_, customer_id, receiver_id, programme, currency, quantity, reason_code, sealed,
                person or NOBODY, by.key_id, at,
            ],
        )  # fmt: skip
        is_new = bool(cursor.rowcount)
    if not is_new:
        before = rows(
            "SELECT customer_id, receiver_id, currency, quantity FROM loyalty_correction WHERE id = %s", [id_]
        )
        if before != [(customer_id, receiver_id, currency, quantity)]:
            raise AskedOtherwise(EventKey(actions.STAFF_SOURCE, str(id_)))
        return
    kind, after = _told(id_, receiver_id, currency, quantity)
    trail.record(by, f"{kind}.asked", "customer", str(customer_id), after=after)


@dataclass(frozen=True, slots=True)
class Asked:
    """It was worth too much for one: a second person decides on it."""

    id: UUID


def correct(
    customer_id: UUID,
    currency: str,
    quantity: int,
    reason: str,
    reason_code: CorrectionReason | None,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    form: UUID,
) -> Outcome | Asked:
    """Write a correction down or, above the limit, ask for it; ``form`` sent again answers what was done then."""
    with transaction.atomic():
        outcome = actions.correct(
            customer_id, currency, quantity, reason, by=by, at=at, programme=programme, event_id=form,
            reason_code=reason_code,
        )  # fmt: skip
        if not _is_too_much(outcome):
            if isinstance(outcome, Told) and outcome.is_new and by.key_id is None:
                after = {"currency": currency, "quantity": quantity, "event": outcome.key.id}
                trail.record(by, "balance.corrected", "customer", str(customer_id), after=after)
            return outcome
        ask(
            form, customer_id, currency, quantity, reason, reason_code or CorrectionReason.OTHER, by=by, at=at,
            programme=programme,
        )  # fmt: skip
    return Asked(form)


def transfer(
    giver: UUID,
    receiver: UUID,
    currency: str,
    quantity: int,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    form: UUID,
) -> Outcome | Asked:
    """Give from one member to another or, above the limit, ask for it."""
    with transaction.atomic():
        outcome = actions.transfer(
            giver, Subject("customer", str(receiver)), currency, quantity, reason, by=by, at=at,
            programme=programme, event_id=form,
        )  # fmt: skip
        if not _is_too_much(outcome):
            if isinstance(outcome, Told) and outcome.is_new and by.key_id is None:
                after = {
                    "to": str(receiver), "currency": currency, "quantity": quantity, "event": outcome.key.id,
                }  # fmt: skip
                trail.record(by, "balance.transferred", "customer", str(giver), after=after)
            return outcome
        ask_transfer(form, giver, receiver, currency, quantity, reason, by=by, at=at, programme=programme)
    return Asked(form)


def _is_too_much(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.code is RefusalCode.SECOND_PERSON_NEEDED


def waiting(programme: str, customer_id: UUID | None = None) -> list[AskedCorrection]:
    """The longest waiting first; of one customer, or of all."""
    return _asked(
        rows(
            f"SELECT {_COLUMNS} FROM loyalty_correction WHERE programme = %s AND is_approved IS NULL "
            "AND (%s::uuid IS NULL OR customer_id = %s) ORDER BY asked_at LIMIT %s",
            [programme, customer_id, customer_id, LISTED_MAX],
        )
    )


@transaction.atomic
def decide(correction_id: UUID, *, is_approved: bool, by: Actor, at: datetime) -> Outcome | None:
    """Approve, and write it down in the same transaction, or refuse. ``None``: it was refused.

    What was approved and the balance no longer allows is answered as such, and keeps waiting. ``by`` names a person:
    who signed in, or whoever made the key; or it is the command line, which decides on nothing that was asked there or
    by a key that was made there. Raises ``NotTheirs`` and ``NoLongerWaiting``.
    """
    assert by.key_id is None, "a person decides, also by a key that they made"
    found = rows(
        f"SELECT {_COLUMNS} FROM loyalty_correction WHERE id = %s AND is_approved IS NULL FOR UPDATE",
        [correction_id],
    )
    if not found:
        raise NoLongerWaiting
    (asked,) = _asked(found)
    if asked.asked_by == by.person_id:  # nobody, twice: both at the command line
        raise NotTheirs
    outcome = None
    if is_approved:
        outcome = _written(asked, at)
        if not isinstance(outcome, Told):
            return outcome
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_correction SET is_approved = %s, decided_by = %s, decided_at = %s WHERE id = %s",
            [is_approved, by.person_id or NOBODY, at, correction_id],
        )
    kind, after = _told(asked.id, asked.receiver_id, asked.currency, asked.quantity)
    action = f"{kind}.approved" if is_approved else f"{kind}.refused"
    trail.record(by, action, "customer", str(asked.customer_id), after=after)
    return outcome


def _written(asked: AskedCorrection, at: datetime) -> Outcome:
    if asked.receiver_id is not None:
        return actions.transfer(
            asked.customer_id, Subject("customer", str(asked.receiver_id)), asked.currency, asked.quantity,
            asked.reason, by=asked.author, at=at, programme=asked.programme, event_id=asked.id, is_seconded=True,
        )  # fmt: skip
    return actions.correct(
        asked.customer_id, asked.currency, asked.quantity, asked.reason, by=asked.author, at=at,
        programme=asked.programme, event_id=asked.id, reason_code=CorrectionReason(asked.reason_code),
        is_seconded=True,
    )  # fmt: skip


def _told(id_: UUID, receiver_id: UUID | None, currency: str, quantity: int) -> tuple[str, dict[str, Any]]:
    """What it is called in the trail, and what stands there of it."""
    after: dict[str, Any] = {"currency": currency, "quantity": quantity, "correction": str(id_)}
    if receiver_id is None:
        return "correction", after
    return "transfer", after | {"to": str(receiver_id)}


def _asked(found: list[Any]) -> list[AskedCorrection]:
    reasons = open_words([(row[1], row[7]) for row in found])
    asked = []
    for row, reason in zip(found, reasons, strict=True):
        id_, customer_id, receiver_id, programme, currency, quantity, code, _, person, key, at = row
        asked.append(
            AskedCorrection(
                id_,
                customer_id,
                receiver_id,
                programme,
                currency,
                quantity,
                code,
                reason,
                None if person == NOBODY else person,
                key,
                at,
            )
        )
    return asked
