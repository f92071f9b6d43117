"""Tags and filters of our pages: icons, figures in the reader's language, fields, small drawings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from assidu.backoffice import cells, formats, icons, sparkline
from assidu.backoffice.sentences import ACCOUNT_ROLES
from assidu.backoffice.terms import explained
from assidu.customers.accounts import AccountRole
from assidu.foundation import clock

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    return icons.icon(name, css)


@register.simple_tag
def invented() -> SafeString:
    return cells.invented()


@register.simple_tag(name="sparkline")
def sparkline_tag(values: Sequence[float], css: str = "") -> SafeString:
    return sparkline.sparkline(values, css)


@register.simple_tag
def meter(value: float, maximum: float, tone: str = "") -> SafeString:
    return sparkline.meter(value, maximum, tone)


@register.filter
def account_role(role: AccountRole) -> str:
    return str(ACCOUNT_ROLES[role])


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else formats.number(value, digits)


@register.filter
def signed(value: int | None) -> str:
    return "" if value is None else formats.signed(value)


@register.filter
def money(amount_minor: int | None) -> str:
    return "" if amount_minor is None else formats.money(amount_minor)


@register.filter
def round_money(amount_minor: int | None) -> str:
    return "" if amount_minor is None else formats.money(amount_minor, cents=False)


@register.filter
def signed_money(amount_minor: int | None) -> str:
    return "" if amount_minor is None else formats.signed_money(amount_minor)


@register.filter
def percent(ratio: float | None, digits: int = 1) -> str:
    return "" if ratio is None else formats.percent(ratio, digits)


@register.filter
def day(value: date | None) -> str:
    return "" if value is None else formats.day(value)


@register.filter
def long_day(value: date | None) -> str:
    return "" if value is None else formats.long_day(value)


@register.filter
def full_day(value: date | None) -> str:
    return "" if value is None else formats.full_day(value)


@register.filter
def month(value: date | None) -> str:
    return "" if value is None else formats.month(value)


@register.filter
def moment(value: datetime | None) -> str:
    return "" if value is None else formats.moment(value)


@register.filter
def clock_time(value: datetime | None) -> str:
    return "" if value is None else formats.clock_time(value)


@register.filter
def day_and_time(value: datetime | None) -> str:
    """16 nov., 14:05: below a heading that already says the month and year."""
    return "" if value is None else f"{formats.day(value, year=False)}, {formats.clock_time(value)}"


@register.filter
def spoken(code: str) -> str:
    """The name of a language; Django's own `language_name` knows fewer, and fails on the others."""
    return formats.language_name(code)


@register.filter
def typographic(text: str) -> str:
    return formats.typographic(text)


@register.filter
def days_ago(value: date | None, today: date) -> str:
    return "" if value is None else formats.days_ago(value, today)


@register.filter
def ago(value: datetime | None) -> str:
    return "" if value is None else formats.ago(value, clock.now())


@register.inclusion_tag("backoffice/parts/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A field with its label, hint and errors, tied together for screen readers."""
    described = [f"{bound.auto_id}_hint"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attributes: dict[str, str | bool] = {"aria-invalid": "true"} if bound.errors else {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {"field": bound, "control": bound.as_widget(attrs=attributes), "kind": bound.widget_type}


@register.inclusion_tag("backoffice/parts/empty.html")
def empty(icon: str, title: str, text: str = "", address: str = "", action: str = "") -> dict[str, str]:
    """Why nothing is here, and what to do about it."""
    return {"icon": icon, "title": title, "text": text, "address": address, "action": action}


@register.inclusion_tag("backoffice/parts/terms.html")
def terms(*codes: str) -> dict[str, Any]:
    """Words of the trade, by code, explained where they stand."""
    return {"terms": explained(codes)}


@register.inclusion_tag("backoffice/parts/chart.html")
def chart(chart: Any, heading: bool = True) -> dict[str, Any]:
    return {"chart": chart, "heading": heading}


@register.inclusion_tag("backoffice/parts/stat.html")
def stat(
    label: str,
    figure: str,
    note: str = "",
    *,
    unit: str = "",
    icon: str = "",
    address: str = "",
    trend: Sequence[float] = (),
    change: str = "",
    tone: str = "",
) -> dict[str, Any]:
    """One figure: what it is, its value, how it moved; a link to the people behind it."""
    return {
        "label": label,
        "figure": figure,
        "note": note,
        "unit": unit,
        "icon": icon,
        "address": address,
        "trend": trend,
        "change": change,
        "tone": tone,
    }
