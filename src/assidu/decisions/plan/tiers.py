"""Statuses."""

from dataclasses import dataclass
from enum import StrEnum

from assidu.decisions.calendar import Duration


class Downgrade(StrEnum):
    ONE_STEP = "one_step"
    REASSESS = "reassess"


class TierWindow(StrEnum):
    ROLLING_MONTHS = "rolling_months"
    CALENDAR_YEAR = "calendar_year"


@dataclass(frozen=True, slots=True)
class TierLevel:
    code: str
    spend_min_minor: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """Levels by rising spend. The window counts whole calendar months: this one and ``months - 1`` before it."""

    levels: tuple[TierLevel, ...]
    window: TierWindow
    months: int
    keep: Duration
    downgrade: Downgrade = Downgrade.ONE_STEP

    def rank(self, tier: str | None) -> int:
        for index, level in enumerate(self.levels):
            if level.code == tier:
                return index
        return -1
