"""What customers can ask in exchange for what they earned, and who provides it."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from assidu.plans.document.conditions import When
from assidu.plans.document.parts import Code, Duration, Part, Side, Text

PARTNERS_MAX = 500
SESSIONS_MAX = 500


class Partner(Part, frozen=True, kw_only=True):
    """Somebody else who provides rewards, and is owed for them."""

    code: Code
    name: Text


class Session(Part, frozen=True, kw_only=True):
    """One occasion of a reward that has places: a tasting, a visit of the kitchens."""

    code: Code
    name: Text
    on: date
    places: Annotated[int, Meta(ge=1, le=1_000_000)]


class Reward(Part, frozen=True, kw_only=True):
    """What customers can ask in exchange for what they earned."""

    code: Code
    name: Text
    costs: Side
    gives: Side
    when: Annotated[When, Meta(description="Who can ask for it, where, and from which day to which.")] = (
        When()
    )
    stock: Annotated[int, Meta(ge=1, le=10_000_000, description="How many there are in all.")] | None = None
    sessions: Annotated[
        tuple[Session, ...], Meta(max_length=SESSIONS_MAX, description="Occasions, one of which is chosen.")
    ] = ()
    cancel_within: (
        Annotated[Duration, Meta(description="For how long it may be called off; never when left out.")]
        | None
    ) = None
    serves: Annotated[Code, Meta(description="The objective that it serves.")] | None = None
