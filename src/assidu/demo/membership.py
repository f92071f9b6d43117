"""Who is a member since when: most come from the earlier programme, one household in five joins during the year."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from assidu.demo.arrays import Ints
from assidu.demo.calendar import DAY_S, WEEK_S, seconds_of
from assidu.demo.people import Joining, Person, earlier_joining, invent_people, second_card
from assidu.demo.stores import Store
from assidu.demo.year import Year

JOINING_SHARE = 0.20
AT_FIRST_PURCHASE_SHARE = 0.55
WEB_JOINING_SHARE = 0.15
SECOND_CARDS = 10
SECOND_CARD_BASKETS_MIN = 12
SECOND_CARD_SHARE = 0.35
LEAVERS = 6
HOUSEHOLDS_MAX = 12
PEOPLE_PER_HOUSEHOLD = 40  # one household that shares an account for so many people


@dataclass(frozen=True, slots=True)
class Membership:
    """All card holders; `holder` gives for each basket its card's place in `people`, or -1. ``households`` are pairs
    who share an account; ``apart`` has a story of its own already, of two cards, of leaving or of a household."""

    people: tuple[Person, ...]
    holder: Ints
    second_cards: tuple[tuple[int, int], ...]  # (first card's holder, second card's holder): the same person
    leavers: tuple[int, ...]
    households: tuple[tuple[int, int], ...]
    apart: frozenset[int]
    baskets_of: tuple[Ints, ...]  # per person, in the order of time


def enrol(year: Year, stores: dict[int, Store], last_terms_from: date, seed: int) -> Membership:
    """Give every household a card holder, some of them a second card, and a card to every real basket."""
    rng = np.random.default_rng([seed, 4])
    baskets = year.baskets
    households = np.unique(baskets.household[baskets.household >= 0])
    by_household = _baskets_by(baskets.household, households)
    homes = [_most_visited(baskets.store[own]) for own in by_household]
    joiners = _choose_joiners(year, by_household, rng)
    joinings = [
        _join_during_year(year, own, rng)
        if place in joiners
        else earlier_joining(home, stores[home].opened, year.first_day, rng)
        for place, (own, home) in enumerate(zip(by_household, homes, strict=True))
    ]
    people = invent_people(households, joinings, stores, last_terms_from, seed)
    # Whatever the store where somebody joined: they live where most of their money goes.
    larders = [stores[_most_spent_in(baskets.store[own], baskets.total_minor[own])] for own in by_household]
    people = [
        replace(person, postcode=larder.postcode, town=larder.town)
        for person, larder in zip(people, larders, strict=True)
    ]
    holder = np.full(len(baskets), -1, dtype=np.int64)
    is_real = baskets.household >= 0
    holder[is_real] = np.searchsorted(households, baskets.household[is_real])

    regulars = [
        place
        for place, own in enumerate(by_household)
        if place not in joiners and len(own) >= SECOND_CARD_BASKETS_MIN
    ]
    drawn = rng.choice(regulars, size=min(SECOND_CARDS + LEAVERS, len(regulars)), replace=False).tolist()
    second_cards: list[tuple[int, int]] = []
    for place in drawn[:SECOND_CARDS]:
        own = by_household[place]
        is_second = rng.random(len(own)) < SECOND_CARD_SHARE
        # Both cards are seen before they are found to be the same person's.
        is_second[:4] = (False, True, False, True)
        holder[own[is_second]] = len(people)
        second_cards.append((place, len(people)))
        serial = 9_000_000 + 101 * len(second_cards)
        people.append(second_card(people[place], serial, year.first_day, rng))
    free = [place for place in regulars if place not in set(drawn)]
    together = _living_together(free, larders, len(people) // PEOPLE_PER_HOUSEHOLD, seed)
    for one, other in together:
        people[other] = replace(people[other], address=people[one].address)
    leavers = tuple(drawn[SECOND_CARDS:])
    return Membership(
        people=tuple(people),
        holder=holder,
        second_cards=tuple(second_cards),
        leavers=leavers,
        households=together,
        apart=frozenset({*leavers, *(one for pair in (*second_cards, *together) for one in pair)}),
        baskets_of=tuple(_baskets_by(holder, np.arange(len(people)))),
    )


def _living_together(
    places: list[int], larders: list[Store], wanted: int, seed: int
) -> tuple[tuple[int, int], ...]:
    """Pairs who shop in the same store."""
    by_store: dict[str, list[int]] = {}
    for place in np.random.default_rng([seed, 14]).permutation(places).tolist():
        by_store.setdefault(larders[place].code, []).append(place)
    pairs = [(own[0], own[1]) for own in by_store.values() if len(own) > 1]
    return tuple(pairs[: min(wanted, HOUSEHOLDS_MAX)])


def _baskets_by(owner: Ints, owners: Ints) -> list[Ints]:
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.append(owners, owners[-1] + 1))
    return [order[start:end] for start, end in pairwise(bounds.tolist())]


def _most_visited(stores: Ints) -> int:
    codes, visits = np.unique(stores, return_counts=True)
    return int(codes[np.argmax(visits)])


def _most_spent_in(stores: Ints, totals_minor: Ints) -> int:
    codes, places = np.unique(stores, return_inverse=True)
    spent = np.zeros(len(codes), dtype=np.int64)
    np.add.at(spent, places, totals_minor)
    return int(codes[np.argmax(spent)])


def _choose_joiners(year: Year, by_household: list[Ints], rng: np.random.Generator) -> set[int]:
    """One in five, above all among those who are first seen when the year is under way."""
    first_s = np.array([year.baskets.local_s[own[0]] for own in by_household])
    is_new = first_s > seconds_of(year.first_day) + 3 * WEEK_S
    weight = np.where(is_new, 8.0, 1.0)
    count = round(len(by_household) * JOINING_SHARE)
    drawn = rng.choice(len(by_household), size=count, replace=False, p=weight / weight.sum())
    return set(drawn.tolist())


def _join_during_year(year: Year, own: Ints, rng: np.random.Generator) -> Joining:
    """Minutes before the first purchase, or at a later one: what was bought with the card before earns nothing."""
    place = 0 if rng.random() < AT_FIRST_PURCHASE_SHARE else int(rng.integers(1, 5))
    index = int(own[min(place, len(own) - 1)])
    is_web = bool(year.baskets.is_web[index] or rng.random() < WEB_JOINING_SHARE)
    before_s = int(rng.integers(600, 2 * DAY_S)) if is_web else int(rng.integers(120, 900))
    at_s = max(int(year.baskets.local_s[index]) - before_s, seconds_of(year.first_day) + 60)
    at_s = int(year.clock.existing(np.array([at_s]))[0])
    return Joining(at_s, int(year.baskets.store[index]), "web" if is_web else "store", is_taken_over=False)
