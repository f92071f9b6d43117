"""What the database already knows of the keys, tickets and customers of an import, asked in bulk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from assidu.connectors.imports.types import Original, Place, Ticket
from assidu.decisions.decision import RefusalCode
from assidu.events.types import EventType
from assidu.foundation.ids import new_id
from assidu.loyalty.desk import Member
from assidu.loyalty.offer_codes import FIND_CODES, KnownCode
from assidu.loyalty.rows import member_from

BATCH = 10_000
Connection = psycopg.Connection[Any]
Item = TypeVar("Item")

_KEYS_SQL = """
SELECT k.source, k.id, k.fingerprint, coalesce(k.customer_id, c.customer_id), coalesce(k.seq, c.seq)
  FROM unnest(%s::text[], %s::text[]) AS asked (source, id)
  JOIN events_key AS k ON k.source = asked.source AND k.id = asked.id
  LEFT JOIN events_claim AS c ON k.customer_id IS NULL AND c.source = k.source AND c.id = k.id
"""
_TICKETS_SQL = """
SELECT t.store_id, t.day, t.ticket, coalesce(t.customer_id, c.customer_id), coalesce(t.seq, c.seq)
  FROM unnest(%s::text[], %s::date[], %s::text[]) AS asked (store_id, day, ticket)
  JOIN events_ticket AS t ON t.store_id = asked.store_id AND t.day = asked.day AND t.ticket = asked.ticket
  LEFT JOIN (SELECT a.store_id, a.day, a.ticket, c.customer_id, c.seq
               FROM events_claim AS c JOIN events_anonymous AS a USING (source, id)) AS c
    ON t.customer_id IS NULL AND c.store_id = t.store_id AND c.day = t.day AND c.ticket = t.ticket
"""
_MEMBERS_SQL = """
SELECT m.customer_id, m.wallet_id, m.seq, m.state::text, m.last_purchase,
       (SELECT json_agg(json_build_array(l.currency, l.issued_month, l.expires_on,
                                         l.remaining - l.pending - l.held))::text
          FROM ledger_lot AS l WHERE l.customer_id = m.customer_id AND l.remaining > l.pending + l.held),
       (SELECT json_agg(json_build_array(b.currency, b.debt))::text
          FROM ledger_balance AS b WHERE b.customer_id = m.customer_id AND b.debt > 0)
  FROM loyalty_member AS m WHERE m.customer_id = ANY (%s)
"""
_BELONGING_SQL = "SELECT customer_id, account_id FROM customers_belonging WHERE customer_id = ANY (%s)"
_LEFT_SQL = f"""
SELECT DISTINCT customer_id, (body ->> 'from')::uuid FROM events_event
 WHERE customer_id = ANY (%s) AND type = '{EventType.ACCOUNT_EXIT.value}'
"""
_LOCK_SQL = """
SELECT customer_id, wallet_id, seq, state::text, last_purchase, lots::text, debts::text FROM loyalty_lock(%s)
"""
_ENROL_SQL = "SELECT loyalty_enrol(%s::uuid[], %s::uuid[], %s)"
_CODES_SQL = FIND_CODES.replace("$1", "%s")
_ASKED_AGAIN = frozenset(
    {
        RefusalCode.UNKNOWN_SALE,
        RefusalCode.ABSORBED,
        RefusalCode.IN_ACCOUNT,
        RefusalCode.NOT_IN_ACCOUNT,
        RefusalCode.NO_RATE,
        RefusalCode.RATE_TOO_OLD,
    }
)
_REFUSALS = sorted(code.value for code in RefusalCode)
_REFUSALS_FOR_GOOD = sorted(code.value for code in RefusalCode if code not in _ASKED_AGAIN)


def known_keys(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[bytes, Place]]:
    """The keys that are taken, with what they meant and where they were written."""
    found: dict[tuple[str, str], tuple[bytes, Place]] = {}
    if connection.execute("SELECT FROM events_key LIMIT 1").fetchone() is None:
        return found
    for batch in _cut(keys):
        sources, ids = zip(*batch, strict=True)
        for source, id_, fingerprint, customer, seq in connection.execute(
            _KEYS_SQL, [list(sources), list(ids)]
        ):
            found[source, id_] = bytes(fingerprint), Place(customer, seq)
    return found


def known_tickets(connection: Connection, tickets: Iterable[Ticket]) -> dict[Ticket, Place]:
    found: dict[Ticket, Place] = {}
    for batch in _cut(tickets):
        columns = [list(column) for column in zip(*batch, strict=True)]
        columns[1] = [date.fromisoformat(day) for day in columns[1]]
        for store, day, ticket, customer, seq in connection.execute(_TICKETS_SQL, columns):
            found[store, day.isoformat(), ticket] = Place(customer, seq)
    return found


def known_originals(connection: Connection, originals: Iterable[Original]) -> dict[Original, Place]:
    """Where the tickets that returns name were written."""
    tickets: list[Ticket] = []
    keys: list[tuple[str, str]] = []
    for original in originals:
        match original:
            case ("ticket", store, day, number):
                tickets.append((store, day, number))
            case ("event", source, id_):
                keys.append((source, id_))
    found: dict[Original, Place] = {}
    for ticket, place in known_tickets(connection, tickets).items():
        found["ticket", *ticket] = place
    for key, (_, place) in known_keys(connection, keys).items():
        found["event", *key] = place
    return found


def known_codes(connection: Connection, hashes: Iterable[bytes]) -> dict[bytes, KnownCode]:
    """The codes that were made here, of all that were shown, by their hash."""
    found: dict[bytes, KnownCode] = {}
    for batch in _cut(hashes):
        for row in connection.execute(_CODES_SQL, [batch]):
            code = KnownCode(*row)
            found[bytes(code.hash)] = code
    return found


def refused_before(
    connection: Connection, sources: Iterable[str], resumed_from: datetime | None
) -> set[tuple[str, str, bytes]]:
    """Events, with what they said, that an import showed to the programme, and that it refused: no second asking.

    Those that only came before their sale or their rate, or for an alias, are asked again; but not by the very run,
    killed and resumed (told by the instant that it records at), that refused them: it answers as if it had never
    stopped.
    """
    rows = connection.execute(
        "SELECT source, id, fingerprint FROM events_reject "
        "WHERE (code = ANY (%s) OR code = ANY (%s) AND at = %s) AND source = ANY (%s) AND origin <> '' "
        "AND fingerprint IS NOT NULL",
        [_REFUSALS_FOR_GOOD, _REFUSALS, resumed_from, sorted(set(sources))],
    )
    return {(source, id_, bytes(fingerprint)) for source, id_, fingerprint in rows}


def enrol(connection: Connection, customers: Iterable[UUID], programme: str, at: Any) -> None:
    """Give every customer a place in the programme's books and a wallet; those who have one keep it."""
    for batch in _cut(sorted(set(customers))):
        with connection.transaction():
            connection.execute(_ENROL_SQL, [batch, [new_id(at) for _ in batch], programme])


def members(connection: Connection, customers: Iterable[UUID]) -> dict[UUID, Member]:
    """Members as they are now, without locking them."""
    found: dict[UUID, Member] = {}
    for batch in _cut(customers):
        for row in connection.execute(_MEMBERS_SQL, [batch]):
            found[row[0]] = member_from(*row)
    return found


def accounts_of(connection: Connection, people: Iterable[UUID]) -> dict[UUID, UUID]:
    """The account that counts for each of these people now; who counts for themselves is left out."""
    found: dict[UUID, UUID] = {}
    for batch in _cut(people):
        found |= dict(connection.execute(_BELONGING_SQL, [batch]).fetchall())
    return found


def accounts_left_by(connection: Connection, people: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """The accounts that these people were in once, each with who left it: their tickets are brought back there."""
    found: list[tuple[UUID, UUID]] = []
    for batch in _cut(people):
        found += connection.execute(_LEFT_SQL, [batch]).fetchall()
    return found


def lock_members(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Member]:
    """Members locked, in the one order, until the transaction ends."""
    return {row[0]: member_from(*row) for row in connection.execute(_LOCK_SQL, [sorted(customers)])}


def lock_places(connection: Connection, limits: Mapping[str, int | None]) -> dict[str, int]:
    """How many of these places are taken; nobody else takes one until the transaction ends. What is only given back
    has no limit."""
    keys = sorted(limits)
    return dict(
        connection.execute(
            "SELECT key, taken FROM loyalty_lock_quotas(%s::text[], %s::integer[])",
            [keys, [limits[key] for key in keys]],
        ).fetchall()
    )


def places_taken(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())


def places_moved(connection: Connection, recorded_at: datetime) -> list[tuple[datetime, str, str, str, int]]:
    """What events that were recorded at one instant moved of what customers share: time, source, id, key, change."""
    return connection.execute(
        "SELECT e.at, e.source, e.id, m.key, m.change FROM events_event AS e "
        "JOIN loyalty_decision AS d USING (customer_id, seq) "
        "CROSS JOIN LATERAL loyalty_places_moved(d.record) AS m WHERE e.recorded_at = %s ORDER BY 1, 2, 3, 4",
        [recorded_at],
    ).fetchall()


def _cut(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
