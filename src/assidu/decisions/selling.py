"""A ticket: what is paid with the programme's currencies, what it earns, what it counts for."""

from dataclasses import replace
from datetime import date

from assidu.decisions.calendar import Duration, local_day
from assidu.decisions.decision import (
    Account,
    Count,
    Decision,
    RefusalCode,
    Refused,
    Shortfall,
    ShortfallCause,
)
from assidu.decisions.earning import Earned, charged_minor, earn, worth_minor
from assidu.decisions.engagement import did
from assidu.decisions.events import Payment, Sale
from assidu.decisions.facts import Facts, SaleInputs
from assidu.decisions.inputs import SALES, inputs_on
from assidu.decisions.plan import Pending, Plan
from assidu.decisions.state import LotKey, Membership
from assidu.decisions.tiers import spend_counter, upgrade
from assidu.decisions.wallet import Wallet, earned_into


def decide_sale(plan: Plan, facts: Facts, sale: Sale, *, trace: bool) -> Decision | Refused:
    state = facts.state
    if state.membership is Membership.ABSORBED:
        return Refused(RefusalCode.ABSORBED)
    day = local_day(sale.at, plan.zone)
    inputs = inputs_on(plan, facts, day)
    wallet = Wallet(state)
    paid = _pay(plan, wallet, sale, inputs, has_happened=facts.has_happened)
    if isinstance(paid, Refused):
        return paid
    earned = earn(plan, sale, inputs, trace=trace)
    _credit(plan, wallet, earned, day)
    kept = replace(inputs, counters=earned.read, grants=earned.granted)
    counts: tuple[Count, ...] = ()
    tier = None
    if inputs.is_member:
        counts = (*earned.counts, Count(SALES, 1), *did(plan.engagement, "sale", day))
        if earned.eligible_minor:
            counts += (Count(spend_counter(day), earned.eligible_minor),)
            tier = upgrade(plan, state, day, earned.eligible_minor)
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
        reasons=earned.reasons,
    )


def _credit(plan: Plan, wallet: Wallet, earned: Earned, day: date) -> None:
    """One posting for each lot, whatever the number of rules behind it."""
    by_term: dict[tuple[str, Duration | None, Pending | None], int] = {}
    for award, rule in zip(earned.awards, earned.rules, strict=True):
        term = (award.currency, rule.expires, rule.pending)
        by_term[term] = by_term.get(term, 0) + award.quantity
    by_lot: dict[tuple[LotKey, date | None], int] = {}
    for (currency, expires, pending), quantity in by_term.items():
        into = earned_into(plan, currency, day, expires, pending)
        by_lot[into] = by_lot.get(into, 0) + quantity
    for (lot, active_on), quantity in by_lot.items():
        wallet.earn(Account.ISSUED, lot, active_on, quantity)


def _pay(
    plan: Plan, wallet: Wallet, sale: Sale, inputs: SaleInputs, *, has_happened: bool
) -> tuple[Shortfall, ...] | Refused:
    """Burn what the ticket was paid with. Without the customer's presence in the programme nothing can be paid."""
    if not sale.payments:
        return ()
    shortfalls = []
    worth = 0
    for payment in _by_currency(sale.payments):
        refused = _may_pay(plan, payment)
        if refused is not None and not (has_happened and payment.quantity > 0):
            return refused
        worth += worth_minor(plan, payment.currency, payment.quantity)
        available = wallet.available(payment.currency) if inputs.is_member else 0
        if available < payment.quantity and not has_happened:
            if not inputs.is_member:
                return Refused(RefusalCode.NOT_A_MEMBER)
            return Refused(
                RefusalCode.INSUFFICIENT_BALANCE,
                {"asked": payment.quantity, "available": available},
                payment.currency,
            )
        taken = wallet.take(Account.USED, payment.currency, min(payment.quantity, available))
        if taken < payment.quantity:
            shortfalls.append(
                Shortfall(payment.currency, payment.quantity - taken, ShortfallCause.UNFUNDED_BURN)
            )
    total = sum(charged_minor(sale))
    if worth > total and not has_happened:
        return Refused(RefusalCode.PAYS_MORE_THAN_TICKET, {"worth_minor": worth, "total_minor": total})
    return tuple(shortfalls)


def _may_pay(plan: Plan, payment: Payment) -> Refused | None:
    currency = plan.currencies.get(payment.currency)
    if currency is None:
        return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=payment.currency)
    if not currency.pays:
        return Refused(RefusalCode.CURRENCY_CANNOT_PAY, subject=payment.currency)
    if payment.quantity < currency.pays_at_least:
        return Refused(
            RefusalCode.PAYMENT_TOO_SMALL,
            {"asked": payment.quantity, "at_least": currency.pays_at_least},
            payment.currency,
        )
    return None


def _by_currency(payments: tuple[Payment, ...]) -> list[Payment]:
    """One payment for each currency: a ticket may name the same one twice."""
    totals: dict[str, int] = {}
    for payment in payments:
        totals[payment.currency] = totals.get(payment.currency, 0) + payment.quantity
    return [Payment(currency, quantity) for currency, quantity in totals.items()]
