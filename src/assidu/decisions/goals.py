"""Missions and streaks: what adds up over several occasions. Everything is counted, so that returns and mergers add up.

Counters are named ``goal:<rule>:<item>:<first day of the period>``. The item ``given`` marks a period in which the goal
was rewarded; ``#`` is how many different items there are, where these are what is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assidu.decisions.calendar import period_start, previous_period
from assidu.decisions.decision import Count, ReasonCode
from assidu.decisions.plan import EarnRule, Goal, GoalMeasure

GOAL = "goal:"
_DIFFERENT = "#"
_DAY_LENGTH = len(":2026-01-01")
_DISTINCT = frozenset({GoalMeasure.DEPARTMENTS, GoalMeasure.DAYS})


@dataclass(frozen=True, slots=True)
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
    start = period_start(goal.period, day)
    read: dict[str, int] = {}
    before = _done(rule, goal, counters, start, read)
    done = before
    counts = []
    new_items = 0
    for item, quantity in items.items():
        name = _name(rule, f"={item}" if item else "", start)
        known = read[name] = counters.get(name, 0)
        counts.append(Count(name, quantity))
        if goal.measure not in _DISTINCT:
            done += quantity
        elif known <= 0:
            done += 1
            new_items += 1
    if new_items:
        counts.append(Count(_name(rule, _DIFFERENT, start), new_items))
    refusal = None if done >= goal.target else ReasonCode.GOAL_NOT_REACHED
    if refusal is None and _is_given(rule, counters, start, read):
        refusal = ReasonCode.GOAL_ALREADY_REACHED
    earlier = start
    for _ in range(1, goal.in_a_row):
        if refusal is not None:
            break
        earlier = previous_period(goal.period, earlier)
        is_new = not _is_given(rule, counters, earlier, read)
        if not is_new or _done(rule, goal, counters, earlier, read) < goal.target:
            refusal = ReasonCode.GOAL_NOT_REACHED
    if refusal is None:
        counts.append(Count(_name(rule, "given", start), 1))
    return Progress(done, refusal, read, tuple(counts))


def _done(rule: EarnRule, goal: Goal, counters: Mapping[str, int], start: date, read: dict[str, int]) -> int:
    """What the period that begins on ``start`` had before this occasion."""
    name = _name(rule, _DIFFERENT if goal.measure in _DISTINCT else "", start)
    value = read[name] = counters.get(name, 0)
    return value


def _is_given(rule: EarnRule, counters: Mapping[str, int], start: date, read: dict[str, int]) -> bool:
    name = _name(rule, "given", start)
    value = read[name] = counters.get(name, 0)
    return value > 0


def _name(rule: EarnRule, item: str, start: date) -> str:
    # A department or a day has a sign before it, which keeps a department called "given" apart.
    return f"{GOAL}{rule.code}:{item}:{start.isoformat()}"


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


def is_number_of_items(counter: str) -> bool:
    return counter.startswith(GOAL) and counter.split(":", 2)[2] == _DIFFERENT + counter[-_DAY_LENGTH:]


def _is_item(counter: str) -> bool:
    """``goal:<rule>:=<item>:<day>``: a code has no equals sign, an item may have anything."""
    return counter.split(":", 2)[2].startswith("=")


def _different(counter: str) -> str:
    """The number of different items that one item belongs to."""
    rule = counter.split(":", 2)[1]
    return f"{GOAL}{rule}:{_DIFFERENT}{counter[-_DAY_LENGTH:]}"
