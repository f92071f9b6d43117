"""What is outstanding by status, in money."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assidu.economics.types import MonthFigures, TierUnits


@dataclass(frozen=True, slots=True)
class TierOwed:
    """What the members of a status held at a month's end (no status: ``''``): units, what they are worth at the till
    (TTC), and their part of what is owed at cost (HT) for all units of the currency: nothing is known of how much more
    or less of its units a status uses."""

    tier: str
    currency: str
    units: int
    face_minor: int
    liability_minor: int


def tiers_owed(figures: MonthFigures, tiers: Sequence[TierUnits]) -> tuple[TierOwed, ...]:
    """To the cent: the parts of a currency are what is owed for it."""
    of = {one.currency: one for one in figures.currencies}
    held: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for one in tiers:
        held[one.currency] += one.units
    found = []
    for one in tiers:
        currency = of.get(one.currency)
        owed, face = (
            (0, 0.0) if currency is None else (currency.money.closing_minor, currency.terms.face_minor)
        )
        before = reached[one.currency]
        reached[one.currency] += one.units
        whole = held[one.currency]
        part = owed * reached[one.currency] // whole - owed * before // whole if whole else 0
        found.append(TierOwed(one.tier, one.currency, one.units, round(one.units * face), part))
    return tuple(found)
