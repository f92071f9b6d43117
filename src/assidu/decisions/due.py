"""What the clock owes a customer. Night work runs in one published order: activate, expire, forfeit what somebody left
behind, review the tier."""

from dataclasses import replace
from datetime import date, datetime

from assidu.decisions.decision import Account, Decision, Lapse, MembershipChange, RefusalCode, Refused
from assidu.decisions.events import Tick
from assidu.decisions.facts import Facts
from assidu.decisions.leaving import forfeit
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State
from assidu.decisions.tiers import review
from assidu.decisions.wallet import Wallet


def next_due(state: State) -> date | None:
    """The first local day on which something of this customer is due, for the shell to make a ``Tick`` of.

    While a membership is suspended nothing of it is: its time stands still, but not that to come back in. In an account
    it sleeps. The referral by which somebody came waits for them while they may still come back.
    """
    if state.membership in (Membership.ABSORBED, Membership.SUSPENDED, Membership.IN_ACCOUNT):
        return None
    if state.regret_until is not None and state.stands_still:
        return state.regret_until
    if state.lapses:
        ends = [state.end_of(key) for key, left in state.lots.items() if left > 0]
        days = [end for end in ends if end is not None]
    else:
        days = [key.expires_on for key, left in state.lots.items() if left > 0 and key.expires_on is not None]
    for pending in state.pending:
        days.append(pending.active_on)
        if (end := state.end_of(pending)) is not None:
            days.append(end)
    if state.tier_until is not None and state.membership is Membership.MEMBER:
        days.append(state.tier_until)
    if state.referral is not None and state.referral.due is not None and state.regret_until is None:
        days.append(state.referral.due)
    if state.regret_until is not None:
        days.append(state.regret_until)
    return min(days, default=None)


def next_release(state: State) -> datetime | None:
    """When the first hold of this customer runs out."""
    return min((held.until for held in state.holds.values()), default=None)


def ran_out(state: State, now: datetime) -> tuple[datetime, str] | None:
    """The hold that ran out first, with its end; ``None``: none has by ``now``."""
    return min(((held.until, hold) for hold, held in state.holds.items() if held.until <= now), default=None)


def decide_tick(plan: Plan, facts: Facts, event: Tick) -> Decision | Refused:
    due = next_due(facts.state)
    if due is None or due > event.day:
        return Refused(RefusalCode.NOTHING_DUE)
    state = _without_stale(plan, facts.state)
    wallet = Wallet(state)
    if not state.stands_still:
        _expire(plan, wallet, state, event.day)
    membership = None
    if state.regret_until is not None and state.regret_until <= event.day:
        assert state.left_on is not None
        forfeit(wallet)
        membership = MembershipChange(Membership.LEFT, state.left_on)
    tier = review(plan, state, event.day) if state.membership is Membership.MEMBER else None
    lapses = tuple(
        Lapse(currency, None)
        for currency, on in sorted(facts.state.lapses.items())
        # What is held may still come back, and must then be found to be over.
        if currency not in state.lapses or (on <= event.day and not state.held(currency))
    )
    return Decision(plan.version, tuple(wallet.postings), tier=tier, lapses=lapses, membership=membership)


def _expire(plan: Plan, wallet: Wallet, state: State, day: date) -> None:
    """What waited can be used, or is lost where it waited for what has not come; what is over can no longer be used."""
    for key, left in wallet.all_pending():
        known = plan.currencies.get(key.currency)
        if key.active_on <= day and known is not None and known.pending is not None and known.pending.is_lost:
            wallet.take_pending(key, Account.BREAKAGE, left)
    wallet.activate(day)
    for lot, left in wallet.open_lots():
        end = state.end_of(lot)
        if end is not None and end <= day:
            wallet.take_from(lot, Account.BREAKAGE, left)
    for pending, left in wallet.all_pending():
        end = state.end_of(pending)
        if end is not None and end <= day:
            wallet.take_pending(pending, Account.BREAKAGE, left)


def _without_stale(plan: Plan, state: State) -> State:
    """A balance whose plan no longer ends it as a whole is not ended: its lots have their own ends, or none."""
    if all(currency in plan.lapsing for currency in state.lapses):
        return state
    kept = {currency: on for currency, on in state.lapses.items() if currency in plan.lapsing}
    return replace(state, lapses=kept)
