"""Above the programme's limit, one person asks for a correction and another one decides on it."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from assidu.customers.actions import erase
from assidu.decisions.decision import RefusalCode, Refused
from assidu.events.types import CorrectionReason
from assidu.events.wire import Subject
from assidu.foundation.database import Database
from assidu.foundation.ids import new_id
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import actions, corrections
from assidu.loyalty.corrections import NoLongerWaiting, NotTheirs
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import current_book
from assidu.plans.writing import to_yaml
from builders.documents import a_document

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ANNE, HUGO = Actor(person_id=UUID(int=8)), Actor(person_id=UUID(int=9))


@pytest.fixture
def customer(assidu_db: Database) -> UUID:
    document = a_document(more="second_person_above: 5.00\n")
    publish(document, to_yaml(document), at=NOW)
    told = actions.join(
        Subject("card", "2990000000012"), store="1", channel="store", terms_version="", profile=None, at=NOW,
        programme="club",
    )  # fmt: skip
    assert isinstance(told, Told)
    return told.customer_id


def ask(customer: UUID, quantity: int = 900, id_: UUID | None = None) -> UUID:
    correction = id_ or new_id(NOW)
    corrections.ask(
        correction, customer, "points", quantity, "said on the telephone", CorrectionReason.GOODWILL,
        by=ANNE, at=NOW, programme="club",
    )  # fmt: skip
    return correction


def points() -> int:
    return sum(row[0] for row in rows("SELECT posted FROM ledger_balance"))


def test_the_limit_is_one_of_worth(customer: UUID) -> None:
    book = current_book("club")
    assert book is not None
    plan = book.at(NOW)
    assert not corrections.needs_another(plan, "points", 500)
    assert corrections.needs_another(plan, "points", 501)
    assert corrections.needs_another(plan, "points", -501)


def test_another_person_approves_and_it_is_written_in_the_name_of_who_asked(customer: UUID) -> None:
    correction = ask(customer)
    ask(customer, id_=correction)  # the same form, sent twice
    (waiting,) = corrections.waiting("club", customer)
    assert (waiting.quantity, waiting.reason) == (900, "said on the telephone")
    assert points() == 0
    with pytest.raises(NotTheirs):
        corrections.decide(correction, is_approved=True, by=ANNE, at=NOW)
    assert isinstance(corrections.decide(correction, is_approved=True, by=HUGO, at=NOW), Told)
    assert (points(), corrections.waiting("club")) == (900, [])
    with pytest.raises(NoLongerWaiting):
        corrections.decide(correction, is_approved=True, by=HUGO, at=NOW)
    assert points() == 900


def test_what_is_refused_writes_nothing(customer: UUID) -> None:
    assert corrections.decide(ask(customer), is_approved=False, by=HUGO, at=NOW) is None
    assert (points(), corrections.waiting("club")) == (0, [])


def test_what_the_balance_does_not_allow_keeps_waiting(customer: UUID) -> None:
    correction = ask(customer, -900)
    outcome = corrections.decide(correction, is_approved=True, by=HUGO, at=NOW)
    assert isinstance(outcome, Refused)
    assert outcome.code is RefusalCode.INSUFFICIENT_BALANCE
    assert [one.id for one in corrections.waiting("club")] == [correction]


def test_what_was_written_about_somebody_is_gone_once_they_are_erased(customer: UUID) -> None:
    ask(customer)
    erase(customer, HUGO, NOW)
    assert [one.reason for one in corrections.waiting("club")] == [""]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("SET is_approved = true, decided_by = asked_by, decided_at = now()", "decided_by_another"),
        ("SET quantity = 9999", "decided_once"),
        ("SET is_approved = true", "decided_whole"),
    ],
)
def test_the_database_keeps_the_rule(
    customer: UUID, assidu_db: Database, statement: str, constraint: str
) -> None:
    ask(customer)
    with psycopg.connect(assidu_db.url) as server, pytest.raises(psycopg.errors.CheckViolation) as refused:
        server.execute(f"UPDATE loyalty_correction {statement}")
    assert refused.value.diag.constraint_name == constraint
