"""Who may open a page: one decorator, which also keeps the trail."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from assidu.foundation.people import actions
from assidu.foundation.people.sessions import current_person
from assidu.foundation.people.types import Actor, Person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def person_at(request: HttpRequest) -> Person | None:
    """Who is signed in, read once per request."""
    if not hasattr(request, "assidu_person"):
        request.assidu_person = current_person(request)  # type: ignore[attr-defined]
    known: Person | None = request.assidu_person  # type: ignore[attr-defined]
    return known


def signed_in(request: HttpRequest) -> Person:
    """The person of a view that `allowed` guards."""
    person = person_at(request)
    assert person is not None, "only in a view guarded by @allowed"
    return person


def actor_at(request: HttpRequest) -> Actor:
    person = person_at(request)
    return Actor(person_id=person.id if person else None, request_id=request_id_at(request))


def request_id_at(request: HttpRequest) -> str:
    return str(request.META.get("ASSIDU_REQUEST_ID", ""))


def allowed(permission: str | None = None) -> Callable[[View[P]], View[P]]:
    """Let in who is signed in and has the permission; a refusal is kept in the trail."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = person_at(request)
            if person is None:
                return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
            if permission and not person.may(permission):
                actions.record(actor_at(request), "access.refused", "permission", permission)
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return guarded

    return guard
