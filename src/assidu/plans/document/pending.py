"""How long units that were earned wait before they can be used."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from assidu.decisions.plan import WaitEnd
from assidu.plans.document.parts import Code, Part


class Pending(Part, frozen=True, kw_only=True):
    """Exactly one of days, weeks, months or a day: until then what was earned is shown and cannot be used."""

    days: (
        Annotated[int, Meta(ge=0, le=3_660, description="0 in a rule: this rule's units do not wait.")] | None
    ) = None
    weeks: Annotated[int, Meta(ge=1, le=520)] | None = None
    months: Annotated[int, Meta(ge=1, le=120)] | None = None
    until: (
        Annotated[
            date, Meta(description="They can be used from this day on; what is earned later does not wait.")
        ]
        | None
    ) = None
    until_event: Annotated[
        Code | None,
        Meta(
            description="The activity that makes it usable, for a whole currency: the time is then the longest wait."
        ),
    ] = None
    otherwise: Annotated[
        WaitEnd | None, Meta(description="What becomes of it where the event has not come in that time.")
    ] = None
    expires_from_earning: Annotated[
        bool,
        Meta(
            description="Does their time of validity begin when they are earned, and not when they can be used?"
        ),
    ] = False
