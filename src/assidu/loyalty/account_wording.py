"""Households and companies on a time line: who came in, who went, what went along. Nobody is named here."""

from collections.abc import Iterator, Mapping

from assidu.decisions.decision import Account
from assidu.decisions.events import AccountEntry, AccountExit, AccountOpening, Admission, Departure
from assidu.plans.wording.accounts import NAMES
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.phrases import Phrases

AccountEvent = AccountOpening | Admission | AccountEntry | Departure | AccountExit

SAID = {
    "opened": Sentence("Ouverture d'un {account}.", "Opening of a {account}."),
    "admitted": Sentence(
        "Une personne entre dans le compte avec tout ce qu'elle avait.",
        "Somebody enters the account with all that they had.",
    ),
    "entered": Sentence(
        "Entrée dans un compte partagé : solde, statut et avantages y sont désormais communs.",
        "Entered a shared account: balance, status and rewards are shared there from now on.",
    ),
    "departed": Sentence(
        "Une personne quitte le compte avec la part que le programme lui donne.",
        "Somebody leaves the account with the share that the programme gives them.",
    ),
    "with_nothing": Sentence(
        "Une personne quitte le compte sans rien emporter.", "Somebody leaves the account with nothing."
    ),
    "same": Sentence(
        "Deux fiches du compte sont la même personne : l'une le quitte pour être fusionnée.",
        "Two records of the account are the same person: one leaves it to be merged.",
    ),
    "closed": Sentence(
        "C'était la dernière : le compte est fermé.", "They were the last one: the account is closed."
    ),
    "exited": Sentence(
        "Sortie du compte partagé : la fiche est à nouveau indépendante.",
        "Left the shared account: the record is on its own again.",
    ),
}
MOVES: Mapping[tuple[Account, Account], Sentence] = {
    (Account.IN_TRANSIT, Account.DEBT): Sentence(
        "Dette de {units}, réglée entre la personne et le compte.",
        "A debt of {units}, settled between the person and the account.",
    ),
}
"""What is said otherwise than of a merger."""


def account_said(event: AccountEvent, closes: bool, phrases: Phrases) -> Iterator[str]:
    match event:
        case AccountOpening():
            yield phrases.say(SAID["opened"], account=phrases.say(NAMES[event.kind]))
        case Admission():
            yield phrases.say(SAID["admitted"])
        case AccountEntry():
            yield phrases.say(SAID["entered"])
        case Departure():
            key = "same" if event.same_as else "with_nothing" if event.with_nothing else "departed"
            yield phrases.say(SAID[key])
            if closes:
                yield phrases.say(SAID["closed"])
        case AccountExit():
            yield phrases.say(SAID["exited"])
