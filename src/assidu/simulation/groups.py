"""Customers as a replay takes them: those merged into one another together, so many at a time."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg

Groups = Sequence[Sequence[UUID]]
"""The survivor of each group comes first."""

CUSTOMERS_AT_ONCE = 400


def chunks(groups: Groups) -> Iterator[Groups]:
    """Groups put together up to a size that fits in memory."""
    chunk: list[Sequence[UUID]] = []
    size = 0
    for group in groups:
        chunk.append(group)
        size += len(group)
        if size >= CUSTOMERS_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def caught_up_to(
    connection: psycopg.Connection[Any], customers: Sequence[UUID], until: date
) -> dict[UUID, date]:
    """Up to which day what is due has been decided, for each customer: ``until``, unless something still is."""
    rows = connection.execute(
        "SELECT customer_id, next_due FROM loyalty_member WHERE customer_id = ANY (%s)", (list(customers),)
    )
    return {
        customer: until if due is None or due > until else due - timedelta(days=1) for customer, due in rows
    }
