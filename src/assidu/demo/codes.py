"""Codes that only the platform can make, of members who bring others and of offers: how files name them till then."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NAME = re.compile(r"@(referrer|code):([^@]+)@")


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code as the feed names it: of the member with a card or, ``offer`` being given, one of the offer's."""

    name: str
    card: str = ""
    offer: str = ""


def name_of_referrer(card: str) -> str:
    return f"@referrer:{card}@"


def name_of_code(offer: str, number: int) -> str:
    return f"@code:{offer}:{number}@"


def codes_named_in(text: str) -> Iterator[NamedCode]:
    for found in _NAME.finditer(text):
        if found[1] == "referrer":
            yield NamedCode(found[0], card=found[2])
        else:
            yield NamedCode(found[0], offer=found[2].partition(":")[0])


def written_in(text: str, codes: Mapping[str, str]) -> str:
    """The text with every code in place of its name."""
    return _NAME.sub(lambda found: codes[found[0]], text)
