"""What the law leaves of what rules give later on the products that it names: their units, at their worth, together
with all that is taken off these lines, or given later by offers for them.

A rule for whole tickets is no promotion of a product. One that selects lines is, and its units are allotted to them.
"""

from collections.abc import Mapping, Sequence

from assidu.decisions.events import Sale
from assidu.decisions.money import allocate
from assidu.decisions.plan import Currency

LaterMinor = Mapping[int, int]
"""By line, the worth of what offers give for it later."""


class LegalRoom:
    """By line of the ticket that a limit is about, what may still be given for it, in minor units; ``held`` are the
    rules that were held back. Only looked at where a rule gives for some lines: most tickets meet none."""

    __slots__ = ("_charged", "_later", "_left", "_percents", "_returned_minor", "_sale", "held")

    def __init__(
        self,
        percents: Mapping[str, int],
        sale: Sale,
        charged: Sequence[int],
        returned_minor: Mapping[int, int],
        later: LaterMinor,
    ) -> None:
        """``percents`` is by department; ``charged`` is what was paid for each line."""
        self.held: set[str] = set()
        self._percents = percents
        self._sale = sale
        self._charged = charged
        self._returned_minor = returned_minor
        self._later = later
        self._left: dict[int, int | None] = {}

    def _at_first(self, i: int) -> int | None:
        """``None`` where no limit is about the line."""
        line = self._sale.lines[i]
        percent = self._percents.get(line.department)
        if percent is None:
            return None
        off = sum([applied.amount_minor for applied in line.offers]) if line.offers else 0
        promoted = line.promoted_minor
        shelf = self._charged[i] + off + promoted
        room = shelf * percent // 100 - off - promoted
        if (back := self._returned_minor.get(i, 0)) and line.amount_minor > 0:
            room = room * max(line.amount_minor - back, 0) // line.amount_minor
        return max(room - self._later.get(i, 0), 0)

    def parts(
        self, currency: Currency, wished: int, places: Sequence[int], amounts: Sequence[int]
    ) -> list[int] | None:
        """How many units of ``wished`` each of these lines may have; ``None`` where no limit is about any of them."""
        if not currency.worth_minor:
            return None
        left = self._left
        for i in places:
            if i not in left:
                left[i] = self._at_first(i)
        rooms = [left[i] for i in places]
        if rooms.count(None) == len(rooms):
            return None
        return [
            part if room is None else min(part, _units(currency, room))
            for room, part in zip(rooms, allocate(wished, amounts), strict=True)
        ]

    def take(self, currency: Currency, given: int, places: Sequence[int], parts: Sequence[int]) -> None:
        """``given`` units are given for these lines, of what ``parts`` answered that each may have."""
        if sum(parts) != given:
            parts = allocate(given, parts)
        for i, part in zip(places, parts, strict=True):
            if (room := self._left[i]) is not None:
                self._left[i] = left = room - worth_of(currency, part)
                assert left >= 0, "no line has more than the law leaves"


def worth_of(currency: Currency, units: int) -> int:
    """In minor units, rounded up: what the law limits is not exceeded by a fraction."""
    return -(-units * currency.worth_minor // currency.worth_units)


def _units(currency: Currency, minor: int) -> int:
    return minor * currency.worth_units // currency.worth_minor
