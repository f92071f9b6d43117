"""Customers as a replay takes them: those whose histories need one another's together, so many at a time."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg

Groups = Sequence[Sequence[UUID]]
"""Merged into one another, or in one account, be it for a time."""

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


def counted_together(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> Groups:
    """Those who count as one today: a survivor with all who were merged into them, an account with all who are in it;
    each group begins with who counts."""
    rows = connection.execute(
        "SELECT customer_id, coalesce(merged_into, account_id) FROM customers_customer "
        "LEFT JOIN customers_belonging USING (customer_id) WHERE customer_id = ANY (%s)",
        (list(customers),),
    ).fetchall()
    leads_to = {customer: other for customer, other in rows if other is not None}
    groups: dict[UUID, list[UUID]] = {}
    for customer in customers:
        first = customer
        while first in leads_to:
            first = leads_to[first]
        groups.setdefault(first, [first])
        if customer != first:
            groups[first].append(customer)
    return list(groups.values())


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
