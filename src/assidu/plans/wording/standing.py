"""What is missing to a status, to climb or to stay, in words."""

from dataclasses import dataclass

from assidu.decisions.engagement import EngagementStanding
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

FADING = Sentence(
    "Elle baisse chaque mois : {score} le {day}, sans rien de plus d'ici là.",
    "It fades each month: {score} on {day}, with nothing more until then.",
)


def missing_said(missing: Missing, document: Document, language: Language) -> str:
    """« 120,00 € d'achats ou 3 achats »; nothing where nothing is missing any more."""
    if is_reached(missing):
        return ""
    phrases = phrases_of(document, language)
    assert document.tiers is not None, "something is missing to a status of the programme"
    parts = [_part(measure, quantity, phrases) for measure, quantity in missing.by.items() if quantity > 0]
    return phrases.say(LEVEL_JOINS[document.tiers.needs]).join(parts)


@dataclass(frozen=True, slots=True)
class EngagementShown:
    """The score, what it is made of and how it fades, as a page shows them."""

    score: str
    parts: list[tuple[str, str]]
    fading: str


def engagement_shown(standing: EngagementStanding, phrases: Phrases) -> EngagementShown:
    # To the tenth, as its parts are: they add up. What statuses ask for is compared with its whole points.
    tenths = sum(part.now // 100 for part in standing.parts) if standing.parts else 10 * standing.score
    return EngagementShown(
        figures.number(tenths, phrases.language, 1),
        engagement_parts_said(standing, phrases),
        fading_said(standing, phrases),
    )


def engagement_parts_said(standing: EngagementStanding, phrases: Phrases) -> list[tuple[str, str]]:
    """What was done, and what of the score it makes: « Un avis déposé », « 12,5 »."""
    return [
        (_capital(phrases.activity_name(part.what)), figures.number(part.now // 100, phrases.language, 1))
        for part in standing.parts
    ]


def fading_said(standing: EngagementStanding, phrases: Phrases) -> str:
    """How it goes on should nothing more be done; nothing where nothing is left to fade."""
    if not standing.parts:
        return ""
    score = figures.number(standing.score_then, phrases.language)
    return phrases.say(FADING, score=score, day=phrases.day(standing.fades_on))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
