"""Coming in and going out: signing in, choosing a password from an invitation, signing out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assidu.backoffice.access import actor_at, person_at, request_id_at
from assidu.backoffice.context import THEMES
from assidu.backoffice.forms import LANGUAGES, NewPasswordForm, SignInForm
from assidu.backoffice.middleware import LANGUAGE_COOKIE, THEME_COOKIE
from assidu.backoffice.sentences import refusal_sentence
from assidu.foundation.people import actions, queries
from assidu.foundation.people.offered import offered
from assidu.foundation.people.roles import ROLES
from assidu.foundation.people.sessions import close_session, open_session
from assidu.foundation.people.types import Person, Refused
from assidu.foundation.settings import current_settings

YEAR_SECONDS = 365 * 24 * 3600
# A language chosen at the door, until its chooser comes in. Not the year's cookie: that one also tells what somebody
# else, signed in on this machine before, had chosen.
CHOSEN_COOKIE = "assidu_language_chosen"
CHOSEN_SECONDS = 15 * 60


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if person_at(request):
        return redirect(_wanted_page(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        answer = actions.check_sign_in(
            form.cleaned_data["email"],
            form.cleaned_data["password"],
            source=request.META.get("REMOTE_ADDR", ""),
            request_id=request_id_at(request),
        )
        if isinstance(answer, Person):
            return _come_in(request, answer, _wanted_page(request))
        form.add_error(None, refusal_sentence(answer.reason))
        status = 422
    return render(
        request,
        "backoffice/sign_in.html",
        {
            "form": form,
            "next": _wanted_page(request),
            "is_anyone_here": queries.is_anyone_here(),
            "offered": [(one, ROLES[one.role].label) for one in offered(current_settings().home)],
            "languages": LANGUAGES,
        },
        status=status,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    actor = actor_at(request)
    if actor.person_id:
        actions.record(actor, "sign_out.done", "person", str(actor.person_id))
    close_session(request)
    return redirect("sign-in")


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, person_id: UUID, token: str) -> HttpResponse:
    """The page of an invitation link."""
    is_good = queries.is_invitation_good(person_id, token)
    form = NewPasswordForm(request.POST or None)
    if is_good and request.method == "POST" and form.is_valid():
        answer = actions.accept_invitation(person_id, token, form.cleaned_data["new"], request_id_at(request))
        if not isinstance(answer, Refused):
            messages.success(request, _("Welcome, %(name)s.") % {"name": answer.name})
            return _come_in(request, answer, reverse("home"))
        is_good = False
    context = {"form": form, "is_good": is_good, "guest": queries.find_person(person_id) if is_good else None}
    return render(request, "backoffice/join.html", context, status=200 if is_good else 410)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Before signing in, the language is kept in cookies, for whoever signs in next; afterwards with the person."""
    response = redirect(_wanted_page(request, default=reverse("sign-in")))
    language = request.POST.get("language", "")
    if language in dict(LANGUAGES):
        if person := person_at(request):
            actions.set_preferences(person.id, language=language)
        else:
            response.set_cookie(
                CHOSEN_COOKIE, language, max_age=CHOSEN_SECONDS, samesite="Lax", httponly=True
            )
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    is_part = "HX-Request" in request.headers
    response = (
        HttpResponse(status=204) if is_part else redirect(_wanted_page(request, default=reverse("sign-in")))
    )
    if theme in THEMES:
        if person := person_at(request):
            actions.set_preferences(person.id, theme=theme)
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


def _come_in(request: HttpRequest, person: Person, to: str) -> HttpResponse:
    """Open the session; a language chosen at the door just before is the person's from now on."""
    open_session(request, person)
    response = redirect(to)
    if (chosen := request.COOKIES.get(CHOSEN_COOKIE)) is not None:
        if chosen in dict(LANGUAGES):
            actions.set_preferences(person.id, language=chosen)
        response.delete_cookie(CHOSEN_COOKIE, samesite="Lax")
    return response


def _wanted_page(request: HttpRequest, default: str = "/") -> str:
    """Where to go next: only ever a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return default
