"""Statuses."""

from dataclasses import dataclass, field
from enum import StrEnum

from assidu.decisions.calendar import Duration


class Downgrade(StrEnum):
    ONE_STEP = "one_step"
    REASSESS = "reassess"


class TierWindow(StrEnum):
    ROLLING_MONTHS = "rolling_months"
    CALENDAR_YEAR = "calendar_year"


class TierMeasure(StrEnum):
    """What a status may rest on."""

    SPEND = "spend"  # minor units
    UNITS = "units"  # earned, of one currency
    PURCHASES = "purchases"
    ENGAGEMENT = "engagement"  # the score on the day


@dataclass(frozen=True, slots=True)
class TierLevel:
    """A minimum of 0 asks nothing; a level that asks nothing at all is given on joining.

    ``asks`` is what the level asks for, and how much of it.
    """

    code: str
    spend_min_minor: int
    units_min: int = 0
    purchases_min: int = 0
    engagement_min: int = 0
    asks: tuple[tuple[TierMeasure, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = (
            (TierMeasure.SPEND, self.spend_min_minor),
            (TierMeasure.UNITS, self.units_min),
            (TierMeasure.PURCHASES, self.purchases_min),
            (TierMeasure.ENGAGEMENT, self.engagement_min),
        )
        object.__setattr__(self, "asks", tuple([one for one in every if one[1]]))


@dataclass(frozen=True, slots=True)
class Tiers:
    """Levels, the lowest first. The window counts whole calendar months: this one and ``months - 1`` before it.

    ``needs_all``: a level asks for everything it names, else for one of it. ``measures`` are those that any level
    asks for. ``grace`` is how long a status is kept once more before it is lowered.
    """

    levels: tuple[TierLevel, ...]
    window: TierWindow
    months: int
    keep: Duration
    downgrade: Downgrade = Downgrade.ONE_STEP
    needs_all: bool = False
    units_currency: str = ""
    grace: Duration | None = None
    measures: frozenset[TierMeasure] = frozenset({TierMeasure.SPEND})

    def rank(self, tier: str | None) -> int:
        for index, level in enumerate(self.levels):
            if level.code == tier:
                return index
        return -1
