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
    """One calendar month of trends; ``month`` is its first day."""

    month: date
    carded_minor: int
    anonymous_minor: int
    active: int
    joined: int
    purchases: int
    points_issued: int = 0
    points_used: int = 0
    points_expired: int = 0

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
    customers: int


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
    last_event_day: date | None

    @property
    def card_rate(self) -> float | None:
        total = self.carded_minor + self.anonymous_minor
        return self.carded_minor / total if total else None

    @property
    def generosity(self) -> float | None:
        """What was issued, at face value, as a share of sales with a customer."""
        worth = sum(figures.worth_minor for figures in self.currencies)
        return worth / self.carded_minor if self.carded_minor else None
