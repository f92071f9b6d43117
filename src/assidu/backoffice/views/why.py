"""One event of a customer, and why it gave what it gave: a panel beside the time line, and a page of its own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assidu.backoffice import formats
from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.moments import moment_of
from assidu.backoffice.programme import Programme
from assidu.backoffice.reach import refuse
from assidu.backoffice.views.customer import Known, known, names_for, whose_moment
from assidu.catalogue import queries as catalogue
from assidu.catalogue.promotions import promotion_names
from assidu.catalogue.types import Product
from assidu.customers import queries as customers
from assidu.decisions.calendar import Period
from assidu.decisions.events import (
    AfterSale,
    Joining,
    Return,
    RewardRequest,
    Sale,
    SaleLine,
    SaleUpdate,
)
from assidu.decisions.facts import SaleInputs
from assidu.decisions.plan import EarnRule, PeriodCap, Plan
from assidu.decisions.sharing import BUDGET
from assidu.loyalty import queries
from assidu.loyalty.explain import Explanation, Kind, RuleReason, explain
from assidu.loyalty.ticket_lines import NotCounted, ticket_lines
from assidu.measurement.queries import has_invented
from assidu.plans.wording import figures, language_of, receipt

SEQ_MAX = 2**31 - 1
WHOLE = 100
"""Per cent."""
TOLD_TO_CUSTOMERS = (Sale, Return, SaleUpdate, RewardRequest, Joining)

WHY_LESS: dict[NotCounted, Promise] = {
    NotCounted.KIND: gettext_lazy("does not earn (gift card, deposit, delivery or fee)"),
    NotCounted.DEPARTMENT: gettext_lazy("department that does not earn"),
    NotCounted.ARTICLE: gettext_lazy("item that does not earn"),
    NotCounted.DISCOUNTED: gettext_lazy("discounted items do not earn"),
    NotCounted.TAKEN_OFF: gettext_lazy("taken off on the ticket"),
    NotCounted.PAID_WITH_REWARDS: gettext_lazy("partly paid with points or vouchers"),
}
PERIODS: dict[Period, Promise] = {
    Period.DAY: gettext_lazy("that day"),
    Period.WEEK: gettext_lazy("that week"),
    Period.MONTH: gettext_lazy("that month"),
    Period.QUARTER: gettext_lazy("that quarter"),
    Period.YEAR: gettext_lazy("that year"),
    Period.EVER: gettext_lazy("since joining"),
}


@allowed("customers.view")
def event(request: HttpRequest, customer_id: UUID, seq: int) -> HttpResponse:
    shown = known(request, customer_id, "explain", needs_history=True)
    programme = shown.programme
    if programme is None or seq > SEQ_MAX:
        raise Http404
    explained = explain(customer_id, seq, programme.language)
    if explained is None:
        raise Http404
    entry = explained.entry
    if shown.is_elsewhere(entry.type, entry.store):
        refuse(request, customer_id)
    plan = programme.book.version(explained.plan_version)
    names = names_for([entry])
    is_panel = request.headers.get("HX-Request-Type") == "partial"
    context = {
        "shown": shown,
        "moment": moment_of(entry, programme, names),
        "told_of": whose_moment(entry, shown, names),
        "entry": entry,
        "explained": explained,
        "version_address": _version_address(request, explained.plan_version),
        "receipt": _receipt(explained, shown, programme, plan),
        "told": _told(explained),
        "applied": _by_kind(explained.applied),
        "nearly": _by_kind(explained.nearly),
        "others": _by_kind(explained.others),
        "others_count": len(explained.others),
        "is_member": explained.inputs is None or explained.inputs.is_member,
        "returned": _returned(explained, programme),
        "lines": _lines(explained, programme, plan),
        "cost": _cost(explained, programme, plan),
        "everywhere": _everywhere(explained, programme, plan),
        "inputs": _inputs(explained.inputs, programme, plan),
        "owed_address": reverse("studio-owed") if signed_in(request).may("economics.view") else "",
        "has_invented": has_invented(),
        "sale": _sale_of(explained, customer_id),
        "since": _since(explained),
        "balances": _balances(explained, programme),
        "sheet": "backoffice/sheet_drawer.html" if is_panel else "backoffice/sheet_page.html",
        "sheet_title": _("Why?"),
        "is_panel": is_panel,
    }
    return render(request, "backoffice/why.html", context)


def _version_address(request: HttpRequest, version: int) -> str:
    if not signed_in(request).may("plan.view"):
        return ""
    try:
        return f"{reverse('programme')}?version={version}"
    except NoReverseMatch:
        return ""


def _receipt(explained: Explanation, shown: Known, programme: Programme, plan: Plan) -> str:
    """The sentence that the customer saw, in their own language."""
    if not isinstance(explained.entry.event, TOLD_TO_CUSTOMERS):
        return ""
    return receipt(
        explained.entry.decision,
        explained.state_after,
        plan,
        programme.document_of(plan.version),
        language_of(shown.customer.language, programme.language),
        explained.entry.day,
    )


def _by_kind(reasons: tuple[RuleReason, ...]) -> list[tuple[str, list[str]]]:
    """Rules, then offers and draws, each under its heading."""
    rules = [one.sentence for one in reasons if one.kind in (Kind.RULE, Kind.REFERRAL)]
    offers = [one.sentence for one in reasons if one.kind in (Kind.OFFER, Kind.DRAW)]
    return [(name, said) for name, said in ((_("Rules"), rules), (_("Offers and draws"), offers)) if said]


# ---------------------------------------------------------------- the ticket


def _lines(explained: Explanation, programme: Programme, plan: Plan) -> list[dict[str, Any]]:
    event = explained.entry.event
    sale = event if isinstance(event, Sale) else explained.ticket if isinstance(event, SaleUpdate) else None
    if sale is None:
        return []
    found = catalogue.products(line.sku for line in sale.lines)
    departments = {
        one.department: formats.typographic(one.name(programme.language.value))
        for one in catalogue.departments()
    }
    running = promotion_names(line.promotion for line in sale.lines)
    special = {rule.code for rule in plan.rules if rule.lines is not None}
    is_member = explained.inputs is None or explained.inputs.is_member
    return [
        {
            "name": _article(one.line, found),
            "department": departments.get(one.line.department, one.line.department),
            "quantity": formats.number(one.line.quantity),
            "amount": programme.money(one.line.amount_minor),
            "there": _there(sale, n, programme),
            "discount": programme.money(one.line.discount_minor) if one.line.discount_minor else "",
            "promotion": running.get(one.line.promotion, one.line.promotion),
            "counts": programme.money(one.counting_minor),
            "is_less": one.counting_minor != one.line.amount_minor,
            "why_less": WHY_LESS[one.why_less] if one.why_less else "",
            "rules": [programme.rule_name(code) for code in one.rules if code in special]
            if is_member
            else [],
        }
        for n, one in enumerate(ticket_lines(plan, sale, {reason.rule for reason in explained.applied}))
    ]


def _there(sale: Sale, line: int, programme: Programme) -> str:
    """What a line cost in the money that the ticket was paid in."""
    foreign = sale.foreign
    if foreign is None:
        return ""
    amount = foreign.lines[line].amount_minor
    return figures.foreign_money(amount, foreign.currency, foreign.decimals, programme.language)


def _cost(explained: Explanation, programme: Programme, plan: Plan) -> dict[str, Any] | None:
    """The whole cost of a ticket; nothing where it cost nothing."""
    cost = explained.cost
    if cost is None or not cost.total_minor:
        return None
    parts = [
        (_("Promotions of other teams"), cost.promotions_minor, cost.calendar_minor),
        (_("Offers of the programme"), cost.offers_minor, 0),
        (_units_name(explained, plan), cost.units_minor, 0),
    ]
    return {
        "parts": [
            (
                name,
                programme.money(minor),
                _("of which %(amount)s by the promotion calendar") % {"amount": programme.money(by_calendar)}
                if by_calendar
                else "",
            )
            for name, minor, by_calendar in parts
            if minor
        ],
        "total": programme.money(cost.total_minor),
        "has_units": bool(cost.units_minor),
    }


def _units_name(explained: Explanation, plan: Plan) -> str:
    """At face value, less what the programme itself expects never to be used, where it expects any."""
    given = {award.currency for award in explained.entry.decision.awards} & plan.currencies.keys()
    if all(plan.currencies[code].expected_redemption == WHOLE for code in given):
        return _("Points and vouchers, at face value")
    return _("Points and vouchers: of their face value, the part that the programme expects to be used")


def _told(explained: Explanation) -> tuple[str, ...]:
    """What the page says above, or says better with the articles' names, is not said again."""
    event = explained.entry.event
    if isinstance(event, Sale):
        return explained.sentences[1:]
    if isinstance(event, AfterSale):
        return explained.sentences[1 + len(explained.entry.decision.returned) :]
    return explained.sentences


def _returned(explained: Explanation, programme: Programme) -> list[tuple[str, str]]:
    """The articles that came back, and for how much."""
    returned = explained.entry.decision.returned
    if not returned or explained.ticket is None:
        return []
    sold = explained.ticket.lines
    found = catalogue.products(sold[part.line].sku for part in returned if part.line < len(sold))
    return [
        (
            _article(sold[part.line], found) if part.line < len(sold) else formats.number(part.line + 1),
            programme.money(part.amount_minor),
        )
        for part in returned
    ]


def _everywhere(explained: Explanation, programme: Programme, plan: Plan) -> list[str]:
    """Rules that gave something on the ticket as a whole: they are not told again on each line."""
    given = {award.rule for award in explained.entry.decision.awards}
    return [
        programme.rule_name(rule.code) for rule in plan.rules if rule.code in given and rule.lines is None
    ]


def _article(line: SaleLine, found: Mapping[str, Product]) -> str:
    product = found.get(line.sku)
    return formats.typographic(product.name) if product and product.name else line.sku


# ---------------------------------------------------------------- what was known


def _inputs(inputs: SaleInputs | None, programme: Programme, plan: Plan) -> list[tuple[str, str]]:
    """What the rules looked at besides the ticket, as it was that day."""
    if inputs is None:
        return []
    told = [(_("Day"), formats.long_day(inputs.day))]
    if not inputs.is_member:
        told.append((_("Member that day"), _("suspended") if inputs.is_suspended else _("no")))
        return told
    told.append((_("Status that day"), programme.tier_name(inputs.tier) or _("none")))
    told.append((_("First purchase"), _("yes") if inputs.is_first_purchase else _("no")))
    rules = {rule.code: rule for rule in plan.rules}
    for counter, value in sorted(inputs.counters.items()):
        kind, _sep, rest = counter.partition(":")
        rule = rules.get(rest.partition(":")[0])
        if rule is not None and (line := _cap_line(kind, rule, value, programme)):
            told.append(line)
    for key, granted in sorted(inputs.grants.items()):
        rule = next((rules[code] for code in rules if code in key.split(":")), None)
        if rule is not None and rule.budget is not None and key.startswith(BUDGET):
            name = _("Budget of %(rule)s") % {"rule": programme.rule_name(rule.code)}
            told.append((name, programme.units(granted, rule.currency) if granted else _("none left")))
        elif rule is not None and rule.quota is not None:
            name = _("Place among the first %(n)s: %(rule)s") % {
                "n": formats.number(rule.quota.limit),
                "rule": programme.rule_name(rule.code),
            }
            told.append((name, _("granted") if granted else _("none left")))
    return told


def _cap_line(kind: str, rule: EarnRule, value: int, programme: Programme) -> tuple[str, str] | None:
    """How much of a limit was used before this ticket."""
    cap: PeriodCap | None = {"cap": rule.cap, "times": rule.times}.get(kind)
    if cap is None:
        return None
    name = _("%(rule)s, %(period)s") % {
        "rule": programme.rule_name(rule.code),
        "period": PERIODS[cap.period],
    }
    if kind == "times":
        used = ngettext("given %(n)s time of %(limit)s", "given %(n)s times of %(limit)s", value)
        return name, used % {"n": formats.number(value), "limit": formats.number(cap.limit)}
    return name, _("%(used)s of at most %(limit)s") % {
        "used": programme.quantity(value, rule.currency),
        "limit": programme.units(cap.limit, rule.currency),
    }


# ---------------------------------------------------------------- before, after, and what belongs together


def _balances(explained: Explanation, programme: Programme) -> list[tuple[str, str, str]]:
    """Name, before, after of each currency that moved."""
    moved = {movement.currency for movement in explained.entry.movements}
    return [
        (
            programme.currency_name(code),
            programme.quantity(explained.balances_before.get(code, 0), code),
            programme.quantity(explained.balances_after.get(code, 0), code),
        )
        for code in sorted(moved)
    ]


def _sale_of(explained: Explanation, customer_id: UUID) -> str:
    """The ticket that a return or a change is about."""
    event = explained.entry.event
    if not isinstance(event, AfterSale):
        return ""
    owner = UUID(event.sale_owner) if event.sale_owner else customer_id
    return reverse("customer-event", args=[owner, event.sale_seq])


def _since(explained: Explanation) -> list[tuple[str, str, str]]:
    """What happened to a ticket since: the address, a sign, and words."""
    entry = explained.entry
    if not isinstance(entry.event, Sale):
        return []
    owner = entry.member or customers.follow(entry.customer_id) or entry.customer_id
    family = {entry.customer_id, owner, *queries.accounts_ever([entry.customer_id, owner])}
    found = []
    for one in queries.after_sale(tuple(family), entry.customer_id, entry.seq):
        day = {"day": formats.day(one.day)}
        if isinstance(one.event, Return):
            icon, said = "undo-2", _("Something came back on %(day)s") % day
        elif isinstance(one.event, SaleUpdate) and one.event.lines:
            icon, said = "pencil", _("Changed on %(day)s") % day
        else:
            icon, said = "ban", _("Cancelled on %(day)s") % day
        found.append((reverse("customer-event", args=[one.customer_id, one.seq]), icon, said))
    return found
