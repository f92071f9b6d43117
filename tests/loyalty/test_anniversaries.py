"""The calendar brings birthdays and anniversaries of joining: each once, on its day, or a little late."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from assidu.foundation.database import Database
from assidu.loyalty.anniversaries import tell_anniversaries
from assidu.loyalty.jobs import Caught, catch_up
from assidu.loyalty.plans import publish
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document, a_rule
from builders.imports import NOW, event, events_file, take

BIRTHDAY = a_rule("{fixed: 50}", "trigger: activity", "activity: birthday", code="cake")
ANNIVERSARY = a_rule("{fixed: 20}", "trigger: activity", "activity: anniversary", code="faithful")


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


def joins(card: str, day: str, born: str | None) -> dict[str, object]:
    profile = {"card": card} if born is None else {"card": card, "birth_date": born}
    time = f"{day}T10:00:00Z"
    return event(
        "Member Joined", f"join-{card}", time, f"card:{card}", store="1", channel="store", profile=profile
    )


@pytest.fixture
def members(assidu_db: Database, tmp_path: Path) -> Database:
    document = a_document(BASE, BIRTHDAY, ANNIVERSARY)
    publish(document, to_yaml(document), at=NOW)
    events = [
        joins("2990001", "2026-02-10", "1980-03-01"),
        joins("2990002", "2026-02-11", "1992-02-29"),
        joins("2990003", "2026-02-12", None),
    ]
    take(assidu_db, [events_file(tmp_path / "a.jsonl", *events)], catches_up=False)
    return assidu_db


def points(database: Database) -> list[int]:
    """Of each member, in the order in which they joined."""
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT coalesce(sum(b.posted), 0)::int FROM loyalty_member AS m LEFT JOIN ledger_balance AS b "
            "USING (customer_id) GROUP BY m.customer_id, m.joined_on ORDER BY m.joined_on"
        ).fetchall()
    return [row[0] for row in found]


def test_a_birthday_is_told_once_that_of_29_february_on_the_28th_of_a_common_year(members: Database) -> None:
    assert tell_anniversaries(noon("2026-02-28")) == 1
    assert points(members) == [0, 50, 0]
    assert tell_anniversaries(noon("2026-03-01")) == 1
    assert tell_anniversaries(noon("2026-03-01")) == 0
    assert points(members) == [50, 50, 0]


def test_catching_up_leaves_nothing_for_the_first_minute_of_a_server(members: Database) -> None:
    """What the page says right after the start is so: nothing is due any more."""
    assert catch_up(noon("2026-03-01")).anniversaries == 2
    assert catch_up(noon("2026-03-01")) == Caught(0, 0, 0, 0, 0, 0, 0)
    assert points(members) == [50, 50, 0]


def test_a_birthday_that_was_missed_is_told_within_the_week_and_then_no_more(members: Database) -> None:
    assert tell_anniversaries(noon("2026-03-08")) == 1  # 1 March; 28 February is too long ago
    assert points(members) == [50, 0, 0]


def test_the_day_of_joining_is_remembered_every_year_but_not_on_that_day_itself(members: Database) -> None:
    assert tell_anniversaries(noon("2026-02-12")) == 0
    assert tell_anniversaries(noon("2027-02-12")) == 3
    assert points(members) == [20, 20, 20]
    assert tell_anniversaries(noon("2028-02-12")) == 3
    assert points(members) == [40, 40, 40]
