"""A member's offers as they see them: what each gives, where they stand with it, what they can still do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from assidu.decisions.offers.theirs import CustomerOffer, OfferState
from assidu.decisions.state import Membership
from assidu.loyalty.code_pools import CodeState, personal_codes
from assidu.loyalty.customer_offers import customer_offers
from assidu.loyalty.reduced import LowestPrice, lowest_told
from assidu.plans.wording.offers import state_said, terms_to_member
from assidu.portal.statements import Member


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """``lowest``: of articles whose price it takes down, the lowest of the last 30 days."""

    code: str
    name: str
    terms: str
    state: str
    last_day: str
    is_new: bool
    is_activated: bool
    may_be_activated: bool
    lowest: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CodeSeen:
    name: str
    terms: str
    last_day: str


def offers_of(member: Member, now: datetime) -> list[OfferSeen]:
    """Those to activate first, then what counts by itself; what is used or over is no more to be seen."""
    found = customer_offers(member.customer.customer_id, now)
    gone = (OfferState.USED, OfferState.EXPIRED)
    current = [one for one in found if one.state not in gone]
    written = [member.phrases.offers[one.offer.code] for one in current]
    lowest = lowest_told(written, member.phrases, member.standing.today)
    shown = [_seen(one, member, lowest.get(one.offer.code, [])) for one in current]
    return sorted(shown, key=lambda one: (not one.may_be_activated, not one.is_activated))


def codes_of(member: Member) -> list[CodeSeen]:
    """The offers of which they were sent a code of their own that is still good: the code itself is kept nowhere."""
    phrases = member.phrases
    if member.standing.membership is not Membership.MEMBER:
        return []
    return [
        CodeSeen(
            phrases.text(phrases.offers[one.offer].name),
            terms_to_member(phrases.offers[one.offer], phrases),
            phrases.day(one.expires_on - timedelta(days=1)) if one.expires_on is not None else "",
        )
        for one in personal_codes(member.customer.customer_id, member.standing.today)
        if one.state is CodeState.USABLE and one.offer in phrases.offers
    ]


def _seen(one: CustomerOffer, member: Member, lowest: list[LowestPrice]) -> OfferSeen:
    written, phrases = member.phrases.offers[one.offer.code], member.phrases
    return OfferSeen(
        one.offer.code,
        phrases.text(written.name),
        terms_to_member(written, phrases),
        "" if one.state is OfferState.OPEN else state_said(one.state, member.language),
        phrases.day(one.until - timedelta(days=1)) if one.until is not None else "",
        one.state is OfferState.ALLOTTED,
        one.state is OfferState.ACTIVATED,
        one.may_be_activated,
        [(price.product, member.money(price.amount_minor)) for price in lowest],
    )
