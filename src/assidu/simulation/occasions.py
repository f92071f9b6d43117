"""Birthdays and anniversaries that a plan gives something for, and that nobody was told of.

The clock tells them from the day on which a rule asks for them, and an import has none: on a past that is decided under
another plan they are told as they would have been. Those that are recorded stay as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import psycopg

from assidu.customers.queries import birth_dates
from assidu.decisions.calendar import midnight
from assidu.events.types import EventType
from assidu.loyalty.anniversaries import ANNIVERSARY, BIRTHDAY, asks_for, remembered_on
from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import Recorded

_OCCASIONS = (BIRTHDAY, ANNIVERSARY)
_A_YEAR = timedelta(days=364)
Dates = Mapping[UUID, date]


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one person, or of an account itself: what was told in which year."""

    activity: str
    who: UUID
    year: int


@dataclass(slots=True)
class _Whereabouts:
    """In whose wallet somebody's occasions count: from an instant on in that of an account, or in their own again."""

    since: list[tuple[datetime, UUID]] = field(default_factory=list)

    def at(self, instant: datetime, who: UUID) -> UUID:
        return next((where for since, where in reversed(self.since) if since <= instant), who)


def with_occasions(
    connection: psycopg.Connection[object],
    histories: Iterable[list[Recorded]],
    books: Sequence[PlanBook],
    until: date,
) -> Iterable[list[Recorded]]:
    """The histories, with every birthday and anniversary up to ``until`` that one of ``books`` asks for on its day.

    What is put in has a negative ``seq``, no record and no postings; who is no member on the day gets nothing for it.
    """
    asked = {
        activity
        for book in books
        for version in book.versions
        for activity in _OCCASIONS
        if asks_for(version.plan, activity)
    }
    if not asked:
        return histories
    known = list(histories)
    customers = [history[0].customer_id for history in known]
    dates = {
        BIRTHDAY: birth_dates(connection, customers) if BIRTHDAY in asked else {},
        ANNIVERSARY: _joining_dates(connection, customers) if ANNIVERSARY in asked else {},
    }
    return _put_in(known, list(_missing(known, dates, books, until)))


def _missing(
    histories: Sequence[list[Recorded]],
    dates: Mapping[str, Dates],
    books: Sequence[PlanBook],
    until: date,
) -> Iterator[Recorded]:
    told = {one for history in histories for recorded in history for one in _told(recorded)}
    for history in histories:
        who, whereabouts = history[0].customer_id, _whereabouts(history)
        for activity in _OCCASIONS:
            day_of_it = dates[activity].get(who)
            if day_of_it is None:
                continue
            first = min(one.day for one in history)
            if activity == ANNIVERSARY:
                first = max(first, day_of_it + _A_YEAR)
            for day in remembered_on(day_of_it, first, until):
                at = midnight(day, books[0].versions[-1].plan.zone)
                where = whereabouts.at(at, who)
                if activity == ANNIVERSARY and where != who:
                    continue  # the account's own joining is remembered
                is_asked = any(asks_for(book.at(at), activity) for book in books)
                if is_asked and _Told(activity, who, day.year) not in told:
                    yield _occasion(activity, who, where, day, at)


def _told(recorded: Recorded) -> Iterator[_Told]:
    if recorded.type is EventType.ACTIVITY:
        body = recorded.body()
        if body["activity"] in _OCCASIONS:
            who = UUID(body["member"]) if "member" in body else recorded.customer_id
            yield _Told(body["activity"], who, recorded.day.year)


def _whereabouts(history: Sequence[Recorded]) -> _Whereabouts:
    found = _Whereabouts()
    for one in history:
        if one.type is EventType.ACCOUNT_ENTRY:
            found.since.append((one.at, UUID(one.body()["into"])))
        elif one.type is EventType.ACCOUNT_EXIT:
            found.since.append((one.at, one.customer_id))
    return found


def _occasion(activity: str, who: UUID, where: UUID, day: date, at: datetime) -> Recorded:
    body = {"activity": activity} | ({"member": str(who)} if where != who else {})
    return Recorded(
        customer_id=where,
        seq=-day.toordinal(),
        type=EventType.ACTIVITY,
        at=at,
        recorded_at=at,
        day=day,
        store="",
        channel="",
        amount_minor=0,
        has_happened=True,
        encoded_body=msgspec.json.encode(body).decode(),
        plan_version=0,
        encoded_record="{}",
        postings=(),
    )


def _put_in(histories: Sequence[list[Recorded]], occasions: Sequence[Recorded]) -> list[list[Recorded]]:
    """Each before the first thing that happened later: what was learnt late keeps its turn after what it came after."""
    by_customer: dict[UUID, list[Recorded]] = {}
    for one in sorted(occasions, key=lambda one: one.at):
        by_customer.setdefault(one.customer_id, []).append(one)
    return [_merged(history, by_customer.get(history[0].customer_id, [])) for history in histories]


def _merged(history: list[Recorded], occasions: list[Recorded]) -> list[Recorded]:
    if not occasions:
        return history
    merged, left = [], list(reversed(occasions))
    for one in history:
        while left and left[-1].at < one.at:
            merged.append(left.pop())
        merged.append(one)
    return merged + left[::-1]


def _joining_dates(connection: psycopg.Connection[object], customers: Sequence[UUID]) -> dict[UUID, date]:
    found = connection.execute(
        "SELECT customer_id, joined_on FROM loyalty_member WHERE customer_id = ANY (%s) AND joined_on IS NOT NULL",
        (list(customers),),
    )
    return dict(found.fetchall())  # type: ignore[arg-type]
