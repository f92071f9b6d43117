"""Folds what was recorded and compares it with everything that is kept of it. Nothing is ever decided again here.

``verify`` reads one snapshot of the database, in several processes, a few customers at a time. ``repair`` writes what
follows from the record where something else was kept; it is run by the role that owns the tables.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from assidu.decisions import evolve
from assidu.decisions.calendar import LAST_DAY
from assidu.decisions.decision import Account
from assidu.decisions.due import next_due, next_release
from assidu.decisions.inputs import SALES
from assidu.decisions.places import places_moved
from assidu.decisions.record import state_record
from assidu.decisions.state import LotKey, State
from assidu.events.types import EventType
from assidu.loyalty.instant import Advance, at_one_instant, read_in_shares
from assidu.loyalty.recorded import Recorded, history_of
from assidu.loyalty.referee import RefereedQuotas

CUSTOMERS_AT_ONCE = 40
TOLD_MAX = 1_000
"""Differences kept in full; beyond, they are only counted: something is very wrong anyway."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is kept and is not what follows from the record. ``customer_id`` is ``None`` for shared things."""

    customer_id: UUID | None
    what: str
    stored: str
    expected: str
    is_repairable: bool = True


@dataclass(slots=True)
class Verification:
    customers: int = 0
    events: int = 0
    postings: int = 0
    differences: int = 0
    found: list[Difference] = field(default_factory=list)

    def note(self, differences: Iterable[Difference]) -> None:
        for difference in differences:
            self.differences += 1
            if len(self.found) < TOLD_MAX:
                self.found.append(difference)


@dataclass(slots=True)
class _Folded:
    """What follows from one customer's record."""

    state: State = field(default_factory=State)
    last_purchase: date | None = None
    posted: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    pending: Counter[str] = field(default_factory=Counter)
    debts: Counter[str] = field(default_factory=Counter)
    lots: Counter[LotKey] = field(default_factory=Counter)
    lots_pending: Counter[LotKey] = field(default_factory=Counter)
    lots_held: Counter[LotKey] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    postings: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of one customer beside the record."""

    wallet_id: UUID
    seq: int
    state: Mapping[str, Any]
    columns: Mapping[str, Any]
    lots: Mapping[LotKey, tuple[int, int, int]]
    balances: Mapping[str, tuple[int, int, int, int]]
    merged_into: UUID | None
    account_id: UUID | None
    kind: str
    people: frozenset[str]
    wallets: int


@dataclass(frozen=True, slots=True)
class _Part:
    customers: int
    events: int
    postings: int
    differences: tuple[Difference, ...]
    places: Counter[str]


def verify(
    database_url: str, *, processes: int | None = None, on_progress: Callable[[int], None] = lambda _: None
) -> Verification:
    """Compare everything that is kept with what follows from the record, at one instant."""
    result = Verification()
    places: Counter[str] = Counter()
    with at_one_instant(database_url) as (connection, instant):
        ids = [
            row[0]
            for row in connection.execute("SELECT customer_id FROM loyalty_member ORDER BY 1").fetchall()
        ]
        groups = [ids[n : n + CUSTOMERS_AT_ONCE] for n in range(0, len(ids), CUSTOMERS_AT_ONCE)]
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            on_progress(done - told)
            told = done

        for parts in read_in_shares(
            database_url, instant, groups, _examine_all, processes=processes, on_progress=tell
        ):
            for part in parts:
                result.customers += part.customers
                result.events += part.events
                result.postings += part.postings
                result.note(part.differences)
                places.update(part.places)
        result.note(_shared(connection, places))
    return result


def customer_count(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM loyalty_member").fetchone()
        assert row is not None
        return int(row[0])


def repair(owner_url: str, found: Iterable[Difference]) -> int:
    """Write what follows from the record for the customers and places among ``found``; answers how many were."""
    wanted = [difference for difference in found if difference.is_repairable]
    customers = sorted(
        {difference.customer_id for difference in wanted if difference.customer_id is not None}
    )
    done = 0
    with psycopg.connect(owner_url) as connection:
        for customer_id in customers:
            with connection.transaction():
                connection.execute("SELECT 1 FROM loyalty_lock(%s)", [[customer_id]])
                done += _repair_customer(connection, customer_id)
        if any(difference.customer_id is None for difference in wanted):
            with connection.transaction():
                done += _repair_places(connection)
    return done


def _examine_all(
    connection: psycopg.Connection[Any],
    groups: Sequence[Sequence[UUID]],
    _quotas: RefereedQuotas,
    advance: Advance,
) -> list[_Part]:
    parts = []
    for customers in groups:
        parts.append(_examine(connection, customers))
        advance(len(customers))
    return parts


def _examine(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> _Part:
    kept = _kept_of(connection, customers)
    histories = {history[0].customer_id: history for history in history_of(connection, customers)}
    differences: list[Difference] = []
    places: Counter[str] = Counter()
    postings = 0
    for customer_id in customers:
        history = histories.get(customer_id, [])
        folded = _fold(history)
        places.update(folded.places)
        postings += folded.postings
        differences += _compare(customer_id, history, folded, kept[customer_id])
    return _Part(len(customers), sum(map(len, histories.values())), postings, tuple(differences), places)


# ---------------------------------------------------------------- one customer


def _fold(history: Sequence[Recorded]) -> _Folded:
    folded = _Folded()
    for recorded in history:
        decision = recorded.decision()
        for posting in decision.postings:
            folded.postings += 1
            for account, change in ((posting.source, -posting.quantity), (posting.target, posting.quantity)):
                if account in (Account.AVAILABLE, Account.PENDING, Account.HELD):
                    folded.posted[posting.currency] += change
                    assert posting.lot is not None, "the database holds a lot beside every unit"
                    folded.lots[posting.lot] += change
                if account is Account.HELD:
                    folded.held[posting.currency] += change
                    folded.lots_held[posting.lot] += change  # type: ignore[index]
                elif account is Account.PENDING:
                    folded.pending[posting.currency] += change
                    folded.lots_pending[posting.lot] += change  # type: ignore[index]
                elif account is Account.DEBT:
                    folded.debts[posting.currency] -= change
        folded.places.update(places_moved(decision))
        if recorded.type is EventType.SALE and (
            folded.last_purchase is None or recorded.day > folded.last_purchase
        ):
            folded.last_purchase = recorded.day
        try:
            folded.state = evolve(folded.state, decision)
        except AssertionError as error:
            folded.fault = f"at seq {recorded.seq}: {error}"
            break
    return folded


def _kept_of(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> dict[UUID, _Kept]:
    lots: dict[UUID, dict[LotKey, tuple[int, int, int]]] = {}
    for customer_id, currency, issued, expires, *quantities in connection.execute(
        "SELECT customer_id, currency, issued_month, expires_on, sum(remaining)::bigint, sum(pending)::bigint, "
        "sum(held)::bigint FROM ledger_lot WHERE customer_id = ANY (%s) GROUP BY 1, 2, 3, 4",
        [list(customers)],
    ):
        key = LotKey(currency, issued, None if expires == LAST_DAY else expires)
        lots.setdefault(customer_id, {})[key] = (quantities[0], quantities[1], quantities[2])
    balances: dict[UUID, dict[str, tuple[int, int, int, int]]] = {}
    for customer_id, currency, *sums in connection.execute(
        "SELECT customer_id, currency, sum(posted)::bigint, sum(held)::bigint, sum(pending)::bigint, "
        "sum(debt)::bigint FROM ledger_balance WHERE customer_id = ANY (%s) GROUP BY 1, 2",
        [list(customers)],
    ):
        balances.setdefault(customer_id, {})[currency] = (sums[0], sums[1], sums[2], sums[3])
    kept = {}
    for (
        customer_id, wallet_id, seq, state, merged_into, account_id, kind, people, wallets, *columns,
    ) in connection.execute(_MEMBERS, [list(customers)]):  # fmt: skip
        kept[customer_id] = _Kept(
            wallet_id,
            seq,
            msgspec.json.decode(state),
            dict(zip(_COLUMNS, columns, strict=True)),
            lots.get(customer_id, {}),
            balances.get(customer_id, {}),
            merged_into,
            account_id,
            kind,
            frozenset(people),
            wallets,
        )
    return kept


def _compare(
    customer_id: UUID, history: Sequence[Recorded], folded: _Folded, kept: _Kept
) -> Iterator[Difference]:
    def differs(
        what: str, stored: object, expected: object, *, is_repairable: bool = True
    ) -> Iterator[Difference]:
        if stored != expected:
            yield Difference(customer_id, what, _written(stored), _written(expected), is_repairable)

    gap = next((n for n, one in enumerate(history, start=1) if one.seq != n), None)
    if gap is not None:
        yield from differs("the sequence of events", history[gap - 1].seq, gap, is_repairable=False)
    if folded.fault:
        yield Difference(customer_id, "the record itself", folded.fault, "decisions that fold", False)
        return
    yield from differs("seq", kept.seq, len(history))
    expected_state = state_record(folded.state)
    yield from _differing_state(differs, kept.state, expected_state)
    for column, value in _columns_of(folded).items():
        yield from differs(f"column {column}", kept.columns[column], value)
    for key in sorted(kept.lots.keys() | folded.lots.keys(), key=str):
        end = key.expires_on.isoformat() if key.expires_on else "never"
        what = f"lot {key.currency} of {key.issued_month:%Y-%m}, expires {end}"
        remaining, pending, held = kept.lots.get(key, (0, 0, 0))
        yield from differs(what, remaining, folded.lots[key])
        yield from differs(f"pending in {what}", pending, folded.lots_pending[key])
        yield from differs(f"held in {what}", held, folded.lots_held[key])
    for currency in sorted(kept.balances.keys() | folded.posted.keys() | folded.debts.keys()):
        posted, held, pending, debt = kept.balances.get(currency, (0, 0, 0, 0))
        yield from differs(f"balance {currency}", posted, folded.posted[currency])
        yield from differs(f"held {currency}", held, folded.held[currency])
        yield from differs(f"pending {currency}", pending, folded.pending[currency])
        yield from differs(f"debt {currency}", debt, folded.debts[currency])
    yield from differs("postings in a wallet of somebody else", kept.wallets, 0, is_repairable=False)
    is_absorbed = folded.state.membership.value == "absorbed"
    yield from differs(
        "alias of a merged customer", kept.merged_into is not None, is_absorbed, is_repairable=False
    )
    is_in_account = folded.state.membership.value == "in_account"
    yield from differs(
        "belonging to an account", kept.account_id is not None, is_in_account, is_repairable=False
    )
    account = folded.state.account
    kind = "person" if account is None else account.kind.value
    people = frozenset() if account is None else account.people
    yield from differs("kind of customer", kept.kind, kind, is_repairable=False)
    yield from differs("people of an account", sorted(kept.people), sorted(people), is_repairable=False)


def _differing_state(
    differs: Callable[..., Iterator[Difference]], stored: Mapping[str, Any], expected: Mapping[str, Any]
) -> Iterator[Difference]:
    # Whoever is in the books without any event has an empty record, which reads as the first state.
    stored = {"membership": State().membership.value, **stored}
    for part in sorted((stored.keys() | expected.keys()) - {"counters"}):
        yield from differs(f"state {part}", stored.get(part), expected.get(part))
    kept, right = stored.get("counters", {}), expected.get("counters", {})
    for counter in sorted(kept.keys() | right.keys()):
        yield from differs(f"counter {counter}", kept.get(counter, 0), right.get(counter, 0))


def _columns_of(folded: _Folded) -> dict[str, Any]:
    state = folded.state
    return {
        "membership": state.membership.value,
        "tier": state.tier,
        "joined_on": state.joined_on,
        "next_due": next_due(state),
        "next_release": next_release(state),
        "last_purchase": folded.last_purchase,
        "purchases": state.counters.get(SALES, 0),
    }


def _written(value: object) -> str:
    return (
        msgspec.json.encode(value).decode()
        if isinstance(value, list | dict)
        else "nothing"
        if value is None
        else str(value)
    )


# ---------------------------------------------------------------- what customers share


def _shared(connection: psycopg.Connection[Any], places: Counter[str]) -> Iterator[Difference]:
    kept = dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())
    for key in sorted(kept.keys() | places.keys()):
        if kept.get(key, 0) != places[key]:
            yield Difference(None, f"places of {key}", str(kept.get(key, 0)), str(places[key]))
    for what, statement in _LOOKUPS.items():
        for customer_id, stored, expected in connection.execute(statement).fetchall():
            yield Difference(customer_id, what, stored, expected, False)


_COLUMNS = ("membership", "tier", "joined_on", "next_due", "next_release", "last_purchase", "purchases")
_MEMBERS = f"""
  SELECT m.customer_id, m.wallet_id, m.seq, m.state::text, c.merged_into, b.account_id, coalesce(c.kind, 'person'),
         ARRAY(SELECT p.customer_id::text FROM customers_belonging AS p WHERE p.account_id = m.customer_id),
         (SELECT count(*) FROM ledger_posting AS p
           WHERE p.customer_id = m.customer_id AND p.wallet_id <> m.wallet_id),
         {", ".join(f"m.{column}" for column in _COLUMNS)}
    FROM loyalty_member AS m LEFT JOIN customers_customer AS c USING (customer_id)
    LEFT JOIN customers_belonging AS b USING (customer_id) WHERE m.customer_id = ANY (%s)"""
_LOOKUPS = {
    "an event without its decision, or the reverse": """
      SELECT coalesce(e.customer_id, d.customer_id),
             CASE WHEN d.seq IS NULL THEN 'event' ELSE 'decision' END || ' at seq ' || coalesce(e.seq, d.seq), 'both'
        FROM events_event AS e FULL JOIN loyalty_decision AS d USING (customer_id, seq)
       WHERE e.seq IS NULL OR d.seq IS NULL LIMIT 200""",
    "the key of an event": """
      SELECT e.customer_id, coalesce('points to seq ' || k.seq, 'missing'),
             e.source || ' ' || e.id || ' → seq ' || e.seq
        FROM events_event AS e LEFT JOIN events_key AS k ON k.source = e.source AND k.id = e.id
       WHERE k.source IS NULL OR (k.customer_id, k.seq) IS DISTINCT FROM (e.customer_id, e.seq) LIMIT 200""",
    "events of a customer who is not in the programme's books": """
      SELECT DISTINCT e.customer_id, 'no member', 'a member'
        FROM events_event AS e LEFT JOIN loyalty_member AS m USING (customer_id)
       WHERE m.customer_id IS NULL LIMIT 200""",
    "a key that points to no event": """
      SELECT k.customer_id, k.source || ' ' || k.id || ' → seq ' || k.seq, 'an event'
        FROM events_key AS k LEFT JOIN events_event AS e ON e.customer_id = k.customer_id AND e.seq = k.seq
       WHERE k.customer_id IS NOT NULL AND e.seq IS NULL LIMIT 200""",
    "a ticket that points to no event": """
      SELECT t.customer_id, t.store_id || ' ' || t.day || ' ' || t.ticket || ' → seq ' || t.seq, 'an event'
        FROM events_ticket AS t LEFT JOIN events_event AS e ON e.customer_id = t.customer_id AND e.seq = t.seq
       WHERE t.customer_id IS NOT NULL AND e.seq IS NULL LIMIT 200""",
    "the key of an anonymous ticket": """
      SELECT NULL::uuid, a.source || ' ' || a.id, 'a key'
        FROM events_anonymous AS a LEFT JOIN events_key AS k ON k.source = a.source AND k.id = a.id
       WHERE k.source IS NULL LIMIT 200""",
    "a claimed ticket that is nobody's": """
      SELECT c.customer_id, c.source || ' ' || c.id || ' → seq ' || c.seq, 'a ticket, and a sale of its amount'
        FROM events_claim AS c LEFT JOIN events_anonymous AS a USING (source, id)
        LEFT JOIN events_event AS e ON e.customer_id = c.customer_id AND e.seq = c.seq
       WHERE e.amount_minor IS DISTINCT FROM a.amount_minor LIMIT 200""",
    "what a decision emits to others": """
      SELECT d.customer_id, 'seq ' || d.seq || ': ' || found.n, jsonb_array_length(d.record -> 'emissions')::text
        FROM loyalty_decision AS d
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM loyalty_emission AS m
                             WHERE m.customer_id = d.customer_id AND m.seq = d.seq) AS found
       WHERE d.record ? 'emissions' AND found.n <> jsonb_array_length(d.record -> 'emissions') LIMIT 200""",
    "a posting without its event": """
      SELECT p.customer_id, 'seq ' || p.seq || ' no. ' || p.n, 'an event of the same day'
        FROM ledger_posting AS p LEFT JOIN events_event AS e USING (customer_id, seq)
       WHERE e.seq IS NULL OR e.day <> p.day LIMIT 200""",
    "a posting reversed beyond its quantity": """
      SELECT o.customer_id, 'seq ' || o.seq || ' no. ' || o.n || ': ' || sum(r.quantity) || ' of ' || o.quantity,
             'at most all of it'
        FROM ledger_posting AS r JOIN ledger_posting AS o
          ON o.customer_id = r.customer_id AND o.seq = r.reverses_seq AND o.n = r.reverses_n
       WHERE r.reverses_seq IS NOT NULL
       GROUP BY o.customer_id, o.seq, o.n, o.quantity HAVING sum(r.quantity) > o.quantity LIMIT 200""",
    "units in transit between merged customers": f"""
      SELECT NULL::uuid, total || ' ' || currency, '0' FROM (
        SELECT currency, sum(CASE WHEN target = {Account.IN_TRANSIT:d} THEN quantity ELSE -quantity END) AS total
          FROM ledger_posting WHERE {Account.IN_TRANSIT:d} IN (source, target) GROUP BY currency) AS moved
       WHERE total <> 0""",
}


# ---------------------------------------------------------------- repairing


def _repair_customer(connection: psycopg.Connection[Any], customer_id: UUID) -> int:
    history = next(history_of(connection, [customer_id]), [])
    folded = _fold(history)
    if folded.fault:
        return 0
    columns = _columns_of(folded)
    row = connection.execute(
        f"UPDATE loyalty_member SET seq = %s, state = %s::jsonb, {', '.join(f'{name} = %s' for name in columns)} "
        "WHERE customer_id = %s RETURNING wallet_id",
        [
            len(history),
            msgspec.json.encode(state_record(folded.state)).decode(),
            *columns.values(),
            customer_id,
        ],
    ).fetchone()
    assert row is not None
    connection.execute("DELETE FROM ledger_lot WHERE customer_id = %s", [customer_id])
    connection.execute("DELETE FROM ledger_balance WHERE customer_id = %s", [customer_id])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger_lot (customer_id, wallet_id, currency, issued_month, expires_on, remaining, pending, "
            "held) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    customer_id,
                    row[0],
                    key.currency,
                    key.issued_month,
                    key.expires_on or LAST_DAY,
                    left,
                    folded.lots_pending[key],
                    folded.lots_held[key],
                )
                for key, left in folded.lots.items()
            ],
        )
        cursor.executemany(
            "INSERT INTO ledger_balance (customer_id, wallet_id, currency, posted, held, pending, debt) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    customer_id,
                    row[0],
                    currency,
                    folded.posted[currency],
                    folded.held[currency],
                    folded.pending[currency],
                    folded.debts[currency],
                )
                for currency in sorted(folded.posted.keys() | folded.debts.keys())
            ],
        )
    return 1


def _repair_places(connection: psycopg.Connection[Any]) -> int:
    """What is taken is what decisions took, less what they gave back. Of a place without a row nobody has said how many
    there are: whoever claims one says it."""
    connection.execute("SELECT 1 FROM loyalty_quota ORDER BY key FOR UPDATE")
    return connection.execute(
        "WITH moved AS ("
        "  SELECT m.key, greatest(sum(m.change), 0)::integer AS taken"
        "    FROM loyalty_decision AS d CROSS JOIN LATERAL loyalty_places_moved(d.record) AS m GROUP BY m.key) "
        "INSERT INTO loyalty_quota AS q (key, limit_places, taken) "
        "  SELECT key, 2147483647, coalesce(moved.taken, 0) FROM loyalty_quota AS known FULL JOIN moved USING (key)"
        "   WHERE coalesce(known.taken, 0) <> coalesce(moved.taken, 0) ORDER BY key "
        "ON CONFLICT (key) DO UPDATE"
        "  SET taken = excluded.taken, limit_places = greatest(q.limit_places, excluded.taken)"
    ).rowcount
