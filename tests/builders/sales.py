"""Tickets, and what returns need to know of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from assidu.decisions.events import AppliedOffer, LineKind, Payment, Sale, SaleLine
from builders.plans import PARIS

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
"""Monday 2 March 2026, noon in Paris."""


def on(day: str | date, hour: int = 12) -> datetime:
    """An hour of a local day, as the UTC instant that an event carries."""
    local_day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(local_day, time(hour), PARIS).astimezone(UTC)


def a_line(
    amount_minor: int = 1000,
    *,
    sku: str = "sku-1",
    department: str = "grocery",
    brand: str = "",
    quantity: int = 1,
    discount_minor: int = 0,
    kind: LineKind = LineKind.PRODUCT,
    offers: Iterable[tuple[str, int]] = (),
    promotion: str = "",
    promotion_minor: int = 0,
) -> SaleLine:
    taken_off = tuple(AppliedOffer(offer, amount) for offer, amount in offers)
    return SaleLine(
        sku,
        amount_minor,
        quantity,
        discount_minor,
        department,
        brand,
        550,
        kind,
        taken_off,
        promotion,
        promotion_minor,
    )


def a_sale(
    *lines: SaleLine | int,
    at: datetime = NOON,
    store: str = "317",
    channel: str = "store",
    payments: Iterable[Payment] = (),
) -> Sale:
    """A number is a line of that amount; nothing at all is one line of 10 €."""
    found = tuple(a_line(line) if isinstance(line, int) else line for line in lines or (1000,))
    return Sale(at, store, channel, found, tuple(payments))
