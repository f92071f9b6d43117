"""A draft on one recorded day: who gains, who loses, what it costs, rule by rule, before anybody approves it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assidu.backoffice import formats
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.drafting import DraftShown, shown_draft
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.sheets import is_partial
from assidu.customers.queries import names_of
from assidu.foundation.people import actions as trail
from assidu.foundation.sql import raw_connection
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.simulation.receipts import DayTried, PersonTried, RuleTried, last_day, try_day


@dataclass(frozen=True, slots=True)
class RuleShown:
    name: str
    before: str
    after: str
    change: str
    tone: str
    is_changed: bool
    met: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonShown:
    name: str
    address: str
    ticket: str
    spend: str
    before: str
    after: str
    change: str


@require_GET
@allowed("dashboard.view")
def receipts(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    known = programme_at(request)
    one = shown_draft(draft_id, known, str(signed_in(request).id))
    context: dict[str, object] = {"programme": known, "shown": one}
    tried = None
    if known is not None and one.document is not None and one.document.programme == known.code:
        newest = last_day(raw_connection(), known.today)
        day = _day(request.GET.get("day", ""), newest)
        context["day"] = day
        context["newest"] = newest
        context["is_yesterday"] = day == known.today - timedelta(days=1)
        if day is not None:
            draft = compile_plan(one.document, known.versions[-1].version + 1)
            tried = try_day(raw_connection(), known.plan, draft, day)
            trail.record(
                actor_at(request), "plan.tried", "draft", str(draft_id), after={"day": day.isoformat()}
            )
            context |= _results(request, known, one, one.document, tried)
    template = (
        "backoffice/drafts/receipts_results.html"
        if is_partial(request)
        else "backoffice/drafts/receipts.html"
    )
    return render(request, template, context)


def _day(text: str, newest: date | None) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return newest


def _results(
    request: HttpRequest, known: Programme, one: DraftShown, document: Document, tried: DayTried
) -> dict[str, object]:
    may_see_people = signed_in(request).sees_everybody
    names = names_of([p.customer_id for p in (*tried.gainers, *tried.losers)]) if may_see_people else {}
    phrases = phrases_of(document, known.language)

    def people(found: tuple[PersonTried, ...]) -> list[PersonShown]:
        return [_person(known, p, names.get(p.customer_id, "")) for p in found]

    return {
        "tried": tried,
        "spend": known.money(tried.spend_minor),
        "before": known.money(tried.live_minor),
        "after": known.money(tried.draft_minor),
        "change": _signed(known, tried.change_minor),
        "yearly": _signed(known, tried.change_minor * 365),
        "rules": [_rule(known, document, phrases, rule) for rule in tried.rules],
        "may_see_people": may_see_people,
        "gainers": people(tried.gainers) if may_see_people else [],
        "losers": people(tried.losers) if may_see_people else [],
        "same_count": tried.customers - tried.gainer_count - tried.loser_count,
        "changes": one.changes,
    }


def _rule(known: Programme, document: Document, phrases: Phrases, rule: RuleTried) -> RuleShown:
    """Units, or what an offer takes off, or how often it hands something over."""

    def name(code: str) -> str:
        if code in phrases.rules:
            return phrases.text(phrases.rules[code].name)
        offer = document.offer(code)
        return phrases.text(offer.name) if offer is not None else known.rule_name(code)

    if rule.currency:
        change = rule.draft.units - rule.live.units
        before, after = (phrases.units(one.units, rule.currency) for one in (rule.live, rule.draft))
        difference = phrases.number(abs(change), rule.currency)
    elif rule.live.minor or rule.draft.minor:
        change = rule.draft.minor - rule.live.minor
        before, after = known.money(rule.live.minor), known.money(rule.draft.minor)
        difference = known.money(abs(change))
    else:
        change = rule.draft.times - rule.live.times
        before, after, difference = str(rule.live.times), str(rule.draft.times), str(abs(change))
    return RuleShown(
        name(rule.rule),
        before,
        after,
        "=" if not change else ("+" if change > 0 else "−") + difference,
        "more" if change > 0 else "less" if change < 0 else "",
        rule.is_changed,
        tuple(
            ngettext("%(rule)s (%(tickets)s ticket)", "%(rule)s (%(tickets)s tickets)", count)
            % {"rule": name(other), "tickets": formats.number(count)}
            for other, count in rule.met
        ),
    )


def _person(known: Programme, person: PersonTried, name: str) -> PersonShown:
    customer = person.customer_id
    return PersonShown(
        name or _("customer %(id)s") % {"id": str(customer)[-8:]},
        reverse("customer", args=[customer]),
        reverse("customer-event", args=[customer, person.seq]) if person.seq else "",
        known.money(person.spend_minor),
        known.money(person.live_minor),
        known.money(person.draft_minor),
        _signed(known, person.change_minor),
    )


def _signed(known: Programme, minor: int) -> str:
    if not minor:
        return "="
    return ("+" if minor > 0 else "−") + known.money(abs(minor))
