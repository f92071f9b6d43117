"""What an offer takes off lines, to the cent, or gives for them."""

from collections.abc import Sequence

from assidu.decisions.earning import gift_of, worth_minor
from assidu.decisions.money import Rounding, allocate, divide
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import (
    AmountOff,
    BuyGet,
    Effect,
    FixedPrice,
    GivesArticle,
    GivesUnits,
    PercentOff,
    PriceEffect,
)


def is_line_by_line(effect: Effect) -> bool:
    """Is what it takes off each line its own affair? Then other offers may have some of its lines."""
    return isinstance(effect, FixedPrice) or (isinstance(effect, PercentOff) and effect.cap_minor is None)


def taken_off(
    effect: PriceEffect, amounts: Sequence[int], quantities: Sequence[int], rooms: Sequence[int]
) -> list[int]:
    """By line; never more than its room, nor in all than the offer says."""
    if isinstance(effect, PercentOff):
        if effect.cap_minor is None:
            return [
                min((amount * effect.percent + 50) // 100, room)
                for amount, room in zip(amounts, rooms, strict=True)
            ]
        wished = divide(sum(amounts) * effect.percent, 100, Rounding.HALF_UP)
        return spread(min(wished, effect.cap_minor), amounts, rooms)
    if isinstance(effect, AmountOff):
        return spread(effect.amount_minor, amounts, rooms)
    if isinstance(effect, FixedPrice):
        return [
            min(max(amount - effect.price_minor * max(quantity, 1), 0), room)
            for amount, quantity, room in zip(amounts, quantities, rooms, strict=True)
        ]
    return _cheapest(effect, amounts, quantities, rooms)


def taken_off_one(effect: PriceEffect, amount: int, quantity: int, room: int) -> int:
    """The same for one line alone, which is what most offers of a ticket are about."""
    if isinstance(effect, PercentOff):
        off = (amount * effect.percent + 50) // 100
        if effect.cap_minor is not None and effect.cap_minor < off:
            off = effect.cap_minor
    elif isinstance(effect, AmountOff):
        off = min(effect.amount_minor, amount)
    elif isinstance(effect, FixedPrice):
        off = max(amount - effect.price_minor * max(quantity, 1), 0)
    else:
        units = max(quantity, 1)
        given = units_free(effect, (quantity,))
        off = (amount * given // units * effect.percent + 50) // 100
    return off if off < room else room


def spread(total: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """``total`` over the lines in proportion to their amounts (largest remainder), no line beyond its room: what does
    not fit there goes to the others."""
    parts = [0] * len(weights)
    left = min(total, sum(rooms))
    while left > 0:
        open_lines = [i for i in range(len(weights)) if parts[i] < rooms[i] and weights[i] > 0]
        if not open_lines:
            break
        shares = allocate(left, [weights[i] for i in open_lines])
        placed = 0
        for i, share in zip(open_lines, shares, strict=True):
            fits = min(share, rooms[i] - parts[i])
            parts[i] += fits
            placed += fits
        left -= placed
    return parts


def units_free(effect: BuyGet, quantities: Sequence[int]) -> int:
    """How many units are given: of every full ``buy + get``, ``get``."""
    units = sum(max(quantity, 1) for quantity in quantities)
    times = units // (effect.buy + effect.get) if effect.buy else 1
    if effect.times_max is not None:
        times = min(times, effect.times_max)
    return min(times * effect.get, units)


def units_missing(effect: BuyGet, quantities: Sequence[int]) -> int:
    """How many more units the ticket needs for the first gift."""
    return max(effect.buy + effect.get - sum(max(quantity, 1) for quantity in quantities), 0)


def _cheapest(
    effect: BuyGet, amounts: Sequence[int], quantities: Sequence[int], rooms: Sequence[int]
) -> list[int]:
    """The cheapest units first; what one unit of a line costs is the line's amount shared evenly."""
    free = units_free(effect, quantities)
    parts = [0] * len(amounts)
    by_price = sorted(range(len(amounts)), key=lambda i: (amounts[i] // max(quantities[i], 1), i))
    for i in by_price:
        if free <= 0:
            break
        units = max(quantities[i], 1)
        given = min(units, free)
        free -= given
        parts[i] = min((amounts[i] * given // units * effect.percent + 50) // 100, rooms[i])
    return parts


def units_given(effect: GivesUnits, basis_minor: int) -> int:
    return gift_of(effect.gift, basis_minor)


def worth_given(plan: Plan, effect: GivesUnits | GivesArticle, basis_minor: int) -> int:
    """What it is worth to the customer, in minor units: what brand and customer weigh against other offers."""
    if isinstance(effect, GivesArticle):
        return effect.worth_minor
    return worth_minor(plan, effect.currency, units_given(effect, basis_minor))
