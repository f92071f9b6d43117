"""One customer: who they are, what they have, everything that happened, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.listing import not_a_page
from assidu.backoffice.moments import KINDS, Moment, Names, moment_of
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.reach import is_of_their_stores, require
from assidu.backoffice.their_holds import held_now
from assidu.backoffice.their_offers import their_offers
from assidu.backoffice.views.customers import ACCOUNT_KINDS, MEMBERSHIPS, initials_of
from assidu.catalogue import queries as catalogue
from assidu.customers import queries as customers
from assidu.customers.accounts import Belonging, belonging_of, family_of, kinds_of, people_of
from assidu.customers.types import Customer, CustomerKind, IdentifierKind, Identity
from assidu.decisions.decision import Account
from assidu.decisions.plan import CurrencyKind, Reward
from assidu.decisions.state import AccountKind, Membership
from assidu.decisions.tiers import Missing
from assidu.events.types import AFTER_SALE, EventType
from assidu.foundation import clock
from assidu.foundation.cursors import InvalidCursor
from assidu.foundation.people import queries as people
from assidu.foundation.people.actions import record_look
from assidu.ledger import queries as ledger
from assidu.ledger.types import Lot, Movement
from assidu.loyalty import queries
from assidu.loyalty.types import Purse, Standing, TimelineEntry
from assidu.measurement import queries as measurement
from assidu.plans.wording.life import closing_note
from assidu.plans.wording.standing import EngagementShown, engagement_shown, missing_said

MOMENTS = 30
MOVEMENTS = 50
SOON = timedelta(days=31)
THEIR_SIDE = (EventType.ACCOUNT_ENTRY, EventType.ACCOUNT_EXIT)

IDENTIFIERS: dict[IdentifierKind, tuple[Promise, str]] = {
    IdentifierKind.CARD: (gettext_lazy("Card"), "credit-card"),
    IdentifierKind.EXTERNAL: (gettext_lazy("Other system"), "link"),
    IdentifierKind.PHONE: (gettext_lazy("Telephone"), "phone"),
    IdentifierKind.EMAIL: (gettext_lazy("E-mail"), "mail"),
}
CONTACT_KINDS = (IdentifierKind.PHONE, IdentifierKind.EMAIL)
ACCOUNTS: dict[Account, Promise] = {
    Account.DEBT: gettext_lazy("owed"),
    Account.ISSUED: gettext_lazy("given"),
    Account.USED: gettext_lazy("used"),
    Account.BREAKAGE: gettext_lazy("expired"),
    Account.CORRECTED: gettext_lazy("corrected by staff"),
    Account.OPENING: gettext_lazy("from the earlier programme"),
    Account.FORFEITED: gettext_lazy("lost on leaving"),
    Account.IN_TRANSIT: gettext_lazy("merged record, shared account or gift"),
}
APART: dict[tuple[Account, Account], Promise] = {
    (Account.ISSUED, Account.PENDING): gettext_lazy("given, not yet usable"),
    (Account.OPENING, Account.PENDING): gettext_lazy("from the earlier programme, not yet usable"),
    (Account.IN_TRANSIT, Account.PENDING): gettext_lazy("merged record, not yet usable"),
    (Account.PENDING, Account.AVAILABLE): gettext_lazy("usable from now on"),
    (Account.PENDING, Account.ISSUED): gettext_lazy("taken back before it was usable"),
    (Account.PENDING, Account.BREAKAGE): gettext_lazy("expired before it was usable"),
    (Account.AVAILABLE, Account.HELD): gettext_lazy("held for a purchase"),
    (Account.HELD, Account.AVAILABLE): gettext_lazy("no longer held"),
    (Account.HELD, Account.USED): gettext_lazy("used, as held before"),
    (Account.HELD, Account.BREAKAGE): gettext_lazy("expired while held"),
}
"""Movements of what waits or is held, which cannot be used."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer as every page about them shows them; of somebody in an account (``belonging``) what that has.

    ``seen_stores`` are those of who looks (`None`: all); ``has_history``: they may see more than who it is. ``family``
    is everybody whose past is theirs too.
    """

    customer: Customer
    name: str
    store: str
    programme: Programme | None
    standing: Standing | None
    has_history: bool = True
    seen_stores: tuple[str, ...] | None = None
    belonging: Belonging | None = None
    account_name: str = ""
    family: tuple[UUID, ...] = ()
    is_store_invented: bool = False

    def is_elsewhere(self, what: EventType, store: str) -> bool:
        """Whether an event belongs to a store that who looks does not see; a ticket without a store is no store's."""
        if self.seen_stores is None or store in self.seen_stores:
            return False
        return bool(store) or what is EventType.SALE or what in AFTER_SALE

    @property
    def goods(self) -> bool:
        """Does anything wait to be handed over?"""
        purses = self.standing.purses if self.standing is not None else ()
        return any(purse.kind is CurrencyKind.GOOD and purse.available for purse in purses)

    @property
    def may_call_off(self) -> bool:
        """Does the programme let any of its rewards be called off?"""
        plan = self.programme.plan if self.programme is not None else None
        return plan is not None and any(one.cancel is not None for one in plan.rewards.values())

    @property
    def can_give(self) -> bool:
        """Does the programme let members give anything to one another?"""
        plan = self.programme.plan if self.programme is not None else None
        return plan is not None and any(one.transfers is not None for one in plan.currencies.values())

    @property
    def id(self) -> UUID:
        return self.customer.customer_id

    @property
    def initials(self) -> str:
        return "–" if self.customer.is_erased else initials_of(self.name)

    @property
    def records(self) -> tuple[UUID, ...]:
        """This record and those that turned out to be the same."""
        return (self.customer.customer_id, *self.customer.absorbed)

    @property
    def counts_as(self) -> UUID:
        """Whose balance and status are shown."""
        return self.belonging.account_id if self.belonging is not None else self.id

    @property
    def kind(self) -> str:
        """What kind of account it is, if it is one."""
        return str(ACCOUNT_KINDS.get(self.customer.kind, ""))

    @property
    def is_closed_account(self) -> bool:
        """An account is closed once the last one has left it: with it, they left the programme."""
        return self.standing is not None and self.standing.is_closed_account

    @property
    def account_kinds(self) -> tuple[AccountKind, ...]:
        """Which accounts the programme has for anybody to share."""
        return tuple(self.programme.plan.accounts) if self.programme is not None else ()

    @property
    def first_account_kind(self) -> str:
        """What the card of somebody in none is called."""
        return str(ACCOUNT_KINDS[CustomerKind(self.account_kinds[0])]) if self.account_kinds else ""

    @property
    def is_member(self) -> bool:
        return self.standing is not None and self.standing.membership is Membership.MEMBER

    @property
    def is_suspended(self) -> bool:
        return self.standing is not None and self.standing.membership is Membership.SUSPENDED

    @property
    def still_since(self) -> date | None:
        """Since when the dates of what they have do not come."""
        return self.standing.stands_still_since if self.standing is not None else None

    @property
    def regret_until(self) -> date | None:
        """The last day on which somebody who left finds everything again."""
        until = self.standing.regret_until if self.standing is not None else None
        return None if until is None else until - timedelta(days=1)

    @property
    def has_tiers(self) -> bool:
        return self.programme is not None and self.programme.plan.tiers is not None

    @property
    def has_audiences(self) -> bool:
        return self.programme is not None and bool(self.programme.plan.audiences)

    @property
    def closing_note(self) -> str:
        """Until when to earn and to use, where the end of the programme is announced."""
        if self.programme is None or self.standing is None:
            return ""
        return closing_note(self.programme.document, self.standing.today, self.programme.phrases)

    @property
    def has_terms(self) -> bool:
        return self.programme is not None and bool(self.programme.plan.terms)

    @property
    def has_referral(self) -> bool:
        return self.programme is not None and self.programme.plan.referral is not None

    @property
    def tier(self) -> str | None:
        return self.standing.tiers.tier if self.standing and self.standing.tiers else None

    @property
    def tier_name(self) -> str:
        return self.programme.tier_name(self.tier) if self.programme else ""

    @property
    def benefits(self) -> list[str]:
        """What their status brings besides."""
        return self.programme.benefits(self.tier) if self.programme else []

    @property
    def engagement(self) -> EngagementShown | None:
        """Where the programme counts it."""
        found = self.standing.engagement if self.standing is not None else None
        if found is None or self.programme is None:
            return None
        return engagement_shown(found, self.programme.phrases)

    @property
    def tier_tone(self) -> str:
        return self.programme.tier_tone(self.tier) if self.programme else ""

    @property
    def membership(self) -> str:
        return str(MEMBERSHIPS[self.standing.membership if self.standing else Membership.NONE])


def known(
    request: HttpRequest,
    customer_id: UUID,
    page: str,
    *,
    with_contact: bool = False,
    needs_history: bool = False,
) -> Known:
    """A customer, or no such page. Whoever is loaded is looked at: it is kept here, so that no page forgets it.

    Raises `OtherStore` where who asks may not see them, or, if the page ``needs_history``, not what they did.
    """
    found = customers.customer(customer_id, with_contact=with_contact)
    if found is None:
        raise Http404
    has_history = require(request, found.merged_into or customer_id, needs_history=needs_history)
    record_look(actor_at(request), customer_id, page)
    unnamed = ACCOUNT_KINDS.get(found.kind) or _("Customer without a name")
    name = _("Erased customer") if found.is_erased else found.name or str(unnamed)
    store = next((one for one in catalogue.stores() if one.store_id == found.store), None)
    belonging = belonging_of(customer_id)
    counts_as = customer_id if belonging is None else belonging.account_id
    return Known(
        found,
        name,
        found.store if store is None else formats.typographic(store.name),
        programme_at(request),
        queries.standing(counts_as, clock.now()),
        has_history,
        signed_in(request).seen_stores,
        belonging,
        "" if belonging is None else account_name(belonging.account_id),
        family_of(customer_id),
        store is not None and store.is_invented,
    )


def store_names() -> dict[str, str]:
    return {store.store_id: formats.typographic(store.name) for store in catalogue.stores()}


def account_name(account_id: UUID) -> str:
    found = customers.customer(account_id)
    assert found is not None, "people belong to what there is"
    return _called(found.kind, found.name)


def _called(kind: CustomerKind, name: str) -> str:
    """« Foyer Béraud », also when the name says so itself; of an account without a name, what it is."""
    what = str(ACCOUNT_KINDS.get(kind, ""))
    return name if name.casefold().startswith(what.casefold()) else f"{what} {name}".strip()


@allowed("customers.view")
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponseBase:
    person = signed_in(request)
    may_contact = person.may("customers.contact")
    shown = known(request, customer_id, "customer", with_contact=may_contact)
    if (survivor := _survivor(request, shown)) is not None:
        return survivor
    may_contact = may_contact and shown.has_history
    kind = request.GET.get("kind", "")
    stretch = _moments(shown, kind if kind in KINDS else "", request.GET.get("cursor", ""))
    context: dict[str, Any] = {"shown": shown, "kind": kind, **stretch}
    if request.headers.get("HX-Request-Type") == "partial" and request.GET.get("cursor"):
        return render(request, "backoffice/parts/moments.html", context)
    if request.headers.get("HX-Request-Type") == "partial":
        return render(request, "backoffice/parts/timeline.html", context | {"kinds": _kinds(shown, kind)})
    today = shown.programme.today if shown.programme else clock.now().date()
    year = (today.replace(day=1) - timedelta(days=334)).replace(day=1)
    family = family_of(shown.counts_as)
    spending = measurement.spending(family, year, today) if shown.has_history else None
    context |= {
        "tab": "timeline",
        "kinds": _kinds(shown, kind),
        "spending": spending,
        "today": today,
        "purses": _purses(shown),
        "batches": _batches(shown, today),
        "path": _path(shown),
        "identities": _identities(shown, may_contact) if shown.has_history else [],
        "may_contact": may_contact,
        "duplicates": [
            one
            for one in customers.possible_duplicates(customer_id)
            if is_of_their_stores(person, one.other_id)
        ],
        "absorbed": customers.names_of(shown.customer.absorbed),
        "rewards": _rewards(shown, person.seen_stores),
        "last_purchase": _last_purchase(shown, family),
        "people": people_of(shown.counts_as),
        "may_edit_account": person.may("customers.edit") and shown.has_history,
        "held": held_now(shown.id, shown.programme) if shown.programme and shown.has_history else [],
        "offers": their_offers(shown.id, shown.programme) if shown.programme and shown.is_member else None,
    }
    return render(request, "backoffice/customer.html", context)


@allowed("customers.view")
def statement(request: HttpRequest, customer_id: UUID) -> HttpResponseBase:
    shown = known(request, customer_id, "statement", needs_history=True)
    if (survivor := _survivor(request, shown)) is not None:
        return survivor
    programme = shown.programme
    currencies = [purse.currency for purse in shown.standing.purses] if shown.standing else []
    asked = request.GET.get("currency", "")
    currency = asked if asked in currencies else next(iter(currencies), "")
    whose = shown.counts_as
    cursor, left_out = request.GET.get("cursor", ""), []
    try:
        page = ledger.statement(whose, currency=currency, cursor=cursor, limit=MOVEMENTS)
    except InvalidCursor:
        left_out, cursor = [not_a_page(cursor)], ""
        page = ledger.statement(whose, currency=currency, limit=MOVEMENTS)
    base = reverse("customer-statement", args=[customer_id])
    context = {
        "shown": shown,
        "tab": "statement",
        "lines": _lines(page.movements, shown, programme) if programme else [],
        "birth": _birth(whose, currency, programme) if programme and not page.next else None,
        "currencies": [
            (code, programme.currency_name(code), f"{base}?{urlencode({'currency': code})}", code == currency)
            for code in currencies
        ]
        if programme
        else [],
        "next": f"?{urlencode({'currency': currency, 'cursor': page.next})}" if page.next else "",
        "first": f"?{urlencode({'currency': currency})}" if cursor else "",
        "left_out": left_out,
    }
    return render(request, "backoffice/statement.html", context)


def _last_purchase(shown: Known, family: tuple[UUID, ...]) -> date | None:
    """Also where only somebody bought who has entered since, or was merged."""
    standing = shown.standing
    if standing is None or standing.last_purchase or not standing.purchases:
        return standing.last_purchase if standing else None
    found = queries.timeline(family, types=(EventType.SALE,), limit=1)
    return found.entries[0].day if found.entries else None


def _survivor(request: HttpRequest, shown: Known) -> HttpResponse | None:
    """Whoever was merged is looked at on the page of who they turned out to be."""
    survivor = shown.customer.merged_into
    if survivor is None:
        return None
    messages.info(request, _("This record was merged: here is the one that it became."))
    return redirect("customer", survivor)


# ---------------------------------------------------------------- what happened


def names_for(entries: Sequence[TimelineEntry]) -> Names:
    named = {one for entry in entries for one in (entry.other, entry.member, entry.customer_id) if one}
    kinds = kinds_of(named)
    by = [identity for entry in entries if (identity := _uuid(entry.body.get("by")))]
    return Names(
        stores=store_names(),
        customers={one: _called(kinds[one], name) for one, name in customers.names_of(named).items()},
        people={str(key): name for key, name in people.names_of(by).items()} if by else {},
    )


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _moments(shown: Known, kind: str, cursor: str) -> dict[str, Any]:
    programme = shown.programme
    if programme is None or not shown.has_history:
        return {"months": [], "next_address": "", "left_out": []}
    types = KINDS[kind][1] if kind else ()
    shared = queries.accounts_ever(shown.family)
    left_out: list[tuple[str, str]] = []
    try:
        found = queries.timeline(shown.family, shared=shared, types=types, cursor=cursor, limit=MOMENTS)
    except InvalidCursor:
        left_out, cursor = [not_a_page(cursor)], ""
        found = queries.timeline(shown.family, shared=shared, types=types, limit=MOMENTS)
    names = names_for(found.entries)
    months: list[tuple[date, list[Moment]]] = []
    for entry in found.entries:
        if entry.type in THEIR_SIDE and entry.other == shown.id:
            continue  # the account's side tells it
        month = entry.day.replace(day=1)
        if not months or months[-1][0] != month:
            months.append((month, []))
        moment = moment_of(entry, programme, names)
        if shown.is_elsewhere(entry.type, entry.store):
            moment = replace(moment, detail=_("not in your stores"), address="")
        elif told_of := whose_moment(entry, shown, names):
            moment = replace(moment, detail=" · ".join(part for part in (told_of, moment.detail) if part))
        months[-1][1].append(moment)
    address = ""
    if found.next:
        after = ({"kind": kind} if kind else {}) | {"cursor": found.next}
        address = f"{reverse('customer', args=[shown.id])}?{urlencode(after)}"
    return {"months": months, "next_address": address, "is_continued": bool(cursor), "left_out": left_out}


def whose_moment(entry: TimelineEntry, shown: Known, names: Names) -> str:
    """Who of an account it was told of; on their own page, which account it was told to."""
    if entry.customer_id not in shown.family:
        return names.customers.get(entry.customer_id, "")
    if entry.type is EventType.TICK and entry.customer_id in shown.customer.absorbed:
        return _("of the record merged since")  # each of two had its own, of one day too
    whose = entry.member or entry.customer_id
    return "" if whose in shown.records else names.customers.get(whose, "")


def _kinds(shown: Known, chosen: str) -> list[tuple[str | Promise, str, bool]]:
    base = reverse("customer", args=[shown.id])
    return [
        (_("All"), base, chosen not in KINDS),
        *((label, f"{base}?kind={kind}", kind == chosen) for kind, (label, _types) in KINDS.items()),
    ]


# ---------------------------------------------------------------- what they have


def _purses(shown: Known) -> list[dict[str, Any]]:
    programme, standing = shown.programme, shown.standing
    if programme is None or standing is None:
        return []
    told = []
    still_since = standing.stands_still_since
    for purse in standing.purses:
        if not purse.is_worth_telling:
            continue
        told.append(
            {
                "name": programme.currency_name(purse.currency),
                "quantity": programme.quantity(purse.available, purse.currency),
                "worth": programme.money(purse.worth_minor) if purse.worth_minor else "",
                "note": _expiry_note(purse, programme, still_since),
                "pending": _pending_note(purse, programme, still_since),
                "held": programme.units(purse.held, purse.currency) if purse.held else "",
                "debt": programme.units(purse.debt, purse.currency) if purse.debt else "",
                "icon": PURSES.get(purse.kind, "coins"),
            }
        )
    return told


def _pending_note(purse: Purse, programme: Programme, still_since: date | None) -> str:
    """« 120 points à venir, dont 80 le 16 mars 2026 »."""
    units = programme.units(purse.pending, purse.currency)
    if purse.awaits and purse.pending:
        event = programme.phrases.activity_name(purse.awaits)
        return _("%(units)s usable after the event “%(event)s”") % {"units": units, "event": event}
    if purse.next_activation is None:
        return ""
    if still_since is not None:
        return _("%(units)s to come, once the membership is resumed") % {"units": units}
    values = {
        "units": units,
        "first": programme.quantity(purse.next_activation_quantity, purse.currency),
        "day": formats.day(purse.next_activation),
    }
    if purse.next_activation_quantity == purse.pending:
        return _("%(units)s usable from %(day)s") % values
    return _("%(units)s to come, %(first)s of them from %(day)s") % values


def _expiry_note(purse: Purse, programme: Programme, still_since: date | None) -> str:
    if purse.next_expiry is None:
        return ""
    if still_since is not None:
        return formats.still(still_since)
    units = programme.units(purse.next_expiry_quantity, purse.currency)
    return f"{units}, {formats.until(last_day(purse.next_expiry), programme.today)}"


PURSES = {
    CurrencyKind.VOUCHER: "ticket",
    CurrencyKind.BADGE: "award",
    CurrencyKind.GOOD: "gift",
    CurrencyKind.ENTRY: "sparkles",
}


def last_day(expires_on: date) -> date:
    """The last day on which units can still be used."""
    return expires_on - timedelta(days=1)


def _batches(shown: Known, today: date) -> list[dict[str, Any]]:
    """What expires together, the first to expire first."""
    programme, standing = shown.programme, shown.standing
    if programme is None or standing is None:
        return []
    together: dict[tuple[str, date | None], list[Lot]] = {}
    for lot in standing.lots:
        together.setdefault((lot.currency, lot.expires_on), []).append(lot)
    return [
        {
            "units": programme.units(sum(lot.remaining for lot in lots), currency),
            "until": last_day(expires_on) if expires_on else None,
            "earned": [lot.issued_month for lot in lots],
            "left": _days_left(expires_on, standing.stands_still_since),
            "is_soon": expires_on is not None and expires_on - today <= SOON,
            "soon": formats.soon(last_day(expires_on), today) if expires_on else "",
        }
        for (currency, expires_on), lots in sorted(
            together.items(), key=lambda pair: (pair[0][1] or date.max, pair[0][0])
        )
    ]


def _days_left(expires_on: date | None, still_since: date | None) -> str:
    """While the membership is suspended: for how long units can be used from the day on which it is resumed."""
    if expires_on is None or still_since is None:
        return ""
    days = (expires_on - still_since).days
    left = ngettext("for %(n)s day once resumed", "for %(n)s days once resumed", days)
    return left % {"n": formats.number(days)}


def _path(shown: Known) -> dict[str, Any] | None:
    """The way to the next status."""
    programme, tiers = shown.programme, shown.standing.tiers if shown.standing else None
    if programme is None or tiers is None:
        return None
    return {
        "spend_minor": tiers.spend_minor,
        "spend": programme.money(tiers.spend_minor),
        "next": programme.tier_name(tiers.next_tier) if tiers.next_tier else "",
        "next_tone": programme.tier_tone(tiers.next_tier) if tiers.next_tier else "",
        "from_minor": tiers.next_from_minor,
        "from": programme.money(tiers.next_from_minor),
        "missing": missing_to(tiers.to_climb, programme),
        "to_stay": missing_to(tiers.to_stay, programme),
        "window": _window(programme),
        "is_by_spend": tiers.next_from_minor > 0,
        "since": tiers.since,
        "until": last_day(tiers.until) if tiers.until else None,
    }


def _window(programme: Programme) -> str:
    """The months whose spend counts for a status."""
    tiers = programme.document.tiers
    return "" if tiers is None else formats.typographic(programme.phrases.window(tiers.window))


def missing_to(missing: Missing | None, programme: Programme) -> str:
    if missing is None:
        return ""
    return formats.typographic(missing_said(missing, programme.document, programme.language))


def is_given_to(reward: Reward, stores: tuple[str, ...] | None) -> bool:
    """May somebody of these stores ask for it? Whoever is bound to none says in which store with the reward."""
    if stores is None:
        return True
    return any(reward.is_given_at(store, "store" if store else "service") for store in stores or ("",))


def _rewards(shown: Known, stores: tuple[str, ...] | None) -> list[str]:
    """What they could ask for now, of somebody of these stores."""
    programme, standing = shown.programme, shown.standing
    if programme is None or standing is None or not shown.is_member:
        return []
    return [
        code
        for code, reward in programme.plan.rewards.items()
        if standing.available(reward.currency) >= reward.cost and is_given_to(reward, stores)
    ]


def _identities(shown: Known, may_contact: bool) -> list[dict[str, Any]]:
    if shown.customer.is_erased:
        return []
    return [
        {
            "label": IDENTIFIERS[one.kind][0],
            "icon": IDENTIFIERS[one.kind][1],
            "value": _shown_value(one, may_contact),
            "source": one.source,
            "added_at": one.added_at,
        }
        for one in customers.identities(shown.records)
    ]


def _shown_value(identity: Identity, may_contact: bool) -> str:
    if identity.kind in CONTACT_KINDS and not may_contact:
        return _("hidden")
    if identity.kind is IdentifierKind.PHONE and identity.value:
        return formats.phone(identity.value)
    return identity.value or _("known, not kept in clear")


# ---------------------------------------------------------------- the statement


def _lines(movements: Sequence[Movement], shown: Known, programme: Programme) -> list[dict[str, Any]]:
    """Lines of other stores lead nowhere: what was bought there is not shown."""
    crossings = _crossings(movements, programme)
    lines = [_line(movement, programme, crossings, shown.still_since) for movement in movements]
    if shown.seen_stores is None:
        return lines
    places = queries.places_of({(movement.customer_id, movement.seq) for movement in movements})
    reversed_ones = {(m.customer_id, m.reverses[0]) for m in movements if m.reverses}
    places |= queries.places_of(reversed_ones)
    for movement, line in zip(movements, lines, strict=True):
        if shown.is_elsewhere(*places[movement.customer_id, movement.seq]):
            line["address"] = ""
        if movement.reverses and shown.is_elsewhere(*places[movement.customer_id, movement.reverses[0]]):
            line["reverses"] = ""
    return lines


def _crossings(movements: Sequence[Movement], programme: Programme) -> dict[int, str]:
    """By ``seq``: what came from another record or account or went to one, and whose it was."""
    found = {}
    for customer_id, seq in {
        (m.customer_id, m.seq) for m in movements if Account.IN_TRANSIT in (m.source, m.target)
    }:
        entry = queries.entry(customer_id, seq)
        assert entry is not None, "a movement is of an event"
        names = names_for([entry])
        parts = [moment_of(entry, programme, names).title]
        if entry.other is not None and entry.other in names.customers:
            parts.append(names.customers[entry.other])
        found[seq] = " · ".join(parts)
    return found


def _birth(whose: UUID, currency: str, programme: Programme) -> dict[str, Any] | None:
    """With what and when the books of a customer begin: with nothing, or what they brought would not add up."""
    entry = queries.entry(whose, 1)
    if entry is None or not currency:
        return None
    title = moment_of(entry, programme, names_for([entry])).title
    return {"day": entry.day, "what": title, "balance": programme.quantity(0, currency)}


def _line(
    movement: Movement, programme: Programme, crossings: Mapping[int, str], still_since: date | None
) -> dict[str, Any]:
    if movement.change:
        far = movement.source if movement.change > 0 else movement.target
    else:
        far = movement.target if movement.source is Account.DEBT else movement.source
    what: str | Promise | None = APART.get((movement.source, movement.target))
    if what is None:
        what = ACCOUNTS.get(far, far.name.lower())
    if movement.change < 0 and far is Account.ISSUED:
        what = gettext_lazy("taken back")
    elif movement.change > 0 and far is Account.USED:
        what = gettext_lazy("given back")
    elif Account.IN_TRANSIT in (movement.source, movement.target):
        what = crossings.get(movement.seq, what)
    is_in = movement.source is Account.DEBT or movement.target is Account.PENDING
    quantity = movement.change or (movement.quantity if is_in else -movement.quantity)
    known = programme.phrases.currencies.get(movement.currency)
    awaited = None if known is None or known.pending is None else known.pending.until_event
    event = programme.phrases.activity_name(awaited) if awaited else ""
    usable_from = movement.active_on if movement.target is Account.PENDING and not event else None
    waits_still = usable_from is not None and still_since is not None and usable_from > still_since
    return {
        "day": movement.day,
        "what": what,
        "is_apart": not movement.change,
        "from": None if waits_still else usable_from,
        "from_resumed": usable_from if waits_still else None,
        "after": event if movement.target is Account.PENDING else "",
        "change": programme.change(quantity, movement.currency),
        "tone": "muted" if not movement.change else "plus" if quantity > 0 else "minus",
        "balance": programme.quantity(movement.balance, movement.currency),
        "debt": programme.quantity(movement.debt, movement.currency) if movement.debt else "",
        "issued": movement.issued_month,
        "until": last_day(movement.expires_on) if movement.expires_on else None,
        "reverses": reverse("customer-event", args=[movement.customer_id, movement.reverses[0]])
        if movement.reverses
        else "",
        "address": reverse("customer-event", args=[movement.customer_id, movement.seq]),
    }
