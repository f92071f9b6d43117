"""What a customer has and what happened to them, as screens, commands and the API may hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from assidu.customers.types import CustomerKind
from assidu.decisions.decision import Decision
from assidu.decisions.engagement import EngagementStanding
from assidu.decisions.events import Event, Foreign
from assidu.decisions.plan import CurrencyKind
from assidu.decisions.state import Membership
from assidu.decisions.tiers import Missing
from assidu.events.types import EventKey, EventType
from assidu.ledger.types import Lot, Movement


@dataclass(frozen=True, slots=True)
class Purse:
    """What a customer has of one currency, today; ``worth_minor`` is what it takes off a ticket.

    What is pending can be used later, the first of it from ``next_activation`` on; what is held waits for a purchase.
    """

    currency: str
    kind: CurrencyKind
    available: int
    held: int
    debt: int
    worth_minor: int
    next_expiry: date | None = None
    next_expiry_quantity: int = 0
    pending: int = 0
    awaits: str = ""  # the activity that makes it usable
    next_activation: date | None = None
    next_activation_quantity: int = 0

    @property
    def is_worth_telling(self) -> bool:
        """There is something in it, or it is of those that everybody has."""
        return bool(self.available or self.pending or self.held or self.debt) or self.kind in (
            CurrencyKind.POINTS,
            CurrencyKind.MONEY,
        )


@dataclass(frozen=True, slots=True)
class TierStanding:
    """The status held, and the way to the next one. Without a next tier the customer is at the top."""

    tier: str | None
    since: date | None
    until: date | None
    spend_minor: int
    next_tier: str | None = None
    next_from_minor: int = 0
    missing_minor: int = 0
    to_climb: Missing | None = None
    to_stay: Missing | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer in the programme, as of ``today``, with what is due but not yet written already counted.

    ``purchases`` are those that count: since joining, without what came back whole or was cancelled. While it is
    suspended (``stands_still_since``, the first day) no date of lots comes: they move by as many days on resuming.
    """

    customer_id: UUID
    programme: str
    today: date
    seq: int
    membership: Membership
    joined_on: date | None
    left_on: date | None
    regret_until: date | None  # who left finds everything again by joining anew before this day
    tiers: TierStanding | None
    purchases: int
    last_purchase: date | None
    purses: tuple[Purse, ...]
    lots: tuple[Lot, ...]
    is_closed_account: bool = False
    engagement: EngagementStanding | None = None  # of a member, where the programme counts it
    stands_still_since: date | None = None
    audiences: tuple[str, ...] = ()

    def available(self, currency: str) -> int:
        return next((purse.available for purse in self.purses if purse.currency == currency), 0)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event with everything that was decided and moved because of it.

    ``other`` is the second customer of what happens between two: the absorbed one or the survivor, whoever enters or
    leaves an account or that account. ``member`` is who of an account it was told of. ``body`` is as it was stored.
    ``written`` is what people wrote about the customer (``reason``, ``operator``), by name; ``None`` once erased.
    """

    customer_id: UUID
    seq: int
    key: EventKey
    type: EventType
    at: datetime
    recorded_at: datetime
    day: date
    store: str
    channel: str
    amount_minor: int
    has_happened: bool
    event: Event
    body: Mapping[str, Any]
    decision: Decision
    semantics: int
    movements: tuple[Movement, ...]
    other: UUID | None = None
    member: UUID | None = None
    written: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        """Told on a later day than it happened."""
        is_ours = self.type is EventType.TICK
        return not is_ours and not self.has_happened and self.recorded_at.date() > self.at.date()


@dataclass(frozen=True, slots=True)
class SoldOn:
    """The ticket that a return is about: its day, and the money it was paid in where that is not the programme's."""

    day: date
    foreign: Foreign | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a customer's history, the youngest first; ``next`` continues it."""

    entries: tuple[TimelineEntry, ...]
    next: str | None


class Moved(StrEnum):
    """Kinds of movements that a list of customers may ask for."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers; every part that is given must hold. Days are included on both sides.

    ``moved`` and ``rule`` look at the days of ``since`` and ``until``: who was issued, used or lost units of
    ``currency``, whom a rule gave something.
    """

    text: str = ""
    customer_ids: tuple[UUID, ...] | None = None
    memberships: tuple[Membership, ...] = ()
    tiers: tuple[str, ...] = ()
    store: str = ""  # where they joined
    kind: CustomerKind | None = None
    known_in: tuple[str, ...] | None = None  # joined or bought in one of these stores
    joined_since: date | None = None
    joined_until: date | None = None
    last_purchase_since: date | None = None
    last_purchase_until: date | None = None
    bought_since: date | None = None
    bought_until: date | None = None
    currency: str = "points"
    balance_min: int | None = None
    balance_max: int | None = None
    moved: Moved | None = None
    rule: str = ""
    since: date | None = None
    until: date | None = None


class CustomerSort(StrEnum):
    NAME = "name"
    JOINED = "joined"
    LAST_PURCHASE = "last_purchase"
    PURCHASES = "purchases"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of a list of customers. Balances are as posted."""

    customer_id: UUID
    name: str
    town: str
    store: str
    is_invented: bool
    kind: CustomerKind
    membership: Membership
    tier: str | None
    joined_on: date | None
    last_purchase: date | None
    purchases: int
    balances: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HeadCount:
    """Every customer that a list without filters has, once: by what kind they are and what they are to the programme.

    Beside them, of all stores only, ``merged`` records, which became another one, and ``erased`` ones."""

    listed: Mapping[tuple[CustomerKind, Membership], int]
    merged: int = 0
    erased: int = 0

    @property
    def total(self) -> int:
        return sum(self.listed.values())

    def of(self, *memberships: Membership, kinds: tuple[CustomerKind, ...] = tuple(CustomerKind)) -> int:
        return sum(
            n for (kind, membership), n in self.listed.items() if membership in memberships and kind in kinds
        )


@dataclass(frozen=True, slots=True)
class CustomerList:
    rows: tuple[CustomerRow, ...]
    next: str | None
