"""What ``decide`` answers: codes and figures, never sentences, and nothing done yet."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from assidu.decisions.facts import SaleInputs
from assidu.decisions.offers.given import NOTHING, OffersDecided
from assidu.decisions.state import AccountKind, LotKey, Membership, Moved, Referred, TierBefore, TierCause
from assidu.decisions.values import value_type


class Account(IntEnum):
    """Where units are. Below 10: inside the wallet; from 10 on: the programme's own, summed and never stored."""

    AVAILABLE = 1
    PENDING = 2
    HELD = 3
    DEBT = 4
    ISSUED = 10
    USED = 11
    BREAKAGE = 12  # expired
    CORRECTED = 13
    OPENING = 14  # taken over from an earlier programme
    IN_TRANSIT = 15
    VARIANCE = 16
    FORFEITED = 17  # lost by leaving

    @property
    def is_in_wallet(self) -> bool:
        return self < Account.ISSUED


@value_type(frozen=True, slots=True)
class Posting:
    """Moves ``quantity > 0`` units between two accounts, so that books balance by construction.

    ``lot`` says which lot of the wallet grows or shrinks; a debt has none. ``reverses`` names the posting of this
    customer (seq, n) that is undone, in part or whole. ``active_on``: the day on which what is pending can be used,
    wherever something pending comes in or goes out.
    """

    source: Account
    target: Account
    currency: str
    quantity: int
    lot: LotKey | None
    reverses: tuple[int, int] | None = None
    active_on: date | None = None

    def __post_init__(self) -> None:
        assert self.quantity > 0
        assert self.source is not self.target


class Award(NamedTuple):
    """What one rule gave: ``quantity`` units on ``basis_minor`` of the ticket; ``wished`` before its caps."""

    rule: str
    currency: str
    quantity: int
    basis_minor: int = 0
    wished: int = 0


class ReasonCode(StrEnum):
    """Why a rule applied, or why not. The first condition that failed is told."""

    APPLIED = "applied"
    NOT_A_MEMBER = "not_a_member"
    SUSPENDED = "suspended"
    OTHER_CHANNEL = "other_channel"
    OTHER_STORE = "other_store"
    OTHER_DAY = "other_day"
    NOT_YET = "not_yet"
    OVER = "over"
    OTHER_TIER = "other_tier"
    NOT_FIRST_PURCHASE = "not_first_purchase"
    AMOUNT_TOO_LOW = "amount_too_low"
    AMOUNT_TOO_HIGH = "amount_too_high"
    NO_SUCH_LINE = "no_such_line"
    NOTHING_ELIGIBLE = "nothing_eligible"
    BELOW_FIRST_STEP = "below_first_step"
    SALE_CAP_REACHED = "sale_cap_reached"
    CAP_REACHED = "cap_reached"
    TIMES_REACHED = "times_reached"
    QUOTA_ASKED = "quota_asked"
    QUOTA_TAKEN = "quota_taken"
    BUDGET_ASKED = "budget_asked"
    BUDGET_GONE = "budget_gone"
    STOCK_GONE = "stock_gone"
    CODE_USED = "code_used"
    NO_CODE = "no_code"
    NOT_ALLOTTED = "not_allotted"
    NOT_ACTIVATED = "not_activated"
    OFFER_USED = "offer_used"
    ALREADY_DISCOUNTED = "already_discounted"
    TOO_FEW_UNITS = "too_few_units"
    OUTDONE = "outdone"
    LEGAL_LIMIT = "legal_limit"
    ODDS = "odds"
    DRAW_LOST = "draw_lost"
    NOT_DRAWN = "not_drawn"
    OTHER_HOUR = "other_hour"
    NOT_IN_AUDIENCE = "not_in_audience"
    ENGAGEMENT_TOO_LOW = "engagement_too_low"
    GOAL_NOT_REACHED = "goal_not_reached"
    GOAL_ALREADY_REACHED = "goal_already_reached"


@value_type(frozen=True, slots=True)
class Reason:
    """What became of one rule. ``figures`` depends on the code: ``missing_minor``, ``cap``, ``given``, ``limit``…"""

    rule: str
    code: ReasonCode
    figures: Mapping[str, int] = field(default_factory=dict)


class Count(NamedTuple):
    """A counter of the customer moves by ``change``."""

    counter: str
    change: int


@value_type(frozen=True, slots=True)
class TierChange:
    tier: str
    since: date
    until: date | None
    cause: TierCause
    under: TierBefore | None = None  # what a gift of staff that comes back lies over


@value_type(frozen=True, slots=True)
class MembershipChange:
    """``until``: who leaves comes back as they were before this day. ``since``: the joining day of a membership that
    goes on."""

    membership: Membership
    on: date
    until: date | None = None
    since: date | None = None


class AudienceMove(NamedTuple):
    """The customer enters an audience, or leaves it."""

    audience: str
    is_in: bool


class AccountMove(NamedTuple):
    """An account begins as a ``kind``; somebody enters it, or leaves it; with the last one it closes."""

    kind: AccountKind | None = None
    enters: str = ""
    leaves: str = ""
    closes: bool = False


@value_type(frozen=True, slots=True)
class Claim:
    """``quantity`` wanted of ``limit`` that customers share. The shell answers with a grant for ``key``: all of it,
    or as much as there is where it can be clipped, or nothing.

    ``can_come_back``: what is full may have room again. Of anything else, whoever comes later need not even ask.
    """

    key: str
    limit: int
    rule: str
    quantity: int = 1
    can_be_clipped: bool = False
    can_come_back: bool = field(default=False, compare=False)

    def granted(self, taken: int) -> int:
        """What there is for it when ``taken`` of the limit are gone."""
        left = max(self.limit - taken, 0)
        if self.quantity <= left:
            return self.quantity
        return left if self.can_be_clipped else 0


@value_type(frozen=True, slots=True)
class RewardAsked:
    """A reward that may be called off until the day ``until``."""

    reward: str
    quantity: int
    session: str
    until: date


class Settlement(NamedTuple):
    """What a partner is owed, in minor units, for what was handed over in its name."""

    partner: str
    currency: str
    quantity: int
    amount_minor: int


class HoldChange(NamedTuple):
    """Units are set aside as the hold of this name, until an instant; ``None``: the hold is over.

    ``places`` is what is set aside with them of what customers share, by key, or what a hold that is over gives back.
    """

    hold: str
    until: datetime | None
    places: tuple[tuple[str, int], ...] = ()


class Lapse(NamedTuple):
    """The whole balance of a currency can no longer be used from ``on`` on; ``None``: no such day is left."""

    currency: str
    on: date | None


class ShortfallCause(StrEnum):
    UNFUNDED_BURN = "unfunded_burn"
    NOT_RECOVERED = "not_recovered"


@value_type(frozen=True, slots=True)
class Shortfall:
    """Units that should have been taken and were not there."""

    currency: str
    quantity: int
    cause: ShortfallCause


@value_type(frozen=True, slots=True)
class Clawback:
    """What a return takes away again of what one rule had given, recovered or not."""

    rule: str
    currency: str
    quantity: int


@value_type(frozen=True, slots=True)
class ReturnedPart:
    """``foreign_minor`` is the same in the money of a ticket that was not paid in the programme's."""

    line: int
    amount_minor: int
    foreign_minor: int = 0


class EmissionKind(StrEnum):
    REFERRAL_KEPT = "referral_kept"


class Emission(NamedTuple):
    """What happens to another customer because of this one (``to``, an id): decided later, in their own sequence."""

    kind: EmissionKind
    to: str


@value_type(frozen=True, slots=True)
class Decision:
    plan_version: int
    postings: tuple[Posting, ...] = ()
    awards: tuple[Award, ...] = ()
    counts: tuple[Count, ...] = ()
    tier: TierChange | None = None
    membership: MembershipChange | None = None
    claims: tuple[Claim, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    clawbacks: tuple[Clawback, ...] = ()
    returned: tuple[ReturnedPart, ...] = ()
    eligible_minor: int = 0
    changed_minor: int = 0  # by how much a changed ticket is dearer
    inputs: SaleInputs | None = None
    holds: tuple[HoldChange, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    reasons: tuple[Reason, ...] = ()
    audience: AudienceMove | None = None
    answered: tuple[AudienceMove, ...] = ()  # by answers: those of an activity, or brought
    offers: OffersDecided = NOTHING
    reward: RewardAsked | None = None
    called_off: int | None = None
    settlements: tuple[Settlement, ...] = ()
    terms: str = ""
    referral: Referred | None = None
    emissions: tuple[Emission, ...] = ()
    account: AccountMove | None = None
    moved: tuple[
        tuple[str, tuple[Moved, ...]], ...
    ] = ()  # by whose units, all of ``State.moved`` that changes


class RefusalCode(StrEnum):
    NOT_A_MEMBER = "not_a_member"
    SUSPENDED = "suspended"
    ALREADY_SUSPENDED = "already_suspended"
    NOT_SUSPENDED = "not_suspended"
    ALREADY_A_MEMBER = "already_a_member"
    UNKNOWN_TERMS = "unknown_terms"
    PROGRAMME_CLOSED = "programme_closed"
    ABSORBED = "customer_absorbed"
    UNKNOWN_CURRENCY = "unknown_currency"
    CURRENCY_CANNOT_PAY = "currency_cannot_pay"
    PAYMENT_TOO_SMALL = "payment_too_small"
    QUANTITY_TOO_SMALL = "quantity_too_small"
    PAYS_MORE_THAN_TICKET = "pays_more_than_ticket"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    UNKNOWN_REWARD = "unknown_reward"
    UNKNOWN_SALE = "unknown_sale"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_TIER = "unknown_tier"
    RETURN_EXCEEDS_SALE = "return_exceeds_sale"
    RETURNED_LINE_CHANGED = "returned_line_changed"
    NOTHING_LEFT_TO_RETURN = "nothing_left_to_return"
    NOTHING_DUE = "nothing_due"
    SAME_CUSTOMER = "same_customer"
    HOLD_NOT_OPEN = "hold_not_open"
    TOO_MANY_HOLDS = "too_many_holds"
    NOT_TRANSFERABLE = "not_transferable"
    TRANSFER_LIMIT = "transfer_limit"
    RECEIVER_NOT_A_MEMBER = "receiver_not_a_member"
    NOT_MERGED = "not_merged"
    SECOND_PERSON_NEEDED = "second_person_needed"
    UNKNOWN_DRAW = "unknown_draw"
    UNKNOWN_OFFER = "unknown_offer"
    OFFER_OVER = "offer_over"
    OFFER_NOT_ALLOTTED = "offer_not_allotted"
    ALREADY_ALLOTTED = "already_allotted"
    OFFER_BEGUN = "offer_begun"
    UNKNOWN_ACTIVITY = "unknown_activity"
    UNKNOWN_AUDIENCE = "unknown_audience"
    ALREADY_OVER = "already_over"
    REWARD_NOT_FOR_THEM = "reward_not_for_them"
    REWARD_NOT_HERE = "reward_not_here"
    UNKNOWN_SESSION = "unknown_session"
    OUT_OF_STOCK = "out_of_stock"
    UNKNOWN_REQUEST = "unknown_request"
    ALREADY_USED = "already_used"
    NOTHING_TO_HAND_OVER = "nothing_to_hand_over"
    NO_SUCH_ACCOUNTS = "no_such_accounts"
    NOT_AN_ACCOUNT = "not_an_account"
    NOT_A_PERSON = "not_a_person"
    IN_ACCOUNT = "in_account"
    NOT_IN_ACCOUNT = "not_in_account"
    ACCOUNT_FULL = "account_full"
    ACCOUNT_CLOSED = "account_closed"
    WHOLE_ACCOUNT = "whole_account"
    MONEY_NOT_ACCEPTED = "money_not_accepted"
    NO_RATE = "no_rate"
    RATE_TOO_OLD = "rate_too_old"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    RETURN_IN_OTHER_MONEY = "return_in_other_money"


@value_type(frozen=True, slots=True)
class Refused:
    """An ordinary answer: nothing happens. ``figures`` tells what was asked and what there was."""

    code: RefusalCode
    figures: Mapping[str, int] = field(default_factory=dict)
    subject: str = ""  # the currency, reward or line that it is about
