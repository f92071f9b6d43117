"""The form with which somebody joins, at the public address of a store or of a channel.

Whoever joins gets a card of their own and a record of their own. An e-mail or telephone that somebody else gave
before stays theirs and the pair is noted for staff; the page looks the same either way.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assidu.catalogue import queries as catalogue
from assidu.customers import queries as customers
from assidu.customers.types import Identifier, IdentifierKind
from assidu.decisions.calendar import local_day
from assidu.events.types import EventKey
from assidu.events.wire import Profile, Subject
from assidu.foundation import clock
from assidu.foundation.settings import current_settings
from assidu.loyalty import actions, queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import programmes
from assidu.plans.document import Document
from assidu.plans.wording import Language, text_in
from assidu.portal import visits
from assidu.portal.cards import card_number, in_groups
from assidu.portal.forms import JoiningForm
from assidu.portal.private import address_of, language_at, unlisted
from assidu.portal.terms import terms_at
from assidu.portal.visits import Knock

CARDS_TRIED_MAX = 5
STORE_CHANNEL = "store"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody joins: a store, or a channel without one."""

    store: str
    channel: str
    name: str


@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, place: str) -> HttpResponse:
    language, now = language_at(request), clock.now()
    code = next(iter(programmes()), "")
    book = queries.current_book(code) if code else None
    if book is None:
        raise Http404  # before the first programme there is nothing to join
    document = _document(code, book, now)
    where = _place(place, document, language)
    if where is None:
        raise Http404
    plan = book.at(now)
    terms = terms_at(plan, document, local_day(now, plan.zone), language)
    form = JoiningForm(
        request.POST if request.method == "POST" else None,
        initial={"terms": terms.version, "referral": request.GET.get("code", "")[:40]},
    )
    if request.method == "POST":
        if visits.is_too_many(Knock.JOINED, address_of(request), now):
            response = render(request, "portal/too_many.html", status=429)
            response.headers["Retry-After"] = "3600"
            return response
        visits.note(Knock.JOINED, address_of(request), now)
        if form.is_valid():
            card = _joined(form, where, terms.version, code, now, language)
            if card is not None:
                context = {
                    "card": in_groups(card),
                    "programme": text_in(document.name, language),
                    "place": where,
                }
                return render(request, "portal/joined.html", context)
    context = {
        "form": form,
        "place": where,
        "programme": text_in(document.name, language),
        "terms": terms,
        "has_referral": plan.referral is not None,
    }
    return render(request, "portal/join.html", context, status=422 if form.errors else 200)


def _document(code: str, book: PlanBook, now: datetime) -> Document:
    version = book.at(now).version
    return next(one.document for one in queries.versions(code) if one.version == version)


def _place(text: str, document: Document, language: Language) -> Place | None:
    for store in catalogue.stores():
        if store.store_id == text:
            return Place(store.store_id, store.channel or STORE_CHANNEL, store.name)
    if text in document.labels.channels:
        return Place("", text, text_in(document.labels.channels[text], language))
    return None


def _joined(
    form: JoiningForm, place: Place, version: str, programme: str, now: datetime, language: Language
) -> str | None:
    """The card of a new member; ``None`` where the form must be sent again, and says why."""
    asked = form.cleaned_data
    if asked["terms"] != version:
        form.renew(version)
        form.add_error("accepts", _("The terms have changed since you opened this page: read them again."))
        return None
    key = current_settings().pseudonym_key
    for attempt in range(CARDS_TRIED_MAX):
        card = card_number(asked["form"], attempt, key)
        is_known = customers.by_identifier(Identifier(IdentifierKind.CARD, card)) is not None
        if is_known and queries.recorded_at(EventKey(actions.PORTAL_SOURCE, str(asked["form"]))) is None:
            continue  # by chance somebody else's
        outcome = actions.join(
            Subject("card", card),
            store=place.store,
            channel=place.channel,
            terms_version=version,
            profile=Profile(
                first_name=asked["first_name"],
                last_name=asked["last_name"],
                email=asked["email"],
                phone=asked["phone"],
                card=card,
                language=language.value,
            ),
            at=now,
            programme=programme,
            event_id=asked["form"],
            consents=form.consents,
            referral_code=asked["referral"],
            source=actions.PORTAL_SOURCE,
        )
        if isinstance(outcome, Told):
            return card
        break  # this form was sent before, with something else in it
    form.renew()
    return None
