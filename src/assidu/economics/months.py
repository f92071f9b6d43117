"""The months of a programme: the closed ones as they are kept, the open ones made from what the ledger says by now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assidu.decisions.calendar import local_day, midnight, month_of
from assidu.decisions.plan import Currency, Plan
from assidu.economics.closed import ClosedMonth, closed_months
from assidu.economics.models.book import BookMonth, booked
from assidu.economics.models.month import Method, MonthFigures, Sales, next_month
from assidu.economics.models.policy import Policy
from assidu.economics.models.valuation import Terms
from assidu.economics.sums import MonthSums, end_of, month_sums
from assidu.loyalty.book import PlanBook


@dataclass(frozen=True, slots=True)
class Books:
    """Every month until one, the oldest first: what was booked, and what it comes to."""

    months: tuple[BookMonth, ...]
    figures: tuple[MonthFigures, ...]
    closed: tuple[ClosedMonth, ...]


def books(programme: str, book: PlanBook, policy: Policy, at: datetime, last: date | None = None) -> Books:
    """Until the month of ``at``, or until ``last``."""
    zone = book.at(at).zone
    today = local_day(at, zone)
    newest = month_of(today) if last is None else last
    closed = closed_months(programme)
    sums = month_sums(programme, today if last is None else end_of(last))
    if not sums and not closed:
        return Books((), (), ())
    months = booked(
        {one.month: one.moves for one in sums}, [(one.month, one.moves) for one in closed], newest
    )
    sales = _sales(sums, closed, months)
    figures = [one.figures for one in closed]
    method = Method(policy.latest_months, policy.vat_bp)
    for place in range(len(closed), len(months)):
        so_far = months[: place + 1]
        month = months[place].month
        figures.append(
            next_month(
                figures[-1] if figures else None,
                so_far,
                sales[month],
                _terms(book, policy, month, so_far),
                method,
                elapsed=_elapsed(month, today),
            )
        )
    return Books(tuple(months), tuple(figures), tuple(closed))


def _sales(
    sums: Sequence[MonthSums], closed: Sequence[ClosedMonth], months: Sequence[BookMonth]
) -> dict[date, Sales]:
    """By month of the books: what was learnt too late for a closed month counts in the first open one."""
    by_day = {one.month: one.sales for one in sums}
    found = {one.month: by_day.get(one.month, Sales()) for one in months}
    if closed:
        late = Sales()
        for month, sold in by_day.items():
            if month <= closed[-1].month:
                late += sold
        for one in closed:
            late -= one.figures.sales
            found[one.month] = one.figures.sales
        first = next((one.month for one in months if not one.is_closed), None)
        if first is not None:
            found[first] += late
    return found


def _terms(book: PlanBook, policy: Policy, month: date, months: Iterable[BookMonth]) -> dict[str, Terms]:
    """Of every currency that ever moved, by the plan in force when the month ends."""
    moved = sorted({move.currency for one in months for move in one.moves})
    plan = book.at(_last_instant(book, month))
    found = {}
    for code in moved:
        currency = _currency(plan, book, code)
        found[code] = Terms(code, 0.0, 0.0, 1.0) if currency is None else policy.terms(currency)
    return found


def _currency(plan: Plan, book: PlanBook, code: str) -> Currency | None:
    """In force, or else as the newest version that knew it says."""
    for one in (plan, *(version.plan for version in reversed(book.versions))):
        if code in one.currencies:
            return one.currencies[code]
    return None


def _last_instant(book: PlanBook, month: date) -> datetime:
    zone = book.versions[-1].plan.zone
    return midnight(end_of(month) + timedelta(days=1), zone) - timedelta(microseconds=1)


def _elapsed(month: date, today: date) -> float:
    last = end_of(month)
    return 1.0 if today > last else max(today.day, 1) / last.day if month_of(today) == month else 1.0
