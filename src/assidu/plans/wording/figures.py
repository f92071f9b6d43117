"""Numbers, amounts, days and lists as each language writes them.

Receipts are written on the hot path, so what Babel knows of a language is asked once and kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import get_currency_name, get_currency_symbol

from assidu.plans.document import Currency, SaleCurrency
from assidu.plans.wording.language import Language, text_in

MINUS = "−"
"""As wide as the plus, in both languages; a hyphen is none."""

DATES = {Language.FR: "fr", Language.EN: "en_GB"}
"""Whose days these are: the day stands before the month everywhere."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands between groups of three digits, before decimals, and around an amount."""

    group: str
    decimal: str
    before: str
    after: str


@lru_cache(maxsize=256)
def _marks(language: Language, money: str) -> _Marks:
    locale = Locale.parse(str(language))
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    sign = get_currency_symbol(money, locale) if money else ""
    pattern = locale.currency_formats["standard"]
    before, after = (part.replace("¤", sign) for part in (pattern.prefix[0], pattern.suffix[0]))
    return _Marks(symbols["group"], symbols["decimal"], before, after)


def number(value: int, language: Language, decimals: int = 0) -> str:
    """``12 345`` or ``12,345``; with ``decimals``, the last digits of ``value`` stand behind the comma."""
    marks = _marks(language, "")
    return _digits(value, decimals, marks)


def _digits(value: int, decimals: int, marks: _Marks) -> str:
    sign = MINUS if value < 0 else ""
    whole, rest = divmod(abs(value), 10**decimals)
    text = f"{whole:,}".replace(",", marks.group) if whole > 999 else str(whole)
    return f"{sign}{text}{marks.decimal}{rest:0{decimals}d}" if decimals else sign + text


def money(minor: int, currency: SaleCurrency, language: Language, *, is_short: bool = False) -> str:
    """``130,50 €`` or ``€130.50``; ``is_short`` writes round amounts without decimals."""
    marks = _marks(language, currency.code)
    decimals = currency.decimals
    if minor < 0:
        return MINUS + money(-minor, currency, language, is_short=is_short)
    if is_short and minor % 10**decimals == 0:
        return f"{marks.before}{_digits(minor // 10**decimals, 0, marks)}{marks.after}"
    return f"{marks.before}{_digits(minor, decimals, marks)}{marks.after}"


@lru_cache(maxsize=256)
def money_name(code: str, language: Language) -> str:
    """``francs suisses (CHF)``: in the plural, as people say it."""
    name = get_currency_name(code, 2, Locale.parse(str(language)))
    return code if name == code else f"{name} ({code})"


def foreign_money(minor: int, code: str, decimals: int, language: Language) -> str:
    """``50,00 CHF``: by its code, which stands for one money alone."""
    return f"{number(minor, language, decimals)}\u00a0{code}"


def rate(written: object, language: Language) -> str:
    """A rate as it was told: ``0,9432``."""
    return str(written).replace(".", _marks(language, "").decimal)


def amount(written: Decimal, currency: SaleCurrency, language: Language) -> str:
    """An amount of the document, short. One with too many decimals, which ``check`` refuses, is still shown."""
    scaled = written.scaleb(currency.decimals)
    if scaled != int(scaled):
        marks = _marks(language, currency.code)
        return f"{marks.before}{str(written).replace('.', marks.decimal)}{marks.after}"
    return money(int(scaled), currency, language, is_short=True)


def percent(value: int, language: Language) -> str:
    return f"{number(value, language)}\u00a0%" if language == Language.FR else f"{number(value, language)}%"


def quantity(units: int, currency: Currency | None, language: Language) -> str:
    """``1 point``, ``512 points``; a currency that the document does not know is named by nothing."""
    if currency is None:
        return number(units, language)
    return f"{number(units, language, currency.decimals)} {name_of(units, currency, language)}"


def name_of(units: int, currency: Currency, language: Language) -> str:
    """In the singular where the language wants it: French below 2, English for 1 alone."""
    one = 10**currency.decimals
    is_one = abs(units) < 2 * one if language == Language.FR else abs(units) == one
    if is_one and currency.singular is not None:
        return text_in(currency.singular, language)
    return text_in(currency.name, language)


def day(value: date, language: Language) -> str:
    """``22 juin 2026``, ``1er juin 2026``; ``22 June 2026``."""
    return _day(value, "d MMMM y", language)


def short_day(value: date, language: Language) -> str:
    """``22 sept. 2026``; ``22 Sept 2026``: in a table, beside a figure."""
    return _day(value, "d MMM y", language)


def short_day_of_year(value: date, language: Language) -> str:
    """``22 sept.``; ``22 Sept``."""
    return _day(value, "d MMM", language)


def weekday(value: date, language: Language) -> str:
    """``lundi 22 juin 2026``; ``Monday 22 June 2026``."""
    name = format_date(value, "EEEE", locale=DATES[language])
    return f"{name} {day(value, language)}"


def month(value: date, language: Language) -> str:
    """``juin 2026``; ``June 2026``."""
    return format_date(value, "MMMM y", locale=DATES[language])


def short_month(value: date, language: Language) -> str:
    """``sept.``; ``Sept``: on an axis."""
    return format_date(value, "MMM", locale=DATES[language])


@lru_cache(maxsize=4096)
def _day(value: date, pattern: str, language: Language) -> str:
    """The French say the first, and count from the second on."""
    text = format_date(value, pattern, locale=DATES[language])
    return f"1er{text[1:]}" if value.day == 1 and language == Language.FR else text


def clock_time(value: time, language: Language) -> str:
    """``14:05``, in both languages."""
    return format_time(value, "HH:mm", locale=DATES[language])


def several(count: int, name: str, language: Language) -> str:
    """``3 times “A voucher”``: a quoted name, as often as it is meant. Nobody has told us its plural."""
    if count == 1:
        return name
    return f"{number(count, language)} {'fois' if language == Language.FR else 'times'} {name}"


def day_of_year(value: date, language: Language) -> str:
    """``31 janvier``, ``1er juin``; ``31 January``."""
    return _day(value, "d MMMM", language)


def listing(items: Iterable[str], language: Language) -> str:
    """``a, b et c``."""
    known = list(items)
    if len(known) < 2:
        return "".join(known)
    word = " et " if language == Language.FR else " and "
    return ", ".join(known[:-1]) + word + known[-1]
