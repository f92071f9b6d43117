"""Corrections and transfers, written down at once or, above the programme's limit, once a second person agrees."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field, model_validator

from assidu.api.door import Caller, Stopped, caller_at, customer_at, stop
from assidu.api.parameters import CustomerId, Spoken, language_at
from assidu.customers import queries as customers
from assidu.decisions.decision import Refused
from assidu.events.types import CorrectionReason
from assidu.events.wire import AMOUNT_MAX, NAME_LENGTH_MAX
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.people.types import Actor
from assidu.foundation.problems import Problem
from assidu.loyalty import corrections, plans
from assidu.loyalty import queries as loyalty
from assidu.loyalty.corrections import Asked, AskedOtherwise, NoLongerWaiting, NotTheirs
from assidu.loyalty.entries import Conflict, Outcome, Told
from assidu.plans.wording import Language, refusal

router = Router(tags=["Customers"])

Currency = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
Reason = Annotated[str, Field(max_length=1_000, description="Erased with the person.")]
ReasonCode = Annotated[
    str, Field(pattern=f"^({'|'.join(CorrectionReason)})$", description="Why, in a word of the list.")
]
FormId = Annotated[
    UUID | None,
    Field(description="Of this request: sent again with the same one, it is answered as before."),
]


class CorrectionBody(Schema):
    currency: Currency
    quantity: Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, description="To add; below zero, to take.")]
    reason_code: ReasonCode | None = None
    reason: Reason = ""
    id: FormId = None

    @model_validator(mode="after")
    def changes_something(self) -> "CorrectionBody":
        if not self.quantity:
            raise ValueError("a quantity other than 0 is needed")
        return self


class TransferBody(Schema):
    to: Annotated[
        str, Field(min_length=1, max_length=400, description="Who receives: `card:…`, `customer:…`…")
    ]
    currency: Currency
    quantity: Annotated[int, Field(ge=1, le=AMOUNT_MAX)]
    reason: Reason = ""
    id: FormId = None


class DecisionBody(Schema):
    is_approved: bool


@dataclass(frozen=True, slots=True)
class CorrectionAnswer:
    """``waiting``: it is worth more than one person writes down alone. ``event`` is its id once it is written."""

    status: Literal["written", "waiting", "refused"]
    id: UUID
    event: str | None


@dataclass(frozen=True, slots=True)
class WaitingCorrection:
    """With ``to`` a transfer. ``asked_by`` is the person behind it, of a key its maker; ``null``: the command line."""

    id: UUID
    customer_id: UUID
    to: UUID | None
    currency: str
    quantity: int
    reason_code: str
    reason: str
    asked_by: UUID | None
    asked_key: UUID | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingList:
    """The longest waiting first, at most 200."""

    corrections: list[WaitingCorrection]


@router.post(
    "/customers/{customer_id}/corrections",
    response={200: CorrectionAnswer, 202: CorrectionAnswer},
    summary="Correct a balance",
)
def correct_balance(
    request: HttpRequest, customer_id: CustomerId, body: CorrectionBody, language: Spoken = None
) -> tuple[int, CorrectionAnswer]:
    """Adds or takes units. What is worth more than the programme's `second_person_above` waits (202) until somebody
    else decides on it."""
    caller = caller_at(request, "corrections:write", is_for_stores=False)
    found, programme = _of_programme(caller, customer_id)
    now = clock.now()
    form = body.id or new_id(now)
    code = CorrectionReason(body.reason_code) if body.reason_code else None
    try:
        outcome = corrections.correct(
            found, body.currency, body.quantity, body.reason, code, by=_author(caller), at=now,
            programme=programme, form=form,
        )  # fmt: skip
    except AskedOtherwise:
        raise stop("idempotency_conflict") from None
    return _answered(outcome, form, programme, language_at(request, language))


@router.post(
    "/customers/{customer_id}/transfers",
    response={200: CorrectionAnswer, 202: CorrectionAnswer},
    summary="Give from one member to another",
)
def transfer_balance(
    request: HttpRequest, customer_id: CustomerId, body: TransferBody, language: Spoken = None
) -> tuple[int, CorrectionAnswer]:
    """Within the programme's limits for gifts. What is worth more than its `second_person_above` waits (202) until
    somebody else decides on it."""
    caller = caller_at(request, "customers:write", is_for_stores=False)
    giver, programme = _of_programme(caller, customer_id)
    receiver = customers.by_subject(body.to)
    if not isinstance(receiver, UUID):
        raise stop("invalid_subject" if receiver is not None else "unknown_customer")
    now = clock.now()
    form = body.id or new_id(now)
    try:
        outcome = corrections.transfer(
            giver, receiver, body.currency, body.quantity, body.reason, by=_author(caller), at=now,
            programme=programme, form=form,
        )  # fmt: skip
    except AskedOtherwise:
        raise stop("idempotency_conflict") from None
    return _answered(outcome, form, programme, language_at(request, language))


@router.get("/corrections", response=WaitingList, summary="Corrections to decide on")
def list_waiting_corrections(request: HttpRequest) -> WaitingList:
    """Corrections and transfers that wait for a second person."""
    caller_at(request, "corrections:write", is_for_stores=False)
    return WaitingList(
        [
            WaitingCorrection(
                one.id, one.customer_id, one.receiver_id, one.currency, one.quantity, one.reason_code, one.reason,
                one.asked_by, one.asked_key, one.asked_at,
            )
            for programme in plans.programmes()
            for one in corrections.waiting(programme)
        ]
    )  # fmt: skip


@router.post(
    "/corrections/{correction_id}/decision", response=CorrectionAnswer, summary="Decide on a correction"
)
def decide_on_correction(
    request: HttpRequest,
    correction_id: Annotated[UUID, Path(description="Of a correction or transfer that waits.")],
    body: DecisionBody,
    language: Spoken = None,
) -> CorrectionAnswer:
    """A key decides for the person who made it, and never on what that person asked for, by hand or by a key."""
    caller = caller_at(request, "corrections:write", is_for_stores=False)
    if caller.key.created_by is None:
        raise stop("not_a_person")
    by = Actor(person_id=caller.key.created_by, request_id=caller.request_id)
    try:
        outcome = corrections.decide(correction_id, is_approved=body.is_approved, by=by, at=clock.now())
    except NotTheirs:
        raise stop("own_work", "Whoever asked for it does not decide on it.") from None
    except NoLongerWaiting:
        raise stop("not_waiting") from None
    if outcome is None:
        return CorrectionAnswer("refused", correction_id, None)
    programme = next(iter(plans.programmes()))
    return _answered(outcome, correction_id, programme, language_at(request, language))[1]


def _of_programme(caller: Caller, customer_id: UUID) -> tuple[UUID, str]:
    found = customer_at(caller, customer_id)
    programme = loyalty.programme_of(found)
    if programme is None:
        raise stop("not_a_member")
    return found, programme


def _author(caller: Caller) -> Actor:
    return replace(caller.actor, key_name=caller.key.name)


def _answered(
    outcome: Outcome | Asked, form: UUID, programme: str, language: Language
) -> tuple[int, CorrectionAnswer]:
    match outcome:
        case Asked():
            return 202, CorrectionAnswer("waiting", outcome.id, None)
        case Told():
            return 200, CorrectionAnswer("written", form, outcome.key.id)
        case Refused():
            document = loyalty.versions(programme)[-1].document
            said = refusal(outcome, document, language)
            raise Stopped(
                Problem(
                    409, outcome.code.value, "The programme does not allow it", said, figures=outcome.figures
                )
            )
        case Conflict():
            raise stop(outcome.code)
        case _:
            raise stop("unknown_customer")
