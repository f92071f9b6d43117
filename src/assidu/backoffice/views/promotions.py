"""The calendar of other teams' promotions: what runs when and where, and the lines of one."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from assidu.backoffice import cells, formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.listing import Choice, Chosen, Column, Day, Listing, Search, Slice
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.views.programme import author
from assidu.catalogue import promotions
from assidu.catalogue import queries as catalogue
from assidu.catalogue.calendar import Promotion
from assidu.catalogue.promotions import PAGE_MAX, KnownPromotion
from assidu.foundation import clock
from assidu.foundation.people import actions as people

NAMED_MAX = 3
LINES_SHOWN = 200


class PromotionList(Listing[KnownPromotion]):
    title = gettext_lazy("Promotion calendar")
    lead = gettext_lazy(
        "Promotions of other teams. An article in one counts as discounted: an offer of the programme leaves it alone "
        "unless it says otherwise."
    )
    name = "promotions"
    permission = "plan.view"
    export_permission = "sources.view"
    export_page = PAGE_MAX
    empty_icon = "calendar-days"
    empty_title = gettext_lazy("No promotion yet")
    empty_text = gettext_lazy(
        "Import the calendar (assidu promotions import), or let another system send it."
    )
    unmatched_text = gettext_lazy("Nothing runs then and there.")
    filters = (
        Search("q", gettext_lazy("Name, code or article")),
        Day("on", gettext_lazy("Runs on")),
        Choice(
            "store",
            gettext_lazy("Store"),
            lambda: [(one.store_id, formats.typographic(one.name)) for one in catalogue.stores()],
            kind="menu",
        ),
    )

    def columns(self, request: HttpRequest) -> Sequence[Column[KnownPromotion]]:
        programme = programme_at(request)
        stores = {one.store_id: formats.typographic(one.name) for one in catalogue.stores()}
        now = _local(programme)
        return (
            Column(
                _("Promotion"),
                lambda one: cells.linked(
                    reverse("promotion", args=[one.code]), one.name, cells.code(one.code)
                ),
                lambda one: one.name,
            ),
            Column(_("Code"), None, lambda one: one.code),
            Column(
                _("When"),
                lambda one: cells.two_lines(
                    span_said(one.starts_at, one.ends_at), _state(one.starts_at, one.ends_at, now)
                ),
                lambda one: one.starts_at,
            ),
            Column(_("Until"), None, lambda one: one.ends_at),
            Column(_("Where"), lambda one: _where(one.stores, one.channels, stores, programme)),
            Column(_("What"), lambda one: _what(one, programme)),
            Column(_("Takes off"), lambda one: off_said(one.off_bp, one.off_minor, programme), align="end"),
            Column(
                _("Told"),
                lambda one: cells.two_lines(formats.moment(one.told_at), author(one.told_by)),
                lambda one: one.told_at,
            ),
        )

    def rows(self, request: HttpRequest, chosen: Chosen, cursor: str, size: int) -> Slice[KnownPromotion]:
        day = chosen.date("on")
        begin = datetime.combine(day, time()) if day is not None and day < date.max else None
        found, after = promotions.promotions(
            text=chosen.text("q"),
            store=chosen.text("store"),
            running_from=begin,
            running_until=begin + timedelta(days=1) if begin is not None else None,
            after=cursor,
            limit=size,
        )
        return Slice(found, after)


@require_GET
@allowed("plan.view")
def promotion(request: HttpRequest, code: str) -> HttpResponse:
    found = promotions.promotion_lines(code, LINES_SHOWN + 1)
    if not found:
        raise Http404
    programme = programme_at(request)
    stores = {one.store_id: formats.typographic(one.name) for one in catalogue.stores()}
    named = catalogue.products(sku for one in found for sku in list(one.lines.skus)[:NAMED_MAX])
    context = {
        "name": found[0].name,
        "code": code,
        "lines": [
            {
                "when": span_said(one.starts_at, one.ends_at),
                "where": _where(tuple(sorted(one.stores)), tuple(sorted(one.channels)), stores, programme),
                "what": _of_line(one, {sku: product.name for sku, product in named.items()}, programme),
                "off": off_said(one.off_bp, one.off_minor, programme),
            }
            for one in found[:LINES_SHOWN]
        ],
        "has_more": len(found) > LINES_SHOWN,
        "may_edit": signed_in(request).may("catalogue.edit"),
    }
    return render(request, "backoffice/promotion.html", context)


@require_POST
@allowed("catalogue.edit")
def call_off(request: HttpRequest, code: str) -> HttpResponse:
    with transaction.atomic():
        if not promotions.remove_promotion(code):
            raise Http404
        people.record(actor_at(request), "promotion.removed", "promotion", code)
    messages.success(request, _("“%(code)s” is no longer in the calendar.") % {"code": code})
    return redirect("promotions")


def span_said(starts_at: datetime, ends_at: datetime) -> str:
    """Days, the last one included; hours where they are not whole days."""
    last = ends_at - timedelta(microseconds=1)
    is_whole = starts_at.time() == time() and ends_at.time() == time()
    if is_whole and starts_at.date() == last.date():
        return formats.day(starts_at.date())
    if is_whole:
        return f"{formats.day(starts_at.date())} – {formats.day(last.date())}"
    begin = f"{formats.day(starts_at.date())}, {starts_at:%H:%M}"
    return f"{begin} – {formats.day(ends_at.date())}, {ends_at:%H:%M}"


def off_said(off_bp: int | None, off_minor: int | None, programme: Programme | None) -> object:
    if off_bp is not None:
        return formats.percent(off_bp / 10_000, 0 if off_bp % 100 == 0 else 2)
    if off_minor is not None:
        return programme.money(off_minor) if programme is not None else formats.money(off_minor)
    return cells.EMPTY


def _local(programme: Programme | None) -> datetime:
    now = clock.now()
    return now.astimezone(programme.plan.zone).replace(tzinfo=None) if programme else now.replace(tzinfo=None)


def _state(starts_at: datetime, ends_at: datetime, now: datetime) -> object:
    if now < starts_at:
        return cells.pill(_("to come"), "info")
    return cells.pill(_("running"), "good") if now < ends_at else cells.pill(_("over"))


def _where(
    stores: tuple[str, ...], channels: tuple[str, ...], names: dict[str, str], programme: Programme | None
) -> object:
    if not stores:
        said = _("everywhere")
    elif len(stores) <= NAMED_MAX:
        said = ", ".join(names.get(code, code) for code in stores)
    else:
        said = ngettext("%(n)s store", "%(n)s stores", len(stores)) % {"n": formats.number(len(stores))}
    if not channels:
        return said
    spoken = [programme.phrases.channel_name(code) if programme else code for code in channels]
    return cells.two_lines(said, ", ".join(spoken))


def _what(one: KnownPromotion, programme: Programme | None) -> str:
    parts = []
    if one.articles:
        articles = ngettext("%(n)s article", "%(n)s articles", one.articles)
        parts.append(articles % {"n": formats.number(one.articles)})
    parts += _selected("departments", one.departments, programme)
    parts += _selected("brands", one.brands, programme)
    return ", ".join(parts) or _("everything")


def _of_line(one: Promotion, names: dict[str, str], programme: Programme | None) -> object:
    skus = sorted(one.lines.skus)
    parts = [names.get(sku, sku) for sku in skus[:NAMED_MAX]]
    if len(skus) > NAMED_MAX:
        more = len(skus) - NAMED_MAX
        parts.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": formats.number(more)})
    parts += _selected("departments", tuple(sorted(one.lines.departments)), programme)
    parts += _selected("brands", tuple(sorted(one.lines.brands)), programme)
    said = ", ".join(parts) or _("everything")
    return format_html('{}<span class="sub">{}</span>', said, one.kind) if one.kind else said


def _selected(kind: str, codes: tuple[str, ...], programme: Programme | None) -> list[Any]:
    return list(codes) if programme is None else [*programme.phrases.selected(kind, codes)]
