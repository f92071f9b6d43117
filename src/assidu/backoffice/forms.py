"""Forms of the back office. They check shape only; whether something may be done is the action's answer."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assidu.foundation.people.roles import ROLES

LANGUAGES = (("fr", "Français"), ("en", "English"))
THEMES = (("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark")))


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A password typed twice."""

    new = forms.CharField(
        label=_("New password"),
        help_text=_(
            "At least 12 characters. Three or four words that only you would put together are a good one."
        ),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same, once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new(self) -> str:
        chosen = str(self.cleaned_data["new"])
        validate_password(chosen)
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class PasswordForm(NewPasswordForm):
    current = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "new", "again")


class PreferencesForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)


class StoresForm(forms.Form):
    """``known`` are all stores by code; those that somebody has already can be kept, known or not."""

    stores = forms.MultipleChoiceField(
        label=_("Stores"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_(
            "Whose customers people of the role “Store” see; Ctrl and a click choose several. Without a store they "
            "find customers by card or telephone only."
        ),
    )

    def __init__(self, *args: Any, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        had = dict.fromkeys(self.initial.get("stores", ()))
        first = [(code, known.get(code, code)) for code in had]
        rest = sorted(
            ((code, name) for code, name in known.items() if code not in had), key=lambda one: one[1]
        )
        self.fields["stores"].choices = [*first, *rest]  # type: ignore[attr-defined]


class InviteForm(StoresForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[(role.name, role.label) for role in ROLES.values()]
    )


class AccessForm(StoresForm):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[(role.name, role.label) for role in ROLES.values()]
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("What uses it: \u201ctills\u201d, \u201cshop site\u201d, \u201cnightly export\u201d."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        error_messages={"invalid_choice": _("A key is only given what you may do yourself.")},
    )
    store = forms.CharField(
        label=_("Only for the store"), required=False, max_length=60, help_text=_("Left empty: every store.")
    )

    def __init__(self, *args: Any, offered: Mapping[str, str | Promise], **kwargs: Any) -> None:
        """``offered``: the scopes that whoever makes the key may give."""
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(offered.items())  # type: ignore[attr-defined]
