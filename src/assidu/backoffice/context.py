"""What the shell around every page shows: who is signed in, the menu, the theme."""

from typing import Any

from django.http import HttpRequest

import assidu
from assidu.backoffice.access import person_at
from assidu.backoffice.middleware import THEME_COOKIE
from assidu.backoffice.navigation import menu
from assidu.backoffice.programme import programme_at

THEMES = ("system", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    person = person_at(request)
    programme = programme_at(request) if person else None
    cookie = request.COOKIES.get(THEME_COOKIE)
    return {
        "person": person,
        "programme_name": programme.name if programme else "",
        "menu": menu(person, request.path) if person else [],
        "theme": person.theme if person else cookie if cookie in THEMES else "system",
        "version": assidu.__version__,
    }
