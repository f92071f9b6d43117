"""Households and companies in the programme: opened, entered, left; what whoever leaves would take along.

Each writes both sides, the line in the trail, and what people are in it, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from assidu.customers import queries as customers
from assidu.customers.accounts import AccountRole, open_account, set_roles
from assidu.customers.actions import write_profile
from assidu.customers.identifiers import parse_subject
from assidu.customers.types import (
    CustomerKind,
    Identifier,
    IdentifierKind,
    NotAnIdentifier,
    Profile,
    ProfileRecord,
)
from assidu.decisions.decision import Account, Decision, Refused
from assidu.decisions.state import AccountKind
from assidu.events.types import EventKey, EventType
from assidu.events.wire import AccountData, AdmissionData, DepartureData, Incoming, Subject
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.actions import STAFF_SOURCE
from assidu.loyalty.entries import Conflict, Outcome, Told

_KNOWN_SQL = (
    "SELECT e.customer_id, e.seq, e.type, e.body ->> 'kind' FROM events_key AS k "
    "JOIN events_event AS e ON e.customer_id = k.customer_id AND e.seq = k.seq WHERE k.source = %s AND k.id = %s"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A household or a company, now or before."""

    account_id: UUID
    key: EventKey
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody would take along today; of ``lost``, nobody has anything."""

    taken: tuple["Part", ...]
    lost: tuple["Part", ...]
    closes: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Some units; ``active_on``: they wait until that day."""

    currency: str
    quantity: int
    expires_on: date | None
    active_on: date | None


@transaction.atomic
def open_(
    kind: AccountKind,
    name: str,
    *,
    by: Actor | None,
    at: datetime,
    programme: str,
    store: str = "",
    external: Identifier | None = None,
    event_id: UUID | None = None,
) -> Opened | Refused | Conflict:
    """An account with nobody in it. ``external`` is what another system calls it.

    Sent again with the same ``event_id``, or for the same ``external``, it answers the account that there is.
    """
    assert external is None or external.kind is IdentifierKind.EXTERNAL
    key = EventKey(STAFF_SOURCE, str(event_id or new_id(at)))
    _wait_for(key, external)
    for account_id, _, type_, its_kind in rows(_KNOWN_SQL, [key.source, key.id]):
        is_same = (type_, its_kind) == (EventType.ACCOUNT_OPENING.value, kind.value)
        return Opened(account_id, key, is_new=False) if is_same else Conflict(key)
    if external is not None and (known := customers.by_identifier(external)) is not None:
        found = customers.customer(known)
        is_same = found is not None and found.kind.value == kind.value
        return Opened(known, key, is_new=False) if is_same else Conflict(key)
    account_id = open_account(CustomerKind(kind), name, at, store=store)
    if external is not None:
        written = Profile(external=external.value)
        write_profile(ProfileRecord(written, STAFF_SOURCE, subject=account_id), at)
    incoming = Incoming(
        key, EventType.ACCOUNT_OPENING, at, Subject("customer", str(account_id)), AccountData(kind=kind)
    )
    outcome = actions.record(incoming, at, programme=programme, by=by)
    if isinstance(outcome, Told):
        _leave_line(by, "account.opened", outcome, {"kind": kind.value})
        return Opened(account_id, key)
    transaction.set_rollback(True)
    assert isinstance(outcome, Refused), "nobody was called so before"
    return outcome


@transaction.atomic
def enter(
    account_id: UUID,
    member: Subject,
    reason: str = "",
    *,
    by: Actor | None,
    at: datetime,
    programme: str,
    roles: Sequence[AccountRole] = (),
    event_id: UUID | None = None,
) -> Outcome | NotAnIdentifier:
    """Somebody enters an account with everything that they have. ``reason`` is erased with them."""
    if isinstance(named := parse_subject(str(member)), NotAnIdentifier):
        return named
    data = AdmissionData(member=str(member), reason=reason)
    outcome = actions.own_event(account_id, EventType.ADMISSION, data, at, programme, event_id, by)
    if isinstance(outcome, Told) and outcome.is_new:
        person_id = member_told_of(outcome)
        _leave_line(by, "account.member_added", outcome, {"member": str(person_id)})
        if roles:
            set_roles(person_id, roles, by)
    return outcome


@transaction.atomic
def leave(
    account_id: UUID,
    person_id: UUID,
    reason: str = "",
    *,
    by: Actor,
    at: datetime,
    programme: str,
    with_nothing: bool = False,
    event_id: UUID | None = None,
) -> Outcome:
    """Somebody leaves an account with what the plan gives them, or renounces it. ``reason`` is erased with them."""
    data = DepartureData(member=f"customer:{person_id}", with_nothing=with_nothing, reason=reason)
    outcome = actions.own_event(account_id, EventType.DEPARTURE, data, at, programme, event_id, by)
    if isinstance(outcome, Told) and outcome.is_new:
        _leave_line(by, "account.member_removed", outcome, {"member": str(member_told_of(outcome))})
    return outcome


def share_of(
    account_id: UUID, person_id: UUID, at: datetime, *, programme: str, with_nothing: bool = False
) -> Share | Outcome:
    """What they would take along, leaving now; nothing is changed."""
    data = DepartureData(member=f"customer:{person_id}", with_nothing=with_nothing)
    subject = Subject("customer", str(account_id))
    incoming = Incoming(EventKey(STAFF_SOURCE, str(new_id(at))), EventType.DEPARTURE, at, subject, data)
    outcome = actions.evaluate(incoming, at, programme=programme)
    assert not isinstance(outcome, NotAnIdentifier), "an id needs no reading"
    if not isinstance(outcome, Told):
        return outcome
    return share_in(outcome.decision)


def share_in(decision: Decision) -> Share:
    """What was decided of whoever leaves."""
    move = decision.account
    return Share(
        _parts(decision, Account.IN_TRANSIT),
        _parts(decision, Account.FORFEITED),
        closes=move is not None and move.closes,
    )


def member_told_of(told: Told) -> UUID:
    """Who entered or left."""
    move = told.decision.account
    assert move is not None, "somebody enters or leaves"
    return UUID(move.enters or move.leaves)


def _parts(decision: Decision, target: Account) -> tuple[Part, ...]:
    return tuple(
        Part(p.currency, p.quantity, p.lot.expires_on, p.active_on)
        for p in decision.postings
        if p.target is target and p.lot is not None
    )


def _wait_for(key: EventKey, external: Identifier | None) -> None:
    """Whoever sends the same at the same instant waits here until the first is written."""
    with connection.cursor() as cursor:
        for name in sorted((f"{key.source}:{key.id}", *([f"account:{external.value}"] if external else []))):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _leave_line(by: Actor | None, action: str, told: Told, after: dict[str, object]) -> None:
    """What a key does by hand left its line where it was posted; a file leaves its own."""
    if by is not None and by.key_id is None:
        people.record(by, action, "customer", str(told.customer_id), after={**after, "event": told.key.id})


__all__ = ["Opened", "Part", "Share", "enter", "leave", "member_told_of", "open_", "share_in", "share_of"]
