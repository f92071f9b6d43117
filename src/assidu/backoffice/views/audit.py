"""The trails: who did what, and who looked at whom."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import cells
from assidu.backoffice.listing import Choice, Chosen, Column, Day, Listing, Search, Slice, number_in
from assidu.backoffice.reach import LOOKED_UP
from assidu.backoffice.sentences import FIELDS, GROUPS, OBJECTS, PLACES, action_sentence
from assidu.foundation.people import queries
from assidu.foundation.people.roles import ROLES
from assidu.foundation.people.types import AuditEntry, Look

OBJECT_PAGES = {"person": "person", "customer": "customer"}
PAGES = {
    "customer": gettext_lazy("History"),
    "statement": gettext_lazy("Statement"),
    "explain": gettext_lazy("Why?"),
    "correct": gettext_lazy("Goodwill or correction"),
    "reward": gettext_lazy("Exchange for a reward"),
    "offers": gettext_lazy("Offers"),
    "join": gettext_lazy("Make a member"),
    "leave": gettext_lazy("Leave the programme"),
    "merge": gettext_lazy("Merge with another record"),
    "export": gettext_lazy("Export the personal file"),
    "erase": gettext_lazy("Erase personal data"),
    "command": gettext_lazy("Command line"),
    "near": gettext_lazy("A number close to the one that was typed"),
    LOOKED_UP: gettext_lazy("Search"),
}
"""What staff call the page that was looked at; the API's pages go by their own names."""


class AuditList(Listing[AuditEntry]):
    title = gettext_lazy("Audit trail")
    lead = gettext_lazy("Who did what, and when. Nothing here can be changed or deleted.")
    name = "audit"
    permission = "audit.view"
    export_permission = "audit.view"
    template = "backoffice/audit.html"
    empty_icon = "scroll-text"
    empty_title = gettext_lazy("Nothing on the trail")
    empty_text = gettext_lazy("Nothing matches these filters.")
    filters = (
        Search("q", gettext_lazy("Person, object, action or request")),
        Choice("kind", gettext_lazy("Kind"), lambda: GROUPS, kind="menu"),
        Day("from", gettext_lazy("From")),
        Day("to", gettext_lazy("to")),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[AuditEntry]]:
        return (
            Column(_("When"), lambda e: cells.when(e.at), lambda e: e.at),
            Column(_("Who"), _who, _who_alone),
            Column(_("What"), _what, lambda e: action_sentence(e.action)),
            Column(
                _("On what"),
                _on_what,
                _on_what_in_full,
            ),
            Column(_("Request"), lambda e: cells.code(e.request_id[:8]), lambda e: e.request_id),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[AuditEntry]:
        start, end = chosen.date("from"), chosen.date("to")
        page = queries.audit_trail(
            search=chosen.text("q"),
            action=chosen.text("kind") and chosen.text("kind") + ".",
            since=_midnight(start) if start else None,
            until=_midnight(end + timedelta(days=1)) if end else None,
            before=number_in(cursor),
            limit=size,
        )
        return Slice(page.entries, str(page.before) if page.before else None)

    def around(self, request: HttpRequest) -> dict[str, Any]:
        return {"tab": "audit"}


class LookList(Listing[Look]):
    title = gettext_lazy("Audit trail")
    lead = gettext_lazy("Which customer pages were opened, by whom.")
    name = "looks"
    permission = "audit.view"
    export_permission = "audit.view"
    template = "backoffice/audit.html"
    empty_icon = "eye"
    empty_title = gettext_lazy("Nobody has looked")
    empty_text = gettext_lazy("No customer page was opened that matches these filters.")
    filters = (Search("customer", gettext_lazy("Identifier of a customer or a person")),)

    def columns(self, request: HttpRequest) -> Sequence[Column[Look]]:
        return (
            Column(_("When"), lambda look: cells.when(look.at), lambda look: look.at),
            Column(
                _("Who"),
                _looked,
                lambda look: look.person_name or _command_line(look),
            ),
            Column(
                _("Looked at"),
                lambda look: _page(
                    "customer", str(look.customer_id), _("customer") + " " + str(look.customer_id)[-8:]
                ),
                lambda look: look.customer_id,
            ),
            Column(
                _("On the page"),
                lambda look: cells.pill(str(PAGES.get(look.page, look.page))),
                lambda look: str(PAGES.get(look.page, look.page)),
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[Look]:
        before = number_in(cursor)
        if not chosen.text("customer"):
            page = queries.looks(before=before, limit=size)
        else:
            try:
                wanted = UUID(chosen.text("customer"))
            except ValueError:
                return Slice(())
            page = queries.looks(customer_id=wanted, before=before, limit=size)
            if not page.entries:
                page = queries.looks(person_id=wanted, before=before, limit=size)
        return Slice(page.entries, str(page.before) if page.before else None)

    def around(self, request: HttpRequest) -> dict[str, Any]:
        return {"tab": "looks"}


def _looked(look: Look) -> object:
    if look.person_id is None:
        return _command_line(look)
    return _page("person", str(look.person_id), look.person_name or str(look.person_id)[:8])


def _command_line(look: Look) -> str:
    return _("the command line") if look.person_id is None else ""


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _who(entry: AuditEntry) -> SafeString:
    place = PLACES.get(entry.via, entry.via)
    if entry.person_id:
        return format_html(
            '<span class="nowrap">{}</span><span class="sub">{}</span>',
            _page("person", str(entry.person_id), entry.person_name or _("someone")),
            place,
        )
    return cells.two_lines(
        entry.key_name or (_("nobody signed in") if entry.request_id else _("the system")), place
    )


def _who_alone(entry: AuditEntry) -> str:
    if entry.person_id:
        return entry.person_name or _("someone")
    return entry.key_name or (_("nobody signed in") if entry.request_id else _("the system"))


def _what(entry: AuditEntry) -> SafeString:
    """The action, and for a change what it was and what it became."""
    sentence = format_html("{}", action_sentence(entry.action))
    changes = [
        (name, _shown((entry.before or {}).get(name)), _shown((entry.after or {}).get(name)))
        for name in dict.fromkeys([*(entry.before or {}), *(entry.after or {})])
        if _shown((entry.before or {}).get(name)) != _shown((entry.after or {}).get(name))
    ]
    if not changes:
        return sentence
    lines = format_html_join(
        "",
        "<span>{} {}<ins>{}</ins></span>",
        (
            (FIELDS.get(name, name), format_html("<del>{}</del> → ", old) if old else "", new)
            for name, old, new in changes
        ),
    )
    return format_html('{}<span class="changes sub">{}</span>', sentence, lines)


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return ", ".join(str(ROLES[one].label) if one in ROLES else str(one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _on_what(entry: AuditEntry) -> SafeString:
    if not entry.object_id:
        return cells.EMPTY
    short = entry.object_id if len(entry.object_id) < 24 else entry.object_id[-8:]
    return _page(
        entry.object_kind, entry.object_id, f"{OBJECTS.get(entry.object_kind, entry.object_kind)} {short}"
    )


def _on_what_in_full(entry: AuditEntry) -> str:
    return f"{OBJECTS.get(entry.object_kind, entry.object_kind)} {entry.object_id}".strip()


def _page(kind: str, identity: str, text: object) -> SafeString:
    """A link to the object's page, where there is one."""
    try:
        return format_html(
            '<a class="nowrap" href="{}">{}</a>', reverse(OBJECT_PAGES[kind], args=[UUID(identity)]), text
        )
    except (KeyError, ValueError, NoReverseMatch):
        return format_html("{}", text)
