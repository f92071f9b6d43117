"""The terms of the programme, version by version: which one a member accepted."""

from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.events import TermsAcceptance
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership


def terms_in_force(plan: Plan, day: date) -> str:
    """The version in force on ``day``; empty where the plan has none, or none yet."""
    return next((terms.version for terms in reversed(plan.terms) if terms.from_day <= day), "")


def terms_shown(plan: Plan, day: date) -> str:
    """What a joining form names: the version in force or, without terms of their own, that of the programme."""
    return terms_in_force(plan, day) or str(plan.version)


def terms_told(plan: Plan, told: str, day: date) -> str | Refused:
    """What is kept of the version that somebody accepted; a plan without terms keeps none."""
    if not plan.terms:
        return ""
    if told and all(terms.version != told for terms in plan.terms):
        return Refused(RefusalCode.UNKNOWN_TERMS, subject=told)
    return told or terms_in_force(plan, day)


def decide_terms_acceptance(plan: Plan, facts: Facts, event: TermsAcceptance) -> Decision | Refused:
    """Also of a version that is not in force yet, or of one that was: what somebody accepted is what they accepted."""
    if facts.state.membership not in (Membership.MEMBER, Membership.SUSPENDED):
        return Refused(RefusalCode.NOT_A_MEMBER)
    version = terms_told(plan, event.version, local_day(event.at, plan.zone))
    if isinstance(version, Refused):
        return version
    if not version:
        return Refused(RefusalCode.UNKNOWN_TERMS, subject=event.version)
    return Decision(plan.version, terms=version)
