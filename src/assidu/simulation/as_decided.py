"""Decides recorded history again as it was decided: the real ledger must come out, to the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.events import Absorption, AfterSale, Event, Merger, Sale
from assidu.decisions.facts import Facts
from assidu.decisions.state import State
from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import Recorded, history_of
from assidu.simulation.groups import Groups, chunks
from assidu.simulation.order import absorbed_first
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
        again = _Again(book, {h[0].customer_id: h for h in history_of(connection, customers)}, outcome)
        for customer in absorbed_first(again.histories):
            again.decide(customer)
        for group in chunk:
            again.close(group)
        progress(sum(map(len, again.histories.values())))
    return outcome


class _Again:
    """Some customers, all those merged into one another together."""

    def __init__(self, book: PlanBook, histories: Mapping[UUID, list[Recorded]], outcome: Outcome) -> None:
        self.histories = histories
        self._book = book
        self._outcome = outcome
        self._recorded = Side(outcome, "recorded")
        self._replayed = Side(outcome, "replayed")
        self._worth = face_value(book.versions[-1].plan)
        self._tickets = Tickets()
        self._before_absorption: dict[UUID, State] = {}
        self._sums: dict[UUID, tuple[int, Sums, Sums]] = {}

    def decide(self, customer: UUID) -> None:
        """One customer's history. Where an event differs, what was recorded counts for what follows."""
        state = State()
        was_sums, sums = Sums(), Sums()
        spend = 0
        for recorded in self.histories[customer]:
            event = recorded.event()
            was = recorded.decision()
            decision = self._decide(customer, recorded, event, was, state)
            self._outcome.events += 1
            self._outcome.sales += isinstance(event, Sale)
            spend += recorded.amount_minor
            self._recorded.add(was, was_sums)
            if decision != was or state.seq + 1 != recorded.seq:
                differ(self._outcome, Cause.UNEXPLAINED, customer, recorded.seq)
            self._replayed.add(decision or was, sums)
            if isinstance(event, Sale):
                self._tickets.keep(customer, recorded.seq, recorded.seq, event, was)
            elif isinstance(event, AfterSale):
                self._tickets.follow(customer, recorded.seq, event, was)
            state = _after(state, was, decision)
        self._sums[customer] = spend, was_sums, sums

    def _decide(
        self, customer: UUID, recorded: Recorded, event: Event, was: Decision, state: State
    ) -> Decision | None:
        """The decision without its trace; nothing when it is refused now."""
        facts = Facts(state, has_happened=True, grants=was.inputs.grants if was.inputs else None)
        if isinstance(event, AfterSale):
            facts = replace(facts, sold=self._tickets.sold(customer, event))
        elif isinstance(event, Merger):
            absorbed = self._before_absorption.get(UUID(recorded.body()["absorbed"]))
            if absorbed is None:
                return None
            facts = replace(facts, absorbed=absorbed)
        elif isinstance(event, Absorption):
            self._before_absorption[customer] = state
        decision = decide(self._book.version(recorded.plan_version), facts, event)
        return None if isinstance(decision, Refused) else replace(decision, reasons=())

    def close(self, group: Sequence[UUID]) -> None:
        """One outcome for the survivor and all who were absorbed."""
        known = [self._sums[customer] for customer in group if customer in self._sums]
        if group[0] not in self._sums:
            return
        _, was, now = self._sums[group[0]]
        self._outcome.customers.append(
            CustomerOutcome(
                group[0],
                sum(spend for spend, _, _ in known),
                sum(was.worth_minor(self._worth) for _, was, _ in known),
                sum(now.worth_minor(self._worth) for _, _, now in known),
                was.shown_tier,
                now.shown_tier,
            )
        )


def _after(state: State, was: Decision, decision: Decision | None) -> State:
    """The state after what was recorded; after what should have been, when that cannot be."""
    try:
        return evolve(state, was)
    except AssertionError:
        return replace(state, seq=state.seq + 1) if decision is None else evolve(state, decision)
