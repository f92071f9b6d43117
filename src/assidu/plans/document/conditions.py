"""When a rule applies, and to which lines."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from assidu.decisions.events import LineKind
from assidu.plans.document.parts import LEVELS_MAX, SELECTED_MAX, Amount, Code, Part, Selected


class Exclusions(Part, frozen=True, kw_only=True):
    """Lines that never earn, whatever the rule, nor count for the status."""

    departments: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    brands: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    products: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    kinds: Annotated[
        tuple[LineKind, ...], Meta(description="Kinds of lines; products are never excluded as such.")
    ] = (
        LineKind.GIFT_CARD,
        LineKind.DEPOSIT,
        LineKind.SHIPPING,
        LineKind.FEE,
    )
    discounted: Annotated[bool, Meta(description="Are lines with a discount excluded too?")] = False


class Weekday(StrEnum):
    """A day of the week, in the zone of the programme."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As in ``date.weekday``: Monday is 0."""
        return list(Weekday).index(self)


HOUR_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Hours(Part, frozen=True, kw_only=True):
    """A part of the day, on the clock of the programme; past midnight when it ends before it begins."""

    first: Annotated[str, Meta(pattern=HOUR_PATTERN, description="For example `08:00`.")]
    until: Annotated[
        str,
        Meta(pattern=HOUR_PATTERN, description="No longer included, for example `11:30`."),
    ]


class When(Part, frozen=True, kw_only=True):
    """What must hold for a rule to apply; what is left out asks nothing."""

    channels: Annotated[tuple[Selected, ...], Meta(max_length=50)] = ()
    stores: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    days: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    first_day: date | None = None
    last_day: Annotated[date, Meta(description="Included.")] | None = None
    tiers: Annotated[tuple[Code, ...], Meta(max_length=LEVELS_MAX)] = ()
    first_purchase: Annotated[bool, Meta(description="Only for the customer's very first ticket.")] = False
    amount_at_least: (
        Annotated[Amount, Meta(description="Of the whole ticket, exclusions taken off.")] | None
    ) = None
    amount_at_most: Amount | None = None
    hours: Hours | None = None
    audiences: Annotated[tuple[Code, ...], Meta(max_length=100, description="Customers in one of them.")] = ()
    engagement_at_least: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class Lines(Part, frozen=True, kw_only=True):
    """Which lines of the ticket count; a line must be in each list that is given."""

    departments: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    brands: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
    products: Annotated[tuple[Selected, ...], Meta(max_length=SELECTED_MAX)] = ()
