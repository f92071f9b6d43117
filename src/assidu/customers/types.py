"""Customers as other rooms may hold them. Personal data never goes further than the caller who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class IdentifierKind(StrEnum):
    """Ways to find a customer. The order is that of trust: where two disagree, the first one wins."""

    CARD = "card"
    EXTERNAL = "external"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A normalised identifier: two writings of the same telephone are the same ``value``."""

    kind: IdentifierKind
    value: str


class Fault(StrEnum):
    """Why a text is not an identifier."""

    UNKNOWN_KIND = "unknown_kind"
    NOT_A_CARD = "not_a_card"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_EMAIL = "not_an_email"
    NOT_AN_EXTERNAL_ID = "not_an_external_id"
    NOT_A_CUSTOMER_ID = "not_a_customer_id"


@dataclass(frozen=True, slots=True)
class NotAnIdentifier:
    """The text is not repeated: it may be somebody's telephone."""

    fault: Fault


Subject = Identifier | UUID
"""Whom an event is about: found by an identifier, or named outright."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a sender knows of somebody; ``None`` is "not said" and changes nothing, an empty text empties."""

    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    external: str | None = None  # "source:id"
    address: str | None = None
    postcode: str | None = None
    town: str | None = None
    language: str | None = None
    store: str | None = None
    is_invented: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """The sealed part of a profile."""

    email: str = ""
    phone: str = ""
    address: str = ""
    cards: tuple[str, ...] = ()
    external: tuple[str, ...] = ()


class CustomerKind(StrEnum):
    """Somebody, or an account that several people share."""

    PERSON = "person"
    HOUSEHOLD = "household"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer and who they are. ``contact`` is ``None`` when it was not asked for, or no longer exists.

    ``absorbed`` are the customers who turned out to be this one.
    """

    customer_id: UUID
    created_at: datetime
    title: str
    first_name: str
    last_name: str
    birth_date: date | None
    postcode: str
    town: str
    language: str
    store: str
    is_invented: bool
    erased_at: datetime | None
    merged_into: UUID | None
    kind: CustomerKind = CustomerKind.PERSON
    absorbed: tuple[UUID, ...] = ()
    contact: Contact | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    @property
    def is_account(self) -> bool:
        return self.kind is not CustomerKind.PERSON


class FoundBy(StrEnum):
    CARD = "card"
    PHONE = "phone"
    EMAIL = "email"
    EXTERNAL = "external"
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of a search."""

    customer_id: UUID
    name: str
    town: str
    store: str
    birth_date: date | None
    found_by: FoundBy
    kind: CustomerKind = CustomerKind.PERSON


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to find a customer; ``value`` is empty where it is no longer known, and only its keyed hash is left."""

    kind: IdentifierKind
    value: str = field(repr=False)
    source: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """Two customers who shared an identifier in one message: perhaps one person."""

    customer_id: UUID
    other_id: UUID
    kind: IdentifierKind
    noted_at: datetime
    other_name: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was destroyed, in numbers. ``customers`` holds the merged ones too."""

    customers: tuple[UUID, ...]
    identifiers: int
    event_fields: int
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A profile to be written: whom it is about if that is known, where it comes from."""

    profile: Profile
    source: str = ""
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one ``ProfileRecord``: whose it is, or why it was set aside."""

    customer_id: UUID | None
    is_new: bool = False
    faults: Mapping[str, Fault] = field(default_factory=dict)
