"""Customers, as the core knows them, and a notebook that plays the shell around ``decide``."""

from datetime import date

from assidu.decisions.state import LotKey, Membership, State, TierSpan

JOINED_ON = date(2026, 1, 5)


def a_lot(
    quantity: int, *, currency: str = "points", issued: str = "2026-01-01", expires: str | None = "2026-08-01"
) -> dict[LotKey, int]:
    expires_on = None if expires is None else date.fromisoformat(expires)
    return {LotKey(currency, date.fromisoformat(issued), expires_on): quantity}


def a_member(
    *,
    points: int = 0,
    vouchers: int = 0,
    tier: str | None = None,
    tier_until: date | None = None,
    counters: dict[str, int] | None = None,
    lots: dict[LotKey, int] | None = None,
    debts: dict[str, int] | None = None,
    joined_on: date = JOINED_ON,
    seq: int = 1,
) -> State:
    found = dict(lots or {})
    if points:
        found.update(a_lot(points))
    if vouchers:
        found.update(a_lot(vouchers, currency="voucher-5"))
    return State(
        seq=seq,
        membership=Membership.MEMBER,
        joined_on=joined_on,
        tiers=(TierSpan(joined_on, tier),) if tier is not None else (),
        tier_until=tier_until,
        counters=counters or {},
        lots=found,
        debts=debts or {},
    )
