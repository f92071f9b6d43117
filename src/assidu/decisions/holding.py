"""Units set aside for a purchase: held for a time, then used by its ticket, released, or given back by the clock.

A hold is called by the ``seq`` of its event, so that nobody chooses its name and it says where it is written.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Account, Decision, HoldChange, RefusalCode, Refused
from assidu.decisions.events import Hold, HoldExpiry, Release
from assidu.decisions.facts import Facts
from assidu.decisions.paying import may_pay, quantities
from assidu.decisions.plan import Plan
from assidu.decisions.state import Held, Membership
from assidu.decisions.suspending import not_served
from assidu.decisions.wallet import Wallet

HOLDS_MAX = 20
"""How many purchases of one customer may wait at once."""


def decide_hold(plan: Plan, facts: Facts, event: Hold) -> Decision | Refused:
    """All or nothing: what a till is promised is there."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(event.at, plan.zone)
    if not state.is_member_on(day):
        return not_served(state, day)
    if len(state.holds) >= HOLDS_MAX:
        return Refused(RefusalCode.TOO_MANY_HOLDS, {"limit": HOLDS_MAX})
    wallet = Wallet(state)
    for currency, quantity in quantities(event.payments).items():
        refused = may_pay(plan, currency, quantity)
        if refused is not None:
            return refused
        available = wallet.available(currency)
        if available < quantity:
            return Refused(
                RefusalCode.INSUFFICIENT_BALANCE, {"asked": quantity, "available": available}, currency
            )
        wallet.take(Account.HELD, currency, quantity)
    change = HoldChange(str(state.seq + 1), event.at + timedelta(minutes=event.minutes))
    return Decision(plan.version, tuple(wallet.postings), holds=(change,))


def decide_release(plan: Plan, facts: Facts, event: Release | HoldExpiry) -> Decision | Refused:
    """Everything goes back where it was; what has expired in the meantime is lost."""
    held = facts.state.holds.get(event.hold)
    if held is None:
        return Refused(RefusalCode.HOLD_NOT_OPEN, subject=event.hold)
    if isinstance(event, HoldExpiry) and held.until > event.at:
        return Refused(RefusalCode.NOTHING_DUE)
    wallet = Wallet(facts.state)
    release(wallet, held, {}, local_day(event.at, plan.zone))
    return Decision(plan.version, tuple(wallet.postings), holds=(HoldChange(event.hold, None),))


def release(wallet: Wallet, held: Held, wanted: Mapping[str, int], day: date) -> dict[str, int]:
    """End a hold on ``day``: what is ``wanted`` by currency is used, the rest released; answers what was used."""
    used: dict[str, int] = {}
    for lot, quantity in held.parts:
        part = min(quantity, wanted.get(lot.currency, 0) - used.get(lot.currency, 0))
        if part > 0:
            wallet.leave_hold(lot, Account.USED, part)
            used[lot.currency] = used.get(lot.currency, 0) + part
            quantity -= part
        wallet.release(lot, quantity, day)
    return used
