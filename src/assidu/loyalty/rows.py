"""Between the database's rows and the desk: members as they are loaded, decided events as they are written.

``RECORD_COLUMNS`` is the signature of ``loyalty_record``; intake (asyncpg), Django (psycopg), the import and the
bench's reference all write through it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assidu.decisions.calendar import LAST_DAY
from assidu.decisions.decision import Account, Decision, Posting
from assidu.decisions.due import next_due, next_release
from assidu.decisions.events import AfterSale
from assidu.decisions.inputs import SALES
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.state import LotKey, State
from assidu.loyalty.desk import Decided, Member

EVENT_COLUMNS: Final = (
    "uuid", "integer", "text", "text", "bytea", "text", "timestamptz", "timestamptz", "date", "text", "text", "text",
    "text", "bigint", "boolean", "text", "integer", "smallint", "text",
)  # fmt: skip
POSTING_COLUMNS: Final = (
    "uuid", "integer", "smallint", "uuid", "smallint", "smallint", "text", "bigint", "date", "date", "integer",
    "smallint", "date", "date",
)  # fmt: skip
MEMBER_COLUMNS: Final = (
    "uuid",
    "integer",
    "text",
    "text",
    "text",
    "date",
    "date",
    "date",
    "integer",
    "timestamptz",
)
RECORD_COLUMNS: Final = (*EVENT_COLUMNS, *POSTING_COLUMNS, *MEMBER_COLUMNS)

Columns = list[Sequence[Any]]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_ACCOUNTS: Final = {account.value: account for account in Account}


def record_sql(placeholder: Callable[[int], str]) -> str:
    """The call of ``loyalty_record``; ``placeholder(1)`` is how a driver writes its first parameter."""
    parameters = ", ".join(f"{placeholder(n)}::{kind}[]" for n, kind in enumerate(RECORD_COLUMNS, start=1))
    return f"SELECT loyalty_record({parameters})"


def record_columns(
    decided: Iterable[Decided], last_purchases: Mapping[UUID, date | None], programme: str
) -> Columns:
    """What ``loyalty_record`` takes. ``last_purchases`` has every customer among ``decided``."""
    events: list[tuple[Any, ...]] = []
    postings: list[tuple[Any, ...]] = []
    last: dict[UUID, Decided] = {}
    for one in decided:
        events.append(_event_row(one, programme))
        if one.decision.postings:
            postings += _posting_rows(one)
        last[one.customer_id] = one
    members = [_member_row(one, last_purchases[customer]) for customer, one in last.items()]
    return [
        *_columns(events, len(EVENT_COLUMNS)),
        *_columns(postings, len(POSTING_COLUMNS)),
        *_columns(members, len(MEMBER_COLUMNS)),
    ]


def paid_minor(one: Decided) -> int:
    """What the customer paid, or got back (negative): of a return or a change, only deciding says how much."""
    if isinstance(one.fact.event, AfterSale):
        return one.decision.changed_minor - sum(part.amount_minor for part in one.decision.returned)
    return one.fact.amount_minor


def member_from(
    customer_id: UUID,
    wallet_id: UUID,
    seq: int,
    state: str | bytes,
    last_purchase: date | None,
    lots: str | bytes | None,
    debts: str | bytes | None,
) -> Member:
    """A row of ``loyalty_lock``, its JSON not yet read."""
    return Member(customer_id, wallet_id, _state_of(seq, state, lots, debts), last_purchase)


def stored_decision(record: str | bytes, plan_version: int, postings: Iterable[Posting]) -> Decision:
    return decision_from(_decode(record), plan_version, postings)


def posting_from(
    source: int,
    target: int,
    currency: str,
    quantity: int,
    issued_month: date | None,
    expires_on: date | None,
    reverses_seq: int | None,
    reverses_n: int | None,
    active_on: date | None,
) -> Posting:
    """A row of ``ledger_posting``."""
    lot = None
    if issued_month is not None:
        lot = LotKey(currency, issued_month, None if expires_on == LAST_DAY else expires_on)
    reverses = None
    if reverses_seq is not None and reverses_n is not None:
        reverses = (reverses_seq, reverses_n)
    return Posting(_ACCOUNTS[source], _ACCOUNTS[target], currency, quantity, lot, reverses, active_on)


def _state_of(seq: int, state: str | bytes, lots: str | bytes | None, debts: str | bytes | None) -> State:
    found: dict[LotKey, int] = {}
    if lots:
        for currency, issued, expires, remaining in _decode(lots):
            end = date.fromisoformat(expires)
            found[LotKey(currency, date.fromisoformat(issued), None if end == LAST_DAY else end)] = remaining
    return state_from(_decode(state), seq, found, dict(_decode(debts)) if debts else {})


def _event_row(one: Decided, programme: str) -> tuple[Any, ...]:
    fact, decision = one.fact, one.decision
    at: datetime = fact.event.at
    return (
        one.customer_id,
        one.seq,
        fact.key.source,
        fact.key.id,
        fact.fingerprint,
        fact.type.value,
        at,
        one.recorded_at,
        one.day,
        programme,
        fact.store,
        fact.channel,
        fact.ticket,
        paid_minor(one),
        fact.has_happened,
        _encode(fact.body).decode(),
        decision.plan_version,
        one.semantics,
        _encode(decision_record(decision)).decode(),
    )


def _posting_rows(one: Decided) -> list[tuple[Any, ...]]:
    rows = []
    for n, posting in enumerate(one.decision.postings):
        lot, reverses = posting.lot, posting.reverses
        rows.append(
            (
                one.customer_id,
                one.seq,
                n,
                one.wallet_id,
                int(posting.source),
                int(posting.target),
                posting.currency,
                posting.quantity,
                None if lot is None else lot.issued_month,
                None if lot is None else lot.expires_on or LAST_DAY,
                None if reverses is None else reverses[0],
                None if reverses is None else reverses[1],
                one.day,
                posting.active_on,
            )
        )
    return rows


def _member_row(one: Decided, last_purchase: date | None) -> tuple[Any, ...]:
    state = one.state
    return (
        one.customer_id,
        state.seq,
        _encode(state_record(state)).decode(),
        state.membership.value,
        state.tier,
        state.joined_on,
        next_due(state),
        last_purchase,
        state.counters.get(SALES, 0),
        next_release(state),
    )


def _columns(rows: list[tuple[Any, ...]], width: int) -> Columns:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
