"""What a ticket costs the brand in all: promotions of others, offers, and units at face value, as far as the programme
expects them to be used (``expected_redemption``: all of them unless it says less)."""

from dataclasses import dataclass

from assidu.decisions.decision import Decision
from assidu.decisions.earning import worth_minor
from assidu.decisions.events import Sale
from assidu.decisions.plan import Plan


@dataclass(frozen=True, slots=True)
class SaleCost:
    """In minor units. ``calendar_minor`` is the part of ``promotions_minor`` that no ticket told: it is what the
    calendar of promotions knows of them."""

    promotions_minor: int = 0
    calendar_minor: int = 0
    offers_minor: int = 0
    units_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.promotions_minor + self.offers_minor + self.units_minor


def cost_of(plan: Plan, sale: Sale, decision: Decision) -> SaleCost:
    told = sum(max(line.discount_minor, 0) for line in sale.lines)
    promotions = sum(max(line.promoted_minor, 0) for line in sale.lines)
    units = 0
    for award in decision.awards:
        currency = plan.currencies.get(award.currency)
        if currency is not None:
            worth = worth_minor(plan, award.currency, award.quantity)
            units += worth * currency.expected_redemption // 100
    return SaleCost(
        promotions_minor=promotions,
        calendar_minor=promotions - told,
        offers_minor=sum(given.given_minor for given in decision.offers.given),
        units_minor=units,
    )
