"""Goods brought back: the ticket is decided again, on its stored inputs, without everything returned so far."""

from collections.abc import Iterable, Mapping
from datetime import date

from assidu.decisions.calendar import local_day
from assidu.decisions.decision import (
    Account,
    Clawback,
    Count,
    Decision,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.earning import caps_of, charged_minor, earn
from assidu.decisions.engagement import did
from assidu.decisions.events import Return, Sale
from assidu.decisions.facts import Facts, SoldBefore, SoldPosting
from assidu.decisions.goals import changed
from assidu.decisions.inputs import SALES
from assidu.decisions.offers.given import NOTHING, freeing
from assidu.decisions.offers.returning import offers_back
from assidu.decisions.plan import CurrencyKind, Plan, ReturnPolicy
from assidu.decisions.returned_parts import left_minor, parts_of
from assidu.decisions.sharing import as_taken, budgets_of, freed
from assidu.decisions.sold import kept_of
from assidu.decisions.state import LotKey, Membership, Moved, PendingKey
from assidu.decisions.tiers import standing_counts, units_counted
from assidu.decisions.wallet import Wallet, lot_for

Key = tuple[str, str]
"""A rule or offer, and the currency that it gives."""


def decide_return(plan: Plan, facts: Facts, event: Return) -> Decision | Refused:
    """``plan`` is the version under which the ticket was decided; claims and chance are not drawn again."""
    sold = facts.sold
    if facts.state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    if sold is None:
        return Refused(RefusalCode.UNKNOWN_SALE)
    parts = parts_of(plan, sold, event)
    if isinstance(parts, Refused):
        return parts
    returned = dict(sold.returned_minor)
    for part in parts:
        returned[part.line] = returned.get(part.line, 0) + part.amount_minor
    is_whole = not left_minor(sold.sale, returned)
    budgets = budgets_of(plan, sold)
    inputs = as_taken(budgets.values(), sold)
    back = offers_back(plan, sold, returned) if plan.offers else None
    later = ({}, {}) if back is None else (back.later_before, back.later)
    before = earn(plan, sold.sale, inputs, returned_minor=sold.returned_minor, later=later[0])
    after = earn(plan, sold.sale, inputs, returned_minor=returned, later=later[1])
    deserved = {(a.rule, a.currency): a.quantity for a in after.awards}
    if back is not None:
        deserved |= back.awards
    clawbacks = _clawbacks(sold, deserved)
    wallet = Wallet(facts.state)
    # What was paid with rewards comes back first, so that it can serve the taking back.
    _pay_back(plan, wallet, sold, event, returned, is_whole=is_whole)
    shortfalls = _take_back(plan, wallet, sold, clawbacks, event.sale_owner)
    counts = _counts(plan, sold, clawbacks, before.eligible_minor - after.eligible_minor, is_whole=is_whole)
    counts += changed(before.counts, after.counts, facts.state.counters)
    if back is not None:
        counts += back.counts
    left = kept_of(sold)
    for clawback in clawbacks:
        left[clawback.rule, clawback.currency] -= clawback.quantity
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        counts=tuple(counts),
        shortfalls=shortfalls,
        clawbacks=tuple(clawbacks),
        returned=tuple(parts),
        eligible_minor=after.eligible_minor - before.eligible_minor,
        offers=freeing(NOTHING if back is None else back.decided, freed(budgets, sold, left)),
    )


def _clawbacks(sold: SoldBefore, now: dict[tuple[str, str], int]) -> list[Clawback]:
    """By currency, what the ticket no longer deserves; shared over the rules that give less, in their order.

    A rule that would give more without the returned lines makes up for another, but nothing is ever added.
    """
    kept = kept_of(sold)
    too_much: dict[str, int] = {}
    for (_, currency), quantity in kept.items():
        too_much[currency] = too_much.get(currency, 0) + quantity
    for (_, currency), quantity in now.items():
        too_much[currency] = too_much.get(currency, 0) - quantity
    found = []
    for key, quantity in kept.items():
        rule, currency = key
        part = min(quantity - now.get(key, 0), too_much[currency])
        if part > 0:
            too_much[currency] -= part
            found.append(Clawback(rule, currency, part))
    return found


def _pay_back(
    plan: Plan, wallet: Wallet, sold: SoldBefore, event: Return, returned: dict[int, int], *, is_whole: bool
) -> None:
    day = local_day(event.at, plan.zone)
    for currency, paid in sold.paid.items():
        due = due_back(plan, sold.sale, currency, paid, returned, is_whole=is_whole)
        give_back(plan, wallet, sold, sold.postings, currency, due - sold.paid_back.get(currency, 0), day)


def due_back(
    plan: Plan, sale: Sale, currency: str, paid: int, returned: Mapping[int, int], *, is_whole: bool
) -> int:
    """Points paid come back in proportion to what was returned; a voucher only with the whole ticket."""
    known = plan.currencies.get(currency)
    if is_whole:
        return paid
    if not returned or (known is not None and known.kind is CurrencyKind.VOUCHER):
        return 0
    charged = charged_minor(sale)
    came_back = sum(
        charged[i] * amount // sale.lines[i].amount_minor for i, amount in returned.items() if charged[i]
    )
    return paid * came_back // sum(charged)


def give_back(
    plan: Plan,
    wallet: Wallet,
    sold: SoldBefore,
    postings: Iterable[SoldPosting],
    currency: str,
    quantity: int,
    day: date,
) -> None:
    """What a ticket was paid with comes back, posting by posting."""
    for posting in postings:
        part = min(quantity, posting.open_quantity)
        if posting.currency == currency and posting.is_burn and part > 0:
            wallet.credit(Account.USED, _lot_again(plan, posting, day), part, sold.name_of(posting))
            quantity -= part


def _lot_again(plan: Plan, posting: SoldPosting, today: date) -> LotKey:
    """The lot that the units came from or, once it has expired, a new one from the day of the return."""
    if posting.lot_issued_month is not None and (
        posting.lot_expires_on is None or posting.lot_expires_on > today
    ):
        return LotKey(posting.currency, posting.lot_issued_month, posting.lot_expires_on)
    return lot_for(plan, posting.currency, today)


def _take_back(
    plan: Plan, wallet: Wallet, sold: SoldBefore, clawbacks: list[Clawback], owner: str
) -> tuple[Shortfall, ...]:
    """Reverse the ticket's own postings, from the lots they fed, then from the others."""
    due: dict[str, int] = {}
    for clawback in clawbacks:
        due[clawback.currency] = due.get(clawback.currency, 0) + clawback.quantity
    shortfalls = []
    for currency, quantity in due.items():
        missing = reverse(plan, wallet, sold, currency, quantity, owner=owner)
        if missing:
            shortfalls.append(Shortfall(currency, missing, ShortfallCause.NOT_RECOVERED))
    return tuple(shortfalls)


def reverse(
    plan: Plan,
    wallet: Wallet,
    sold: SoldBefore,
    currency: str,
    quantity: int,
    *,
    owner: str,
    of: tuple[LotKey, date | None] | None = None,
    reversed_now: dict[tuple[int, int], int] | None = None,
) -> int:
    """Take what still waits of the ticket's own units, then what the policy lets; answers what could not be taken.

    ``owner`` is whose ticket it was, where it is not the customer's own (an id). ``of`` one lot alone of those that it
    fed, and since when it waits. ``reversed_now`` is what this decision has reversed already, by posting, and kept up.
    """
    own = [
        p
        for p in sold.postings
        if p.currency == currency and not p.is_burn and (of is None or (_lot_of(p), p.active_on) == of)
    ]
    lots = [_lot_now(wallet, sold, p, lot, owner) for p in own if (lot := _lot_of(p)) is not None]
    missing = quantity
    undone = {} if reversed_now is None else reversed_now
    for posting in own:
        lot, name = _lot_of(posting), (posting.seq, posting.n)
        if posting.active_on is not None and lot is not None:
            part = min(missing, posting.open_quantity - undone.get(name, 0))
            waits = PendingKey(*lot, posting.active_on)
            for moved in _moved(wallet, sold, posting, owner):
                waits = moved.pending(waits)
            taken = wallet.take_pending(waits, Account.ISSUED, part, sold.name_of(posting))
            undone[name] = undone.get(name, 0) + taken
            missing -= taken
    if plan.return_policy is ReturnPolicy.ONLY_PENDING:
        return missing
    for posting in own:
        name = posting.seq, posting.n
        part = min(missing, posting.open_quantity - undone.get(name, 0))
        if part <= 0:
            continue
        reverses = sold.name_of(posting)
        taken = wallet.take(Account.ISSUED, currency, part, first=lots, reverses=reverses)
        if taken < part and plan.return_policy is ReturnPolicy.MAY_GO_NEGATIVE:
            owed = part - taken
            known = plan.currencies.get(currency)
            if known is not None and known.debt_at_most is not None:
                owed = min(owed, wallet.room_to_owe(currency, known.debt_at_most))
            if owed:
                wallet.owe(Account.ISSUED, currency, owed, reverses)
            taken += owed
        undone[name] = undone.get(name, 0) + taken
        missing -= taken
        if taken < part:
            break
    return missing


def _lot_now(wallet: Wallet, sold: SoldBefore, posting: SoldPosting, lot: LotKey, owner: str) -> LotKey:
    """Where suspensions since then have moved what a posting fed."""
    for moved in _moved(wallet, sold, posting, owner):
        lot = moved.lot(lot)
    return lot


def _moved(wallet: Wallet, sold: SoldBefore, posting: SoldPosting, owner: str) -> tuple[Moved, ...]:
    return wallet.moved_since(posting.seq or sold.seq, "" if sold.is_own_posting(posting) else owner)


def _lot_of(posting: SoldPosting) -> LotKey | None:
    if posting.lot_issued_month is None:
        return None
    return LotKey(posting.currency, posting.lot_issued_month, posting.lot_expires_on)


def _counts(
    plan: Plan, sold: SoldBefore, clawbacks: list[Clawback], spend_back_minor: int, *, is_whole: bool
) -> list[Count]:
    """The counters give room back in the periods of the ticket, not of the return."""
    day = sold.inputs.day
    if not sold.inputs.is_member:
        return []
    kept = kept_of(sold)
    changes = {(one.rule, one.currency): -one.quantity for one in clawbacks}
    counts = limits_counted(plan, day, kept, changes)
    if spend_back_minor:
        counts += standing_counts(plan, day, spend_minor=-spend_back_minor)
    for clawback in clawbacks:
        counts += units_counted(plan, day, clawback.currency, -clawback.quantity)
    return counts + purchases_counted(plan, day, -1) if is_whole else counts


def limits_counted(plan: Plan, day: date, kept: Mapping[Key, int], changes: Mapping[Key, int]) -> list[Count]:
    """How the counters behind the caps of rules move when each gives so much more, or less, than was ``kept``."""
    counts = []
    rules = {rule.code: rule for rule in plan.rules}
    for key, change in changes.items():
        rule = rules.get(key[0])
        if rule is None:
            continue
        before = kept.get(key, 0)
        for counter, _, _ in caps_of(rule, day):
            if counter.startswith("cap:"):
                counts.append(Count(counter, change))
            elif (before > 0) != (before + change > 0):
                counts.append(Count(counter, 1 if change > 0 else -1))
    return counts


def purchases_counted(plan: Plan, day: date, change: int) -> list[Count]:
    """A ticket that is not one any more, or is one again."""
    return [
        Count(SALES, change),
        *standing_counts(plan, day, purchases=change),
        *did(plan.engagement, "sale", day, change),
    ]
