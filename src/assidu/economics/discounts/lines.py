"""Reads what was bought out of recorded tickets: their lines, once, in as many processes as there are cores.

A ticket is read as it stands now: what it was changed to, less what came back. Only lines of products count that were
sold for something; what the programme's own offers took off is part of the price here, since only promotions are looked
at. Tickets in another money are left out: what comes back of them is told in that one.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import psycopg

from assidu.decisions.events import LineKind
from assidu.economics.models.bought import EPOCH, Article, Bought, Ints
from assidu.events.types import AFTER_SALE, EventType
from assidu.loyalty.instant import at_one_instant, read_in_shares
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.referee import RefereedQuotas

GROUPS = 20
"""Customers are left out by so many groups, to see how much the answer hangs on some of them."""
CUSTOMERS_AT_ONCE = 400
_COLUMNS = 7
_decode = msgspec.json.Decoder().decode

Group = tuple[int, Sequence[UUID]]
"""Customers merged into one another, or in one account, with the number of the group in which they are left out."""
Description = tuple[int, str, str, int]
"""Day, department, brand, VAT: as the latest line tells an article."""
Fields = list[Any]
"""A line as it is stored."""
_Later = tuple[EventType, list[Fields]]
"""A return, or a change of a ticket, with the lines that it tells."""
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included; everything recorded where one is left open."""

    programme: str
    since: date | None = None
    until: date | None = None

    @property
    def bounds(self) -> tuple[str, date, date]:
        return self.programme, self.since or date.min, self.until or date.max


@dataclass(frozen=True, slots=True)
class _Share:
    """What one process read: articles by its own numbers, and a row for each article, day and group."""

    articles: list[tuple[str, Description]]
    rows: Ints
    customers: int


def read_bought(
    database_url: str,
    period: Period,
    *,
    processes: int | None = None,
    on_progress: Advance = lambda _: None,
) -> tuple[Bought, int]:
    """All carded purchases of the period; and what promotions gave on tickets without a customer. Reads only.

    ``on_progress`` is told how many tickets were read.
    """
    with at_one_instant(database_url) as (connection, instant):
        groups = [(n % GROUPS, one) for n, one in enumerate(customers_in_groups(connection))]

        def read(
            mine: psycopg.Connection[Any], share: Sequence[Group], _: RefereedQuotas, advance: Advance
        ) -> _Share:
            return _Reader(mine, period).read(share, advance)

        shares = read_in_shares(
            database_url, instant, groups, read, processes=processes, on_progress=on_progress
        )
        return _together(shares), _given_without_customer(connection, period)


def tickets_of(database_url: str, period: Period) -> int:
    """How many there are to read."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM events_event WHERE type = %s AND programme = %s AND day BETWEEN %s AND %s",
            (EventType.SALE.value, *period.bounds),
        ).fetchone()
    assert row is not None
    return int(row[0])


class _Reader:
    """Goes over the tickets of some customers."""

    def __init__(self, connection: psycopg.Connection[Any], period: Period) -> None:
        self._connection = connection
        self._period = period
        self._number: dict[str, int] = {}
        self._described: list[Description] = []

    def read(self, groups: Sequence[Group], advance: Advance) -> _Share:
        customers = 0
        found = [np.empty((0, _COLUMNS), dtype=np.int64)]
        for first in range(0, len(groups), CUSTOMERS_AT_ONCE):
            part = groups[first : first + CUSTOMERS_AT_ONCE]
            of = {customer: (n, group) for n, (group, ids) in enumerate(part) for customer in ids}
            rows, buyers = self._read(of, advance)
            found.append(_added_up(rows))
            customers += buyers
        articles = list(zip(self._number, self._described, strict=True))
        return _Share(articles, np.concatenate(found), customers)

    def _read(self, of: dict[UUID, tuple[int, int]], advance: Advance) -> tuple[Ints, int]:
        """The lines of some customers with all who count as one with them, less what came back; and how many bought."""
        later = self._later(list(of))
        buyers = set()
        found = array("q")
        # Named outright: Django's own cursors cannot read the binary format.
        with psycopg.Cursor(self._connection) as cursor:
            cursor.execute(
                "SELECT customer_id, seq, day, body::text FROM events_event WHERE type = %s AND programme = %s "
                "AND day BETWEEN %s AND %s AND customer_id = ANY (%s)",
                (EventType.SALE.value, *self._period.bounds, list(of)),
                binary=True,
            )
            for customer, seq, day, body in cursor:
                ticket = _decode(body)
                if "foreign" in ticket:
                    continue
                lines, back = _as_it_stands(ticket["lines"], later.get((customer, seq), ()))
                person, group = of[customer]
                before = len(found)
                for n, fields in enumerate(lines):
                    self._take(found, fields, (day - EPOCH).days, group, back.get(n, 0))
                if len(found) > before:
                    buyers.add(person)
            advance(cursor.rowcount)
        return np.frombuffer(found, dtype=np.int64).reshape(-1, _COLUMNS), len(buyers)

    def _take(self, found: "array[int]", fields: Fields, day: int, group: int, returned_minor: int) -> None:
        sku, quantity, amount, discount, department, brand, vat_bp = fields[:7]
        if len(fields) > 7 and fields[7] != LineKind.PRODUCT.value:
            return
        paid = amount + sum(off for _, off in fields[8]) if len(fields) > 8 else amount
        if quantity <= 0 or amount < 0 or discount < 0 or paid + discount <= 0:
            return
        if returned_minor:
            left = max(amount - returned_minor, 0)
            quantity, paid, discount = (
                part * left // amount if amount else 0 for part in (quantity, paid, discount)
            )
            if quantity == 0:
                return
        number = self._number.get(sku)
        described = (day, department, brand, vat_bp)
        if number is None:
            number = self._number[sku] = len(self._described)
            self._described.append(described)
        elif described > self._described[number]:
            self._described[number] = described
        found.extend((number, day, group, 1, quantity, paid, discount))

    def _later(self, customers: list[UUID]) -> dict[tuple[UUID, int], list[_Later]]:
        """By ticket, what happened to it since, in order."""
        found: dict[tuple[UUID, int], list[_Later]] = {}
        for customer, type_, body in self._connection.execute(
            "SELECT customer_id, type, body::text FROM events_event WHERE type = ANY (%s) AND programme = %s "
            "AND customer_id = ANY (%s) ORDER BY recorded_at, customer_id, seq",
            ([one.value for one in AFTER_SALE], self._period.programme, customers),
        ):
            event = _decode(body)
            ticket = UUID(event["sale_owner"]) if "sale_owner" in event else customer, event["sale_seq"]
            found.setdefault(ticket, []).append((EventType(type_), event["lines"]))
        return found


def _as_it_stands(lines: list[Fields], later: Sequence[_Later]) -> tuple[list[Fields], dict[int, int]]:
    """The lines that a ticket has now, and by line what came back: of the same article, whatever it was changed to."""
    back: dict[int, int] = {}
    for type_, told in later:
        if type_ is not EventType.RETURN:
            articles = Counter[str]()
            for line, amount in back.items():
                articles[lines[line][0]] += amount
            lines, back = told, {}
            for n, (sku, _, amount, *_rest) in enumerate(lines):
                back[n] = max(min(articles[sku], amount), 0)
                articles[sku] -= back[n]
        elif told:
            for line, amount in told:
                back[line] = back.get(line, 0) + amount
        else:
            back = {n: max(fields[2], _ALL) for n, fields in enumerate(lines)}
    return lines, back


_ALL = 1
"""What comes back of a line that was for nothing."""


def _added_up(rows: Ints) -> Ints:
    """One row for each article, day and group, in this order."""
    if len(rows) == 0:
        return rows
    order = np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))
    rows = rows[order]
    is_first = np.any(np.diff(rows[:, :3], axis=0, prepend=rows[:1, :3] - 1) != 0, axis=1)
    starts = np.flatnonzero(is_first)
    return np.hstack([rows[starts, :3], np.add.reduceat(rows[:, 3:], starts, axis=0)])


def _together(shares: Sequence[_Share]) -> Bought:
    """The shares under one numbering, that of the articles' codes: however many processes read, it is the same."""
    described: dict[str, Description] = {}
    for share in shares:
        for sku, description in share.articles:
            described[sku] = max(described.get(sku, description), description)
    number = {sku: n for n, sku in enumerate(sorted(described))}
    parts = [np.empty((0, _COLUMNS), dtype=np.int64)]
    for share in shares:
        renumbered = share.rows.copy()
        renumbered[:, 0] = np.array([number[sku] for sku, _ in share.articles], dtype=np.int64)[
            share.rows[:, 0]
        ]
        parts.append(renumbered)
    rows = _added_up(np.concatenate(parts))
    return Bought(
        tuple(Article(sku, *described[sku][1:]) for sku in number),
        article=rows[:, 0],
        day=rows[:, 1],
        group=rows[:, 2],
        lines=rows[:, 3],
        units=rows[:, 4],
        paid_minor=rows[:, 5],
        given_minor=rows[:, 6],
        customers=sum(share.customers for share in shares),
        groups=GROUPS,
    )


def _given_without_customer(connection: psycopg.Connection[Any], period: Period) -> int:
    row = connection.execute(
        "SELECT coalesce(sum((line ->> 3)::bigint), 0)::bigint FROM events_anonymous AS a "
        "CROSS JOIN LATERAL jsonb_array_elements(a.body -> 'lines') AS line "
        "WHERE a.programme = %s AND a.day BETWEEN %s AND %s "
        "AND NOT EXISTS (SELECT FROM events_claim AS c WHERE c.source = a.source AND c.id = a.id)",
        period.bounds,
    ).fetchone()
    assert row is not None
    return int(row[0])
