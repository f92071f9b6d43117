"""Households and companies: opened, entered, left, and who is in them."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from assidu.api import answers, types
from assidu.api.asked import programme_in_service
from assidu.api.door import Stopped, caller_at, customer_at, looked_at, stop
from assidu.api.parameters import Spoken, language_at
from assidu.customers import queries as customers
from assidu.customers.accounts import ROLES, AccountRole, belonging_of, people_of, set_roles
from assidu.customers.identifiers import normalise
from assidu.customers.types import IdentifierKind, NotAnIdentifier
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.state import AccountKind
from assidu.events.wire import NAME_LENGTH_MAX, Subject
from assidu.foundation import clock
from assidu.foundation.problems import Problem
from assidu.loyalty import accounts
from assidu.loyalty import queries as loyalty
from assidu.loyalty.accounts import Opened, Share
from assidu.loyalty.entries import Conflict, Outcome, Told
from assidu.plans.wording import Language, refusal

router = Router(tags=["Accounts"])

NEVER = frozenset({RefusalCode.NO_SUCH_ACCOUNTS, RefusalCode.NOT_AN_ACCOUNT, RefusalCode.NOT_A_PERSON})
"""What could never be; any other refusal is of the present state."""
AccountId = Annotated[UUID, Path(description="The id of the household or the company.")]
MemberId = Annotated[UUID, Path(description="The id of somebody who is in it.")]
RequestId = Annotated[
    UUID | None,
    Field(description="Of this request: sent again with the same one, it is answered as before."),
]
Roles = Annotated[list[AccountRole], Field(max_length=len(AccountRole))]


class AccountBody(Schema):
    kind: AccountKind
    name: Annotated[str, Field(max_length=200, description="Personal data like anybody's name.")] = ""
    store: Annotated[str, Field(max_length=NAME_LENGTH_MAX)] = ""
    external: Annotated[
        str,
        Field(max_length=261, description="`source:id`: how another system calls it; it finds the account."),
    ] = ""
    id: RequestId = None


class MemberBody(Schema):
    """``member`` is named as an event's subject is."""

    member: Annotated[
        str, Field(min_length=1, max_length=400, description="`card:…`, `phone:…`, `customer:…`…")
    ]
    roles: Roles = []
    reason: Annotated[str, Field(max_length=1_000, description="Erased with the person.")] = ""
    id: RequestId = None


class RolesBody(Schema):
    roles: Roles


@router.post("/accounts", response=types.OpenedAccount, summary="Open a household or a company")
def open_account(request: HttpRequest, body: AccountBody, language: Spoken = None) -> types.OpenedAccount:
    """With nobody in it, if the programme has accounts of this kind. Sent again with the same `id`, or for the same
    `external`, it answers the account that there is."""
    caller = caller_at(request, "customers:write", is_for_stores=False)
    external = None
    if body.external:
        named = normalise(IdentifierKind.EXTERNAL, body.external)
        if isinstance(named, NotAnIdentifier):
            raise stop("invalid_subject", "Write it as source:id.")
        external = named
    programme = programme_in_service()
    outcome = accounts.open_(
        body.kind, body.name, by=caller.author, at=clock.now(), programme=programme, store=body.store,
        external=external, event_id=body.id,
    )  # fmt: skip
    if not isinstance(outcome, Opened):
        raise _stopped(outcome, programme, language_at(request, language))
    return types.OpenedAccount("created" if outcome.is_new else "exists", outcome.account_id)


@router.get("/accounts/{account_id}", response=types.Account, summary="A household or a company")
def read_account(request: HttpRequest, account_id: AccountId, language: Spoken = None) -> types.Account:
    """Who is in it, in the order in which they came, and what they share. Each look is kept in the trail."""
    caller = caller_at(request, "customers:read")
    found = customers.customer(looked_at(caller, account_id, "api.account"))
    if found is None or not found.is_account:
        raise stop("not_an_account")
    standing = loyalty.standing(found.customer_id, clock.now())
    phrases = answers.phrases_for(standing, language_at(request, language))
    return answers.account(found, people_of(found.customer_id), standing, phrases)


@router.post("/accounts/{account_id}/members", response=types.Entered, summary="Take somebody in")
def add_member(
    request: HttpRequest, account_id: AccountId, body: MemberBody, language: Spoken = None
) -> types.Entered:
    """They enter with everything that they have. The same as `Account Member Added` on /v1/events."""
    caller = caller_at(request, "customers:write", is_for_stores=False)
    account, programme = _account(account_id)
    _check_roles(account, body.roles)
    kind, _, value = body.member.partition(":")
    outcome = accounts.enter(
        account, Subject(kind, value), body.reason, by=caller.author, at=clock.now(), programme=programme,
        roles=body.roles, event_id=body.id,
    )  # fmt: skip
    told = _told(outcome, programme, language_at(request, language))
    return types.Entered(_status(told), told.customer_id, accounts.member_told_of(told), told.seq)


@router.get(
    "/accounts/{account_id}/members/{member_id}/share",
    response=types.Share,
    summary="What they would take along",
)
def read_share(
    request: HttpRequest, account_id: AccountId, member_id: MemberId, language: Spoken = None
) -> types.Share:
    """What somebody would take along today, and what would be lost, were they to leave; nothing is changed."""
    caller = caller_at(request, "customers:read")
    account, programme = _account(customer_at(caller, account_id))
    share = accounts.share_of(account, member_id, clock.now(), programme=programme)
    if not isinstance(share, Share):
        raise _stopped(share, programme, language_at(request, language))
    return answers.share(share)


@router.put("/accounts/{account_id}/members/{member_id}", response=types.AccountMember, summary="Their roles")
def write_roles(
    request: HttpRequest, account_id: AccountId, member_id: MemberId, body: RolesBody
) -> types.AccountMember:
    """What somebody is in their household (holder, member) or company (prescriber, requester, decider, buyer, payer,
    user); those that are not named they no longer have."""
    caller = caller_at(request, "customers:write", is_for_stores=False)
    account, _programme = _account(account_id)
    _check_roles(account, body.roles)
    known = belonging_of(member_id)
    if known is None or known.account_id != account:
        raise stop("unknown_member")
    set_roles(member_id, body.roles, caller.author)
    known = belonging_of(member_id)
    assert known is not None, "read a moment ago"
    return answers.account_member(known)


@router.delete("/accounts/{account_id}/members/{member_id}", response=types.Left, summary="Take somebody out")
def remove_member(
    request: HttpRequest,
    account_id: AccountId,
    member_id: MemberId,
    with_nothing: Annotated[
        bool, Query(False, description="They renounce the share that the programme gives them.")
    ] = False,
    request_id: Annotated[UUID | None, Query(None, alias="id", description="Of this request.")] = None,
    language: Spoken = None,
) -> types.Left:
    """They leave with what the programme gives them, as `share` tells it before. The same as `Account Member Removed`
    on /v1/events, where a reason can be given."""
    caller = caller_at(request, "customers:write", is_for_stores=False)
    account, programme = _account(account_id)
    outcome = accounts.leave(
        account, member_id, by=caller.author, at=clock.now(), programme=programme, with_nothing=with_nothing,
        event_id=request_id,
    )  # fmt: skip
    told = _told(outcome, programme, language_at(request, language))
    return types.Left(
        _status(told),
        told.customer_id,
        accounts.member_told_of(told),
        told.seq,
        answers.share(accounts.share_in(told.decision)),
    )


def _status(told: Told) -> Literal["created", "exists"]:
    return "created" if told.is_new else "exists"


def _account(account_id: UUID) -> tuple[UUID, str]:
    """The account and its programme; nothing else than an account is meant here."""
    found = customers.customer(account_id)
    if found is None:
        raise stop("unknown_customer")
    programme = loyalty.programme_of(account_id)
    if not found.is_account or programme is None:
        raise stop("not_an_account")
    if found.is_erased:
        raise stop("erased_customer")
    return account_id, programme


def _check_roles(account_id: UUID, roles: list[AccountRole]) -> None:
    found = customers.customer(account_id)
    assert found is not None, "read a moment ago"
    known = ROLES[found.kind]
    if not set(roles) <= set(known):
        raise stop("unknown_role", f"A {found.kind.value} knows {', '.join(known)}.")


def _told(outcome: Outcome | NotAnIdentifier, programme: str, language: Language) -> Told:
    if isinstance(outcome, Told):
        return outcome
    raise _stopped(outcome, programme, language)


def _stopped(outcome: Outcome | NotAnIdentifier, programme: str, language: Language) -> Stopped:
    match outcome:
        case Refused():
            words = refusal(outcome, loyalty.versions(programme)[-1].document, language)
            status = 422 if outcome.code in NEVER else 409
            return Stopped(
                Problem(
                    status,
                    outcome.code.value,
                    "The programme does not allow it",
                    words,
                    figures=outcome.figures,
                )
            )
        case Conflict():
            return stop(outcome.code)
        case NotAnIdentifier():
            return stop("invalid_subject")
        case _:
            return stop("unknown_customer")
