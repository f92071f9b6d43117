"""A membership that stands still: nothing is earned, nothing can be used, and nothing runs out meanwhile."""

from datetime import date, timedelta

from assidu.decisions.calendar import LAST_DAY, local_day
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
from assidu.decisions.state import Membership, State, TierCause
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
    a whole, and of the status."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if state.membership is not Membership.SUSPENDED:
        return Refused(RefusalCode.NOT_SUSPENDED)
    day = local_day(event.at, plan.zone)
    stood_still = timedelta(days=max((day - state.suspensions[-1].since).days, 0))
    wallet = Wallet(state)
    if stood_still:
        _prolong(wallet, stood_still)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        tier=_prolonged_tier(state, stood_still),
        membership=MembershipChange(Membership.MEMBER, day),
        lapses=tuple(
            Lapse(currency, _later(on, stood_still)) for currency, on in sorted(state.lapses.items())
        )
        if stood_still
        else (),
    )


def _prolong(wallet: Wallet, by: timedelta) -> None:
    """Units leave their lot and come back to one that ends later; what never ends stays."""
    for lot, left in wallet.open_lots():
        if lot.expires_on is not None:
            wallet.take_from(lot, Account.IN_TRANSIT, left)
            wallet.credit(Account.IN_TRANSIT, lot._replace(expires_on=_later(lot.expires_on, by)), left)
    for key, left in wallet.all_pending():
        if key.expires_on is not None:
            wallet.take_pending(key, Account.IN_TRANSIT, left)
            lot = key.lot._replace(expires_on=_later(key.expires_on, by))
            wallet.earn(Account.IN_TRANSIT, lot, key.active_on, left)


def _prolonged_tier(state: State, by: timedelta) -> TierChange | None:
    if not by or state.tier is None or state.tier_until is None:
        return None
    cause = state.tier_cause or TierCause.KEPT
    return TierChange(state.tier, state.tiers[-1].since, _later(state.tier_until, by), cause)


def _later(day: date, by: timedelta) -> date:
    return day + by if LAST_DAY - day > by else LAST_DAY
