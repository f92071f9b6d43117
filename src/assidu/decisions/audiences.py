"""Audiences: groups that a brand makes of its customers, and that rules and offers may ask for."""

from assidu.decisions.decision import AudienceMove, Decision, RefusalCode, Refused
from assidu.decisions.events import AudienceChange
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership


def decide_audience_change(plan: Plan, facts: Facts, event: AudienceChange) -> Decision | Refused:
    """Entering twice, or leaving what one was not in, changes nothing and is no mistake."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if event.audience not in plan.audiences:
        return Refused(RefusalCode.UNKNOWN_AUDIENCE, subject=event.audience)
    return Decision(plan.version, audience=AudienceMove(event.audience, event.is_in))
