"""Pages for what went wrong: they say what happened and where to go, and never how we are built."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from assidu.backoffice.access import request_id_at
from assidu.backoffice.reach import OtherStore


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    page = "other_store" if isinstance(exception, OtherStore) else "403"
    return render(request, f"backoffice/{page}.html", {"request_id": request_id_at(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "backoffice/404.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "backoffice/csrf.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Without the request's context: whatever broke may break there again."""
    page = render_to_string("backoffice/500.html", {"request_id": request_id_at(request), "theme": "system"})
    return HttpResponse(page, status=500)
