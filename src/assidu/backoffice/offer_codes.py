"""Codes of an offer as its page shows them: those made together, and the form by which more are made."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.backoffice.typed import WholeField
from assidu.backoffice.views.programme import author, storable
from assidu.foundation.ids import new_id
from assidu.loyalty import allotments, code_pools
from assidu.loyalty.allotments import Allotment
from assidu.loyalty.code_pools import NAME_MAX, CodePool, PoolState, Whom
from assidu.loyalty.offer_codes import POOL_MAX

USES_MAX = 1_000_000


class CodesForm(forms.Form):
    """A number of codes for anybody, or one for each of many. ``pool`` is their id: sent twice, they are made once."""

    name = forms.CharField(
        label=gettext_lazy("What to call them"),
        required=False,
        max_length=NAME_MAX,
        help_text=gettext_lazy("As you will look for them in the list: a mailing, a partner."),
    )
    count = WholeField(
        label=gettext_lazy("How many, for whoever shows them"),
        required=False,
        min_value=1,
        max_value=POOL_MAX,
    )
    audience = forms.ChoiceField(label=gettext_lazy("Or one for each of an audience"), required=False)
    allotment = forms.ChoiceField(
        label=gettext_lazy("Or one for each who was allotted an offer"), required=False
    )
    lines = forms.CharField(
        label=gettext_lazy("Or one for each of these customers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("A card, telephone or e-mail on each line."),
    )
    uses = WholeField(
        label=gettext_lazy("How often each serves"),
        min_value=0,
        max_value=USES_MAX,
        initial=1,
        help_text=gettext_lazy("0: as often as one likes; their uses are then not counted."),
    )
    until = forms.DateField(
        label=gettext_lazy("Can be used until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Left empty: as long as the offer runs."),
    )
    pool = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["pool"] = new_id(known.now)
        audiences = [(one.code, known.phrases.text(one.name)) for one in known.document.audiences]
        begun = [(str(one.allotment_id), _allotment(one, known)) for one in allotments.allotments(known.code)]
        for field, choices in (("audience", audiences), ("allotment", begun)):
            self.fields[field].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
            if not choices:
                self.fields[field].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = [cleaned.get(name) for name in ("count", "audience", "allotment", "lines")]
        if not self.errors and sum(map(bool, named)) != 1:
            raise forms.ValidationError(_("Choose one: a number, an audience, an allotment or a list."))
        return cleaned

    @property
    def whom(self) -> Whom:
        """Nobody in particular where a number was asked for."""
        asked = self.cleaned_data
        named = allotments.lines_in(storable(asked["lines"]))
        return Whom(asked["audience"], tuple(named), asked["allotment"] or None)

    @property
    def expires_on(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        return until + timedelta(days=1) if until is not None else None


def _allotment(one: Allotment, known: Programme) -> str:
    return _("%(offer)s, %(moment)s") % {
        "offer": known.rule_name(one.offer),
        "moment": formats.moment(one.begun_at or one.asked_at),
    }


@dataclass(frozen=True, slots=True)
class PoolShown:
    """``left`` is how many are still good for something."""

    one: CodePool
    name: str
    whom: str
    by: str
    state: str
    tone: str
    last_day: date | None
    run_out: int
    may_be_withdrawn: bool

    @property
    def left(self) -> int:
        return self.one.made - self.one.used - self.run_out


def shown_pools(known: Programme, offer: str) -> list[PoolShown]:
    return [_shown(one, known) for one in code_pools.pools(known.code, offer)]


def _shown(one: CodePool, known: Programme) -> PoolShown:
    if one.audience:
        whom = _("one each: %(audience)s") % {"audience": known.phrases.audience_names([one.audience])}
    else:
        whom = _("one each, to those named") if one.is_personal else _("whoever shows them")
    state = one.state(known.today)
    words, tone = {
        PoolState.LIVE: (_("in use"), "good"),
        PoolState.OVER: (_("over"), ""),
        PoolState.WITHDRAWN: (_("taken back"), "bad"),
    }[state]
    return PoolShown(
        one,
        one.name or ngettext("%(n)s code", "%(n)s codes", one.made) % {"n": formats.number(one.made)},
        whom,
        author(one.made_by),
        words,
        tone,
        one.expires_on - timedelta(days=1) if one.expires_on is not None else None,
        one.run_out(known.today),
        state is PoolState.LIVE,
    )
