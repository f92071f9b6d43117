"""How near a rule or an offer was that gave nothing. The reason says what was missing; of what, the plan knows."""

from dataclasses import replace

from assidu.decisions.decision import Reason, ReasonCode
from assidu.decisions.facts import SaleInputs
from assidu.decisions.goals import periods_in_a_row
from assidu.decisions.plan import BuyGet, EarnRule, Offer, Plan, Threshold


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


def reached_percent(plan: Plan, found: Reason) -> int | None:
    """How much of what was asked for was there; ``None``: what was asked for is there or it is not."""
    rule, offer = _rule(plan, found.rule), plan.offers.by_code.get(found.rule)
    asked = _asked(found, rule, offer)
    if not asked:
        return None
    figures = found.figures
    if "in_a_row" in figures:
        there = figures["in_a_row"]
    elif "done" in figures:
        there = figures["done"]
    else:
        there = asked - figures.get("missing_minor", figures.get("missing", asked))
    return min(max(there, 0) * 100 // asked, 99)


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
