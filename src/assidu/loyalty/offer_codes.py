"""Codes of offers: made at random, told once, found again by their keyed hash alone."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from assidu.decisions.events import ShownCode
from assidu.foundation.settings import current_settings
from assidu.loyalty.script import Script, Step

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O or U: nobody mistakes them at a till."""
CODE_LENGTH = 17
"""Of 32 signs each: 85 bits."""
POOL_MAX = 100_000

FIND_CODES = (
    "SELECT hash, offer, customer_id, uses_max, expires_on "
    "FROM loyalty_offer_code WHERE hash = ANY ($1::bytea[])"
)
_AS_READ = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def hash_of(code: str, pseudonym_key: bytes) -> bytes:
    """However it was typed: capitals or not, with dashes or spaces."""
    written = code.upper().translate(_AS_READ)
    return hmac.digest(pseudonym_key, b"offer-code:" + written.encode(), "sha256")


class KnownCode(NamedTuple):
    """A code that was made, as ``FIND_CODES`` reads it."""

    hash: bytes
    offer: str
    owner: UUID | None
    uses_max: int
    expires_on: date | None


def good_codes(found: Iterable[KnownCode], customer_id: UUID, day: date) -> tuple[ShownCode, ...]:
    """Those that are good for something: this customer's or anybody's, and not over."""
    return tuple(
        ShownCode(code.offer, bytes(code.hash).hex(), code.uses_max)
        for code in found
        if code.owner in (None, customer_id) and (code.expires_on is None or day < code.expires_on)
    )


def shown_codes(
    codes: Sequence[str], customer_id: UUID, day: date, pseudonym_key: bytes
) -> Script[tuple[ShownCode, ...]]:
    """What the codes of one ticket are good for."""
    found = yield Step(FIND_CODES, ([hash_of(code, pseudonym_key) for code in codes],))
    return good_codes((KnownCode(*row) for row in found), customer_id, day)


def make_codes(
    programme: str,
    offer: str,
    *,
    at: datetime,
    count: int = 1,
    customers: Iterable[UUID] = (),
    pool: str = "",
    uses_max: int = 1,
    expires_on: date | None = None,
    by: str = "",
) -> list[str]:
    """Codes for whoever shows them or, one each, for ``customers``. This is the only time that they are seen."""
    owners: list[UUID | None] = list(customers) or [None] * count
    assert 0 < len(owners) <= POOL_MAX, "codes are made in pools of a size that one can hand out"
    key = current_settings().pseudonym_key
    made = ["".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH)) for _ in owners]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_offer_code (hash, programme, offer, pool, customer_id, uses_max, expires_on, made_at, "
            "made_by) SELECT c.hash, %s, %s, %s, c.customer, %s, %s, %s, %s "
            "FROM unnest(%s::bytea[], %s::uuid[]) AS c (hash, customer)",
            [
                programme,
                offer,
                pool,
                uses_max,
                expires_on,
                at,
                by,
                [hash_of(code, key) for code in made],
                owners,
            ],
        )
    return ["-".join((code[:5], code[5:9], code[9:13], code[13:])) for code in made]
