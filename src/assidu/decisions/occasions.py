"""Rules without a ticket: what is given on joining, and for what customers do besides buying."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assidu.decisions.audiences import moved_by_answers
from assidu.decisions.calendar import local_day, minute_of
from assidu.decisions.decision import (
    Account,
    Award,
    Claim,
    Count,
    Decision,
    Reason,
    ReasonCode,
    RefusalCode,
    Refused,
)
from assidu.decisions.earning import asked, caps_of, gift_of, why_not_now
from assidu.decisions.engagement import did
from assidu.decisions.events import Activity
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.goals import progress
from assidu.decisions.inputs import inputs_on
from assidu.decisions.offers.given import NOTHING, freeing
from assidu.decisions.plan import EarnRule, GoalMeasure, Plan
from assidu.decisions.sharing import Asked, Sharing
from assidu.decisions.state import Membership
from assidu.decisions.tiers import standing_counts, upgrade
from assidu.decisions.wallet import Wallet, earned_into


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where it was, and what was known of the customer."""

    at: datetime
    store: str
    channel: str
    inputs: SaleInputs


class Given:
    """What rules give on one occasion, gathered."""

    __slots__ = ("awards", "claims", "counts", "read", "reasons", "sharing")

    def __init__(self, sharing: Sharing) -> None:
        self.awards: list[Award] = []
        self.claims: list[Claim] = []
        self.counts: list[Count] = []
        self.reasons: list[Reason] = []
        self.read: dict[str, int] = {}
        self.sharing = sharing

    def inputs(self, asked: SaleInputs) -> SaleInputs:
        """What is kept: what rules looked at, and no more."""
        return SaleInputs(
            asked.day,
            asked.is_member,
            asked.tier,
            False,
            self.read,
            self.sharing.granted,
            asked.audiences,
            asked.engagement,
            is_suspended=asked.is_suspended,
        )


def give(
    plan: Plan, rules: Iterable[int], occasion: Occasion, wallet: Wallet, *, trace: bool = False
) -> Given:
    """Decide ``rules`` one after another; what they give goes to the wallet."""
    inputs = occasion.inputs
    given = Given(Sharing(inputs.grants, occasion.store, inputs.day))
    for i in rules:
        rule = plan.rules[i]
        answer = _apply(plan, rule, occasion, given)
        if isinstance(answer, Award):
            lot, active_on = earned_into(plan, rule.currency, inputs.day, rule.expires, rule.pending)
            wallet.earn(Account.ISSUED, lot, active_on, answer.quantity)
            given.awards.append(answer)
            figures = {"given": answer.quantity}
            if rule.code in given.sharing.clipped:
                figures |= {"wished": answer.wished, "budget_left": answer.quantity}
            answer = Reason(rule.code, ReasonCode.APPLIED, figures)
        elif isinstance(answer, Asked):
            given.claims += answer.claims
            given.reasons.append(asked(rule, answer.claims))
            continue
        if trace:
            given.reasons.append(answer)
    return given


def _apply(plan: Plan, rule: EarnRule, occasion: Occasion, given: Given) -> Award | Asked | Reason:
    inputs = occasion.inputs
    code = why_not_now(
        rule.when, inputs, occasion.store, occasion.channel, lambda: minute_of(occasion.at, plan.zone)
    )
    if code is not None:
        return Reason(rule.code, code)
    if rule.goal is not None:
        item = inputs.day.isoformat() if rule.goal.measure is GoalMeasure.DAYS else ""
        made = progress(rule, inputs.counters, inputs.day, {item: 1})
        given.read.update(made.read)
        given.counts += made.counts
        if made.refusal is not None:
            return Reason(rule.code, made.refusal, {"done": made.done, "target": rule.goal.target})
    wished = quantity = gift_of(rule.gift, 0)
    if rule.cap_per_sale is not None:
        quantity = min(quantity, rule.cap_per_sale)
    for counter, limit, reached in caps_of(rule, inputs.day):
        used = given.read[counter] = inputs.counters.get(counter, 0)
        if used >= limit:
            return Reason(rule.code, reached, {"limit": limit, "used": used})
        if reached is ReasonCode.CAP_REACHED:
            quantity = min(quantity, limit - used)
    if not rule.is_local:
        taken = given.sharing.take(rule, quantity)
        if isinstance(taken, ReasonCode):
            of = rule.quota if taken is ReasonCode.QUOTA_TAKEN else rule.budget
            assert of is not None, "it is one of the rule's own limits"
            return Reason(rule.code, taken, {"limit": of.limit})
        if isinstance(taken, Asked):
            return taken
        quantity = taken
    for counter, _, reached in caps_of(rule, inputs.day):
        given.counts.append(Count(counter, quantity if reached is ReasonCode.CAP_REACHED else 1))
    return Award(rule.code, rule.currency, quantity, wished=wished)


def decide_activity(plan: Plan, facts: Facts, event: Activity, *, trace: bool) -> Decision | Refused:
    """What an activity earns. It is recorded also for somebody who is no member: they did it."""
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if event.activity not in plan.activities:
        return Refused(RefusalCode.UNKNOWN_ACTIVITY, subject=event.activity)
    inputs = inputs_on(plan, facts, local_day(event.at, plan.zone))
    rules = plan.activity_rules.get(event.activity, ())
    wallet = Wallet(state)
    if inputs.is_member or inputs.is_suspended:
        _bring(plan, wallet, event.activity)
    if not inputs.is_member:
        code = ReasonCode.SUSPENDED if inputs.is_suspended else ReasonCode.NOT_A_MEMBER
        reasons = tuple(Reason(plan.rules[i].code, code) for i in rules) if trace else ()
        kept = Given(Sharing({}, event.store, inputs.day)).inputs(inputs)
        return Decision(
            plan.version,
            tuple(wallet.postings),
            inputs=kept,
            reasons=reasons,
            answered=moved_by_answers(plan, state, event),
        )

    given = give(plan, rules, Occasion(event.at, event.store, event.channel, inputs), wallet, trace=trace)
    counts = (
        *given.counts,
        *did(plan.engagement, event.activity, inputs.day),
        *standing_counts(plan, inputs.day, awards=given.awards),
    )
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        awards=tuple(given.awards),
        counts=counts,
        tier=upgrade(plan, state, inputs.day, counts) if counts else None,
        claims=tuple(given.claims),
        inputs=given.inputs(inputs),
        reasons=tuple(given.reasons),
        offers=freeing(NOTHING, tuple(given.sharing.releases)),
        answered=moved_by_answers(plan, state, event),
    )


def _bring(plan: Plan, wallet: Wallet, activity: str) -> None:
    """What waited for the activity can be used; what is earned by it waits for the next one."""
    for currency in plan.currencies.values():
        if currency.pending is not None and currency.pending.event == activity:
            wallet.activate_all(currency.code)
