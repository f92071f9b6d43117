"""Finding customers: one by card, telephone, e-mail or name, many by what they are and did."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assidu.backoffice import cells, formats
from assidu.backoffice.access import signed_in
from assidu.backoffice.heads import everybody_of, members_of, not_listed
from assidu.backoffice.listing import Choice, Chosen, Column, Day, Filter, Listing, Number, Search, Slice
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.reach import look_up
from assidu.catalogue import queries as catalogue
from assidu.customers import queries as customers
from assidu.customers.types import CustomerKind
from assidu.decisions.state import Membership
from assidu.loyalty import queries
from assidu.loyalty.types import CustomerFilter, CustomerRow, CustomerSort, Moved

MEMBERSHIPS: dict[Membership, Promise] = {
    Membership.MEMBER: gettext_lazy("Member"),
    Membership.SUSPENDED: gettext_lazy("Suspended"),
    Membership.NONE: gettext_lazy("Not a member"),
    Membership.LEFT: gettext_lazy("Has left"),
    Membership.ABSORBED: gettext_lazy("Merged"),
    Membership.IN_ACCOUNT: gettext_lazy("In a shared account"),
}
LISTED_MEMBERSHIPS = (
    Membership.MEMBER,
    Membership.IN_ACCOUNT,
    Membership.SUSPENDED,
    Membership.NONE,
    Membership.LEFT,
)
ACCOUNT_KINDS: dict[CustomerKind, Promise] = {
    CustomerKind.HOUSEHOLD: gettext_lazy("Household"),
    CustomerKind.COMPANY: gettext_lazy("Company"),
}
MOVES: dict[Moved, Promise] = {
    Moved.ISSUED: pgettext_lazy("customers who", "were given some"),
    Moved.USED: pgettext_lazy("customers who", "used some"),
    Moved.EXPIRED: pgettext_lazy("customers who", "lost some by expiry"),
    Moved.CORRECTED: pgettext_lazy("customers who", "had a correction"),
}


def initials_of(name: str) -> str:
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def standing_said(programme: Programme | None, membership: Membership, tier: str | None) -> str:
    """The status of a member; of anybody else, what they are instead."""
    if membership is Membership.MEMBER and programme is not None and tier:
        return programme.tier_name(tier)
    return str(MEMBERSHIPS[membership])


def standing_pill(programme: Programme | None, membership: Membership, tier: str | None) -> SafeString:
    said = standing_said(programme, membership, tier)
    if membership is Membership.MEMBER and programme is not None and tier:
        return cells.pill(said, programme.tier_tone(tier))
    return cells.pill(said, "info" if membership is Membership.MEMBER else "")


class CustomerList(Listing[CustomerRow]):
    title = gettext_lazy("Customers")
    name = "customers"
    permission = "customers.view"
    export_permission = "customers.export"
    template = "backoffice/customers.html"
    sorts = tuple(sort.value for sort in CustomerSort)
    export_page = queries.PAGE_MAX
    empty_icon = "users"
    empty_title = gettext_lazy("No customers yet")
    empty_text = gettext_lazy(
        "They appear with their first ticket or when they join; `assidu import` brings in those you already have."
    )
    unmatched_text = gettext_lazy(
        "Try the beginning of a name, with or without accents, or the whole of a card, a telephone or an e-mail."
    )
    programme: Programme | None = None
    stores: dict[str, str]
    invented_stores: set[str]
    seen_stores: tuple[str, ...] | None = None

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        self.programme = programme_at(request)
        known = catalogue.stores()
        self.stores = {store.store_id: formats.typographic(store.name) for store in known}
        self.invented_stores = {store.store_id for store in known if store.is_invented}
        self.seen_stores = signed_in(request).seen_stores
        self.filters = self._filters()
        return super().answer(request)

    def _filters(self) -> Sequence[Filter]:
        programme = self.programme
        tiers = [(code, programme.tier_name(code)) for code in programme.tiers] if programme else []
        rules = _rules(programme) if programme else []
        memberships = [(one.value, MEMBERSHIPS[one]) for one in LISTED_MEMBERSHIPS]
        shared = _account_kinds(programme)
        kinds = [
            (CustomerKind.PERSON.value, _("Person")),
            *((one.value, str(ACCOUNT_KINDS[one])) for one in shared),
        ]
        moves = [(one.value, label) for one, label in MOVES.items()]
        stores = [
            (code, name)
            for code, name in self.stores.items()
            if self.seen_stores is None or code in self.seen_stores
        ]
        points = programme.currency_name(programme.points) if programme else _("points")
        return (
            Search("q", _("Name, card, telephone or e-mail")),
            Choice("tier", _("Status"), lambda: tiers),
            Choice("membership", _("Membership"), lambda: memberships, kind="menu"),
            *([Choice("kind", _("What it is"), lambda: kinds)] if shared else []),
            Choice("store", _("Store"), lambda: stores, kind="menu", is_more=True),
            Number("balance_min", _("Balance from (%(units)s)") % {"units": points}, is_more=True),
            Number("balance_max", _("Balance up to (%(units)s)") % {"units": points}, is_more=True),
            Day("last_from", _("Last purchase from"), is_more=True),
            Day("last_to", _("Last purchase until"), is_more=True),
            Day("bought_from", _("Bought from"), is_more=True),
            Day("bought_to", _("Bought until"), is_more=True),
            Day("joined_from", _("Joined from"), is_more=True),
            Day("joined_to", _("Joined until"), is_more=True),
            Choice("rule", _("Earned by the rule"), lambda: rules, kind="menu", is_more=True),
            Choice("moved", _("%(units)s:") % {"units": points.capitalize()}, lambda: moves, kind="menu", is_more=True),
            Day("from", _("Rule, movements: from"), is_more=True),
            Day("to", _("Rule, movements: until"), is_more=True),
            Choice("duplicates", _("Duplicates"), lambda: [("open", _("to look at"))], kind="menu", is_more=True),
        )  # fmt: skip

    def columns(self, request: HttpRequest) -> Sequence[Column[CustomerRow]]:
        points = self.programme.points if self.programme else "points"
        others = [c for c in (self.programme.plan.currencies if self.programme else ()) if c != points]
        return (
            Column(_("Customer"), self._who, lambda row: row.name, sort="name"),
            Column(_("Identifier"), None, lambda row: row.customer_id),
            Column(_("Town"), None, lambda row: row.town),
            Column(
                _("Store"), self._store,
                lambda row: self.stores.get(row.store, row.store), align="hide-narrow",
            ),
            Column(
                _("Status"), lambda row: standing_pill(self.programme, row.membership, row.tier),
                lambda row: standing_said(self.programme, row.membership, row.tier),
            ),
            Column(
                _title(self.programme.currency_name(points)) if self.programme else _("Points"),
                lambda row: self._balances(row, points, others), lambda row: row.balances.get(points, 0),
                align="end", sort="balance",
            ),
            Column(
                _("Member purchases"), lambda row: formats.number(row.purchases), lambda row: row.purchases,
                align="end wraps", sort="purchases",
            ),
            Column(
                _("Last purchase"), lambda row: _day(row.last_purchase), lambda row: row.last_purchase,
                sort="last_purchase",
            ),
            Column(
                _("Member since"), lambda row: _day(row.joined_on), lambda row: row.joined_on,
                sort="joined", align="hide-narrow",
            ),
        )  # fmt: skip

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[CustomerRow]:
        wanted = self._wanted(request, chosen)
        found = queries.customers(wanted, sort=CustomerSort(chosen.sort), cursor=cursor, limit=size)
        is_page = request.GET.get("format") != "csv"
        return Slice(found.rows, found.next, queries.count_customers(wanted) if is_page else None)

    def _wanted(self, request: HttpRequest, chosen: Chosen) -> CustomerFilter:
        text, ids = _whom(request, chosen.text("q"))
        known_in = None if ids else self.seen_stores  # who was looked up is found wherever they belong
        if chosen.text("duplicates"):
            pairs = set(customers.with_possible_duplicates())
            ids = tuple(pairs if ids is None else pairs & set(ids))
        return CustomerFilter(
            text=text,
            customer_ids=ids,
            memberships=(Membership(chosen.text("membership")),) if chosen.text("membership") else (),
            tiers=(chosen.text("tier"),) if chosen.text("tier") else (),
            store=chosen.text("store"),
            kind=CustomerKind(chosen.text("kind")) if chosen.text("kind") else None,
            known_in=known_in,
            joined_since=chosen.date("joined_from"),
            joined_until=chosen.date("joined_to"),
            last_purchase_since=chosen.date("last_from"),
            last_purchase_until=chosen.date("last_to"),
            bought_since=chosen.date("bought_from"),
            bought_until=chosen.date("bought_to"),
            currency=self.programme.points if self.programme else "points",
            balance_min=chosen.number("balance_min"),
            balance_max=chosen.number("balance_max"),
            moved=Moved(chosen.text("moved")) if chosen.text("moved") else None,
            rule=chosen.text("rule"),
            since=chosen.date("from"),
            until=chosen.date("to"),
        )

    def _who(self, row: CustomerRow) -> SafeString:
        """Where the table is too narrow for columns of their own, store and day of joining stand below the name."""
        store = self.stores.get(row.store, row.store)
        since = _("member since %(day)s") % {"day": formats.day(row.joined_on)} if row.joined_on else ""
        return _person(row, " · ".join(filter(None, (store, since))))

    def _store(self, row: CustomerRow) -> SafeString:
        name = self.stores.get(row.store, row.store)
        if row.store in self.invented_stores:
            return format_html("{} {}", name, cells.invented())
        return format_html("{}", name) if name else cells.EMPTY

    def _balances(self, row: CustomerRow, points: str, others: Sequence[str]) -> SafeString:
        quantity = row.balances.get(points, 0)
        shown = self.programme.quantity(quantity, points) if self.programme else formats.number(quantity)
        held = [(code, row.balances.get(code, 0)) for code in others]
        below = ", ".join(self.programme.units(n, code) for code, n in held if n) if self.programme else ""
        number = (
            format_html("<b>{}</b>", shown)
            if quantity
            else format_html('<span class="muted">{}</span>', shown)
        )
        return cells.two_lines(number, below) if below else number

    def around(self, request: HttpRequest) -> dict[str, Any]:
        if request.headers.get("HX-Request-Type") == "partial":
            return {"programme": self.programme}
        found = queries.head_count(self.seen_stores)
        return {
            "programme": self.programme,
            "head_count": found,
            "members": members_of(found),
            "everybody": everybody_of(found, of_some_stores=self.seen_stores is not None),
            "not_listed": not_listed(found),
        }


def _account_kinds(programme: Programme | None) -> list[CustomerKind]:
    """What several people can share, under any version: what was opened under an earlier one is still there."""
    if programme is None:
        return []
    known = {kind.value for version in programme.book.versions for kind in version.plan.accounts}
    return [kind for kind in ACCOUNT_KINDS if kind.value in known]


def _whom(request: HttpRequest, asked: str) -> tuple[str, tuple[Any, ...] | None]:
    """A card, telephone, e-mail or identifier is one customer; anything else is looked for among the names."""
    if not asked:
        return "", None
    if found := look_up(request, asked):
        return "", (found.customer_id,)
    return ("", ()) if "@" in asked else (asked, None)


def _rules(programme: Programme) -> list[tuple[str, str]]:
    """Of every version: a rule that is gone has given something."""
    codes = dict.fromkeys(rule.code for version in programme.versions for rule in version.document.rules)
    return sorted(((code, programme.rule_name(code)) for code in codes), key=lambda pair: pair[1])


def _person(row: CustomerRow, narrow: str) -> SafeString:
    name = row.name or _("Customer without a name")
    marker = format_html(" {}", cells.invented()) if row.is_invented else ""
    kind = ACCOUNT_KINDS.get(row.kind)
    below = format_html(
        "{}{}{}{}", kind or "", " · " if kind and row.town else "", formats.typographic(row.town), marker
    )
    if narrow:
        below = format_html('{}<span class="only-narrow">{}</span>', below, narrow)
    return cells.person(reverse("customer", args=[row.customer_id]), initials_of(name), name, below)


def _day(day: date | None) -> object:
    return format_html('<span class="nowrap">{}</span>', formats.day(day)) if day else cells.EMPTY


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]
