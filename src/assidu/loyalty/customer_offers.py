"""One customer's offers: where they stand with each, and the steps that they, or somebody for them, take."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assidu.customers.queries import counts_as
from assidu.decisions.calendar import local_day, minute_of
from assidu.decisions.offers.here import OfferHere, offers_here
from assidu.decisions.offers.theirs import CustomerOffer, OfferState, offers_of
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.events.types import EventType
from assidu.events.wire import AllottedOfferData, OfferData
from assidu.foundation.people.types import Actor
from assidu.loyalty.actions import STAFF_SOURCE, own_event
from assidu.loyalty.entries import Outcome
from assidu.loyalty.offers import Gauge, gauges_in
from assidu.loyalty.queries import current_book, present_state, programme_of


@dataclass(frozen=True, slots=True)
class OfferInStore:
    """An offer that can be used in a store now; ``gauges`` are the limits that it has there."""

    here: OfferHere
    gauges: tuple[Gauge, ...]

    @property
    def is_gone(self) -> bool:
        """Is nothing left of one of its limits?"""
        return any(not gauge.left for gauge in self.gauges)


def customer_offers(customer_id: UUID, now: datetime) -> tuple[CustomerOffer, ...]:
    """As of now, those of whoever counts for them, who they turned out to be or their household; empty for somebody who
    is no active member."""
    known = _known(customer_id, now)
    if known is None:
        return ()
    plan, state = known
    return offers_of(plan, state, local_day(now, plan.zone))


def offers_in_store(customer_id: UUID, now: datetime, store: str) -> tuple[OfferInStore, ...]:
    """Those that a ticket of this store could have now, with what is left of what customers share."""
    known = _known(customer_id, now)
    if known is None:
        return ()
    plan, state = known
    day = local_day(now, plan.zone)
    found = offers_here(
        plan, state, day, store=store, channel="store", minute=lambda: minute_of(now, plan.zone)
    )
    left = gauges_in(store, [one.offer for one in found], day)
    return tuple(OfferInStore(one, tuple(left.get(one.offer.code, ()))) for one in found)


def _known(customer_id: UUID, now: datetime) -> tuple[Plan, State] | None:
    found = counts_as(customer_id)
    programme = programme_of(found)
    book = current_book(programme) if programme is not None else None
    state = present_state(found, now)
    return None if book is None or state is None else (book.at(now), state)


def allot_offer(
    customer_id: UUID,
    offer: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    until: date | None = None,
    event_id: UUID | None = None,
) -> Outcome:
    """Staff give an offer to one customer who does not have it."""
    data = AllottedOfferData(offer=offer, until=until, anew=False)
    return own_event(customer_id, EventType.OFFER_ALLOTTED, data, at, programme, event_id, by)


def activate_offer(
    customer_id: UUID,
    offer: str,
    *,
    at: datetime,
    programme: str,
    by: Actor | None = None,
    channel: str = "",
    event_id: UUID | None = None,
    source: str = STAFF_SOURCE,
) -> Outcome:
    """The customer activates it, or staff for them."""
    data = OfferData(offer=offer, channel=channel)
    return own_event(customer_id, EventType.OFFER_ACTIVATED, data, at, programme, event_id, by, source)


def see_offers(customer_id: UUID, now: datetime, *, programme: str, channel: str, source: str) -> None:
    """The customer was shown what was allotted to them and they had not seen yet."""
    for one in customer_offers(customer_id, now):
        if one.state is OfferState.ALLOTTED:
            data = OfferData(offer=one.offer.code, channel=channel)
            own_event(customer_id, EventType.OFFER_SEEN, data, now, programme, None, source=source)


def withdraw_offer(
    customer_id: UUID,
    offer: str,
    *,
    by: Actor,
    at: datetime,
    programme: str,
    event_id: UUID | None = None,
) -> Outcome:
    """Staff take back what was not begun."""
    data = OfferData(offer=offer)
    return own_event(customer_id, EventType.OFFER_WITHDRAWN, data, at, programme, event_id, by)
