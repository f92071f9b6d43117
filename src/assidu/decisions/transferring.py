"""From one customer to another: what leaves here arrives there with its dates, in one transaction."""

from assidu.decisions.calendar import local_day, period_key
from assidu.decisions.decision import Account, Count, Decision, RefusalCode, Refused
from assidu.decisions.events import TransferIn, TransferOut
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import LotKey
from assidu.decisions.suspending import not_served
from assidu.decisions.wallet import Wallet


def decide_transfer_out(plan: Plan, facts: Facts, event: TransferOut) -> Decision | Refused:
    """The giver's side: within the plan's limits, from the lots that expire first."""
    state = facts.state
    day = local_day(event.at, plan.zone)
    if not state.is_member_on(day):
        return not_served(state, day)
    known = plan.currencies.get(event.currency)
    if known is None:
        return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=event.currency)
    if known.transfers is None:
        return Refused(RefusalCode.NOT_TRANSFERABLE, subject=event.currency)
    policy = known.transfers
    if event.quantity < policy.at_least:
        return Refused(
            RefusalCode.QUANTITY_TOO_SMALL,
            {"asked": event.quantity, "at_least": policy.at_least},
            event.currency,
        )
    counts: tuple[Count, ...] = ()
    if policy.limit is not None:
        counter = f"cap:transfer {event.currency}:{period_key(policy.period, day)}"
        given = state.counters.get(counter, 0)
        if given + event.quantity > policy.limit:
            return Refused(
                RefusalCode.TRANSFER_LIMIT,
                {"asked": event.quantity, "limit": policy.limit, "left": max(policy.limit - given, 0)},
                event.currency,
            )
        counts = (Count(counter, event.quantity),)
    wallet = Wallet(state)
    available = wallet.available(event.currency)
    if event.quantity > available:
        return Refused(
            RefusalCode.INSUFFICIENT_BALANCE,
            {"asked": event.quantity, "available": available},
            event.currency,
        )
    wallet.take(Account.IN_TRANSIT, event.currency, event.quantity)
    return Decision(plan.version, tuple(wallet.postings), counts=counts)


def decide_transfer_in(plan: Plan, facts: Facts, event: TransferIn) -> Decision | Refused:
    """The receiver's side: the same lots, a debt being repaid first."""
    if not facts.state.is_member_on(local_day(event.at, plan.zone)):
        return Refused(RefusalCode.RECEIVER_NOT_A_MEMBER)
    wallet = Wallet(facts.state)
    for part in event.parts:
        lot = LotKey(event.currency, part.issued_month, part.expires_on)
        wallet.credit(Account.IN_TRANSIT, lot, part.quantity)
    return Decision(plan.version, tuple(wallet.postings))
