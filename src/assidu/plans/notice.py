"""Which changes take something from customers, and from when on a version that makes them may begin.

What cannot be compared (another kind of gift, another way to expire) counts as taking: whoever publishes gives notice
rather than explain afterwards.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any

from assidu.decisions.calendar import end_after
from assidu.decisions.plan import Downgrade, LeaversShare, Welcome
from assidu.plans.compile_draws import drawn_on
from assidu.plans.compile_parts import duration
from assidu.plans.diff import Change, Kind, diff
from assidu.plans.document import (
    Accounts,
    Budget,
    Cap,
    Closing,
    Document,
    Draw,
    Duration,
    Expiry,
    ForgottenTickets,
    Gift,
    Needs,
    Pending,
    Quota,
    Referral,
    Reward,
    Rule,
    SaleCurrency,
    SharedAccount,
    Side,
    Times,
    Transfers,
    Window,
    Worth,
)

Worse = Callable[[Any, Any], bool]
_FIRST = date(2026, 1, 1)


def against_customers(before: Document, after: Document) -> tuple[Change, ...]:
    """The changes from one version to the next by which a customer could get or keep less."""
    return tuple(change for change in diff(before, after) if _takes(change, after))


def earliest_day(before: Document, after: Document, announced_on: date) -> date | None:
    """The first day on which ``after`` may begin; ``None``: on any. ``before`` is what was promised so far."""
    if before.notice is None or not against_customers(before, after):
        return None
    return announced_on + timedelta(days=before.notice.days)


def told_to_members(before: Document, after: Document, audiences: Collection[str] = ()) -> tuple[Change, ...]:
    """The changes that a member of these ``audiences`` is told of beforehand: what they can get or keep. Not what the
    programme spends or is for, nor what was for others alone and still is; an offer is told to those it is for."""
    return tuple(change for change in diff(before, after) if _is_told(change, before, after, audiences))


def _is_told(change: Change, before: Document, after: Document, audiences: Collection[str]) -> bool:
    if change.kind is Kind.REORDERED or change.field in _OWN_AFFAIR:
        return False
    if change.part in ("rules", "rewards"):
        known = (_limited(one, change.part, change.subject) for one in (before, after))
        groups = [one.when.audiences for one in known if one is not None]
        # Whom it was for, or is for from then on: a rule that becomes that of a group is taken from everybody else.
        if not any(not group or set(group) & set(audiences) for group in groups):
            return False
    if change.kind is not Kind.CHANGED or change.part == "draws":
        return change.part in _REMOVED
    return f"{change.part}.{change.field}" in _FIELDS


def _limited(document: Document, part: str, code: str) -> Rule | Reward | None:
    return document.rule(code) if part == "rules" else document.reward(code)


def _takes(change: Change, after: Document) -> bool:
    if change.kind is Kind.REORDERED:
        return False
    if change.kind is Kind.ADDED:
        return False
    if change.kind is Kind.REMOVED:
        return change.part in _REMOVED and not _is_over(change.before, after.valid_from)
    if change.part == "offers":
        return False  # an offer says itself until when it is there
    if change.part == "draws":
        return _lesser_draw(change.before, change.after)
    worse = _FIELDS.get(f"{change.part}.{change.field}")
    return worse is not None and worse(change.before, change.after)


def _is_over(removed: Any, day: date) -> bool:
    """Would it no longer have given anything?"""
    if isinstance(removed, Draw):
        return drawn_on(removed) < day
    if isinstance(removed, Rule | Reward):
        return removed.when.last_day is not None and removed.when.last_day < day
    return False


_OWN_AFFAIR = frozenset({"budget"})
_REMOVED = frozenset({"currencies", "rules", "rewards", "levels", "tiers", "draws"})


# ---------------------------------------------------------------- what is worse for a customer


def _less(before: Any, after: Any) -> bool:
    """Nothing is less than something."""
    return before is not None and (after is None or after < before)


def _more(before: Any, after: Any) -> bool:
    """Where nothing was asked, something is more."""
    return after is not None and (before is None or after > before)


def _lower_limit(before: Any, after: Any) -> bool:
    """A limit that is new, or lower."""
    return after is not None and (before is None or after < before)


def _lost(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _gained(before: Any, after: Any) -> bool:
    return bool(after) and not before


def _any(before: Any, after: Any) -> bool:  # noqa: ARG001 (a comparison like the others)
    return True


def _narrower(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """A selection of nothing asks nothing: everything is in it."""
    return bool(after) and not (before and set(before) <= set(after))


def _longer_list(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    return not set(after) <= set(before)


def _shorter_list(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    return not set(before) <= set(after)


def _end(written: Duration) -> date:
    return end_after(_FIRST, duration(written))


def _shorter(before: Duration | None, after: Duration | None) -> bool:
    """How long something is kept: for ever, when nothing is said."""
    if after is None or before is None:
        return after is not None
    if isinstance(before, Expiry) and isinstance(after, Expiry):
        told = ("each_year", "counted_from", "extended_by_purchases")
        if any(getattr(before, name) != getattr(after, name) for name in told):
            return True
        if not set(before.extended_by) <= set(after.extended_by):
            return True
        if before.each_year is not None:
            return before != after
    return _end(after) < _end(before)


def _less_kept(before: Duration | None, after: Duration | None) -> bool:
    """How long something is given besides: not at all, when nothing is said."""
    return before is not None and (after is None or _end(after) < _end(before))


def _longer_wait(before: Pending | None, after: Pending | None) -> bool:
    if after is None:
        return False
    if before is None:
        return after.days != 0
    told = ("until", "expires_from_earning", "until_event", "otherwise")
    if any(getattr(before, name) != getattr(after, name) for name in told):
        return True
    return _wait(after) > _wait(before)


def _wait(pending: Pending) -> date:
    if pending.days == 0 or pending.until is not None:
        return _FIRST
    return _end(Duration(days=pending.days, weeks=pending.weeks, months=pending.months))


def _lower_worth(before: Worth | None, after: Worth | None) -> bool:
    if before is None or after is None:
        return before is not None
    return after.amount * before.units < before.amount * after.units


def _lower_gift(before: Gift, after: Gift) -> bool:
    if before.fixed is not None and after.fixed is not None:
        return after.fixed < before.fixed
    one, other = before.per_amount, after.per_amount
    if one is not None and other is not None:
        if (one.rounding, one.whole_steps) != (other.rounding, other.whole_steps):
            return True
        return other.give * one.each < one.give * other.each
    if before.multiply is not None and after.multiply is not None:
        same = before.multiply.rule == after.multiply.rule
        return not same or after.multiply.percent < before.multiply.percent
    if before.steps and after.steps:
        # Worse if some amount is given less for than before.
        amounts = [step.at_least for step in (*before.steps, *after.steps)]
        return any(_given(after, amount) < _given(before, amount) for amount in amounts)
    return True


def _given(gift: Gift, amount: Any) -> int:
    return max((step.give for step in gift.steps if step.at_least <= amount), default=0)


def _dearer(before: Side, after: Side) -> bool:
    return after.currency != before.currency or after.units > before.units


def _gives_less(before: Side, after: Side) -> bool:
    return after.currency != before.currency or after.units < before.units


def _tighter_cap(before: Cap | None, after: Cap | None) -> bool:
    return _tighter(before, after, "units")


def _tighter_times(before: Times | None, after: Times | None) -> bool:
    return _tighter(before, after, "limit")


def _tighter_quota(before: Quota | None, after: Quota | None) -> bool:
    return _tighter(before, after, "first") or (
        before is not None and after is not None and before.over != after.over
    )


def _tighter_budget(before: Budget | None, after: Budget | None) -> bool:
    if before is None or after is None:
        return after is not None
    if (before.over, before.amount is None) != (after.over, after.amount is None):
        return True
    return _tighter(before, after, "units" if before.amount is None else "amount") or (
        before.clip and not after.clip
    )


def _tighter(before: Any, after: Any, name: str) -> bool:
    if after is None:
        return False
    if before is None or before.per != after.per:
        return True
    return bool(getattr(after, name) < getattr(before, name))


def _harder_units(before: Side | None, after: Side | None) -> bool:
    if after is None:
        return False
    return before is None or _dearer(before, after)


def _fewer_transfers(before: Transfers | None, after: Transfers | None) -> bool:
    if before is None or after is None:
        return before is not None
    return after.at_least > before.at_least or _tighter_cap(before.cap, after.cap)


def _smaller_window(before: Window, after: Window) -> bool:
    return before.kind != after.kind or after.months < before.months


def _sooner(before: Closing | None, after: Closing | None) -> bool:
    if after is None:
        return False
    if before is None:
        return True
    return (
        after.last_day_to_earn < before.last_day_to_earn
        or after.last_day_to_use < before.last_day_to_use
        or (after.forfeit and not before.forfeit)
    )


def _lesser_referral(before: Referral | None, after: Referral | None) -> bool:
    if before is None or after is None:
        return before is not None
    sides = ((before.referrer, after.referrer), (before.referee, after.referee))
    if any(one is not None and (other is None or _gives_less(one, other)) for one, other in sides):
        return True
    return (
        _more(before.when.first_purchase_at_least, after.when.first_purchase_at_least)
        or _less_kept(after.when.kept_for, before.when.kept_for)
        or _tighter_times(before.at_most, after.at_most)
    )


def _lesser_accounts(before: Accounts | None, after: Accounts | None) -> bool:
    kinds = ("household", "company")
    return before is not None and any(
        _lesser_account(getattr(before, kind), None if after is None else getattr(after, kind))
        for kind in kinds
    )


def _lesser_account(before: SharedAccount | None, after: SharedAccount | None) -> bool:
    """Another share suits some and not others: whoever is in an account is told before."""
    if before is None or after is None:
        return before is not None
    takes_otherwise = before.leaver_takes is not after.leaver_takes
    return (
        after.members_at_most < before.members_at_most
        or (takes_otherwise and before.leaver_takes is not LeaversShare.NOTHING)
        or (after.lost_with_last and not before.lost_with_last)
        or (before.welcome is Welcome.EACH and after.welcome is Welcome.ONCE)
    )


def _lesser_draw(before: Draw, after: Draw) -> bool:
    """Another day, other entries, or a prize that is no longer there."""
    if (before.entries, before.last_day, drawn_on(before)) != (
        after.entries,
        after.last_day,
        drawn_on(after),
    ):
        return True
    left = Counter(
        (prize.gives.currency, prize.gives.units) for prize in after.prizes for _ in range(prize.count)
    )
    were = Counter(
        (prize.gives.currency, prize.gives.units) for prize in before.prizes for _ in range(prize.count)
    )
    return not were <= left


def _fewer_moneys(before: SaleCurrency, after: SaleCurrency) -> bool:
    """One that is no longer accepted, or asks for a fresher rate."""
    if before.code != after.code:
        return True
    lost = {money.code for money in before.foreign} - {money.code for money in after.foreign}
    return bool(lost) or (bool(before.foreign) and after.rate_days_at_most < before.rate_days_at_most)


def _fewer_days(before: ForgottenTickets | None, after: ForgottenTickets | None) -> bool:
    return before is not None and (after is None or after.days < before.days)


_WHEN: Mapping[str, Worse] = {
    "when.channels": _narrower,
    "when.stores": _narrower,
    "when.days": _narrower,
    "when.tiers": _narrower,
    "when.audiences": _narrower,
    "when.hours": _gained,
    "when.first_day": _more,
    "when.last_day": _lower_limit,
    "when.first_purchase": _gained,
    "when.amount_at_least": _more,
    "when.amount_at_most": _lower_limit,
    "when.engagement_at_least": _more,
}
_FIELDS: Mapping[str, Worse] = {
    "document.exclusions.departments": _longer_list,
    "document.exclusions.brands": _longer_list,
    "document.exclusions.products": _longer_list,
    "document.exclusions.kinds": _longer_list,
    "document.exclusions.discounted": _gained,
    "document.sale_currency": _fewer_moneys,
    "document.returns.take_back": _any,
    "document.forgotten_tickets": _fewer_days,
    "document.part_paid_with_rewards_earns": _lost,
    "document.closing": _sooner,
    "document.leaving": lambda before, after: _less_kept(before and before.regret, after and after.regret),
    "document.referral": _lesser_referral,
    "document.accounts": _lesser_accounts,
    "document.notice": lambda before, after: (
        before is not None and (after is None or after.days < before.days)
    ),
    "currencies.worth": _lower_worth,
    "currencies.expires": _shorter,
    "currencies.pending": _longer_wait,
    "currencies.pays": _lost,
    "currencies.pays_at_least": _more,
    "currencies.transfers": _fewer_transfers,
    "currencies.kind": _any,
    "rules.gift": _lower_gift,
    "rules.currency": _any,
    "rules.trigger": _any,
    "rules.activity": _any,
    "rules.lines.departments": _narrower,
    "rules.lines.brands": _narrower,
    "rules.lines.products": _narrower,
    "rules.cap": _tighter_cap,
    "rules.cap_per_sale": _lower_limit,
    "rules.times": _tighter_times,
    "rules.quota": _tighter_quota,
    "rules.budget": _tighter_budget,
    "rules.profile": _longer_list,
    "rules.goal": _gained,
    "rules.expires": _shorter,
    "rules.pending": _longer_wait,
    **{f"rules.{name}": worse for name, worse in _WHEN.items()},
    "rewards.costs": _dearer,
    "rewards.gives": _gives_less,
    "rewards.stock": _lower_limit,
    "rewards.cancel_within": _less_kept,
    **{f"rewards.{name}": worse for name, worse in _WHEN.items()},
    "levels.spend_at_least": _more,
    "levels.units_at_least": _harder_units,
    "levels.purchases_at_least": _more,
    "levels.engagement_at_least": _more,
    "levels.benefits": _shorter_list,
    "tiers.window": _smaller_window,
    "tiers.keep": _shorter,
    "tiers.grace": _less_kept,
    "tiers.needs": lambda before, after: before is Needs.ONE and after is Needs.ALL,
    "tiers.downgrade": lambda before, after: before is Downgrade.ONE_STEP and after is Downgrade.REASSESS,
}
