"""Figures of the programme that screens, commands and the API may hold. Quantities are in the currency's own units."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """``issued`` is net of what returns took back; ``outstanding`` is what members hold on the last day."""

    currency: str
    issued: int
    used: int
    expired: int
    corrected: int
    outstanding: int
    worth_minor: int = 0  # of what was issued, at face value
    outstanding_worth_minor: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month of trends, or the part of it within the period; ``month`` is its first day.

    ``points_outstanding`` is what members held at its end.
    """

    month: date
    carded_minor: int
    anonymous_minor: int
    active: int
    joined: int
    purchases: int
    points_issued: int = 0
    points_used: int = 0
    points_expired: int = 0
    points_outstanding: int = 0

    @property
    def card_rate(self) -> float | None:
        """The share of sales with a customer; ``None`` without sales."""
        total = self.carded_minor + self.anonymous_minor
        return self.carded_minor / total if total else None


@dataclass(frozen=True, slots=True)
class TierCount:
    tier: str
    members: int


@dataclass(frozen=True, slots=True)
class RuleFigures:
    rule: str
    currency: str
    quantity: int
    times: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The programme from ``since`` to ``until``, both days included. Amounts include VAT and are net of returns."""

    since: date
    until: date
    members: int
    active: int  # members with a purchase in the period
    joined: int
    carded_minor: int
    anonymous_minor: int
    purchases: int
    currencies: tuple[CurrencyFigures, ...]
    tiers: tuple[TierCount, ...]
    months: tuple[Month, ...]
    rules: tuple[RuleFigures, ...]

    def currency(self, code: str) -> CurrencyFigures | None:
        return next((figures for figures in self.currencies if figures.currency == code), None)

    @property
    def card_rate(self) -> float | None:
        total = self.carded_minor + self.anonymous_minor
        return self.carded_minor / total if total else None

    @property
    def generosity_minor(self) -> int:
        """What was issued, at face value."""
        return sum(figures.worth_minor for figures in self.currencies)

    @property
    def generosity(self) -> float | None:
        """What was issued, at face value, as a share of sales with a customer."""
        return self.generosity_minor / self.carded_minor if self.carded_minor else None


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
