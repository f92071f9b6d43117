"""What customers earn and use."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assidu.decisions.calendar import Duration, Period, add_months, end_after


class CurrencyKind(StrEnum):
    POINTS = "points"
    MONEY = "money"
    VOUCHER = "voucher"
    BADGE = "badge"  # held once, never used
    GOOD = "good"  # one unit is a thing, or a service, to be handed over
    ENTRY = "entry"  # one unit is one chance in a draw


class ExpiryBasis(StrEnum):
    """From when the time of validity is counted."""

    EARNING = "earning"
    LAST_EARNING = "last_earning"
    LAST_PURCHASE = "last_purchase"
    LAST_ACTIVITY = "last_activity"


@dataclass(frozen=True, slots=True)
class EachYear:
    """Units can be used up to and including a day of the year: the first one that gives them ``at_least`` that time.

    29 February is the last day of that month in other years.
    """

    month: int
    day: int
    at_least: Duration | None = None

    def end(self, earned_on: date) -> date:
        """The first day on which units earned on ``earned_on`` can no longer be used."""
        first = (
            earned_on if self.at_least is None else end_after(earned_on, self.at_least) - timedelta(days=1)
        )
        last = self._of(first.year)
        if last < first:
            last = self._of(first.year + 1)
        return last + timedelta(days=1)

    def _of(self, year: int) -> date:
        return add_months(date(year - 1, 12, self.day), self.month)


PURCHASE = "sale"
PURCHASES = frozenset({PURCHASE})
"""A purchase among the activities of a customer."""


@dataclass(frozen=True, slots=True)
class Inactivity:
    """The whole balance expires when nothing that is named in ``by`` was done for so long; without names: when nothing
    was earned."""

    lasts: Duration
    by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extended:
    """Each lot has its own time, and everything that is named in ``by`` gives all of them the whole time again."""

    lasts: Duration
    by: frozenset[str] = PURCHASES


Expiry = Duration | EachYear | Inactivity | Extended
"""How units expire; a plain duration is each lot's own, counted from when it was earned."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """What a customer may give to another: ``at_least`` at once, no more than ``limit`` in a period."""

    at_least: int = 1
    limit: int | None = None
    period: Period = Period.EVER


class WaitEnd(StrEnum):
    """What becomes of units when what they wait for has not come in time."""

    USABLE = "usable"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Pending:
    """Units that were earned wait before they can be used: for a time, or until a day. Neither: they do not wait.

    ``event``: they wait for this activity, and for it no longer than that; then they can be used, or are lost.
    """

    lasts: Duration | None = None
    until: date | None = None
    expires_from_earning: bool = False  # else their own time begins when they can be used
    event: str = ""
    is_lost: bool = False  # where the event has not come in time

    def active_on(self, day: date) -> date | None:
        """The first day on which units earned on ``day`` can be used; ``None``: at once."""
        active = self.until if self.lasts is None else end_after(day, self.lasts)
        return active if active is not None and active > day else None


@dataclass(frozen=True, slots=True)
class Currency:
    """``worth_units`` units take ``worth_minor`` off a ticket (500 points = 500 cents); 0 when they cannot pay.

    ``debt_at_most``: how far below zero a balance may be brought; ``None``: only by returns, and without limit.
    """

    code: str
    kind: CurrencyKind
    exponent: int = 0
    worth_minor: int = 0
    worth_units: int = 1
    expires: Expiry | None = None
    pays: bool = False
    pays_at_least: int = 1
    expected_redemption: int = 100  # per cent of what is given that is ever used: for the cost of a ticket
    partner: str = ""  # who provides it, where that is somebody else
    settles_minor: int = 0  # what they are owed for each unit
    pending: Pending | None = None
    debt_at_most: int | None = None
    transfers: Transfers | None = None
