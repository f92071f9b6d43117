"""Decides the events of an import at the desk, customer by customer, each customer's in their order.

A process takes the events of its share in the order over all customers, so that places are asked for in the order of
time. What was decided is kept as lines to be copied, group by group. A group is decided again, on top of what
happened meanwhile, when a live event was quicker than its writing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

import psycopg

from assidu.catalogue.known import Catalogue
from assidu.connectors.imports.foreseeing import Brought
from assidu.connectors.imports.lookups import Connection
from assidu.connectors.imports.ordering import Group
from assidu.connectors.imports.places import Places
from assidu.connectors.imports.telling import original_of
from assidu.connectors.imports.types import Entry, Original, Place, SetAside
from assidu.customers.identifiers import parse_subject
from assidu.customers.types import Identifier
from assidu.customers.vault import Vault
from assidu.customers.words import Said
from assidu.decisions.calendar import local_day
from assidu.decisions.chance import OpenDraw
from assidu.decisions.decision import Claim, RefusalCode, Refused
from assidu.decisions.events import (
    Admission,
    AfterSale,
    Departure,
    Merger,
    Sale,
    ShownCode,
    TransferOut,
)
from assidu.decisions.facts import Grants, SoldBefore
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.sold import Later, since, sold_before
from assidu.events import wire
from assidu.events.types import WHOSE_PERSON, EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.copying import Lines
from assidu.loyalty.desk import Decided, Desk, Member, member_of, received_by
from assidu.loyalty.offer_codes import KnownCode, good_codes, hash_of
from assidu.loyalty.quota_claims import QuotaClaims
from assidu.loyalty.referral import with_referrer
from assidu.loyalty.script import Answer, Script
from assidu.loyalty.sold_tickets import bought_by, load_sold


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything that deciding needs and that no process changes. ``wanted`` are the tickets that returns and changes
    name; ``codes`` those that were shown and were made here, by hash; ``accounts`` which account counts for whom when
    the import begins. ``is_dry_run``: nothing of it will be written, customers are not in the books yet."""

    book: PlanBook
    catalogue: Catalogue
    recorded_at: datetime
    files: Sequence[str]
    entries: Sequence[Entry]
    owners: dict[int, UUID]
    absorbed: dict[int, UUID]
    read: Callable[[Entry], wire.Incoming]
    wanted: frozenset[Original]
    known_originals: dict[Original, Place]
    codes: Mapping[bytes, KnownCode]
    draws: Mapping[str, OpenDraw]
    pseudonym_key: bytes = field(repr=False)
    vault: Vault = field(repr=False)
    accounts: Mapping[UUID, UUID] = field(default_factory=dict)
    catches_up: bool = True
    is_dry_run: bool = False


SoldKey = tuple[UUID, int]
"""Whose sequence a ticket is written in, and where."""


@dataclass(slots=True)
class GroupRun:
    """One group on its way: its members as they become, and what is to be written of them. ``waiting`` is the event
    that counts on places and was not answered yet; nothing of the group is decided before it is. ``accounts`` is who is
    in which account by now, ``passages`` who entered one or left it meanwhile."""

    group: Group
    members: dict[UUID, Member]
    loaded_seqs: dict[UUID, int]
    aliases: dict[UUID, UUID] = field(default_factory=dict)
    accounts: dict[UUID, UUID] = field(default_factory=dict)
    passages: list["Passage"] = field(default_factory=list)
    lines: Lines = field(default_factory=Lines)
    aside: list[SetAside] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    places: Counter[str] = field(default_factory=Counter)
    personal: list[Said] = field(default_factory=list)
    devices: list[tuple[UUID, str]] = field(default_factory=list)
    recorded: int = 0
    ticks: int = 0
    undrawn: int = 0
    brought: dict[int, Brought] = field(default_factory=dict)
    waiting: "Waiting | None" = None
    tickets: dict[Original, tuple[UUID, int]] = field(default_factory=dict)
    sold: dict[SoldKey, "Ticket"] = field(default_factory=dict)
    bought_by: dict[tuple[UUID, int], UUID] = field(default_factory=dict)

    @property
    def gives_back(self) -> bool:
        """Does it give back some of what customers share, that others may have been given since?"""
        return any(change < 0 for change in self.places.values())

    @classmethod
    def of(cls, group: Group, members: Mapping[UUID, Member], accounts: Mapping[UUID, UUID]) -> "GroupRun":
        present = {customer: replace(members[customer]) for customer in group.customers}
        seqs = {customer: member.state.seq for customer, member in present.items()}
        mine = {person: accounts[person] for person in group.customers if person in accounts}
        return cls(group, present, seqs, accounts=mine)

    def now(self, customer: UUID) -> UUID:
        """Who a customer is by now."""
        while customer in self.aliases:
            customer = self.aliases[customer]
        return customer

    def counts_as(self, customer: UUID) -> UUID:
        """Whose balance and status are theirs by now: their account's, or their own."""
        person = self.now(customer)
        return self.accounts.get(person, person)

    def passes(self, person: UUID, account: UUID, at: datetime, *, is_in: bool) -> None:
        if is_in:
            self.accounts[person] = account
        else:
            self.accounts.pop(person, None)
        self.passages.append(Passage(person, account, at, is_in))


@dataclass(slots=True)
class Ticket:
    """A ticket as whoever asks for it finds it; ``later`` is what happened to it in this import, and who told it.

    It depends on who asks: what lies in somebody else's sequence cannot be named there.
    """

    before: Callable[[UUID], SoldBefore | None]
    later: list[tuple[UUID, Later]] = field(default_factory=list)
    known: dict[UUID, SoldBefore | None] = field(default_factory=dict)

    def of(self, customer: UUID) -> SoldBefore | None:
        if customer not in self.known:
            sold = self.before(customer)
            later = [one._replace(is_own=teller == customer) for teller, one in self.later]
            self.known[customer] = None if sold is None else since(sold, later)
        return self.known[customer]

    def follow(self, customer: UUID, later: Later) -> None:
        self.later.append((customer, later))
        for who, sold in self.known.items():
            if sold is not None:
                self.known[who] = since(sold, [later._replace(is_own=who == customer)])


class Passage(NamedTuple):
    """Somebody enters an account, or leaves it."""

    person: UUID
    account: UUID
    at: datetime
    is_in: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket decided on a guess of what its ``claims`` get. ``before`` is its member as the ticket found it, and
    ``gathered`` what was decided, with what was due before the ticket."""

    entry: Entry
    incoming: wire.Incoming
    fact: Fact
    member: Member
    before: Member
    claims: tuple[Claim, ...]
    guessed: Grants
    result: Decided
    gathered: list[Decided]


class Decider:
    """Takes events to the desk and keeps what comes of them."""

    def __init__(self, shop: Shop, places: Places, connection: Connection) -> None:
        self._shop = shop
        self._places = places
        self._connection = connection
        self._desk = Desk(
            shop.book, self, self._find_sold, shop.recorded_at, full=self._expected, draws=shop.draws
        )
        self._run: GroupRun
        self._granted: Grants = {}
        self._guessed: dict[str, int] = {}
        self._claimable: dict[str, Claim] = {}
        self._claims = QuotaClaims()

    def take(self, run: GroupRun, place: int) -> None:
        """Decide one event of a group; ``run.waiting`` is set if it waits for its places, until ``answered``."""
        self._run = run
        entry = self._shop.entries[place]
        person = run.now(self._shop.owners[place])
        incoming = self._shop.read(entry)
        customer = self._customer(incoming, person)
        second = run.now(self._shop.absorbed[place]) if place in self._shop.absorbed else None
        told_of = second if entry.type in WHOSE_PERSON else person if person != customer else None
        try:
            fact = self._fact(entry, incoming, customer, told_of)
        except wire.UnknownSale:
            self._set_aside(entry, Refused(RefusalCode.UNKNOWN_SALE))
            return
        except wire.NotExchanged as error:
            self._set_aside(entry, error.refused)
            return
        member = run.members[customer]
        if second is not None:
            result = self._together(member, second, fact)
            self._keep_result(entry, incoming, fact, result)
            return
        before = member.copy()
        result = self._desk_takes(member, fact, {})
        if isinstance(result, Decided) and (claims := self._claims_of(result)):
            gathered, self._desk.gathered = self._desk.gathered, []
            run.waiting = Waiting(
                entry, incoming, fact, member, before, claims, self._guessed, result, gathered
            )
            granted = self._places.take(claims, customer, _moved_by(gathered).keys())
            if granted is not None:
                self.answered(run, granted)
            return
        self._keep_result(entry, incoming, fact, result)

    def answered(self, run: GroupRun, granted: Grants) -> None:
        """The group's waiting ticket goes on as it was decided, or is decided again if the guess was wrong."""
        waiting, run.waiting = run.waiting, None
        assert waiting is not None, "only who waits is answered"
        self._run = run
        result: Decided | Refused = waiting.result
        if all(granted[claim.key] == waiting.guessed[claim.key] for claim in waiting.claims):
            self._desk.gathered = waiting.gathered
        else:
            member, before = waiting.member, waiting.before
            member.state, member.last_purchase = before.state, before.last_purchase
            member.is_changed = before.is_changed
            result = self._desk_takes(member, waiting.fact, granted)
            assert isinstance(result, Refused) or not self._claims_of(result), (
                "all places are asked for at once"
            )
        for claim in waiting.claims:
            run.limits[claim.key] = claim.limit
        self._keep_result(
            waiting.entry, waiting.incoming, waiting.fact, result, (waiting.member.customer_id, granted)
        )

    def finish(self, run: GroupRun) -> None:
        """Decide what has become due since."""
        self._run = run
        if self._shop.catches_up:
            today = local_day(self._shop.recorded_at, self._shop.book.at(self._shop.recorded_at).zone)
            for member in run.members.values():
                self._desk.catch_up(member, today)
        self._keep()
        run.sold.clear()

    def _customer(self, incoming: wire.Incoming, person: UUID) -> UUID:
        """Who decides it: whoever counts for the person or, of a ticket that they bought in an account that they have
        left since, that account."""
        run = self._run
        customer = run.counts_as(person)
        if isinstance(incoming.data, wire.AfterSaleData):
            found = self._find_sale(incoming.data)
            owner = found.customer_id if found is not None else None
            if found is not None and owner is not None and run.counts_as(owner) != customer:
                is_theirs = owner in run.members and self._bought_by(found) == person
                return owner if is_theirs else customer
        return customer

    def _bought_by(self, found: wire.SaleFound) -> UUID | None:
        """Who of an account a ticket was told of."""
        assert found.customer_id is not None
        assert found.seq is not None
        key = found.customer_id, found.seq
        if key in self._run.bought_by:
            return self._run.now(self._run.bought_by[key])
        return run_on(self._connection, bought_by(found))

    def _fact(self, entry: Entry, incoming: wire.Incoming, customer: UUID, told_of: UUID | None) -> Fact:
        shop, data = self._shop, incoming.data
        plan = shop.book.at(entry.at)
        codes: tuple[ShownCode, ...] = ()
        if isinstance(data, wire.SaleData | wire.SaleUpdateData) and data.codes:
            hashes = (hash_of(code, shop.pseudonym_key) for code in data.codes)
            known = (shop.codes[one] for one in hashes if one in shop.codes)
            codes = good_codes(known, customer, local_day(entry.at, plan.zone))
        fact = wire.to_fact(
            incoming,
            catalogue=shop.catalogue,
            plan=plan,
            customer_id=customer,
            find_sale=self._find_sale,
            fingerprint=entry.fingerprint,
            has_happened=True,
            codes=codes,
            member=told_of,
        )
        if isinstance(data, wire.JoiningData) and data.referral_code:
            told = parse_subject(entry.subject or "")
            subject = told if isinstance(told, Identifier) else None
            return run_on(
                self._connection,
                with_referrer(fact, data, subject, customer, shop.pseudonym_key, shop.vault),
            )
        return fact

    def _desk_takes(self, member: Member, fact: Fact, granted: Grants) -> Decided | Refused:
        """``granted`` is what the event's claims have got, if they were answered."""
        self._granted = granted
        if self._claimable:
            self._claimable, self._guessed = {}, {}
        return self._desk.take(member, fact)

    def _expected(self, plan: Plan, sale: Sale) -> Grants:
        """What the desk takes for granted of every place that the ticket may claim: the answer, or a guess."""
        return {claim.key: self._answer(claim) for claim in self._claims.of(plan, sale)}

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        """What the desk asks for an event that is no ticket."""
        return self._answer(claim)

    def give_back(self, key: str, quantity: int) -> None:
        """Told once the event is kept: until then it may be decided again."""

    def _answer(self, claim: Claim) -> int:
        """What the referee said, or what is known by now, or a guess."""
        granted = self._granted.get(claim.key)
        if granted is not None:
            return granted
        if not claim.can_come_back and self._places.is_gone(claim.key, claim.limit):
            return 0
        self._claimable[claim.key] = claim
        guess = self._guessed[claim.key] = claim.quantity * self._places.guess(claim.key, claim.limit)
        return guess

    def _claims_of(self, decided: Decided) -> tuple[Claim, ...]:
        """The places that a decision only guessed at."""
        inputs = decided.decision.inputs
        if not self._claimable or inputs is None:
            return ()
        return tuple(self._claimable[key] for key in inputs.grants if key in self._claimable)

    def _keep_result(
        self,
        entry: Entry,
        incoming: wire.Incoming,
        fact: Fact,
        result: Decided | Refused,
        answered: tuple[UUID, Grants] | None = None,
    ) -> None:
        """``answered`` is who asked for places, and what they got."""
        if isinstance(result, Refused):
            self._set_aside(entry, result)
        else:
            self._run.recorded += 1
            self._remember(entry, incoming, fact, result)
        self._keep(answered)

    def _together(self, one: Member, second: UUID, fact: Fact) -> Decided | Refused:
        """Both sides of what happens between two customers, and who they are after it."""
        run = self._run
        if isinstance(fact.event, TransferOut) and run.counts_as(second) != second:
            fact = received_by(fact, second)
            second = run.counts_as(second)
        result = self._desk.together(one, run.members[second], fact)
        if isinstance(result, Refused):
            return result
        match fact.event:
            case Merger():
                if run.accounts.get(second) == one.customer_id:
                    run.passes(second, one.customer_id, fact.at, is_in=False)
                run.aliases[second] = UUID(member_of(fact) or str(one.customer_id))
            case Admission() | Departure():
                run.passes(second, one.customer_id, fact.at, is_in=isinstance(fact.event, Admission))
        return result

    def _keep(self, answered: tuple[UUID, Grants] | None = None) -> None:
        run, programme = self._run, self._shop.book.programme
        moved = _moved_by(self._desk.gathered)
        run.places.update(moved)
        customer, granted = answered or (None, {})
        back = {
            key: quantity
            for key in sorted(moved.keys() | granted.keys())
            if (quantity := granted.get(key, 0) - moved[key]) > 0
        }
        if back or customer is not None:
            self._places.give_back(back, customer)
        for one in self._desk.gathered:
            if not self._shop.is_dry_run:
                run.lines.add_decided(one, programme)
            run.ticks += one.fact.type is EventType.TICK
            run.undrawn += bool(one.decision.offers.undrawn)
        self._desk.gathered.clear()

    def _set_aside(self, entry: Entry, refused: Refused) -> None:
        self._run.aside.append(set_aside(entry, self._shop.files[entry.file], refused))

    # ------------------------------------------------------------ tickets and what happens to them

    def _remember(self, entry: Entry, incoming: wire.Incoming, fact: Fact, decided: Decided) -> None:
        run, event = self._run, fact.event
        if self._shop.is_dry_run and entry.type is EventType.TAKE_OVER:
            run.brought.setdefault(entry.file, Brought()).add(decided.decision)
        person_id = UUID(member_of(fact) or str(decided.customer_id))
        if personal := incoming.personal:
            run.personal.append(Said(decided.customer_id, decided.seq, person_id, personal))
        if isinstance(incoming.data, wire.JoiningData) and incoming.data.device:
            run.devices.append((person_id, incoming.data.device))
        if isinstance(event, AfterSale):
            key = self._sale_key(decided.customer_id, event)
            run.sold[key].follow(decided.customer_id, Later(decided.seq, event, decided.decision))
        elif isinstance(event, Sale) and self._shop.wanted:
            names: list[Original] = [("event", entry.source, entry.id)]
            if entry.ticket is not None:
                names.append(("ticket", *entry.ticket))
            for name in names:
                if name in self._shop.wanted:
                    where = decided.customer_id, decided.seq
                    run.tickets[name] = where
                    if person_id != decided.customer_id:
                        run.bought_by[where] = person_id
                    run.sold[where] = Ticket(partial(_sold_here, decided, event))

    def _find_sale(self, told: wire.AfterSaleData) -> wire.SaleFound | None:
        original = original_of(told)
        if (where := self._run.tickets.get(original)) is not None:
            return wire.SaleFound(*where)
        known = self._shop.known_originals.get(original)
        return None if known is None else wire.SaleFound(known.customer_id, known.seq)

    def _find_sold(self, customer_id: UUID, event: AfterSale) -> SoldBefore | None:
        """The ticket of a return or a change, if it is this customer's, that of somebody merged into them or, of an
        account, of somebody in it."""
        owner, seq = key = self._sale_key(customer_id, event)
        run = self._run
        if key not in run.sold:
            run.sold[key] = Ticket(partial(self._load_sold, wire.SaleFound(owner, seq)))
        if owner != customer_id and owner in run.members and run.counts_as(owner) != customer_id:
            return None
        return run.sold[key].of(customer_id)

    def _load_sold(self, found: wire.SaleFound, customer_id: UUID) -> SoldBefore | None:
        # Of somebody who was merged, or came and went, in this very import, the database does not know it yet.
        owner = found.customer_id
        reader = owner if owner is not None and owner in self._run.members else customer_id
        return run_on(self._connection, load_sold(reader, found, asked_by=customer_id))

    @staticmethod
    def _sale_key(customer_id: UUID, event: AfterSale) -> SoldKey:
        return (UUID(event.sale_owner) if event.sale_owner else customer_id), event.sale_seq


def _sold_here(decided: Decided, sale: Sale, customer: UUID) -> SoldBefore:
    """A ticket of this import, as ``customer`` finds it."""
    return sold_before(decided.seq, sale, decided.decision, is_own=decided.customer_id == customer)


def _moved_by(gathered: Sequence[Decided]) -> Counter[str]:
    """What these decisions take of what customers share, less what they give back."""
    moved: Counter[str] = Counter()
    for one in gathered:
        moved.update(places_moved(one.decision))
    return moved


def set_aside(entry: Entry, file: str, refused: Refused) -> SetAside:
    """An event that the programme refuses, with the figures that say why."""
    figures = " ".join(f"{name}={number}" for name, number in sorted(refused.figures.items()))
    detail = " ".join(part for part in (refused.subject, figures) if part)
    return SetAside.of(entry, file, refused.code.value, detail)


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
