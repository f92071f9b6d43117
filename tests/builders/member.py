"""Somebody's history under one plan, decided event after event, each written down and read back."""

from dataclasses import replace
from datetime import date

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.due import next_due
from assidu.decisions.events import AfterSale, Event, Joining, Sale, Tick
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.sold import Later, since, sold_before
from assidu.decisions.state import State
from builders.sales import on


class AMember:
    """``joins`` is how they did; nothing: they did not yet."""

    def __init__(self, plan: Plan, joins: Joining | None = None) -> None:
        self.plan = plan
        self.state = State()
        self.tickets: dict[int, SoldBefore] = {}
        if joins is not None:
            self.does(joins)

    def does(
        self,
        event: Event,
        *,
        has_happened: bool = False,
        absorbed: State | None = None,
        absorbed_id: str = "",
        member: str = "",
        person: State | None = None,
    ) -> Decision:
        decision = self.tries(
            event,
            has_happened=has_happened,
            absorbed=absorbed,
            absorbed_id=absorbed_id,
            member=member,
            person=person,
        )
        assert isinstance(decision, Decision), decision
        written = decision_from(decision_record(decision), decision.plan_version, decision.postings)
        assert written == replace(decision, reasons=()), "what is written down is what was decided"
        self.state = evolve(self.state, decision)
        kept = state_from(state_record(self.state), self.state.seq, self.state.lots, self.state.debts)
        assert kept == self.state, "and so is the state"
        if isinstance(event, Sale):
            self.tickets[self.state.seq] = sold_before(self.state.seq, event, decision)
        if isinstance(event, AfterSale):
            later = Later(self.state.seq, event, decision)
            self.tickets[event.sale_seq] = since(self.tickets[event.sale_seq], [later])
        return decision

    def tries(
        self,
        event: Event,
        *,
        has_happened: bool = False,
        absorbed: State | None = None,
        absorbed_id: str = "",
        member: str = "",
        person: State | None = None,
    ) -> Decision | Refused:
        sold = self.tickets[event.sale_seq] if isinstance(event, AfterSale) else None
        facts = Facts(
            self.state,
            sold=sold,
            has_happened=has_happened,
            absorbed=absorbed,
            absorbed_id=absorbed_id,
            member=member,
            person=person,
        )
        return decide(self.plan, facts, event, trace=True)

    def wakes(self, day: str) -> list[Decision]:
        """Everything that is due up to a day."""
        done = []
        while (due := next_due(self.state)) is not None and due <= date.fromisoformat(day):
            done.append(self.does(Tick(on(due, 0), due)))
        return done

    @property
    def points(self) -> int:
        return self.state.available("points")
