"""Offers of the document as ``decide`` obeys them."""

from collections.abc import Iterator

from assidu.decisions import plan as compiled
from assidu.plans.compile_parts import budget, conditions, duration, index_by_line, lines, minor, per_amount
from assidu.plans.document import Document, Given, Offer, OfferEffect
from assidu.plans.legal import laws


def compile_offers(document: Document) -> compiled.Offers:
    if not document.offers:
        caps = tuple(_legal_caps(document))
        return compiled.Offers(legal_caps=caps) if caps else compiled.NO_OFFERS
    # By priority, then as they are written: in this order they count.
    ordered = sorted(enumerate(document.offers), key=lambda item: (-item[1].priority, item[0]))
    decimals = document.sale_currency.decimals
    offers = tuple(_offer(offer, decimals) for _, offer in ordered)
    tiers: list[str | None] = [None]
    if document.tiers is not None:
        tiers += [level.code for level in document.tiers.levels]
    return compiled.Offers(
        all=offers,
        stacking=compiled.Stacking(
            document.stacking.choose, {group.code: group.at_most for group in document.stacking.groups}
        ),
        legal_caps=tuple(_legal_caps(document)),
        index={
            tier: index_by_line(
                (i, offer.lines)
                for i, offer in enumerate(offers)
                if not offer.when.tiers or tier in offer.when.tiers
            )
            for tier in tiers
        },
        by_code={offer.code: offer for offer in offers},
    )


def _offer(written: Offer, decimals: int) -> compiled.Offer:
    quota, times = written.quota, written.times
    return compiled.Offer(
        code=written.code,
        effect=_effect(written.effect, decimals),
        when=conditions(written.when, decimals),
        lines=lines(written.lines),
        needs=written.needs,
        chance_one_in=None if written.chance is None else written.chance.one_in,
        times=None if times is None else compiled.PeriodCap(times.limit, times.per),
        quota=None if quota is None else compiled.Quota(quota.first, quota.per, quota.over),
        budget=None if written.budget is None else budget(written.budget, decimals),
        stock=written.stock,
        group=written.group or "",
        is_exclusive=written.exclusive,
        combines=written.combines,
        priority=written.priority,
        is_on_reduced=not written.on_initial_price,
        takes_discounted=written.takes_discounted,
        gives_back=frozenset(written.gives_back),
    )


def _effect(written: OfferEffect, decimals: int) -> compiled.Effect:
    if written.percent is not None:
        most = written.percent.at_most
        return compiled.PercentOff(written.percent.off, None if most is None else minor(most, decimals))
    if written.amount is not None:
        return compiled.AmountOff(minor(written.amount, decimals))
    if written.price is not None:
        return compiled.FixedPrice(minor(written.price, decimals))
    if written.free is not None:
        return compiled.BuyGet(0, written.free)
    if written.buy is not None:
        buy = written.buy
        return compiled.BuyGet(buy.buy, buy.get, buy.percent, buy.times)
    given = written.points or written.voucher
    if given is not None:
        return _given(given, decimals)
    assert written.gift is not None, "check asks for one effect"
    worth = written.gift.worth
    return compiled.GivesArticle(0 if worth is None else minor(worth, decimals))


def _given(written: Given, decimals: int) -> compiled.GivesUnits:
    expires = None if written.expires is None else duration(written.expires)
    if written.per_amount is not None:
        return compiled.GivesUnits(written.currency, per_amount(written.per_amount, decimals), expires)
    assert written.units is not None, "check asks for units"
    return compiled.GivesUnits(written.currency, compiled.Fixed(written.units), expires)


def _legal_caps(document: Document) -> Iterator[compiled.LegalCap]:
    for cap in document.legal_caps:
        for span in laws()[cap.law].spans:
            yield compiled.LegalCap(
                cap.law,
                span.percent,
                span.first_day,
                span.last_day,
                frozenset(cap.departments),
                cap.holds_rules,
            )
