"""The names and values of events that other rooms may hold."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from assidu.decisions.events import Event, Sale
from assidu.decisions.values import value_type

CLOCK_SOURCE = "assidu/clock"
EMISSION_SOURCE = "assidu/emission"
"""Where what happens to a customer because of another one comes from."""
DRAW_SOURCE = "assidu/draw"
"""Where the prizes of draws among entries come from."""


class EventType(StrEnum):
    """The `type` of an event, as senders write it."""

    SALE = "Order Completed"
    RETURN = "Order Refunded"
    SALE_UPDATE = "Order Updated"
    SALE_CANCELLATION = "Order Cancelled"
    JOINING = "Member Joined"
    LEAVING = "Member Left"
    SUSPENSION = "Member Suspended"
    RESUMPTION = "Member Resumed"
    TERMS_ACCEPTANCE = "Terms Accepted"
    REFERRAL_KEPT = "Referral Kept"  # the referrer's side of a referral; nobody sends it
    PROGRAMME_END = "Programme Closed"  # the clock's; nobody sends it
    CORRECTION = "Balance Corrected"
    REWARD_REQUEST = "Reward Requested"
    MERGER = "Customer Merged"
    ABSORPTION = "Customer Absorbed"  # the absorbed customer's side of a merger; nobody sends it
    TAKE_OVER = "Member Taken Over"
    ACTIVITY = "Activity Recorded"
    AUDIENCE_CHANGE = "Audience Changed"
    STATUS_GRANT = "Status Granted"
    REWARD_CANCELLATION = "Reward Cancelled"
    HAND_OVER = "Reward Handed Over"
    OFFER_ALLOTTED = "Offer Allotted"
    OFFER_SEEN = "Offer Seen"
    OFFER_ACTIVATED = "Offer Activated"
    OFFER_WITHDRAWN = "Offer Withdrawn"
    PRIZE_WON = "Prize Won"  # by a draw among entries; nobody sends it
    HOLD = "Hold Placed"
    RELEASE = "Hold Released"
    HOLD_EXPIRY = "Hold Expired"  # the clock's; nobody sends it
    TRANSFER_OUT = "Balance Transferred"
    TRANSFER_IN = "Balance Received"  # the receiver's side of a transfer; nobody sends it
    SEPARATION = "Merger Undone"  # by staff: see the administrative API
    RESTORATION = "Customer Restored"  # the other side; nobody sends it
    ACCOUNT_OPENING = "Account Opened"  # by staff or a file: see the administrative API
    ADMISSION = "Account Member Added"
    ACCOUNT_ENTRY = "Account Entered"  # the person's side; nobody sends it
    DEPARTURE = "Account Member Removed"
    ACCOUNT_EXIT = "Account Left"  # the person's side; nobody sends it
    TICK = "Tick"  # the clock's; nobody sends it


WHOSE_PERSON = frozenset({EventType.ADMISSION, EventType.DEPARTURE})
"""What is told of an account: who enters it, and who leaves it."""
AFTER_SALE = (EventType.RETURN, EventType.SALE_UPDATE, EventType.SALE_CANCELLATION)
"""What happens to a ticket that was recorded."""

OFFER_STEPS = {
    EventType.OFFER_ALLOTTED: "allotted",
    EventType.OFFER_SEEN: "seen",
    EventType.OFFER_ACTIVATED: "activated",
    EventType.OFFER_WITHDRAWN: "withdrawn",
}
"""The step that each of these events is."""


class CorrectionReason(StrEnum):
    """Why a balance was corrected, in a word that stays when what was written about it is erased."""

    GOODWILL = "goodwill"
    MISTAKE = "mistake"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EventKey:
    """What makes an event the same event, for ever."""

    source: str
    id: str


@dataclass(frozen=True, slots=True)
class TicketKey:
    """The ticket that two systems may both send: store, business date, number."""

    store: str
    day: date
    ticket: str


@dataclass(frozen=True, slots=True)
class AnonymousTicket:
    """A ticket that was recorded without a customer; ``claimed`` is the sale (customer, ``seq``) it became since."""

    key: EventKey
    at: datetime
    day: date
    ticket: str
    amount_minor: int
    sale: Sale
    claimed: tuple[UUID, int] | None = None


@value_type(frozen=True, slots=True)
class Fact:
    """An event of one known customer, ready to be decided and written down.

    ``body`` holds what is stored of it and nothing personal; ``ticket`` is empty where there is none.
    """

    key: EventKey
    type: EventType
    event: Event
    body: dict[str, Any]
    fingerprint: bytes = b""
    store: str = ""
    channel: str = ""
    ticket: str = ""
    amount_minor: int = 0
    has_happened: bool = False

    @property
    def at(self) -> datetime:
        return self.event.at


@dataclass(frozen=True, slots=True)
class RecordedKey:
    """Where an event that is already known was written, and what it meant."""

    key: EventKey
    fingerprint: bytes
    customer_id: UUID | None
    seq: int | None


@dataclass(frozen=True, slots=True)
class Reject:
    """An event that was set aside: where it came from and why; its content is not kept."""

    reject_id: int
    at: datetime
    source: str
    id: str
    origin: str
    origin_row: int | None
    code: str
    detail: str
