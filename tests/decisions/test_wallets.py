"""How units wait, are held, expire, are owed and change hands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assidu.decisions import decide
from assidu.decisions.calendar import Duration, Period, Unit, end_after, local_day, midnight
from assidu.decisions.decision import Account, Decision, RefusalCode, Refused, ShortfallCause
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Correction,
    Hold,
    Joining,
    Leaving,
    MergedPart,
    Payment,
    Release,
    Restoration,
    Return,
    ReturnedLine,
    Separation,
    TransferIn,
    TransferOut,
    TransferredPart,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import (
    PURCHASES,
    EachYear,
    Expiry,
    Extended,
    Inactivity,
    Pending,
    Plan,
    ReturnPolicy,
    Transfers,
)
from assidu.decisions.state import LotKey, Membership, PendingKey, State
from builders.notebook import Notebook
from builders.plans import (
    BRONZE_SILVER_GOLD,
    ONE_POINT_A_EURO,
    PARIS,
    POINTS,
    VOUCHER,
    a_plan,
    a_rule,
)
from builders.sales import NOON, a_sale, on
from builders.states import JOINED_ON, a_lot, a_member

any_time = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Machines are busy: what is measured here is never time."""

TWO_WEEKS = Pending(Duration(14, Unit.DAY))
THREE_MONTHS = Duration(3, Unit.MONTH)


def points_that(**say: object) -> Plan:
    """The plan that gives a point for each euro, its points being said more of."""
    points = replace(POINTS, **say)  # type: ignore[arg-type]
    lapsing = ("points",) if isinstance(points.expires, Inactivity | Extended) else ()
    plan = a_plan(a_rule(gift=ONE_POINT_A_EURO), currencies=(points, VOUCHER), tiers=BRONZE_SILVER_GOLD)
    return replace(plan, lapsing=lapsing)


def a_book(plan: Plan, state: State | None = None) -> Notebook:
    return Notebook(plan, a_member(seq=0) if state is None else state)


def moves(decision: Decision) -> list[tuple[Account, Account, int]]:
    return [(p.source, p.target, p.quantity) for p in decision.postings]


# ---------------------------------------------------------------- waiting


def test_what_is_earned_waits_and_can_then_be_used() -> None:
    book = a_book(points_that(pending=TWO_WEEKS))
    book.must(a_sale(10_000))  # on 2 March
    assert book.state.available("points") == 0
    assert book.state.awaited("points") == [(date(2026, 3, 17), 100)]
    refused = book.tell(a_sale(5000, payments=[Payment("points", 100)]))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.INSUFFICIENT_BALANCE
    assert book.catch_up(date(2026, 3, 16)) == []
    (night,) = book.catch_up(date(2026, 3, 17))
    assert moves(night) == [(Account.PENDING, Account.AVAILABLE, 100)]
    assert (book.state.available("points"), book.state.pending) == (100, {})


@pytest.mark.parametrize(
    ("pending", "end"),
    [
        (TWO_WEEKS, date(2026, 10, 1)),  # six months, to the end of the month, from 17 March
        (Pending(Duration(5, Unit.WEEK)), date(2026, 11, 1)),  # from 7 April
        (replace(TWO_WEEKS, expires_from_earning=True), date(2026, 10, 1)),
        (Pending(Duration(5, Unit.WEEK), expires_from_earning=True), date(2026, 10, 1)),  # from 2 March
    ],
)
def test_the_time_of_validity_begins_when_it_can_be_used_or_when_it_was_earned(
    pending: Pending, end: date
) -> None:
    book = a_book(points_that(pending=pending))
    book.must(a_sale(10_000))
    (key,) = book.state.pending
    assert (key.issued_month, key.expires_on) == (date(2026, 3, 1), end)


def test_a_rule_may_wait_otherwise_than_its_currency() -> None:
    plan = points_that(pending=TWO_WEEKS)
    rules = [
        a_rule(),
        replace(a_rule("now"), pending=Pending()),
        replace(a_rule("later"), pending=Pending(until=date(2026, 6, 1))),
        replace(a_rule("past"), pending=Pending(until=date(2026, 2, 1))),
    ]
    book = a_book(
        replace(plan, rules=tuple(rules), index={None: replace(plan.index[None], anywhere=(0, 1, 2, 3))})
    )
    book.must(a_sale(10_000))
    assert book.state.available("points") == 200
    assert book.state.awaited("points") == [(date(2026, 3, 17), 100), (date(2026, 6, 1), 100)]


def test_what_waits_repays_a_debt_when_it_can_be_used_and_not_before() -> None:
    book = a_book(points_that(pending=TWO_WEEKS), a_member(debts={"points": 30}, seq=0))
    book.must(a_sale(10_000))
    assert book.state.debts == {"points": 30}
    (night,) = book.catch_up(date(2026, 3, 17))
    assert moves(night) == [(Account.PENDING, Account.DEBT, 30), (Account.PENDING, Account.AVAILABLE, 70)]
    assert book.state.debts == {}


def test_a_late_ticket_whose_wait_is_over_can_be_used_at_once() -> None:
    book = a_book(points_that(pending=TWO_WEEKS))
    book.must(a_sale(10_000, at=on("2026-02-01")), now=on("2026-03-02"))
    book.catch_up(date(2026, 3, 2))
    assert book.state.available("points") == 100


# ---------------------------------------------------------------- 1 to 4: returns, some of it waiting


def test_a_return_takes_first_what_still_waits_of_its_own_ticket() -> None:
    book = a_book(points_that(pending=TWO_WEEKS), a_member(points=500, seq=0))
    book.must(a_sale(4_000, at=on("2026-03-01")))
    book.must(a_sale(10_000))
    back = book.must(Return(on("2026-03-05"), 2))
    assert moves(back) == [(Account.PENDING, Account.ISSUED, 100)]
    assert back.postings[0].reverses == (2, 0)
    assert back.shortfalls == ()
    assert book.state.available("points") == 500
    assert book.state.awaited("points") == [(date(2026, 3, 16), 40)]


@pytest.mark.parametrize(
    ("policy", "expected", "missing"),
    [
        (ReturnPolicy.ONLY_PENDING, [], 100),
        (ReturnPolicy.WITHIN_BALANCE, [(Account.AVAILABLE, Account.ISSUED, 20)], 80),
        (
            ReturnPolicy.MAY_GO_NEGATIVE,
            [(Account.AVAILABLE, Account.ISSUED, 20), (Account.DEBT, Account.ISSUED, 80)],
            0,
        ),
    ],
)
def test_a_full_return_after_the_points_were_spent_takes_what_the_plan_says(
    policy: ReturnPolicy, expected: list[tuple[Account, Account, int]], missing: int
) -> None:
    book = a_book(replace(points_that(pending=TWO_WEEKS), return_policy=policy))
    book.must(a_sale(10_000))
    book.catch_up(date(2026, 3, 17))
    book.must(Correction(on("2026-03-18"), "points", -80))
    back = book.must(Return(on("2026-03-19"), 1))
    assert moves(back) == expected
    told = sum(s.quantity for s in back.shortfalls if s.cause is ShortfallCause.NOT_RECOVERED)
    assert told == missing


@any_time
@pytest.mark.parametrize("policy", ReturnPolicy)
@given(parts=st.lists(st.integers(1, 4_000), min_size=1, max_size=5), wait=st.integers(0, 20))
def test_returns_in_parts_before_and_after_the_wait_add_up_to_what_the_ticket_gave(
    policy: ReturnPolicy, parts: list[int], wait: int
) -> None:
    book = a_book(replace(points_that(pending=TWO_WEEKS), return_policy=policy))
    book.must(a_sale(10_000))
    taken = missed = 0
    day = date(2026, 3, 2)
    for amount in [*parts, 0]:
        day += timedelta(days=wait)
        lines = (ReturnedLine(0, amount),) if amount else ()
        back = book.tell(Return(on(day), 1, lines))
        if isinstance(back, Refused):
            assert back.code in (RefusalCode.RETURN_EXCEEDS_SALE, RefusalCode.NOTHING_LEFT_TO_RETURN)
            continue
        taken += sum(p.quantity for p in back.postings if p.target is Account.ISSUED)
        missed += sum(s.quantity for s in back.shortfalls)
        assert all(p.reverses == (1, 0) for p in back.postings)
    if policy is not ReturnPolicy.ONLY_PENDING:
        assert missed == 0
    assert taken + missed == 100
    assert not book.state.pending or policy is ReturnPolicy.ONLY_PENDING


def test_what_waits_is_lost_on_leaving_like_the_rest() -> None:
    book = a_book(points_that(pending=TWO_WEEKS), a_member(points=50, seq=0))
    book.must(a_sale(10_000))
    left = book.must(Leaving(on("2026-03-03")))
    assert moves(left) == [
        (Account.AVAILABLE, Account.FORFEITED, 50),
        (Account.PENDING, Account.FORFEITED, 100),
    ]
    assert next_due(book.state) is None


# ---------------------------------------------------------------- 19, 20: when units end


def test_one_night_activates_then_expires_then_reviews_the_status() -> None:
    night = date(2026, 4, 1)
    waiting = PendingKey("points", date(2026, 3, 1), date(2026, 4, 1), night)
    state = a_member(lots=a_lot(70, expires="2026-04-01"), tier="gold", tier_until=night, seq=0)
    book = a_book(points_that(pending=TWO_WEEKS), replace(state, pending={waiting: 30}))
    (done,) = book.catch_up(night)
    assert moves(done) == [
        (Account.PENDING, Account.AVAILABLE, 30),
        (Account.AVAILABLE, Account.BREAKAGE, 70),
        (Account.AVAILABLE, Account.BREAKAGE, 30),
    ]
    assert done.tier is not None


@pytest.mark.parametrize(
    ("earned", "policy", "last_day"),
    [
        ("2026-01-30", EachYear(1, 31), "2026-01-31"),
        ("2026-01-31", EachYear(1, 31), "2026-01-31"),
        ("2026-02-01", EachYear(1, 31), "2027-01-31"),
        ("2026-01-15", EachYear(1, 31, THREE_MONTHS), "2027-01-31"),
        ("2026-10-31", EachYear(1, 31, THREE_MONTHS), "2027-01-31"),
        ("2026-11-01", EachYear(1, 31, THREE_MONTHS), "2028-01-31"),
        ("2026-02-28", EachYear(2, 29), "2026-02-28"),
        ("2028-02-28", EachYear(2, 29), "2028-02-29"),
    ],
)
def test_units_with_an_end_each_year_are_good_until_the_first_that_gives_them_time(
    earned: str, policy: EachYear, last_day: str
) -> None:
    assert policy.end(date.fromisoformat(earned)) == date.fromisoformat(last_day) + timedelta(days=1)


@pytest.mark.parametrize("policy", [Inactivity(THREE_MONTHS), Inactivity(THREE_MONTHS, by=PURCHASES)])
def test_a_whole_balance_expires_at_once_when_nothing_came_for_so_long(policy: Inactivity) -> None:
    book = a_book(points_that(expires=policy))
    book.must(a_sale(10_000, at=on("2026-03-02")))
    book.must(a_sale(4_000, at=on("2026-05-30")))
    assert next_due(book.state) == date(2026, 8, 31)
    assert book.catch_up(date(2026, 8, 30)) == []
    (night,) = book.catch_up(date(2026, 8, 31))
    assert [(p.target, p.quantity) for p in night.postings] == [
        (Account.BREAKAGE, 100),
        (Account.BREAKAGE, 40),
    ]
    assert next_due(book.state) is None
    assert book.state.lapses == {}


def test_a_purchase_that_earns_nothing_keeps_a_balance_that_lives_on_purchases_alone() -> None:
    by_purchase = a_book(points_that(expires=Inactivity(THREE_MONTHS, by=PURCHASES)))
    by_earning = a_book(points_that(expires=Inactivity(THREE_MONTHS)))
    for book in (by_purchase, by_earning):
        book.must(a_sale(10_000, at=on("2026-03-02")))
        book.must(a_sale(10, at=on("2026-05-30")))
        book.catch_up(date(2026, 6, 3))
    assert (by_purchase.state.available("points"), by_earning.state.available("points")) == (100, 0)


def test_each_purchase_gives_everything_the_whole_time_again_and_takes_none_away() -> None:
    book = a_book(
        points_that(expires=Extended(THREE_MONTHS)), a_member(lots=a_lot(70, expires="2027-01-01"), seq=0)
    )
    book.must(a_sale(10_000, at=on("2026-03-02")))
    book.must(a_sale(10, at=on("2026-05-30")))
    assert book.catch_up(date(2026, 8, 30)) == []
    book.catch_up(date(2026, 8, 31))
    assert book.state.available("points") == 70
    book.catch_up(date(2027, 1, 1))
    assert book.state.available("points") == 0


def test_what_a_version_promised_ends_by_the_version_in_force_on_the_day() -> None:
    book = a_book(points_that(expires=Inactivity(THREE_MONTHS)))
    book.must(a_sale(10_000))
    book.plan = replace(points_that(expires=None), version=2)
    book.catch_up(date(2026, 12, 1))
    assert book.state.available("points") == 100
    assert (book.state.lapses, next_due(book.state)) == ({}, None)


@any_time
@pytest.mark.parametrize(
    "policy",
    [
        Duration(3, Unit.DAY),
        EachYear(3, 28),
        EachYear(10, 24),
        Inactivity(Duration(3, Unit.DAY)),
        Inactivity(Duration(3, Unit.DAY), by=PURCHASES),
        Extended(Duration(3, Unit.DAY)),
    ],
)
@given(
    start=st.sampled_from([date(2026, 3, 27), date(2026, 10, 23), date(2026, 12, 30)]),
    gaps=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    minutes=st.integers(0, 24 * 60 - 1),
)
def test_whatever_the_policy_units_end_at_local_midnight_once_and_never_early(
    policy: Expiry, start: date, gaps: list[int], minutes: int
) -> None:
    """Also over the night of 23 hours and that of 25."""
    zone = ZoneInfo("Europe/Paris")
    book = a_book(points_that(expires=policy))
    now = midnight(start, zone)
    earned = 0
    for gap in gaps:
        now = midnight(local_day(now, zone) + timedelta(days=gap), zone) + timedelta(minutes=minutes)
        book.must(a_sale(1000, at=now))
        earned += 10
    while (due := next_due(book.state)) is not None:
        before = book.state.available("points")
        instant = midnight(due, zone)
        assert book.catch_up(local_day(instant - timedelta(microseconds=1), zone)) == []
        assert book.state.available("points") == before
        done = book.catch_up(local_day(instant, zone))
        assert sum(p.quantity for d in done for p in d.postings) > 0
        assert book.catch_up(due) == []
    lost = sum(p.quantity for e in book.entries for p in e.decision.postings if p.target is Account.BREAKAGE)
    assert (lost, book.state.available("points")) == (earned, 0)


# ---------------------------------------------------------------- below zero


@pytest.mark.parametrize(
    ("debt_at_most", "asked", "owed"), [(None, 41, None), (60, 100, 60), (60, 101, None)]
)
def test_a_correction_goes_below_zero_only_as_far_as_the_plan_lets(
    debt_at_most: int | None, asked: int, owed: int | None
) -> None:
    book = a_book(points_that(debt_at_most=debt_at_most), a_member(points=40, seq=0))
    answer = book.tell(Correction(NOON, "points", -asked))
    if owed is None:
        assert isinstance(answer, Refused)
        assert answer.figures["available"] == 40
    else:
        assert isinstance(answer, Decision)
        assert book.state.debts == {"points": owed}
        book.must(a_sale(10_000))
        assert (book.state.debts, book.state.available("points")) == ({}, 40)


def test_returns_go_below_zero_as_far_as_the_plan_lets_and_the_rest_is_not_recovered() -> None:
    plan = replace(points_that(debt_at_most=30), return_policy=ReturnPolicy.MAY_GO_NEGATIVE)
    book = a_book(plan)
    book.must(a_sale(10_000))
    book.must(Correction(NOON, "points", -100))
    back = book.must(Return(NOON, 1))
    assert book.state.debts == {"points": 30}
    assert [(s.quantity, s.cause) for s in back.shortfalls] == [(70, ShortfallCause.NOT_RECOVERED)]


# ---------------------------------------------------------------- 10, 11: holds


def hold(quantity: int, minutes: int = 15, at: datetime = NOON) -> Hold:
    return Hold(at, (Payment("points", quantity),), minutes)


def test_a_hold_that_outlives_its_lot_serves_its_ticket_and_is_lost_otherwise() -> None:
    evening = datetime(2026, 3, 31, 21, 55, tzinfo=UTC)  # 23:55 in Paris
    lots = a_lot(300, expires="2026-04-01")
    for is_bought in (True, False):
        book = a_book(points_that(), a_member(lots=lots, seq=0))
        book.must(hold(200, at=evening))
        assert moves(book.catch_up(date(2026, 4, 1), evening + timedelta(minutes=5))[0]) == [
            (Account.AVAILABLE, Account.BREAKAGE, 100)
        ]
        after = evening + timedelta(minutes=10)
        if is_bought:
            sold = book.must(replace(a_sale(5000, at=after, payments=[Payment("points", 150)]), hold="1"))
            assert moves(sold)[:2] == [
                (Account.HELD, Account.USED, 150),
                (Account.HELD, Account.BREAKAGE, 50),
            ]
        else:
            assert moves(book.must(Release(after, "1"))) == [(Account.HELD, Account.BREAKAGE, 200)]
        assert book.state.holds == {}


def test_a_ticket_may_need_more_than_was_held_if_it_is_there() -> None:
    book = a_book(points_that(), a_member(points=500, seq=0))
    book.must(hold(300))
    paid = [Payment("points", 450)]
    sold = book.must(replace(a_sale(5000, payments=paid), hold="1"))
    assert moves(sold)[:2] == [(Account.HELD, Account.USED, 300), (Account.AVAILABLE, Account.USED, 150)]
    other = a_book(points_that(), a_member(points=400, seq=0))
    other.must(hold(300))
    refused = other.tell(replace(a_sale(5000, payments=paid), hold="1"))
    assert isinstance(refused, Refused)
    assert refused.figures == {"asked": 450, "available": 400}
    assert other.state.held("points") == 300, "what is refused changes nothing"


def test_a_sale_that_has_happened_on_a_hold_that_ran_out_burns_as_far_as_the_balance_goes() -> None:
    book = a_book(points_that(), a_member(points=400, seq=0))
    book.must(hold(400))
    later = NOON + timedelta(hours=1)
    book.must(Correction(later, "points", -150))
    sale = replace(a_sale(5000, at=later, payments=[Payment("points", 400)]), hold="1")
    assert isinstance(book.tell(sale), Refused)
    told = book.must(sale, has_happened=True)
    assert [(s.quantity, s.cause) for s in told.shortfalls] == [(150, ShortfallCause.UNFUNDED_BURN)]


def test_what_a_released_hold_brings_back_repays_a_debt_that_came_meanwhile() -> None:
    plan = replace(points_that(), return_policy=ReturnPolicy.MAY_GO_NEGATIVE)
    book = a_book(plan)
    book.must(a_sale(10_000))
    book.must(hold(100))
    book.must(Return(NOON, 1))
    assert book.state.debts == {"points": 100}
    assert moves(book.must(Release(NOON + timedelta(minutes=1), "2"))) == [(Account.HELD, Account.DEBT, 100)]
    assert (book.state.debts, book.state.available("points")) == ({}, 0)


def test_a_return_gives_back_what_was_held_and_then_paid_to_the_lots_it_came_from() -> None:
    book = a_book(points_that(), a_member(points=500, seq=0))
    before = dict(book.state.lots)
    book.must(hold(300))
    book.must(replace(a_sale(3000, payments=[Payment("points", 250)]), hold="1"))
    book.must(Return(NOON, 2))
    assert {lot: left for lot, left in book.state.lots.items() if lot in before} == before


# ---------------------------------------------------------------- from one member to another


def test_what_is_given_arrives_with_its_dates_the_first_to_expire_first() -> None:
    plan = points_that(transfers=Transfers())
    soon, late = a_lot(40, expires="2026-04-01"), a_lot(100, expires="2026-09-01")
    giver, receiver = a_book(plan, a_member(lots={**late, **soon}, seq=0)), a_book(plan)
    gone = giver.must(TransferOut(NOON, "points", 60))
    parts = tuple(
        TransferredPart(p.lot.issued_month, p.lot.expires_on, p.quantity)
        for p in gone.postings
        if p.lot is not None
    )
    receiver.must(TransferIn(NOON, "points", parts))
    assert receiver.state.lots == {**soon, **dict.fromkeys(late, 20)}
    assert giver.state.lots == dict.fromkeys(late, 80)


@pytest.mark.parametrize(
    ("transfers", "quantity", "code"),
    [
        (None, 10, RefusalCode.NOT_TRANSFERABLE),
        (Transfers(at_least=20), 19, RefusalCode.QUANTITY_TOO_SMALL),
        (Transfers(), 501, RefusalCode.INSUFFICIENT_BALANCE),
        (Transfers(limit=50, period=Period.MONTH), 51, RefusalCode.TRANSFER_LIMIT),
    ],
)
def test_what_may_not_be_given_is_refused_with_the_reason(
    transfers: Transfers | None, quantity: int, code: RefusalCode
) -> None:
    book = a_book(points_that(transfers=transfers), a_member(points=500, seq=0))
    refused = book.tell(TransferOut(NOON, "points", quantity))
    assert isinstance(refused, Refused)
    assert refused.code is code


def test_what_may_be_given_in_a_period_is_counted() -> None:
    book = a_book(
        points_that(transfers=Transfers(limit=50, period=Period.MONTH)), a_member(points=500, seq=0)
    )
    book.must(TransferOut(NOON, "points", 30))
    refused = book.tell(TransferOut(NOON, "points", 30))
    assert isinstance(refused, Refused)
    assert refused.figures == {"asked": 30, "limit": 50, "left": 20}
    book.must(TransferOut(on("2026-04-01"), "points", 30))


def test_nobody_receives_who_is_no_member() -> None:
    plan = points_that(transfers=Transfers())
    event = TransferIn(NOON, "points", (TransferredPart(date(2026, 3, 1), None, 10),))
    refused = decide(plan, Facts(State()), event)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.RECEIVER_NOT_A_MEMBER
    book = a_book(plan, State())
    book.must(Joining(NOON))
    book.must(event)
    assert book.state.lots == {LotKey("points", date(2026, 3, 1), None): 10}


def test_a_gift_into_a_balance_that_lives_on_activity_has_its_time() -> None:
    """It counts as no activity, and does not live for ever either."""
    book = a_book(points_that(expires=Inactivity(THREE_MONTHS)))
    book.must(TransferIn(NOON, "points", (TransferredPart(date(2026, 3, 1), None, 10),)))
    assert next_due(book.state) == end_after(local_day(NOON, PARIS), THREE_MONTHS)


# ---------------------------------------------------------------- 27: two records again


LOT = LotKey("points", date(2026, 1, 1), date(2026, 8, 1))


def came(quantity: int, active_on: date | None = None) -> MergedPart:
    return MergedPart(*LOT, active_on, quantity)


@pytest.mark.parametrize(("left", "back"), [(150, 100), (100, 100), (60, 60), (0, 0)])
def test_of_a_lot_that_both_had_what_is_left_goes_back_first(left: int, back: int) -> None:
    book = a_book(points_that(), a_member(lots={LOT: left} if left else {}, seq=0))
    gone = book.must(Separation(NOON, (came(100),)))
    assert moves(gone) == ([(Account.AVAILABLE, Account.IN_TRANSIT, back)] if back else [])
    assert book.state.available("points") == left - back


def test_what_waited_at_the_merger_goes_back_also_if_it_can_be_used_meanwhile() -> None:
    day = date(2026, 3, 20)
    waiting = {PendingKey(*LOT, day): 40}
    for lots, pending, expected in (
        ({}, waiting, [(Account.PENDING, Account.IN_TRANSIT, 40)]),
        ({LOT: 30}, {}, [(Account.AVAILABLE, Account.IN_TRANSIT, 30)]),
    ):
        book = a_book(points_that(), replace(a_member(lots=lots, seq=0), pending=pending))
        assert moves(book.must(Separation(NOON, (came(40, day),)))) == expected


def test_a_debt_goes_back_to_who_had_it() -> None:
    survivor = a_book(points_that(), a_member(points=10, debts={"cents": 5}, seq=0))
    back = survivor.must(Separation(NOON, paid=(came(30),), owed=(("cents", 20),)))
    assert moves(back)[:2] == [
        (Account.IN_TRANSIT, Account.AVAILABLE, 30),
        (Account.IN_TRANSIT, Account.DEBT, 5),
    ]
    absorbed = a_book(points_that(), replace(a_member(seq=0), membership=Membership.ABSORBED))
    absorbed.must(Restoration(NOON, "member", JOINED_ON, owed=(("points", 30),)))
    assert absorbed.state.debts == {"points": 30}
    assert absorbed.state.is_member_on(date(2026, 3, 3))


def test_what_the_survivor_had_paid_comes_back_to_its_lot_or_to_a_new_one_once_that_has_expired() -> None:
    last_day = date(2026, 2, 1)
    for end, lot in (
        (LOT.expires_on, LOT),
        (None, LOT._replace(expires_on=None)),
        (last_day, LotKey("points", date(2026, 3, 1), None)),
        (local_day(NOON, PARIS), LotKey("points", date(2026, 3, 1), None)),
    ):
        book = a_book(points_that(expires=None), a_member(seq=0))
        book.must(Separation(NOON, paid=(MergedPart("points", LOT.issued_month, end, None, 30),)))
        assert book.state.lots == {lot: 30}


def test_who_is_restored_pays_what_they_owed_from_what_comes_back_and_owes_the_rest() -> None:
    book = a_book(points_that(), replace(a_member(seq=0), membership=Membership.ABSORBED))
    day = date(2026, 3, 20)
    book.must(
        Restoration(NOON, "member", JOINED_ON, (came(20), came(7, day)), (("points", 30), ("cents", 4)))
    )
    assert book.state.lots == {}
    assert book.state.pending == {PendingKey(*LOT, day): 7}, "what waits pays nothing"
    assert book.state.debts == {"points": 10, "cents": 4}
    rich = a_book(points_that(), replace(a_member(seq=0), membership=Membership.ABSORBED))
    rich.must(Restoration(NOON, "member", JOINED_ON, (came(50),), (("points", 30),)))
    assert (rich.state.lots, rich.state.debts) == ({LOT: 20}, {})


@pytest.mark.parametrize(
    ("membership", "on", "joined", "left"),
    [
        ("member", JOINED_ON, JOINED_ON, None),
        ("left", date(2026, 2, 1), JOINED_ON, date(2026, 2, 1)),
        ("none", None, None, None),
    ],
)
def test_whoever_had_been_absorbed_is_again_what_they_were(
    membership: str, on: date | None, joined: date | None, left: date | None
) -> None:
    state = replace(a_member(seq=0), membership=Membership.ABSORBED, left_on=date(2026, 2, 20))
    book = a_book(points_that(), state)
    book.must(Restoration(NOON, membership, on))
    assert (book.state.membership, book.state.joined_on, book.state.left_on) == (membership, joined, left)
    again = book.tell(Restoration(NOON, membership, on))
    assert isinstance(again, Refused)
    assert again.code is RefusalCode.NOT_MERGED


def test_the_survivor_joined_on_their_own_day_again() -> None:
    book = a_book(points_that(), a_member(seq=0))
    book.must(Separation(NOON, joined_on=date(2026, 1, 20)))
    assert book.state.joined_on == date(2026, 1, 20)


def test_counters_give_back_what_the_merger_added_and_never_more_than_is_there() -> None:
    book = a_book(points_that(), a_member(counters={"sales:ever": 5, "spend:2026-02": 900}, seq=0))
    book.must(Separation(NOON, counts=(("sales:ever", 2), ("spend:2026-02", 1000), ("spend:2025-01", 7))))
    assert book.state.counters == {"sales:ever": 3}
