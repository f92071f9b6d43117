"""The offers that are a customer's on a day, and how far they are with each: one state, the same on every channel."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.inputs import inputs_on
from assidu.decisions.offers.given import Step
from assidu.decisions.offers.standing import is_over
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import Offer, OfferNeeds
from assidu.decisions.state import OfferStanding, State


class OfferState(StrEnum):
    OPEN = "open"  # there is nothing to do: a ticket that meets it has it
    AVAILABLE = "available"  # the customer may activate it
    ALLOTTED = "allotted"
    SEEN = "seen"
    ACTIVATED = "activated"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CustomerOffer:
    """``since`` is the day of its last step; ``until`` the first day on which it can no longer be used.
    ``may_be_activated``: by the customer, or for them; ``may_be_withdrawn``: it was not begun."""

    offer: Offer
    state: OfferState
    since: date | None
    until: date | None
    may_be_activated: bool
    may_be_withdrawn: bool


def offers_of(plan: Plan, state: State, day: date) -> tuple[CustomerOffer, ...]:
    """In the order in which offers count. Those with a code are whoever's who has the code, and are not told here."""
    if not plan.offers or not state.is_member_on(day):
        return ()
    inputs = inputs_on(plan, Facts(state), day)
    found = (_theirs(offer, state.offers.get(offer.code), inputs, day) for offer in plan.offers.all)
    return tuple(one for one in found if one is not None)


def _theirs(
    offer: Offer, standing: OfferStanding | None, inputs: SaleInputs, day: date
) -> CustomerOffer | None:
    last_day = offer.when.to_day
    until = None if last_day is None else last_day + timedelta(days=1)
    if standing is not None and standing.until is not None:
        until = standing.until if until is None else min(until, standing.until)
    has_ended = until is not None and until <= day
    if standing is None:
        if has_ended or not _is_meant(offer, inputs):
            return None
        if offer.needs is OfferNeeds.NOTHING:
            return CustomerOffer(offer, OfferState.OPEN, None, until, False, False)
        if offer.needs is OfferNeeds.ACTIVATED:
            return CustomerOffer(offer, OfferState.AVAILABLE, None, until, True, False)
        return None
    state = OfferState(standing.step)
    if state is not OfferState.USED and (has_ended or is_over(standing, day)):
        return CustomerOffer(offer, OfferState.EXPIRED, standing.on, until, False, False)
    is_waiting = standing.step in (Step.ALLOTTED, Step.SEEN)
    may_activate = is_waiting and offer.needs is OfferNeeds.ACTIVATED
    return CustomerOffer(offer, state, standing.on, until, may_activate, is_waiting)


def _is_meant(offer: Offer, inputs: SaleInputs) -> bool:
    """Of the conditions, those that are about the customer and the day; the others a ticket must meet."""
    when = offer.when
    return (
        (when.from_day is None or when.from_day <= inputs.day)
        and (not when.tiers or inputs.tier in when.tiers)
        and (not when.audiences or not when.audiences.isdisjoint(inputs.audiences))
        and (when.engagement_min is None or inputs.engagement >= when.engagement_min)
        and (not when.is_first_purchase or inputs.is_first_purchase)
    )
