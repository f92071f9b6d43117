"""What is wrong with a document, and what to do, in words."""

from collections.abc import Mapping

from assidu.plans.problems import Problem, path_text
from assidu.plans.wording.draws import DRAW_PROBLEMS
from assidu.plans.wording.language import Language, Sentence
from assidu.plans.wording.life_problems import LIFE_PROBLEMS
from assidu.plans.wording.offer_problems import OFFER_PROBLEMS

PROBLEMS = {
    **OFFER_PROBLEMS,
    **LIFE_PROBLEMS,
    **DRAW_PROBLEMS,
    # Not YAML, not JSON, or more than a programme needs.
    "too_big": Sentence(
        "le fichier fait {found} octets ; le maximum est {most}",
        "the file has {found} bytes; at most {most} are read",
    ),
    "not_utf8": Sentence(
        "ce fichier n'est pas en UTF-8 : enregistrez-le dans cet encodage",
        "this file is not UTF-8: save it in that encoding",
    ),
    "empty": Sentence("le fichier est vide", "the file is empty"),
    "not_yaml": Sentence("ce n'est pas du YAML : {detail}", "this is not YAML: {detail}"),
    "not_json": Sentence("ce n'est pas du JSON : {detail}", "this is not JSON: {detail}"),
    "tab": Sentence(
        "le YAML se décale avec des espaces, jamais avec des tabulations",
        "YAML is indented with spaces, never with tabs",
    ),
    "bad_character": Sentence(
        "un caractère invisible n'a rien à faire ici : effacez-le",
        "an invisible character has no place here: delete it",
    ),
    "several_documents": Sentence(
        "le fichier contient plusieurs documents : gardez-en un", "the file holds several documents: keep one"
    ),
    "alias": Sentence(
        "les renvois YAML (*nom) ne sont pas acceptés : écrivez la valeur",
        "YAML aliases (*name) are not accepted: write the value",
    ),
    "tag": Sentence(
        "les étiquettes YAML ({tag}) ne sont pas acceptées : effacez-la",
        "YAML tags ({tag}) are not accepted: delete it",
    ),
    "key_not_text": Sentence("un nom est attendu ici", "a name is expected here"),
    "too_many_parts": Sentence(
        "plus de {most} valeurs : c'est trop pour un programme",
        "more than {most} values: too many for a programme",
    ),
    "too_deep": Sentence(
        "plus de {most} niveaux imbriqués : un programme n'en a pas besoin",
        "nested more than {most} levels deep: a programme needs no such thing",
    ),
    # Types.
    "not_named_parts": Sentence(
        "des parties nommées sont attendues ici : {parts}", "named parts are expected here: {parts}"
    ),
    "not_named_values": Sentence("des valeurs nommées sont attendues ici", "named values are expected here"),
    "not_one_value": Sentence("une seule valeur est attendue ici", "a single value is expected here"),
    "not_a_list": Sentence(
        "une liste est attendue ici : [a, b] ou une ligne par valeur avec un tiret",
        "a list is expected here: [a, b] or one line for each value behind a hyphen",
    ),
    "unknown_name_close": Sentence(
        "« {name} » n'existe pas ici ; vouliez-vous dire « {close} » ?",
        "`{name}` is not known here; did you mean `{close}`?",
    ),
    "unknown_name": Sentence(
        "« {name} » n'existe pas ici ; les noms possibles sont : {known}",
        "`{name}` is not known here; the known names are: {known}",
    ),
    "missing": Sentence("il manque « {name} »", "`{name}` is missing"),
    "twice": Sentence(
        "« {name} » figure déjà à la ligne {line} : gardez l'un des deux",
        "`{name}` is already on line {line}: keep one of the two",
    ),
    "too_many": Sentence(
        "{found} valeurs ; le maximum est {most}", "{found} values; at most {most} are allowed"
    ),
    "too_few": Sentence("il en faut au moins {least}", "at least {least} is needed"),
    "unknown_choice_close": Sentence(
        "« {found} » n'est pas un choix possible ; vouliez-vous dire « {close} » ?",
        "`{found}` is not a possible choice; did you mean `{close}`?",
    ),
    "unknown_choice": Sentence(
        "« {found} » n'est pas un choix possible ; les choix sont : {known}",
        "`{found}` is not a possible choice; the choices are: {known}",
    ),
    "not_text": Sentence("du texte est attendu ici", "text is expected here"),
    "unprintable": Sentence(
        "ce texte contient un caractère invisible : effacez-le",
        "this text holds an invisible character: delete it",
    ),
    "too_long": Sentence(
        "{found} caractères ; le maximum est {most}", "{found} characters; at most {most} are allowed"
    ),
    "bad_code": Sentence(
        "« {found} » n'est pas un code : minuscules sans accent, chiffres et tirets, comme fruits-doubles",
        "`{found}` is not a code: small letters, digits and hyphens, for example `double-fruit`",
    ),
    "bad_money_code": Sentence(
        "« {found} » n'est pas une monnaie : trois majuscules, par exemple EUR",
        "`{found}` is not a currency: three capital letters, for example EUR",
    ),
    "bad_hour": Sentence(
        "« {found} » n'est pas une heure : écrivez par exemple 08:30, entre guillemets",
        "`{found}` is not an hour: write 08:30 for example, in quotes",
    ),
    "not_whole": Sentence(
        "« {found} » n'est pas un nombre entier ; écrivez par exemple 200, sans guillemets",
        "`{found}` is not a whole number; write 200 for example, without quotes",
    ),
    "too_small": Sentence(
        "{found} est trop petit ; le minimum est {least}", "{found} is too small; at least {least}"
    ),
    "too_large": Sentence(
        "{found} est trop grand ; le maximum est {most}", "{found} is too large; at most {most}"
    ),
    "not_true_or_false": Sentence(
        "« {found} » n'est ni true (oui) ni false (non)", "`{found}` is neither true nor false"
    ),
    "not_a_day": Sentence(
        "« {found} » n'est pas un jour ; écrivez par exemple 2026-03-01",
        "`{found}` is not a day; write 2026-03-01 for example",
    ),
    "not_an_amount": Sentence(
        "« {found} » n'est pas un montant ; écrivez par exemple 5.00",
        "`{found}` is not an amount; write 5.00 for example",
    ),
    "amount_too_large": Sentence("le maximum est {most}", "at most {most}"),
    # Meaning.
    "zone_unknown": Sentence(
        "« {found} » n'est pas un fuseau horaire ; écrivez par exemple Europe/Paris",
        "`{found}` is not a time zone; write Europe/Paris for example",
    ),
    "money_not_foreign": Sentence(
        "« {found} » est déjà la monnaie des tickets : retirez-la des autres",
        "`{found}` is the currency of the tickets already: take it out of the others",
    ),
    "amount_out_of_range": Sentence(
        "{found} n'est pas un montant entre 0 et {most}", "{found} is not an amount between 0 and {most}"
    ),
    "too_many_decimals": Sentence(
        "{found} a plus de {decimals} décimales, plus que la monnaie des tickets",
        "{found} has more than {decimals} decimals, more than the currency of the tickets",
    ),
    "amount_zero": Sentence("ce montant doit être supérieur à zéro", "this amount must be above zero"),
    "duration_count": Sentence(
        "une durée a exactement une unité parmi days, weeks, months, years (ici : {found})",
        "a duration has exactly one of days, weeks, months, years (here: {found})",
    ),
    "each_year_alone": Sentence(
        "une date de fin par an vaut pour tous les lots : enlevez counted_from, extended_by_purchases et "
        "extended_by",
        "one end each year holds for all lots: remove counted_from, extended_by_purchases and extended_by",
    ),
    "extended_from_earning": Sentence(
        "un solde compté depuis le dernier gain ou achat est déjà prolongé : gardez l'un des deux",
        "a balance counted from the last earning or purchase is extended already: keep one of the two",
    ),
    "extended_by_nothing": Sentence(
        "dites quelles activités comptent : `extended_by: [sale, visit]`",
        "say which activities count: `extended_by: [sale, visit]`",
    ),
    "extended_twice": Sentence(
        "`extended_by` dit tout ce qui prolonge, achats (`sale`) compris : gardez-le seul, ou avec `last_activity`",
        "`extended_by` names all that extends, purchases (`sale`) too: keep it alone, or with `last_activity`",
    ),
    "expires_with_balance": Sentence(
        "« {code} » expire en bloc selon l'activité du client : une règle ne peut pas lui donner une durée propre",
        "`{code}` expires as a whole with the customer's activity: a rule cannot give it a time of its own",
    ),
    "pending_count": Sentence(
        "une attente a exactement une partie parmi days, weeks, months, until (ici : {found})",
        "a wait has exactly one of days, weeks, months, until (here: {found})",
    ),
    "pending_event_end": Sentence(
        "`until_event` va avec la plus longue attente (days, weeks ou months) et `otherwise` (usable ou lost)",
        "`until_event` goes with the longest wait (days, weeks or months) and `otherwise` (usable or lost)",
    ),
    "pending_event_of_rule": Sentence(
        "un événement s'attend pour toute la monnaie ; une règle ne peut alors dire que `days: 0`",
        "an event is waited for by a whole currency; a rule can then only say `days: 0`",
    ),
    "pending_event_validity": Sentence(
        "on ne sait pas quand l'événement viendra : ajoutez expires_from_earning: true",
        "nobody knows when the event will come: add `expires_from_earning: true`",
    ),
    "pending_over": Sentence(
        "ce jour est passé quand la version commence : plus rien n'attendra",
        "this day is past when the version begins: nothing will wait",
    ),
    "pending_beyond_expiry": Sentence(
        "ces unités expireraient avant de pouvoir servir : raccourcissez l'attente ou comptez la validité à partir "
        "de l'activation",
        "these units would expire before they can be used: shorten the wait, or count the validity from when they can",
    ),
    "code_twice": Sentence(
        "le code « {code} » est déjà pris plus haut : choisissez-en un autre",
        "the code `{code}` is already taken above: choose another",
    ),
    "unknown_partner_close": Sentence(
        "le partenaire « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no partner `{found}`; did you mean `{close}`?",
    ),
    "unknown_partner": Sentence(
        "le partenaire « {found} » n'existe pas ; déclarez-le dans partners (il y a : {known})",
        "there is no partner `{found}`; declare it in partners (there are: {known})",
    ),
    "partner_not_of_a_good": Sentence(
        "un partenaire remet des biens ou des services : « {code} » doit être de nature good",
        "a partner hands over goods or services: `{code}` has to be of kind good",
    ),
    "settles_without_partner": Sentence(
        "« {code} » n'est fourni par aucun partenaire : dites lequel (partner), ou retirez settles",
        "`{code}` is provided by no partner: say which (partner), or take settles out",
    ),
    "good_pays": Sentence(
        "« {code} » est remis au client : on ne paie pas avec",
        "`{code}` is handed over to the customer: nobody pays with it",
    ),
    "reward_cannot": Sentence(
        "un avantage se demande sans ticket : retirez « {name} »",
        "a reward is asked for without a ticket: take `{name}` out",
    ),
    "stock_and_sessions": Sentence(
        "« {reward} » a des places dans chaque session : retirez stock",
        "`{reward}` has places in each session: take stock out",
    ),
    "badge_pays": Sentence(
        "« {code} » est un badge : on ne paie pas avec", "`{code}` is a badge: nobody pays with it"
    ),
    "badge_not_one": Sentence(
        "« {code} » est un badge : une règle en donne un seul (fixed: 1)",
        "`{code}` is a badge: a rule gives one (fixed: 1)",
    ),
    "activity_known": Sentence(
        "« {code} » est déjà connu de tous les programmes : choisissez un autre code",
        "`{code}` is known to every programme already: choose another code",
    ),
    "activity_missing": Sentence(
        "dites quelle activité déclenche la règle (activity) : {known}",
        "say which activity triggers the rule (activity): {known}",
    ),
    "activity_without_trigger": Sentence(
        "« {activity} » ne sert que si la règle se déclenche sur une activité (trigger: activity)",
        "`{activity}` only counts where an activity triggers the rule (trigger: activity)",
    ),
    "profile_without_activity": Sentence(
        "des champs du profil ne servent qu'à une règle sur l'activité « profile-completed »",
        "fields of the profile only count for a rule on the activity `profile-completed`",
    ),
    "activity_not_fixed": Sentence(
        "rien n'est acheté : une activité donne un nombre fixe (fixed)",
        "nothing is bought: an activity gives a fixed number (fixed)",
    ),
    "activity_cannot": Sentence(
        "rien n'est acheté lors d'une activité : retirez « {name} »",
        "nothing is bought on an activity: take `{name}` out",
    ),
    "unknown_activity_close": Sentence(
        "l'activité « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no activity `{found}`; did you mean `{close}`?",
    ),
    "unknown_activity": Sentence(
        "l'activité « {found} » n'existe pas ; déclarez-la dans activities, ou choisissez parmi : {known}",
        "there is no activity `{found}`; declare it in activities, or choose among: {known}",
    ),
    "unknown_audience_close": Sentence(
        "l'audience « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no audience `{found}`; did you mean `{close}`?",
    ),
    "unknown_audience": Sentence(
        "l'audience « {found} » n'existe pas ; déclarez-la dans audiences (il y a : {known})",
        "there is no audience `{found}`; declare it in audiences (there are: {known})",
    ),
    "unknown_objective_close": Sentence(
        "l'objectif « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no objective `{found}`; did you mean `{close}`?",
    ),
    "unknown_objective": Sentence(
        "l'objectif « {found} » n'existe pas ; déclarez-le dans objectives (il y a : {known})",
        "there is no objective `{found}`; declare it in objectives (there are: {known})",
    ),
    "no_engagement": Sentence(
        "le programme n'a pas de note d'engagement : dites ce qui compte (engagement)",
        "the programme has no engagement score: say what counts (engagement)",
    ),
    "hours_empty": Sentence(
        "ces heures commencent et finissent au même moment", "these hours begin and end at the same moment"
    ),
    "goal_target": Sentence(
        "« {measure} » demande amount_at_least pour spend, at_least pour les autres mesures",
        "`{measure}`: amount_at_least goes with spend, at_least with every other measure",
    ),
    "goal_not_fixed": Sentence(
        "un objectif atteint donne un nombre fixe (fixed)",
        "a goal that is reached gives a fixed number (fixed)",
    ),
    "goal_ever_in_a_row": Sentence(
        "« ever » n'a qu'une période : retirez in_a_row", "`ever` is a single period: take in_a_row out"
    ),
    "goal_streak_too_long": Sentence(
        "{found} de suite, c'est plus d'un an : le début est oublié avant la fin, personne n'y arrive (au plus {most})",
        "{found} in a row is more than a year: its beginning is forgotten before its end, and nobody reaches it "
        "(at most {most})",
    ),
    "goal_of_activity": Sentence(
        "une activité se compte en times ou en days, pas en « {measure} »",
        "an activity is counted in times or in days, not in `{measure}`",
    ),
    "goal_of_sale": Sentence(
        "les achats se comptent en purchases ; times est pour les activités",
        "purchases are counted in purchases; times is for activities",
    ),
    "voucher_without_worth": Sentence(
        "« {code} » est un bon : dites ce qu'il vaut, par exemple worth: {{amount: 5.00}}",
        "`{code}` is a voucher: say what it is worth, for example worth: {{amount: 5.00}}",
    ),
    "pays_without_worth": Sentence(
        "« {code} » peut payer : dites ce que valent ses unités, par exemple worth: {{units: 100, amount: 1.00}}",
        "`{code}` can pay: say what its units are worth, for example worth: {{units: 100, amount: 1.00}}",
    ),
    "decimals_not_money": Sentence(
        "« {code} » n'est pas de l'argent (kind: money) : il se compte en unités entières",
        "`{code}` is not money (kind: money): it is counted in whole units",
    ),
    "pays_at_least_alone": Sentence(
        "pays_at_least ne sert à rien tant que « {code} » ne peut pas payer (pays: true)",
        "pays_at_least has no effect while `{code}` cannot pay (pays: true)",
    ),
    "currency_never_earned": Sentence("rien ne donne de « {code} »", "nothing ever gives `{code}`"),
    "currency_never_used": Sentence(
        "« {code} » ne sert à rien : il ne paie pas et aucun avantage ne le demande",
        "`{code}` has no use: it cannot pay and no reward asks for it",
    ),
    "kind_product": Sentence(
        "exclure les produits ne laisserait rien gagner : retirez « product »",
        "with products excluded nothing would ever earn: take `product` out",
    ),
    "listed_twice": Sentence("« {found} » est déjà dans cette liste", "`{found}` is already in this list"),
    "no_rules": Sentence("aucune règle : rien ne se gagne", "there is no rule: nothing can be earned"),
    "unknown_currency_close": Sentence(
        "la monnaie « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no currency `{found}`; did you mean `{close}`?",
    ),
    "unknown_currency": Sentence(
        "la monnaie « {found} » n'existe pas ; les monnaies sont : {known}",
        "there is no currency `{found}`; the currencies are: {known}",
    ),
    "unknown_tier_close": Sentence(
        "le statut « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no status `{found}`; did you mean `{close}`?",
    ),
    "unknown_tier": Sentence(
        "le statut « {found} » n'existe pas ; les statuts sont : {known}",
        "there is no status `{found}`; the statuses are: {known}",
    ),
    "unknown_rule_close": Sentence(
        "la règle « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no rule `{found}`; did you mean `{close}`?",
    ),
    "unknown_rule": Sentence(
        "la règle « {found} » n'existe pas ; les règles sont : {known}",
        "there is no rule `{found}`; the rules are: {known}",
    ),
    "gift_count": Sentence(
        "un gain est exactement l'un de per_amount, fixed, multiply ou steps (ici : {found})",
        "a gift is exactly one of per_amount, fixed, multiply or steps (here: {found})",
    ),
    "gives_too_much": Sentence(
        "tant d'unités pour si peu d'euros dépassent ce qu'un ticket peut donner",
        "so many units for so small an amount go beyond what a ticket can give",
    ),
    "multiply_not_per_amount": Sentence(
        "« {rule} » ne peut pas être multipliée : seule une règle par montant (per_amount) le peut",
        "`{rule}` cannot be multiplied: only a rule that gives per amount (per_amount) can",
    ),
    "multiply_joining": Sentence(
        "« {rule} » se déclenche à l'adhésion : il n'y a rien à multiplier",
        "`{rule}` applies on joining: there is nothing to multiply",
    ),
    "multiply_other_currency": Sentence(
        "« {rule} » donne une autre monnaie, « {currency} »", "`{rule}` gives another currency, `{currency}`"
    ),
    "multiply_beyond_base": Sentence(
        "« {rule} » a ses propres conditions : ce supplément se donne même là où elle ne s'applique pas",
        "`{rule}` has conditions of its own: this extra is given even where that rule does not apply",
    ),
    "steps_not_rising": Sentence(
        "le palier {found} doit être plus haut que le précédent",
        "the step {found} must be above the one before",
    ),
    "step_gives_less": Sentence(
        "le palier {found} ne donne pas plus que le précédent",
        "the step {found} gives no more than the one before",
    ),
    "days_reversed": Sentence("le dernier jour est avant le premier", "the last day comes before the first"),
    "amounts_reversed": Sentence(
        "le montant maximal est au-dessous du minimal", "the highest amount is below the lowest"
    ),
    "lines_empty": Sentence(
        "aucune sélection : nommez des rayons, des marques ou des produits, ou retirez « lines »",
        "nothing is selected: name departments, brands or products, or take `lines` out",
    ),
    "joining_not_fixed": Sentence(
        "à l'adhésion rien n'est acheté : seul un gain fixe (fixed) est possible",
        "nothing is bought on joining: only a fixed gift (fixed) is possible",
    ),
    "joining_cannot": Sentence(
        "« {name} » n'a pas de sens à l'adhésion : retirez-le",
        "`{name}` makes no sense on joining: take it out",
    ),
    "budget_without_worth": Sentence(
        "« {currency} » n'a pas de valeur (worth) : comptez ce budget en unités (`units`)",
        "`{currency}` has no `worth`: count this budget in `units`",
    ),
    "reward_same_currency": Sentence(
        "« {reward} » donne ce qu'il coûte : changez l'une des deux monnaies",
        "`{reward}` gives what it costs: change one of the two currencies",
    ),
    "levels_two_currencies": Sentence(
        "les statuts comptent une seule monnaie : « {before} » plus haut, « {code} » ici",
        "statuses count one currency: `{before}` above, `{code}` here",
    ),
    "levels_not_rising": Sentence(
        "« {code} » doit demander plus d'achats que « {before} », qui le précède",
        "`{code}` must ask for more spend than `{before}` before it",
    ),
    "months_without_meaning": Sentence(
        "« months » ne sert à rien avec l'année civile", "`months` has no effect with the calendar year"
    ),
    "selected_too_many": Sentence(
        "{found} rayons, marques et produits choisis en tout ; le maximum est {most}",
        "{found} departments, brands and products chosen in all; at most {most}",
    ),
    "rule_never": Sentence(
        "« {rule} » ne s'appliquera jamais : {because}", "`{rule}` can never apply: {because}"
    ),
    "multipliers_overlap": Sentence(
        "« {other} » et « {one} » multiplient les mêmes lignes : leurs suppléments s'ajoutent",
        "`{other}` and `{one}` multiply the same lines: what they add adds up",
    ),
    "without_label_close": Sentence(
        "« {found} » n'est pas dans « labels » ; vouliez-vous dire « {close} » ?",
        "`{found}` is not among the labels; did you mean `{close}`?",
    ),
    "without_label": Sentence(
        "« {found} » n'est pas dans « labels » : faute de frappe ?",
        "`{found}` is not among the labels: a slip?",
    ),
}

NEVER = {
    "over": Sentence(
        "elle finit avant le premier jour du programme", "it ends before the first day of the programme"
    ),
    "excluded": Sentence(
        "tout ce qu'elle vise est exclu du programme", "all that it aims at is excluded from the programme"
    ),
    "no_such_day": Sentence(
        "aucun de ces jours de la semaine ne tombe entre ces dates",
        "none of these weekdays lies between these dates",
    ),
    "below_steps": Sentence(
        "le montant maximal est au-dessous du premier palier", "the highest amount is below the first step"
    ),
}

PLACED = Sentence("ligne {line} : {what}", "line {line}: {what}")
SOMEWHERE = Sentence("{where} : {what}", "{where}: {what}")


def problem(found: Problem, language: Language, sentences: Mapping[str, Sentence] = PROBLEMS) -> str:
    """What is wrong, without the place. ``sentences``: those of another document than the programme."""
    figures = dict(found.figures)
    if "why" in figures:
        figures["because"] = NEVER[str(figures.pop("why"))].say(language)
    return sentences[found.code].say(language, **figures)


def placed_problem(found: Problem, language: Language, sentences: Mapping[str, Sentence] = PROBLEMS) -> str:
    """With its line or, when it was not read from a file, the way to it in the document."""
    what = problem(found, language, sentences)
    if found.mark is not None:
        return PLACED.say(language, line=found.mark.line, what=what)
    return SOMEWHERE.say(language, where=path_text(found.path), what=what) if found.path else what
