"""What the shell must tell ``decide`` besides the event: the customer's state, and what rules ask of the world."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from assidu.decisions.chance import Chance
from assidu.decisions.events import Sale, SaleLine
from assidu.decisions.state import State
from assidu.decisions.values import value_type

Grants = Mapping[str, int]
"""What the shell answered to claims: places given by claim key, 0 when there was none left."""


@value_type(frozen=True, slots=True)
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


@value_type(frozen=True, slots=True)
class SoldPosting:
    """A posting of the original ticket or of a change of it, with what has already been reversed of it.

    ``seq`` is where it is written, 0 with the ticket. That of a change which somebody else wrote cannot be named.
    """

    n: int
    currency: str
    quantity: int
    is_burn: bool
    lot_issued_month: date | None
    lot_expires_on: date | None
    reversed_quantity: int = 0
    active_on: date | None = None  # where it went in as pending
    seq: int = 0
    is_named: bool = True

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.reversed_quantity


@value_type(frozen=True, slots=True)
class SoldBefore:
    """A ticket that comes back or is changed: as it reads now, under which version, and what became of it since.

    ``returned_minor`` is by line, as is ``returned_foreign`` in the money of a ticket that was not paid in the
    programme's; ``awarded`` and ``clawed_back`` are by (rule, currency), the second counting
    also what could not be recovered (``not_recovered``, by currency); ``paid`` and ``paid_back`` are by currency. A
    ticket of a customer who was merged into this one since is not its own: its postings cannot be named as reversed.
    ``taken`` is what it has of what customers share. ``is_basket``: it was decided before its offers were taken off.
    ``promoted`` are the lines that were in a promotion of the calendar when it was sold.
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
    not_recovered: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    is_basket: bool = False
    returned_foreign: Mapping[int, int] = field(default_factory=dict)
    promoted: tuple[SaleLine, ...] = ()

    def name_of(self, posting: SoldPosting) -> tuple[int, int] | None:
        """How a reversal names a posting of this ticket."""
        return (posting.seq or self.seq, posting.n) if self.is_own_posting(posting) else None

    def is_own_posting(self, posting: SoldPosting) -> bool:
        """Is it written in the sequence of the customer who asks?"""
        return posting.is_named if posting.seq else self.is_own


@value_type(frozen=True, slots=True)
class Facts:
    """``has_happened``: the event is past and cannot be refused (history, a till that was cut off): burns are
    honoured as far as the balance goes and the rest is told as a shortfall.

    ``is_basket``: the ticket is not paid yet, and offers are taken off it. ``chance``: draws may be made, those that
    were open by then; without it they can only be told. ``member`` is who of an account it is told of (an id);
    ``person`` is whoever enters the account or leaves it, as they are; ``absorbed`` of a merger the other customer as
    they were, ``absorbed_id`` their id.
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
    absorbed_id: str = ""
