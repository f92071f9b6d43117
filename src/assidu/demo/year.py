"""The year of baskets: the real ones moved by whole weeks, and tickets without a card beside them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from assidu.demo.arrays import Flags, Ints
from assidu.demo.calendar import DAY_S, WEEK_S, LocalTime, day_of, weeks_to_move
from assidu.demo.products import Catalogue
from assidu.demo.source import RealLines

ANONYMOUS_SHARE = 0.12
WEB_PER_MILLE = 90  # of the baskets without fuel: about 8 in 100 of all
# What surely earns nothing under a French grocer's programme; the rest of a basket is taken to earn.
EARNS_NOTHING_DEPARTMENTS = {"fuel", "tobacco", "alcohol", "coupon", "postal", "charity"}


@dataclass(frozen=True, slots=True)
class Baskets:
    """All tickets in the order (instant, source, id) in which the import decides them; one array per property."""

    basket: Ints  # the data set's number; for an invented ticket that of the basket it copies
    household: Ints  # -1 for an invented ticket, which nobody's card was shown for
    store: Ints
    local_s: Ints
    utc_s: Ints
    day: Ints  # local days since 1970
    ticket: Ints  # numbered from 1 per store and day
    first_line: Ints
    line_count: Ints
    total_minor: Ints
    earning_minor: Ints
    is_web: Flags

    def __len__(self) -> int:
        return len(self.basket)

    @property
    def is_invented(self) -> Flags:
        return self.household < 0

    def id_of(self, index: int) -> tuple[str, str, str]:
        """Store, date and ticket as the files write them."""
        day = day_of(int(self.local_s[index])).isoformat()
        return str(self.store[index]), day, f"{self.ticket[index]:04d}"


@dataclass(frozen=True, slots=True)
class Year:
    shift_weeks: int
    first_day: date
    last_day: date
    last_s: int  # local time of the last real basket
    clock: LocalTime
    baskets: Baskets


def build_year(lines: RealLines, catalogue: Catalogue, *, today: date, seed: int) -> Year:
    shift = weeks_to_move(day_of(lines.year_ends_s), today)
    moved = lines.at + shift * WEEK_S
    first_day, last_day = day_of(int(moved.min())), day_of(lines.year_ends_s + shift * WEEK_S)
    clock = LocalTime(first_day, last_day)
    first_line = np.flatnonzero(np.diff(lines.basket, prepend=-1))
    line_count = np.diff(first_line, append=len(lines))
    assert len(np.unique(lines.basket)) == len(first_line), (
        "a basket's lines are not together: it has two times"
    )
    real_s = clock.existing(moved[first_line])

    rng = np.random.default_rng([seed, 3])
    count = round(len(first_line) * ANONYMOUS_SHARE)
    copied = np.sort(rng.choice(len(first_line), size=count, replace=count > len(first_line)))
    at = rng.choice(real_s, size=count) + rng.integers(-1800, 1800, size=count)
    anonymous_s = clock.existing(np.clip(at, int(real_s.min()), int(real_s.max())))

    taken = np.concatenate([np.arange(len(first_line)), copied])
    local_s = np.concatenate([real_s, anonymous_s])
    is_real = np.arange(len(taken)) < len(first_line)
    position = catalogue.positions(lines.product)
    is_fuel = np.array([product.department == "fuel" for product in catalogue.products])[position]
    earns = np.array(
        [p.kind == "product" and p.department not in EARNS_NOTHING_DEPARTMENTS for p in catalogue.products]
    )[position]
    total = np.add.reduceat(lines.amount_minor, first_line)
    earning = np.add.reduceat(np.where(earns, lines.amount_minor, 0), first_line)
    has_fuel = np.add.reduceat(is_fuel.astype(np.int64), first_line) > 0
    number = lines.basket[first_line]
    is_web = is_real & (_scattered(number) % 1000 < WEB_PER_MILLE)[taken] & ~has_fuel[taken]

    store = lines.store[first_line][taken]
    store_rank = _text_rank(store)
    order = np.lexsort((taken, ~is_real, store_rank, local_s))
    ticket = _number_within(store[order], local_s[order] // DAY_S)
    return Year(
        shift_weeks=shift,
        first_day=first_day,
        last_day=last_day,
        last_s=int(clock.existing(np.array([lines.year_ends_s + shift * WEEK_S]))[0]),
        clock=clock,
        baskets=Baskets(
            basket=number[taken][order],
            household=np.where(is_real, lines.household[first_line][taken], -1)[order],
            store=store[order],
            local_s=local_s[order],
            utc_s=clock.to_utc(local_s[order]),
            day=local_s[order] // DAY_S,
            ticket=ticket,
            first_line=first_line[taken][order],
            line_count=line_count[taken][order],
            total_minor=total[taken][order],
            earning_minor=earning[taken][order],
            is_web=is_web[order],
        ),
    )


def _scattered(numbers: Ints) -> Ints:
    """The same even number for the same basket, whatever else is read."""
    return (numbers * 2_654_435_761 % (1 << 32)) >> 7


def _text_rank(numbers: Ints) -> Ints:
    """The rank of each number among all when compared as text, as event sources are."""
    known, position = np.unique(numbers, return_inverse=True)
    rank = np.argsort(np.argsort([str(number) for number in known.tolist()]))
    ranked: Ints = rank[position].astype(np.int64)
    return ranked


def _number_within(store: Ints, day: Ints) -> Ints:
    """Number the tickets of each store and day from 1, in the order given."""
    order = np.lexsort((np.arange(len(store)), day, store))
    is_first = np.ones(len(store), dtype=bool)
    is_first[1:] = (np.diff(store[order]) != 0) | (np.diff(day[order]) != 0)
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(store)), 0))
    numbers = np.empty(len(store), dtype=np.int64)
    numbers[order] = np.arange(len(store)) - start + 1
    return numbers
