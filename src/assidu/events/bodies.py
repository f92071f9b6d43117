"""How the body of an event is stored, and read back as what the core decides on.

Lines are short arrays: a year of tickets is mostly lines. Order: sku, quantity, amount_minor, discount_minor,
department, brand, vat_bp and, unless it is a product, kind; then the offers that were applied, where there are some;
then the promotion of the calendar that the article was in, with what it takes off. Department, brand and promotion are
written as they were known when the ticket came in, so that a later catalogue cannot change what was decided. Amounts
are the programme's money; of a ticket in another one, ``foreign`` keeps what was told, and the rate.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, assert_never

from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountExit,
    AccountOpening,
    Activity,
    Admission,
    AppliedOffer,
    AudienceChange,
    Correction,
    Departure,
    Event,
    Foreign,
    ForeignLine,
    HandOver,
    Hold,
    HoldExpiry,
    Joining,
    Leaving,
    LineKind,
    MergedPart,
    MergedStatus,
    Merger,
    OfferStep,
    OpeningLot,
    Payment,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Restoration,
    Resumption,
    Return,
    ReturnedLine,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
    Separation,
    ShownCode,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    Tick,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.money import Rate
from assidu.decisions.state import AccountKind
from assidu.events.types import OFFER_STEPS, EventType

Body = dict[str, Any]

OWN_DECIMALS = 2
"""Of the programme's money, where a ticket in another one does not say it."""


def body_of(event: Event) -> Body:
    """What is stored of an event; time, store and channel have columns of their own."""
    match event:
        case Sale():
            body: Body = {"lines": [_line_body(line) for line in event.lines]}
            if event.payments:
                body["payments"] = [[p.currency, p.quantity] for p in event.payments]
            if event.hold:
                body["hold"] = event.hold
            if event.codes:
                body["codes"] = _codes_body(event.codes)
            if event.foreign is not None:
                body["foreign"] = _foreign_body(event.foreign)
            return body
        case Return():
            body = {"sale_seq": event.sale_seq, "lines": [[p.line, p.amount_minor] for p in event.lines]}
            if event.sale_owner:
                body["sale_owner"] = event.sale_owner
            if event.currency:
                body["currency"] = event.currency
            if event.rate is not None:
                body["rate"] = str(event.rate)
            return body
        case SaleUpdate():
            body = {"sale_seq": event.sale_seq, "lines": [_line_body(line) for line in event.lines]}
            if event.payments is not None:
                body["payments"] = [[p.currency, p.quantity] for p in event.payments]
            if event.codes:
                body["codes"] = _codes_body(event.codes)
            if event.sale_owner:
                body["sale_owner"] = event.sale_owner
            if event.currency:
                body["currency"] = event.currency
            return body
        case Correction():
            body = {"currency": event.currency, "quantity": event.quantity}
            if event.reason_code:
                body["reason_code"] = event.reason_code
            return body
        case RewardRequest():
            body = {"reward": event.reward, "quantity": event.quantity}
            if event.session:
                body["session"] = event.session
            return body
        case RewardCancellation():
            return {"request_seq": event.request_seq}
        case HandOver():
            return {"currency": event.currency, "quantity": event.quantity}
        case Joining():
            body = {"terms_version": event.terms_version}
            if event.referrer:
                body["referrer"] = event.referrer
            if event.referral_fault:
                body["referral_fault"] = event.referral_fault
            return body
        case TermsAcceptance():
            return {"version": event.version}
        case ReferralKept():
            return {"referee": event.referee}
        case PrizeWon():
            return {"draw": event.draw, "prize": event.prize, "place": event.place}
        case TakeOver():
            return {
                "joined_on": event.joined_on.isoformat(),
                "tier": event.tier,
                "tier_until": _iso(event.tier_until),
                "lots": [
                    [lot.currency, lot.quantity, lot.issued_on.isoformat(), _iso(lot.expires_on)]
                    + ([] if lot.active_on is None else [lot.active_on.isoformat()])
                    for lot in event.lots
                ],
            }
        case Activity():
            body = {"activity": event.activity}
            if event.answers:
                body["answers"] = {question: list(given) for question, given in event.answers}
            return body
        case StatusGrant():
            return {"tier": event.tier, "until": _iso(event.until)}
        case AudienceChange():
            return {"audience": event.audience, "is_in": event.is_in}
        case OfferStep():
            body = {"offer": event.offer, "until": _iso(event.until)}
            if not event.anew:
                body["anew"] = False
            return body
        case Hold():
            body = {"payments": [[p.currency, p.quantity] for p in event.payments], "minutes": event.minutes}
            if event.lines:
                body["lines"] = [_line_body(line) for line in event.lines]
            if event.codes:
                body["codes"] = _codes_body(event.codes)
            return body
        case Release() | HoldExpiry():
            return {"hold": event.hold}
        case TransferOut():
            return {"currency": event.currency, "quantity": event.quantity}
        case TransferIn():
            return {
                "currency": event.currency,
                "parts": [[p.issued_month.isoformat(), _iso(p.expires_on), p.quantity] for p in event.parts],
            }
        case Separation():
            body = {
                "came": [_part_body(part) for part in event.came],
                "paid": [_part_body(part) for part in event.paid],
                "owed": [[currency, quantity] for currency, quantity in event.owed],
                "counts": [[name, value] for name, value in event.counts],
                "joined_on": _iso(event.joined_on),
            }
            if event.status is not None:
                body["status"] = _status_body(event.status)
            if event.audiences:
                body["audiences"] = list(event.audiences)
            if event.merged_seq:
                body["merged_seq"] = event.merged_seq
            return body
        case Restoration():
            body = {
                "membership": event.membership,
                "on": _iso(event.on),
                "parts": [_part_body(part) for part in event.parts],
                "owed": [[currency, quantity] for currency, quantity in event.owed],
            }
            if event.regret_until is not None:
                body["regret_until"] = _iso(event.regret_until)
            if event.moved:
                body["moved"] = [[days, list(waits)] for days, waits in event.moved]
            return body
        case AccountOpening():
            return {"kind": event.kind.value}
        case Admission():
            return {"member": event.member}
        case Departure():
            body = {"member": event.member}
            if event.with_nothing:
                body["with_nothing"] = True
            if event.same_as:
                body["same_as"] = event.same_as
            return body
        case AccountExit():
            body = {"parts": [_part_body(part) for part in event.parts]}
            if event.owed:
                body["owed"] = [[currency, quantity] for currency, quantity in event.owed]
            if event.used:
                body["used"] = list(event.used)
            if event.left_on is not None:
                body["left_on"] = event.left_on.isoformat()
            if event.regret_until is not None:
                body["regret_until"] = event.regret_until.isoformat()
            if event.moved:
                body["moved"] = [[days, list(waits)] for days, waits in event.moved]
            return body
        case Tick():
            return {"day": event.day.isoformat()}
        case (
            Leaving()
            | Suspension()
            | Resumption()
            | Absorption()
            | Merger()
            | AccountEntry()
            | ProgrammeEnd()
        ):
            return {}
        case _:
            assert_never(event)


def event_from(type_: EventType, at: datetime, store: str, channel: str, body: Mapping[str, Any]) -> Event:
    """The event that ``body_of`` wrote."""
    match type_:
        case EventType.SALE:
            return Sale(
                at,
                store,
                channel,
                tuple(_line_from(fields) for fields in body["lines"]),
                tuple(Payment(currency, quantity) for currency, quantity in body.get("payments", ())),
                _codes_from(body),
                body.get("hold", ""),
                foreign_from(body["foreign"]) if "foreign" in body else None,
            )
        case EventType.RETURN:
            returned = tuple(ReturnedLine(*fields) for fields in body["lines"])
            rate = Rate.of(body["rate"]) if "rate" in body else None
            owner, currency = body.get("sale_owner", ""), body.get("currency", "")
            return Return(at, body["sale_seq"], returned, owner, currency, rate)
        case EventType.SALE_UPDATE | EventType.SALE_CANCELLATION:
            return SaleUpdate(
                at,
                body["sale_seq"],
                tuple(_line_from(fields) for fields in body["lines"]),
                tuple(Payment(*fields) for fields in body["payments"]) if "payments" in body else None,
                _codes_from(body),
                body.get("sale_owner", ""),
                body.get("currency", ""),
            )
        case EventType.CORRECTION:
            return Correction(at, body["currency"], body["quantity"], body.get("reason_code", ""))
        case EventType.REWARD_REQUEST:
            return RewardRequest(
                at, body["reward"], body["quantity"], body.get("session", ""), store, channel
            )
        case EventType.REWARD_CANCELLATION:
            return RewardCancellation(at, body["request_seq"])
        case EventType.HAND_OVER:
            return HandOver(at, body["currency"], body["quantity"], store)
        case EventType.JOINING:
            get = body.get
            return Joining(
                at, store, channel, get("terms_version", ""), get("referrer", ""), get("referral_fault", "")
            )
        case EventType.TERMS_ACCEPTANCE:
            return TermsAcceptance(at, body["version"])
        case EventType.REFERRAL_KEPT:
            return ReferralKept(at, body["referee"])
        case EventType.PROGRAMME_END:
            return ProgrammeEnd(at)
        case EventType.PRIZE_WON:
            return PrizeWon(at, body["draw"], body["prize"], body["place"])
        case EventType.LEAVING:
            return Leaving(at)
        case EventType.SUSPENSION:
            return Suspension(at)
        case EventType.RESUMPTION:
            return Resumption(at)
        case EventType.TAKE_OVER:
            lots = tuple(
                OpeningLot(c, q, _day(issued), _date(end), *(_date(day) for day in waits))
                for c, q, issued, end, *waits in body["lots"]
            )
            return TakeOver(at, _day(body["joined_on"]), body["tier"], _date(body["tier_until"]), lots)
        case EventType.ACTIVITY:
            answers = sorted((question, tuple(given)) for question, given in body.get("answers", {}).items())
            return Activity(at, body["activity"], store, channel, tuple(answers))
        case (
            EventType.OFFER_ALLOTTED
            | EventType.OFFER_SEEN
            | EventType.OFFER_ACTIVATED
            | EventType.OFFER_WITHDRAWN
        ):
            anew = body.get("anew", True)
            return OfferStep(at, body["offer"], OFFER_STEPS[type_], _date(body["until"]), anew)
        case EventType.STATUS_GRANT:
            return StatusGrant(at, body["tier"], _date(body["until"]))
        case EventType.AUDIENCE_CHANGE:
            return AudienceChange(at, body["audience"], body["is_in"])
        case EventType.ABSORPTION:
            return Absorption(at)
        case EventType.MERGER:
            return Merger(at)
        case EventType.HOLD:
            payments = tuple(Payment(currency, quantity) for currency, quantity in body["payments"])
            lines = tuple(_line_from(fields) for fields in body.get("lines", ()))
            return Hold(at, payments, body["minutes"], store, channel, lines, _codes_from(body))
        case EventType.RELEASE:
            return Release(at, body["hold"])
        case EventType.HOLD_EXPIRY:
            return HoldExpiry(at, body["hold"])
        case EventType.TRANSFER_OUT:
            return TransferOut(at, body["currency"], body["quantity"])
        case EventType.TRANSFER_IN:
            parts = tuple(TransferredPart(_day(issued), _date(end), n) for issued, end, n in body["parts"])
            return TransferIn(at, body["currency"], parts)
        case EventType.SEPARATION:
            return Separation(
                at,
                tuple(_part_from(fields) for fields in body["came"]),
                tuple(_part_from(fields) for fields in body["paid"]),
                tuple((currency, quantity) for currency, quantity in body["owed"]),
                tuple((name, value) for name, value in body["counts"]),
                _date(body["joined_on"]),
                _status_from(body["status"]) if "status" in body else None,
                tuple(body.get("audiences", ())),
                body.get("merged_seq", 0),
            )
        case EventType.RESTORATION:
            return Restoration(
                at,
                body["membership"],
                _date(body["on"]),
                tuple(_part_from(fields) for fields in body["parts"]),
                tuple((currency, quantity) for currency, quantity in body["owed"]),
                _date(body.get("regret_until")),
                tuple((days, tuple(waits)) for days, waits in body.get("moved", ())),
            )
        case EventType.ACCOUNT_OPENING:
            return AccountOpening(at, AccountKind(body["kind"]))
        case EventType.ADMISSION:
            return Admission(at, body["member"])
        case EventType.ACCOUNT_ENTRY:
            return AccountEntry(at)
        case EventType.DEPARTURE:
            return Departure(at, body["member"], body.get("with_nothing", False), body.get("same_as", ""))
        case EventType.ACCOUNT_EXIT:
            return AccountExit(
                at,
                tuple(_part_from(fields) for fields in body["parts"]),
                tuple((currency, quantity) for currency, quantity in body.get("owed", ())),
                tuple(body.get("used", ())),
                _date(body.get("left_on")),
                _date(body.get("regret_until")),
                tuple((days, tuple(waits)) for days, waits in body.get("moved", ())),
            )
        case EventType.TICK:
            return Tick(at, _day(body["day"]))
        case _:
            assert_never(type_)


def _codes_body(codes: tuple[ShownCode, ...]) -> list[list[Any]]:
    return [[code.offer, code.key, code.uses_max] for code in codes]


def _codes_from(body: Mapping[str, Any]) -> tuple[ShownCode, ...]:
    return tuple(ShownCode(*fields) for fields in body.get("codes", ()))


def _part_body(part: MergedPart) -> list[Any]:
    return [
        part.currency,
        part.issued_month.isoformat(),
        _iso(part.expires_on),
        _iso(part.active_on),
        part.quantity,
    ]


def _part_from(fields: list[Any]) -> MergedPart:
    currency, issued, expires, active, quantity = fields
    return MergedPart(currency, _day(issued), _date(expires), _date(active), quantity)


def _status_body(status: MergedStatus) -> list[Any]:
    under = None if status.under is None else [status.under[0], _iso(status.under[1])]
    return [
        status.given,
        _iso(status.given_until),
        status.before,
        _iso(status.before_until),
        status.before_cause,
        under,
    ]


def _status_from(fields: list[Any]) -> MergedStatus:
    given, given_until, before, before_until, cause, under = fields
    lies_over = None if under is None else (under[0], _date(under[1]))
    return MergedStatus(given, _date(given_until), before, _date(before_until), cause, lies_over)


def _line_body(line: SaleLine) -> list[Any]:
    fields = [
        line.sku,
        line.quantity,
        line.amount_minor,
        line.discount_minor,
        line.department,
        line.brand,
        line.vat_bp,
    ]
    if line.kind is not LineKind.PRODUCT or line.offers or line.promotion:
        fields.append(line.kind.value)
    if line.offers or line.promotion:
        fields.append([[applied.offer, applied.amount_minor] for applied in line.offers])
    if line.promotion:
        fields.append([line.promotion, line.promotion_minor])
    return fields


def _line_from(fields: list[Any]) -> SaleLine:
    sku, quantity, amount, discount, department, brand, vat = fields[:7]
    kind = LineKind(fields[7]) if len(fields) > 7 else LineKind.PRODUCT
    offers = tuple(AppliedOffer(*applied) for applied in fields[8]) if len(fields) > 8 else ()
    promotion, off = fields[9] if len(fields) > 9 else ("", 0)
    return SaleLine(sku, amount, quantity, discount, department, brand, vat, kind, offers, promotion, off)


def _foreign_body(foreign: Foreign) -> Body:
    body: Body = {
        "currency": foreign.currency,
        "decimals": foreign.decimals,
        "rate": str(foreign.rate),
        "lines": [_foreign_line_body(line) for line in foreign.lines],
    }
    if foreign.rate_day is not None:
        body["day"] = foreign.rate_day.isoformat()
    if foreign.own_decimals != OWN_DECIMALS:
        body["own_decimals"] = foreign.own_decimals
    return body


def _foreign_line_body(line: ForeignLine) -> list[Any]:
    fields: list[Any] = [line.amount_minor]
    if line.discount_minor or line.offers_minor:
        fields.append(line.discount_minor)
    if line.offers_minor:
        fields.append(list(line.offers_minor))
    return fields


def foreign_from(body: Mapping[str, Any]) -> Foreign:
    """What a stored ticket says of the money that it was paid in."""
    rate = Rate.of(body["rate"])
    assert rate is not None, "it was a rate when it was written"
    lines = tuple(
        ForeignLine(amount, *rest[:1], *(tuple(off) for off in rest[1:])) for amount, *rest in body["lines"]
    )
    own_decimals = body.get("own_decimals", OWN_DECIMALS)
    return Foreign(body["currency"], body["decimals"], rate, lines, _date(body.get("day")), own_decimals)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
