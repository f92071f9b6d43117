"""Whether a replay still tells of the past as it is: tills go on selling, and history may be imported afterwards."""

from datetime import timedelta

from assidu.foundation.sql import rows
from assidu.simulation.types import Report

DAYS_SINCE_MAX = 7
MISSING_MOST_PERCENT = 5


def is_up_to_date(report: Report) -> bool:
    """May it decide who must approve? Where it ends a week at most before what is recorded by now, and lacks a
    twentieth of it at most: a replay that had to be of this very minute would never be done in a shop that sells.

    Events are only ever added, so that their number says how much is missing.
    """
    [(last,)] = rows("SELECT max(day) FROM events_event")
    if report.until is None or last - report.until > timedelta(days=DAYS_SINCE_MAX):
        return False
    [(recorded,)] = rows("SELECT count(*) FROM events_event")
    missing = recorded - report.events
    return bool(missing * 100 <= recorded * MISSING_MOST_PERCENT)
