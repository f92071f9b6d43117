"""Set aside for a purchase: held for a time, then used by its ticket, released, or given back by the clock.

A hold has units of the wallet and, told what is to be bought, what its offers take of what customers share: places of
the first ones, things of a stock, a part of a budget, a code that serves once. Nothing is drawn for it: whoever could
hold, look and let go would draw until they win.

A hold is called by the ``seq`` of its event, so that nobody chooses its name and it says where it is written.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Account, Decision, HoldChange, RefusalCode, Refused
from assidu.decisions.events import Hold, HoldExpiry, Release, Sale
from assidu.decisions.facts import Facts
from assidu.decisions.inputs import inputs_on
from assidu.decisions.offers.given import OffersDecided
from assidu.decisions.offers.settling import offered
from assidu.decisions.paying import may_pay, quantities
from assidu.decisions.plan import Plan
from assidu.decisions.state import Held, Membership
from assidu.decisions.suspending import not_served
from assidu.decisions.wallet import Wallet

HOLDS_MAX = 20
"""How many purchases of one customer may wait at once."""


def decide_hold(plan: Plan, facts: Facts, event: Hold, *, trace: bool = False) -> Decision | Refused:
    """Of the wallet all or nothing: what a till is promised is there. Of the offers, those that there is something left
    for: their prices are what the basket then costs."""
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
    until = event.at + timedelta(minutes=event.minutes)
    if not (event.lines and plan.offers):
        change = HoldChange(str(state.seq + 1), until)
        return Decision(plan.version, tuple(wallet.postings), holds=(change,))
    basket = Sale(event.at, event.store, event.channel, event.lines, event.payments, event.codes)
    inputs = inputs_on(plan, facts, day)
    had = offered(plan, basket, inputs, is_basket=True, trace=trace)
    places = tuple(sorted((key, quantity) for key, (_, quantity) in had.used.items() if quantity))
    return Decision(
        plan.version,
        tuple(wallet.postings),
        claims=tuple(had.claims),
        inputs=inputs.kept(had.read, had.granted),
        holds=(HoldChange(str(state.seq + 1), until, places),),
        reasons=tuple(had.reasons),
        offers=OffersDecided(tuple(had.given), releases=tuple(had.releases), is_exact=had.is_exact),
    )


def decide_release(plan: Plan, facts: Facts, event: Release | HoldExpiry) -> Decision | Refused:
    """Everything goes back where it was; what has expired in the meantime is lost."""
    held = facts.state.holds.get(event.hold)
    if held is None:
        return Refused(RefusalCode.HOLD_NOT_OPEN, subject=event.hold)
    if isinstance(event, HoldExpiry) and held.until > event.at:
        return Refused(RefusalCode.NOTHING_DUE)
    wallet = Wallet(facts.state)
    release(wallet, held, {}, local_day(event.at, plan.zone))
    over = HoldChange(event.hold, None, held.places)
    return Decision(plan.version, tuple(wallet.postings), holds=(over,))


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
