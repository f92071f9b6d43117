"""Shared accounts in words: who may share one, and what whoever leaves takes along."""

from typing import TYPE_CHECKING

from assidu.decisions.plan import LeaversShare, Welcome
from assidu.decisions.state import AccountKind
from assidu.plans.document import Accounts, SharedAccount
from assidu.plans.wording import figures
from assidu.plans.wording.language import Sentence

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

TITLE = Sentence("Les comptes partagés", "Shared accounts")
NAMES = {
    AccountKind.HOUSEHOLD: Sentence("foyer", "household"),
    AccountKind.COMPANY: Sentence("compte entreprise", "company account"),
}
SHARED = {
    AccountKind.HOUSEHOLD: Sentence(
        "Un foyer réunit jusqu'à {people} personnes, avec un seul solde et un seul statut.",
        "A household brings up to {people} people together, with one balance and one status.",
    ),
    AccountKind.COMPANY: Sentence(
        "Une entreprise réunit jusqu'à {people} personnes, avec un seul solde et un seul statut.",
        "A company brings up to {people} people together, with one balance and one status.",
    ),
}
TAKES = {
    LeaversShare.NOTHING: Sentence("Qui le quitte n'emporte rien.", "Who leaves it takes nothing along."),
    LeaversShare.EQUAL: Sentence(
        "Qui le quitte emporte une part égale de ce qui reste.",
        "Who leaves it takes an equal part of what is left.",
    ),
    LeaversShare.OWN: Sentence(
        "Qui le quitte emporte sa part de ce qui reste, selon ce que chacun a apporté et utilisé.",
        "Who leaves it takes their part of what is left, by what each brought in and used.",
    ),
}
LAST = {
    False: Sentence("Le dernier emporte tout ce qui reste.", "The last one takes all that is left."),
    True: Sentence("Ce qui reste est perdu avec le dernier.", "What is left is lost with the last one."),
}
WELCOMES = {
    Welcome.ONCE: Sentence(
        "La bienvenue est donnée une fois au compte.", "The welcome is given to the account once."
    ),
    Welcome.EACH: Sentence(
        "La bienvenue est donnée à chaque personne qui adhère.", "The welcome is given to each who joins."
    ),
}


def account_lines(accounts: Accounts | None, phrases: "Phrases") -> list[str]:
    """« Un foyer réunit jusqu'à 6 personnes, avec un seul solde et un seul statut. Qui le quitte… »"""
    if accounts is None:
        return []
    offered = ((AccountKind.HOUSEHOLD, accounts.household), (AccountKind.COMPANY, accounts.company))
    return [_said(kind, shared, phrases) for kind, shared in offered if shared is not None]


def _said(kind: AccountKind, shared: SharedAccount, phrases: "Phrases") -> str:
    sentences = (TAKES[shared.leaver_takes], LAST[shared.lost_with_last], WELCOMES[shared.welcome])
    people = figures.number(shared.members_at_most, phrases.language)
    return " ".join(
        [phrases.say(SHARED[kind], people=people), *(phrases.say(sentence) for sentence in sentences)]
    )
