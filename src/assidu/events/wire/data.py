"""What events hold, as others write them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from assidu.decisions.events import (
    LineKind,
)
from assidu.decisions.state import AccountKind
from assidu.events.types import CorrectionReason

AMOUNT_MAX = 10**10
LINES_MAX = 1_000
CONSENTS_MAX = 20
ANSWERS_MAX = 50
NAME_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 1_000
EVENT_BYTES_MAX = 1024 * 1024
BATCH_BYTES_MAX = 5 * 1024 * 1024
BATCH_EVENTS_MAX = 1_000
HOLD_MINUTES, HOLD_MINUTES_MAX = 15, 24 * 60
YEAR_MIN, YEAR_MAX = 2000, 2100
DAY_MIN = date(1900, 1, 1)

Amount = Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Natural = Annotated[int, Meta(ge=0, le=AMOUNT_MAX)]
Positive = Annotated[int, Meta(ge=1, le=AMOUNT_MAX)]
Name = Annotated[str, Meta(max_length=NAME_LENGTH_MAX)]
Answer = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Key = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)]
Instant = Annotated[datetime, Meta(tz=True)]


class _Data(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``omit_defaults``: a field that a later version adds does not change the fingerprints of what is known."""


class AppliedOfferData(_Data, frozen=True, kw_only=True):
    """An offer of the programme that the till took off a line, as the evaluation told it."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    amount_minor: Positive


class LineData(_Data, frozen=True, kw_only=True):
    """A line of a ticket; what is left out here the catalogue knows."""

    sku: Key
    amount_minor: Amount
    quantity: Amount = 1
    discount_minor: Amount = 0
    department: Name | UnsetType = UNSET
    brand: Name | UnsetType = UNSET
    vat_bp: Annotated[int, Meta(ge=0, le=100_000)] | UnsetType = UNSET
    kind: LineKind | UnsetType = UNSET
    offers: Annotated[
        list[AppliedOfferData],
        Meta(
            max_length=20, description="What each offer took off; `amount_minor` is what was paid after it."
        ),
    ] = []


class PaymentData(_Data, frozen=True, kw_only=True):
    currency: Key
    quantity: Positive


Codes = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=64)]],
    Meta(max_length=20, description="Codes of offers that were shown. Only their hashes are kept."),
]
MoneyCode = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class SaleData(_Data, frozen=True, kw_only=True):
    lines: Annotated[list[LineData], Meta(min_length=1, max_length=LINES_MAX)]
    store: Name = ""
    channel: Name = ""
    ticket: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    payments: Annotated[list[PaymentData], Meta(max_length=100)] = []
    codes: Codes = []
    has_happened: Annotated[
        bool,
        Meta(
            description="The customer has left with the goods: a till that was cut off tells it afterwards. It is not "
            "refused for its payments; they are taken as far as the balance goes, and the answer's `shortfalls` say "
            "what was not covered. The key needs the scope `events:past`. How a sale is told is not what it means: "
            "sent before without this, it is the same event."
        ),
    ] = False
    hold: Annotated[
        str,
        Meta(max_length=80, description="The hold in which the payments, and places, were set aside."),
    ] = ""
    currency: Annotated[
        MoneyCode | UnsetType,
        Meta(
            description="The money that all its amounts are told in, where it is not the programme's: one that the "
            "programme accepts. They are converted once and for all."
        ),
    ] = UNSET
    rate: Annotated[
        Decimal | UnsetType,
        Meta(
            description="What one unit of `currency` was worth at the till in the programme's money, as text. Left "
            "out: the rate known for that day, else the last one before."
        ),
    ] = UNSET


class TicketData(_Data, frozen=True, kw_only=True):
    """The original ticket, as it is printed on it."""

    store: Name
    date: date
    ticket: Key


class EventData(_Data, frozen=True, kw_only=True):
    """The original ticket, as the event that told it."""

    source: Key
    id: Key


class ReturnedLineData(_Data, frozen=True, kw_only=True):
    line: Annotated[int, Meta(ge=0, lt=LINES_MAX)]
    amount_minor: Positive
    quantity: Amount = 1


class ReturnData(_Data, frozen=True, kw_only=True):
    store: Name = ""
    channel: Name = ""
    ticket: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    original: TicketData | None = None
    original_event: EventData | None = None
    lines: Annotated[list[ReturnedLineData], Meta(max_length=LINES_MAX)] = []
    whole: bool = False
    currency: Annotated[
        MoneyCode | UnsetType,
        Meta(
            description="The money that the lines are told in: that of the ticket when left out, or the programme's."
        ),
    ] = UNSET
    rate: Annotated[
        Decimal | UnsetType,
        Meta(
            description="The one at which a ticket in another money was refunded in the programme's. It only says how "
            "much of the ticket came back: what that was worth follows from the ticket's own rate."
        ),
    ] = UNSET


class SaleUpdateData(_Data, frozen=True, kw_only=True):
    """A ticket that was recorded now reads so: all of its lines, not only those that changed."""

    lines: Annotated[
        list[LineData], Meta(max_length=LINES_MAX, description="Without any line the ticket is cancelled.")
    ]
    store: Name = ""
    channel: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    original: TicketData | None = None
    original_event: EventData | None = None
    payments: (
        Annotated[list[PaymentData], Meta(max_length=100, description="Left out: as they were.")] | UnsetType
    ) = UNSET
    codes: Codes = []
    currency: Annotated[
        MoneyCode | UnsetType,
        Meta(
            description="The money that the lines are told in. It is that of the ticket, and they are converted at its "
            "rate; told in another one, the change is refused."
        ),
    ] = UNSET
    has_happened: Annotated[bool, Meta(description="As of a sale: nothing is refused for its payments.")] = (
        False
    )


class SaleCancellationData(_Data, frozen=True, kw_only=True):
    """A ticket that was recorded is cancelled: it may be updated again later."""

    store: Name = ""
    channel: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    original: TicketData | None = None
    original_event: EventData | None = None


class Profile(_Data, frozen=True, kw_only=True):
    """Who somebody is. Personal: goes to the customers' room and nowhere else."""

    title: Name = ""
    first_name: Name = ""
    last_name: Name = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    card: Annotated[str, Meta(max_length=64)] = ""
    birth_date: date | None = None
    address: Text = ""
    postcode: Annotated[str, Meta(max_length=20)] = ""
    town: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    is_invented: bool = False


class JoiningData(_Data, frozen=True, kw_only=True):
    store: Name = ""
    channel: Name = ""
    terms_version: Annotated[
        str,
        Meta(
            max_length=NAME_LENGTH_MAX,
            description="The version of the terms that they accepted; left out: the one in force.",
        ),
    ] = ""
    referral_code: Annotated[
        str,
        Meta(max_length=40, description="The code of the member who brought them. Whose it is, is kept."),
    ] = ""
    device: Annotated[
        str,
        Meta(
            max_length=TEXT_LENGTH_MAX,
            description="What tells the device apart on which they join. Only its keyed hash is kept.",
        ),
    ] = ""
    consents: Annotated[
        list[Key],
        Meta(max_length=CONSENTS_MAX, description="What they agreed to besides the terms, each a code."),
    ] = []
    profile: Profile | None = None


class LeavingData(_Data, frozen=True, kw_only=True):
    pass


Written = Annotated[
    str,
    Meta(
        max_length=TEXT_LENGTH_MAX,
        description="In free words. Sealed as the customer's, and erased with them.",
    ),
]
Operator = Annotated[
    str,
    Meta(
        max_length=NAME_LENGTH_MAX,
        description="Who did it, as the sender calls them: kept as told by the key, and erased with the customer.",
    ),
]


class CorrectionData(_Data, frozen=True, kw_only=True):
    currency: Key
    quantity: Amount
    reason_code: CorrectionReason | None = None
    reason: Written = ""
    by: Operator = ""


class TermsData(_Data, frozen=True, kw_only=True):
    version: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX)]


class ReferralKeptData(_Data, frozen=True, kw_only=True):
    """Nobody sends it: the programme tells it itself."""

    referee: Key


class ProgrammeEndData(_Data, frozen=True, kw_only=True):
    """Nobody sends it: the clock tells it."""


class PrizeData(_Data, frozen=True, kw_only=True):
    """Nobody sends it: the draw tells it."""

    draw: Key
    prize: Positive
    place: Positive


class SuspensionData(_Data, frozen=True, kw_only=True):
    """A membership stands still, or goes on: who says so, and why."""

    reason: Written = ""
    by: Operator = ""


class RewardData(_Data, frozen=True, kw_only=True):
    reward: Key
    quantity: Annotated[int, Meta(ge=1, le=1_000)] = 1
    session: Annotated[
        str, Meta(max_length=40, description="Which occasion, where the reward has several.")
    ] = ""
    store: Annotated[
        str,
        Meta(
            max_length=NAME_LENGTH_MAX,
            description="Where it is asked for: some are only for some stores.",
        ),
    ] = ""
    channel: Annotated[
        str,
        Meta(max_length=NAME_LENGTH_MAX, description="Through which channel: some are only for some."),
    ] = ""


class RewardCancellationData(_Data, frozen=True, kw_only=True):
    request_seq: Annotated[
        int, Meta(ge=1, le=2**31 - 1, description="The `seq` that the answer to the request told.")
    ]


class HandOverData(_Data, frozen=True, kw_only=True):
    currency: Key
    quantity: Annotated[int, Meta(ge=1, le=1_000)] = 1
    store: Name = ""
    channel: Name = ""


class MergerData(_Data, frozen=True, kw_only=True):
    absorbed: Key
    by: Operator = ""
    reason: Written = ""


class ActivityData(_Data, frozen=True, kw_only=True):
    activity: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=40,
            description="`visit`, `survey-answered`, `review`, `birthday`… or one that the programme declares.",
        ),
    ]
    answers: Annotated[
        dict[Answer, Answer | Annotated[list[Answer], Meta(max_length=ANSWERS_MAX)]],
        Meta(
            max_length=ANSWERS_MAX,
            description="What was answered, by question, in the words of the programme's audiences: only what these "
            "ask for is kept.",
        ),
    ] = {}
    store: Name = ""
    channel: Name = ""


class StatusData(_Data, frozen=True, kw_only=True):
    tier: Key
    until: Annotated[
        date | None, Meta(description="The first day on which it is no longer held so; left out: for good.")
    ] = None
    reason_code: CorrectionReason | None = None
    reason: Written = ""
    by: Operator = ""


class AudienceData(_Data, frozen=True, kw_only=True):
    audience: Annotated[str, Meta(min_length=1, max_length=40)]
    is_in: Annotated[bool, Meta(description="Does the customer enter it, or leave it?")] = True


class OfferData(_Data, frozen=True, kw_only=True):
    offer: Annotated[str, Meta(min_length=1, max_length=40)]
    store: Name = ""
    channel: Name = ""


class AllottedOfferData(OfferData, frozen=True, kw_only=True):
    until: Annotated[date | None, Meta(description="The first day on which it can no longer be used.")] = None
    anew: Annotated[
        bool,
        Meta(
            description="Does it begin anew with whoever has it still? `false`: they keep it as it is (409)."
        ),
    ] = True


class HoldData(_Data, frozen=True, kw_only=True):
    payments: Annotated[list[PaymentData], Meta(max_length=20, description="Units to be set aside.")] = []
    minutes: Annotated[
        int, Meta(ge=1, le=HOLD_MINUTES_MAX, description="For how long all of it is set aside.")
    ] = HOLD_MINUTES
    store: Name = ""
    channel: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    lines: Annotated[
        list[LineData],
        Meta(
            max_length=LINES_MAX,
            description="What is to be bought, at its prices before the programme's offers: what these take of what "
            "customers share (places, stock, budgets, codes that serve once) is set aside too.",
        ),
    ] = []
    codes: Codes = []
    reason: Written = ""
    by: Operator = ""


class ReleaseData(_Data, frozen=True, kw_only=True):
    hold: Annotated[str, Meta(min_length=1, max_length=80)]


class TransferData(_Data, frozen=True, kw_only=True):
    to: Annotated[
        str, Meta(min_length=1, max_length=400, description="Who receives: `card:…`, `customer:…`…")
    ]
    currency: Key
    quantity: Positive
    by: Operator = ""
    reason: Written = ""


class OpeningLotData(_Data, frozen=True, kw_only=True):
    currency: Key
    quantity: Natural
    issued_on: date
    expires_on: date | None = None
    active_on: Annotated[
        date | None, Meta(description="The units wait, and can be used from this day on.")
    ] = None


class AccountData(_Data, frozen=True, kw_only=True):
    """Nobody sends it: an account is opened by the administrative API, by staff or by a file."""

    kind: AccountKind


class AdmissionData(_Data, frozen=True, kw_only=True):
    """The subject is the account, or somebody who is in it."""

    member: Annotated[
        str, Meta(min_length=1, max_length=400, description="Who enters: `card:…`, `customer:…`…")
    ]
    by: Operator = ""
    reason: Written = ""


class DepartureData(_Data, frozen=True, kw_only=True):
    member: Annotated[
        str, Meta(min_length=1, max_length=400, description="Who leaves: `card:…`, `customer:…`…")
    ]
    with_nothing: Annotated[
        bool, Meta(description="They renounce the share that the programme would give them.")
    ] = False
    by: Operator = ""
    reason: Written = ""


class TakeOverData(_Data, frozen=True, kw_only=True):
    joined_on: date
    tier: Name | None = None
    tier_until: date | None = None
    lots: Annotated[list[OpeningLotData], Meta(max_length=LINES_MAX)] = []
    store: Name = ""
    profile: Profile | None = None


Data = (
    SaleData
    | ReturnData
    | SaleUpdateData
    | SaleCancellationData
    | JoiningData
    | LeavingData
    | SuspensionData
    | TermsData
    | ReferralKeptData
    | ProgrammeEndData
    | PrizeData
    | CorrectionData
    | RewardData
    | RewardCancellationData
    | HandOverData
    | MergerData
    | TakeOverData
    | ActivityData
    | AudienceData
    | StatusData
    | OfferData
    | AllottedOfferData
    | HoldData
    | ReleaseData
    | TransferData
    | AccountData
    | AdmissionData
    | DepartureData
)

AfterSaleData = ReturnData | SaleUpdateData | SaleCancellationData
"""What happens to a ticket that was recorded: it names it, by ``original`` or by ``original_event``."""
