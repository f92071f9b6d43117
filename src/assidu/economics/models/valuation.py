"""The cost view: what the units that members hold will cost when they are used, net of what partners pay (HT).

    liability = (issued * URR - used) * cost per unit = expected * cost per unit, month by month of issue

and how it went from one month's end to the next:

    opening + issued * URR * cost - used * cost - released +/- re-estimate = closing

*Released* is what was still expected of units that expired or were lost. The re-estimate is what is left: other rates
for units that are still there, another cost per unit, units used that nobody expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assidu.economics.models.redemption import Redemption, Ultimate

Flow = tuple[int, int, int, int]
"""What a month did to an issue month: units that came in, were used, were lost, were used for a reward."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a unit of a currency is worth, in minor units of money: ``face_minor`` to a customer, at the till (TTC);
    ``cost_minor`` to the company (HT), net of what partners pay. ``expected``: the share that the plan expects to be
    used."""

    currency: str
    face_minor: float
    cost_minor: float
    expected: float

    @property
    def is_owed(self) -> bool:
        """Badges and the like cost nothing: nothing is owed for them."""
        return self.face_minor > 0 or self.cost_minor > 0


@dataclass(frozen=True, slots=True)
class MoneyRoll:
    """One currency over one month, at cost (HT), in minor units."""

    opening_minor: int = 0
    issued_minor: int = 0
    used_minor: int = 0
    released_minor: int = 0
    reestimate_minor: int = 0
    closing_minor: int = 0

    @property
    def difference_minor(self) -> int:
        lines = self.issued_minor + self.used_minor + self.released_minor + self.reestimate_minor
        return self.closing_minor - self.opening_minor - lines


def liability_minor(found: Redemption, terms: Terms) -> int:
    return round(found.expected * terms.cost_minor)


def money_roll(
    opening_minor: int,
    before: Mapping[date, Ultimate],
    flows: Mapping[date, Flow],
    found: Redemption,
    terms: Terms,
) -> MoneyRoll:
    """``before``: the issue months as they were valued at the end of the month before. Each line is rounded, and the
    re-estimate with them, so that they add up to the cent."""
    issued = used = released = 0.0
    for one in found.ultimates:
        come, gone, lost, _ = flows.get(one.month, (0, 0, 0, 0))
        earlier = before.get(one.month)
        rate = earlier.rate_left if earlier is not None and earlier.outstanding > 0 else (one.rate or 0.0)
        expected = (earlier.expected if earlier is not None else 0.0) + come * rate - gone
        issued += come * rate
        used += gone
        if lost > 0 and expected > 0:
            released += expected * lost / (lost + max(one.outstanding, 0))
    closing = liability_minor(found, terms)
    lines = (
        round(issued * terms.cost_minor),
        round(-used * terms.cost_minor),
        round(-released * terms.cost_minor),
    )
    return MoneyRoll(opening_minor, *lines, closing - opening_minor - sum(lines), closing)
