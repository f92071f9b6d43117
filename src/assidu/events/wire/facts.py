"""What an event means: its fingerprint, and what is decided and stored of it."""

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, assert_never
from uuid import UUID

import msgspec
from msgspec import UNSET

from assidu.catalogue.known import EMPTY, Catalogue
from assidu.catalogue.types import ProductFinder
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Refused
from assidu.decisions.events import (
    AccountOpening,
    Activity,
    Admission,
    AppliedOffer,
    AudienceChange,
    Correction,
    Departure,
    Event,
    HandOver,
    Hold,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Resumption,
    Return,
    ReturnedLine,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
    ShownCode,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    TransferOut,
)
from assidu.decisions.exchange import KnownRate, exchanged
from assidu.decisions.money import Rate
from assidu.decisions.plan import Plan
from assidu.events.bodies import body_of
from assidu.events.types import OFFER_STEPS, EventType, Fact
from assidu.events.wire.data import (
    AccountData,
    ActivityData,
    AdmissionData,
    AfterSaleData,
    AllottedOfferData,
    AudienceData,
    CorrectionData,
    DepartureData,
    HandOverData,
    HoldData,
    JoiningData,
    LeavingData,
    LineData,
    MergerData,
    OfferData,
    PaymentData,
    PrizeData,
    ProgrammeEndData,
    ReferralKeptData,
    ReleaseData,
    ReturnData,
    RewardCancellationData,
    RewardData,
    SaleCancellationData,
    SaleData,
    SaleUpdateData,
    StatusData,
    SuspensionData,
    TakeOverData,
    TermsData,
    TransferData,
)
from assidu.events.wire.incoming import Incoming
from assidu.foundation.people.types import Actor

_encoder = msgspec.json.Encoder()


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
    """Where the original ticket of a return or a change is written; ``customer_id`` is missing on an anonymous one."""

    customer_id: UUID | None
    seq: int | None


SaleFinder = Callable[[AfterSaleData], SaleFound | None]


class UnknownSale(Exception):
    """Of a return or a change, the original ticket was never told, or belongs to nobody."""


class NotExchanged(Exception):
    """A ticket in a money that the programme does not accept, or has no rate for: ``refused`` says which."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code.value)
        self.refused = refused


def to_fact(
    incoming: Incoming,
    *,
    catalogue: Catalogue = EMPTY,
    plan: Plan | None = None,
    customer_id: UUID | None = None,
    find_sale: SaleFinder | None = None,
    fingerprint: bytes = b"",
    has_happened: bool = False,
    by: Actor | None = None,
    codes: tuple[ShownCode, ...] = (),
    member: UUID | None = None,
) -> Fact:
    """What is decided and stored of an event, without anything personal.

    ``plan`` is the version in force when it happened: tickets need it. ``customer_id`` and ``find_sale`` serve returns.
    Raises ``UnknownSale``, ``NotExchanged``. ``by`` is who of ours does it by hand.
    ``codes`` are those that were shown with a ticket or a hold, as they were found. ``member`` is who of an account it
    is told of, or who enters or leaves it.
    """
    event, extra = _event_of(incoming, catalogue, plan, customer_id, find_sale, member)
    if codes and isinstance(event, Sale | SaleUpdate | Hold):
        event = replace(event, codes=codes)
    body = body_of(event)
    if member is not None:
        body["member"] = str(member)
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
    incoming: Incoming,
    catalogue: Catalogue,
    plan: Plan | None,
    customer_id: UUID | None,
    find_sale: SaleFinder | None,
    member: UUID | None,
) -> tuple[Event, dict[str, Any] | None]:
    """The event that the core decides on, and what else is kept in its body."""
    at, data = incoming.at, incoming.data
    match data:
        case SaleData():
            payments = tuple(_payments(data.payments))
            lines = tuple([_sale_line(line, catalogue.product) for line in data.lines])
            hold = hold_of(data.hold, customer_id) if data.hold else ""
            sale = Sale(at, data.store, data.channel, lines, payments, hold=hold)
            return _as_known(sale, data, incoming.promotions, catalogue, plan), None
        case ReturnData():
            seq, owner = _original(incoming, data, find_sale, customer_id)
            returned = tuple(ReturnedLine(part.line, part.amount_minor) for part in data.lines)
            return Return(at, seq, returned, owner, _money(data), _rate(data)), None
        case SaleUpdateData():
            seq, owner = _original(incoming, data, find_sale, customer_id)
            lines = tuple([_sale_line(line, catalogue.product) for line in data.lines])
            paid = None if data.payments is UNSET else tuple(_payments(data.payments))
            return SaleUpdate(at, seq, lines, paid, sale_owner=owner, currency=_money(data)), None
        case SaleCancellationData():
            seq, owner = _original(incoming, data, find_sale, customer_id)
            return SaleUpdate(at, seq, sale_owner=owner), None
        case JoiningData():
            consents = {"consents": list(data.consents)} if data.consents else None
            return Joining(at, data.store, data.channel, data.terms_version), consents
        case LeavingData():
            return Leaving(at), None
        case TermsData():
            return TermsAcceptance(at, data.version), None
        case ReferralKeptData():
            return ReferralKept(at, data.referee), None
        case ProgrammeEndData():
            return ProgrammeEnd(at), None
        case PrizeData():
            return PrizeWon(at, data.draw, data.prize, data.place), None
        case SuspensionData():
            is_end = incoming.type is EventType.RESUMPTION
            return Resumption(at) if is_end else Suspension(at), _sealed(incoming)
        case CorrectionData():
            code = data.reason_code.value if data.reason_code is not None else ""
            return Correction(at, data.currency, data.quantity, code), _sealed(incoming)
        case RewardData():
            return RewardRequest(at, data.reward, data.quantity, data.session, data.store, data.channel), None
        case RewardCancellationData():
            return RewardCancellation(at, data.request_seq), None
        case HandOverData():
            return HandOver(at, data.currency, data.quantity, data.store), None
        case MergerData():
            return Merger(at), _sealed(incoming)
        case HoldData():
            payments = tuple(_payments(data.payments))
            lines = tuple([_sale_line(line, catalogue.product) for line in data.lines])
            if plan is not None:
                lines = catalogue.promotions.noted(Sale(at, data.store, data.channel, lines), plan.zone).lines
            return Hold(at, payments, data.minutes, data.store, data.channel, lines), _sealed(incoming)
        case ReleaseData():
            return Release(at, hold_of(data.hold, customer_id)), None
        case TransferData():
            return TransferOut(at, data.currency, data.quantity), _sealed(incoming)
        case AccountData():
            return AccountOpening(at, data.kind), None
        case AdmissionData():
            return Admission(at, str(member)), _sealed(incoming)
        case DepartureData():
            return Departure(at, str(member), data.with_nothing), _sealed(incoming)
        case TakeOverData():
            lots = tuple(
                OpeningLot(lot.currency, lot.quantity, lot.issued_on, lot.expires_on, lot.active_on)
                for lot in data.lots
            )
            return TakeOver(at, data.joined_on, data.tier or None, data.tier_until, lots), None
        case ActivityData():
            return Activity(at, data.activity, data.store, data.channel, _answers(data, plan)), None
        case StatusData():
            return StatusGrant(at, data.tier, data.until), _sealed(incoming)
        case AudienceData():
            return AudienceChange(at, data.audience, data.is_in), None
        case OfferData():
            step = OfferStep(at, data.offer, OFFER_STEPS[incoming.type])
            if isinstance(data, AllottedOfferData):
                step = replace(step, until=data.until, anew=data.anew)
            return step, None
        case _:
            assert_never(data)


def _answers(data: ActivityData, plan: Plan | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Those that fill audiences; whatever else was answered is not ours to keep."""
    found = []
    for question, given in sorted(data.answers.items()) if plan is not None else ():
        if plan is not None and (asked := plan.answers.get(question)):
            told = {given} if isinstance(given, str) else set(given)
            found.append((question, tuple(sorted(told & frozenset().union(*asked.values())))))
    return tuple(found)


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


def _original(
    incoming: Incoming, data: AfterSaleData, find_sale: SaleFinder | None, customer_id: UUID | None
) -> tuple[int, str]:
    """Where the ticket is written: its ``seq``, and its owner where that is somebody else."""
    found = find_sale(data) if find_sale else None
    if found is None or found.customer_id is None or found.seq is None:
        raise UnknownSale(incoming.key)
    return found.seq, "" if found.customer_id == customer_id else str(found.customer_id)


def _payments(payments: Iterable[PaymentData]) -> Iterator[Payment]:
    return (Payment(payment.currency, payment.quantity) for payment in payments)


def _as_known(
    sale: Sale,
    data: SaleData,
    promotions: tuple[tuple[str, int], ...] | None,
    catalogue: Catalogue,
    plan: Plan | None,
) -> Sale:
    """In the programme's money, with the promotions that ran, as far as they were known when it first came in."""
    if plan is None:
        assert data.currency is UNSET, "a ticket in another money is read with the plan of its day"
        return sale
    if data.currency is not UNSET:
        own = _rate(data)
        day = local_day(sale.at, plan.zone)
        known = catalogue.rates.on(data.currency, day) if own is None else KnownRate(own)
        found = exchanged(plan, sale, data.currency, known)
        if isinstance(found, Refused):
            raise NotExchanged(found)
        sale = found
    if promotions is not None:
        noted = zip(sale.lines, promotions, strict=True)
        lines = [line.promoted(code, off) for line, (code, off) in noted]
        return replace(sale, lines=tuple(lines))
    return catalogue.promotions.noted(sale, plan.zone) if catalogue.promotions else sale


def _money(data: ReturnData | SaleUpdateData) -> str:
    """The one that it is told in, where it says so."""
    return "" if data.currency is UNSET else data.currency


def _rate(data: SaleData | ReturnData) -> Rate | None:
    return None if data.rate is UNSET else Rate.of(data.rate)


def _sale_line(line: LineData, product: ProductFinder) -> SaleLine:
    department, brand, vat_bp, kind = line.department, line.brand, line.vat_bp, line.kind
    if department is UNSET or brand is UNSET or vat_bp is UNSET or kind is UNSET:
        known = product(line.sku)
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
        tuple([AppliedOffer(applied.code, applied.amount_minor) for applied in line.offers])
        if line.offers
        else (),
    )


def _sealed(incoming: Incoming) -> dict[str, Any]:
    """The names of what lies sealed beside the event: after the erasure they say that something was written."""
    return {"sealed": list(words)} if (words := incoming.personal) else {}
