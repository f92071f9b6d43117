"""Terms, referrals and the end of the programme on a customer's time line. Nobody else is ever named."""

from collections.abc import Iterable, Iterator

from assidu.customers.selves import SameAs
from assidu.decisions.decision import Decision
from assidu.decisions.events import Event, Joining, TermsAcceptance
from assidu.decisions.state import ReferralStep, Referred
from assidu.loyalty.referral import ReferralFault
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.phrases import Phrases

TERMS = {
    "joined": Sentence("Conditions acceptées : version {version}.", "Terms accepted: version {version}."),
    "accepted": Sentence(
        "Version {version} des conditions acceptée le {day}.",
        "Version {version} of the terms accepted on {day}.",
    ),
}
BROUGHT = {
    "brought": Sentence("Venu par le code d'un autre membre.", "Came by the code of another member."),
    "not_new": Sentence(
        "Le code de parrainage ne compte pas : déjà membre ou client connu, ou programme sans parrainage.",
        "The referral code does not count: a member or known customer already, or no referrals in the programme.",
    ),
    "refused": Sentence("Parrainage refusé : {why}.", "Referral refused: {why}."),
    "neutral": Sentence(
        "Le code de parrainage n'a pas pu être pris en compte.", "The referral code could not be counted."
    ),
}
FAULTS: dict[str, Sentence] = {
    ReferralFault.UNKNOWN_CODE: Sentence(
        "personne n'a ce code, ou son membre n'est plus actif",
        "nobody has this code, or its member is no longer active",
    ),
    ReferralFault.OWN_CODE: Sentence("c'est son propre code", "it is their own code"),
    ReferralFault.SHARED_ACCOUNT: Sentence(
        "partage, ou a partagé, un compte avec le parrain", "shares, or shared, an account with who brings"
    ),
    ReferralFault.DEVICE_SERVED: Sentence(
        "quelqu'un d'autre est venu par un parrain sur le même appareil",
        "somebody else was brought on the same device",
    ),
    SameAs.EMAIL: Sentence(
        "même boîte e-mail que le parrain, sous un autre nom",
        "the same mailbox as who brings, under another name",
    ),
    SameAs.PHONE: Sentence("même téléphone que le parrain", "the same telephone as who brings"),
    SameAs.CARD: Sentence("même carte que le parrain", "the same card as who brings"),
    SameAs.DEVICE: Sentence("même appareil que le parrain", "the same device as who brings"),
    SameAs.HOUSEHOLD: Sentence(
        "même nom à la même adresse que le parrain", "the same name at the same address as who brings"
    ),
}
STEPS = {
    ReferralStep.WAITING: Sentence(
        "Parrainage : l'achat est revenu, le prochain pourra compter.",
        "Referral: the purchase came back, the next one may count.",
    ),
    ReferralStep.BOUGHT: Sentence(
        "Parrainage : cet achat compte s'il est gardé jusqu'au {day}.",
        "Referral: this purchase counts if it is kept until {day}.",
    ),
    ReferralStep.KEPT: Sentence(
        "Parrainage : l'achat est gardé, le parrain est récompensé à son tour.",
        "Referral: the purchase is kept, and who brought this member is rewarded in turn.",
    ),
    ReferralStep.VOID: Sentence("Parrainage : il ne compte plus.", "Referral: it no longer counts."),
}
KEPT = Sentence(
    "Une personne venue par le code de ce membre a fait un achat et l'a gardé.",
    "Somebody who came by this member's code made a purchase and kept it.",
)
END = Sentence(
    "Le programme est terminé : ce qui restait expire.", "The programme has closed: what was left expires."
)


def joining_said(event: Joining, decision: Decision, phrases: Phrases) -> Iterator[str]:
    """Under which terms, and by whose doing."""
    if decision.terms:
        yield phrases.say(TERMS["joined"], version=decision.terms)
    if event.referral_fault:
        yield phrases.say(BROUGHT["refused"], why=fault_said(event.referral_fault, phrases))
    elif event.referrer:
        yield phrases.say(BROUGHT["not_new" if decision.referral is None else "brought"])


def told_to_member(event: Event, sentences: Iterable[str], language: Language) -> list[str]:
    """The same sentences for whom they are about: what they have in common with others is not told to them."""
    if not isinstance(event, Joining) or not event.referral_fault:
        return list(sentences)
    why = (
        FAULTS[event.referral_fault].say(language) if event.referral_fault in FAULTS else event.referral_fault
    )
    secret = BROUGHT["refused"].say(language, why=why)
    return [BROUGHT["neutral"].say(language) if said == secret else said for said in sentences]


def fault_said(code: str, phrases: Phrases) -> str:
    """For staff; the customer is only told that it does not count."""
    known = FAULTS.get(code)
    return code if known is None else phrases.say(known)


def terms_said(event: TermsAcceptance, phrases: Phrases, day: str) -> str:
    return phrases.say(TERMS["accepted"], version=event.version, day=day)


def referral_step_said(referral: Referred, phrases: Phrases) -> str:
    day = "" if referral.due is None else phrases.day(referral.due)
    return phrases.say(STEPS[referral.step], day=day)


def referral_kept_said(phrases: Phrases) -> str:
    return phrases.say(KEPT)


def programme_end_said(phrases: Phrases) -> str:
    return phrases.say(END)
