"""What happened to a customer, told from the record: sentences for staff, in French and English."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from assidu.decisions.decision import Account, Decision, ShortfallCause
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountExit,
    AccountOpening,
    Activity,
    Admission,
    AudienceChange,
    Correction,
    Departure,
    Foreign,
    HandOver,
    Hold,
    HoldExpiry,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    PrizeWon,
    ProgrammeEnd,
    ReferralKept,
    Release,
    Restoration,
    Resumption,
    Return,
    RewardCancellation,
    RewardRequest,
    Sale,
    SaleUpdate,
    Separation,
    StatusGrant,
    Suspension,
    TakeOver,
    TermsAcceptance,
    Tick,
    TransferIn,
    TransferOut,
)
from assidu.decisions.state import Membership
from assidu.events.types import CorrectionReason, EventType
from assidu.ledger.types import Movement
from assidu.loyalty.account_wording import MOVES as ACCOUNT_MOVES
from assidu.loyalty.account_wording import account_said
from assidu.loyalty.life_wording import (
    joining_said,
    programme_end_said,
    referral_kept_said,
    referral_step_said,
    terms_said,
)
from assidu.loyalty.types import SoldOn, TimelineEntry
from assidu.plans.document import Document
from assidu.plans.wording import Language, figures, tier_cause
from assidu.plans.wording.draws import prize_won_said
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.offers import NOT_EXACT, given_back_said, notes_said, offer_step_said
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.reasons import clawback_said

HEADS = {
    "sale": Sentence(
        "Achat de {amount} au magasin {store}, le {day}.", "Purchase of {amount} in store {store}, on {day}."
    ),
    "eligible": Sentence(
        "{eligible} comptent pour le programme (le reste est exclu ou payé avec ses avantages).",
        "{eligible} count for the programme (the rest is excluded or was paid with its rewards).",
    ),
    "exchanged": Sentence("{foreign} au cours de {rate} ({of}) : {amount}.", "{foreign} at {rate} ({of}): {amount}."),
    "own_rate": Sentence("celui du ticket", "the ticket's own"),
    "rate_of": Sentence("celui du {day}", "that of {day}"),
    "not_a_member": Sentence(
        "Pas membre ce jour-là : l'achat est connu et ne rapporte rien.",
        "Not a member on that day: the purchase is known and earns nothing.",
    ),
    "return": Sentence(
        "Retour de {amount} sur l'achat du {day} (n° {seq}).",
        "Return of {amount} from the purchase of {day} (no. {seq}).",
    ),
    "returned_there": Sentence(
        "Soit {foreign} du ticket, à son cours de {rate}.", "That is {foreign} of the ticket, at its rate of {rate}."
    ),
    "update": Sentence(
        "Ticket du {day} (n° {seq}) modifié : il s'élève désormais à {amount}.",
        "The ticket of {day} (no. {seq}) was changed: it now comes to {amount}.",
    ),
    "cancellation": Sentence("Ticket du {day} (n° {seq}) annulé.", "The ticket of {day} (no. {seq}) was cancelled."),
    "update_less": Sentence(
        "Ainsi modifié, la règle {rule} donne {units} de moins.", "So changed, rule {rule} gives {units} less."
    ),
    "update_more": Sentence(
        "Ainsi modifié, la règle {rule} donne {units} de plus.", "So changed, rule {rule} gives {units} more."
    ),
    "made_up": Sentence(
        "Une partie rattrape ce qui n'avait pas pu être repris.",
        "A part makes up for what could not be taken back before.",
    ),
    "return_line": Sentence("Ligne {line} : {amount} rendus.", "Line {line}: {amount} brought back."),
    "tick": Sentence("Échéance du {day}.", "What was due on {day}."),
    "correction": Sentence("Correction par l'équipe : {change}.", "Correction by staff: {change}."),
    "reason_code": Sentence("Motif : {reason}.", "Reason: {reason}."),
    "by_key": Sentence("Fait par la clé d'API « {name} ».", "Done by the API key “{name}”."),
    "by_key_for": Sentence(
        "Fait par la clé d'API « {name} », qui nomme {operator}.",
        "Done by the API key “{name}”, which names {operator}.",
    ),
    "written": Sentence("Motif écrit : « {reason} »", "Reason given: “{reason}”"),
    "written_erased": Sentence(
        "Le motif écrit est effacé avec les données de la personne.",
        "The reason that was written is erased, as are the person's data.",
    ),
    "reward": Sentence("Demande de {units}.", "{units} asked for."),
    "reward_cancelled": Sentence("Annulation de la demande n° {seq}.", "Request no. {seq} called off."),
    "handed_over": Sentence("Remise de {units}.", "{units} handed over."),
    "joining": Sentence("Adhésion au programme le {day}.", "Joined the programme on {day}."),
    "coming_back": Sentence("Retour dans le programme le {day}, avec tout ce qui y était resté.",
                            "Came back to the programme on {day}, to everything that was left there."),
    "leaving": Sentence("Départ du programme le {day}.", "Left the programme on {day}."),
    "regret": Sentence("En revenant jusqu'au {day}, tout se retrouve ; rien n'est utilisable d'ici là.",
                       "By coming back until {day} everything is found again; nothing can be used till then."),
    "regret_over": Sentence("Le temps pour revenir est passé : ce qui restait est perdu.",
                            "The time to come back is over: what was left is lost."),
    "suspension": Sentence("Carte suspendue le {day}.", "Membership suspended on {day}."),
    "resumption": Sentence("Carte rétablie le {day}.", "Membership resumed on {day}."),
    "prolonged": Sentence(
        "Les dates de validité reculent d'autant de jours qu'a duré la suspension : rien n'est perdu.",
        "Every date of validity moves by as many days as the suspension lasted: nothing is lost.",
    ),
    "suspended": Sentence(
        "Carte suspendue ce jour-là : l'événement est connu et ne rapporte rien.",
        "Suspended on that day: the event is known and earns nothing.",
    ),
    "take_over": Sentence(
        "Repris de l'ancien programme, membre depuis le {day}.",
        "Taken over from the earlier programme, a member since {day}.",
    ),
    "activity": Sentence("Activité, le {day} : {activity}.", "Activity on {day}: {activity}."),
    "activity_not_a_member": Sentence(
        "Pas membre ce jour-là : l'activité est connue et ne rapporte rien.",
        "Not a member on that day: the activity is known and earns nothing.",
    ),
    "status_grant": Sentence("Statut accordé par l'équipe le {day}.", "Status given by staff on {day}."),
    "audience_in": Sentence(
        "Entrée dans l'audience « {audience} », le {day}.", "Entered the audience “{audience}” on {day}."
    ),
    "audience_out": Sentence(
        "Sortie de l'audience « {audience} », le {day}.", "Left the audience “{audience}” on {day}."
    ),
    "hold": Sentence("Réservation pour un achat : {units}, jusqu'à {time}.",
                     "Held for a purchase: {units}, until {time}."),
    "hold_places": Sentence(
        "Achat à venir : ce que ses offres prennent de places, de stock ou de budget est réservé jusqu'à {time}.",
        "A purchase to come: what its offers take of places, stock or budget is held until {time}.",
    ),
    "release": Sentence("Réservation libérée : l'achat ne se fait pas.", "Hold released: the purchase is not made."),
    "hold_expiry": Sentence("Réservation arrivée à son terme sans achat.", "The hold ran out without a purchase."),
    "transfer_out": Sentence("Don de {units} à un autre membre.", "{units} given to another member."),
    "transfer_in": Sentence("{units}, don d'un autre membre.", "{units} received from another member."),
    "absorption": Sentence(
        "Fiche fusionnée avec une autre : tout part vers elle.",
        "Record merged into another one: everything leaves for it.",
    ),
    "merger": Sentence(
        "Une autre fiche était la même personne : ce qu'elle avait arrive ici.",
        "Another record was the same person: what it had arrives here.",
    ),
    "separation": Sentence(
        "Fusion annulée : ce qui reste de ce que l'autre fiche avait apporté y retourne.",
        "Merger undone: what is left of what the other record had brought goes back to it.",
    ),
    "restoration": Sentence(
        "Fusion annulée : la fiche existe à nouveau, avec ce qui reste de ce qu'elle avait.",
        "Merger undone: the record is one of its own again, with what is left of what it had.",
    ),
    "joined_earlier": Sentence("Membre depuis le {day}, la plus ancienne des deux dates.",
                               "A member since {day}, the earlier of both dates."),
    "lapse": Sentence(
        "Tout le solde ({name}) vaut désormais jusqu'au {day}.", "The whole balance ({name}) now lasts until {day}."
    ),
    "late": Sentence("Appris le {day} seulement.", "Only known to us on {day}."),
    "nothing": Sentence("Rien ne change pour les soldes.", "No balance changes."),
}  # fmt: skip

CORRECTION_REASONS: dict[str, Sentence] = {
    CorrectionReason.GOODWILL: Sentence("geste commercial", "goodwill"),
    CorrectionReason.MISTAKE: Sentence("erreur à réparer", "a mistake to mend"),
    CorrectionReason.COMPLAINT: Sentence("réclamation", "a complaint"),
    CorrectionReason.OTHER: Sentence("autre", "other"),
}

LOT = Sentence("lot {of}{month}", "lot {of}{month}")
EXPIRY = Sentence(", valable jusqu'au {day}", ", valid until {day}")
# Nouns, not participles: what agrees in French with « 1 bon d'achat » does not with « 12 points ».
MOVES: dict[tuple[Account, Account], Sentence] = {
    (Account.ISSUED, Account.AVAILABLE): Sentence("+{units} ({lot}).", "+{units} ({lot})."),
    (Account.ISSUED, Account.DEBT): Sentence(
        "Gain de {units}, en remboursement d'une dette.", "{units} earned repay a debt."
    ),
    (Account.AVAILABLE, Account.USED): Sentence("−{units}, utilisation ({lot}).", "−{units}, used ({lot})."),
    (Account.USED, Account.AVAILABLE): Sentence(
        "+{units}, restitution de ce qui avait servi à payer ({lot}).", "+{units}, given back: they had paid ({lot})."
    ),
    (Account.USED, Account.DEBT): Sentence(
        "Restitution de {units}, en remboursement d'une dette.", "{units} given back repay a debt."
    ),
    (Account.AVAILABLE, Account.ISSUED): Sentence(
        "−{units}, reprise après retour ({lot}).", "−{units}, taken back ({lot})."
    ),
    (Account.DEBT, Account.ISSUED): Sentence(
        "Dette de {units}, déjà dépensés : les prochains gains la rembourseront.",
        "{units} already used are owed: the next ones earned will repay them.",
    ),
    (Account.AVAILABLE, Account.BREAKAGE): Sentence("−{units}, expiration ({lot}).", "−{units}, expired ({lot})."),
    (Account.AVAILABLE, Account.FORFEITED): Sentence(
        "−{units}, perte au départ ({lot}).", "−{units}, lost on leaving ({lot})."
    ),
    (Account.CORRECTED, Account.AVAILABLE): Sentence(
        "+{units}, ajout par l'équipe ({lot}).", "+{units}, added by staff ({lot})."
    ),
    (Account.CORRECTED, Account.DEBT): Sentence(
        "Ajout de {units} par l'équipe, en remboursement d'une dette.", "{units} added by staff repay a debt."
    ),
    (Account.AVAILABLE, Account.CORRECTED): Sentence(
        "−{units}, retrait par l'équipe ({lot}).", "−{units}, taken off by staff ({lot})."
    ),
    (Account.OPENING, Account.AVAILABLE): Sentence(
        "+{units}, reprise de l'ancien programme ({lot}).", "+{units}, taken over from the earlier programme ({lot})."
    ),
    (Account.AVAILABLE, Account.IN_TRANSIT): Sentence(
        "−{units}, départ vers l'autre fiche ou pour sa dette ({lot}).",
        "−{units}, gone to the other record or for its debt ({lot}).",
    ),
    (Account.IN_TRANSIT, Account.AVAILABLE): Sentence(
        "+{units}, arrivée de l'autre fiche ({lot}).", "+{units}, come from the other record ({lot})."
    ),
    (Account.IN_TRANSIT, Account.DEBT): Sentence(
        "Dette de {units}, réglée par la fusion.", "A debt of {units}, settled by the merger."
    ),
    (Account.DEBT, Account.IN_TRANSIT): Sentence(
        "Dette de {units}, reçue de l'autre fiche.", "A debt of {units}, come from the other record."
    ),
}  # fmt: skip
WAITING = Sentence(", utilisable à partir du {day}", ", usable from {day} on")
AWAITING = Sentence(", utilisable après l'événement « {event} »", ", usable after the event “{event}”")
APART = {
    (Account.ISSUED, Account.PENDING): Sentence(
        "+{units}, en attente ({lot}).", "+{units}, not yet usable ({lot})."
    ),
    (Account.OPENING, Account.PENDING): Sentence(
        "+{units} de l'ancien programme, en attente ({lot}).",
        "+{units} from the earlier programme, not yet usable ({lot}).",
    ),
    (Account.PENDING, Account.AVAILABLE): Sentence(
        "{units}, utilisation désormais possible ({lot}).", "{units} can be used from now on ({lot})."
    ),
    (Account.PENDING, Account.DEBT): Sentence(
        "Fin d'attente de {units}, en remboursement d'une dette.",
        "{units} that can now be used repay a debt.",
    ),
    (Account.PENDING, Account.ISSUED): Sentence(
        "−{units} en attente, reprise après retour ({lot}).",
        "−{units} that were not yet usable, taken back ({lot}).",
    ),
    (Account.PENDING, Account.BREAKAGE): Sentence(
        "−{units} en attente, expiration ({lot}).", "−{units} that were not yet usable, expired ({lot})."
    ),
    (Account.PENDING, Account.FORFEITED): Sentence(
        "−{units} en attente, perte au départ ({lot}).",
        "−{units} that were not yet usable, lost on leaving ({lot}).",
    ),
    (Account.PENDING, Account.IN_TRANSIT): Sentence(
        "−{units} en attente, départ vers l'autre fiche ({lot}).",
        "−{units} that were not yet usable, gone to the other record ({lot}).",
    ),
    (Account.IN_TRANSIT, Account.PENDING): Sentence(
        "+{units} en attente, arrivée de l'autre fiche ({lot}).",
        "+{units}, not yet usable, come from the other record ({lot}).",
    ),
    (Account.AVAILABLE, Account.HELD): Sentence(
        "−{units}, mise de côté ({lot}).", "−{units}, set aside ({lot})."
    ),
    (Account.HELD, Account.AVAILABLE): Sentence(
        "+{units}, fin de la réservation ({lot}).", "+{units}, no longer held ({lot})."
    ),
    (Account.HELD, Account.USED): Sentence(
        "{units} mis de côté, utilisation ({lot}).", "{units} that were held, used ({lot})."
    ),
    (Account.HELD, Account.DEBT): Sentence(
        "Fin de réservation de {units}, en remboursement d'une dette.", "{units} no longer held repay a debt."
    ),
    (Account.HELD, Account.BREAKAGE): Sentence(
        "{units} mis de côté, expiration pendant la réservation ({lot}).",
        "{units} expired while they were held ({lot}).",
    ),
    (Account.HELD, Account.FORFEITED): Sentence(
        "{units} mis de côté, perte au départ ({lot}).", "{units} that were held, lost on leaving ({lot})."
    ),
    (Account.HELD, Account.IN_TRANSIT): Sentence(
        "{units} mis de côté, départ vers l'autre fiche ({lot}).",
        "{units} that were held, gone to the other record ({lot}).",
    ),
    (Account.DEBT, Account.CORRECTED): Sentence(
        "Dette de {units}, par correction : les prochains gains la rembourseront.",
        "{units} owed by a correction: the next ones earned will repay them.",
    ),
}
"""Units that wait or are held; inside the wallet, and not to be used."""

TRANSFERS = {
    (Account.AVAILABLE, Account.IN_TRANSIT): Sentence("−{units}, don ({lot}).", "−{units}, given ({lot})."),
    (Account.IN_TRANSIT, Account.AVAILABLE): Sentence(
        "+{units}, don reçu ({lot}).", "+{units}, received ({lot})."
    ),
    (Account.IN_TRANSIT, Account.DEBT): Sentence(
        "Don reçu de {units}, en remboursement d'une dette.", "{units} received repay a debt."
    ),
}
CHANGES = {
    (Account.AVAILABLE, Account.ISSUED): Sentence(
        "−{units}, reprise après modification ({lot}).", "−{units}, taken back ({lot})."
    ),
    (Account.PENDING, Account.ISSUED): Sentence(
        "−{units} en attente, reprise après modification ({lot}).",
        "−{units} that were not yet usable, taken back ({lot}).",
    ),
}
OTHER_MOVE = Sentence("{units} : {source} → {target}.", "{units}: {source} → {target}.")
REVERSES = Sentence(
    " Annule le mouvement du {day} ({what}) : {units}.", " Undoes the movement of {day} ({what}): {units}."
)
REVERSES_SOMETHING = Sentence(" Annule un mouvement plus ancien.", " Undoes an earlier movement.")
UNDONE: Mapping[EventType, Sentence] = {
    EventType.SALE: Sentence("achat", "purchase"),
    EventType.RETURN: Sentence("retour", "return"),
    EventType.SALE_UPDATE: Sentence("ticket modifié", "changed ticket"),
    EventType.CORRECTION: Sentence("régularisation", "correction"),
    EventType.REWARD_REQUEST: Sentence("avantage demandé", "reward asked for"),
    EventType.TRANSFER_OUT: Sentence("don", "gift"),
    EventType.JOINING: Sentence("adhésion", "joining"),
    EventType.ACTIVITY: Sentence("activité", "activity"),
}
OTHER_UNDONE = Sentence("autre événement", "other event")

SHORTFALLS = {
    ShortfallCause.UNFUNDED_BURN: Sentence(
        "Paiement de {units} qui n'étaient pas sur le compte : non pris.",
        "{units} offered in payment were not there: they could not be taken.",
    ),
    ShortfallCause.NOT_RECOVERED: Sentence(
        "Reprise impossible de {units}, qui avaient déjà servi.",
        "{units} to be taken back had already been used: not recovered.",
    ),
}
TIER_UNTIL = Sentence("{said}, jusqu'au {day}.", "{said}, until {day}.")
TIER_FOR_EVER = Sentence("{said}.", "{said}.")
NOTHING_ELSE: Mapping[tuple[Account, Account], Sentence] = MappingProxyType({})


Undone = Mapping[int, tuple[date, EventType]]


@dataclass(frozen=True, slots=True)
class _Telling:
    entry: TimelineEntry
    phrases: Phrases
    sold_on: SoldOn | None

    def say(self, key: str, **values: object) -> str:
        return HEADS[key].say(self.phrases.language, **values)

    def money(self, minor: int) -> str:
        return figures.money(minor, self.phrases.document.sale_currency, self.phrases.language)

    def there(self, minor: int, foreign: Foreign) -> str:
        """An amount of the money that a ticket was paid in."""
        return figures.foreign_money(minor, foreign.currency, foreign.decimals, self.phrases.language)

    def rate(self, foreign: Foreign) -> str:
        return figures.rate(foreign.rate, self.phrases.language)


def said_of(
    entry: TimelineEntry,
    document: Document,
    language: Language,
    sold_on: SoldOn | None = None,
    *,
    undone: Undone = MappingProxyType({}),
    for_members: bool = False,
) -> Iterator[str]:
    """What happened, what moved and what was missing; ``document`` is the version that it was decided under,
    ``sold_on`` the ticket that a return or a change is about, ``undone`` when and what the events were that movements
    undo, by their places."""
    telling = _Telling(entry, phrases_of(document, language, for_members=for_members), sold_on)
    decision = entry.decision
    yield from _head(telling)
    yield from _author(telling)
    if entry.is_late:
        yield telling.say("late", day=telling.phrases.day(entry.recorded_at.date()))
    is_update = isinstance(entry.event, SaleUpdate) and not decision.returned
    for clawback in decision.clawbacks:
        yield (
            telling.say(
                "update_less",
                rule=telling.phrases.rule_name(clawback.rule),
                units=telling.phrases.units(clawback.quantity, clawback.currency),
            )
            if is_update
            else clawback_said(clawback, document, language)
        )
    if is_update:
        yield from _given_more(telling)
    # A resumption moves lots to later dates, in and out again: that is said once, in its head.
    for given in decision.offers.given:
        yield given_back_said(given, telling.phrases)
    yield from notes_said(decision.offers.notes, telling.phrases, is_past=entry.has_happened)
    if not decision.offers.is_exact:
        yield telling.phrases.say(NOT_EXACT)
    for movement in entry.movements if not isinstance(entry.event, Resumption) else ():
        said = movement_said(movement, telling.phrases, _said_otherwise(entry, is_update=is_update))
        yield said + _undone_said(movement, telling.phrases, undone)
    for lapse in decision.lapses if not isinstance(entry.event, Resumption) else ():
        if lapse.on is not None:
            known = {"name": telling.phrases.currency_name(lapse.currency)}
            yield telling.say("lapse", **known, day=telling.phrases.day(_last_day(lapse.on)))
    for shortfall in decision.shortfalls:
        units = telling.phrases.units(shortfall.quantity, shortfall.currency)
        yield SHORTFALLS[shortfall.cause].say(language, units=units)
    yield from _status(decision, telling)
    if decision.referral is not None and not isinstance(entry.event, Joining):
        yield referral_step_said(decision.referral, telling.phrases)
    if not entry.movements and not decision.shortfalls:
        yield telling.say("nothing")


def _said_otherwise(entry: TimelineEntry, *, is_update: bool) -> Mapping[tuple[Account, Account], Sentence]:
    """Of units on their way, whose way it is; of what is taken back, that it was a change."""
    if isinstance(entry.event, TransferOut | TransferIn):
        return TRANSFERS
    if isinstance(entry.event, Admission | AccountEntry | Departure | AccountExit):
        return ACCOUNT_MOVES
    return CHANGES if is_update else NOTHING_ELSE


def _given_more(telling: _Telling) -> Iterator[str]:
    decision, phrases = telling.entry.decision, telling.phrases
    given: dict[str, int] = {}
    for award in decision.awards:
        units = phrases.units(award.quantity, award.currency)
        yield telling.say("update_more", rule=phrases.rule_name(award.rule), units=units)
        given[award.currency] = given.get(award.currency, 0) + award.quantity
    for movement in telling.entry.movements:
        if movement.source is Account.ISSUED:
            given[movement.currency] = given.get(movement.currency, 0) - movement.quantity
    if any(quantity > 0 for quantity in given.values()):
        yield telling.say("made_up")


def exchange_said(sale: Sale, document: Document, language: Language) -> str:
    """« 50,00 CHF au cours de 0,9432 (celui du 1er mars 2026) : 47,16 €. »"""
    foreign = sale.foreign
    assert foreign is not None, "asked of tickets in another money"
    of = HEADS["own_rate"].say(language)
    if foreign.rate_day is not None:
        of = HEADS["rate_of"].say(language, day=figures.day(foreign.rate_day, language))
    return HEADS["exchanged"].say(
        language,
        foreign=figures.foreign_money(foreign.total_minor, foreign.currency, foreign.decimals, language),
        rate=figures.rate(foreign.rate, language),
        of=of,
        amount=figures.money(sale.total_minor, document.sale_currency, language),
    )


def correction_reason(code: str, language: Language) -> str:
    """A word of the list; a code that left the list stands for itself."""
    known = CORRECTION_REASONS.get(code)
    return known.say(language) if known else code


def movement_said(
    movement: Movement, phrases: Phrases, first: Mapping[tuple[Account, Account], Sentence] = NOTHING_ELSE
) -> str:
    """One posting in words: « +12 points (gagnés en mars 2026, valables jusqu'au 1er octobre 2026 exclu). »"""
    accounts = (movement.source, movement.target)
    sentence = first.get(accounts) or MOVES.get(accounts) or APART.get(accounts)
    values = {"units": phrases.units(movement.quantity, movement.currency), "lot": _lot(movement, phrases)}
    if sentence is None:
        values |= {"source": movement.source.name.lower(), "target": movement.target.name.lower()}
        sentence = OTHER_MOVE
    return sentence.say(phrases.language, **values)


def _undone_said(movement: Movement, phrases: Phrases, undone: Undone) -> str:
    """Which movement this one undoes, where it undoes one: its day, what it was, and how much of it."""
    if movement.reverses is None:
        return ""
    known = undone.get(movement.reverses[0])
    if known is None:
        return REVERSES_SOMETHING.say(phrases.language)
    day, what = known
    return REVERSES.say(
        phrases.language,
        day=phrases.day(day),
        what=UNDONE.get(what, OTHER_UNDONE).say(phrases.language),
        units=phrases.units(movement.quantity, movement.currency),
    )


def _lot(movement: Movement, phrases: Phrases) -> str:
    if movement.issued_month is None:
        return ""
    month = figures.month(movement.issued_month, phrases.language)
    of = "of " if phrases.language is Language.EN else "d'" if month[0] in "aeiou" else "de "
    said = LOT.say(phrases.language, of=of, month=month)
    if movement.expires_on is not None:
        said += EXPIRY.say(phrases.language, day=phrases.day(_last_day(movement.expires_on)))
    if movement.active_on is not None and movement.target is Account.PENDING:
        known = phrases.currencies.get(movement.currency)
        event = None if known is None or known.pending is None else known.pending.until_event
        if event is None:
            said += WAITING.say(phrases.language, day=phrases.day(movement.active_on))
        else:
            said += AWAITING.say(phrases.language, event=phrases.activity_name(event))
    return said


def _head(telling: _Telling) -> Iterator[str]:
    entry, phrases, event = telling.entry, telling.phrases, telling.entry.event
    day = phrases.day(entry.day)
    match event:
        case Sale():
            yield from _sale(telling, event)
        case Return():
            returned = entry.decision.returned
            amount = telling.money(sum(part.amount_minor for part in returned))
            sold_on = phrases.day(telling.sold_on.day) if telling.sold_on else "?"
            yield telling.say("return", amount=amount, day=sold_on, seq=event.sale_seq)
            for part in returned:
                yield telling.say("return_line", line=part.line + 1, amount=telling.money(part.amount_minor))
            yield from _there(telling)
        case SaleUpdate():
            sold_on = phrases.day(telling.sold_on.day) if telling.sold_on else "?"
            amount = telling.money(sum(line.amount_minor for line in event.lines))
            said = "update" if event.lines else "cancellation"
            if telling.sold_on is not None and telling.sold_on.foreign is not None:
                # As it was told: what that comes to at the ticket's rate is seen in what it changed.
                amount = telling.there(
                    sum(line.amount_minor for line in event.lines), telling.sold_on.foreign
                )
            yield telling.say(said, day=sold_on, seq=event.sale_seq, amount=amount)
            for part in entry.decision.returned:
                yield telling.say("return_line", line=part.line + 1, amount=telling.money(part.amount_minor))
            if entry.decision.returned:
                yield from _there(telling)
        case Tick():
            yield telling.say("tick", day=day)
            if entry.decision.membership is not None:
                yield telling.say("regret_over")
        case Correction():
            sign = "+" if event.quantity > 0 else "−"
            yield telling.say("correction", change=sign + phrases.units(abs(event.quantity), event.currency))
            if event.reason_code:
                said = correction_reason(event.reason_code, phrases.language)
                yield telling.say("reason_code", reason=said)
            yield from _written(telling)
        case RewardRequest():
            yield telling.say("reward", units=_reward(event, phrases))
        case RewardCancellation():
            yield telling.say("reward_cancelled", seq=event.request_seq)
        case HandOver():
            yield telling.say("handed_over", units=phrases.units(event.quantity, event.currency))
        case Joining():
            change = entry.decision.membership
            is_back = change is not None and change.since is not None
            yield telling.say("coming_back" if is_back else "joining", day=day)
            yield from joining_said(event, entry.decision, phrases)
        case Leaving():
            yield telling.say("leaving", day=day)
            change = entry.decision.membership
            if change is not None and change.until is not None:
                yield telling.say("regret", day=phrases.day(_last_day(change.until)))
        case TermsAcceptance():
            yield terms_said(event, phrases, day)
        case ReferralKept():
            yield referral_kept_said(phrases)
        case ProgrammeEnd():
            yield programme_end_said(phrases)
        case PrizeWon():
            yield prize_won_said(event, phrases)
        case Suspension():
            yield telling.say("suspension", day=day)
            yield from _written(telling)
        case Resumption():
            yield telling.say("resumption", day=day)
            if entry.movements:
                yield telling.say("prolonged")
            yield from _written(telling)
        case TakeOver():
            yield telling.say("take_over", day=phrases.day(event.joined_on))
        case Activity():
            yield telling.say("activity", activity=phrases.activity_name(event.activity), day=day)
            if entry.decision.inputs is not None and not entry.decision.inputs.is_member:
                said = "suspended" if entry.decision.inputs.is_suspended else "activity_not_a_member"
                yield telling.say(said)
            for moved in () if phrases.for_members else entry.decision.answered:
                said = "audience_in" if moved.is_in else "audience_out"
                yield telling.say(said, audience=phrases.audience_names([moved.audience]), day=day)
        case StatusGrant():
            yield telling.say("status_grant", day=day)
            yield from _written(telling)
        case AudienceChange():
            said = "audience_in" if event.is_in else "audience_out"
            yield telling.say(said, audience=phrases.audience_names([event.audience]), day=day)
        case OfferStep():
            yield offer_step_said(event, phrases, day)
        case Hold():
            units = phrases.listing(phrases.units(p.quantity, p.currency) for p in event.payments)
            until = event.at + timedelta(minutes=event.minutes)
            local = until.astimezone(ZoneInfo(phrases.document.zone))
            if event.payments:
                yield telling.say(
                    "hold", units=units, time=figures.clock_time(local.time(), phrases.language)
                )
            if event.lines:
                yield telling.say("hold_places", time=figures.clock_time(local.time(), phrases.language))
            yield from _written(telling)
        case Release():
            yield telling.say("release")
        case HoldExpiry():
            yield telling.say("hold_expiry")
        case TransferOut():
            yield telling.say("transfer_out", units=phrases.units(event.quantity, event.currency))
            yield from _written(telling)
        case TransferIn():
            quantity = sum(part.quantity for part in event.parts)
            yield telling.say("transfer_in", units=phrases.units(quantity, event.currency))
        case Separation():
            yield telling.say("separation")
            yield from _written(telling)
        case Restoration():
            yield telling.say("restoration")
        case Absorption():
            yield telling.say("absorption")
        case AccountOpening() | Admission() | AccountEntry() | Departure() | AccountExit():
            move = entry.decision.account
            yield from account_said(event, move is not None and move.closes, phrases)
            yield from _written(telling)
        case Merger():
            yield telling.say("merger")
            yield from _written(telling)
            change = entry.decision.membership
            if change is not None and change.membership is Membership.MEMBER:
                yield telling.say("joined_earlier", day=phrases.day(change.since or change.on))


def _there(telling: _Telling) -> Iterator[str]:
    """What came back of a ticket in another money, in that one."""
    if telling.sold_on is not None and (foreign := telling.sold_on.foreign) is not None:
        there = telling.there(sum(part.foreign_minor for part in telling.entry.decision.returned), foreign)
        yield telling.say("returned_there", foreign=there, rate=telling.rate(foreign))


def _sale(telling: _Telling, sale: Sale) -> Iterator[str]:
    entry = telling.entry
    amount = telling.money(sale.total_minor)
    yield telling.say("sale", amount=amount, store=entry.store, day=telling.phrases.day(entry.day))
    if sale.foreign is not None:
        yield exchange_said(sale, telling.phrases.document, telling.phrases.language)
    inputs = entry.decision.inputs
    if inputs is not None and not inputs.is_member:
        yield telling.say("suspended" if inputs.is_suspended else "not_a_member")
    elif entry.decision.eligible_minor != sale.total_minor:
        yield telling.say("eligible", eligible=telling.money(entry.decision.eligible_minor))


def _author(telling: _Telling) -> Iterator[str]:
    """The key that told it, and whom it names: who that is, only its owner knows."""
    key = telling.entry.body.get("key")
    if key is None:
        return
    operator = telling.entry.written.get("operator")
    yield (
        telling.say("by_key", name=key["name"])
        if not operator
        else telling.say("by_key_for", name=key["name"], operator=operator)
    )


def _written(telling: _Telling) -> Iterator[str]:
    """What staff wrote; once the person is erased, that it was."""
    if "reason" not in telling.entry.written:
        return
    reason = telling.entry.written["reason"]
    yield telling.say("written_erased") if reason is None else telling.say("written", reason=reason)


def _reward(event: RewardRequest, phrases: Phrases) -> str:
    reward = phrases.rewards.get(event.reward)
    if reward is None:
        return f"{event.quantity} {event.reward}"
    return phrases.units(reward.gives.units * event.quantity, reward.gives.currency)


def _status(decision: Decision, telling: _Telling) -> Iterator[str]:
    tier = decision.tier
    if tier is None:
        return
    said = tier_cause(tier.cause, tier.tier, telling.phrases.document, telling.phrases.language)
    if tier.until is None:
        yield TIER_FOR_EVER.say(telling.phrases.language, said=said)
    else:
        yield TIER_UNTIL.say(
            telling.phrases.language, said=said, day=telling.phrases.day(_last_day(tier.until))
        )


def _last_day(end: date) -> date:
    """People are told the last good day, not the first bad one."""
    return end - timedelta(days=1)
