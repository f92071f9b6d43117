"""What is so of a customer: the fold of everything decided, in the order of ``seq``."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from assidu.decisions.calendar import LAST_DAY, later
from assidu.decisions.values import value_type


class LotKey(NamedTuple):
    """What tells one lot of a wallet from another: units earned in one month that expire together.

    ``expires_on`` is the first local day on which the units can no longer be used; ``None`` is never.
    """

    currency: str
    issued_month: date
    expires_on: date | None


class PendingKey(NamedTuple):
    """Units that were earned and cannot be used before ``active_on``, when they join the lot of the same dates."""

    currency: str
    issued_month: date
    expires_on: date | None
    active_on: date

    @property
    def lot(self) -> LotKey:
        return LotKey(self.currency, self.issued_month, self.expires_on)


class Held(NamedTuple):
    """Units set aside for a purchase that is not yet known to be made, until an instant (UTC), and ``places``, by key,
    of what its offers take of what customers share."""

    until: datetime
    parts: tuple[tuple[LotKey, int], ...]
    places: tuple[tuple[str, int], ...] = ()


class Membership(StrEnum):
    NONE = "none"
    MEMBER = "member"
    SUSPENDED = "suspended"
    LEFT = "left"
    ABSORBED = "absorbed"
    IN_ACCOUNT = "in_account"  # of a household or a company, whose membership counts meanwhile


class AccountKind(StrEnum):
    """Who shares a wallet and a status: people who live together, or who buy for the same company."""

    HOUSEHOLD = "household"
    COMPANY = "company"


class SharedAccount(NamedTuple):
    """What makes a customer an account: of which kind, and who is in it (ids), in the order in which they came.

    It closes with the last one who leaves.
    """

    kind: AccountKind
    people: tuple[str, ...] = ()
    is_closed: bool = False


class SuspendedSpan(NamedTuple):
    """A membership that stood still: from ``since`` on, and before ``until`` (``None``: it still does)."""

    since: date
    until: date | None


class TierBefore(NamedTuple):
    """What was held when staff gave a status for a time."""

    tier: str | None
    until: date | None


class Moved(NamedTuple):
    """A suspension ended and moved dates by so many days: those of all that had come up to ``seq`` (``None``: of all),
    and in the currencies ``waits`` the days until which units wait for an event, or are lost."""

    seq: int | None
    days: int
    waits: tuple[str, ...] = ()

    def lot(self, key: LotKey) -> LotKey:
        """Where units of a lot are afterwards."""
        return key if key.expires_on is None else key._replace(expires_on=later(key.expires_on, self.days))

    def pending(self, key: PendingKey) -> PendingKey:
        """Where units that wait are afterwards."""
        active_on = later(key.active_on, self.days) if key.currency in self.waits else key.active_on
        return PendingKey(*self.lot(key.lot), active_on)

    def under(self, before: TierBefore) -> TierBefore:
        """Until when the status that a gift of staff lies over is held afterwards."""
        return before if before.until is None else before._replace(until=later(before.until, self.days))


class Absence(NamedTuple):
    """A member had left on ``since`` and came back, as they were, on ``until``."""

    since: date
    until: date


class ReferralStep(StrEnum):
    """How far a referral is, on the side of who was brought."""

    WAITING = "waiting"  # for a purchase that counts
    BOUGHT = "bought"  # and it may still come back
    KEPT = "kept"
    VOID = "void"


class Referred(NamedTuple):
    """Who brought this member (``by``, an id), and what became of it.

    ``due``: the first day on which the purchase ``sale_seq`` is kept; ``basis_minor``: what of it still counts.
    """

    by: str
    step: ReferralStep
    due: date | None = None
    sale_seq: int = 0
    basis_minor: int = 0


class TierSpan(NamedTuple):
    """A tier held from ``since`` on; the last span of the list is the one held now."""

    since: date
    tier: str


class TierCause(StrEnum):
    JOINED = "joined"
    REACHED = "reached"
    KEPT = "kept"
    LOWERED = "lowered"
    TAKEN_OVER = "taken_over"
    MERGED = "merged"
    GRACE = "grace"  # kept for a last time
    GRANTED = "granted"  # by staff


class AskedReward(NamedTuple):
    """A reward that may still be called off: what was paid for it, by lot, and how many units it gave."""

    reward: str
    quantity: int
    session: str
    until: date
    paid: tuple[tuple[LotKey, int], ...]
    gives: str
    given: int


class OfferStanding(NamedTuple):
    """How far a customer is with an offer; ``until`` is the first day on which it can no longer be used."""

    step: str
    on: date
    until: date | None


@value_type(frozen=True, slots=True)
class State:
    """A customer at a given ``seq``. The mappings are never changed in place: ``evolve`` makes new ones."""

    seq: int = 0
    membership: Membership = Membership.NONE
    joined_on: date | None = None
    left_on: date | None = None
    tiers: tuple[TierSpan, ...] = ()
    tier_until: date | None = None
    tier_cause: TierCause | None = None  # told only where the status is not held in the ordinary way
    tier_before: TierBefore | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    lots: Mapping[LotKey, int] = field(default_factory=dict)
    debts: Mapping[str, int] = field(default_factory=dict)
    audiences: frozenset[str] = frozenset()
    asked: Mapping[int, AskedReward] = field(default_factory=dict)
    pending: Mapping[PendingKey, int] = field(default_factory=dict)
    holds: Mapping[str, Held] = field(default_factory=dict)
    lapses: Mapping[str, date] = field(default_factory=dict)
    offers: Mapping[str, OfferStanding] = field(default_factory=dict)
    suspensions: tuple[SuspendedSpan, ...] = ()
    moved: Mapping[str, tuple[Moved, ...]] = field(default_factory=dict)  # "": their own; by who was merged
    terms: str = ""  # the version that was accepted last
    referral: Referred | None = None
    regret_until: date | None = None  # who left comes back as they were before this day
    absences: tuple[Absence, ...] = ()
    account: SharedAccount | None = None  # nobody by themselves: a household, a company

    @property
    def tier(self) -> str | None:
        return self.tiers[-1].tier if self.tiers else None

    def tier_on(self, day: date) -> str | None:
        """The tier that was held on ``day``, as far as it is known today."""
        for span in reversed(self.tiers):
            if span.since <= day:
                return span.tier
        return None

    def is_member_on(self, day: date) -> bool:
        if self.membership not in (Membership.MEMBER, Membership.SUSPENDED, Membership.LEFT):
            return False
        assert self.joined_on is not None
        if self.suspensions and self.is_suspended_on(day):
            return False
        if self.absences and any(away.since <= day < away.until for away in self.absences):
            return False
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)

    def may_come_back_on(self, day: date) -> bool:
        """Have they left, and find everything again if they come back on ``day``?"""
        return self.regret_until is not None and day < self.regret_until

    @property
    def stands_still(self) -> bool:
        """Is the membership suspended, or was it when they left and may still come back?"""
        return bool(self.suspensions) and self.suspensions[-1].until is None

    @property
    def stands_still_since(self) -> date | None:
        """From which day on the dates of what they have do not come: it stands still, or would if they came back."""
        may_go_on = self.membership is Membership.SUSPENDED or self.regret_until is not None
        return self.suspensions[-1].since if may_go_on and self.stands_still else None

    def is_suspended_on(self, day: date) -> bool:
        return any(
            span.since <= day and (span.until is None or day < span.until) for span in self.suspensions
        )

    def available(self, currency: str) -> int:
        """Units that can be used now: neither pending nor held."""
        return sum(quantity for key, quantity in self.lots.items() if key.currency == currency)

    def moved_since(self, seq: int, owner: str = "") -> tuple[Moved, ...]:
        """What moved the dates of units since they came at ``seq`` of their ``owner``: this customer, or one of those
        who were merged into them (an id)."""
        return tuple(one for one in self.moved.get(owner, ()) if one.seq is None or one.seq >= seq)

    def end_of(self, lot: LotKey | PendingKey) -> date | None:
        """The first day on which a lot can no longer be used: its own, or the later one that activity gave it."""
        lapse = self.lapses.get(lot.currency)
        if lapse is None or lot.expires_on is None:
            return lapse or lot.expires_on
        return max(lapse, lot.expires_on)

    def held(self, currency: str) -> int:
        """Units set aside, whatever for."""
        parts = [part for held in self.holds.values() for part in held.parts]
        return sum(quantity for key, quantity in parts if key.currency == currency)

    def holds_in_order(self) -> list[tuple[str, Held]]:
        """As they were placed, each under its ``seq``: what was written down and read again may be in another order."""
        return sorted(self.holds.items(), key=lambda item: (len(item[0]), item[0]))

    def awaited(self, currency: str) -> list[tuple[date, int]]:
        """What is pending, by the day on which it can be used, the first one first."""
        days: dict[date, int] = {}
        for key, quantity in self.pending.items():
            if key.currency == currency:
                days[key.active_on] = days.get(key.active_on, 0) + quantity
        return sorted(days.items())

    def open_lots(self, currency: str) -> Iterator[tuple[LotKey, int]]:
        """Lots with something left, the first to expire first, then the oldest."""
        found = [(key, left) for key, left in self.lots.items() if key.currency == currency and left > 0]
        found.sort(key=lambda item: (item[0].expires_on or LAST_DAY, item[0].issued_month))
        return iter(found)
