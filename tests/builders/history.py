"""A recorded past: customers, what happened to them in the order in which it was learnt, written as the ledger is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from assidu.decisions.decision import Refused
from assidu.decisions.events import (
    AfterSale,
    Correction,
    Event,
    Joining,
    Leaving,
    Merger,
    Return,
    ReturnedLine,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
    TakeOver,
)
from assidu.decisions.facts import SoldBefore
from assidu.decisions.sold import Later, sold_before
from assidu.decisions.state import State
from assidu.events.bodies import body_of
from assidu.events.types import EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member, Tally
from assidu.loyalty.plans import plan_book, publish
from assidu.loyalty.rows import record_columns, record_sql
from assidu.plans.document import Document

FIRST_DAY = datetime(2026, 1, 5, 10, tzinfo=UTC)

TYPES: dict[type[Event], EventType] = {
    Sale: EventType.SALE,
    Return: EventType.RETURN,
    SaleUpdate: EventType.SALE_UPDATE,
    Correction: EventType.CORRECTION,
    RewardRequest: EventType.REWARD_REQUEST,
    Joining: EventType.JOINING,
    Leaving: EventType.LEAVING,
    Merger: EventType.MERGER,
    TakeOver: EventType.TAKE_OVER,
}


def on(days: int, minutes: int = 0) -> datetime:
    """So many days, and minutes, after the first Monday of the story."""
    return FIRST_DAY + timedelta(days=days, minutes=minutes)


def sale(
    at: datetime, euros: float, *, department: str = "grocery", sku: str = "1", store: str = "317"
) -> Sale:
    return Sale(at, store, "store", (SaleLine(sku, round(euros * 100), department=department),))


@dataclass(slots=True)
class History:
    """``tell`` decides at once; ``write`` puts it into the database."""

    documents: Sequence[Document]
    book: PlanBook = field(init=False)
    desk: Desk = field(init=False)
    members: dict[UUID, Member] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for document in self.documents:
            publish(document, "", at=FIRST_DAY)
        book = plan_book(self.documents[0].programme)
        assert book is not None
        self.book = book
        self.desk = Desk(book, Tally(), self._sold, on(400))

    def customer(self, joined: datetime | None = None) -> UUID:
        """Somebody new, who joins unless told otherwise."""
        number = len(self.members) + 1
        customer = UUID(int=(0x0198C0DE << 96) | number)
        self.members[customer] = Member(customer, UUID(int=(0x0198C0DF << 96) | number), State())
        self.tell(customer, Joining(joined or on(0)))
        return customer

    def tell(self, customer: UUID, event: Event, *, absorbed: UUID | None = None) -> Decided:
        """Something happens to ``customer``; refused is a mistake of the test."""
        fact = Fact(
            EventKey("test", str(len(self.desk.gathered))),
            TYPES[type(event)],
            event,
            body_of(event),
            fingerprint=b"-",
            store=getattr(event, "store", ""),
            channel=getattr(event, "channel", ""),
            amount_minor=event.total_minor if isinstance(event, Sale) else 0,
            has_happened=True,
        )
        if absorbed is not None:
            answer = self.desk.merge(self.members[customer], self.members[absorbed], fact)
            self.merged[absorbed] = customer
        else:
            answer = self.desk.take(self.members[customer], fact)
        assert not isinstance(answer, Refused), answer
        return answer

    def bring_back(
        self, customer: UUID, at: datetime, sold: Decided, *parts: tuple[int, int], owner: UUID | None = None
    ) -> Decided:
        """Lines of a ticket come back, or all of it; ``owner`` is the absorbed customer whose ticket it was."""
        lines = tuple(ReturnedLine(*part) for part in parts)
        return self.tell(customer, Return(at, sold.seq, lines, "" if owner is None else str(owner)))

    def write(self, url: str, *, since: int = 0) -> None:
        """``since``: so many events were written before; what was told later is added."""
        last = {member.customer_id: member.last_purchase for member in self.members.values()}
        with psycopg.connect(url) as connection, connection.transaction():
            for customer, member in self.members.items():
                connection.execute(
                    "INSERT INTO customers_customer AS c (customer_id, created_at, merged_into) VALUES (%s, %s, %s) "
                    "ON CONFLICT (customer_id) DO UPDATE SET merged_into = excluded.merged_into",
                    (customer, FIRST_DAY, self.merged.get(customer)),
                )
                connection.execute(
                    "SELECT loyalty_enrol(ARRAY[%s]::uuid[], ARRAY[%s]::uuid[], %s)",
                    (customer, member.wallet_id, self.book.programme),
                )
            columns = record_columns(self.desk.gathered[since:], last, self.book.programme)
            connection.execute(record_sql(lambda _: "%s"), [list(column) for column in columns])

    def _sold(self, customer: UUID, event: AfterSale) -> SoldBefore | None:
        owner = UUID(event.sale_owner) if event.sale_owner else customer
        sold = None
        since = []
        for one in self.desk.gathered:
            told = one.fact.event
            if one.customer_id == owner and one.seq == event.sale_seq:
                sold = one
            elif isinstance(told, AfterSale) and (_owner(one, told), told.sale_seq) == (
                owner,
                event.sale_seq,
            ):
                since.append(Later(one.seq, told, one.decision, one.customer_id == customer))
        if sold is None or not isinstance(sold.fact.event, Sale):
            return None
        return sold_before(sold.seq, sold.fact.event, sold.decision, since, is_own=owner == customer)


def _owner(one: Decided, told: AfterSale) -> UUID:
    return UUID(told.sale_owner) if told.sale_owner else one.customer_id
