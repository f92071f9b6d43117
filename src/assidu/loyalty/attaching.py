"""A ticket and its customer brought together by hand: one recorded without them, or one that the till has yet to tell.

A forgotten ticket becomes a sale of the customer, decided at its own instant under the rules of its own day, once and
for ever. What staff type at the till is recorded under the ticket's own number: when the till tells the same ticket
later, it is known (and set aside if its amount is another).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction
from msgspec import UNSET

from assidu.customers import queries as customers
from assidu.customers.accounts import family_of
from assidu.customers.queries import counts_as
from assidu.customers.types import NotAnIdentifier
from assidu.decisions.calendar import local_day
from assidu.decisions.events import ForeignLine
from assidu.events import queries as events
from assidu.events.claims import claim
from assidu.events.types import AnonymousTicket, EventKey, EventType, TicketKey
from assidu.events.wire import AppliedOfferData, Incoming, LineData, PaymentData, SaleData, Subject
from assidu.foundation.ids import new_id
from assidu.foundation.people.types import Actor
from assidu.loyalty.actions import STAFF_SOURCE, NoProgramme, record
from assidu.loyalty.entries import Conflict, Outcome, Told, UnknownCustomer
from assidu.loyalty.queries import current_book, entry_by_key, versions
from assidu.plans.document import ForgottenTickets
from assidu.plans.wording.language import Language, Sentence

TYPED_SKU: Final = "typed-at-the-till"
"""The one line of a ticket of which only the amount is known."""


class ClaimRefusal(StrEnum):
    """Why a ticket cannot be given to its customer."""

    UNKNOWN_TICKET = "unknown_ticket"
    SEVERAL_TICKETS = "several_tickets"
    OTHER_AMOUNT = "other_amount"
    ALREADY_THEIRS = "ticket_already_theirs"
    ALREADY_TAKEN = "ticket_already_taken"
    TOO_LATE = "claimed_too_late"
    NOT_A_MEMBER_THEN = "not_a_member_then"


CLAIM_REFUSALS: Final[Mapping[ClaimRefusal, Sentence]] = {
    ClaimRefusal.UNKNOWN_TICKET: Sentence(
        "Aucun ticket de ce magasin et de ce jour ne correspond.", "No ticket of this store and day matches."
    ),
    ClaimRefusal.SEVERAL_TICKETS: Sentence(
        "Plusieurs tickets de ce jour ont ce montant : il faut le numéro.",
        "Several tickets of that day have this amount: the number is needed.",
    ),
    ClaimRefusal.OTHER_AMOUNT: Sentence(
        "Ce ticket existe, avec un autre montant.", "This ticket exists, with another amount."
    ),
    ClaimRefusal.ALREADY_THEIRS: Sentence(
        "Ce ticket est déjà sur ce compte.", "This ticket is on this account already."
    ),
    ClaimRefusal.ALREADY_TAKEN: Sentence(
        "Ce ticket est déjà sur le compte de quelqu'un d'autre.", "This ticket is on somebody else's account already."
    ),
    ClaimRefusal.TOO_LATE: Sentence(
        "Trop tard : le ticket a {age} jours, le programme en accepte {days}.",
        "Too late: the ticket is {age} days old, the programme accepts {days}.",
    ),
    ClaimRefusal.NOT_A_MEMBER_THEN: Sentence(
        "Le client n'était pas membre ce jour-là : le ticket ne rapporterait rien.",
        "The customer was not a member on that day: the ticket would earn nothing.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimRefused:
    """An ordinary answer: nothing was written, and the ticket may still be claimed by whoever it belongs to."""

    code: ClaimRefusal
    figures: Mapping[str, int] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        return CLAIM_REFUSALS[self.code].say(language, **self.figures)


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a ticket is the customer's: its number, what was paid, or both; always where and on which day.
    ``currency`` is the money of the amount, where it is not the programme's."""

    store: str
    day: date
    ticket: str = ""
    amount_minor: int | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        assert self.ticket or self.amount_minor is not None, "a number or an amount"


@dataclass(frozen=True, slots=True)
class Paid:
    """Units of a currency of the programme that the customer gives for a ticket."""

    currency: str
    quantity: int


@transaction.atomic
def attach_ticket(
    customer_id: UUID,
    proof: Proof,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    payments: Sequence[Paid] = (),
    event_id: UUID | None = None,
) -> Outcome | ClaimRefused:
    """Give a ticket that was recorded without a customer to this one. ``at`` is now.

    Sent again with the same ``event_id``, it answers what was done the first time.
    """
    known = customers.customer(customer_id)
    if known is not None and known.merged_into is not None:
        known = customers.customer(known.merged_into)
    if known is None or known.is_erased:
        return UnknownCustomer()
    family = family_of(counts_as(known.customer_id))
    key = EventKey(STAFF_SOURCE, str(event_id or new_id(at)))
    found = _found(proof, family, key)
    if isinstance(found, ClaimRefused):
        return found
    if (late := _too_late(found, at, programme)) is not None:
        return late
    with transaction.atomic():
        outcome = record(_told(found, known.customer_id, key, payments), at, programme=programme, by=by)
        assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
        if not isinstance(outcome, Told):
            return outcome
        if not outcome.is_new:
            is_same = events.claim_of(found.key) == (outcome.customer_id, outcome.seq)
            return outcome if is_same else Conflict(key)
        refusal = None
        if outcome.decision.inputs is not None and not outcome.decision.inputs.is_member:
            refusal = ClaimRefusal.NOT_A_MEMBER_THEN
        elif not claim(found.key, outcome.customer_id, outcome.seq, at):
            refusal = ClaimRefusal.ALREADY_TAKEN
        if refusal is None:
            return outcome
        transaction.set_rollback(True)
        return ClaimRefused(refusal)


def record_typed_ticket(
    customer_id: UUID,
    store: str,
    ticket: str,
    amount_minor: int,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    payments: Sequence[Paid] = (),
    event_id: UUID | None = None,
    currency: str = "",
) -> Outcome:
    """A ticket of which staff know the number and the amount (of ``currency``, where it is not the programme's money),
    before the till has told it."""
    key = EventKey(STAFF_SOURCE, str(event_id or new_id(at)))
    data = SaleData(
        store=store,
        channel="store",
        ticket=ticket,
        lines=[LineData(sku=TYPED_SKU, amount_minor=amount_minor)],
        payments=_payments(payments),
        currency=currency or UNSET,
    )
    subject = Subject("customer", str(customer_id))
    if event_id is not None and (first := entry_by_key(family_of(counts_as(customer_id)), key)) is not None:
        at = first.at  # the moment is part of what an event means, and a form sent again comes later
    outcome = record(Incoming(key, EventType.SALE, at, subject, data), at, programme=programme, by=by)
    assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
    return outcome


def _found(proof: Proof, family: tuple[UUID, ...], key: EventKey) -> AnonymousTicket | ClaimRefused:
    """The one ticket that is meant, still to be claimed, or claimed under this very ``key``."""
    matching = events.anonymous_tickets(
        proof.store,
        proof.day,
        ticket=proof.ticket,
        amount_minor=None if proof.ticket else proof.amount_minor,
        currency=proof.currency,
    )
    if not matching:
        return _absent(proof, family)
    ticket, others = matching[0], matching[1:]
    if others and others[0].claimed is None:
        return ClaimRefused(ClaimRefusal.SEVERAL_TICKETS)
    if proof.amount_minor is not None and (proof.currency, proof.amount_minor) not in _paid(ticket):
        return ClaimRefused(ClaimRefusal.OTHER_AMOUNT)
    if ticket.claimed is None:
        return ticket
    owner, seq = ticket.claimed
    if owner not in family:
        return ClaimRefused(ClaimRefusal.ALREADY_TAKEN)
    first = entry_by_key(family, key)
    if first is not None and (first.customer_id, first.seq) == (owner, seq):
        return ticket
    return ClaimRefused(ClaimRefusal.ALREADY_THEIRS)


def _paid(ticket: AnonymousTicket) -> set[tuple[str, int]]:
    """In the programme's money, which has no name here, and in another one if it was paid in that."""
    foreign = ticket.sale.foreign
    paid = {("", ticket.amount_minor)}
    return paid if foreign is None else {*paid, (foreign.currency, foreign.total_minor)}


def _absent(proof: Proof, family: tuple[UUID, ...]) -> ClaimRefused:
    """Not among the tickets without a customer: another's, this one's, or never told."""
    owner = events.owner_of_ticket(TicketKey(proof.store, proof.day, proof.ticket)) if proof.ticket else None
    if owner is None:
        return ClaimRefused(ClaimRefusal.UNKNOWN_TICKET)
    return ClaimRefused(ClaimRefusal.ALREADY_THEIRS if owner in family else ClaimRefusal.ALREADY_TAKEN)


def _too_late(ticket: AnonymousTicket, at: datetime, programme: str) -> ClaimRefused | None:
    """What the programme accepts is what it accepts today; what the ticket earns is a matter of its own day."""
    book = current_book(programme)
    if book is None:
        raise NoProgramme(programme)
    plan = book.at(at)
    document = next(one.document for one in versions(programme) if one.version == plan.version)
    part: ForgottenTickets | None = document.forgotten_tickets
    days = part.days if part is not None else 0
    age = (local_day(at, plan.zone) - ticket.day).days
    return ClaimRefused(ClaimRefusal.TOO_LATE, {"age": age, "days": days}) if age > days else None


def _told(ticket: AnonymousTicket, customer_id: UUID, key: EventKey, payments: Sequence[Paid]) -> Incoming:
    """The same ticket with its customer, at its own rate where it was paid in another money. It keeps no number of its
    own: the number is the anonymous one's already."""
    sale, foreign = ticket.sale, ticket.sale.foreign
    told = [
        ForeignLine(line.amount_minor, line.discount_minor, tuple(one.amount_minor for one in line.offers))
        for line in sale.lines
    ]
    lines = [
        LineData(
            sku=line.sku,
            amount_minor=there.amount_minor,
            quantity=line.quantity,
            discount_minor=there.discount_minor,
            department=line.department,
            brand=line.brand,
            vat_bp=line.vat_bp,
            kind=line.kind,
            offers=[
                AppliedOfferData(code=one.offer, amount_minor=amount)
                for one, amount in zip(line.offers, there.offers_minor, strict=True)
            ],
        )
        for line, there in zip(sale.lines, told if foreign is None else foreign.lines, strict=True)
    ]
    data = SaleData(
        store=sale.store,
        channel=sale.channel,
        lines=lines,
        payments=_payments(payments),
        currency=UNSET if foreign is None else foreign.currency,
        rate=UNSET if foreign is None else Decimal(str(foreign.rate)),
    )
    promotions = tuple([(line.promotion, line.promotion_minor) for line in sale.lines])
    return Incoming(key, EventType.SALE, ticket.at, Subject("customer", str(customer_id)), data, promotions)


def _payments(payments: Sequence[Paid]) -> list[PaymentData]:
    return [PaymentData(currency=one.currency, quantity=one.quantity) for one in payments]


__all__ = [
    "CLAIM_REFUSALS",
    "TYPED_SKU",
    "ClaimRefusal",
    "ClaimRefused",
    "Paid",
    "Proof",
    "attach_ticket",
    "record_typed_ticket",
]
