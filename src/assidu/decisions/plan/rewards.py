"""What is exchanged for what was earned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assidu.decisions.calendar import Duration
from assidu.decisions.plan.conditions import ALWAYS, Conditions


@dataclass(frozen=True, slots=True)
class Session:
    """One occasion of a reward that has places: a tasting, a visit of the kitchens."""

    on: date
    places: int


@dataclass(frozen=True, slots=True)
class Reward:
    """``quantity_each`` units of ``gives`` for ``cost`` units of ``currency``.

    ``stock`` is how many there are in all, ``sessions`` the occasions one chooses among; ``cancel`` is for how long it
    may be called off again.
    """

    code: str
    currency: str
    cost: int
    gives: str
    quantity_each: int = 1
    when: Conditions = ALWAYS
    stock: int | None = None
    sessions: Mapping[str, Session] = field(default_factory=dict)
    cancel: Duration | None = None

    def is_given_at(self, store: str, channel: str) -> bool:
        """May it be asked for there?"""
        stores, channels = self.when.stores, self.when.channels
        return (not stores or store in stores) and (not channels or channel in channels)
