"""Months that are over are added up before anybody looks, and again when something was added to them."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assidu.customers.types import Profile
from assidu.decisions.events import Correction, Leaving
from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from assidu.loyalty import queries as loyalty
from assidu.measurement import queries
from assidu.measurement.actions import keep_months
from builders.imports import event, events_file, import_command, joined, publish_programme, sale
from builders.sales import a_sale
from builders.shop import OPENED, PROGRAMME, Shop

TODAY = date(2025, 4, 15)


def kept() -> list[date]:
    return [month for (month,) in rows("SELECT month FROM measurement_month ORDER BY month")]


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop.opened()
    customer = shop.member(Profile(card="2990000000012", last_name="Béraud"))
    for day in (3, 40, 75, 95):
        shop.must(customer, a_sale(5000, at=OPENED + timedelta(days=day)))
    return shop


def test_months_that_are_over_are_kept_and_the_present_one_is_not(shop: Shop) -> None:
    seen: list[tuple[int, int]] = []
    assert keep_months(TODAY, lambda done, total: seen.append((done, total))) == 3
    assert kept() == [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_whoever_looks_then_adds_up_the_present_month_only(shop: Shop) -> None:
    book = loyalty.current_book(PROGRAMME)
    assert book is not None
    plan = book.versions[-1].plan
    expected = queries.dashboard(plan, date(2025, 1, 1), TODAY)
    rows("DELETE FROM measurement_month RETURNING month")
    keep_months(TODAY)
    with CaptureQueriesContext(connection) as asked:
        assert queries.dashboard(plan, date(2025, 1, 1), TODAY) == expected
    sums = [one["sql"] for one in asked.captured_queries if "WITH event AS MATERIALIZED" in one["sql"]]
    assert len(sums) == 1
    assert "2025-04-01" in sums[0]
    assert expected.purchases == 4


def test_a_month_to_which_something_was_added_is_added_up_again(shop: Shop) -> None:
    keep_months(TODAY)
    [before] = rows("SELECT events, figures FROM measurement_month WHERE month = '2025-02-01'")
    customer = rows("SELECT customer_id FROM loyalty_member")[0][0]
    shop.must(customer, Correction(OPENED + timedelta(days=41), "points", 70, "Queue"))
    keep_months(TODAY)
    [after] = rows("SELECT events, figures FROM measurement_month WHERE month = '2025-02-01'")
    assert after[0] == before[0] + 1
    assert after[1] != before[1]


def test_active_members_are_a_part_of_the_members_at_the_end(shop: Shop) -> None:
    """Of whoever left since: a member then, and no active one at the end of the month in which they left."""
    book = loyalty.current_book(PROGRAMME)
    assert book is not None
    plan = book.versions[-1].plan
    keep_months(TODAY)
    other = shop.member(Profile(card="2990000000029", last_name="Zoé"), OPENED + timedelta(days=33))
    shop.must(other, a_sale(5000, at=OPENED + timedelta(days=75)))
    customer = rows("SELECT customer_id FROM loyalty_member WHERE customer_id <> %s", [other])[0][0]
    shop.must(customer, Leaving(OPENED + timedelta(days=80)))
    found = queries.dashboard(plan, date(2025, 1, 1), TODAY)
    assert [(one.members, one.active) for one in found.months] == [(1, 1), (2, 1), (1, 1), (1, 0)]
    assert (found.members, found.active) == (1, 1)
    february = queries.dashboard(plan, date(2025, 2, 1), date(2025, 2, 28))
    assert (february.members, february.active) == (2, 1)
    told = rows("SELECT members, active FROM bi.kpi_month WHERE month < '2025-04-01' ORDER BY month")
    assert told == [(1, 1), (2, 1), (1, 1)]


@pytest.mark.django_db
def test_before_anything_has_happened_there_is_nothing_to_add_up() -> None:
    assert keep_months(TODAY) == 0


@pytest.mark.parametrize(("options", "months"), [((), 2), (("--no-catch-up",), 0), (("--dry-run",), 0)])
def test_an_import_leaves_nothing_to_be_added_up(
    assidu_db: Database, tmp_path: pytest.TempPathFactory, options: tuple[str, ...], months: int
) -> None:
    publish_programme(date(2026, 9, 1))
    file = events_file(
        tmp_path / "till.jsonl",  # type: ignore[operator]
        joined("2990000000012", "2026-09-02T10:00:00Z"),
        sale("S-1", "2026-10-02T10:00:00Z", "card:2990000000012"),
        event("Order Completed", "S-2", "2026-11-03T10:00:00Z", None, store="1", channel="store", lines=[]),
    ).file
    process = import_command(assidu_db, (), str(file), *options)
    process.communicate(timeout=60)
    assert process.returncode == 0
    with psycopg.connect(assidu_db.url) as database:
        assert database.execute("SELECT count(*) FROM measurement_month").fetchone() == (months,)
