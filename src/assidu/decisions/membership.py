"""Joining, arriving from an earlier programme, and two customers who turn out to be one."""

from dataclasses import replace
from datetime import date

from assidu.decisions.calendar import LAST_DAY, local_day, month_of
from assidu.decisions.decision import (
    Account,
    Count,
    Decision,
    MembershipChange,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import Absorption, Joining, Merger, TakeOver
from assidu.decisions.facts import Facts
from assidu.decisions.goals import brought as goals_brought
from assidu.decisions.goals import is_number_of_items
from assidu.decisions.inputs import inputs_on
from assidu.decisions.leaving import decide_coming_back, end_holds
from assidu.decisions.occasions import Occasion, give
from assidu.decisions.offers.given import NOTHING, OffersDecided
from assidu.decisions.offers.standing import brought
from assidu.decisions.plan import Plan
from assidu.decisions.state import LotKey, Membership, State, TierCause
from assidu.decisions.terms import terms_told
from assidu.decisions.tiers import entry
from assidu.decisions.wallet import Wallet


def decide_joining(plan: Plan, facts: Facts, event: Joining, *, trace: bool) -> Decision | Refused:
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if facts.state.membership is Membership.SUSPENDED:
        return Refused(RefusalCode.SUSPENDED)
    if facts.state.membership is Membership.MEMBER:
        return Refused(RefusalCode.ALREADY_A_MEMBER)
    day = local_day(event.at, plan.zone)
    if facts.state.may_come_back_on(day):
        return decide_coming_back(plan, facts, event, day)
    terms = terms_told(plan, event.terms_version, day)
    if isinstance(terms, Refused):
        return terms
    # They are a member from this day on, whatever they were before: of what they did earlier only counters tell.
    inputs = replace(inputs_on(plan, facts, day), is_member=True, tier=None, is_first_purchase=False)
    wallet = Wallet(facts.state)
    occasion = Occasion(event.at, event.store, event.channel, inputs)
    given = give(plan, plan.joining_rules, occasion, wallet, trace=trace)
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        awards=tuple(given.awards),
        counts=tuple(given.counts),
        tier=entry(plan, day),
        membership=MembershipChange(Membership.MEMBER, day),
        reasons=tuple(given.reasons),
        terms=terms,
    )


def decide_take_over(plan: Plan, facts: Facts, event: TakeOver) -> Decision | Refused:
    """Lots arrive with the dates that the earlier programme gave them, the status with its end."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if facts.state.membership is Membership.SUSPENDED:
        return Refused(RefusalCode.SUSPENDED)
    if facts.state.membership is Membership.MEMBER:
        return Refused(RefusalCode.ALREADY_A_MEMBER)
    tier = entry(plan, event.joined_on)
    if event.tier is not None:
        if plan.tiers is None or plan.tiers.rank(event.tier) < 0:
            return Refused(RefusalCode.UNKNOWN_TIER, subject=event.tier)
        since = local_day(event.at, plan.zone)
        tier = TierChange(event.tier, min(since, event.joined_on), event.tier_until, TierCause.TAKEN_OVER)
    wallet = Wallet(facts.state)
    for lot in event.lots:
        if lot.currency not in plan.currencies:
            return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=lot.currency)
        if lot.quantity < 0:
            return Refused(
                RefusalCode.QUANTITY_TOO_SMALL, {"asked": lot.quantity, "at_least": 0}, lot.currency
            )
        key = LotKey(lot.currency, month_of(lot.issued_on), lot.expires_on)
        wallet.earn(Account.OPENING, key, lot.active_on, lot.quantity)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        tier=tier,
        membership=MembershipChange(Membership.MEMBER, event.joined_on),
    )


def decide_absorption(plan: Plan, facts: Facts, event: Absorption) -> Decision | Refused:
    """Lots and debts go in transit; the survivor's own event, in the same transaction, takes them in."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if facts.state.stands_still:
        return Refused(RefusalCode.SUSPENDED)
    wallet = Wallet(facts.state)
    for lot, left in wallet.open_lots():
        wallet.take_from(lot, Account.IN_TRANSIT, left)
    for pending, left in wallet.all_pending():
        wallet.take_pending(pending, Account.IN_TRANSIT, left)
    holds = end_holds(wallet, facts.state, Account.IN_TRANSIT)
    for currency, owed in wallet.debts():
        # A debt leaves by being repaid from transit: no lot is touched, since the debt takes it all.
        wallet.credit(Account.IN_TRANSIT, LotKey(currency, date.min, None), owed)
    day = local_day(event.at, plan.zone)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        membership=MembershipChange(Membership.ABSORBED, day),
        holds=holds,
    )


def decide_merger(plan: Plan, facts: Facts, event: Merger) -> Decision | Refused:
    """Best tier, lots side by side with their dates, counters added, the earlier joining date."""
    mine, theirs = facts.state, facts.absorbed
    assert theirs is not None, "a merger is decided with what the absorbed customer had"
    if mine.membership is Membership.ABSORBED or theirs.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if mine.stands_still or theirs.stands_still:
        return Refused(RefusalCode.SUSPENDED)  # whoever suspended it resumes it first
    wallet = Wallet(mine)
    for lot, left in Wallet(theirs).open_lots():
        wallet.credit(Account.IN_TRANSIT, lot, left)
    for held in theirs.holds.values():
        for lot, left in held.parts:
            wallet.credit(Account.IN_TRANSIT, lot, left)
    for pending, left in Wallet(theirs).all_pending():
        wallet.earn(Account.IN_TRANSIT, pending.lot, pending.active_on, left)
    for currency, owed in Wallet(theirs).debts():
        paid = wallet.take(Account.IN_TRANSIT, currency, owed)
        if owed > paid:
            wallet.owe(Account.IN_TRANSIT, currency, owed - paid)
    added = {name: value for name, value in theirs.counters.items() if not is_number_of_items(name)}
    added.update(goals_brought(mine.counters, theirs.counters))
    counts = tuple(Count(name, value) for name, value in sorted(added.items()) if value)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=counts,
        tier=_best_tier(plan, facts, event),
        membership=_earlier_membership(facts),
        terms="" if mine.terms else theirs.terms,
        offers=OffersDecided(moves=brought(mine.offers, theirs.offers)) if theirs.offers else NOTHING,
    )


def _best_tier(plan: Plan, facts: Facts, event: Merger) -> TierChange | None:
    mine, theirs = facts.state, facts.absorbed
    assert theirs is not None
    if plan.tiers is None or theirs.tier is None or not _is_in(theirs):
        return None
    held = plan.tiers.rank(mine.tier) if _is_in(mine) else -1
    better = plan.tiers.rank(theirs.tier) - held
    if better < 0 or (better == 0 and _end(theirs.tier_until) <= _end(mine.tier_until)):
        return None
    # What staff gave for a time stays so with the survivor.
    cause = TierCause.GRANTED if theirs.tier_cause is TierCause.GRANTED else TierCause.MERGED
    return TierChange(theirs.tier, local_day(event.at, plan.zone), theirs.tier_until, cause)


def _end(day: date | None) -> date:
    return day or LAST_DAY


def _is_in(state: State) -> bool:
    """A member, or one who left and may still come back as they were."""
    return state.membership is Membership.MEMBER or state.regret_until is not None


def _earlier_membership(facts: Facts) -> MembershipChange | None:
    """The earlier joining day of both; whoever is a member under one of the two had not left."""
    mine, theirs = facts.state, facts.absorbed
    assert theirs is not None
    if not _is_in(theirs) or theirs.joined_on is None:
        return None
    if not _is_in(mine) or mine.joined_on is None:
        return MembershipChange(
            theirs.membership,
            theirs.left_on or theirs.joined_on,
            theirs.regret_until,
            theirs.joined_on if theirs.left_on is not None else None,
        )
    joined_on = min(mine.joined_on, theirs.joined_on)
    if mine.membership is Membership.MEMBER:
        return None if joined_on == mine.joined_on else MembershipChange(Membership.MEMBER, joined_on)
    if theirs.membership is Membership.MEMBER:
        return MembershipChange(Membership.MEMBER, theirs.joined_on, since=joined_on)
    assert mine.left_on is not None
    assert theirs.left_on is not None
    left_on = max(mine.left_on, theirs.left_on)
    until = max(_end(mine.regret_until), _end(theirs.regret_until))
    return MembershipChange(Membership.LEFT, left_on, until, joined_on)
