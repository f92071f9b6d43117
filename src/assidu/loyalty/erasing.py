"""Erases somebody for good; out of the account that they share, they are taken before, and its wallet stays there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from assidu.customers import actions as customers
from assidu.customers.accounts import account_of, people_of
from assidu.customers.queries import follow
from assidu.customers.types import Erasure
from assidu.decisions.decision import RefusalCode, Refused
from assidu.foundation.people.types import Actor
from assidu.loyalty import accounts
from assidu.loyalty.entries import Told
from assidu.loyalty.queries import programme_of

ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class AccountNotEmpty:
    """Nothing was erased: an account is erased once nobody is in it any more."""

    people: int


def erase(customer_id: UUID, by: Actor, at: datetime) -> Erasure | AccountNotEmpty | None:
    """Forget who a customer is, for good; ``None``: there is no such customer.

    Somebody in an account leaves it with nothing; the last one takes along what the plan says.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        if inside := people_of(customer_id):
            return AccountNotEmpty(len(inside))
        try:
            with transaction.atomic():
                _take_out(customer_id, by, at)
                return customers.erase(customer_id, by, at)
        except customers.StillShared:
            if attempt == ATTEMPTS_MAX:
                raise
            # They entered one between our looks.
    raise AssertionError("the last attempt answers or raises")


def _take_out(customer_id: UUID, by: Actor, at: datetime) -> None:
    person_id, account_id = follow(customer_id), account_of(customer_id)
    if person_id is None or account_id is None:
        return
    programme = programme_of(account_id)
    assert programme is not None, "an account is in the programme's books"
    is_last = len(people_of(account_id)) == 1
    for with_nothing in (False, True) if is_last else (True,):
        outcome = accounts.leave(
            account_id, person_id, by=by, at=at, programme=programme, with_nothing=with_nothing
        )
        if not (isinstance(outcome, Refused) and outcome.code is RefusalCode.SUSPENDED):
            break  # nobody takes anything out of an account that stands still
    assert isinstance(outcome, Told | Refused), "they were in it a moment ago"
