"""Lets what some customers did happen again under a book of plans, one event after another; nothing is compared.

A rehearsal may be given events that never were: what would have been, had they bought once more. It is the same desk
and the same core as everything that is real.
"""

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from assidu.decisions.chance import OpenDraw, rehearsal_secret
from assidu.decisions.decision import Claim
from assidu.decisions.events import Admission, AfterSale, Departure, Event, Merger, Sale, TakeOver
from assidu.decisions.plan import AccountPolicy, Plan
from assidu.decisions.state import AccountKind, State
from assidu.events.types import EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook, Version
from assidu.loyalty.desk import Decided, Desk, Member
from assidu.loyalty.recorded import Recorded
from assidu.simulation.tickets import Tickets

_KEY = EventKey("rehearsal", "")
OTHER_SIDES = frozenset({EventType.ABSORPTION, EventType.ACCOUNT_ENTRY, EventType.ACCOUNT_EXIT})
"""They happen with what was told of whom they met."""
_CLOCK = frozenset({EventType.TICK, EventType.HOLD_EXPIRY})
Witness = Callable[[Decided], None]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is rehearsed: read once, whatever the number of plans it happens under.

    ``seq`` is the recorded one, by which returns and changes find their ticket; of what never was, a number nobody has.
    """

    customer_id: UUID
    seq: int
    type: EventType
    at: datetime
    event: Event
    body: Mapping[str, object]


def told(recorded: Recorded) -> Told:
    body = recorded.body()
    return Told(recorded.customer_id, recorded.seq, recorded.type, recorded.at, recorded.event(body), body)


class Rehearsal:
    """Some customers at a desk of their own. ``witness`` sees everything that is decided, the clock's work too."""

    def __init__(self, book: PlanBook, places: "HeldPlaces", recorded: "Grants", witness: Witness) -> None:
        self._book = book
        self._places = places
        self._recorded = recorded
        self._witness = witness
        self._members: dict[UUID, Member] = {}
        self._tickets = Tickets()
        self._desk = Desk(
            book,
            places,
            self._tickets.sold,
            datetime.max.replace(tzinfo=UTC),
            draws=rehearsed_draws(book),
        )

    def follow(self, events: Iterable[Told], until: date) -> None:
        """Everything in its order, then what is due up to ``until``."""
        for event in events:
            self._happen(event)
        for member in self._members.values():
            self._desk.catch_up(member, until, datetime.min.replace(tzinfo=UTC))
            self._show()

    def _happen(self, told: Told) -> None:
        if told.type in OTHER_SIDES or told.type in _CLOCK:
            return  # the first happen with the side that is told, the others by themselves
        member = self._member(told.customer_id)
        event = (
            as_known(self._book.at(told.at), told.event) if isinstance(told.event, TakeOver) else told.event
        )
        fact = Fact(_KEY, told.type, event, dict(told.body), has_happened=True)
        self._desk.is_basket = True
        known = self._recorded.get((told.customer_id, told.seq), {})
        self._places.begin(told.customer_id, told.seq, known)
        if isinstance(event, Merger | Admission | Departure):
            answer = self._desk.together(member, self._member(met_in(told.type, told.body)), fact)
        else:
            answer = self._desk.take(member, fact)
        if isinstance(answer, Decided):
            if isinstance(event, Sale):
                is_basket = not any(line.offers for line in event.lines)
                self._tickets.keep(
                    told.customer_id, told.seq, answer.seq, event, answer.decision, is_basket=is_basket
                )
            elif isinstance(event, AfterSale):
                self._tickets.follow(told.customer_id, answer.seq, event, answer.decision)
        self._show()

    def _show(self) -> None:
        for decided in self._desk.gathered:
            self._witness(decided)
        self._desk.gathered.clear()

    def _member(self, customer_id: UUID) -> Member:
        known = self._members.get(customer_id)
        if known is None:
            known = self._members[customer_id] = Member(customer_id, customer_id, State())
        return known


Grants = Mapping[tuple[UUID, int], Mapping[str, int]]
"""What events were given of what customers share, as recorded: by customer and ``seq``, then by claim key."""


class HeldPlaces:
    """Places that customers share, held as they were recorded: whoever had one then has it again.

    What was left of them, and places that history never knew, go to the first of these customers who ask, as many as
    are their ``share`` of all customers; of a part of a place, ``lot`` (a number from 0 to 1 by claim key) decides. How
    many is right over many such customers, who they are is chance. Who asks again for an event is answered alike.
    """

    def __init__(self, taken: Mapping[str, int], share: float, lot: Callable[[str], float]) -> None:
        self._taken = taken
        self._share = share
        self._lot = lot
        self._given: dict[str, int] = {}
        self._answered: dict[tuple[UUID, int, str], int] = {}
        self._known: Mapping[str, int] = {}
        self._event = (UUID(int=0), 0)

    def begin(self, customer_id: UUID, seq: int, known: Mapping[str, int]) -> None:
        """The event that happens next, and what it was given as recorded."""
        self._event = (customer_id, seq)
        self._known = known

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        known = self._known.get(claim.key, 0)
        if known > 0:
            return min(known, claim.quantity)
        asked = (*self._event, claim.key)
        granted = self._answered.get(asked)
        if granted is None:
            left = max(claim.limit - self._taken.get(claim.key, 0), 0) * self._share
            theirs = math.floor(left) + (self._lot(claim.key) < left % 1)
            given = self._given.get(claim.key, 0)
            granted = claim.granted(claim.limit - max(theirs - given, 0))
            self._given[claim.key] = given + granted
            self._answered[asked] = granted
        return granted

    def give_back(self, key: str, quantity: int) -> None:
        """What came back in the end is not ``taken``, and lives that are lived again do not free it again."""


def rehearsed_draws(book: PlanBook) -> dict[str, OpenDraw]:
    """Chance of a rehearsal: not that of the real draws, and the same each time."""
    return {
        offer.code: OpenDraw(rehearsal_secret(offer.code))
        for version in book.versions
        for offer in version.plan.offers.all
        if offer.chance_one_in is not None
    }


def with_accounts(book: PlanBook, recorded: PlanBook) -> PlanBook:
    """The same book, in which the households and companies that there were may be all the same: a plan says what they
    are worth, not whether people live together."""
    known: dict[AccountKind, AccountPolicy] = {}
    for version in recorded.versions:
        known.update(version.plan.accounts)
    if not known:
        return book

    def for_anybody(plan: Plan) -> Plan:
        policies = {**known, **plan.accounts}
        unlimited = {kind: replace(policy, members_at_most=sys.maxsize) for kind, policy in policies.items()}
        return replace(plan, accounts=unlimited)

    return PlanBook(Version(version.valid_from, for_anybody(version.plan)) for version in book.versions)


def met_in(type_: EventType, body: Mapping[str, object]) -> UUID:
    """With whom a merger, an admission or a departure happens."""
    return UUID(str(body["absorbed" if type_ is EventType.MERGER else "member"]))


def as_known(plan: Plan, event: TakeOver) -> TakeOver:
    """Somebody arrives with what this plan knows of what they had: they are a member under any programme."""
    known_tiers = {level.code for level in plan.tiers.levels} if plan.tiers is not None else set()
    tier = event.tier if event.tier in known_tiers else None
    lots = tuple(lot for lot in event.lots if lot.currency in plan.currencies)
    return replace(event, tier=tier, tier_until=event.tier_until if tier else None, lots=lots)
