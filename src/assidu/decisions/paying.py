"""What a currency may pay, whoever asks: a ticket, or a hold before it."""

from collections.abc import Iterable

from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.events import Payment
from assidu.decisions.plan import Plan


def may_pay(plan: Plan, currency: str, quantity: int) -> Refused | None:
    known = plan.currencies.get(currency)
    if known is None:
        return Refused(RefusalCode.UNKNOWN_CURRENCY, subject=currency)
    if not known.pays:
        return Refused(RefusalCode.CURRENCY_CANNOT_PAY, subject=currency)
    if quantity < known.pays_at_least:
        return Refused(
            RefusalCode.PAYMENT_TOO_SMALL, {"asked": quantity, "at_least": known.pays_at_least}, currency
        )
    return None


def quantities(payments: Iterable[Payment]) -> dict[str, int]:
    """By currency: a ticket may name the same one twice."""
    totals: dict[str, int] = {}
    for payment in payments:
        totals[payment.currency] = totals.get(payment.currency, 0) + payment.quantity
    return totals
