"""Numbers, money and dates as people of each language write them. The one place that formats for the eye."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError, dates, numbers
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assidu.plans.wording import figures
from assidu.plans.wording.language import Language, language_of

CURRENCY_EXPONENT = 2
FRENCH_PHONE_LENGTH = len("+33639980634")
NARROW_SPACE = "\u202f"
MEASURES = re.compile(r"(?<=\d) (?=(?:mg|g|kg|ml|cl|l|L|mm|cm|m)\b)")
FINEST = 3
"""So many digits are looked at before a share is the whole, or nothing."""
LONG_FROM = 10_000
"""Beside a chart, figures from here on are written in short."""


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def locale() -> Locale:
    """The locale of the language that is active for this request."""
    return _locale(get_language() or "en")


def number(value: float | Decimal, digits: int = 0) -> str:
    """1 234 in French, 1,234 in English."""
    return _minus(numbers.format_decimal(Decimal(str(value)), format=_pattern(digits), locale=locale()))


def _minus(text: str) -> str:
    """What is below zero has a minus sign, as wide as the plus: not the hyphen of the locale data."""
    return text.replace("-", figures.MINUS, 1) if text.startswith("-") else text


def compact(value: int) -> str:
    """With three figures at most: 650, 6.5K, 1.23M."""
    digits = max(len(str(value)) - 3, 0)
    return numbers.format_compact_decimal(round(value, -digits), locale=locale(), fraction_digits=2)


def signed(value: int) -> str:
    """+120, −35: a movement."""
    sign = "+" if value > 0 else figures.MINUS if value < 0 else ""
    return sign + number(abs(value))


def money(amount_minor: int, currency: str = "EUR", *, cents: bool = True) -> str:
    """An amount in minor units: 1 234,56 €. Without cents it is rounded to the unit, for large figures."""
    amount = Decimal(amount_minor).scaleb(-CURRENCY_EXPONENT)
    if cents:
        return _minus(numbers.format_currency(amount, currency, locale=locale()))
    whole = amount.quantize(Decimal(1)) or Decimal(0)  # cents that are owed are no debt of nothing
    return _minus(
        numbers.format_currency(
            whole, currency, locale=locale(), currency_digits=False, format=_money_pattern()
        )
    )


def signed_money(amount_minor: int, currency: str = "EUR") -> str:
    sign = "+" if amount_minor > 0 else figures.MINUS if amount_minor < 0 else ""
    return sign + money(abs(amount_minor), currency)


def percent(ratio: float | Decimal, digits: int = 1) -> str:
    """0.0412 is 4,1 %. What is not the whole is never 100 %, and what is not nothing never 0 %: 2,446 of 2,452 are
    99,8 %. What cannot be told, as of nothing in nothing, is a dash."""
    exact = Decimal(str(ratio))
    if exact.is_nan():
        return "–"
    if 0 < abs(exact) < 1:
        least = Decimal(1).scaleb(-2 - FINEST)
        while digits < FINEST and round(abs(exact) * 100, digits) in (0, 100):
            digits += 1
        exact = min(max(abs(exact), least), 1 - least).copy_sign(exact)
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    standard = locale().percent_formats[None].pattern
    if standard.endswith("%") and standard[-2:-1].isspace():
        pattern = pattern[:-1] + standard[-2:]
    return _minus(numbers.format_percent(exact, format=pattern, locale=locale()))


def about(seconds: float | None) -> float | None:
    """How long something still takes, as exactly as anybody can say it: by 5 seconds, then by half minutes."""
    if seconds is None or seconds < 20:
        return seconds
    step = 5 if seconds < 120 else 30
    return step * max(round(seconds / step), 1)


def on_an_axis(value: float, style: str, currency: str, digits: int, most: float | None = None) -> str:
    """12,5 k €: what stands beside a chart, in short where it is long. ``digits`` are those that tell ticks apart;
    ``most`` is how far the axis goes: where that is long, all of its ticks are short."""
    if style == "percent":
        return percent(value, max(0, digits - 2))
    is_long = max(abs(value), most or 0.0) >= LONG_FROM and value != 0
    if style == "currency":
        if is_long:
            return _minus(
                numbers.format_compact_currency(
                    value, currency, format_type="short", locale=locale(), fraction_digits=1
                )
            )
        return money(round(value * 10**CURRENCY_EXPONENT), currency, cents=digits > 0)
    if is_long:
        return _minus(
            numbers.format_compact_decimal(value, format_type="short", locale=locale(), fraction_digits=1)
        )
    return number(value, digits)


def day(value: date | datetime, *, year: bool = True) -> str:
    """8 nov. 2026, 8 Nov 2026."""
    return (figures.short_day if year else figures.short_day_of_year)(_day(value), _language())


def long_day(value: date | datetime) -> str:
    """dimanche 8 novembre 2026, Sunday 8 November 2026."""
    return figures.weekday(_day(value), _language())


def full_day(value: date | datetime) -> str:
    """8 novembre 2026, 8 November 2026: in a heading and in a sentence, where nothing is cut short."""
    return figures.day(_day(value), _language())


def month(value: date | datetime, *, short: bool = False) -> str:
    """novembre 2026, or nov. for the axis of a chart."""
    return (figures.short_month if short else figures.month)(_day(value), _language())


def moment(value: datetime) -> str:
    """8 nov. 2026, 14:05, in the zone of the screens."""
    return f"{day(value)}, {clock_time(value)}"


def clock_time(value: datetime) -> str:
    chosen = local(value)
    assert isinstance(chosen, datetime)
    return figures.clock_time(chosen.time(), _language())


def _day(value: date | datetime) -> date:
    """The day of an instant in the zone of the screens."""
    chosen = local(value)
    return chosen.date() if isinstance(chosen, datetime) else chosen


def _language() -> Language:
    return language_of(get_language(), Language.EN)


def ago(value: datetime, now: datetime) -> str:
    """il y a 3 heures; beyond a month, the day."""
    passed = now - value
    if passed > timedelta(days=30):
        return day(value)
    if abs(passed) < timedelta(minutes=1):
        return _("just now")
    return dates.format_timedelta(-passed, add_direction=True, locale=locale(), threshold=1.2)


def phone(number: str) -> str:
    """+33 6 39 98 06 34: French numbers in pairs, others as they are."""
    if number.startswith("+33") and len(number) == FRENCH_PHONE_LENGTH:
        pairs = [number[start : start + 2] for start in range(4, len(number), 2)]
        return NARROW_SPACE.join(["+33", number[3], *pairs])
    return number


def language_name(code: str) -> str:
    """French, Français; a code that no one knows is shown itself."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name(locale()) or code
    except (ValueError, UnknownLocaleError):
        return code


def typographic(text: str) -> str:
    """Sentences that tills print too have straight apostrophes; screens show the others, and never leave a measure
    alone on the next line: 370 g."""
    return MEASURES.sub("\u00a0", text.replace("'", "\u2019"))


def days_ago(value: date, today: date) -> str:
    """today, yesterday, 6 days ago, 3 months ago."""
    days = (today - value).days
    if days <= 1:
        return _("today") if days <= 0 else _("yesterday")
    return dates.format_timedelta(-timedelta(days=days), add_direction=True, locale=locale(), threshold=1.2)


def until(last: date, today: date) -> str:
    """today is the last day, until tomorrow, until 8 Nov 2026: how long something can still be used."""
    days = (last - today).days
    if days <= 0:
        return _("today is the last day")
    return _("until tomorrow") if days == 1 else _("until %(day)s") % {"day": day(last)}


def still(since: date) -> str:
    """What takes the place of `until` while a membership is suspended."""
    return _("stands still since %(day)s") % {"day": day(since)}


def soon(last: date, today: date) -> str:
    """today, tomorrow, soon."""
    days = (last - today).days
    return _("today") if days <= 0 else _("tomorrow") if days == 1 else _("soon")


def local(value: date | datetime) -> date | datetime:
    """An instant in the zone of the screens; a date stays as it is."""
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(timezone.get_current_timezone())


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


def _money_pattern() -> str:
    pattern: str = locale().currency_formats["standard"].pattern
    return pattern.replace("0.00", "0")
