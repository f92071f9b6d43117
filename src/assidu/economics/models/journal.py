"""What a closed month brings into the accounts: only what changed since the month before, so nothing is ever reversed.

Each entry has two lines, and so debit equals credit. Its reference is made of what it is about, not of a counter: the
same month exported again gives the same references."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from assidu.economics.models.month import CurrencyMonth, MonthFigures
from assidu.plans.document.parts import Part


class View(StrEnum):
    """Under which rules the programme is in the accounts: one of the two."""

    COST = "cost"  # a provision at the cost of what will be used
    REVENUE = "revenue"  # IFRS 15: revenue that is deferred


class Cause(StrEnum):
    """What an entry is about."""

    ISSUED = "issued"
    USED = "used"
    RELEASED = "released"
    REESTIMATE = "reestimate"
    ALLOCATED = "allocated"
    RECOGNISED = "recognised"


Account = Annotated[str, Meta(min_length=1, max_length=20)]


class Accounts(Part, frozen=True, kw_only=True):
    """Account numbers; those of the French chart (plan comptable général) unless said otherwise."""

    provision: Annotated[Account, Meta(description="Autres provisions pour charges.")] = "158"
    charge: Annotated[Account, Meta(description="Dotations aux provisions d'exploitation.")] = "6815"
    release: Annotated[Account, Meta(description="Reprises sur provisions d'exploitation.")] = "7815"
    sales: Annotated[Account, Meta(description="Ventes de marchandises.")] = "707"
    deferred: Annotated[Account, Meta(description="Produits constatés d'avance.")] = "487"
    journal: Annotated[Account, Meta(description="Opérations diverses.")] = "OD"


@dataclass(frozen=True, slots=True)
class Line:
    account: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """``day`` is the last of the month."""

    reference: str
    journal: str
    day: date
    view: View
    cause: Cause
    currency: str
    lines: tuple[Line, Line]

    @property
    def amount_minor(self) -> int:
        return self.lines[0].debit_minor


def entries(programme: str, found: MonthFigures, day: date, accounts: Accounts) -> tuple[Entry, ...]:
    """Both views; the books take one of them."""
    return tuple(
        Entry(
            f"{programme}/{found.month:%Y-%m}/{view.value}/{one.currency}/{cause.value}",
            accounts.journal,
            day,
            view,
            cause,
            one.currency,
            (Line(debit, amount, 0), Line(credit, 0, amount)),
        )
        for one in found.currencies
        for view, cause, debit, credit, amount in _moves(one, accounts)
    )


def _moves(one: CurrencyMonth, accounts: Accounts) -> Iterator[tuple[View, Cause, str, str, int]]:
    """Debit, credit and a positive amount; an amount that is negative goes the other way round."""
    money, revenue = one.money, one.revenue
    for cause, change in (
        (Cause.ISSUED, money.issued_minor),
        (Cause.USED, money.used_minor),
        (Cause.RELEASED, money.released_minor),
        (Cause.REESTIMATE, money.reestimate_minor),
    ):
        if change > 0:
            yield View.COST, cause, accounts.charge, accounts.provision, change
        elif change < 0:
            yield View.COST, cause, accounts.provision, accounts.release, -change
    for cause, change in (
        (Cause.ALLOCATED, revenue.allocated_minor),
        (Cause.RECOGNISED, revenue.recognised_minor + revenue.moved_minor),
    ):
        if change > 0:
            yield View.REVENUE, cause, accounts.sales, accounts.deferred, change
        elif change < 0:
            yield View.REVENUE, cause, accounts.deferred, accounts.sales, -change
