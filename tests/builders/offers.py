"""A programme with offers, and somebody who shops there: evaluated first, then recorded as the till took it."""

from dataclasses import dataclass, field, replace

from assidu.decisions import decide, evolve
from assidu.decisions.chance import Chance
from assidu.decisions.decision import Claim, Decision, ReasonCode, Refused
from assidu.decisions.events import AfterSale, AppliedOffer, Event, Sale
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.sold import Later, sold_before
from assidu.decisions.state import State
from assidu.plans.compile import compile_plan
from builders.documents import a_document
from builders.states import a_member


def offers(*written: str, stacking: str = "") -> str:
    """Offers as YAML; each is given as ``code`` and parts: ``"half: effect: {percent: {off: 50}}"``."""
    items = []
    for one in written:
        code, _, parts = one.partition(":")
        items.append(f"  - code: {code}\n    name: {{fr: {code}, en: {code}}}\n")
        items += [f"    {part.strip()}\n" for part in parts.split("|") if part.strip()]
    return "offers:\n" + "".join(items) + stacking


def a_plan_with(*written: str, stacking: str = "") -> Plan:
    return compile_plan(a_document(more=offers(*written, stacking=stacking)), 1)


@dataclass(slots=True)
class Shopper:
    """Plays the shell around ``decide``: takes claims from shared places, evolves, writes and reads back.

    ``asked`` are the claims of what was decided last.
    """

    plan: Plan
    places: dict[str, int] = field(default_factory=dict)
    state: State = field(default_factory=lambda: a_member(seq=0))
    chance: Chance | None = None
    history: list[tuple[Event, Decision]] = field(default_factory=list)
    asked: tuple[Claim, ...] = ()

    def tries(self, basket: Sale) -> Decision:
        """What the till is told before it is paid; no place is taken."""
        before = dict(self.places)
        found = self._decided(replace(self._facts(), is_basket=True), basket)
        self.places.clear()
        self.places.update(before)
        assert isinstance(found, Decision), found
        return found

    def buys(self, basket: Sale) -> Decision:
        """Evaluated, paid as it was evaluated, recorded."""
        return self.records(as_paid(basket, self.tries(basket)))

    def records(self, event: Event) -> Decision:
        found = self.told(event)
        assert isinstance(found, Decision), found
        return found

    def told(self, event: Event) -> Decision | Refused:
        facts = replace(self._facts(), chance=self.chance)
        if isinstance(event, AfterSale):
            facts = replace(facts, sold=self.sold(event.sale_seq))
        found = self._decided(facts, event)
        if isinstance(found, Refused):
            return found
        assert decision_from(decision_record(found), found.plan_version, found.postings) == replace(
            found, reasons=()
        ), "what is written down is read back"
        grants = found.inputs.grants if found.inputs is not None else None
        replayed = decide(self.plan, replace(facts, grants=grants, chance=None), event)
        assert isinstance(replayed, Decision)
        assert replace(replayed, reasons=()) == replace(found, reasons=()), (
            "what is recorded is decided again"
        )
        self.state = evolve(self.state, found)
        again = state_from(state_record(self.state), self.state.seq, self.state.lots, self.state.debts)
        assert again == self.state
        self.history.append((event, found))
        return found

    def why(self, basket: Sale, *, is_basket: bool = True) -> dict[str, ReasonCode]:
        found = decide(self.plan, replace(self._facts(), is_basket=is_basket), basket, trace=True)
        assert isinstance(found, Decision)
        return {reason.rule: reason.code for reason in found.reasons}

    def _facts(self) -> Facts:
        return Facts(self.state)

    def sold(self, seq: int) -> SoldBefore:
        sale, decision = self.history[seq - 1]
        assert isinstance(sale, Sale)
        since = [
            Later(at, event, made)
            for at, (event, made) in enumerate(self.history, start=1)
            if isinstance(event, AfterSale) and event.sale_seq == seq
        ]
        return sold_before(seq, sale, decision, since)

    def _decided(self, facts: Facts, event: Event) -> Decision | Refused:
        found = decide(self.plan, facts, event)
        self.asked = ()
        taken: dict[str, int] = {}
        if isinstance(found, Decision) and found.claims:
            self.asked = found.claims
            taken = self._take(found.claims)
            found = decide(self.plan, replace(facts, grants=taken), event)
            assert isinstance(found, Decision)
            assert not found.claims, "claims are asked for once"
        moved = {} if isinstance(found, Refused) else places_moved(found)
        for key in taken.keys() | moved.keys():
            back = taken.get(key, 0) - moved.get(key, 0)
            assert back >= 0, "nothing is taken without being asked for"
            self.places[key] = self.places.get(key, 0) - back
            assert self.places[key] >= 0, "nothing is given back that was not taken"
        return found

    def _take(self, claims: tuple[Claim, ...]) -> dict[str, int]:
        grants = {}
        for claim in claims:
            taken = self.places.get(claim.key, 0)
            grants[claim.key] = claim.granted(taken)
            self.places[claim.key] = taken + grants[claim.key]
        return grants


def as_paid(basket: Sale, told: Decision) -> Sale:
    """The ticket as a till writes it that did what it was told."""
    lines = list(basket.lines)
    for given in told.offers.given:
        for i, amount in given.by_line:
            line = lines[i]
            lines[i] = replace(
                line,
                amount_minor=line.amount_minor - amount,
                offers=(*line.offers, AppliedOffer(given.offer, amount)),
            )
    return replace(basket, lines=tuple(lines))


def off(decision: Decision) -> dict[str, int]:
    return {given.offer: given.given_minor for given in decision.offers.given}


def units(decision: Decision) -> dict[str, int]:
    return {award.rule: award.quantity for award in decision.awards}
