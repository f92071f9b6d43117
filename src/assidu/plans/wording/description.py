"""A whole programme in plain sentences, for screens and for whoever asks `assidu plan describe`."""

from collections.abc import Mapping
from dataclasses import dataclass

from assidu.decisions.plan import CurrencyKind
from assidu.plans.document import Currency, Document, Level, Terms, Tiers
from assidu.plans.wording import accounts as shared
from assidu.plans.wording import figures
from assidu.plans.wording.draws import draw_said
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.life import TITLES as LIFE_TITLES
from assidu.plans.wording.life import life_lines, terms_named, terms_said
from assidu.plans.wording.offers import offer_said, stacking_said
from assidu.plans.wording.phrases import DOWNGRADES, RETURN_POLICIES, Phrases, phrases_of
from assidu.plans.wording.wallets import DEBT, is_of_lot

TITLES = {
    "currencies": Sentence("Les monnaies", "Currencies"),
    "objectives": Sentence("Les objectifs, par ordre d'importance", "Objectives, the first one first"),
    "rules": Sentence("Gagner", "Earning"),
    "engagement": Sentence("L'engagement", "Engagement"),
    "audiences": Sentence("Les audiences qui se remplissent seules", "Audiences that fill themselves"),
    "exclusions": Sentence("Ce qui ne rapporte rien", "What earns nothing"),
    "rewards": Sentence("Utiliser", "Using"),
    "offers": Sentence("Les offres", "Offers"),
    "stacking": Sentence("Le cumul des offres", "How offers go together"),
    "draws": Sentence("Les tirages au sort", "Prize draws"),
    "tiers": Sentence("Les statuts", "Statuses"),
    "returns": Sentence("Les retours", "Returns"),
    "sale_currency": Sentence("Les monnaies des tickets", "The money of the tickets"),
    "forgotten_tickets": Sentence("Les tickets oubliés", "Forgotten tickets"),
    "accounts": shared.TITLE,
    **LIFE_TITLES,
}

LINES = {
    "opening": Sentence(
        "{programme}, à partir du {day} (fuseau {zone}, montants en {money}).",
        "{programme}, from {day} on (time zone {zone}, amounts in {money}).",
    ),
    "opening_version": Sentence(
        "{programme}, version {version}, à partir du {day} (fuseau {zone}, montants en {money}).",
        "{programme}, version {version}, from {day} on (time zone {zone}, amounts in {money}).",
    ),
    "foreign": Sentence(
        "Un ticket peut aussi être payé en {moneys} ; il est converti une fois pour toutes, à son propre cours ou à "
        "celui de son jour, à défaut au dernier connu s'il a {days} jours au plus.",
        "A ticket may also be paid in {moneys}; it is converted once and for all, at its own rate or at that of its "
        "day, else at the last one known if it is no more than {days} days old.",
    ),
    "never_expires": Sentence("sans date limite", "with no expiry"),
    "expires": Sentence("validité de {duration}", "valid for {duration}"),
    "expires_otherwise": Sentence("validité : {validity}", "validity: {validity}"),
    "pays": Sentence("permet de payer", "can pay"),
    "pays_from": Sentence("permet de payer à partir de {units}", "can pay from {units} on"),
    "excluded": Sentence("Ne rapportent rien : {names}.", "These earn nothing: {names}."),
    "discounted": Sentence("Les articles remisés ne rapportent rien.", "Discounted items earn nothing."),
    "part_paid_earns": Sentence(
        "La part d'un ticket payée en points ou en bons rapporte aussi.",
        "The part of a ticket paid with points or vouchers earns too.",
    ),
    "part_paid_earns_nothing": Sentence(
        "La part d'un ticket payée en points ou en bons ne rapporte rien.",
        "The part of a ticket paid with points or vouchers earns nothing.",
    ),
    "level_free": Sentence("{name} : dès l'adhésion.", "{name}: on joining."),
    "level": Sentence("{name} : dès {asked} sur {window}.", "{name}: from {asked} over {window}."),
    "says": Sentence("{said} On leur dit : {told}.", "{said} They are told: {told}."),
    "benefits": Sentence("{said} Avec : {benefits}.", "{said} With: {benefits}."),
    "grace": Sentence(
        "Avant de descendre, le statut est gardé encore {duration}.",
        "Before going down, a status is kept for another {duration}.",
    ),
    "keep": Sentence(
        "Un statut est gardé {duration} ; si les achats ne suffisent plus, on descend {downgrade}.",
        "A status lasts {duration}; when the spend no longer reaches it, one goes {downgrade}.",
    ),
    "answered": Sentence(
        "{audience} : qui a répondu en dernier {answered}.", "{audience}: whoever last answered {answered}."
    ),
    "returns": Sentence("En cas de retour, {policy}.", "On a return, {policy}."),
    "forgotten_tickets": Sentence(
        "Un ticket passé sans la carte peut être réclamé sous {days} jours ; il rapporte selon les règles de son jour.",
        "A ticket without the card may be claimed within {days} days; it earns by the rules of its own day.",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; ``code`` is that of the rule, reward, currency or status it speaks of. ``url``: where what it names
    is found, and ``link`` says it without the address, for pages that can make it a link."""

    sentence: str
    code: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """``code`` is the part of the document: ``rules``, ``tiers``…"""

    code: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Description:
    opening: str
    sections: tuple[Section, ...]


def describe(document: Document, language: Language, *, for_members: bool = False) -> Description:
    """Section by section, rule by rule; parts that the document does not have are left out."""
    phrases = phrases_of(document, language, for_members=for_members)
    links = {terms_said(one, phrases): one for one in document.terms if one.url is not None}
    sections = {
        "objectives": [
            Line(f"{rank}. {_capital(phrases.text(objective.name))}.", objective.code)
            for rank, objective in enumerate(document.objectives, start=1)
        ],
        "rules": [Line(phrases.rule(rule), rule.code) for rule in document.rules],
        "exclusions": _exclusions(phrases),
        "rewards": [Line(phrases.reward(reward), reward.code) for reward in document.rewards],
        "offers": [Line(offer_said(offer, phrases), offer.code) for offer in document.offers],
        "stacking": [Line(said) for said in stacking_said(document.stacking, document.legal_caps, phrases)]
        if document.offers
        else [],
        "draws": [Line(draw_said(draw, phrases), draw.code) for draw in document.draws],
        "tiers": [] if document.tiers is None else _tiers(document.tiers, phrases),
        "currencies": [Line(_currency(currency, phrases), currency.code) for currency in document.currencies],
        "engagement": []
        if document.engagement is None
        else [Line(_capital(phrases.engagement(document.engagement)) + ".")],
        "audiences": [] if for_members else _audiences(phrases),
        "sale_currency": _foreign(phrases),
        "returns": [_returns(phrases)],
        "forgotten_tickets": _forgotten(phrases),
        "accounts": [Line(said) for said in shared.account_lines(document.accounts, phrases)],
        **{
            part: [_life(said, links, phrases) for said in sentences]
            for part, sentences in life_lines(document, phrases).items()
        },
    }
    return Description(
        _opening(phrases),
        tuple(
            Section(code, phrases.say(TITLES[code]), tuple(lines))
            for code, lines in sections.items()
            if lines
        ),
    )


def _audiences(phrases: Phrases) -> list[Line]:
    return [
        Line(
            phrases.say(
                LINES["answered"], audience=phrases.quoted(one.name), answered=phrases.answered(one.answered)
            ),
            one.code,
        )
        for one in phrases.document.audiences
        if one.answered is not None
    ]


def _life(said: str, links: Mapping[str, Terms], phrases: Phrases) -> Line:
    terms = links.get(said)
    if terms is None or terms.url is None or not terms.url.startswith(("https://", "http://")):
        return Line(said)
    return Line(said, url=terms.url, link=terms_named(terms, phrases))


def _opening(phrases: Phrases) -> str:
    document = phrases.document
    sentence = LINES["opening" if document.version is None else "opening_version"]
    return phrases.say(
        sentence,
        programme=phrases.text(document.name),
        version=document.version,
        day=phrases.day(document.valid_from),
        zone=document.zone,
        money=document.sale_currency.code,
    )


def _currency(currency: Currency, phrases: Phrases) -> str:
    name = phrases.text(currency.name)
    parts = []
    if currency.worth is not None:
        parts.append(phrases.worth(currency.worth, currency.code))
    if currency.expires is None:
        parts.append(phrases.say(LINES["never_expires"]))
    elif is_of_lot(currency.expires):
        parts.append(phrases.say(LINES["expires"], duration=phrases.duration(currency.expires)))
    else:
        parts.append(phrases.say(LINES["expires_otherwise"], validity=phrases.expiry(currency.expires)))
    if currency.pending is not None:
        parts.append(phrases.pending(currency.pending))
    if currency.pays and currency.pays_at_least > 1:
        parts.append(
            phrases.say(LINES["pays_from"], units=phrases.units(currency.pays_at_least, currency.code))
        )
    elif currency.pays and currency.kind is not CurrencyKind.VOUCHER:
        parts.append(phrases.say(LINES["pays"]))
    if currency.transfers is not None:
        parts.append(phrases.transfers(currency.transfers, currency.code))
    if currency.debt_at_most is not None:
        parts.append(phrases.say(DEBT, units=phrases.units(currency.debt_at_most, currency.code)))
    return phrases.say(
        Sentence("{name} : {parts}.", "{name}: {parts}."),
        name=_capital(name),
        parts=phrases.semicolons(parts),
    )


def _exclusions(phrases: Phrases) -> list[Line]:
    out = phrases.document.exclusions
    names = [
        *phrases.selected("departments", out.departments),
        *phrases.selected("brands", out.brands),
        *phrases.selected("products", out.products[:20]),
        *phrases.selected("kinds", out.kinds),
    ]
    if len(out.products) > 20:
        names.append("…")
    lines = [Line(phrases.say(LINES["excluded"], names=phrases.semicolons(names)))] if names else []
    if out.discounted:
        lines.append(Line(phrases.say(LINES["discounted"])))
    earns = phrases.document.part_paid_with_rewards_earns
    lines.append(Line(phrases.say(LINES["part_paid_earns" if earns else "part_paid_earns_nothing"])))
    return lines


def _tiers(tiers: Tiers, phrases: Phrases) -> list[Line]:
    window = phrases.window(tiers.window)
    lines = [Line(_level(level, tiers, window, phrases), level.code) for level in tiers.levels]
    downgrade = phrases.say(DOWNGRADES[tiers.downgrade])
    return [
        *lines,
        Line(phrases.say(LINES["keep"], duration=phrases.duration(tiers.keep), downgrade=downgrade)),
        *([Line(phrases.say(LINES["grace"], duration=phrases.duration(tiers.grace)))] if tiers.grace else ()),
    ]


def _level(level: Level, tiers: Tiers, window: str, phrases: Phrases) -> str:
    asked = phrases.level_asks(level, tiers.needs)
    name = phrases.text(level.name)
    said = phrases.say(LINES["level" if asked else "level_free"], name=name, asked=asked, window=window)
    if level.benefits:
        benefits = phrases.semicolons(phrases.benefits(level.code))
        said = phrases.say(LINES["benefits"], said=said, benefits=benefits)
    if level.says is None:
        return said
    return phrases.say(LINES["says"], said=said, told=phrases.quoted(level.says))


def _foreign(phrases: Phrases) -> list[Line]:
    money = phrases.document.sale_currency
    if not money.foreign:
        return []
    moneys = phrases.listing(figures.money_name(one.code, phrases.language) for one in money.foreign)
    days = figures.number(money.rate_days_at_most, phrases.language)
    return [Line(phrases.say(LINES["foreign"], moneys=moneys, days=days))]


def _returns(phrases: Phrases) -> Line:
    policy = phrases.say(RETURN_POLICIES[phrases.document.returns.take_back])
    return Line(phrases.say(LINES["returns"], policy=policy))


def _forgotten(phrases: Phrases) -> list[Line]:
    part = phrases.document.forgotten_tickets
    if part is None:
        return []
    days = figures.number(part.days, phrases.language)
    return [Line(phrases.say(LINES["forgotten_tickets"], days=days))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
