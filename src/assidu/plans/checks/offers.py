"""Offers, how they go together, and what the law allows: what may be wrong with them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from assidu.decisions.plan import CurrencyKind, GivesBack, OfferNeeds
from assidu.plans.checks.budgets import check_budget
from assidu.plans.document import Document, Given, LegalCap, Lines, Offer, Rule, When
from assidu.plans.legal import Law, laws
from assidu.plans.problems import Path, Problem, unknown

_EFFECTS = ("percent", "amount", "price", "free", "buy", "points", "voucher", "gift")


def check_offers(document: Document) -> Iterator[Problem]:
    groups = {group.code for group in document.stacking.groups}
    yield from _once([group.code for group in document.stacking.groups], ("stacking", "groups"))
    yield from _once([offer.code for offer in document.offers], ("offers",))
    taken = {rule.code for rule in document.rules} | {reward.code for reward in document.rewards}
    levels = {level.code for level in document.tiers.levels} if document.tiers else set()
    audiences = {audience.code for audience in document.audiences}
    objectives = {objective.code for objective in document.objectives}
    for i, offer in enumerate(document.offers):
        path: Path = ("offers", i)
        if offer.code in taken:
            yield Problem("offer_is_rule", (*path, "code"), {"code": offer.code})
        if offer.group is not None and offer.group not in groups:
            yield unknown("unknown_group", offer.group, groups, (*path, "group"))
        if offer.serves is not None and offer.serves not in objectives:
            yield unknown("unknown_objective", offer.serves, objectives, (*path, "serves"))
        yield from _when(offer, levels, audiences, document, (*path, "when"))
        yield from _effect(offer, document, path)
        yield from _limits(offer, path)
    yield from _legal(document)


def _once(codes: Iterable[str], path: Path) -> Iterator[Problem]:
    seen = set()
    for i, code in enumerate(codes):
        if code in seen:
            yield Problem("code_twice", (*path, i, "code"), {"code": code})
        seen.add(code)


def _when(
    offer: Offer, levels: set[str], audiences: set[str], document: Document, path: Path
) -> Iterator[Problem]:
    when = offer.when
    for n, tier in enumerate(when.tiers):
        if tier not in levels:
            yield unknown("unknown_tier", tier, levels, (*path, "tiers", n))
    for n, audience in enumerate(when.audiences):
        if audience not in audiences:
            yield unknown("unknown_audience", audience, audiences, (*path, "audiences", n))
    if when.first_day is not None and when.last_day is not None and when.first_day > when.last_day:
        yield Problem("days_reversed", (*path, "last_day"))
    least, most = when.amount_at_least, when.amount_at_most
    if least is not None and most is not None and least > most:
        yield Problem("amounts_reversed", (*path, "amount_at_most"))
    if when.hours is not None and when.hours.first == when.hours.until:
        yield Problem("hours_empty", (*path, "hours"))
    if when.engagement_at_least is not None and document.engagement is None:
        yield Problem("no_engagement", (*path, "engagement_at_least"))
    if when.last_day is not None and when.last_day < document.valid_from:
        yield Problem("offer_over", (*path, "last_day"), {"offer": offer.code}, is_warning=True)


def _effect(offer: Offer, document: Document, path: Path) -> Iterator[Problem]:
    named = [name for name in _EFFECTS if getattr(offer.effect, name) is not None]
    if len(named) != 1:
        yield Problem("effect_count", (*path, "effect"), {"found": ", ".join(named) or "-"})
        return
    name = named[0]
    for kind in ("points", "voucher"):
        given: Given | None = getattr(offer.effect, kind)
        if given is not None:
            yield from _given(given, kind, document, (*path, "effect", kind))
    lines = offer.lines
    if lines is not None and not (lines.departments or lines.brands or lines.products):
        yield Problem("lines_empty", (*path, "lines"))
    if name == "price" and lines is None:
        yield Problem("price_without_lines", (*path, "effect", "price"))
    is_price = name in ("percent", "amount", "price", "free", "buy")
    if is_price and offer.chance is not None:
        yield Problem("chance_on_price", (*path, "chance"))
    if offer.stock is not None and is_price:
        yield Problem("stock_on_price", (*path, "stock"))
    budget = offer.budget
    if budget is not None:
        if (budget.amount is None) == (budget.units is None):
            yield from check_budget(budget, document, (*path, "budget"))
        elif is_price and budget.amount is None:
            yield Problem("budget_needs_amount", (*path, "budget", "units"))
        elif name in ("points", "voucher") and budget.units is None:
            yield Problem("budget_needs_units", (*path, "budget", "amount"))
        elif name == "gift":
            yield Problem("budget_on_gift", (*path, "budget"))
        else:
            yield from check_budget(budget, document, (*path, "budget"))


def _given(given: Given, kind: str, document: Document, path: Path) -> Iterator[Problem]:
    currency = document.currency(given.currency)
    if currency is None:
        known = [one.code for one in document.currencies]
        yield unknown("unknown_currency", given.currency, known, (*path, "currency"))
    elif (currency.kind is CurrencyKind.VOUCHER) != (kind == "voucher"):
        name = "voucher_is_not" if kind == "voucher" else "points_are_voucher"
        yield Problem(name, (*path, "currency"), {"currency": given.currency})
    if (given.units is None) == (given.per_amount is None):
        yield Problem("given_count", path)


def _limits(offer: Offer, path: Path) -> Iterator[Problem]:
    if offer.exclusive and offer.combines:
        yield Problem("exclusive_combines", (*path, "combines"))
    if offer.on_initial_price and not offer.combines:
        yield Problem("initial_alone", (*path, "on_initial_price"), is_warning=True)
    for n, part in enumerate(offer.gives_back):
        lacks = (
            (part is GivesBack.BUDGET and offer.budget is None)
            or (part is GivesBack.TIMES and offer.times is None)
            or (part is GivesBack.PLACE and offer.quota is None and offer.needs is not OfferNeeds.CODE)
        )
        if lacks:
            yield Problem(
                "gives_back_nothing", (*path, "gives_back", n), {"part": part.value}, is_warning=True
            )


def _legal(document: Document) -> Iterator[Problem]:
    """A percentage that the law does not allow is refused where it is written; what only exceeds it together with
    others is cut off when a ticket is decided."""
    known = laws()
    for i, cap in enumerate(document.legal_caps):
        law = known.get(cap.law)
        if law is None:
            yield unknown("unknown_law", cap.law, known, ("legal_caps", i, "law"))
            continue
        for n, offer in enumerate(document.offers):
            if not _touches(offer.lines, cap.departments):
                continue
            written = _percent_of(offer)
            if written is None:
                continue
            percent, path = written
            allowed = _allowed(law, offer.when, document)
            if percent > allowed:
                yield Problem(
                    "beyond_the_law",
                    ("offers", n, "effect", *path),
                    {"offer": offer.code, "law": cap.law, "found": percent, "most": allowed},
                )
        if cap.holds_rules:
            yield from _legal_rules(cap, law, document)
        else:
            yield from _left_out(i, cap, document)


def _left_out(i: int, cap: LegalCap, document: Document) -> Iterator[Problem]:
    """A limit that the law sets on what is given later too is told of a rule that gives some."""
    for rule in document.rules:
        currency = document.currency(rule.currency)
        has_worth = currency is not None and currency.worth is not None
        if has_worth and rule.lines is not None and _touches(rule.lines, cap.departments):
            yield Problem(
                "law_leaves_rules", ("legal_caps", i), {"rule": rule.code, "law": cap.law}, is_warning=True
            )
            return


def _legal_rules(cap: LegalCap, law: Law, document: Document) -> Iterator[Problem]:
    for n, rule in enumerate(document.rules):
        if rule.lines is None or not _touches(rule.lines, cap.departments):
            continue
        percent, allowed = _worth_given(rule, document), _allowed(law, rule.when, document)
        if percent > allowed:
            figures: dict[str, str | int] = {
                "rule": rule.code,
                "law": cap.law,
                "found": f"{percent:.4g}",
                "most": allowed,
            }
            yield Problem("rule_beyond_the_law", ("rules", n, "gift"), figures)


def _allowed(law: Law, when: When, document: Document) -> int:
    """The least that the law allows on any day on which it may be given."""
    return min(
        (
            span.percent
            for span in law.spans
            if (when.last_day is None or span.first_day <= when.last_day)
            and (span.last_day is None or span.last_day >= (when.first_day or document.valid_from))
        ),
        default=100,
    )


def _worth_given(rule: Rule, document: Document) -> Decimal:
    """What the rule gives of each amount, at the worth of its units and in per cent, as far as its words alone say."""
    currency = document.currency(rule.currency)
    gift, times = rule.gift.per_amount, Decimal(100)
    if rule.gift.multiply is not None:
        base = document.rule(rule.gift.multiply.rule)
        gift, times = (
            base.gift.per_amount if base is not None else None,
            Decimal(rule.gift.multiply.percent - 100),
        )
    if gift is None or currency is None or currency.worth is None or not gift.each:
        return Decimal(0)
    return times * gift.give * currency.worth.amount / (gift.each * currency.worth.units)


def _touches(lines: Lines | None, departments: Iterable[str]) -> bool:
    """May the offer count one of these departments? Of brands and products nobody can tell before the ticket."""
    return lines is None or (bool(lines.departments) and not set(lines.departments).isdisjoint(departments))


def _percent_of(offer: Offer) -> tuple[int, Path] | None:
    """What the offer takes off each article at least, in per cent, as far as its words alone say."""
    effect = offer.effect
    if effect.percent is not None:
        return effect.percent.off, ("percent", "off")
    if effect.buy is not None:
        buy = effect.buy
        return buy.percent * buy.get // (buy.buy + buy.get), ("buy",)
    if effect.free is not None:
        return 100, ("free",)
    return None
