"""A prize of a draw reaches the member whose entry was drawn."""

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import (
    Account,
    Award,
    Decision,
    Reason,
    ReasonCode,
    RefusalCode,
    Refused,
)
from assidu.decisions.events import PrizeWon
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership
from assidu.decisions.suspending import not_served
from assidu.decisions.tiers import standing_counts, upgrade
from assidu.decisions.wallet import Wallet, earned_into


def decide_prize(plan: Plan, facts: Facts, event: PrizeWon, *, trace: bool) -> Decision | Refused:
    """What was won is given, and the entry that won is used; it may have expired since it was counted."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(event.at, plan.zone)
    if not state.is_member_on(day):
        return not_served(state, day)
    draw = plan.draws.get(event.draw)
    if draw is None or not 1 <= event.prize <= len(draw.prizes):
        return Refused(RefusalCode.UNKNOWN_DRAW, {"prize": event.prize}, event.draw)
    prize = draw.prizes[event.prize - 1]
    wallet = Wallet(state)
    wallet.take(Account.USED, draw.entries, 1)
    lot, active_on = earned_into(plan, prize.currency, day, None, None)
    wallet.earn(Account.ISSUED, lot, active_on, prize.quantity)
    award = Award(draw.code, prize.currency, prize.quantity, wished=prize.quantity)
    counts = standing_counts(plan, day, awards=(award,))
    figures = {"given": prize.quantity, "prize": event.prize, "place": event.place}
    return Decision(
        plan.version,
        tuple(wallet.postings),
        awards=(award,),
        counts=counts,
        tier=upgrade(plan, state, day, counts) if counts else None,
        reasons=(Reason(draw.code, ReasonCode.APPLIED, figures),) if trace else (),
    )
