"""What fairness found, in French and English: why somebody is left out, and what other way there is."""

from collections.abc import Mapping

from assidu.plans.document import Document, Weekday
from assidu.plans.wording import Language, figures, text_in
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.life import REFERRAL_NAME
from assidu.plans.wording.phrases import DAYS, Phrases, phrases_of
from assidu.simulation.fairness_types import (
    COULD_HAVE,
    REACHED,
    Barrier,
    ChannelFit,
    Fairness,
    Kind,
    Line,
    Way,
    WayKind,
)

OUTCOMES: Mapping[str, Sentence] = {
    REACHED: Sentence("l'a eu", "had it"),
    COULD_HAVE: Sentence("aurait pu l'avoir", "could have had it"),
    Barrier.NOTHING_GIVES: Sentence(
        "rien dans le programme n'en donne", "nothing in the programme gives any"
    ),
    Barrier.NO_PURCHASE: Sentence("aucun achat sur la période", "no purchase in the period"),
    Barrier.NO_ACTIVITY: Sentence("jamais fait l'activité", "never did the activity"),
    Barrier.NO_CONTACT: Sentence(
        "ni e-mail ni téléphone : ne pouvait pas être sollicité",
        "neither e-mail nor telephone: could not be asked",
    ),
    Barrier.NO_CONSENT: Sentence(
        "n'a accepté d'être contacté sur aucun canal", "agreed to be contacted on no channel"
    ),
    Barrier.JOINED_BEFORE: Sentence("membre avant la période", "a member since before the period"),
    Barrier.NOT_A_MEMBER: Sentence("pas membre lors de ses achats", "no member when they bought"),
    Barrier.NOT_RUNNING: Sentence("pas venu pendant ces dates", "did not come between its dates"),
    Barrier.CHANNEL: Sentence("aucun achat sur ce canal", "no purchase on its channel"),
    Barrier.STORE: Sentence("aucun de ses magasins n'y participe", "none of their stores takes part"),
    Barrier.WEEKDAY: Sentence("ne vient jamais ces jours-là", "never comes on those days"),
    Barrier.HOUR: Sentence("ne vient jamais à ces heures", "never comes at those hours"),
    Barrier.STATUS: Sentence("jamais eu le statut en venant", "never held the status when they came"),
    Barrier.AUDIENCE: Sentence("jamais venu en étant dans l'audience", "never came while in the audience"),
    Barrier.ENGAGEMENT: Sentence("engagement jamais assez haut", "engagement never high enough"),
    Barrier.NOT_FIRST: Sentence("premier achat avant la période", "first purchase before the period"),
    Barrier.TOO_LITTLE: Sentence(
        "n'a jamais dépensé assez quand tout le reste convenait",
        "never spent enough when all else was right",
    ),
    Barrier.TOO_SELDOM: Sentence("n'est jamais venu assez souvent", "never came often enough"),
    Barrier.TOO_MUCH: Sentence("a toujours dépensé plus que le plafond", "always spent more than the limit"),
    Barrier.NOT_GIVEN: Sentence("offre jamais reçue ou activée", "offer never received or activated"),
    Barrier.NOT_FOR_THEM: Sentence("conditions jamais remplies", "conditions never met"),
    Barrier.NEVER_EARNED: Sentence("n'a jamais rien eu à échanger", "never had anything to exchange"),
    Barrier.NEVER_ENOUGH: Sentence("n'en a jamais eu assez", "never had enough of it"),
    Barrier.PLACES_GONE: Sentence(
        "places déjà prises à chaque venue", "places gone each time before they came"
    ),
}

NOT_ONCE = Sentence("pas une fois : {activity}", "not once: {activity}")
NOT_COME: Mapping[str, Sentence] = {
    "birthday": Sentence(
        "pas d'anniversaire sur la période : date de naissance inconnue, ou pas membre ce jour-là",
        "no birthday in the period: the date of birth is not known, or they were no member on that day",
    ),
    "anniversary": Sentence(
        "pas d'anniversaire d'adhésion sur la période", "no anniversary of joining in the period"
    ),
}
"""Of days that come by themselves."""

WAYS: Mapping[WayKind, Sentence] = {
    WayKind.OTHER_RULE: Sentence(
        "{reach} d'entre eux ont déjà {rule}.", "{reach} of them already have {rule}."
    ),
    WayKind.CHANNEL: Sentence(
        "Ouvrir aussi à ce canal : {value} ; {reach} d'entre eux y achètent.",
        "Open it on this channel too: {value}; {reach} of them buy there.",
    ),
    WayKind.STORES: Sentence(
        "Y faire participer {value} : {reach} d'entre eux y viennent.",
        "Let {value} take part: {reach} of them come there.",
    ),
    WayKind.WEEKDAY: Sentence(
        "Ajouter un jour, le {value} : {reach} d'entre eux sont déjà venus ce jour-là.",
        "Add a day, {value}: {reach} of them have come on that day.",
    ),
    WayKind.HOURS: Sentence(
        "Ajouter des heures, {first} à {last} : {reach} d'entre eux sont déjà venus alors.",
        "Add hours, {first} to {last}: {reach} of them have come then.",
    ),
    WayKind.STATUS: Sentence(
        "L'ouvrir au statut {value} : {reach} d'entre eux l'ont eu.",
        "Open it to {value} status: {reach} of them held it.",
    ),
    WayKind.EVERYBODY: Sentence(
        "L'ouvrir à tous, ou y inviter {reach} d'entre eux.",
        "Open it to everybody, or invite {reach} of them.",
    ),
    WayKind.AMOUNT: Sentence(
        "Un seuil à {value} : {reach} d'entre eux l'auraient atteint.",
        "A threshold of {value}: {reach} of them would have reached it.",
    ),
    WayKind.COST: Sentence(
        "Une récompense pour {value} : {reach} d'entre eux auraient pu l'avoir.",
        "A reward for {value}: {reach} of them could have had it.",
    ),
    WayKind.PURCHASE: Sentence(
        "Donner autant pour un achat : {reach} d'entre eux en font.",
        "Give the same for a purchase: {reach} of them buy.",
    ),
    WayKind.ACTIVITY: Sentence(
        "Donner autant pour cette activité : {value} ; {reach} d'entre eux la font.",
        "Give the same for this activity: {value}; {reach} of them do it.",
    ),
    WayKind.ALSO_PURCHASE: Sentence(
        "Y compter aussi les achats : {reach} d'entre eux en font.",
        "Count purchases for it too: {reach} of them buy.",
    ),
    WayKind.ALSO_ACTIVITY: Sentence(
        "Y compter aussi cette activité : {value} ; {reach} d'entre eux la font.",
        "Count this activity for it too: {value}; {reach} of them do it.",
    ),
    WayKind.ASK_CONSENT: Sentence(
        "Leur proposer d'être contactés, en caisse : {reach} d'entre eux y viennent.",
        "Ask them at the till whether they wish to be contacted: {reach} of them come there.",
    ),
    WayKind.TOLD_AT_TILL: Sentence(
        "Leur donner leur code de parrainage en caisse : {reach} d'entre eux y viennent.",
        "Give them their referral code at the till: {reach} of them come there.",
    ),
    WayKind.TIMES: Sentence(
        "Un seuil à {value} achats : {reach} d'entre eux l'auraient atteint.",
        "A threshold of {value} purchases: {reach} of them would have reached it.",
    ),
    WayKind.SCORE: Sentence(
        "Une note d'engagement de {value} : {reach} d'entre eux l'auraient atteinte.",
        "An engagement score of {value}: {reach} of them would have reached it.",
    ),
    WayKind.UNITS: Sentence(
        "Un seuil à {value} : {reach} d'entre eux l'auraient atteint.",
        "A threshold of {value}: {reach} of them would have reached it.",
    ),
    WayKind.ANNIVERSARY: Sentence(
        "Un geste à l'anniversaire d'adhésion : {reach} d'entre eux sont déjà membres.",
        "A gesture on the anniversary of joining: {reach} of them are members already.",
    ),
    WayKind.PLACES_BY_STORE: Sentence(
        "Des places par magasin, ou une fois par client et par mois : {reach} d'entre eux arrivent trop tard.",
        "Places in each store, or once a month for each customer: {reach} of them come too late.",
    ),
}

UNSUITED = Sentence(
    "Son canal ne convient pas à ceux à qui il s'adresse : {fits} sur {target} y achètent ({channels}).",
    "Its channel does not suit those it is for: {fits} of {target} buy there ({channels}).",
)
NOT_KNOWN = (
    Sentence(
        "Si une enquête a été envoyée n'est pas enregistré : seulement qu'elle a reçu une réponse.",
        "Whether a survey was sent is not recorded: only that it was answered.",
    ),
    Sentence(
        "Les achats restent ce qu'ils ont été : personne ne change de jour, de magasin ou de canal pour une offre.",
        "Purchases stay what they were: nobody changes day, store or channel for an offer.",
    ),
)
"""What the figures do not say, to be read with them."""
NO_CONSENT_KNOWN = Sentence(
    "De personne on ne sait s'il accepte d'être contacté : seulement si un e-mail ou un téléphone est connu.",
    "Of nobody is it known whether they agree to be contacted: only whether an e-mail address or a telephone is known.",
)
SOME_CONSENT_KNOWN = Sentence(
    "De {count} membres on ne sait pas s'ils acceptent d'être contactés : personne ne l'a demandé à leur adhésion.",
    "Of {count} members it is not known whether they agree to be contacted: nobody asked when they joined.",
)


class Words:
    """Says what was found about one document in one language. ``stores`` are the names of the catalogue."""

    def __init__(
        self, document: Document, language: Language, stores: Mapping[str, str] | None = None
    ) -> None:
        self._phrases: Phrases = phrases_of(document, language)
        self._document = document
        self._language = language
        self._stores = stores or {}

    def name(self, line: Line) -> str:
        """As the document calls a rule, an offer or a reward."""
        document, code = self._document, line.code
        if line.kind is Kind.RULE:
            part = document.rule(code)
            return code if part is None else text_in(part.name, self._language)
        if line.kind is Kind.OFFER:
            offer = document.offer(code)
            return code if offer is None else text_in(offer.name, self._language)
        if line.kind is Kind.STATUS:
            return self._phrases.level_name(code)
        if line.kind is Kind.REFERRAL:
            return self._phrases.say(REFERRAL_NAME)
        named = document.draw(code) if line.kind is Kind.DRAW else document.reward(code)
        return code if named is None else text_in(named.name, self._language)

    def outcome(self, outcome: str, line: Line) -> str:
        """Of a rule for an activity, which one was missing; a birthday is nothing that one does."""
        activity = self._activity_of(line) if outcome == Barrier.NO_ACTIVITY else None
        if activity is None:
            return OUTCOMES[outcome].say(self._language)
        if activity in NOT_COME:
            return NOT_COME[activity].say(self._language)
        return NOT_ONCE.say(self._language, activity=self._phrases.activity_name(activity))

    def _activity_of(self, line: Line) -> str | None:
        rule = self._document.rule(line.code) if line.kind is Kind.RULE else None
        return None if rule is None else rule.activity

    def number(self, count: int) -> str:
        return figures.number(count, self._language)

    def way(self, line: Line, way: Way) -> str:
        """A sentence, for example `A threshold of €30: 150 of them would have reached it.`"""
        reach = self.number(way.reach)
        if way.kind is WayKind.OTHER_RULE:
            return WAYS[way.kind].say(
                self._language, reach=reach, rule=self._phrases.rule_name(way.values[0])
            )
        if way.kind is WayKind.HOURS:
            return WAYS[way.kind].say(self._language, reach=reach, first=way.values[0], last=way.values[1])
        return WAYS[way.kind].say(self._language, reach=reach, value=self._value(line, way))

    def _value(self, line: Line, way: Way) -> str:
        match way.kind:
            case WayKind.CHANNEL:
                return self._phrases.channel_name(way.values[0])
            case WayKind.STORES:
                return figures.listing([self._store(code) for code in way.values], self._language)
            case WayKind.WEEKDAY:
                return DAYS[list(Weekday)[int(way.values[0])]].say(self._language)
            case WayKind.STATUS:
                return self._phrases.level_name(way.values[0])
            case WayKind.AMOUNT:
                return figures.money(
                    int(way.values[0]), self._document.sale_currency, self._language, is_short=True
                )
            case WayKind.COST:
                reward = self._document.reward(line.code)
                assert reward is not None, "what is proposed for a reward is about one of the document"
                return self._phrases.units(int(way.values[0]), reward.costs.currency)
            case WayKind.TIMES | WayKind.SCORE:
                return self.number(int(way.values[0]))
            case WayKind.UNITS:
                levels = self._document.tiers.levels if self._document.tiers is not None else ()
                units = next(level.units_at_least for level in levels if level.units_at_least is not None)
                return self._phrases.units(int(way.values[0]), units.currency)
            case WayKind.ACTIVITY | WayKind.ALSO_ACTIVITY:
                return self._phrases.activity_name(way.values[0])
            case _:
                return ""

    def _store(self, code: str) -> str:
        named = self._document.labels.stores.get(code)
        return self._stores.get(code) or (code if named is None else text_in(named, self._language))

    def fit(self, fit: ChannelFit) -> str:
        """Why a rule is flagged; empty when its channel suits those it is for."""
        if not fit.is_unsuited:
            return ""
        channels = figures.listing(
            [self._phrases.channel_name(code) for code in fit.channels], self._language
        )
        return UNSUITED.say(
            self._language, fits=self.number(fit.fits), target=self.number(fit.target), channels=channels
        )

    def not_known(self, found: Fairness) -> list[str]:
        said = [sentence.say(self._language) for sentence in NOT_KNOWN]
        if found.consent_unknown in (None, found.members):
            said.append(NO_CONSENT_KNOWN.say(self._language))
        elif found.consent_unknown:
            said.append(SOME_CONSENT_KNOWN.say(self._language, count=self.number(found.consent_unknown)))
        return said


def share_left_out(found: Fairness, line: Line) -> float:
    """Of all members, between 0 and 1."""
    return line.left_out_count / found.members if found.members else 0.0
