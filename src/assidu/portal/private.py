"""What every public page answers with: not indexed, not told to others, in the reader's language."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from assidu.plans.wording import Language, language_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def unlisted(view: View[P]) -> View[P]:
    """Open to anybody who has the address, and in no search engine."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


def secret(view: View[P]) -> View[P]:
    """The address itself opens somebody's page: no other page is told of it.

    Not for pages with forms: browsers that name no referrer name no origin either, and then nothing proves that a
    form was ours.
    """

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = unlisted(view)(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return answered


def address_of(request: HttpRequest) -> str:
    """The network address of who asks, as the server was told to believe it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def language_at(request: HttpRequest, own: str = "") -> Language:
    """As chosen on the page, else the customer's own, else the browser's; for this answer from here on."""
    asked = request.GET.get("language", "")
    chosen = language_of(asked if asked in ("fr", "en") else own, language_of(translation.get_language()))
    translation.activate(chosen.value)  # the middleware's own override ends with the request
    request.LANGUAGE_CODE = chosen.value
    return chosen
