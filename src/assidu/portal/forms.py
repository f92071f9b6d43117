"""The form with which somebody joins. It checks shape only; nothing it says depends on who is known already."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.customers.identifiers import normalise
from assidu.customers.types import IdentifierKind, NotAnIdentifier
from assidu.foundation import clock
from assidu.foundation.ids import new_id

CONSENTS = {
    "email": gettext_lazy("Yes, send me the programme's offers by e-mail"),
    "sms": gettext_lazy("Yes, send me the programme's offers by text message"),
}
"""What may be agreed to besides the terms: never asked for in order to join, never ticked beforehand."""


class JoiningForm(forms.Form):
    """Sent twice it counts once: its id is made when it is shown."""

    form = forms.UUIDField(widget=forms.HiddenInput, initial=lambda: new_id(clock.now()))
    terms = forms.CharField(widget=forms.HiddenInput, max_length=20)
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=320,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("An e-mail or a telephone is enough: it finds you when the card is at home."),
    )
    referral = forms.CharField(
        label=gettext_lazy("Code of the member who told you of it, if you have one"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    accepts = forms.BooleanField(
        label=gettext_lazy("I have read and accept the terms of the programme"),
        error_messages={"required": gettext_lazy("Nobody joins without having accepted the terms.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose, label in CONSENTS.items():
            self.fields[f"consent_{purpose}"] = forms.BooleanField(label=label, required=False, initial=False)

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        return [self[f"consent_{purpose}"] for purpose in CONSENTS]

    @property
    def consents(self) -> list[str]:
        """What was agreed to, as far as there is something to reach them by."""
        reached = {"email": self.cleaned_data.get("email"), "sms": self.cleaned_data.get("phone")}
        return [one for one in CONSENTS if self.cleaned_data.get(f"consent_{one}") and reached[one]]

    def clean_email(self) -> str:
        return self._normal(IdentifierKind.EMAIL, "email", _("This is not a complete e-mail address."))

    def clean_phone(self) -> str:
        return self._normal(IdentifierKind.PHONE, "phone", _("This is not a complete telephone number."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"email", "phone"} & self.errors.keys() and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Give an e-mail or a telephone."))
        if {"form", "terms"} & self.errors.keys():
            self.renew()
        return cleaned

    def renew(self, terms: str | None = None) -> None:
        """Another form, to be sent again with what was typed; ``terms`` are those that are shown now."""
        fresh = {"form": str(new_id(clock.now()))} | ({"terms": terms} if terms is not None else {})
        self.data = dict(self.data.items()) | fresh
        if not self.non_field_errors():
            self.add_error(None, _("Nothing was recorded yet: please check and send it once more."))

    def _normal(self, kind: IdentifierKind, name: str, fault: str) -> str:
        written = str(self.cleaned_data[name]).strip()
        if not written:
            return ""
        made = normalise(kind, written)
        if isinstance(made, NotAnIdentifier):
            raise forms.ValidationError(fault)
        return made.value
