"""The numbers of an offer that can be turned: what it takes off or gives, what limits it."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from assidu.plans.document import Offer
from assidu.plans.lever import Lever, LeverKind

_PLACES: tuple[tuple[LeverKind, str], ...] = (
    (LeverKind.OFF, "effect.percent.off"),
    (LeverKind.OFF_AT_MOST, "effect.percent.at_most"),
    (LeverKind.AMOUNT_OFF, "effect.amount"),
    (LeverKind.PRICE, "effect.price"),
    (LeverKind.FREE, "effect.free"),
    (LeverKind.BUY, "effect.buy.buy"),
    (LeverKind.GET, "effect.buy.get"),
    (LeverKind.GET_OFF, "effect.buy.percent"),
    (LeverKind.BUY_TIMES, "effect.buy.times"),
    (LeverKind.FIXED, "effect.points.units"),
    (LeverKind.GIVE, "effect.points.per_amount.give"),
    (LeverKind.EACH, "effect.points.per_amount.each"),
    (LeverKind.FIXED, "effect.voucher.units"),
    (LeverKind.GIVE, "effect.voucher.per_amount.give"),
    (LeverKind.EACH, "effect.voucher.per_amount.each"),
    (LeverKind.ONE_IN, "chance.one_in"),
    (LeverKind.AMOUNT_AT_LEAST, "when.amount_at_least"),
    (LeverKind.AMOUNT_AT_MOST, "when.amount_at_most"),
    (LeverKind.TIMES, "times.limit"),
    (LeverKind.QUOTA, "quota.first"),
    (LeverKind.BUDGET, "budget.amount"),
    (LeverKind.BUDGET_UNITS, "budget.units"),
    (LeverKind.STOCK, "stock"),
)
"""Where each number stands in an offer; one that is not written has no lever, but for those below."""
_CAN_BE_ADDED = frozenset({LeverKind.OFF_AT_MOST, LeverKind.BUY_TIMES, LeverKind.AMOUNT_AT_LEAST})
_LIMITS = frozenset({"times", "quota", "budget"})
"""Without their number these say nothing: emptied, they go as a whole."""


def offer_levers(offer: Offer) -> Iterator[Lever]:
    for kind, place in _PLACES:
        part, number = _found(offer, place)
        if part is not None and (number is not None or kind in _CAN_BE_ADDED):
            yield Lever(_name(offer, kind), kind, number, _currency(offer, kind), getattr(part, "per", None))


def turned_offer(offer: Offer, values: Mapping[str, Any]) -> Offer:
    """``values`` are by name of the lever; what is not named stays."""
    levers = {lever.name for lever in offer_levers(offer)}
    for kind, place in _PLACES:
        name = _name(offer, kind)
        part, _ = _found(offer, place)
        if part is not None and name in levers and name in values:
            offer = _with(offer, place.split("."), values[name])
    return offer


def _name(offer: Offer, kind: LeverKind) -> str:
    return f"offers.{offer.code}.{kind.value}"


def _found(offer: Offer, place: str) -> tuple[Any, Any]:
    """The part in which a number stands, and the number."""
    *way, last = place.split(".")
    part: Any = offer
    for name in way:
        part = getattr(part, name)
        if part is None:
            return None, None
    return part, getattr(part, last)


def _with(part: Any, way: list[str], number: Any) -> Any:
    first, *rest = way
    if not rest or (number is None and first in _LIMITS):
        return replace(part, **{first: number})
    return replace(part, **{first: _with(getattr(part, first), rest, number)})


def _currency(offer: Offer, kind: LeverKind) -> str:
    given = offer.effect.points or offer.effect.voucher
    if given is None or kind not in (LeverKind.FIXED, LeverKind.GIVE, LeverKind.BUDGET_UNITS):
        return ""
    return given.currency
