"""What the law leaves of what rules give later on the products that it names: their units, at their worth, together
with all that is taken off these lines, or given later by offers for them.

A rule for whole tickets is no promotion of a product. One that selects lines is, and its units are allotted to them.
"""

from collections.abc import Mapping, Sequence

from assidu.decisions.events import Sale
from assidu.decisions.money import allocate
from assidu.decisions.plan import Currency, LegalCap

LaterMinor = Mapping[int, int]
"""By line, the worth of what offers give for it later."""


class LegalRoom:
    """By line of the ticket that a limit is about, what may still be given for it, in minor units."""

    __slots__ = ("_left", "held")

    def __init__(
        self,
        caps: Sequence[LegalCap],
        sale: Sale,
        charged: Sequence[int],
        returned_minor: Mapping[int, int],
        later: LaterMinor,
    ) -> None:
        """``charged`` is what was paid for each line; ``held`` are the rules that were held back."""
        self.held: set[str] = set()
        self._left: dict[int, int] = {}
        for i, line in enumerate(sale.lines):
            percents = [cap.percent for cap in caps if line.department in cap.departments]
            if not percents:
                continue
            off = sum(applied.amount_minor for applied in line.offers)
            promoted = line.promoted_minor
            shelf = charged[i] + off + promoted
            room = shelf * min(percents) // 100 - off - promoted
            if (back := returned_minor.get(i, 0)) and line.amount_minor > 0:
                room = room * max(line.amount_minor - back, 0) // line.amount_minor
            self._left[i] = max(room - later.get(i, 0), 0)

    def parts(
        self, currency: Currency, wished: int, places: Sequence[int], amounts: Sequence[int]
    ) -> list[int] | None:
        """How many units of ``wished`` each of these lines may have; ``None`` where no limit is about any of them."""
        if not currency.worth_minor or self._left.keys().isdisjoint(places):
            return None
        return [
            part if (left := self._left.get(i)) is None else min(part, _units(currency, left))
            for i, part in zip(places, allocate(wished, amounts), strict=True)
        ]

    def take(self, currency: Currency, given: int, places: Sequence[int], parts: Sequence[int]) -> None:
        """``given`` units are given for these lines, of what each may have."""
        for i, part in zip(places, allocate(given, parts), strict=True):
            if i in self._left:
                self._left[i] -= worth_of(currency, part)
                assert self._left[i] >= 0, "no line has more than the law leaves"


def worth_of(currency: Currency, units: int) -> int:
    """In minor units, rounded up: what the law limits is not exceeded by a fraction."""
    return -(-units * currency.worth_minor // currency.worth_units)


def _units(currency: Currency, minor: int) -> int:
    return minor * currency.worth_units // currency.worth_minor
