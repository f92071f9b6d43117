"""Everything of this room that writes: the sums of months, which are kept before anybody asks for them."""

from collections.abc import Callable
from datetime import date, timedelta

from assidu.measurement.queries import first_day, last_day
from assidu.measurement.sums import stretches


def keep_months(today: date, watch: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Add up the months that are over and whose sums are not kept, or no longer right; answers how many there are.

    Whoever reads figures would do it for the months that they ask for, and wait. ``watch`` is told how many months
    are done, of how many.
    """
    first, last = first_day(), last_day()
    if first is None or last is None:
        return 0
    months = list(_months(first, min(last, today.replace(day=1) - timedelta(days=1))))
    for done, (month, end) in enumerate(months):
        watch(done, len(months))
        stretches(month, end)
    watch(len(months), len(months))
    return len(months)


def _months(first: date, last: date) -> list[tuple[date, date]]:
    """The calendar months from the one of ``first`` to the one of ``last``: their first and last days."""
    found = []
    month = first.replace(day=1)
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        found.append((month, following - timedelta(days=1)))
        month = following
    return found
