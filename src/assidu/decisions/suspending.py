"""A membership that stands still: nothing is earned, nothing can be used, and nothing runs out meanwhile."""

from collections.abc import Iterable
from datetime import date

from assidu.decisions.calendar import later, local_day
from assidu.decisions.decision import (
    Account,
    Decision,
    HoldChange,
    Lapse,
    MembershipChange,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import Resumption, Suspension
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, Moved, State, TierCause
from assidu.decisions.wallet import Wallet


def not_served(state: State, day: date) -> Refused:
    """Why somebody who is no active member on ``day`` can have and use nothing."""
    return Refused(RefusalCode.SUSPENDED if state.is_suspended_on(day) else RefusalCode.NOT_A_MEMBER)


def decide_suspension(plan: Plan, facts: Facts, event: Suspension) -> Decision | Refused:
    """What is set aside for a purchase goes back to the balance: the purchase could not be paid with it."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if state.membership is Membership.SUSPENDED:
        return Refused(RefusalCode.ALREADY_SUSPENDED)
    if state.membership is not Membership.MEMBER:
        return Refused(RefusalCode.NOT_A_MEMBER)
    day = local_day(event.at, plan.zone)
    wallet = Wallet(state)
    for _, held in state.holds_in_order():
        for lot, quantity in held.parts:
            wallet.release(lot, quantity, day)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        membership=MembershipChange(Membership.SUSPENDED, day),
        holds=tuple(HoldChange(hold, None, held.places) for hold, held in state.holds_in_order()),
    )


def decide_resumption(plan: Plan, facts: Facts, event: Resumption) -> Decision | Refused:
    """Every date that stood still moves by as many days as the membership did: those of lots, of balances that end as
    a whole, of what waits for an event and is lost without it, and of the status."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if state.membership is not Membership.SUSPENDED:
        return Refused(RefusalCode.NOT_SUSPENDED)
    day = local_day(event.at, plan.zone)
    stood_still = max((day - state.suspensions[-1].since).days, 0)
    wallet = Wallet(state)
    moved = Moved(state.seq, stood_still, lost_without_event(plan))
    if stood_still:
        _prolong(wallet, moved)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        tier=_prolonged_tier(state, moved) if stood_still else None,
        membership=MembershipChange(Membership.MEMBER, day),
        lapses=tuple(Lapse(currency, later(on, stood_still)) for currency, on in sorted(state.lapses.items()))
        if stood_still
        else (),
        moved=all_moved(state, (moved,)) if stood_still else (),
    )


def lost_without_event(plan: Plan) -> tuple[str, ...]:
    """The currencies whose units are lost unless an event comes in time."""
    known = plan.currencies.values()
    return tuple(sorted(one.code for one in known if one.pending is not None and one.pending.is_lost))


def all_moved(state: State, moved: tuple[Moved, ...]) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    """What ``State.moved`` becomes: the dates of their own units move, and of all that came of others before."""
    others = [owner for owner in sorted(state.moved) if owner]
    of_all = tuple(one._replace(seq=None) for one in moved)
    own = (*state.moved.get("", ()), *moved)
    return ("", own), *((one, (*state.moved[one], *of_all)) for one in others)


def moved_before(
    state: State, since: Iterable[tuple[int, tuple[str, ...]]]
) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    """What ``State.moved`` becomes for who comes back from elsewhere, where suspensions moved the dates of all that
    they had brought: by the days, and the currencies in which it waits longer for an event."""
    moved = tuple(Moved(state.seq, days, waits) for days, waits in since)
    return all_moved(state, moved) if moved else ()


def _prolong(wallet: Wallet, moved: Moved) -> None:
    """Units leave their lot and come back to one that ends later; what never ends stays. What waits for a day alone can
    be used on the day that it was promised for."""
    for lot, left in wallet.open_lots():
        if lot.expires_on is not None:
            wallet.take_from(lot, Account.IN_TRANSIT, left)
            wallet.credit(Account.IN_TRANSIT, moved.lot(lot), left)
    for key, left in wallet.all_pending():
        after = moved.pending(key)
        if after != key:
            wallet.take_pending(key, Account.IN_TRANSIT, left)
            wallet.earn(Account.IN_TRANSIT, after.lot, after.active_on, left)


def _prolonged_tier(state: State, moved: Moved) -> TierChange | None:
    """The end of the status, and of the one that it lies over where staff gave it."""
    if state.tier is None or state.tier_until is None:
        return None
    cause = state.tier_cause or TierCause.KEPT
    until = later(state.tier_until, moved.days)
    under = None if state.tier_before is None else moved.under(state.tier_before)
    return TierChange(
        state.tier, state.tiers[-1].since, until, cause, None if under == state.tier_before else under
    )
