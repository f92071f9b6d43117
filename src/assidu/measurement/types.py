"""Figures of the programme that screens, commands and the API may hold. Quantities are in the currency's own units."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """Units of one currency. ``issued`` is net of what returns took back, ``outstanding`` is what members hold at the
    end of the last day. ``worth_minor`` is what was issued at face value, ``outstanding_worth_minor`` what is
    outstanding, both in minor units of money; nothing was given with a voucher, which was paid for with points."""

    currency: str
    issued: int
    used: int
    expired: int
    corrected: int
    outstanding: int
    worth_minor: int = 0
    outstanding_worth_minor: int = 0


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One calendar month of trends, or the part of it within the period; ``month`` is its first day.

    Amounts are in minor units of money, VAT included, net of returns; ``generosity_minor`` is what was issued, at face
    value. ``members`` are those at its end, ``active`` those of them with a purchase in it; ``points_outstanding`` is
    what members held at its end.
    """

    month: date
    members: int
    active: int
    joined: int
    purchases: int
    carded_minor: int
    anonymous_minor: int
    card_rate: float | None
    generosity_minor: int
    points_issued: int
    points_used: int
    points_expired: int
    points_outstanding: int


@dataclass(frozen=True, slots=True)
class TierCount:
    """Members by status, now; an empty ``tier`` is none."""

    tier: str
    members: int


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What a rule or an offer gave: units of the currency, and how many times."""

    rule: str
    currency: str
    quantity: int
    times: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The programme from ``since`` to ``until``, both days included. Amounts are in minor units of money, include VAT
    and are net of returns.

    ``members`` are those at the end of ``until``, neither suspended nor gone; ``active`` those of them with a purchase
    in the period. ``tiers`` are those of now. ``card_rate`` is the share of sales with a customer, from 0 to 1.
    ``generosity_minor`` is what was issued, at face value: the cost of the programme before anything is left unused;
    ``generosity`` the same as a share of sales with a customer. Rates are ``null`` without sales.
    """

    since: date
    until: date
    members: int
    active: int
    joined: int
    purchases: int
    carded_minor: int
    anonymous_minor: int
    card_rate: float | None
    generosity_minor: int
    generosity: float | None
    currencies: tuple[CurrencyFigures, ...]
    tiers: tuple[TierCount, ...]
    months: tuple[MonthFigures, ...]
    rules: tuple[RuleFigures, ...]

    def currency(self, code: str) -> CurrencyFigures | None:
        return next((figures for figures in self.currencies if figures.currency == code), None)


@dataclass(frozen=True, slots=True)
class Kpis:
    """A programme's key figures over a period. ``before`` is the stretch just before, as long: ``null`` where not all
    of it was recorded. ``money`` is the code of the money that amounts are in, ``points`` that of the currency that
    months tell. ``points_expiring`` is how much of it expires within 30 days; ``null`` for a period that is over.
    ``has_invented``: it is the data of the demonstration, which is partly invented."""

    programme: str
    money: str
    points: str
    period: str
    now: Dashboard
    before: Dashboard | None
    points_expiring: int | None
    has_invented: bool


@dataclass(frozen=True, slots=True)
class Spending:
    """What one customer bought in a stretch of time; ``months_minor`` is by calendar month, the oldest first."""

    amount_minor: int
    purchases: int
    months_minor: tuple[int, ...]

    @property
    def average_minor(self) -> int:
        """By purchase, what came back taken off."""
        return self.amount_minor // self.purchases if self.purchases else 0


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should look at."""

    rejects: int  # set aside since the first day of the period
    late_ticks: int  # members for whom something was due before today and is not written yet
    late_since: date | None
    duplicates: int  # pairs that may be one person

    def __bool__(self) -> bool:
        return bool(self.rejects or self.late_ticks or self.duplicates)
