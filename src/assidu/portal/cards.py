"""Card numbers for those who join by themselves: EAN-13 of the range that shops use among themselves."""

import hmac
from typing import Final
from uuid import UUID

from assidu.customers.near import check_digit

PREFIX: Final = "29"
DIGITS: Final = 10


def card_number(form: UUID, attempt: int, key: bytes) -> str:
    """The card of one form: sent twice, it is the same card. ``attempt`` counts from 0, for numbers that are taken."""
    digest = hmac.digest(key, f"card:{form}:{attempt}".encode(), "sha256")
    body = PREFIX + f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"
    return body + check_digit(body)


def in_groups(number: str) -> str:
    """As it is printed: 2 990000 000012."""
    return f"{number[0]}\u00a0{number[1:7]}\u00a0{number[7:]}"
