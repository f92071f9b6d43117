"""What is wrong with offers, and what to do, in words."""

from assidu.plans.wording.language import Sentence

OFFER_PROBLEMS = {
    "offer_is_rule": Sentence(
        "une règle ou un avantage s'appelle déjà « {code} » : donnez à l'offre un autre code",
        "a rule or a reward is already called “{code}”: give the offer another code",
    ),
    "unknown_group": Sentence(
        "le groupe « {found} » n'existe pas (groupes de `stacking` : {known})",
        "there is no group “{found}” (groups of `stacking`: {known})",
    ),
    "unknown_group_close": Sentence(
        "le groupe « {found} » n'existe pas ; vouliez-vous dire « {close} » ?",
        "there is no group “{found}”; did you mean “{close}”?",
    ),
    "effect_count": Sentence(
        "une offre a un effet, un seul : percent, amount, price, free, buy, points, voucher ou gift (ici : {found})",
        "an offer has one effect, only one: percent, amount, price, free, buy, points, voucher or gift "
        "(here: {found})",
    ),
    "price_without_lines": Sentence(
        "un prix fixe demande des articles : ajoutez `lines`", "a fixed price needs items: add `lines`"
    ),
    "chance_on_price": Sentence(
        "une remise ne se tire pas au sort, puisque la caisse la donne avant le paiement : donnez des points, un bon "
        "ou un cadeau",
        "what a till takes off before it is paid cannot be drawn: give points, a voucher or a gift",
    ),
    "stock_on_price": Sentence(
        "une remise n'a pas de stock : limitez-la par `budget` ou `quota`",
        "what is taken off has no stock: limit it by `budget` or `quota`",
    ),
    "budget_count": Sentence(
        "un budget est un montant (`amount`) ou un nombre d'unités (`units`), l'un des deux",
        "a budget is an `amount` or a number of `units`, one of both",
    ),
    "budget_needs_amount": Sentence(
        "le budget d'une remise est un montant : `amount`",
        "the budget of what is taken off is an `amount`",
    ),
    "budget_needs_units": Sentence(
        "le budget d'une offre de points ou de bons compte des unités : `units`",
        "the budget of points or vouchers counts `units`",
    ),
    "budget_on_gift": Sentence(
        "un cadeau se limite par `stock`, pas par un budget", "a gift is limited by `stock`, not by a budget"
    ),
    "budget_too_large": Sentence(
        "ce budget est trop grand : au plus {most} centimes ou unités par période",
        "this budget is too large: at most {most} minor units or units in a period",
    ),
    "voucher_is_not": Sentence(
        "« {currency} » n'est pas un bon : utilisez `points`", "“{currency}” is no voucher: use `points`"
    ),
    "points_are_voucher": Sentence(
        "« {currency} » est un bon : utilisez `voucher`", "“{currency}” is a voucher: use `voucher`"
    ),
    "given_count": Sentence(
        "donnez `units` ou `per_amount`, l'un des deux", "give `units` or `per_amount`, one of both"
    ),
    "exclusive_combines": Sentence(
        "une offre exclusive ne se cumule avec aucune autre", "an exclusive offer joins no other"
    ),
    "initial_alone": Sentence(
        "sans `combines`, l'offre est toujours calculée sur le prix de départ",
        "without `combines` the offer is always worked out on the price before any other",
    ),
    "gives_back_nothing": Sentence(
        "l'offre n'a pas de quoi rendre « {part} »", "the offer has no “{part}” to give back"
    ),
    "offer_over": Sentence(
        "l'offre « {offer} » se termine avant le premier jour du programme",
        "the offer “{offer}” is over before the first day of the programme",
    ),
    "unknown_law": Sentence(
        "Assidu ne connaît pas la loi « {found} » (connues : {known})",
        "Assidu knows no law “{found}” (known: {known})",
    ),
    "unknown_law_close": Sentence(
        "Assidu ne connaît pas la loi « {found} » ; vouliez-vous dire « {close} » ?",
        "Assidu knows no law “{found}”; did you mean “{close}”?",
    ),
    "law_leaves_rules": Sentence(
        "la règle « {rule} » donne aussi sur ces rayons, et la loi ({law}) en tient compte : ajoutez holds_rules: true",
        "the rule “{rule}” gives in these departments too, and the law ({law}) counts it: add `holds_rules: true`",
    ),
    "rule_beyond_the_law": Sentence(
        "la règle « {rule} » donne {found} % du prix ; la loi ({law}) permet {most} % sur ces rayons",
        "the rule “{rule}” gives {found}% of the price; the law ({law}) allows {most}% in these departments",
    ),
    "beyond_the_law": Sentence(
        "l'offre « {offer} » retire {found} % du prix ; la loi ({law}) permet {most} % sur ces rayons",
        "the offer “{offer}” takes {found}% off; the law ({law}) allows {most}% in these departments",
    ),
}
