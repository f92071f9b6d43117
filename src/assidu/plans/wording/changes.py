"""What changes from one version of a programme to the next, in plain sentences."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from assidu.decisions.plan import Downgrade, ReturnPolicy, Trigger
from assidu.plans.diff import Change, Kind, Listed
from assidu.plans.document import (
    Accounts,
    Answered,
    Budget,
    Cap,
    Document,
    Duration,
    Engagement,
    Expiry,
    ForgottenTickets,
    Gift,
    Goal,
    Hours,
    Needs,
    Pending,
    Quota,
    Reward,
    Rule,
    SaleCurrency,
    Side,
    Text,
    Times,
    Transfers,
    Window,
    Worth,
)
from assidu.plans.wording import figures
from assidu.plans.wording.accounts import account_lines
from assidu.plans.wording.budgets import budget_said
from assidu.plans.wording.draws import draw_change
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.life import life_value
from assidu.plans.wording.offer_changes import PARTS as OFFER_PARTS
from assidu.plans.wording.offer_changes import offer_change
from assidu.plans.wording.phrases import (
    DOWNGRADES,
    NEEDS,
    RETURN_POLICIES,
    TRIGGERS,
    YES_NO,
    Phrases,
    phrases_of,
)

SUBJECTS = {
    "document": Sentence("Le programme", "The programme"),
    "currencies": Sentence("La monnaie « {name} »", "The currency “{name}”"),
    "rules": Sentence("La règle « {name} »", "The rule “{name}”"),
    "rewards": Sentence("L'avantage « {name} »", "The reward “{name}”"),
    "levels": Sentence("Le statut « {name} »", "The “{name}” status"),
    "tiers": Sentence("Les statuts", "The statuses"),
    "objectives": Sentence("L'objectif « {name} »", "The objective “{name}”"),
    "partners": Sentence("Le partenaire « {name} »", "The partner “{name}”"),
    "activities": Sentence("L'activité « {name} »", "The activity “{name}”"),
    "audiences": Sentence("L'audience « {name} »", "The audience “{name}”"),
}

ADDED = {
    "currencies": Sentence("Nouvelle monnaie : {name}.", "New currency: {name}."),
    "rules": Sentence("Nouvelle règle : {said}", "New rule: {said}"),
    "rewards": Sentence("Nouvel avantage : {said}", "New reward: {said}"),
    "levels": Sentence("Nouveau statut : {name}, dès {asked}.", "New status: {name}, from {asked}."),
    "tiers": Sentence(
        "Le programme a désormais des statuts : {names}.", "The programme now has statuses: {names}."
    ),
    "objectives": Sentence("Nouvel objectif : {name}.", "New objective: {name}."),
    "partners": Sentence("Nouveau partenaire : {name}.", "New partner: {name}."),
    "activities": Sentence("Nouvelle activité : {name}.", "New activity: {name}."),
    "audiences": Sentence("Nouvelle audience : {name}.", "New audience: {name}."),
}

REMOVED = {
    "currencies": Sentence("La monnaie « {name} » disparaît.", "The currency “{name}” is gone."),
    "rules": Sentence("La règle « {name} » disparaît.", "The rule “{name}” is gone."),
    "rewards": Sentence("L'avantage « {name} » disparaît.", "The reward “{name}” is gone."),
    "levels": Sentence("Le statut « {name} » disparaît.", "The “{name}” status is gone."),
    "tiers": Sentence("Le programme n'a plus de statuts.", "The programme has no statuses any more."),
    "objectives": Sentence("L'objectif « {name} » disparaît.", "The objective “{name}” is gone."),
    "partners": Sentence("Le partenaire « {name} » disparaît.", "The partner “{name}” is gone."),
    "activities": Sentence("L'activité « {name} » disparaît.", "The activity “{name}” is gone."),
    "audiences": Sentence("L'audience « {name} » disparaît.", "The audience “{name}” is gone."),
}

REORDERED = {
    "currencies": Sentence("L'ordre des monnaies change.", "The order of the currencies changes."),
    "rules": Sentence("L'ordre des règles change.", "The order of the rules changes."),
    "rewards": Sentence("L'ordre des avantages change.", "The order of the rewards changes."),
    "levels": Sentence("L'ordre des statuts change.", "The order of the statuses changes."),
    "objectives": Sentence("Le classement des objectifs change.", "The ranking of the objectives changes."),
    "activities": Sentence("L'ordre des activités change.", "The order of the activities changes."),
    "partners": Sentence("L'ordre des partenaires change.", "The order of the partners changes."),
    "audiences": Sentence("L'ordre des audiences change.", "The order of the audiences changes."),
}

FIELDS = {
    # The document.
    "document.programme": Sentence("code du programme", "code of the programme"),
    "document.name": Sentence("nom", "name"),
    "document.valid_from": Sentence("premier jour", "first day"),
    "document.zone": Sentence("fuseau horaire", "time zone"),
    "document.sale_currency": Sentence("monnaie des tickets", "currency of the tickets"),
    "document.exclusions.departments": Sentence("rayons exclus", "departments excluded"),
    "document.exclusions.brands": Sentence("marques exclues", "brands excluded"),
    "document.exclusions.products": Sentence("produits exclus", "products excluded"),
    "document.exclusions.kinds": Sentence("types de lignes exclus", "kinds of lines excluded"),
    "document.exclusions.discounted": Sentence("articles remisés exclus", "discounted lines excluded"),
    "document.returns.take_back": Sentence("en cas de retour", "on a return"),
    "document.forgotten_tickets": Sentence("tickets oubliés, à réclamer", "forgotten tickets, to be claimed"),
    "document.part_paid_with_rewards_earns": Sentence(
        "gain sur la part payée en points ou en bons", "earning on the part paid with points or vouchers"
    ),
    "document.terms": Sentence("conditions", "terms"),
    "document.notice": Sentence("préavis", "notice"),
    "document.leaving": Sentence("départ d'un membre", "leaving"),
    "document.closing": Sentence("fin du programme", "end of the programme"),
    "document.referral": Sentence("parrainage", "referrals"),
    "document.accounts": Sentence("comptes partagés", "shared accounts"),
    "document.labels.departments": Sentence("noms des rayons", "names of the departments"),
    "document.labels.brands": Sentence("noms des marques", "names of the brands"),
    "document.labels.stores": Sentence("noms des magasins", "names of the stores"),
    "document.labels.products": Sentence("noms des produits", "names of the products"),
    "document.labels.channels": Sentence("noms des canaux", "names of the channels"),
    # Currencies.
    "currencies.name": Sentence("nom", "name"),
    "currencies.singular": Sentence("nom au singulier", "name in the singular"),
    "currencies.kind": Sentence("nature", "kind"),
    "currencies.decimals": Sentence("décimales", "decimals"),
    "currencies.expires": Sentence("durée de validité", "time of validity"),
    "currencies.pending": Sentence("attente avant usage", "wait before use"),
    "currencies.debt_at_most": Sentence("solde négatif possible", "how far below zero"),
    "currencies.transfers": Sentence("dons entre membres", "transfers between members"),
    "currencies.worth": Sentence("valeur", "worth"),
    "currencies.pays": Sentence("utilisable pour payer", "can pay"),
    "currencies.pays_at_least": Sentence("minimum pour payer", "least to pay with"),
    "currencies.expected_redemption": Sentence("part utilisée attendue (%)", "share expected to be used (%)"),
    # Rules.
    "rules.name": Sentence("nom", "name"),
    "rules.trigger": Sentence("moment", "moment"),
    "rules.currency": Sentence("monnaie", "currency"),
    "rules.gift": Sentence("gain", "gift"),
    "rules.when.channels": Sentence("canaux", "channels"),
    "rules.when.stores": Sentence("magasins", "stores"),
    "rules.when.days": Sentence("jours", "days"),
    "rules.when.first_day": Sentence("premier jour", "first day"),
    "rules.when.last_day": Sentence("dernier jour", "last day"),
    "rules.when.tiers": Sentence("statuts", "statuses"),
    "rules.when.first_purchase": Sentence("premier achat seulement", "first purchase only"),
    "rules.when.amount_at_least": Sentence("achats minimum", "least spend"),
    "rules.when.amount_at_most": Sentence("achats maximum", "most spend"),
    "rules.lines.departments": Sentence("rayons", "departments"),
    "rules.lines.brands": Sentence("marques", "brands"),
    "rules.lines.products": Sentence("produits", "products"),
    "rules.cap_per_sale": Sentence("plafond par ticket", "cap per ticket"),
    "rules.cap": Sentence("plafond par client", "cap per customer"),
    "rules.times": Sentence("nombre de fois", "number of times"),
    "rules.quota": Sentence("premiers servis", "first served"),
    "rules.budget": Sentence("budget", "budget"),
    "rules.activity": Sentence("activité", "activity"),
    "rules.profile": Sentence("champs du profil", "fields of the profile"),
    "rules.goal": Sentence("but à atteindre", "goal to reach"),
    "rules.serves": Sentence("objectif servi", "objective served"),
    "rules.when.hours": Sentence("heures", "hours"),
    "rules.when.audiences": Sentence("audiences", "audiences"),
    "rules.when.engagement_at_least": Sentence("note d'engagement minimum", "least engagement score"),
    "objectives.name": Sentence("nom", "name"),
    "activities.name": Sentence("nom", "name"),
    "audiences.name": Sentence("nom", "name"),
    "audiences.answered": Sentence("réponse qui y fait entrer", "answer that leads into it"),
    "document.second_person_above": Sentence(
        "corrections et dons par l'équipe à deux au-delà de",
        "corrections and transfers by two persons above",
    ),
    "document.engagement": Sentence("note d'engagement", "engagement score"),
    "rules.pending": Sentence("attente propre avant usage", "wait before use of its own"),
    "rules.expires": Sentence("durée de validité propre", "time of validity of its own"),
    # Rewards, levels, tiers.
    "rewards.name": Sentence("nom", "name"),
    "rewards.costs": Sentence("coût", "cost"),
    "rewards.when.channels": Sentence("canaux", "channels"),
    "rewards.when.stores": Sentence("magasins", "stores"),
    "rewards.when.days": Sentence("jours", "days"),
    "rewards.when.first_day": Sentence("premier jour", "first day"),
    "rewards.when.last_day": Sentence("dernier jour", "last day"),
    "rewards.when.tiers": Sentence("statuts", "statuses"),
    "rewards.when.first_purchase": Sentence("premier achat seulement", "first purchase only"),
    "rewards.when.amount_at_least": Sentence("achats minimum", "least spend"),
    "rewards.when.amount_at_most": Sentence("achats maximum", "most spend"),
    "rewards.when.hours": Sentence("heures", "hours"),
    "rewards.when.audiences": Sentence("audiences", "audiences"),
    "rewards.when.engagement_at_least": Sentence("note d'engagement minimum", "least engagement score"),
    "rewards.stock": Sentence("stock", "stock"),
    "rewards.sessions": Sentence("sessions", "sessions"),
    "rewards.cancel_within": Sentence("temps pour annuler", "time to call off"),
    "rewards.serves": Sentence("objectif servi", "objective served"),
    "partners.name": Sentence("nom", "name"),
    "currencies.partner": Sentence("partenaire", "partner"),
    "currencies.settles": Sentence("dû au partenaire", "owed to the partner"),
    "rewards.gives": Sentence("contrepartie", "what it gives"),
    "levels.name": Sentence("nom", "name"),
    "levels.spend_at_least": Sentence("achats demandés", "spend asked for"),
    "levels.units_at_least": Sentence("unités à gagner", "units to earn"),
    "levels.purchases_at_least": Sentence("nombre d'achats demandé", "number of purchases asked for"),
    "levels.engagement_at_least": Sentence("note d'engagement demandée", "engagement score asked for"),
    "levels.says": Sentence("phrase dite à ses membres", "sentence told to its members"),
    "levels.benefits": Sentence("avantages", "benefits"),
    "tiers.needs": Sentence("conditions d'un statut", "conditions of a status"),
    "tiers.grace": Sentence("temps de grâce", "time of grace"),
    "tiers.window": Sentence("période prise en compte", "time whose spend counts"),
    "tiers.keep": Sentence("durée du statut", "time a status lasts"),
    "tiers.downgrade": Sentence("descente", "downgrade"),
}

ITEMS = Sentence("{subject} : {what} ({items}).", "{subject}: {what} ({items}).")
ITEMS_ADDED = Sentence("ajout de {names}", "added {names}")
ITEMS_REMOVED = Sentence("retrait de {names}", "removed {names}")
ITEMS_ONLY = Sentence("désormais seulement {names}", "now only {names}")
ITEMS_ALL = Sentence("désormais tous", "now all")
LABELS_CHANGED = Sentence("{subject} : {what} ({count} modifiés).", "{subject}: {what} ({count} changed).")
SET = Sentence("{subject} : {what}, désormais {after}.", "{subject}: {what}, now {after}.")
UNSET = Sentence(
    "{subject} : {what}, plus de limite (avant : {before}).",
    "{subject}: {what}, no limit now (before: {before}).",
)
UNSET_VALUE = Sentence(
    "{subject} : {what}, supprimé (avant : {before}).", "{subject}: {what}, removed (before: {before})."
)
REPLACED = Sentence(
    "{subject} : {what}, {after} (avant : {before}).", "{subject}: {what}, {after} (before: {before})."
)
GIFT = Sentence(
    "Désormais, {subject} {after} (avant : {before}).", "From now on {subject} {after} (before: {before})."
)
PERCENT = Sentence(
    "{subject} passe de {before} à {after}{only}.", "{subject} goes from {before} to {after}{only}."
)
NOTHING = Sentence("rien", "nothing")
ALSO_IN = Sentence(
    "{money}, ou {moneys} à un cours de {days} jours au plus",
    "{money}, or {moneys} at a rate of at most {days} days",
)
FORGOTTEN = Sentence("sous {days} jours", "within {days} days")
ONLY = Sentence(", pour {names} seulement", ", for {names} only")

_LIMITS = {"cap", "cap_per_sale", "times", "quota", "budget"}
_LISTED_MAX = 10


def change(
    found: Change, before: Document, after: Document, language: Language, *, for_members: bool = False
) -> str:
    """One change as a sentence. Names are the new document's, those of what is gone the old one's."""
    old, new = (phrases_of(one, language, for_members=for_members) for one in (before, after))
    if found.part in OFFER_PARTS:
        return offer_change(found, old, new)
    if found.part == "draws":
        return draw_change(found, old, new)
    if found.kind is Kind.ADDED:
        return _added(found, new)
    if found.kind is Kind.REMOVED:
        return old.say(REMOVED[found.part], name=_name(found, old))
    if found.kind is Kind.REORDERED:
        return new.say(REORDERED[found.part])
    return _changed(found, old, new)


def _added(found: Change, new: Phrases) -> str:
    values: dict[str, Any] = {"name": _name(found, new)}
    if isinstance(found.after, Rule):
        values["said"] = new.rule(found.after)
    elif isinstance(found.after, Reward):
        values["said"] = new.reward(found.after)
    elif found.part == "levels":
        values["asked"] = new.level_asks(
            found.after, new.document.tiers.needs if new.document.tiers else Needs.ONE
        ) or new.say(NOTHING)
    elif found.part == "tiers":
        values["names"] = new.level_names(level.code for level in found.after.levels)
    return new.say(ADDED[found.part], **values)


def _name(found: Change, phrases: Phrases) -> str:
    named: Mapping[str, Mapping[str, Listed]] = {
        "objectives": {one.code: one for one in phrases.document.objectives},
        "activities": {one.code: one for one in phrases.document.activities},
        "audiences": {one.code: one for one in phrases.document.audiences},
        "partners": {one.code: one for one in phrases.document.partners},
        "currencies": phrases.currencies,
        "rules": phrases.rules,
        "rewards": phrases.rewards,
        "levels": phrases.levels,
    }
    member = named.get(found.part, {}).get(found.subject)
    return found.subject if member is None else phrases.text(member.name)


def _changed(found: Change, old: Phrases, new: Phrases) -> str:
    subject = new.say(SUBJECTS[found.part], name=_name(found, new))
    what = new.say(FIELDS[f"{found.part}.{found.field}"])
    if isinstance(found.before, dict):
        keys = {*found.before, *found.after}
        count = sum(found.before.get(key) != found.after.get(key) for key in keys)
        return new.say(LABELS_CHANGED, subject=subject, what=what, count=count)
    if _is_selection(found.before) and _is_selection(found.after):
        return new.say(ITEMS, subject=subject, what=what, items=_selection(found, old, new))
    if isinstance(found.after, Gift):
        return _gift(found, subject, old, new)
    values = {"subject": subject, "what": what}
    if found.before in (None, ()):
        return new.say(SET, **values, after=_value_within(found, found.after, new))
    before = _value_within(found, found.before, old)
    if found.after in (None, ()):
        unset = UNSET if found.field in _LIMITS else UNSET_VALUE
        return new.say(unset, **values, before=before)
    return new.say(REPLACED, **values, before=before, after=_value_within(found, found.after, new))


def _value_within(found: Change, value: object, phrases: Phrases) -> str:
    """In the middle of a sentence: a value that is sentences of its own leaves its last full stop to it."""
    return _value(found, value, phrases).removesuffix(".")


def _gift(found: Change, subject: str, old: Phrases, new: Phrases) -> str:
    """« La règle « Fruits et légumes doublés » passe de 200 % à 150 %, pour Or seulement. »"""
    was, now = found.before.multiply, found.after.multiply
    if was is None or now is None or was.rule != now.rule:
        before, after = _value(found, found.before, old), _value(found, found.after, new)
        return new.say(GIFT, subject=_within(subject), before=before, after=after)
    rule = new.rules[found.subject]
    only = new.say(ONLY, names=new.level_names(rule.when.tiers)) if rule.when.tiers else ""
    before, after = (figures.percent(part.percent, new.language) for part in (was, now))
    return new.say(PERCENT, subject=subject, before=before, after=after, only=only)


def _within(subject: str) -> str:
    """As it stands in the middle of a sentence."""
    return subject[:1].lower() + subject[1:]


def _is_selection(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _selection(found: Change, old: Phrases, new: Phrases) -> str:
    """What comes in and what goes out; where nothing chosen means everything, that is said."""
    added = [item for item in found.after if item not in found.before]
    removed = [item for item in found.before if item not in found.after]
    if found.part != "document":
        if not found.after:
            return new.say(ITEMS_ALL)
        if not found.before:
            return new.say(ITEMS_ONLY, names=_names(found.field, added, new))
    parts = []
    if added:
        parts.append(new.say(ITEMS_ADDED, names=_names(found.field, added, new)))
    if removed:
        parts.append(new.say(ITEMS_REMOVED, names=_names(found.field, removed, old)))
    return ", ".join(parts)


def _names(field: str, codes: list[str], phrases: Phrases) -> str:
    kind = field.rsplit(".", 1)[-1]
    named = phrases.selected(kind, codes[:_LISTED_MAX])
    if len(codes) > _LISTED_MAX:
        named.append(f"… ({figures.number(len(codes), phrases.language)})")
        return ", ".join(named)
    return phrases.listing(named)


def _value(found: Change, value: Any, phrases: Phrases) -> str:
    """A value of the document as words; the document's types are closed, and so is this."""
    if (said := life_value(value, phrases)) is not None:
        return said
    match value:
        case bool():
            return phrases.say(YES_NO[value])
        case Trigger():
            return phrases.say(TRIGGERS[value])
        case Needs():
            return phrases.say(NEEDS[value])
        case tuple() if found.field == "sessions":
            return phrases.sessions(value)
        case tuple():
            return phrases.semicolons(phrases.text(item) for item in value)
        case Downgrade():
            return phrases.say(DOWNGRADES[value])
        case ReturnPolicy():
            return phrases.say(RETURN_POLICIES[value])
        case int():
            currency = phrases.rules[found.subject].currency if found.part == "rules" else found.subject
            is_units = found.field in ("cap_per_sale", "pays_at_least", "debt_at_most")
            return phrases.units(value, currency) if is_units else figures.number(value, phrases.language)
        case Text():
            return phrases.quoted(value)
        case Decimal():
            return phrases.amount(value)
        case date():
            return phrases.day(value)
        case Expiry():
            return phrases.expiry(value)
        case Pending():
            return phrases.pending(value)
        case Transfers():
            return phrases.transfers(value, found.subject)
        case Duration():
            return phrases.duration(value)
        case Gift():
            rule = phrases.rules[found.subject]
            return phrases.gift(value, rule.currency, rule.trigger)
        case Cap():
            return phrases.cap(value, phrases.rules[found.subject].currency)
        case Times():
            return phrases.times(value)
        case Quota():
            return phrases.quota(value)
        case Budget():
            return budget_said(value, phrases, phrases.rules[found.subject].currency)
        case Goal():
            return phrases.goal(value)
        case Hours():
            return phrases.hours(value)
        case Engagement():
            return phrases.engagement(value)
        case Answered():
            return phrases.answered(value)
        case Side():
            return phrases.side(value)
        case Accounts():
            return " ".join(account_lines(value, phrases)).removesuffix(".")
        case ForgottenTickets():
            return phrases.say(FORGOTTEN, days=figures.number(value.days, phrases.language))
        case Window():
            return phrases.window(value)
        case Worth():
            return phrases.worth(value, found.subject)
        case SaleCurrency():
            return _money(value, phrases)
    return _word(found, value, phrases)


def _money(value: SaleCurrency, phrases: Phrases) -> str:
    money = f"{value.code} ({value.decimals})"
    if not value.foreign:
        return money
    moneys = phrases.listing(f"{one.code} ({one.decimals})" for one in value.foreign)
    days = figures.number(value.rate_days_at_most, phrases.language)
    return phrases.say(ALSO_IN, money=money, moneys=moneys, days=days)


def _word(found: Change, value: Any, phrases: Phrases) -> str:
    """A code by what it is called."""
    if found.field == "activity":
        return phrases.activity_name(str(value))
    if found.field == "serves":
        return phrases.objective_name(str(value))
    if found.field == "currency":
        return phrases.currency_name(str(value))
    if found.field == "kind":
        return phrases.currency_kind(value)
    return str(value)
