"""A person's own choices: name, language, appearance, password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.forms import PasswordForm, PreferencesForm
from assidu.foundation.people import actions
from assidu.foundation.people.sessions import keep_session_after_password_change
from assidu.foundation.people.types import Refused


@require_http_methods(["GET", "POST"])
@allowed()
def preferences(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = PreferencesForm(
        request.POST or None,
        initial={"name": person.name, "language": person.language, "theme": person.theme},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_preferences(person.id, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are kept."))
        return redirect("preferences")
    return render(request, "backoffice/preferences.html", {"form": form, "password_form": PasswordForm()})


@require_http_methods(["POST"])
@allowed()
def password(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = PasswordForm(request.POST)
    if form.is_valid():
        answer = actions.change_password(
            person.id, form.cleaned_data["current"], form.cleaned_data["new"], actor_at(request)
        )
        if not isinstance(answer, Refused):
            keep_session_after_password_change(request, answer)
            messages.success(request, _("Your password is changed. Your other sessions are closed."))
            return redirect("preferences")
        form.add_error("current", _("This is not your present password."))
    preferences_form = PreferencesForm(
        initial={"name": person.name, "language": person.language, "theme": person.theme}
    )
    context = {"form": preferences_form, "password_form": form}
    return render(request, "backoffice/preferences.html", context, status=422)
