"""The life of an offer with one customer: allotted, seen, activated; used by a ticket, expired by its date, or taken
back before it was begun."""

from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.events import OfferStep
from assidu.decisions.facts import Facts
from assidu.decisions.offers.given import OfferMove, OffersDecided, Step
from assidu.decisions.offers.standing import ORDER, is_over
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import OfferNeeds
from assidu.decisions.state import Membership, OfferStanding
from assidu.decisions.suspending import not_served


def decide_offer_step(plan: Plan, facts: Facts, event: OfferStep) -> Decision | Refused:
    """Steps only go forward; a step that was already taken changes nothing. To allot again begins anew."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(event.at, plan.zone)
    if not state.is_member_on(day):
        return not_served(state, day)
    offer = plan.offers.by_code.get(event.offer)
    if offer is None:
        return Refused(RefusalCode.UNKNOWN_OFFER, subject=event.offer)
    if offer.when.to_day is not None and day > offer.when.to_day:
        return Refused(RefusalCode.OFFER_OVER, subject=event.offer)
    step, until = Step(event.step), event.until
    known = state.offers.get(event.offer)
    if step is Step.WITHDRAWN:
        return _withdrawn(plan, known, event, day)
    if step is Step.ALLOTTED and not event.anew and _is_there(known, day):
        return Refused(RefusalCode.ALREADY_ALLOTTED, subject=event.offer)
    if step is not Step.ALLOTTED:
        if known is None and offer.needs is OfferNeeds.ALLOTTED:
            return Refused(RefusalCode.OFFER_NOT_ALLOTTED, subject=event.offer)
        if known is not None and is_over(known, day):
            return Refused(RefusalCode.OFFER_OVER, subject=event.offer)
        if known is not None:
            until = known.until
            if ORDER.index(step) <= ORDER.index(Step(known.step)):
                return Decision(plan.version)
    move = OfferMove(event.offer, step, day, until)
    return Decision(plan.version, offers=OffersDecided(moves=(move,)))


def _is_there(known: OfferStanding | None, day: date) -> bool:
    return known is not None and known.step != Step.USED and not is_over(known, day)


def _withdrawn(plan: Plan, known: OfferStanding | None, event: OfferStep, day: date) -> Decision | Refused:
    """What the customer has begun with is theirs."""
    if known is None:
        return Refused(RefusalCode.OFFER_NOT_ALLOTTED, subject=event.offer)
    if is_over(known, day):
        return Refused(RefusalCode.OFFER_OVER, subject=event.offer)
    if known.step in (Step.ACTIVATED, Step.USED):
        return Refused(RefusalCode.OFFER_BEGUN, subject=event.offer)
    move = OfferMove(event.offer, Step.WITHDRAWN, day)
    return Decision(plan.version, offers=OffersDecided(moves=(move,)))
