"""What was decided about offers, as it is kept with a decision."""

from dataclasses import field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from assidu.decisions.values import value_type


class OfferGiven(NamedTuple):
    """What one offer took off a ticket, by line, or handed over (``quantity``). Points and vouchers are awards.

    ``wished_minor`` is what it would have taken off without the limits of its budget. Negative on a return.
    """

    offer: str
    given_minor: int
    wished_minor: int
    by_line: tuple[tuple[int, int], ...] = ()
    quantity: int = 0


class NoteCause(StrEnum):
    """How what a till applied differs from what was due."""

    UNKNOWN_OFFER = "unknown_offer"
    NOT_DUE = "not_due"
    BEYOND_LIMIT = "beyond_limit"
    MORE_THAN_DUE = "more_than_due"
    LESS_THAN_DUE = "less_than_due"
    NOT_GIVEN = "not_given"


class OfferNote(NamedTuple):
    """An offer that a till applied otherwise than it was due. It is honoured; this only tells."""

    offer: str
    cause: NoteCause
    told_minor: int
    due_minor: int


class Step(StrEnum):
    """The life of an offer with one customer. What has expired is told by its date; what was withdrawn was never
    allotted."""

    ALLOTTED = "allotted"
    SEEN = "seen"
    ACTIVATED = "activated"
    USED = "used"
    WITHDRAWN = "withdrawn"


class OfferMove(NamedTuple):
    """The offer is at this step from ``on``; ``until`` is the first day on which it can no longer be used."""

    offer: str
    step: Step
    on: date
    until: date | None = None


class Release(NamedTuple):
    """A part of what customers share becomes free again."""

    key: str
    quantity: int


@value_type(frozen=True, slots=True)
class OffersDecided:
    """``is_exact`` is false where so many offers stood in each other's way that not every choice was looked at.

    ``undrawn`` are the offers whose draw the ticket met without being drawn. It is not kept: what was drawn is.
    """

    given: tuple[OfferGiven, ...] = ()
    notes: tuple[OfferNote, ...] = ()
    moves: tuple[OfferMove, ...] = ()
    releases: tuple[Release, ...] = ()
    is_exact: bool = True
    undrawn: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.notes or self.moves or self.releases) or not self.is_exact


NOTHING = OffersDecided()


def freeing(decided: OffersDecided, more: tuple[Release, ...]) -> OffersDecided:
    """With what rules give back of what customers share."""
    return replace(decided, releases=decided.releases + more) if more else decided
