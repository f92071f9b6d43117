"""What can happen to a customer, as the core sees it: no names, no cards, whole numbers, one time zone (UTC)."""

from datetime import date, datetime
from enum import StrEnum

from assidu.decisions.money import Rate
from assidu.decisions.state import AccountKind
from assidu.decisions.values import value_type


class LineKind(StrEnum):
    PRODUCT = "product"
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"
    SHIPPING = "shipping"
    FEE = "fee"


@value_type(frozen=True, slots=True)
class AppliedOffer:
    """What an offer of the programme took off a line."""

    offer: str
    amount_minor: int


@value_type(frozen=True, slots=True)
class ShownCode:
    """A code that was shown with a ticket and is good for an offer. ``key`` is its hash, never the code itself;
    it serves ``uses_max`` times over all tickets, 0 for as often as one likes."""

    offer: str
    key: str
    uses_max: int = 1


@value_type(frozen=True, slots=True)
class SaleLine:
    """One line of a ticket. ``amount_minor`` is what was paid, VAT included, once ``discount_minor`` (of promotions
    that are not the programme's) and what its ``offers`` say were taken off.

    ``promotion`` is that of the calendar which the article was in, told or not by a discount; ``promotion_minor`` what
    it takes off by what the calendar says of it, 0 where it does not say.
    """

    sku: str
    amount_minor: int
    quantity: int = 1
    discount_minor: int = 0
    department: str = ""
    brand: str = ""
    vat_bp: int = 0
    kind: LineKind = LineKind.PRODUCT
    offers: tuple[AppliedOffer, ...] = ()
    promotion: str = ""
    promotion_minor: int = 0

    @property
    def is_discounted(self) -> bool:
        """By another team than the programme's."""
        return self.discount_minor > 0 or bool(self.promotion)

    @property
    def promoted_minor(self) -> int:
        """What promotions that are not the programme's took off: as the ticket tells or, where it tells nothing, as
        the calendar knows."""
        return self.discount_minor or self.promotion_minor

    def promoted(self, promotion: str, off_minor: int) -> "SaleLine":
        """The same line in a promotion of the calendar."""
        return SaleLine(
            self.sku,
            self.amount_minor,
            self.quantity,
            self.discount_minor,
            self.department,
            self.brand,
            self.vat_bp,
            self.kind,
            self.offers,
            promotion,
            off_minor,
        )


@value_type(frozen=True, slots=True)
class ForeignLine:
    """A line as it was told in the money it was paid in; ``offers_minor`` in the order of its offers."""

    amount_minor: int
    discount_minor: int = 0
    offers_minor: tuple[int, ...] = ()


@value_type(frozen=True, slots=True)
class Foreign:
    """The money that a ticket was paid in, where it is not the programme's, and the rate at which its lines were
    converted: that of ``rate_day``, or the ticket's own. ``own_decimals`` are those of the programme's money."""

    currency: str
    decimals: int
    rate: Rate
    lines: tuple[ForeignLine, ...]
    rate_day: date | None = None
    own_decimals: int = 2

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@value_type(frozen=True, slots=True)
class Payment:
    """A part of a ticket that was paid with a currency of the programme, in that currency's own units."""

    currency: str
    quantity: int


@value_type(frozen=True, slots=True)
class Sale:
    at: datetime
    store: str
    channel: str
    lines: tuple[SaleLine, ...]
    payments: tuple[Payment, ...] = ()
    codes: tuple[ShownCode, ...] = ()
    hold: str = ""  # what the payments, and the places of its offers, were set aside in
    foreign: Foreign | None = None  # amounts of the lines are the programme's money, also here

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@value_type(frozen=True, slots=True)
class ReturnedLine:
    """A part of a sold line that comes back; ``line`` counts from 0 in the original ticket."""

    line: int
    amount_minor: int


@value_type(frozen=True, slots=True)
class Return:
    """Goods brought back. ``lines`` empty means everything that had not yet come back.

    ``sale_owner`` names the customer of the ticket when that is somebody merged into this one since. ``currency`` is
    the money that the lines are told in: that of the ticket when left out. ``rate`` is the one of the refund, where
    it was paid out in the programme's money at another day's: it only serves to know how much of the ticket came back.
    """

    at: datetime
    sale_seq: int
    lines: tuple[ReturnedLine, ...] = ()
    sale_owner: str = ""
    currency: str = ""
    rate: Rate | None = None


@value_type(frozen=True, slots=True)
class SaleUpdate:
    """A ticket that was recorded is changed: it now has these ``lines``; with none it is cancelled.

    The lines are told in the money that the ticket was paid in, which ``currency`` may name; they are converted at its
    rate. ``payments``: ``None`` leaves them as they were. ``codes`` were shown besides. For ``sale_owner`` see
    ``Return``.
    """

    at: datetime
    sale_seq: int
    lines: tuple[SaleLine, ...] = ()
    payments: tuple[Payment, ...] | None = None
    codes: tuple[ShownCode, ...] = ()
    sale_owner: str = ""
    currency: str = ""


AfterSale = Return | SaleUpdate
"""What happens to a ticket that was recorded: it must be found first."""


@value_type(frozen=True, slots=True)
class Correction:
    """A member of staff adds to (``quantity > 0``) or takes from a balance.

    ``reason_code`` says why in a word of a closed list; what they wrote is personal, and no decision knows it.
    """

    at: datetime
    currency: str
    quantity: int
    reason_code: str = ""


@value_type(frozen=True, slots=True)
class RewardRequest:
    """The customer exchanges what was earned for a reward of the plan; ``session`` where it has several. ``store`` and
    ``channel`` are where they ask."""

    at: datetime
    reward: str
    quantity: int = 1
    session: str = ""
    store: str = ""
    channel: str = ""


@value_type(frozen=True, slots=True)
class RewardCancellation:
    """The reward that was asked for at ``request_seq`` is called off."""

    at: datetime
    request_seq: int


@value_type(frozen=True, slots=True)
class HandOver:
    """Things, or services, that were asked for reach the customer."""

    at: datetime
    currency: str
    quantity: int = 1
    store: str = ""


@value_type(frozen=True, slots=True)
class Joining:
    """``terms_version``: the one that was accepted; empty: that in force. ``referrer``: the id of the member who
    brought them, or ``referral_fault``, why the one whose code they gave counts for nothing."""

    at: datetime
    store: str = ""
    channel: str = ""
    terms_version: str = ""
    referrer: str = ""
    referral_fault: str = ""


@value_type(frozen=True, slots=True)
class TermsAcceptance:
    """The member accepts a version of the terms."""

    at: datetime
    version: str


@value_type(frozen=True, slots=True)
class ReferralKept:
    """Somebody whom this member brought bought and kept it; ``referee`` is their id."""

    at: datetime
    referee: str


@value_type(frozen=True, slots=True)
class ProgrammeEnd:
    """The programme has closed: what is left can no longer be used."""

    at: datetime


@value_type(frozen=True, slots=True)
class PrizeWon:
    """An entry of this member was drawn. ``place`` counts the prizes in the order in which they were drawn, ``prize``
    the kinds of them in the plan, both from 1."""

    at: datetime
    draw: str
    prize: int
    place: int


@value_type(frozen=True, slots=True)
class Leaving:
    at: datetime


@value_type(frozen=True, slots=True)
class Suspension:
    """The membership stands still from now on."""

    at: datetime


@value_type(frozen=True, slots=True)
class Resumption:
    """A membership that stood still goes on."""

    at: datetime


@value_type(frozen=True, slots=True)
class OpeningLot:
    currency: str
    quantity: int
    issued_on: date
    expires_on: date | None
    active_on: date | None = None  # it waits until then


@value_type(frozen=True, slots=True)
class TakeOver:
    """A member of an earlier programme arrives with a status and a balance."""

    at: datetime
    joined_on: date
    tier: str | None = None
    tier_until: date | None = None
    lots: tuple[OpeningLot, ...] = ()


@value_type(frozen=True, slots=True)
class Absorption:
    """This customer turns out to be another one: everything leaves for the survivor."""

    at: datetime


@value_type(frozen=True, slots=True)
class Merger:
    """The survivor receives what the absorbed customer had (``Facts.absorbed``)."""

    at: datetime


@value_type(frozen=True, slots=True)
class Hold:
    """Units are to be set aside for a purchase, for so many minutes; with its ``lines``, before any offer, also what
    its offers take of what customers share."""

    at: datetime
    payments: tuple[Payment, ...]
    minutes: int
    store: str = ""
    channel: str = ""
    lines: tuple[SaleLine, ...] = ()
    codes: tuple[ShownCode, ...] = ()


@value_type(frozen=True, slots=True)
class Release:
    """The purchase is not made: what was set aside for it can be used again."""

    at: datetime
    hold: str


@value_type(frozen=True, slots=True)
class HoldExpiry:
    """The instant at which a hold runs out."""

    at: datetime
    hold: str


@value_type(frozen=True, slots=True)
class TransferOut:
    """This customer gives units to another one."""

    at: datetime
    currency: str
    quantity: int


@value_type(frozen=True, slots=True)
class TransferredPart:
    """Units of one lot that changed hands."""

    issued_month: date
    expires_on: date | None
    quantity: int


@value_type(frozen=True, slots=True)
class TransferIn:
    """This customer receives what another one gave, lot by lot."""

    at: datetime
    currency: str
    parts: tuple[TransferredPart, ...]


@value_type(frozen=True, slots=True)
class MergedPart:
    """Units that a merger brought, that go back when it is undone, or that leave an account; ``active_on`` where they
    wait."""

    currency: str
    issued_month: date
    expires_on: date | None
    active_on: date | None
    quantity: int


@value_type(frozen=True, slots=True)
class MergedStatus:
    """The status that a merger gave, and ``before``, what was held until then (``None``: none).

    ``before_cause`` where that was not held in the ordinary way; ``under`` is what a gift of staff lay over.
    """

    given: str
    given_until: date | None
    before: str | None
    before_until: date | None
    before_cause: str = ""
    under: tuple[str | None, date | None] | None = None


@value_type(frozen=True, slots=True)
class Separation:
    """A merger is undone, on the survivor's side. It tells what the merger did then.

    ``came`` is what it brought, ``paid`` what the survivor's lots gave for debts of the absorbed, ``owed`` by currency
    what they took on of them, ``counts`` what their counters gained. ``joined_on``: a member of their own since then,
    where the merger had made it an earlier day. ``audiences`` are those that it brought, and nothing put them in since.
    ``merged_seq``: where the merger is written; 0 before it was told, and then no suspension since is looked at.
    """

    at: datetime
    came: tuple[MergedPart, ...] = ()
    paid: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    joined_on: date | None = None
    status: MergedStatus | None = None
    audiences: tuple[str, ...] = ()
    merged_seq: int = 0


@value_type(frozen=True, slots=True)
class Restoration:
    """A merger is undone, on the side of who had been absorbed: who they were, and what comes back.

    ``membership`` is as it was before, since ``on``; ``owed`` are the debts that they had, by currency;
    ``regret_until``: they had left and may come back before that day. ``moved`` is what suspensions of the survivor
    moved the dates of what comes back by: the days, and the currencies in which it waits longer for an event.
    """

    at: datetime
    membership: str
    on: date | None
    parts: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    regret_until: date | None = None
    moved: tuple[tuple[int, tuple[str, ...]], ...] = ()


@value_type(frozen=True, slots=True)
class AccountOpening:
    """A household, or a company, begins; nobody is in it yet."""

    at: datetime
    kind: AccountKind


@value_type(frozen=True, slots=True)
class Admission:
    """An account takes somebody in (``member``, an id) with everything that they have (``Facts.person``)."""

    at: datetime
    member: str


@value_type(frozen=True, slots=True)
class AccountEntry:
    """The other side: this customer enters an account, and everything leaves for it."""

    at: datetime


@value_type(frozen=True, slots=True)
class Departure:
    """Somebody leaves an account with the share that the plan gives them; ``with_nothing``: they renounce it.

    ``same_as`` is somebody else in it who turns out to be the same person: what was brought in counts as theirs.
    """

    at: datetime
    member: str
    with_nothing: bool = False
    same_as: str = ""


@value_type(frozen=True, slots=True)
class AccountExit:
    """The other side: a customer of their own again, as they were before, with their share.

    ``owed`` by currency comes along with the whole of an account. ``used`` are offers that they had brought and that
    were used there. ``left_on``: the account had left the programme on that day, and so have they;
    ``regret_until``: they may come back before that day. ``moved`` is what suspensions of the account since they
    entered moved the dates of what they had brought by: the days, and the currencies in which it waits longer.
    """

    at: datetime
    parts: tuple[MergedPart, ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    used: tuple[str, ...] = ()
    left_on: date | None = None
    regret_until: date | None = None
    moved: tuple[tuple[int, tuple[str, ...]], ...] = ()


@value_type(frozen=True, slots=True)
class Tick:
    """A local day on which something of this customer is due begins."""

    at: datetime
    day: date


@value_type(frozen=True, slots=True)
class Activity:
    """Something a customer did that is no purchase: a visit, a survey answered, or what the plan declares.

    ``answers`` are those that it brings to questions that fill audiences, by question: codes of the plan, nothing
    written.
    """

    at: datetime
    activity: str
    store: str = ""
    channel: str = ""
    answers: tuple[tuple[str, tuple[str, ...]], ...] = ()


@value_type(frozen=True, slots=True)
class StatusGrant:
    """Staff give a status. ``until`` is the first day on which it is no longer held so; ``None``: for good."""

    at: datetime
    tier: str
    until: date | None = None


@value_type(frozen=True, slots=True)
class AudienceChange:
    """The customer enters an audience, or leaves it."""

    at: datetime
    audience: str
    is_in: bool = True


@value_type(frozen=True, slots=True)
class OfferStep:
    """An offer is allotted to the customer, or taken back, or the customer saw or activated it: ``step`` says which.

    ``until`` is the first day on which an allotted offer can no longer be used. ``anew``: allotted again, it begins
    anew with whoever has it still; else that is refused.
    """

    at: datetime
    offer: str
    step: str
    until: date | None = None
    anew: bool = True


Event = (
    Sale
    | Return
    | SaleUpdate
    | Correction
    | RewardRequest
    | RewardCancellation
    | HandOver
    | Joining
    | Leaving
    | TermsAcceptance
    | ReferralKept
    | ProgrammeEnd
    | PrizeWon
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
