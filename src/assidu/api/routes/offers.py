"""Offers of customers: where each stands with each, and allotting one to many."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Schema, Status
from pydantic import Field

from assidu.api.asked import programme_in_service
from assidu.api.door import Stopped, caller_at, looked_at, stop
from assidu.api.parameters import CustomerId, Spoken, language_at
from assidu.customers.queries import counts_as
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import RefusalCode, Refused
from assidu.foundation import clock
from assidu.foundation.problems import KNOWN, Problem
from assidu.loyalty import allotments, allotting, queries
from assidu.loyalty.allotments import Allotment, AllotmentRefused
from assidu.loyalty.code_pools import personal_codes
from assidu.loyalty.customer_offers import customer_offers
from assidu.plans.wording import Language, refusal
from assidu.plans.wording.offers import terms_to_member
from assidu.plans.wording.phrases import phrases_of

router = Router(tags=["Offers"])

CUSTOMERS_MAX = 10_000
OfferCode = Annotated[str, Path(max_length=40, description="The offer's code in the programme.")]
AllotmentId = Annotated[UUID, Path(description="As the answer to the allotment told it.")]


@dataclass(frozen=True, slots=True)
class CustomerOffer:
    """`state`: `open` (nothing to do: a ticket that meets it has it), `available` (they may activate it), `allotted`,
    `seen`, `activated`, `used` or `expired`. `until` is the first day on which it can no longer be used."""

    code: str
    name: str
    terms: str
    state: str
    since: date | None
    until: date | None
    may_be_activated: bool


@dataclass(frozen=True, slots=True)
class CustomerCode:
    """That they have a code of an offer, never the code itself. `state`: `usable`, `used`, `expired` or `withdrawn`;
    `until` is the first day on which it is good for nothing."""

    code: str
    name: str
    terms: str
    state: str
    made_at: datetime
    until: date | None


@dataclass(frozen=True, slots=True)
class CustomerOffers:
    """`codes`: the offers of which they have a code of their own."""

    offers: list[CustomerOffer]
    codes: list[CustomerCode]


class AllotmentBody(Schema):
    """To an audience of the programme, or to customers named as `card:…`, `customer:…` and the like."""

    id: Annotated[
        UUID | None,
        Field(description="Of this allotment: sent again with the same one, it is the same."),
    ] = None
    audience: Annotated[str, Field(max_length=40)] = ""
    customers: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=CUSTOMERS_MAX)] = []
    until: Annotated[date | None, Field(description="The first day on which it can no longer be used.")] = (
        None
    )
    dry_run: Annotated[
        bool,
        Field(description="Only look: who would have it, who is left out and why. Begin it with its `id`."),
    ] = False


@dataclass(frozen=True, slots=True)
class AllotmentAnswer:
    """`state`: `looked_at`, `running`, `done`, `undoing` or `undone`. While it is only looked at, `will_have` and
    `left_out` foresee; afterwards they say what became of each. `kept`: why the offer was not taken back."""

    id: UUID
    offer: str
    state: str
    audience: str | None
    lines: int
    unknown_lines: int
    until: date | None
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    customers: int
    will_have: int
    allotted: int
    left_out: dict[str, int]
    taken_back: int
    kept: dict[str, int]


@dataclass(frozen=True, slots=True)
class AllotmentList:
    allotments: list[AllotmentAnswer]


@router.get("/customers/{customer_id}/offers", response=CustomerOffers, summary="The offers of a customer")
def read_customer_offers(
    request: HttpRequest, customer_id: CustomerId, language: Spoken = None
) -> CustomerOffers:
    """One state for each, the same on every channel. An event `Offer Activated` activates one, `Offer Seen` tells that
    it was shown. Somebody who is no active member has none; of somebody in a household or a company they are what it
    has."""
    caller = caller_at(request, "customers:read")
    found = counts_as(looked_at(caller, customer_id, "offers"))
    programme = queries.programme_of(found)
    book = queries.current_book(programme) if programme is not None else None
    if programme is None or book is None:
        return CustomerOffers([], [])
    now = clock.now()
    version = book.at(now).version
    document = next(one.document for one in queries.versions(programme) if one.version == version)
    phrases = phrases_of(document, language_at(request, language), for_members=True)
    return CustomerOffers(
        [
            CustomerOffer(
                one.offer.code,
                phrases.text(phrases.offers[one.offer.code].name),
                terms_to_member(phrases.offers[one.offer.code], phrases),
                one.state.value,
                one.since,
                one.until,
                one.may_be_activated,
            )
            for one in customer_offers(found, now)
        ],
        [
            CustomerCode(
                one.offer,
                phrases.text(phrases.offers[one.offer].name),
                terms_to_member(phrases.offers[one.offer], phrases),
                one.state.value,
                one.made_at,
                one.expires_on,
            )
            for one in personal_codes(found, local_day(now, book.at(now).zone))
            if one.offer in phrases.offers
        ],
    )


@router.post(
    "/offers/{str:code}/allotments",
    response={200: AllotmentAnswer, 202: AllotmentAnswer},
    summary="Allot an offer to many",
)
def allot(
    request: HttpRequest, code: OfferCode, body: AllotmentBody, language: Spoken = None
) -> Status[AllotmentAnswer]:
    """Each customer then has an event of their own. Whoever has the offer already, is no active member or is not known
    is left out, and counted. A large one goes on in the background (202): ask for it by its id until it is `done`."""
    caller = caller_at(request, "offers:write", is_for_stores=False)
    now = clock.now()
    try:
        one = allotments.look_at(
            programme_in_service(),
            code,
            at=now,
            by=f"key:{caller.key.id}",
            audience=body.audience,
            lines=body.customers,
            until=body.until,
            allotment_id=body.id,
        )
        if not body.dry_run:
            one = allotting.begin(one.allotment_id, now, by=caller.actor)
            if one.is_at_work:
                allotting.set_off(one)
    except AllotmentRefused as refused:
        raise _stopped(refused, code, language_at(request, language)) from None
    return _answer(one.allotment_id)


@router.get("/offers/{str:code}/allotments", response=AllotmentList, summary="Allotments of an offer")
def list_allotments(request: HttpRequest, code: OfferCode) -> AllotmentList:
    """The last ones, the youngest first."""
    caller_at(request, "plan:read")
    return AllotmentList([_told(one) for one in allotments.allotments(programme_in_service(), code)])


@router.get("/allotments/{allotment_id}", response=AllotmentAnswer, summary="One allotment")
def read_allotment(request: HttpRequest, allotment_id: AllotmentId) -> AllotmentAnswer:
    """How far it is, and what became of it: in counts, nobody is named."""
    caller_at(request, "plan:read")
    return _answer(allotment_id).value


@router.post(
    "/allotments/{allotment_id}/undo",
    response={200: AllotmentAnswer, 202: AllotmentAnswer},
    summary="Take an allotment back",
)
def undo_allotment(
    request: HttpRequest, allotment_id: AllotmentId, language: Spoken = None
) -> Status[AllotmentAnswer]:
    """From everybody who neither activated nor used the offer, and was not allotted it again since."""
    caller = caller_at(request, "offers:write", is_for_stores=False)
    try:
        one = allotting.begin_undo(allotment_id, clock.now(), by=caller.actor)
        if one.is_at_work:
            allotting.set_off(one)
    except AllotmentRefused as refused:
        raise _stopped(refused, "", language_at(request, language)) from None
    return _answer(allotment_id)


def _answer(allotment_id: UUID) -> Status[AllotmentAnswer]:
    one = allotments.allotment(allotment_id)
    if one is None:
        raise stop("unknown_allotment")
    return Status(202 if one.is_at_work else 200, _told(one))


def _told(one: Allotment) -> AllotmentAnswer:
    seen = allotments.foreseen(one, clock.now()) if one.begun_at is None else None
    return AllotmentAnswer(
        id=one.allotment_id,
        offer=one.offer,
        state=one.state.value,
        audience=one.audience or None,
        lines=one.lines,
        unknown_lines=one.unknown,
        until=one.until,
        asked_at=one.asked_at,
        begun_at=one.begun_at,
        ended_at=one.ended_at,
        customers=one.customers,
        will_have=seen.will_have if seen is not None else one.allotted + one.waiting,
        allotted=one.allotted,
        left_out=dict(seen.left_out if seen is not None else one.left_out),
        taken_back=one.taken_back,
        kept=dict(one.kept),
    )


def _stopped(refused: AllotmentRefused, offer: str, language: Language) -> Stopped:
    if refused.code in KNOWN:
        return stop(refused.code)
    code = RefusalCode(refused.code)
    book = queries.versions(programme_in_service())
    said = refusal(Refused(code, subject=offer), book[-1].document, language)
    return Stopped(Problem(409, code.value, said))
