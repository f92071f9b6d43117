"""Sessions of the screens: opens, closes and reads them, so that a person's row never leaves this room."""

from typing import cast
from uuid import UUID

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from assidu.foundation.people import models
from assidu.foundation.people.queries import person_of
from assidu.foundation.people.types import Person

BACKEND = "assidu.foundation.people.sessions.PeopleBackend"


class PeopleBackend(BaseBackend):
    """Finds who a session belongs to. Passwords are checked by `actions.check_sign_in`, which counts refusals."""

    def get_user(self, user_id: object) -> models.Person | None:
        return models.Person.objects.filter(pk=cast(UUID, user_id), is_active=True).first()


def open_session(request: HttpRequest, person: Person) -> None:
    login(request, models.Person.objects.get(pk=person.id), backend=BACKEND)


def close_session(request: HttpRequest) -> None:
    logout(request)


def keep_session_after_password_change(request: HttpRequest, person: Person) -> None:
    """The other sessions of this person end; the one that changed the password goes on."""
    update_session_auth_hash(request, models.Person.objects.get(pk=person.id))


def current_person(request: HttpRequest) -> Person | None:
    row = getattr(request, "user", None)
    return person_of(row) if isinstance(row, models.Person) else None
