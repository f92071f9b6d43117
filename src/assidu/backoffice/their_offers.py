"""The offers of one customer as their page shows them, with what can be done about each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from assidu.backoffice.programme import Programme
from assidu.decisions.offers.theirs import CustomerOffer, OfferState
from assidu.decisions.plan.offers import OfferNeeds
from assidu.loyalty.code_pools import CodeState, PersonalCode, personal_codes
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
class TheirCode:
    """That they have a code of an offer: the code itself is kept nowhere."""

    name: str
    terms: str
    state: str
    tone: str
    made_at: datetime
    last_day: date | None


@dataclass(frozen=True)
class TheirOffers:
    """Those with which something is to be done or was; ``open_count`` others need nothing."""

    listed: list[TheirOffer]
    codes: list[TheirCode]
    open_count: int
    can_be_allotted: bool


def their_offers(customer_id: UUID, programme: Programme) -> TheirOffers | None:
    """Of an active member; ``None``: the programme has no offers."""
    if not programme.plan.offers:
        return None
    found = customer_offers(customer_id, programme.now)
    listed = [_shown(one, programme) for one in found if one.state is not OfferState.OPEN]
    codes = [
        _code_shown(one, programme)
        for one in personal_codes(customer_id, programme.today)
        if one.offer in programme.phrases.offers
    ]
    return TheirOffers(listed, codes, len(found) - len(listed), bool(to_allot(programme, found)))


def _code_shown(one: PersonalCode, programme: Programme) -> TheirCode:
    written = programme.phrases.offers[one.offer]
    state, tone = {
        CodeState.USABLE: (_("code to use"), "good"),
        CodeState.USED: (_("code used"), ""),
        CodeState.EXPIRED: (_("code expired"), ""),
        CodeState.WITHDRAWN: (_("code taken back"), "bad"),
    }[one.state]
    return TheirCode(
        programme.phrases.text(written.name),
        terms_to_member(written, programme.phrases),
        state,
        tone,
        one.made_at,
        one.expires_on - timedelta(days=1) if one.expires_on is not None else None,
    )


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
