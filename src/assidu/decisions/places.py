"""What decisions take of what customers share, and give back: the one sum behind every place, thing or budget."""

from collections.abc import Mapping

from assidu.decisions.decision import Decision
from assidu.decisions.offers.meeting import DRAW


def places_moved(decision: Decision) -> Mapping[str, int]:
    """By key, how much more is taken once this is decided; negative where something is free again."""
    moved: dict[str, int] = {}
    if decision.inputs is not None:
        for key, granted in decision.inputs.grants.items():
            if granted > 0 and not key.startswith(DRAW):
                moved[key] = granted
    for release in decision.offers.releases:
        moved[release.key] = moved.get(release.key, 0) - release.quantity
    return moved
