"""Whether a replay still tells of the past as it is: tills go on selling, and history may be imported afterwards."""

from datetime import date, timedelta
from functools import cached_property

from assidu.foundation.sql import rows
from assidu.simulation.types import Report

DAYS_SINCE_MAX = 7
MISSING_MOST_PERCENT = 5


class RecordedByNow:
    """Counted when it is asked for first, once for all the reports that are compared with it."""

    @cached_property
    def last(self) -> date:
        [(last,)] = rows("SELECT max(day) FROM events_event")
        assert isinstance(last, date), "a report tells of something"
        return last

    @cached_property
    def events(self) -> int:
        [(events,)] = rows("SELECT count(*) FROM events_event")
        return int(events)


def is_up_to_date(report: Report, recorded: RecordedByNow | None = None) -> bool:
    """May it decide who must approve? Where it ends a week at most before what is recorded by now, and lacks a
    twentieth of it at most: a replay that had to be of this very minute would never be done in a shop that sells.

    Events are only ever added, so that their number says how much is missing.
    """
    recorded = recorded or RecordedByNow()
    if report.until is None or recorded.last - report.until > timedelta(days=DAYS_SINCE_MAX):
        return False
    missing = recorded.events - report.events
    return missing * 100 <= recorded.events * MISSING_MOST_PERCENT
