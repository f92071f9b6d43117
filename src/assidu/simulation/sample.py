"""In which order customers are decided when a first answer is wanted: by chance, in rounds.

A round is over when all its customers are decided, however long each of them took: those of the first rounds are the
beginning of an order that was drawn before, never those who happened to be quick.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from assidu.simulation.groups import Groups

Item = TypeVar("Item")
FIRST_ROUND = 40
"""Customers, or those whose histories need one another's: enough to speak of an interval, and done in a second."""
GROWTH = 20
"""A later round is a twentieth of all before it, where that is more: big histories are not cut into crumbs."""
SAMPLE_SHARE = 8
SAMPLE_MAX = 2_000
"""Where everything is decided once more afterwards: an eighth of the customers, and never more than this."""


def by_chance(groups: Groups, seed: int) -> list[Sequence[UUID]]:
    """The same order for the same seed and customers, whatever else is recorded."""
    return sorted(groups, key=lambda group: blake2b(f"{seed}\n{group[0]}".encode(), digest_size=16).digest())


def sampled(groups: int) -> int:
    """How many are decided first where everybody must be decided together in the end."""
    return min(max(groups // SAMPLE_SHARE, min(FIRST_ROUND, groups)), SAMPLE_MAX)


def rounds(groups: int, parts: int) -> list[int]:
    """Where the rounds of one of ``parts`` shares end. All shares have as many rounds, the last one may be short."""
    ends: list[int] = []
    done = 0
    while done < groups:
        done += max(FIRST_ROUND, done // GROWTH)
        ends.append(-(-min(done, groups) // parts))
    return ends


def in_rounds(share: Sequence[Item], ends: Sequence[int]) -> Iterator[Sequence[Item]]:
    """The share as its rounds cut it."""
    start = 0
    for end in ends:
        yield share[start:end]
        start = end


def places_taken(connection: psycopg.Connection[Any]) -> Mapping[str, int]:
    """How many are gone of everything that customers share, by key."""
    return dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())


def lot_of(seed: int, first: UUID) -> Callable[[str], float]:
    """A number from 0 to 1, excluded, by what is shared: whether some customers have a part of a place whole."""

    def lot(key: str) -> float:
        told = f"{seed}\nplace:{first}:{key}".encode()
        return int.from_bytes(blake2b(told, digest_size=8).digest(), "big") / 2**64

    return lot


def events_of(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> int:
    """How much history these have."""
    row = connection.execute(
        "SELECT coalesce(sum(seq), 0) FROM loyalty_member WHERE customer_id = ANY (%s)", (list(customers),)
    ).fetchone()
    assert row is not None
    return int(row[0])


def who_count(connection: psycopg.Connection[Any]) -> int:
    """How many customers with a history there are, each with all who were merged into them or are in their account."""
    row = connection.execute(
        "SELECT count(*) FROM loyalty_member LEFT JOIN customers_customer USING (customer_id) "
        "LEFT JOIN customers_belonging USING (customer_id) "
        "WHERE seq > 0 AND coalesce(merged_into, account_id) IS NULL"
    ).fetchone()
    assert row is not None
    return int(row[0])
