"""Decides the events of an import at the desk, customer by customer, each customer's in their order.

A process takes the events of its share in the order over all customers, so that places are asked for in the order of
time. What was decided is kept as lines to be copied, group by group. A group is decided again, on top of what
happened meanwhile, when a live event was quicker than its writing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import psycopg

from assidu.catalogue.types import ProductFinder
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import Group
from assidu.connectors.imports.telling import original_of
from assidu.connectors.imports.types import Entry, Original, Place, SetAside
from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Claim, RefusalCode, Refused
from assidu.decisions.events import Return, Sale
from assidu.decisions.facts import Grants, SoldBefore
from assidu.decisions.plan import Plan
from assidu.decisions.sold import returned_since, sold_before
from assidu.events import wire
from assidu.events.types import EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.copying import Lines
from assidu.loyalty.desk import Decided, Desk, FullFinder, Member, Quotas
from assidu.loyalty.script import Answer, Script
from assidu.loyalty.sold_tickets import load_sold


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that deciding needs and that no process changes. ``wanted`` are the tickets that returns name."""

    book: PlanBook
    catalogue: ProductFinder
    recorded_at: datetime
    files: Sequence[str]
    entries: Sequence[Entry]
    owners: dict[int, UUID]
    absorbed: dict[int, UUID]
    read: Callable[[Entry], wire.Incoming]
    wanted: frozenset[Original]
    known_originals: dict[Original, Place]
    catches_up: bool = True


@dataclass(slots=True)
class GroupRun:
    """One group on its way: its members as they become, and what is to be written of them. ``waiting`` is the event
    that has asked for something and was not answered yet, with its place."""

    group: Group
    members: dict[UUID, Member]
    loaded_seqs: dict[UUID, int]
    aliases: dict[UUID, UUID] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    aside: list[SetAside] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    places: Counter[str] = field(default_factory=Counter)
    personal: list[tuple[UUID, int, Mapping[str, Any]]] = field(default_factory=list)
    recorded: int = 0
    ticks: int = 0
    waiting: tuple[int, wire.Incoming, Fact] | None = None
    tickets: dict[Original, tuple[UUID, int]] = field(default_factory=dict)
    sold: dict[tuple[UUID, int], SoldBefore | None] = field(default_factory=dict)

    @classmethod
    def of(cls, group: Group, members: dict[UUID, Member]) -> "GroupRun":
        present = {customer: replace(members[customer]) for customer in group.customers}
        return cls(group, present, {customer: member.state.seq for customer, member in present.items()})

    def now(self, customer: UUID) -> UUID:
        """Who a customer is by now."""
        while customer in self.aliases:
            customer = self.aliases[customer]
        return customer


ASKED_FIRST = -1
"""What quotas answer to a claim that must be asked of somebody else: the event waits, and is decided again."""


class Decider:
    """Takes events to the desk and keeps what comes of them."""

    def __init__(
        self, shop: Shop, quotas: Quotas, connection: Connection, full: FullFinder | None = None
    ) -> None:
        self._shop = shop
        self._quotas = quotas
        self._connection = connection
        self._full = full
        self._desk = Desk(
            shop.book, self, self._find_sold, shop.recorded_at, full=self._gone if full else None
        )
        self._run: GroupRun
        self._granted: Grants = {}
        self._asked: list[Claim] = []

    def take(self, run: GroupRun, place: int, granted: Grants = MappingProxyType({})) -> tuple[Claim, ...]:
        """Decide one event of a group; or answer which places it asks for first, and leave everything as it was."""
        self._run = run
        self._granted = granted
        entry = self._shop.entries[place]
        customer = run.now(self._shop.owners[place])
        if run.waiting is not None and run.waiting[0] == place:
            (_, incoming, fact), run.waiting = run.waiting, None
        else:
            incoming = self._shop.read(entry)
            try:
                fact = self._fact(entry, incoming, customer)
            except wire.UnknownSale:
                self._set_aside(entry, Refused(RefusalCode.UNKNOWN_SALE))
                return ()
        member = run.members[customer]
        before = member.state, member.last_purchase, member.is_changed
        if place in self._shop.absorbed:
            result = self._merge(member, run.now(self._shop.absorbed[place]), fact)
        else:
            result = self._desk.take(member, fact)
        if self._asked:
            # Only a ticket asks, and it concerns nobody else: this customer's state is all that has changed.
            member.state, member.last_purchase, member.is_changed = before
            self._desk.gathered.clear()
            asked = tuple(self._asked)
            self._asked.clear()
            run.waiting = place, incoming, fact
            return asked
        if isinstance(result, Refused):
            self._set_aside(entry, result)
        else:
            run.recorded += 1
            self._remember(entry, incoming, fact, result)
        self._keep()
        return ()

    def finish(self, run: GroupRun) -> None:
        """Decide what has become due since."""
        self._run = run
        if self._shop.catches_up:
            today = local_day(self._shop.recorded_at, self._shop.book.at(self._shop.recorded_at).zone)
            for member in run.members.values():
                self._desk.catch_up(member, today)
        self._keep()
        run.sold.clear()

    def _fact(self, entry: Entry, incoming: wire.Incoming, customer: UUID) -> Fact:
        return wire.to_fact(
            incoming,
            catalogue=self._shop.catalogue,
            customer_id=customer,
            find_sale=self._find_sale,
            fingerprint=entry.fingerprint,
            has_happened=True,
        )

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:
        """What the desk asks: answered before, or by the database, or first to be asked of the referee."""
        granted = self._granted.get(claim.key)
        if granted is None:
            granted = self._quotas.place(claim, customer_id, at)
        if granted == ASKED_FIRST:
            self._asked.append(claim)
            return 0
        if granted:
            self._run.places[claim.key] += 1
            self._run.limits[claim.key] = claim.limit
        return granted

    def _gone(self, plan: Plan, sale: Sale) -> Grants:
        """Places known to be gone, but for the one that this very ticket got before they were."""
        assert self._full is not None
        found = self._full(plan, sale)
        return {key: 0 for key in found if key not in self._granted} if self._granted else found

    def _merge(self, survivor: Member, absorbed_id: UUID, fact: Fact) -> Decided | Refused:
        result = self._desk.merge(survivor, self._run.members[absorbed_id], fact)
        if isinstance(result, Decided):
            self._run.aliases[absorbed_id] = survivor.customer_id
        return result

    def _keep(self) -> None:
        run, programme = self._run, self._shop.book.programme
        for one in self._desk.gathered:
            run.lines.add_decided(one, programme)
            run.ticks += one.fact.type is EventType.TICK
        self._desk.gathered.clear()

    def _set_aside(self, entry: Entry, refused: Refused) -> None:
        figures = " ".join(f"{name}={number}" for name, number in sorted(refused.figures.items()))
        self._run.aside.append(
            SetAside(
                self._shop.files[entry.file],
                entry.row,
                refused.code.value,
                " ".join(part for part in (refused.subject, figures) if part),
                entry.source,
                entry.id,
                entry.fingerprint,
            )
        )

    # ------------------------------------------------------------ tickets and their returns

    def _remember(self, entry: Entry, incoming: wire.Incoming, fact: Fact, decided: Decided) -> None:
        run, event = self._run, fact.event
        if personal := incoming.personal:
            run.personal.append((decided.customer_id, decided.seq, personal))
        if isinstance(event, Return):
            key = self._sale_key(decided.customer_id, event)
            sold = run.sold[key]
            assert sold is not None, "a return is only decided on a ticket that was found"
            run.sold[key] = returned_since(sold, [decided.decision])
        elif isinstance(event, Sale) and self._shop.wanted:
            names: list[Original] = [("event", entry.source, entry.id)]
            if entry.ticket is not None:
                names.append(("ticket", *entry.ticket))
            for name in names:
                if name in self._shop.wanted:
                    where = decided.customer_id, decided.seq
                    run.tickets[name] = where
                    run.sold[where] = sold_before(decided.seq, event, decided.decision)

    def _find_sale(self, told: wire.ReturnData) -> wire.SaleFound | None:
        original = original_of(told)
        if (where := self._run.tickets.get(original)) is not None:
            return wire.SaleFound(*where)
        known = self._shop.known_originals.get(original)
        return None if known is None else wire.SaleFound(known.customer_id, known.seq)

    def _find_sold(self, customer_id: UUID, event: Return) -> SoldBefore | None:
        """The ticket of a return, if it is this customer's or that of somebody merged into them."""
        owner, seq = key = self._sale_key(customer_id, event)
        run = self._run
        if key not in run.sold:
            # Of somebody who was merged in this very import, the database does not know it yet.
            reader = owner if owner in run.aliases else customer_id
            run.sold[key] = run_on(self._connection, load_sold(reader, wire.SaleFound(owner, seq)))
        sold = run.sold[key]
        if sold is None or (owner != customer_id and owner in run.members and run.now(owner) != customer_id):
            return None
        return sold if sold.is_own == (owner == customer_id) else replace(sold, is_own=owner == customer_id)

    @staticmethod
    def _sale_key(customer_id: UUID, event: Return) -> tuple[UUID, int]:
        return (UUID(event.sale_owner) if event.sale_owner else customer_id), event.sale_seq


def run_on(connection: Connection, script: Script[Answer]) -> Answer:
    """Run a script on a connection of our own."""
    cursor = psycopg.RawCursor(connection)
    try:
        step = next(script)
        while True:
            cursor.execute(step.statement, step.parameters)
            step = script.send(cursor.fetchall() if cursor.description else [])
    except StopIteration as finished:
        answer: Answer = finished.value
        return answer
