"""What a till is told of offers: what to take off each line, what is missing for the next one, what the ticket costs
the brand in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assidu.catalogue.prices import PriceBook
from assidu.decisions.cost import cost_of
from assidu.decisions.decision import Decision, ReasonCode
from assidu.decisions.events import Foreign, Sale
from assidu.decisions.exchange import in_foreign
from assidu.decisions.nearness import would_be_given_for_more
from assidu.decisions.plan import Plan
from assidu.plans.document import Document
from assidu.plans.wording.language import Language
from assidu.plans.wording.offers import note_said, offer_name
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.reasons import reason

NEXT_MAX = 3
"""So many of the offers that are nearest are told: a till has no room for more."""

_WITHIN_REACH = (ReasonCode.AMOUNT_TOO_LOW, ReasonCode.TOO_FEW_UNITS)


class Line(Protocol):
    @property
    def sku(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Lowest:
    """What the law wants said beside a price that goes down, where a price feed told of the article."""

    lines: Sequence[Line]
    prices: PriceBook
    plan: Plan
    day: date

    def told(self, offer: str, line: int) -> dict[str, int]:
        """The lowest price of a line's article in the 30 days before the offer began."""
        if not self.prices:
            return {}
        known = self.plan.offers.by_code.get(offer)
        begins = None if known is None else known.when.from_day
        price = self.prices.lowest_before(self.lines[line].sku, begins, self.day)
        return {} if price is None else {"lowest_30_days_minor": price}


def offers_of(
    decision: Decision,
    sale: Sale,
    plan: Plan,
    document: Document,
    language: Language,
    lowest: Lowest,
    counters: Mapping[str, int],
    *,
    is_trying: bool,
) -> dict[str, Any]:
    """``offers`` name what is taken off, by line; ``cost`` is in minor units, points at what they are expected to
    cost. Of a ticket in another money, ``foreign_minor`` says what is to be taken off there."""
    phrases = phrases_of(document, language, for_members=True)
    told = {**given_of(decision, phrases, sale.foreign, lowest=lowest), "cost": _cost(plan, sale, decision)}
    if is_trying:
        told["next_offers"] = next_offers(decision, sale, plan, document, language, counters)
    return told


def given_of(
    decision: Decision,
    phrases: Phrases,
    foreign: Foreign | None = None,
    *,
    lowest: Lowest,
) -> dict[str, Any]:
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
                "lines": [
                    {
                        "line": line,
                        "amount_minor": amount,
                        **_there(amount, foreign),
                        **lowest.told(given.offer, line),
                    }
                    for line, amount in given.by_line
                ],
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


def _cost(plan: Plan, sale: Sale, decision: Decision) -> dict[str, int]:
    cost = cost_of(plan, sale, decision)
    return {
        "promotions_minor": cost.promotions_minor,
        **({"calendar_minor": cost.calendar_minor} if cost.calendar_minor else {}),
        "offers_minor": cost.offers_minor,
        "units_minor": cost.units_minor,
        "total_minor": cost.total_minor,
    }


def exchange_of(sale: Sale) -> dict[str, Any]:
    """At which rate a ticket in another money was converted, and to what."""
    foreign = sale.foreign
    if foreign is None:
        return {}
    return {
        "exchange": {
            "currency": foreign.currency,
            "rate": str(foreign.rate),
            "day": foreign.rate_day.isoformat() if foreign.rate_day is not None else None,
            "foreign_minor": foreign.total_minor,
            "amount_minor": sale.total_minor,
        }
    }


def _there(amount_minor: int, foreign: Foreign | None) -> dict[str, int]:
    return {} if foreign is None else {"foreign_minor": in_foreign(amount_minor, foreign)}


def next_offers(
    decision: Decision,
    sale: Sale,
    plan: Plan,
    document: Document,
    language: Language,
    counters: Mapping[str, int],
) -> list[dict[str, Any]]:
    """What the customer, with their ``counters``, would have for more in this basket, the nearest first."""
    near = [
        found
        for found in decision.reasons
        if found.rule in plan.offers.by_code
        and found.code in _WITHIN_REACH
        and would_be_given_for_more(plan, decision.inputs, sale.codes, found, counters)
    ]
    near.sort(
        key=lambda found: found.figures.get("missing_minor", 0) or found.figures.get("missing", 0) * 100
    )
    return [
        {
            "code": found.rule,
            **{name: number for name, number in found.figures.items() if name.startswith("missing")},
            "text": reason(found, document, language, for_members=True),
        }
        for found in near[:NEXT_MAX]
    ]
