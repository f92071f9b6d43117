"""Draws among entries: what can be won, among what, and when it is drawn."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from assidu.plans.document.parts import Code, Part, Side, Text

DRAWS_MAX = 200
PRIZE_KINDS_MAX = 50
PRIZES_MAX = 10_000


class Prize(Part, frozen=True, kw_only=True):
    """What is won, and how many of it there are."""

    name: Text
    gives: Side
    count: Annotated[int, Meta(ge=1, le=PRIZES_MAX)] = 1


class Draw(Part, frozen=True, kw_only=True):
    """A draw among the entries that members have at the end of a day."""

    code: Code
    name: Text
    entries: Annotated[Code, Meta(description="The currency, of the kind `entry`, whose units are drawn.")]
    last_day: Annotated[date, Meta(description="Entries that come later count no more.")]
    drawn_on: Annotated[
        date | None,
        Meta(description="The day after when left out. Later: tickets may come back, or come late."),
    ] = None
    prizes: Annotated[
        tuple[Prize, ...], Meta(min_length=1, max_length=PRIZE_KINDS_MAX, description="Drawn in this order.")
    ]
    several_each: Annotated[
        bool, Meta(description="May a member win several prizes? One at most when left out.")
    ] = False
    serves: Annotated[Code, Meta(description="The objective that it serves.")] | None = None
