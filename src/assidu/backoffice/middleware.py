"""What every screen needs: the person's language, and headers that keep the page to this server."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from assidu.backoffice.access import person_at
from assidu.foundation.people.types import Person

LANGUAGE_COOKIE = "assidu_language"
THEME_COOKIE = "assidu_theme"

# No inline script, no inline style, nothing from elsewhere.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


class ScreenMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if response.get("Content-Type", "").startswith("text/html"):
            # Pages show personal data: no proxy and no back button after sign-out may keep them.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _language(self, request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        if (person := self._person(request)) is not None:
            return person.language if person.language in known else settings.LANGUAGE_CODE
        if (chosen := request.COOKIES.get(LANGUAGE_COOKIE)) in known:
            return str(chosen)
        if "Accept-Language" in request.headers:
            return translation.get_language_from_request(request)
        return settings.LANGUAGE_CODE

    def _person(self, request: HttpRequest) -> Person | None:
        # The session is read only for those who have one: programs with a key never touch it.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        try:
            return person_at(request)
        except DatabaseError:
            # The view meets the same fault, inside the language and the headers that its page needs.
            return None
