"""The sidebar and the first level of the command palette: one table.

A page that does not exist in this installation, or that the person may not open, is left out.
"""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assidu.foundation.people.types import Person


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    label: str | Promise
    icon: str
    permission: str
    below: str = ""
    """Where its pages are, if not below its own address."""

    @property
    def address(self) -> str | None:
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return None


@dataclass(frozen=True, slots=True)
class Section:
    label: str | Promise
    items: tuple[Item, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "",
        (
            Item("dashboard", _("Dashboard"), "layout-dashboard", "dashboard.view"),
            Item("customers", _("Customers"), "users", "customers.view"),
            Item("corrections", _("Corrections to decide on"), "inbox", "ledger.correct"),
            Item("caisse", _("Till"), "id-card", "customers.edit"),
        ),
    ),
    Section(
        _("Programme"),
        (
            Item("programme", _("Rules and versions"), "list", "plan.view"),
            Item("offers", _("Offers and rewards"), "gift", "plan.view"),
            Item("promotions", _("Promotion calendar"), "calendar-days", "plan.view"),
            Item("rates", _("Other moneys"), "euro", "plan.view"),
            Item("partners", _("Partners"), "heart-handshake", "partners.view"),
            Item("library", _("Library"), "book-open", "plan.view"),
            Item("simulation", _("Simulation"), "flask-conical", "simulate.run"),
            Item("fairness", _("Fairness"), "scale", "simulate.run"),
            Item("studio-owed", _("Studio"), "trending-up", "economics.view", below="/studio/"),
        ),
    ),
    Section(
        _("Settings"),
        (
            Item("people", _("People"), "user-plus", "people.manage"),
            Item("keys", _("API keys"), "key-round", "keys.manage"),
            Item("audit", _("Audit trail"), "scroll-text", "audit.view"),
            Item("system", _("System"), "server", "system.view"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An item as this person sees it on this page."""

    item: Item
    address: str
    is_current: bool


def menu(person: Person, path: str) -> list[tuple[str | Promise, list[Link]]]:
    """The sections this person sees; the page that contains the present one is marked."""
    shown = []
    for section in SECTIONS:
        links = [
            Link(item, address, path == address if address == "/" else path.startswith(item.below or address))
            for item in section.items
            if person.may(item.permission) and (address := item.address)
        ]
        if links:
            shown.append((section.label, links))
    return shown
