"""A status that staff give, for a time or until its next review."""

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Decision, RefusalCode, Refused, TierChange
from assidu.decisions.events import StatusGrant
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import TierCause
from assidu.decisions.suspending import not_served


def decide_status_grant(plan: Plan, facts: Facts, event: StatusGrant) -> Decision | Refused:
    """Up, down or once more the same; when it is over the customer has what they reach, or what they held before."""
    day = local_day(event.at, plan.zone)
    if not facts.state.is_member_on(day):
        return not_served(facts.state, day)
    if plan.tiers is None or plan.tiers.rank(event.tier) < 0:
        return Refused(RefusalCode.UNKNOWN_TIER, subject=event.tier)
    if event.until is not None and event.until <= day:
        return Refused(RefusalCode.ALREADY_OVER, subject=event.tier)
    return Decision(plan.version, tier=TierChange(event.tier, day, event.until, TierCause.GRANTED))
