"""Members who bring others. The newcomer's side is followed beside what happens to them; the other's is an event.

A newcomer waits for a purchase that counts, then for the day on which it is kept: the morning's night work then gives
what the plan says, and emits to whoever brought them. What comes back in time sends them back to waiting.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from assidu.decisions.calendar import end_after, local_day, period_key
from assidu.decisions.decision import (
    Account,
    Award,
    Count,
    Decision,
    Emission,
    EmissionKind,
    Posting,
    Reason,
    ReasonCode,
    RefusalCode,
    Refused,
)
from assidu.decisions.events import (
    AccountEntry,
    Admission,
    AfterSale,
    Event,
    Joining,
    Leaving,
    Merger,
    ReferralKept,
    Resumption,
    Return,
    Sale,
    SaleUpdate,
    TakeOver,
    Tick,
)
from assidu.decisions.evolve import evolve
from assidu.decisions.facts import Facts, SaleInputs, SoldBefore
from assidu.decisions.inputs import SALES, inputs_on
from assidu.decisions.plan import REFERRAL, Plan, Referral, Units
from assidu.decisions.state import Membership, ReferralStep, Referred, State
from assidu.decisions.tiers import standing_counts, upgrade
from assidu.decisions.wallet import Wallet, earned_into


def followed(plan: Plan, facts: Facts, event: Event, decision: Decision) -> Decision:
    """The same decision, with what it means for the referral by which this customer came."""
    referral = facts.state.referral
    if isinstance(event, Joining) and not _is_away(facts.state):
        return _joined(plan, facts.state, event, decision)
    if referral is None or referral.step in (ReferralStep.KEPT, ReferralStep.VOID):
        return decision
    match event:
        case Joining() | TakeOver() | Resumption():
            return _given_now(plan, event, referral, decision)
        case Sale() if referral.step is ReferralStep.WAITING:
            return _bought(plan, facts.state, event, referral, decision)
        case Return() if referral.step is ReferralStep.BOUGHT:
            return _brought_back(plan, event, referral, decision)
        case SaleUpdate() if referral.step is ReferralStep.BOUGHT and decision.eligible_minor:
            return _brought_back(plan, event, referral, decision)
        case Tick() if decision.membership is not None:
            return replace(decision, referral=_void(referral))  # their time to come back is over
        case Tick() if referral.due is not None and referral.due <= event.day and not _is_away(facts.state):
            return _kept(plan, facts.state, event.day, referral, decision)
        case AccountEntry():
            return replace(decision, referral=_void(referral))  # an account is one, and nobody brought it
        case Admission() if event.member == referral.by:
            return replace(decision, referral=_void(referral))  # nobody brings themselves
        case Leaving() if decision.membership is not None and decision.membership.until is None:
            return replace(decision, referral=_void(referral))
        case Merger() if facts.absorbed is not None and facts.absorbed.joined_on is not None:
            return replace(decision, referral=_void(referral))  # a member already: nobody brought them
        case _:
            return decision


def _joined(plan: Plan, state: State, event: Joining, decision: Decision) -> Decision:
    is_new = state.joined_on is None and not state.counters.get(SALES, 0)
    if not event.referrer or plan.referral is None or not is_new:
        return decision
    return replace(decision, referral=Referred(event.referrer, ReferralStep.WAITING))


def _is_away(state: State) -> bool:
    """Have they left, and may come back?"""
    return state.regret_until is not None


def _given_now(
    plan: Plan, event: Joining | TakeOver | Resumption, referral: Referred, decision: Decision
) -> Decision:
    """Of a purchase that was kept while nothing could be given, both sides are rewarded from this day on."""
    day = local_day(event.at, plan.zone)
    if referral.due is None or referral.due >= day:
        return decision
    return replace(decision, referral=referral._replace(due=day))


def _bought(plan: Plan, state: State, sale: Sale, referral: Referred, decision: Decision) -> Decision:
    policy = plan.referral
    if policy is None or decision.inputs is None or not decision.inputs.is_member:
        return decision
    day = local_day(sale.at, plan.zone)
    bought = _counting(policy, referral, state.seq + 1, day, decision.eligible_minor)
    return decision if bought is None else replace(decision, referral=bought)


def bought_since(plan: Plan, state: State, sold: SoldBefore, eligible_minor: int) -> Referred | None:
    """A purchase that counts only once it was changed counts from its own day on."""
    referral, policy = state.referral, plan.referral
    if referral is None or policy is None or referral.step is not ReferralStep.WAITING:
        return None
    if not (sold.is_own and sold.inputs.is_member):
        return None
    return _counting(policy, referral, sold.seq, sold.inputs.day, eligible_minor)


def _counting(
    policy: Referral, referral: Referred, sale_seq: int, day: date, basis_minor: int
) -> Referred | None:
    if basis_minor <= 0 or basis_minor < policy.spend_min_minor:
        return None
    due = day if policy.kept_for is None else end_after(day, policy.kept_for)
    return referral._replace(step=ReferralStep.BOUGHT, due=due, sale_seq=sale_seq, basis_minor=basis_minor)


def _brought_back(plan: Plan, event: AfterSale, referral: Referred, decision: Decision) -> Decision:
    if event.sale_owner or event.sale_seq != referral.sale_seq:
        return decision
    left = referral.basis_minor + decision.eligible_minor
    least = 0 if plan.referral is None else plan.referral.spend_min_minor
    if left <= 0 or left < least:
        return replace(decision, referral=Referred(referral.by, ReferralStep.WAITING))
    return replace(decision, referral=referral._replace(basis_minor=left))


def _kept(plan: Plan, state: State, day: date, referral: Referred, decision: Decision) -> Decision:
    """What is given in the morning comes after everything else that was due."""
    policy = plan.referral
    if policy is None or not state.is_member_on(day) or _is_over(plan, day):
        return replace(decision, referral=_void(referral))
    kept = replace(
        decision,
        referral=referral._replace(step=ReferralStep.KEPT, due=None),
        emissions=(*decision.emissions, Emission(EmissionKind.REFERRAL_KEPT, referral.by)),
    )
    if policy.referee is None:
        return kept
    after = evolve(state, decision)
    postings, award = _give(plan, after, policy.referee, day)
    counts = standing_counts(plan, day, awards=(award,))
    return replace(
        kept,
        postings=(*decision.postings, *postings),
        awards=(*decision.awards, award),
        counts=(*decision.counts, *counts),
        tier=decision.tier or (upgrade(plan, after, day, counts) if counts else None),
    )


def decide_referral_kept(plan: Plan, facts: Facts, event: ReferralKept, *, trace: bool) -> Decision | Refused:
    """The side of whoever brought them. It is recorded also where it gives nothing, and says why."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(event.at, plan.zone)
    asked = inputs_on(plan, facts, day)
    policy = plan.referral
    counter = ""
    used = 0
    if policy is not None and policy.times is not None:
        counter = f"times:{REFERRAL}:{period_key(policy.times.period, day)}"
        used = asked.counters.get(counter, 0)
    inputs = SaleInputs(
        day,
        asked.is_member,
        asked.tier,
        False,
        {counter: used} if counter else {},
        is_suspended=asked.is_suspended,
    )
    code = ReasonCode.APPLIED
    figures: dict[str, int] = {}
    if not asked.is_member:
        code = ReasonCode.SUSPENDED if asked.is_suspended else ReasonCode.NOT_A_MEMBER
    elif policy is None or policy.referrer is None or _is_over(plan, day):
        code = ReasonCode.OVER
    elif policy.times is not None and used >= policy.times.limit:
        code, figures = ReasonCode.TIMES_REACHED, {"limit": policy.times.limit, "used": used}
    if code is not ReasonCode.APPLIED or policy is None or policy.referrer is None:
        reasons = (Reason(REFERRAL, code, figures),) if trace else ()
        return Decision(plan.version, inputs=inputs, reasons=reasons)
    postings, award = _give(plan, state, policy.referrer, day)
    counts = [*standing_counts(plan, day, awards=(award,))]
    tier = upgrade(plan, state, day, counts) if counts else None
    if counter:
        counts.append(Count(counter, 1))
    given = Reason(REFERRAL, ReasonCode.APPLIED, {"given": award.quantity})
    return Decision(
        plan.version,
        tuple(postings),
        awards=(award,),
        counts=tuple(counts),
        tier=tier,
        inputs=inputs,
        reasons=(given,) if trace else (),
    )


def _give(plan: Plan, state: State, units: Units, day: date) -> tuple[Iterable[Posting], Award]:
    wallet = Wallet(state)
    lot, active_on = earned_into(plan, units.currency, day, None, None)
    wallet.earn(Account.ISSUED, lot, active_on, units.quantity)
    return wallet.postings, Award(REFERRAL, units.currency, units.quantity, wished=units.quantity)


def _is_over(plan: Plan, day: date) -> bool:
    return plan.closing is not None and day > plan.closing.earns_until


def _void(referral: Referred) -> Referred:
    return Referred(referral.by, ReferralStep.VOID)
