"""The loyalty cases that break real systems, as far as the core decides them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assidu.decisions import decide
from assidu.decisions.calendar import Duration, Period, RoundTo, Unit, local_day, midnight
from assidu.decisions.decision import (
    Account,
    Decision,
    ReasonCode,
    RefusalCode,
    Refused,
    ShortfallCause,
)
from assidu.decisions.due import next_due
from assidu.decisions.events import (
    Absorption,
    Correction,
    Joining,
    Leaving,
    LineKind,
    Merger,
    OpeningLot,
    Payment,
    Return,
    ReturnedLine,
    RewardRequest,
    TakeOver,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import (
    Conditions,
    Currency,
    CurrencyKind,
    Downgrade,
    Exclusions,
    Fixed,
    Lines,
    PerAmount,
    PeriodCap,
    Plan,
    Quota,
    QuotaScope,
    ReturnPolicy,
    Threshold,
)
from assidu.decisions.state import Membership, State, TierCause
from builders.notebook import Notebook
from builders.plans import (
    BRONZE_SILVER_GOLD,
    POINTS,
    TEN_POINTS_A_EURO,
    a_full_plan,
    a_plan,
    a_rule,
    welcome,
)
from builders.sales import NOON, a_line, a_sale, on
from builders.states import a_lot, a_member

BASE = a_plan(a_rule())


def a_book(plan: Plan = BASE, state: State | None = None) -> Notebook:
    return Notebook(plan, state or a_member(seq=0))


# ---------------------------------------------------------------- 1 to 4: returns


@pytest.mark.parametrize(
    ("policy", "left", "owed", "not_recovered"),
    [
        (ReturnPolicy.ONLY_PENDING, 40, 0, 100),
        (ReturnPolicy.WITHIN_BALANCE, 0, 0, 60),
        (ReturnPolicy.MAY_GO_NEGATIVE, 0, 60, 0),
    ],
)
def test_a_full_return_after_the_points_were_spent_obeys_the_plan(
    policy: ReturnPolicy, left: int, owed: int, not_recovered: int
) -> None:
    book = a_book(replace(BASE, return_policy=policy))
    book.must(a_sale(10_000))
    book.must(Correction(NOON, "points", -60))
    back = book.must(Return(NOON, 1))
    assert book.state.available("points") == left
    assert book.state.debts.get("points", 0) == owed
    assert sum(s.quantity for s in back.shortfalls) == not_recovered
    assert all(s.cause is ShortfallCause.NOT_RECOVERED for s in back.shortfalls)
    assert [c.quantity for c in back.clawbacks] == [100], "what is taken back is told, recovered or not"


def test_a_debt_is_repaid_first_by_whatever_comes_next() -> None:
    book = a_book(replace(BASE, return_policy=ReturnPolicy.MAY_GO_NEGATIVE))
    book.must(a_sale(10_000))
    book.must(Correction(NOON, "points", -60))
    book.must(Return(NOON, 1))
    sale = book.must(a_sale(10_000))
    assert [(p.source, p.target, p.quantity) for p in sale.postings] == [
        (Account.ISSUED, Account.DEBT, 60),
        (Account.ISSUED, Account.AVAILABLE, 40),
    ]
    assert book.state.debts == {}


def test_one_line_brought_back_loses_the_threshold_bonus_too() -> None:
    book = a_book(a_plan(a_rule(), a_rule("steps", Threshold(((2000, 10), (5000, 50))))))
    book.must(a_sale(3000, 1500, 1000))
    back = book.must(Return(NOON, 1, (ReturnedLine(2, 1000),)))
    assert {(c.rule, c.quantity) for c in back.clawbacks} == {("base", 10), ("steps", 40)}
    assert book.state.available("points") == 45 + 10


def test_a_return_never_gives_points_even_where_a_smaller_ticket_would_have_earned_more() -> None:
    small = a_rule("small", Fixed(80), when=Conditions(amount_max_minor=3000))
    book = a_book(a_plan(a_rule(), small))
    book.must(a_sale(2000, 2000))
    back = book.must(Return(NOON, 1, (ReturnedLine(0, 2000),)))
    assert back.clawbacks == ()
    assert book.state.available("points") == 40


def test_a_return_remembers_how_far_a_cap_was_used_before_the_ticket() -> None:
    """The rule for small tickets did not apply then, so its cap was of no matter; it is when it applies."""
    small = a_rule(
        "small", Fixed(30), when=Conditions(amount_max_minor=3000), cap=PeriodCap(30, Period.MONTH)
    )
    book = a_book(a_plan(a_rule(), small))
    book.must(a_sale(1000))
    book.must(a_sale(2000, 2000))
    back = book.must(Return(NOON, 2, (ReturnedLine(0, 2000),)))
    assert [(c.rule, c.quantity) for c in back.clawbacks] == [("base", 20)]


def test_returns_in_several_parts_add_up_to_the_original() -> None:
    plan = a_plan(a_rule("third", PerAmount(1, 300)), a_rule("steps", Threshold(((900, 7),))))
    sale = a_sale(333, 333, 334, payments=[Payment("points", 100)])
    book = a_book(plan, a_member(points=100, seq=0))
    book.must(sale)
    for line, amount in ((0, 111), (0, 222), (1, 333), (2, 1), (2, 333)):
        book.must(Return(NOON, 1, (ReturnedLine(line, amount),)))
    assert book.state.available("points") == 100
    assert book.state.counters == {}
    again = book.tell(Return(NOON, 1))
    assert isinstance(again, Refused)
    assert again.code is RefusalCode.NOTHING_LEFT_TO_RETURN


def test_more_than_was_bought_cannot_come_back() -> None:
    book = a_book()
    book.must(a_sale(1000))
    book.must(Return(NOON, 1, (ReturnedLine(0, 600),)))
    refused = book.tell(Return(NOON, 1, (ReturnedLine(0, 300), ReturnedLine(0, 101))))
    assert isinstance(refused, Refused)
    assert (refused.code, dict(refused.figures)) == (
        RefusalCode.RETURN_EXCEEDS_SALE,
        {"line": 0, "asked_minor": 401, "left_minor": 400},
    )


def test_a_return_gives_room_back_under_the_caps_of_the_day_of_the_sale() -> None:
    book = a_book(a_plan(a_rule(cap=PeriodCap(50, Period.DAY), times=PeriodCap(1, Period.DAY))))
    book.must(a_sale(8000, at=on("2026-03-02")))
    book.must(Return(on("2026-03-04"), 1, (ReturnedLine(0, 4000),)))
    assert book.state.counters["cap:base:2026-03-02"] == 40
    book.must(Return(on("2026-03-04"), 1))
    assert "cap:base:2026-03-02" not in book.state.counters
    assert "times:base:2026-03-02" not in book.state.counters


def test_a_return_goes_by_the_version_of_the_sale_and_takes_from_the_lots_it_fed() -> None:
    old = a_plan(a_rule(gift=TEN_POINTS_A_EURO))
    book = a_book(old, a_member(points=500, seq=0))
    book.must(a_sale(1000))
    book.plan = replace(a_plan(a_rule(gift=PerAmount(1, 1000))), version=2)
    book.must(Return(on("2026-04-02"), 1))
    assert book.state.lots == a_lot(500)


def test_what_was_paid_with_points_comes_back_in_proportion_and_a_voucher_with_the_whole_ticket() -> None:
    book = a_book(BASE, a_member(points=400, vouchers=1, seq=0))
    book.must(a_sale(1000, 1000, payments=[Payment("points", 300), Payment("voucher-5", 1)]))
    assert (book.state.available("points"), book.state.available("voucher-5")) == (100 + 12, 0)
    book.must(Return(NOON, 1, (ReturnedLine(0, 1000),)))
    assert (book.state.available("points"), book.state.available("voucher-5")) == (250 + 6, 0)
    book.must(Return(NOON, 1))
    assert (book.state.available("points"), book.state.available("voucher-5")) == (400, 1)


def test_points_paid_come_back_into_their_lot_or_if_it_expired_into_a_new_one() -> None:
    plan = a_plan(a_rule(when=Conditions(stores=frozenset({"none"}))))
    lot = a_lot(100, expires="2026-03-10")
    for day, expected in (
        ("2026-03-09", lot),
        ("2026-03-10", a_lot(100, issued="2026-03-01", expires="2026-10-01")),
    ):
        book = a_book(plan, a_member(lots=lot, seq=0))
        book.must(a_sale(1000, payments=[Payment("points", 100)]))
        book.must(Return(on(day), 1))
        assert book.state.lots == expected


def test_a_ticket_of_somebody_merged_since_is_brought_back_without_naming_its_postings() -> None:
    book = a_book()
    book.must(a_sale(1000))
    sold = book.sold(1)
    assert sold is not None
    back = decide(BASE, Facts(book.state, replace(sold, is_own=False)), Return(NOON, 1))
    assert isinstance(back, Decision)
    assert [(p.quantity, p.reverses) for p in back.postings] == [(10, None)]


# ---------------------------------------------------------------- 8, 13: deciding again, places


def test_the_same_event_decided_twice_is_decided_the_same() -> None:
    facts = Facts(a_member(points=200, tier="gold"), grants={"quota:early:2026-03-02:317": 1})
    sale = a_sale(4200, a_line(2000, department="produce"), payments=[Payment("points", 100)])
    assert decide(a_full_plan(), facts, sale) == decide(a_full_plan(), facts, sale)


QUOTA = a_plan(
    a_rule(
        "early",
        Fixed(50),
        when=Conditions(amount_min_minor=1000),
        quota=Quota(1, Period.DAY, QuotaScope.STORE),
        cap=PeriodCap(50, Period.YEAR),
    )
)


def test_a_place_is_asked_for_exactly_when_all_else_holds() -> None:
    facts = Facts(a_member())
    asked = decide(QUOTA, facts, a_sale(1000))
    assert isinstance(asked, Decision)
    assert [(c.key, c.limit) for c in asked.claims] == [("quota:early:2026-03-02:317", 1)]
    assert asked.awards == ()
    used_up = Facts(a_member(counters={"cap:early:2026": 50}))
    for answer in (
        decide(QUOTA, facts, a_sale(999)),
        decide(QUOTA, used_up, a_sale(1000)),
        decide(QUOTA, Facts(State()), a_sale(1000)),
    ):
        assert isinstance(answer, Decision)
        assert answer.claims == ()


def test_a_place_that_was_given_counts_and_one_that_was_not_says_why() -> None:
    for granted, awards, code in ((1, [50], ReasonCode.APPLIED), (0, [], ReasonCode.QUOTA_TAKEN)):
        facts = Facts(a_member(), grants={"quota:early:2026-03-02:317": granted})
        answer = decide(QUOTA, facts, a_sale(1000), trace=True)
        assert isinstance(answer, Decision)
        assert answer.claims == ()
        assert [award.quantity for award in answer.awards] == awards
        assert [reason.code for reason in answer.reasons] == [code]


def test_only_the_first_of_the_day_get_a_place_and_a_return_does_not_free_it() -> None:
    places: dict[str, int] = {}
    first, second, third = (Notebook(QUOTA, a_member(seq=0), places=places) for _ in range(3))
    assert first.must(a_sale(1000)).awards
    assert not second.must(a_sale(1000)).awards
    back = first.must(Return(NOON, 1))
    assert (back.claims, first.state.available("points")) == ((), 0)
    assert not third.must(a_sale(1000)).awards
    assert third.must(a_sale(1000, at=NOON + timedelta(days=1))).awards


# ---------------------------------------------------------------- 17 to 20: time


def test_a_late_sale_earns_by_its_own_day_and_tier() -> None:
    gold_only = a_rule("gold", Fixed(9), when=Conditions(tiers=frozenset({"gold"})))
    book = a_book(a_plan(a_rule(), gold_only, tiers=BRONZE_SILVER_GOLD), State())
    book.must(Joining(on("2026-01-05")))
    book.must(a_sale(200_000, at=on("2026-02-10")))
    assert book.state.tier == "gold"
    late = book.must(a_sale(1000, at=on("2026-02-09")), now=on("2026-03-20"))
    assert [award.rule for award in late.awards] == ["base"]
    assert late.inputs is not None
    assert (late.inputs.day, late.inputs.tier) == (date(2026, 2, 9), "bronze")
    assert [lot.issued_month for lot in book.state.lots] == [date(2026, 2, 1)]
    same_day = book.must(a_sale(1000, at=on("2026-02-11")), now=on("2026-03-20"))
    assert {award.rule for award in same_day.awards} == {"base", "gold"}


def test_a_late_sale_that_crosses_a_tier_in_the_past_changes_no_closed_sale() -> None:
    gold_only = a_rule("gold", Fixed(9), when=Conditions(tiers=frozenset({"silver"})))
    book = a_book(a_plan(gold_only, tiers=BRONZE_SILVER_GOLD), State())
    book.must(Joining(on("2026-01-05")))
    closed = book.must(a_sale(1000, at=on("2026-02-20")))
    late = book.must(a_sale(60_000, at=on("2026-02-10")), now=on("2026-03-20"))
    assert closed.awards == ()
    assert late.awards == (), "its own day began in bronze"
    assert late.tier is not None
    assert (late.tier.tier, late.tier.since) == ("silver", date(2026, 2, 10))
    assert book.state.available("points") == 0


def test_a_sale_before_joining_or_after_leaving_earns_nothing_and_says_so() -> None:
    book = a_book(BASE, State())
    book.must(Joining(on("2026-02-01")))
    book.must(Leaving(on("2026-02-20")))
    for day, is_member in (("2026-01-31", False), ("2026-02-01", True), ("2026-02-20", False)):
        sale = book.must(a_sale(1000, at=on(day)), now=on("2026-02-21"))
        assert bool(sale.awards) == is_member


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_units_expire_at_local_midnight_once_and_never_early_on_the_23_and_25_hour_days(day: str) -> None:
    zone = ZoneInfo("Europe/Paris")
    expires_on = date.fromisoformat(day) + timedelta(days=1)
    hours = {"2026-03-29": 23, "2026-10-25": 25}[day]
    last_instant = midnight(expires_on, zone) - timedelta(microseconds=1)
    assert midnight(expires_on, zone) - midnight(date.fromisoformat(day), zone) == timedelta(hours=hours)
    book = a_book(BASE, a_member(lots=a_lot(70, expires=expires_on.isoformat()), seq=0))
    assert book.catch_up(local_day(last_instant, zone)) == []
    done = book.catch_up(local_day(midnight(expires_on, zone), zone))
    assert [(p.source, p.target, p.quantity) for p in done[0].postings] == [
        (Account.AVAILABLE, Account.BREAKAGE, 70)
    ]
    assert book.catch_up(expires_on) == []


def test_units_can_still_pay_in_the_last_minute_of_their_last_day() -> None:
    lots = a_lot(500, expires="2026-03-30")
    paid = [Payment("points", 500)]
    last_minute = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)  # 23:59 in Paris, an hour having been skipped
    book = a_book(BASE, a_member(lots=lots, seq=0))
    assert book.must(a_sale(1000, at=last_minute, payments=paid)).shortfalls == ()
    late = a_book(BASE, a_member(lots=lots, seq=0))
    refused = late.tell(a_sale(1000, at=last_minute + timedelta(minutes=1), payments=paid))
    assert isinstance(refused, Refused)
    assert refused.figures == {"asked": 500, "available": 0}


def test_the_night_of_a_review_expires_first_then_reviews_both_in_one_decision() -> None:
    night = date(2027, 4, 1)
    state = a_member(lots=a_lot(70, expires="2027-04-01"), tier="gold", tier_until=night, seq=0)
    book = a_book(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD), state)
    (done,) = book.catch_up(night)
    assert [p.target for p in done.postings] == [Account.BREAKAGE]
    assert done.tier is not None
    assert (done.tier.tier, done.tier.cause) == ("silver", TierCause.LOWERED)
    assert book.state.tier_until == date(2028, 5, 1)


@pytest.mark.parametrize(
    ("downgrade", "spent", "kept"),
    [
        (Downgrade.ONE_STEP, 0, "silver"),
        (Downgrade.REASSESS, 0, "bronze"),
        (Downgrade.REASSESS, 50_000, "silver"),
        (Downgrade.ONE_STEP, 149_999, "silver"),
        (Downgrade.ONE_STEP, 150_000, "gold"),
    ],
)
def test_a_review_keeps_or_lowers_as_the_plan_says(downgrade: Downgrade, spent: int, kept: str) -> None:
    tiers = replace(BRONZE_SILVER_GOLD, downgrade=downgrade)
    counters = {"spend:2027-03": spent, "spend:2026-03": 900_000, "spend:2027-04": 900_000}
    state = a_member(tier="gold", tier_until=date(2027, 4, 1), counters=counters, seq=0)
    book = a_book(a_plan(a_rule(), tiers=tiers), state)
    book.catch_up(date(2027, 4, 1))
    assert book.state.tier == kept


def test_a_review_is_done_once_even_when_the_programme_has_no_levels_any_more() -> None:
    state = a_member(tier="gold", tier_until=date(2026, 4, 1), seq=0)
    for plan in (
        a_plan(a_rule()),
        a_plan(a_rule(), tiers=replace(BRONZE_SILVER_GOLD, levels=BRONZE_SILVER_GOLD.levels[1:2])),
    ):
        book = a_book(plan, state)
        book.catch_up(date(2030, 1, 1))
        assert book.state.tier == "gold"
        assert next_due(book.state) is None


# ---------------------------------------------------------------- 18: versions


def test_a_sale_keeps_the_version_it_was_decided_under() -> None:
    book = a_book(replace(BASE, version=3))
    sale = book.must(a_sale(1000))
    book.plan = replace(a_plan(a_rule(gift=TEN_POINTS_A_EURO)), version=4)
    assert (sale.plan_version, book.must(a_sale(1000)).plan_version) == (3, 4)
    assert book.must(Return(NOON, 1)).plan_version == 3
    assert book.state.available("points") == 100


# ---------------------------------------------------------------- 21, 24: what earns


@pytest.mark.parametrize(("earns", "points"), [(False, 15), (True, 20)])
def test_the_part_paid_with_points_earns_only_if_the_plan_says_so(earns: bool, points: int) -> None:
    plan = a_plan(a_rule(), earns_on_part_paid_with_rewards=earns)
    book = a_book(plan, a_member(points=500, seq=0))
    sale = book.must(a_sale(2000, payments=[Payment("points", 500)]))
    assert [award.quantity for award in sale.awards] == [points]
    assert sale.eligible_minor == points * 100


def test_what_is_paid_with_points_is_shared_over_the_lines_to_the_cent() -> None:
    produce = a_rule("produce", PerAmount(1, 1), lines=Lines(departments=frozenset({"produce"})))
    grocery = a_rule("grocery", PerAmount(1, 1), lines=Lines(departments=frozenset({"grocery"})))
    book = a_book(a_plan(produce, grocery), a_member(points=100, seq=0))
    lines = [a_line(100, department="produce"), a_line(100), a_line(100)]
    sale = book.must(a_sale(*lines, payments=[Payment("points", 100)]))
    assert {award.rule: award.quantity for award in sale.awards} == {"produce": 66, "grocery": 134}


@pytest.mark.parametrize("kind", [kind for kind in LineKind if kind is not LineKind.PRODUCT])
def test_gift_cards_deposits_shipping_and_fees_earn_nothing_unless_the_plan_includes_them(
    kind: LineKind,
) -> None:
    lines = (a_line(1000), a_line(5000, kind=kind))
    sale = a_book().must(a_sale(*lines))
    assert sale.eligible_minor == 1000
    included = a_plan(a_rule(), exclusions=Exclusions(kinds=frozenset()))
    assert a_book(included).must(a_sale(*lines)).eligible_minor == 6000


def test_excluded_departments_brands_products_and_discounts_earn_nothing() -> None:
    out = Exclusions(
        departments=frozenset({"tobacco"}),
        brands=frozenset({"books"}),
        skus=frozenset({"press"}),
        discounted=True,
    )
    lines = (
        a_line(100),
        a_line(200, department="tobacco"),
        a_line(400, brand="books"),
        a_line(800, sku="press"),
        a_line(1600, discount_minor=1),
        a_line(3200, promotion="spring"),
    )
    assert a_book(a_plan(a_rule(), exclusions=out)).must(a_sale(*lines)).eligible_minor == 100


def test_a_voided_line_earns_nothing_and_cannot_come_back() -> None:
    book = a_book()
    sale = book.must(
        a_sale(a_line(5000, sku="tv"), a_line(1000, sku="tea"), a_line(-5000, sku="tv", quantity=-1))
    )
    assert [award.quantity for award in sale.awards] == [10]
    refused = book.tell(Return(NOON, 1, (ReturnedLine(0, 5000),)))
    assert isinstance(refused, Refused)
    back = book.must(Return(NOON, 1))
    assert [(part.line, part.amount_minor) for part in back.returned] == [(1, 1000)]
    assert book.state.counters == {}


def test_a_coupon_at_the_till_makes_every_line_cheaper_in_proportion() -> None:
    produce = a_rule("produce", PerAmount(1, 1), lines=Lines(departments=frozenset({"produce"})))
    lines = [a_line(3000, department="produce"), a_line(1000), a_line(-1000, sku="coupon", quantity=-1)]
    sale = a_book(a_plan(produce)).must(a_sale(*lines))
    assert [award.quantity for award in sale.awards] == [2250]
    assert sale.eligible_minor == 3000


# ---------------------------------------------------------------- 26: merging


def test_merging_keeps_the_best_tier_the_earlier_joining_all_lots_and_adds_the_counters() -> None:
    plan = a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD)
    mine = a_member(points=10, tier="bronze", counters={"cap:x:2026": 3, "sales:ever": 1}, seq=0)
    theirs = a_member(
        lots=a_lot(20, expires="2026-05-01"),
        tier="silver",
        tier_until=date(2026, 9, 1),
        counters={"cap:x:2026": 4},
        joined_on=date(2020, 1, 1),
        debts={"voucher-5": 1},
    )
    book, other = Notebook(plan, mine), Notebook(plan, theirs)
    book.must(Merger(NOON), absorbed=theirs)
    other.must(Absorption(NOON))
    assert book.state.lots == {**a_lot(10), **a_lot(20, expires="2026-05-01")}
    assert book.state.debts == {"voucher-5": 1}
    assert book.state.counters == {"cap:x:2026": 7, "sales:ever": 1}
    assert (book.state.tier, book.state.tier_until) == ("silver", date(2026, 9, 1))
    assert book.state.joined_on == date(2020, 1, 1)
    assert (other.state.lots, other.state.debts) == ({}, {})
    assert other.state.membership is Membership.ABSORBED
    assert isinstance(other.tell(a_sale()), Refused)


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        (date(2026, 9, 1), date(2027, 9, 1), date(2027, 9, 1)),
        (date(2027, 9, 1), date(2026, 9, 1), date(2027, 9, 1)),
        (None, date(2026, 9, 1), None),
        (date(2026, 9, 1), None, None),
    ],
)
def test_of_two_equal_tiers_the_longer_one_is_kept(
    mine: date | None, theirs: date | None, kept: date | None
) -> None:
    book = Notebook(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD), a_member(tier="gold", tier_until=mine, seq=0))
    book.must(Merger(NOON), absorbed=a_member(tier="gold", tier_until=theirs))
    assert (book.state.tier, book.state.tier_until) == ("gold", kept)


def test_a_tier_left_behind_does_not_come_back_by_a_merger() -> None:
    left = replace(a_member(tier="gold", seq=0), membership=Membership.LEFT, left_on=date(2026, 2, 1))
    book = Notebook(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD), left)
    book.must(Merger(NOON), absorbed=a_member(tier="silver", tier_until=date(2026, 9, 1)))
    assert (book.state.tier, book.state.tier_until) == ("silver", date(2026, 9, 1))
    assert book.state.membership is Membership.MEMBER


# ---------------------------------------------------------------- 30: outside the programme


def test_somebody_outside_the_programme_earns_nothing_loses_nothing_and_is_told_why() -> None:
    left = replace(a_member(points=10, seq=0), membership=Membership.LEFT, left_on=date(2026, 2, 1))
    for state in (State(lots=a_lot(10)), left):
        answer = decide(BASE, Facts(state), a_sale(1000), trace=True)
        assert isinstance(answer, Decision)
        assert (answer.postings, answer.counts, answer.tier) == ((), (), None)
        assert [reason.code for reason in answer.reasons] == [ReasonCode.NOT_A_MEMBER]
        refused = decide(BASE, Facts(state), a_sale(1000, payments=[Payment("points", 10)]))
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.NOT_A_MEMBER


def test_leaving_forfeits_what_was_not_used_and_joining_again_starts_anew() -> None:
    plan = a_plan(a_rule(), welcome(), tiers=BRONZE_SILVER_GOLD)
    book = Notebook(plan, a_member(points=70, tier="gold", tier_until=date(2027, 1, 1), seq=0))
    gone = book.must(Leaving(NOON))
    assert [(p.target, p.quantity) for p in gone.postings] == [(Account.FORFEITED, 70)]
    assert next_due(book.state) is None
    book.must(Joining(NOON + timedelta(days=3)))
    assert (book.state.available("points"), book.state.tier, book.state.tier_until) == (100, "bronze", None)
    assert book.must(a_sale(1000, at=NOON + timedelta(days=4))).awards


def test_a_welcome_gift_respects_its_cap() -> None:
    hello = replace(welcome(100), cap=PeriodCap(150, Period.EVER))
    book = Notebook(a_plan(hello))
    for expected in (100, 50, 0):
        joined = book.must(Joining(NOON))
        assert sum(award.quantity for award in joined.awards) == expected
        book.must(Leaving(NOON))


# ---------------------------------------------------------------- 32: exactly, barely, oddly


@pytest.mark.parametrize(("spent", "tier"), [(49_999, "bronze"), (50_000, "silver"), (150_000, "gold")])
def test_a_customer_exactly_on_a_threshold_reaches_it(spent: int, tier: str) -> None:
    book = a_book(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD), a_member(tier="bronze", seq=0))
    book.must(a_sale(spent - 1, 1))
    assert book.state.tier == tier


@pytest.mark.parametrize("amounts", [(), (0,), (1,), (-1,), (0, -1, 1), (-500, 200), (99, -99)])
@pytest.mark.parametrize("quantity", [0, -1, 3])
def test_odd_tickets_are_decided_never_crashed(amounts: tuple[int, ...], quantity: int) -> None:
    lines = tuple(a_line(amount, quantity=quantity) for amount in amounts)
    book = a_book(a_full_plan())
    sale = replace(a_sale(), lines=lines)
    decision = book.must(sale)
    assert decision.eligible_minor == max(sum(amounts), 0)
    back = book.tell(Return(NOON, 1))
    assert book.state.available("points") == 0
    if not decision.eligible_minor:
        assert isinstance(back, Refused)


@pytest.mark.parametrize("quantity", [0, -1])
def test_quantities_that_are_not_positive_are_refused(quantity: int) -> None:
    book = a_book(BASE, a_member(points=900, seq=0))
    request = book.tell(RewardRequest(NOON, "voucher-5", quantity))
    assert isinstance(request, Refused)
    assert request.code is RefusalCode.QUANTITY_TOO_SMALL
    payment = book.tell(a_sale(1000, payments=[Payment("points", quantity)]))
    assert isinstance(payment, Refused)
    assert payment.code is RefusalCode.PAYMENT_TOO_SMALL
    lot = OpeningLot("points", -1, date(2026, 1, 1), None)
    arrival = Notebook(BASE).tell(TakeOver(NOON, date(2026, 1, 1), lots=(lot,)))
    assert isinstance(arrival, Refused)


def test_nobody_pays_more_than_the_ticket_in_the_end() -> None:
    voided = (a_line(1000), a_line(-600))
    refused = a_book(BASE, a_member(points=900, seq=0)).tell(
        a_sale(*voided, payments=[Payment("points", 401)])
    )
    assert isinstance(refused, Refused)
    assert (refused.code, refused.figures) == (
        RefusalCode.PAYS_MORE_THAN_TICKET,
        {"worth_minor": 401, "total_minor": 400},
    )


def test_what_has_happened_is_never_refused_and_what_was_not_there_is_told() -> None:
    book = a_book(BASE, a_member(points=30, seq=0))
    paid = [Payment("points", 50), Payment("shells", 2)]
    sale = book.must(a_sale(1000, payments=paid), has_happened=True)
    assert [(s.currency, s.quantity, s.cause) for s in sale.shortfalls] == [
        ("points", 20, ShortfallCause.UNFUNDED_BURN),
        ("shells", 2, ShortfallCause.UNFUNDED_BURN),
    ]
    book.must(Return(NOON, 1))
    assert book.state.available("points") == 30


def test_the_first_purchase_is_the_first_that_was_kept() -> None:
    book = a_book(a_plan(a_rule("first", Fixed(50), when=Conditions(is_first_purchase=True))))
    assert book.must(a_sale(1000)).awards
    assert not book.must(a_sale(1000)).awards
    book.must(Return(NOON, 1))
    assert not book.must(a_sale(1000)).awards
    again = a_book(book.plan)
    again.must(a_sale(1000))
    again.must(Return(NOON, 1))
    assert again.must(a_sale(1000)).awards
    assert again.state.available("points") == 50


def test_the_lot_that_expires_first_is_used_first() -> None:
    lots = {
        **a_lot(10, issued="2025-12-01", expires=None),
        **a_lot(10, expires="2026-09-01"),
        **a_lot(10, expires="2026-04-01"),
    }
    book = a_book(BASE, a_member(lots=lots, seq=0))
    book.must(Correction(NOON, "points", -15))
    assert book.state.lots == {
        **a_lot(10, issued="2025-12-01", expires=None),
        **a_lot(5, expires="2026-09-01"),
    }


def test_a_reward_costs_points_and_gives_a_voucher_with_its_own_end() -> None:
    book = a_book(BASE, a_member(points=1100, seq=0))
    done = book.must(RewardRequest(NOON, "voucher-5", 2))
    assert [(p.source, p.target, p.currency, p.quantity) for p in done.postings] == [
        (Account.AVAILABLE, Account.USED, "points", 1000),
        (Account.ISSUED, Account.AVAILABLE, "voucher-5", 2),
    ]
    assert [lot.expires_on for lot in book.state.lots if lot.currency == "voucher-5"] == [date(2026, 6, 3)]
    assert isinstance(book.tell(RewardRequest(NOON, "voucher-5")), Refused)


def test_an_earlier_programme_is_taken_over_with_its_dates() -> None:
    lots = (
        OpeningLot("points", 300, date(2025, 11, 30), date(2026, 5, 1)),
        OpeningLot("points", 5, date(2025, 12, 2), None),
    )
    book = Notebook(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD))
    book.must(TakeOver(NOON, date(2019, 6, 1), "gold", date(2026, 12, 31), lots))
    assert book.state.lots == {
        **a_lot(300, issued="2025-11-01", expires="2026-05-01"),
        **a_lot(5, issued="2025-12-01", expires=None),
    }
    assert (book.state.tier, book.state.tier_until) == ("gold", date(2026, 12, 31))
    assert book.state.joined_on == date(2019, 6, 1)
    assert book.state.tier_on(date(2020, 1, 1)) == "gold"


def test_points_earned_in_one_month_share_a_lot_whatever_their_day() -> None:
    currency = Currency(
        "points", CurrencyKind.POINTS, expires=Duration(6, Unit.MONTH, RoundTo.MONTH), pays=True
    )
    book = a_book(a_plan(a_rule(), currencies=(currency,)))
    for day in ("2026-03-01", "2026-03-31", "2026-04-01"):
        book.must(a_sale(1000, at=on(day)))
    assert {(lot.issued_month, lot.expires_on): left for lot, left in book.state.lots.items()} == {
        (date(2026, 3, 1), date(2026, 10, 1)): 20,
        (date(2026, 4, 1), date(2026, 11, 1)): 10,
    }
    assert POINTS.expires == currency.expires


def test_a_late_rise_begins_with_the_tier_held_now_and_leaves_earlier_days_as_they_were() -> None:
    book = a_book(a_plan(a_rule(), tiers=BRONZE_SILVER_GOLD), State())
    book.must(Joining(on("2026-01-05")))
    book.must(a_sale(60_000, at=on("2026-03-01")))
    late = book.must(a_sale(150_000, at=on("2026-02-10")), now=on("2026-03-20"))
    assert late.tier is not None
    assert (late.tier.tier, late.tier.since) == ("gold", date(2026, 2, 10))
    held = [book.state.tier_on(date(2026, 2, 20)), book.state.tier_on(date(2026, 3, 1)), book.state.tier]
    assert held == ["bronze", "gold", "gold"]


def test_a_reward_can_be_had_with_exactly_its_cost_and_not_with_one_unit_less() -> None:
    for points, is_given in ((500, True), (499, False)):
        book = a_book(BASE, a_member(points=points, seq=0))
        assert isinstance(book.tell(RewardRequest(NOON, "voucher-5")), Decision) == is_given
        assert book.state.available("points") == (0 if is_given else points)
