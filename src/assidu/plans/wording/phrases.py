"""Parts of a document as parts of sentences: gifts, conditions, lines, durations, limits."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from assidu.decisions.calendar import Period, RoundTo
from assidu.decisions.plan import (
    REFERRAL,
    CurrencyKind,
    Downgrade,
    GoalMeasure,
    QuotaScope,
    ReturnPolicy,
    TierWindow,
    Trigger,
)
from assidu.plans.document import (
    Answered,
    Cap,
    Document,
    Duration,
    Engagement,
    Expiry,
    Gift,
    Goal,
    Hours,
    Level,
    Lines,
    Needs,
    Pending,
    ProfileField,
    Quota,
    Reward,
    Rule,
    Session,
    Side,
    Text,
    Times,
    Transfers,
    Weekday,
    When,
    Window,
    Worth,
)
from assidu.plans.wording import figures, wallets
from assidu.plans.wording.budgets import budget_said
from assidu.plans.wording.language import Language, Sentence, quoted, text_in
from assidu.plans.wording.life import REFERRAL_NAME

LISTED_MAX = 8
"""Of more stores or products than this, a sentence tells the number."""

GIFTS = {
    "per_amount": Sentence("donne {gift} pour {each} d'achats", "gives {gift} for each {each} spent"),
    "per_step": Sentence(
        "donne {gift} par tranche entière de {each} d'achats", "gives {gift} for each full {each} spent"
    ),
    "fixed": Sentence("donne {gift}", "gives {gift}"),
    "multiply": Sentence(
        "porte à {percent} les {units} de {rule}", "raises the {units} of {rule} to {percent}"
    ),
    "steps": Sentence("donne {steps} d'achats", "gives {steps}"),
    "step": Sentence("{gift} dès {amount}", "{gift} from {amount}"),
    "nothing": Sentence("ne donne rien", "gives nothing"),
    "joining": Sentence(" à l'adhésion", " on joining"),
}

WHEN = {
    "tier": Sentence("pour le statut {names}", "for {names} status"),
    "tiers": Sentence("pour les statuts {names}", "for {names} status"),
    "channel": Sentence("sur le canal {names}", "through {names}"),
    "channels": Sentence("sur les canaux {names}", "through {names}"),
    "store": Sentence("au magasin {names}", "in store {names}"),
    "stores": Sentence("dans les magasins {names}", "in stores {names}"),
    "stores_many": Sentence("dans {count} magasins", "in {count} stores"),
    "day": Sentence("le {names}", "on {names}"),
    "days": Sentence("les {names}", "on {names}"),
    "from_to": Sentence("du {first} au {last}", "from {first} to {last}"),
    "one_day": Sentence("le {first}", "on {first}"),
    "from": Sentence("à partir du {first}", "from {first} on"),
    "to": Sentence("jusqu'au {last}", "until {last}"),
    "first_purchase": Sentence("au premier achat", "on the first purchase"),
    "at_least": Sentence("dès {least} d'achats", "from {least} spent"),
    "at_most": Sentence("jusqu'à {most} d'achats", "up to {most} spent"),
    "between": Sentence("entre {least} et {most} d'achats", "between {least} and {most} spent"),
}

LINES = {
    "department": Sentence("dans le rayon {names}", "in the {names} department"),
    "departments": Sentence("dans les rayons {names}", "in the {names} departments"),
    "departments_many": Sentence("dans {count} rayons", "in {count} departments"),
    "brand": Sentence("pour la marque {names}", "for the brand {names}"),
    "brands": Sentence("pour les marques {names}", "for the brands {names}"),
    "brands_many": Sentence("pour {count} marques", "for {count} brands"),
    "product": Sentence("sur le produit {names}", "on product {names}"),
    "products": Sentence("sur les produits {names}", "on products {names}"),
    "products_many": Sentence("sur {count} produits", "on {count} products"),
}

LIMITS = {
    "cap_per_sale": Sentence("au plus {units} par ticket", "at most {units} per ticket"),
    "cap": Sentence(
        "au plus {units} par client et par {period}", "at most {units} per customer and {period}"
    ),
    "cap_ever": Sentence("au plus {units} par client en tout", "at most {units} per customer in all"),
    "once": Sentence("une fois par {period} et par client", "once a {period} for each customer"),
    "once_ever": Sentence("une seule fois par client", "only once for each customer"),
    "times": Sentence(
        "au plus {count} fois par {period} et par client",
        "at most {count} times a {period} for each customer",
    ),
    "times_ever": Sentence("au plus {count} fois par client", "at most {count} times for each customer"),
    "once_for_one": Sentence("une fois par {period}", "once a {period}"),
    "once_ever_for_one": Sentence("une seule fois", "only once"),
    "times_for_one": Sentence("au plus {count} fois par {period}", "at most {count} times a {period}"),
    "times_ever_for_one": Sentence("au plus {count} fois", "at most {count} times"),
    "quota": Sentence(
        "pour les {count} premiers tickets {period}, tous magasins confondus",
        "for the first {count} tickets of the {period} over all stores",
    ),
    "quota_one": Sentence(
        "pour le premier ticket {period}, tous magasins confondus",
        "for the first ticket of the {period} over all stores",
    ),
    "quota_store": Sentence(
        "pour les {count} premiers tickets {period} dans chaque magasin",
        "for the first {count} tickets of the {period} in each store",
    ),
    "quota_store_one": Sentence(
        "pour le premier ticket {period} dans chaque magasin",
        "for the first ticket of the {period} in each store",
    ),
    "expires": Sentence("validité de {duration}", "valid for {duration}"),
}

PERIODS = {
    Period.DAY: Sentence("jour", "day"),
    Period.WEEK: Sentence("semaine", "week"),
    Period.MONTH: Sentence("mois", "month"),
    Period.QUARTER: Sentence("trimestre", "quarter"),
    Period.YEAR: Sentence("an", "year"),
    Period.EVER: Sentence("programme", "programme"),
}

OF_PERIODS = {
    Period.DAY: Sentence("du jour", "day"),
    Period.WEEK: Sentence("de la semaine", "week"),
    Period.MONTH: Sentence("du mois", "month"),
    Period.QUARTER: Sentence("du trimestre", "quarter"),
    Period.YEAR: Sentence("de l'année", "year"),
    Period.EVER: Sentence("du programme", "programme"),
}

DAYS = {
    Weekday.MONDAY: Sentence("lundi", "Mondays"),
    Weekday.TUESDAY: Sentence("mardi", "Tuesdays"),
    Weekday.WEDNESDAY: Sentence("mercredi", "Wednesdays"),
    Weekday.THURSDAY: Sentence("jeudi", "Thursdays"),
    Weekday.FRIDAY: Sentence("vendredi", "Fridays"),
    Weekday.SATURDAY: Sentence("samedi", "Saturdays"),
    Weekday.SUNDAY: Sentence("dimanche", "Sundays"),
}

CHANNELS = {
    "store": Sentence("magasin", "store"),
    "web": Sentence("site internet", "web site"),
    "app": Sentence("application", "app"),
    "drive": Sentence("drive", "click and collect"),
    "phone": Sentence("téléphone", "telephone"),
}

KINDS = {
    "product": Sentence("produits", "products"),
    "gift_card": Sentence("cartes cadeaux", "gift cards"),
    "deposit": Sentence("consignes", "deposits"),
    "shipping": Sentence("frais de livraison", "shipping"),
    "fee": Sentence("frais", "fees"),
}

DURATIONS = {
    "days": (Sentence("{n} jour", "{n} day"), Sentence("{n} jours", "{n} days")),
    "weeks": (Sentence("{n} semaine", "{n} week"), Sentence("{n} semaines", "{n} weeks")),
    "months": (Sentence("{n} mois", "{n} month"), Sentence("{n} mois", "{n} months")),
    "years": (Sentence("{n} an", "{n} year"), Sentence("{n} ans", "{n} years")),
}

ROUNDED = {
    RoundTo.DAY: Sentence("{duration}", "{duration}"),
    RoundTo.MONTH: Sentence(
        "{duration} puis jusqu'à la fin du mois", "{duration}, then until the end of the month"
    ),
    RoundTo.YEAR: Sentence(
        "{duration} puis jusqu'à la fin de l'année", "{duration}, then until the end of the year"
    ),
}

WINDOWS = {
    TierWindow.ROLLING_MONTHS: Sentence(
        "{months} mois civils (ce mois-ci et les {before} d'avant)",
        "{months} calendar months (this one and the {before} before it)",
    ),
    TierWindow.CALENDAR_YEAR: Sentence("l'année civile", "the calendar year"),
}

SHORT_WINDOWS = {
    1: Sentence("le mois civil en cours", "this calendar month"),
    2: Sentence(
        "2 mois civils (ce mois-ci et celui d'avant)", "2 calendar months (this one and the one before it)"
    ),
}
"""Rolling months so few that what comes before has no number."""

DOWNGRADES = {
    Downgrade.ONE_STEP: Sentence("d'un seul niveau", "one step down"),
    Downgrade.REASSESS: Sentence("au niveau des achats", "down to what the spend reaches"),
}

RETURN_POLICIES = {
    ReturnPolicy.ONLY_PENDING: Sentence(
        "ce qui est déjà acquis n'est pas repris", "what was already given is not taken back"
    ),
    ReturnPolicy.WITHIN_BALANCE: Sentence(
        "ce que le ticket avait rapporté est repris dans la limite du solde",
        "what the ticket had earned is taken back as far as the balance goes",
    ),
    ReturnPolicy.MAY_GO_NEGATIVE: Sentence(
        "ce que le ticket avait rapporté est repris, même si le solde devient négatif",
        "what the ticket had earned is taken back, even if the balance falls below zero",
    ),
}

TRIGGERS = {
    Trigger.SALE: Sentence("à l'achat", "on a purchase"),
    Trigger.JOINING: Sentence("à l'adhésion", "on joining"),
    Trigger.ACTIVITY: Sentence("lors d'une activité", "on an activity"),
}

CURRENCY_KINDS = {
    CurrencyKind.POINTS: Sentence("points", "points"),
    CurrencyKind.MONEY: Sentence("argent", "money"),
    CurrencyKind.VOUCHER: Sentence("bons", "vouchers"),
    CurrencyKind.BADGE: Sentence("badge", "badge"),
    CurrencyKind.GOOD: Sentence("biens ou services à remettre", "goods or services to hand over"),
    CurrencyKind.ENTRY: Sentence("chances à un tirage", "entries in a draw"),
}

ACTIVITIES = {
    "sale": Sentence("un achat", "a purchase"),
    "visit": Sentence("une visite", "a visit"),
    "survey-answered": Sentence("une enquête répondue", "a survey answered"),
    "profile-completed": Sentence("un profil complété", "a profile completed"),
    "review": Sentence("un avis déposé", "a review written"),
    "social-share": Sentence("un partage sur un réseau social", "a share on a social network"),
    "app-use": Sentence("une ouverture de l'application", "a use of the app"),
    "birthday": Sentence("l'anniversaire", "the birthday"),
    "anniversary": Sentence("l'anniversaire d'adhésion", "the anniversary of joining"),
}

PROFILE_FIELDS = {
    ProfileField.TITLE: Sentence("civilité", "title"),
    ProfileField.FIRST_NAME: Sentence("prénom", "first name"),
    ProfileField.LAST_NAME: Sentence("nom", "last name"),
    ProfileField.BIRTH_DATE: Sentence("date de naissance", "date of birth"),
    ProfileField.POSTCODE: Sentence("code postal", "postcode"),
    ProfileField.TOWN: Sentence("ville", "town"),
    ProfileField.LANGUAGE: Sentence("langue", "language"),
    ProfileField.EMAIL: Sentence("e-mail", "e-mail"),
    ProfileField.PHONE: Sentence("téléphone", "telephone"),
}
PROFILE_KNOWN = Sentence("dès que sont connus : {names}", "once these are known: {names}")
FOR_ACTIVITY = Sentence("{gift} pour {activity}", "{gift} for {activity}")

GOALS = {
    GoalMeasure.PURCHASES: Sentence("dès {target} achats", "from {target} purchases on"),
    GoalMeasure.SPEND: Sentence("dès {target} d'achats cumulés", "from {target} spent in all on"),
    GoalMeasure.DEPARTMENTS: Sentence(
        "dès {target} rayons différents", "from {target} different departments on"
    ),
    GoalMeasure.DAYS: Sentence("dès {target} jours différents", "from {target} different days on"),
    GoalMeasure.TIMES: Sentence("dès {target} fois", "from {target} times on"),
}
GOALS_OF_ONE = {
    GoalMeasure.PURCHASES: Sentence("dès le premier achat", "from the first purchase on"),
    GoalMeasure.DEPARTMENTS: Sentence("dès le premier rayon", "from the first department on"),
    GoalMeasure.DAYS: Sentence("dès le premier jour", "from the first day on"),
    GoalMeasure.TIMES: Sentence("dès la première fois", "from the first time on"),
}
GOAL_PER = Sentence("{goal} dans {period}", "{goal} in a {period}")
GOAL_EVER = Sentence("{goal} en tout", "{goal} in all")
GOAL_IN_A_ROW = Sentence(
    "{goal} dans {period}, {count} fois de suite", "{goal} in a {period}, {count} {period}s in a row"
)
GOAL_PERIODS = {
    Period.DAY: Sentence("la journée", "day"),
    Period.WEEK: Sentence("la semaine", "week"),
    Period.MONTH: Sentence("le mois", "month"),
    Period.QUARTER: Sentence("le trimestre", "quarter"),
    Period.YEAR: Sentence("l'année", "year"),
    Period.EVER: Sentence("le temps", "lifetime"),
}
ENGAGEMENT_PARTS = Sentence("{weights} ; la moitié après {half}", "{weights}; half of it after {half}")
LEVEL_ASKS = {
    "spend": Sentence("{amount} d'achats", "{amount} spent"),
    "units": Sentence("{units} gagnés", "{units} earned"),
    "purchases": Sentence("{count} achats", "{count} purchases"),
    "engagement": Sentence("une note d'engagement de {count}", "an engagement score of {count}"),
}
LEVEL_JOINS = {Needs.ONE: Sentence(" ou ", " or "), Needs.ALL: Sentence(" et ", " and ")}
NEEDS = {
    Needs.ONE: Sentence("une des conditions suffit", "one of the conditions is enough"),
    Needs.ALL: Sentence("toutes les conditions", "all of the conditions"),
}
HOURS = Sentence("de {first} à {until}", "from {first} to {until}")
AUDIENCES = Sentence("pour {names}", "for {names}")
ANSWERED = Sentence("{answers} à la question « {question} »", "{answers} to the question “{question}”")
SOME_MEMBERS = Sentence("certains membres", "some members")
ENGAGEMENT = Sentence("dès une note d'engagement de {score}", "from an engagement score of {score} on")

REWARD = Sentence("{name} : {gives} contre {costs}.", "{name}: {gives} for {costs}.")
REWARD_STOCK = Sentence("{count} en tout", "{count} in all")
REWARD_SESSIONS = Sentence("{count} places en {sessions} sessions", "{count} places in {sessions} sessions")
REWARD_CANCEL = Sentence("annulable pendant {duration}", "may be called off for {duration}")
SESSION = Sentence("{name} le {day}, {places} places", "{name} on {day}, {places} places")
YES_NO = {True: Sentence("oui", "yes"), False: Sentence("non", "no")}
NEVER = Sentence("jamais", "never")


_KEPT_MAX = 64
_kept: dict[tuple[int, Language, bool], "Phrases"] = {}


def phrases_of(document: Document, language: Language, *, for_members: bool = False) -> "Phrases":
    """Kept for the documents in use, since receipts are written on the hot path."""
    key = (id(document), language, for_members)
    kept = _kept.get(key)
    if kept is None or kept.document is not document:
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        kept = _kept[key] = Phrases(document, language, for_members=for_members)
    return kept


class Phrases:
    """Says the parts of one document in one language. ``for_members``: what a brand calls its audiences among
    colleagues is not said."""

    def __init__(self, document: Document, language: Language, *, for_members: bool = False) -> None:
        self.document = document
        self.language = language
        self.for_members = for_members
        self.rules = {rule.code: rule for rule in document.rules}
        self.special_rules = {
            rule.code: self.text(rule.name) for rule in document.rules if not _is_plain(rule)
        }
        self.currencies = {currency.code: currency for currency in document.currencies}
        self.rewards = {reward.code: reward for reward in document.rewards}
        self.offers = {offer.code: offer for offer in document.offers}
        self.draws = {draw.code: draw for draw in document.draws}
        self.levels = {level.code: level for level in document.tiers.levels} if document.tiers else {}

    def say(self, sentence: Sentence, **values: object) -> str:
        return sentence.say(self.language, **values)

    def text(self, text: Text) -> str:
        return text_in(text, self.language)

    def quoted(self, text: Text) -> str:
        return quoted(self.text(text), self.language)

    def listing(self, items: Iterable[str]) -> str:
        return figures.listing(items, self.language)

    def amount(self, written: Decimal) -> str:
        return figures.amount(written, self.document.sale_currency, self.language)

    def day(self, value: date) -> str:
        return figures.day(value, self.language)

    def units(self, quantity: int, currency: str) -> str:
        return figures.quantity(quantity, self.currencies.get(currency), self.language)

    def number(self, quantity: int, currency: str) -> str:
        """Without the name."""
        known = self.currencies.get(currency)
        return figures.number(quantity, self.language, 0 if known is None else known.decimals)

    def side(self, side: Side) -> str:
        return self.units(side.units, side.currency)

    def currency_name(self, code: str) -> str:
        currency = self.currencies.get(code)
        return code if currency is None else self.text(currency.name)

    def giver_name(self, code: str) -> str:
        """Of a rule, an offer, a draw or the referral; a code that is none of them stays."""
        if code == REFERRAL:
            return self.say(REFERRAL_NAME)
        giver = self.rules.get(code) or self.offers.get(code) or self.draws.get(code)
        return code if giver is None else self.text(giver.name)

    def rule_name(self, code: str) -> str:
        name = self.giver_name(code)
        return name if code == REFERRAL else quoted(name, self.language)

    def level_name(self, code: str) -> str:
        level = self.levels.get(code)
        return code if level is None else self.text(level.name)

    def benefits(self, tier: str | None) -> list[str]:
        """What a status brings besides, in words; nothing without a status."""
        level = self.levels.get(tier) if tier is not None else None
        return [] if level is None else [self.text(benefit) for benefit in level.benefits]

    def says(self, tier: str | None) -> str:
        """The sentence for those who have a status; empty where the plan has none."""
        level = self.levels.get(tier) if tier is not None else None
        return "" if level is None or level.says is None else self.text(level.says)

    def level_names(self, codes: Iterable[str]) -> str:
        return self.listing(self.level_name(code) for code in codes)

    def labelled(self, code: str, labels: Mapping[str, Text]) -> str:
        text = labels.get(code)
        return code if text is None else self.text(text)

    def channel_name(self, code: str) -> str:
        if code not in self.document.labels.channels and code in CHANNELS:
            return self.say(CHANNELS[code])
        return self.labelled(code, self.document.labels.channels)

    def weekdays(self, days: Iterable[Weekday]) -> str:
        return self.listing(self.say(DAYS[day]) for day in sorted(days, key=lambda day: day.number))

    def duration(self, duration: Duration | None) -> str:
        if duration is None:
            return self.say(NEVER)
        parts = []
        for name, (one, many) in DURATIONS.items():
            n = getattr(duration, name)
            if n is not None:
                parts.append(self.say(one if n == 1 else many, n=figures.number(n, self.language)))
        return self.say(ROUNDED[duration.until_end_of], duration=self.listing(parts))

    def expiry(self, expires: Expiry) -> str:
        return wallets.expiry_of(expires, self)

    def pending(self, pending: Pending) -> str:
        return wallets.pending_of(pending, self)

    def transfers(self, transfers: Transfers, currency: str) -> str:
        return wallets.transfers_of(transfers, currency, self)

    def window(self, window: Window) -> str:
        if window.kind is TierWindow.ROLLING_MONTHS and window.months in SHORT_WINDOWS:
            return self.say(SHORT_WINDOWS[window.months])
        return self.say(WINDOWS[window.kind], months=window.months, before=window.months - 1)

    def gift(self, gift: Gift, currency: str, trigger: Trigger = Trigger.SALE) -> str:
        """With its verb: « donne 200 points à l'adhésion »."""
        if gift.per_amount is not None:
            part = gift.per_amount
            key = "per_step" if part.whole_steps else "per_amount"
            given = self.units(part.give, currency)
            said = self.say(GIFTS[key], gift=given, each=self.amount(part.each))
        elif gift.fixed is not None:
            said = self.say(GIFTS["fixed"], gift=self.units(gift.fixed, currency))
        elif gift.multiply is not None:
            said = self.say(
                GIFTS["multiply"],
                percent=figures.percent(gift.multiply.percent, self.language),
                units=self.currency_name(currency),
                rule=self.rule_name(gift.multiply.rule),
            )
        elif gift.steps:
            steps = [
                self.say(
                    GIFTS["step"], gift=self.units(step.give, currency), amount=self.amount(step.at_least)
                )
                for step in gift.steps
            ]
            said = self.say(GIFTS["steps"], steps=self.listing(steps))
        else:
            said = self.say(GIFTS["nothing"])
        return said + (self.say(GIFTS["joining"]) if trigger is Trigger.JOINING else "")

    def lines(self, lines: Lines | None) -> list[str]:
        if lines is None:
            return []
        labels = self.document.labels
        found = []
        for kind, codes, names in (
            ("product", lines.products, labels.products),
            ("brand", lines.brands, labels.brands),
            ("department", lines.departments, labels.departments),
        ):
            if codes:
                found.append(self._selection(LINES, kind, [self.labelled(code, names) for code in codes]))
        return found

    def _selection(self, sentences: Mapping[str, Sentence], kind: str, names: list[str]) -> str:
        if len(names) == 1:
            return self.say(sentences[kind], names=names[0])
        if len(names) > LISTED_MAX and f"{kind}s_many" in sentences:
            return self.say(sentences[f"{kind}s_many"], count=figures.number(len(names), self.language))
        # « Boulangerie et pâtisserie et Traiteur et fromagerie » would not be understood.
        has_and = any(" et " in name or " and " in name for name in names)
        return self.say(sentences[f"{kind}s"], names=", ".join(names) if has_and else self.listing(names))

    def when(self, when: When) -> list[str]:
        labels = self.document.labels
        found = []
        if when.tiers:
            found.append(self._selection(WHEN, "tier", [self.level_name(code) for code in when.tiers]))
        if when.channels:
            names = [self.channel_name(code) for code in when.channels]
            found.append(self._selection(WHEN, "channel", names))
        if when.stores:
            names = [self.labelled(code, labels.stores) for code in when.stores]
            found.append(self._selection(WHEN, "store", names))
        if when.days:
            key = "day" if len(when.days) == 1 else "days"
            found.append(self.say(WHEN[key], names=self.weekdays(when.days)))
        found += self._dates(when)
        if when.first_purchase:
            found.append(self.say(WHEN["first_purchase"]))
        if when.hours is not None:
            found.append(self.hours(when.hours))
        if when.audiences:
            found.append(self.say(AUDIENCES, names=self.audience_names(when.audiences)))
        if when.engagement_at_least is not None:
            score = figures.number(when.engagement_at_least, self.language)
            found.append(self.say(ENGAGEMENT, score=score))
        return found + self._amounts(when)

    def level_asks(self, level: Level, needs: Needs) -> str:
        """« 1 200 € d'achats ou 20 achats »; nothing where the level asks for nothing."""
        asked = []
        if level.spend_at_least:
            asked.append(self.say(LEVEL_ASKS["spend"], amount=self.amount(level.spend_at_least)))
        if level.units_at_least is not None:
            asked.append(self.say(LEVEL_ASKS["units"], units=self.side(level.units_at_least)))
        if level.purchases_at_least is not None:
            count = figures.number(level.purchases_at_least, self.language)
            asked.append(self.say(LEVEL_ASKS["purchases"], count=count))
        if level.engagement_at_least is not None:
            count = figures.number(level.engagement_at_least, self.language)
            asked.append(self.say(LEVEL_ASKS["engagement"], count=count))
        return self.say(LEVEL_JOINS[needs]).join(asked)

    def hours(self, hours: Hours) -> str:
        return self.say(HOURS, first=hours.first, until=hours.until)

    def audience_names(self, codes: Iterable[str]) -> str:
        if self.for_members:
            return self.say(SOME_MEMBERS)
        names = {audience.code: self.text(audience.name) for audience in self.document.audiences}
        return self.listing(names.get(code, code) for code in codes)

    def answered(self, answered: Answered) -> str:
        """« végétarien ou végan à la question « régime » »."""
        answers = self.say(LEVEL_JOINS[Needs.ONE]).join(answered.answers)
        return self.say(ANSWERED, answers=answers, question=answered.question)

    def activity_name(self, code: str) -> str:
        declared = next((one for one in self.document.activities if one.code == code), None)
        if declared is not None:
            return self.text(declared.name)
        return self.say(ACTIVITIES[code]) if code in ACTIVITIES else code

    def objective_name(self, code: str) -> str:
        found = next((one for one in self.document.objectives if one.code == code), None)
        return code if found is None else self.text(found.name)

    def engagement(self, engagement: Engagement) -> str:
        """« un achat 10, une visite 2 ; la moitié après 6 mois »."""
        weights = [
            f"{self.activity_name(weight.of)} {figures.number(weight.score, self.language)}"
            for weight in engagement.weights
        ]
        half = self.duration(Duration(months=engagement.half_life_months))
        return self.say(ENGAGEMENT_PARTS, weights=", ".join(weights), half=half)

    def goal(self, goal: Goal) -> str:
        """« dès 3 rayons différents dans le mois »."""
        if goal.amount_at_least is not None:
            target = self.amount(goal.amount_at_least)
        else:
            target = figures.number(goal.at_least or 0, self.language)
        sentence = GOALS_OF_ONE[goal.measure] if goal.at_least == 1 else GOALS[goal.measure]
        said = self.say(sentence, target=target)
        if goal.per is Period.EVER:
            return self.say(GOAL_EVER, goal=said)
        period = self.say(GOAL_PERIODS[goal.per])
        if goal.in_a_row > 1:
            count = figures.number(goal.in_a_row, self.language)
            return self.say(GOAL_IN_A_ROW, goal=said, period=period, count=count)
        return self.say(GOAL_PER, goal=said, period=period)

    def _dates(self, when: When) -> list[str]:
        first = None if when.first_day is None else self.day(when.first_day)
        last = None if when.last_day is None else self.day(when.last_day)
        if first is not None and first == last:
            return [self.say(WHEN["one_day"], first=first)]
        if first is not None and last is not None:
            return [self.say(WHEN["from_to"], first=first, last=last)]
        if first is not None:
            return [self.say(WHEN["from"], first=first)]
        return [] if last is None else [self.say(WHEN["to"], last=last)]

    def _amounts(self, when: When) -> list[str]:
        least = None if when.amount_at_least is None else self.amount(when.amount_at_least)
        most = None if when.amount_at_most is None else self.amount(when.amount_at_most)
        if least is not None and most is not None:
            return [self.say(WHEN["between"], least=least, most=most)]
        if least is not None:
            return [self.say(WHEN["at_least"], least=least)]
        return [] if most is None else [self.say(WHEN["at_most"], most=most)]

    def period(self, period: Period) -> str:
        return self.say(PERIODS[period])

    def cap(self, cap: Cap, currency: str) -> str:
        key = "cap_ever" if cap.per is Period.EVER else "cap"
        return self.say(LIMITS[key], units=self.units(cap.units, currency), period=self.say(PERIODS[cap.per]))

    def times(self, times: Times, *, for_one: bool = False) -> str:
        """``for_one``: the sentence has said already whose limit it is."""
        key = ("once" if times.limit == 1 else "times") + ("_ever" if times.per is Period.EVER else "")
        key += "_for_one" if for_one else ""
        count = figures.number(times.limit, self.language)
        return self.say(LIMITS[key], count=count, period=self.say(PERIODS[times.per]))

    def quota(self, quota: Quota) -> str:
        key = "quota" if quota.over is QuotaScope.PROGRAMME else "quota_store"
        if quota.first == 1:
            key += "_one"
        count = figures.number(quota.first, self.language)
        return self.say(LIMITS[key], count=count, period=self.say(OF_PERIODS[quota.per]))

    def limits(self, rule: Rule) -> list[str]:
        found = []
        if rule.quota is not None:
            found.append(self.quota(rule.quota))
        if rule.cap_per_sale is not None:
            found.append(self.say(LIMITS["cap_per_sale"], units=self.units(rule.cap_per_sale, rule.currency)))
        if rule.cap is not None:
            found.append(self.cap(rule.cap, rule.currency))
        if rule.times is not None:
            found.append(self.times(rule.times))
        if rule.budget is not None:
            found.append(budget_said(rule.budget, self, rule.currency))
        if rule.expires is not None:
            found.append(self.say(LIMITS["expires"], duration=self.duration(rule.expires)))
        if rule.pending is not None:
            found.append(self.pending(rule.pending))
        return found

    def rule(self, rule: Rule) -> str:
        """A whole rule in one sentence."""
        said = f"{self.quoted(rule.name)} {self.gift(rule.gift, rule.currency, rule.trigger)}"
        if rule.activity is not None:
            said = self.say(FOR_ACTIVITY, gift=said, activity=self.activity_name(rule.activity))
        if rule.profile:
            names = self.listing(self.selected("profile", rule.profile))
            said = f"{said}, {self.say(PROFILE_KNOWN, names=names)}"
        circumstances = self.lines(rule.lines) + self.when(rule.when)
        if rule.goal is not None:
            circumstances.append(self.goal(rule.goal))
        if circumstances:
            said += " " + ", ".join(circumstances)
        return self.semicolons([said, *self.limits(rule)]) + "."

    def reward(self, reward: Reward) -> str:
        costs, gives = self.side(reward.costs), self.side(reward.gives)
        said = self.say(REWARD, name=self.quoted(reward.name), costs=costs, gives=gives)
        more = self.when(reward.when)
        if reward.stock is not None:
            more.append(self.say(REWARD_STOCK, count=figures.number(reward.stock, self.language)))
        if reward.sessions:
            count = figures.number(sum(one.places for one in reward.sessions), self.language)
            more.append(self.say(REWARD_SESSIONS, count=count, sessions=len(reward.sessions)))
        if reward.cancel_within is not None:
            more.append(self.say(REWARD_CANCEL, duration=self.duration(reward.cancel_within)))
        return self.semicolons([said[:-1], *more]) + "."

    def sessions(self, sessions: tuple[Session, ...]) -> str:
        return self.semicolons(
            self.say(SESSION, name=self.text(one.name), day=self.day(one.on), places=one.places)
            for one in sessions
        )

    def worth(self, worth: Worth, currency: str) -> str:
        return f"{self.units(worth.units, currency)} = {self.amount(worth.amount)}"

    def currency_kind(self, kind: CurrencyKind) -> str:
        return self.say(CURRENCY_KINDS[kind])

    def selected(self, kind: str, codes: Iterable[str]) -> list[str]:
        """The names of what a selection of that kind (``departments``, ``days``…) holds."""
        labels = self.document.labels
        match kind:
            case "tiers":
                return [self.level_name(code) for code in codes]
            case "channels":
                return [self.channel_name(code) for code in codes]
            case "days":
                return [self.say(DAYS[Weekday(code)]) for code in codes]
            case "audiences":
                return [self.audience_names([code]) for code in codes]
            case "profile":
                return [self.say(PROFILE_FIELDS[ProfileField(code)]) for code in codes]
            case "kinds":
                return [self.say(KINDS[code]) for code in codes]
        named: Mapping[str, Text] = getattr(labels, kind)
        return [self.labelled(code, named) for code in codes]

    def semicolons(self, parts: Iterable[str]) -> str:
        return ("\u00a0; " if self.language == Language.FR else "; ").join(parts)


def _is_plain(rule: Rule) -> bool:
    """So much for each euro, on everything and for everybody: not worth a word on a receipt."""
    return rule.gift.per_amount is not None and rule.lines is None and rule.when == When()
