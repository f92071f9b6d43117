"""A ticket: what is paid with the programme's currencies, what it earns, what it counts for."""

from datetime import date
from operator import attrgetter

from assidu.decisions.calendar import Duration, local_day
from assidu.decisions.decision import (
    Account,
    Count,
    Decision,
    HoldChange,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.earning import Earned, charged_minor, earn, worth_minor
from assidu.decisions.engagement import did
from assidu.decisions.events import Sale
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.holding import release
from assidu.decisions.inputs import SALES, inputs_on
from assidu.decisions.offers.given import NOTHING, freeing
from assidu.decisions.offers.settling import Offered, decided_of, offered
from assidu.decisions.paying import may_pay, quantities
from assidu.decisions.plan import Pending, Plan
from assidu.decisions.sharing import Known
from assidu.decisions.state import Held, LotKey, Membership
from assidu.decisions.tiers import standing_counts, upgrade
from assidu.decisions.wallet import Wallet, earned_into

_OFFERS = attrgetter("offers")


def decide_sale(plan: Plan, facts: Facts, sale: Sale, *, trace: bool) -> Decision | Refused:
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(sale.at, plan.zone)
    inputs = inputs_on(plan, facts, day)
    wallet = Wallet(state)
    held = state.holds.get(sale.hold) if sale.hold else None
    had = None
    is_told = any(map(_OFFERS, sale.lines))
    if plan.offers or is_told:
        had = offered(
            plan,
            sale,
            inputs,
            is_basket=facts.is_basket and not is_told,
            chance=facts.chance,
            seq=state.seq + 1,
            known=None if held is None else Known(dict(held.places)),
            trace=trace,
        )
        sale = had.sale
    if sale.hold and held is None and not facts.has_happened:
        return Refused(RefusalCode.HOLD_NOT_OPEN, subject=sale.hold)
    paid = _pay(plan, wallet, sale, inputs, held, has_happened=facts.has_happened)
    if isinstance(paid, Refused):
        return paid
    earned = earn(plan, sale, inputs, later={} if had is None else had.later, trace=trace)
    if had is not None:
        earned = _with_offers(earned, had)
    _credit(plan, wallet, earned, day, had)
    kept = inputs.kept(earned.read, earned.granted)
    counts: tuple[Count, ...] = ()
    tier = None
    if inputs.is_member:
        counts = (*earned.counts, Count(SALES, 1), *did(plan.engagement, "sale", day))
        standing = standing_counts(
            plan, day, spend_minor=earned.eligible_minor, purchases=1, awards=earned.awards
        )
        if standing:
            counts += standing
            tier = upgrade(plan, state, day, counts)
    return Decision(
        plan_version=plan.version,
        postings=tuple(wallet.postings),
        awards=earned.awards,
        counts=counts,
        tier=tier,
        claims=earned.claims,
        shortfalls=paid,
        eligible_minor=earned.eligible_minor,
        inputs=kept,
        holds=() if held is None else (HoldChange(sale.hold, None, held.places),),
        reasons=earned.reasons,
        offers=freeing(NOTHING if had is None else decided_of(had), earned.releases),
    )


def _with_offers(earned: Earned, had: Offered) -> Earned:
    """What rules and offers give, ask and looked at, together."""
    if not (had.awards or had.counts or had.claims or had.reasons or had.read or had.granted):
        return earned
    return Earned(
        (*earned.awards, *had.awards),
        earned.rules,
        (*earned.counts, *had.counts),
        (*earned.claims, *had.claims),
        (*earned.reasons, *had.reasons),
        earned.eligible_minor,
        {**earned.read, **had.read},
        {**earned.granted, **had.granted},
        earned.releases,
    )


def _credit(plan: Plan, wallet: Wallet, earned: Earned, day: date, had: Offered | None) -> None:
    """One posting for each lot, whatever the number of rules and offers behind it."""
    by_term: dict[tuple[str, Duration | None, Pending | None], int] = {}
    if had is not None:
        for award, expires in zip(had.awards, had.terms, strict=True):
            its = (award.currency, expires, None)
            by_term[its] = by_term.get(its, 0) + award.quantity
    for award, rule in zip(earned.awards, earned.rules, strict=False):
        term = (award.currency, rule.expires, rule.pending)
        by_term[term] = by_term.get(term, 0) + award.quantity
    by_lot: dict[tuple[LotKey, date | None], int] = {}
    for (currency, expires, pending), quantity in by_term.items():
        into = earned_into(plan, currency, day, expires, pending)
        by_lot[into] = by_lot.get(into, 0) + quantity
    for (lot, active_on), quantity in by_lot.items():
        wallet.earn(Account.ISSUED, lot, active_on, quantity)


def _pay(
    plan: Plan, wallet: Wallet, sale: Sale, inputs: SaleInputs, held: Held | None, *, has_happened: bool
) -> tuple[Shortfall, ...] | Refused:
    """Burn what the ticket was paid with, what was set aside for it first. Without the customer's presence in the
    programme nothing can be paid."""
    asked = quantities(sale.payments)
    used = release(wallet, held, asked, inputs.day) if held is not None else {}
    if not sale.payments:
        return ()
    shortfalls = []
    worth = 0
    for currency, quantity in asked.items():
        refused = may_pay(plan, currency, quantity)
        if refused is not None and not (has_happened and quantity > 0):
            return refused
        worth += worth_minor(plan, currency, quantity)
        missing = quantity - used.get(currency, 0)
        available = wallet.available(currency) if inputs.is_member else 0
        if available < missing and not has_happened:
            if not inputs.is_member:
                return Refused(RefusalCode.SUSPENDED if inputs.is_suspended else RefusalCode.NOT_A_MEMBER)
            return Refused(
                RefusalCode.INSUFFICIENT_BALANCE,
                {"asked": quantity, "available": available + quantity - missing},
                currency,
            )
        taken = wallet.take(Account.USED, currency, min(missing, available))
        if taken < missing:
            shortfalls.append(Shortfall(currency, missing - taken, ShortfallCause.UNFUNDED_BURN))
    total = sum(charged_minor(sale))
    if worth > total and not has_happened:
        return Refused(RefusalCode.PAYS_MORE_THAN_TICKET, {"worth_minor": worth, "total_minor": total})
    return tuple(shortfalls)
