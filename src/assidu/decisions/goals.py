"""Missions and streaks: what adds up over several occasions. Everything is counted, so that returns and mergers add up.

Counters are named ``goal:<rule>:<item>:<first day of the period>``; the item ``given`` marks a period in which the goal
was rewarded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assidu.decisions.calendar import period_start, previous_period
from assidu.decisions.decision import Count, ReasonCode
from assidu.decisions.plan import EarnRule, Goal, GoalMeasure

GOAL = "goal:"
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
    for item, quantity in items.items():
        name = _name(rule, item, start)
        known = read[name] = counters.get(name, 0)
        if goal.measure not in _DISTINCT:
            done += quantity
        elif known <= 0:
            done += 1
        counts.append(Count(name, quantity))
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
    if goal.measure not in _DISTINCT:
        name = _name(rule, "", start)
        value = read[name] = counters.get(name, 0)
        return value
    first, last = f"{GOAL}{rule.code}:", f":{start.isoformat()}"
    given = _name(rule, "given", start)
    found = {
        name: value
        for name, value in counters.items()
        if value > 0 and name.startswith(first) and name.endswith(last) and name != given
    }
    read.update(found)
    return len(found)


def _is_given(rule: EarnRule, counters: Mapping[str, int], start: date, read: dict[str, int]) -> bool:
    name = _name(rule, "given", start)
    value = read[name] = counters.get(name, 0)
    return value > 0


def _name(rule: EarnRule, item: str, start: date) -> str:
    # An item is a department, a day or nothing: the sign keeps a department called "given" apart.
    return f"{GOAL}{rule.code}:{item if item in ('', 'given') else '=' + item}:{start.isoformat()}"


def changed(before: tuple[Count, ...], after: tuple[Count, ...]) -> list[Count]:
    """What a return takes back of what its ticket had added to goals."""
    left: dict[str, int] = {}
    for count in after:
        if count.counter.startswith(GOAL):
            left[count.counter] = left.get(count.counter, 0) + count.change
    for count in before:
        if count.counter.startswith(GOAL):
            left[count.counter] = left.get(count.counter, 0) - count.change
    return [Count(name, change) for name, change in left.items() if change]
