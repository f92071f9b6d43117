"""The books of one customer, as other rooms may hold them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assidu.decisions.decision import Account


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds of one currency. ``available`` is what can be used: posted less held and pending."""

    currency: str
    posted: int
    held: int
    pending: int
    debt: int

    @property
    def available(self) -> int:
        return self.posted - self.held - self.pending


@dataclass(frozen=True, slots=True)
class Lot:
    """Units earned in one month that expire together, and what is left of them; ``None``: they never expire.

    What is pending or held is part of what remains, and cannot be used.
    """

    currency: str
    issued_month: date
    expires_on: date | None
    remaining: int
    pending: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting, and what the customer had of its currency after it. ``change`` is what it did to what can be used:
    nothing, while units wait or are held. ``active_on``: from when units that wait can be used.
    """

    customer_id: UUID
    seq: int
    n: int
    day: date
    currency: str
    source: Account
    target: Account
    quantity: int
    change: int
    balance: int
    debt: int
    issued_month: date | None
    expires_on: date | None
    reverses: tuple[int, int] | None
    active_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Movements, the youngest first; ``next`` continues it, ``None`` at the end."""

    movements: tuple[Movement, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """One line of the trial balance. All lines of a currency add up to zero."""

    currency: str
    account: Account
    total: int
