"""A member's own code to bring others: what both get, and the address of the form that already knows the code."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from assidu.catalogue import queries as catalogue
from assidu.loyalty.referral import code_of, referral_standing
from assidu.plans.wording.life import referral_told
from assidu.portal.statements import Member


@dataclass(frozen=True, slots=True)
class Sharing:
    """``path`` is where who is brought joins; empty where the programme has no such place."""

    code: str
    path: str
    gives: tuple[str, ...]
    brought: int
    rewarded: int


def sharing(of: Member, now: datetime) -> Sharing | None:
    """``None``: the programme rewards nobody for it at present, or they are no active member.

    A member has one code for ever, made when it is first looked at.
    """
    document, closing = of.document, of.document.closing
    if document.referral is None or not of.is_active:
        return None
    if closing is not None and of.standing.today > closing.last_day_to_earn:
        return None
    code = code_of(of.customer.customer_id, now)
    if code is None:
        return None
    place = _place(of)
    path = f"{reverse('portal-join', args=[place])}?{urlencode({'code': code})}" if place else ""
    standing = referral_standing(of.customer.customer_id)
    gives = tuple(referral_told(document.referral, of.phrases))
    return Sharing(code, path, gives, standing.brought, standing.rewarded)


def _place(of: Member) -> str:
    """Their own store, else the first channel of the programme."""
    stores = {store.store_id for store in catalogue.stores()}
    if of.customer.store in stores:
        return of.customer.store
    return next(iter(of.document.labels.channels), "")
