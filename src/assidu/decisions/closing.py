"""A programme that closes: nothing is earned after one day, nothing used after another, and what is left expires.

That rules give nothing after the last day to earn is in the compiled rules themselves: they are over.
"""

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Account, Decision, HoldChange, RefusalCode, Refused
from assidu.decisions.events import (
    AccountOpening,
    Admission,
    Event,
    Hold,
    Joining,
    ProgrammeEnd,
    RewardRequest,
    Sale,
    TakeOver,
    TransferIn,
    TransferOut,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership
from assidu.decisions.wallet import Wallet


def closed_to(plan: Plan, facts: Facts, event: Event) -> Refused | None:
    """Whether the programme no longer takes this in; what has happened is recorded all the same."""
    assert plan.closing is not None
    day = local_day(event.at, plan.zone)
    match event:
        case Joining() if facts.state.may_come_back_on(day):
            is_closed = day > plan.closing.used_until
        case Joining() | TakeOver() | AccountOpening() | Admission():
            is_closed = day > plan.closing.earns_until
        case Sale():
            is_closed = bool(event.payments) and not facts.has_happened and day > plan.closing.used_until
        case RewardRequest() | Hold() | TransferOut() | TransferIn():
            is_closed = day > plan.closing.used_until
        case _:
            is_closed = False
    return Refused(RefusalCode.PROGRAMME_CLOSED) if is_closed else None


def decide_programme_end(plan: Plan, facts: Facts, event: ProgrammeEnd) -> Decision | Refused:
    """Whatever is left expires, also of somebody whose card is suspended."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    closing = plan.closing
    if closing is None or not closing.forfeits or local_day(event.at, plan.zone) <= closing.used_until:
        return Refused(RefusalCode.NOTHING_DUE)
    wallet = Wallet(state)
    for lot, left in wallet.open_lots():
        wallet.take_from(lot, Account.BREAKAGE, left)
    for pending, left in wallet.all_pending():
        wallet.take_pending(pending, Account.BREAKAGE, left)
    for _, held in state.holds_in_order():
        for lot, quantity in held.parts:
            wallet.leave_hold(lot, Account.BREAKAGE, quantity)
    if not wallet.postings:
        return Refused(RefusalCode.NOTHING_DUE)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        holds=tuple(HoldChange(hold, None, held.places) for hold, held in state.holds_in_order()),
    )
