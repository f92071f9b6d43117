"""What the till prints or shows: what was gained and used, the balance, and what is missing to the next status."""

from collections.abc import Iterable
from datetime import date

from assidu.decisions.decision import Account, Decision, TierCause
from assidu.decisions.plan import CurrencyKind, Plan
from assidu.decisions.state import State
from assidu.decisions.tiers import missing_minor
from assidu.plans.document import Document
from assidu.plans.wording import figures
from assidu.plans.wording.language import Language, Sentence, text_in

SHORT_MAX = 40
"""What the customer's side of an ordinary till can show."""

RECEIPTS = {
    "gained": Sentence("Vous gagnez {units}.", "You earn {units}."),
    "gained_of_which": Sentence("Vous gagnez {units} (dont {parts}).", "You earn {units} (of which {parts})."),
    "part": Sentence("{quantity} de {rule}", "{quantity} from {rule}"),
    "used": Sentence("Vous utilisez {units}.", "You use {units}."),
    "taken_back": Sentence("Retour : {units} en moins.", "Return: {units} less."),
    "given_back": Sentence("{units} vous sont rendus.", "{units} given back to you."),
    "given_back_one": Sentence("{units} vous est rendu.", "{units} given back to you."),
    "expired": Sentence("{units} ont expiré.", "{units} expired."),
    "expired_one": Sentence("{units} a expiré.", "{units} expired."),
    "balance": Sentence("Solde : {units}.", "Balance: {units}."),
    "reached": Sentence("Bravo, vous passez au statut {tier} !", "Congratulations, you now have {tier} status!"),
    "lowered": Sentence("Votre statut est désormais {tier}.", "Your status is now {tier}."),
    "welcome": Sentence("Bienvenue dans {programme} !", "Welcome to {programme}!"),
    "missing": Sentence("Encore {amount} d'achats pour le statut {tier}.", "{amount} more to spend for {tier} status."),
    "not_a_member": Sentence(
        "Pas de carte {programme} : ce ticket ne rapporte rien.", "No {programme} card: this ticket earns nothing."
    ),
    "short": Sentence("+{gained} {name}, solde {balance}", "+{gained} {name}, balance {balance}"),
    "short_used": Sentence("-{used} {name}, solde {balance}", "-{used} {name}, balance {balance}"),
    "short_both": Sentence("+{gained} -{used}, solde {balance}", "+{gained} -{used}, balance {balance}"),
    "short_balance": Sentence("Solde {balance} {name}", "Balance {balance} {name}"),
    "short_nothing": Sentence("Merci de votre visite", "Thank you for your visit"),
}


def receipt(
    decision: Decision,
    state: State,
    plan: Plan,
    document: Document,
    language: Language,
    day: date | None = None,
) -> str:
    """Full sentences for a receipt. ``state`` is the customer's *after* the decision.

    ``day`` is that of the balance; it is the ticket's own when left out, and without either nothing is said of what
    is missing to the next status.
    """
    say = _Say(document, language)
    if decision.inputs is not None and not decision.inputs.is_member:
        return say("not_a_member", programme=text_in(document.name, language))
    parts = list(_movements(decision, say))
    if decision.membership is not None and decision.tier is not None and decision.tier.cause is TierCause.JOINED:
        parts.insert(0, say("welcome", programme=text_in(document.name, language)))
    parts += [
        say("balance", units=say.units(state.available(currency.code), currency.code))
        for currency in document.currencies
        if currency.kind is not CurrencyKind.VOUCHER or state.available(currency.code)
    ]
    parts += _status(decision, state, plan, say, day)
    return " ".join(parts)


def short_receipt(decision: Decision, state: State, document: Document, language: Language) -> str:
    """At most ``SHORT_MAX`` plain characters for the display of a till: the main currency only."""
    say = _Say(document, language)
    main = document.currencies[0]
    gained = sum(award.quantity for award in decision.awards if award.currency == main.code)
    used = _moved(decision, main.code, Account.USED, is_into=True)
    balance = state.available(main.code)
    shown = {
        "gained": say.number(gained, main.code),
        "used": say.number(used, main.code),
        "balance": say.number(balance, main.code),
        "name": figures.name_of(gained or used or balance, main, language),
    }
    if decision.inputs is not None and not decision.inputs.is_member:
        wanted = ["short_nothing"]
    elif gained and used:
        wanted = ["short_both"]
    elif gained or used:
        wanted = ["short" if gained else "short_used", "short_balance"]
    else:
        wanted = ["short_balance", "short_nothing"]
    for key in (*wanted, "short_nothing"):
        text = _plain(say(key, **shown))
        if len(text) <= SHORT_MAX:
            return text
    raise AssertionError("the last sentence is short in every language")


class _Say:
    def __init__(self, document: Document, language: Language) -> None:
        self.document = document
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return RECEIPTS[key].say(self.language, **values)

    def units(self, quantity: int, currency: str) -> str:
        return figures.quantity(quantity, self.document.currency(currency), self.language)

    def number(self, quantity: int, currency: str) -> str:
        known = self.document.currency(currency)
        return figures.number(quantity, self.language, known.decimals if known is not None else 0)

    def one_or_many(self, key: str, quantity: int, currency: str) -> str:
        known = self.document.currency(currency)
        one = 10 ** (known.decimals if known is not None else 0)
        return self(f"{key}_one" if quantity < 2 * one else key, units=self.units(quantity, currency))


def _movements(decision: Decision, say: _Say) -> Iterable[str]:
    currencies = dict.fromkeys(posting.currency for posting in decision.postings)
    for currency in currencies:
        used = _moved(decision, currency, Account.USED, is_into=True)
        if used:
            yield say("used", units=say.units(used, currency))
        back = _moved(decision, currency, Account.USED, is_into=False)
        if back:
            yield say.one_or_many("given_back", back, currency)
        taken = _moved(decision, currency, Account.ISSUED, is_into=True)
        if taken:
            yield say("taken_back", units=say.units(taken, currency))
        expired = _moved(decision, currency, Account.BREAKAGE, is_into=True)
        if expired:
            yield say.one_or_many("expired", expired, currency)
        gained = _moved(decision, currency, Account.ISSUED, is_into=False)
        if gained:
            yield _gained(decision, currency, gained, say)


def _moved(decision: Decision, currency: str, account: Account, *, is_into: bool) -> int:
    return sum(
        posting.quantity
        for posting in decision.postings
        if posting.currency == currency and (posting.target if is_into else posting.source) is account
    )


def _gained(decision: Decision, currency: str, gained: int, say: _Say) -> str:
    """The total, and which special rules made it; the plain rule that everybody knows is not told."""
    special = []
    for award in decision.awards:
        rule = say.document.rule(award.rule)
        if award.currency != currency or rule is None or _is_plain(say.document, award.rule):
            continue
        name = text_in(rule.name, say.language)
        special.append(say("part", quantity=say.number(award.quantity, currency), rule=name))
    if not special:
        return say("gained", units=say.units(gained, currency))
    parts = figures.listing(special, say.language)
    return say("gained_of_which", units=say.units(gained, currency), parts=parts)


def _is_plain(document: Document, code: str) -> bool:
    """So much for each euro, on everything and for everybody."""
    rule = document.rule(code)
    return rule is not None and rule.gift.per_amount is not None and rule.lines is None and not rule.when.tiers


def _status(decision: Decision, state: State, plan: Plan, say: _Say, day: date | None) -> Iterable[str]:
    if decision.tier is not None:
        level = say.document.level(decision.tier.tier)
        tier = text_in(level.name, say.language) if level is not None else decision.tier.tier
        if decision.tier.cause is TierCause.REACHED:
            yield say("reached", tier=tier)
        elif decision.tier.cause is TierCause.LOWERED:
            yield say("lowered", tier=tier)
    on = day if day is not None else decision.inputs.day if decision.inputs is not None else None
    missing = missing_minor(plan, state, on) if on is not None else None
    if missing is not None and missing[1] > 0:
        code, minor = missing
        level = say.document.level(code)
        tier = text_in(level.name, say.language) if level is not None else code
        yield say("missing", amount=figures.money(minor, say.document.sale_currency, say.language), tier=tier)


def _plain(text: str) -> str:
    """Tills show no special spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
