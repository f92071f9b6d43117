"""Members who bring others."""

from typing import Annotated

from msgspec import Meta

from assidu.plans.document.parts import Amount, Duration, Part, Side
from assidu.plans.document.rules import Times


class Kept(Part, frozen=True, kw_only=True):
    """The purchase that counts, and for how long it must not come back."""

    first_purchase_at_least: (
        Annotated[Amount, Meta(description="The first purchase that comes to so much is the one.")] | None
    ) = None
    kept_for: Annotated[Duration, Meta(description="It counts at once when left out.")] | None = None


class Referral(Part, frozen=True, kw_only=True):
    """What both are given when a newcomer, brought by a member's code, buys and keeps it."""

    referrer: Side | None = None
    referee: Side | None = None
    when: Kept = Kept()
    at_most: Annotated[Times, Meta(description="How often one member is rewarded for others.")] | None = None
