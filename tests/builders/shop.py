"""A shop with Le Cercle: customers, and what happens to them, decided at the desk and written as everyone writes it."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg

import assidu.demo
from assidu.customers import actions as customers
from assidu.customers import resolve
from assidu.customers.types import Profile, ProfileRecord
from assidu.customers.vault import Vault
from assidu.decisions.decision import Refused
from assidu.decisions.events import AfterSale, Event, Joining, Merger, Sale
from assidu.decisions.facts import SoldBefore
from assidu.decisions.sold import Later, sold_before
from assidu.events.bodies import body_of
from assidu.events.types import EventKey, EventType, Fact
from assidu.foundation.ids import new_id
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_connection, rows
from assidu.loyalty import plans, queries
from assidu.loyalty.desk import Decided, Desk, Member, Tally
from assidu.loyalty.draws import draws_to_draw
from assidu.loyalty.rows import member_from, record_columns, record_sql
from assidu.plans.check import examine

PROGRAMME = "le-cercle"
OPENED = datetime(2025, 1, 6, 9, tzinfo=UTC)
PLANS = Path(assidu.demo.__file__).parent / "plans"
TYPES = {
    "Sale": EventType.SALE,
    "Return": EventType.RETURN,
    "SaleUpdate": EventType.SALE_UPDATE,
    "Correction": EventType.CORRECTION,
    "RewardRequest": EventType.REWARD_REQUEST,
    "Joining": EventType.JOINING,
    "Leaving": EventType.LEAVING,
    "TakeOver": EventType.TAKE_OVER,
    "Merger": EventType.MERGER,
    "Activity": EventType.ACTIVITY,
    "Suspension": EventType.SUSPENSION,
    "Resumption": EventType.RESUMPTION,
}


@dataclass(slots=True)
class Shop:
    """Everything is told as history (``has_happened``) unless ``now`` is given."""

    places: Tally = field(default_factory=Tally)
    numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def opened(
        cls,
        versions: Sequence[str] = ("le-cercle-v1", "le-cercle-v2", "le-cercle-v3"),
        points: str = "",
        more: str = "",
    ) -> "Shop":
        """``points`` is what the points say besides, in every version: ``transfers: {}``, for example; ``more`` what
        the whole programme does."""
        for name in versions:
            text = (PLANS / f"{name}.yaml").read_text(encoding="utf-8")
            text = text.replace("    kind: points\n", f"    kind: points\n{points and f'    {points}'}\n", 1)
            text += more
            document = examine(text).document
            assert document is not None
            plans.publish(document, text, at=OPENED)
        return cls()

    def customer(self, profile: Profile, at: datetime = OPENED) -> UUID:
        """Somebody with a profile and an empty wallet, not yet a member."""
        written = customers.write_profile(ProfileRecord(profile, "crm"), at)
        assert written.customer_id is not None
        wallet = new_id(at)
        raw = raw_connection()
        raw.execute(
            "INSERT INTO loyalty_member (customer_id, wallet_id, programme) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [written.customer_id, wallet, PROGRAMME],
        )
        raw.execute(
            "INSERT INTO ledger_wallet VALUES (%s, %s) ON CONFLICT DO NOTHING", [written.customer_id, wallet]
        )
        return written.customer_id

    def member(self, profile: Profile, at: datetime = OPENED) -> UUID:
        customer_id = self.customer(profile, at)
        self.must(customer_id, Joining(at, profile.store or "317", "store"))
        return customer_id

    def must(self, customer_id: UUID, event: Event, **rest: object) -> Decided:
        decided = self.tell(customer_id, event, **rest)  # type: ignore[arg-type]
        assert isinstance(decided, Decided), decided
        return decided

    def tell(
        self,
        customer_id: UUID,
        event: Event,
        *,
        key: EventKey | None = None,
        now: datetime | None = None,
        absorbed: UUID | None = None,
    ) -> Decided | Refused:
        number = next(iter(self.numbers))
        store = getattr(event, "store", "317") or "317"
        fact = Fact(
            key or EventKey("till/store-317", f"E-{number:05d}"),
            TYPES[type(event).__name__],
            event,
            body_of(event),
            fingerprint=b"f" * 32,
            store=store,
            channel=getattr(event, "channel", "store") or "store",
            ticket=f"{store}-{number:05d}" if isinstance(event, Sale) else "",
            amount_minor=event.total_minor if isinstance(event, Sale) else 0,
            has_happened=now is None,
        )
        book = queries.current_book(PROGRAMME)
        assert book is not None
        draws = draws_to_draw(PROGRAMME, Vault(current_settings().vault_key))
        desk = Desk(book, self.places, _sold, now or event.at, draws=draws)
        members = _locked([customer_id] + ([absorbed] if absorbed else []))
        if isinstance(event, Merger):
            assert absorbed is not None
            answer = desk.merge(members[customer_id], members[absorbed], fact)
        else:
            answer = desk.take(members[customer_id], fact)
        self._write(desk, members)
        if absorbed and isinstance(answer, Decided):
            psycopg.RawCursor(raw_connection()).execute(resolve.ALIAS, [absorbed, customer_id, event.at])
        return answer

    def _write(self, desk: Desk, members: dict[UUID, Member]) -> None:
        last = {member.customer_id: member.last_purchase for member in members.values()}
        columns = record_columns(desk.gathered, last, PROGRAMME)
        limits = dict(sorted(self.places.limits.items()))
        raw_connection().execute(
            "SELECT loyalty_lock_quotas(%s, %s::integer[])", [list(limits), list(limits.values())]
        )
        psycopg.RawCursor(raw_connection()).execute(
            record_sql(lambda n: f"${n}"), [list(column) for column in columns]
        )


def _locked(customer_ids: list[UUID]) -> dict[UUID, Member]:
    found = rows(
        "SELECT customer_id, wallet_id, seq, state::text, last_purchase, lots::text, debts::text FROM loyalty_lock(%s)",
        [customer_ids],
    )
    return {row[0]: member_from(*row) for row in found}


def _sold(customer_id: UUID, event: AfterSale) -> SoldBefore | None:
    owner = UUID(event.sale_owner) if event.sale_owner else customer_id
    sale = queries.entry(owner, event.sale_seq)
    if sale is None or not isinstance(sale.event, Sale):
        return None
    since = [
        Later(one.seq, one.event, one.decision, one.customer_id == customer_id)
        for one in queries.after_sale([customer_id, owner], owner, event.sale_seq)
        if isinstance(one.event, AfterSale)
    ]
    return sold_before(sale.seq, sale.event, sale.decision, since, is_own=owner == customer_id)
