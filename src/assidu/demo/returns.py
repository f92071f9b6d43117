"""Goods brought back, all invented: two carded tickets in a hundred, a few lines or a part of one, some in several
goes, some as a whole."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assidu.demo.arrays import Flags, Ints
from assidu.demo.calendar import DAY_S, day_of
from assidu.demo.membership import Membership
from assidu.demo.products import Catalogue
from assidu.demo.source import RealLines
from assidu.demo.year import Year

RETURNING_SHARE = 0.02
WHOLE_SHARE = 0.15
REPEATED_SHARE = 0.25
DELAY_DAYS_MAX = 21
NOT_TAKEN_BACK = {"fuel", "tobacco", "coupon", "postal", "charity"}


class ReturnedLine(NamedTuple):
    """`line` counts from 0 in the original ticket."""

    line: int
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Return:
    """One refund ticket; `lines` is empty when everything comes back that had not yet."""

    basket: int  # the original's place in the year
    holder: int
    store: int
    local_s: int
    ticket: str
    lines: tuple[ReturnedLine, ...]
    amount_minor: int

    @property
    def is_whole(self) -> bool:
        return not self.lines

    def id_parts(self) -> tuple[str, str, str]:
        return str(self.store), day_of(self.local_s).isoformat(), self.ticket


def invent_returns(
    year: Year,
    members: Membership,
    lines: RealLines,
    catalogue: Catalogue,
    *,
    excluded: Flags,
    seed: int,
) -> list[Return]:
    """Bring goods back; `excluded` tickets stay (they reach Assidu late, after their return would)."""
    rng = np.random.default_rng([seed, 5])
    baskets = year.baskets
    taken_back = np.array(
        [p.kind == "product" and p.department not in NOT_TAKEN_BACK for p in catalogue.products]
    )[catalogue.positions(lines.product)]
    returnable = taken_back & (lines.quantity > 0) & (lines.amount_minor > 0)
    first_of_real = np.flatnonzero(np.diff(lines.basket, prepend=-1))
    counts = np.add.reduceat(returnable.astype(np.int64), first_of_real)
    returnable_count = counts[np.searchsorted(first_of_real, baskets.first_line)]
    last_return_day = year.last_s // DAY_S - 1
    carded = members.holder >= 0
    candidates = np.flatnonzero(carded & ~excluded & (returnable_count > 0) & (baskets.day < last_return_day))
    wanted = min(round(int(carded.sum()) * RETURNING_SHARE), len(candidates))
    drafts: list[Return] = []
    for index in np.sort(rng.choice(candidates, size=wanted, replace=False)).tolist():
        first, count = int(baskets.first_line[index]), int(baskets.line_count[index])
        goods = np.flatnonzero(returnable[first : first + count])
        goes = _goes(goods, lines, first, rng, everything=len(goods) == count)
        left = int(lines.amount_minor[first : first + count].sum())
        day = int(baskets.day[index])
        for back in goes:
            day = min(day + int(rng.integers(1, DELAY_DAYS_MAX)), last_return_day)
            local_s = day * DAY_S + int(rng.integers(9 * 3600, 20 * 3600))
            local_s = max(local_s, drafts[-1].local_s + 600 if drafts and drafts[-1].basket == index else 0)
            amount = sum(line.amount_minor for line in back) if back else left
            left -= amount
            drafts.append(
                Return(
                    index, int(members.holder[index]), int(baskets.store[index]), local_s, "", back, amount
                )
            )
    return _numbered(drafts, year)


def _goes(
    goods: Ints, lines: RealLines, first: int, rng: np.random.Generator, *, everything: bool
) -> list[tuple[ReturnedLine, ...]]:
    """What comes back in one or several goes; an empty go is all the rest."""
    chance = rng.random()
    if chance < WHOLE_SHARE and everything:
        return [()]
    chosen = np.sort(rng.choice(goods, size=min(int(rng.integers(1, 4)), len(goods)), replace=False)).tolist()
    if chance < WHOLE_SHARE + REPEATED_SHARE:
        several = [place for place in chosen if lines.quantity[first + place] > 1]
        if several:
            return [(part,) for part in _in_parts(several[0], lines, first)]
        if everything and len(goods) > 1 and rng.random() < 0.3:
            return [(_full(chosen[0], lines, first),), ()]
        if len(chosen) > 1:
            return [(_full(place, lines, first),) for place in chosen]
    back: list[ReturnedLine] = []
    for place in chosen:
        quantity = int(lines.quantity[first + place])
        amount = int(lines.amount_minor[first + place])
        part = int(rng.integers(1, quantity + 1))
        # Never nothing for something: a part worth less than a cent comes back with its whole line.
        if amount * part // quantity == 0:
            part = quantity
        back.append(ReturnedLine(place, part, amount * part // quantity))
    return [tuple(back)]


def _full(place: int, lines: RealLines, first: int) -> ReturnedLine:
    return ReturnedLine(place, int(lines.quantity[first + place]), int(lines.amount_minor[first + place]))


def _in_parts(place: int, lines: RealLines, first: int) -> list[ReturnedLine]:
    """One line brought back in two goes, whose amounts add up to the line's."""
    quantity, amount = int(lines.quantity[first + place]), int(lines.amount_minor[first + place])
    share = amount // quantity
    if share == 0:
        return [ReturnedLine(place, quantity, amount)]
    return [ReturnedLine(place, 1, share), ReturnedLine(place, quantity - 1, amount - share)]


def _numbered(drafts: list[Return], year: Year) -> list[Return]:
    """In the order (instant, source, id), with refund tickets numbered per store and day."""
    local_s = year.clock.existing(np.array([draft.local_s for draft in drafts], dtype=np.int64)).tolist()
    ordered = sorted(
        zip(local_s, drafts, strict=True), key=lambda pair: (pair[0], str(pair[1].store), pair[1].basket)
    )
    numbers: dict[tuple[int, int], int] = {}
    returns: list[Return] = []
    for at_s, draft in ordered:
        key = (draft.store, at_s // DAY_S)
        number = numbers[key] = numbers.get(key, 0) + 1
        returns.append(
            Return(
                draft.basket,
                draft.holder,
                draft.store,
                at_s,
                f"R{number:03d}",
                draft.lines,
                draft.amount_minor,
            )
        )
    return returns
