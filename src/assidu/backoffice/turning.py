"""The form with which one turns the numbers of a programme: a sentence and its levers, rule by rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_symbol
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import formats
from assidu.backoffice.versions import language
from assidu.decisions.calendar import Period
from assidu.plans.document import Document
from assidu.plans.levers import (
    Lever,
    LeverKind,
    other_levers,
    rule_levers,
    switch_name,
)
from assidu.plans.wording import text_in
from assidu.plans.wording.phrases import phrases_of

LABELS: dict[LeverKind, str | Promise] = {
    LeverKind.GIVE: gettext_lazy("Gives"),
    LeverKind.EACH: gettext_lazy("for each"),
    LeverKind.FIXED: gettext_lazy("Gives"),
    LeverKind.PERCENT: gettext_lazy("Raises to"),
    LeverKind.STEP_AT_LEAST: gettext_lazy("Step %(step)s: from"),
    LeverKind.STEP_GIVE: gettext_lazy("Step %(step)s: gives"),
    LeverKind.CAP_PER_SALE: gettext_lazy("At most per ticket"),
    LeverKind.AMOUNT_AT_LEAST: gettext_lazy("From a ticket of"),
    LeverKind.AMOUNT_AT_MOST: gettext_lazy("Up to a ticket of"),
    LeverKind.EXPIRES: gettext_lazy("Valid for"),
    LeverKind.COST: gettext_lazy("Costs"),
    LeverKind.THRESHOLD: gettext_lazy("From a spend of"),
}
CAPS: dict[Period, str | Promise] = {
    Period.DAY: gettext_lazy("At most a day"),
    Period.WEEK: gettext_lazy("At most a week"),
    Period.MONTH: gettext_lazy("At most a month"),
    Period.QUARTER: gettext_lazy("At most a quarter"),
    Period.YEAR: gettext_lazy("At most a year"),
    Period.EVER: gettext_lazy("At most in all"),
}
TIMES: dict[Period, str | Promise] = {
    Period.DAY: gettext_lazy("Times a day"),
    Period.WEEK: gettext_lazy("Times a week"),
    Period.MONTH: gettext_lazy("Times a month"),
    Period.QUARTER: gettext_lazy("Times a quarter"),
    Period.YEAR: gettext_lazy("Times a year"),
    Period.EVER: gettext_lazy("Times in all"),
}
QUOTAS: dict[Period, str | Promise] = {
    Period.DAY: gettext_lazy("First tickets of the day"),
    Period.WEEK: gettext_lazy("First tickets of the week"),
    Period.MONTH: gettext_lazy("First tickets of the month"),
    Period.QUARTER: gettext_lazy("First tickets of the quarter"),
    Period.YEAR: gettext_lazy("First tickets of the year"),
    Period.EVER: gettext_lazy("First tickets of all"),
}
DURATIONS: dict[str, str | Promise] = {
    "days": gettext_lazy("days"),
    "weeks": gettext_lazy("weeks"),
    "months": gettext_lazy("months"),
    "years": gettext_lazy("years"),
}


@dataclass(frozen=True, slots=True)
class LeverShown:
    name: str
    label: str
    value: str
    unit: str
    is_bad: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One part of the programme that can be turned. ``switch`` is the name of its box, where it has one."""

    sentence: str
    name: str
    levers: tuple[LeverShown, ...]
    switch: str = ""
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Turns:
    rules: tuple[Turn, ...]
    others: tuple[Turn, ...]


def turns(document: Document, texts: Mapping[str, str] | None = None, bad: Iterable[str] = ()) -> Turns:
    """The whole form; ``texts`` is what was sent, shown again as it was typed."""
    phrases = phrases_of(document, language())
    wrong = set(bad)
    rules = tuple(
        Turn(
            phrases.rule(rule),
            text_in(rule.name, language()),
            tuple(_shown(lever, document, texts, wrong) for lever in rule_levers(rule)),
            switch_name(rule.code),
            texts is None or switch_name(rule.code) in texts,
        )
        for rule in document.rules
    )
    others = tuple(
        Turn("", _subject(lever, document), (_shown(lever, document, texts, wrong),))
        for lever in other_levers(document)
    )
    return Turns(rules, others)


def _subject(lever: Lever, document: Document) -> str:
    """Whom a lever outside rules is about: a reward, a status, a currency."""
    part, code, _kind = lever.name.split(".", 2)
    known = {"rewards": document.reward, "levels": document.level, "currencies": document.currency}[part]
    member = known(code)
    assert member is not None, "a lever is about something that is there"
    name = text_in(member.name, language())
    return name[:1].upper() + name[1:]


def _shown(lever: Lever, document: Document, texts: Mapping[str, str] | None, bad: set[str]) -> LeverShown:
    value = written(lever.value)
    if texts is not None and lever.name in texts:
        value = texts[lever.name][:20]
    return LeverShown(
        lever.name,
        _label(lever),
        value,
        _unit(lever, document),
        lever.name in bad,
        _("empty: no limit") if lever.may_be_empty else "",
    )


def written(value: int | Decimal | None) -> str:
    """A number as it stands in a box: with the comma of the language, without groups of three."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    separator: str = formats.locale().number_symbols["latn"]["decimal"]
    return f"{value:f}".replace(".", separator)


def _label(lever: Lever) -> str:
    if lever.period is not None:
        known = {LeverKind.CAP: CAPS, LeverKind.TIMES: TIMES, LeverKind.QUOTA: QUOTAS}[lever.kind]
        return str(known[lever.period])
    label = str(LABELS[lever.kind])
    return label % {"step": lever.step} if lever.step else label


def _unit(lever: Lever, document: Document) -> str:
    if lever.is_amount:
        return str(get_currency_symbol(document.sale_currency.code, formats.locale()))
    if lever.kind is LeverKind.PERCENT:
        return "%"
    if lever.unit:
        return str(DURATIONS[lever.unit])
    currency = document.currency(lever.currency)
    return text_in(currency.name, language()) if currency is not None else ""
