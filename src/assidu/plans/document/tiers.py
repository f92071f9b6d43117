"""Statuses."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import Downgrade, TierWindow
from assidu.plans.document.parts import (
    LEVELS_MAX,
    WINDOW_MONTHS_MAX,
    Amount,
    Code,
    Duration,
    Part,
    Side,
    Text,
)


class Needs(StrEnum):
    """Does a status ask for everything that it names, or is one of it enough?"""

    ONE = "one"
    ALL = "all"


class Level(Part, frozen=True, kw_only=True):
    """A status, and what it is given for; the first one usually asks for nothing."""

    code: Code
    name: Text
    spend_at_least: Amount = Decimal(0)
    units_at_least: (
        Annotated[Side, Meta(description="Units of a currency earned, for example status points.")] | None
    ) = None
    purchases_at_least: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    engagement_at_least: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    says: (
        Annotated[
            Text, Meta(description="What its members are told: on the receipt, at the till, on their page.")
        ]
        | None
    ) = None
    benefits: Annotated[
        tuple[Text, ...], Meta(max_length=50, description="What the status brings besides, in words.")
    ] = ()


class Window(Part, frozen=True, kw_only=True):
    """Whose spend counts: this calendar month and those before it, or the calendar year."""

    kind: TierWindow = TierWindow.ROLLING_MONTHS
    months: Annotated[
        int, Meta(ge=1, le=WINDOW_MONTHS_MAX, description="For rolling months; this month is one of them.")
    ] = 12


class Tiers(Part, frozen=True, kw_only=True):
    """The statuses, by rising spend. A status is given at once and looked at again when its time is over."""

    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=LEVELS_MAX)]
    window: Window = Window()
    keep: Duration
    downgrade: Downgrade = Downgrade.ONE_STEP
    needs: Annotated[
        Needs, Meta(description="Does a status ask for everything that it names, or for one of it?")
    ] = Needs.ONE
    grace: (
        Annotated[Duration, Meta(description="How long a status is kept once more before it is lowered.")]
        | None
    ) = None
