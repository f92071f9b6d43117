"""Missions and streaks: what adds up over several occasions. Everything is counted, so that returns and mergers add up.

Counters are named ``goal:<rule>:<item>:<first day of the period>``. The item ``given`` marks a period in which the goal
was rewarded; ``#`` is how many different items there are, where these are what is counted.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from assidu.decisions.calendar import Period, period_start, previous_period
from assidu.decisions.decision import Count, ReasonCode
from assidu.decisions.plan import EarnRule, GoalMeasure
from assidu.decisions.values import value_type

GOAL = "goal:"
_DIFFERENT = "#"
_DAY_LENGTH = len(":2026-01-01")
_DISTINCT = frozenset({GoalMeasure.DEPARTMENTS, GoalMeasure.DAYS})


@value_type(frozen=True, slots=True)
class Progress:
    """Where a customer stands after the occasion: ``done`` of the target in this period. ``refusal`` is why the rule
    does not give now, ``read`` what was looked at and ``counts`` how the counters move, whether it gives or not."""

    done: int
    refusal: ReasonCode | None
    read: Mapping[str, int]
    counts: tuple[Count, ...]


def progress(rule: EarnRule, counters: Mapping[str, int], day: date, items: Mapping[str, int]) -> Progress:
    """``items`` is what this occasion brings: ``{"": 1}`` purchase, ``{"": 4200}`` cents, ``{"dairy": 1}``…"""
    goal = rule.goal
    assert goal is not None
    start, *earlier = _starts(goal.period, day, goal.in_a_row)
    begin = f"{GOAL}{rule.code}:"
    is_distinct = goal.measure in _DISTINCT
    number = f"{begin}{_DIFFERENT if is_distinct else ''}:"
    find = counters.get
    name = number + start
    done = find(name, 0)
    read = {name: done}
    counts = []
    new_items = 0
    for item, quantity in items.items():
        # A department or a day has a sign before it, which keeps a department called "given" apart.
        name = f"{begin}={item}:{start}" if item else f"{begin}:{start}"
        known = read[name] = find(name, 0)
        counts.append(Count(name, quantity))
        if not is_distinct:
            done += quantity
        elif known <= 0:
            done += 1
            new_items += 1
    if new_items:
        counts.append(Count(number + start, new_items))
    if done < goal.target:
        return Progress(done, ReasonCode.GOAL_NOT_REACHED, read, tuple(counts))
    given = f"{begin}given:"
    refusal = None
    if _look(given + start, counters, read) > 0:
        refusal = ReasonCode.GOAL_ALREADY_REACHED
    for before in earlier:
        if refusal is not None:
            break
        is_new = _look(given + before, counters, read) <= 0
        if not is_new or _look(number + before, counters, read) < goal.target:
            refusal = ReasonCode.GOAL_NOT_REACHED
    if refusal is None:
        counts.append(Count(given + start, 1))
    return Progress(done, refusal, read, tuple(counts))


def periods_in_a_row(rule: EarnRule, counters: Mapping[str, int], day: date) -> int:
    """How many periods of a streak are complete where that of ``day`` is; one that was rewarded begins it anew."""
    goal = rule.goal
    assert goal is not None
    begin = f"{GOAL}{rule.code}:"
    number = f"{begin}{_DIFFERENT if goal.measure in _DISTINCT else ''}:"
    reached = 1
    for before in _starts(goal.period, day, goal.in_a_row)[1:]:
        if counters.get(f"{begin}given:{before}", 0) > 0 or counters.get(number + before, 0) < goal.target:
            break
        reached += 1
    return reached


def _look(name: str, counters: Mapping[str, int], read: dict[str, int]) -> int:
    value = read[name] = counters.get(name, 0)
    return value


@lru_cache(maxsize=4096)  # every ticket of a day asks for the same few
def _starts(period: Period, day: date, count: int) -> tuple[str, ...]:
    """The first day of the period of ``day``, and those of the periods before it."""
    found = [period_start(period, day)]
    while len(found) < count:
        found.append(previous_period(period, found[-1]))
    return tuple(start.isoformat() for start in found)


def changed(before: tuple[Count, ...], after: tuple[Count, ...], counters: Mapping[str, int]) -> list[Count]:
    """What a return takes back of what its ticket had added to goals; ``counters`` as they are now.

    An item that other tickets brought too is still there without this one.
    """
    left: dict[str, int] = {}
    for sign, counts in ((1, after), (-1, before)):
        for name, change in counts:
            if name.startswith(GOAL) and not is_number_of_items(name):
                left[name] = left.get(name, 0) + sign * change
    for name, change in list(left.items()):
        known = counters.get(name, 0)
        if _is_item(name) and (known > 0) != (known + change > 0):
            different = _different(name)
            left[different] = left.get(different, 0) + (1 if change > 0 else -1)
    return [Count(name, change) for name, change in left.items() if change]


def brought(mine: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, int]:
    """How the numbers of different items change when everything ``theirs`` is added to ``mine``: none counts twice."""
    found: dict[str, int] = {}
    for name, value in theirs.items():
        if name.startswith(GOAL) and _is_item(name) and value > 0 and mine.get(name, 0) <= 0:
            different = _different(name)
            found[different] = found.get(different, 0) + 1
    return found


def taken(mine: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, int]:
    """How many different items are no longer there when everything ``theirs`` is taken from ``mine``."""
    found: dict[str, int] = {}
    for name, value in theirs.items():
        if name.startswith(GOAL) and _is_item(name) and 0 < mine.get(name, 0) <= value:
            different = _different(name)
            found[different] = found.get(different, 0) + 1
    return found


def is_number_of_items(counter: str) -> bool:
    return counter.startswith(GOAL) and counter.split(":", 2)[2] == _DIFFERENT + counter[-_DAY_LENGTH:]


def _is_item(counter: str) -> bool:
    """``goal:<rule>:=<item>:<day>``: a code has no equals sign, an item may have anything."""
    return counter.split(":", 2)[2].startswith("=")


def _different(counter: str) -> str:
    """The number of different items that one item belongs to."""
    rule = counter.split(":", 2)[1]
    return f"{GOAL}{rule}:{_DIFFERENT}{counter[-_DAY_LENGTH:]}"
