"""Memberships: who accepted which terms, and the codes by which members bring others."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from ninja import Router

from assidu.api.door import caller_at, looked_at, stop
from assidu.api.parameters import CustomerId
from assidu.foundation import clock
from assidu.foundation.people.actions import record
from assidu.loyalty import plans, queries
from assidu.loyalty.memberships import accepted_terms
from assidu.loyalty.referral import code_of, referral_standing

router = Router(tags=["Customers"])


@dataclass(frozen=True, slots=True)
class TermsVersion:
    """A version of the terms; ``accepted`` is how many members accepted it last, the suspended ones too."""

    version: str
    first_day: date | None
    url: str
    is_in_force: bool
    accepted: int


@dataclass(frozen=True, slots=True)
class TermsList:
    """``unknown``: members of whom no version is known."""

    programme: str
    versions: list[TermsVersion]
    unknown: int


@dataclass(frozen=True, slots=True)
class ReferralAnswer:
    """``step`` is how far their own referral is, where somebody brought them: ``waiting``, ``bought``, ``kept`` or
    ``void``. ``brought`` is how many they brought who kept a purchase, ``rewarded`` for how many they were given
    something. Nobody is named."""

    customer_id: UUID
    code: str
    step: str | None
    brought: int
    rewarded: int


@router.get("/terms", response=TermsList, summary="The terms, and who accepted which")
def list_terms(request: HttpRequest) -> TermsList:
    """Every version that the programme in force declares, and any other that members accepted before."""
    caller_at(request, "plan:read")
    known = plans.programmes()
    book = queries.current_book(known[0]) if known else None
    if book is None:
        raise stop("no_programme")
    found = accepted_terms(known[0], clock.now())
    return TermsList(
        known[0],
        [
            TermsVersion(one.version, one.first_day, one.url, one.is_in_force, one.accepted)
            for one in found.versions
        ],
        found.unknown,
    )


@router.get("/customers/{customer_id}/referral", response=ReferralAnswer, summary="Bringing others")
def read_referral(request: HttpRequest, customer_id: CustomerId) -> ReferralAnswer:
    """A member's code, if one was made, how far their own referral is, and how many they brought."""
    caller = caller_at(request, "customers:read")
    return _referral(looked_at(caller, customer_id, "api.referral"))


@router.post("/customers/{customer_id}/referral", response=ReferralAnswer, summary="A code to bring others")
def make_referral_code(request: HttpRequest, customer_id: CustomerId) -> ReferralAnswer:
    """Makes the member's code, or answers the one that there is."""
    caller = caller_at(request, "customers:write")
    found = looked_at(caller, customer_id, "api.referral")
    with transaction.atomic():
        had = referral_standing(found).code
        code = code_of(found, clock.now())
        if code is None:
            raise stop("not_a_member")
        if not had:
            record(caller.actor, "referral.code_given", "customer", str(found))
    return _referral(found)


def _referral(customer_id: UUID) -> ReferralAnswer:
    standing = referral_standing(customer_id)
    step = None if standing.step is None else standing.step.value
    return ReferralAnswer(customer_id, standing.code, step, standing.brought, standing.rewarded)
