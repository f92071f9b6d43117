"""What must add up over several occasions before a rule gives: missions and streaks."""

from dataclasses import dataclass
from enum import StrEnum

from assidu.decisions.calendar import Period


class GoalMeasure(StrEnum):
    """What is added up over a period."""

    PURCHASES = "purchases"
    SPEND = "spend"  # minor units
    DEPARTMENTS = "departments"  # different ones
    DAYS = "days"  # different ones
    TIMES = "times"  # of an activity


@dataclass(frozen=True, slots=True)
class Goal:
    """``target`` within each of ``in_a_row`` consecutive periods; given once, and then from the start again."""

    measure: GoalMeasure
    target: int
    period: Period
    in_a_row: int = 1
