"""One customer's offers: where they stand with each, and the steps that they, or somebody for them, take."""

from datetime import date, datetime
from uuid import UUID

from assidu.customers.queries import counts_as
from assidu.decisions.calendar import local_day
from assidu.decisions.offers.theirs import CustomerOffer, OfferState, offers_of
from assidu.events.types import EventType
from assidu.events.wire import AllottedOfferData, OfferData
from assidu.foundation.people.types import Actor
from assidu.loyalty.actions import STAFF_SOURCE, own_event
from assidu.loyalty.entries import Outcome
from assidu.loyalty.queries import current_book, present_state, programme_of


def customer_offers(customer_id: UUID, now: datetime) -> tuple[CustomerOffer, ...]:
    """As of now, those of whoever counts for them, who they turned out to be or their household; empty for somebody who
    is no active member."""
    found = counts_as(customer_id)
    programme = programme_of(found)
    book = current_book(programme) if programme is not None else None
    state = present_state(found, now)
    if book is None or state is None:
        return ()
    plan = book.at(now)
    return offers_of(plan, state, local_day(now, plan.zone))


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
