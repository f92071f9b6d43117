"""Everything that tickets leave for the catalogue to say, at hand: products, promotions that run, rates of moneys."""

from dataclasses import dataclass

from assidu.catalogue.calendar import NO_PROMOTIONS, PromotionCalendar
from assidu.catalogue.promotions import promotion_calendar
from assidu.catalogue.queries import product_finder
from assidu.catalogue.rates import NO_RATES, RateBook, rate_book
from assidu.catalogue.types import UNKNOWN_PRODUCT, KnownProduct, ProductFinder


def _unknown(_: str) -> KnownProduct:
    return UNKNOWN_PRODUCT


@dataclass(frozen=True, slots=True)
class Catalogue:
    product: ProductFinder = _unknown
    promotions: PromotionCalendar = NO_PROMOTIONS
    rates: RateBook = NO_RATES


EMPTY = Catalogue()
"""Knows nothing."""


def whole_catalogue() -> Catalogue:
    """For whoever reads many tickets."""
    return Catalogue(product_finder(), promotion_calendar(), rate_book())
