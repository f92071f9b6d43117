"""What the earlier programme hands over: points by month of issue, statuses with their end. Invented, in proportion to
what each household really spends."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from assidu.demo.calendar import day_of, first_of_month
from assidu.demo.membership import Membership
from assidu.demo.year import Year

MONTHS_VALID = 6
VOUCHER_POINTS = 500
GOLD_SPEND = 3000  # euros in the twelve months before, as Le Cercle asks for too
SILVER_SPEND = 1200


@dataclass(frozen=True, slots=True)
class OpeningLot:
    quantity: int
    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Opening:
    """What one member brings along."""

    holder: int
    joined_on: date
    tier: str
    tier_until: date | None
    lots: tuple[OpeningLot, ...]

    @property
    def points(self) -> int:
        return sum(lot.quantity for lot in self.lots)


def expiry_of(issued_on: date) -> date:
    """The first day on which points of that day are lost: six months later, from the end of the month."""
    return first_of_month(issued_on, MONTHS_VALID + 1)


def invent_openings(year: Year, members: Membership, seed: int) -> list[Opening]:
    rng = np.random.default_rng([seed, 7])
    holders = [place for place, person in enumerate(members.people) if person.is_taken_over]
    spent = [int(year.baskets.earning_minor[members.baskets_of[place]].sum()) for place in holders]
    earlier = np.array(spent) / 100 * rng.lognormal(0.0, 0.35, size=len(holders))
    openings: list[Opening] = []
    for place, holder in enumerate(holders):
        joined_on = day_of(members.people[holder].joined_s)
        lots = _lots(earlier[place] / 12, joined_on, year.first_day, rng)
        spend = earlier[place] * min((year.first_day - joined_on).days / 365, 1.0)
        tier = "gold" if spend >= GOLD_SPEND else "silver" if spend >= SILVER_SPEND else "bronze"
        until = first_of_month(year.first_day, int(rng.integers(2, 13))) if tier != "bronze" else None
        openings.append(Opening(holder, joined_on, tier, until, lots))
    return sorted(openings, key=lambda opening: members.people[opening.holder].card)


def _lots(
    points_a_month: float, joined_on: date, start: date, rng: np.random.Generator
) -> tuple[OpeningLot, ...]:
    """Six months of points, less the vouchers already taken from the oldest ones."""
    issued = [first_of_month(start, -months) for months in range(MONTHS_VALID, 0, -1)]
    earned = [int(points_a_month * rng.lognormal(0.0, 0.3)) if day >= joined_on else 0 for day in issued]
    used = 0
    if rng.random() < 0.75:
        used = VOUCHER_POINTS * int(rng.integers(0, sum(earned) // VOUCHER_POINTS + 1))
    lots: list[OpeningLot] = []
    for day, points in zip(issued, earned, strict=True):
        taken = min(points, used)
        used -= taken
        if points > taken:
            lots.append(OpeningLot(points - taken, day, expiry_of(day)))
    return tuple(lots)
