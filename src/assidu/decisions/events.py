"""What can happen to a customer, as the core sees it: no names, no cards, whole numbers, one time zone (UTC)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assidu.decisions.state import AccountKind


class LineKind(StrEnum):
    PRODUCT = "product"
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"
    SHIPPING = "shipping"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class AppliedOffer:
    """What an offer of the programme took off a line."""

    offer: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that was shown with a ticket and is good for an offer. ``key`` is its hash, never the code itself;
    it serves ``uses_max`` times over all tickets, 0 for as often as one likes."""

    offer: str
    key: str
    uses_max: int = 1


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line of a ticket. ``amount_minor`` is what was paid, VAT included, once ``discount_minor`` (of promotions
    that are not the programme's) and what its ``offers`` say were taken off."""

    sku: str
    amount_minor: int
    quantity: int = 1
    discount_minor: int = 0
    department: str = ""
    brand: str = ""
    vat_bp: int = 0
    kind: LineKind = LineKind.PRODUCT
    offers: tuple[AppliedOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of a ticket that was paid with a currency of the programme, in that currency's own units."""

    currency: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Sale:
    at: datetime
    store: str
    channel: str
    lines: tuple[SaleLine, ...]
    payments: tuple[Payment, ...] = ()
    codes: tuple[ShownCode, ...] = ()
    hold: str = ""  # what the payments were set aside in

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A part of a sold line that comes back; ``line`` counts from 0 in the original ticket."""

    line: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Return:
    """Goods brought back. ``lines`` empty means everything that had not yet come back.

    ``sale_owner`` names the customer of the ticket when that is somebody merged into this one since.
    """

    at: datetime
    sale_seq: int
    lines: tuple[ReturnedLine, ...] = ()
    sale_owner: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A member of staff adds to (``quantity > 0``) or takes from a balance.

    ``reason_code`` says why in a word of a closed list; what they wrote is personal, and no decision knows it.
    """

    at: datetime
    currency: str
    quantity: int
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class RewardRequest:
    """The customer exchanges what was earned for a reward of the plan; ``session`` where it has several."""

    at: datetime
    reward: str
    quantity: int = 1
    session: str = ""


@dataclass(frozen=True, slots=True)
class RewardCancellation:
    """The reward that was asked for at ``request_seq`` is called off."""

    at: datetime
    request_seq: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Things, or services, that were asked for reach the customer."""

    at: datetime
    currency: str
    quantity: int = 1
    store: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """``terms_version``: the one that was accepted; empty: that in force. ``referrer``: the id of the member who
    brought them, or ``referral_fault``, why the one whose code they gave counts for nothing."""

    at: datetime
    store: str = ""
    channel: str = ""
    terms_version: str = ""
    referrer: str = ""
    referral_fault: str = ""


@dataclass(frozen=True, slots=True)
class TermsAcceptance:
    """The member accepts a version of the terms."""

    at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class ReferralKept:
    """Somebody whom this member brought bought and kept it; ``referee`` is their id."""

    at: datetime
    referee: str


@dataclass(frozen=True, slots=True)
class ProgrammeEnd:
    """The programme has closed: what is left can no longer be used."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    at: datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """The membership stands still from now on."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Resumption:
    """A membership that stood still goes on."""

    at: datetime


@dataclass(frozen=True, slots=True)
class OpeningLot:
    currency: str
    quantity: int
    issued_on: date
    expires_on: date | None
    active_on: date | None = None  # it waits until then


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A member of an earlier programme arrives with a status and a balance."""

    at: datetime
    joined_on: date
    tier: str | None = None
    tier_until: date | None = None
    lots: tuple[OpeningLot, ...] = ()


@dataclass(frozen=True, slots=True)
class Absorption:
    """This customer turns out to be another one: everything leaves for the survivor."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Merger:
    """The survivor receives what the absorbed customer had (``Facts.absorbed``)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Units are to be set aside for a purchase, for so many minutes."""

    at: datetime
    payments: tuple[Payment, ...]
    minutes: int
    store: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """The purchase is not made: what was set aside for it can be used again."""

    at: datetime
    hold: str


@dataclass(frozen=True, slots=True)
class HoldExpiry:
    """The instant at which a hold runs out."""

    at: datetime
    hold: str


@dataclass(frozen=True, slots=True)
class TransferOut:
    """This customer gives units to another one."""

    at: datetime
    currency: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TransferredPart:
    """Units of one lot that changed hands."""

    issued_month: date
    expires_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class TransferIn:
    """This customer receives what another one gave, lot by lot."""

    at: datetime
    currency: str
    parts: tuple[TransferredPart, ...]


@dataclass(frozen=True, slots=True)
class MergedPart:
    """Units that a merger brought, that go back when it is undone, or that leave an account; ``active_on`` where they
    wait."""

    currency: str
    issued_month: date
    expires_on: date | None
    active_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Separation:
    """A merger is undone, on the survivor's side. It tells what the merger did then.

    ``came`` is what it brought, ``paid`` what the survivor's lots gave for debts of the absorbed, ``owed`` by currency
    what they took on of them, ``counts`` what their counters gained. ``joined_on``: a member of their own since then,
    where the merger had made it an earlier day.
    """

    at: datetime
    came: tuple[MergedPart, ...] = ()
    paid: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    joined_on: date | None = None


@dataclass(frozen=True, slots=True)
class Restoration:
    """A merger is undone, on the side of who had been absorbed: who they were, and what comes back.

    ``membership`` is as it was before, since ``on``; ``owed`` are the debts that they had, by currency.
    """

    at: datetime
    membership: str
    on: date | None
    parts: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountOpening:
    """A household, or a company, begins; nobody is in it yet."""

    at: datetime
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class Admission:
    """An account takes somebody in (``member``, an id) with everything that they have (``Facts.person``)."""

    at: datetime
    member: str


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """The other side: this customer enters an account, and everything leaves for it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody leaves an account with the share that the plan gives them; ``with_nothing``: they renounce it.

    ``same_as`` is somebody else in it who turns out to be the same person: what was brought in counts as theirs.
    """

    at: datetime
    member: str
    with_nothing: bool = False
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class AccountExit:
    """The other side: a customer of their own again, as they were before, with their share.

    ``owed`` by currency comes along with the whole of an account. ``used`` are offers that they had brought and that
    were used there. ``left_on``: the account had left the programme on that day, and so have they.
    """

    at: datetime
    parts: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    used: tuple[str, ...] = ()
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A local day on which something of this customer is due begins."""

    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Activity:
    """Something a customer did that is no purchase: a visit, a survey answered, or what the plan declares."""

    at: datetime
    activity: str
    store: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class StatusGrant:
    """Staff give a status. ``until`` is the first day on which it is no longer held so; ``None``: for good."""

    at: datetime
    tier: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AudienceChange:
    """The customer enters an audience, or leaves it."""

    at: datetime
    audience: str
    is_in: bool = True


@dataclass(frozen=True, slots=True)
class OfferStep:
    """An offer is allotted to the customer, or the customer saw or activated it: ``step`` says which.

    ``until`` is the first day on which an allotted offer can no longer be used.
    """

    at: datetime
    offer: str
    step: str
    until: date | None = None


Event = (
    Sale
    | Return
    | Correction
    | RewardRequest
    | RewardCancellation
    | HandOver
    | Joining
    | Leaving
    | TermsAcceptance
    | ReferralKept
    | ProgrammeEnd
    | Suspension
    | Resumption
    | TakeOver
    | Absorption
    | Merger
    | Activity
    | AudienceChange
    | StatusGrant
    | Hold
    | Release
    | HoldExpiry
    | TransferOut
    | TransferIn
    | Separation
    | Restoration
    | AccountOpening
    | Admission
    | AccountEntry
    | Departure
    | AccountExit
    | OfferStep
    | Tick
)
