"""Units that add up from month to month, in the books and in money, whatever is learnt late."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assidu.decisions.calendar import add_months
from assidu.decisions.decision import Account
from assidu.economics.models.book import booked
from assidu.economics.models.cohorts import cohorts_at, flows_of
from assidu.economics.models.journal import Accounts, entries
from assidu.economics.models.month import Method, MonthFigures, Sales, cost_roll, next_month
from assidu.economics.models.movements import Move, Moves, UnitRoll, added, roll
from assidu.economics.models.redemption import Interval, redemption
from assidu.economics.models.valuation import Terms, money_roll

MARCH = date(2026, 3, 1)
MAY = date(2026, 5, 1)
AVAILABLE, ISSUED, USED, BREAKAGE = Account.AVAILABLE, Account.ISSUED, Account.USED, Account.BREAKAGE
INSIDE = [Account.AVAILABLE, Account.PENDING, Account.HELD, Account.DEBT]
OUTSIDE = [one for one in Account if not one.is_in_wallet]


def points(
    source: Account, target: Account, issued: date | None = MARCH, *, is_exchange: bool = False
) -> Move:
    ends = None if issued is None else add_months(issued, 6)
    return Move("points", issued, ends, source, target, is_exchange)


def move(source: Account, target: Account, months: int) -> Move:
    has_lot = any(one.is_in_wallet and one is not Account.DEBT for one in (source, target))
    return points(source, target, add_months(MARCH, months) if has_lot else None)


moves = st.dictionaries(
    st.builds(move, st.sampled_from(INSIDE), st.sampled_from(OUTSIDE), st.integers(0, 3))
    | st.builds(move, st.sampled_from(OUTSIDE), st.sampled_from(INSIDE), st.integers(0, 3))
    | st.builds(
        move, st.just(Account.PENDING), st.sampled_from([Account.AVAILABLE, Account.DEBT]), st.integers(0, 3)
    )
    | st.builds(move, st.just(Account.AVAILABLE), st.just(Account.HELD), st.integers(0, 3))
    | st.builds(
        move, st.just(Account.HELD), st.sampled_from([Account.AVAILABLE, Account.DEBT]), st.integers(0, 3)
    ),
    st.integers(1, 500),
    max_size=8,
)


@given(st.lists(moves, min_size=1, max_size=5))
def test_whatever_moves_the_lines_of_each_month_add_up(months: list[Moves]) -> None:
    before = UnitRoll()
    for found in months:
        after = roll(before, "points", found)
        assert after.opening == before.closing
        assert after.difference == 0
        before = after
    everything = added(months)

    def held_in(*accounts: Account) -> int:
        return sum(
            units * ((one.target in accounts) - (one.source in accounts)) for one, units in everything.items()
        )

    assert before.closing == held_in(Account.AVAILABLE, Account.PENDING, Account.HELD)
    assert (before.pending, before.held) == (held_in(Account.PENDING), held_in(Account.HELD))
    assert before.debt == -held_in(Account.DEBT)
    assert before.available == held_in(Account.AVAILABLE)


@given(st.lists(moves, min_size=1, max_size=5))
def test_issue_months_together_are_the_whole(months: list[Moves]) -> None:
    book = booked(
        {add_months(MARCH, n): found for n, found in enumerate(months)},
        [],
        add_months(MARCH, len(months) - 1),
    )
    last = UnitRoll()
    for one in book:
        last = roll(last, "points", one.moves)
    cohorts = cohorts_at(book, "points")
    assert sum(one.outstanding for one in cohorts) == last.closing
    assert all(sum(units for _, units in one.ends) == one.outstanding for one in cohorts)


@given(st.lists(st.tuples(st.integers(0, 3), moves), max_size=8), st.data())
@settings(max_examples=60)
def test_what_is_learnt_late_is_booked_once_and_closed_months_never_change(
    told: list[tuple[int, Moves]], data: st.DataObject
) -> None:
    """Months are closed at any time while movements arrive whose days lie in any month."""
    by_day: dict[date, Moves] = {MARCH: {points(ISSUED, AVAILABLE): 1}}
    closed: list[tuple[date, Moves]] = []
    last = add_months(MARCH, 3)
    for months, found in told:
        day = add_months(MARCH, months)
        by_day[day] = added((by_day.get(day, {}), found))
        if len(closed) < 3 and data.draw(st.booleans()):
            now = booked(by_day, closed, last)[len(closed)]
            closed.append((now.month, now.moves))
    book = booked(by_day, closed, last)
    assert [(one.month, one.moves) for one in book[: len(closed)]] == closed
    assert added(one.moves for one in book) == added(by_day.values())
    assert [one.month for one in book] == [add_months(MARCH, n) for n in range(4)]


def test_a_movement_of_a_closed_month_falls_in_the_open_one_and_is_called_late() -> None:
    march = {points(ISSUED, AVAILABLE): 100}
    late = {points(AVAILABLE, USED): 30}
    april = {points(ISSUED, AVAILABLE, add_months(MARCH, 1)): 5}
    book = booked({MARCH: added((march, late)), add_months(MARCH, 1): april}, [(MARCH, march)], MAY)
    assert [one.late for one in book] == [{}, late, {}]
    assert book[1].moves == added((april, late))
    assert [one.is_closed for one in book] == [True, False, False]


TERMS = {
    "points": Terms("points", 1.0, 0.6, 1.0),
    "voucher": Terms("voucher", 500.0, 300.0, 1.0),
    "badge": Terms("badge", 0.0, 0.0, 1.0),
}


def a_story(*months: dict[Move, int]) -> list[MonthFigures]:
    book = booked(
        {add_months(MARCH, n): one for n, one in enumerate(months)}, [], add_months(MARCH, len(months) - 1)
    )
    found: list[MonthFigures] = []
    for place in range(len(book)):
        before = found[-1] if found else None
        found.append(
            next_month(before, book[: place + 1], Sales(12_000, 10_000, 12_000, 10_000), TERMS, Method())
        )
    return found


def test_the_liability_is_what_will_be_used_at_its_cost() -> None:
    march, april = a_story({points(ISSUED, AVAILABLE): 1000}, {points(AVAILABLE, USED): 400})
    first, second = march.currencies[0].money, april.currencies[0].money
    assert (first.issued_minor, first.closing_minor) == (600, 600), (
        "no month has shown less than what the plan expects"
    )
    assert (second.opening_minor, second.used_minor, second.closing_minor) == (600, -240, 360)


def test_what_expires_unused_is_released() -> None:
    *_, last = a_story(
        {points(ISSUED, AVAILABLE): 1000}, {}, {}, {}, {}, {}, {}, {points(AVAILABLE, BREAKAGE): 1000}
    )
    before_last = a_story({points(ISSUED, AVAILABLE): 1000}, {points(AVAILABLE, BREAKAGE): 1000})[-1]
    assert last.currencies[0].money.closing_minor == 0
    assert before_last.currencies[0].money.released_minor == -600
    assert before_last.currencies[0].money.reestimate_minor == 0


def test_another_cost_per_unit_is_a_re_estimate() -> None:
    book = booked({MARCH: {points(ISSUED, AVAILABLE): 1000}}, [], add_months(MARCH, 1))
    first = next_month(None, book[:1], Sales(), TERMS, Method())
    dearer = TERMS | {"points": Terms("points", 1.0, 0.9, 1.0)}
    second = next_month(first, book, Sales(), dearer, Method()).currencies[0].money
    assert (second.opening_minor, second.reestimate_minor, second.closing_minor) == (600, 300, 900)


def test_a_voucher_is_owed_instead_of_the_points_handed_in_for_it() -> None:
    voucher = Move("voucher", add_months(MARCH, 1), None, ISSUED, AVAILABLE, True)
    march, april = a_story(
        {points(ISSUED, AVAILABLE): 1000}, {points(AVAILABLE, USED, is_exchange=True): 500, voucher: 1}
    )
    carried = march.deferred_minor
    assert carried == round(10_000 * 1000 / 1.2 / (10_000 + 1000 / 1.2))
    assert sum(one.revenue.moved_minor for one in april.currencies) == 0
    assert april.deferred_minor == pytest.approx(carried, abs=1), "nothing was sold yet"
    one, other = april.currency("points"), april.currency("voucher")
    assert one is not None
    assert other is not None
    assert one.revenue.moved_minor == -other.revenue.moved_minor == -carried // 2
    assert one.units.exchanged_out == -500
    assert other.units.exchanged_in == 1
    rolls = [cost_roll(found, april.month) for found in (one, other)]
    assert [(roll.issued_minor, roll.used_minor) for roll in rolls] == [(0, 0), (0, 0)], "only exchanged"
    assert sum(roll.exchanged_minor for roll in rolls) == one.money.used_minor + other.money.issued_minor


def test_a_badge_costs_nothing_and_is_counted() -> None:
    found = a_story({Move("badge", MARCH, None, ISSUED, AVAILABLE): 3})[0].currency("badge")
    assert found is not None
    assert (found.units.closing, found.money.closing_minor, found.revenue.closing_minor) == (3, 0, 0)


@given(st.lists(moves, min_size=1, max_size=6))
@settings(max_examples=60)
def test_money_adds_up_and_the_re_estimate_is_what_changed_its_mind(months: list[Moves]) -> None:
    book = booked(
        {add_months(MARCH, n): one for n, one in enumerate(months)}, [], add_months(MARCH, len(months) - 1)
    )
    known: dict[date, Any] = {}
    opening = 0
    terms = TERMS["points"]
    for place, one in enumerate(book):
        found = redemption(cohorts_at(book[: place + 1], "points"), 1.0)
        flows = flows_of(one.moves, "points")
        money = money_roll(opening, known, flows, found, terms)
        assert money.difference_minor == 0
        # Its own formula: what is expected now of each issue month, less what was expected after the month's moves.
        changed = 0.0
        for ultimate in found.ultimates:
            come, gone, lost, _ = flows.get(ultimate.month, (0, 0, 0, 0))
            earlier = known.get(ultimate.month)
            rate = earlier.rate_left if earlier and earlier.outstanding > 0 else (ultimate.rate or 0.0)
            then = (earlier.expected if earlier else 0.0) + come * rate - gone
            if lost > 0 and then > 0:
                then -= then * lost / (lost + max(ultimate.outstanding, 0))
            changed += ultimate.expected - then
        assert money.reestimate_minor == pytest.approx(changed * terms.cost_minor, abs=3)
        known, opening = {ultimate.month: ultimate for ultimate in found.ultimates}, money.closing_minor


@given(st.lists(moves, min_size=1, max_size=4))
@settings(max_examples=60)
def test_every_entry_is_balanced_and_all_together_are_what_changed(months: list[Moves]) -> None:
    accounts = Accounts()
    provision = deferred = 0
    references = set()
    for found in a_story(*[dict(one) for one in months]):
        made = entries("club", found, found.month, accounts)
        assert made == entries("club", found, found.month, accounts)
        for entry in made:
            assert sum(line.debit_minor - line.credit_minor for line in entry.lines) == 0
            assert entry.amount_minor > 0
            assert entry.reference not in references
            references.add(entry.reference)
            for line in entry.lines:
                provision += (line.credit_minor - line.debit_minor) * (line.account == accounts.provision)
                deferred += (line.credit_minor - line.debit_minor) * (line.account == accounts.deferred)
        assert provision == found.liability_minor
        assert deferred == found.deferred_minor


def a_filling_programme(length: int = 6) -> list[MonthFigures]:
    """Months of issue of which a little is used every month: from the third on there is something to tell."""
    months = []
    for month in range(length):
        moved = {points(ISSUED, AVAILABLE, add_months(MARCH, month)): 1000}
        for age in range(month):
            moved[points(AVAILABLE, USED, add_months(MARCH, month - age))] = 100 - 10 * age + 7 * (month % 3)
        months.append(moved)
    return a_story(*months)


def test_the_interval_of_deferred_revenue_holds_it_and_is_that_of_every_issue_month() -> None:
    first, *_, last = a_filling_programme()
    found = last.currencies[0]
    narrow, wide = found.deferred_within(80), found.deferred_within(95)
    assert narrow is not None
    assert wide is not None
    assert wide.low < narrow.low < found.revenue.closing_minor < narrow.high < wide.high
    assert narrow.high <= sum(one.allocated for one in found.deferred)
    assert first.currencies[0].deferred_within(80) is None, "what rests on the plan alone has none"
    badges = a_story({Move("badge", MARCH, None, ISSUED, AVAILABLE): 3})[0].currency("badge")
    assert badges is not None
    assert (badges.deferred_within(80), badges.deferred_within(95)) == (Interval(0, 0), Interval(0, 0))
