"""Decides what happened to customers, one event after another, and gathers what is to be written.

The desk is where the pure core meets the rest: intake, staff actions, imports and replays all hand it the states of
locked customers and their events, and write what it gathered. It does no input or output itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from assidu.decisions import SEMANTICS_VERSION, decide, evolve
from assidu.decisions.accounts import exit_of
from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.decision import Account, Claim, Decision, RefusalCode, Refused
from assidu.decisions.due import next_due, ran_out
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    Admission,
    AfterSale,
    Departure,
    Event,
    HoldExpiry,
    MergedPart,
    Merger,
    Restoration,
    Sale,
    Separation,
    Tick,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.facts import Facts, Grants, SoldBefore
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.separating import moved_since_merger
from assidu.decisions.state import Membership, Moved, State
from assidu.decisions.values import value_type
from assidu.events.bodies import body_of
from assidu.events.types import CLOCK_SOURCE, EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook

ROUNDS_MAX = 3
"""How often an event may be decided again because it asked for places."""


class Quotas(Protocol):
    """Who answers claims: rows locked in the database, a replay's own tally, or what was recorded."""

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:
        """What is given of the claim, and taken by it; 0 when there is not enough left."""

    def give_back(self, key: str, quantity: int) -> None:
        """So much is free again, for whoever comes after this event."""


class NoQuotas:
    """Grants nothing and remembers who asked: the first pass of a replay."""

    def __init__(self) -> None:
        self.askers: set[UUID] = set()

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        self.askers.add(customer_id)
        return 0

    def give_back(self, key: str, quantity: int) -> None:
        """Nobody here waits for it."""


class Tally:
    """Places counted in memory, in the order in which they are asked."""

    def __init__(self, taken: Mapping[str, int] | None = None) -> None:
        self.taken = dict(taken or {})
        self.limits: dict[str, int] = {}

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        used = self.taken.get(claim.key, 0)
        self.limits[claim.key] = claim.limit
        granted = claim.granted(used)
        if granted:
            self.taken[claim.key] = used + granted
        return granted

    def give_back(self, key: str, quantity: int) -> None:
        self.taken[key] = max(self.taken.get(key, 0) - quantity, 0)


@dataclass(slots=True)
class Member:
    """A customer at the desk: locked, loaded, and carried from event to event."""

    customer_id: UUID
    wallet_id: UUID
    state: State
    last_purchase: date | None = None
    is_changed: bool = False

    def copy(self) -> "Member":
        """The same customer, to be decided on again: states are never changed in place."""
        return Member(self.customer_id, self.wallet_id, self.state, self.last_purchase, self.is_changed)


@value_type(frozen=True, slots=True)
class Decided:
    """One event decided, with the state after it."""

    customer_id: UUID
    wallet_id: UUID
    seq: int
    fact: Fact
    day: date
    decision: Decision
    state: State
    recorded_at: datetime
    semantics: int = SEMANTICS_VERSION


SoldFinder = Callable[[UUID, AfterSale], SoldBefore | None]
"""Finds the original ticket of a return or a change: of this customer, or of one merged into this one since."""

FullFinder = Callable[[Plan, Sale], Grants]
"""Claims of a ticket that need not be asked: 0 where the places are known to be gone; imports
and replays also guess."""


@dataclass(slots=True)
class Desk:
    """``sold`` finds the original ticket of a return or a change; ``gathered`` is everything decided, in order.

    ``full`` spares a second look at tickets that come too late for places that customers share. ``draws`` are
    the open ones, by offer: without them nothing is drawn. ``is_basket``: tickets are not paid yet.
    """

    book: PlanBook
    quotas: Quotas
    sold: SoldFinder
    recorded_at: datetime
    gathered: list[Decided] = field(default_factory=list)
    full: FullFinder | None = None
    draws: Mapping[str, OpenDraw] = field(default_factory=dict)
    is_basket: bool = False
    trace: bool = False  # are the reasons of every rule wanted with each decision?

    def take(self, member: Member, fact: Fact) -> Decided | Refused:
        """Decide one event, after what is due before it; a refusal leaves no trace but the ticks."""
        self.catch_up(member, self.today(fact), self._known_at(fact))
        return self._record(member, fact, self._decide(member, fact))

    def together(self, one: Member, other: Member, fact: Fact) -> Decided | Refused:
        """What happens between two customers: both sides of it, or neither."""
        match fact.event:
            case Merger():
                return self.merge(one, other, fact)
            case TransferOut():
                return self.transfer(one, other, fact)
            case Admission():
                return self.admit(one, other, fact)
            case Departure():
                return self.depart(one, other, fact)
        raise AssertionError("nothing else concerns two customers")

    def merge(self, survivor: Member, absorbed: Member, fact: Fact) -> Decided | Refused:
        """Both sides of a merger: everything leaves the absorbed customer and arrives at the survivor.

        Of two records in one account the absorbed one leaves it first, in favour of the other.
        """
        assert isinstance(fact.event, Merger)
        member = member_of(fact)
        if str(absorbed.customer_id) in (str(survivor.customer_id), member):
            return Refused(RefusalCode.SAME_CUSTOMER)
        for one in (survivor, absorbed):
            self.catch_up(one, self.today(fact), self._known_at(fact))
        undone = survivor.state, absorbed.state, len(self.gathered)
        account = survivor.state.account
        if member and account is not None and str(absorbed.customer_id) in account.people:
            self.depart(survivor, absorbed, departure_of(fact, absorbed.customer_id, member))
        answer = self._merge(survivor, absorbed, fact, member)
        if isinstance(answer, Refused):
            survivor.state, absorbed.state, length = undone
            del self.gathered[length:]
        return answer

    def _merge(self, survivor: Member, absorbed: Member, fact: Fact, member: str) -> Decided | Refused:
        plan = self.book.at(fact.at)
        before = absorbed.state
        facts = Facts(survivor.state, absorbed=before, member=member, absorbed_id=str(absorbed.customer_id))
        arriving = decide(plan, facts, fact.event)
        if isinstance(arriving, Refused):
            return arriving
        leaving_fact = absorption_of(fact, survivor.customer_id)
        leaving = decide(plan, Facts(before), leaving_fact.event)
        refused = self._record(absorbed, leaving_fact, leaving)
        if isinstance(refused, Refused):
            return refused
        self._settle({}, leaving)
        body = {**fact.body, "absorbed": str(absorbed.customer_id), "absorbed_seq": absorbed.state.seq}
        return self._record(survivor, replace(fact, body=body), arriving)

    def transfer(self, giver: Member, receiver: Member, fact: Fact) -> Decided | Refused:
        """Both sides of a transfer: what leaves the giver arrives at the receiver, or neither."""
        assert isinstance(fact.event, TransferOut)
        if giver.customer_id == receiver.customer_id:
            return Refused(RefusalCode.SAME_CUSTOMER)
        for member in (giver, receiver):
            self.catch_up(member, self.today(fact), self._known_at(fact))
        plan = self.book.at(fact.at)
        leaving = decide(plan, Facts(giver.state, member=member_of(fact)), fact.event)
        if isinstance(leaving, Refused):
            return leaving
        arriving_fact = receipt_of(fact, fact.event, giver.customer_id, leaving)
        facts = Facts(receiver.state, member=member_of(arriving_fact))
        arriving = decide(plan, facts, arriving_fact.event)
        refused = self._record(receiver, arriving_fact, arriving)
        if isinstance(refused, Refused):
            return refused
        body = {**fact.body, "to": str(receiver.customer_id), "to_seq": receiver.state.seq}
        return self._record(giver, replace(fact, body=body), leaving)

    def admit(self, account: Member, person: Member, fact: Fact) -> Decided | Refused:
        """Both sides of entering an account: everything leaves the person's record and arrives at the account."""
        assert isinstance(fact.event, Admission)
        if account.customer_id == person.customer_id:
            return Refused(RefusalCode.NOT_A_PERSON)
        for member in (account, person):
            self.catch_up(member, self.today(fact), self._known_at(fact))
        plan = self.book.at(fact.at)
        arriving = decide(plan, Facts(account.state, person=person.state), fact.event)
        if isinstance(arriving, Refused):
            return arriving
        entry_fact = entry_of(fact, account.customer_id)
        leaving = decide(plan, Facts(person.state), entry_fact.event)
        refused = self._record(person, entry_fact, leaving)
        if isinstance(refused, Refused):
            return refused
        self._settle({}, leaving)
        body = {**fact.body, "member_seq": person.state.seq}
        return self._record(account, replace(fact, body=body), arriving)

    def depart(self, account: Member, person: Member, fact: Fact) -> Decided | Refused:
        """Both sides of leaving an account: the share leaves it, and the person's record wakes up with it."""
        event = fact.event
        assert isinstance(event, Departure)
        self.catch_up(account, self.today(fact), self._known_at(fact))
        plan = self.book.at(fact.at)
        leaving = decide(plan, Facts(account.state, person=person.state), event)
        if isinstance(leaving, Refused):
            return leaving
        back_fact = exit_fact_of(
            fact, exit_of(leaving, account.state, person.state, event), account.customer_id
        )
        refused = self._record(person, back_fact, decide(plan, Facts(person.state), back_fact.event))
        if isinstance(refused, Refused):
            return refused
        self._settle({}, leaving)
        body = {**fact.body, "member_seq": person.state.seq}
        return self._record(account, replace(fact, body=body), leaving)

    def separate(self, survivor: Member, absorbed: Member, fact: Fact, before: State) -> Decided | Refused:
        """Both sides of a merger that is undone; ``before`` is the absorbed customer as they were when they left."""
        event = fact.event
        assert isinstance(event, Separation)
        self.catch_up(survivor, self.today(fact), self._known_at(fact))
        leaving = decide(self.book.at(fact.at), Facts(survivor.state), event)
        if isinstance(leaving, Refused):
            return leaving
        moved = moved_since_merger(survivor.state, event)
        back_fact = restoration_of(fact, event, survivor.customer_id, leaving, before, moved)
        arriving = decide(self.book.at(fact.at), Facts(absorbed.state), back_fact.event)
        refused = self._record(absorbed, back_fact, arriving)
        if isinstance(refused, Refused):
            return refused
        body = {**fact.body, "absorbed": str(absorbed.customer_id)}
        return self._record(survivor, replace(fact, body=body), leaving)

    def catch_up(self, member: Member, today: date, now: datetime | None = None) -> None:
        """Decide what has become due up to ``today``, day by day, in order; and end the holds that ran out by ``now``
        (when left out, the instant at which all this is recorded)."""
        while True:
            due = next_due(member.state)
            if due is not None and due > today:
                due = None
            if member.state.holds:
                hold = ran_out(member.state, now or self.recorded_at)
                if hold is not None and (due is None or hold[0] < midnight(due, self._zone())):
                    self._decide_due(member, hold_expiry_of(member.customer_id, *hold))
                    continue
            if due is None:
                return
            self._decide_due(member, tick_of(member.customer_id, due, member.state.seq + 1, self.book))

    def _decide_due(self, member: Member, fact: Fact) -> None:
        decided = self._record(member, fact, self._decide(member, fact))
        assert isinstance(decided, Decided), "what is due can always be decided"

    def _zone(self) -> ZoneInfo:
        return self.book.versions[-1].plan.zone

    def evaluate(self, member: Member, fact: Fact, grants: Grants | None = None) -> Decision | Refused:
        """What would happen, with the reasons of every rule; nothing is gathered and no place is taken."""
        facts = replace(self._facts(member, fact), grants=grants)
        return decide(self._plan(fact, facts), facts, fact.event, trace=True)

    def _decide(self, member: Member, fact: Fact) -> Decision | Refused:
        facts = self._facts(member, fact)
        plan = self._plan(fact, facts)
        grants: dict[str, int] = {}
        if self.full is not None and isinstance(fact.event, Sale) and (full := self.full(plan, fact.event)):
            grants.update(full)
            facts = replace(facts, grants=grants)
        decision = decide(plan, facts, fact.event, trace=self.trace)
        taken: dict[str, int] = {}
        for _ in range(ROUNDS_MAX):
            if isinstance(decision, Refused) or not decision.claims:
                break
            taken.update(self._ask(decision.claims, member, fact))
            grants.update(taken)
            decision = decide(plan, replace(facts, grants=grants), fact.event, trace=self.trace)
        self._settle(taken, decision)
        return decision

    def _ask(self, claims: Iterable[Claim], member: Member, fact: Fact) -> Grants:
        return {claim.key: self.quotas.place(claim, member.customer_id, fact.at) for claim in claims}

    def _settle(self, taken: Grants, decision: Decision | Refused) -> None:
        """What was taken and turned out not to be needed is free again at once, as is what something gives back."""
        moved = {} if isinstance(decision, Refused) else places_moved(decision)
        for key in sorted(taken.keys() | moved.keys()):
            back = taken.get(key, 0) - moved.get(key, 0)
            if back > 0:
                self.quotas.give_back(key, back)

    def _plan(self, fact: Fact, facts: Facts) -> Plan:
        """The plan in force when it happened; what happens to a ticket obeys the version that it was decided under."""
        if facts.sold is not None:
            return self.book.version(facts.sold.plan_version)
        return self.book.at(fact.at)

    def _facts(self, member: Member, fact: Fact) -> Facts:
        sold = None
        if isinstance(fact.event, AfterSale):
            sold = self.sold(member.customer_id, fact.event)
        return Facts(
            member.state,
            sold=sold,
            has_happened=fact.has_happened,
            chance=Chance(str(member.customer_id), self.draws) if self.draws else None,
            is_basket=self.is_basket,
            member=member_of(fact),
        )

    def _record(self, member: Member, fact: Fact, decision: Decision | Refused) -> Decided | Refused:
        if isinstance(decision, Refused):
            return decision
        zone = self.book.at(fact.at).zone
        day = local_day(fact.at, zone)
        member.state = evolve(member.state, decision)
        member.is_changed = True
        if isinstance(fact.event, Sale) and (member.last_purchase is None or day > member.last_purchase):
            member.last_purchase = day
        decided = Decided(
            member.customer_id,
            member.wallet_id,
            member.state.seq,
            fact,
            day,
            decision,
            member.state,
            self.recorded_at,
        )
        self.gathered.append(decided)
        return decided

    def today(self, fact: Fact) -> date:
        """Live, what is due today comes first; what has happened only knows its own time, and none that is to come."""
        return local_day(self._known_at(fact), self.book.at(fact.at).zone)

    def _known_at(self, fact: Fact) -> datetime:
        return min(fact.at, self.recorded_at) if fact.has_happened else self.recorded_at


def received_by(fact: Fact, member: UUID) -> Fact:
    """A transfer to an account, with who of it was named."""
    return replace(fact, body={**fact.body, "to_member": str(member)})


def member_of(fact: Fact) -> str:
    """Who of an account it is told of; empty where it is told of the customer themselves."""
    found: str = fact.body.get("member", "")
    return found


def tick_of(customer_id: UUID, due: date, seq: int, book: PlanBook) -> Fact:
    """The clock's event: its key is the customer, the day and the ``seq``, so that it can happen only once.

    A day may have its tick twice: a late ticket can bring units that were due on a day that has long passed.
    """
    zone = book.versions[-1].plan.zone
    event = Tick(midnight(due, zone), due)
    key = EventKey(CLOCK_SOURCE, f"{customer_id}:{due.isoformat()}:{seq}")
    return Fact(key, EventType.TICK, event, body_of(event))


def hold_expiry_of(customer_id: UUID, until: datetime, hold: str) -> Fact:
    """The clock's event at the instant at which a hold runs out; a hold ends only once."""
    event = HoldExpiry(until, hold)
    key = EventKey(CLOCK_SOURCE, f"{customer_id}:hold:{hold}")
    return Fact(key, EventType.HOLD_EXPIRY, event, body_of(event))


def receipt_of(fact: Fact, event: TransferOut, giver_id: UUID, leaving: Decision) -> Fact:
    """The receiver's side of a transfer, under the same source and a key of its own: the lots that left."""
    parts = tuple(
        TransferredPart(posting.lot.issued_month, posting.lot.expires_on, posting.quantity)
        for posting in leaving.postings
        if posting.lot is not None
    )
    arriving = TransferIn(event.at, event.currency, parts)
    body = {**body_of(arriving), "from": str(giver_id)}
    if received_by := fact.body.get("to_member"):
        body["member"] = received_by
    return replace(
        fact,
        key=EventKey(fact.key.source, f"{fact.key.id}:received"),
        type=EventType.TRANSFER_IN,
        event=arriving,
        body=body,
    )


def restoration_of(
    fact: Fact,
    event: Separation,
    survivor_id: UUID,
    leaving: Decision,
    before: State,
    moved: Sequence[Moved],
) -> Fact:
    """The other side of a merger undone, under the same source and a key of its own."""
    parts = tuple(
        MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
        for p in leaving.postings
        if p.target is Account.IN_TRANSIT and p.lot is not None
    )
    owed = Counter[str]()
    for part in event.paid:
        owed[part.currency] += part.quantity
    for currency, quantity in event.owed:
        owed[currency] += quantity
    on = before.left_on if before.membership is Membership.LEFT else before.joined_on
    back = Restoration(
        event.at,
        before.membership.value,
        on,
        parts,
        tuple(sorted(owed.items())),
        before.regret_until,
        tuple((one.days, one.waits) for one in moved),
    )
    return replace(
        fact,
        key=EventKey(fact.key.source, f"{fact.key.id}:restored"),
        type=EventType.RESTORATION,
        event=back,
        body={**body_of(back), "from": str(survivor_id)},
    )


def entry_of(fact: Fact, account_id: UUID) -> Fact:
    """The person's side of entering an account, under the same source and a key of its own."""
    return _other_side(fact, "entered", EventType.ACCOUNT_ENTRY, AccountEntry(fact.at), into=account_id)


def exit_fact_of(fact: Fact, event: Event, account_id: UUID) -> Fact:
    """The person's side of leaving an account."""
    return _other_side(fact, "left", EventType.ACCOUNT_EXIT, event, **{"from": account_id})


def departure_of(fact: Fact, absorbed_id: UUID, member: str) -> Fact:
    """Before two records of one account are merged: one of them leaves it in favour of the other."""
    event = Departure(fact.at, str(absorbed_id), same_as=member)
    return _other_side(fact, "departed", EventType.DEPARTURE, event)


def _other_side(fact: Fact, name: str, type_: EventType, event: Event, **other: UUID) -> Fact:
    return replace(
        fact,
        key=EventKey(fact.key.source, f"{fact.key.id}:{name}"),
        type=type_,
        event=event,
        body={**body_of(event), **{word: str(customer_id) for word, customer_id in other.items()}},
    )


def absorption_of(fact: Fact, survivor_id: UUID) -> Fact:
    """The absorbed customer's side of a merger, under the same source and a key of its own."""
    return _other_side(fact, "absorbed", EventType.ABSORPTION, Absorption(fact.at), into=survivor_id)
