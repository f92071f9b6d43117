"""What a rule gives."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.money import Rounding
from assidu.plans.document.parts import PERCENT_MAX, STEPS_MAX, Amount, Code, Part, Units


class PerAmount(Part, frozen=True, kw_only=True):
    """So many units for each amount spent: `{give: 1, each: 1.00}`."""

    give: Units
    each: Amount
    rounding: Rounding = Rounding.DOWN
    whole_steps: Annotated[bool, Meta(description="Count full steps only: 19 € at 5 per 10 € give 5.")] = (
        False
    )


class Multiply(Part, frozen=True, kw_only=True):
    """Another rule's gift, multiplied on the lines of this one: 200 % doubles it."""

    rule: Annotated[Code, Meta(description="A rule with a `per_amount` gift.")]
    percent: Annotated[int, Meta(ge=101, le=PERCENT_MAX)]


class Step(Part, frozen=True, kw_only=True):
    """The gift from an amount on: `{at_least: 50.00, give: 20}`."""

    at_least: Amount
    give: Units


class Gift(Part, frozen=True, kw_only=True):
    """What a rule gives: exactly one of these."""

    per_amount: PerAmount | None = None
    fixed: Units | None = None
    multiply: Multiply | None = None
    steps: Annotated[
        tuple[Step, ...],
        Meta(
            max_length=STEPS_MAX, description="Rising amounts; the gift is that of the highest step reached."
        ),
    ] = ()
