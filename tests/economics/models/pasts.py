"""Pasts of which it is known how units are used."""

import random
from collections.abc import Sequence
from datetime import date

from assidu.decisions.calendar import add_months
from assidu.economics.models.redemption import Cohort

FIRST = date(2024, 1, 1)


def a_cohort(
    place: int,
    base: int,
    shares: Sequence[float],
    age: int,
    last_age: int | None,
    rng: random.Random | None = None,
) -> Cohort:
    """Of the units left at each age, these shares are used (by chance, with ``rng``), until the last age."""
    left, used_by_age, left_by_age = base, [], []
    for at in range(age + 1):
        share = shares[min(at, len(shares) - 1)] if last_age is None or at <= last_age else 0.0
        used = round(left * share) if rng is None else sum(rng.random() < share for _ in range(left))
        left -= used
        if last_age is not None and at > last_age:
            left = 0
        used_by_age.append(used)
        left_by_age.append(left)
    return Cohort(
        add_months(FIRST, place), base, tuple(used_by_age), tuple(left_by_age), ((last_age, left),), last_age
    )


def a_past(
    months: int,
    shares: Sequence[float],
    last_age: int | None,
    *,
    base: int = 100_000,
    rng: random.Random | None = None,
) -> list[Cohort]:
    """One cohort a month, the youngest in its first one."""
    return [a_cohort(place, base, shares, months - 1 - place, last_age, rng) for place in range(months)]


def used_in_the_end(shares: Sequence[float], last_age: int) -> float:
    left = 1.0
    for age in range(last_age + 1):
        left *= 1 - shares[min(age, len(shares) - 1)]
    return 1 - left


class Savers:
    """A programme from its first day on, whose customers save up: whoever has enough units hands in as many as make
    whole rewards, the oldest first, at a visit when they think of it; what is left of a month is lost after
    ``last_age``. Some join later, some hardly ever think of it."""

    def __init__(
        self, rng: random.Random, months: int, last_age: int, *, customers: int = 150, reward: int = 1500
    ) -> None:
        self.last_age = last_age
        self.base = [0] * months
        self.used = [[0] * months for _ in range(months)]
        self.left = [[0] * months for _ in range(months)]
        for _ in range(customers):
            self._live(rng, months, reward)

    def _live(self, rng: random.Random, months: int, reward: int) -> None:
        visits, ticket = rng.gammavariate(1.2, 1.6), rng.lognormvariate(4.6, 0.5)
        first = 0 if rng.random() < 0.5 else int(rng.expovariate(0.05))
        thinks = 0.03 if rng.random() < 0.3 else min(max(rng.gauss(0.6, 0.2), 0.05), 1.0)
        lots: dict[int, int] = {}
        for month in range(first, months):
            lots.pop(month - self.last_age - 1, None)
            lots[month] = round(visits * rng.lognormvariate(-0.1, 0.5) * ticket)
            self.base[month] += lots[month]
            wanted = 0
            if rng.random() < 1 - (1 - thinks) ** visits:
                wanted = sum(lots.values()) // reward * reward
            for issued in sorted(lots):
                taken = min(lots[issued], wanted)
                lots[issued] -= taken
                wanted -= taken
                self.used[issued][month] += taken
                self.left[issued][month] += lots[issued]

    def seen(self, month: int) -> list[Cohort]:
        """What is known at the end of a month."""
        return [self._cohort(issued, month) for issued in range(month + 1)]

    def _cohort(self, issued: int, month: int) -> Cohort:
        ages = slice(issued, month + 1)
        left = self.left[issued][month]
        ends = ((self.last_age, left),) if left else ()
        return Cohort(
            add_months(FIRST, issued),
            self.base[issued],
            tuple(self.used[issued][ages]),
            tuple(self.left[issued][ages]),
            ends,
            self.last_age,
        )

    def came_after(self, month: int) -> int:
        """Of what was left then."""
        return sum(sum(used[month + 1 :]) for used in self.used[: month + 1])
