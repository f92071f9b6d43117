"""What is missing to a status, to climb or to stay, in words."""

from assidu.decisions.plan import TierMeasure
from assidu.decisions.tiers import Missing
from assidu.plans.document import Document
from assidu.plans.wording import figures
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.phrases import LEVEL_JOINS, Phrases, phrases_of

MISSING = {
    TierMeasure.SPEND: Sentence("{amount} d'achats", "{amount} more to spend"),
    TierMeasure.UNITS: Sentence("{units} à gagner", "{units} more to earn"),
    TierMeasure.PURCHASES: Sentence("{count} achats", "{count} more purchases"),
    TierMeasure.ENGAGEMENT: Sentence("{count} de note d'engagement", "{count} more of engagement score"),
}


def missing_said(missing: Missing, document: Document, language: Language) -> str:
    """« 120,00 € d'achats ou 3 achats »; nothing where nothing is missing any more."""
    if is_reached(missing):
        return ""
    phrases = phrases_of(document, language)
    assert document.tiers is not None, "something is missing to a status of the programme"
    parts = [_part(measure, quantity, phrases) for measure, quantity in missing.by.items() if quantity > 0]
    return phrases.say(LEVEL_JOINS[document.tiers.needs]).join(parts)


def is_reached(missing: Missing) -> bool:
    """Is everything there that the level asks for?"""
    lacking = [quantity > 0 for quantity in missing.by.values()]
    return not (any(lacking) if missing.needs_all else all(lacking)) or not lacking


def _part(measure: TierMeasure, quantity: int, phrases: Phrases) -> str:
    document = phrases.document
    currency = ""
    if document.tiers is not None:
        sides = [one.units_at_least for one in document.tiers.levels if one.units_at_least is not None]
        currency = sides[0].currency if sides else ""
    return phrases.say(
        MISSING[measure],
        amount=figures.money(quantity, document.sale_currency, phrases.language),
        units=phrases.units(quantity, currency),
        count=figures.number(quantity, phrases.language),
    )
