"""A shell in memory around the pure core: it keeps the sequence, the clock's events, the claims and the ledger.

It does what the database does, and nothing else: what it knows of a customer it folds from what it wrote down.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.due import next_due, ran_out
from assidu.decisions.events import AfterSale, Event, HoldExpiry, Sale, Tick
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record
from assidu.decisions.sold import Later, sold_before
from assidu.decisions.state import State

ROUNDS_MAX = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the notebook: what happened, what was known, what was decided."""

    seq: int
    event: Event
    facts: Facts
    plan: Plan
    decision: Decision


@dataclass(slots=True)
class Notebook:
    """A customer's events in the order of ``seq``; ``places`` are the shared counters behind quotas."""

    plan: Plan
    state: State = field(default_factory=State)
    entries: list[Entry] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def tell(
        self,
        event: Event,
        *,
        now: datetime | None = None,
        has_happened: bool = False,
        absorbed: State | None = None,
    ) -> Decision | Refused:
        """Decide what is due before, then ``event``; write down what is not refused."""
        known_at = max(now or event.at, event.at)
        self.catch_up(local_day(known_at, self.plan.zone), known_at)
        plan, sold = self.plan, None
        if isinstance(event, AfterSale):
            sold = self.sold(event.sale_seq)
            if sold is not None:
                plan = self.entry(event.sale_seq).plan
        facts = Facts(self.state, sold, absorbed, has_happened=has_happened)
        decision = decide(plan, facts, event)
        for _ in range(ROUNDS_MAX):
            if isinstance(decision, Refused) or not decision.claims:
                break
            facts = replace(facts, grants={**(facts.grants or {}), **self._grants(decision)})
            decision = decide(plan, facts, event)
        if isinstance(decision, Refused):
            self._settle(facts.grants or {}, {})
        else:
            assert not decision.claims, "a claim that was answered is not asked again"
            self._write(event, facts, plan, decision)
        return decision

    def must(self, event: Event, **rest: object) -> Decision:
        """Tell what cannot be refused."""
        decision = self.tell(event, **rest)  # type: ignore[arg-type]
        assert isinstance(decision, Decision), decision
        return decision

    def catch_up(self, today: date, now: datetime | None = None) -> list[Decision]:
        """The ticks due until ``today``, each on its own day, and the holds that ran out by ``now``, in their order."""
        done: list[Decision] = []
        while True:
            due = next_due(self.state)
            if due is not None and due > today:
                due = None
            hold = ran_out(self.state, now or midnight(today, self.plan.zone))
            event: Tick | HoldExpiry
            if hold is not None and (due is None or hold[0] < midnight(due, self.plan.zone)):
                event = HoldExpiry(*hold)
            elif due is not None:
                event = Tick(midnight(due, self.plan.zone), due)
            else:
                return done
            facts = Facts(self.state)
            decision = decide(self.plan, facts, event)
            assert isinstance(decision, Decision), decision
            self._write(event, facts, self.plan, decision)
            following = next_due(self.state)
            is_done = due is None or following is None or following > due
            assert is_done or isinstance(event, HoldExpiry), "what was due is done"
            done.append(decision)

    def entry(self, seq: int) -> Entry:
        return self.entries[seq - self.entries[0].seq]

    def sold(self, seq: int) -> SoldBefore | None:
        """The ticket of ``seq`` as a return must know it, gathered from the ledger."""
        if not self.entries or not self.entries[0].seq <= seq <= self.entries[-1].seq:
            return None
        entry = self.entry(seq)
        if not isinstance(entry.event, Sale):
            return None
        since = [
            Later(later.seq, later.event, later.decision)
            for later in self.entries
            if isinstance(later.event, AfterSale) and later.event.sale_seq == seq
        ]
        return sold_before(seq, entry.event, entry.decision, since)

    def _write(self, event: Event, facts: Facts, plan: Plan, decision: Decision) -> None:
        written = json.loads(json.dumps(decision_record(decision)))
        read = decision_from(written, decision.plan_version, decision.postings)
        assert replace(read, reasons=decision.reasons) == decision
        self._settle(facts.grants or {}, places_moved(decision))
        self.state = evolve(self.state, read)
        self.entries.append(Entry(self.state.seq, event, facts, plan, decision))

    def _grants(self, decision: Decision) -> Mapping[str, int]:
        grants = {}
        for claim in decision.claims:
            taken = self.places.get(claim.key, 0)
            grants[claim.key] = claim.granted(taken)
            self.places[claim.key] = taken + grants[claim.key]
        return grants

    def _settle(self, granted: Mapping[str, int], moved: Mapping[str, int]) -> None:
        """What was granted and is not needed, or no longer, is free again."""
        for key in granted.keys() | moved.keys():
            self.places[key] = self.places.get(key, 0) + moved.get(key, 0) - granted.get(key, 0)
            assert self.places[key] >= 0, "nothing is given back that was not taken"
