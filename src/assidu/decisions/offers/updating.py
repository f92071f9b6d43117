"""A changed ticket: what its offers give more, or less, and what it needs or frees of what customers share."""

from collections.abc import Mapping
from dataclasses import dataclass

from assidu.decisions.decision import Count
from assidu.decisions.facts import SoldBefore
from assidu.decisions.offers.given import NOTHING, OfferGiven, OffersDecided, Release
from assidu.decisions.offers.meeting import DRAW, kind_of
from assidu.decisions.offers.returning import FREED, offer_of
from assidu.decisions.offers.settling import Offered
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import GivesBack
from assidu.decisions.sharing import Known, known_from


@dataclass(frozen=True, slots=True)
class OffersMoved:
    decided: OffersDecided = NOTHING
    counts: tuple[Count, ...] = ()


def is_shared(plan: Plan, key: str) -> bool:
    """Is it something that customers share, of which an offer took, rather than a rule's place or a number drawn?"""
    return kind_of(key) == "code" or (offer_of(plan, key) is not None and not key.startswith(DRAW))


def known_of(plan: Plan, sold: SoldBefore, before: Offered) -> Known:
    """What the ticket has of what customers share through its offers."""
    granted = {key: quantity for key, quantity in sold.inputs.grants.items() if is_shared(plan, key)}
    return known_from(granted, sold.taken, before.wished)


def offers_moved(
    plan: Plan,
    sold: SoldBefore,
    before: Offered,
    after: Offered,
    granted: Mapping[str, int],
    *,
    is_basket: bool,
) -> OffersMoved:
    """``granted`` is what was newly given of what customers share. ``is_basket``: it is not paid yet, and its till is
    told what to take off, rather than how that differs from before."""
    gone, new = before.codes() - after.codes(), after.codes() - before.codes()
    counts = [
        Count(count.counter, -count.change)
        for count in before.counts
        if (offer := offer_of(plan, count.counter)) is not None
        and offer.code in gone
        and GivesBack.TIMES in offer.gives_back
    ]
    counts += [
        count
        for count in after.counts
        if (offer := offer_of(plan, count.counter)) is not None and offer.code in new
    ]
    return OffersMoved(
        OffersDecided(
            given=tuple(after.given) if is_basket else _given_otherwise(before, after),
            notes=tuple(note for note in after.notes if note not in before.notes),
            moves=tuple(move for move in after.moves if move.offer in new),
            releases=_released(plan, sold, before, after, granted),
            is_exact=after.is_exact,
        ),
        tuple(counts),
    )


def _given_otherwise(before: Offered, after: Offered) -> tuple[OfferGiven, ...]:
    """By offer, the difference: more, or less."""
    then = {one.offer: one for one in before.given}
    now = {one.offer: one for one in after.given}
    found = []
    for code in {**then, **now}:
        old, new = then.get(code, OfferGiven(code, 0, 0)), now.get(code, OfferGiven(code, 0, 0))
        by_line = dict(new.by_line)
        for line, amount in old.by_line:
            by_line[line] = by_line.get(line, 0) - amount
        changed = OfferGiven(
            code,
            new.given_minor - old.given_minor,
            new.wished_minor - old.wished_minor,
            tuple((line, amount) for line, amount in sorted(by_line.items()) if amount),
            new.quantity - old.quantity,
        )
        if changed.by_line or changed.quantity:
            found.append(changed)
    return tuple(found)


def _released(
    plan: Plan, sold: SoldBefore, before: Offered, after: Offered, granted: Mapping[str, int]
) -> tuple[Release, ...]:
    """What it no longer needs, where the offer says that a ticket gives it back; and what was given for nothing."""
    found = []
    newly = {key for key in granted if key in after.granted and not key.startswith(DRAW)}
    for key in sorted(before.used.keys() | after.used.keys() | newly):
        code, used = after.used.get(key) or (before.used[key][0] if key in before.used else "", 0)
        had = sold.taken.get(key, 0)
        offer = plan.offers.by_code.get(code)
        stays = used if offer is not None and FREED[kind_of(key)] in offer.gives_back else max(used, had)
        back = had + granted.get(key, 0) - stays
        if back > 0:
            found.append(Release(key, back))
    return tuple(found)
