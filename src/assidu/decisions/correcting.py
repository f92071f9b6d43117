"""What staff correct: movements that no ticket explains."""

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import (
    Account,
    Decision,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.earning import worth_minor
from assidu.decisions.events import Correction
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership
from assidu.decisions.tiers import units_counted, upgrade
from assidu.decisions.wallet import Wallet, lot_for


def needs_another(plan: Plan, currency: str, quantity: int) -> bool:
    """Is it worth more than one person may correct, or give from one member to another, alone?"""
    limit = plan.second_person_above_minor
    return limit is not None and worth_minor(plan, currency, abs(quantity)) > limit


def decide_correction(plan: Plan, facts: Facts, event: Correction) -> Decision | Refused:
    """Also for somebody who left or never joined: the mistake to mend may be just that."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if event.currency not in plan.currencies:
        return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=event.currency)
    wallet = Wallet(facts.state)
    day = local_day(event.at, plan.zone)
    if event.quantity > 0:
        wallet.credit(Account.CORRECTED, lot_for(plan, event.currency, day), event.quantity)
        counts = units_counted(plan, day, event.currency, event.quantity)
        tier = upgrade(plan, facts.state, day, counts) if counts else None
        return Decision(plan.version, tuple(wallet.postings), counts=counts, tier=tier)
    wanted = -event.quantity
    available = wallet.available(event.currency)
    room = wallet.room_to_owe(event.currency, plan.currencies[event.currency].debt_at_most or 0)
    if wanted > available + room and not facts.has_happened:
        figures = {"asked": wanted, "available": available}
        if room:
            figures["below_zero"] = room
        return Refused(RefusalCode.INSUFFICIENT_BALANCE, figures, event.currency)
    missing = wanted - wallet.take(Account.CORRECTED, event.currency, min(wanted, available))
    owed = min(missing, room)
    if owed:
        wallet.owe(Account.CORRECTED, event.currency, owed)
        missing -= owed
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=units_counted(plan, day, event.currency, missing - wanted),
        shortfalls=_unfunded(event.currency, missing) if missing else (),
    )


def _unfunded(currency: str, quantity: int) -> tuple[Shortfall, ...]:
    return (Shortfall(currency, quantity, ShortfallCause.UNFUNDED_BURN),)
