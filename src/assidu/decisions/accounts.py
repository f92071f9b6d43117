"""Accounts that several people share, a household or a company: opened, entered, left.

Whoever enters brings everything, as in a merger; their own record sleeps meanwhile and keeps what it was. While they
are in it, what is told of them is decided here, and the account counts by currency and person what each brought in,
less what they used (``own:<currency>:<person>``, never below zero). Whoever leaves takes the share that the plan gives
of what is left, lot by lot and rounded down: never more than there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import (
    Account,
    AccountMove,
    Count,
    Decision,
    HoldChange,
    MembershipChange,
    Posting,
    RefusalCode,
    Refused,
)
from assidu.decisions.events import (
    AccountEntry,
    AccountExit,
    AccountOpening,
    Admission,
    AfterSale,
    Departure,
    Event,
    Leaving,
    MergedPart,
    Resumption,
    SaleUpdate,
    Suspension,
)
from assidu.decisions.facts import Facts
from assidu.decisions.goals import is_number_of_items
from assidu.decisions.goals import taken as goals_taken
from assidu.decisions.leaving import end_holds, forfeit
from assidu.decisions.membership import WELCOMED
from assidu.decisions.merging import (
    best_tier,
    counts_added,
    earlier_membership,
    everything_arrives,
    everything_leaves,
    moved_brought,
    offers_added,
)
from assidu.decisions.offers.given import NOTHING, OfferMove, OffersDecided, Step
from assidu.decisions.paying import quantities
from assidu.decisions.plan import AccountPolicy, LeaversShare, Plan
from assidu.decisions.state import LotKey, Membership, SharedAccount, State
from assidu.decisions.suspending import moved_before
from assidu.decisions.wallet import Wallet

OWN = "own:"
_NOT_THEIRS = (Account.BREAKAGE, Account.FORFEITED)
"""What expires or is lost is nobody's doing."""


def not_told_of(facts: Facts, event: Event) -> Refused | None:
    """Why this cannot be told of this customer: they are in an account, or not in the one that was found for them."""
    state = facts.state
    if state.membership is Membership.IN_ACCOUNT and not isinstance(event, AccountExit):
        return Refused(RefusalCode.IN_ACCOUNT)
    if not facts.member:
        return None
    if isinstance(event, Leaving | Suspension | Resumption):
        return Refused(RefusalCode.WHOLE_ACCOUNT)
    # A ticket is brought back or changed where it was recorded, also by somebody who has left since.
    is_theirs = isinstance(event, AfterSale) and not _pays_more(facts, event)
    return None if _is_in(state, facts.member) or is_theirs else Refused(RefusalCode.NOT_IN_ACCOUNT)


def _is_in(state: State, member: str) -> bool:
    return state.account is not None and member in state.account.people


def _pays_more(facts: Facts, event: AfterSale) -> bool:
    """Does a change pay its ticket with more of a wallet than it was paid with?"""
    if facts.sold is None or not isinstance(event, SaleUpdate) or event.payments is None:
        return False
    before = quantities(facts.sold.sale.payments)
    return any(
        quantity > before.get(currency, 0) for currency, quantity in quantities(event.payments).items()
    )


def decide_opening(plan: Plan, facts: Facts, event: AccountOpening) -> Decision | Refused:
    if facts.state.seq:
        return Refused(RefusalCode.NOT_AN_ACCOUNT)  # a customer with a past is somebody
    if event.kind not in plan.accounts:
        return Refused(RefusalCode.NO_SUCH_ACCOUNTS, subject=event.kind.value)
    return Decision(plan.version, account=AccountMove(event.kind))


def decide_admission(plan: Plan, facts: Facts, event: Admission) -> Decision | Refused:
    """Everything arrives as from somebody who is merged, and counts as theirs from now on."""
    mine, theirs = facts.state, facts.person
    assert theirs is not None, "an admission is decided with what the person has"
    account = mine.account
    if account is None:
        return Refused(RefusalCode.NOT_AN_ACCOUNT)
    if theirs.account is not None:
        return Refused(RefusalCode.NOT_A_PERSON)
    if (refused := _not_open(plan, mine, account)) is not None:
        return refused
    if theirs.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if theirs.membership is Membership.IN_ACCOUNT:
        return Refused(RefusalCode.IN_ACCOUNT)
    if theirs.stands_still:
        return Refused(RefusalCode.SUSPENDED)  # whoever suspended it resumes it first
    wallet = Wallet(mine)
    everything_arrives(wallet, theirs)
    counts = (*counts_added(mine, theirs), *_contributed(mine, event.member, wallet.postings))
    if theirs.joined_on is not None:
        counts += (Count(WELCOMED + event.member, 1),)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=counts,
        tier=best_tier(plan, mine, theirs, local_day(event.at, plan.zone)),
        membership=earlier_membership(mine, theirs),
        terms="" if mine.terms else theirs.terms,
        offers=offers_added(mine, theirs),
        account=AccountMove(enters=event.member),
        moved=moved_brought(mine, theirs, event.member),
    )


def _not_open(plan: Plan, mine: State, account: SharedAccount) -> Refused | None:
    """Why nobody can enter an account now."""
    policy = plan.accounts.get(account.kind)
    if policy is None:
        return Refused(RefusalCode.NO_SUCH_ACCOUNTS, subject=account.kind.value)
    if account.is_closed:
        return Refused(RefusalCode.ACCOUNT_CLOSED)
    if mine.stands_still:
        return Refused(RefusalCode.SUSPENDED)
    if mine.membership is Membership.LEFT:
        return Refused(RefusalCode.NOT_A_MEMBER)
    if len(account.people) >= policy.members_at_most:
        return Refused(RefusalCode.ACCOUNT_FULL, {"limit": policy.members_at_most})
    return None


def decide_entry(plan: Plan, facts: Facts, event: AccountEntry) -> Decision | Refused:
    """The person's side; whether they may enter was decided with the account's. Their time to come back in goes on."""
    wallet = Wallet(facts.state)
    holds = everything_leaves(wallet, facts.state)
    day = local_day(event.at, plan.zone)
    change = MembershipChange(Membership.IN_ACCOUNT, day, facts.state.regret_until)
    return Decision(plan.version, tuple(wallet.postings), membership=change, holds=holds)


# ---------------------------------------------------------------- leaving


@dataclass(frozen=True, slots=True)
class _Share:
    """``part`` of ``whole``: by currency where each has their own."""

    parts: Mapping[str, int]
    wholes: Mapping[str, int]
    part: int
    whole: int

    def of(self, currency: str, left: int) -> int:
        """Rounded down: what cannot be divided stays."""
        whole = self.wholes.get(currency, 0)
        if whole > 0:
            return left * self.parts.get(currency, 0) // whole
        return left * self.part // self.whole


def decide_departure(plan: Plan, facts: Facts, event: Departure) -> Decision | Refused:
    """The account's side. Its status stays until its review; what the leaver's own record counted goes back to it.

    With the last one who leaves the account closes, and what they do not take is lost.
    """
    mine, theirs = facts.state, facts.person
    assert theirs is not None, "a departure is decided with the record that wakes up"
    account = mine.account
    if account is None:
        return Refused(RefusalCode.NOT_AN_ACCOUNT)
    if event.member not in account.people or (event.same_as and event.same_as not in account.people):
        return Refused(RefusalCode.NOT_IN_ACCOUNT)
    takes_nothing = event.with_nothing or bool(event.same_as)
    if mine.stands_still and not takes_nothing:
        return Refused(RefusalCode.SUSPENDED)
    day = local_day(event.at, plan.zone)
    policy = plan.accounts.get(account.kind) or AccountPolicy()
    is_last = len(account.people) == 1
    wallet = Wallet(mine)
    holds: tuple[HoldChange, ...] = ()
    if is_last:
        is_lost = policy.is_lost_with_last or takes_nothing
        target = Account.FORFEITED if is_lost else Account.IN_TRANSIT
        holds = _everything_goes(wallet, mine, target)
    elif not takes_nothing:
        _take_share(wallet, _share(policy.leaver_takes, mine, account, event.member))
    closed = None
    if is_last and mine.membership in (Membership.MEMBER, Membership.SUSPENDED):
        closed = MembershipChange(Membership.LEFT, day)
    elif is_last and mine.left_on is not None and mine.regret_until is not None:
        closed = MembershipChange(Membership.LEFT, mine.left_on)  # nobody is left to come back
    return Decision(
        plan.version,
        tuple(wallet.postings),
        counts=(*_taken_back(mine, theirs), *_no_longer_theirs(mine, event)),
        membership=closed,
        holds=holds,
        account=AccountMove(leaves=event.member, closes=is_last),
    )


def _share(takes: LeaversShare, state: State, account: SharedAccount, member: str) -> _Share:
    """Of a currency that nobody brought in, as one may get by a goodwill, an equal part is their own."""
    equal = 1, len(account.people)
    if takes is LeaversShare.NOTHING:
        return _Share({}, {}, 0, 1)
    if takes is LeaversShare.EQUAL:
        return _Share({}, {}, *equal)
    parts: dict[str, int] = {}
    wholes: dict[str, int] = {}
    for name, value in state.counters.items():
        if name.startswith(OWN):
            _, currency, person = name.split(":", 2)
            wholes[currency] = wholes.get(currency, 0) + value
            if person == member:
                parts[currency] = value
    return _Share(parts, wholes, *equal)


def _take_share(wallet: Wallet, share: _Share) -> None:
    for lot, left in wallet.open_lots():
        if part := share.of(lot.currency, left):
            wallet.take_from(lot, Account.IN_TRANSIT, part)
    for pending, left in wallet.all_pending():
        wallet.take_pending(pending, Account.IN_TRANSIT, share.of(pending.currency, left))


def _everything_goes(wallet: Wallet, state: State, target: Account) -> tuple[HoldChange, ...]:
    """With the last one, or lost: then a debt stays where it is, since nobody is left to repay it."""
    if target is Account.IN_TRANSIT:
        return everything_leaves(wallet, state)
    forfeit(wallet)
    return end_holds(wallet, state, Account.FORFEITED)


def _taken_back(mine: State, theirs: State) -> tuple[Count, ...]:
    """What the leaver's record had brought to the counters goes with it, as far as it is still there."""
    gone = {
        name: -min(value, mine.counters.get(name, 0))
        for name, value in theirs.counters.items()
        if value > 0 and not is_number_of_items(name)
    }
    for name, items in goals_taken(mine.counters, theirs.counters).items():
        gone[name] = -min(items, mine.counters.get(name, 0))
    return tuple(Count(name, change) for name, change in sorted(gone.items()) if change < 0)


def _no_longer_theirs(state: State, event: Departure) -> tuple[Count, ...]:
    """The account's own counters of whoever leaves end, or count for whoever turns out to be the same person."""
    counts = []
    for name, value in sorted(state.counters.items()):
        if not name.startswith((OWN, WELCOMED)) or name.rpartition(":")[2] != event.member:
            continue
        counts.append(Count(name, -value))
        if event.same_as:
            same = name.removesuffix(event.member) + event.same_as
            if name.startswith(OWN) or not state.counters.get(same):
                counts.append(Count(same, value))
    return tuple(counts)


def exit_of(leaving: Decision, mine: State, theirs: State, event: Departure) -> AccountExit:
    """What a departure means for the leaver; ``mine`` is the account before it, ``theirs`` the record that wakes up."""
    parts = tuple(
        MergedPart(p.currency, p.lot.issued_month, p.lot.expires_on, p.active_on, p.quantity)
        for p in leaving.postings
        if p.target is Account.IN_TRANSIT and p.lot is not None
    )
    owed = tuple((p.currency, p.quantity) for p in leaving.postings if p.source is Account.IN_TRANSIT)
    used = tuple(
        code
        for code, standing in sorted(theirs.offers.items())
        if standing.step != Step.USED and code in mine.offers and mine.offers[code].step == Step.USED
    )
    left_on = mine.left_on if mine.membership is Membership.LEFT else None
    since = tuple((one.days, one.waits) for one in mine.moved.get(event.member, ()) if one.seq is None)
    return AccountExit(event.at, parts, owed, used, left_on, mine.regret_until, since)


def decide_exit(plan: Plan, facts: Facts, event: AccountExit) -> Decision | Refused:
    """The person's side: what they were before they entered, as the sleeping record still tells."""
    state = facts.state
    if state.membership is not Membership.IN_ACCOUNT:
        return Refused(RefusalCode.NOT_IN_ACCOUNT)
    wallet = Wallet(state)
    for part in event.parts:
        lot = LotKey(part.currency, part.issued_month, part.expires_on)
        wallet.earn(Account.IN_TRANSIT, lot, part.active_on, part.quantity)
    for currency, quantity in event.owed:
        paid = wallet.take(Account.IN_TRANSIT, currency, quantity)
        if quantity > paid:
            wallet.owe(Account.IN_TRANSIT, currency, quantity - paid)
    day = local_day(event.at, plan.zone)
    return Decision(
        plan.version,
        tuple(wallet.postings),
        membership=_as_before(state, event, day),
        offers=OffersDecided(moves=tuple(OfferMove(code, Step.USED, day) for code in event.used))
        if event.used
        else NOTHING,
        moved=moved_before(state, event.moved),
    )


def _as_before(state: State, event: AccountExit, day: date) -> MembershipChange:
    """Whoever had never joined has not; whoever is in an account that left the programme has left it too, and may come
    back as long as it might."""
    if state.joined_on is None:
        return MembershipChange(Membership.NONE, day)
    left_on, until = state.left_on, state.regret_until
    if left_on is None:
        left_on, until = event.left_on, event.regret_until
    if left_on is not None:
        may_come_back = until is not None and day < until
        return MembershipChange(
            Membership.LEFT, max(left_on, state.joined_on), until if may_come_back else None
        )
    return MembershipChange(Membership.MEMBER, state.joined_on)


# ---------------------------------------------------------------- who brought what


def with_contribution(state: State, member: str, decision: Decision) -> Decision:
    """The same decision with what it means for the member of whom it was told; nothing for who has left since."""
    counts = _contributed(state, member, decision.postings) if _is_in(state, member) else ()
    return replace(decision, counts=(*decision.counts, *counts)) if counts else decision


def _contributed(
    state: State, member: str, postings: tuple[Posting, ...] | list[Posting]
) -> tuple[Count, ...]:
    """What came into the wallet through a member, less what left it through them; never below zero in all."""
    moved: dict[str, int] = {}
    for posting in postings:
        if posting.source.is_in_wallet is posting.target.is_in_wallet:
            continue
        if posting.target.is_in_wallet:
            change = posting.quantity
        else:
            change = 0 if posting.target in _NOT_THEIRS else -posting.quantity
        moved[posting.currency] = moved.get(posting.currency, 0) + change
    counts = []
    for currency, change in sorted(moved.items()):
        name = f"{OWN}{currency}:{member}"
        least = -state.counters.get(name, 0)
        if change := max(change, least):
            counts.append(Count(name, change))
    return tuple(counts)
