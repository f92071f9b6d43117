"""Why a rule applied, why not, and why something was refused, in words for staff and customers."""

from collections.abc import Mapping

from assidu.decisions.calendar import Period
from assidu.decisions.decision import Clawback, Reason, ReasonCode, RefusalCode, Refused
from assidu.decisions.plan import REFERRAL, GoalMeasure
from assidu.decisions.state import TierCause
from assidu.plans.document import Document, Rule, SaleCurrency
from assidu.plans.wording import figures
from assidu.plans.wording.draws import draw_reason
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.life import referral_reason
from assidu.plans.wording.offers import REASONS as OFFER_REASONS
from assidu.plans.wording.offers import offer_reason
from assidu.plans.wording.phrases import GOAL_PERIODS, OF_PERIODS, Phrases, phrases_of
from assidu.plans.wording.wanted import wanted

REASONS = {
    ReasonCode.APPLIED: Sentence("{rule} : {given}", "{rule}: {given}"),
    ReasonCode.NOT_A_MEMBER: Sentence(
        "{rule} : réservé aux membres du programme ce jour-là",
        "{rule}: only for members of the programme on that day",
    ),
    ReasonCode.SUSPENDED: Sentence(
        "{rule} : la carte était suspendue ce jour-là", "{rule}: the membership was suspended on that day"
    ),
    ReasonCode.OTHER_CHANNEL: Sentence(
        "{rule} : pas sur ce canal (seulement : {wanted})",
        "{rule}: not through this channel (only: {wanted})",
    ),
    ReasonCode.OTHER_STORE: Sentence("{rule} : pas dans ce magasin", "{rule}: not in this store"),
    ReasonCode.OTHER_DAY: Sentence(
        "{rule} : pas ce jour de la semaine (seulement : {wanted})",
        "{rule}: not on this weekday (only: {wanted})",
    ),
    ReasonCode.NOT_YET: Sentence("{rule} : à partir du {wanted}", "{rule}: from {wanted} on"),
    ReasonCode.OVER: Sentence("{rule} : terminé depuis le {wanted}", "{rule}: over since {wanted}"),
    ReasonCode.OTHER_TIER: Sentence(
        "{rule} : réservé au statut {wanted}", "{rule}: only for {wanted} status"
    ),
    ReasonCode.NOT_FIRST_PURCHASE: Sentence(
        "{rule} : ce n'était pas le premier achat", "{rule}: it was not the first purchase"
    ),
    ReasonCode.AMOUNT_TOO_LOW: Sentence(
        "{rule} : il manquait {missing} d'achats", "{rule}: {missing} more would have been needed"
    ),
    ReasonCode.AMOUNT_TOO_HIGH: Sentence(
        "{rule} : seulement jusqu'à {limit} d'achats", "{rule}: only up to {limit} spent"
    ),
    ReasonCode.NO_SUCH_LINE: Sentence(
        "{rule} : aucun article du ticket n'est concerné", "{rule}: no item of the ticket is concerned"
    ),
    ReasonCode.NOTHING_ELIGIBLE: Sentence(
        "{rule} : le montant concerné ({basis}) ne suffit pas",
        "{rule}: the amount concerned ({basis}) is not enough",
    ),
    ReasonCode.BELOW_FIRST_STEP: Sentence(
        "{rule} : il manquait {missing} pour le premier palier",
        "{rule}: {missing} more would have been needed for the first step",
    ),
    ReasonCode.SALE_CAP_REACHED: Sentence(
        "{rule} : le plafond par ticket est atteint", "{rule}: the cap per ticket is reached"
    ),
    ReasonCode.CAP_REACHED: Sentence(
        "{rule} : le plafond {period} est atteint ({limit})",
        "{rule}: the cap of the {period} is reached ({limit})",
    ),
    ReasonCode.TIMES_REACHED: Sentence(
        "{rule} : déjà obtenu {used} fois, {most}", "{rule}: already given {used} times, {most}"
    ),
    ReasonCode.QUOTA_ASKED: Sentence(
        "{rule} : pour les {limit} premiers, place en attente de réponse",
        "{rule}: for the first {limit}, the place is being asked for",
    ),
    ReasonCode.QUOTA_TAKEN: Sentence(
        "{rule} : les {limit} places étaient déjà prises", "{rule}: all {limit} places were already taken"
    ),
    ReasonCode.BUDGET_ASKED: Sentence(
        "{rule} : dans un budget de {limit}, part en attente de réponse",
        "{rule}: within a budget of {limit}, the part is being asked for",
    ),
    ReasonCode.BUDGET_GONE: Sentence(
        "{rule} : le budget de {limit} est épuisé", "{rule}: its budget of {limit} is used up"
    ),
    ReasonCode.LEGAL_LIMIT: Sentence(
        "{rule} : la loi ne permet pas davantage sur ces articles",
        "{rule}: the law allows no more on these items",
    ),
    ReasonCode.OTHER_HOUR: Sentence(
        "{rule} : pas à cette heure (seulement : {wanted})", "{rule}: not at this hour (only: {wanted})"
    ),
    ReasonCode.NOT_IN_AUDIENCE: Sentence("{rule} : réservé à {wanted}", "{rule}: only for {wanted}"),
    ReasonCode.ENGAGEMENT_TOO_LOW: Sentence(
        "{rule} : il manquait {score} à la note d'engagement",
        "{rule}: the engagement score was {score} short",
    ),
    ReasonCode.GOAL_NOT_REACHED: Sentence("{rule} : {progress}", "{rule}: {progress}"),
    ReasonCode.GOAL_ALREADY_REACHED: Sentence("{rule} : {once}", "{rule}: {once}"),
}

OFFERS_ONLY = OFFER_REASONS.keys() - REASONS.keys()
REASONS |= {code: OFFER_REASONS[code] for code in OFFERS_ONLY}

TIMES_ONCE = Sentence("{rule} : déjà obtenu une fois, {most}", "{rule}: already given once, {most}")
MOST = {
    Period.DAY: Sentence("le maximum du jour", "the most in a day"),
    Period.WEEK: Sentence("le maximum de la semaine", "the most in a week"),
    Period.MONTH: Sentence("le maximum du mois", "the most in a month"),
    Period.QUARTER: Sentence("le maximum du trimestre", "the most in a quarter"),
    Period.YEAR: Sentence("le maximum de l'année", "the most in a year"),
    Period.EVER: Sentence("le maximum", "the most there is"),
}
ONCE = {
    Period.DAY: Sentence("déjà obtenu ce jour-là", "already given on that day"),
    Period.WEEK: Sentence("déjà obtenu cette semaine-là", "already given in that week"),
    Period.MONTH: Sentence("déjà obtenu ce mois-là", "already given in that month"),
    Period.QUARTER: Sentence("déjà obtenu ce trimestre-là", "already given in that quarter"),
    Period.YEAR: Sentence("déjà obtenu cette année-là", "already given in that year"),
    Period.EVER: Sentence("déjà obtenu", "already given"),
}
PROGRESS = {
    GoalMeasure.PURCHASES: Sentence("achats : {done} sur {target}", "purchases: {done} of {target}"),
    GoalMeasure.SPEND: Sentence("achats : {done} sur {target}", "spent: {done} of {target}"),
    GoalMeasure.DEPARTMENTS: Sentence(
        "rayons différents : {done} sur {target}", "different departments: {done} of {target}"
    ),
    GoalMeasure.DAYS: Sentence(
        "jours différents : {done} sur {target}", "different days: {done} of {target}"
    ),
    GoalMeasure.TIMES: Sentence("fois : {done} sur {target}", "times: {done} of {target}"),
}
PROGRESS_IN = Sentence("{progress} dans {period}", "{progress} in the {period}")
STREAK = Sentence(
    "{period} {in_a_row} d'une série de {of} sans interruption", "{period} {in_a_row} of a run of {of}"
)
STREAK_OPEN = Sentence("la série de {of} n'est pas complète", "the run of {of} is not complete")

CLAWBACK = Sentence(
    "Sans les articles rendus, la règle {rule} donne {units} de moins.",
    "Without what came back, rule {rule} gives {units} less.",
)
CAPPED = Sentence(
    "{said} (au lieu de {wished}, plafond atteint)", "{said} (instead of {wished}, cap reached)"
)
CLIPPED = Sentence(
    "{said} (au lieu de {wished}, budget épuisé)", "{said} (instead of {wished}, the budget is used up)"
)
LAWFUL = Sentence(
    "{said} (au lieu de {wished}, la loi ne permet pas davantage)",
    "{said} (instead of {wished}, the law allows no more)",
)
BASIS = Sentence("{said} sur {basis} d'achats", "{said} on {basis} spent")
STEP = Sentence("{said} à partir de {amount} d'achats", "{said} from {amount} spent on")

REFUSALS = {
    RefusalCode.NOT_A_MEMBER: Sentence(
        "Cette personne n'est pas membre du programme.", "This person is not a member of the programme."
    ),
    RefusalCode.SECOND_PERSON_NEEDED: Sentence(
        "Cela vaut plus que ce qu'une personne écrit seule : une autre doit en décider.",
        "It is worth more than one person writes down alone: another one must decide on it.",
    ),
    RefusalCode.SUSPENDED: Sentence(
        "La carte est suspendue : rien ne se gagne, rien ne s'utilise et rien ne se perd.",
        "The membership is suspended: nothing is earned, used or lost.",
    ),
    RefusalCode.UNKNOWN_TERMS: Sentence(
        "Le programme n'a pas de conditions « {subject} ».", "The programme has no terms “{subject}”."
    ),
    RefusalCode.PROGRAMME_CLOSED: Sentence(
        "Le programme se termine : plus d'adhésion après le {earn_until}, plus d'utilisation après le {use_until}.",
        "The programme is closing: nobody joins after {earn_until}, nothing is used after {use_until}.",
    ),
    RefusalCode.ALREADY_SUSPENDED: Sentence(
        "La carte est déjà suspendue.", "The membership is already suspended."
    ),
    RefusalCode.NOT_SUSPENDED: Sentence("La carte n'est pas suspendue.", "The membership is not suspended."),
    RefusalCode.ALREADY_A_MEMBER: Sentence(
        "Cette personne est déjà membre du programme.", "This person is already a member of the programme."
    ),
    RefusalCode.ABSORBED: Sentence(
        "Cette fiche a été fusionnée avec une autre.", "This record was merged into another one."
    ),
    RefusalCode.UNKNOWN_CURRENCY: Sentence(
        "Le programme n'a pas de monnaie « {subject} ».", "The programme has no currency “{subject}”."
    ),
    RefusalCode.CURRENCY_CANNOT_PAY: Sentence(
        "On ne peut pas payer avec : {subject}.", "These cannot pay: {subject}."
    ),
    RefusalCode.PAYMENT_TOO_SMALL: Sentence(
        "Il faut utiliser au moins {at_least} à la fois.", "At least {at_least} must be used at a time."
    ),
    RefusalCode.QUANTITY_TOO_SMALL: Sentence(
        "La quantité demandée ({asked}) est trop petite.", "The quantity asked for ({asked}) is too small."
    ),
    RefusalCode.PAYS_MORE_THAN_TICKET: Sentence(
        "Le paiement ({worth}) dépasse le ticket ({total}).",
        "The payment ({worth}) goes beyond the ticket ({total}).",
    ),
    RefusalCode.INSUFFICIENT_BALANCE: Sentence(
        "Le solde ne suffit pas : il faut {asked}, il y a {available}.",
        "The balance is not enough: {asked} asked for, {available} available.",
    ),
    RefusalCode.UNKNOWN_REWARD: Sentence(
        "Le programme n'a pas d'avantage « {subject} ».", "The programme has no reward “{subject}”."
    ),
    RefusalCode.UNKNOWN_SALE: Sentence(
        "Le ticket d'origine est introuvable.", "The original ticket is not known."
    ),
    RefusalCode.UNKNOWN_LINE: Sentence(
        "Le ticket d'origine n'a pas de ligne {line} (il en a {lines}, comptées à partir de 0).",
        "The original ticket has no line {line} (it has {lines}, counted from 0).",
    ),
    RefusalCode.UNKNOWN_TIER: Sentence(
        "Le programme n'a pas de statut « {subject} ».", "The programme has no status “{subject}”."
    ),
    RefusalCode.RETURN_EXCEEDS_SALE: Sentence(
        "Le retour demandé ({asked}) dépasse ce qui reste à rendre ({left}) sur la ligne {line}.",
        "The return asked for ({asked}) goes beyond what is left ({left}) of line {line}.",
    ),
    RefusalCode.RETURNED_LINE_CHANGED: Sentence(
        "Le ticket ne peut pas être modifié ainsi : {returned} de la ligne {line} ont déjà été rendus.",
        "The ticket cannot be changed so: {returned} of line {line} has already come back.",
    ),
    RefusalCode.MONEY_NOT_ACCEPTED: Sentence(
        "Le programme n'accepte pas de tickets en {money}.", "The programme accepts no tickets in {money}."
    ),
    RefusalCode.NO_RATE: Sentence(
        "Aucun cours de {money} n'est connu pour ce jour ni avant : indiquez-le, ou envoyez-le avec le ticket.",
        "No rate of {money} is known for that day or before: set it, or send it with the ticket.",
    ),
    RefusalCode.RATE_TOO_OLD: Sentence(
        "Le dernier cours connu de {money} a {days} jours, le programme en accepte {days_max} : indiquez le cours du "
        "jour, ou envoyez-le avec le ticket.",
        "The last known rate of {money} is {days} days old, the programme accepts {days_max}: set that day's, or send "
        "it with the ticket.",
    ),
    RefusalCode.AMOUNT_OUT_OF_RANGE: Sentence(
        "À ce cours de {money}, le ticket dépasse tout ce qu'un ticket peut valoir.",
        "At this rate of {money}, the ticket goes beyond what any ticket can be.",
    ),
    RefusalCode.RETURN_IN_OTHER_MONEY: Sentence(
        "Le ticket d'origine n'a pas été payé en {money}.", "The original ticket was not paid in {money}."
    ),
    RefusalCode.NOTHING_LEFT_TO_RETURN: Sentence(
        "Tout a déjà été rendu.", "Everything has already been returned."
    ),
    RefusalCode.NOTHING_DUE: Sentence("Rien n'est encore dû ce jour-là.", "Nothing is due on that day yet."),
    RefusalCode.UNKNOWN_ACTIVITY: Sentence(
        "Le programme ne connaît pas l'activité « {subject} ».",
        "The programme knows no activity “{subject}”.",
    ),
    RefusalCode.ALREADY_OVER: Sentence(
        "Cette date est déjà passée : choisissez un jour à venir.",
        "That date has already passed: choose a day to come.",
    ),
    RefusalCode.REWARD_NOT_FOR_THEM: Sentence(
        "Cet avantage n'est pas ouvert à cette personne aujourd'hui : {subject}.",
        "This reward is not open to this person today: {subject}.",
    ),
    RefusalCode.REWARD_NOT_HERE: Sentence(
        "Cet avantage ne se demande pas ici, ou pas par ce canal : {subject}.",
        "This reward is not asked for here, or not through this channel: {subject}.",
    ),
    RefusalCode.UNKNOWN_SESSION: Sentence(
        "Choisissez une session de cet avantage : « {subject} » n'en est pas une.",
        "Choose a session of this reward: “{subject}” is none.",
    ),
    RefusalCode.OUT_OF_STOCK: Sentence(
        "Il n'en reste plus assez : il en faut {asked} ({subject}).",
        "Not enough is left: {asked} asked for ({subject}).",
    ),
    RefusalCode.UNKNOWN_REQUEST: Sentence(
        "Cette demande n'existe pas, ou ne peut plus être annulée.",
        "There is no such request, or it can no longer be called off.",
    ),
    RefusalCode.ALREADY_USED: Sentence(
        "Ce qui a été reçu est déjà utilisé : la demande ne peut plus être annulée.",
        "What was received is already used: the request can no longer be called off.",
    ),
    RefusalCode.NOTHING_TO_HAND_OVER: Sentence(
        "Ce n'est pas un bien à remettre : {subject}.", "This is no good to hand over: {subject}."
    ),
    RefusalCode.UNKNOWN_AUDIENCE: Sentence(
        "Le programme n'a pas d'audience « {subject} ».", "The programme has no audience “{subject}”."
    ),
    RefusalCode.UNKNOWN_DRAW: Sentence(
        "Le programme n'a pas ce lot au tirage « {subject} ».",
        "The programme has no such prize in the draw “{subject}”.",
    ),
    RefusalCode.UNKNOWN_OFFER: Sentence(
        "Le programme n'a pas d'offre « {subject} ».", "The programme has no offer “{subject}”."
    ),
    RefusalCode.OFFER_OVER: Sentence("L'offre « {subject} » est terminée.", "The offer “{subject}” is over."),
    RefusalCode.OFFER_NOT_ALLOTTED: Sentence(
        "L'offre « {subject} » n'est pas attribuée à cette personne.",
        "The offer “{subject}” is not allotted to this customer.",
    ),
    RefusalCode.ALREADY_ALLOTTED: Sentence(
        "Cette personne a déjà l'offre « {subject} ».", "This customer has the offer “{subject}” already."
    ),
    RefusalCode.OFFER_BEGUN: Sentence(
        "L'offre « {subject} » est déjà activée ou utilisée : elle ne se reprend plus.",
        "The offer “{subject}” is activated or used already: it can no longer be taken back.",
    ),
    RefusalCode.HOLD_NOT_OPEN: Sentence(
        "Cette réservation n'est plus ouverte : elle a expiré, a été libérée ou a déjà servi.",
        "This hold is no longer open: it ran out, was released or has been used.",
    ),
    RefusalCode.TOO_MANY_HOLDS: Sentence(
        "Trop de réservations sont ouvertes pour cette personne.", "This customer has too many open holds."
    ),
    RefusalCode.NOT_TRANSFERABLE: Sentence(
        "Le programme ne permet pas de donner à un autre membre : {subject}.",
        "The programme does not let these be given to another member: {subject}.",
    ),
    RefusalCode.TRANSFER_LIMIT: Sentence(
        "La limite des dons est atteinte : {asked} à donner, reste {units_left}.",
        "The limit of what may be given is reached: {asked} asked for, {units_left} left.",
    ),
    RefusalCode.RECEIVER_NOT_A_MEMBER: Sentence(
        "La personne qui reçoit n'est pas membre du programme.", "Whoever receives is not a member."
    ),
    RefusalCode.NOT_MERGED: Sentence(
        "Cette fiche n'est fusionnée avec aucune autre.", "This record is not merged with another one."
    ),
    RefusalCode.SAME_CUSTOMER: Sentence(
        "Les deux fiches sont la même personne.", "Both records are the same person."
    ),
    RefusalCode.NO_SUCH_ACCOUNTS: Sentence(
        "Le programme ne propose pas ce type de compte partagé.",
        "The programme offers no shared accounts of this kind.",
    ),
    RefusalCode.NOT_AN_ACCOUNT: Sentence(
        "Cette fiche n'est ni un foyer ni une entreprise.", "This record is no household and no company."
    ),
    RefusalCode.NOT_A_PERSON: Sentence(
        "Cette fiche est un foyer ou une entreprise, pas une personne.",
        "This record is a household or a company, not a person.",
    ),
    RefusalCode.IN_ACCOUNT: Sentence(
        "Cette personne fait partie d'un foyer ou d'une entreprise : retirez-la d'abord.",
        "This person belongs to a household or a company: take them out of it first.",
    ),
    RefusalCode.NOT_IN_ACCOUNT: Sentence(
        "Cette personne ne fait pas partie de ce compte.", "This person does not belong to this account."
    ),
    RefusalCode.ACCOUNT_FULL: Sentence(
        "Ce compte est complet : {limit} personnes au plus.", "This account is full: at most {limit} people."
    ),
    RefusalCode.ACCOUNT_CLOSED: Sentence(
        "Ce compte est fermé : tout le monde l'a quitté.", "This account is closed: everybody has left it."
    ),
    RefusalCode.WHOLE_ACCOUNT: Sentence(
        "Cela concerne le foyer ou l'entreprise en entier : faites-le sur sa fiche, ou retirez d'abord la personne.",
        "That concerns the whole household or company: do it on its record, or take the person out first.",
    ),
}

ABOUT_MONEY = {
    RefusalCode.MONEY_NOT_ACCEPTED,
    RefusalCode.NO_RATE,
    RefusalCode.RATE_TOO_OLD,
    RefusalCode.AMOUNT_OUT_OF_RANGE,
    RefusalCode.RETURN_IN_OTHER_MONEY,
}

TIER_CAUSES = {
    TierCause.JOINED: Sentence("Statut {tier} à l'adhésion", "{tier} status on joining"),
    TierCause.REACHED: Sentence("Statut {tier} atteint", "{tier} status reached"),
    TierCause.KEPT: Sentence("Statut {tier} conservé", "{tier} status kept"),
    TierCause.LOWERED: Sentence("Retour au statut {tier}", "Back to {tier} status"),
    TierCause.TAKEN_OVER: Sentence(
        "Statut {tier} repris de l'ancien programme", "{tier} status taken over from the earlier programme"
    ),
    TierCause.GRACE: Sentence("Statut {tier} gardé une dernière fois", "{tier} status kept for a last time"),
    TierCause.GRANTED: Sentence("Statut {tier} accordé par l'équipe", "{tier} status given by staff"),
    TierCause.MERGED: Sentence("Statut {tier} de l'autre fiche", "{tier} status from the other record"),
}


def reason(found: Reason, document: Document, language: Language, *, for_members: bool = False) -> str:
    """« Fruits et légumes doublés » : 12 points sur 12,00 € d'achats."""
    phrases = phrases_of(document, language, for_members=for_members)
    if found.rule == REFERRAL:
        return referral_reason(found, phrases)
    draw = phrases.draws.get(found.rule)
    if draw is not None:
        return draw_reason(found, draw, phrases)
    offer = phrases.offers.get(found.rule)
    if offer is not None or found.code in OFFERS_ONLY:
        return offer_reason(found, offer, phrases)
    rule = phrases.rules.get(found.rule)
    sentence = REASONS[found.code]
    if found.code is ReasonCode.TIMES_REACHED and found.figures.get("used") == 1:
        sentence = TIMES_ONCE
    said = sentence.say(language, rule=phrases.rule_name(found.rule), **_figures(found, rule, phrases))
    if found.code is ReasonCode.APPLIED and rule is not None:
        if rule.gift.per_amount is not None or rule.gift.multiply is not None:
            said = BASIS.say(language, said=said, basis=_money(found.figures.get("basis_minor", 0), phrases))
        # Of the steps, the one that was reached: a figure alone would not say what it was for.
        given = found.figures.get("wished", found.figures.get("given", 0))
        reached = [step for step in rule.gift.steps if step.give == given]
        if reached:
            said = STEP.say(language, said=said, amount=phrases.amount(reached[-1].at_least))
        if "wished" in found.figures:
            capped = CLIPPED if "budget_left" in found.figures else CAPPED
            capped = LAWFUL if "lawful" in found.figures else capped
            said = capped.say(
                language, said=said, wished=phrases.units(found.figures["wished"], rule.currency)
            )
    return said


def clawback_said(found: Clawback, document: Document, language: Language) -> str:
    """What a return takes back of what one rule had given."""
    phrases = phrases_of(document, language)
    units = phrases.units(found.quantity, found.currency)
    return CLAWBACK.say(language, rule=phrases.rule_name(found.rule), units=units)


def _figures(found: Reason, rule: Rule | None, phrases: Phrases) -> dict[str, str]:
    """All that a sentence about this reason may mention."""
    given = found.figures
    units = rule.currency if rule is not None else ""
    number = figures.number
    language = phrases.language
    limit = number(given.get("limit", 0), language)
    if found.code in (ReasonCode.CAP_REACHED, ReasonCode.BUDGET_ASKED, ReasonCode.BUDGET_GONE):
        limit = phrases.units(given.get("limit", 0), units)
    elif found.code is ReasonCode.AMOUNT_TOO_HIGH:
        limit = _money(given.get("limit_minor", 0), phrases)
    return {
        "given": phrases.units(given.get("given", 0), units),
        "missing": _money(given.get("missing_minor", 0), phrases),
        "basis": _money(given.get("basis_minor", 0), phrases),
        "used": number(given.get("used", 0), language),
        "limit": limit,
        "period": phrases.say(OF_PERIODS[_period(found.code, rule)]),
        "most": phrases.say(MOST[_period(found.code, rule)]),
        "once": phrases.say(ONCE[_period(found.code, rule)]),
        "wanted": "" if rule is None else wanted(found.code, rule.when, phrases),
        "score": number(given.get("missing", 0), language),
        "progress": _progress(given, rule, phrases),
    }


def _progress(given: Mapping[str, int], rule: Rule | None, phrases: Phrases) -> str:
    """How far a goal is: « rayons différents : 8 sur 12 dans l'année » ; « semaine 2 d'une série de 4 »."""
    goal = rule.goal if rule is not None else None
    done, target = given.get("done", 0), given.get("target", 0)
    if goal is None:
        return ""
    if goal.in_a_row > 1 and done >= target:
        sentence = STREAK if "in_a_row" in given else STREAK_OPEN
        return phrases.say(
            sentence,
            period=phrases.period(goal.per),
            in_a_row=figures.number(given.get("in_a_row", 0), phrases.language),
            of=figures.number(goal.in_a_row, phrases.language),
        )
    told = [
        _money(quantity, phrases)
        if goal.measure is GoalMeasure.SPEND
        else figures.number(quantity, phrases.language)
        for quantity in (done, target)
    ]
    said = phrases.say(PROGRESS[goal.measure], done=told[0], target=told[1])
    if goal.per is Period.EVER:
        return said
    return phrases.say(PROGRESS_IN, progress=said, period=phrases.say(GOAL_PERIODS[goal.per]))


def _period(code: ReasonCode, rule: Rule | None) -> Period:
    if rule is not None and code is ReasonCode.CAP_REACHED and rule.cap is not None:
        return rule.cap.per
    if rule is not None and code is ReasonCode.TIMES_REACHED and rule.times is not None:
        return rule.times.per
    if rule is not None and code is ReasonCode.GOAL_ALREADY_REACHED and rule.goal is not None:
        return rule.goal.per
    return Period.EVER


def _money(minor: int, phrases: Phrases) -> str:
    return figures.money(minor, phrases.document.sale_currency, phrases.language)


def refusal(found: Refused, document: Document, language: Language) -> str:
    """A whole sentence: what cannot be done, with the figures that say why."""
    phrases = phrases_of(document, language)
    given = found.figures
    is_return = found.code in (RefusalCode.RETURN_EXCEEDS_SALE, RefusalCode.RETURNED_LINE_CHANGED)
    asked = given.get("asked", 0)
    money = document.sale_currency
    if is_return and found.subject:
        known = next((one for one in money.foreign if one.code == found.subject), None)
        money = SaleCurrency(code=found.subject, decimals=known.decimals if known is not None else 2)
    return REFUSALS[found.code].say(
        language,
        subject=_subject(found.subject, phrases),
        asked=figures.money(given.get("asked_minor", 0), money, language)
        if is_return
        else figures.number(asked, language),
        money=figures.money_name(found.subject, language) if found.code in ABOUT_MONEY else "",
        days=given.get("days", 0),
        days_max=given.get("days_max", 0),
        available=phrases.units(given.get("available", 0), found.subject),
        at_least=phrases.units(given.get("at_least", 0), found.subject),
        worth=_money(given.get("worth_minor", 0), phrases),
        total=_money(given.get("total_minor", 0), phrases),
        left=figures.money(given.get("left_minor", 0), money, language),
        returned=figures.money(given.get("returned_minor", 0), money, language),
        units_left=phrases.units(given.get("left", 0), found.subject),
        limit=figures.number(given.get("limit", 0), language),
        **_closing_days(document, phrases),
        line=given.get("line", 0),
        lines=given.get("lines", 0),
    )


def _closing_days(document: Document, phrases: Phrases) -> dict[str, str]:
    closing = document.closing
    if closing is None:
        return {"earn_until": "", "use_until": ""}
    return {
        "earn_until": phrases.day(closing.last_day_to_earn),
        "use_until": phrases.day(closing.last_day_to_use),
    }


def _subject(code: str, phrases: Phrases) -> str:
    """The name behind a code of the document; the code where it has none."""
    reward = phrases.rewards.get(code)
    if reward is not None and code not in phrases.currencies:
        return phrases.text(reward.name)
    if code in phrases.offers:
        return phrases.text(phrases.offers[code].name)
    return phrases.currency_name(code)


def tier_cause(cause: TierCause, tier: str, document: Document, language: Language) -> str:
    return TIER_CAUSES[cause].say(language, tier=phrases_of(document, language).level_name(tier))
