"""How near a rule or an offer was that gave nothing. The reason says what was missing; of what, the plan knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assidu.decisions.calendar import period_key
from assidu.decisions.decision import Reason, ReasonCode
from assidu.decisions.earning import caps_of
from assidu.decisions.events import ShownCode
from assidu.decisions.facts import SaleInputs
from assidu.decisions.goals import periods_in_a_row
from assidu.decisions.offers.meeting import lacking_step, times_key
from assidu.decisions.plan import BuyGet, EarnRule, Offer, OfferNeeds, Plan, Threshold


def with_streak(plan: Plan, inputs: SaleInputs | None, found: Reason) -> Reason:
    """The reason of a streak that is not complete, with how many of its periods are: ``in_a_row``.

    It follows from what the rule looked at, so that no decision has to carry it.
    """
    rule = _rule(plan, found.rule)
    if found.code is not ReasonCode.GOAL_NOT_REACHED or rule is None or rule.goal is None or inputs is None:
        return found
    if rule.goal.in_a_row == 1 or found.figures["done"] < found.figures["target"]:
        return found
    reached = periods_in_a_row(rule, inputs.counters, inputs.day)
    return replace(found, figures={**found.figures, "in_a_row": reached})


def reached_percent(
    plan: Plan,
    inputs: SaleInputs | None,
    codes: Sequence[ShownCode],
    found: Reason,
    counters: Mapping[str, int],
) -> int | None:
    """How much of what was asked for was there, with ``codes`` those that the ticket showed and ``counters`` the
    customer's; ``None``: what was asked for is there or it is not, or more of it would not have been enough."""
    rule, offer = _rule(plan, found.rule), plan.offers.by_code.get(found.rule)
    asked = _asked(found, rule, offer)
    if not asked or not would_be_given_for_more(plan, inputs, codes, found, counters):
        return None
    figures = found.figures
    if "in_a_row" in figures:
        there = figures["in_a_row"]
    elif "done" in figures:
        there = figures["done"]
    else:
        there = asked - figures.get("missing_minor", figures.get("missing", asked))
    return min(max(there, 0) * 100 // asked, 99)


def would_be_given_for_more(
    plan: Plan,
    inputs: SaleInputs | None,
    codes: Sequence[ShownCode],
    found: Reason,
    counters: Mapping[str, int],
) -> bool:
    """Whether more of what the reason misses is all that it takes. An offer that is drawn for may still be lost, and
    one that wants a code, an allotment or an activation as well still is not had; nor is what the customer had as
    often as they may. The reason tells the first condition that failed, and the ticket's amount comes before these:
    so ``counters`` are all of the customer's, not those alone that the decision read."""
    if inputs is None:
        return True
    offer, rule = plan.offers.by_code.get(found.rule), _rule(plan, found.rule)
    if rule is not None:
        return all(counters.get(name, 0) < limit for name, limit, _ in caps_of(rule, inputs.day))
    if offer is None:
        return True
    if offer.times is not None:
        used = counters.get(times_key(offer, period_key(offer.times.period, inputs.day)), 0)
        if used >= offer.times.limit:
            return False
    if offer.needs is OfferNeeds.CODE:
        lacks_something = all(code.offer != offer.code for code in codes)
    else:
        lacks_something = lacking_step(offer, inputs) is not None
    return offer.chance_one_in is None and not lacks_something


def _asked(found: Reason, rule: EarnRule | None, offer: Offer | None) -> int | None:
    part = rule or offer
    if part is None:
        return None
    match found.code:
        case ReasonCode.AMOUNT_TOO_LOW:
            return part.when.amount_min_minor
        case ReasonCode.ENGAGEMENT_TOO_LOW:
            return part.when.engagement_min
        case ReasonCode.BELOW_FIRST_STEP if rule is not None and isinstance(rule.gift, Threshold):
            return rule.gift.steps[0][0]
        case ReasonCode.GOAL_NOT_REACHED if rule is not None and rule.goal is not None:
            return rule.goal.in_a_row if "in_a_row" in found.figures else rule.goal.target
        case ReasonCode.TOO_FEW_UNITS if offer is not None and isinstance(offer.effect, BuyGet):
            return offer.effect.buy + offer.effect.get
        case _:
            return None


def _rule(plan: Plan, code: str) -> EarnRule | None:
    return next((rule for rule in plan.rules if rule.code == code), None)
