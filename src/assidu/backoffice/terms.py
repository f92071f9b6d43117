"""What the words of the trade mean, one plain sentence each, where they stand; the glossary of the "
"docs has them too."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Said = str | Promise

TERMS: Mapping[str, tuple[Said, Said]] = {
    "face_value": (
        _("Face value"),
        _(
            "What units take off a ticket when they are used, VAT included: what members think that they hold."
        ),
    ),
    "outstanding": (
        _("Outstanding"),
        _(
            "Units that were given and are neither used nor expired; those that wait or are held are among them."
        ),
    ),
    "ultimate": (
        _("Used in the end (ultimate redemption rate)"),
        _(
            "Of the units given in a month, the share that will have been used once all of them are used or expired; "
            "estimated, as long as some are left."
        ),
    ),
    "expected_cost": (
        _("Expected cost"),
        _(
            "What the units that will really be used cost the company, without VAT and net of what partners pay: the "
            "debt of the programme."
        ),
    ),
    "issued": (
        _("Issued"),
        _("What was given since, counted only as far as it will be used."),
    ),
    "used": (_("Used"), _("What members used, at what it costs: it is no longer owed.")),
    "exchanged": (
        _("Exchanged"),
        _(
            "Points handed in for a voucher or a reward are no longer owed, the voucher is: neither given nor used. "
            "In the books of each currency, and in the files, they are used there and issued here."
        ),
    ),
    "released": (
        _("Released"),
        _(
            "What was still expected of units that expired or were lost: nobody will use them, so nothing is owed."
        ),
    ),
    "reestimate": (
        _("Re-estimate"),
        _(
            "What changes because the same units are thought to be used more or less than before, or to cost something "
            "else."
        ),
    ),
    "ifrs15": (
        _("IFRS 15"),
        _(
            "The accounting standard on revenue: points given with a sale are goods sold in advance, so a part of the "
            "price is not yet earned. Companies that keep to French standards book the cost instead: never both."
        ),
    ),
    "deferred": (
        _("Deferred revenue"),
        _(
            "The part of past sales that pays for units not used yet; it is earned when they are used or expire."
        ),
    ),
    "allocated": (
        _("Allocated"),
        _("The part of the month’s sales that is set aside, as it pays for the units given with them."),
    ),
    "recognised": (
        _("Recognised"),
        _("What had been set aside and is earned now, because units were used or will no longer be."),
    ),
    "moved": (
        _("Moved"),
        _(
            "What had been set aside for points and now stands for the voucher or the reward had for them: over all "
            "currencies it comes to nothing."
        ),
    ),
    "credibility": (
        _("Credibility"),
        _(
            "How much a month is believed on its own: at 0 % it is taken to go like the older ones, at 100 % "
            "only what it "
            "shows itself counts."
        ),
    ),
    "basis": (
        _("Observed, estimated, assumed"),
        _(
            "Observed: nothing is left of the month. Estimated: as older months went. Assumed: older months do "
            "not tell, "
            "so the programme’s own expectation is taken."
        ),
    ),
    "interval": (
        _("80 %, 95 %"),
        _("In 80 (or 95) cases of 100, what really comes lies between these two figures."),
    ),
    "triangle": (
        _("Triangle"),
        _("What was used of each month of issue, by its age: the older the month, the longer its line."),
    ),
    "chain_ladder": (
        _("Chain ladder"),
        _("The insurers’ method: a young month is taken to go on from age to age as the older ones did."),
    ),
    "mack": (
        _("Standard error (Mack)"),
        _(
            "By how much such a projection is usually wrong, up or down, as the older months differed from each "
            "other; the "
            "formula is that of Thomas Mack (1993)."
        ),
    ),
    "hindsight": (
        _("Hindsight"),
        _("What was expected at the end of a past month, beside what was really used since."),
    ),
}


def explained(codes: tuple[str, ...]) -> list[tuple[Said, Said]]:
    return [TERMS[code] for code in codes]
