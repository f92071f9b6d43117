"""Birthdays, and anniversaries of joining: activities that the calendar brings, once a year for each member.

They are told on their day, or up to a week late when no server ran. Nobody is asked about where no rule of the live
programme gives anything for them.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from assidu.customers.queries import customers_born_on
from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.plan import Plan
from assidu.events.queries import known_ids
from assidu.events.types import CLOCK_SOURCE, EventKey, EventType
from assidu.events.wire import ActivityData, Incoming, Subject
from assidu.loyalty.actions import record
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import programmes
from assidu.loyalty.queries import current_book

BIRTHDAY = "birthday"
ANNIVERSARY = "anniversary"
DAYS_LATE_MAX = 7
_JOINED_SQL = """
SELECT customer_id FROM loyalty_member
 WHERE programme = %s AND membership = 'member' AND joined_on < %s
   AND (extract(month FROM joined_on), extract(day FROM joined_on)) IN (SELECT * FROM unnest(%s::int[], %s::int[]))
"""
_MEMBERS_SQL = """
SELECT born.customer_id FROM unnest(%s::uuid[]) AS born (customer_id)
  LEFT JOIN customers_belonging AS b USING (customer_id)
  JOIN loyalty_member AS m ON m.customer_id = coalesce(b.account_id, born.customer_id)
 WHERE m.programme = %s AND m.membership = 'member'
"""
"""Birthdays are everybody's own, also in an account; the anniversary of its joining is the account's."""


def tell_anniversaries(now: datetime) -> int:
    """Tell every birthday and anniversary of today, and of the days before that were missed; answers how many."""
    told = 0
    for programme in programmes():
        book = current_book(programme)
        assert book is not None, "a programme has a version"
        plan = book.at(now)
        today = local_day(now, plan.zone)
        for days_ago in range(DAYS_LATE_MAX, -1, -1):
            day = today - timedelta(days=days_ago)
            for activity, customers in _due(plan, programme, day):
                told += sum(_tell(activity, customer, day, now, programme, plan) for customer in customers)
    return told


def _due(plan: Plan, programme: str, day: date) -> Iterator[tuple[str, list[UUID]]]:
    """Who has what on ``day`` and was not told yet."""
    for activity, find in ((BIRTHDAY, _born), (ANNIVERSARY, _joined)):
        if asks_for(plan, activity):
            customers = find(programme, day)
            known = known_ids(CLOCK_SOURCE, [_id(activity, customer, day) for customer in customers])
            yield activity, [one for one in customers if _id(activity, one, day) not in known]


def asks_for(plan: Plan, activity: str) -> bool:
    """Does anything in the programme count it?"""
    return activity in plan.activity_rules or (
        plan.engagement is not None and activity in plan.engagement.weights
    )


def _born(programme: str, day: date) -> list[UUID]:
    born = customers_born_on(*_month_days(day))
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS_SQL, (born, programme))
        return sorted(row[0] for row in cursor.fetchall())


def _joined(programme: str, day: date) -> list[UUID]:
    a_year_ago = day - timedelta(days=364)
    with connection.cursor() as cursor:
        cursor.execute(_JOINED_SQL, (programme, a_year_ago, *_month_days(day)))
        return sorted(row[0] for row in cursor.fetchall())


def _month_days(day: date) -> tuple[list[int], list[int]]:
    """The dates that are remembered on ``day``: in a common year, that of 29 February on the 28th too."""
    months, days = [day.month], [day.day]
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
        months.append(2)
        days.append(29)
    return months, days


def remembered_on(day: date, first: date, last: date) -> Iterator[date]:
    """On which days from ``first`` to ``last`` a date is remembered, once a year: as the clock does, that of 29
    February on the 28th in a common year."""
    for year in range(max(first.year, day.year + 1), last.year + 1):
        is_leap_day = (day.month, day.day) == (2, 29) and not isleap(year)
        remembered = date(year, day.month, 28 if is_leap_day else day.day)
        if first <= remembered <= last:
            yield remembered


def _id(activity: str, customer_id: UUID, day: date) -> str:
    return f"{customer_id}:{activity}:{day.year}"


def _tell(activity: str, customer_id: UUID, day: date, now: datetime, programme: str, plan: Plan) -> bool:
    incoming = Incoming(
        EventKey(CLOCK_SOURCE, _id(activity, customer_id, day)),
        EventType.ACTIVITY,
        midnight(day, plan.zone),
        Subject("customer", str(customer_id)),
        ActivityData(activity=activity),
    )
    outcome = record(incoming, now, programme=programme)
    return isinstance(outcome, Told) and outcome.is_new
