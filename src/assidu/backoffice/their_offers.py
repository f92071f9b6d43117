"""The offers of one customer as their page shows them, with what can be done about each."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from assidu.backoffice.programme import Programme
from assidu.decisions.offers.theirs import CustomerOffer, OfferState
from assidu.decisions.plan.offers import OfferNeeds
from assidu.loyalty.customer_offers import customer_offers
from assidu.plans.wording.offers import state_said, terms_to_member

TONES = {
    OfferState.AVAILABLE: "info",
    OfferState.ALLOTTED: "info",
    OfferState.SEEN: "info",
    OfferState.ACTIVATED: "good",
}


@dataclass(frozen=True)
class TheirOffer:
    """``last_day``: the last one on which it can still be used."""

    code: str
    name: str
    terms: str
    state: str
    tone: str
    since: date | None
    last_day: date | None
    may_be_activated: bool
    may_be_withdrawn: bool


@dataclass(frozen=True)
class TheirOffers:
    """Those with which something is to be done or was; ``open_count`` others need nothing."""

    listed: list[TheirOffer]
    open_count: int
    can_be_allotted: bool


def their_offers(customer_id: UUID, programme: Programme) -> TheirOffers | None:
    """Of an active member; ``None``: the programme has no offers."""
    if not programme.plan.offers:
        return None
    found = customer_offers(customer_id, programme.now)
    listed = [_shown(one, programme) for one in found if one.state is not OfferState.OPEN]
    return TheirOffers(listed, len(found) - len(listed), bool(to_allot(programme, found)))


def _shown(one: CustomerOffer, programme: Programme) -> TheirOffer:
    written = programme.phrases.offers[one.offer.code]
    return TheirOffer(
        one.offer.code,
        programme.phrases.text(written.name),
        terms_to_member(written, programme.phrases),
        state_said(one.state, programme.language),
        TONES.get(one.state, ""),
        one.since,
        one.until - timedelta(days=1) if one.until is not None else None,
        one.may_be_activated,
        one.may_be_withdrawn,
    )


def to_allot(programme: Programme, found: tuple[CustomerOffer, ...]) -> list[str]:
    """Offers that can be given to them now: those that they do not have, or had."""
    has = {
        one.offer.code
        for one in found
        if one.state in (OfferState.ALLOTTED, OfferState.SEEN, OfferState.ACTIVATED)
    }
    return [
        offer.code
        for offer in programme.plan.offers.all
        if offer.needs in (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED)
        and offer.code not in has
        and (offer.when.to_day is None or offer.when.to_day >= programme.today)
    ]
