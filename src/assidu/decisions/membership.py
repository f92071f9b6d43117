"""Joining, and arriving from an earlier programme."""

from dataclasses import replace

from assidu.decisions.calendar import local_day, month_of
from assidu.decisions.decision import (
    Account,
    Count,
    Decision,
    MembershipChange,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import Joining, TakeOver
from assidu.decisions.facts import Facts
from assidu.decisions.inputs import inputs_on
from assidu.decisions.leaving import decide_coming_back
from assidu.decisions.occasions import Occasion, give
from assidu.decisions.plan import Plan, Welcome
from assidu.decisions.state import LotKey, Membership, State, TierCause
from assidu.decisions.terms import terms_told
from assidu.decisions.tiers import entry
from assidu.decisions.wallet import Wallet

WELCOMED = "welcomed:"
"""Who in an account joined already, there or before they entered it: a counter for each."""


def decide_joining(plan: Plan, facts: Facts, event: Joining, *, trace: bool) -> Decision | Refused:
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if state.membership is Membership.SUSPENDED:
        return Refused(RefusalCode.SUSPENDED)
    is_member = state.membership is Membership.MEMBER
    if is_member and not _may_be_welcomed(plan, state, facts.member):
        return Refused(RefusalCode.ALREADY_A_MEMBER)
    day = local_day(event.at, plan.zone)
    if facts.state.may_come_back_on(day):
        return decide_coming_back(plan, facts, event, day)
    terms = terms_told(plan, event.terms_version, day)
    if isinstance(terms, Refused):
        return terms
    # They are a member from this day on, whatever they were before: of what they did earlier only counters tell.
    inputs = replace(inputs_on(plan, facts, day), is_member=True, tier=None, is_first_purchase=False)
    wallet = Wallet(state)
    occasion = Occasion(event.at, event.store, event.channel, inputs)
    given = give(plan, plan.joining_rules, occasion, wallet, trace=trace)
    counts = tuple(given.counts)
    if facts.member:
        counts += (Count(WELCOMED + facts.member, 1),)
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        awards=tuple(given.awards),
        counts=counts,
        tier=None if is_member else entry(plan, day),
        membership=None if is_member else MembershipChange(Membership.MEMBER, day),
        reasons=tuple(given.reasons),
        terms=terms,
    )


def _may_be_welcomed(plan: Plan, state: State, member: str) -> bool:
    """Somebody in an account that is a member already: once each, where the plan says so."""
    policy = None if state.account is None else plan.accounts.get(state.account.kind)
    return (
        bool(member)
        and policy is not None
        and policy.welcome is Welcome.EACH
        and not state.counters.get(WELCOMED + member)
    )


def decide_take_over(plan: Plan, facts: Facts, event: TakeOver) -> Decision | Refused:
    """Lots arrive with the dates that the earlier programme gave them, the status with its end.

    Into an account that is a member already each person's arrive beside those that are there, once.
    """
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if state.membership is Membership.SUSPENDED:
        return Refused(RefusalCode.SUSPENDED)
    is_member = state.membership is Membership.MEMBER
    if is_member and (not facts.member or state.counters.get(WELCOMED + facts.member)):
        return Refused(RefusalCode.ALREADY_A_MEMBER)
    tier = None if is_member else entry(plan, event.joined_on)
    if event.tier is not None:
        if plan.tiers is None or plan.tiers.rank(event.tier) < 0:
            return Refused(RefusalCode.UNKNOWN_TIER, subject=event.tier)
        since = local_day(event.at, plan.zone)
        if not is_member or plan.tiers.rank(event.tier) > plan.tiers.rank(state.tier):
            tier = TierChange(event.tier, min(since, event.joined_on), event.tier_until, TierCause.TAKEN_OVER)
    wallet = Wallet(state)
    for lot in event.lots:
        if lot.currency not in plan.currencies:
            return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=lot.currency)
        if lot.quantity < 0:
            return Refused(
                RefusalCode.QUANTITY_TOO_SMALL, {"asked": lot.quantity, "at_least": 0}, lot.currency
            )
        key = LotKey(lot.currency, month_of(lot.issued_on), lot.expires_on)
        wallet.earn(Account.OPENING, key, lot.active_on, lot.quantity)
    is_earlier = state.joined_on is None or event.joined_on < state.joined_on
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=(Count(WELCOMED + facts.member, 1),) if facts.member else (),
        tier=tier,
        membership=MembershipChange(Membership.MEMBER, event.joined_on)
        if is_earlier or not is_member
        else None,
    )
