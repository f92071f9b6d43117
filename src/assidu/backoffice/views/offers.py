"""Offers and rewards with what is left of them; the draws, which anybody can draw again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.periods import period_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.views.prize_draws import prize_draws_shown
from assidu.catalogue.prices import lowest_prices
from assidu.decisions.calendar import LAST_DAY
from assidu.foundation import clock
from assidu.foundation.people import actions
from assidu.loyalty import draws, offers
from assidu.loyalty.offers import Gauge, GaugeKind, OfferFigures, Standings
from assidu.loyalty.prize_draws import is_among_entries
from assidu.plans.document import Offer
from assidu.plans.wording.offers import law_said, offer_terms, stacking_said

PRODUCTS_SHOWN_MAX = 8


@dataclass(frozen=True)
class GaugeShown:
    label: str
    taken: int
    limit: int
    left: str
    tone: str


@dataclass(frozen=True)
class LowestPrice:
    """The lowest price of the last 30 days of an article that an offer is about."""

    product: str
    amount_minor: int


@dataclass(frozen=True)
class OfferShown:
    """``state`` is live, coming or over."""

    code: str
    name: str
    sentence: str
    objective: str
    state: str
    gauges: list[GaugeShown]
    gave: OfferFigures
    gave_said: str
    standings: Standings
    is_drawn: bool
    lowest: list[LowestPrice]


@dataclass(frozen=True)
class RewardShown:
    code: str
    name: str
    sentence: str
    gauges: list[GaugeShown]


@require_GET
@allowed("plan.view")
def catalogue(request: HttpRequest) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        return render(request, "backoffice/programme_empty.html", {"may_draft": False})
    period = period_in(request.GET.dict(), known.today)
    shown = _offers(known, period.since, period.until)
    left = offers.gauges(known.plan, known.today)
    context = {
        "programme": known,
        "period": period,
        "offers": shown,
        "serves_none": [one.name for one in shown if not one.objective],
        "rewards": [
            RewardShown(
                reward.code,
                known.phrases.text(reward.name),
                known.phrases.reward(reward),
                [_gauge(gauge, known) for gauge in left.get(reward.code, [])],
            )
            for reward in known.document.rewards
        ],
        "together": stacking_said(known.document.stacking, (), known.phrases),
        "laws": [law_said(cap, known.phrases) for cap in known.document.legal_caps],
        "has_draws": bool(draws.draws(known.code)),
        "may_edit": signed_in(request).may("plan.edit"),
    }
    return render(request, "backoffice/offers.html", context)


def _offers(known: Programme, since: date, until: date) -> list[OfferShown]:
    document = known.document
    codes = [offer.code for offer in document.offers]
    gave = offers.figures(codes, since, until)
    left = offers.gauges(known.plan, known.today)
    steps = offers.standings(codes, known.today)
    prices = _lowest(document.offers, known)
    return [
        OfferShown(
            offer.code,
            known.phrases.text(offer.name),
            _capital(offer_terms(offer, known.phrases)) + ".",
            known.phrases.objective_name(offer.serves) if offer.serves else "",
            _state(offer, known),
            [_gauge(gauge, known) for gauge in left.get(offer.code, [])],
            gave.get(offer.code, OfferFigures()),
            _gave(offer, gave.get(offer.code, OfferFigures()), known),
            steps.get(offer.code, Standings()),
            offer.chance is not None,
            prices.get(offer.code, []),
        )
        for offer in document.offers
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _state(offer: Offer, known: Programme) -> str:
    if offer.when.last_day is not None and offer.when.last_day < known.today:
        return "over"
    if offer.when.first_day is not None and offer.when.first_day > known.today:
        return "coming"
    return "live"


def _gave(offer: Offer, gave: OfferFigures, known: Programme) -> str:
    if gave.off_minor:
        return known.money(gave.off_minor)
    units = offer.effect.points or offer.effect.voucher
    if units is not None and gave.units:
        return known.phrases.units(gave.units, units.currency)
    return formats.number(gave.units) if gave.units else ""


def _gauge(gauge: Gauge, known: Programme) -> GaugeShown:
    left = known.money(gauge.left) if gauge.is_money else formats.number(gauge.left)
    labels = {GaugeKind.QUOTA: _("Places"), GaugeKind.BUDGET: _("Budget"), GaugeKind.STOCK: _("Stock")}
    label = labels[gauge.kind]
    if gauge.stores:
        label = ngettext("%(what)s, %(n)s store", "%(what)s, %(n)s stores", gauge.stores) % {
            "what": label,
            "n": formats.number(gauge.stores),
        }
    tone = "bad" if not gauge.left else "warn" if gauge.left * 10 <= gauge.limit else ""
    return GaugeShown(label, gauge.taken, gauge.limit, left, tone)


def _lowest(listed: tuple[Offer, ...], known: Programme) -> Mapping[str, list[LowestPrice]]:
    """Where a price feed is imported: what the law wants beside a price that goes down."""
    by_offer = {
        offer.code: offer.lines.products[:PRODUCTS_SHOWN_MAX]
        for offer in listed
        if offer.lines is not None and offer.lines.products and _is_price(offer)
    }
    prices = lowest_prices({sku for skus in by_offer.values() for sku in skus}, known.today)
    labels = known.document.labels.products
    return {
        code: [LowestPrice(known.phrases.labelled(sku, labels), prices[sku]) for sku in skus if sku in prices]
        for code, skus in by_offer.items()
    }


def _is_price(offer: Offer) -> bool:
    effect = offer.effect
    return not (effect.points or effect.voucher or effect.gift)


# ---------------------------------------------------------------- draws


@require_GET
@allowed("plan.view")
def drawn(request: HttpRequest) -> HttpResponse:
    """Every draw: what was committed to before it began, and the secret once it is over."""
    known = programme_at(request)
    found = [] if known is None else draws.draws(known.code)
    listed = (
        [(one, _name(known, one.offer)) for one in found if not is_among_entries(one.offer)]
        if known is not None
        else []
    )
    context = {"programme": known, "draws": listed, "prize_draws": prize_draws_shown(known) if known else []}
    return render(request, "backoffice/draws.html", context)


@require_http_methods(["GET", "POST"])
@allowed("plan.view")
def draw(request: HttpRequest, offer: str) -> HttpResponse:
    """One draw, drawn again ticket by ticket; with a secret of one's own for whoever trusts nobody."""
    known = programme_at(request)
    if known is None or draws.draw_of(known.code, offer) is None:
        raise Http404
    written = request.POST.get("secret", "").strip().lower()
    secret, is_unreadable = _secret(written)
    verified = None if is_unreadable else draws.verify(known.code, offer, odds_of(known, offer), secret)
    last_day = _last_day(known, offer)
    context = {
        "programme": known,
        "name": _name(known, offer),
        "draw": draws.draw_of(known.code, offer),
        "verified": verified,
        "odds": odds_of(known, offer).get(known.plan.version),
        "written": written,
        "is_unreadable": is_unreadable,
        "is_over": last_day is None or last_day < known.today,
        "may_reveal": signed_in(request).may("plan.publish"),
        "tickets": list(draws.drawn_tickets(offer, odds_of(known, offer), limit=200)),
    }
    return render(request, "backoffice/draw.html", context)


@require_POST
@allowed("plan.publish")
def reveal(request: HttpRequest, offer: str) -> HttpResponse:
    known = programme_at(request)
    if known is None:
        raise Http404
    try:
        draws.reveal(
            known.code,
            offer,
            last_day=_last_day(known, offer),
            today=known.today,
            at=clock.now(),
            by=str(signed_in(request).id),
        )
    except draws.DrawRefused as refused:
        messages.error(request, _why_not(refused.code))
    else:
        actions.record(actor_at(request), "draw.revealed", "offer", offer)
        messages.success(request, _("The secret is told: nothing is drawn any more, and anybody can verify."))
    return redirect("draw", offer=offer)


def _why_not(code: str) -> str:
    reasons = {
        "no_draw": _("There is no such draw."),
        "already_revealed": _("The secret was told before."),
        "not_over": _("The offer still runs: its secret is told after its last day."),
        "sealed_with_another_key": _("The secret was sealed with another vault key."),
    }
    return reasons[code]


def odds_of(known: Programme, offer: str) -> dict[int, int]:
    """One in so many, by version of the programme."""
    return {
        version.plan.version: its.chance_one_in
        for version in known.book.versions
        if (its := version.plan.offers.by_code.get(offer)) is not None and its.chance_one_in is not None
    }


def _last_day(known: Programme, offer: str) -> date | None:
    """``None``: the offer is not in the version in force. The last day of all time where it has no end."""
    its = known.plan.offers.by_code.get(offer)
    if its is None:
        return None
    return its.when.to_day or LAST_DAY


def _secret(written: str) -> tuple[bytes | None, bool]:
    if not written:
        return None, False
    try:
        return bytes.fromhex(written), False
    except ValueError:
        return None, True


def _name(known: Programme, offer: str) -> str:
    for published in reversed(known.versions):
        found = published.document.offer(offer)
        if found is not None:
            return known.phrases.text(found.name)
    return offer
