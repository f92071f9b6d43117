"""What rules and offers share, compiled: amounts, durations, conditions, selections of lines, the index by line."""

from collections.abc import Iterable
from decimal import Decimal

from assidu.decisions import calendar
from assidu.decisions import plan as compiled
from assidu.plans.document import Audience, Budget, Duration, Lines, PerAmount, When, Worth


def minor(amount: Decimal, decimals: int) -> int:
    """``5.00`` with two decimals is 500. Decimals that do not fit are refused by ``check``, never cut off."""
    scaled = amount.scaleb(decimals)
    whole = int(scaled)
    assert whole == scaled, "check refuses amounts with more decimals than the currency has"
    return whole


def duration(written: Duration) -> calendar.Duration:
    for number, unit in (
        (written.days, calendar.Unit.DAY),
        (written.weeks, calendar.Unit.WEEK),
        (written.months, calendar.Unit.MONTH),
        (written.years, calendar.Unit.YEAR),
    ):
        if number is not None:
            return calendar.Duration(number, unit, written.until_end_of)
    raise AssertionError("check refuses a duration without a number")


def conditions(written: When, decimals: int) -> compiled.Conditions:
    if written == When():
        return compiled.ALWAYS
    at_least, at_most = written.amount_at_least, written.amount_at_most
    return compiled.Conditions(
        channels=frozenset(written.channels),
        stores=frozenset(written.stores),
        weekdays=frozenset(day.number for day in written.days),
        from_day=written.first_day,
        to_day=written.last_day,
        tiers=frozenset(written.tiers),
        is_first_purchase=written.first_purchase,
        amount_min_minor=None if at_least is None else minor(at_least, decimals),
        amount_max_minor=None if at_most is None else minor(at_most, decimals),
        from_minute=None if written.hours is None else _minutes(written.hours.first),
        until_minute=None if written.hours is None else _minutes(written.hours.until),
        audiences=frozenset(written.audiences),
        engagement_min=written.engagement_at_least,
    )


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def answers(written: Iterable[Audience]) -> dict[str, dict[str, frozenset[str]]]:
    """By question, the audiences that its answers fill."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for audience in written:
        if audience.answered is not None:
            asked = found.setdefault(audience.answered.question, {})
            asked[audience.code] = frozenset(audience.answered.answers)
    return found


def lines(written: Lines | None) -> compiled.Lines | None:
    if written is None or not (written.departments or written.brands or written.products):
        return None
    return compiled.Lines(
        departments=frozenset(written.departments),
        brands=frozenset(written.brands),
        skus=frozenset(written.products),
    )


def per_amount(written: PerAmount, decimals: int) -> compiled.PerAmount:
    return compiled.PerAmount(
        written.give, minor(written.each, decimals), written.rounding, written.whole_steps
    )


def budget(written: Budget, decimals: int, worth: Worth | None = None) -> compiled.Budget:
    """``worth``: what units are worth, where an amount stands for them."""
    limit = written.units
    if written.amount is not None:
        limit = minor(written.amount, decimals)
        if worth is not None:
            limit = limit * worth.units // minor(worth.amount, decimals)
    assert limit is not None, "check asks for an amount or units"
    return compiled.Budget(limit, written.per, written.clip, written.over)


def index_by_line(members: Iterable[tuple[int, compiled.Lines | None]]) -> compiled.RuleIndex:
    """Each member stands where the fewest tickets meet it: by product, else by department, else by brand."""
    anywhere: list[int] = []
    by_sku: dict[str, list[int]] = {}
    by_department: dict[str, list[int]] = {}
    by_brand: dict[str, list[int]] = {}
    for i, selected in members:
        if selected is None:
            anywhere.append(i)
        elif selected.skus:
            _put(by_sku, selected.skus, i)
        elif selected.departments:
            _put(by_department, selected.departments, i)
        else:
            _put(by_brand, selected.brands, i)
    return compiled.RuleIndex(tuple(anywhere), _frozen(by_department), _frozen(by_brand), _frozen(by_sku))


def _put(index: dict[str, list[int]], names: Iterable[str], member: int) -> None:
    for name in sorted(names):
        index.setdefault(name, []).append(member)


def _frozen(index: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(members) for name, members in index.items()}
