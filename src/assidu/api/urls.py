"""What the administrative API answers below ``/v1/``."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from assidu.api.application import api
from assidu.api.door import answer_problem
from assidu.api.reference import document, reference
from assidu.foundation.problems import problem


def unknown(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 (Django's)
    """Anything else below ``/v1/``: programs are not shown the page that people are."""
    return answer_problem(request, problem("not_found"))


urlpatterns = [
    path("v1/openapi.json", document, name="openapi"),
    path("v1/docs", reference, name="reference"),
    path("v1/", api.urls),
    path("v1/<path:rest>", unknown),
]
