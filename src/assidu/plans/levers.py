"""The numbers of a programme that one can turn without rewriting it: what each rule gives, its limits, thresholds.

A lever has a name that says where its number stands (``rules.base.give``); ``turned`` makes the document again
from texts by name, as a form or an address sends them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from assidu.decisions.calendar import Period
from assidu.plans.document import (
    AMOUNT_MAX,
    PERCENT_MAX,
    UNITS_MAX,
    Cap,
    Document,
    Duration,
    Gift,
    Level,
    Quota,
    Rule,
    Times,
)

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_DURATION_UNITS = ("days", "weeks", "months", "years")


class LeverKind(StrEnum):
    """What a number is. An amount is of the sale currency, units are of ``Lever.currency``."""

    GIVE = "give"
    EACH = "each"
    FIXED = "fixed"
    PERCENT = "percent"
    STEP_AT_LEAST = "step_at_least"
    STEP_GIVE = "step_give"
    CAP_PER_SALE = "cap_per_sale"
    CAP = "cap"
    TIMES = "times"
    QUOTA = "quota"
    AMOUNT_AT_LEAST = "amount_at_least"
    AMOUNT_AT_MOST = "amount_at_most"
    EXPIRES = "expires"
    COST = "cost"
    THRESHOLD = "threshold"


AMOUNTS = frozenset(
    {
        LeverKind.EACH,
        LeverKind.STEP_AT_LEAST,
        LeverKind.AMOUNT_AT_LEAST,
        LeverKind.AMOUNT_AT_MOST,
        LeverKind.THRESHOLD,
    }
)
_MAY_BE_EMPTY = frozenset(
    {
        LeverKind.CAP_PER_SALE,
        LeverKind.CAP,
        LeverKind.TIMES,
        LeverKind.QUOTA,
        LeverKind.AMOUNT_AT_LEAST,
        LeverKind.AMOUNT_AT_MOST,
    }
)


@dataclass(frozen=True, slots=True)
class Lever:
    """``value`` is nothing where the limit is not set. ``period`` is a cap's, ``unit`` a duration's, ``step`` counts
    from 1."""

    name: str
    kind: LeverKind
    value: int | Decimal | None
    currency: str = ""
    period: Period | None = None
    unit: str = ""
    step: int = 0

    @property
    def is_amount(self) -> bool:
        return self.kind in AMOUNTS

    @property
    def may_be_empty(self) -> bool:
        """An empty limit is no limit."""
        return self.kind in _MAY_BE_EMPTY


class BadNumber(Exception):
    """A text that is not a number this lever takes."""

    def __init__(self, lever: Lever, text: str) -> None:
        super().__init__(f"{lever.name}: {text!r}")
        self.lever = lever
        self.text = text


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


def other_levers(document: Document) -> tuple[Lever, ...]:
    """Those of rewards, statuses and currencies."""
    found = [
        Lever(f"rewards.{reward.code}.cost", LeverKind.COST, reward.costs.units, reward.costs.currency)
        for reward in document.rewards
    ]
    levels = document.tiers.levels if document.tiers is not None else ()
    found += [
        Lever(f"levels.{level.code}.threshold", LeverKind.THRESHOLD, level.spend_at_least)
        for level in levels
        if level.spend_at_least
    ]
    for currency in document.currencies:
        if currency.expires is not None and _has_number(currency.expires):
            unit, number = _written(currency.expires)
            found.append(
                Lever(
                    f"currencies.{currency.code}.expires", LeverKind.EXPIRES, number, currency.code, unit=unit
                )
            )
    return tuple(found)


def levers(document: Document) -> tuple[Lever, ...]:
    found = [lever for rule in document.rules for lever in _rule_levers(rule)]
    return (*found, *other_levers(document))


def switch_name(rule: str) -> str:
    """The name under which a form says whether a rule is on."""
    return f"rules.{rule}.on"


def unreadable(document: Document, texts: Mapping[str, str]) -> dict[str, Lever]:
    """The levers whose text is not a number that they take, by name."""
    found = {}
    for lever in levers(document):
        try:
            _number(lever, texts.get(lever.name, "1"))
        except BadNumber:
            found[lever.name] = lever
    return {name: lever for name, lever in found.items() if name in texts}


def turned(document: Document, texts: Mapping[str, str], *, switches: bool = True) -> Document:
    """The document with the numbers that ``texts`` gives by name. What is not named stays.

    ``switches``: a rule whose switch is not named is off, as an unticked box in a form is not sent.
    Raises ``BadNumber``; whether the whole still makes sense is for ``check`` to say.
    """
    values = {
        lever.name: _number(lever, texts[lever.name]) for lever in levers(document) if lever.name in texts
    }
    rules = tuple(
        _turned_rule(rule, values)
        for rule in document.rules
        if not switches or switch_name(rule.code) in texts
    )
    rewards = tuple(
        replace(reward, costs=replace(reward.costs, units=cost))
        if (cost := values.get(f"rewards.{reward.code}.cost"))
        else reward
        for reward in document.rewards
    )
    tiers = document.tiers
    if tiers is not None:
        tiers = replace(tiers, levels=tuple(_turned_level(level, values) for level in tiers.levels))
    currencies = tuple(
        replace(currency, expires=replace(currency.expires, **{_written(currency.expires)[0]: number}))
        if currency.expires is not None and (number := values.get(f"currencies.{currency.code}.expires"))
        else currency
        for currency in document.currencies
    )
    return replace(document, rules=rules, rewards=rewards, tiers=tiers, currencies=currencies)


def _turned_level(level: Level, values: Mapping[str, Any]) -> Level:
    threshold = values.get(f"levels.{level.code}.threshold")
    return level if threshold is None else replace(level, spend_at_least=threshold)


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
    )


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


def _number(lever: Lever, text: str) -> int | Decimal | None:
    """French and English decimals alike; what a lever does not take is refused, never cut to fit."""
    bare = "".join(text.split()).replace(",", ".")
    if not bare:
        if lever.may_be_empty:
            return None
        raise BadNumber(lever, text)
    if lever.is_amount:
        if not _DECIMAL.fullmatch(bare) or not 0 < Decimal(bare) <= AMOUNT_MAX:
            raise BadNumber(lever, text)
        return Decimal(bare)
    least, most = (101, PERCENT_MAX) if lever.kind is LeverKind.PERCENT else (1, UNITS_MAX)
    if not (bare.isascii() and bare.isdecimal() and len(bare) <= 12 and least <= int(bare) <= most):
        raise BadNumber(lever, text)
    return int(bare)


def _has_number(duration: Duration) -> bool:
    """Units that can be used until a day of each year need no duration beside it."""
    return any(getattr(duration, unit) is not None for unit in _DURATION_UNITS)


def _written(duration: Duration) -> tuple[str, int]:
    for unit in _DURATION_UNITS:
        number = getattr(duration, unit)
        if number is not None:
            return unit, number
    raise AssertionError("a duration that was checked has a number")
