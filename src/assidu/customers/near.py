"""Numbers that somebody may have meant: a card or a telephone that was mistyped, and whose it would be."""

from typing import Final
from uuid import UUID

from assidu.customers import resolve
from assidu.customers.types import Identifier, IdentifierKind
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_connection

CARD_LENGTH: Final = 13
INTERNAL: Final = "2"
"""EAN-13 of the range that shops use among themselves: what a card of thirteen digits is printed as."""


def check_digit(body: str) -> str:
    """That of EAN-13: every second digit counts three times, from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def is_misread(identifier: Identifier) -> bool:
    """A card whose last digit does not check the others; of numbers that have no such digit, nobody can say."""
    value = identifier.value
    return (
        identifier.kind is IdentifierKind.CARD
        and len(value) == CARD_LENGTH
        and value.isdigit()
        and value.startswith(INTERNAL)
        and check_digit(value[:-1]) != value[-1]
    )


def near(identifier: Identifier) -> list[tuple[Identifier, UUID]]:
    """Who has a number that differs by one slip, aliases followed; the same person once."""
    asked = [Identifier(identifier.kind, value) for value in _slips(identifier.value)]
    found = resolve.find(raw_connection(), current_settings().pseudonym_key, asked) if asked else {}
    whose: dict[UUID, Identifier] = {}
    for one in asked:
        if one in found:
            whose.setdefault(found[one], one)
    return [(one, customer_id) for customer_id, one in whose.items()]


def _slips(value: str) -> list[str]:
    """One digit otherwise, two neighbours swapped, one digit too many or too few."""
    sign, digits = ("+", value[1:]) if value.startswith("+") else ("", value)
    if not (digits.isascii() and digits.isdigit()):
        return []
    places = range(len(digits))
    made = [digits[:n] + other + digits[n + 1 :] for n in places for other in "0123456789"]
    made += [digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :] for n in places[:-1]]
    made += [digits[:n] + digits[n + 1 :] for n in places]
    made += [digits[:n] + other + digits[n:] for n in range(len(digits) + 1) for other in "0123456789"]
    return [sign + one for one in dict.fromkeys(made) if one and one != digits]
