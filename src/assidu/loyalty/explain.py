"""Why a customer has what they have: an event decided again, with every rule's reason, and compared with the record.

The customer's state just before the event is folded from what was recorded; the event, the grants and the plan's
version are those that were recorded too. So what is said is what was so, and if today's code decided otherwise, it
says that as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from assidu.decisions import SEMANTICS_VERSION, decide, evolve
from assidu.decisions.chance import Chance
from assidu.decisions.cost import SaleCost, cost_of
from assidu.decisions.decision import Decision, Reason, ReasonCode, Refused
from assidu.decisions.earning import earn
from assidu.decisions.events import (
    Activity,
    Admission,
    AfterSale,
    Departure,
    Joining,
    Merger,
    PrizeWon,
    ReferralKept,
    Sale,
    SaleUpdate,
)
from assidu.decisions.facts import Facts, SaleInputs, SoldBefore
from assidu.decisions.nearness import reached_percent, with_streak
from assidu.decisions.offers.settling import offered
from assidu.decisions.plan import REFERRAL, Plan
from assidu.decisions.sold import Later, sold_before, updated
from assidu.decisions.state import State
from assidu.events.types import AFTER_SALE, EventType
from assidu.foundation.sql import raw_connection, rows
from assidu.loyalty import queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.recorded import Recorded, history_of
from assidu.loyalty.types import SoldOn, TimelineEntry
from assidu.loyalty.wording import said_of
from assidu.plans.document import Document
from assidu.plans.wording import Language, reason, text_in
from assidu.plans.wording.life import REFERRAL_NAME

NEAR_PERCENT = 50
"""A rule nearly applied when at least this much of what it asks for was there."""
_NOT_DRAWN = Chance("", {})
"""A ticket that was recorded is never drawn again: the number that it got is among its inputs, or it got none."""


class Kind(StrEnum):
    """What a reason is about."""

    RULE = "rule"
    OFFER = "offer"
    DRAW = "draw"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class RuleReason:
    """What became of one rule or offer, by code and in words. ``reached_percent``: how much of what it asks for was
    there; ``None``: it applied, or what it asks for is there or is not."""

    rule: str
    name: str
    code: ReasonCode
    has_applied: bool
    figures: Mapping[str, int]
    sentence: str
    kind: Kind = Kind.RULE
    reached_percent: int | None = None

    @property
    def is_near(self) -> bool:
        return self.reached_percent is not None and self.reached_percent >= NEAR_PERCENT


@dataclass(frozen=True, slots=True)
class Explanation:
    """An event explained. ``sentences`` tell what happened; ``reasons`` tell of every rule why, or why not.

    ``is_same``: decided again, it gives exactly what was recorded. ``None``: it was recorded under other semantics
    than today's code, so the record alone speaks. ``differing`` names the parts that are not the same. ``ticket`` is
    what a return or a change is about: as it stood before a return, as it reads since a change.
    """

    entry: TimelineEntry
    language: Language
    plan_version: int
    plan_valid_from: date
    semantics: int
    is_same: bool | None
    differing: tuple[str, ...]
    inputs: SaleInputs | None
    balances_before: Mapping[str, int]
    balances_after: Mapping[str, int]
    state_after: State
    sentences: tuple[str, ...]
    reasons: tuple[RuleReason, ...]
    ticket: Sale | None = None
    cost: SaleCost | None = None  # of a ticket: what it costs the brand in all

    @property
    def applied(self) -> tuple[RuleReason, ...]:
        return tuple(one for one in self.reasons if one.has_applied)

    @property
    def nearly(self) -> tuple[RuleReason, ...]:
        """What was nearest first."""
        near = (one for one in self.reasons if one.is_near)
        return tuple(sorted(near, key=lambda one: -(one.reached_percent or 0)))

    @property
    def others(self) -> tuple[RuleReason, ...]:
        """What neither applied nor nearly did."""
        return tuple(one for one in self.reasons if not one.has_applied and not one.is_near)

    @property
    def not_applied(self) -> tuple[RuleReason, ...]:
        return (*self.nearly, *self.others)


def explain(
    customer_id: UUID, seq: int, language: Language, *, for_members: bool = False
) -> Explanation | None:
    """Explain one event of a customer, to staff or ``for_members``; ``None``: there is no such event."""
    entry = queries.entry(customer_id, seq)
    programme = queries.programme_of(customer_id)
    book = queries.current_book(programme) if programme else None
    if entry is None or programme is None or book is None:
        return None
    history = _history(customer_id)
    before = _folded(history, seq - 1)
    return _explained(entry, before, history, book, _documents(programme), language, for_members=for_members)


def explain_all(customer_id: UUID, language: Language) -> Iterator[Explanation]:
    """Explain everything that happened to a customer, in the order in which it was decided."""
    programme = queries.programme_of(customer_id)
    book = queries.current_book(programme) if programme else None
    if programme is None or book is None:
        return
    history = _history(customer_id)
    documents = _documents(programme)
    state = State()
    for entry in queries.whole_history(customer_id):
        yield _explained(entry, state, history, book, documents, language)
        state = evolve(state, entry.decision)


def _documents(programme: str) -> dict[int, Document]:
    return {published.version: published.document for published in queries.versions(programme)}


def _explained(
    entry: TimelineEntry,
    before: State,
    history: Sequence[Recorded],
    book: PlanBook,
    documents: Mapping[int, Document],
    language: Language,
    *,
    for_members: bool = False,
) -> Explanation:
    plan = book.version(entry.decision.plan_version)
    document = documents[plan.version]
    sold = _sold(entry, history)
    again, differing = _decided_again(plan, entry, before, sold)
    after = evolve(before, entry.decision)
    inputs = entry.decision.inputs
    ticket = _ticket(entry, sold)
    sale = ticket or entry.event
    codes = sale.codes if isinstance(sale, Sale) else ()

    def told(found: Reason) -> RuleReason:
        with_all = with_streak(plan, inputs, found)
        reached = reached_percent(plan, inputs, codes, with_all, before.counters)
        return _told(with_all, reached, document, language, for_members)

    return Explanation(
        entry=entry,
        language=language,
        plan_version=plan.version,
        plan_valid_from=document.valid_from,
        semantics=entry.semantics,
        is_same=None if again is None else not differing,
        differing=differing,
        inputs=inputs,
        balances_before=_balances(before),
        balances_after=_balances(after),
        state_after=after,
        sentences=tuple(
            said_of(entry, document, language, _sold_on(entry, history), undone=_undone(entry, history))
        ),
        reasons=tuple(told(one) for one in _reasons(plan, entry, before, again)),
        ticket=ticket,
        cost=cost_of(plan, entry.event, entry.decision) if isinstance(entry.event, Sale) else None,
    )


def _undone(entry: TimelineEntry, history: Sequence[Recorded]) -> dict[int, tuple[date, EventType]]:
    """When and what the events were that the entry's movements undo."""
    wanted = {movement.reverses[0] for movement in entry.movements if movement.reverses is not None}
    return {one.seq: (one.day, one.type) for one in history if one.seq in wanted} if wanted else {}


def _ticket(entry: TimelineEntry, sold: SoldBefore | None) -> Sale | None:
    if sold is None:
        return None
    if isinstance(entry.event, SaleUpdate) and entry.event.lines:
        now = updated(sold, entry.event)
        assert not isinstance(now, Refused), "it was recorded"
        return now
    return sold.sale


def _history(customer_id: UUID) -> Sequence[Recorded]:
    return next(history_of(raw_connection(), [customer_id]), [])


def _folded(history: Sequence[Recorded], last_seq: int) -> State:
    """The state after ``last_seq``, from recorded decisions alone."""
    state = State()
    for recorded in history:
        if recorded.seq > last_seq:
            break
        state = evolve(state, recorded.decision())
    return state


def _decided_again(
    plan: Plan, entry: TimelineEntry, before: State, sold: SoldBefore | None
) -> tuple[Decision | None, tuple[str, ...]]:
    """Today's decision on what was known then, and the parts in which it is not the recorded one."""
    if entry.semantics != SEMANTICS_VERSION:
        return None, ()
    recorded = entry.decision
    facts = Facts(
        before,
        sold=sold,
        absorbed=_other_before(entry, "absorbed_seq") if isinstance(entry.event, Merger) else None,
        absorbed_id=str(entry.body["absorbed"]) if isinstance(entry.event, Merger) else "",
        person=_other_before(entry, "member_seq") if isinstance(entry.event, Admission | Departure) else None,
        member=str(entry.member or ""),
        grants=recorded.inputs.grants if recorded.inputs is not None else None,
        has_happened=entry.has_happened,
    )
    again = decide(plan, facts, entry.event, trace=True)
    if not isinstance(again, Decision):
        return replace(recorded, reasons=()), ("refused",)
    differing = tuple(
        part.name
        for part in fields(Decision)
        if part.name != "reasons" and getattr(again, part.name) != getattr(recorded, part.name)
    )
    return again, differing


def _sold(entry: TimelineEntry, history: Sequence[Recorded]) -> SoldBefore | None:
    """The ticket of a return or a change as it stood before."""
    event = entry.event
    if not isinstance(event, AfterSale):
        return None
    owner = UUID(event.sale_owner) if event.sale_owner else entry.customer_id
    is_own = owner == entry.customer_id
    theirs = history if is_own else _history(owner)
    found = next((one for one in theirs if one.seq == event.sale_seq), None)
    sale = found.event() if found is not None else None
    if found is None or not isinstance(sale, Sale):
        return None
    earlier = [one for one in history if one.seq < entry.seq]
    for (place,) in rows(_WHERE_TOLD, [owner]):
        if place != entry.customer_id:
            elsewhere = theirs if place == owner else _history(place)
            earlier += [
                one for one in elsewhere if (one.recorded_at, one.at) <= (entry.recorded_at, entry.at)
            ]
    told = [
        (one, event_told)
        for one in earlier
        if (event_told := _told_of(one, owner, event.sale_seq)) is not None
    ]
    told.sort(key=lambda pair: (pair[0].recorded_at, pair[0].customer_id, pair[0].seq))
    later = [
        Later(one.seq, event_told, one.decision(), one.customer_id == entry.customer_id)
        for one, event_told in told
    ]
    return sold_before(found.seq, sale, found.decision(), later, is_own=is_own)


_WHERE_TOLD = (
    "WITH RECURSIVE told AS (SELECT %s::uuid AS id UNION "
    "  SELECT (e.body ->> 'into')::uuid FROM told JOIN events_event AS e ON e.customer_id = told.id "
    f"  AND e.type IN ('{EventType.ABSORPTION.value}', '{EventType.ACCOUNT_ENTRY.value}')) SELECT id FROM told"
)
"""On whose time line something may have happened to a ticket that somebody bought: their own, that of whoever they were
merged into, be it for a time, and of accounts that they were in."""


def _sold_on(entry: TimelineEntry, history: Sequence[Recorded]) -> SoldOn | None:
    """The ticket that a return or a change is about."""
    event = entry.event
    if not isinstance(event, AfterSale):
        return None
    if event.sale_owner and UUID(event.sale_owner) != entry.customer_id:
        history = _history(UUID(event.sale_owner))
    for one in history:
        if one.seq == event.sale_seq and isinstance(sale := one.event(), Sale):
            return SoldOn(one.day, sale.foreign)
    return None


def _told_of(recorded: Recorded, owner: UUID, sale_seq: int) -> AfterSale | None:
    """What a recorded event tells of this ticket."""
    if recorded.type not in AFTER_SALE:
        return None
    event = recorded.event()
    assert isinstance(event, AfterSale)
    is_its = event.sale_seq == sale_seq and (event.sale_owner or str(recorded.customer_id)) == str(owner)
    return event if is_its else None


def _other_before(entry: TimelineEntry, seq: str) -> State | None:
    """How the other customer was just before they came, or came back."""
    return None if entry.other is None else _folded(_history(entry.other), int(entry.body[seq]) - 1)


def _reasons(plan: Plan, entry: TimelineEntry, before: State, again: Decision | None) -> tuple[Reason, ...]:
    """Of every rule, from the inputs that were recorded."""
    inputs = entry.decision.inputs
    if isinstance(entry.event, Sale) and inputs is not None:
        reasons = earn(plan, entry.event, inputs, trace=True).reasons
        if plan.offers:
            reasons += tuple(offered(plan, entry.event, inputs, chance=_NOT_DRAWN, trace=True).reasons)
        return reasons
    if isinstance(entry.event, SaleUpdate):
        return again.reasons if again is not None else ()
    if isinstance(entry.event, Joining | Activity | ReferralKept | PrizeWon):
        if again is not None and again.reasons:
            return again.reasons
        facts = Facts(before, grants=inputs.grants if inputs is not None else None)
        traced = decide(plan, facts, entry.event, trace=True)
        return traced.reasons if isinstance(traced, Decision) else ()
    return ()


def _told(
    found: Reason, reached: int | None, document: Document, language: Language, for_members: bool
) -> RuleReason:
    kind, name = _named(found.rule, document, language)
    return RuleReason(
        rule=found.rule,
        name=name,
        code=found.code,
        has_applied=found.code is ReasonCode.APPLIED,
        figures=found.figures,
        sentence=reason(found, document, language, for_members=for_members),
        kind=kind,
        reached_percent=reached,
    )


def _named(code: str, document: Document, language: Language) -> tuple[Kind, str]:
    if code == REFERRAL:
        return Kind.REFERRAL, REFERRAL_NAME.say(language)
    for kind, part in (
        (Kind.RULE, document.rule(code)),
        (Kind.OFFER, document.offer(code)),
        (Kind.DRAW, document.draw(code)),
    ):
        if part is not None:
            return kind, text_in(part.name, language)
    return Kind.RULE, code


def _balances(state: State) -> dict[str, int]:
    codes = sorted({key.currency for key in state.lots} | state.debts.keys())
    return {code: state.available(code) - state.debts.get(code, 0) for code in codes}
