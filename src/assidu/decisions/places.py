"""What decisions take of what customers share, and give back: the one sum behind every place, thing or budget."""

from collections.abc import Mapping
from itertools import chain

from assidu.decisions.decision import Decision
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
