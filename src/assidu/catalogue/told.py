"""A line of the calendar as others write it, in plain values: from files, programs and commands alike."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from assidu.catalogue.calendar import WHOLE_BP, Promotion
from assidu.decisions.plan import Lines

NAME_LENGTH_MAX = 200
CODES_MAX = 5_000
OFF_MINOR_MAX = 10**10
_SEPARATORS = re.compile(r"[|;,\n]")


def promotion_told(one: Mapping[str, Any]) -> Promotion:
    """``first_day`` and ``last_day`` are included, unless an hour says otherwise; several codes in one text stand
    between bars, semicolons or commas. Raises ``ValueError``, ``TypeError``, ``KeyError``."""
    starts_at = _moment(_day(one["first_day"]), one.get("first_hour"))
    last_day, last_hour = _day(one["last_day"]), one.get("last_hour")
    ends_at = _moment(last_day, last_hour) if last_hour else _moment(last_day + timedelta(days=1), None)
    if ends_at <= starts_at:
        raise ValueError("it ends before it begins")
    percent, amount = one.get("percent"), one.get("amount_minor")
    if percent is not None and amount is not None:
        raise ValueError("it takes off a percentage or an amount, not both")
    return Promotion(
        code=_name(one["code"]),
        name=_name(one["name"]),
        kind=_name(one["kind"]) if one.get("kind") else "",
        starts_at=starts_at,
        ends_at=ends_at,
        lines=Lines(_codes(one.get("departments")), _codes(one.get("brands")), _codes(one.get("products"))),
        stores=_codes(one.get("stores")),
        channels=_codes(one.get("channels")),
        off_bp=None if percent is None else _within(round(Decimal(str(percent)) * 100), WHOLE_BP),
        off_minor=None if amount is None else _within(int(amount), OFF_MINOR_MAX),
    )


def _day(written: object) -> date:
    return date.fromisoformat(str(written)[:10])


def _moment(day: date, hour: object) -> datetime:
    clock = time.fromisoformat(str(hour)) if hour else time()
    if clock.tzinfo is not None:
        raise ValueError("hours are those of the stores")
    return datetime.combine(day, clock)


def _name(written: object) -> str:
    text = str(written).strip()
    if not 0 < len(text) <= NAME_LENGTH_MAX or not text.isprintable():
        raise ValueError("a name is a short text")
    return text


def _codes(written: object) -> frozenset[str]:
    if written is None:
        return frozenset()
    if isinstance(written, str) and written.startswith("["):
        written = json.loads(written)
    if isinstance(written, str):
        found: Iterable[object] = _SEPARATORS.split(written)
    elif isinstance(written, Iterable):
        found = written
    else:
        found = [written]
    codes = frozenset(_name(code) for code in found if str(code).strip())
    if len(codes) > CODES_MAX:
        raise ValueError("too many codes on one line")
    return codes


def _within(number: int, most: int) -> int:
    if not 0 < number <= most:
        raise ValueError("out of range")
    return number
