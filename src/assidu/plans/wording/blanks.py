"""The vocabulary as a form reads it: the words around each blank, by the class and field of the document.

Every field that a form asks has its words here: a form cannot be shown without them.
"""

from assidu.plans.wording.language import Language, Sentence

CLAUSES = {
    # {} is the blank, or the blanks of the part; a yes-or-no field has none.
    "Rule.trigger": Sentence("{}", "{}"),
    "Rule.activity": Sentence("qui est {}", "which is {}"),
    "Rule.profile": Sentence("dès que sont connus : {}", "once these are known: {}"),
    "Rule.currency": Sentence("en {}", "in {}"),
    "Rule.gift": Sentence("{}", "{}"),
    "Rule.cap_per_sale": Sentence("au plus {} par ticket", "at most {} per ticket"),
    "Rule.cap": Sentence("au plus {}", "at most {}"),
    "Rule.times": Sentence("au plus {}", "at most {}"),
    "Rule.quota": Sentence("pour les {}", "for the first {}"),
    "Rule.budget": Sentence("dans un budget de {}", "within a budget of {}"),
    "Rule.goal": Sentence("une fois atteint : {}", "once there are {}"),
    "Rule.serves": Sentence("pour l'objectif {}", "for the objective {}"),
    "Rule.expires": Sentence("validité de {}", "valid for {}"),
    "When.channels": Sentence("sur les canaux {}", "through {}"),
    "When.stores": Sentence("dans les magasins {}", "in stores {}"),
    "When.days": Sentence("les {}", "on {}"),
    "When.hours": Sentence("entre {}", "between {}"),
    "When.first_day": Sentence("à partir du {}", "from {} on"),
    "When.last_day": Sentence("jusqu'au {}", "until {}"),
    "When.tiers": Sentence("pour les statuts {}", "for the statuses {}"),
    "When.audiences": Sentence("pour les clients de {}", "for customers in {}"),
    "Audience.answered": Sentence(
        "pour qui a répondu {}, dès l'événement suivant", "for whoever answered {}, from the next event on"
    ),
    "When.engagement_at_least": Sentence("à partir d'une note de {}", "from a score of {} on"),
    "When.first_purchase": Sentence("au premier achat seulement", "on the first purchase only"),
    "When.amount_at_least": Sentence("quand le ticket atteint {}", "when the ticket reaches {}"),
    "When.amount_at_most": Sentence("tant que le ticket ne dépasse pas {}", "up to a ticket of {}"),
    "Lines.departments": Sentence("dans les rayons {}", "in the departments {}"),
    "Lines.brands": Sentence("pour les marques {}", "for the brands {}"),
    "Lines.products": Sentence("sur les produits {}", "on the products {}"),
    "Gift.per_amount": Sentence("{}", "{}"),
    "Gift.fixed": Sentence("{}", "{}"),
    "Gift.multiply": Sentence("{}", "{}"),
    "Gift.steps": Sentence("{}", "{}"),
    "PerAmount.rounding": Sentence("arrondi {}", "rounded {}"),
    "PerAmount.whole_steps": Sentence("par tranche entière", "for full steps only"),
    "Rule.pending": Sentence("en attente {}", "waiting {}"),
    "Offer.effect": Sentence("{}", "{}"),
    "Offer.needs": Sentence("pour {}", "for {}"),
    "Offer.chance": Sentence("par tirage au sort, {}", "by chance, {}"),
    "Offer.times": Sentence("au plus {}", "at most {}"),
    "Offer.quota": Sentence("pour les {}", "for the first {}"),
    "Offer.budget": Sentence("dans un budget de {}", "within a budget of {}"),
    "Offer.stock": Sentence("{} en tout", "{} in all"),
    "Offer.group": Sentence("dans le groupe {}", "in the group {}"),
    "Offer.exclusive": Sentence("seule sur le ticket", "alone on a ticket"),
    "Offer.combines": Sentence("cumulable avec d'autres", "may join others"),
    "Offer.priority": Sentence("priorité {}", "priority {}"),
    "Offer.on_initial_price": Sentence("sur le prix initial", "on the price before others"),
    "Offer.takes_discounted": Sentence(
        "même sur les articles déjà remisés", "also on lines already discounted"
    ),
    "Offer.gives_back": Sentence(
        "si le ticket revient, on rend {}", "when a ticket comes back, {} is free again"
    ),
    "Offer.serves": Sentence("pour l'objectif {}", "for the objective {}"),
    "OfferEffect.percent": Sentence("{}", "{}"),
    "OfferEffect.amount": Sentence("{}", "{}"),
    "OfferEffect.price": Sentence("{}", "{}"),
    "OfferEffect.free": Sentence("{}", "{}"),
    "OfferEffect.buy": Sentence("{}", "{}"),
    "OfferEffect.points": Sentence("{}", "{}"),
    "OfferEffect.voucher": Sentence("{}", "{}"),
    "OfferEffect.gift": Sentence("{}", "{}"),
    "Budget.amount": Sentence("{}", "{}"),
    "Budget.units": Sentence("{} unités", "{} units"),
    "Budget.per": Sentence("par {}", "per {}"),
    "Budget.over": Sentence("{}", "{}"),
    "Budget.clip": Sentence(
        "rien n'est donné quand il reste moins que ce qui est dû",
        "nothing is given where less is left than what is due",
    ),
    "PercentOff.at_most": Sentence("au plus {}", "at most {}"),
    "BuyGet.times": Sentence("au plus {} fois par ticket", "at most {} times on a ticket"),
    "Given.units": Sentence("un nombre fixe de {}", "a fixed number of {}"),
    "Given.per_amount": Sentence("{}", "{}"),
    "Given.currency": Sentence("en {}", "in {}"),
    "Given.expires": Sentence("validité de {}", "valid for {}"),
    "Article.name": Sentence("{}", "{}"),
    "Article.worth": Sentence("d'une valeur de {}", "worth {}"),
    "Draw.entries": Sentence("parmi les {}", "among {}"),
    "Draw.last_day": Sentence("au compte le soir du {}", "held at the end of {}"),
    "Draw.drawn_on": Sentence("tirage le {}", "drawn on {}"),
    "Draw.prizes": Sentence("à gagner : {}", "to win: {}"),
    "Draw.several_each": Sentence("un membre peut gagner plusieurs lots", "a member may win several prizes"),
    "Draw.serves": Sentence("pour l'objectif {}", "for the objective {}"),
    "Stacking.choose": Sentence("on retient {}", "what stays is {}"),
    "Stacking.groups": Sentence("groupes : {}", "groups: {}"),
    "Pending.days": Sentence("{} jours", "{} days"),
    "Pending.weeks": Sentence("{} semaines", "{} weeks"),
    "Pending.months": Sentence("{} mois", "{} months"),
    "Pending.until": Sentence("jusqu'au {}", "until {}"),
    "Pending.until_event": Sentence("de l'événement {}", "for the event {}"),
    "Pending.otherwise": Sentence("sinon {}", "else {}"),
    "Pending.expires_from_earning": Sentence(
        "la validité court dès le gain", "the time of validity runs from earning on"
    ),
    "Expiry.each_year": Sentence("au plus tard le (mois-jour) {}", "until the day (month-day) {} of a year"),
    "Expiry.counted_from": Sentence("à compter {}", "counted from {}"),
    "Expiry.extended_by": Sentence("prolongée par {}", "extended by {}"),
    "Expiry.extended_by_purchases": Sentence("prolongée à chaque achat", "prolonged by each purchase"),
    "Currency.pending": Sentence("en attente {}", "waiting {}"),
    "Currency.debt_at_most": Sentence("dette d'au plus {}", "debt of at most {}"),
    "Currency.transfers": Sentence("les clients peuvent s'en donner, {}", "customers may give it, {}"),
    "Transfers.at_least": Sentence("au moins {} à la fois", "at least {} at once"),
    "Transfers.cap": Sentence("au plus {}", "at most {}"),
    "Reward.costs": Sentence("demander {}", "ask for {}"),
    "Reward.gives": Sentence("et donner {}", "and give {}"),
    "Reward.stock": Sentence("{} en tout", "{} in all"),
    "Reward.sessions": Sentence("à l'une de ces séances : {}", "at one of these sessions: {}"),
    "Reward.cancel_within": Sentence("annulable pendant {}", "may be called off for {}"),
    "Reward.serves": Sentence("pour l'objectif {}", "for the objective {}"),
    "Level.spend_at_least": Sentence("dès {} d'achats", "from {} spent on"),
    "Level.units_at_least": Sentence("dès {} gagnés", "from {} earned on"),
    "Level.purchases_at_least": Sentence("dès {} achats", "from {} purchases on"),
    "Level.engagement_at_least": Sentence(
        "dès une note d'engagement de {}", "from an engagement score of {} on"
    ),
    "Level.says": Sentence("à ses membres, dire : {}", "tell its members: {}"),
    "Level.benefits": Sentence("apporte aussi : {}", "brings besides: {}"),
    "Tiers.window": Sentence("on compte les achats sur {}", "the spend counts over {}"),
    "Tiers.keep": Sentence("un statut est gardé {}", "a status is kept for {}"),
    "Tiers.downgrade": Sentence(
        "quand les achats ne suffisent plus, on descend {}",
        "when the spend no longer reaches it, one goes {}",
    ),
    "Tiers.needs": Sentence("un statut demande {}", "a status asks for {}"),
    "Tiers.grace": Sentence(
        "avant de descendre, on le garde encore {}", "before going down, one keeps it {} more"
    ),
    "Currency.kind": Sentence("ce sont des {}", "they are {}"),
    "Currency.singular": Sentence("au singulier {}", "in the singular {}"),
    "Currency.decimals": Sentence("avec {} décimales", "with {} decimals"),
    "Currency.expires": Sentence("validité de {} après le gain", "valid for {} once earned"),
    "Currency.worth": Sentence("valeur : {}", "worth: {}"),
    "Currency.pays": Sentence("permet de payer un ticket", "can pay for a ticket"),
    "Currency.pays_at_least": Sentence("à partir de {}", "from {} on"),
    "Currency.partner": Sentence("fournis par {}", "provided by {}"),
    "Currency.settles": Sentence(
        "le partenaire reçoit {} pour chaque unité remise", "the partner is owed {} for each unit handed over"
    ),
    "Currency.expected_redemption": Sentence(
        "on compte que {} de ce qui est donné sera utilisé", "of what is given, {} is expected to be used"
    ),
    "Exclusions.departments": Sentence("les rayons {}", "the departments {}"),
    "Exclusions.brands": Sentence("les marques {}", "the brands {}"),
    "Exclusions.products": Sentence("les produits {}", "the products {}"),
    "Exclusions.kinds": Sentence("les lignes de type {}", "the kinds of lines {}"),
    "Exclusions.discounted": Sentence("les articles remisés", "discounted items"),
    "Returns.take_back": Sentence("en cas de retour, {}", "on a return, {}"),
    "Goal.in_a_row": Sentence("{} périodes de suite", "{} periods in a row"),
    "Goal.amount_at_least": Sentence("pour {}", "for {}"),
    "Goal.at_least": Sentence("au nombre de {}", "as many as {}"),
    "Notice.days": Sentence(
        "une version qui retire quelque chose est publiée {} jours avant",
        "a version that takes something is published {} days before",
    ),
    "General.valid_from": Sentence("à partir du {}", "from {} on"),
    "General.zone": Sentence("à l'heure de {}", "by the clock of {}"),
    "General.sale_currency": Sentence("les tickets sont en {}", "tickets are in {}"),
    "General.part_paid_with_rewards_earns": Sentence(
        "la part payée en points ou en bons rapporte aussi", "the part paid with points or vouchers earns too"
    ),
    "General.second_person_above": Sentence(
        "une seconde personne décide de ce que l'équipe corrige ou donne au-delà de {}",
        "a second person decides on what staff correct or give above {}",
    ),
    "Table.words": Sentence("on appelle {}", "we call {}"),
    "LegalCap.holds_rules": Sentence(
        "avec ce que les règles donnent sur ces articles", "together with what rules give on these items"
    ),
    "LegalCaps.legal_caps": Sentence("la loi limite les promotions : {}", "the law limits promotions: {}"),
    "AllTerms.terms": Sentence("conditions : {}", "terms: {}"),
    "Terms.url": Sentence("à l'adresse {}", "at the address {}"),
    "Terms.text": Sentence("dont voici le texte : {}", "whose text is: {}"),
    "Leaving.regret": Sentence(
        "qui part retrouve tout en revenant sous {}",
        "who leaves finds everything again by coming back within {}",
    ),
    "Closing.last_day_to_earn": Sentence("dernier jour pour gagner : {}", "last day to earn: {}"),
    "Closing.last_day_to_use": Sentence("dernier jour pour utiliser : {}", "last day to use: {}"),
    "Closing.forfeit": Sentence("ce qui reste ensuite n'expire pas", "what is then left does not expire"),
    "Referral.referrer": Sentence("qui parraine reçoit {}", "who brings somebody gets {}"),
    "Referral.referee": Sentence("qui est parrainé reçoit {}", "who is brought gets {}"),
    "Referral.at_most": Sentence("au plus {}", "at most {}"),
    "Kept.first_purchase_at_least": Sentence(
        "au premier achat d'au moins {}", "on the first purchase of at least {}"
    ),
    "Kept.kept_for": Sentence("gardé {}", "kept for {}"),
    "Accounts.household": Sentence("un foyer : {}", "a household: {}"),
    "Accounts.company": Sentence("une entreprise : {}", "a company: {}"),
    "SharedAccount.lost_with_last": Sentence(
        "ce qui reste est perdu avec le dernier", "what is left is lost with the last one"
    ),
    "Engagement.half_life_months": Sentence(
        "le score est divisé par deux en {} mois", "the score halves in {} months"
    ),
    "Engagement.weights": Sentence("on ajoute {}", "one adds {}"),
    "SaleCurrency.decimals": Sentence("montants avec {} décimales", "amounts with {} decimals"),
    "SaleCurrency.foreign": Sentence(
        "un ticket peut aussi être payé en {}", "a ticket may also be paid in {}"
    ),
    "SaleCurrency.rate_days_at_most": Sentence(
        "à défaut du cours du jour, le dernier connu s'il a {} jours au plus",
        "without a rate of the day, the last one known if it is at most {} days old",
    ),
    "ForgottenTickets.days": Sentence(
        "un ticket oublié peut être réclamé pendant {} jours", "a forgotten ticket can be claimed for {} days"
    ),
}

PARTS = {
    # The blanks of a part by their names, in the order in which they are read.
    "Text": Sentence("{fr} (français) {en} (anglais)", "{fr} (French) {en} (English)"),
    "SaleCurrency": Sentence("{code} avec {decimals} décimales", "{code} with {decimals} decimals"),
    "Label": Sentence("{of} : {fr} (français) {en} (anglais)", "{of}: {fr} (French) {en} (English)"),
    "Answered": Sentence("{answers} à la question {question}", "{answers} to the question {question}"),
    "Cap": Sentence("{units} par client et par {per}", "{units} for each customer per {per}"),
    "Times": Sentence("{limit} fois par client et par {per}", "{limit} times for each customer per {per}"),
    "Quota": Sentence("{first} premiers tickets par {per}, {over}", "{first} tickets of the {per}, {over}"),
    "PerAmount": Sentence("{give} pour {each} d'achats", "{give} for each {each} spent"),
    "Multiply": Sentence("{percent} de ce que donne {rule}", "{percent} of what {rule} gives"),
    "Step": Sentence("{give} dès {at_least} d'achats", "{give} from {at_least} spent on"),
    "Hours": Sentence("{first} et {until}", "{first} and {until}"),
    "Side": Sentence("{units} {currency}", "{units} {currency}"),
    "Worth": Sentence("{units} valent {amount}", "{units} take off {amount}"),
    "Window": Sentence("{kind} {months} mois", "{kind} {months} months"),
    "Goal": Sentence("{measure} par {per}", "{measure} per {per}"),
    "PercentOff": Sentence("{off} de remise", "{off} off"),
    "BuyGet": Sentence(
        "pour {buy} achetés, {get} à {percent} de remise", "buy {buy}, get {get} at {percent} off"
    ),
    "Odds": Sentence("une chance sur {one_in}", "one in {one_in}"),
    "StackingGroup": Sentence("{code} au plus {at_most}", "{code} at most {at_most}"),
    "LegalCap": Sentence("{law} sur les rayons {departments}", "{law} on the departments {departments}"),
    "ForeignMoney": Sentence("{code} avec {decimals} décimales", "{code} with {decimals} decimals"),
    "Weight": Sentence("{score} pour {of}", "{score} for {of}"),
    "SharedAccount": Sentence(
        "jusqu'à {members_at_most} personnes ; qui part emporte {leaver_takes} ; la bienvenue est donnée {welcome}",
        "up to {members_at_most} people; who leaves takes {leaver_takes}; the welcome is given {welcome}",
    ),
    "Prize": Sentence(
        "{count} fois {name}, soit {gives} à chaque fois", "{count} times {name}, which is {gives} each"
    ),
    "Terms": Sentence("version {version}, à partir du {first_day}", "version {version}, from {first_day} on"),
    "TermsText": Sentence("{fr} (français) {en} (anglais)", "{fr} (French) {en} (English)"),
    "Session": Sentence(
        "{name} le {on}, {places} places, de code {code}",
        "{name} on {on}, {places} places, with the code {code}",
    ),
}

ONE_OF = {
    # Parts of which exactly one field is given.
    "Gift": {
        "fixed": Sentence("un nombre fixe", "a fixed number"),
        "per_amount": Sentence("un nombre par montant d'achats", "a number for each amount spent"),
        "multiply": Sentence("multiplie une autre règle", "multiplies another rule"),
        "steps": Sentence("par paliers d'achats", "by steps of spend"),
    },
    "OfferEffect": {
        "percent": Sentence("un pourcentage de remise", "a percentage off"),
        "amount": Sentence("un montant de remise", "an amount off"),
        "price": Sentence("un prix fixe à l'unité", "a price for each unit"),
        "free": Sentence("des unités offertes", "free units"),
        "buy": Sentence("tant d'achetés, tant d'offerts", "buy some, get some"),
        "points": Sentence("des points", "points"),
        "voucher": Sentence("un bon", "a voucher"),
        "gift": Sentence("un cadeau", "a gift"),
    },
}

GROUPS = {
    "when": Sentence("Quand", "When"),
    "on": Sentence("Sur quoi", "On what"),
    "give": Sentence("Donner", "Give"),
    "limit": Sentence("Limites", "Limits"),
    "also": Sentence("Aussi", "Also"),
}

GROUP_OF = {
    "Rule.trigger": "when",
    "Rule.activity": "when",
    "Rule.profile": "when",
    "Rule.when": "when",
    "Rule.goal": "when",
    "Rule.lines": "on",
    "Rule.currency": "give",
    "Rule.gift": "give",
    "Rule.expires": "give",
    "Rule.pending": "give",
    "Offer.when": "when",
    "Offer.needs": "when",
    "Offer.chance": "when",
    "Offer.lines": "on",
    "Offer.takes_discounted": "on",
    "Offer.effect": "give",
    "Offer.times": "limit",
    "Offer.quota": "limit",
    "Offer.budget": "limit",
    "Offer.stock": "limit",
    "Rule.cap_per_sale": "limit",
    "Rule.cap": "limit",
    "Rule.times": "limit",
    "Rule.quota": "limit",
    "Rule.budget": "limit",
}

MEMBERS = {
    # The lists of the document: what one of their members is called, and how to add one.
    "rules": (Sentence("Règle", "Rule"), Sentence("Ajouter une règle", "Add a rule")),
    "rewards": (Sentence("Avantage", "Reward"), Sentence("Ajouter un avantage", "Add a reward")),
    "currencies": (Sentence("Monnaie", "Currency"), Sentence("Ajouter une monnaie", "Add a currency")),
    "tiers.levels": (Sentence("Statut", "Status"), Sentence("Ajouter un statut", "Add a status")),
    "objectives": (Sentence("Objectif", "Objective"), Sentence("Ajouter un objectif", "Add an objective")),
    "activities": (Sentence("Activité", "Activity"), Sentence("Ajouter une activité", "Add an activity")),
    "audiences": (Sentence("Audience", "Audience"), Sentence("Ajouter une audience", "Add an audience")),
    "offers": (Sentence("Offre", "Offer"), Sentence("Ajouter une offre", "Add an offer")),
    "draws": (Sentence("Tirage au sort", "Prize draw"), Sentence("Ajouter un tirage", "Add a draw")),
    "partners": (Sentence("Partenaire", "Partner"), Sentence("Ajouter un partenaire", "Add a partner")),
}

LISTS = {
    "rules": Sentence("Gagner", "Earning"),
    "rewards": Sentence("Utiliser", "Using"),
    "currencies": Sentence("Les monnaies", "Currencies"),
    "tiers.levels": Sentence("Les statuts", "Statuses"),
    "objectives": Sentence("Les objectifs", "Objectives"),
    "activities": Sentence("Les activités", "Activities"),
    "audiences": Sentence("Les audiences", "Audiences"),
    "offers": Sentence("Les offres", "Offers"),
    "draws": Sentence("Les tirages au sort", "Prize draws"),
    "partners": Sentence("Les partenaires", "Partners"),
}

WHOLES = {
    # Parts that there is one of.
    "general": Sentence("Le programme", "The programme"),
    "tiers": Sentence("Durée des statuts", "How long a status lasts"),
    "exclusions": Sentence("Ce qui ne rapporte rien", "What earns nothing"),
    "sale_currency": Sentence("Les monnaies des tickets", "The money of the tickets"),
    "returns": Sentence("Les retours", "Returns"),
    "engagement": Sentence("La note d'engagement", "The engagement score"),
    "stacking": Sentence("Le cumul des offres", "How offers go together"),
    "forgotten_tickets": Sentence("Les tickets oubliés", "Forgotten tickets"),
    "terms": Sentence("Les conditions", "Terms"),
    "legal_caps": Sentence("Les limites de la loi", "Limits of the law"),
    "notice": Sentence("Le préavis", "Notice of changes"),
    "leaving": Sentence("Le départ d'un membre", "When a member leaves"),
    "closing": Sentence("La fin du programme", "The end of the programme"),
    "referral": Sentence("Le parrainage", "Referral"),
    "accounts": Sentence("Les comptes partagés", "Shared accounts"),
    "labels.departments": Sentence("Les noms des rayons", "Names of departments"),
    "labels.brands": Sentence("Les noms des marques", "Names of brands"),
    "labels.stores": Sentence("Les noms des magasins", "Names of stores"),
    "labels.products": Sentence("Les noms des produits", "Names of products"),
    "labels.channels": Sentence("Les noms des canaux", "Names of channels"),
}

CHOICES = {
    "Trigger.sale": Sentence("À chaque achat", "On every purchase"),
    "Trigger.joining": Sentence("À l'adhésion", "On joining"),
    "Trigger.activity": Sentence("À chaque activité", "On every activity"),
    "ProfileField.title": Sentence("civilité", "title"),
    "ProfileField.first_name": Sentence("prénom", "first name"),
    "ProfileField.last_name": Sentence("nom", "last name"),
    "ProfileField.birth_date": Sentence("date de naissance", "date of birth"),
    "ProfileField.postcode": Sentence("code postal", "postcode"),
    "ProfileField.town": Sentence("ville", "town"),
    "ProfileField.language": Sentence("langue", "language"),
    "ProfileField.email": Sentence("e-mail", "e-mail"),
    "ProfileField.phone": Sentence("téléphone", "telephone"),
    "Period.day": Sentence("jour", "day"),
    "Period.week": Sentence("semaine", "week"),
    "Period.month": Sentence("mois", "month"),
    "Period.quarter": Sentence("trimestre", "quarter"),
    "Period.year": Sentence("an", "year"),
    "Period.ever": Sentence("programme (en tout)", "programme (in all)"),
    "Weekday.monday": Sentence("lundi", "Monday"),
    "Weekday.tuesday": Sentence("mardi", "Tuesday"),
    "Weekday.wednesday": Sentence("mercredi", "Wednesday"),
    "Weekday.thursday": Sentence("jeudi", "Thursday"),
    "Weekday.friday": Sentence("vendredi", "Friday"),
    "Weekday.saturday": Sentence("samedi", "Saturday"),
    "Weekday.sunday": Sentence("dimanche", "Sunday"),
    "QuotaScope.programme": Sentence("tous magasins confondus", "over all stores"),
    "QuotaScope.store": Sentence("dans chaque magasin", "in each store"),
    "Rounding.down": Sentence("au-dessous", "down"),
    "Rounding.up": Sentence("au-dessus", "up"),
    "Rounding.half_up": Sentence("au plus proche", "to the nearest"),
    "Rounding.half_even": Sentence("au plus proche, pair", "to the nearest, half to even"),
    "RoundTo.day": Sentence("jour pour jour", "to the day"),
    "RoundTo.month": Sentence("puis jusqu'à la fin du mois", "then until the end of the month"),
    "RoundTo.year": Sentence("puis jusqu'à la fin de l'année", "then until the end of the year"),
    "CurrencyKind.points": Sentence("points", "points"),
    "CurrencyKind.money": Sentence("sommes d'argent", "sums of money"),
    "CurrencyKind.voucher": Sentence("bons", "vouchers"),
    "CurrencyKind.badge": Sentence("badges", "badges"),
    "CurrencyKind.good": Sentence("biens ou services à remettre", "goods or services to hand over"),
    "CurrencyKind.entry": Sentence("chances à un tirage", "entries in a draw"),
    "TierWindow.rolling_months": Sentence("les derniers", "the last"),
    "TierWindow.calendar_year": Sentence("l'année civile, de", "the calendar year, of"),
    "Downgrade.one_step": Sentence("d'un seul niveau", "one step down"),
    "Downgrade.reassess": Sentence("au niveau des achats", "down to what the spend reaches"),
    "Needs.one": Sentence("une seule des choses qu'il nomme", "one of the things that it names"),
    "Needs.all": Sentence("toutes les choses qu'il nomme", "all the things that it names"),
    "ReturnPolicy.only_pending": Sentence(
        "ce qui est déjà acquis n'est pas repris", "what was already given is not taken back"
    ),
    "ReturnPolicy.within_balance": Sentence(
        "ce que le ticket avait rapporté est repris dans la limite du solde",
        "what the ticket had earned is taken back as far as the balance goes",
    ),
    "ReturnPolicy.may_go_negative": Sentence(
        "ce que le ticket avait rapporté est repris, même sous zéro",
        "what the ticket had earned is taken back, even below zero",
    ),
    "LineKind.product": Sentence("produits", "products"),
    "LineKind.gift_card": Sentence("cartes cadeaux", "gift cards"),
    "LineKind.deposit": Sentence("consignes", "deposits"),
    "LineKind.shipping": Sentence("frais de livraison", "shipping"),
    "LineKind.fee": Sentence("frais", "fees"),
    "GoalMeasure.purchases": Sentence("achats", "purchases"),
    "GoalMeasure.spend": Sentence("montant d'achats", "amount spent"),
    "GoalMeasure.departments": Sentence("rayons différents", "different departments"),
    "GoalMeasure.days": Sentence("jours différents", "different days"),
    "GoalMeasure.times": Sentence("activités", "activities"),
    "OfferNeeds.nothing": Sentence("tous", "everybody"),
    "OfferNeeds.allotted": Sentence("ceux à qui elle est attribuée", "those it was allotted to"),
    "OfferNeeds.activated": Sentence("ceux qui l'ont activée", "those who activated it"),
    "OfferNeeds.code": Sentence("ceux qui ont un code", "those who have a code"),
    "StackingChoice.best_for_customer": Sentence("le mieux pour le client", "best for the customer"),
    "StackingChoice.best_for_brand": Sentence("le mieux pour l'enseigne", "best for the brand"),
    "StackingChoice.in_order": Sentence("l'ordre de priorité", "the order of priority"),
    "GivesBack.place": Sentence("la place", "the place"),
    "GivesBack.budget": Sentence("le budget", "the budget"),
    "GivesBack.stock": Sentence("le stock", "the stock"),
    "GivesBack.times": Sentence("le nombre de fois", "the number of times"),
    "LeaversShare.nothing": Sentence("rien", "nothing"),
    "LeaversShare.equal": Sentence("une part égale", "an equal part"),
    "LeaversShare.own": Sentence("sa propre part", "their own part"),
    "Welcome.once": Sentence("une fois au compte", "to the account once"),
    "Welcome.each": Sentence("à chaque personne", "to each person"),
    "WaitEnd.usable": Sentence("utilisable", "usable"),
    "WaitEnd.lost": Sentence("perdu", "lost"),
    "ExpiryBasis.earning": Sentence("du gain", "earning"),
    "ExpiryBasis.last_earning": Sentence("du dernier gain", "the last earning"),
    "ExpiryBasis.last_purchase": Sentence("du dernier achat", "the last purchase"),
    "ExpiryBasis.last_activity": Sentence("de la dernière activité", "the last activity"),
    "Duration.days": Sentence("jours", "days"),
    "Duration.weeks": Sentence("semaines", "weeks"),
    "Duration.months": Sentence("mois", "months"),
    "Duration.years": Sentence("ans", "years"),
}

BLANKS = {
    # What a blank is called by who reads the page aloud, where the words around it do not say it.
    "ForeignMoney.code": Sentence("code de la monnaie (CHF…)", "code of the money (CHF…)"),
    "ForeignMoney.decimals": Sentence("décimales", "decimals"),
    "PerAmount.give": Sentence("combien", "how many"),
    "PerAmount.each": Sentence("pour quel montant", "for which amount"),
    "Step.give": Sentence("combien", "how many"),
    "Step.at_least": Sentence("dès quel montant", "from which amount on"),
    "Multiply.rule": Sentence("la règle multipliée", "the rule that is multiplied"),
    "Multiply.percent": Sentence("pour cent", "percent"),
    "Cap.units": Sentence("plafond", "cap"),
    "Cap.per": Sentence("période du plafond", "period of the cap"),
    "Times.limit": Sentence("nombre de fois", "number of times"),
    "Times.per": Sentence("période", "period"),
    "Quota.first": Sentence("nombre de tickets", "number of tickets"),
    "Quota.per": Sentence("période", "period"),
    "Quota.over": Sentence("où", "where"),
    "Budget.over": Sentence("où", "where"),
    "Rule.trigger": Sentence("moment", "moment"),
    "Rule.currency": Sentence("monnaie", "currency"),
    "Rule.gift": Sentence("façon de donner", "way to give"),
    "Gift.fixed": Sentence("combien", "how many"),
    "SaleCurrency.code": Sentence("code de la monnaie", "code of the currency"),
    "SaleCurrency.decimals": Sentence("nombre de décimales", "number of decimals"),
    "Label.of": Sentence("code", "code"),
    "Label.fr": Sentence("nom en français", "name in French"),
    "Label.en": Sentence("nom en anglais", "name in English"),
    "Terms.version": Sentence("version, telle que les membres la connaissent", "version, as members know it"),
    "Terms.first_day": Sentence("premier jour", "first day"),
    "TermsText.fr": Sentence("texte en français", "text in French"),
    "TermsText.en": Sentence("texte en anglais", "text in English"),
    "Text.fr": Sentence("en français", "in French"),
    "Text.en": Sentence("en anglais", "in English"),
    "Hours.first": Sentence("début", "beginning"),
    "Hours.until": Sentence("fin", "end"),
    "Duration.number": Sentence("durée", "how long"),
    "Duration.unit": Sentence("unité de la durée", "unit of time"),
    "Duration.until_end_of": Sentence("prolongée", "prolonged"),
    "Prize.count": Sentence("combien de lots", "how many prizes"),
    "Side.units": Sentence("combien", "how many"),
    "Side.currency": Sentence("monnaie", "currency"),
    "Worth.units": Sentence("combien d'unités", "how many units"),
    "Worth.amount": Sentence("quel montant", "which amount"),
    "Goal.measure": Sentence("ce qui compte", "what counts"),
    "Goal.per": Sentence("période", "period"),
    "PercentOff.off": Sentence("pour cent de remise", "percent off"),
    "BuyGet.buy": Sentence("combien d'achetés", "how many are bought"),
    "BuyGet.get": Sentence("combien avec la remise", "how many with the discount"),
    "BuyGet.percent": Sentence("pour cent de remise", "percent off"),
    "Odds.one_in": Sentence("une chance sur combien", "one chance in how many"),
    "StackingGroup.code": Sentence("code du groupe", "code of the group"),
    "StackingGroup.at_most": Sentence("combien d'offres au plus", "how many offers at most"),
    "LegalCap.law": Sentence("loi", "law"),
    "LegalCap.departments": Sentence("rayons", "departments"),
    "Answered.question": Sentence("question", "question"),
    "Answered.answers": Sentence("réponses", "answers"),
    "Weight.of": Sentence("achat (sale) ou activité", "purchase (sale) or activity"),
    "Weight.score": Sentence("score ajouté", "score that is added"),
    "Window.kind": Sentence("façon de compter", "way to count"),
    "Window.months": Sentence("nombre de mois", "number of months"),
    "SharedAccount.members_at_most": Sentence("combien de personnes au plus", "how many people at most"),
    "SharedAccount.leaver_takes": Sentence("ce qu'emporte qui part", "what who leaves takes"),
    "SharedAccount.welcome": Sentence("à qui la bienvenue", "whom the welcome is for"),
    "Session.code": Sentence("code de la séance", "code of the session"),
    "Session.on": Sentence("jour de la séance", "day of the session"),
    "Session.places": Sentence("nombre de places", "number of places"),
}

MENU = {
    # What the menu of clauses calls one, where the words around its blank say too little.
    "SaleCurrency.foreign": Sentence("une autre monnaie", "another money"),
    "Rule.activity": Sentence("une activité précise", "one activity"),
    "When.days": Sentence("certains jours de la semaine", "some days of the week"),
    "When.hours": Sentence("à certaines heures", "at some hours"),
    "When.first_day": Sentence("à partir d'un jour", "from a day on"),
    "When.last_day": Sentence("jusqu'à un jour", "until a day"),
    "Rule.goal": Sentence("une mission ou une série", "a mission or a streak"),
    "Audience.answered": Sentence("remplie par des réponses", "filled by answers"),
    "Reward.sessions": Sentence("des séances avec des places", "sessions with places"),
    "Level.says": Sentence("une phrase pour ses membres", "a sentence for its members"),
    "Level.benefits": Sentence("ce que le statut apporte aussi", "what the status brings besides"),
    "Accounts.household": Sentence("des foyers", "households"),
    "Accounts.company": Sentence("des comptes entreprise", "company accounts"),
}

EMPTY = Sentence("à remplir", "to be filled in")


def clause(owner: str, field: str, language: Language) -> str:
    """The words of a field with ``{}`` for its blank."""
    return _words(CLAUSES[f"{owner}.{field}"], language)


def part(owner: str, language: Language) -> str | None:
    words = PARTS.get(owner)
    return None if words is None else _words(words, language)


def choice(owner: str, value: str, language: Language) -> str:
    return _words(CHOICES[f"{owner}.{value}"], language)


def one_of(owner: str, field: str, language: Language) -> str:
    return _words(ONE_OF[owner][field], language)


def blank(owner: str, field: str, language: Language) -> str:
    """The name of one blank alone."""
    words = BLANKS.get(f"{owner}.{field}")
    return bare(clause(owner, field, language)) if words is None else _words(words, language)


def menu(owner: str, field: str, language: Language) -> str | None:
    words = MENU.get(f"{owner}.{field}")
    return None if words is None else _words(words, language)


def bare(words: str) -> str:
    """A clause without its blank: what the menu of clauses and a blank of its own are called."""
    return " ".join(words.replace("{}", "…").split())


def _words(words: Sentence, language: Language) -> str:
    return words.fr if language is Language.FR else words.en
