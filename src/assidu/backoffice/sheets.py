"""Actions on a customer: a dialog over the page, and without scripts a page of its own. One view serves both."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def is_partial(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


def show(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The template extends ``sheet`` and fills its block of the same name."""
    frame = "backoffice/sheet_dialog.html" if is_partial(request) else "backoffice/sheet_page.html"
    return render(
        request,
        template,
        context | {"sheet": frame, "sheet_title": title, "is_panel": is_partial(request)},
        status=status,
    )


def leave(request: HttpRequest, address: str) -> HttpResponse:
    """Done: on to another page, from a dialog as from a page."""
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
