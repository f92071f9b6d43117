"""How far a customer is with each offer: one standing, the same on every channel, folded from steps."""

from collections.abc import Mapping
from datetime import date

from assidu.decisions.offers.given import OfferMove, Step
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import OfferNeeds
from assidu.decisions.state import OfferStanding, State

DAYS_KEPT_MAX = 62
"""How long the end of an offer is still shown."""

ORDER = (Step.ALLOTTED, Step.SEEN, Step.ACTIVATED, Step.USED)


def is_over(standing: OfferStanding, day: date) -> bool:
    return standing.until is not None and standing.until <= day


def standing_steps(plan: Plan, state: State, day: date) -> Mapping[str, str]:
    """The steps of the offers of this plan that ask for one, without those that are over."""
    if not state.offers:
        return {}
    asking = plan.offers.by_code
    return {
        code: standing.step
        for code, standing in state.offers.items()
        if code in asking
        and asking[code].needs in (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED)
        and not is_over(standing, day)
    }


def moved(offers: Mapping[str, OfferStanding], moves: tuple[OfferMove, ...]) -> dict[str, OfferStanding]:
    """Standings after ``moves``; those that were over long ago are forgotten whenever one is added."""
    after = dict(offers)
    for move in moves:
        if move.step is Step.WITHDRAWN:
            after.pop(move.offer, None)
            continue
        known = after.get(move.offer)
        until = move.until
        if until is None and known is not None and move.step is not Step.ALLOTTED:
            until = known.until
        after[move.offer] = OfferStanding(move.step.value, move.on, until)
    if len(after) > len(offers):
        latest = max(move.on for move in moves)
        return {
            code: standing
            for code, standing in after.items()
            if standing.until is None or (latest - standing.until).days <= DAYS_KEPT_MAX
        }
    return after


def brought(mine: Mapping[str, OfferStanding], theirs: Mapping[str, OfferStanding]) -> tuple[OfferMove, ...]:
    """What somebody who is merged into this customer brings along: of the same offer, the later step counts."""
    return tuple(
        OfferMove(code, Step(standing.step), standing.on, standing.until)
        for code, standing in sorted(theirs.items())
        if code not in mine or ORDER.index(Step(standing.step)) > ORDER.index(Step(mine[code].step))
    )
