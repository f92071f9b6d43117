"""What the shell must tell ``decide`` besides the event: the customer's state, and what rules ask of the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assidu.decisions.chance import Chance
from assidu.decisions.events import Sale
from assidu.decisions.state import State

Grants = Mapping[str, int]
"""What the shell answered to claims: places given by claim key, 0 when there was none left."""


@dataclass(frozen=True, slots=True)
class SaleInputs:
    """Everything that the rules of a ticket, or of an activity, looked at.

    It is kept with the decision, so that it can be decided again for ever. ``counters`` are the values before it, of
    the counters that its rules read.
    """

    day: date
    is_member: bool
    tier: str | None
    is_first_purchase: bool
    counters: Mapping[str, int] = field(default_factory=dict)
    grants: Grants = field(default_factory=dict)
    audiences: frozenset[str] = frozenset()
    engagement: int = 0
    offers: Mapping[str, str] = field(default_factory=dict)  # steps of the offers that ask for one
    is_suspended: bool = False

    def kept(self, counters: Mapping[str, int], grants: Grants) -> "SaleInputs":
        """The same, with those counters and answers alone that were looked at."""
        return SaleInputs(
            self.day,
            self.is_member,
            self.tier,
            self.is_first_purchase,
            counters,
            grants,
            self.audiences,
            self.engagement,
            self.offers,
            self.is_suspended,
        )


@dataclass(frozen=True, slots=True)
class SoldPosting:
    """A posting of the original ticket, with what earlier returns have already reversed of it."""

    n: int
    currency: str
    quantity: int
    is_burn: bool
    lot_issued_month: date | None
    lot_expires_on: date | None
    reversed_quantity: int = 0
    active_on: date | None = None  # where it went in as pending

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.reversed_quantity


@dataclass(frozen=True, slots=True)
class SoldBefore:
    """The original ticket of a return: as it was decided, under which version, and what became of it since.

    ``returned_minor`` is by line, as is ``returned_foreign`` in the money of a ticket that was not paid in the
    programme's; ``awarded`` and ``clawed_back`` are by (rule, currency), the second counting
    also what could not be recovered; ``paid`` and ``paid_back`` are by currency. A ticket of a customer who was
    merged into this one since is not its own: its postings cannot be named as reversed.
    """

    seq: int
    sale: Sale
    inputs: SaleInputs
    postings: tuple[SoldPosting, ...]
    awarded: Mapping[tuple[str, str], int]
    clawed_back: Mapping[tuple[str, str], int] = field(default_factory=dict)
    returned_minor: Mapping[int, int] = field(default_factory=dict)
    paid: Mapping[str, int] = field(default_factory=dict)
    paid_back: Mapping[str, int] = field(default_factory=dict)
    plan_version: int = 1
    is_own: bool = True
    returned_foreign: Mapping[int, int] = field(default_factory=dict)

    def posting(self, n: int) -> tuple[int, int] | None:
        """How a reversal names a posting of this ticket."""
        return (self.seq, n) if self.is_own else None


@dataclass(frozen=True, slots=True)
class Facts:
    """``has_happened``: the event is past and cannot be refused (history, a till that was cut off): burns are
    honoured as far as the balance goes and the rest is told as a shortfall.

    ``is_basket``: the ticket is not paid yet, and offers are taken off it. ``chance``: draws may be made, those that
    were open by then; without it they can only be told. ``member`` is who of an account it is told of (an id);
    ``person`` is whoever enters the account or leaves it, as they are.
    """

    state: State
    sold: SoldBefore | None = None
    absorbed: State | None = None
    grants: Grants | None = None
    has_happened: bool = False
    chance: Chance | None = None
    is_basket: bool = False
    member: str = ""
    person: State | None = None
