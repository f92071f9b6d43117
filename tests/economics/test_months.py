"""Months of the books over a real database: the ledger to the unit, closed once, and late events in the open one."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from assidu.decisions.decision import Account
from assidu.decisions.events import RewardRequest
from assidu.economics import actions, queries
from assidu.economics.checks import checks
from assidu.economics.types import LINES, CurrencyPolicy, Liability, NotClosed, Policy, Trouble, View
from assidu.foundation.database import Database, with_name
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty.due import run_due
from builders.club import a_club, half_a_year_of_the_club
from builders.history import History, on, sale

CLUB = "club"
NOW = on(200)  # 24 July 2026
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY = (date(2026, n, 1) for n in range(1, 8))


@pytest.fixture
def club(assidu_db: Database) -> History:
    history = History([a_club()])
    half_a_year_of_the_club(history)
    history.write(assidu_db.url)
    run_due(NOW)
    return history


def close(*, at: datetime = NOW, month: date | None = None) -> date:
    return actions.close_month(CLUB, month, by=COMMAND_LINE, at=at).month


def looked_at(at: datetime = NOW) -> Liability:
    return queries.liability(CLUB, at)


LINES_SQL = """
  SELECT p.currency, source, target, e_type, sum(quantity)::bigint
    FROM (SELECT p.*, e.type AS e_type FROM ledger_posting AS p JOIN events_event AS e USING (customer_id, seq)) AS p
   WHERE date_trunc('month', p.day) = %s GROUP BY 1, 2, 3, 4"""


def balances() -> dict[str, int]:
    return dict(rows("SELECT currency, sum(posted)::bigint FROM ledger_balance GROUP BY 1"))


def test_each_line_of_each_month_is_the_ledgers_to_the_unit(club: History) -> None:
    found = looked_at()
    assert [one.month for one in found.months] == [JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY]
    seen = set()
    for state in found.months:
        told: dict[str, dict[str, int]] = {}
        for currency, source, target, kind, quantity in rows(LINES_SQL, [state.month]):
            into, outside = source >= 10, Account(max(source, target))
            if outside.is_in_wallet:
                continue
            lines = told.setdefault(currency, {})
            name = {
                Account.ISSUED: ("exchanged_in" if kind == "Reward Requested" else "issued")
                if into
                else "taken_back",
                Account.USED: "given_back"
                if into
                else "exchanged_out"
                if kind == "Reward Requested"
                else "paid",
                Account.BREAKAGE: "expired",
                Account.CORRECTED: "corrected",
                Account.OPENING: "taken_over",
                Account.FORFEITED: "forfeited",
                Account.IN_TRANSIT: "in_transit",
            }[outside]
            lines[name] = lines.get(name, 0) + (quantity if into else -quantity)
            seen.add(name)
        for one in state.figures.currencies:
            assert one.units.difference == 0
            expected = dict.fromkeys(LINES, 0) | told.get(one.currency, {})
            assert {name: getattr(one.units, name) for name in LINES if name != "owed"} == {
                name: units for name, units in expected.items() if name != "owed"
            }, (state.month, one.currency)
    assert seen >= {"issued", "exchanged_in", "taken_back", "paid", "exchanged_out", "given_back", "expired"}
    assert seen >= {"corrected", "taken_over", "forfeited", "in_transit"}


def test_the_end_of_the_last_month_is_what_wallets_hold(club: History) -> None:
    last = looked_at().months[-1].figures
    held = balances()
    assert {one.currency: one.units.closing for one in last.currencies} == held
    assert sum(held.values()) > 0
    for state in looked_at().months:
        by_tier: dict[str, int] = {}
        for tier in queries.tiers(CLUB, state.month):
            by_tier[tier.currency] = by_tier.get(tier.currency, 0) + tier.units
        closing = {one.currency: one.units.closing for one in state.figures.currencies if one.units.closing}
        assert by_tier == closing


def test_a_status_is_that_of_the_day_and_not_that_of_today(club: History) -> None:
    assert {one.tier for one in queries.tiers(CLUB, JANUARY)} == {"bronze", "gold"}
    gold = next(one for one in queries.tiers(CLUB, JANUARY) if one.tier == "gold")
    assert gold.units > 1000, "Bob's"


def test_months_are_closed_in_their_order_and_once_they_are_over(club: History) -> None:
    assert looked_at().next_to_close == JANUARY
    with pytest.raises(NotClosed) as refused:
        close(month=MARCH)
    assert (refused.value.trouble, refused.value.month) == (Trouble.NOT_NEXT, JANUARY)
    assert [close(), close(month=FEBRUARY), close()] == [JANUARY, FEBRUARY, MARCH]
    with pytest.raises(NotClosed) as refused:
        close(month=FEBRUARY)
    assert refused.value.trouble is Trouble.ALREADY_CLOSED
    assert [close(), close(), close()] == [APRIL, MAY, JUNE]
    with pytest.raises(NotClosed) as refused:
        close()
    assert (refused.value.trouble, refused.value.month) == (Trouble.NOT_OVER, JULY)
    states = looked_at().months
    assert [one.is_closed for one in states] == [True] * 6 + [False]
    assert looked_at().next_to_close is None
    assert states[0].closed_by == "command"


def test_closing_changes_no_figure(club: History) -> None:
    before = [one.figures for one in looked_at().months]
    for _ in range(4):
        close()
    assert [one.figures for one in looked_at().months] == before


def test_nothing_is_closed_where_nothing_happened_or_something_is_still_due(assidu_db: Database) -> None:
    history = History([a_club()])
    with pytest.raises(NotClosed) as refused:
        close()
    assert refused.value.trouble is Trouble.NOTHING_YET
    assert looked_at().months == ()
    history.tell(history.customer(), sale(on(1), 30))
    history.write(assidu_db.url)
    assert close() == JANUARY
    for month in (FEBRUARY, MARCH):
        assert close() == month
    with pytest.raises(NotClosed) as refused:
        close()
    assert (refused.value.trouble, refused.value.month, refused.value.count) == (
        Trouble.NOT_CAUGHT_UP,
        APRIL,
        1,
    )
    run_due(NOW)
    assert close() == APRIL
    assert looked_at().at(APRIL).figures.currency("points").units.expired < 0  # type: ignore[union-attr]


def test_what_is_learnt_of_a_closed_month_falls_in_the_open_one(assidu_db: Database, club: History) -> None:
    for _ in range(3):
        close()
    before = looked_at()
    written = len(club.desk.gathered)
    late = club.customer(on(40))
    club.tell(late, sale(on(41), 70))
    club.tell(late, RewardRequest(on(42), "voucher-5"))
    club.write(assidu_db.url, since=written)
    after = looked_at()
    assert [one.hash for one in after.months[:3]] == [one.hash for one in before.months[:3]]
    april, then = after.at(APRIL), before.at(APRIL)
    assert april is not None
    assert then is not None
    one, was = april.figures.currency("points"), then.figures.currency("points")
    assert one is not None
    assert was is not None
    assert (one.late.issued, one.late.exchanged_out, was.late.issued) == (90, -50, 0)
    assert one.units.issued == was.units.issued + 90
    assert one.units.opening == was.units.opening
    assert april.figures.sales.ttc_minor == then.figures.sales.ttc_minor + 7_000
    run_due(NOW)
    assert close() == APRIL
    held = balances()
    assert {o.currency: o.units.closing for o in looked_at().months[-1].figures.currencies} == held


def test_what_is_set_later_values_open_months_and_leaves_closed_ones(club: History) -> None:
    close()
    before = looked_at().months
    document = Policy(currencies={"points": CurrencyPolicy(cost=60, funded=50)}, books=View.REVENUE)
    actions.set_policy(CLUB, document, by=COMMAND_LINE, at=NOW)
    assert queries.policy(CLUB) == document
    after = looked_at().months
    assert after[0].figures == before[0].figures
    dear, cheap = (one[1].figures.currency("points") for one in (before, after))
    assert dear is not None
    assert cheap is not None
    assert cheap.terms.cost_minor == pytest.approx(0.3 * dear.terms.cost_minor)
    assert cheap.money.opening_minor == dear.money.opening_minor
    assert cheap.money.difference_minor == 0


def test_the_journal_of_closed_months_is_the_provision_and_never_changes(club: History) -> None:
    assert queries.journal(CLUB) == ()
    for _ in range(6):
        close()
    made = queries.journal(CLUB, view=View.COST)
    provision = sum(
        line.credit_minor - line.debit_minor for one in made for line in one.lines if line.account == "158"
    )
    june = looked_at().at(JUNE)
    assert june is not None
    assert provision == june.figures.liability_minor > 0
    assert all(one.view is View.COST for one in made)
    assert {one.day for one in queries.journal(CLUB, [MARCH])} == {date(2026, 3, 31)}
    assert made[0].reference == "club/2026-01/cost/points/issued"
    assert len({one.reference for one in queries.journal(CLUB)}) == len(queries.journal(CLUB))


SEALED = "encode(sha256(convert_to(hash || figures, 'UTF8')), 'hex')"
FORBIDDEN = {
    "a month is changed": "UPDATE economics_month SET closed_by = 'somebody'",
    "a month is opened again": "DELETE FROM economics_month",
    "a month is left out": "INSERT INTO economics_month SELECT programme, DATE '2026-04-01', closed_at, closed_by, "
    f"figures, hash, {SEALED} FROM economics_month",
    "a seal that is not one": "INSERT INTO economics_month SELECT programme, DATE '2026-02-01', closed_at, closed_by, "
    "figures, hash, hash FROM economics_month",
    "a seal without the month before": "INSERT INTO economics_month SELECT programme, DATE '2026-02-01', closed_at, "
    "closed_by, figures, previous, hash FROM economics_month",
}
ALLOWED = (
    "INSERT INTO economics_month SELECT programme, DATE '2026-02-01', closed_at, closed_by, figures, hash, "
    f"{SEALED} FROM economics_month"
)


def test_the_database_keeps_closed_months_as_they_are_and_in_order(club: History) -> None:
    close()
    for statement in FORBIDDEN.values():
        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            do(statement)
    do(ALLOWED)


def do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_doctor_sees_a_month_that_was_changed_behind_our_back(assidu_db: Database, club: History) -> None:
    close()
    close()
    assert all(one.is_well for one in checks())
    assert assidu_db.admin_url
    name = assidu_db.url.rsplit("/", 1)[1].split("?")[0]
    with psycopg.connect(with_name(assidu_db.admin_url, name)) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE economics_month SET figures = replace(figures, '\"opening\":0', '\"opening\":1') WHERE month = %s",
            [JANUARY],
        )
    (seen,) = [one for one in checks() if one.name == "months"]
    assert not seen.is_well
    assert "2026-01" in seen.what


def test_two_who_close_at_once_close_two_months(assidu_db: Database, club: History) -> None:
    closed: list[date] = []

    def one_of_two() -> None:
        try:
            closed.append(close())
        finally:
            connection.close()

    at_once(one_of_two, one_of_two)
    assert sorted(closed) == [JANUARY, FEBRUARY]
    assert all(one.is_well for one in checks())


def at_once(*works: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_the_view_for_other_tools_holds_closed_months(club: History) -> None:
    close()
    close()
    found = rows("SELECT month, currency, closing_units, closing_minor FROM bi.liability ORDER BY 1, 2")
    figures = looked_at().months[1].figures
    assert [row for row in found if row[0] == FEBRUARY] == [
        (FEBRUARY, one.currency, one.units.closing, one.money.closing_minor)
        for one in sorted(figures.currencies, key=lambda one: one.currency)
    ]
