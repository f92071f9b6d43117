"""The till's page: scan a card or type a telephone, say one line, confirm with the ticket. Scanner and keyboard alone.

Each form is answered with the part of the page that changes; without scripts, with the whole page. Nothing that
names a customer is ever in an address.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.offers_at_till import TillOffers, offers_at_till
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.reach import OtherStore, is_of_their_stores, look_up, require
from assidu.backoffice.saying import line_to_say
from assidu.backoffice.typed import WholeField, plain
from assidu.backoffice.views.customer import PURSES, account_name, last_day, missing_to
from assidu.backoffice.views.customer_actions import OnceForm
from assidu.backoffice.views.customers import MEMBERSHIPS, initials_of
from assidu.catalogue import queries as catalogue
from assidu.customers import queries as customers
from assidu.customers.accounts import account_of, family_of
from assidu.customers.identifiers import normalise
from assidu.customers.near import is_misread, near
from assidu.customers.queries import counts_as
from assidu.customers.types import Customer, Identifier, IdentifierKind, NotAnIdentifier
from assidu.decisions.calendar import local_day
from assidu.decisions.events import Sale
from assidu.decisions.plan import CurrencyKind
from assidu.decisions.state import Membership
from assidu.decisions.terms import terms_shown
from assidu.events.types import EventKey
from assidu.events.wire import NAME_LENGTH_MAX, Profile, Subject
from assidu.foundation import clock
from assidu.foundation.people import actions as people
from assidu.loyalty import actions, queries
from assidu.loyalty.attaching import (
    ClaimRefusal,
    ClaimRefused,
    Paid,
    Proof,
    attach_ticket,
    record_typed_ticket,
)
from assidu.loyalty.customer_offers import activate_offer
from assidu.loyalty.entries import Outcome, Told
from assidu.loyalty.types import Standing
from assidu.loyalty.wording import exchange_said
from assidu.plans.wording import Language, language_of, receipt, short_receipt

PART = "X-Caisse-Part"
STORE = "caisse_store"
AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?\Z")
AMOUNT_MINOR_MAX = 10_000_000
ASKED_MAX = 120
NEAR_MAX = 3
IN_LANGUAGE = {Language.FR: gettext_lazy("in French"), Language.EN: gettext_lazy("in English")}
KINDS = (IdentifierKind.CARD, IdentifierKind.PHONE, IdentifierKind.EMAIL)


# ---------------------------------------------------------------- forms


class TicketForm(OnceForm):
    """The ticket that ends the visit, or one that was forgotten."""

    customer = forms.UUIDField(widget=forms.HiddenInput)
    ticket = forms.CharField(
        label=gettext_lazy("Ticket number"),
        max_length=NAME_LENGTH_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-next": True}),
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Money"), required=False)
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    store = forms.ChoiceField(label=gettext_lazy("Store"))

    def __init__(
        self,
        *args: Any,
        programme: Programme,
        uses: "list[Use]",
        stores: list[tuple[str, str]],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.uses = uses
        self.fields["store"].choices = stores  # type: ignore[attr-defined]
        money = programme.document.sale_currency
        self.decimals = {"": money.decimals, **programme.plan.money.foreign}
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            (code, code or money.code) for code in self.decimals
        ]
        for use in uses:
            self.fields[use.field] = WholeField(
                label=use.label,
                help_text=use.note,
                min_value=0,
                max_value=use.available,
                required=False,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "0"}
                ),
            )

    @property
    def use_fields(self) -> list[forms.BoundField]:
        return [self[use.field] for use in self.uses]

    @property
    def is_of_another_day(self) -> bool:
        """Whether day and store are worth showing: they were changed, or are wrong."""
        if not self.is_bound:
            return False
        return bool({"day", "store"} & {*self.errors, *self.changed_data})

    @property
    def payments(self) -> list[Paid]:
        asked = ((use.currency, self.cleaned_data.get(use.field)) for use in self.uses)
        return [Paid(currency, quantity) for currency, quantity in asked if quantity]

    def clean_ticket(self) -> str:
        return str(self.cleaned_data["ticket"]).strip()

    def clean_day(self) -> date:
        chosen: date = self.cleaned_data["day"]
        if chosen > self.programme.today:
            raise forms.ValidationError(_("This day is still to come."))
        return chosen

    def _minor(self, written: str, decimals: int) -> int | None:
        text = plain(written).strip("€")
        if not text:
            return None
        minor = Decimal(text).scaleb(decimals) if AMOUNT.match(text) else Decimal(0)
        if minor != int(minor) or not 0 < minor <= AMOUNT_MINOR_MAX:
            raise forms.ValidationError(_("Write the amount in figures, for example 42.50."))
        return int(minor)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            decimals = self.decimals[cleaned.get("currency") or ""]
            cleaned["amount"] = self._minor(cleaned.get("amount") or "", decimals)
        except forms.ValidationError as error:
            self.add_error("amount", error)
        if not self.errors and not cleaned.get("ticket") and cleaned.get("amount") is None:
            self.add_error("ticket", _("Scan or type the ticket's number."))
        return cleaned


class ActivateForm(OnceForm):
    """An offer that the customer may activate, by its code; sent again after it was used, it is answered as before."""

    offer = forms.ChoiceField()

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [(code, code) for code in programme.phrases.offers]  # type: ignore[attr-defined]


class JoinForm(OnceForm):
    """Somebody at the till becomes a member, with the card that was just scanned or the telephone just typed."""

    asked = forms.CharField(widget=forms.HiddenInput, max_length=ASKED_MAX)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30, required=False)
    accepts = forms.BooleanField(
        label=gettext_lazy("Has read and accepts the terms of the programme"),
        error_messages={"required": gettext_lazy("Nobody joins without having accepted the terms.")},
    )

    def clean_phone(self) -> str:
        written = str(self.cleaned_data["phone"])
        if written and isinstance(normalise(IdentifierKind.PHONE, written), NotAnIdentifier):
            raise forms.ValidationError(_("This is not a complete telephone number."))
        return written


# ---------------------------------------------------------------- who stands at the till


@dataclass(frozen=True, slots=True)
class Use:
    """A currency that the customer may pay with: vouchers before points."""

    currency: str
    available: int
    label: str
    note: str
    is_voucher: bool

    @property
    def field(self) -> str:
        return f"use-{self.currency}"


@dataclass(frozen=True)
class Shown:
    """A customer as the page of the till in ``store`` shows them; of somebody in an account, with what that has."""

    customer: Customer
    programme: Programme
    standing: Standing | None
    account_name: str = ""
    store: str = ""

    @cached_property
    def offers(self) -> TillOffers | None:
        return offers_at_till(self.customer.customer_id, self.programme, self.store)

    @property
    def name(self) -> str:
        return self.customer.name or _("Customer without a name")

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    @property
    def is_member(self) -> bool:
        return self.standing is not None and self.standing.membership is Membership.MEMBER

    @property
    def is_suspended(self) -> bool:
        return self.standing is not None and self.standing.membership is Membership.SUSPENDED

    @property
    def still_since(self) -> date | None:
        return self.standing.stands_still_since if self.standing is not None else None

    @property
    def membership(self) -> str:
        return str(MEMBERSHIPS[self.standing.membership if self.standing else Membership.NONE])

    @property
    def tier(self) -> str:
        tiers = self.standing.tiers if self.standing and self.is_member else None
        return tiers.tier or "" if tiers else ""

    @property
    def tier_name(self) -> str:
        return self.programme.tier_name(self.tier)

    @property
    def tier_tone(self) -> str:
        return self.programme.tier_tone(self.tier)

    @property
    def benefits(self) -> list[str]:
        return self.programme.benefits(self.tier)

    @property
    def spoken(self) -> Language:
        """The customer's language, in which they are spoken to; the cashier's where nobody knows it."""
        return language_of(self.customer.language, self.programme.language)

    @property
    def in_language(self) -> str:
        """“in English”, for a cashier who reads another language than the customer's; else empty."""
        return "" if self.spoken is self.programme.language else str(IN_LANGUAGE[self.spoken])

    @property
    def saying(self) -> str:
        with translation.override(self.spoken.value):
            spoken = replace(self.programme, language=self.spoken)
            return formats.typographic(line_to_say(self.standing, spoken, self.store))

    @property
    def path(self) -> dict[str, Any] | None:
        """What is missing to the next status."""
        tiers = self.standing.tiers if self.standing and self.is_member else None
        if tiers is None:
            return None
        return {
            "next": self.programme.tier_name(tiers.next_tier),
            "tone": self.programme.tier_tone(tiers.next_tier),
            "missing": missing_to(tiers.to_climb, self.programme),
            "keep": missing_to(tiers.to_stay, self.programme),
            "until": last_day(tiers.until) if tiers.until else None,
            "spend_minor": tiers.spend_minor,
            "from_minor": tiers.next_from_minor,
        }

    @property
    def purses(self) -> list[dict[str, str]]:
        """Whatever there is something of: what can be used, what it is worth, until when."""
        if self.standing is None:
            return []
        return [
            {
                "name": self.programme.currency_name(purse.currency),
                "quantity": self.programme.quantity(purse.available, purse.currency),
                "worth": self.programme.money(purse.worth_minor) if purse.worth_minor else "",
                "until": self._until(purse.next_expiry, purse.next_expiry_quantity, purse.currency)
                if purse.next_expiry
                else "",
                "icon": PURSES.get(purse.kind, "coins"),
            }
            for purse in self.standing.purses
            if purse.available
        ]

    def _until(self, expires_on: date, quantity: int, currency: str) -> str:
        if (since := self.still_since) is not None:
            return formats.still(since)
        units = self.programme.units(quantity, currency)
        return f"{units}, {formats.until(expires_on - timedelta(days=1), self.programme.today)}"

    @property
    def uses(self) -> list[Use]:
        if self.standing is None or not self.is_member:
            return []
        found = []
        for purse in self.standing.purses:
            known = self.programme.plan.currencies.get(purse.currency)
            if known is None or not known.pays or purse.available < max(1, known.pays_at_least):
                continue
            note = _("of %(available)s") % {
                "available": self.programme.units(purse.available, purse.currency)
            }
            if purse.worth_minor:
                note += f" ({self.programme.money(purse.worth_minor)})"
            is_voucher = purse.kind is CurrencyKind.VOUCHER
            label = self.programme.currency_name(purse.currency)
            found.append(
                Use(purse.currency, purse.available, label[:1].upper() + label[1:], note, is_voucher)
            )
        return sorted(found, key=lambda use: not use.is_voucher)


@dataclass(frozen=True, slots=True)
class Near:
    """A number that differs from what was typed by one slip, and the initials of who has it."""

    value: str
    shown: str
    initials: str


# ---------------------------------------------------------------- the page and its parts


@require_GET
@allowed("customers.edit")
def caisse(request: HttpRequest) -> HttpResponse:
    _programme(request)
    return _answer(request, {"state": "idle"})


@require_POST
@allowed("customers.edit")
def find(request: HttpRequest) -> HttpResponse:
    """Who this card, telephone or e-mail belongs to."""
    programme = _programme(request)
    if (store := request.POST.get("store", "")) in dict(_stores(request)):
        request.session[STORE] = store
    asked = request.POST.get("who", "").strip()[:ASKED_MAX]
    if not asked:
        return _answer(request, {"state": "idle"})
    found = look_up(request, asked)
    if found is not None and not _is_a_slip(asked, found.customer_id):
        return _customer(request, found.customer_id, programme)
    return _unknown(request, asked)


def _is_a_slip(asked: str, customer_id: UUID) -> bool:
    """Has a till that misread a card told a ticket with it, and is that all that is known of whom it then opened?"""
    identifier = _identifier(asked)
    if identifier is None or not is_misread(identifier):
        return False
    found = customers.customer(customer_id)
    known = queries.standing(customer_id, clock.now())
    return found is not None and not found.name and (known is None or known.membership is Membership.NONE)


@require_POST
@allowed("customers.edit")
def ticket(request: HttpRequest) -> HttpResponse:
    """Confirm with a ticket: one that waits without a customer, a new one, or one of another day."""
    programme = _programme(request)
    shown = _shown(request, programme)
    if shown is None:
        return _answer(request, {"state": "idle", "notice": _("Scan the card once more.")})
    form = _form(request, shown, request.POST)
    if (other := _scanned_instead(request, shown)) is not None:
        return _customer(request, other, programme)
    if form.is_valid():
        outcome = _confirm(request, shown, form)
        if isinstance(outcome, Told):
            return _done(request, shown, outcome)
        if outcome is None:
            form.add_error("amount", _("The till has not told this ticket yet: type its amount."))
        elif isinstance(outcome, ClaimRefused):
            form.add_error("ticket", outcome.said(programme.language))
        else:
            form.refuse(outcome, programme)
    return _answer(request, {"state": "customer", "shown": shown, "form": form}, status=422)


@require_POST
@allowed("customers.edit")
def activate(request: HttpRequest) -> HttpResponse:
    """An offer activated in the customer's name, before their ticket is paid."""
    programme = _programme(request)
    shown = _shown(request, programme)
    if shown is None:
        return _answer(request, {"state": "idle", "notice": _("Scan the card once more.")})
    asked, customer_id = ActivateForm(request.POST, programme=programme), shown.customer.customer_id
    if asked.is_valid():
        offer, by = asked.cleaned_data["offer"], actor_at(request)
        with transaction.atomic():
            outcome = activate_offer(
                customer_id, offer, by=by, at=clock.now(), programme=programme.code,
                channel="store", event_id=asked.cleaned_data["event"],
            )  # fmt: skip
            if isinstance(outcome, Told) and outcome.is_new:
                after = {"offer": offer, "event": outcome.key.id}
                people.record(by, "offer.activated", "customer", str(customer_id), after=after)
        if isinstance(outcome, Told):
            name = programme.phrases.text(programme.phrases.offers[offer].name)
            notice = _("%(offer)s: activated, this ticket can have it.") % {"offer": name}
            return _customer(request, customer_id, programme, notice)
        asked.refuse(outcome, programme)
    context = {"state": "customer", "shown": shown, "form": _form(request, shown), "activating": asked}
    return _answer(request, context, status=422)


@require_POST
@allowed("customers.edit")
def join(request: HttpRequest) -> HttpResponse:
    """Nobody had the card: now somebody has."""
    programme = _programme(request)
    form = JoinForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        identifier = _identifier(asked["asked"])
        if identifier is None:
            return _unknown(request, asked["asked"])
        profile = Profile(
            first_name=asked["first_name"],
            last_name=asked["last_name"],
            email=asked["email"] or (identifier.value if identifier.kind is IdentifierKind.EMAIL else ""),
            phone=asked["phone"] or (identifier.value if identifier.kind is IdentifierKind.PHONE else ""),
            card=identifier.value if identifier.kind is IdentifierKind.CARD else "",
            language=request.LANGUAGE_CODE,
        )
        with transaction.atomic():
            outcome = actions.join(
                Subject(identifier.kind.value, identifier.value),
                store=_store(request),
                channel="store",
                terms_version=terms_shown(programme.plan, local_day(clock.now(), programme.plan.zone)),
                profile=profile,
                at=clock.now(),
                programme=programme.code,
                event_id=asked["event"],
            )
            if isinstance(outcome, Told) and outcome.is_new:
                people.record(actor_at(request), "customer.joined", "customer", str(outcome.customer_id))
        if isinstance(outcome, Told):
            look_up(request, asked["asked"])  # a look that opens what follows, and is kept
            return _customer(request, outcome.customer_id, programme, _("Welcome: a member from now on."))
        form.refuse(outcome, programme)
    context = _of_nobody(request, request.POST.get("asked", ""), form)
    return _answer(request, context | {"may_join": True}, status=422)


# ---------------------------------------------------------------- steps


def _programme(request: HttpRequest) -> Programme:
    programme = programme_at(request)
    if programme is None:
        raise Http404  # before the first programme there is nothing to serve
    return programme


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    is_part = PART in request.headers
    template = "backoffice/parts/caisse_desk.html" if is_part else "backoffice/caisse.html"
    page = {"stores": _stores(request), "store": _store(request)}
    return render(request, template, page | context, status=status)


def _customer(
    request: HttpRequest, customer_id: UUID, programme: Programme, notice: str = ""
) -> HttpResponse:
    people.record_look(actor_at(request), customer_id, "caisse")
    found = customers.customer(customer_id)
    assert found is not None, "somebody has just been found"
    shown = _shown_as(request, found, programme)
    context = {"state": "customer", "shown": shown, "form": _form(request, shown), "notice": notice}
    return _answer(request, context)


def _unknown(request: HttpRequest, asked: str) -> HttpResponse:
    identifier = _identifier(asked)
    form = JoinForm(initial={"asked": asked})
    if identifier is not None and identifier.kind is not IdentifierKind.CARD:
        form.fields[identifier.kind.value].initial = identifier.value
    return _answer(request, _of_nobody(request, asked, form), status=404)


def _of_nobody(request: HttpRequest, asked: str, form: JoinForm) -> dict[str, Any]:
    """What is shown of a number that nobody has, and the form to join with it."""
    identifier = _identifier(asked)
    context = {"state": "unknown", "asked": asked, "join": form, "may_join": identifier is not None}
    if identifier is not None:
        found = near(identifier) if signed_in(request).may("customers.contact") else []
        theirs = {one for _near, one in found if is_of_their_stores(signed_in(request), one)}
        context |= {
            "is_card": identifier.kind is IdentifierKind.CARD,
            "is_misread": is_misread(identifier),
            "near": _near(request, [pair for pair in found if pair[1] in theirs]),
            "is_near_elsewhere": _is_near_elsewhere(
                request, identifier, [pair for pair in found if pair[1] not in theirs]
            ),
        }
    return context


def _near(request: HttpRequest, of_theirs: Sequence[tuple[Identifier, UUID]]) -> list[Near]:
    """Whose number it may be, mistyped: of those whom this person reaches, and by their initials."""
    reached = of_theirs[:NEAR_MAX]
    for _one, customer_id in reached:
        people.record_look(actor_at(request), customer_id, "near")
    names = customers.names_of([customer_id for _, customer_id in reached])
    return [
        Near(
            one.value,
            formats.phone(one.value) if one.kind is IdentifierKind.PHONE else one.value,
            initials_of(names[customer_id]) if names.get(customer_id) else "",
        )
        for one, customer_id in reached
    ]


def _is_near_elsewhere(
    request: HttpRequest, asked: Identifier, elsewhere: Sequence[tuple[Identifier, UUID]]
) -> bool:
    """Is a misread card one slip away from that of somebody whom only other stores see? That there is one is told, and
    nothing else: whoever holds the card reads it again, and nobody learns a number by trying."""
    if not is_misread(asked):
        return False
    meant = [customer_id for one, customer_id in elsewhere if not is_misread(one)]
    for customer_id in meant:
        people.record_look(actor_at(request), customer_id, "near")
    return bool(meant)


def _identifier(asked: str) -> Identifier | None:
    """What was scanned or typed, as the first kind that it can be: digits that a card may have are a card's."""
    if "@" in asked:
        made = normalise(IdentifierKind.EMAIL, asked)
        return made if isinstance(made, Identifier) else None
    phone = normalise(IdentifierKind.PHONE, asked)
    if isinstance(phone, Identifier) and asked.lstrip().startswith(("0", "+")):
        return phone
    card = normalise(IdentifierKind.CARD, asked)
    return card if isinstance(card, Identifier) and any(map(str.isdigit, card.value)) else None


def _shown(request: HttpRequest, programme: Programme) -> Shown | None:
    """The customer of a form that was sent, if who sends it may still serve them."""
    try:
        customer_id = customers.follow(UUID(request.POST.get("customer", "")))
        if customer_id is None:
            return None
        require(request, customer_id)
    except (ValueError, OtherStore):
        return None
    found = customers.customer(customer_id)
    if found is None or found.is_erased:
        return None
    return _shown_as(request, found, programme)


def _shown_as(request: HttpRequest, found: Customer, programme: Programme) -> Shown:
    account_id = account_of(found.customer_id)
    standing = queries.standing(account_id or found.customer_id, clock.now())
    name = account_name(account_id) if account_id else ""
    return Shown(found, programme, standing, name, _store(request))


def _form(request: HttpRequest, shown: Shown, sent: Any = None) -> TicketForm:
    store = _store(request)
    return TicketForm(
        sent,
        initial={"customer": shown.customer.customer_id, "day": shown.programme.today, "store": store},
        programme=shown.programme,
        uses=shown.uses,
        stores=_stores(request),
    )


def _scanned_instead(request: HttpRequest, shown: Shown) -> UUID | None:
    """The next customer's card, scanned where a ticket was expected: nobody looks at the screen for that."""
    made = normalise(IdentifierKind.CARD, request.POST.get("ticket", ""))
    if not isinstance(made, Identifier) or request.POST.get("amount", "").strip():
        return None
    found = customers.by_identifier(made)
    if found is None:
        return None
    look_up(request, made.value)
    return found


def _confirm(request: HttpRequest, shown: Shown, form: TicketForm) -> Outcome | ClaimRefused | None:
    """``None``: the till has not told this ticket, and only its amount is missing to record it."""
    asked = form.cleaned_data
    by, now, programme = actor_at(request), clock.now(), shown.programme
    customer_id = shown.customer.customer_id
    with transaction.atomic():
        outcome: Outcome | ClaimRefused = attach_ticket(
            customer_id,
            Proof(asked["store"], asked["day"], asked["ticket"], asked["amount"], asked["currency"]),
            by=by,
            at=now,
            programme=programme.code,
            payments=form.payments,
            event_id=asked["event"],
        )
        is_unknown = isinstance(outcome, ClaimRefused) and _is_untold(outcome, shown, asked["event"])
        if is_unknown and asked["ticket"] and asked["day"] == programme.today:
            if asked["amount"] is None:
                return None
            outcome = record_typed_ticket(
                customer_id,
                asked["store"],
                asked["ticket"],
                asked["amount"],
                by=by,
                at=now,
                programme=programme.code,
                payments=form.payments,
                event_id=asked["event"],
                currency=asked["currency"],
            )
        if isinstance(outcome, Told) and outcome.is_new:
            action = "ticket.typed" if is_unknown else "ticket.attached"
            people.record(by, action, "customer", str(customer_id), after={"event": outcome.key.id})
    return outcome


def _is_untold(refused: ClaimRefused, shown: Shown, event_id: UUID) -> bool:
    """Whether the till has yet to tell the ticket; typed by this very form, it is theirs and still untold."""
    if refused.code is ClaimRefusal.UNKNOWN_TICKET:
        return True
    key = EventKey(actions.STAFF_SOURCE, str(event_id))
    family = family_of(counts_as(shown.customer.customer_id))
    return refused.code is ClaimRefusal.ALREADY_THEIRS and queries.entry_by_key(family, key) is not None


def _done(request: HttpRequest, shown: Shown, told: Told) -> HttpResponse:
    programme = shown.programme
    document = programme.document_of(told.plan.version)
    spoken = shown.spoken
    sale = told.event if isinstance(told.event, Sale) else None
    is_foreign = sale is not None and sale.foreign is not None
    context = {
        "state": "done",
        "shown": _shown_as(request, shown.customer, programme),
        "told": told,
        "exchanged": exchange_said(sale, document, programme.language) if sale and is_foreign else "",
        "sentence": receipt(told.decision, told.state, told.plan, document, spoken, told.day),
        "short": short_receipt(told.decision, told.state, document, spoken),
    }
    return _answer(request, context)


def _stores(request: HttpRequest) -> list[tuple[str, str]]:
    """Where this person may serve: in their own stores, or anywhere."""
    seen = signed_in(request).seen_stores
    return [
        (one.store_id, formats.typographic(one.name))
        for one in catalogue.stores()
        if seen is None or one.store_id in seen
    ]


def _store(request: HttpRequest) -> str:
    """The store of this till: as last chosen, else the person's own, else the first there is."""
    known = [code for code, _name in _stores(request)]
    for code in (request.session.get(STORE, ""), *signed_in(request).stores, *known):
        if code in known:
            return str(code)
    return ""
