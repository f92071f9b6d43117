"""Whether plans let units live equally long: how much of them is used is assumed, and alike for all plans."""

from collections.abc import Sequence

from assidu.decisions.plan import Expiry, GivesUnits, Plan

Lives = tuple[Expiry | None, frozenset[tuple[str, Expiry]]]
"""How a currency expires, and what rules and offers say of their own."""


def differently_long(plans: Sequence[Plan]) -> tuple[str, ...]:
    """The currencies that do not live equally long in all ``plans`` that have them."""
    codes = sorted({code for plan in plans for code in plan.currencies})
    return tuple(
        code for code in codes if len({_lives(plan, code) for plan in plans if code in plan.currencies}) > 1
    )


def _lives(plan: Plan, code: str) -> Lives:
    usual = plan.currencies[code].expires
    own = {(rule.code, rule.expires) for rule in plan.rules if rule.currency == code}
    own |= {
        (offer.code, offer.effect.expires)
        for offer in plan.offers.all
        if isinstance(offer.effect, GivesUnits) and offer.effect.currency == code
    }
    return usual, frozenset((name, expires) for name, expires in own if expires not in (None, usual))
