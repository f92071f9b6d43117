"""Codes of offers: made at random, told once, found again by their keyed hash alone."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from assidu.decisions.events import ShownCode
from assidu.foundation.ids import new_id
from assidu.foundation.settings import current_settings
from assidu.loyalty.script import Script, Step

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O or U: nobody mistakes them at a till."""
CODE_LENGTH = 17
"""Of 32 signs each: 85 bits."""
POOL_MAX = 100_000

FIND_CODES = (
    "SELECT k.hash, k.offer, k.customer_id, coalesce(b.account_id, c.merged_into, k.customer_id), k.uses_max, "
    "least(k.expires_on, w.withdrawn_on) "
    "FROM loyalty_offer_code AS k LEFT JOIN loyalty_code_pool_withdrawn AS w USING (pool_id) "
    "LEFT JOIN customers_customer AS c ON c.customer_id = k.customer_id "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id) "
    "WHERE k.hash = ANY ($1::bytea[])"
)
_AS_READ = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def hash_of(code: str, pseudonym_key: bytes) -> bytes:
    """However it was typed: capitals or not, with dashes or spaces."""
    written = code.upper().translate(_AS_READ)
    return hmac.digest(pseudonym_key, b"offer-code:" + written.encode(), "sha256")


class KnownCode(NamedTuple):
    """A code that was made, as ``FIND_CODES`` reads it. ``owner`` is for whom it was made, ``counts_as`` who that is
    now: their survivor, or the account that they share."""

    hash: bytes
    offer: str
    owner: UUID | None
    counts_as: UUID | None
    uses_max: int
    expires_on: date | None


def good_codes(found: Iterable[KnownCode], customer_id: UUID, day: date) -> tuple[ShownCode, ...]:
    """Those that are good for something: this customer's or anybody's, and not over."""
    return tuple(
        ShownCode(code.offer, bytes(code.hash).hex(), code.uses_max)
        for code in found
        if (code.owner is None or customer_id in (code.owner, code.counts_as))
        and (code.expires_on is None or day < code.expires_on)
    )


def shown_codes(
    codes: Sequence[str], customer_id: UUID, day: date, pseudonym_key: bytes
) -> Script[tuple[ShownCode, ...]]:
    """What the codes of one ticket are good for."""
    found = yield Step(FIND_CODES, ([hash_of(code, pseudonym_key) for code in codes],))
    return good_codes((KnownCode(*row) for row in found), customer_id, day)


@transaction.atomic
def make_codes(
    programme: str,
    offer: str,
    *,
    at: datetime,
    count: int = 1,
    customers: Iterable[UUID] = (),
    pool: str = "",
    audience: str = "",
    uses_max: int = 1,
    expires_on: date | None = None,
    by: str = "",
    pool_id: UUID | None = None,
) -> list[str]:
    """Codes for whoever shows them or, one each, for ``customers``. This is the only time that they are seen."""
    owners: list[UUID | None] = list(customers) or [None] * count
    assert 0 < len(owners) <= POOL_MAX, "codes are made in pools of a size that one can hand out"
    pool_id, key = pool_id or new_id(at), current_settings().pseudonym_key
    made = ["".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH)) for _ in owners]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_code_pool (pool_id, programme, offer, name, is_personal, audience, made, uses_max, "
            "expires_on, made_at, made_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                pool_id,
                programme,
                offer,
                pool,
                owners[0] is not None,
                audience,
                len(made),
                uses_max,
                expires_on,
                at,
                by,
            ],
        )
        cursor.execute(
            "INSERT INTO loyalty_offer_code (hash, programme, offer, pool_id, customer_id, uses_max, expires_on, "
            "made_at) SELECT c.hash, %s, %s, %s, c.customer, %s, %s, %s "
            "FROM unnest(%s::bytea[], %s::uuid[]) AS c (hash, customer)",
            [
                programme,
                offer,
                pool_id,
                uses_max,
                expires_on,
                at,
                [hash_of(code, key) for code in made],
                owners,
            ],
        )
    return ["-".join((code[:5], code[5:9], code[9:13], code[13:])) for code in made]
