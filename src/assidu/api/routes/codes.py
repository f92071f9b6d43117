"""Codes of offers: made for anybody or for each of many, told once, and taken back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from assidu.api.door import Stopped, caller_at, stop
from assidu.api.parameters import Spoken, language_at
from assidu.api.routes.offers import CUSTOMERS_MAX, OfferCode
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import RefusalCode, Refused
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.problems import KNOWN, Problem
from assidu.loyalty import code_pools, plans, queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.code_pools import NAME_MAX, CodePool, CodesRefused, Whom
from assidu.loyalty.offer_codes import POOL_MAX
from assidu.plans.wording import Language, refusal

router = Router(tags=["Offers"])

USES_MAX = 1_000_000
PoolId = Annotated[UUID, Path(description="As the answer that told the codes named it.")]


class CodesBody(Schema):
    """`count` codes for whoever shows them; or one for each of an audience, of customers named as `card:…`,
    `customer:…` and the like, or of those to whom an offer was allotted."""

    id: Annotated[
        UUID | None, Field(description="Of these codes: sent again with the same one, none are made again.")
    ] = None
    name: Annotated[str, Field(max_length=NAME_MAX, description="What to call them in lists.")] = ""
    count: Annotated[int | None, Field(ge=1, le=POOL_MAX)] = None
    audience: Annotated[str, Field(max_length=40)] = ""
    customers: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=CUSTOMERS_MAX)] = []
    allotment: Annotated[UUID | None, Field(description="The id of an allotment, of any offer.")] = None
    uses: Annotated[
        int, Field(ge=0, le=USES_MAX, description="How often each serves; 0: as often as one likes.")
    ] = 1
    until: Annotated[date | None, Field(description="The first day on which they serve no more.")] = None


@dataclass(frozen=True, slots=True)
class CodePoolAnswer:
    """Codes made together. `state`: `live`, `over` or `withdrawn`. `used` are used up, `run_out` never will be; `uses`
    is how often they served in all, not counted where each serves as often as one likes."""

    id: UUID
    offer: str
    name: str
    is_personal: bool
    audience: str | None
    state: str
    made: int
    used: int
    run_out: int
    uses: int | None
    uses_each: int
    until: date | None
    made_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeMade:
    """`customer`: whose alone it is."""

    code: str
    customer: UUID | None


@dataclass(frozen=True, slots=True)
class CodesMade:
    """`codes` are told in this answer and never again. `left_out`: why some of those named have none, counted."""

    pool: CodePoolAnswer
    is_new: bool
    codes: list[CodeMade] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    unknown_lines: int = 0


@dataclass(frozen=True, slots=True)
class CodePoolList:
    pools: list[CodePoolAnswer]


@router.post("/offers/{str:code}/codes", response=CodesMade, summary="Make codes of an offer")
def make_codes(request: HttpRequest, code: OfferCode, body: CodesBody, language: Spoken = None) -> CodesMade:
    """They are told in this answer alone: only their hashes are kept. Sent again with the same `id`, nothing is made
    and no code is told; if the answer was lost, withdraw them and make others. Whoever has one that is still good, is
    no active member or is not known is left out, and counted."""
    caller = caller_at(request, "offers:write", is_for_stores=False)
    named = [bool(body.audience), bool(body.customers), body.allotment is not None, body.count is not None]
    if sum(named) != 1:
        raise stop("invalid_request", "Give one of count, audience, customers and allotment.")
    now = clock.now()
    try:
        made = code_pools.make(
            body.id or new_id(now),
            _book().programme,
            code,
            at=now,
            by=caller.actor,
            name=body.name,
            count=body.count or 1,
            whom=Whom(body.audience, tuple(body.customers), body.allotment),
            uses_max=body.uses,
            expires_on=body.until,
        )
    except CodesRefused as refused:
        raise _stopped(refused, code, language_at(request, language)) from None
    owners = made.owners or (None,) * len(made.codes)
    return CodesMade(
        _told(made.pool, _today()),
        bool(made.codes),
        [CodeMade(one, owner) for one, owner in zip(made.codes, owners, strict=True)],
        dict(made.left_out),
        made.unknown,
    )


@router.get("/offers/{str:code}/codes", response=CodePoolList, summary="Codes of an offer")
def list_codes(request: HttpRequest, code: OfferCode) -> CodePoolList:
    """How many were made together, are used and are left: the last ones, the youngest first."""
    caller_at(request, "plan:read")
    today = _today()
    return CodePoolList([_told(one, today) for one in code_pools.pools(_book().programme, code)])


@router.get("/codes/{pool_id}", response=CodePoolAnswer, summary="Codes made together")
def read_codes(request: HttpRequest, pool_id: PoolId) -> CodePoolAnswer:
    """How many are used, and what is left: the codes themselves are kept nowhere."""
    caller_at(request, "plan:read")
    found = code_pools.pool(pool_id)
    if found is None:
        raise stop("unknown_pool")
    return _told(found, _today())


@router.post("/codes/{pool_id}/withdraw", response=CodePoolAnswer, summary="Take codes back")
def withdraw_codes(request: HttpRequest, pool_id: PoolId) -> CodePoolAnswer:
    """None of them is good for anything on tickets from today on. What they gave before stays."""
    caller = caller_at(request, "offers:write", is_for_stores=False)
    try:
        return _told(code_pools.withdraw(pool_id, at=clock.now(), by=caller.actor), _today())
    except CodesRefused as refused:
        raise stop(refused.code) from None


def _told(one: CodePool, today: date) -> CodePoolAnswer:
    return CodePoolAnswer(
        one.pool_id,
        one.offer,
        one.name,
        one.is_personal,
        one.audience or None,
        one.state(today).value,
        one.made,
        one.used,
        one.run_out(today),
        one.uses if one.uses_max else None,
        one.uses_max,
        one.expires_on,
        one.made_at,
        one.withdrawn_at,
    )


def _stopped(refused: CodesRefused, offer: str, language: Language) -> Stopped:
    if refused.code in KNOWN:
        return stop(refused.code)
    code = RefusalCode(refused.code)
    said = refusal(Refused(code, subject=offer), queries.versions(_book().programme)[-1].document, language)
    return Stopped(Problem(409, code.value, said))


def _today() -> date:
    now = clock.now()
    return local_day(now, _book().at(now).zone)


def _book() -> PlanBook:
    known = plans.programmes()
    book = queries.current_book(known[0]) if known else None
    if book is None:
        raise stop("no_programme", "Publish one: POST /v1/plans, or assidu plan publish.")
    return book
