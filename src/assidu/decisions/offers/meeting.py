"""Who meets an offer: the index that finds the few that a ticket could meet, and the first condition that fails."""

from collections.abc import Mapping

from assidu.decisions.chance import Chance, drawn
from assidu.decisions.decision import Claim, ReasonCode
from assidu.decisions.earning import why_not_now
from assidu.decisions.facts import SaleInputs
from assidu.decisions.offers.given import Step
from assidu.decisions.offers.ticket import OfferTicket
from assidu.decisions.plan import Plan, QuotaScope
from assidu.decisions.plan.offers import Offer, OfferNeeds
from assidu.decisions.sharing import budget_key

OFFER = "offer:"
DRAW = "draw:"
"""Begins the key under which a drawn number is kept among the grants."""


def offers_met(plan: Plan, ticket: OfferTicket) -> list[tuple[int, list[int]]]:
    """The offers that this ticket could meet, in the order in which they count, each with the lines it is about."""
    offers = plan.offers
    if not offers:
        return []  # of a ticket from which a till took what it knew from an earlier version
    index = offers.index.get(ticket.inputs.tier) or offers.index[None]
    found = dict.fromkeys(index.anywhere, ticket.selected(None))
    if index.by_sku:
        _add_those_of(found, index.by_sku, ticket.skus)
    if index.by_department:
        _add_those_of(found, index.by_department, ticket.departments)
    if index.by_brand:
        _add_those_of(found, index.by_brand, ticket.brands)
    met = []
    for i in sorted(found):
        lines = found[i]
        if lines and offers.all[i].is_narrowed:
            lines = ticket.selected(offers.all[i].lines)
        met.append((i, lines))
    return met


def _add_those_of(
    found: dict[int, list[int]], by_name: Mapping[str, tuple[int, ...]], places: Mapping[str, list[int]]
) -> None:
    for name, lines in places.items():
        for i in by_name.get(name, ()):
            known = found.get(i)
            found[i] = lines if known is None else sorted(known + lines)


def why_not(offer: Offer, ticket: OfferTicket) -> ReasonCode | None:
    """The first condition of the customer and the ticket that fails; limits and chance come later."""
    when, inputs = offer.when, ticket.inputs
    if when.looks_beyond_amounts or not inputs.is_member:
        code = why_not_now(when, inputs, ticket.sale.store, ticket.sale.channel, ticket.minute)
        if code is not None:
            return code
    if when.is_first_purchase and not inputs.is_first_purchase:
        return ReasonCode.NOT_FIRST_PURCHASE
    if when.amount_min_minor is not None and ticket.total_minor < when.amount_min_minor:
        return ReasonCode.AMOUNT_TOO_LOW
    if when.amount_max_minor is not None and ticket.total_minor > when.amount_max_minor:
        return ReasonCode.AMOUNT_TOO_HIGH
    return None if offer.needs is OfferNeeds.NOTHING else _lacks(offer, ticket)


def _lacks(offer: Offer, ticket: OfferTicket) -> ReasonCode | None:
    if offer.needs is OfferNeeds.CODE:
        shown = any(code.offer == offer.code for code in ticket.sale.codes)
        return None if shown else ReasonCode.NO_CODE
    return lacking_step(offer, ticket.inputs)


def lacking_step(offer: Offer, inputs: SaleInputs) -> ReasonCode | None:
    """What the customer must still have or do for it to be theirs; a code apart, which only a ticket can show."""
    if offer.needs is OfferNeeds.NOTHING:
        return None
    step = inputs.offers.get(offer.code)
    if step == Step.USED:
        return None if offer.times is not None else ReasonCode.OFFER_USED
    if step is None:
        return ReasonCode.NOT_ALLOTTED if offer.needs is OfferNeeds.ALLOTTED else ReasonCode.NOT_ACTIVATED
    if offer.needs is OfferNeeds.ACTIVATED and step != Step.ACTIVATED:
        return ReasonCode.NOT_ACTIVATED
    return None


def times_counter(offer: Offer, ticket: OfferTicket) -> str:
    assert offer.times is not None
    return times_key(offer, ticket.period(offer.times.period))


def times_key(offer: Offer, period: str) -> str:
    """The counter of how often a customer had it in a period."""
    return f"{OFFER}{offer.code}:{period}"


def draw_key(offer: Offer) -> str:
    return f"{DRAW}{offer.code}"


def number_for(offer: Offer, ticket: OfferTicket, chance: Chance | None, seq: int) -> int | None:
    """What was drawn for this ticket, then or now; ``None`` where nobody may draw: an evaluation tells the odds, and a
    ticket from before the draw was committed to is not drawn at all."""
    assert offer.chance_one_in is not None
    known = ticket.inputs.grants.get(draw_key(offer))
    if known is not None:
        return known
    draw = chance.draws.get(offer.code) if chance is not None else None
    if chance is None or draw is None or not draw.is_open_at(ticket.sale.at):
        return None
    return drawn(draw.secret, offer.code, chance.member, seq, offer.chance_one_in)


def claims_of(offer: Offer, ticket: OfferTicket, wished: int) -> list[Claim]:
    """What it must ask of what customers share; ``wished`` is in the units of its budget."""
    claims: list[Claim] = []
    if not offer.is_limited:
        return claims
    if offer.quota is not None:
        where = ticket.sale.store if offer.quota.scope is QuotaScope.STORE else "*"
        key = f"quota:{offer.code}:{ticket.period(offer.quota.period)}:{where}"
        claims.append(Claim(key, offer.quota.limit, offer.code, can_come_back=True))
    if offer.stock is not None:
        claims.append(Claim(f"stock:{offer.code}", offer.stock, offer.code, can_come_back=True))
    if offer.needs is OfferNeeds.CODE:
        shown = next((code for code in ticket.sale.codes if code.offer == offer.code), None)
        if shown is not None and shown.uses_max:
            claims.append(Claim(f"code:{shown.key}", shown.uses_max, offer.code, can_come_back=True))
    if offer.budget is not None and wished > 0:
        budget = offer.budget
        key = budget_key(offer.code, budget, ticket.period(budget.period), ticket.sale.store)
        claims.append(Claim(key, budget.limit, offer.code, wished, budget.is_clipped, can_come_back=True))
    return claims


REFUSED_CLAIMS = {
    "quota": ReasonCode.QUOTA_TAKEN,
    "stock": ReasonCode.STOCK_GONE,
    "code": ReasonCode.CODE_USED,
    "budget": ReasonCode.BUDGET_GONE,
}
"""Why an offer is not given, by the kind of claim that was not granted."""


def kind_of(key: str) -> str:
    return key.partition(":")[0]
