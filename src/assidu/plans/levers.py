"""The numbers of a programme that one can turn without rewriting it: what each rule and offer gives, its limits,
prices of rewards, thresholds of statuses, validity.

A lever has a name that says where its number stands (``rules.base.give``); ``turned`` makes the document again
from texts by name, as a form or an address sends them.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec.structs import replace

from assidu.plans.document import (
    Budget,
    Cap,
    Document,
    Duration,
    Gift,
    Level,
    Offer,
    Quota,
    Reward,
    Rule,
    Times,
)
from assidu.plans.lever import BadNumber, Lever, LeverKind, number_in
from assidu.plans.offer_levers import offer_levers, turned_offer

OFFERS_MAX = 100
"""So many offers have levers; the others stay as they are. One page can show no more."""
_DURATION_UNITS = ("days", "weeks", "months", "years")


def rule_levers(rule: Rule) -> tuple[Lever, ...]:
    return tuple(_rule_levers(rule))


def _rule_levers(rule: Rule) -> Iterator[Lever]:
    name, currency, gift = f"rules.{rule.code}", rule.currency, rule.gift
    if gift.per_amount is not None:
        yield Lever(f"{name}.give", LeverKind.GIVE, gift.per_amount.give, currency)
        yield Lever(f"{name}.each", LeverKind.EACH, gift.per_amount.each)
    if gift.fixed is not None:
        yield Lever(f"{name}.fixed", LeverKind.FIXED, gift.fixed, currency)
    if gift.multiply is not None:
        yield Lever(f"{name}.percent", LeverKind.PERCENT, gift.multiply.percent)
    for n, step in enumerate(gift.steps, start=1):
        yield Lever(f"{name}.step_at_least.{n}", LeverKind.STEP_AT_LEAST, step.at_least, step=n)
        yield Lever(f"{name}.step_give.{n}", LeverKind.STEP_GIVE, step.give, currency, step=n)
    if rule.trigger == "sale":
        yield Lever(f"{name}.amount_at_least", LeverKind.AMOUNT_AT_LEAST, rule.when.amount_at_least)
        if rule.when.amount_at_most is not None:
            yield Lever(f"{name}.amount_at_most", LeverKind.AMOUNT_AT_MOST, rule.when.amount_at_most)
        yield Lever(f"{name}.cap_per_sale", LeverKind.CAP_PER_SALE, rule.cap_per_sale, currency)
    if rule.cap is not None:
        yield Lever(f"{name}.cap", LeverKind.CAP, rule.cap.units, currency, rule.cap.per)
    if rule.times is not None:
        yield Lever(f"{name}.times", LeverKind.TIMES, rule.times.limit, period=rule.times.per)
    if rule.quota is not None:
        yield Lever(f"{name}.quota", LeverKind.QUOTA, rule.quota.first, period=rule.quota.per)
    if rule.budget is not None:
        budget, per = rule.budget, rule.budget.per
        if budget.amount is not None:
            yield Lever(f"{name}.budget", LeverKind.BUDGET, budget.amount, period=per)
        else:
            yield Lever(f"{name}.budget_units", LeverKind.BUDGET_UNITS, budget.units, currency, per)


def other_levers(document: Document) -> tuple[Lever, ...]:
    """Those of rewards, statuses and currencies."""
    found: list[Lever] = []
    for reward in document.rewards:
        name, costs = f"rewards.{reward.code}", reward.costs
        found.append(Lever(f"{name}.cost", LeverKind.COST, costs.units, costs.currency))
        if reward.stock is not None:
            found.append(Lever(f"{name}.stock", LeverKind.STOCK, reward.stock))
    levels = document.tiers.levels if document.tiers is not None else ()
    found += [lever for level in levels for lever in _level_levers(level)]
    for currency in document.currencies:
        if currency.expires is not None and _has_number(currency.expires):
            unit, number = _written(currency.expires)
            found.append(
                Lever(
                    f"currencies.{currency.code}.expires", LeverKind.EXPIRES, number, currency.code, unit=unit
                )
            )
    return tuple(found)


def _level_levers(level: Level) -> Iterator[Lever]:
    """Of what a status asks for; the first one asks for nothing."""
    name, units = f"levels.{level.code}", level.units_at_least
    if level.spend_at_least:
        yield Lever(f"{name}.threshold", LeverKind.THRESHOLD, level.spend_at_least)
    if units is not None:
        yield Lever(f"{name}.units_at_least", LeverKind.UNITS_AT_LEAST, units.units, units.currency)
    if level.purchases_at_least is not None:
        yield Lever(f"{name}.purchases_at_least", LeverKind.PURCHASES_AT_LEAST, level.purchases_at_least)
    if level.engagement_at_least is not None:
        yield Lever(f"{name}.engagement_at_least", LeverKind.ENGAGEMENT_AT_LEAST, level.engagement_at_least)


def offers_turned(document: Document) -> tuple[Offer, ...]:
    """Those that have levers."""
    return tuple(islice(document.offers, OFFERS_MAX))


def levers(document: Document) -> tuple[Lever, ...]:
    found = [lever for rule in document.rules for lever in _rule_levers(rule)]
    found += [lever for offer in offers_turned(document) for lever in offer_levers(offer)]
    return (*found, *other_levers(document))


def switch_name(what: Rule | Offer) -> str:
    """The name under which a form says whether a rule or an offer is on."""
    return f"{'rules' if isinstance(what, Rule) else 'offers'}.{what.code}.on"


def switch_names(document: Document) -> tuple[str, ...]:
    return (*map(switch_name, document.rules), *map(switch_name, offers_turned(document)))


def unreadable(document: Document, texts: Mapping[str, str]) -> dict[str, Lever]:
    """The levers whose text is not a number that they take, by name."""
    found = {}
    for lever in levers(document):
        try:
            number_in(lever, texts.get(lever.name, "1"))
        except BadNumber:
            found[lever.name] = lever
    return {name: lever for name, lever in found.items() if name in texts}


def turned(document: Document, texts: Mapping[str, str], *, switches: bool = True) -> Document:
    """The document with the numbers that ``texts`` gives by name. What is not named stays.

    ``switches``: a rule or an offer whose switch is not named is off, as an unticked box in a form is not sent.
    Raises ``BadNumber``; whether the whole still makes sense is for ``check`` to say.
    """
    values = {
        lever.name: number_in(lever, texts[lever.name]) for lever in levers(document) if lever.name in texts
    }
    is_off = {name for name in switch_names(document) if switches and name not in texts}
    rules = tuple(_turned_rule(rule, values) for rule in document.rules if switch_name(rule) not in is_off)
    offers = tuple(
        turned_offer(offer, values) for offer in document.offers if switch_name(offer) not in is_off
    )
    rewards = tuple(_turned_reward(reward, values) for reward in document.rewards)
    tiers = document.tiers
    if tiers is not None:
        tiers = replace(tiers, levels=tuple(_turned_level(level, values) for level in tiers.levels))
    currencies = tuple(
        replace(currency, expires=replace(currency.expires, **{_written(currency.expires)[0]: number}))
        if currency.expires is not None and (number := values.get(f"currencies.{currency.code}.expires"))
        else currency
        for currency in document.currencies
    )
    return replace(document, rules=rules, offers=offers, rewards=rewards, tiers=tiers, currencies=currencies)


def _turned_reward(reward: Reward, values: Mapping[str, Any]) -> Reward:
    name = f"rewards.{reward.code}"
    cost = values.get(f"{name}.cost", reward.costs.units)
    return replace(
        reward,
        costs=replace(reward.costs, units=cost),
        stock=values.get(f"{name}.stock", reward.stock),
    )


def _turned_level(level: Level, values: Mapping[str, Any]) -> Level:
    def value(kind: str, otherwise: Any) -> Any:
        return values.get(f"levels.{level.code}.{kind}", otherwise)

    units = level.units_at_least
    return replace(
        level,
        spend_at_least=value("threshold", level.spend_at_least),
        units_at_least=None if units is None else replace(units, units=value("units_at_least", units.units)),
        purchases_at_least=value("purchases_at_least", level.purchases_at_least),
        engagement_at_least=value("engagement_at_least", level.engagement_at_least),
    )


def _turned_rule(rule: Rule, values: Mapping[str, Any]) -> Rule:
    def value(kind: str, otherwise: Any) -> Any:
        return values.get(f"rules.{rule.code}.{kind}", otherwise)

    when = replace(
        rule.when,
        amount_at_least=value("amount_at_least", rule.when.amount_at_least),
        amount_at_most=value("amount_at_most", rule.when.amount_at_most),
    )
    cap = value("cap", rule.cap.units) if rule.cap is not None else None
    times = value("times", rule.times.limit) if rule.times is not None else None
    quota = value("quota", rule.quota.first) if rule.quota is not None else None
    return replace(
        rule,
        gift=_turned_gift(rule.gift, value),
        when=when,
        cap_per_sale=value("cap_per_sale", rule.cap_per_sale),
        cap=None if cap is None or rule.cap is None else Cap(units=cap, per=rule.cap.per),
        times=None if times is None or rule.times is None else Times(limit=times, per=rule.times.per),
        quota=None
        if quota is None or rule.quota is None
        else Quota(first=quota, per=rule.quota.per, over=rule.quota.over),
        budget=_turned_budget(rule.budget, value),
    )


def _turned_budget(budget: Budget | None, value: Any) -> Budget | None:
    """Emptied, it goes as a whole."""
    if budget is None:
        return None
    amount = value("budget", budget.amount) if budget.amount is not None else None
    units = value("budget_units", budget.units) if budget.amount is None else None
    return None if amount is None and units is None else replace(budget, amount=amount, units=units)


def _turned_gift(gift: Gift, value: Any) -> Gift:
    if gift.per_amount is not None:
        part = gift.per_amount
        return replace(
            gift, per_amount=replace(part, give=value("give", part.give), each=value("each", part.each))
        )
    if gift.fixed is not None:
        return replace(gift, fixed=value("fixed", gift.fixed))
    if gift.multiply is not None:
        return replace(gift, multiply=replace(gift.multiply, percent=value("percent", gift.multiply.percent)))
    return replace(
        gift,
        steps=tuple(
            replace(
                step,
                at_least=value(f"step_at_least.{n}", step.at_least),
                give=value(f"step_give.{n}", step.give),
            )
            for n, step in enumerate(gift.steps, start=1)
        ),
    )


def _has_number(duration: Duration) -> bool:
    """Units that can be used until a day of each year need no duration beside it."""
    return any(getattr(duration, unit) is not None for unit in _DURATION_UNITS)


def _written(duration: Duration) -> tuple[str, int]:
    for unit in _DURATION_UNITS:
        number = getattr(duration, unit)
        if number is not None:
            return unit, number
    raise AssertionError("a duration that was checked has a number")
