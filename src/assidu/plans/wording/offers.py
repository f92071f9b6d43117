"""Offers in words: what they give and to whom, why one was given or not, what a till applied otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from assidu.decisions.decision import Reason, ReasonCode
from assidu.decisions.events import OfferStep
from assidu.decisions.offers.given import NoteCause, OfferGiven, OfferNote, Step
from assidu.decisions.offers.theirs import OfferState
from assidu.decisions.plan import GivesBack, OfferNeeds, StackingChoice
from assidu.plans.document import (
    Given,
    LegalCap,
    Odds,
    Offer,
    OfferEffect,
    Stacking,
    StackingGroup,
)
from assidu.plans.legal import laws
from assidu.plans.wording import figures
from assidu.plans.wording.budgets import budget_said
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.wanted import wanted

if TYPE_CHECKING:
    from assidu.plans.wording.phrases import Phrases

EFFECTS = {
    "percent": Sentence("{percent} de remise", "{percent} off"),
    "percent_at_most": Sentence(
        "{percent} de remise, au plus {most} par ticket", "{percent} off, at most {most} per ticket"
    ),
    "amount": Sentence("{amount} de remise", "{amount} off"),
    "price": Sentence("l'article à {amount}", "each item for {amount}"),
    "free_one": Sentence("l'article le moins cher offert", "the cheapest item free"),
    "free": Sentence("les {count} articles les moins chers offerts", "the {count} cheapest items free"),
    "buy_one": Sentence("pour {buy} achetés, {get} offert", "buy {buy}, get {get} free"),
    "buy": Sentence("pour {buy} achetés, {get} offerts", "buy {buy}, get {get} free"),
    "buy_percent": Sentence(
        "pour {buy} achetés, {percent} de remise sur {get} de plus", "buy {buy}, {percent} off {get} more"
    ),
    "times": Sentence(
        "{effect}, au plus {count} fois par ticket", "{effect}, at most {count} times per ticket"
    ),
    "times_one": Sentence("{effect}, une fois au plus par ticket", "{effect}, at most once per ticket"),
    "units": Sentence("{units} en plus", "{units} more"),
    "units_per_amount": Sentence("{units} en plus par tranche de {each}", "{units} more for each {each}"),
    "voucher": Sentence("{units}", "{units}"),
    "gift": Sentence("{name}", "{name}"),
    "gift_worth": Sentence("{name} (valeur {worth})", "{name} (worth {worth})"),
    "nothing": Sentence("rien", "nothing"),
}

LIMITS = {
    "chance": Sentence("tirage au sort : un ticket sur {one_in}", "drawn: one ticket in {one_in}"),
    "stock": Sentence("{count} en tout", "{count} in all"),
    "stock_one": Sentence("un seul en tout", "only one in all"),
    "group": Sentence("groupe {group}", "group {group}"),
    "group_with": Sentence("dans un groupe avec {names}", "in a group with {names}"),
    "exclusive": Sentence("jamais avec une autre offre", "never with another offer"),
    "combines": Sentence("cumulable", "joins other offers"),
    "combines_initial": Sentence(
        "cumulable, sur le prix de départ", "joins other offers, on the price before them"
    ),
    "discounted": Sentence("même sur les articles déjà remisés", "also on items already discounted"),
    "serves": Sentence("objectif : {objective}", "objective: {objective}"),
}

NEEDS = {
    OfferNeeds.NOTHING: Sentence("sans condition d'activation", "with nothing to do"),
    OfferNeeds.ALLOTTED: Sentence("pour qui elle est attribuée", "for those to whom it is allotted"),
    OfferNeeds.ACTIVATED: Sentence("pour qui l'a activée", "for those who activated it"),
    OfferNeeds.CODE: Sentence("sur présentation d'un code", "with a code"),
}

GIVES_BACK = {
    GivesBack.PLACE: Sentence("la place", "the place"),
    GivesBack.BUDGET: Sentence("le budget", "the budget"),
    GivesBack.STOCK: Sentence("le stock", "the stock"),
    GivesBack.TIMES: Sentence("le nombre de fois", "the number of times"),
}
BACK = Sentence("un retour libère {names}", "a return frees {names}")

OFFER = Sentence("{name} : {parts}.", "{name}: {parts}.")

CHOICES = {
    StackingChoice.CUSTOMER: Sentence("le meilleur pour le client", "the best for the customer"),
    StackingChoice.BRAND: Sentence(
        "le moins coûteux, sans refuser d'avantage possible", "the least costly that withholds nothing"
    ),
    StackingChoice.ORDER: Sentence("dans l'ordre des priorités", "in the order of priority"),
}
STACKING = {
    "choice": Sentence(
        "Un article reçoit un seul avantage, sauf offres cumulables ; entre plusieurs : {choice}.",
        "An item has one benefit, unless offers join; among several: {choice}.",
    ),
    "group": Sentence(
        "Groupe {group} : au plus {count} par ticket.", "Group {group}: at most {count} per ticket."
    ),
    "group_of": Sentence(
        "Parmi {names} : au plus {count} par ticket.", "Of {names}: at most {count} per ticket."
    ),
    "law": Sentence("{law} : rayons {names}.", "{law}: departments {names}."),
    "law_more": Sentence("{count} de plus", "{count} more"),
    "law_rules": Sentence(
        "{law} : rayons {names}, avec ce que les règles y donnent.",
        "{law}: departments {names}, together with what rules give there.",
    ),
}

REASONS = {
    ReasonCode.APPLIED: Sentence("{offer} : {given}", "{offer}: {given}"),
    ReasonCode.NOT_A_MEMBER: Sentence("{offer} : pas membre ce jour-là", "{offer}: not a member on that day"),
    ReasonCode.SUSPENDED: Sentence(
        "{offer} : carte suspendue ce jour-là", "{offer}: the membership was suspended on that day"
    ),
    ReasonCode.OTHER_CHANNEL: Sentence("{offer} : pas sur ce canal", "{offer}: not through this channel"),
    ReasonCode.OTHER_STORE: Sentence("{offer} : pas dans ce magasin", "{offer}: not in this store"),
    ReasonCode.OTHER_DAY: Sentence("{offer} : pas ce jour-là", "{offer}: not on this day"),
    ReasonCode.OTHER_HOUR: Sentence("{offer} : pas à cette heure", "{offer}: not at this hour"),
    ReasonCode.NOT_YET: Sentence("{offer} : pas encore commencée", "{offer}: has not begun yet"),
    ReasonCode.OVER: Sentence("{offer} : terminée", "{offer}: over"),
    ReasonCode.OTHER_TIER: Sentence("{offer} : pas pour ce statut", "{offer}: not for this status"),
    ReasonCode.NOT_FIRST_PURCHASE: Sentence(
        "{offer} : pour le premier achat seulement", "{offer}: for the first purchase only"
    ),
    ReasonCode.AMOUNT_TOO_LOW: Sentence(
        "{offer} : il manquait {missing} d'achats", "{offer}: {missing} more would have been needed"
    ),
    ReasonCode.AMOUNT_TOO_HIGH: Sentence(
        "{offer} : jusqu'à {limit_amount} seulement", "{offer}: only up to {limit_amount}"
    ),
    ReasonCode.NO_SUCH_LINE: Sentence(
        "{offer} : aucun article concerné", "{offer}: no item that it is about"
    ),
    ReasonCode.NOTHING_ELIGIBLE: Sentence("{offer} : rien à donner", "{offer}: nothing to give"),
    ReasonCode.TIMES_REACHED: Sentence(
        "{offer} : déjà utilisée, {used} fois sur {limit}", "{offer}: already used, {used} times of {limit}"
    ),
    ReasonCode.QUOTA_ASKED: Sentence(
        "{offer} : place demandée parmi {limit}", "{offer}: a place among {limit} was asked for"
    ),
    ReasonCode.QUOTA_TAKEN: Sentence(
        "{offer} : les {limit} places étaient prises", "{offer}: all {limit} places were taken"
    ),
    ReasonCode.BUDGET_GONE: Sentence("{offer} : budget épuisé", "{offer}: its budget is used up"),
    ReasonCode.STOCK_GONE: Sentence("{offer} : stock épuisé", "{offer}: out of stock"),
    ReasonCode.CODE_USED: Sentence("{offer} : ce code a déjà servi", "{offer}: this code was already used"),
    ReasonCode.NO_CODE: Sentence("{offer} : code non présenté", "{offer}: its code was not shown"),
    ReasonCode.NOT_ALLOTTED: Sentence("{offer} : non attribuée", "{offer}: not allotted"),
    ReasonCode.NOT_ACTIVATED: Sentence("{offer} : non activée", "{offer}: not activated"),
    ReasonCode.OFFER_USED: Sentence("{offer} : déjà utilisée", "{offer}: already used"),
    ReasonCode.ALREADY_DISCOUNTED: Sentence(
        "{offer} : articles déjà remisés par une autre promotion",
        "{offer}: the items are already discounted by another promotion",
    ),
    ReasonCode.TOO_FEW_UNITS: Sentence(
        "{offer} : il manquait {missing_units}", "{offer}: {missing_units} more would have been needed"
    ),
    ReasonCode.OUTDONE: Sentence(
        "{offer} : un autre avantage a été retenu", "{offer}: another benefit was given instead"
    ),
    ReasonCode.LEGAL_LIMIT: Sentence(
        "{offer} : la loi ne permet pas davantage", "{offer}: the law allows no more"
    ),
    ReasonCode.ODDS: Sentence("{offer} : une chance sur {one_in}", "{offer}: one chance in {one_in}"),
    ReasonCode.DRAW_LOST: Sentence(
        "{offer} : tirage perdu (une chance sur {one_in})", "{offer}: not drawn (one chance in {one_in})"
    ),
    ReasonCode.NOT_DRAWN: Sentence(
        "{offer} : ticket d'avant l'ouverture du tirage, ou tirage clos",
        "{offer}: the ticket is from before the draw was opened, or the draw was over",
    ),
    ReasonCode.NOT_IN_AUDIENCE: Sentence("{offer} : pas dans l'audience", "{offer}: not in the audience"),
    ReasonCode.ENGAGEMENT_TOO_LOW: Sentence(
        "{offer} : engagement insuffisant", "{offer}: engagement too low"
    ),
}

ASKED = {
    ReasonCode.OTHER_CHANNEL: Sentence(
        "{offer} : pas sur ce canal (seulement : {wanted})",
        "{offer}: not through this channel (only: {wanted})",
    ),
    ReasonCode.OTHER_DAY: Sentence(
        "{offer} : pas ce jour de la semaine (seulement : {wanted})",
        "{offer}: not on this weekday (only: {wanted})",
    ),
    ReasonCode.OTHER_HOUR: Sentence(
        "{offer} : pas à cette heure (seulement : {wanted})", "{offer}: not at this hour (only: {wanted})"
    ),
    ReasonCode.NOT_YET: Sentence("{offer} : à partir du {wanted}", "{offer}: from {wanted} on"),
    ReasonCode.OVER: Sentence("{offer} : terminée depuis le {wanted}", "{offer}: over since {wanted}"),
    ReasonCode.OTHER_TIER: Sentence(
        "{offer} : réservée au statut {wanted}", "{offer}: only for {wanted} status"
    ),
}
"""The same with what the offer asks for, where this version says it. Not the audience: members read this too, and what
a brand calls them among colleagues is not for them."""
ONCE = Sentence("{offer} : déjà utilisée", "{offer}: already used")
ITEMS = (Sentence("{n} article", "{n} item"), Sentence("{n} articles", "{n} items"))

GIVEN = {
    "off": Sentence("{amount} de remise", "{amount} off"),
    "off_clipped": Sentence(
        "{amount} de remise (au lieu de {wished} : budget épuisé)",
        "{amount} off (instead of {wished}: the budget is used up)",
    ),
    "units": Sentence("{units}", "{units}"),
    "units_clipped": Sentence(
        "{units} (au lieu de {wished} : budget épuisé)",
        "{units} (instead of {wished}: the budget is used up)",
    ),
    "gift": Sentence("{name}", "{name}"),
    "back": Sentence("{offer} : {amount} de remise annulée", "{offer}: {amount} off undone"),
    "gift_back": Sentence("{offer} : cadeau à rendre", "{offer}: the gift comes back"),
}

NOTES = {
    NoteCause.UNKNOWN_OFFER: Sentence(
        "La caisse a retiré {told} pour une offre inconnue ({offer}).",
        "The till took {told} off for an unknown offer ({offer}).",
    ),
    NoteCause.NOT_DUE: Sentence(
        "{offer} : {told} de remise que rien ne justifiait.", "{offer}: {told} off that was not due."
    ),
    NoteCause.BEYOND_LIMIT: Sentence(
        "{offer} : {told} de remise au-delà de ses limites.", "{offer}: {told} off beyond its limits."
    ),
    NoteCause.MORE_THAN_DUE: Sentence(
        "{offer} : {told} de remise au lieu de {due}.", "{offer}: {told} off instead of {due}."
    ),
    NoteCause.LESS_THAN_DUE: Sentence(
        "{offer} : {told} de remise seulement, au lieu de {due}.",
        "{offer}: only {told} off, instead of {due}.",
    ),
    NoteCause.NOT_GIVEN: Sentence(
        "{offer} : {due} de remise étaient dus, la caisse ne les a pas ôtés ; l'offre n'en est pas utilisée.",
        "{offer}: {due} off was due, the till did not take it off; the offer is not used by it.",
    ),
}
NOT_GIVEN_THEN = Sentence(
    "Ticket d'historique : ce que la caisse a ôté ce jour-là est ce qui a été ôté. Les offres de cette version en "
    "auraient ôté davantage : {offers}. Rien n'en est dû, et rien n'en est compté comme utilisé.",
    "A ticket of the past: what the till took off on that day is what was taken off. The offers of this version would "
    "have taken off more: {offers}. Nothing of it is owed, and nothing counts as used.",
)
NOT_GIVEN_PART = Sentence("{offer} ({due})", "{offer} ({due})")
NOT_EXACT = Sentence(
    "Trop d'offres en concurrence pour toutes les comparer : les plus avantageuses d'abord.",
    "Too many offers in each other's way to compare every choice: the most valuable went first.",
)

STEPS = {
    Step.ALLOTTED: Sentence("Offre {offer} attribuée le {day}.", "Offer {offer} allotted on {day}."),
    Step.SEEN: Sentence("Offre {offer} vue le {day}.", "Offer {offer} seen on {day}."),
    Step.ACTIVATED: Sentence("Offre {offer} activée le {day}.", "Offer {offer} activated on {day}."),
    Step.USED: Sentence("Offre {offer} utilisée le {day}.", "Offer {offer} used on {day}."),
    Step.WITHDRAWN: Sentence("Offre {offer} reprise le {day}.", "Offer {offer} taken back on {day}."),
}
STEP_TITLES = {
    Step.ALLOTTED: Sentence("Offre attribuée : {offer}", "Offer allotted: {offer}"),
    Step.SEEN: Sentence("Offre vue : {offer}", "Offer seen: {offer}"),
    Step.ACTIVATED: Sentence("Offre activée : {offer}", "Offer activated: {offer}"),
    Step.USED: Sentence("Offre utilisée : {offer}", "Offer used: {offer}"),
    Step.WITHDRAWN: Sentence("Offre reprise : {offer}", "Offer taken back: {offer}"),
}
STEP_NAMES = {
    Step.ALLOTTED: Sentence("attribuée", "allotted"),
    Step.SEEN: Sentence("vue", "seen"),
    Step.ACTIVATED: Sentence("activée", "activated"),
    Step.USED: Sentence("utilisée", "used"),
    Step.WITHDRAWN: Sentence("reprise", "taken back"),
}

STATES = {
    OfferState.OPEN: Sentence("sans rien à faire", "nothing to do"),
    OfferState.AVAILABLE: Sentence("à activer", "to be activated"),
    OfferState.ALLOTTED: Sentence("attribuée", "allotted"),
    OfferState.SEEN: Sentence("vue", "seen"),
    OfferState.ACTIVATED: Sentence("activée", "activated"),
    OfferState.USED: Sentence("utilisée", "used"),
    OfferState.EXPIRED: Sentence("expirée", "expired"),
}

# ---------------------------------------------------------------- what an offer is


def offer_said(offer: Offer, phrases: "Phrases") -> str:
    """A whole offer in one sentence."""
    return phrases.say(OFFER, name=phrases.quoted(offer.name), parts=offer_terms(offer, phrases))


def offer_terms(offer: Offer, phrases: "Phrases") -> str:
    """What it gives, to whom, how often: without its name."""
    effect = effect_said(offer.effect, phrases)
    circumstances = [*phrases.lines(offer.lines), *phrases.when(offer.when)]
    if offer.needs is not OfferNeeds.NOTHING:
        circumstances.append(phrases.say(NEEDS[offer.needs]))
    first = effect if not circumstances else f"{effect} {', '.join(circumstances)}"
    return phrases.semicolons([first, *_limits(offer, phrases)])


def terms_to_member(offer: Offer, phrases: "Phrases") -> str:
    """What it gives and on which tickets, for whoever it is theirs; how it is limited for all stays among staff."""
    effect = effect_said(offer.effect, phrases)
    circumstances = [*phrases.lines(offer.lines), *phrases.when(offer.when)]
    said = [effect if not circumstances else f"{effect} {', '.join(circumstances)}"]
    if offer.chance is not None:
        said.append(odds_said(offer.chance, phrases))
    if offer.times is not None:
        said.append(phrases.times(offer.times))
    return phrases.semicolons(said)


def state_said(state: OfferState, language: Language) -> str:
    """Where a customer stands with an offer, in a word or two."""
    return STATES[state].say(language)


def effect_said(effect: OfferEffect, phrases: "Phrases") -> str:
    language = phrases.language
    if effect.percent is not None:
        percent = figures.percent(effect.percent.off, language)
        if effect.percent.at_most is None:
            return phrases.say(EFFECTS["percent"], percent=percent)
        return phrases.say(
            EFFECTS["percent_at_most"], percent=percent, most=phrases.amount(effect.percent.at_most)
        )
    if effect.amount is not None:
        return phrases.say(EFFECTS["amount"], amount=phrases.amount(effect.amount))
    if effect.price is not None:
        return phrases.say(EFFECTS["price"], amount=phrases.amount(effect.price))
    if effect.free is not None:
        return phrases.say(EFFECTS["free_one" if effect.free == 1 else "free"], count=effect.free)
    if effect.buy is not None:
        buy = effect.buy
        key = ("buy_one" if buy.get == 1 else "buy") if buy.percent == 100 else "buy_percent"
        percent = figures.percent(buy.percent, language)
        said = phrases.say(EFFECTS[key], buy=buy.buy, get=buy.get, percent=percent)
        if buy.times is None:
            return said
        return phrases.say(EFFECTS["times_one" if buy.times == 1 else "times"], effect=said, count=buy.times)
    if effect.points is not None:
        return given_said(effect.points, phrases)
    if effect.voucher is not None:
        return phrases.units(effect.voucher.units or 1, effect.voucher.currency)
    if effect.gift is not None:
        name = phrases.text(effect.gift.name)
        if effect.gift.worth is None:
            return phrases.say(EFFECTS["gift"], name=name)
        return phrases.say(EFFECTS["gift_worth"], name=name, worth=phrases.amount(effect.gift.worth))
    return phrases.say(EFFECTS["nothing"])


def given_said(given: Given, phrases: "Phrases") -> str:
    if given.per_amount is not None:
        units = phrases.units(given.per_amount.give, given.currency)
        return phrases.say(
            EFFECTS["units_per_amount"], units=units, each=phrases.amount(given.per_amount.each)
        )
    return phrases.say(EFFECTS["units"], units=phrases.units(given.units or 0, given.currency))


def odds_said(odds: Odds, phrases: "Phrases") -> str:
    return phrases.say(LIMITS["chance"], one_in=figures.number(odds.one_in, phrases.language))


def _limits(offer: Offer, phrases: "Phrases") -> list[str]:
    found = []
    if offer.chance is not None:
        found.append(odds_said(offer.chance, phrases))
    if offer.quota is not None:
        found.append(phrases.quota(offer.quota))
    if offer.times is not None:
        found.append(phrases.times(offer.times))
    if offer.budget is not None:
        found.append(budget_said(offer.budget, phrases))
    if offer.stock is not None:
        key = "stock_one" if offer.stock == 1 else "stock"
        found.append(phrases.say(LIMITS[key], count=figures.number(offer.stock, phrases.language)))
    if offer.group is not None:
        others = [name for code, name in _in_group(offer.group, phrases) if code != offer.code]
        found.append(
            phrases.say(LIMITS["group_with"], names=phrases.listing(others))
            if others
            else phrases.say(LIMITS["group"], group=offer.group)
        )
    if offer.exclusive:
        found.append(phrases.say(LIMITS["exclusive"]))
    if offer.combines:
        found.append(phrases.say(LIMITS["combines_initial" if offer.on_initial_price else "combines"]))
    if offer.takes_discounted:
        found.append(phrases.say(LIMITS["discounted"]))
    if offer.gives_back != (GivesBack.STOCK,) and offer.gives_back:
        found.append(phrases.say(BACK, names=gives_back_said(offer.gives_back, phrases)))
    if offer.serves is not None:
        found.append(phrases.say(LIMITS["serves"], objective=phrases.objective_name(offer.serves)))
    return found


def gives_back_said(parts: tuple[GivesBack, ...], phrases: "Phrases") -> str:
    return phrases.listing(phrases.say(GIVES_BACK[part]) for part in parts)


def stacking_said(stacking: Stacking, caps: tuple[LegalCap, ...], phrases: "Phrases") -> list[str]:
    said = [phrases.say(STACKING["choice"], choice=phrases.say(CHOICES[stacking.choose]))]
    said += [group_said(group, phrases) for group in stacking.groups]
    return said + [law_said(cap, phrases) for cap in caps]


def _in_group(group: str, phrases: "Phrases") -> list[tuple[str, str]]:
    """Code and name of the offers of a group."""
    return [
        (code, phrases.quoted(offer.name)) for code, offer in phrases.offers.items() if offer.group == group
    ]


def group_said(group: StackingGroup, phrases: "Phrases") -> str:
    """By the offers in it: a group has no name, only a code that nobody but its author knows."""
    names = [name for _, name in _in_group(group.code, phrases)]
    if not names:
        return phrases.say(STACKING["group"], group=group.code, count=group.at_most)
    return phrases.say(STACKING["group_of"], names=phrases.listing(names), count=group.at_most)


LAW_DEPARTMENTS_SHOWN = 8


def law_said(cap: LegalCap, phrases: "Phrases") -> str:
    law = laws().get(cap.law)
    name = cap.law if law is None else phrases.text(law.name)
    departments = [*phrases.selected("departments", cap.departments[:LAW_DEPARTMENTS_SHOWN])]
    if more := len(cap.departments) - len(departments):
        departments.append(phrases.say(STACKING["law_more"], count=figures.number(more, phrases.language)))
    sentence = STACKING["law_rules" if cap.holds_rules else "law"]
    return phrases.say(sentence, law=name, names=phrases.listing(departments))


# ---------------------------------------------------------------- what became of one


def offer_name(code: str, phrases: "Phrases") -> str:
    offer = phrases.offers.get(code)
    return code if offer is None else phrases.quoted(offer.name)


def offer_reason(found: Reason, offer: Offer | None, phrases: "Phrases") -> str:
    """« Café à moitié prix » : il manque 2,00 €. The code stands where this version has no such offer."""
    given = found.figures
    language = phrases.language
    asks = "" if offer is None else wanted(found.code, offer.when, phrases)
    sentence = ASKED[found.code] if asks and found.code in ASKED else REASONS[found.code]
    if found.code is ReasonCode.TIMES_REACHED and given.get("limit") == 1:
        sentence = ONCE
    missing = given.get("missing", 0)
    return phrases.say(
        sentence,
        wanted=asks,
        offer=offer_name(found.rule, phrases) if offer is None else phrases.quoted(offer.name),
        given="" if offer is None else _given(given, offer, phrases),
        missing=_money(given.get("missing_minor", 0), phrases),
        limit_amount=_money(given.get("limit_minor", 0), phrases),
        missing_units=phrases.say(ITEMS[missing != 1], n=figures.number(missing, language)),
        used=figures.number(given.get("used", 0), language),
        limit=figures.number(given.get("limit", 0), language),
        one_in=figures.number(given.get("one_in", 0), language),
    )


def _given(given: Mapping[str, int], offer: Offer, phrases: "Phrases") -> str:
    if "given_minor" in given:
        amount = _money(given["given_minor"], phrases)
        if "wished_minor" in given:
            wished = _money(given["wished_minor"], phrases)
            return phrases.say(GIVEN["off_clipped"], amount=amount, wished=wished)
        return phrases.say(GIVEN["off"], amount=amount)
    effect = offer.effect.points or offer.effect.voucher
    if effect is not None:
        units = phrases.units(given.get("given", 0), effect.currency)
        if "wished" in given:
            wished = phrases.units(given["wished"], effect.currency)
            return phrases.say(GIVEN["units_clipped"], units=units, wished=wished)
        return phrases.say(GIVEN["units"], units=units)
    return effect_said(offer.effect, phrases)


def given_back_said(one: OfferGiven, phrases: "Phrases") -> str:
    """Of what a return or a ticket says of an offer."""
    offer = phrases.offers.get(one.offer)
    name = offer_name(one.offer, phrases)
    if one.given_minor < 0:
        return phrases.say(GIVEN["back"], offer=name, amount=_money(-one.given_minor, phrases)) + "."
    if one.quantity < 0:
        return phrases.say(GIVEN["gift_back"], offer=name) + "."
    figures_ = {"given_minor": one.given_minor} if one.given_minor else {}
    if one.wished_minor != one.given_minor:
        figures_["wished_minor"] = one.wished_minor
    said = name if offer is None else _given(figures_, offer, phrases)
    return phrases.say(REASONS[ReasonCode.APPLIED], offer=name, given=said) + "."


def notes_said(notes: Sequence[OfferNote], phrases: "Phrases", *, is_past: bool) -> Iterator[str]:
    """What a till applied otherwise. That of a ticket that was taken in afterwards (``is_past``) could not know these
    offers: what they would have taken off is told once, with that reason."""
    missed = [note for note in notes if is_past and note.cause is NoteCause.NOT_GIVEN]
    yield from (note_said(note, phrases) for note in notes if note not in missed)
    if missed:
        offers = phrases.listing(
            phrases.say(
                NOT_GIVEN_PART, offer=offer_name(note.offer, phrases), due=_money(note.due_minor, phrases)
            )
            for note in missed
        )
        yield phrases.say(NOT_GIVEN_THEN, offers=offers)


def note_said(note: OfferNote, phrases: "Phrases") -> str:
    return phrases.say(
        NOTES[note.cause],
        offer=offer_name(note.offer, phrases),
        told=_money(note.told_minor, phrases),
        due=_money(note.due_minor, phrases),
    )


def offer_step_said(event: OfferStep, phrases: "Phrases", day: str) -> str:
    return phrases.say(STEPS[Step(event.step)], offer=offer_name(event.offer, phrases), day=day)


def offer_step_title(event: OfferStep, phrases: "Phrases") -> str:
    offer = phrases.offers.get(event.offer)
    name = event.offer if offer is None else phrases.text(offer.name)
    return phrases.say(STEP_TITLES[Step(event.step)], offer=name)


def _money(minor: int, phrases: "Phrases") -> str:
    return figures.money(minor, phrases.document.sale_currency, phrases.language)
