"""Decided events in PostgreSQL's own COPY format: how history is written, many thousands of rows at a time.

The same rows as ``loyalty_record`` writes, in the same order of tables; whoever copies them holds the customers'
locks. Triggers and constraints apply as ever.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from assidu.decisions.calendar import LAST_DAY
from assidu.decisions.due import next_due, next_release
from assidu.decisions.inputs import SALES
from assidu.decisions.record import decision_record, state_record
from assidu.loyalty.desk import Decided, Member
from assidu.loyalty.rows import paid_minor

_encode = msgspec.json.Encoder().encode
_text_of = lru_cache(1 << 14)(str)
"""A customer's id is written for each of their rows."""

_SPECIAL = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
)
_HAS_SPECIAL = re.compile(r"[\\\t\n\r\x08\f\v]").search
_NULL: Final = "\\N"

_COPIES: Final = (
    ("keys", "events_key (source, id, fingerprint, customer_id, seq)"),
    ("tickets", "events_ticket (store_id, day, ticket, customer_id, seq)"),
    (
        "events",
        "events_event (customer_id, seq, source, id, type, at, recorded_at, day, programme, store_id, channel, "
        "amount_minor, has_happened, body)",
    ),
    (
        "anonymous",
        "events_anonymous (source, id, at, recorded_at, day, programme, store_id, channel, ticket, amount_minor, body)",
    ),
    ("decisions", "loyalty_decision (customer_id, seq, plan_version, semantics, record)"),
    (
        "postings",
        "ledger_posting (customer_id, seq, n, wallet_id, source, target, currency, quantity, issued_month, expires_on, "
        "reverses_seq, reverses_n, day, active_on)",
    ),
)
_MEMBERS_SQL: Final = """
UPDATE loyalty_member AS m
   SET seq = n.seq, state = n.state::jsonb, membership = n.membership, tier = n.tier, joined_on = n.joined_on,
       next_due = n.next_due, last_purchase = n.last_purchase, purchases = n.purchases,
       next_release = n.next_release
  FROM unnest(%s::uuid[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::date[], %s::date[], %s::date[],
              %s::integer[], %s::timestamptz[])
    AS n (customer, seq, state, membership, tier, joined_on, next_due, last_purchase, purchases, next_release)
 WHERE m.customer_id = n.customer
"""


@dataclass(slots=True)
class Lines:
    """What is to be copied, as lines of text by table."""

    keys: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    anonymous: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    postings: list[str] = field(default_factory=list)

    def add(self, others: "Lines") -> None:
        for name, _ in _COPIES:
            getattr(self, name).extend(getattr(others, name))

    def add_decided(self, one: Decided, programme: str) -> None:
        """All rows of one decided event."""
        fact, decision = one.fact, one.decision
        where = f"{_text_of(one.customer_id)}\t{one.seq}"
        source, id_, day = escaped(fact.key.source), escaped(fact.key.id), one.day.isoformat()
        store, channel = escaped(fact.store), escaped(fact.channel)
        self.add_key(source, id_, fact.fingerprint, where)
        if fact.ticket:
            self.tickets.append(f"{store}\t{day}\t{escaped(fact.ticket)}\t{where}\n")
        self.events.append(
            f"{where}\t{source}\t{id_}\t{fact.type.value}\t{fact.event.at.isoformat()}\t{one.recorded_at.isoformat()}"
            f"\t{day}\t{programme}\t{store}\t{channel}\t{paid_minor(one)}\t{'t' if fact.has_happened else 'f'}"
            f"\t{json_column(fact.body)}\n"
        )
        self.decisions.append(
            f"{where}\t{decision.plan_version}\t{one.semantics}\t{json_column(decision_record(decision))}\n"
        )
        for n, posting in enumerate(decision.postings):
            lot, reverses = posting.lot, posting.reverses
            lot_columns = (
                f"{_NULL}\t{_NULL}"
                if lot is None
                else f"{lot.issued_month.isoformat()}\t{(lot.expires_on or LAST_DAY).isoformat()}"
            )
            reverses_columns = f"{_NULL}\t{_NULL}" if reverses is None else f"{reverses[0]}\t{reverses[1]}"
            active = _NULL if posting.active_on is None else posting.active_on.isoformat()
            self.postings.append(
                f"{where}\t{n}\t{_text_of(one.wallet_id)}\t{int(posting.source)}\t{int(posting.target)}"
                f"\t{escaped(posting.currency)}\t{posting.quantity}\t{lot_columns}\t{reverses_columns}\t{day}"
                f"\t{active}\n"
            )

    def add_key(self, source: str, id_: str, fingerprint: bytes, where: str = f"{_NULL}\t{_NULL}") -> None:
        """``source`` and ``id_`` are escaped; ``where`` is the customer and seq, or nobody."""
        self.keys.append(f"{source}\t{id_}\t\\\\x{fingerprint.hex()}\t{where}\n")

    def add_anonymous(
        self,
        *,
        source: str,
        id_: str,
        fingerprint: bytes,
        at: datetime,
        recorded_at: datetime,
        day: date,
        programme: str,
        store: str,
        channel: str,
        ticket: str,
        amount_minor: int,
        body: Mapping[str, Any],
    ) -> None:
        """All rows of a ticket that nobody showed a card for."""
        source, id_, store, ticket = escaped(source), escaped(id_), escaped(store), escaped(ticket)
        self.add_key(source, id_, fingerprint)
        if ticket:
            self.tickets.append(f"{store}\t{day.isoformat()}\t{ticket}\t{_NULL}\t{_NULL}\n")
        self.anonymous.append(
            f"{source}\t{id_}\t{at.isoformat()}\t{recorded_at.isoformat()}\t{day.isoformat()}\t{programme}\t{store}"
            f"\t{escaped(channel)}\t{ticket}\t{amount_minor}\t{json_column(body)}\n"
        )


def copy_lines(connection: psycopg.Connection[Any], lines: Lines) -> None:
    """Write them, keys and tickets in one order for everybody."""
    lines.keys.sort()
    lines.tickets.sort()
    with connection.cursor() as cursor:
        for name, table in _COPIES:
            if found := getattr(lines, name):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write("".join(found))


def update_members(connection: psycopg.Connection[Any], members: Iterable[Member]) -> None:
    """Write the states of members whose events were copied."""
    rows = [
        (
            member.customer_id,
            member.state.seq,
            _encode(state_record(member.state)).decode(),
            member.state.membership.value,
            member.state.tier,
            member.state.joined_on,
            next_due(member.state),
            member.last_purchase,
            member.state.counters.get(SALES, 0),
            next_release(member.state),
        )
        for member in members
        if member.is_changed
    ]
    if rows:
        connection.execute(_MEMBERS_SQL, [list(column) for column in zip(*rows, strict=True)])


def customer_and_seq(customer_id: UUID | None, seq: int | None) -> str:
    """The last columns of a key or ticket."""
    return f"{customer_id or _NULL}\t{seq if seq is not None else _NULL}"


def escaped(text: str) -> str:
    """A text column."""
    return text if _HAS_SPECIAL(text) is None else text.translate(_SPECIAL)


def json_column(value: Mapping[str, Any]) -> str:
    written = _encode(value)
    return (written.replace(b"\\", b"\\\\") if b"\\" in written else written).decode()
