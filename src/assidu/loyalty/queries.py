"""Everything that reads the programme: its plan book, what a customer has, what happened, who matches a filter."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from assidu.customers.accounts import family_of
from assidu.customers.identifiers import words_of
from assidu.customers.queries import counts_as, fields_of_events, prefix_query
from assidu.customers.types import CustomerKind
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Account
from assidu.decisions.earning import worth_minor
from assidu.decisions.engagement import EngagementStanding, engagement_standing
from assidu.decisions.inputs import SALES
from assidu.decisions.plan import CurrencyKind, Plan, TierMeasure
from assidu.decisions.state import Membership, State
from assidu.decisions.tiers import spend_minor, to_climb, to_stay
from assidu.events.bodies import event_from
from assidu.events.types import AFTER_SALE, WHOSE_PERSON, EventKey, EventType
from assidu.foundation.cursors import read_cursor, write_cursor
from assidu.foundation.sql import rows
from assidu.ledger import queries as ledger
from assidu.ledger.types import Lot, Movement
from assidu.loyalty import plans
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Desk, Member, NoQuotas
from assidu.loyalty.plans import PublishedPlan
from assidu.loyalty.rows import member_from, posting_from, stored_decision
from assidu.loyalty.types import (
    CustomerFilter,
    CustomerList,
    CustomerRow,
    CustomerSort,
    HeadCount,
    Moved,
    Purse,
    Standing,
    TierStanding,
    Timeline,
    TimelineEntry,
)
from assidu.plans.document import Document

PAGE_MAX = 200


# ---------------------------------------------------------------- the programme


def current_book(programme: str) -> PlanBook | None:
    """The plan book, compiled once for as long as nothing new is published."""
    found = _published(programme)
    return found[1] if found else None


def versions(programme: str) -> tuple[PublishedPlan, ...]:
    """Every published version, the oldest first."""
    found = _published(programme)
    return found[0] if found else ()


def document_at(programme: str, now: datetime) -> Document | None:
    """The version in force, as it is written."""
    found = _published(programme)
    if found is None:
        return None
    published, book = found
    version = book.at(now).version
    return next(one.document for one in published if one.version == version)


def programme_of(customer_id: UUID) -> str | None:
    found = rows("SELECT programme FROM loyalty_member WHERE customer_id = %s", [customer_id])
    return found[0][0] if found else None


def _published(programme: str) -> tuple[tuple[PublishedPlan, ...], PlanBook] | None:
    [(mark,)] = rows(
        "SELECT array_agg(hash || '@' || valid_from || '@' || published_at ORDER BY version) "
        "FROM loyalty_plan WHERE programme = %s",
        [programme],
    )
    return _compiled(programme, tuple(mark)) if mark else None


@lru_cache(maxsize=8)
def _compiled(programme: str, mark: tuple[str, ...]) -> tuple[tuple[PublishedPlan, ...], PlanBook]:  # noqa: ARG001 (its key)
    found = tuple(plans.published_plans(programme))
    return found, plans.book_of(found)


# ---------------------------------------------------------------- one customer


def standing(customer_id: UUID, now: datetime) -> Standing | None:
    """What a customer has, as of ``now``; ``None`` for somebody who is not in the programme's books."""
    found = rows(_MEMBER, {"customer_id": customer_id})
    if not found:
        return None
    *fields, programme = found[0]
    member = member_from(*fields)
    book = current_book(programme)
    if book is None:
        return None
    plan = book.at(now)
    today = local_day(now, plan.zone)
    state = state_on(book, member, today, now)
    return Standing(
        customer_id=customer_id,
        programme=programme,
        today=today,
        seq=state.seq,
        membership=state.membership,
        joined_on=state.joined_on,
        left_on=state.left_on,
        regret_until=state.regret_until,
        tiers=_tier_standing(plan, state, today),
        engagement=_engagement(plan, state, today),
        purchases=state.counters.get(SALES, 0),
        last_purchase=member.last_purchase,
        purses=tuple(_purses(plan, state)),
        is_closed_account=state.account is not None and state.account.is_closed,
        lots=tuple(
            Lot(key.currency, key.issued_month, state.end_of(key), left)
            for code in sorted({key.currency for key in state.lots})
            for key, left in state.open_lots(code)
        ),
        stands_still_since=state.stands_still_since,
        audiences=tuple(sorted(state.audiences)),
    )


def member_state(customer_id: UUID) -> State | None:
    """The state as it is written down; ``None`` for somebody who is not in the programme's books."""
    found = rows(_MEMBER, {"customer_id": customer_id})
    return member_from(*found[0][:-1]).state if found else None


def present_state(customer_id: UUID, now: datetime) -> State | None:
    """The state as of ``now``, with what is due but not written yet."""
    found = rows(_MEMBER, {"customer_id": customer_id})
    book = current_book(found[0][-1]) if found else None
    if book is None:
        return None
    return state_on(book, member_from(*found[0][:-1]), local_day(now, book.at(now).zone), now)


def state_on(book: PlanBook, member: Member, today: date, now: datetime) -> State:
    """The state once everything due up to ``today`` is decided; nothing is written."""
    desk = Desk(book, NoQuotas(), lambda *_: None, now)
    desk.catch_up(member, today)
    return member.state


def is_known_in_store(customer_id: UUID, *stores: str) -> bool:
    """Whether a customer, somebody merged into them, or whoever shares an account with them joined or bought in one of
    these stores."""
    family = family_of(counts_as(customer_id))
    found = rows(
        "SELECT EXISTS (SELECT FROM customers_customer "
        "  WHERE customer_id = ANY (%(ids)s) AND store_id = ANY (%(stores)s)) "
        "OR EXISTS (SELECT FROM events_event WHERE customer_id = ANY (%(ids)s) AND store_id = ANY (%(stores)s))",
        {"ids": list(family), "stores": list(stores)},
    )
    return bool(found[0][0])


def accounts_ever(customer_ids: Sequence[UUID]) -> list[UUID]:
    """The households and companies that these customers are in, or were in once."""
    found = rows(
        "SELECT DISTINCT (body ->> 'into')::uuid FROM events_event WHERE customer_id = ANY (%s) AND type = %s",
        [list(customer_ids), EventType.ACCOUNT_ENTRY.value],
    )
    return [account_id for (account_id,) in found]


def timeline(
    customer_ids: Sequence[UUID],
    *,
    shared: Sequence[UUID] = (),
    types: Iterable[EventType] = (),
    since: date | None = None,
    until: date | None = None,
    cursor: str = "",
    limit: int = 30,
) -> Timeline:
    """What happened to a customer (and to those merged into them), the youngest first; of the accounts ``shared``,
    what was told of them, but for their coming and going, which their own side tells."""
    assert 0 < limit <= PAGE_MAX
    wanted = ["e.customer_id = ANY (%(ids)s)"]
    parameters: dict[str, Any] = {"ids": list(customer_ids), "limit": limit + 1}
    if shared:
        of_them = (
            "e.customer_id = ANY (%(shared)s) AND (e.body ->> 'member')::uuid = ANY (%(ids)s) "
            "AND e.type <> ALL (%(passages)s)"
        )
        wanted = [f"({wanted[0]} OR {of_them})"]
        parameters |= {"shared": list(shared), "passages": [type_.value for type_ in WHOSE_PERSON]}
    if chosen := [type_.value for type_ in types]:
        wanted.append("e.type = ANY (%(types)s)")
        parameters["types"] = chosen
    if since is not None:
        wanted.append("e.day >= %(since)s")
        parameters["since"] = since
    if until is not None:
        wanted.append("e.day <= %(until)s")
        parameters["until"] = until
    if cursor:
        at, customer_id, seq = read_cursor(cursor, datetime, UUID, int)
        wanted.append("(e.at, e.customer_id, e.seq::bigint) < (%(at)s, %(customer_id)s, %(seq)s::bigint)")
        parameters |= {"at": at, "customer_id": customer_id, "seq": max(-(2**62), min(seq, 2**62))}
    found = rows(
        f"{_ENTRIES} WHERE {' AND '.join(wanted)} ORDER BY e.at DESC, e.customer_id DESC, e.seq DESC LIMIT %(limit)s",
        parameters,
    )
    entries = _entries(found[:limit])
    last = entries[-1] if len(found) > limit else None
    return Timeline(tuple(entries), write_cursor(last.at, last.customer_id, last.seq) if last else None)


def entry(customer_id: UUID, seq: int) -> TimelineEntry | None:
    """One event of a customer with its decision."""
    found = rows(f"{_ENTRIES} WHERE e.customer_id = %s AND e.seq = %s", [customer_id, seq])
    return _entries(found)[0] if found else None


def whole_history(customer_id: UUID) -> list[TimelineEntry]:
    """Everything that happened to one customer, in the order in which it was decided."""
    return _entries(rows(f"{_ENTRIES} WHERE e.customer_id = %s ORDER BY e.seq", [customer_id]))


def places_of(events: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], tuple[EventType, str]]:
    """What events are and in which store they happened, by customer and ``seq``."""
    found = rows(
        "SELECT e.customer_id, e.seq, e.type, e.store_id "
        "FROM unnest(%s::uuid[], %s::integer[]) AS asked (customer_id, seq) "
        "JOIN events_event AS e USING (customer_id, seq)",
        [[customer_id for customer_id, _ in events], [seq for _, seq in events]],
    )
    return {(customer_id, seq): (EventType(type_), store) for customer_id, seq, type_, store in found}


def after_sale(customer_ids: Sequence[UUID], owner: UUID, sale_seq: int) -> list[TimelineEntry]:
    """What happened to a ticket of ``owner``, told on any of these customers."""
    found = rows(
        f"{_ENTRIES} WHERE e.customer_id = ANY (%(ids)s) AND e.type = ANY (%(types)s) "
        "AND (e.body ->> 'sale_seq')::integer = %(seq)s "
        "AND coalesce(e.body ->> 'sale_owner', e.customer_id::text) = %(owner)s ORDER BY e.at",
        {
            "ids": list(customer_ids),
            "types": [one.value for one in AFTER_SALE],
            "seq": sale_seq,
            "owner": str(owner),
        },
    )
    return _entries(found)


def entry_by_key(customer_ids: Sequence[UUID], key: EventKey) -> TimelineEntry | None:
    """The event that a source calls ``key``, if it is one of these customers'."""
    found = rows(
        f"{_ENTRIES} JOIN events_key AS k ON k.customer_id = e.customer_id AND k.seq = e.seq "
        "WHERE k.source = %s AND k.id = %s AND e.customer_id = ANY (%s)",
        [key.source, key.id, list(customer_ids)],
    )
    return _entries(found)[0] if found else None


def recorded_at(key: EventKey) -> datetime | None:
    """When the event with this key happened, whosoever it is; ``None`` while there is none."""
    found = rows(
        "SELECT e.at FROM events_key AS k JOIN events_event AS e ON e.customer_id = k.customer_id AND e.seq = k.seq "
        "WHERE k.source = %s AND k.id = %s",
        [key.source, key.id],
    )
    return found[0][0] if found else None


def entries_by_id(customer_ids: Sequence[UUID], event_id: str) -> list[TimelineEntry]:
    """Events of these customers with that id, from whatever source."""
    found = rows(
        f"{_ENTRIES} WHERE e.customer_id = ANY (%s) AND e.id = %s ORDER BY e.at LIMIT 2",
        [list(customer_ids), event_id],
    )
    return _entries(found)


def _entries(found: Sequence[tuple[Any, ...]]) -> list[TimelineEntry]:
    movements: dict[tuple[UUID, int], list[Movement]] = {}
    stretches: dict[UUID, list[int]] = {}
    for row in found:
        stretches.setdefault(row[0], []).append(row[1])
    for customer_id, seqs in stretches.items():
        for seq, moved in ledger.movements_of(customer_id, min(seqs), max(seqs)).items():
            movements[customer_id, seq] = moved
    entries = [_entry(row, tuple(movements.get((row[0], row[1]), ()))) for row in found]
    written = fields_of_events([(one.customer_id, one.seq) for one in entries if one.written])
    return [
        replace(one, written={**one.written, **written.get((one.customer_id, one.seq), {})})
        if one.written
        else one
        for one in entries
    ]


def _entry(row: tuple[Any, ...], movements: tuple[Movement, ...]) -> TimelineEntry:
    (customer_id, seq, source, id_, type_, at, recorded_at, day, store, channel, amount, has_happened, body, plan,
     semantics, record) = row  # fmt: skip
    content: dict[str, Any] = msgspec.json.decode(body)
    kind = EventType(type_)
    other = next((content[name] for name in ("absorbed", "into", "to", "from") if name in content), None)
    member = content.get("member")
    if kind in WHOSE_PERSON:
        other, member = member, None
    postings = [
        posting_from(
            m.source,
            m.target,
            m.currency,
            m.quantity,
            m.issued_month,
            m.expires_on,
            m.reverses[0] if m.reverses else None,
            m.reverses[1] if m.reverses else None,
            m.active_on,
        )
        for m in movements
    ]
    return TimelineEntry(
        customer_id=customer_id,
        seq=seq,
        key=EventKey(source, id_),
        type=kind,
        at=at,
        recorded_at=recorded_at,
        day=day,
        store=store,
        channel=channel,
        amount_minor=amount,
        has_happened=has_happened,
        event=event_from(kind, at, store, channel, content),
        body=content,
        decision=stored_decision(record, plan, postings),
        semantics=semantics,
        movements=movements,
        other=UUID(other) if other else None,
        member=UUID(member) if member else None,
        written=dict.fromkeys(content.get("sealed", ())),
    )


def _tier_standing(plan: Plan, state: State, today: date) -> TierStanding | None:
    if plan.tiers is None or state.membership is not Membership.MEMBER:
        return None
    spend = spend_minor(plan.tiers, state.counters, today)
    held = state.tiers[-1] if state.tiers else None
    climb, stay = to_climb(plan, state, today), to_stay(plan, state, today)
    tier, since = (held.tier, held.since) if held else (None, None)
    if climb is None:
        return TierStanding(tier, since, state.tier_until, spend, to_stay=stay)
    level = plan.tiers.levels[plan.tiers.rank(climb.level)]
    missing = climb.by.get(TierMeasure.SPEND, 0)
    return TierStanding(
        tier, since, state.tier_until, spend, level.code, level.spend_min_minor, missing, climb, stay
    )


def _engagement(plan: Plan, state: State, today: date) -> EngagementStanding | None:
    if plan.engagement is None or state.membership is not Membership.MEMBER:
        return None
    return engagement_standing(plan.engagement, state.counters, today)


def _purses(plan: Plan, state: State) -> Iterable[Purse]:
    """The plan's currencies in its order, then those that it no longer knows and the customer still has."""
    waiting = {key.currency for key in state.pending}
    has = {key.currency for key in state.lots} | waiting | state.debts.keys()
    for code in (*plan.currencies, *sorted(has - plan.currencies.keys())):
        known = plan.currencies.get(code)
        available = state.available(code)
        ends: dict[date, int] = {}
        for lot, left in state.open_lots(code):
            if (end := state.end_of(lot)) is not None:
                ends[end] = ends.get(end, 0) + left
        first = min(ends, default=None)
        awaited = state.awaited(code)
        waits = known.pending if known is not None else None
        is_sure = bool(awaited) and not (waits is not None and waits.is_lost)
        yield Purse(
            currency=code,
            kind=known.kind if known else CurrencyKind.POINTS,
            available=available,
            held=state.held(code),
            debt=state.debts.get(code, 0),
            worth_minor=worth_minor(plan, code, available),
            next_expiry=first,
            next_expiry_quantity=ends[first] if first else 0,
            pending=sum(quantity for _, quantity in awaited),
            awaits=waits.event if waits is not None else "",
            next_activation=awaited[0][0] if is_sure else None,
            next_activation_quantity=awaited[0][1] if is_sure else 0,
        )


_MEMBER = """
  SELECT m.customer_id, m.wallet_id, m.seq, m.state::text, m.last_purchase,
         (SELECT json_agg(json_build_array(l.currency, l.issued_month, l.expires_on,
                                           l.remaining - l.pending - l.held))::text
            FROM ledger_lot AS l WHERE l.customer_id = m.customer_id AND l.remaining > l.pending + l.held),
         (SELECT json_agg(json_build_array(b.currency, b.debt))::text
            FROM ledger_balance AS b WHERE b.customer_id = m.customer_id AND b.debt > 0),
         m.programme
    FROM loyalty_member AS m WHERE m.customer_id = %(customer_id)s"""
_ENTRIES = """
  SELECT e.customer_id, e.seq, e.source, e.id, e.type, e.at, e.recorded_at, e.day, e.store_id, e.channel,
         e.amount_minor, e.has_happened, e.body::text, d.plan_version, d.semantics, d.record::text
    FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq)"""


# ---------------------------------------------------------------- many customers


def customers(
    wanted: CustomerFilter, *, sort: CustomerSort = CustomerSort.NAME, cursor: str = "", limit: int = 50
) -> CustomerList:
    """Customers that match, page by page. Merged and erased ones are not among them."""
    assert 0 < limit <= PAGE_MAX
    conditions, parameters = _conditions(wanted)
    expression, type_, is_falling = _SORTS[sort]
    if cursor:
        value, customer_id = read_cursor(cursor, type_, UUID)
        if isinstance(value, int):
            value = max(-(2**62), min(value, 2**62))
        comparison = "<" if is_falling else ">"
        conditions.append(f"({expression}, c.customer_id) {comparison} (%(value)s, %(after)s)")
        parameters |= {"value": value, "after": customer_id}
    direction = "DESC" if is_falling else "ASC"
    found = rows(
        f"{_LIST} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {expression} {direction}, c.customer_id {direction} LIMIT %(limit)s".replace(
            "{sort}", expression
        ),
        parameters | {"limit": limit + 1},
    )
    listed = [_row(row) for row in found[:limit]]
    more = write_cursor(found[limit - 1][-1], found[limit - 1][0]) if len(found) > limit else None
    return CustomerList(tuple(listed), more)


def count_customers(wanted: CustomerFilter) -> int:
    conditions, parameters = _conditions(wanted)
    found = rows(f"SELECT count(*) FROM {_FROM} WHERE {' AND '.join(conditions)}", parameters)
    return int(found[0][0])


def head_count(known_in: tuple[str, ...] | None = None) -> HeadCount:
    """Who all the customers are; of those known in some stores alone, if they are named."""
    conditions, parameters = _conditions(CustomerFilter(known_in=known_in))
    found = rows(
        "SELECT c.kind, coalesce(m.membership, 'none'), count(*) "
        f"FROM {_FROM} WHERE {' AND '.join(conditions)} GROUP BY 1, 2",
        parameters,
    )
    listed = {(CustomerKind(kind), Membership(membership)): count for kind, membership, count in found}
    if known_in is not None:
        return HeadCount(listed)
    [(merged, erased)] = rows(
        "SELECT count(*) FILTER (WHERE merged_into IS NOT NULL), "
        "count(*) FILTER (WHERE merged_into IS NULL AND erased_at IS NOT NULL) FROM customers_customer"
    )
    return HeadCount(listed, merged, erased)


def _row(row: tuple[Any, ...]) -> CustomerRow:
    (customer_id, name, town, store, is_invented, kind, membership, tier, joined_on, last_purchase, purchases,
     balances, _) = row  # fmt: skip
    return CustomerRow(
        customer_id=customer_id,
        name=name,
        town=town,
        store=store,
        is_invented=is_invented,
        kind=CustomerKind(kind),
        membership=Membership(membership),
        tier=tier,
        joined_on=joined_on,
        last_purchase=last_purchase,
        purchases=purchases,
        balances=msgspec.json.decode(balances) if balances else {},
    )


def _conditions(wanted: CustomerFilter) -> tuple[list[str], dict[str, Any]]:
    """The WHERE of a filter. What it says is our own text; what it compares with are parameters."""
    conditions = ["c.merged_into IS NULL", "c.erased_at IS NULL"]
    parameters: dict[str, Any] = {"currency": wanted.currency}

    def add(condition: str, **values: Any) -> None:
        conditions.append(condition)
        parameters.update(values)

    if words := words_of(wanted.text):
        add(
            "to_tsvector('simple', c.search_name) @@ to_tsquery('simple', %(words)s)",
            words=prefix_query(words),
        )
    elif wanted.text.strip():
        conditions.append("false")  # nobody's name has only signs in it
    if wanted.memberships:
        add(
            "coalesce(m.membership, 'none') = ANY (%(memberships)s)",
            memberships=[m.value for m in wanted.memberships],
        )
    if wanted.tiers:
        add("m.tier = ANY (%(tiers)s)", tiers=list(wanted.tiers))
    if wanted.store:
        add("c.store_id = %(store)s", store=wanted.store)
    if wanted.kind is not None:
        add("c.kind = %(kind)s", kind=wanted.kind.value)
    if wanted.known_in is not None:
        add(_among(_KNOWN_IN), known_in=list(wanted.known_in))
    _between(add, "m.joined_on", "joined", wanted.joined_since, wanted.joined_until)
    _between(add, "m.last_purchase", "last", wanted.last_purchase_since, wanted.last_purchase_until)
    if wanted.balance_min is not None:
        add(
            "coalesce(b.posted - b.held - b.pending, 0) >= %(balance_min)s::bigint",
            balance_min=wanted.balance_min,
        )
    if wanted.balance_max is not None:
        add(
            "coalesce(b.posted - b.held - b.pending, 0) <= %(balance_max)s::bigint",
            balance_max=wanted.balance_max,
        )
    if wanted.customer_ids is not None:
        add("c.customer_id = ANY (%(customer_ids)s)", customer_ids=list(wanted.customer_ids))
    if wanted.bought_since is not None or wanted.bought_until is not None:
        add(
            _among(f"events_event WHERE type = '{EventType.SALE.value}' "
                   "AND day BETWEEN %(bought_since)s AND %(bought_until)s"),
            bought_since=wanted.bought_since or date.min,
            bought_until=wanted.bought_until or date.max,
        )  # fmt: skip
    if wanted.moved is not None:
        add(
            _among("ledger_posting AS p WHERE p.currency = %(currency)s "
                   f"AND p.day BETWEEN %(since)s AND %(until)s AND {_MOVED[wanted.moved]}"),
            since=wanted.since or date.min,
            until=wanted.until or date.max,
        )  # fmt: skip
    if wanted.rule:
        add(
            _among("loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq) "
                   "WHERE e.day BETWEEN %(rule_since)s AND %(rule_until)s "
                   # Containment looks at the whole list at once and says no to most; what is left is read exactly.
                   "AND d.record -> 'awards' @> jsonb_build_array(jsonb_build_array(%(rule)s::text)) "
                   # A quick look first: only few decisions name the rule, and only these are read in full.
                   "AND d.record -> 'awards' @> %(named)s::jsonb "
                   "AND EXISTS (SELECT FROM jsonb_array_elements(d.record -> 'awards') AS a WHERE a ->> 0 = %(rule)s)"),
            rule=wanted.rule,
            named=msgspec.json.encode([[wanted.rule]]).decode(),
            rule_since=wanted.since or date.min,
            rule_until=wanted.until or date.max,
        )  # fmt: skip
    return conditions, parameters


def _among(of: str) -> str:
    """Found once and kept: joined row by row, a year's events would be read again for every customer."""
    return (
        "c.customer_id IN (WITH found AS MATERIALIZED "
        f"(SELECT DISTINCT customer_id FROM {of}) SELECT customer_id FROM found)"
    )


def _between(
    add: Callable[..., None], column: str, name: str, since: date | None, until: date | None
) -> None:
    if since is not None:
        add(f"{column} >= %({name}_since)s", **{f"{name}_since": since})
    if until is not None:
        add(f"{column} <= %({name}_until)s", **{f"{name}_until": until})


_KNOWN_IN = """(
    WITH seen AS MATERIALIZED (
      SELECT coalesce(merged_into, customer_id) AS customer_id FROM customers_customer
       WHERE store_id = ANY (%(known_in)s)
      UNION
      SELECT coalesce(c.merged_into, c.customer_id)
        FROM events_event AS e JOIN customers_customer AS c USING (customer_id) WHERE e.store_id = ANY (%(known_in)s)),
    shared AS (SELECT account_id FROM customers_belonging
                WHERE customer_id IN (SELECT customer_id FROM seen) OR account_id IN (SELECT customer_id FROM seen))
    SELECT customer_id FROM seen
    UNION ALL SELECT account_id FROM shared
    UNION ALL SELECT b.customer_id FROM customers_belonging AS b JOIN shared USING (account_id)
  ) AS known"""
_MOVED = {
    Moved.ISSUED: f"p.source = {Account.ISSUED:d}",
    Moved.USED: f"p.target = {Account.USED:d}",
    Moved.EXPIRED: f"p.target IN ({Account.BREAKAGE:d}, {Account.FORFEITED:d})",
    Moved.CORRECTED: f"{Account.CORRECTED:d} IN (p.source, p.target)",
}
_SORTS: dict[CustomerSort, tuple[str, Any, bool]] = {
    CustomerSort.NAME: ("c.search_name", str, False),
    CustomerSort.JOINED: ("coalesce(m.joined_on, '0001-01-01')", date, True),
    CustomerSort.LAST_PURCHASE: ("coalesce(m.last_purchase, '0001-01-01')", date, True),
    CustomerSort.PURCHASES: ("coalesce(m.purchases, 0)", int, True),
    CustomerSort.BALANCE: ("coalesce(b.posted - b.held - b.pending, 0)", int, True),
}
_FROM = """customers_customer AS c
    LEFT JOIN loyalty_member AS m USING (customer_id)
    LEFT JOIN ledger_balance AS b ON b.customer_id = m.customer_id AND b.wallet_id = m.wallet_id
                                 AND b.currency = %(currency)s"""
_LIST = f"""
  SELECT c.customer_id, trim(c.first_name || ' ' || c.last_name), c.town, c.store_id, c.is_invented, c.kind,
         coalesce(m.membership, 'none'), m.tier, m.joined_on, m.last_purchase, coalesce(m.purchases, 0),
         (SELECT json_object_agg(h.currency, h.posted - h.held - h.pending)::text FROM ledger_balance AS h
           WHERE h.customer_id = c.customer_id), {{sort}}
    FROM {_FROM}"""
