"""Every mistake that an offer can hold, its line marked `# here`."""

from builders.documents import BASE, HEAD, a_programme, a_rule
from builders.offers import offers

VOUCHER = "  - {code: v, kind: voucher, name: {fr: v, en: v}, pays: true, worth: {amount: 5.00}}\n"


def with_offer(*parts: str, effect: str = "{amount: 1.00}", stacking: str = "", more: str = "") -> str:
    return a_programme(more=more + offers("|".join((f"o: effect: {effect}", *parts)), stacking=stacking))


def with_law(effect: str, more: str = "") -> str:
    return with_offer(
        more, effect=effect, stacking="legal_caps: [{law: egalim-food, departments: [grocery, dairy]}]\n"
    )


WITHOUT_SENSE = {
    "offer_is_rule": with_offer().replace("code: o\n", "code: base  # here\n"),
    "unknown_group": with_offer("group: one  # here"),
    "unknown_group_close": with_offer("group: onne  # here", stacking="stacking: {groups: [{code: one}]}\n"),
    "effect_count": with_offer(effect="{amount: 1.00, free: 1}  # here"),
    "price_without_lines": with_offer(effect="{price: 1.00}  # here"),
    "chance_on_price": with_offer("chance: {one_in: 50}  # here"),
    "stock_on_price": with_offer("stock: 5  # here"),
    "budget_count": with_offer("budget: {per: day}  # here"),
    "budget_needs_amount": with_offer("budget: {units: 5}  # here"),
    "budget_needs_units": with_offer(
        "budget: {amount: 5.00}  # here", effect="{points: {currency: points, units: 5}}"
    ),
    "budget_too_large": with_offer("budget: {amount: 20000000.01}  # here"),
    "budget_on_gift": with_offer(
        "budget: {amount: 5.00}  # here", effect="{gift: {name: {fr: sac, en: bag}}}"
    ),
    "voucher_is_not": with_offer(effect="{voucher: {currency: points, units: 1}}  # here"),
    "points_are_voucher": HEAD
    + VOUCHER
    + with_offer(effect="{points: {currency: v, units: 1}}  # here").removeprefix(HEAD),
    "given_count": with_offer(effect="{points: {currency: points}}  # here"),
    "exclusive_combines": with_offer("exclusive: true", "combines: true  # here"),
    "unknown_law": with_offer(stacking="legal_caps: [{law: other, departments: [grocery]}]  # here\n"),
    "unknown_law_close": with_offer(
        stacking="legal_caps: [{law: egalim-foods, departments: [grocery]}]  # here\n"
    ),
    "rule_beyond_the_law": a_programme(
        BASE,
        a_rule("{per_amount: {give: 35, each: 1.00}}  # here", "lines: {departments: [dairy]}"),
        more="legal_caps: [{law: egalim-food, departments: [dairy], holds_rules: true}]\n",
    ),
    "beyond_the_law": with_law("{percent: {off: 35}}  # here", "lines: {departments: [dairy]}"),
}

ODD = {
    "initial_alone": with_offer("on_initial_price: true  # here"),
    "law_leaves_rules": a_programme(
        BASE,
        a_rule("{fixed: 5}", "lines: {departments: [dairy]}"),
        more="legal_caps: [{law: egalim-food, departments: [dairy]}]  # here\n",
    ),
    "gives_back_nothing": with_offer("gives_back: [budget]  # here"),
    "offer_over": with_offer("when: {last_day: 2025-12-31}  # here"),
}

ACCEPTED = (
    with_law("{percent: {off: 34}}"),
    with_law("{percent: {off: 50}}", "lines: {departments: [books]}"),
    with_law("{percent: {off: 50}}", "when: {first_day: 2028-04-16}"),
    a_programme(BASE),
)
"""What looks close to a mistake and is none."""
