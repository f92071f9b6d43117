"""Each ready programme decides a small recorded past without a difference that nobody can explain."""

from datetime import timedelta
from uuid import UUID

import pytest

from assidu.decisions.events import OpeningLot, Sale, SaleLine, TakeOver
from assidu.decisions.state import State
from assidu.foundation.database import Database
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Member
from assidu.plans.compile import compile_plan
from assidu.plans.library import for_programme, library
from assidu.simulation.run import simulate
from assidu.simulation.types import Report
from builders.documents import a_document
from builders.history import History, on

DEPARTMENTS = ("grocery", "produce", "meat", "dairy", "bakery", "drinks", "garden", "home")


@pytest.fixture
def past(assidu_db: Database) -> History:
    """Eight customers who come every other day for three months, for more and more, in several departments."""
    history = History([a_document()])
    customers = [history.customer() for _ in range(8)]
    for day in range(1, 90, 2):
        for n, customer in enumerate(customers):
            lines = tuple(
                SaleLine(str(place), 500 + 400 * n, department=department)
                for place, department in enumerate(DEPARTMENTS[: n + 1])
            )
            history.tell(customer, Sale(on(day) + timedelta(hours=n), "317", "store", lines))
    history.write(assidu_db.url)
    return history


def tried(database: Database, past: History, code: str) -> Report:
    document = for_programme(library()[code], past.documents[0])
    return simulate(database.url, past.book, PlanBook.of_one(compile_plan(document)), processes=1)


@pytest.mark.parametrize("code", library())
def test_a_ready_programme_is_tried_on_a_recorded_past(assidu_db: Database, past: History, code: str) -> None:
    answer = tried(assidu_db, past, code)
    assert answer.sales == 45 * 8
    assert answer.unexplained == 0
    earned = {currency.code for currency in library()[code].document.currencies} & answer.replayed.keys()
    assert earned, "it gives something"
    assert all(answer.replayed[currency].issued > 0 for currency in earned)


def test_a_tenth_of_what_is_spent_makes_status_points_and_three_statuses(
    assidu_db: Database, past: History
) -> None:
    answer = tried(assidu_db, past, "statuses")
    assert set(answer.tiers) >= {"bronze", "silver", "gold"}
    assert all(answer.tiers[tier][1] for tier in ("bronze", "silver", "gold"))


def test_a_company_collects_a_rebate_by_the_size_of_its_orders(assidu_db: Database, past: History) -> None:
    answer = tried(assidu_db, past, "b2b")
    assert answer.rules["order-size"]["replayed_times"] == 45 * 4  # those who spend 100 € and more at a time


def test_who_came_from_an_earlier_programme_is_a_member_under_any_other(assidu_db: Database) -> None:
    history = History([a_document()])
    customer = UUID(int=(0x0198C0DE << 96) | 99)
    history.members[customer] = Member(customer, UUID(int=(0x0198C0DF << 96) | 99), State())
    lots = (OpeningLot("points", 40, on(0).date(), None),)
    history.tell(customer, TakeOver(on(0), on(-300).date(), "gold", None, lots))
    history.tell(customer, Sale(on(1), "317", "store", (SaleLine("1", 6000),)))
    history.write(assidu_db.url)
    answer = tried(assidu_db, history, "cagnotte")
    assert (answer.refused, answer.unexplained) == (0, 0)
    assert answer.replayed["euros"].issued == 60 + 100 + 60  # a large ticket, on a Tuesday
    assert "points" not in answer.replayed, "what this programme does not know stays behind"
