"""The fold: a customer's state after a decision. ``rebuild`` uses it on what was recorded, without deciding."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from assidu.decisions.calendar import LAST_DAY, add_months
from assidu.decisions.decision import (
    Account,
    AccountMove,
    Decision,
    Lapse,
    MembershipChange,
    Posting,
    TierChange,
)
from assidu.decisions.engagement import DID
from assidu.decisions.goals import GOAL
from assidu.decisions.offers.standing import moved
from assidu.decisions.rewards import asked_after
from assidu.decisions.state import (
    Absence,
    Held,
    LotKey,
    Membership,
    PendingKey,
    SharedAccount,
    State,
    SuspendedSpan,
    TierBefore,
    TierCause,
    TierSpan,
)
from assidu.decisions.tiers import BOUGHT, MONTHS_KEPT_MAX, SPEND, UNITS, spend_counter

DAYS_KEPT_MAX = 62
"""How long a counter of one day is kept after it: a late ticket of last month still meets its cap."""


GOAL_DAYS_KEPT_MAX = 400
"""How long after a period began its goals are kept: a year, for the longest streaks; those of all time for ever."""
BY_MONTH = (SPEND, BOUGHT, UNITS, DID)
FIRST_DAY = date.min.isoformat()

KEPT_APART = (Account.PENDING, Account.HELD)
"""Inside the wallet, with a lot, and not to be used."""


def evolve(state: State, decision: Decision) -> State:
    """The state at the next ``seq``. The only place that knows what a decision does to a customer."""
    membership, joined_on, left_on = state.membership, state.joined_on, state.left_on
    change = decision.membership
    if change is not None:
        membership = change.membership
        if membership is Membership.MEMBER:
            if state.membership is not Membership.SUSPENDED:
                joined_on, left_on = change.since or change.on, None
        elif membership is Membership.NONE:
            joined_on = left_on = None  # a merger undone: they had never joined
        elif membership is Membership.SUSPENDED:
            left_on = None
        elif membership is not Membership.IN_ACCOUNT:
            joined_on, left_on = change.since or joined_on, change.on
    lots, debts = (
        apply_postings(state.lots, state.debts, decision.postings)
        if decision.postings
        else (state.lots, state.debts)
    )
    return State(
        seq=state.seq + 1,
        membership=membership,
        joined_on=joined_on,
        left_on=left_on,
        tiers=_with_tier(state.tiers, decision.tier) if decision.tier is not None else state.tiers,
        tier_until=decision.tier.until if decision.tier is not None else state.tier_until,
        tier_cause=_told_cause(decision.tier) if decision.tier is not None else state.tier_cause,
        tier_before=_tier_before(state, decision.tier) if decision.tier is not None else state.tier_before,
        counters=_counted(state.counters, decision) if decision.counts else state.counters,
        lots=lots,
        debts=debts,
        asked=asked_after(state.asked, decision, state.seq + 1)
        if decision.reward is not None or decision.called_off is not None
        else state.asked,
        audiences=_moved(state.audiences, decision)
        if decision.audience is not None or decision.answered
        else state.audiences,
        pending=_pending_after(state.pending, decision.postings) if decision.postings else state.pending,
        holds=_held_after(state.holds, decision) if decision.holds else state.holds,
        lapses=_lapses_after(state.lapses, decision.lapses) if decision.lapses else state.lapses,
        offers=moved(state.offers, decision.offers.moves) if decision.offers.moves else state.offers,
        suspensions=_suspended(state, change) if change is not None else state.suspensions,
        moved={**state.moved, **dict(decision.moved)} if decision.moved else state.moved,
        terms=decision.terms or state.terms,
        referral=decision.referral or state.referral,
        account=_account_after(state.account, decision.account)
        if decision.account is not None
        else state.account,
        regret_until=state.regret_until if change is None else change.until,
        absences=state.absences if change is None else _been_away(state, change),
    )


def _account_after(account: SharedAccount | None, move: AccountMove) -> SharedAccount:
    if account is None:
        assert move.kind is not None, "an account begins with its kind"
        return SharedAccount(move.kind)
    people = tuple(one for one in account.people if one != move.leaves)
    if move.enters:
        people = (*people, move.enters)
    return SharedAccount(account.kind, people, move.closes)


def _suspended(state: State, change: MembershipChange) -> tuple[SuspendedSpan, ...]:
    """A suspension begins, or ends with whatever the membership becomes; of who may come back it goes on."""
    if not state.stands_still:
        is_new = change.membership is Membership.SUSPENDED
        return (*state.suspensions, SuspendedSpan(change.on, None)) if is_new else state.suspensions
    if change.membership is Membership.SUSPENDED or change.until is not None:
        return state.suspensions
    *earlier, last = state.suspensions
    return (*earlier, last._replace(until=change.on))


def _been_away(state: State, change: MembershipChange) -> tuple[Absence, ...]:
    """Whoever comes back as they were had been away until then."""
    if change.since is None or state.left_on is None or change.on <= state.left_on:
        return state.absences
    if change.membership not in (Membership.MEMBER, Membership.SUSPENDED):
        return state.absences
    return (*state.absences, Absence(state.left_on, change.on))


def _moved(audiences: frozenset[str], decision: Decision) -> frozenset[str]:
    moves = decision.answered if decision.audience is None else (decision.audience,)
    for move in moves:
        audiences = audiences | {move.audience} if move.is_in else audiences - {move.audience}
    return audiences


def apply_postings(
    lots: Mapping[LotKey, int], debts: Mapping[str, int], postings: Iterable[Posting]
) -> tuple[dict[LotKey, int], dict[str, int]]:
    """Lots and debts after ``postings``; a lot that is empty is forgotten."""
    new_lots = dict(lots)
    new_debts = dict(debts)
    for posting in postings:
        quantity, lot = posting.quantity, posting.lot
        if lot is not None:
            if posting.target is Account.AVAILABLE:
                new_lots[lot] = new_lots.get(lot, 0) + quantity
            elif posting.source is Account.AVAILABLE:
                new_lots[lot] = new_lots.get(lot, 0) - quantity
            else:
                assert posting.source in KEPT_APART or posting.target in KEPT_APART, (
                    "a lot lies in the wallet"
                )
        if posting.source is Account.DEBT:
            new_debts[posting.currency] = new_debts.get(posting.currency, 0) + quantity
        elif posting.target is Account.DEBT:
            new_debts[posting.currency] = new_debts.get(posting.currency, 0) - quantity
    assert min(new_lots.values(), default=0) >= 0, "no lot below zero"
    assert min(new_debts.values(), default=0) >= 0, "nobody repays more than is owed"
    return (
        {key: left for key, left in new_lots.items() if left},
        {currency: owed for currency, owed in new_debts.items() if owed},
    )


def _pending_after(
    pending: Mapping[PendingKey, int], postings: Iterable[Posting]
) -> Mapping[PendingKey, int]:
    """What is pending after ``postings``: their lots say which units, their ``active_on`` from when."""
    moved: dict[PendingKey, int] = {}
    for posting in postings:
        if posting.target is Account.PENDING:
            change = posting.quantity
        elif posting.source is Account.PENDING:
            change = -posting.quantity
        else:
            continue
        assert posting.lot is not None
        assert posting.active_on is not None, "what is pending has a day from which it can be used"
        key = PendingKey(*posting.lot, posting.active_on)
        moved[key] = moved.get(key, 0) + change
    if not moved:
        return pending
    after = dict(pending)
    for key, change in moved.items():
        after[key] = after.get(key, 0) + change
        assert after[key] >= 0, "nothing pending below zero"
    return {key: left for key, left in after.items() if left}


def _lapses_after(lapses: Mapping[str, date], changes: Iterable[Lapse]) -> Mapping[str, date]:
    after = dict(lapses)
    for change in changes:
        if change.on is None:
            after.pop(change.currency, None)
        else:
            after[change.currency] = change.on
    return after


def _held_after(holds: Mapping[str, Held], decision: Decision) -> Mapping[str, Held]:
    """A hold begins with what is set aside now; one that is over leaves with all that it held."""
    after = dict(holds)
    held: dict[LotKey, int] = {}
    for posting in decision.postings:
        if Account.HELD in (posting.source, posting.target):
            assert posting.lot is not None
            change = posting.quantity if posting.target is Account.HELD else -posting.quantity
            held[posting.lot] = held.get(posting.lot, 0) + change
    for change_ in decision.holds:
        if change_.until is None:
            for lot, quantity in after.pop(change_.hold).parts:
                held[lot] = held.get(lot, 0) + quantity
    for change_ in decision.holds:
        if change_.until is not None:
            parts = tuple(sorted(((lot, left) for lot, left in held.items() if left), key=_first_to_expire))
            after[change_.hold] = Held(change_.until, parts, change_.places)
            held = {}
    assert not any(held.values()), "what is held belongs to a hold"
    return after


def _first_to_expire(part: tuple[LotKey, int]) -> tuple[str, date, date]:
    key = part[0]
    return key.currency, key.expires_on or LAST_DAY, key.issued_month


def _told_cause(change: TierChange) -> TierCause | None:
    return change.cause if change.cause in (TierCause.GRACE, TierCause.GRANTED) else None


def _tier_before(state: State, change: TierChange) -> TierBefore | None:
    """Kept while a status is held that staff gave: a second gift does not hide what was there before the first."""
    if change.cause is not TierCause.GRANTED:
        return None
    return change.under or state.tier_before or TierBefore(state.tier, state.tier_until)


def _with_tier(tiers: tuple[TierSpan, ...], change: TierChange) -> tuple[TierSpan, ...]:
    """The tier is held from ``since`` on; a late upgrade leaves earlier spans as they were.

    A span that would begin before the one held now begins with it: what was closed stays closed.
    """
    if tiers and tiers[-1].tier == change.tier:
        return tiers
    since = change.since if not tiers else max(change.since, tiers[-1].since)
    if tiers and tiers[-1].since == since:
        tiers = tiers[:-1]
    return (*tiers, TierSpan(since, change.tier))


def _counted(counters: Mapping[str, int], decision: Decision) -> dict[str, int]:
    """Counters after ``decision``; one that is zero is forgotten, and with the first spend of a month so are those
    whose period is too old to matter."""
    after = dict(counters)
    begins_month = False
    for name, change in decision.counts:
        if name not in after:
            begins_month = begins_month or (name.startswith(SPEND) and name not in counters)
            if change < 0:
                continue  # it was forgotten with its time, and a late return does not bring it back
            value = change
        else:
            value = after[name] + change
        if value:
            after[name] = value
        else:
            after.pop(name, None)
    if decision.inputs is None or not begins_month:
        return after
    day = decision.inputs.day
    oldest_day = _days_before(day, DAYS_KEPT_MAX)
    oldest_month = spend_counter(add_months(day, -MONTHS_KEPT_MAX))[len(SPEND) :] if day.year > 4 else ""
    oldest_goal = _days_before(day, GOAL_DAYS_KEPT_MAX)
    return {
        name: value
        for name, value in after.items()
        # Most names end with a day or a month of late, and are kept at a glance.
        if (name[-10:] >= oldest_day and name[-7:] >= oldest_month)
        or not _is_past(name, oldest_month, oldest_day, oldest_goal)
    }


@lru_cache(maxsize=16_384)  # customers have the same names
def _is_past(counter: str, oldest_month: str, oldest_day: str, oldest_goal: str) -> bool:
    """Does the counter belong to a time that nothing looks at any more?"""
    if counter[-7:] < oldest_month and counter.startswith(BY_MONTH):
        return True
    if not _is_day(counter):
        return False
    last = counter[-10:]
    return FIRST_DAY < last < oldest_goal if counter.startswith(GOAL) else last < oldest_day


def _days_before(day: date, days: int) -> str:
    return date.fromordinal(max(day.toordinal() - days, 1)).isoformat()


def _is_day(counter: str) -> bool:
    """Does the counter belong to one day, as ``cap:double-fruit:2026-11-22`` does?"""
    return counter[-3:-2] == "-" and counter[-6:-5] == "-" and counter[-11:-10] == ":"
