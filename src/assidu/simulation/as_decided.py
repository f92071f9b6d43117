"""Decides recorded history again as it was decided: the real ledger must come out, to the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountExit,
    Admission,
    AfterSale,
    Departure,
    Event,
    Merger,
    Sale,
)
from assidu.decisions.facts import Facts
from assidu.decisions.state import State
from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import Recorded, history_of
from assidu.simulation.groups import Groups, chunks, counted_together
from assidu.simulation.order import in_recorded_order
from assidu.simulation.sums import Side, Sums, differ, face_value
from assidu.simulation.tickets import Tickets
from assidu.simulation.types import Cause, CustomerOutcome, Outcome, Progress


def replay_as_decided(
    connection: psycopg.Connection[Any],
    book: PlanBook,
    groups: Groups,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Every recorded event under its recorded plan version and grants."""
    outcome = Outcome()
    for chunk in chunks(groups):
        customers = [customer for group in chunk for customer in group]
        histories = {history[0].customer_id: history for history in history_of(connection, customers)}
        again = _Again(book, outcome)
        for sides in in_recorded_order(histories):
            for recorded in sides:
                again.take(recorded)
        for group in counted_together(connection, customers):
            again.close(group)
        progress(sum(map(len, histories.values())))
    return outcome


@dataclass(slots=True)
class _Customer:
    """One customer during the replay; ``before`` is how they were before they last went to another, or came back."""

    state: State = field(default_factory=State)
    before: State | None = None
    spend_minor: int = 0
    was: Sums = field(default_factory=Sums)
    now: Sums = field(default_factory=Sums)


class _Again:
    """Some customers, together with all those whose histories need theirs."""

    def __init__(self, book: PlanBook, outcome: Outcome) -> None:
        self._book = book
        self._outcome = outcome
        self._worth = face_value(book.versions[-1].plan)
        self._recorded = Side(outcome, "recorded", self._worth)
        self._replayed = Side(outcome, "replayed", self._worth)
        self._tickets = Tickets()
        self._customers: dict[UUID, _Customer] = {}

    def take(self, recorded: Recorded) -> None:
        """One event. Where it differs, what was recorded counts for what follows."""
        customer_id, body = recorded.customer_id, recorded.body()
        customer = self._customers.setdefault(customer_id, _Customer())
        event = recorded.event(body)
        was = recorded.decision()
        decision = self._decide(customer, recorded, event, body, was)
        self._outcome.events += 1
        self._outcome.sales += isinstance(event, Sale)
        customer.spend_minor += recorded.amount_minor
        self._recorded.add(was, customer.was)
        if decision != was or customer.state.seq + 1 != recorded.seq:
            differ(self._outcome, Cause.UNEXPLAINED, customer_id, recorded.seq)
        self._replayed.add(decision or was, customer.now)
        if isinstance(event, Sale):
            self._tickets.keep(customer_id, recorded.seq, recorded.seq, event, was)
        elif isinstance(event, AfterSale):
            self._tickets.follow(customer_id, recorded.seq, event, was)
        customer.state = _after(customer.state, was, decision)

    def _decide(
        self, customer: _Customer, recorded: Recorded, event: Event, body: Mapping[str, Any], was: Decision
    ) -> Decision | None:
        """The decision without its trace; nothing when it is refused now."""
        state, grants = customer.state, was.inputs.grants if was.inputs else None
        facts = Facts(state, has_happened=True, grants=grants, member=body.get("member", ""))
        if isinstance(event, AfterSale):
            facts = replace(facts, sold=self._tickets.sold(recorded.customer_id, event))
        elif isinstance(event, Merger | Admission | Departure):
            other = self._customers.get(UUID(body["absorbed" if isinstance(event, Merger) else "member"]))
            if other is None or other.before is None:
                return None
            if isinstance(event, Merger):
                facts = replace(facts, absorbed=other.before, absorbed_id=body["absorbed"])
            else:
                facts = replace(facts, person=other.before, member="")
        elif isinstance(event, Absorption | AccountEntry | AccountExit):
            customer.before = state
        decision = decide(self._book.version(recorded.plan_version), facts, event)
        return None if isinstance(decision, Refused) else replace(decision, reasons=())

    def close(self, group: Sequence[UUID]) -> None:
        """One outcome for those who count as one, the first of them."""
        first = self._customers.get(group[0])
        if first is None:
            return
        known = [self._customers[customer] for customer in group if customer in self._customers]
        self._outcome.customers.append(
            CustomerOutcome(
                group[0],
                sum(one.spend_minor for one in known),
                sum(one.was.cost_minor(self._worth) for one in known),
                sum(one.now.cost_minor(self._worth) for one in known),
                first.was.shown_tier,
                first.now.shown_tier,
            )
        )


def _after(state: State, was: Decision, decision: Decision | None) -> State:
    """The state after what was recorded; after what should have been, when that cannot be."""
    try:
        return evolve(state, was)
    except AssertionError:
        return replace(state, seq=state.seq + 1) if decision is None else evolve(state, decision)
