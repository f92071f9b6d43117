"""Everything that reads the economics of a programme."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from assidu.decisions.calendar import local_day
from assidu.decisions.plan import CurrencyKind
from assidu.economics.closed import closed_months
from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.policy import Policy
from assidu.economics.months import books
from assidu.economics.sums import end_of
from assidu.economics.tiers import units_by_tier
from assidu.economics.types import Entry, Liability, MonthState, SavedAssumptions, TierUnits, View
from assidu.foundation.sql import Row, rows
from assidu.loyalty import queries as loyalty


def policy(programme: str) -> Policy:
    """As it was set last; the defaults until then."""
    found = rows(
        "SELECT document::text FROM economics_policy WHERE programme = %s ORDER BY set_at DESC LIMIT 1",
        [programme],
    )
    return msgspec.json.decode(found[0][0], type=Policy) if found else Policy()


def liability(programme: str, at: datetime) -> Liability:
    """What is owed at the end of each month, and how it went from one to the next."""
    book = loyalty.current_book(programme)
    assert book is not None, "a programme has at least one version"
    document = loyalty.versions(programme)[-1].document
    valued_with = policy(programme)
    found = books(programme, book, valued_with, at)
    today = local_day(at, book.at(at).zone)
    closed = {one.month: one for one in found.closed}
    months = []
    for figures in found.figures:
        kept = closed.get(figures.month)
        is_over = end_of(figures.month) < today
        if kept is None:
            months.append(MonthState(figures, is_over))
        else:
            months.append(MonthState(figures, is_over, kept.closed_at, kept.closed_by, kept.hash))
    money = document.sale_currency
    entries = frozenset(
        currency.code
        for version in book.versions
        for currency in version.plan.currencies.values()
        if currency.kind is CurrencyKind.ENTRY
    )
    return Liability(programme, money.code, money.decimals, valued_with, tuple(months), entries)


def tiers(programme: str, month: date) -> tuple[TierUnits, ...]:
    """What was held by status at the end of a month; of a closed one, as it was closed."""
    kept = next((one for one in closed_months(programme) if one.month == month), None)
    return kept.tiers if kept is not None else units_by_tier(programme, end_of(month))


def journal(programme: str, months: Sequence[date] = (), view: View | None = None) -> tuple[Entry, ...]:
    """The entries of closed months (all of them unless said otherwise), the oldest first."""
    return tuple(
        entry
        for one in closed_months(programme)
        if not months or one.month in months
        for entry in one.entries
        if view is None or entry.view is view
    )


def assumptions(programme: str, name: str, version: int | None = None) -> SavedAssumptions | None:
    """A saved set; the newest version unless one is named."""
    found = rows(
        f"SELECT {_SAVED} FROM economics_assumptions WHERE programme = %s AND name = %s "
        "AND (%s::integer IS NULL OR version = %s) ORDER BY version DESC LIMIT 1",
        [programme, name, version, version],
    )
    return _saved(found[0]) if found else None


def saved_assumptions(programme: str) -> list[SavedAssumptions]:
    """The newest version of each name, the one saved last first."""
    found = rows(
        f"SELECT {_SAVED} FROM (SELECT DISTINCT ON (name) * FROM economics_assumptions WHERE programme = %s "
        "ORDER BY name, version DESC) AS newest ORDER BY saved_at DESC, name",
        [programme],
    )
    return [_saved(row) for row in found]


_SAVED = "name, version, saved_at, saved_by, document::text"


def _saved(row: Row) -> SavedAssumptions:
    name, version, saved_at, saved_by, document = row
    return SavedAssumptions(
        name, version, saved_at, saved_by, msgspec.json.decode(document, type=Assumptions)
    )
