"""Offers and rewards: what customers can have, what is left of it, and what it gave."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assidu.backoffice import formats
from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.periods import period_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.loyalty import draws, offers
from assidu.loyalty.offers import Gauge, GaugeKind, OfferFigures, Standings
from assidu.loyalty.reduced import LowestPrice, lowest_told
from assidu.plans.document import Offer, Reward
from assidu.plans.wording.offers import law_said, offer_terms, stacking_said

STORES_SHOWN_MAX = 30


@dataclass(frozen=True)
class GaugeShown:
    label: str
    taken: int
    limit: int
    left: str
    tone: str
    by_store: list["GaugeShown"]


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
    """A reward, or a rule that shares something out."""

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
    shown = shown_offers(known, known.document.offers, period.since, period.until)
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
                [_gauge(gauge, known, _session(reward, gauge, known)) for gauge in left.get(reward.code, [])],
            )
            for reward in known.document.rewards
        ],
        "rules": [
            RewardShown(
                rule.code,
                known.phrases.text(rule.name),
                known.phrases.rule(rule),
                [_gauge(gauge, known, units_of=rule.currency) for gauge in left[rule.code]],
            )
            for rule in known.document.rules
            if rule.code in left
        ],
        "together": stacking_said(known.document.stacking, (), known.phrases),
        "laws": [law_said(cap, known.phrases) for cap in known.document.legal_caps],
        "has_draws": bool(draws.draws(known.code)),
        "may_edit": signed_in(request).may("plan.edit"),
        "may_see_figures": signed_in(request).may("dashboard.view"),
    }
    return render(request, "backoffice/offers/catalogue.html", context)


def shown_offers(known: Programme, listed: Iterable[Offer], since: date, until: date) -> list[OfferShown]:
    listed = tuple(listed)
    codes = [offer.code for offer in listed]
    gave = offers.figures(codes, since, until)
    left = offers.gauges(known.plan, known.today)
    steps = offers.standings(codes, known.today)
    prices = lowest_told(listed, known.phrases, known.today)
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
        for offer in listed
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


def _session(reward: Reward, gauge: Gauge, known: Programme) -> str:
    """Which session of a reward it is whose places are counted; nothing for the reward as a whole."""
    return next(
        (
            f"{known.phrases.text(one.name)}, {formats.day(one.on)}"
            for one in reward.sessions
            if one.code == gauge.session
        ),
        "",
    )


def _gauge(gauge: Gauge, known: Programme, session: str = "", units_of: str = "") -> GaugeShown:
    """``units_of``: the currency of which a budget counts units."""
    labels = {
        GaugeKind.QUOTA: _("Places"),
        GaugeKind.BUDGET: _("Budget"),
        GaugeKind.STOCK: _("Stock"),
        GaugeKind.SESSION: session,
    }
    label = labels[gauge.kind]
    stores = len(gauge.by_store)
    if stores:
        label = ngettext("%(what)s, %(n)s store", "%(what)s, %(n)s stores", stores) % {
            "what": label,
            "n": formats.number(stores),
        }
    names = known.document.labels.stores
    in_each = [
        _measured(
            Gauge(gauge.kind, taken, gauge.limit // stores, gauge.is_money),
            known.phrases.labelled(store, names),
            known,
            units_of,
        )
        for store, taken in gauge.by_store[:STORES_SHOWN_MAX]
    ]
    return replace(_measured(gauge, label, known, units_of), by_store=in_each)


def _measured(gauge: Gauge, label: str, known: Programme, units_of: str) -> GaugeShown:
    if gauge.is_money:
        left = known.money(gauge.left)
    elif units_of and gauge.kind is GaugeKind.BUDGET:
        left = known.phrases.units(gauge.left, units_of)
    else:
        left = formats.number(gauge.left)
    tone = "bad" if not gauge.left else "warn" if gauge.left * 10 <= gauge.limit else ""
    return GaugeShown(label, gauge.taken, gauge.limit, left, tone, [])
