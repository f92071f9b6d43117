"""Goods brought back: what their offers took off goes with them, and what is no longer deserved is taken again."""

from collections.abc import Mapping
from dataclasses import dataclass

from assidu.decisions.decision import Count
from assidu.decisions.facts import SoldBefore
from assidu.decisions.offers.given import OfferGiven, OffersDecided, Release
from assidu.decisions.offers.meeting import kind_of
from assidu.decisions.offers.settling import Offered, offered
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import GivesBack, Offer

FREED = {
    "quota": GivesBack.PLACE,
    "code": GivesBack.PLACE,
    "budget": GivesBack.BUDGET,
    "stock": GivesBack.STOCK,
}


@dataclass(frozen=True, slots=True)
class OffersBack:
    """``awards`` are those that the ticket still deserves, by offer and currency; ``later_before`` and ``later`` what
    units are worth that were, and are, given for each line."""

    awards: dict[tuple[str, str], int]
    decided: OffersDecided
    counts: tuple[Count, ...]
    later_before: Mapping[int, int]
    later: Mapping[int, int]


def offers_back(plan: Plan, sold: SoldBefore, returned_minor: Mapping[int, int]) -> OffersBack:
    """The ticket decided again without what came back; grants and draws are those that were kept."""
    before = offered(plan, sold.sale, sold.inputs, returned_minor=sold.returned_minor)
    after = offered(plan, sold.sale, sold.inputs, returned_minor=returned_minor)
    gone = before.codes() - after.codes()
    counts = [
        Count(count.counter, -count.change)
        for count in before.counts
        if (offer := offer_of(plan, count.counter)) is not None
        and offer.code in gone
        and GivesBack.TIMES in offer.gives_back
    ]
    return OffersBack(
        {(award.rule, award.currency): award.quantity for award in after.awards},
        OffersDecided(given=_given_back(before, after), releases=_freed(plan, before, after)),
        tuple(counts),
        before.later,
        after.later,
    )


def offer_of(plan: Plan, key: str) -> Offer | None:
    """The offer that a counter or a claim is about: ``offer:code:period``, ``quota:code:period:store``."""
    return plan.offers.by_code.get(key.split(":", 2)[1])


def _given_back(before: Offered, after: Offered) -> tuple[OfferGiven, ...]:
    left = {one.offer: one for one in after.given}
    found = []
    for one in before.given:
        now = left.get(one.offer)
        kept = dict(now.by_line) if now is not None else {}
        by_line = tuple((line, kept.get(line, 0) - amount) for line, amount in one.by_line)
        back = sum(amount for _, amount in by_line)
        pieces = (now.quantity if now is not None else 0) - one.quantity
        if back or pieces:
            changed = tuple(part for part in by_line if part[1])
            found.append(OfferGiven(one.offer, back, back, changed, pieces))
    return tuple(found)


def _freed(plan: Plan, before: Offered, after: Offered) -> tuple[Release, ...]:
    found = []
    for key, (code, quantity) in before.used.items():
        offer = plan.offers.by_code.get(code)
        back = quantity - (after.used[key][1] if key in after.used else 0)
        if offer is not None and back > 0 and FREED[kind_of(key)] in offer.gives_back:
            found.append(Release(key, back))
    return tuple(found)
