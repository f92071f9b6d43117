"""What is found of discounts, in French and English: what it is, what it rests on, why something cannot be told."""

from collections.abc import Mapping

from assidu.economics.discounts.types import CannotTell, Discounts, Turned, Untold
from assidu.plans.wording import Language
from assidu.plans.wording.figures import number
from assidu.plans.wording.language import Sentence

OBSERVATIONAL = Sentence(
    "Observationnel : des semaines avec et sans promotion sont comparées dans l'historique ; aucune expérience ne l'a "
    "vérifié.",
    "Observational: weeks with and without a promotion are compared in history; no experiment stands behind it.",
)

ASSUMED = (
    Sentence(
        "Le niveau de chaque produit, chaque semaine commune et la saison de chaque rayon sont pris en compte. Ce qui "
        "fait vendre un produit la semaine même de sa promotion sans être la remise (tête de gondole, prospectus, "
        "fête) lui est attribué.",
        "Each product's level, each week that all share and each department's season are accounted for. What sells a "
        "product in the very week of its promotion without being the discount (display, leaflet, feast) is put down "
        "to it.",
    ),
    Sentence(
        "Le prix ordinaire est celui du ticket, remise comprise ; on suppose qu'il ne monte pas avec la promotion.",
        "The ordinary price is that of the ticket with the discount added; it is taken not to rise with the promotion.",
    ),
    Sentence(
        "Seuls les tickets avec client comptent. Les produits trop peu vendus sont supposés semblables à ceux de leur "
        "rayon, avec un intervalle plus large.",
        "Only tickets with a customer count. Products that sell too seldom are taken to be like those of their "
        "department, with a wider interval.",
    ),
    Sentence(
        "Ce qui est pris aux autres produits est mesuré dans le rayon, sur des semaines où moins de promotions "
        "coïncidaient ; sans aucune promotion, personne ne l'a vu.",
        "What is taken from other products is measured within the department, over weeks when fewer promotions "
        "coincided; nobody has seen it without any.",
    ),
)

ASSUMED_OF_POINTS = (
    Sentence(
        "Une remise plus petite attire selon l'élasticité mesurée. Ce que les points attirent est une hypothèse "
        "({pull} % de ce qu'attire une remise de même montant).",
        "A smaller discount draws as the measured elasticity says. What points draw is assumed ({pull}% of what a "
        "discount of the same amount draws).",
    ),
    Sentence(
        "Les points sont décidés par les règles du programme sur l'historique rejoué ; {redemption} % en sont supposés "
        "utilisés.",
        "The points are decided by the programme's own rules on replayed history; {redemption}% of them are taken to "
        "be used.",
    ),
    Sentence(
        "Un client sans carte garde ses remises ; ce qui est exclu du programme aussi.",
        "Customers without a card keep their discounts; so does what the programme excludes.",
    ),
)

UNTOLD: Mapping[Untold, Sentence] = {
    Untold.NOTHING_SOLD: Sentence("Rien n'a été vendu sur la période.", "Nothing was sold in the period."),
    Untold.TOO_FEW_CUSTOMERS: Sentence(
        "Trop peu de clients : {customers}, il en faut {customers_min}.",
        "Too few customers: {customers}, at least {customers_min} are needed.",
    ),
    Untold.TOO_SHORT: Sentence(
        "Historique trop court : {weeks} semaines, il en faut {weeks_min}.",
        "Too short a history: {weeks} weeks, at least {weeks_min} are needed.",
    ),
    Untold.NO_DISCOUNT: Sentence("Aucune remise sur la période.", "No discount was given in the period."),
    Untold.ALWAYS_DISCOUNTED: Sentence(
        "Tout est toujours remisé : il n'y a rien à quoi comparer.",
        "Everything is always discounted: there is nothing to compare with.",
    ),
    Untold.TOO_THIN: Sentence(
        "Trop peu de produits se vendent assez souvent, avec et sans remise : {products}, il en faut {products_min}.",
        "Too few products sell often enough, with and without a discount: {products}, at least {products_min} are "
        "needed.",
    ),
    Untold.NOT_SETTLED: Sentence(
        "Le calcul n'a pas trouvé de réponse stable.", "The calculation found no answer that stays the same."
    ),
    Untold.NO_MARGIN: Sentence("Le taux de marge n'est pas connu.", "What is earned on a sale is not known."),
    Untold.NO_CURRENCY: Sentence(
        "Le programme n'a pas de monnaie qui paie un ticket.",
        "The programme has no currency that a ticket can be paid with.",
    ),
    Untold.NOTHING_CHOSEN: Sentence(
        "Aucune remise ne répond à ce choix.", "No discount is among those that were chosen."
    ),
    Untold.NOT_IDENTIFIED: Sentence(
        "L'effet sur le reste du panier ne se sépare pas du reste : un grand panier contient plus de tout, promotions "
        "comprises.",
        "The effect on the rest of the basket cannot be told apart: a large basket has more of everything, promotions "
        "too.",
    ),
}

DEMAND_FIRST = Sentence(
    "Attention : la semaine qui précède une promotion vend déjà {change} % de plus que d'ordinaire, ce que la "
    "promotion n'a pas pu causer. Les promotions suivent ici la demande : leur effet est sans doute plus faible que "
    "mesuré.",
    "Mind: the week before a promotion already sells {change}% more than usual, which it cannot have caused. "
    "Promotions follow demand here: their effect is probably smaller than measured.",
)


def why(untold: CannotTell, language: Language) -> str:
    figures = {name: number(value, language) for name, value in untold.figures.items()}
    return UNTOLD[untold.reason].say(language, **figures)


def assumptions(language: Language, told: Discounts | None = None, turned: Turned | None = None) -> list[str]:
    """What every figure rests on, the first sentence what kind of figure it is."""
    said = [OBSERVATIONAL.say(language)]
    if told is not None:
        said += [sentence.say(language) for sentence in ASSUMED]
        said += [why(told.basket, language)]
        said += demand_first(told, language)
    if turned is not None:
        pull = number(turned.turning.pull_percent, language)
        redemption = number(round(turned.redemption_percent), language)
        said += [one.say(language, pull=pull, redemption=redemption) for one in ASSUMED_OF_POINTS]
    return said


def demand_first(told: Discounts, language: Language) -> list[str]:
    """The warning that promotions follow demand, where it is due."""
    before = next(one.change_percent for one in told.around if one.weeks < 0)
    if before.low_80 <= 0:
        return []
    return [DEMAND_FIRST.say(language, change=number(round(before.value * 10), language, 1))]
