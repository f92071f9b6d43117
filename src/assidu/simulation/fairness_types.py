"""Who could never have had what a programme gives: what is found, for each rule, offer, reward, draw, status and
for referral."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    RULE = "rule"
    OFFER = "offer"
    REWARD = "reward"
    DRAW = "draw"  # among entries; an instant win is an offer
    STATUS = "status"
    REFERRAL = "referral"


class Barrier(StrEnum):
    """What kept somebody from something on every occasion they had. Where several did on different occasions, the
    one they came furthest with: all that is looked at before it held at least once."""

    NOTHING_GIVES = "nothing_gives"  # the entries of a draw
    NO_PURCHASE = "no_purchase"
    NO_ACTIVITY = "no_activity"
    NO_CONTACT = "no_contact"  # nobody could ask them for the activity, or give them the offer
    NO_CONSENT = "no_consent"  # they were asked, and want to hear nothing on any channel
    JOINED_BEFORE = "joined_before"
    NOT_A_MEMBER = "not_a_member"  # on each occasion, then
    NOT_RUNNING = "not_running"  # before its first day or after its last one
    CHANNEL = "channel"
    STORE = "store"
    WEEKDAY = "weekday"
    HOUR = "hour"
    STATUS = "status"
    AUDIENCE = "audience"
    ENGAGEMENT = "engagement"
    NOT_FIRST = "not_first"
    TOO_LITTLE = "too_little"
    TOO_SELDOM = "too_seldom"  # purchases that a status asks for
    TOO_MUCH = "too_much"
    NOT_GIVEN = "not_given"  # an offer that is allotted, activated or has a code
    NOT_FOR_THEM = "not_for_them"  # conditions of a reward
    NEVER_EARNED = "never_earned"  # nothing of the currency that a reward costs
    NEVER_ENOUGH = "never_enough"
    PLACES_GONE = "places_gone"


REACHED = "reached"
COULD_HAVE = "could_have"
"""What else may become of somebody, beside a barrier: they had it, or an occasion was within their reach."""


class WayKind(StrEnum):
    """How those left out could have something: by another rule that they reach, or if this one were otherwise."""

    OTHER_RULE = "other_rule"
    CHANNEL = "channel"
    STORES = "stores"
    WEEKDAY = "weekday"
    HOURS = "hours"
    STATUS = "status"
    EVERYBODY = "everybody"
    AMOUNT = "amount"
    COST = "cost"
    PURCHASE = "purchase"  # the same for a purchase
    ACTIVITY = "activity"
    ALSO_PURCHASE = "also_purchase"  # counted for a status
    ALSO_ACTIVITY = "also_activity"
    ASK_CONSENT = "ask_consent"
    TOLD_AT_TILL = "told_at_till"
    TIMES = "times"  # purchases that a status asks for
    SCORE = "score"  # of engagement
    UNITS = "units"
    ANNIVERSARY = "anniversary"
    PLACES_BY_STORE = "places_by_store"


@dataclass(frozen=True, slots=True)
class Way:
    """``reach`` of those left out would have it; ``values`` are codes, or minor units of an amount, as text."""

    kind: WayKind
    values: tuple[str, ...]
    reach: int


@dataclass(frozen=True, slots=True)
class ChannelFit:
    """Of those a rule is for (by status and audience), how many bought at least once on one of its channels."""

    channels: tuple[str, ...]
    target: int
    fits: int

    @property
    def is_unsuited(self) -> bool:
        """Fewer than half: the offer and those it is for do not meet."""
        return self.target > 0 and 2 * self.fits < self.target


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a programme gives over the period: who had it, could have had it, and who never could and why."""

    kind: Kind
    code: str
    reached: int
    could_have: int
    left_out: Mapping[str, int]
    """Members by barrier."""
    ways: tuple[Way, ...] = ()
    fit: ChannelFit | None = None
    had: int | None = None
    """Members who really had it in the period, as it is recorded; ``None`` for what is no rule in force."""

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Barriers with their members, the most frequent first; what was kept as JSON has lost its order."""
        return sorted(self.left_out.items(), key=lambda one: (-one[1], one[0]))

    @property
    def left_out_count(self) -> int:
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Fairness:
    """A programme over a period of recorded history. ``reached_nothing``: members who had none of its lines.

    ``without_consent`` were asked and agreed to no channel; of ``consent_unknown`` nobody wrote down whether they did:
    of nobody at all, where it is left out.
    """

    programme: str
    version: int
    since: date
    until: date
    members: int
    reached_nothing: int
    without_contact: int
    lines: tuple[Line, ...]
    seconds: float = 0.0
    without_consent: int = 0
    consent_unknown: int | None = None

    def line(self, kind: str, code: str) -> Line | None:
        return next((one for one in self.lines if one.kind == kind and one.code == code), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of one member with each line, in the order of ``Fairness.lines``."""

    customer_id: UUID
    outcomes: tuple[str, ...]
