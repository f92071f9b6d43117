"""The original ticket of a return or a change: where it is written, and all that became of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from assidu.decisions.decision import Decision, Posting
from assidu.decisions.events import AfterSale, Sale
from assidu.decisions.facts import SoldBefore
from assidu.decisions.sold import Later, sold_before
from assidu.events.bodies import event_from
from assidu.events.types import AFTER_SALE, EventType
from assidu.events.wire import AfterSaleData, SaleFound
from assidu.loyalty.rows import posting_from, stored_decision
from assidu.loyalty.script import Script, Step

_BY_TICKET = (
    "SELECT coalesce(t.customer_id, c.customer_id), coalesce(t.seq, c.seq) FROM events_ticket AS t "
    "LEFT JOIN events_anonymous AS a ON t.customer_id IS NULL AND a.day = t.day AND a.store_id = t.store_id "
    "     AND a.ticket = t.ticket "
    "LEFT JOIN events_claim AS c ON c.source = a.source AND c.id = a.id "
    "WHERE t.store_id = $1::text AND t.day = $2::date AND t.ticket = $3::text"
)
_BY_KEY = (
    "SELECT coalesce(k.customer_id, c.customer_id), coalesce(k.seq, c.seq) FROM events_key AS k "
    "LEFT JOIN events_claim AS c ON k.customer_id IS NULL AND c.source = k.source AND c.id = k.id "
    "WHERE k.source = $1::text AND k.id = $2::text"
)
_FAMILY = (
    "WITH people AS (SELECT $1::uuid AS id UNION ALL "
    "  SELECT b.customer_id FROM customers_belonging AS b WHERE b.account_id = $1::uuid) "
    "SELECT id FROM people UNION "
    "SELECT c.customer_id FROM customers_customer AS c JOIN people ON c.merged_into = id"
)
_FROM = (
    "SELECT (e.body ->> 'from')::uuid AS id FROM {} "
    f"AND e.type IN ('{EventType.RESTORATION.value}', '{EventType.ACCOUNT_EXIT.value}')"
)
_ONCE_IN = (
    f"WITH RECURSIVE once AS ({_FROM.format('events_event AS e WHERE e.customer_id = ANY ($1::uuid[])')} "
    f"UNION {_FROM.format('once JOIN events_event AS e ON e.customer_id = once.id')}) SELECT id FROM once"
)
"""Those they were merged with once, by mistake, and accounts that they have left: what came back of a ticket may have
been told there."""
_TOLD_OF = (
    "SELECT coalesce(c.merged_into, c.customer_id) FROM events_event AS e "
    "JOIN customers_customer AS c ON c.customer_id = (e.body ->> 'member')::uuid "
    f"WHERE e.customer_id = $1::uuid AND e.seq = $2::integer AND e.type = '{EventType.SALE.value}'"
)
_EVENT = (
    "SELECT e.customer_id, e.seq, e.type, e.at, e.store_id, e.channel, e.body::text, d.plan_version, d.record::text, "
    "(SELECT json_agg(json_build_array(p.source, p.target, p.currency, p.quantity, p.issued_month, p.expires_on, "
    "                                  p.reverses_seq, p.reverses_n, p.active_on) ORDER BY p.n)::text "
    "   FROM ledger_posting AS p WHERE p.customer_id = e.customer_id AND p.seq = e.seq) "
    "FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq) "
)
_SALE = _EVENT + "WHERE e.customer_id = $1::uuid AND e.seq = $2::integer"
_LATER = (
    _EVENT + "WHERE e.customer_id = ANY ($1::uuid[]) AND e.type = ANY ($4::text[]) "
    "AND (e.body->>'sale_seq')::integer = $2::integer "
    "AND coalesce(nullif(e.body->>'sale_owner', ''), e.customer_id::text) = $3::text "
    "ORDER BY e.recorded_at, e.customer_id, e.seq"
)


def find_sale(data: AfterSaleData) -> Script[SaleFound | None]:
    """Where the ticket that a return or a change names is written."""
    if data.original is not None:
        rows = yield Step(_BY_TICKET, (data.original.store, data.original.date, data.original.ticket))
    else:
        assert data.original_event is not None, "the wire makes sure of one of them"
        rows = yield Step(_BY_KEY, (data.original_event.source, data.original_event.id))
    return SaleFound(rows[0][0], rows[0][1]) if rows else None


def load_sold(customer_id: UUID, found: SaleFound, asked_by: UUID | None = None) -> Script[SoldBefore | None]:
    """The ticket with what happened to it since, if it is this customer's, that of somebody merged into them or, of an
    account, of somebody in it; as ``asked_by`` finds it, where that is somebody else."""
    asking = asked_by or customer_id
    assert found.customer_id is not None
    assert found.seq is not None
    family = [row[0] for row in (yield Step(_FAMILY, (customer_id,)))]
    if found.customer_id not in family:
        return None
    once = [row[0] for row in (yield Step(_ONCE_IN, (family,)))]
    rows = yield Step(_SALE, (found.customer_id, found.seq))
    if not rows or rows[0][2] != EventType.SALE.value:
        return None
    _, seq, _, at, store, channel, body, *decided = rows[0]
    sale = event_from(EventType.SALE, at, store, channel, msgspec.json.decode(body))
    assert isinstance(sale, Sale)
    types = [one.value for one in AFTER_SALE]
    later = yield Step(_LATER, ([*family, *once], found.seq, str(found.customer_id), types))
    return sold_before(
        seq,
        sale,
        decision_from_row(*decided),
        [_later(asking, *row) for row in later],
        is_own=found.customer_id == asking,
    )


def bought_by(found: SaleFound) -> Script[UUID | None]:
    """Who of an account a ticket was told of, by who they are now."""
    rows = yield Step(_TOLD_OF, (found.customer_id, found.seq))
    return rows[0][0] if rows else None


def _later(
    asking: UUID, customer_id: UUID, seq: int, type_: str, at: datetime, store: str, channel: str, body: str,
    *decided: Any,
) -> Later:  # fmt: skip
    event = event_from(EventType(type_), at, store, channel, msgspec.json.decode(body))
    assert isinstance(event, AfterSale)
    return Later(seq, event, decision_from_row(*decided), customer_id == asking)


def decision_from_row(plan_version: int, record: str, postings: str | None) -> Decision:
    moved = [_posting(*fields) for fields in msgspec.json.decode(postings)] if postings else []
    return stored_decision(record, plan_version, moved)


def _posting(
    source: int,
    target: int,
    currency: str,
    quantity: int,
    issued: str | None,
    expires: str | None,
    reverses_seq: int | None,
    reverses_n: int | None,
    active: str | None,
) -> Posting:
    """A posting as JSON tells it."""
    return posting_from(
        source,
        target,
        currency,
        quantity,
        _day(issued),
        _day(expires),
        reverses_seq,
        reverses_n,
        _day(active),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
