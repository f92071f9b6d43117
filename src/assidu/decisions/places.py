"""What decisions take of what customers share, and give back: the one sum behind every place, thing or budget."""

from collections.abc import Mapping
from itertools import chain

from assidu.decisions.decision import Decision
from assidu.decisions.events import Event, Sale
from assidu.decisions.facts import Grants
from assidu.decisions.offers.meeting import DRAW


def places_moved(decision: Decision) -> Mapping[str, int]:
    """By key, how much more is taken once this is decided; negative where something is free again."""
    moved: dict[str, int] = {}
    if decision.inputs is not None:
        for key, granted in decision.inputs.grants.items():
            if granted > 0 and not key.startswith(DRAW):
                moved[key] = granted
    held = (place for change in decision.holds if change.until is None for place in change.places)
    for key, quantity in chain(decision.offers.releases, held):
        moved[key] = moved.get(key, 0) - quantity
    return moved


def may_presume(event: Event) -> bool:
    """May everything that it claims be presumed? A ticket that was held or changed has something of it already."""
    return isinstance(event, Sale) and not event.hold


def stands(event: Event, decision: Decision, answers: Grants) -> bool:
    """Is this what is decided with the ``answers`` to its claims? So it is where all of them were presumed
    (``Facts.presumes``) and are granted, and nothing else could have been chosen in their place."""
    if not may_presume(event):
        return False
    presumed = decision.inputs.grants if decision.inputs is not None else {}
    return decision.offers.is_exact and all(
        presumed.get(claim.key) == answers[claim.key] for claim in decision.claims
    )
