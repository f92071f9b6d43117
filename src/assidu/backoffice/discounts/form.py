"""What one asks of discounts: a period, what a sale earns, which share of them becomes points, under which plan."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assidu.backoffice import formats
from assidu.backoffice.typed import PER_CENT, FigureField, WholeField
from assidu.catalogue import queries as catalogue
from assidu.economics.discounts.types import DiscountsQuestion, Turning
from assidu.economics.measuring import KnownOfDiscounts
from assidu.economics.types import Range
from assidu.economics.words import BASES
from assidu.plans.wording import Language

LIVE = "live"
SEED_MAX = 2**31 - 1
ERROR_MAX = 50


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def _percent(label: Any, most: int = 100, **options: Any) -> FigureField:
    return FigureField(
        label=label, required=False, min_value=0, max_value=most, step_size=0.1, units=PER_CENT, **options
    )


class DiscountsForm(forms.Form):
    """``sources`` are the plans that may give the points: the one in force, and drafts by their ids. ``known``: what
    the studio knows of the brand's past, which the form begins with and says so; what is typed instead counts."""

    since = _day(_("From"))
    until = _day(_("to"))
    margin_percent = _percent(
        _("What a sale earns, in %"),
        help_text=_("Of its ordinary price (HT). Left empty: nothing is said of margin."),
    )
    share_percent = WholeField(
        units=PER_CENT,
        label=_("Share turned into points, in %"),
        min_value=0,
        max_value=100,
        help_text=_("Of each discount; 0: only what promotions did is told."),
    )
    source = forms.ChoiceField(label=_("Plan that gives the points"))
    from_percent = WholeField(
        units=PER_CENT,
        label=_("Only discounts of so many % or more"),
        required=False,
        min_value=0,
        max_value=100,
    )
    departments = forms.MultipleChoiceField(
        label=_("Only these departments"),
        required=False,
        help_text=_("None chosen: all of them."),
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    redemption_percent = _percent(
        _("Points that are ever used, in %"), help_text=_("Left empty: as the plan expects.")
    )
    redemption_error = _percent(_("Standard error of that, in points"), ERROR_MAX)
    cost_percent = _percent(_("What a used euro costs, in %"), 200)
    pull_percent = WholeField(
        units=PER_CENT,
        label=_("What points draw, in % of what a discount draws"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Nobody knows before a trial: 0 is the careful answer."),
    )
    funded_percent = _percent(_("What suppliers pay back of discounts, in %"))
    seed = WholeField(
        label=_("Seed"),
        min_value=0,
        max_value=SEED_MAX,
        help_text=_("The same seed gives the same figures."),
    )

    MAIN = ("since", "until", "margin_percent", "share_percent", "source")
    DETAILS = (
        "from_percent",
        "departments",
        "funded_percent",
        "redemption_percent",
        "redemption_error",
        "cost_percent",
        "pull_percent",
        "seed",
    )

    def __init__(
        self,
        *args: Any,
        sources: Sequence[tuple[str, str]],
        language: Language,
        known: KnownOfDiscounts | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self._usual = initial_of(None, known)
        if known is not None and known.margin is not None:
            self.fields["margin_percent"].help_text = gettext(
                "Of its ordinary price (HT). The studio knows %(figure)s of all net sales (HT), discounts "
                "included: %(basis)s. Left empty: nothing is said of margin."
            ) % _said(known.margin)
        if known is not None and known.redemption is not None:
            self.fields["redemption_percent"].help_text = gettext(
                "The studio knows %(figure)s of what was given: %(basis)s. Left empty: as the plan expects."
            ) % _said(known.redemption)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]
        self.fields["departments"].choices = [  # type: ignore[attr-defined]
            (one.department, formats.typographic(one.name(language))) for one in catalogue.departments()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since is not None and until is not None and since > until:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MAIN]

    @property
    def details(self) -> list[forms.BoundField]:
        return [self[name] for name in self.DETAILS]

    @property
    def has_details(self) -> bool:
        """Something of them is wrong, or is not as usual: they are shown."""
        return any(
            self[name].errors or _written(self[name].value()) != _written(self._usual.get(name))
            for name in self.DETAILS
        )

    def question(self, programme: str) -> DiscountsQuestion:
        """Of a form that is valid."""
        asked = self.cleaned_data
        turning = None
        if asked["share_percent"]:
            cost = asked["cost_percent"]
            turning = Turning(
                asked["share_percent"],
                asked["from_percent"] or 0,
                tuple(asked["departments"]),
                "",
                asked["pull_percent"] or 0,
                asked["redemption_percent"],
                asked["redemption_error"] or 0.0,
                100.0 if cost is None else cost,
            )
        return DiscountsQuestion(
            programme,
            asked["since"],
            asked["until"],
            asked["margin_percent"],
            funded_percent=asked["funded_percent"] or 0.0,
            turning=turning,
            seed=asked["seed"],
        )


def _plain(percent: float) -> float | int:
    return int(percent) if percent.is_integer() else percent


def _written(value: Any) -> str:
    return "" if value is None or value == [] else str(value)


def _said(one: Range) -> dict[str, str]:
    return {"figure": formats.percent(one.value / 100, 1), "basis": str(BASES[one.basis.value])}


def _measured(known: KnownOfDiscounts) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if known.margin is not None and known.margin.value >= 0:
        found["margin_percent"] = round(known.margin.value, 1)
    if known.redemption is not None:
        found["redemption_percent"] = round(known.redemption.value, 1)
        found["redemption_error"] = min(round(known.redemption_error, 1), ERROR_MAX) or None
    return found


def initial_of(question: DiscountsQuestion | None, known: KnownOfDiscounts | None = None) -> dict[str, Any]:
    """What the form begins with: the usual, with what the studio knows, or what was asked before."""
    if question is None:
        usual = {"share_percent": 30, "source": LIVE, "cost_percent": 100, "pull_percent": 0, "seed": 1}
        return usual if known is None else usual | _measured(known)
    found = {
        "since": question.since,
        "until": question.until,
        "margin_percent": question.margin_percent,
        "funded_percent": question.funded_percent or None,
        "share_percent": 0,
        "source": LIVE,
        "cost_percent": 100,
        "pull_percent": 0,
        "seed": question.seed,
    }
    turning = question.turning
    if turning is None:
        return found
    return found | {
        "share_percent": turning.share_percent,
        "from_percent": turning.from_percent or None,
        "departments": list(turning.departments),
        "pull_percent": turning.pull_percent,
        "redemption_percent": turning.redemption_percent,
        "redemption_error": turning.redemption_error or None,
        "cost_percent": _plain(turning.cost_percent),
    }
