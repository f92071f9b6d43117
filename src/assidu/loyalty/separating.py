"""Undoes a merger: two records that were taken for one person, and are not.

What is left of what the absorbed record brought goes back to it with its dates; its identifiers find it again; both
time lines tell. Purchases made since stay with the survivor. Where the survivor was in an account it is undone there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import transaction

from assidu.customers import resolve
from assidu.customers.accounts import kinds_of
from assidu.customers.queries import counts_as
from assidu.customers.types import CustomerKind
from assidu.customers.vault import Vault
from assidu.customers.words import Said
from assidu.decisions import evolve
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.events import Activity, AudienceChange
from assidu.decisions.separating import separation_of
from assidu.decisions.state import State
from assidu.events.bodies import body_of
from assidu.events.types import EventKey, EventType, Fact
from assidu.foundation.ids import new_id
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_connection, raw_rows, rows
from assidu.loyalty.actions import STAFF_SOURCE, NoProgramme
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Desk, Member, NoQuotas
from assidu.loyalty.entries import UnknownCustomer
from assidu.loyalty.live import RECORD
from assidu.loyalty.personal import write_personal
from assidu.loyalty.queries import current_book, programme_of
from assidu.loyalty.recorded import Recorded, history_of
from assidu.loyalty.rows import member_from, record_columns
from assidu.loyalty.script import run_script

_LOCK_SQL = (
    "SELECT customer_id, wallet_id, seq, state::text, last_purchase, lots::text, debts::text "
    "FROM loyalty_lock($1::uuid[])"
)
_MERGED_SQL = "SELECT merged_into, erased_at FROM customers_customer WHERE customer_id = %s"
_KNOWN_SQL = "SELECT customer_id FROM events_key WHERE source = %s AND id = %s"
_ABSORBED_SQL = (
    "SELECT e.customer_id, (e.body ->> 'into')::uuid FROM customers_customer AS c "
    f"JOIN events_event AS e ON e.customer_id = c.customer_id AND e.type = '{EventType.ABSORPTION.value}' "
    "WHERE c.merged_into = %s ORDER BY e.customer_id, e.seq"
)


@dataclass(frozen=True, slots=True)
class Separated:
    """Two records again: ``absorbed`` is found under its own identifiers."""

    survivor: UUID
    absorbed: UUID
    key: EventKey
    is_new: bool = True


@transaction.atomic
def unmerge(
    absorbed: UUID, reason: str, *, by: Actor, at: datetime, event_id: UUID | None = None
) -> Separated | Refused | UnknownCustomer:
    """Undo the last merger of a record that was absorbed. ``reason`` is erased with the survivor; ``at`` is now.

    Sent again with the same ``event_id``, it answers that it is done.
    """
    key = EventKey(STAFF_SOURCE, str(event_id or new_id(at)))
    if known := rows(_KNOWN_SQL, [key.source, key.id]):
        return Separated(known[0][0], absorbed, key, is_new=False)
    found = rows(_MERGED_SQL, [absorbed])
    if not found or found[0][1] is not None:
        return UnknownCustomer()
    survivor = found[0][0]
    if survivor is None:
        return Refused(RefusalCode.NOT_MERGED)
    keeper = counts_as(survivor)
    members = {row[0]: member_from(*row) for row in raw_rows(_LOCK_SQL, ([keeper, survivor, absorbed],))}
    if rows(_MERGED_SQL, [absorbed])[0][0] != survivor or counts_as(survivor) != keeper:
        return Refused(RefusalCode.NOT_MERGED)  # somebody else undid it while we waited
    histories = {history[0].customer_id: history for history in _histories([keeper, absorbed])}
    into = UUID(_last(histories[absorbed], EventType.ABSORPTION).body()["into"])
    if into not in (survivor, keeper):
        # Their survivor was absorbed since: that merger is undone first. Or left the account that took them in.
        is_account = kinds_of([into])[into] is not CustomerKind.PERSON
        return Refused(RefusalCode.NOT_IN_ACCOUNT if is_account else RefusalCode.ABSORBED)
    if into != keeper:
        return Refused(RefusalCode.IN_ACCOUNT)  # what it brought lies with the others' in the account
    return _separate(members[keeper], members[absorbed], survivor, histories, key, reason, by, at)


def _separate(
    survivor: Member,
    absorbed: Member,
    person_id: UUID,
    histories: Mapping[UUID, Sequence[Recorded]],
    key: EventKey,
    reason: str,
    by: Actor,
    at: datetime,
) -> Separated | Refused:
    programme = programme_of(survivor.customer_id)
    book = current_book(programme) if programme else None
    if book is None:
        raise NoProgramme(programme)
    merger = next(
        one
        for one in reversed(histories[survivor.customer_id])
        if one.type is EventType.MERGER and one.body()["absorbed"] == str(absorbed.customer_id)
    )
    left_at = _last(histories[absorbed.customer_id], EventType.ABSORPTION).seq
    before = _folded(histories[absorbed.customer_id], left_at - 1)
    own = _folded(histories[survivor.customer_id], merger.seq - 1)
    since = [one for one in histories[survivor.customer_id] if one.seq > merger.seq]
    event = separation_of(merger.decision(), own, at, _told_since(since, book))
    fact = Fact(key, EventType.SEPARATION, event, body_of(event))
    if by.person_id is not None:
        fact = replace(fact, body={**fact.body, "by": str(by.person_id)})
    elif by.key_id is not None:
        fact = replace(fact, body={**fact.body, "key": {"id": str(by.key_id), "name": by.key_name}})
    if reason:
        fact = replace(fact, body={**fact.body, "sealed": ["reason"]})
    desk = Desk(book, NoQuotas(), lambda *_: None, at)
    done = desk.separate(survivor, absorbed, fact, before)
    if isinstance(done, Refused):
        return done
    last = {member.customer_id: member.last_purchase for member in (survivor, absorbed)}
    cursor = psycopg.RawCursor(raw_connection())
    cursor.execute(RECORD, record_columns(desk.gathered, last, book.programme))
    if reason:
        said = [Said(survivor.customer_id, done.seq, person_id, {"reason": reason})]
        run_script(write_personal(said, Vault(current_settings().vault_key)))
    theirs = _absorbed_by(absorbed.customer_id, person_id)
    cursor.execute(resolve.UNALIAS, (absorbed.customer_id, person_id, theirs))
    return Separated(person_id, absorbed.customer_id, key)


def _histories(customers: Sequence[UUID]) -> list[list[Recorded]]:
    return list(history_of(raw_connection(), customers))


def _last(history: Sequence[Recorded], type_: EventType) -> Recorded:
    return next(one for one in reversed(history) if one.type is type_)


def _folded(history: Sequence[Recorded], last_seq: int) -> State:
    state = State()
    for recorded in history:
        if recorded.seq > last_seq:
            break
        state = evolve(state, recorded.decision())
    return state


def _told_since(since: Sequence[Recorded], book: PlanBook) -> set[str]:
    """The audiences that an answer, or staff, decided on."""
    told: set[str] = set()
    for recorded in since:
        if recorded.type not in (EventType.ACTIVITY, EventType.AUDIENCE_CHANGE):
            continue
        match recorded.event():
            case Activity() as activity:
                asked = book.version(recorded.plan_version).answers
                told.update(*(asked.get(question, ()) for question, _given in activity.answers))
            case AudienceChange() as change:
                told.add(change.audience)
    return told


def _absorbed_by(customer: UUID, survivor: UUID) -> list[UUID]:
    """Among those who lead to ``survivor``, whoever came by way of ``customer``."""
    into: dict[UUID, UUID] = dict(rows(_ABSORBED_SQL, [survivor]))

    def came_by(one: UUID) -> bool:
        for _ in range(len(into)):
            following = into.get(one)
            if following == customer:
                return True
            if following is None:
                return False
            one = following
        return False

    return [one for one in into if one != customer and came_by(one)]
