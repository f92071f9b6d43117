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
