"""What customers earn and use."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assidu.decisions.calendar import Duration, end_after


class CurrencyKind(StrEnum):
    POINTS = "points"
    MONEY = "money"
    VOUCHER = "voucher"
    BADGE = "badge"  # held once, never used


@dataclass(frozen=True, slots=True)
class Pending:
    """Units that were earned wait before they can be used: for a time, or until a day. Neither: they do not wait."""

    lasts: Duration | None = None
    until: date | None = None
    expires_from_earning: bool = False  # else their own time begins when they can be used

    def active_on(self, day: date) -> date | None:
        """The first day on which units earned on ``day`` can be used; ``None``: at once."""
        active = self.until if self.lasts is None else end_after(day, self.lasts)
        return active if active is not None and active > day else None


@dataclass(frozen=True, slots=True)
class Currency:
    """``worth_units`` units take ``worth_minor`` off a ticket (500 points = 500 cents); 0 when they cannot pay."""

    code: str
    kind: CurrencyKind
    exponent: int = 0
    worth_minor: int = 0
    worth_units: int = 1
    expires: Duration | None = None
    pays: bool = False
    pays_at_least: int = 1
    pending: Pending | None = None
