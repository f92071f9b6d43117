"""A programme that closes: whatever anybody still has expires, once, whoever runs the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from assidu.decisions.decision import Account
from assidu.events.wire import Incoming, parse_one
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.closing import close_programmes
from assidu.loyalty.entries import Told
from assidu.loyalty.explain import explain
from assidu.loyalty.plans import publish
from assidu.plans.wording import Language
from builders.documents import a_document

OPENED = datetime(2025, 12, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 10, tzinfo=UTC)
OVER = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
"""Midnight in Paris, after the last day."""
CLOSING = "closing: {last_day_to_earn: 2026-06-30, last_day_to_use: 2026-09-30}\n"


def told(id_: str, type_: str, card: int, at: datetime = MARCH, **data: Any) -> UUID:
    incoming: Incoming = parse_one(
        {
            "specversion": "1.0", "id": id_, "source": "till", "type": type_, "time": at.isoformat(),
            "subject": f"card:29900000000{card}", "data": data,
        }
    )  # fmt: skip
    outcome = actions.record(incoming, at, programme="club")
    assert isinstance(outcome, Told), outcome
    return outcome.customer_id


@pytest.fixture
def members(db: None) -> list[UUID]:
    publish(a_document(more=CLOSING), "", at=OPENED)
    found = [told(f"j{n}", "Member Joined", 10 + n) for n in range(3)]
    for n in range(2):
        told(f"s{n}", "Order Completed", 10 + n, lines=[{"sku": "s", "amount_minor": 5000}])
    return found


def test_nothing_ends_before_the_day_is_over_where_the_programme_is(members: list[UUID]) -> None:
    assert close_programmes(OVER - timedelta(seconds=1)) == 0
    assert close_programmes(OVER) == 2


def test_what_everybody_has_left_expires_once(members: list[UUID]) -> None:
    actions.suspend(members[1], "lost", by=COMMAND_LINE, at=MARCH, programme="club")
    assert close_programmes(OVER) == 2
    assert close_programmes(OVER) == 0
    assert rows("SELECT sum(posted) FROM ledger_balance") == [(0,)]
    ended = rows("SELECT DISTINCT customer_id, target, quantity FROM ledger_posting WHERE source = 1")
    assert {(row[0], row[1], row[2]) for row in ended} == {
        (members[0], Account.BREAKAGE, 50),
        (members[1], Account.BREAKAGE, 50),
    }


def test_what_comes_in_after_the_end_expires_on_a_later_day(members: list[UUID]) -> None:
    close_programmes(OVER)
    later = OVER + timedelta(days=3)
    actions.correct(members[2], "points", 7, "late", by=COMMAND_LINE, at=later, programme="club")
    assert close_programmes(later) == 1
    standing = queries.standing(members[2], later)
    assert standing is not None
    assert standing.available("points") == 0


def test_the_time_line_says_that_it_was_the_end_of_the_programme(members: list[UUID]) -> None:
    close_programmes(OVER)
    explained = explain(members[0], 3, Language.EN)
    assert explained is not None
    assert explained.is_same
    assert explained.sentences[0] == "The programme has closed: what was left expires."
