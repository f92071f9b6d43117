"""The offers that a customer's ticket could have in one place, now: theirs, to be activated first, or with a code.

What only a ticket can say, its amount and its lines, is left to it; what customers share, to whoever counts it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assidu.decisions.calendar import period_key
from assidu.decisions.decision import ReasonCode
from assidu.decisions.earning import why_not_now
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.inputs import inputs_on
from assidu.decisions.offers.meeting import lacking_step, times_key
from assidu.decisions.offers.theirs import CustomerOffer, offers_of
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import Offer, OfferNeeds
from assidu.decisions.state import State


@dataclass(frozen=True, slots=True)
class OfferHere:
    """``theirs`` is where they stand with it; ``None``: it asks for a code, and is whoever's who shows one.
    ``times_left``: how often they may still have it in this period; ``None``: as often as they like."""

    offer: Offer
    theirs: CustomerOffer | None
    times_left: int | None


def offers_here(
    plan: Plan, state: State, day: date, *, store: str, channel: str, minute: Callable[[], int]
) -> tuple[OfferHere, ...]:
    """In the order in which offers count; ``minute`` of the local day is asked for where an offer has hours."""
    if not plan.offers or not state.is_member_on(day):
        return ()
    inputs = inputs_on(plan, Facts(state), day)
    theirs = {one.offer.code: one for one in offers_of(plan, state, day)}
    found = []
    for offer in plan.offers.all:
        one = theirs.get(offer.code)
        if not _is_within_reach(offer, one, inputs):
            continue
        if why_not_now(offer.when, inputs, store, channel, minute) is not None:
            continue
        if offer.when.is_first_purchase and not inputs.is_first_purchase:
            continue
        left = _times_left(offer, inputs)
        if left != 0:
            found.append(OfferHere(offer, one, left))
    return tuple(found)


def _is_within_reach(offer: Offer, theirs: CustomerOffer | None, inputs: SaleInputs) -> bool:
    """Is it theirs, or would it be once activated?"""
    if offer.needs is OfferNeeds.CODE:
        return True
    lacking = lacking_step(offer, inputs)
    return lacking is None or (
        lacking is ReasonCode.NOT_ACTIVATED and theirs is not None and theirs.may_be_activated
    )


def _times_left(offer: Offer, inputs: SaleInputs) -> int | None:
    if offer.times is None:
        return None
    key = times_key(offer, period_key(offer.times.period, inputs.day))
    return max(offer.times.limit - inputs.counters.get(key, 0), 0)
