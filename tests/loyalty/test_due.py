"""The clock decides what has become due: once, whoever else is at work."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from assidu.foundation.database import Database
from assidu.loyalty.due import run_due
from builders.imports import events_file, joined, publish_programme, sale, take

LATER = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def members(assidu_db: Database, tmp_path: Path) -> Database:
    """Three members with points of January that nobody used."""
    publish_programme(date(2025, 11, 16))
    events = [joined(f"299000{n}", "2026-01-02T10:00:00Z") for n in range(3)]
    events += [sale(f"t{n}", "2026-01-03T10:00:00Z", f"card:299000{n}", 5000) for n in range(3)]
    take(assidu_db, [events_file(tmp_path / "a.jsonl", *events)], catches_up=False)
    return assidu_db


def left(database: Database) -> list[tuple[int, int]]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(
            "SELECT remaining, count(*) FROM ledger_lot GROUP BY 1 ORDER BY 1"
        ).fetchall()


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_what_is_due_is_decided_once(members: Database, batch: int) -> None:
    assert all(remaining > 0 for remaining, _ in left(members))
    assert run_due(LATER, batch) == 3
    assert [remaining for remaining, _ in left(members)] == [0]
    assert run_due(LATER, batch) == 0
    with psycopg.connect(members.url) as connection:
        gaps = connection.execute(
            "SELECT count(*) FROM loyalty_member AS m WHERE next_due <= '2027-03-01' OR seq <> "
            "(SELECT count(*) FROM events_event AS e WHERE e.customer_id = m.customer_id)"
        ).fetchone()
    assert gaps == (0,)


def test_a_day_that_was_noted_for_nothing_is_noted_anew_and_does_not_come_back(members: Database) -> None:
    """As the version before may have noted it."""
    with psycopg.connect(members.url) as connection:
        before = connection.execute("SELECT customer_id, next_due FROM loyalty_member ORDER BY 1").fetchall()
        connection.execute("UPDATE loyalty_member SET next_due = '2026-01-04'")
    early = datetime(2026, 1, 10, tzinfo=UTC)
    assert run_due(early, 1) == 3
    assert run_due(early, 1) == 0
    with psycopg.connect(members.url) as connection:
        assert (
            before
            == connection.execute("SELECT customer_id, next_due FROM loyalty_member ORDER BY 1").fetchall()
        )


def test_a_customer_who_is_being_served_is_left_to_the_next_minute(members: Database) -> None:
    with psycopg.connect(members.url) as serving:
        serving.execute("SELECT 1 FROM loyalty_member ORDER BY customer_id LIMIT 1 FOR UPDATE")
        assert run_due(LATER) == 2
    assert run_due(LATER) == 1
