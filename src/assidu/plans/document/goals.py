"""What must add up over several occasions before a rule gives."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.calendar import Period
from assidu.decisions.plan import GoalMeasure
from assidu.plans.document.parts import Amount, Part


class Goal(Part, frozen=True, kw_only=True):
    """A mission (`3 departments in a month`) or, over several periods in a row, a streak. The gift comes once."""

    measure: GoalMeasure
    at_least: Annotated[int, Meta(ge=1, le=1_000_000, description="How many; not for `spend`.")] | None = None
    amount_at_least: Annotated[Amount, Meta(description="How much, for `spend`.")] | None = None
    per: Period
    in_a_row: Annotated[
        int, Meta(ge=1, le=53, description="So many periods one after another: a streak.")
    ] = 1
