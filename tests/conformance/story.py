"""A customer's story, told to the core step by step and written down as vectors.

It plays the shell: what is due is decided before, claims are answered from the shared places, and the ticket of a
return is put together from what was written. Where a number is given (``have``, ``tier``, ``refused``), it is what a
person worked out beforehand: a story that comes out otherwise is not written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import local_day, midnight
from assidu.decisions.chance import Chance
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.due import next_due, ran_out
from assidu.decisions.events import (
    AfterSale,
    AppliedOffer,
    Event,
    Hold,
    HoldExpiry,
    Sale,
    SaleLine,
    Tick,
)
from assidu.decisions.exchange import KnownRate, exchanged
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.sold import Later, sold_before
from assidu.decisions.state import State
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document, published
from conformance.writing import Json, plain, written_answer, written_event, written_facts, written_state


@dataclass(frozen=True, slots=True)
class Programme:
    """A plan under the name by which steps call it."""

    name: str
    document: Document
    plan: Plan

    @classmethod
    def of(cls, name: str, document: Document, version: int = 1) -> "Programme":
        numbered = published(document, version)
        return cls(name, numbered, compile_plan(numbered))


@dataclass(frozen=True, slots=True)
class Written:
    """What happened at a ``seq``."""

    event: Event
    decision: Decision
    programme: Programme


def _taken_off(lines: tuple[SaleLine, ...], told: Decision) -> tuple[SaleLine, ...]:
    found = list(lines)
    for given in told.offers.given:
        for i, amount in given.by_line:
            line = found[i]
            found[i] = replace(
                line,
                amount_minor=line.amount_minor - amount,
                offers=(*line.offers, AppliedOffer(given.offer, amount)),
            )
    return tuple(found)


@dataclass(slots=True)
class Story:
    """One customer. ``places`` are what customers share; two stories may share them."""

    name: str
    programme: Programme
    state: State = field(default_factory=State)
    places: dict[str, int] = field(default_factory=dict)
    chance: Chance | None = None
    is_traced: bool = True
    start: State = field(init=False)
    first: Programme = field(init=False)
    plan_name: str = ""
    steps: list[Json] = field(default_factory=list)
    written: dict[int, Written] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start, self.first = self.state, self.programme

    def tell(
        self,
        event: Event,
        *,
        now: datetime | None = None,
        has_happened: bool = False,
        absorbed: State | None = None,
        member: str = "",
        person: State | None = None,
        have: Mapping[str, int] | None = None,
        tier: str | None = None,
        refused: str | None = None,
    ) -> Decision | Refused:
        """Decide what is due, then ``event``. Without ``refused`` it must be decided."""
        answer = self.try_(
            event, now=now, has_happened=has_happened, absorbed=absorbed, member=member, person=person
        )
        said = answer.code.value if isinstance(answer, Refused) else None
        assert said == refused, f"{self.name}: {event} was {said or 'decided'}, not {refused or 'decided'}"
        for currency, quantity in (have or {}).items():
            found = self.state.available(currency)
            assert found == quantity, f"{self.name}: {event} left {found} {currency}, not {quantity}"
        assert tier is None or self.state.tier == tier, (
            f"{self.name}: {event} gave {self.state.tier}, not {tier}"
        )
        return answer

    def try_(
        self,
        event: Event,
        *,
        now: datetime | None = None,
        has_happened: bool = False,
        absorbed: State | None = None,
        member: str = "",
        person: State | None = None,
    ) -> Decision | Refused:
        """``tell`` of something that may be decided or refused."""
        zone = self.programme.plan.zone
        at = max(now or event.at, event.at)
        self.sleep_until(local_day(at, zone), at)
        sold, programme = None, self.programme
        if isinstance(event, AfterSale):
            sold = self._sold(event.sale_seq)
            programme = self.written[event.sale_seq].programme if sold is not None else programme
        facts = Facts(
            self.state,
            sold,
            absorbed,
            has_happened=has_happened,
            chance=self.chance,
            member=member,
            person=person,
            absorbed_id="absorbed" if absorbed is not None else "",
        )
        return self._decide(programme, facts, event)

    def pay(
        self, told: Sale, currency: str, known: KnownRate | None, *, refused: str | None = None
    ) -> Decision | Refused:
        """A ticket in another money, converted as whoever takes it does; ``refused`` where it cannot be."""
        found = self.exchange(told, currency, known)
        if isinstance(found, Refused):
            assert found.code.value == refused, f"{self.name}: {found.code.value}, not {refused}"
            step = self._told(told, currency, known)
            self.programmes[self.programme.name] = self.programme
            self.steps.append({"told": step, **written_answer(found)})
            return found
        first = len(self.steps)
        answer = self.tell(found, refused=refused)
        of_sale = next(step for step in self.steps[first:] if step["event"]["is"] == "sale")
        of_sale["told"] = self._told(told, currency, known)
        return answer

    def exchange(self, told: Sale, currency: str, known: KnownRate | None) -> Sale | Refused:
        return exchanged(self.programme.plan, told, currency, known)

    @staticmethod
    def _told(told: Sale, currency: str, known: KnownRate | None) -> Json:
        step: Json = {"sale": written_event(told), "currency": currency}
        return step if known is None else {**step, **plain(known)}

    def ask(self, basket: Sale) -> Sale:
        """Evaluate a basket that is not paid yet; answers the ticket of a till that does what it was told, and tries
        what was refused all the same."""
        self.sleep_until(local_day(basket.at, self.programme.plan.zone), basket.at)
        before = dict(self.places)
        answer = self._decide(self.programme, Facts(self.state, is_basket=True), basket)
        self.places.clear()
        self.places.update(before)
        if isinstance(answer, Refused):
            return basket
        return replace(basket, lines=_taken_off(basket.lines, answer))

    def hold(self, event: Hold) -> Sale:
        """Set aside what a basket needs; answers the ticket of a till that does what it was told."""
        answer = self.tell(event)
        assert isinstance(answer, Decision)
        lines = _taken_off(event.lines, answer)
        return Sale(
            event.at, event.store, event.channel, lines, event.payments, event.codes, hold=str(self.seq)
        )

    def sleep_until(self, today: date, now: datetime | None = None) -> None:
        """The ticks due by ``today`` and the holds that ran out by ``now``, in their order."""
        zone = self.programme.plan.zone
        while True:
            due = next_due(self.state)
            hold = ran_out(self.state, now or midnight(today, zone))
            if hold is not None and (due is None or due > today or hold[0] < midnight(due, zone)):
                event: Tick | HoldExpiry = HoldExpiry(*hold)
            elif due is not None and due <= today:
                event = Tick(midnight(due, zone), due)
            else:
                return
            answer = self._decide(self.programme, Facts(self.state), event)
            assert isinstance(answer, Decision), answer

    def as_json(self) -> Json:
        return {
            "name": self.name,
            "plan": self.plan_name,
            "start": written_state(self.start),
            "steps": self.steps,
        }

    def rename_plans(self, names: Mapping[str, str]) -> None:
        """Call the plans by the names that they have in the file."""
        self.plan_name = names.get(self.first.name, self.first.name)
        for step in self.steps:
            if "plan" in step:
                step["plan"] = names[step["plan"]]

    @property
    def seq(self) -> int:
        return self.state.seq

    def _decide(self, programme: Programme, facts: Facts, event: Event) -> Decision | Refused:
        """Decided, and decided again with the grants where it asks for places."""
        answer = self._step(programme, facts, event)
        grants: dict[str, int] = {}
        if isinstance(answer, Decision) and answer.claims:
            for claim in answer.claims:
                taken = self.places.get(claim.key, 0)
                grants[claim.key] = claim.granted(taken)
                self.places[claim.key] = taken + grants[claim.key]
            answer = self._step(programme, replace(facts, grants=grants), event)
            assert isinstance(answer, Refused) or not answer.claims, (
                "a claim that was answered is not asked again"
            )
        if isinstance(answer, Refused) or facts.is_basket:
            return answer
        moved = places_moved(answer)
        for key in sorted(grants.keys() | moved.keys()):
            back = grants.get(key, 0) - moved.get(key, 0)
            self.places[key] = max(self.places.get(key, 0) - back, 0)
        self.state = evolve(self.state, answer)
        self.steps[-1]["next"] = written_state(self.state)
        self.written[self.state.seq] = Written(event, answer, programme)
        return answer

    def _step(self, programme: Programme, facts: Facts, event: Event) -> Decision | Refused:
        self.programmes[programme.name] = programme
        answer = decide(programme.plan, facts, event, trace=self.is_traced)
        step: Json = {} if programme.name == self.first.name else {"plan": programme.name}
        step["event"] = written_event(event)
        told = written_facts(facts)
        if told:
            step["facts"] = told
        if self.is_traced:
            step["trace"] = True
        self.steps.append({**step, **written_answer(answer)})
        return answer

    def _sold(self, seq: int) -> SoldBefore | None:
        found = self.written.get(seq)
        if found is None or not isinstance(found.event, Sale):
            return None
        since = [
            Later(at, later.event, later.decision)
            for at, later in sorted(self.written.items())
            if isinstance(later.event, AfterSale) and later.event.sale_seq == seq and at > seq
        ]
        return sold_before(seq, found.event, found.decision, since)
