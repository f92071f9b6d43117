"""What the till prints or shows: what was gained and used, the balance, and what is missing to the next status."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from assidu.decisions.decision import Account, Award, Decision
from assidu.decisions.plan import REFERRAL, CurrencyKind, Plan
from assidu.decisions.state import Membership, State, TierCause
from assidu.decisions.tiers import to_climb
from assidu.plans.document import Document
from assidu.plans.wording import figures
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.life import REFERRAL_NAME, closing_note
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.standing import is_reached, missing_said

PARTS_MAX = 4
"""A receipt names the rules and offers that gave most; what the others gave is told as one part."""

SHORT_MAX = 40
"""What the customer's side of an ordinary till can show."""

RECEIPTS = {
    "gained": Sentence("Vous gagnez {units}.", "You earn {units}."),
    "gained_by": Sentence("Vous gagnez {units} ({rule}).", "You earn {units} ({rule})."),
    "gained_in_parts": Sentence("Vous gagnez {units} ({parts}).", "You earn {units} ({parts})."),
    "part": Sentence("{quantity} de {rule}", "{quantity} from {rule}"),
    "part_spent": Sentence("{quantity} pour vos achats", "{quantity} for what you bought"),
    "part_others": Sentence("{quantity} d'autres avantages", "{quantity} from others"),
    "used": Sentence("Vous utilisez {units}.", "You use {units}."),
    "taken_back": Sentence("Retour : {units} en moins.", "Return: {units} less."),
    "changed": Sentence("Ticket modifié : {units} en moins.", "Ticket changed: {units} less."),
    "given_back": Sentence("{units} vous sont rendus.", "{units} given back to you."),
    "given_back_one": Sentence("{units} vous est rendu.", "{units} given back to you."),
    "expired": Sentence("{units} ont expiré.", "{units} expired."),
    "expired_one": Sentence("{units} a expiré.", "{units} expired."),
    "balance": Sentence("Solde : {units}.", "Balance: {units}."),
    "to_come": Sentence("{units} à venir, utilisables dès le {day}.", "{units} to come, usable from {day}."),
    "to_come_first": Sentence(
        "{units} à venir, les premiers dès le {day}.", "{units} to come, the first from {day}."
    ),
    "to_come_event": Sentence(
        "{units} à venir, après l'événement « {event} ».", "{units} to come, after the event “{event}”."
    ),
    "reached": Sentence(
        "Bravo, vous passez au statut {tier} !", "Congratulations, you now have {tier} status!"
    ),
    "lowered": Sentence("Votre statut est désormais {tier}.", "Your status is now {tier}."),
    "welcome": Sentence("Bienvenue dans {programme} !", "Welcome to {programme}!"),
    "welcome_back": Sentence(
        "Bon retour dans {programme} : vous retrouvez tout.",
        "Welcome back to {programme}: everything is as you left it.",
    ),
    "left": Sentence(
        "Vous avez quitté {programme}. En revenant avant la fin du {day}, vous retrouvez tout.",
        "You have left {programme}. By coming back until {day} you find everything again.",
    ),
    "missing": Sentence("Encore {missing} pour le statut {tier}.", "{missing} for {tier} status."),
    "unknown": Sentence(
        "Carte inconnue de {programme}, ou pas encore membre : ce ticket ne rapporte rien.",
        "A card that {programme} does not know, or not a member yet: this ticket earns nothing.",
    ),
    "not_a_member": Sentence(
        "Pas membre de {programme} ce jour-là : ce ticket ne rapporte rien.",
        "Not a member of {programme} on that day: this ticket earns nothing.",
    ),
    "suspended": Sentence(
        "Votre carte {programme} est suspendue : ce ticket ne rapporte rien, et rien ne se perd.",
        "Your {programme} card is suspended: this ticket earns nothing, and nothing is lost.",
    ),
    "short": Sentence("+{gained} {name}, solde {balance}", "+{gained} {name}, balance {balance}"),
    "short_used": Sentence("-{used} {name}, solde {balance}", "-{used} {name}, balance {balance}"),
    "short_both": Sentence("+{gained} -{used}, solde {balance}", "+{gained} -{used}, balance {balance}"),
    "short_balance": Sentence("Solde {balance} {name}", "Balance {balance} {name}"),
    "short_nothing": Sentence("Merci de votre visite", "Thank you for your visit"),
}

Moved = Mapping[tuple[str, Account, Account], int]
"""Units moved by one decision, by (currency, source, target), accounts of the wallet told as one (``AVAILABLE``)."""


def receipt(
    decision: Decision,
    state: State,
    plan: Plan,
    document: Document,
    language: Language,
    day: date | None = None,
) -> str:
    """Full sentences for a receipt. ``state`` is the customer's *after* the decision.

    ``day`` is that of the balance; it is the ticket's own when left out, and without either nothing is said of
    what is missing to the next status.
    """
    phrases = phrases_of(document, language)
    if decision.inputs is not None and not decision.inputs.is_member:
        # Whoever comes with a card that nobody has is a customer, and no member.
        stranger = "unknown" if state.membership is Membership.NONE else "not_a_member"
        said = "suspended" if decision.inputs.is_suspended else stranger
        return _say(phrases, said, programme=phrases.text(document.name))
    if state.regret_until is not None and decision.membership is not None:
        last_day = phrases.day(state.regret_until - timedelta(days=1))
        return _say(phrases, "left", programme=phrases.text(document.name), day=last_day)
    parts = [*_welcome(decision, phrases), *_movements(decision, phrases)]
    parts.append(_say(phrases, "balance", units=phrases.listing(_balances(decision, state, phrases))))
    if state.pending:
        parts += _to_come(state, phrases)
    parts += _status(decision, state, plan, phrases, day)
    if state.membership is Membership.MEMBER and (says := phrases.says(state.tier)):
        parts.append(says)
    if plan.closing is not None:
        told_on = day or (decision.inputs.day if decision.inputs is not None else None)
        if told_on is not None:
            parts.append(closing_note(document, told_on, phrases))
    return " ".join(parts)


def short_receipt(decision: Decision, state: State, document: Document, language: Language) -> str:
    """At most ``SHORT_MAX`` plain characters for a till's display, on the first currency that moved, else the first."""
    phrases = phrases_of(document, language)
    moved = _moved(decision)
    shown_moves = {(Account.ISSUED, Account.AVAILABLE), (Account.AVAILABLE, Account.USED)}
    touched = {currency for currency, source, target in moved if (source, target) in shown_moves}
    main = next((one for one in document.currencies if one.code in touched), document.currencies[0])
    gained = moved.get((main.code, Account.ISSUED, Account.AVAILABLE), 0)
    used = moved.get((main.code, Account.AVAILABLE, Account.USED), 0)
    balance = state.available(main.code)
    shown = {
        "gained": figures.number(gained, language, main.decimals),
        "used": figures.number(used, language, main.decimals),
        "balance": figures.number(balance, language, main.decimals),
        "name": figures.name_of(gained or used or balance, main, language),
    }
    if decision.inputs is not None and not decision.inputs.is_member:
        wanted = []
    elif gained and used:
        wanted = ["short_both"]
    elif gained or used:
        wanted = ["short" if gained else "short_used", "short_balance"]
    else:
        wanted = ["short_balance"]
    for key in (*wanted, "short_nothing"):
        text = _plain(_say(phrases, key, **shown))
        if len(text) <= SHORT_MAX:
            return text
    raise AssertionError("the last sentence is short in every language")


def _say(phrases: Phrases, key: str, **values: object) -> str:
    return RECEIPTS[key].say(phrases.language, **values)


def _one_or_many(phrases: Phrases, key: str, quantity: int, currency: str) -> str:
    known = phrases.currencies.get(currency)
    one = 10 ** (known.decimals if known is not None else 0)
    return _say(phrases, f"{key}_one" if quantity < 2 * one else key, units=phrases.units(quantity, currency))


def _moved(decision: Decision) -> dict[tuple[str, Account, Account], int]:
    moved: dict[tuple[str, Account, Account], int] = {}
    for posting in decision.postings:
        source = Account.AVAILABLE if posting.source.is_in_wallet else posting.source
        target = Account.AVAILABLE if posting.target.is_in_wallet else posting.target
        key = (posting.currency, source, target)
        moved[key] = moved.get(key, 0) + posting.quantity
    return moved


def _welcome(decision: Decision, phrases: Phrases) -> Iterator[str]:
    """Only for those who just joined, or came back: a member taken over from an earlier programme has been there for
    long."""
    change = decision.membership
    if change is not None and change.since is not None and change.membership is Membership.MEMBER:
        yield _say(phrases, "welcome_back", programme=phrases.text(phrases.document.name))
        return
    if (
        decision.membership is not None
        and decision.tier is not None
        and decision.tier.cause is TierCause.JOINED
    ):
        yield _say(phrases, "welcome", programme=phrases.text(phrases.document.name))


def _movements(decision: Decision, phrases: Phrases) -> Iterator[str]:
    """What was used comes before what was gained, as on the ticket."""
    moved = _moved(decision)
    sentences = {
        (Account.AVAILABLE, Account.USED): "used",
        (Account.USED, Account.AVAILABLE): "given_back",
        (Account.AVAILABLE, Account.ISSUED): "taken_back",
        (Account.AVAILABLE, Account.BREAKAGE): "expired",
    }
    for (currency, source, target), quantity in moved.items():
        key = sentences.get((source, target))
        if key in ("given_back", "expired"):
            yield _one_or_many(phrases, key, quantity, currency)
        elif key is not None:
            if key == "taken_back" and decision.inputs is not None:
                key = "changed"  # a return looks at nothing new
            yield _say(phrases, key, units=phrases.units(quantity, currency))
    for (currency, source, target), quantity in moved.items():
        if source is Account.ISSUED and target is Account.AVAILABLE:
            yield _gained(decision.awards, currency, quantity, phrases)


def _gained(awards: tuple[Award, ...], currency: str, gained: int, phrases: Phrases) -> str:
    """The total, and the parts that make it: they add up. The plain rule that everybody knows needs no name.

    Where a part made up for what could not be taken back before, the total is not theirs, and stands alone."""
    theirs = [award for award in awards if award.currency == currency and award.quantity]
    named = [(award.quantity, name) for award in theirs if (name := _giver(award.rule, phrases))]
    units = phrases.units(gained, currency)
    if not named or sum(award.quantity for award in theirs) != gained:
        return _say(phrases, "gained", units=units)
    if len(theirs) == 1:
        return _say(phrases, "gained_by", units=units, rule=named[0][1])
    spent = gained - sum(quantity for quantity, _ in named)
    told = named
    if len(named) > PARTS_MAX:
        least = sorted(quantity for quantity, _ in named)[-PARTS_MAX]
        told = [part for part in named if part[0] >= least][:PARTS_MAX]
    others = gained - spent - sum(quantity for quantity, _ in told)
    parts = [("part", quantity, name) for quantity, name in told]
    if spent:
        parts.insert(0, ("part_spent", spent, ""))
    if others:
        parts.append(("part_others", others, ""))
    said = phrases.listing(
        _say(phrases, key, quantity=phrases.number(quantity, currency), rule=name)
        for key, quantity, name in parts
    )
    return _say(phrases, "gained_in_parts", units=units, parts=said)


def _giver(code: str, phrases: Phrases) -> str:
    """The name of the rule, offer or draw that gave; nothing for the plain rule."""
    if code in phrases.rules:
        return phrases.special_rules.get(code, "")
    if code == REFERRAL:
        return phrases.say(REFERRAL_NAME)
    part = phrases.offers.get(code) or phrases.draws.get(code)
    return code if part is None else phrases.text(part.name)


def _balances(decision: Decision, state: State, phrases: Phrases) -> list[str]:
    """What there is. That nothing is left is told of points and money that this ticket moved, or where there is nothing
    at all."""
    moved = {currency for currency, _, _ in _moved(decision)}
    told = [
        phrases.units(available, currency.code)
        for currency in phrases.document.currencies
        if (available := state.available(currency.code))
        or (currency.kind in (CurrencyKind.POINTS, CurrencyKind.MONEY) and currency.code in moved)
    ]
    return told or [phrases.units(0, phrases.document.currencies[0].code)]


def _to_come(state: State, phrases: Phrases) -> Iterator[str]:
    """What cannot be used yet."""
    for currency in phrases.document.currencies:
        if awaited := state.awaited(currency.code):
            units = phrases.units(sum(quantity for _, quantity in awaited), currency.code)
            if currency.pending is not None and currency.pending.until_event is not None:
                event = phrases.activity_name(currency.pending.until_event)
                yield _say(phrases, "to_come_event", units=units, event=event)
                continue
            key = "to_come" if len(awaited) == 1 else "to_come_first"
            yield _say(phrases, key, units=units, day=phrases.day(awaited[0][0]))


def _status(
    decision: Decision, state: State, plan: Plan, phrases: Phrases, day: date | None
) -> Iterator[str]:
    if decision.tier is not None:
        if decision.tier.cause is TierCause.REACHED:
            yield _say(phrases, "reached", tier=phrases.level_name(decision.tier.tier))
        elif decision.tier.cause is TierCause.LOWERED:
            yield _say(phrases, "lowered", tier=phrases.level_name(decision.tier.tier))
    on = day if day is not None else decision.inputs.day if decision.inputs is not None else None
    missing = to_climb(plan, state, on) if on is not None else None
    if missing is not None and not is_reached(missing):
        said = missing_said(missing, phrases.document, phrases.language)
        yield _say(phrases, "missing", missing=said, tier=phrases.level_name(missing.level))


def _plain(text: str) -> str:
    """Tills show no special spaces or signs, and one line."""
    return " ".join(text.replace(figures.MINUS, "-").split())
