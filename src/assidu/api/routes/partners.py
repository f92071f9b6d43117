"""Partners who provide rewards: what they are owed, and the statements closed with them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from assidu.api.door import caller_at, stop
from assidu.api.parameters import Spoken, language_at
from assidu.foundation import clock
from assidu.loyalty import plans, queries, settlements
from assidu.loyalty.settlements import NothingOwed, OtherNumber, Statement
from assidu.plans.document import Document
from assidu.plans.document import Partner as PartnerOfPlan
from assidu.plans.wording import text_in

router = Router(tags=["Partners"])

NUMBER_MAX = 2**31 - 1
PartnerCode = Annotated[str, Path(max_length=40, description="The partner's code in the programme.")]
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX, description="Statements of a partner are counted from 1.")]


@dataclass(frozen=True, slots=True)
class PartnerOwed:
    """What no statement holds yet, in the money of the programme; `last_statement` is the number of the latest."""

    code: str
    name: str
    quantity: int
    amount_minor: int
    first_day: date | None
    last_day: date | None
    last_statement: int | None


@dataclass(frozen=True, slots=True)
class PartnerList:
    partners: list[PartnerOwed]


@dataclass(frozen=True, slots=True)
class PartnerStatement:
    number: int
    quantity: int
    amount_minor: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerStatements:
    statements: list[PartnerStatement]


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """What was handed over in one store on one day; `currency` is the good's code. Nobody is named."""

    day: date
    store: str
    currency: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PartnerStatementDetail:
    statement: PartnerStatement
    lines: list[PartnerLine]


class ClosingBody(Schema):
    """`number`: which statement it shall be. Sent again, it is the same one; without it, the next one is closed."""

    number: Annotated[int | None, Field(ge=1, le=NUMBER_MAX)] = None


@router.get("/partners", response=PartnerList, summary="Partners, and what they are owed")
def list_partners(request: HttpRequest, language: Spoken = None) -> PartnerList:
    """For what was handed over in their name and stands on no statement yet."""
    caller_at(request, "partners:read", is_for_stores=False)
    spoken = language_at(request, language)
    found = []
    for one in _document().partners:
        owed = settlements.owed(one.code)
        latest = next(iter(settlements.statements(one.code)), None)
        found.append(
            PartnerOwed(
                one.code,
                text_in(one.name, spoken),
                owed.quantity,
                owed.amount_minor,
                owed.first_day,
                owed.last_day,
                latest.number if latest else None,
            )
        )
    return PartnerList(found)


@router.get("/partners/{str:code}/statements", response=PartnerStatements, summary="Statements of a partner")
def list_statements(request: HttpRequest, code: PartnerCode) -> PartnerStatements:
    """The latest first."""
    caller_at(request, "partners:read", is_for_stores=False)
    return PartnerStatements([_told(one) for one in settlements.statements(_partner(code).code)])


@router.get(
    "/partners/{str:code}/statements/{int:number}",
    response=PartnerStatementDetail,
    summary="One statement, with its lines",
)
def read_statement(request: HttpRequest, code: PartnerCode, number: Number) -> PartnerStatementDetail:
    """By day, store and good."""
    caller_at(request, "partners:read", is_for_stores=False)
    found = [one for one in settlements.statements(_partner(code).code) if one.number == number]
    if not found:
        raise stop("unknown_statement")
    return PartnerStatementDetail(
        _told(found[0]),
        [
            PartnerLine(line.day, line.store, line.currency, line.quantity, line.amount_minor)
            for line in settlements.statement_lines(code, number)
        ],
    )


@router.post("/partners/{str:code}/statements", response=PartnerStatement, summary="Close a statement")
def close_statement(request: HttpRequest, code: PartnerCode, body: ClosingBody) -> PartnerStatement:
    """With everything that is owed to them and on none yet. It never changes: what is learnt later falls into the next
    one."""
    caller = caller_at(request, "partners:write", is_for_stores=False)
    try:
        return _told(
            settlements.close_statement(
                _partner(code).code, by=caller.actor, at=clock.now(), number=body.number
            )
        )
    except NothingOwed:
        raise stop("nothing_owed") from None
    except OtherNumber:
        raise stop("other_statement") from None


def _told(one: Statement) -> PartnerStatement:
    return PartnerStatement(one.number, one.quantity, one.amount_minor, one.closed_at)


def _partner(code: str) -> PartnerOfPlan:
    found = next((one for one in _document().partners if one.code == code), None)
    if found is None:
        raise stop("unknown_partner")
    return found


def _document() -> Document:
    known = plans.programmes()
    book = queries.current_book(known[0]) if known else None
    if book is None:
        raise stop("no_programme", "Publish one: POST /v1/plans, or assidu plan publish.")
    version = book.at(clock.now()).version
    return next(one.document for one in queries.versions(known[0]) if one.version == version)
