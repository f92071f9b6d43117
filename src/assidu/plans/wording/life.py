"""The life of the programme in words: terms, notice, its end, referrals."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from assidu.decisions.decision import Reason, ReasonCode
from assidu.plans.document import Closing, Document, Leaving, Notice, Referral, Terms
from assidu.plans.wording import figures
from assidu.plans.wording.language import Sentence

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

TITLES = {
    "referral": Sentence("Le parrainage", "Referrals"),
    "terms": Sentence("Les conditions", "Terms"),
    "leaving": Sentence("Quitter le programme", "Leaving"),
    "closing": Sentence("La fin du programme", "The end of the programme"),
}
REFERRAL_NAME = Sentence("Parrainage", "Referral")
REFERRAL = {
    "both": Sentence(
        "Le parrain reçoit {referrer} et le filleul {referee}, dès que {kept}.",
        "Who brings somebody gets {referrer} and who is brought {referee}, as soon as {kept}.",
    ),
    "referrer": Sentence(
        "Le parrain reçoit {referrer}, dès que {kept}.",
        "Who brings somebody gets {referrer}, as soon as {kept}.",
    ),
    "referee": Sentence(
        "Le filleul reçoit {referee}, dès que {kept}.", "Who is brought gets {referee}, as soon as {kept}."
    ),
    "any": Sentence("le filleul a fait un achat", "the newcomer has bought something"),
    "least": Sentence(
        "le filleul a fait un achat d'au moins {least}",
        "the newcomer has made a purchase of at least {least}",
    ),
    "kept": Sentence("{bought}, gardé {duration}", "{bought} and kept it for {duration}"),
    "at_most": Sentence("Le parrain est récompensé {times}.", "Who brings others is rewarded {times}."),
}
REFERRAL_TOLD = {
    "both": Sentence(
        "Vous recevez {referrer} et la personne que vous parrainez {referee}, dès que {kept}.",
        "You get {referrer} and who you bring gets {referee}, as soon as {kept}.",
    ),
    "referrer": Sentence(
        "Vous recevez {referrer}, dès que {kept}.", "You get {referrer}, as soon as {kept}."
    ),
    "referee": Sentence(
        "La personne que vous parrainez reçoit {referee}, dès que {kept}.",
        "Who you bring gets {referee}, as soon as {kept}.",
    ),
    "any": Sentence("cette personne a fait un achat", "they have bought something"),
    "least": Sentence(
        "cette personne a fait un achat d'au moins {least}", "they have made a purchase of at least {least}"
    ),
    "kept": Sentence("{bought} et l'a gardé {duration}", "{bought} and kept it for {duration}"),
    "at_most": Sentence("Vous êtes récompensé {times}.", "You are rewarded {times}."),
}
"""The same, said to the member who brings others."""
REFERRAL_REASONS = {
    ReasonCode.APPLIED: Sentence("Parrainage : {given}", "Referral: {given}"),
    ReasonCode.NOT_A_MEMBER: Sentence(
        "Parrainage : pas membre ce jour-là", "Referral: not a member on that day"
    ),
    ReasonCode.SUSPENDED: Sentence(
        "Parrainage : carte suspendue ce jour-là", "Referral: the membership was suspended on that day"
    ),
    ReasonCode.OVER: Sentence(
        "Parrainage : le programme ne le récompense plus", "Referral: the programme no longer rewards it"
    ),
    ReasonCode.TIMES_REACHED: Sentence(
        "Parrainage : le maximum de {limit} est atteint", "Referral: the most, {limit}, is reached"
    ),
}
TERMS = {
    "one": Sentence("Version {version}, à partir du {day}.", "Version {version}, from {day} on."),
    "url": Sentence(
        "Version {version}, à partir du {day} : {url}.", "Version {version}, from {day} on: {url}."
    ),
    "notice": Sentence(
        "Un changement en défaveur des membres est annoncé au moins {days} jours avant.",
        "A change against members is announced at least {days} days before.",
    ),
    "notice_value": Sentence("{days} jours avant", "{days} days before"),
}
LEAVING = {
    "regret": Sentence(
        "Qui part ne peut plus rien utiliser, et retrouve tout en adhérant de nouveau sous {duration} ; "
        "ensuite, ce qui restait est perdu.",
        "Who leaves can use nothing any more, and finds everything again by joining anew within {duration}; "
        "then what was left is lost.",
    ),
}
CLOSING = {
    "both": Sentence(
        "On gagne jusqu'au {earn} et on utilise jusqu'au {use}.",
        "One earns until {earn} and uses until {use}.",
    ),
    "forfeit": Sentence("Ce qui reste ensuite expire.", "What is then left expires."),
    "stays": Sentence(
        "Ce qui reste ensuite reste au compte et ne sert plus à rien.",
        "What is then left stays on the account and serves for nothing.",
    ),
    "receipt_earning": Sentence(
        "Le programme se termine : on gagne jusqu'au {earn}, on utilise jusqu'au {use}.",
        "The programme is closing: earn until {earn}, use until {use}.",
    ),
    "receipt_using": Sentence(
        "Le programme se termine : ce que vous avez s'utilise jusqu'au {use}.",
        "The programme is closing: what you have can be used until {use}.",
    ),
    "receipt_over": Sentence("Le programme est terminé.", "The programme has closed."),
}


def life_lines(document: Document, phrases: "Phrases") -> dict[str, list[str]]:
    """The sentences of each section; empty where the document says nothing."""
    terms = [terms_said(one, phrases) for one in document.terms]
    if document.notice is not None:
        days = figures.number(document.notice.days, phrases.language)
        terms.append(phrases.say(TERMS["notice"], days=days))
    return {
        "referral": [] if document.referral is None else referral_said(document.referral, phrases),
        "terms": terms,
        "leaving": [] if document.leaving is None else [leaving_said(document.leaving, phrases)],
        "closing": [] if document.closing is None else closing_said(document.closing, phrases),
    }


def referral_said(referral: Referral, phrases: "Phrases") -> list[str]:
    """« Le parrain reçoit 200 points et le filleul 100 points, dès que le filleul a fait un achat… »"""
    return _referral(referral, phrases, REFERRAL)


def referral_told(referral: Referral, phrases: "Phrases") -> list[str]:
    """The same to whom it is offered: « Vous recevez 200 points et… »"""
    return _referral(referral, phrases, REFERRAL_TOLD)


def _referral(referral: Referral, phrases: "Phrases", words: Mapping[str, Sentence]) -> list[str]:
    sides = {name: side for name in ("referrer", "referee") if (side := getattr(referral, name)) is not None}
    if not sides:
        return []  # of a draft: the check asks for one of them
    least, kept_for = referral.when.first_purchase_at_least, referral.when.kept_for
    kept = phrases.say(words["any"])
    if least is not None:
        kept = phrases.say(words["least"], least=phrases.amount(least))
    if kept_for is not None:
        kept = phrases.say(words["kept"], bought=kept, duration=phrases.duration(kept_for))
    key = "both" if len(sides) == 2 else next(iter(sides))
    units = {name: phrases.units(side.units, side.currency) for name, side in sides.items()}
    said = [phrases.say(words[key], kept=kept, **units)]
    if referral.at_most is not None:
        said.append(phrases.say(words["at_most"], times=phrases.times(referral.at_most, for_one=True)))
    return said


def referral_reason(found: Reason, phrases: "Phrases") -> str:
    """Why a member is rewarded for somebody they brought, or why not; nobody is named."""
    policy = phrases.document.referral
    side = None if policy is None else policy.referrer
    given = phrases.units(found.figures.get("given", 0), side.currency if side is not None else "")
    limit = figures.number(found.figures.get("limit", 0), phrases.language)
    return phrases.say(REFERRAL_REASONS[found.code], given=given, limit=limit)


def closing_note(document: Document, day: date, phrases: "Phrases") -> str:
    """What a receipt says of the end of the programme; empty while none is announced."""
    closing = document.closing
    if closing is None:
        return ""
    days = {"earn": phrases.day(closing.last_day_to_earn), "use": phrases.day(closing.last_day_to_use)}
    if day > closing.last_day_to_use:
        return phrases.say(CLOSING["receipt_over"])
    key = "receipt_using" if day > closing.last_day_to_earn else "receipt_earning"
    return phrases.say(CLOSING[key], **days)


def terms_named(terms: Terms, phrases: "Phrases") -> str:
    """Without the address: « Version 3, à partir du 20 octobre 2025 »."""
    return phrases.say(TERMS["one"], version=terms.version, day=phrases.day(terms.first_day)).removesuffix(
        "."
    )


def terms_said(terms: Terms, phrases: "Phrases") -> str:
    key = "one" if terms.url is None else "url"
    return phrases.say(TERMS[key], version=terms.version, day=phrases.day(terms.first_day), url=terms.url)


def leaving_said(leaving: Leaving, phrases: "Phrases") -> str:
    return phrases.say(LEAVING["regret"], duration=phrases.duration(leaving.regret))


def closing_said(closing: Closing, phrases: "Phrases") -> list[str]:
    days = {"earn": phrases.day(closing.last_day_to_earn), "use": phrases.day(closing.last_day_to_use)}
    left = "forfeit" if closing.forfeit else "stays"
    return [phrases.say(CLOSING["both"], **days), phrases.say(CLOSING[left])]


def life_value(value: object, phrases: "Phrases") -> str | None:
    """A value of these parts as words; ``None``: it is none of them."""
    match value:
        case Referral():
            return " ".join(referral_said(value, phrases))
        case Closing():
            return " ".join(closing_said(value, phrases))
        case Leaving():
            return leaving_said(value, phrases)
        case Notice():
            days = figures.number(value.days, phrases.language)
            return phrases.say(TERMS["notice_value"], days=days)
        case tuple() if all(isinstance(one, Terms) for one in value) and value:
            return " ".join(terms_said(one, phrases) for one in value)
        case _:
            return None
