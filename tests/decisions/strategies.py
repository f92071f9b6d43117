"""Tickets and customers of every sort, the odd ones included."""

from datetime import date

from hypothesis import strategies as st

from assidu.decisions.events import LineKind, Payment, Sale, SaleLine
from builders.sales import NOON
from builders.states import a_lot, a_member

PRODUCT = LineKind.PRODUCT

lines = st.builds(
    SaleLine,
    sku=st.sampled_from(["apple", "soap", "wine", "card"]),
    amount_minor=st.one_of(
        st.sampled_from([0, 1, 2, 99, 2000, 5000, 50_000, 150_000]),
        st.integers(1, 9000),
        st.integers(1, 9000),
        st.integers(-500, -1),
    ),
    quantity=st.sampled_from([1, 1, 2, 0, -1]),
    discount_minor=st.sampled_from([0, 0, 0, 50]),
    department=st.sampled_from(["produce", "grocery", "tobacco"]),
    brand=st.sampled_from(["", "national", "ours"]),
    kind=st.sampled_from([PRODUCT, PRODUCT, PRODUCT, LineKind.GIFT_CARD]),
    promotion=st.sampled_from(["", "", "", "spring"]),
)

payments = st.builds(
    Payment,
    st.sampled_from(["points", "points", "voucher-5", "cents"]),
    st.one_of(st.integers(1, 3), st.sampled_from([40, 100, 500])),
)

sales = st.builds(
    Sale,
    at=st.just(NOON),
    store=st.sampled_from(["a", "b"]),
    channel=st.sampled_from(["store", "web"]),
    lines=st.lists(lines, max_size=5).map(tuple),
    payments=st.one_of(st.just(()), st.lists(payments, max_size=2).map(tuple)),
)

counters = st.dictionaries(
    st.sampled_from(
        [
            "sales:ever",
            "spend:2026-02",
            "spend:2025-06",
            "cap:halves:2026-03-02",
            "cap:small:2026-03",
            "times:steps:2026-W10",
        ]
    ),
    st.integers(1, 60),
)

members = st.builds(
    lambda points, vouchers, tier, days, owed, counted: a_member(
        lots={**a_lot(points), **a_lot(vouchers, currency="voucher-5", expires="2026-04-04")},
        tier=tier,
        tier_until=days if tier in ("silver", "gold") else None,
        debts={"cents": owed} if owed else {},
        counters=counted,
    ),
    st.integers(1, 900),
    st.integers(1, 3),
    st.sampled_from([None, "bronze", "silver", "gold"]),
    st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2029, 1, 1))),
    st.sampled_from([0, 0, 30]),
    counters,
)
