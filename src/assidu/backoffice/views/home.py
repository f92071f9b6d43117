"""The first page: the first one in the menu that this person may open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.navigation import menu


@allowed()
def home(request: HttpRequest) -> HttpResponse:
    for _label, links in menu(signed_in(request), request.path):
        return redirect(links[0].address)
    return render(request, "backoffice/nothing_yet.html")
