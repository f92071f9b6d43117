"""An event as it was sent, typed and checked, and what may be wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assidu.events.types import EventKey, EventType
from assidu.events.wire.data import (
    AdmissionData,
    CorrectionData,
    Data,
    DepartureData,
    HoldData,
    JoiningData,
    MergerData,
    Profile,
    SaleData,
    SaleUpdateData,
    StatusData,
    SuspensionData,
    TakeOverData,
    TransferData,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """How the sender names the customer: ``kind`` is card, phone, email, external or customer."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


SUBJECT_KINDS: Final = ("card", "phone", "email", "external", "customer")


@dataclass(frozen=True, slots=True)
class WireError:
    """What is wrong with an event: where (a JSON path), in words, and as a stable code."""

    path: str
    message: str
    code: str


class Invalid(Exception):
    """The event cannot be read; ``errors`` has one entry for each thing found, at least one."""

    def __init__(self, *errors: WireError) -> None:
        super().__init__("; ".join(f"{error.path}: {error.message}" for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as it was sent, typed and checked. ``subject`` is missing on an anonymous ticket.

    ``promotions`` are known of a ticket that came in before: of each line its promotion, and what that took off.
    """

    key: EventKey
    type: EventType
    at: datetime
    subject: Subject | None
    data: Data
    promotions: tuple[tuple[str, int], ...] | None = None

    @property
    def store(self) -> str:
        return getattr(self.data, "store", "")

    @property
    def channel(self) -> str:
        return getattr(self.data, "channel", "")

    @property
    def ticket(self) -> str:
        """The number that makes a sale the same sale in its store on its day: two systems may both tell it.

        Empty on anything else, returns included, and without a store: such numbers say nothing elsewhere.
        """
        return self.data.ticket if isinstance(self.data, SaleData) and self.data.store else ""

    @property
    def has_happened(self) -> bool:
        """Told for good, whatever the balance says: nobody can be asked to pay otherwise any more."""
        return isinstance(self.data, SaleData | SaleUpdateData) and self.data.has_happened

    @property
    def profile(self) -> Profile | None:
        return getattr(self.data, "profile", None)

    @property
    def personal(self) -> dict[str, Any]:
        """What is sealed under the customer's key beside the event: who they are, or what people wrote about them."""
        match self.data:
            case (
                CorrectionData()
                | MergerData()
                | TransferData()
                | HoldData()
                | StatusData()
                | SuspensionData()
                | AdmissionData()
                | DepartureData()
            ):
                return said(reason=self.data.reason, operator=self.data.by)
            case JoiningData() | TakeOverData() if self.data.profile is not None:
                found: dict[str, Any] = msgspec.to_builtins(self.data.profile)
                return found
            case _:
                return {}

    @property
    def absorbed(self) -> Subject | None:
        """On a merger: the customer who is absorbed. On a transfer: the one who receives. Of an account: who enters it,
        or leaves."""
        if isinstance(self.data, TransferData):
            return subject_of(self.data.to)
        if isinstance(self.data, AdmissionData | DepartureData):
            return subject_of(self.data.member)
        return subject_of(self.data.absorbed) if isinstance(self.data, MergerData) else None


def subject_of(text: str) -> Subject | None:
    """``card:299…`` and the like; ``None`` when it is not written that way."""
    kind, colon, value = text.partition(":")
    value = value.strip()
    if not colon or kind not in SUBJECT_KINDS or not value:
        return None
    if kind == "external" and not all(value.partition(":")):
        return None
    if kind == "customer":
        try:
            value = str(UUID(value))
        except ValueError:
            return None
    return Subject(kind, value)


def said(**words: str) -> dict[str, Any]:
    return {name: text for name, text in words.items() if text}
