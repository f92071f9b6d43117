"""What the figures are called, in the language of whoever looks at them or takes them away."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from assidu.economics.micro.answers import ANSWERS_MAX
from assidu.economics.micro.settling import CUSTOMERS_FEW, SETTLED
from assidu.economics.micro.types import LeftOut, MicroResult
from assidu.economics.types import MacroReport
from assidu.plans.wording import language_of
from assidu.plans.wording.figures import number

FIGURES: Mapping[str, str | Promise] = {
    "members": _("Members at the beginning"),
    "growth": _("Growth of members a month (%)"),
    "participation": _("Members who buy in a month (%)"),
    "frequency": _("Purchases a month of each"),
    "basket": _("Basket, HT"),
    "margin": _("Margin, of net sales HT (%)"),
    "vat": _("VAT (%)"),
    "face_rate": _("Face value given (TTC), of net sales HT (%)"),
    "redemption": _("Used in the end (%)"),
    "cost": _("Cost (HT), of face value (%)"),
    "funded": _("Paid by partners (%)"),
    "frequency_uplift": _("More purchases (%)"),
    "basket_uplift": _("Bigger baskets (%)"),
    "retention_uplift": _("More members who stay (%)"),
    "cannibalisation": _("Taken from other sales, of the uplift (%)"),
    "pull_forward": _("Only bought earlier, of the uplift (%)"),
    "self_selection": _("Would have come anyway, of the uplift (%)"),
    "fixed_cost": _("Fixed costs a month, HT"),
    "member_cost": _("Cost a month of each member, HT"),
    "investment": _("Investment, HT"),
}
BASES: Mapping[str, str | Promise] = {
    "measured": _("measured"),
    "assumed": _("assumed"),
    "observed": _("observed"),
    "estimated": _("estimated"),
}
STEPS: Mapping[str, str | Promise] = {
    "frequency": _("More purchases"),
    "basket": _("Bigger baskets"),
    "retention": _("More members who stay"),
    "cannibalisation": _("Taken from other sales"),
    "pull_forward": _("Only bought earlier"),
    "self_selection": _("Would have come anyway"),
    "rewards_baseline": _("Rewards on what would have been sold anyway"),
    "rewards_incremental": _("Rewards on what is sold more"),
    "running": _("Running costs"),
    "investment": _("Investment"),
}
LINES: Mapping[str, str | Promise] = {
    "opening": _("at the beginning"),
    "issued": _("issued"),
    "exchanged_in": _("issued for points"),
    "taken_back": _("taken back with returns"),
    "taken_over": _("taken over"),
    "corrected": _("corrected"),
    "paid": _("used to pay"),
    "exchanged_out": _("used for rewards"),
    "given_back": _("given back with returns"),
    "expired": _("expired"),
    "forfeited": _("lost by leaving"),
    "in_transit": _("between customers"),
    "variance": _("variance"),
    "owed": _("owed by customers"),
    "closing": _("at the end"),
}
_DRAWN = _("drawn for a prize")


def line_in_words(name: str, *, is_entry: bool) -> str:
    """A line of the units; entries in draws are not used to pay."""
    return str(_DRAWN if is_entry and name == "paid" else LINES[name])


MONEY: Mapping[str, str | Promise] = {
    "opening_minor": _("owed at the beginning, at cost (HT)"),
    "issued_minor": _("issued, at what will be used of it"),
    "used_minor": _("used"),
    "released_minor": _("released: expired or lost"),
    "reestimate_minor": _("re-estimate"),
    "closing_minor": _("owed at the end"),
}
COST: Mapping[str, str | Promise] = {
    "opening_minor": MONEY["opening_minor"],
    "issued_minor": MONEY["issued_minor"],
    "used_minor": _("used by members"),
    "exchanged_minor": _("points that became vouchers and rewards"),
    "released_minor": MONEY["released_minor"],
    "reestimate_minor": MONEY["reestimate_minor"],
    "closing_minor": MONEY["closing_minor"],
}
"""As `MONEY`, of all currencies together."""
REVENUE: Mapping[str, str | Promise] = {
    "opening_minor": _("deferred at the beginning (HT)"),
    "allocated_minor": _("allocated to units given"),
    "recognised_minor": _("recognised as revenue"),
    "moved_minor": _("moved to or from rewards"),
    "closing_minor": _("deferred at the end"),
}
TRIED: Mapping[str, str | Promise] = {
    "face": _("Given, at face value (TTC)"),
    "off": _("of which taken off at once (TTC)"),
    "cost": _("Cost of it in the end (HT)"),
    "recorded_cost": _("Cost as it was recorded (HT)"),
    "revenue_change": _("Net sales, changed by (HT)"),
    "margin_change": _("Margin, changed by (HT)"),
    "net_change": _("Net: margin less cost, changed by (HT)"),
    "net_low_80": _("Net, low end (80 %, HT)"),
    "net_high_80": _("Net, high end (80 %, HT)"),
    "loss_probability": _("Chance that it brings less than today"),
    "better_than_first": _("Chance that it does better than the first plan"),
    "against_first": _("Net, beside the first plan (HT)"),
    "generosity": _("Given (TTC) for each euro of net sales (HT)"),
}
BEHAVIOUR: Mapping[str, str | Promise] = {
    "near_threshold": _("One more purchase when a higher status comes near (%)"),
    "after_reward": _("One more purchase after a reward is used (%)"),
    "pull_forward": _("Of these, only bought earlier (%)"),
    "redemption": _("Used in the end (%)"),
    "cost": _("Cost (HT) of what is used, of face value, net of partners (%)"),
    "margin": _("Margin where the catalogue knows none, of net sales HT (%); what it knows moves along"),
}


NOT_ENTERED: Mapping[tuple[str, ...], str | Promise] = {
    ("running", "investment"): _(
        "No running cost and no investment was entered: net, return and break-even leave them out."
    ),
    ("running",): _("No running cost was entered: net, return and break-even leave it out."),
    ("investment",): _("No investment was entered: net, return and break-even leave it out."),
}
"""Which costs a set says nothing of."""


def not_entered_in_words(found: MacroReport) -> str:
    """What the result leaves out because nobody said what it costs; nothing where all was said."""
    return str(NOT_ENTERED.get(found.not_entered, ""))


def left_out_in_words(found: LeftOut) -> str:
    """What a trial did not look at of the longest histories."""
    return gettext(
        "%(moments)s moments to answer, of %(customers)s customers with long histories, were left out: the first "
        "%(most)s of each are looked at."
    ) % {"moments": found.moments, "customers": found.customers, "most": ANSWERS_MAX}


def settled_in_words(found: MicroResult) -> str:
    """Whether intervals have settled, since when, and how far the last round moved them."""
    language = language_of(get_language() or "en")
    last = found.rounds[-1].moved
    figures = {
        "all": number(found.of_customers, language),
        "moved": "" if last is None else number(round(1_000 * last), language, 1),
        "limit": number(round(100 * SETTLED), language),
        "few": number(CUSTOMERS_FEW, language),
    }
    if found.settled_after is not None:
        then = found.rounds[found.settled_after - 1]
        figures |= {
            "customers": number(then.customers, language),
            "seconds": number(round(then.seconds), language),
        }
        words = gettext("Intervals have settled: after %(customers)s customers and %(seconds)s s.")
    elif found.customers == found.of_customers:
        words = ngettext(
            "The only customer has been tried: none are left who would move the intervals.",
            "All %(all)s customers have been tried: none are left who would move the intervals.",
            found.of_customers,
        )
    elif last is None:
        words = gettext("Whether intervals have settled is told from a second round on.")
    else:
        words = gettext("Intervals have not settled: more customers would still move them.")
    if last is not None:
        words += " " + gettext(
            "The last round moved no end of an 80 %% interval by more than %(moved)s %% of its width; up to "
            "%(limit)s %% counts as settled."
        )
    if found.customers < CUSTOMERS_FEW:
        words += " " + gettext(
            "With fewer than %(few)s customers an interval says little of what others would do: it is drawn from these "
            "few alone."
        )
    return words % figures
