"""Turns what stands in a cell into a value, or says in words why it cannot; never shows the cell itself."""

import json
import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from assidu.connectors.files.mapping import Kind

REMEMBERED = 1 << 16
"""Prices, codes and days repeat: most cells are converted once in a file."""
_TRUE = frozenset({"true", "1", "yes", "oui"})
_FALSE = frozenset({"false", "0", "no", "non"})


class Unfit(ValueError):
    """The cell cannot be converted; the message has no part of it."""


Conversion = Callable[[Any], Any]


def text_of(value: Any) -> str | None:
    """As text: dates and times ISO 8601, whole numbers without decimals; nothing and the empty text are absent."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def conversion(kind: Kind, *, decimals: int, pattern: str | None, mark: str) -> Conversion:
    """What a column of this kind does with each cell that is not absent; raises `Unfit`."""
    match kind:
        case Kind.TEXT:
            return text_of
        case Kind.INTEGER:
            return lambda value: value if type(value) is int else scaled(text_of(value) or "", 0, mark)
        case Kind.MINOR:
            return lambda value: scaled(text_of(value) or "", decimals, mark)
        case Kind.NUMBER:
            return lambda value: value if type(value) in (int, float) else _number(text_of(value) or "", mark)
        case Kind.BOOLEAN:
            return lambda value: value if isinstance(value, bool) else _boolean(text_of(value) or "")
        case Kind.DATE:
            return lambda value: _date(value, pattern)
        case Kind.JSON:
            return _json


@lru_cache(REMEMBERED)
def scaled(text: str, decimals: int, mark: str) -> int:
    """``3,49`` with two decimals is 349; decimals that do not fit are refused unless they are zeros."""
    written = text.strip().replace(mark, ".") if mark != "." else text.strip()
    whole, _, part = written.partition(".")
    if len(part) <= decimals and (part.isdecimal() or not part) and whole.lstrip("+-").isdecimal():
        try:
            return int(whole + part.ljust(decimals, "0"))
        except ValueError:
            raise Unfit("no number") from None
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise Unfit("no number") from None
    if not number.is_finite() or abs(number) > 10**15:
        raise Unfit("no number" if not number.is_finite() else "too large a number")
    moved = number.scaleb(decimals)
    if moved != moved.to_integral_value():
        raise Unfit(f"more than {decimals} decimals" if decimals else "no whole number")
    return int(moved)


@lru_cache(REMEMBERED)
def _number(text: str, mark: str) -> float:
    try:
        number = float(text.strip().replace(mark, "."))
    except ValueError:
        raise Unfit("no number") from None
    if not math.isfinite(number):
        raise Unfit("no number")
    return number


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit("neither true nor false")


def _date(value: Any, pattern: str | None) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _date_from(text_of(value) or "", pattern)


@lru_cache(REMEMBERED)
def _date_from(text: str, pattern: str | None) -> str:
    try:
        if pattern is None:
            return date.fromisoformat(
                text.strip()[:10] if "T" in text or " " in text.strip() else text.strip()
            ).isoformat()
        return datetime.strptime(text.strip(), pattern).date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Unfit("no date" if pattern is None else f"no date written as {pattern}") from None


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Unfit("no JSON") from None
