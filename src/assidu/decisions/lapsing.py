"""Balances that live as long as their customer is active: from when on the whole of one can no longer be used."""

from datetime import date

from assidu.decisions.calendar import end_after, local_day
from assidu.decisions.decision import Account, Decision, Lapse
from assidu.decisions.events import Activity, Admission, Event, Merger, Sale, SaleUpdate
from assidu.decisions.facts import Facts
from assidu.decisions.plan import PURCHASE, Extended, Inactivity, Plan


def moved_lapses(plan: Plan, facts: Facts, event: Event, decision: Decision) -> tuple[Lapse, ...]:
    """How the ends of whole balances move with a decision; only later, and only where the plan has such ends."""
    day = local_day(event.at, plan.zone)
    # What a changed ticket gives it gives as of its sale.
    active_on = facts.sold.inputs.day if isinstance(event, SaleUpdate) and facts.sold is not None else day
    found = []
    for code in plan.lapsing:
        known = facts.state.lapses.get(code)
        end = _end(plan, code, day, active_on, known, event, decision)
        other = facts.absorbed if isinstance(event, Merger) else None
        other = facts.person if isinstance(event, Admission) else other
        theirs = None if other is None else other.lapses.get(code)
        if theirs is not None and (end is None or theirs > end):
            end = theirs
        if end is not None and end != known:
            found.append(Lapse(code, end))
    return tuple(found)


def _end(
    plan: Plan,
    code: str,
    day: date,
    active_on: date,
    known: date | None,
    event: Event,
    decision: Decision,
) -> date | None:
    policy = plan.currencies[code].expires
    assert isinstance(policy, Inactivity | Extended), "the plan lists only such currencies"
    end = end_after(day, policy.lasts)
    if policy.by:
        done = PURCHASE if isinstance(event, Sale) else event.activity if isinstance(event, Activity) else ""
        is_active = done in policy.by and decision.inputs is not None and decision.inputs.is_member
    else:
        is_active = _is_credited(decision, code, Account.ISSUED)
    if is_active:
        end = end_after(active_on, policy.lasts)
        return end if known is None else max(known, end)
    if (known is None or known <= day) and _is_credited(decision, code):
        # Something came in without activity (a correction, a transfer): its time begins now.
        return end
    return known


def _is_credited(decision: Decision, code: str, only: Account | None = None) -> bool:
    return any(
        posting.currency == code
        and posting.target.is_in_wallet
        and not posting.source.is_in_wallet
        and (only is None or posting.source is only)
        for posting in decision.postings
    )
