"""The form with which one turns the numbers of a programme: a sentence and its levers, rule by rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from babel.numbers import get_currency_symbol
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import formats
from assidu.backoffice.typed import PER_CENT, number_of, signs_of, ungrouped
from assidu.backoffice.versions import language
from assidu.decisions.calendar import Period
from assidu.plans.document import Document, Offer, Rule
from assidu.plans.lever import Lever, LeverKind, ends_of
from assidu.plans.levers import levers, offers_turned, other_levers, rule_levers, switch_name
from assidu.plans.offer_levers import offer_levers
from assidu.plans.own_unit import without_unit
from assidu.plans.wording import text_in
from assidu.plans.wording.offers import offer_said
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
    LeverKind.UNITS_AT_LEAST: gettext_lazy("From"),
    LeverKind.PURCHASES_AT_LEAST: gettext_lazy("From so many purchases"),
    LeverKind.ENGAGEMENT_AT_LEAST: gettext_lazy("From an engagement of"),
    LeverKind.OFF: gettext_lazy("Takes off"),
    LeverKind.OFF_AT_MOST: gettext_lazy("At most per ticket"),
    LeverKind.AMOUNT_OFF: gettext_lazy("Takes off"),
    LeverKind.PRICE: gettext_lazy("Each item for"),
    LeverKind.FREE: gettext_lazy("Cheapest items free"),
    LeverKind.BUY: gettext_lazy("For so many bought"),
    LeverKind.GET: gettext_lazy("so many more"),
    LeverKind.GET_OFF: gettext_lazy("with so much off"),
    LeverKind.BUY_TIMES: gettext_lazy("Times per ticket"),
    LeverKind.ONE_IN: gettext_lazy("Wins one ticket in"),
    LeverKind.STOCK: gettext_lazy("In all"),
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
BUDGETS: dict[Period, str | Promise] = {
    Period.DAY: gettext_lazy("Budget a day"),
    Period.WEEK: gettext_lazy("Budget a week"),
    Period.MONTH: gettext_lazy("Budget a month"),
    Period.QUARTER: gettext_lazy("Budget a quarter"),
    Period.YEAR: gettext_lazy("Budget a year"),
    Period.EVER: gettext_lazy("Budget in all"),
}
BY_PERIOD = {
    LeverKind.CAP: CAPS,
    LeverKind.TIMES: TIMES,
    LeverKind.QUOTA: QUOTAS,
    LeverKind.BUDGET: BUDGETS,
    LeverKind.BUDGET_UNITS: BUDGETS,
}
PERCENTS = frozenset({LeverKind.PERCENT, LeverKind.OFF, LeverKind.GET_OFF})
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
    wrong: str = ""


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
    """``offers_left`` have no levers: they stay as they are."""

    rules: tuple[Turn, ...]
    offers: tuple[Turn, ...]
    others: tuple[Turn, ...]
    offers_left: int

    @property
    def bad(self) -> list[tuple[str, LeverShown]]:
        """Where a number cannot be read: of which part, and which."""
        return [
            (turn.name, lever)
            for turn in (*self.rules, *self.offers, *self.others)
            for lever in turn.levers
            if lever.is_bad
        ]


def turns(document: Document, texts: Mapping[str, str] | None = None, bad: Iterable[str] = ()) -> Turns:
    """The whole form; ``texts`` is what was sent, shown again as it was typed."""
    phrases = phrases_of(document, language())
    wrong = set(bad)

    def turn(sentence: str, of: Rule | Offer, found: Iterable[Lever]) -> Turn:
        shown = tuple(_shown(lever, document, texts, wrong) for lever in found)
        name, switch = text_in(of.name, language()), switch_name(of)
        return Turn(sentence, name, shown, switch, texts is None or switch in texts)

    rules = tuple(turn(phrases.rule(rule), rule, rule_levers(rule)) for rule in document.rules)
    turned = offers_turned(document)
    offers = tuple(turn(offer_said(offer, phrases), offer, offer_levers(offer)) for offer in turned)
    others = tuple(
        Turn("", _subject(whose, document), tuple(_shown(lever, document, texts, wrong) for lever in found))
        for whose, found in groupby(other_levers(document), key=lambda lever: lever.name.rpartition(".")[0])
    )
    return Turns(rules, offers, others, len(document.offers) - len(turned))


def _subject(whose: str, document: Document) -> str:
    """What levers outside rules and offers are about: a reward, a status, a currency."""
    part, code = whose.split(".", 1)
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
        _wrong(lever, value) if lever.name in bad else "",
    )


def _wrong(lever: Lever, text: str) -> str:
    """Why a lever does not take what was typed."""
    number = number_of(text)
    if number is None:
        return _("a number is wanted")
    if not lever.is_amount and not isinstance(number, int):
        return _("a whole number is wanted")
    least, most = ends_of(lever)
    if lever.is_amount:
        return _("an amount above 0, up to %(most)s, is wanted") % {"most": formats.number(most)}
    return _("a whole number from %(least)s to %(most)s is wanted") % {
        "least": formats.number(least),
        "most": formats.number(most),
    }


def as_typed(document: Document, texts: Mapping[str, str]) -> dict[str, str]:
    """What was sent, its numbers without the units that somebody typed though they stand beside the boxes."""
    signs = signs_of(document.sale_currency.code)
    own = {
        lever.name: signs if lever.is_amount else PER_CENT if lever.kind in PERCENTS else ()
        for lever in levers(document)
    }
    return {
        name: ungrouped(without_unit(text, own[name])) if name in own else text
        for name, text in texts.items()
    }


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
        return str(BY_PERIOD[lever.kind][lever.period])
    label = str(LABELS[lever.kind])
    return label % {"step": lever.step} if lever.step else label


def _unit(lever: Lever, document: Document) -> str:
    if lever.is_amount:
        return str(get_currency_symbol(document.sale_currency.code, formats.locale()))
    if lever.kind in PERCENTS:
        return "%"
    if lever.unit:
        return str(DURATIONS[lever.unit])
    currency = document.currency(lever.currency)
    return text_in(currency.name, language()) if currency is not None else ""
