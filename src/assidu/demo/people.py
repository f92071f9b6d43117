"""The people behind the real households, all invented: names by Faker, telephones from the numbers that the French
regulator keeps for fiction, e-mail addresses that reach nobody."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from faker import Faker

from assidu.demo.arrays import Ints
from assidu.demo.calendar import day_of, first_of_month, seconds_of
from assidu.demo.stores import Store

CARD_PREFIX = "299"
FICTION_MOBILE = "063998"
FICTION_LANDLINES = {
    "Île-de-France": "019900",
    "Bretagne": "026191",
    "Pays de la Loire": "026191",
    "Normandie": "026191",
    "Centre-Val de Loire": "026191",
    "Grand Est": "035301",
    "Hauts-de-France": "035301",
    "Bourgogne-Franche-Comté": "035301",
    "Auvergne-Rhône-Alpes": "046571",
    "Provence-Alpes-Côte d'Azur": "046571",
    "Corse": "046571",
    "Occitanie": "053649",
    "Nouvelle-Aquitaine": "053649",
}
MAIL_DOMAINS = ("exemple.fr", "example.org")
EARLIER_TERMS = "1"
NEW_TERMS = "2"
LAST_TERMS = "3"
"""Editions of the terms: the earlier programme's, those of the opening, those of its last version."""


@dataclass(frozen=True, slots=True)
class Person:
    """A card holder. `household` is the data set's; a second card of a household has the same one."""

    household: int
    card: str
    title: str
    first_name: str
    last_name: str
    birth_date: date
    email: str
    phone: str
    address: str
    postcode: str
    town: str
    language: str
    store: str
    joined_s: int  # local time
    join_channel: str
    terms_version: str
    is_taken_over: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """When and where a household's card holder joins."""

    at_s: int
    store: int
    channel: str
    is_taken_over: bool


def card_number(serial: int) -> str:
    """A card number of thirteen digits whose last one checks the others, as on any bar code."""
    body = f"{CARD_PREFIX}{serial:09d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-total % 10)


def earlier_joining(store: int, opened_at: date, start: date, rng: np.random.Generator) -> Joining:
    """Someone who was already a member of the earlier programme, most of them for a few years."""
    days_ago = 30 + int(rng.beta(1.2, 2.2) * 3200)
    day = max(start - timedelta(days=days_ago), opened_at)
    at_s = seconds_of(day) + int(rng.integers(9 * 3600, 20 * 3600))
    return Joining(at_s, store, "store", is_taken_over=True)


def invent_people(
    households: Ints, joinings: list[Joining], stores: dict[int, Store], last_terms_from: date, seed: int
) -> list[Person]:
    """One card holder per household, in the same order."""
    last_terms_s = seconds_of(last_terms_from)
    rng = np.random.default_rng([seed, 2])
    fake = Faker("fr_FR")
    fake.seed_instance(seed)
    serials = rng.permutation(len(households)) * 13 + 1_000_017
    mobiles = iter(rng.permutation(10_000).tolist())
    landlines = {prefix: iter(rng.permutation(10_000).tolist()) for prefix in set(FICTION_LANDLINES.values())}
    mail_names: dict[str, int] = {}
    people: list[Person] = []
    for place, (household, joining) in enumerate(zip(households.tolist(), joinings, strict=True)):
        home = stores[joining.store]
        is_woman = bool(rng.random() < 0.62)
        first_name = fake.first_name_female() if is_woman else fake.first_name_male()
        last_name = fake.last_name()
        birth_date = _birth_date(joining.at_s, rng)
        has_mobile, has_phone, has_mail = rng.random(3) < (0.74, 0.92, 0.94)
        if has_mobile:
            phone = _grouped(FICTION_MOBILE, next(mobiles))
        else:
            prefix = FICTION_LANDLINES[home.region]
            phone = _grouped(prefix, next(landlines[prefix]))
        people.append(
            Person(
                household=household,
                card=card_number(int(serials[place])),
                title="Mme" if is_woman else "M.",
                first_name=first_name,
                last_name=last_name,
                birth_date=birth_date,
                email=_mail(first_name, last_name, mail_names, rng) if has_mail else "",
                phone=phone if has_phone else "",
                address=fake.street_address(),
                postcode=home.postcode,
                town=home.town,
                language="en" if rng.random() < 0.04 else "fr",
                store=home.code,
                joined_s=joining.at_s,
                join_channel=joining.channel,
                terms_version=_terms_on(joining, last_terms_s),
                is_taken_over=joining.is_taken_over,
            )
        )
    return people


def second_card(person: Person, serial: int, start: date, rng: np.random.Generator) -> Person:
    """The same person once more under another card: asked for again at another till, typed a little otherwise."""
    plain = _without_accents(person.first_name)
    first_name = plain if plain != person.first_name else f"{person.first_name[0]}."
    joined = min(
        day_of(person.joined_s) + timedelta(days=int(rng.integers(20, 900))), start - timedelta(days=3)
    )
    return replace(
        person,
        card=card_number(serial),
        first_name=first_name,
        last_name=person.last_name.upper(),
        email="",
        joined_s=seconds_of(joined) + int(rng.integers(9 * 3600, 20 * 3600)),
    )


def _terms_on(joining: Joining, last_terms_s: int) -> str:
    if joining.is_taken_over:
        return EARLIER_TERMS
    return NEW_TERMS if joining.at_s < last_terms_s else LAST_TERMS


def _birth_date(joined_s: int, rng: np.random.Generator) -> date:
    """Of age when they joined."""
    years = 18 + int(rng.beta(2.0, 2.6) * 68)
    month = first_of_month(day_of(joined_s), -12 * years - int(rng.integers(1, 12)))
    return month + timedelta(days=int(rng.integers(28)))


def _grouped(prefix: str, number: int) -> str:
    digits = f"{prefix}{number:04d}"
    return " ".join(digits[place : place + 2] for place in range(0, 10, 2))


def _mail(first_name: str, last_name: str, taken: dict[str, int], rng: np.random.Generator) -> str:
    name = f"{_letters(first_name)}.{_letters(last_name)}"
    count = taken[name] = taken.get(name, 0) + 1
    return f"{name}{count if count > 1 else ''}@{MAIL_DOMAINS[int(rng.random() < 0.25)]}"


def _letters(text: str) -> str:
    return "".join(letter for letter in _without_accents(text).lower() if letter.isalpha())


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
