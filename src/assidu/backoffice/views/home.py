"""The first page: the till for who only serves in stores, else the first one in the menu that this person may open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.navigation import menu
from assidu.backoffice.programme import programme_at


@allowed()
def home(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if set(person.roles) == {"store"} and programme_at(request) is not None:
        return redirect("caisse")
    for _label, links in menu(person, request.path):
        return redirect(links[0].address)
    return render(request, "backoffice/nothing_yet.html")
