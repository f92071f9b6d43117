"""Two customers who turn out to be one: everything leaves one of them and arrives at the other, or stays undone.

What leaves and arrives is the same when somebody enters an account (``accounts``).
"""

from datetime import date

from assidu.decisions.audiences import answers_brought
from assidu.decisions.calendar import LAST_DAY, local_day
from assidu.decisions.decision import (
    Account,
    Count,
    Decision,
    HoldChange,
    MembershipChange,
    RefusalCode,
    Refused,
    TierChange,
)
from assidu.decisions.events import Absorption, Merger
from assidu.decisions.facts import Facts
from assidu.decisions.goals import brought as goals_brought
from assidu.decisions.goals import is_number_of_items
from assidu.decisions.leaving import end_holds
from assidu.decisions.offers.given import NOTHING, OffersDecided
from assidu.decisions.offers.standing import brought
from assidu.decisions.plan import Plan
from assidu.decisions.state import LotKey, Membership, Moved, State, TierCause
from assidu.decisions.wallet import Wallet


def decide_absorption(plan: Plan, facts: Facts, event: Absorption) -> Decision | Refused:
    """Lots and debts go in transit; the survivor's own event, in the same transaction, takes them in."""
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if facts.state.stands_still:
        return Refused(RefusalCode.SUSPENDED)
    wallet = Wallet(facts.state)
    holds = everything_leaves(wallet, facts.state)
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
    if theirs.account is not None or (mine.account is not None and not facts.member):
        return Refused(RefusalCode.NOT_A_PERSON)
    if theirs.membership is Membership.IN_ACCOUNT:
        return Refused(RefusalCode.IN_ACCOUNT)
    wallet = Wallet(mine)
    everything_arrives(wallet, theirs)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=counts_added(mine, theirs),
        tier=best_tier(plan, mine, theirs, local_day(event.at, plan.zone)),
        membership=earlier_membership(mine, theirs),
        terms="" if mine.terms else theirs.terms,
        offers=offers_added(mine, theirs),
        answered=answers_brought(plan, mine, theirs),
        moved=moved_brought(mine, theirs, facts.absorbed_id),
    )


# ---------------------------------------------------------------- everything that a customer has


def everything_leaves(wallet: Wallet, state: State) -> tuple[HoldChange, ...]:
    """Into transit, what is set aside too; answers which holds end."""
    for lot, left in wallet.open_lots():
        wallet.take_from(lot, Account.IN_TRANSIT, left)
    for pending, left in wallet.all_pending():
        wallet.take_pending(pending, Account.IN_TRANSIT, left)
    holds = end_holds(wallet, state, Account.IN_TRANSIT)
    for currency, owed in wallet.debts():
        # A debt leaves by being repaid from transit: no lot is touched, since the debt takes it all.
        wallet.credit(Account.IN_TRANSIT, LotKey(currency, date.min, None), owed)
    return holds


def everything_arrives(wallet: Wallet, theirs: State) -> None:
    """What ``theirs`` had, out of transit: lots with their dates, what was set aside, what waits, debts last."""
    for lot, left in Wallet(theirs).open_lots():
        wallet.credit(Account.IN_TRANSIT, lot, left)
    for _, held in theirs.holds_in_order():
        for lot, left in held.parts:
            wallet.credit(Account.IN_TRANSIT, lot, left)
    for pending, left in Wallet(theirs).all_pending():
        wallet.earn(Account.IN_TRANSIT, pending.lot, pending.active_on, left)
    for currency, owed in Wallet(theirs).debts():
        paid = wallet.take(Account.IN_TRANSIT, currency, owed)
        if owed > paid:
            wallet.owe(Account.IN_TRANSIT, currency, owed - paid)


def moved_brought(mine: State, theirs: State, owner: str) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    """Which suspensions moved the dates of what came, so that it is found when a ticket of theirs (``owner``, an id)
    comes back: also after those to come."""
    if not owner or not (theirs.moved or theirs.pending or owner in mine.moved):
        return ()
    earlier = {one: moved for one, moved in theirs.moved.items() if one}
    return tuple(sorted((earlier | {owner: theirs.moved.get("", ())}).items()))


def counts_added(mine: State, theirs: State) -> tuple[Count, ...]:
    added = {name: value for name, value in theirs.counters.items() if not is_number_of_items(name)}
    added.update(goals_brought(mine.counters, theirs.counters))
    return tuple(Count(name, value) for name, value in sorted(added.items()) if value)


def offers_added(mine: State, theirs: State) -> OffersDecided:
    return OffersDecided(moves=brought(mine.offers, theirs.offers)) if theirs.offers else NOTHING


def best_tier(plan: Plan, mine: State, theirs: State, day: date) -> TierChange | None:
    if plan.tiers is None or theirs.tier is None or not _is_in(theirs):
        return None
    held = plan.tiers.rank(mine.tier) if _is_in(mine) else -1
    better = plan.tiers.rank(theirs.tier) - held
    if better < 0 or (better == 0 and _end(theirs.tier_until) <= _end(mine.tier_until)):
        return None
    # What staff gave for a time stays so with the survivor.
    cause = TierCause.GRANTED if theirs.tier_cause is TierCause.GRANTED else TierCause.MERGED
    return TierChange(theirs.tier, day, theirs.tier_until, cause)


def _end(day: date | None) -> date:
    return day or LAST_DAY


def _is_in(state: State) -> bool:
    """A member, or one who left and may still come back as they were."""
    return state.membership is Membership.MEMBER or state.regret_until is not None


def earlier_membership(mine: State, theirs: State) -> MembershipChange | None:
    """The earlier joining day of both; whoever is a member under one of the two had not left."""
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
