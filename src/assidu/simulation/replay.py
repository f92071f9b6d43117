"""Decides recorded history again: as it was decided, or under another plan, and says what differs and why.

Under another plan the clock's events are made anew, everything else happens again in the order in which it was
recorded, and places that customers share are given in the order of time.
"""

import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Account, Decision, Refused, ShortfallCause
from assidu.decisions.events import Absorption, Merger, Return, RewardRequest, Sale
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.plan import CurrencyKind, Plan
from assidu.decisions.sold import sold_before
from assidu.decisions.state import State
from assidu.events.types import EventKey, EventType, Fact
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member
from assidu.loyalty.recorded import Recorded, history_of
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.types import EXAMPLES_MAX, Cause, CustomerOutcome, Flow, Outcome

Progress = Callable[[int], None]
CUSTOMERS_AT_ONCE = 400


@dataclass(slots=True)
class _Ticket:
    """A sale as it was decided in this replay, and the returns decided since."""

    seq: int
    owner: UUID
    sale: Sale
    decision: Decision
    returns: list[Decision] = field(default_factory=list)


class _Ledger:
    """Sums the two sides of a comparison, as postings go by."""

    def __init__(self, outcome: Outcome, worth: Callable[[str, int], int]) -> None:
        self.outcome = outcome
        self.worth = worth

    def add(self, flows: dict[str, Flow], decision: Decision) -> int:
        """Count a decision's postings; answers what it issued, at face value."""
        minor = 0
        for posting in decision.postings:
            flow = flows.setdefault(posting.currency, Flow())
            quantity = posting.quantity
            for account, sign in ((posting.source, -1), (posting.target, 1)):
                change = sign * quantity
                if account is Account.ISSUED:
                    flow.issued -= change
                    minor -= self.worth(posting.currency, change)
                elif account is Account.USED:
                    flow.used += change
                elif account is Account.BREAKAGE or account is Account.FORFEITED:
                    flow.expired += change
                elif account is Account.CORRECTED:
                    flow.corrected -= change
                elif account is Account.OPENING:
                    flow.opening -= change
                elif account.is_in_wallet and account is not Account.DEBT:
                    flow.outstanding += change
        return minor


def face_value(plan: Plan) -> Callable[[str, int], int]:
    """What units cost at face value; a voucher was already counted with the points that it cost."""

    def worth(currency: str, quantity: int) -> int:
        known = plan.currencies.get(currency)
        if known is None or known.kind is CurrencyKind.VOUCHER or not known.worth_minor:
            return 0
        return quantity * known.worth_minor // known.worth_units

    return worth


def replay_as_decided(
    connection: psycopg.Connection[Any],
    book: PlanBook,
    groups: Sequence[Sequence[UUID]],
    progress: Progress = lambda _: None,
) -> Outcome:
    """Every recorded event under its recorded plan version and grants: the real ledger must come out."""
    outcome = Outcome()
    ledger = _Ledger(outcome, face_value(book.versions[-1].plan))
    for chunk in _chunks(groups):
        started = time.perf_counter()
        histories = {history[0].customer_id: history for history in history_of(connection, chunk)}
        states: dict[tuple[UUID, int], State] = {}
        for customer in _absorbed_first(histories):
            _again(customer, histories, book, states, outcome, ledger)
        outcome.seconds_deciding += time.perf_counter() - started
        progress(sum(len(history) for history in histories.values()))
    return outcome


def _again(
    customer: UUID,
    histories: dict[UUID, list[Recorded]],
    book: PlanBook,
    states: dict[tuple[UUID, int], State],
    outcome: Outcome,
    ledger: _Ledger,
) -> None:
    state = State()
    tickets: dict[int, _Ticket] = {}
    spend = recorded_minor = replayed_minor = 0
    for recorded in histories[customer]:
        body = recorded.body()
        event = recorded.event(body)
        was = recorded.decision()
        facts = Facts(state, has_happened=True, grants=was.inputs.grants if was.inputs else None)
        if isinstance(event, Return):
            facts = replace(facts, sold=_sold_as_recorded(event, tickets, histories, customer, recorded))
        elif isinstance(event, Merger):
            absorbed = UUID(body["absorbed"])
            facts = replace(facts, absorbed=states[absorbed, body["absorbed_seq"] - 1])
        elif isinstance(event, Absorption):
            states[customer, recorded.seq - 1] = state
        decision = decide(book.version(recorded.plan_version), facts, event)
        outcome.events += 1
        outcome.sales += isinstance(event, Sale)
        spend += recorded.amount_minor
        recorded_minor += ledger.add(outcome.recorded, was)
        if isinstance(decision, Refused) or not _is_same(decision, was) or state.seq + 1 != recorded.seq:
            _differ(outcome, Cause.UNEXPLAINED, customer, recorded.seq)
            decision = was
        replayed_minor += ledger.add(outcome.replayed, decision)
        if isinstance(event, Sale):
            tickets[recorded.seq] = _Ticket(recorded.seq, customer, event, decision)
        elif isinstance(event, Return) and not event.sale_owner and event.sale_seq in tickets:
            tickets[event.sale_seq].returns.append(decision)
        state = evolve(state, decision)
    outcome.customers.append(
        CustomerOutcome(customer, spend, recorded_minor, replayed_minor, state.tier, state.tier)
    )


def _sold_as_recorded(
    event: Return,
    tickets: dict[int, _Ticket],
    histories: dict[UUID, list[Recorded]],
    customer: UUID,
    now: Recorded,
) -> SoldBefore | None:
    """The original ticket; for one of a merged customer, everything that came back of it before this return."""
    if not event.sale_owner:
        ticket = tickets.get(event.sale_seq)
        if ticket is None:
            return None
        return sold_before(ticket.seq, ticket.sale, ticket.decision, ticket.returns)
    owner = UUID(event.sale_owner)
    original = next(r for r in histories[owner] if r.seq == event.sale_seq)
    sale = original.event()
    assert isinstance(sale, Sale)
    earlier = [
        recorded.decision()
        for who, history in ((owner, histories[owner]), (customer, histories[customer]))
        for recorded in history
        if recorded.type is EventType.RETURN
        and recorded.body()["sale_seq"] == event.sale_seq
        and recorded.body().get("sale_owner", "") == ("" if who == owner else str(owner))
        and (who == owner or recorded.seq < now.seq)
    ]
    return sold_before(event.sale_seq, sale, original.decision(), earlier, is_own=False)


def replay_under(
    connection: psycopg.Connection[Any],
    recorded_book: PlanBook,
    book: PlanBook,
    groups: Sequence[Sequence[UUID]],
    until: date,
    quotas: RefereedQuotas,
    progress: Progress = lambda _: None,
) -> Outcome:
    """The same history under ``book``. With shared places, events go by in the order of time over all customers."""
    outcome = Outcome()
    share_places = any(rule.quota is not None for version in book.versions for rule in version.plan.rules)
    chunks = [[customer for group in groups for customer in group]] if share_places else _chunks(groups)
    for chunk in chunks:
        started = time.perf_counter()
        run = _Run(recorded_book, book, until, quotas, outcome)
        histories = list(history_of(connection, chunk))
        for done, recorded in enumerate(in_time_order(histories), start=1):
            quotas.advance(recorded.at)
            run.take(recorded)
            if done % 2000 == 0:
                progress(2000)
        progress(sum(map(len, histories)) % 2000)
        run.close()
        outcome.seconds_deciding += time.perf_counter() - started
    return outcome


def in_time_order(histories: Iterable[list[Recorded]]) -> Iterable[Recorded]:
    """All customers' events by time; within a customer in the order of ``seq``, a late one when it was learnt."""

    def keyed(history: list[Recorded]) -> Iterable[tuple[datetime, UUID, int, Recorded]]:
        latest = history[0].at
        for recorded in history:
            latest = max(latest, recorded.at)
            yield latest, recorded.customer_id, recorded.seq, recorded

    for _, _, _, recorded in heapq.merge(*map(keyed, histories), key=lambda item: item[:3]):
        yield recorded


@dataclass(slots=True)
class _Customer:
    """One customer during a replay under another plan. ``cause`` is why their history first went another way."""

    member: Member
    tickets: dict[int, _Ticket] = field(default_factory=dict)  # by the recorded seq
    cause: Cause | None = None
    recorded_tier: str | None = None
    spend_minor: int = 0
    recorded_minor: int = 0
    replayed_minor: int = 0


class _Run:
    """A desk at which everything happens again, and the comparison with what was recorded."""

    def __init__(
        self, recorded_book: PlanBook, book: PlanBook, until: date, quotas: RefereedQuotas, outcome: Outcome
    ) -> None:
        self._book = book
        self._until = until
        self._outcome = outcome
        self._customers: dict[UUID, _Customer] = {}
        self._recorded_ledger = _Ledger(outcome, face_value(recorded_book.versions[-1].plan))
        self._ledger = _Ledger(outcome, face_value(book.versions[-1].plan))
        self._desk = Desk(book, quotas, self._sold, datetime.max.replace(tzinfo=UTC))
        self._same_plans = {
            (was.plan.version, now.plan.version)
            for was in recorded_book.versions
            for now in book.versions
            if replace(was.plan, version=0) == replace(now.plan, version=0)
        }

    def take(self, recorded: Recorded) -> None:
        """Let one recorded event happen again, and compare."""
        customer = self._customer(recorded.customer_id)
        body = recorded.body()
        was = recorded.decision()
        self._outcome.events += 1
        customer.spend_minor += recorded.amount_minor
        customer.recorded_minor += self._recorded_ledger.add(self._outcome.recorded, was)
        customer.recorded_tier = was.tier.tier if was.tier else customer.recorded_tier
        self._count_rules(was, "recorded")
        if recorded.type is EventType.ABSORPTION:
            return  # happens with its merger
        if recorded.type is EventType.TICK:
            self._desk.catch_up(customer.member, recorded.day)
            self._compare(customer, recorded, was, self._last_tick(recorded.day))
            return
        event = recorded.event(body)
        fact = Fact(
            EventKey("replay", f"{recorded.customer_id}:{recorded.seq}"),
            recorded.type,
            event,
            body,
            has_happened=True,
        )
        if isinstance(event, Merger):
            absorbed = self._customer(UUID(body["absorbed"]))
            answer = self._desk.merge(customer.member, absorbed.member, fact)
        else:
            answer = self._desk.take(customer.member, fact)
        if isinstance(event, Sale):
            self._outcome.sales += 1
            if isinstance(answer, Decided):
                customer.tickets[recorded.seq] = _Ticket(
                    answer.seq, recorded.customer_id, event, answer.decision
                )
        elif isinstance(event, Return) and isinstance(answer, Decided):
            self._ticket_of(recorded.customer_id, event).returns.append(answer.decision)
        if isinstance(answer, Refused):
            self._outcome.skipped_reversals += isinstance(event, Return)
            self._outcome.unfunded_burns += isinstance(event, RewardRequest)
        else:
            self._outcome.unfunded_burns += any(
                s.cause is ShortfallCause.UNFUNDED_BURN for s in answer.decision.shortfalls
            )
        self._compare(customer, recorded, was, answer)

    def close(self) -> None:
        """What is due until the end of history, then each customer's sum."""
        for customer_id, customer in self._customers.items():
            self._desk.catch_up(customer.member, self._until)
            self._flush(None)
            self._outcome.customers.append(
                CustomerOutcome(
                    customer_id,
                    customer.spend_minor,
                    customer.recorded_minor,
                    customer.replayed_minor,
                    customer.recorded_tier,
                    customer.member.state.tier,
                )
            )

    def _customer(self, customer_id: UUID) -> _Customer:
        found = self._customers.get(customer_id)
        if found is None:
            found = self._customers[customer_id] = _Customer(Member(customer_id, customer_id, State()))
        return found

    def _ticket_of(self, customer_id: UUID, event: Return) -> _Ticket:
        owner = UUID(event.sale_owner) if event.sale_owner else customer_id
        return self._customers[owner].tickets[event.sale_seq]

    def _sold(self, customer_id: UUID, event: Return) -> SoldBefore | None:
        try:
            ticket = self._ticket_of(customer_id, event)
        except KeyError:
            return None
        is_own = ticket.owner == customer_id
        return sold_before(ticket.seq, ticket.sale, ticket.decision, ticket.returns, is_own=is_own)

    def _last_tick(self, day: date) -> Decided | None:
        """The tick that the desk has just decided for ``day``, if there was one."""
        for decided in self._desk.gathered:
            if decided.fact.type is EventType.TICK and decided.day == day:
                return decided
        return None

    def _compare(
        self, customer: _Customer, recorded: Recorded, was: Decision, answer: Decided | Refused | None
    ) -> None:
        """Count what was decided this time; when it is not what was recorded, say why."""
        decided = answer if isinstance(answer, Decided) else None
        self._flush(decided)
        if decided is not None and _is_same(decided.decision, was):
            return
        cause = self._cause(customer, recorded, was, answer)
        customer.cause = customer.cause or cause
        _differ(self._outcome, cause, recorded.customer_id, recorded.seq)

    def _flush(self, matched: Decided | None) -> None:
        """Sum what the desk gathered. Ticks that history does not know are differences of their own."""
        for decided in self._desk.gathered:
            owner = self._customer(decided.customer_id)
            owner.replayed_minor += self._ledger.add(self._outcome.replayed, decided.decision)
            self._count_rules(decided.decision, "replayed")
            if decided is not matched and decided.fact.type is EventType.TICK:
                plan_is_other = len(self._same_plans) == 0
                cause = owner.cause or (Cause.PLAN if plan_is_other else Cause.UNEXPLAINED)
                owner.cause = owner.cause or cause
                _differ(self._outcome, cause, decided.customer_id, decided.seq)
        self._desk.gathered.clear()

    def _cause(
        self, customer: _Customer, recorded: Recorded, was: Decision, answer: Decided | Refused | None
    ) -> Cause:
        decision = answer.decision if isinstance(answer, Decided) else None
        is_short = isinstance(answer, Refused) or (
            decision is not None and decision.shortfalls != was.shortfalls
        )
        if recorded.type is EventType.CORRECTION and is_short:
            return Cause.CORRECTION
        if recorded.type is EventType.MERGER:
            return Cause.MERGE
        if is_short and recorded.type in (EventType.REWARD_REQUEST, EventType.SALE):
            return Cause.UNFUNDED_BURN
        applied = decision.plan_version if decision else self._book.at(recorded.at).version
        if (recorded.plan_version, applied) not in self._same_plans:
            return Cause.PLAN
        if was.inputs and decision and decision.inputs and was.inputs.grants != decision.inputs.grants:
            return Cause.CLAIM
        return customer.cause or Cause.UNEXPLAINED

    def _count_rules(self, decision: Decision, side: str) -> None:
        for award in decision.awards:
            figures = self._outcome.rules.setdefault(award.rule, {})
            figures[side] = figures.get(side, 0) + award.quantity
            figures[f"{side}_times"] = figures.get(f"{side}_times", 0) + 1
        for clawback in decision.clawbacks:
            figures = self._outcome.rules.setdefault(clawback.rule, {})
            figures[side] = figures.get(side, 0) - clawback.quantity


def _is_same(decision: Decision, was: Decision) -> bool:
    """Do two decisions do the same to the customer? Inputs, plan version and the numbering of postings aside."""
    return (
        decision.awards == was.awards
        and decision.counts == was.counts
        and decision.tier == was.tier
        and decision.membership == was.membership
        and decision.shortfalls == was.shortfalls
        and decision.clawbacks == was.clawbacks
        and len(decision.postings) == len(was.postings)
        and all(
            (a.source, a.target, a.quantity, a.lot, a.currency)
            == (b.source, b.target, b.quantity, b.lot, b.currency)
            for a, b in zip(decision.postings, was.postings, strict=True)
        )
    )


def _differ(outcome: Outcome, cause: Cause, customer: UUID, seq: int) -> None:
    outcome.differences[cause] = outcome.differences.get(cause, 0) + 1
    if len(outcome.examples) < EXAMPLES_MAX:
        outcome.examples.append((str(customer), seq, cause.value))


def _absorbed_first(histories: dict[UUID, list[Recorded]]) -> list[UUID]:
    """Customers in an order in which whoever was absorbed comes before the survivor."""

    def depth(customer: UUID) -> int:
        # A survivor stands after all those it absorbed: count how often the history moves on.
        steps = 0
        last = histories[customer][-1]
        while last.type is EventType.ABSORPTION and steps < len(histories):
            last = histories[UUID(last.body()["into"])][-1]
            steps += 1
        return -steps

    return sorted(histories, key=depth)


def _chunks(groups: Sequence[Sequence[UUID]]) -> Iterable[list[UUID]]:
    """Groups put together up to a size that fits in memory."""
    chunk: list[UUID] = []
    for group in groups:
        chunk += group
        if len(chunk) >= CUSTOMERS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
