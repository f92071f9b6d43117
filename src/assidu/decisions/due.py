"""What the clock owes a customer. Night work runs in one published order: activate, expire, review the tier."""

from datetime import date, datetime

from assidu.decisions.decision import Account, Decision, RefusalCode, Refused
from assidu.decisions.events import Tick
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State
from assidu.decisions.tiers import review
from assidu.decisions.wallet import Wallet


def next_due(state: State) -> date | None:
    """The first local day on which something of this customer is due, for the shell to make a ``Tick`` of."""
    if state.membership is Membership.ABSORBED:
        return None
    days = [key.expires_on for key, left in state.lots.items() if left > 0 and key.expires_on is not None]
    for pending in state.pending:
        days.append(pending.active_on)
        if pending.expires_on is not None:
            days.append(pending.expires_on)
    if state.tier_until is not None and state.membership is Membership.MEMBER:
        days.append(state.tier_until)
    return min(days, default=None)


def next_release(state: State) -> datetime | None:
    """When the first hold of this customer runs out."""
    return min((held.until for held in state.holds.values()), default=None)


def decide_tick(plan: Plan, facts: Facts, event: Tick) -> Decision | Refused:
    due = next_due(facts.state)
    if due is None or due > event.day:
        return Refused(RefusalCode.NOTHING_DUE)
    wallet = Wallet(facts.state)
    wallet.activate(event.day)
    for lot, left in wallet.open_lots():
        if lot.expires_on is not None and lot.expires_on <= event.day:
            wallet.take_from(lot, Account.BREAKAGE, left)
    for pending, left in wallet.all_pending():
        if pending.expires_on is not None and pending.expires_on <= event.day:
            wallet.take_pending(pending, Account.BREAKAGE, left)
    tier = review(plan, facts.state, event.day) if facts.state.membership is Membership.MEMBER else None
    return Decision(plan.version, tuple(wallet.postings), tier=tier)
