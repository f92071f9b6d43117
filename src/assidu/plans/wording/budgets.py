"""Budgets in words: so much in a period, over all customers, in all or in each store."""

from typing import TYPE_CHECKING

from assidu.decisions.calendar import Period
from assidu.decisions.plan import QuotaScope
from assidu.plans.document import Budget
from assidu.plans.wording import figures
from assidu.plans.wording.language import Sentence

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

BUDGET = Sentence("budget de {budget} par {period}", "a budget of {budget} per {period}")
BUDGET_EVER = Sentence("budget de {budget} en tout", "a budget of {budget} in all")
IN_EACH_STORE = Sentence("{budget} dans chaque magasin", "{budget} in each store")
REFUSED = Sentence(
    "{budget}, rien quand il n'en reste pas assez", "{budget}, nothing where not enough is left"
)


def budget_said(budget: Budget, phrases: "Phrases", currency: str = "") -> str:
    """« budget de 50 000 points par mois dans chaque magasin »; ``currency`` is what units are of, where it is said."""
    if budget.amount is not None:
        most = phrases.amount(budget.amount)
    elif currency:
        most = phrases.units(budget.units or 0, currency)
    else:
        most = figures.number(budget.units or 0, phrases.language)
    sentence = BUDGET_EVER if budget.per is Period.EVER else BUDGET
    said = phrases.say(sentence, budget=most, period=phrases.period(budget.per))
    if budget.over is QuotaScope.STORE:
        said = phrases.say(IN_EACH_STORE, budget=said)
    return said if budget.clip else phrases.say(REFUSED, budget=said)
