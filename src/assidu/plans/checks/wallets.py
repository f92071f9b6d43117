"""How units wait, expire and change hands: what may be wrong with it."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions import calendar
from assidu.decisions.plan import KNOWN_ACTIVITIES, PURCHASE, ExpiryBasis
from assidu.plans.document import Currency, Document, Duration, Expiry, Pending
from assidu.plans.problems import Path, Problem, unknown


def check_wallets(document: Document) -> Iterator[Problem]:
    currencies = {currency.code: currency for currency in document.currencies}
    for i, currency in enumerate(document.currencies):
        path: Path = ("currencies", i)
        if currency.expires is not None:
            yield from _expiry(currency.expires, (*path, "expires"))
            yield from _activities(currency.expires, document, (*path, "expires"))
        if currency.pending is not None:
            yield from _pending(currency.pending, currency.expires, document, (*path, "pending"))
            yield from _event(currency.pending, document, (*path, "pending"))
    for i, rule in enumerate(document.rules):
        known = currencies.get(rule.currency)
        if rule.pending is not None:
            expires = rule.expires or (known.expires if known is not None else None)
            yield from _pending(rule.pending, expires, document, ("rules", i, "pending"))
            waits = None if known is None or known.pending is None else known.pending.until_event
            if rule.pending.until_event is not None or (waits is not None and rule.pending.days != 0):
                yield Problem("pending_event_of_rule", ("rules", i, "pending"))
        if rule.expires is not None and known is not None and _is_of_balance(known):
            yield Problem("expires_with_balance", ("rules", i, "expires"), {"code": known.code})


def _is_of_balance(currency: Currency) -> bool:
    expires = currency.expires
    return expires is not None and (
        expires.counted_from is not ExpiryBasis.EARNING
        or expires.extended_by_purchases
        or bool(expires.extended_by)
    )


def _expiry(expires: Expiry, path: Path) -> Iterator[Problem]:
    is_from_earning = expires.counted_from is ExpiryBasis.EARNING
    if expires.each_year is not None:
        if not is_from_earning or expires.extended_by_purchases or expires.extended_by:
            yield Problem("each_year_alone", (*path, "each_year"))
        month, day = map(int, expires.each_year.split("-"))
        if day > 29 and calendar.add_months(date(2023, 12, 31), month).day < day:
            yield Problem("not_a_day", (*path, "each_year"), {"found": expires.each_year})
    elif expires.extended_by_purchases and not is_from_earning:
        yield Problem("extended_from_earning", (*path, "extended_by_purchases"))


def _activities(expires: Expiry, document: Document, path: Path) -> Iterator[Problem]:
    """What customers do to keep what they have."""
    known = {*KNOWN_ACTIVITIES, *(activity.code for activity in document.activities), PURCHASE}
    for i, code in enumerate(expires.extended_by):
        if code not in known:
            yield unknown("unknown_activity", code, known, (*path, "extended_by", i))
        elif code in expires.extended_by[:i]:
            yield Problem("listed_twice", (*path, "extended_by", i), {"found": code})
    if expires.each_year is not None:
        return
    is_by_activity = expires.counted_from is ExpiryBasis.LAST_ACTIVITY
    if is_by_activity and not expires.extended_by:
        yield Problem("extended_by_nothing", (*path, "counted_from"))
    elif expires.extended_by and (
        expires.extended_by_purchases
        or expires.counted_from in (ExpiryBasis.LAST_EARNING, ExpiryBasis.LAST_PURCHASE)
    ):
        yield Problem("extended_twice", (*path, "extended_by"))


def _pending(pending: Pending, expires: Duration | None, document: Document, path: Path) -> Iterator[Problem]:
    named = [name for name in ("days", "weeks", "months", "until") if getattr(pending, name) is not None]
    if len(named) != 1:
        yield Problem("pending_count", path, {"found": ", ".join(named) or "-"})
        return
    if pending.until is not None and pending.until <= document.valid_from:
        yield Problem("pending_over", (*path, "until"), is_warning=True)
    first = document.valid_from
    waits, lasts = _end(pending, first), None if expires is None else _end(expires, first)
    if pending.expires_from_earning and waits is not None and lasts is not None and lasts <= waits:
        yield Problem("pending_beyond_expiry", path)


def _event(pending: Pending, document: Document, path: Path) -> Iterator[Problem]:
    """Units that wait for something that customers do, or that is done for them."""
    event = pending.until_event
    if event is None and pending.otherwise is None:
        return
    if event is None or pending.otherwise is None or pending.until is not None or pending.days == 0:
        yield Problem("pending_event_end", path)
        return
    known = {*KNOWN_ACTIVITIES, *(activity.code for activity in document.activities)}
    if event not in known:
        yield unknown("unknown_activity", event, known, (*path, "until_event"))
    if not pending.expires_from_earning:
        yield Problem("pending_event_validity", path)


def _end(written: Pending | Duration, day: date) -> date | None:
    """When it is over if it begins on ``day``; ``None`` where that is not a matter of days from there."""
    if isinstance(written, Pending) and written.until is not None:
        return written.until
    for name, unit in (
        ("days", calendar.Unit.DAY),
        ("weeks", calendar.Unit.WEEK),
        ("months", calendar.Unit.MONTH),
        ("years", calendar.Unit.YEAR),
    ):
        if (number := getattr(written, name, None)) is not None:
            round_to = written.until_end_of if isinstance(written, Duration) else calendar.RoundTo.DAY
            return calendar.end_after(day, calendar.Duration(number, unit, round_to))
    return None
