"""The contract of the administrative API: what it answers. Renaming a field here breaks somebody's program."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """Ways to reach a customer; only for keys that may change customers."""

    email: str
    phone: str
    address: str
    cards: list[str]
    external: list[str]


@dataclass(frozen=True, slots=True)
class Profile:
    title: str
    first_name: str
    last_name: str
    birth_date: date | None
    postcode: str
    town: str
    language: str
    store: str
    is_invented: bool
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class Balance:
    """``worth_minor`` is what the available units take off a ticket. What is pending can be used later, the first of it
    from ``next_activation`` on, or with the activity ``awaits``; what is held waits for a purchase."""

    currency: str
    kind: str
    available: int
    held: int
    debt: int
    worth_minor: int
    next_expiry: date | None
    next_expiry_quantity: int
    pending: int
    next_activation: date | None
    next_activation_quantity: int
    awaits: str


@dataclass(frozen=True, slots=True)
class Lot:
    """``expires_on`` is the first day on which the units can no longer be used; ``null``: never."""

    currency: str
    issued_month: date
    expires_on: date | None
    remaining: int


@dataclass(frozen=True, slots=True)
class Tier:
    """``benefits`` are what the status brings besides, ``says`` what its members are told, in the words of the
    programme."""

    tier: str | None
    since: date | None
    until: date | None
    spend_minor: int
    next_tier: str | None
    missing_minor: int
    missing: dict[str, int]
    missing_to_keep: dict[str, int]
    benefits: list[str]
    says: str


@dataclass(frozen=True, slots=True)
class EngagementPart:
    """What of the score something that was done makes, in thousandths: now, and on ``fades_on``."""

    of: str
    now_thousandths: int
    then_thousandths: int


@dataclass(frozen=True, slots=True)
class Engagement:
    """The score and what it is made of; on ``fades_on`` it is ``score_then``, should nothing more be done."""

    score: int
    fades_on: date
    score_then: int
    parts: list[EngagementPart]


@dataclass(frozen=True, slots=True)
class Coming:
    """What changes for members from the day ``starts`` on; where it ``takes`` something from them, notice was owed."""

    starts: date
    announced_on: date
    sentences: list[str]
    takes: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """What a customer has in the programme, as of ``today``.

    ``regret_until``: who left finds everything again by joining anew before this day. ``purchases`` are those that
    count in the programme: since joining, without what came back whole or was cancelled. While the membership is
    suspended, ``stands_still_since`` is its first day and no date of balances and lots comes: each is as it was on that
    day, and moves by as many days once the membership is resumed; what waits for a day alone keeps its day.
    """

    programme: str
    today: date
    membership: str
    joined_on: date | None
    left_on: date | None
    regret_until: date | None
    tier: Tier | None
    purchases: int
    last_purchase: date | None
    balances: list[Balance]
    lots: list[Lot]
    engagement: Engagement | None
    to_come: list[Coming]
    stands_still_since: date | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    customer_id: UUID
    kind: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class AccountMember:
    """Somebody in a household or a company. ``name`` is empty once they are erased."""

    account_id: UUID
    customer_id: UUID
    name: str
    roles: list[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A household or a company, who is in it, and what they share."""

    account_id: UUID
    kind: str
    name: str
    created_at: datetime
    erased_at: datetime | None
    members: list[AccountMember]
    programme: Programme | None


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    status: Literal["created", "exists"]
    account: UUID


@dataclass(frozen=True, slots=True)
class Entered:
    """``seq`` is the event's place in the account's history."""

    status: Literal["created", "exists"]
    account: UUID
    member: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class SharePart:
    """Some units; ``active_on``: they wait until that day. ``expires_on`` is the first day without them."""

    currency: str
    quantity: int
    expires_on: date | None
    active_on: date | None


@dataclass(frozen=True, slots=True)
class Share:
    """What whoever leaves takes along, and what is lost with them; ``closes``: they are the last one."""

    taken: list[SharePart]
    lost: list[SharePart]
    closes: bool


@dataclass(frozen=True, slots=True)
class Left:
    status: Literal["created", "exists"]
    account: UUID
    member: UUID
    seq: int
    share: Share


@dataclass(frozen=True, slots=True)
class Customer:
    """``absorbed`` are the customers who turned out to be this one; their ids lead here. ``account`` is the household
    or the company that they are in: then ``programme`` is what it has, as ``counts_as`` says."""

    customer_id: UUID
    kind: str
    counts_as: UUID
    account: AccountMember | None
    created_at: datetime
    erased_at: datetime | None
    absorbed: list[UUID]
    profile: Profile
    programme: Programme | None
    possible_duplicates: list[Duplicate]


@dataclass(frozen=True, slots=True)
class Unmerged:
    """Two records again: ``absorbed`` is found under its own identifiers."""

    survivor: UUID
    absorbed: UUID


@dataclass(frozen=True, slots=True)
class CustomerLine:
    customer_id: UUID
    kind: str
    name: str
    town: str
    store: str
    membership: str
    tier: str | None
    joined_on: date | None
    last_purchase: date | None
    purchases: int
    balances: dict[str, int]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """``next`` is the cursor of the following page; ``null`` on the last one."""

    customers: list[CustomerLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class Found:
    customer_id: UUID
    kind: str
    name: str
    town: str
    store: str
    found_by: str


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    customers: list[Found]


@dataclass(frozen=True, slots=True)
class Reference:
    seq: int
    n: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting: ``quantity`` units from one account to another; ``change`` is what it did to the wallet."""

    seq: int
    n: int
    day: date
    currency: str
    source: str
    target: str
    quantity: int
    change: int
    balance: int
    debt: int
    issued_month: date | None
    expires_on: date | None
    reverses: Reference | None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """``customer_id`` is the account of whoever is in one."""

    customer_id: UUID
    balances: dict[str, int]
    movements: list[Movement]
    next: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """``member`` is who of an account it was told of, or who entered or left it."""

    customer_id: UUID
    member: UUID | None
    seq: int
    source: str
    id: str
    type: str
    at: datetime
    recorded_at: datetime
    day: date
    store: str
    channel: str
    amount_minor: int
    plan_version: int
    movements: list[Movement]


@dataclass(frozen=True, slots=True)
class EventPage:
    events: list[Event]
    next: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """``rule`` is the code of a rule, an offer or a draw, as ``kind`` says. ``reached_percent``: how much of what it
    asks for was there, where that can be measured."""

    rule: str
    kind: str
    name: str
    code: str
    applied: bool
    reached_percent: int | None
    figures: dict[str, int]
    sentence: str


@dataclass(frozen=True, slots=True)
class SaleCost:
    """What a ticket costs the brand in all, in minor units: promotions of others, offers, and units at face value, as
    far as the programme expects them to be used (``expected_redemption``: all of them unless it says less).
    ``calendar_minor``: the part of the promotions that the ticket does not tell."""

    promotions_minor: int
    calendar_minor: int
    offers_minor: int
    units_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an event gave what it gave. ``same``: decided again today, it gives exactly what was recorded;
    ``null`` when it was decided under earlier semantics. ``differing`` names the parts that are not the same.
    ``cost``: of a ticket."""

    event: Event
    language: str
    plan_version: int
    plan_valid_from: date
    semantics: int
    same: bool | None
    differing: list[str]
    balances_before: dict[str, int]
    balances_after: dict[str, int]
    sentences: list[str]
    reasons: list[Reason]
    cost: SaleCost | None


@dataclass(frozen=True, slots=True)
class WrittenProfile:
    """``faults``: fields that were not understood, and were left aside."""

    customer_id: UUID | None
    is_new: bool
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class MemberLink:
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClosedLinks:
    closed: int


@dataclass(frozen=True, slots=True)
class AttachedTicket:
    """`day` is the ticket's own; `receipt` tells what it gave and what the customer has now."""

    status: Literal["created", "exists"]
    customer: UUID
    source: str
    id: str
    seq: int
    day: date
    receipt: str
    receipt_short: str


@dataclass(frozen=True, slots=True)
class Erased:
    customers: list[UUID]
    identifiers: int
    event_fields: int
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Without a person: somebody at the command line of the server."""

    at: datetime
    person_id: UUID | None
    person: str
    page: str


@dataclass(frozen=True, slots=True)
class LookPage:
    looks: list[Look]
    next: str | None


@dataclass(frozen=True, slots=True)
class PlanLine:
    version: int
    valid_from: datetime
    hash: str
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class PlanList:
    programme: str
    in_force: int
    plans: list[PlanLine]


@dataclass(frozen=True, slots=True)
class Plan:
    programme: str
    version: int
    valid_from: datetime
    hash: str
    published_at: datetime
    published_by: str
    note: str
    yaml: str
    document: dict[str, Any]
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class PlanProblem:
    path: str
    line: int | None
    column: int | None
    code: str
    is_warning: bool
    message: str


@dataclass(frozen=True, slots=True)
class PlanCheck:
    ok: bool
    programme: str | None
    problems: list[PlanProblem]


@dataclass(frozen=True, slots=True)
class Published:
    """``is_new`` is false when the very same programme was in service already."""

    programme: str
    version: int
    valid_from: datetime
    hash: str
    is_new: bool
    warnings: list[PlanProblem]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """``state``: draft (it has mistakes), checked, simulated, submitted, sent_back, approved, scheduled, live, past,
    withdrawn or dropped. ``version`` is what it has become."""

    draft_id: UUID
    based_on: int
    state: str
    step: int
    version: int | None
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class PlanApproval:
    given_by: str
    given_at: datetime
    is_yes: bool
    note: str


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """The decision how many others must approve, with what it was decided on. ``cause``: opening, no_threshold, below,
    above, worth, unchanged, went_back or withdrawn."""

    request_id: UUID
    asked_at: datetime
    asked_by: str
    needed: int
    cause: str
    grounds: dict[str, Any]
    is_approved: bool
    approvals: list[PlanApproval]


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What a replay knows before its end, from the customers decided so far, chosen by chance, scaled up to all.

    `low` and `high` hold `sure_percent` of the time. `holds_places`: what customers share is counted as recorded.
    """

    customers: int
    of_customers: int
    sure_percent: int
    holds_places: bool
    cost_change_minor: int
    cost_change_low_minor: int
    cost_change_high_minor: int
    winners: int
    losers: int


@dataclass(frozen=True, slots=True)
class PlanCost:
    """By replay of the past under the draft and under the version in force, for a year, in minor units.

    `partial`: while they are replayed, over all that is recorded. `is_outdated`: it was replayed, but too much was
    recorded since to decide on it who must approve; replay it again.
    """

    is_running: bool
    yearly_change_minor: int | None
    partial: FirstAnswer | None = None
    is_outdated: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """``changes`` are against the version in force."""

    draft: DraftLine
    yaml: str
    problems: list[PlanProblem]
    changes: list[str]
    request: PlanRequest | None
    cost: PlanCost


@dataclass(frozen=True, slots=True)
class DraftList:
    drafts: list[DraftLine]


@dataclass(frozen=True, slots=True)
class WentBack:
    """A version, or the draft that others must approve first."""

    version: int | None
    draft_id: UUID | None


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule or an offer: units given on the day in force and by the draft, and their face value with what was taken
    off at once; ``meets`` counts tickets on which another one gave too."""

    rule: str
    currency: str
    in_force: int
    draft: int
    in_force_minor: int
    draft_minor: int
    is_changed: bool
    meets: dict[str, int]


@dataclass(frozen=True, slots=True)
class CustomerTried:
    customer_id: UUID
    seq: int
    in_force_minor: int
    draft_minor: int


@dataclass(frozen=True, slots=True)
class DayTried:
    """One recorded day, decided by both; ``is_part``: only some of its customers."""

    day: date
    tickets: int
    customers: int
    is_part: bool
    spend_minor: int
    in_force_minor: int
    draft_minor: int
    gainers: int
    losers: int
    rules: list[RuleTried]
    gains_most: list[CustomerTried]
    loses_most: list[CustomerTried]
    seconds: float


@dataclass(frozen=True, slots=True)
class Store:
    store: str
    name: str
    town: str
    region: str
    channel: str
    opened_on: date | None
    is_invented: bool


@dataclass(frozen=True, slots=True)
class StoreList:
    stores: list[Store]


@dataclass(frozen=True, slots=True)
class Reject:
    """An event that was set aside. Its content is not kept; its origin is."""

    reject_id: int
    at: datetime
    source: str
    id: str
    origin: str
    origin_row: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class RejectPage:
    rejects: list[Reject]
    next: str | None


@dataclass(frozen=True, slots=True)
class AuditLine:
    id: int
    at: datetime
    action: str
    via: str
    person_id: UUID | None
    person: str
    key_id: UUID | None
    key: str
    object_kind: str
    object_id: str
    request_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    entries: list[AuditLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class Key:
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    store: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyList:
    keys: list[Key]


@dataclass(frozen=True, slots=True)
class NewKey:
    """``secret`` is told here once and kept nowhere."""

    key: Key
    secret: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who may come in, or might. ``is_active``: their sign-in is not closed."""

    id: UUID
    email: str
    name: str
    roles: list[str]
    stores: list[str]
    is_active: bool
    has_signed_up: bool
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInList:
    people: list[SignIn]


@dataclass(frozen=True, slots=True)
class ProblemPart:
    path: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """Every error has this shape (RFC 9457). ``code`` never changes."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    detail: str = ""
    errors: list[ProblemPart] | None = None
    figures: dict[str, Any] | None = None
