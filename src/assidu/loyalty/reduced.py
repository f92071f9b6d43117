"""Offers that take the price of named articles down, with what the law wants told beside it (EU directive 98/6,
article 6a): the lowest price of the 30 days before they began, where a price feed is imported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assidu.catalogue.prices import prices_of
from assidu.plans.document import Offer
from assidu.plans.wording.phrases import Phrases

ARTICLES_MAX = 8
"""So many of the articles of one offer are told."""


@dataclass(frozen=True, slots=True)
class LowestPrice:
    """The lowest price of the last 30 days of an article that an offer is about."""

    product: str
    amount_minor: int


def lowest_told(offers: Iterable[Offer], phrases: Phrases, day: date) -> Mapping[str, list[LowestPrice]]:
    """By offer; those without named articles, or of which no price is known, have none."""
    about = [
        (offer.code, offer.when.first_day, offer.lines.products[:ARTICLES_MAX])
        for offer in offers
        if offer.lines is not None and offer.lines.products and _is_price(offer)
    ]
    prices = prices_of(sku for _code, _begins, skus in about for sku in skus)
    labels = phrases.document.labels.products
    found = {
        code: [
            LowestPrice(phrases.labelled(sku, labels), price)
            for sku in skus
            if (price := prices.lowest_before(sku, begins, day)) is not None
        ]
        for code, begins, skus in about
    }
    return {code: told for code, told in found.items() if told}


def _is_price(offer: Offer) -> bool:
    effect = offer.effect
    return not (effect.points or effect.voucher or effect.gift)
