"""Lets recorded history happen again under another plan, and says what differs and why.

The clock's events are made anew, everything else happens again in the order in which it was recorded, and places
that customers share are given in the order of time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions import decide
from assidu.decisions.decision import Claim, Decision, Refused, ShortfallCause
from assidu.decisions.events import (
    Admission,
    AfterSale,
    Departure,
    Event,
    Merger,
    RewardRequest,
    Sale,
    TakeOver,
)
from assidu.decisions.facts import Facts, Grants, SoldBefore
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State
from assidu.events.types import EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member
from assidu.loyalty.quota_claims import QuotaClaims
from assidu.loyalty.recorded import Recorded, history_of
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.entries import EntriesTally
from assidu.simulation.groups import Groups, caught_up_to, chunks, counted_together
from assidu.simulation.occasions import with_occasions
from assidu.simulation.order import in_time_order
from assidu.simulation.rehearsal import (
    OTHER_SIDES,
    HeldPlaces,
    Witness,
    as_known,
    met_in,
    rehearsed_draws,
    with_accounts,
)
from assidu.simulation.sums import Side, Sums, added_flows, differ, face_value
from assidu.simulation.tickets import Tickets
from assidu.simulation.types import Cause, CustomerOutcome, Outcome, Pair, Progress

EVENTS_PER_TELLING = 2_000
EVENTS_PER_LISTENING = 32
_KEY = EventKey("replay", "")
_CAUSES = {
    EventType.MERGER: Cause.MERGE,
    EventType.ADMISSION: Cause.ACCOUNT,
    EventType.DEPARTURE: Cause.ACCOUNT,
}
"""Where two customers meet, each of whom may have gone another way before."""

Retold = Callable[[Iterable[list[Recorded]]], Iterable[list[Recorded]]]
"""Tells recorded histories otherwise than they were, before they happen again: what is compared is then no more than
that they differ."""


def replay_under(
    connection: psycopg.Connection[Any],
    recorded_book: PlanBook,
    book: PlanBook,
    groups: Groups,
    until: date,
    quotas: RefereedQuotas,
    progress: Progress = lambda _: None,
    witness: Witness | None = None,
    retold: Retold = iter,
    held: HeldPlaces | None = None,
    pairs: list[Pair] | None = None,
    anew: bool = False,
) -> Outcome:
    """With shared places, events go by in the order of time over all customers, else over a few at a time: also when
    the places are ``held``.

    ``witness`` sees everything that is decided this time, with the reasons of every rule; ``pairs`` gets every
    customer's own sums. ``anew``: a ticket is a basket again also under the very plan that decided it, so that two
    plans that are compared begin with the same.
    """
    outcome = Outcome()
    shares_places = held is None and shares(book)
    for chunk in [groups] if shares_places else chunks(groups):
        customers = [customer for group in chunk for customer in group]
        run = _Run(recorded_book, book, quotas, outcome, witness, held, pairs, anew)
        untold = 0
        histories = with_occasions(connection, history_of(connection, customers), [book], until)
        for place, recorded in in_time_order(retold(histories)):
            if shares_places:
                quotas.reach(place)
            if recorded.seq < 0:
                run.remember(recorded)
                continue
            run.take(recorded)
            untold += 1
            if untold == EVENTS_PER_TELLING:
                progress(untold)
                untold = 0
        if shares_places:
            quotas.close()
        run.close(counted_together(connection, customers), caught_up_to(connection, customers, until))
        progress(untold)
    return outcome


def shares(book: PlanBook) -> bool:
    """Must everybody be decided in one order of time under these plans?"""
    return any(version.plan.shares_places for version in book.versions)


class _Places:
    """What the desk asks while one event is tried: what was answered, what must be asked first, and what is guessed:
    that there is a place, until all are known to be gone."""

    def __init__(self, full: Set[str]) -> None:
        self._full = full
        self._claims = QuotaClaims()
        self.granted: Mapping[str, int] = {}
        self.asked: list[Claim] = []
        self.guessed: dict[str, Claim] = {}
        self.back: Counter[str] = Counter()

    def expected(self, plan: Plan, sale: Sale) -> Grants:
        """What a ticket gets of each place that it may claim: the answer, nothing where all are gone, or a guess."""
        found = {}
        for claim in self._claims.of(plan, sale):
            granted = self.granted.get(claim.key)
            if granted is None:
                granted = 0 if claim.key in self._full else claim.quantity
                if granted:
                    self.guessed[claim.key] = claim
            found[claim.key] = granted
        return found

    def guessed_by(self, answer: Decided | Refused) -> tuple[Claim, ...]:
        """The places that a decision took for granted without an answer."""
        inputs = answer.decision.inputs if self.guessed and isinstance(answer, Decided) else None
        return (
            () if inputs is None else tuple(self.guessed[key] for key in inputs.grants if key in self.guessed)
        )

    def place(self, claim: Claim, customer_id: UUID, at: datetime) -> int:  # noqa: ARG002 (the protocol's)
        granted = self.granted.get(claim.key)
        if granted is not None:
            return granted
        if claim.key not in self._full:
            self.asked.append(claim)
        return 0

    def give_back(self, key: str, quantity: int) -> None:
        self.back[key] += quantity

    def forget(self) -> None:
        self.asked.clear()
        self.guessed.clear()
        self.back.clear()


@dataclass(slots=True)
class _Customer:
    """One customer during the replay. ``cause`` is why their history first went another way."""

    member: Member
    cause: Cause | None = None
    waiting: "_Waiting | None" = None
    spend_minor: int = 0
    events: int = 0
    recorded: Sums = field(default_factory=Sums)
    replayed: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class _Happening:
    """A recorded event, read, that happens again."""

    recorded: Recorded
    was: Decision
    event: Event
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits for its places, and how its customer was before. ``answer`` with all that was ``gathered`` and what
    it gives ``back`` is how it was decided on a guess of what its ``claims`` get; nothing where there was none."""

    happening: _Happening
    before: tuple[State, date | None]
    claims: tuple[Claim, ...] = ()
    answer: Decided | Refused | None = None
    gathered: Sequence[Decided] = ()
    back: Mapping[str, int] = field(default_factory=dict)

    def was_guessed(self, grants: Mapping[str, int]) -> bool:
        return bool(self.claims) and all(grants[claim.key] == claim.quantity for claim in self.claims)


class _Run:
    """A desk at which everything happens again, and the comparison with what was recorded.

    An event that needs a place waits for the answer while other customers' events go on: nobody's depends on it.
    """

    def __init__(
        self,
        recorded_book: PlanBook,
        book: PlanBook,
        quotas: RefereedQuotas,
        outcome: Outcome,
        witness: Witness | None = None,
        held: HeldPlaces | None = None,
        pairs: list[Pair] | None = None,
        anew: bool = False,
    ) -> None:
        self._witness = witness
        self._held = held
        self._pairs = pairs
        self._recorded_book = recorded_book
        self._quotas = quotas
        self._shares_places = held is None and shares(book)
        self._places = _Places(quotas.full)
        self._waiting = 0
        self._untold = 0
        self._book = with_accounts(book, recorded_book)
        self._outcome = outcome
        self._customers: dict[UUID, _Customer] = {}
        self._tickets = Tickets()
        self._entries = EntriesTally(book.versions[-1].plan, self._sold)
        self._worth_then = face_value(recorded_book.versions[-1].plan)
        self._worth_now = face_value(book.versions[-1].plan)
        self._recorded = Side(outcome, "recorded", self._worth_then)
        self._replayed = Side(outcome, "replayed", self._worth_now)
        self._desk = Desk(
            self._book,
            held or self._places,
            self._sold,
            datetime.max.replace(tzinfo=UTC),
            full=self._places.expected if held is None else None,
            draws=rehearsed_draws(book),
            trace=witness is not None,
        )
        self._same_plans = {
            (was.plan.version, now.plan.version)
            for was in recorded_book.versions
            for now in book.versions
            if not anew and replace(was.plan, version=0) == replace(now.plan, version=0)
        }

    def take(self, recorded: Recorded) -> None:
        """Let one recorded event happen again, and compare."""
        customer = self._customer(recorded.customer_id)
        was = recorded.decision()
        self._outcome.events += 1
        customer.spend_minor += recorded.amount_minor
        customer.events += 1
        self._recorded.add(was, customer.recorded)
        if customer.waiting is not None:
            self._wait_for(customer)
        if recorded.type in OTHER_SIDES:
            return
        if recorded.type is EventType.TICK:
            self._desk.catch_up(customer.member, recorded.day, recorded.at)
            self._give_back()
            self._compare(customer, recorded, was, self._last_tick(recorded.day))
            return
        if recorded.type is EventType.HOLD_EXPIRY:
            self._desk.catch_up(customer.member, date.min, recorded.at)
            self._give_back()
            self._compare(customer, recorded, was, self._last_of(EventType.HOLD_EXPIRY))
            return
        body = recorded.body()
        event = recorded.event(body)
        if isinstance(event, Merger | Admission | Departure):
            self._wait_for(self._other(recorded, body))
        self._happen(customer, _Happening(recorded, was, event, body))
        if self._waiting:
            self._untold += 1
            if self._untold >= EVENTS_PER_LISTENING or self._quotas.is_urgent:
                self._listen(is_waiting=False)

    def remember(self, occasion: Recorded) -> None:
        """Let a birthday or an anniversary happen that nobody told."""
        customer = self._customer(occasion.customer_id)
        if customer.waiting is not None:
            self._wait_for(customer)
        if customer.member.state.membership is Membership.MEMBER:
            body = occasion.body()
            was = occasion.decision()
            self._happen(customer, _Happening(occasion, was, occasion.event(body), body))

    def _happen(self, customer: _Customer, happening: _Happening) -> None:
        """Decide and compare; or let the customer wait until places were asked for."""
        member, recorded, event = customer.member, happening.recorded, happening.event
        before = member.state, member.last_purchase
        known = as_known(self._book.at(event.at), event) if isinstance(event, TakeOver) else event
        fact = Fact(_KEY, recorded.type, known, happening.body, has_happened=True)
        # Under another plan a ticket is a basket again: what would its till have been told to take off?
        versions = happening.was.plan_version, self._book.at(fact.at).version
        self._desk.is_basket = versions not in self._same_plans
        if self._held is not None:
            grants = happening.was.inputs.grants if happening.was.inputs is not None else {}
            self._held.begin(recorded.customer_id, recorded.seq, grants)
        if isinstance(event, Merger | Admission | Departure):
            answer = self._desk.together(member, self._other(recorded, happening.body).member, fact)
        else:
            answer = self._desk.take(member, fact)
        guessed = self._places.guessed_by(answer)
        if self._places.asked or guessed:
            self._ask(customer, happening, before, answer, guessed)
            return
        if not self._places.granted:
            self._give_back()
        self._conclude(customer, happening, answer, before[0])

    def _conclude(
        self, customer: _Customer, happening: _Happening, answer: Decided | Refused, before: State
    ) -> None:
        recorded, event = happening.recorded, happening.event
        self._compare(customer, recorded, happening.was, answer, event, before)
        self._count(recorded, event, answer)

    def _ask(
        self,
        customer: _Customer,
        happening: _Happening,
        before: tuple[State, date | None],
        answer: Decided | Refused,
        guessed: tuple[Claim, ...],
    ) -> None:
        """Ask for the places. What was decided stays ready where all of them were guessed, else all is as it was."""
        member, asked, back = customer.member, tuple(self._places.asked), dict(self._places.back)
        if asked:
            customer.waiting = _Waiting(happening, before)
            member.state, member.last_purchase = before
        else:
            gathered = list(self._desk.gathered)
            customer.waiting = _Waiting(happening, before, guessed, answer, gathered, back)
        self._desk.gathered.clear()
        self._quotas.ask(member.customer_id, (*asked, *guessed), tuple(back))
        self._places.forget()
        self._waiting += 1

    def _wait_for(self, customer: _Customer) -> None:
        while customer.waiting is not None:
            self._listen(is_waiting=True)

    def _listen(self, *, is_waiting: bool) -> None:
        """Let those go on whose claims were answered."""
        self._untold = 0
        for customer_id, grants in self._quotas.answers(is_waiting=is_waiting):
            customer = self._customers[customer_id]
            assert customer.waiting is not None, "only who waits is answered"
            waiting, customer.waiting = customer.waiting, None
            self._waiting -= 1
            if waiting.answer is not None and waiting.was_guessed(grants):
                self._desk.gathered.extend(waiting.gathered)
                self._conclude(customer, waiting.happening, waiting.answer, waiting.before[0])
                self._quotas.settle(customer_id, waiting.back)
                continue
            customer.member.state, customer.member.last_purchase = waiting.before
            self._places.granted = grants
            self._happen(customer, waiting.happening)
            self._places.granted = {}
            assert customer.waiting is None, "all places were asked for at once"
            self._quotas.settle(customer_id, self._places.back)
            self._places.forget()

    def _give_back(self) -> None:
        """What an event gives back without having asked for anything is there for whoever comes after it."""
        if self._shares_places:
            for key, quantity in self._places.back.items():
                self._quotas.give_back(key, quantity)
        self._places.forget()

    def _count(self, recorded: Recorded, event: Event, answer: Decided | Refused) -> None:
        outcome = self._outcome
        outcome.sales += isinstance(event, Sale)
        if isinstance(answer, Refused):
            if isinstance(event, AfterSale):
                outcome.skipped_reversals += 1
            elif isinstance(event, RewardRequest):
                outcome.unfunded_burns += 1
            else:
                outcome.refused += 1
            return
        if isinstance(event, Sale):
            is_basket = self._desk.is_basket and not any(line.offers for line in event.lines)
            self._tickets.keep(
                recorded.customer_id, recorded.seq, answer.seq, event, answer.decision, is_basket=is_basket
            )
        elif isinstance(event, AfterSale):
            self._tickets.follow(recorded.customer_id, answer.seq, event, answer.decision)
        if answer.decision.shortfalls:
            outcome.unfunded_burns += any(
                shortfall.cause is ShortfallCause.UNFUNDED_BURN for shortfall in answer.decision.shortfalls
            )

    def close(self, groups: Groups, caught_up: dict[UUID, date]) -> None:
        """What is due as far as history had come, then the sum of those who count as one."""
        while self._waiting:
            self._listen(is_waiting=True)
        for customer_id, customer in self._customers.items():
            until = caught_up.get(customer_id, date.min)
            self._desk.catch_up(customer.member, until, datetime.min.replace(tzinfo=UTC))
            self._places.forget()  # history is over: nobody comes after it
            self._flush(None)
        for group in groups:
            known = [self._customers[customer] for customer in group if customer in self._customers]
            if group[0] in self._customers:
                summed = self._summed(group[0], known)
                self._outcome.customers.append(summed)
                if self._pairs is not None:
                    self._pairs.append(_paired(summed, known))
                if self._customers[group[0]].replayed.membership is Membership.MEMBER:
                    self._entries.count(group, self._outcome.entries)

    def _summed(self, first: UUID, known: Sequence[_Customer]) -> CustomerOutcome:
        return CustomerOutcome(
            first,
            sum(customer.spend_minor for customer in known),
            sum(customer.recorded.cost_minor(self._worth_then) for customer in known),
            sum(customer.replayed.cost_minor(self._worth_now) for customer in known),
            self._customers[first].recorded.shown_tier,
            self._customers[first].replayed.shown_tier,
        )

    def _customer(self, customer_id: UUID) -> _Customer:
        found = self._customers.get(customer_id)
        if found is None:
            found = self._customers[customer_id] = _Customer(Member(customer_id, customer_id, State()))
            if self._pairs is not None:
                found.recorded.flows, found.replayed.flows = {}, {}
        return found

    def _other(self, recorded: Recorded, body: Mapping[str, Any]) -> _Customer:
        """With whom it happens."""
        return self._customer(met_in(recorded.type, body))

    def _sold(self, customer_id: UUID, event: AfterSale) -> SoldBefore | None:
        return self._tickets.sold(customer_id, event)

    def _last_tick(self, day: date) -> Decided | None:
        """The tick that the desk has just decided for ``day``, if there was one."""
        for decided in self._desk.gathered:
            if decided.fact.type is EventType.TICK and decided.day == day:
                return decided
        return None

    def _last_of(self, type_: EventType) -> Decided | None:
        return next((one for one in reversed(self._desk.gathered) if one.fact.type is type_), None)

    def _compare(
        self,
        customer: _Customer,
        recorded: Recorded,
        was: Decision,
        answer: Decided | Refused | None,
        event: Event | None = None,
        before: State | None = None,
    ) -> None:
        """Count what was decided this time; when it is not what was recorded, say why."""
        decided = answer if isinstance(answer, Decided) else None
        self._flush(decided)
        if decided is not None and _is_same(decided.decision, was):
            return
        cause = self._cause(customer, recorded, was, answer)
        if (
            customer.cause is None
            and recorded.type not in _CAUSES
            and recorded.seq > 0
            and not self._would_be(was, recorded, event, before)
        ):
            cause = Cause.UNEXPLAINED
        customer.cause = customer.cause or cause
        if recorded.type is EventType.DEPARTURE:
            leaver = self._other(recorded, recorded.body())
            leaver.cause = leaver.cause or cause
        differ(self._outcome, cause, recorded.customer_id, recorded.seq)

    def _flush(self, matched: Decided | None) -> None:
        """Sum what the desk gathered. Ticks that history does not know are differences of their own."""
        for decided in self._desk.gathered:
            owner = self._customer(decided.customer_id)
            self._replayed.add(decided.decision, owner.replayed)
            self._entries.add(decided)
            if self._witness is not None:
                self._witness(decided)
            if decided is not matched and decided.fact.type is EventType.TICK:
                owner.cause = owner.cause or (Cause.UNEXPLAINED if self._same_plans else Cause.PLAN)
                differ(self._outcome, owner.cause, decided.customer_id, decided.seq)
        self._desk.gathered.clear()

    def _cause(
        self, customer: _Customer, recorded: Recorded, was: Decision, answer: Decided | Refused | None
    ) -> Cause:
        if recorded.seq < 0:
            return Cause.CALENDAR
        decision = answer.decision if isinstance(answer, Decided) else None
        is_short = isinstance(answer, Refused) or (
            decision is not None and decision.shortfalls != was.shortfalls
        )
        applied = decision.plan_version if decision else self._book.at(recorded.at).version
        is_other_plan = (recorded.plan_version, applied) not in self._same_plans
        if customer.cause is None and not is_other_plan and not _got_other_places(was, decision):
            # Nothing went another way before, the rules and the places are the same: so must the decision be.
            is_of_other = (
                recorded.type in _CAUSES and self._other(recorded, recorded.body()).cause is not None
            )
            return _CAUSES[recorded.type] if is_of_other else Cause.UNEXPLAINED
        if recorded.type is EventType.CORRECTION and is_short:
            return Cause.CORRECTION
        if recorded.type in _CAUSES:
            return _CAUSES[recorded.type]
        if is_short and recorded.type in (EventType.REWARD_REQUEST, EventType.SALE, EventType.SALE_UPDATE):
            return Cause.UNFUNDED_BURN
        if is_other_plan:
            return Cause.PLAN
        if _got_other_places(was, decision):
            return Cause.CLAIM
        assert customer.cause is not None
        return customer.cause

    def _would_be(self, was: Decision, recorded: Recorded, event: Event | None, before: State | None) -> bool:
        """Would the recorded rules and places still decide what was recorded? Then it is they that make a difference.

        Asked once for each customer, when their history first goes another way: until then nothing else may differ.
        """
        if event is None or before is None:
            return True  # the clock's: its postings follow from lots and a tier that were the same until now
        grants = was.inputs.grants if was.inputs is not None else None
        sold = self._sold(recorded.customer_id, event) if isinstance(event, AfterSale) else None
        member = recorded.body().get("member", "")
        facts = Facts(before, sold=sold, grants=grants, has_happened=True, member=member)
        again = decide(self._recorded_book.version(recorded.plan_version), facts, event)
        return isinstance(again, Decision) and _is_same(again, was)


def _paired(summed: CustomerOutcome, known: Sequence[_Customer]) -> Pair:
    return Pair(
        summed,
        sum(customer.events for customer in known),
        added_flows(customer.recorded.flows or {} for customer in known),
        added_flows(customer.replayed.flows or {} for customer in known),
    )


def _got_other_places(was: Decision, decision: Decision | None) -> bool:
    """Was a place asked for both times, and given only once?"""
    if decision is None or was.inputs is None or decision.inputs is None:
        return False
    now = decision.inputs.grants
    return any(key in now and now[key] != granted for key, granted in was.inputs.grants.items())


def _is_same(decision: Decision, was: Decision) -> bool:
    """Do two decisions do the same to the customer? Inputs, plan version and the numbering of postings aside."""
    return (
        decision.awards == was.awards
        and decision.counts == was.counts
        and decision.tier == was.tier
        and decision.membership == was.membership
        and decision.shortfalls == was.shortfalls
        and decision.clawbacks == was.clawbacks
        and decision.account == was.account
        and len(decision.postings) == len(was.postings)
        and all(
            a.quantity == b.quantity
            and a.source is b.source
            and a.target is b.target
            and a.lot == b.lot
            and a.currency == b.currency
            for a, b in zip(decision.postings, was.postings, strict=True)
        )
    )
