"""The command palette: Ctrl-K to any page, person or customer."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.navigation import menu
from assidu.backoffice.reach import find
from assidu.backoffice.views.customers import ACCOUNT_KINDS
from assidu.customers.types import CustomerKind
from assidu.foundation.people import queries

LIMIT = 8
CUSTOMER_LETTERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Answer:
    label: str
    address: str
    icon: str
    below: str = ""


Source = Callable[[HttpRequest, str], tuple[str, list[Answer]]]


def pages(request: HttpRequest, asked: str) -> tuple[str, list[Answer]]:
    person = signed_in(request)
    known = [
        Answer(str(link.item.label), link.address, link.item.icon, str(section))
        for section, links in menu(person, "")
        for link in links
    ]
    known.append(Answer(_("Preferences"), reverse("preferences"), "settings", person.email))
    if person.may("people.manage"):
        known.append(Answer(_("Invite someone"), reverse("invite"), "user-plus", _("People")))
    if person.may("keys.manage"):
        known.append(Answer(_("Make a key"), reverse("key-new"), "key-round", _("API keys")))
    return _("Pages"), [
        answer for answer in known if folded(asked) in folded(f"{answer.label} {answer.below}")
    ]


def colleagues(request: HttpRequest, asked: str) -> tuple[str, list[Answer]]:
    found = queries.people(asked) if asked and signed_in(request).may("people.manage") else []
    return _("People"), [
        Answer(one.name, reverse("person", args=[one.id]), "user", ", ".join(one.role_labels))
        for one in found
    ]


def customers(request: HttpRequest, asked: str) -> tuple[str, list[Answer]]:
    if len(asked) < CUSTOMER_LETTERS_MIN or not signed_in(request).may("customers.view"):
        return _("Customers"), []
    found = find(request, asked, LIMIT)
    return _("Customers"), [
        Answer(
            one.name or _("Customer without a name"),
            reverse("customer", args=[one.customer_id]),
            "user" if one.kind is CustomerKind.PERSON else "users",
            one.town or str(ACCOUNT_KINDS.get(one.kind, "")),
        )
        for one in found
    ]


# Each source of answers, in the order in which they are shown.
SOURCES: list[Source] = [customers, pages, colleagues]


@allowed()
def palette(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    groups = [
        (label, answers[:LIMIT])
        for label, answers in (source(request, asked) for source in SOURCES)
        if answers
    ]
    return render(request, "backoffice/parts/palette_answers.html", {"groups": groups, "asked": asked})


def folded(text: str) -> str:
    """Without accents or capitals, so that "regles" finds « Règles »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
