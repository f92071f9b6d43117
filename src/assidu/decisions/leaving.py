"""Leaving the programme: at once for good or, where the plan gives time to regret it, with a way back.

Until that time is over the membership only rests: nothing can be used, units keep their dates, and whoever joins again
finds everything as they left it. Then the clock forfeits what is left.
"""

from datetime import date

from assidu.decisions.calendar import end_after, local_day
from assidu.decisions.decision import (
    Account,
    Decision,
    HoldChange,
    MembershipChange,
    RefusalCode,
    Refused,
)
from assidu.decisions.events import Joining, Leaving
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State
from assidu.decisions.terms import terms_told
from assidu.decisions.tiers import entry, review
from assidu.decisions.wallet import Wallet


def decide_leaving(plan: Plan, facts: Facts, event: Leaving) -> Decision | Refused:
    """Nobody is kept from it. The ledger keeps the trace of what was earned and not used."""
    state = facts.state
    if state.membership not in (Membership.MEMBER, Membership.SUSPENDED):
        return Refused(RefusalCode.NOT_A_MEMBER)
    day = local_day(event.at, plan.zone)
    wallet = Wallet(state)
    if plan.regret is None:
        forfeit(wallet)
        holds = end_holds(wallet, state, Account.FORFEITED)
        until = None
    else:
        holds = _release_holds(wallet, state, day)
        until = end_after(day, plan.regret)
    change = MembershipChange(Membership.LEFT, day, until)
    return Decision(plan.version, tuple(wallet.postings), membership=change, holds=holds)


def decide_coming_back(plan: Plan, facts: Facts, event: Joining, day: date) -> Decision | Refused:
    """They had left and regret it in time: the same membership goes on, suspended if it was, and without a welcome.

    A status whose time ended meanwhile is reviewed now.
    """
    state = facts.state
    assert state.joined_on is not None
    if state.is_member_on(day):
        return Refused(RefusalCode.ALREADY_A_MEMBER)  # told later: it was before they left
    terms = terms_told(plan, event.terms_version, day)
    if isinstance(terms, Refused):
        return terms
    membership = Membership.SUSPENDED if state.stands_still else Membership.MEMBER
    tier = None
    if membership is Membership.MEMBER:
        tier = review(plan, state, day) if state.tier is not None else entry(plan, day)
    change = MembershipChange(membership, day, since=state.joined_on)
    return Decision(plan.version, tier=tier, membership=change, terms=terms)


def forfeit(wallet: Wallet) -> None:
    """What can be used and what waits is lost."""
    for lot, left in wallet.open_lots():
        wallet.take_from(lot, Account.FORFEITED, left)
    for pending, left in wallet.all_pending():
        wallet.take_pending(pending, Account.FORFEITED, left)


def end_holds(wallet: Wallet, state: State, target: Account) -> tuple[HoldChange, ...]:
    """What is set aside leaves with the rest."""
    for _, held in state.holds_in_order():
        for lot, quantity in held.parts:
            wallet.leave_hold(lot, target, quantity)
    return tuple(HoldChange(hold, None, held.places) for hold, held in state.holds_in_order())


def _release_holds(wallet: Wallet, state: State, day: date) -> tuple[HoldChange, ...]:
    """What is set aside goes back to the balance: the purchase could not be paid with it."""
    for _, held in state.holds_in_order():
        for lot, quantity in held.parts:
            wallet.release(lot, quantity, day)
    return tuple(HoldChange(hold, None, held.places) for hold, held in state.holds_in_order())
