"""When a rule applies, and to which lines."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Trigger(StrEnum):
    SALE = "sale"
    JOINING = "joining"
    ACTIVITY = "activity"


KNOWN_ACTIVITIES = frozenset(
    {
        "visit",
        "survey-answered",
        "profile-completed",
        "review",
        "social-share",
        "app-use",
        "birthday",
        "anniversary",
    }
)
"""What every programme knows that customers do; a plan may declare others."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a ticket and its customer must be for a rule to apply; an empty set asks nothing."""

    channels: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()  # Monday is 0
    from_day: date | None = None
    to_day: date | None = None  # inclusive
    tiers: frozenset[str] = frozenset()
    is_first_purchase: bool = False
    amount_min_minor: int | None = None
    amount_max_minor: int | None = None
    from_minute: int | None = None  # of the local day
    until_minute: int | None = None  # no longer included; before ``from_minute``: past midnight
    audiences: frozenset[str] = frozenset()  # one of them is enough
    engagement_min: int | None = None
    # Most rules ask for an amount at most: whether one asks for more is worked out once.
    looks_beyond_amounts: bool = field(init=False, default=True, compare=False)

    def __post_init__(self) -> None:
        asked = (self.channels, self.stores, self.weekdays, self.tiers, self.audiences)
        given = (self.from_day, self.to_day, self.from_minute, self.engagement_min)
        beyond = any(asked) or any(one is not None for one in given)
        object.__setattr__(self, "looks_beyond_amounts", beyond)


ALWAYS = Conditions()
"""Nothing is asked."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines of the ticket count; every set that is not empty must hold the line."""

    departments: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Lines that never earn, whatever the rule."""

    departments: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset({"gift_card", "deposit", "shipping", "fee"})
    discounted: bool = False
