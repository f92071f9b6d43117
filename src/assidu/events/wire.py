"""Events as others write them: CloudEvents 1.0 in JSON, read strictly into typed values, then into facts.

One door for all: the intake, files and the import after its mapping. What is personal (``subject``, ``profile``, what
people write about somebody) stays in ``Incoming`` and never reaches a ``Fact``.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, assert_never
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from assidu.catalogue.types import UNKNOWN_PRODUCT, ProductFinder
from assidu.decisions.events import (
    Activity,
    AppliedOffer,
    AudienceChange,
    Correction,
    Event,
    Hold,
    Joining,
    Leaving,
    LineKind,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    Release,
    Return,
    ReturnedLine,
    RewardRequest,
    Sale,
    SaleLine,
    StatusGrant,
    TakeOver,
    TransferOut,
)
from assidu.events.bodies import body_of
from assidu.events.types import OFFER_STEPS, CorrectionReason, EventKey, EventType, Fact
from assidu.foundation.people.types import Actor

AMOUNT_MAX = 10**10
LINES_MAX = 1_000
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
        Meta(max_length=20, description="What each offer took off; `amount_minor` is what was paid after it."),
    ] = []


class PaymentData(_Data, frozen=True, kw_only=True):
    currency: Key
    quantity: Positive


class SaleData(_Data, frozen=True, kw_only=True):
    lines: Annotated[list[LineData], Meta(min_length=1, max_length=LINES_MAX)]
    store: Name = ""
    channel: Name = ""
    ticket: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    payments: Annotated[list[PaymentData], Meta(max_length=100)] = []
    codes: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=64)]],
        Meta(max_length=20, description="Codes of offers that were shown. Only their hashes are kept."),
    ] = []
    has_happened: Annotated[
        bool,
        Meta(
            description="The customer has left with the goods: a till that was cut off tells it afterwards. It is not "
            "refused for its payments; they are taken as far as the balance goes, and the answer's `shortfalls` say "
            "what was not covered. The key needs the scope `events:past`. How a sale is told is not what it means: "
            "sent before without this, it is the same event."
        ),
    ] = False
    hold: Annotated[str, Meta(max_length=80, description="The hold in which the payments were set aside.")] = ""


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
    terms_version: Name = ""
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


class RewardData(_Data, frozen=True, kw_only=True):
    reward: Key
    quantity: Annotated[int, Meta(ge=1, le=1_000)] = 1


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
    until: Annotated[
        date | None, Meta(description="The first day on which it can no longer be used.")
    ] = None


class HoldData(_Data, frozen=True, kw_only=True):
    payments: Annotated[list[PaymentData], Meta(min_length=1, max_length=20)]
    minutes: Annotated[
        int, Meta(ge=1, le=HOLD_MINUTES_MAX, description="For how long the units are set aside.")
    ] = HOLD_MINUTES
    store: Name = ""
    channel: Name = ""
    language: Annotated[str, Meta(max_length=35)] = ""


class ReleaseData(_Data, frozen=True, kw_only=True):
    hold: Annotated[str, Meta(min_length=1, max_length=80)]


class TransferData(_Data, frozen=True, kw_only=True):
    to: Annotated[str, Meta(min_length=1, max_length=400, description="Who receives: `card:…`, `customer:…`…")]
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
    | JoiningData
    | LeavingData
    | CorrectionData
    | RewardData
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
)


class _Envelope(Struct, frozen=True, kw_only=True, tag_field="type"):
    """CloudEvents' attributes; others (its extensions) are let through and not kept."""

    specversion: Literal["1.0"]
    id: Key
    source: Key
    time: Instant
    subject: Annotated[str, Meta(min_length=1, max_length=400)] | None = None
    datacontenttype: Literal["application/json"] = "application/json"


class _OrderCompleted(_Envelope, frozen=True, kw_only=True, tag=EventType.SALE.value):
    data: SaleData


class _OrderRefunded(_Envelope, frozen=True, kw_only=True, tag=EventType.RETURN.value):
    data: ReturnData


class _MemberJoined(_Envelope, frozen=True, kw_only=True, tag=EventType.JOINING.value):
    data: JoiningData


class _MemberLeft(_Envelope, frozen=True, kw_only=True, tag=EventType.LEAVING.value):
    data: LeavingData = LeavingData()


class _BalanceCorrected(_Envelope, frozen=True, kw_only=True, tag=EventType.CORRECTION.value):
    data: CorrectionData


class _RewardRequested(_Envelope, frozen=True, kw_only=True, tag=EventType.REWARD_REQUEST.value):
    data: RewardData


class _CustomerMerged(_Envelope, frozen=True, kw_only=True, tag=EventType.MERGER.value):
    data: MergerData


class _MemberTakenOver(_Envelope, frozen=True, kw_only=True, tag=EventType.TAKE_OVER.value):
    data: TakeOverData


class _ActivityRecorded(_Envelope, frozen=True, kw_only=True, tag=EventType.ACTIVITY.value):
    data: ActivityData


class _StatusGranted(_Envelope, frozen=True, kw_only=True, tag=EventType.STATUS_GRANT.value):
    data: StatusData


class _AudienceChanged(_Envelope, frozen=True, kw_only=True, tag=EventType.AUDIENCE_CHANGE.value):
    data: AudienceData


class _OfferAllotted(_Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_ALLOTTED.value):
    data: AllottedOfferData


class _OfferSeen(_Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_SEEN.value):
    data: OfferData


class _OfferActivated(_Envelope, frozen=True, kw_only=True, tag=EventType.OFFER_ACTIVATED.value):
    data: OfferData


class _HoldPlaced(_Envelope, frozen=True, kw_only=True, tag=EventType.HOLD.value):
    data: HoldData


class _HoldReleased(_Envelope, frozen=True, kw_only=True, tag=EventType.RELEASE.value):
    data: ReleaseData


class _BalanceTransferred(_Envelope, frozen=True, kw_only=True, tag=EventType.TRANSFER_OUT.value):
    data: TransferData


_AnyEnvelope = (
    _OrderCompleted
    | _OrderRefunded
    | _MemberJoined
    | _MemberLeft
    | _BalanceCorrected
    | _RewardRequested
    | _CustomerMerged
    | _MemberTakenOver
    | _ActivityRecorded
    | _AudienceChanged
    | _StatusGranted
    | _OfferAllotted
    | _OfferSeen
    | _OfferActivated
    | _HoldPlaced
    | _HoldReleased
    | _BalanceTransferred
)
_TYPES: Final[Mapping[type[_Envelope], EventType]] = {
    _OrderCompleted: EventType.SALE,
    _OrderRefunded: EventType.RETURN,
    _MemberJoined: EventType.JOINING,
    _MemberLeft: EventType.LEAVING,
    _BalanceCorrected: EventType.CORRECTION,
    _RewardRequested: EventType.REWARD_REQUEST,
    _CustomerMerged: EventType.MERGER,
    _MemberTakenOver: EventType.TAKE_OVER,
    _ActivityRecorded: EventType.ACTIVITY,
    _AudienceChanged: EventType.AUDIENCE_CHANGE,
    _StatusGranted: EventType.STATUS_GRANT,
    _OfferAllotted: EventType.OFFER_ALLOTTED,
    _OfferSeen: EventType.OFFER_SEEN,
    _OfferActivated: EventType.OFFER_ACTIVATED,
    _HoldPlaced: EventType.HOLD,
    _HoldReleased: EventType.RELEASE,
    _BalanceTransferred: EventType.TRANSFER_OUT,
}
KNOWN_TYPES: Final[tuple[str, ...]] = tuple(known.value for known in _TYPES.values())
_NEED_SUBJECT = frozenset(_TYPES.values()) - {EventType.SALE}

_event_decoder = msgspec.json.Decoder(_AnyEnvelope)
_batch_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


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
    """One event as it was sent, typed and checked. ``subject`` is missing on an anonymous ticket."""

    key: EventKey
    type: EventType
    at: datetime
    subject: Subject | None
    data: Data

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
        return isinstance(self.data, SaleData) and self.data.has_happened

    @property
    def profile(self) -> Profile | None:
        return getattr(self.data, "profile", None)

    @property
    def personal(self) -> dict[str, Any]:
        """What is sealed under the customer's key beside the event: who they are, or what people wrote about them."""
        match self.data:
            case CorrectionData() | MergerData() | TransferData() | StatusData():
                return _said(reason=self.data.reason, operator=self.data.by)
            case JoiningData() | TakeOverData() if self.data.profile is not None:
                found: dict[str, Any] = msgspec.to_builtins(self.data.profile)
                return found
            case _:
                return {}

    @property
    def absorbed(self) -> Subject | None:
        """On a merger: the customer who is absorbed. On a transfer: the one who receives."""
        if isinstance(self.data, TransferData):
            return subject_of(self.data.to)
        return subject_of(self.data.absorbed) if isinstance(self.data, MergerData) else None


# ---------------------------------------------------------------- reading


def parse(raw: bytes) -> Incoming:
    """Read one event from JSON; raises ``Invalid``."""
    try:
        envelope = _event_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(_error_of(error, raw)) from None
    if b"\\u0000" in raw:
        _refuse_nul(msgspec.json.decode(raw), "$")
    return _checked(envelope)


def parse_one(written: Mapping[str, Any]) -> Incoming:
    """Read one event from plain values, as an import makes them; raises ``Invalid``."""
    try:
        # Through JSON: it is quicker than it looks, and lets nothing pass that the other door would refuse.
        raw = _encoder.encode(written)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(WireError("$", str(error), "malformed")) from None
    return parse(raw)


def split_batch(raw: bytes) -> list[bytes]:
    """The events of a JSON array, each as its own text; raises ``Invalid`` when it is no array or too long."""
    try:
        found = _batch_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(_error_of(error, raw)) from None
    if not found:
        raise Invalid(WireError("$", "a batch holds at least one event", "empty_batch"))
    if len(found) > BATCH_EVENTS_MAX:
        raise Invalid(WireError("$", f"a batch holds at most {BATCH_EVENTS_MAX} events", "batch_too_long"))
    return [bytes(item) for item in found]


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


def _checked(envelope: _Envelope) -> Incoming:
    """What types alone cannot say."""
    errors = []
    type_ = _TYPES[type(envelope)]
    data: Data = envelope.data  # type: ignore[attr-defined]
    at = envelope.time.astimezone(UTC) if YEAR_MIN <= envelope.time.year <= YEAR_MAX else None
    if at is None:
        errors.append(WireError("$.time", f"must lie between {YEAR_MIN} and {YEAR_MAX}", "time_out_of_range"))
    subject = None
    if envelope.subject is not None:
        subject = subject_of(envelope.subject)
        if subject is None:
            errors.append(_subject_error("$.subject"))
    elif type_ in _NEED_SUBJECT:
        errors.append(WireError("$.subject", f"{type_.value} needs the customer", "missing_subject"))
    if isinstance(data, ReturnData):
        errors += _return_errors(data)
    elif isinstance(data, MergerData):
        if subject_of(data.absorbed) is None:
            errors.append(_subject_error("$.data.absorbed"))
    elif isinstance(data, TransferData):
        if subject_of(data.to) is None:
            errors.append(_subject_error("$.data.to"))
    elif isinstance(data, CorrectionData) and data.quantity == 0:
        errors.append(
            WireError("$.data.quantity", "a correction moves at least one unit", "quantity_is_zero")
        )
    elif isinstance(data, TakeOverData):
        errors += _take_over_errors(data)
    if errors or at is None:
        raise Invalid(*errors)
    return Incoming(EventKey(envelope.source, envelope.id), type_, at, subject, data)


def _return_errors(data: ReturnData) -> list[WireError]:
    errors = []
    if (data.original is None) == (data.original_event is None):
        errors.append(
            WireError("$.data.original", "name the ticket by `original` or by `original_event`", "original")
        )
    if bool(data.lines) == data.whole:
        errors.append(WireError("$.data.lines", "give `lines`, or `whole`: true", "lines_or_whole"))
    return errors


def _take_over_errors(data: TakeOverData) -> list[WireError]:
    days = [("$.data.joined_on", data.joined_on)]
    days += [(f"$.data.lots[{i}].issued_on", lot.issued_on) for i, lot in enumerate(data.lots)]
    if data.tier_until is not None:
        days.append(("$.data.tier_until", data.tier_until))
    return [
        WireError(path, f"must lie between {DAY_MIN.year} and {YEAR_MAX}", "time_out_of_range")
        for path, day in days
        if not DAY_MIN.year <= day.year <= YEAR_MAX
    ]


def _subject_error(path: str) -> WireError:
    return WireError(
        path, "write card:…, phone:…, email:…, external:<source>:<id> or customer:<uuid>", "bad_subject"
    )


_AT_PATH = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_CODES: Final = (
    ("missing required field", "missing_field"),
    ("contains unknown field", "unknown_field"),
    ("of length", "bad_length"),
    ("out of range", "out_of_range"),
    ("timezone", "bad_time"),
    ("RFC3339", "bad_time"),
    ("ISO8601", "bad_time"),
    (">=", "out_of_range"),
    ("<=", "out_of_range"),
    ("< ", "out_of_range"),
    ("Invalid enum value", "unknown_value"),
    ("Expected", "wrong_type"),
)


def _error_of(error: Exception, raw: bytes) -> WireError:
    """What the decoder found, in our words. It stops at the first fault."""
    if isinstance(error, RecursionError):
        return WireError("$", "nested too deeply", "too_deep")
    if not isinstance(error, msgspec.ValidationError):
        if isinstance(error, UnicodeDecodeError):
            return WireError("$", "not valid UTF-8", "malformed")
        return WireError("$", str(error), "malformed")
    found = _AT_PATH.match(str(error))
    assert found is not None
    message, path = found["message"], found["path"] or "$"
    if path == "$.type" or (path == "$" and "`type`" in message):
        return WireError("$.type", f"must be one of: {', '.join(KNOWN_TYPES)}", "unknown_type")
    if path == "$" and not raw.lstrip().startswith(b"{"):
        return WireError("$", "an event is a JSON object", "wrong_type")
    for words, code in _CODES:
        if words in message:
            return WireError(path, message, code)
    return WireError(path, message, "invalid")


def _refuse_nul(value: Any, path: str) -> None:
    """PostgreSQL keeps no NUL in a text, and nobody means one."""
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid(WireError(path, "holds a NUL character", "nul_character"))
    elif isinstance(value, dict):
        for name, part in value.items():
            _refuse_nul(name, path)
            _refuse_nul(part, f"{path}.{name}")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            _refuse_nul(part, f"{path}[{i}]")


# ---------------------------------------------------------------- meaning


def fingerprint(incoming: Incoming, key: bytes) -> bytes:
    """A keyed hash of what the event means: the same key with another meaning is refused."""
    subject = str(incoming.subject) if incoming.subject else None
    data = incoming.data
    if incoming.has_happened:
        # A till that heard no answer sends it again as having happened: it may have been recorded the first time.
        data = msgspec.structs.replace(data, has_happened=False)
    meaning = _encoder.encode((incoming.type, incoming.at, subject, data))
    return hmac.digest(key, meaning, "sha256")


@dataclass(frozen=True, slots=True)
class SaleFound:
    """Where the original ticket of a return is written; ``customer_id`` is missing on an anonymous one."""

    customer_id: UUID | None
    seq: int | None


SaleFinder = Callable[[ReturnData], SaleFound | None]


class UnknownSale(Exception):
    """A return whose original ticket was never told, or belongs to nobody."""


def to_fact(
    incoming: Incoming,
    *,
    catalogue: ProductFinder = lambda _: UNKNOWN_PRODUCT,
    customer_id: UUID | None = None,
    find_sale: SaleFinder | None = None,
    fingerprint: bytes = b"",
    has_happened: bool = False,
    by: Actor | None = None,
) -> Fact:
    """What is decided and stored of an event, without anything personal.

    ``customer_id`` and ``find_sale`` serve returns; raises ``UnknownSale``. ``by`` is who of ours does it by hand.
    """
    event, extra = _event_of(incoming, catalogue, customer_id, find_sale)
    body = body_of(event)
    if extra:
        body.update(extra)
    if by is not None and by.person_id is not None:
        body["by"] = str(by.person_id)
    elif by is not None and by.key_id is not None:
        body["key"] = {"id": str(by.key_id), "name": by.key_name}
    return Fact(
        key=incoming.key,
        type=incoming.type,
        event=event,
        body=body,
        fingerprint=fingerprint,
        store=incoming.store,
        channel=incoming.channel,
        ticket=incoming.ticket,
        amount_minor=event.total_minor if isinstance(event, Sale) else 0,
        has_happened=has_happened,
    )


def _event_of(
    incoming: Incoming, catalogue: ProductFinder, customer_id: UUID | None, find_sale: SaleFinder | None
) -> tuple[Event, dict[str, Any] | None]:
    """The event that the core decides on, and what else is kept in its body."""
    at, data = incoming.at, incoming.data
    match data:
        case SaleData():
            payments = tuple(Payment(p.currency, p.quantity) for p in data.payments)
            lines = tuple(_sale_line(line, catalogue) for line in data.lines)
            hold = hold_of(data.hold, customer_id) if data.hold else ""
            return Sale(at, data.store, data.channel, lines, payments, hold=hold), None
        case ReturnData():
            found = find_sale(data) if find_sale else None
            if found is None or found.customer_id is None or found.seq is None:
                raise UnknownSale(incoming.key)
            owner = "" if found.customer_id == customer_id else str(found.customer_id)
            returned = tuple(ReturnedLine(part.line, part.amount_minor) for part in data.lines)
            return Return(at, found.seq, returned, owner), None
        case JoiningData():
            return Joining(at, data.store, data.channel, data.terms_version), None
        case LeavingData():
            return Leaving(at), None
        case CorrectionData():
            code = data.reason_code.value if data.reason_code is not None else ""
            return Correction(at, data.currency, data.quantity, code), _sealed(incoming)
        case RewardData():
            return RewardRequest(at, data.reward, data.quantity), None
        case MergerData():
            return Merger(at), _sealed(incoming)
        case HoldData():
            payments = tuple(Payment(p.currency, p.quantity) for p in data.payments)
            return Hold(at, payments, data.minutes, data.store, data.channel), None
        case ReleaseData():
            return Release(at, hold_of(data.hold, customer_id)), None
        case TransferData():
            return TransferOut(at, data.currency, data.quantity), _sealed(incoming)
        case TakeOverData():
            lots = tuple(
                OpeningLot(lot.currency, lot.quantity, lot.issued_on, lot.expires_on, lot.active_on)
                for lot in data.lots
            )
            return TakeOver(at, data.joined_on, data.tier or None, data.tier_until, lots), None
        case ActivityData():
            return Activity(at, data.activity, data.store, data.channel), None
        case StatusData():
            return StatusGrant(at, data.tier, data.until), _sealed(incoming)
        case AudienceData():
            return AudienceChange(at, data.audience, data.is_in), None
        case OfferData():
            until = data.until if isinstance(data, AllottedOfferData) else None
            return OfferStep(at, data.offer, OFFER_STEPS[incoming.type], until), None
        case _:
            assert_never(data)


def hold_address(customer_id: UUID, hold: str) -> str:
    """How a hold is called outside: it says where it is written."""
    return f"{customer_id}.{hold}"


def owner_of_hold(address: str) -> UUID | None:
    """Whose hold that is; ``None`` when it is not written that way."""
    try:
        return UUID(address.partition(".")[0])
    except ValueError:
        return None


def hold_of(address: str, customer_id: UUID | None) -> str:
    """The customer's own name of a hold; of anything else the whole address, which no hold is called."""
    hold = address.partition(".")[2]
    is_own = customer_id is None or owner_of_hold(address) == customer_id
    return hold if hold and is_own else address


def _sale_line(line: LineData, catalogue: ProductFinder) -> SaleLine:
    department, brand, vat_bp, kind = line.department, line.brand, line.vat_bp, line.kind
    if department is UNSET or brand is UNSET or vat_bp is UNSET or kind is UNSET:
        known = catalogue(line.sku)
        department = known.department if department is UNSET else department
        brand = known.brand if brand is UNSET else brand
        vat_bp = known.vat_bp if vat_bp is UNSET else vat_bp
        kind = known.kind if kind is UNSET else kind
    return SaleLine(
        line.sku,
        line.amount_minor,
        line.quantity,
        line.discount_minor,
        department,
        brand,
        vat_bp,
        kind,
        tuple(AppliedOffer(applied.code, applied.amount_minor) for applied in line.offers),
    )


def _said(**words: str) -> dict[str, Any]:
    return {name: text for name, text in words.items() if text}


def _sealed(incoming: Incoming) -> dict[str, Any]:
    """The names of what lies sealed beside the event: after the erasure they say that something was written."""
    return {"sealed": list(words)} if (words := incoming.personal) else {}
