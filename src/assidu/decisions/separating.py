"""A merger undone: what is left of what came goes back with its dates; what was spent stays with who spent it.

Nothing that was posted is taken back: both sides move what is left through transit, like the merger did.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from assidu.decisions.calendar import later, local_day
from assidu.decisions.decision import (
    Account,
    AudienceMove,
    Count,
    Decision,
    MembershipChange,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import MergedPart, MergedStatus, Restoration, Separation
from assidu.decisions.evolve import evolve
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import LotKey, Membership, Moved, PendingKey, State, TierBefore, TierCause
from assidu.decisions.suspending import moved_before
from assidu.decisions.tiers import entry, review, upgrade
from assidu.decisions.wallet import Wallet, lot_for


def separation_of(merger: Decision, own: State, at: datetime, told_since: Collection[str] = ()) -> Separation:
    """What a merger did to the survivor, as its undoing needs to know it; ``own`` is the survivor before it, and
    ``told_since`` are the audiences that the survivor's own answers, or staff, have decided since."""
    came, paid, owed = [], [], []
    for posting in merger.postings:
        if posting.lot is not None:
            part = MergedPart(
                posting.currency,
                posting.lot.issued_month,
                posting.lot.expires_on,
                posting.active_on,
                posting.quantity,
            )
            if posting.source is Account.IN_TRANSIT:
                came.append(part)
            elif posting.target is Account.IN_TRANSIT:
                paid.append(part)
        elif posting.source is Account.DEBT:
            owed.append((posting.currency, posting.quantity))
    counts = tuple((count.counter, count.change) for count in merger.counts if count.change > 0)
    is_earlier = merger.membership is not None and own.membership is Membership.MEMBER
    joined_on = own.joined_on if is_earlier else None
    audiences = tuple(move.audience for move in merger.answered if move.audience not in told_since)
    return Separation(
        at,
        tuple(came),
        tuple(paid),
        tuple(owed),
        counts,
        joined_on,
        _status_given(merger, own),
        audiences,
        own.seq + 1,
    )


def _status_given(merger: Decision, own: State) -> MergedStatus | None:
    if merger.tier is None:
        return None
    return MergedStatus(
        merger.tier.tier,
        merger.tier.until,
        own.tier,
        own.tier_until,
        "" if own.tier_cause is None else own.tier_cause.value,
        own.tier_before,
    )


def decide_separation(plan: Plan, facts: Facts, event: Separation) -> Decision | Refused:
    """The survivor's side. Of a lot that both had, what is left is first of what came: the survivor spent their own."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    wallet = Wallet(state)
    moved = moved_since_merger(state, event)
    for part in event.came:
        _give_back(wallet, part, moved)
    day = local_day(event.at, plan.zone)
    for part in event.paid:
        wallet.credit(Account.IN_TRANSIT, _lot_again(plan, part, day), part.quantity)
    for currency, quantity in event.owed:
        wallet.credit(Account.IN_TRANSIT, lot_for(plan, currency, day), quantity)
    counts = tuple(
        Count(name, -min(value, state.counters[name]))
        for name, value in event.counts
        if state.counters.get(name, 0) > 0 and value > 0
    )
    own = None
    if event.joined_on is not None and state.membership is Membership.MEMBER:
        own = MembershipChange(Membership.MEMBER, event.joined_on)
    tier = None
    if event.status is not None:
        tier = _given_back(plan, state, _status_moved(event.status, moved), counts, day)
    left = tuple(AudienceMove(one, is_in=False) for one in event.audiences if one in state.audiences)
    return Decision(
        plan.version, tuple(wallet.postings), counts=counts, tier=tier, membership=own, answered=left
    )


def _status_moved(status: MergedStatus, since: Iterable[Moved]) -> MergedStatus:
    for moved in since:
        given, before = (
            None if until is None else later(until, moved.days)
            for until in (status.given_until, status.before_until)
        )
        under = None if status.under is None else moved.under(TierBefore(*status.under))
        status = replace(status, given_until=given, before_until=before, under=under)
    return status


def _given_back(
    plan: Plan, state: State, status: MergedStatus, counts: Iterable[Count], day: date
) -> TierChange | None:
    """The status that was held before the merger, reviewed if its time is over, or what they reach by themselves now.

    One that changed since (a review, a gift, one that was reached) is not the merger's any more, and stays.
    """
    if (state.tier, state.tier_until) != (status.given, status.given_until) or plan.tiers is None:
        return None
    if status.before is not None and plan.tiers.rank(status.before) < 0:
        return None  # a plan that is tried may not know it
    change = None
    alone = replace(state, tiers=(), tier_until=None, tier_cause=None, tier_before=None)
    alone = replace(alone, counters=_less(state.counters, counts))
    if status.before is not None:
        change = _as_before(status, day)
        alone = _holding(alone, change)
        change = review(plan, alone, day) or change
    if state.membership is not Membership.MEMBER or (change and change.cause is TierCause.GRANTED):
        return change
    if change is not None:
        alone = _holding(alone, change)
    return upgrade(plan, alone, day, ()) or change or entry(plan, day)


def _as_before(status: MergedStatus, day: date) -> TierChange:
    """As it was held: for a last time, given by staff or, told as lowered, in the ordinary way."""
    assert status.before is not None
    cause = TierCause(status.before_cause) if status.before_cause else TierCause.LOWERED
    under = None if status.under is None else TierBefore(*status.under)
    return TierChange(status.before, day, status.before_until, cause, under)


def _holding(state: State, change: TierChange) -> State:
    """``state`` after a change of status alone."""
    after = evolve(state, Decision(0, tier=change))
    return replace(after, seq=state.seq)


def _less(counters: Mapping[str, int], counts: Iterable[Count]) -> dict[str, int]:
    after = dict(counters)
    for name, change in counts:
        after[name] += change
    return after


def moved_since_merger(survivor: State, event: Separation) -> tuple[Moved, ...]:
    """What suspensions of the survivor did to the dates of what a merger had brought."""
    return survivor.moved_since(event.merged_seq) if event.merged_seq else ()


def _give_back(wallet: Wallet, part: MergedPart, since: Iterable[Moved]) -> None:
    """What still waits goes as it is; what waited then and can be used now goes from its lot. Dates stay moved."""
    lot = LotKey(part.currency, part.issued_month, part.expires_on)
    missing = part.quantity
    if part.active_on is not None:
        waits = PendingKey(*lot, part.active_on)
        for moved in since:
            waits = moved.pending(waits)
        missing -= wallet.take_pending(waits, Account.IN_TRANSIT, missing)
    for moved in since:
        lot = moved.lot(lot)
    left = min(missing, wallet.left_in(lot))
    if left > 0:
        wallet.take_from(lot, Account.IN_TRANSIT, left)


def _lot_again(plan: Plan, part: MergedPart, day: date) -> LotKey:
    """The lot that the survivor paid from or, once it has expired, a new one."""
    if part.expires_on is None or part.expires_on > day:
        return LotKey(part.currency, part.issued_month, part.expires_on)
    return lot_for(plan, part.currency, day)


def decide_restoration(plan: Plan, facts: Facts, event: Restoration) -> Decision | Refused:
    """The other side: a customer of their own again, as they were, with what is left and what they owed."""
    if facts.state.membership is not Membership.ABSORBED:
        return Refused(RefusalCode.NOT_MERGED)
    wallet = Wallet(facts.state)
    for part in event.parts:
        lot = LotKey(part.currency, part.issued_month, part.expires_on)
        wallet.earn(Account.IN_TRANSIT, lot, part.active_on, part.quantity)
    for currency, quantity in event.owed:
        paid = wallet.take(Account.IN_TRANSIT, currency, quantity)
        if quantity > paid:
            wallet.owe(Account.IN_TRANSIT, currency, quantity - paid)
    on = event.on if event.on is not None else local_day(event.at, plan.zone)
    change = MembershipChange(Membership(event.membership), on, event.regret_until)
    moved = moved_before(facts.state, event.moved)
    return Decision(plan.version, tuple(wallet.postings), membership=change, moved=moved)
