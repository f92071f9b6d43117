"""What a till is told of offers: what to take off each line, what is missing for the next one, what the ticket costs
the brand in all."""

from typing import Any

from assidu.decisions.decision import Decision, ReasonCode
from assidu.decisions.earning import worth_minor
from assidu.decisions.plan import Plan
from assidu.events.wire import SaleData
from assidu.plans.document import Document
from assidu.plans.wording.language import Language
from assidu.plans.wording.offers import note_said, offer_name
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.reasons import reason

NEXT_MAX = 3
"""So many of the offers that are nearest are told: a till has no room for more."""

_WITHIN_REACH = (ReasonCode.AMOUNT_TOO_LOW, ReasonCode.TOO_FEW_UNITS)


def offers_of(
    decision: Decision,
    sale: SaleData,
    plan: Plan,
    document: Document,
    language: Language,
    *,
    is_trying: bool,
) -> dict[str, Any]:
    """``offers`` name what is taken off, by line; ``cost`` is in minor units, points at what they are expected to
    cost."""
    phrases = phrases_of(document, language)
    told = {**given_of(decision, phrases), "cost": cost_of(decision, sale, plan)}
    if is_trying:
        told["next_offers"] = next_offers(decision, document, language)
    return told


def given_of(decision: Decision, phrases: Phrases) -> dict[str, Any]:
    """What offers take off, by line, or hand over, and where a till did otherwise; of a changed ticket, how that
    differs."""
    told: dict[str, Any] = {
        "offers": [
            {
                "code": given.offer,
                "name": offer_name(given.offer, phrases).strip("«»“”\u00a0 "),
                "amount_minor": given.given_minor,
                **({"wished_minor": given.wished_minor} if given.wished_minor != given.given_minor else {}),
                **({"quantity": given.quantity} if given.quantity else {}),
                "lines": [{"line": line, "amount_minor": amount} for line, amount in given.by_line],
            }
            for given in decision.offers.given
        ],
    }
    if not decision.offers.is_exact:
        told["is_stacking_exact"] = False
    if decision.offers.notes:
        told["offer_notes"] = [
            {
                "code": note.offer,
                "cause": note.cause.value,
                "told_minor": note.told_minor,
                "due_minor": note.due_minor,
                "text": note_said(note, phrases),
            }
            for note in decision.offers.notes
        ]
    return told


def next_offers(decision: Decision, document: Document, language: Language) -> list[dict[str, Any]]:
    """What the customer could still have with this basket, the nearest first."""
    offers = {offer.code for offer in document.offers}
    near = [found for found in decision.reasons if found.rule in offers and found.code in _WITHIN_REACH]
    near.sort(
        key=lambda found: found.figures.get("missing_minor", 0) or found.figures.get("missing", 0) * 100
    )
    return [
        {
            "code": found.rule,
            **{name: number for name, number in found.figures.items() if name.startswith("missing")},
            "text": reason(found, document, language),
        }
        for found in near[:NEXT_MAX]
    ]


def cost_of(decision: Decision, sale: SaleData, plan: Plan) -> dict[str, int]:
    """Promotions of others, offers, and units at what they are expected to cost."""
    promotions = sum(max(line.discount_minor, 0) for line in sale.lines)
    offers = sum(given.given_minor for given in decision.offers.given)
    units = 0
    for award in decision.awards:
        currency = plan.currencies.get(award.currency)
        if currency is not None:
            worth = worth_minor(plan, award.currency, award.quantity)
            units += worth * currency.expected_redemption // 100
    return {
        "promotions_minor": promotions,
        "offers_minor": offers,
        "units_minor": units,
        "total_minor": promotions + offers + units,
    }
