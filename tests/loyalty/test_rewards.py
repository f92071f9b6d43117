"""Rewards through the door: a stock shared by everybody, called off, handed over, settled with partners."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from assidu.decisions.decision import RefusalCode, Refused
from assidu.events.types import EventKey, EventType
from assidu.events.wire import HandOverData, Incoming, RewardCancellationData, Subject
from assidu.foundation.database import Database
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions
from assidu.loyalty.entries import Outcome, Told
from assidu.loyalty.plans import publish
from assidu.loyalty.settlements import NothingOwed, close_statement, owed, statement_lines, statements
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
STAFF = Actor(person_id=UUID(int=9))
GOODS = "  - {code: bag, kind: good, name: {fr: sacs, en: bags}, partner: tailor, settles: 3.50}\n"
REWARDS = """
partners:
  - {code: tailor, name: {fr: Le tailleur, en: The tailor}}
rewards:
  - code: bag
    name: {fr: Sac, en: Bag}
    costs: {currency: points, units: 10}
    gives: {currency: bag}
    stock: 10
    cancel_within: {days: 7}
"""


@pytest.fixture
def members(assidu_db: Database) -> list[UUID]:
    """Twenty members with enough points for one bag each."""
    document = a_document(BASE, more=REWARDS, currencies=GOODS)
    publish(document, to_yaml(document), at=NOW)
    found = []
    for n in range(20):
        outcome = actions.join(
            Subject("card", f"29900000{n:05}"), store="317", channel="store", terms_version="", profile=None,
            at=NOW, programme="club",
        )  # fmt: skip
        assert isinstance(outcome, Told)
        actions.correct(outcome.customer_id, "points", 10, "", by=STAFF, at=NOW, programme="club")
        found.append(outcome.customer_id)
    return found


def ask(customer: UUID) -> Outcome:
    return actions.request_reward(customer, "bag", 1, at=NOW, programme="club")


def tell(customer: UUID, type_: EventType, data: RewardCancellationData | HandOverData, id_: str) -> object:
    subject = Subject("customer", str(customer))
    return actions.record(Incoming(EventKey("till/1", id_), type_, NOW, subject, data), NOW, programme="club")


def taken() -> list[tuple[str, int]]:
    return rows("SELECT key, taken FROM loyalty_quota ORDER BY key")


def at_once(work: Callable[[UUID], Outcome], customers: list[UUID]) -> list[Outcome]:
    """Everybody at the same instant, each on a connection of their own."""
    start = threading.Barrier(len(customers))
    outcomes: list[Outcome] = []

    def run(customer: UUID) -> None:
        try:
            start.wait()
            outcomes.append(work(customer))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(customer,)) for customer in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_ten_bags_go_to_ten_of_twenty_who_ask_at_once(members: list[UUID]) -> None:
    outcomes = at_once(ask, members)
    assert len(outcomes) == 20
    assert sum(isinstance(outcome, Told) for outcome in outcomes) == 10
    refused = {outcome.code for outcome in outcomes if isinstance(outcome, Refused)}
    assert refused == {RefusalCode.OUT_OF_STOCK}
    assert taken() == [("stock:bag", 10)]
    ((bags, points),) = rows(
        "SELECT sum(posted) FILTER (WHERE currency = 'bag'), sum(posted) FILTER (WHERE currency = 'points') "
        "FROM ledger_balance"
    )
    assert (bags, points) == (10, 100)


def test_a_bag_that_is_called_off_comes_back_to_the_stock_once_and_somebody_else_gets_it(
    members: list[UUID],
) -> None:
    told = [ask(customer) for customer in members[:10]]
    assert isinstance(ask(members[10]), Refused)
    first = told[0]
    assert isinstance(first, Told)
    data = RewardCancellationData(request_seq=first.seq)
    for id_ in ("off-1", "off-1", "off-2"):  # told again, then asked again
        tell(members[0], EventType.REWARD_CANCELLATION, data, id_)
    assert taken() == [("stock:bag", 9)]
    assert isinstance(ask(members[10]), Told)
    assert taken() == [("stock:bag", 10)]


def test_a_partner_is_owed_for_what_was_handed_over_on_one_statement_only(members: list[UUID]) -> None:
    for n, customer in enumerate(members[:3]):
        ask(customer)
        assert isinstance(
            tell(customer, EventType.HAND_OVER, HandOverData(currency="bag", store="317"), f"h{n}"), Told
        )
    assert (owed("tailor").quantity, owed("tailor").amount_minor) == (3, 1050)
    closed = close_statement("tailor", by=STAFF, at=NOW)
    assert (closed.number, closed.quantity, closed.amount_minor) == (1, 3, 1050)
    assert [(line.store, line.quantity, line.amount_minor) for line in statement_lines("tailor", 1)] == [
        ("317", 3, 1050)
    ]
    assert owed("tailor").quantity == 0
    with pytest.raises(NothingOwed):
        close_statement("tailor", by=STAFF, at=NOW)
    ask(members[3])
    tell(members[3], EventType.HAND_OVER, HandOverData(currency="bag"), "h3")
    assert close_statement("tailor", by=STAFF, at=NOW).number == 2
    assert [one.amount_minor for one in statements("tailor")] == [350, 1050]


def test_a_closed_statement_cannot_be_changed_by_the_server(members: list[UUID], assidu_db: Database) -> None:
    ask(members[0])
    tell(members[0], EventType.HAND_OVER, HandOverData(currency="bag"), "h0")
    close_statement("tailor", by=STAFF, at=NOW)
    for statement in ("UPDATE loyalty_statement SET amount_minor = 0", "DELETE FROM loyalty_statement_line"):
        with psycopg.connect(assidu_db.url) as server, pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute(statement)
