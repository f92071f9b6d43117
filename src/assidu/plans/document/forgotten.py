"""Tickets of members who did not show their card: until when they may still be claimed."""

from typing import Annotated

from msgspec import Meta

from assidu.plans.document.parts import Part

DAYS_MAX = 366


class ForgottenTickets(Part, frozen=True, kw_only=True):
    """A ticket without a customer may be claimed by its member: once, and it earns by the rules of its own day.

    A document without this part lets a ticket be claimed on its own day alone.
    """

    days: Annotated[
        int, Meta(ge=1, le=DAYS_MAX, description="How many days after its own day a ticket may be claimed.")
    ] = 30
