"""Statuses."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import Downgrade, TierWindow
from assidu.plans.document.parts import LEVELS_MAX, WINDOW_MONTHS_MAX, Amount, Code, Duration, Part, Text


class Level(Part, frozen=True, kw_only=True):
    """A status, and the spend from which it is given; the first one is usually free."""

    code: Code
    name: Text
    spend_at_least: Amount = Decimal(0)


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
