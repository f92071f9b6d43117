"""A draft on one recorded day: both plans decide the same tickets, and nothing is written."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection

from assidu.decisions.plan import Plan
from assidu.foundation.database import Database, as_url
from assidu.foundation.sql import rows
from assidu.plans.compile import compile_plan
from assidu.simulation.receipts import DayTried, last_day, try_day
from builders.documents import BASE, a_rule
from builders.history import History, on, sale
from simulation.test_replay import FIRST_TWO, WELCOME, a_club

DAY = date(2026, 3, 10)
MORNING = 64  # days after the first Monday
BONUS = a_rule("{fixed: 30}", "when: {amount_at_least: 60.00}", code="bonus")
ONCE = a_rule("{fixed: 30}", "times: {limit: 1, per: day}", code="once")


@pytest.fixture
def club(assidu_db: Database) -> History:
    return History([a_club()])


def plan(*rules: str) -> Plan:
    return compile_plan(a_club(*(rules or (BASE, WELCOME))), 2)


def told(club: History) -> str:
    """The history in the database, where that is."""
    url = as_url(connection.settings_dict)
    written = rows("SELECT count(*) FROM events_event")[0][0]
    if not written:
        club.write(url)
    return url


def tried(club: History, draft: Plan, day: date = DAY, **more: int) -> DayTried:
    with psycopg.connect(told(club)) as there:
        before = there.execute("SELECT count(*), (SELECT count(*) FROM ledger_posting) FROM loyalty_decision")
        counted = before.fetchone()
        found = try_day(there, plan(), draft, day, **more)
        after = there.execute("SELECT count(*), (SELECT count(*) FROM ledger_posting) FROM loyalty_decision")
        assert after.fetchone() == counted, "nothing is written"
    return found


def test_who_gains_and_what_it_costs_on_the_last_day(club: History) -> None:
    anne, bruno, carla = (club.customer() for _n in range(3))
    club.tell(anne, sale(on(MORNING - 1), 100))
    club.tell(anne, sale(on(MORNING), 80))
    club.tell(bruno, sale(on(MORNING), 20))
    club.tell(carla, sale(on(MORNING), 70))
    with psycopg.connect(told(club)) as there:
        assert last_day(there, DAY + timedelta(days=1)) == DAY
        assert last_day(there, DAY) == DAY - timedelta(days=1), "today is not over"
    day = tried(club, plan(BASE, WELCOME, BONUS))
    assert (day.tickets, day.customers, day.spend_minor) == (3, 3, 17_000)
    assert (day.live_minor, day.draft_minor, day.change_minor) == (170, 230, 60)
    assert {one.customer_id for one in day.gainers} == {anne, carla}
    assert (day.gainer_count, day.loser_count) == (2, 0)
    assert {one.seq for one in day.gainers} == {2, 3}, "the ticket that made the difference"
    [bonus] = [one for one in day.rules if one.rule == "bonus"]
    assert bonus.is_changed
    assert (bonus.live.units, bonus.draft.units, bonus.draft.times) == (0, 60, 2)
    assert bonus.met == (("base", 2),), "the rules that gave on the same tickets"
    [base] = [one for one in day.rules if one.rule == "base"]
    assert not base.is_changed
    assert base.met == ()


def test_a_rule_that_is_gone_makes_losers(club: History) -> None:
    anne = club.customer()
    club.tell(anne, sale(on(MORNING), 80))
    day = tried(club, plan(WELCOME))
    assert (day.live_minor, day.draft_minor) == (80, 0)
    assert [(one.customer_id, one.change_minor) for one in day.losers] == [(anne, -80)]


def test_limits_hold_within_the_day_on_each_side(club: History) -> None:
    anne = club.customer()
    for minute in (0, 60, 120):
        club.tell(anne, sale(on(MORNING, minute), 10))
    [once] = [one for one in tried(club, plan(BASE, WELCOME, ONCE)).rules if one.rule == "once"]
    assert (once.draft.units, once.draft.times) == (30, 1)


def test_places_that_customers_share_go_to_the_first_of_the_day(club: History) -> None:
    for n in range(4):
        club.tell(club.customer(), sale(on(MORNING, n), 10))
    [first] = [one for one in tried(club, plan(BASE, WELCOME, FIRST_TWO)).rules if one.rule == "first-two"]
    assert (first.draft.units, first.draft.times) == (80, 2)


def test_the_same_rules_change_nothing_for_anybody(club: History) -> None:
    club.tell(club.customer(), sale(on(MORNING), 80))
    day = tried(club, plan())
    assert (day.gainer_count, day.loser_count, day.change_minor) == (0, 0, 0)
    assert not any(one.is_changed for one in day.rules)


def test_a_part_of_the_customers_is_said_to_be_one(club: History) -> None:
    for _n in range(3):
        club.tell(club.customer(), sale(on(MORNING), 10))
    day = tried(club, plan(BASE, WELCOME, BONUS), customers_max=2)
    assert (day.is_part, day.customers) == (True, 2)
    assert not tried(club, plan(), date(2026, 3, 11)).tickets
