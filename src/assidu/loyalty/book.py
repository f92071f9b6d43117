"""The versions of the programme's plan: which one was in force when."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from assidu.decisions.plan import Plan


@dataclass(frozen=True, slots=True)
class Version:
    valid_from: datetime
    plan: Plan


class PlanBook:
    """All published versions, by time and by number. What happened before the first falls under the first."""

    __slots__ = ("_by_number", "_starts", "versions")

    def __init__(self, versions: Iterable[Version]) -> None:
        # Of two versions that start at the same instant, the later number counts.
        self.versions = tuple(sorted(versions, key=lambda v: (v.valid_from, v.plan.version)))
        assert self.versions, "a programme has at least one version"
        # Instants in one zone are compared at once, others only after looking both zones up.
        self._starts = [version.valid_from.astimezone(UTC) for version in self.versions]
        self._by_number = {version.plan.version: version.plan for version in self.versions}

    def at(self, instant: datetime) -> Plan:
        """The plan in force at an instant."""
        return self.versions[max(bisect_right(self._starts, instant) - 1, 0)].plan

    def version(self, number: int) -> Plan:
        return self._by_number[number]

    @property
    def programme(self) -> str:
        return self.versions[0].plan.programme

    @classmethod
    def of_one(cls, plan: Plan) -> "PlanBook":
        """A book in which one plan was always in force, as a simulation wishes."""
        return cls([Version(datetime.min.replace(tzinfo=UTC), plan)])
