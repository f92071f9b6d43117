"""Birthdays and anniversaries on a past whose rules did not ask for them: told as the clock would have told them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assidu.decisions.state import AccountKind
from assidu.events.wire import Subject
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import accounts
from assidu.loyalty.anniversaries import tell_anniversaries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import plan_book, publish
from assidu.plans.compile import compile_plan
from assidu.plans.writing import to_yaml
from assidu.simulation.fairness import fairness
from assidu.simulation.run import simulate
from assidu.simulation.types import Report
from builders.documents import BASE, a_document, a_rule
from builders.imports import event, events_file, take

CAKE = a_rule("{fixed: 50}", "trigger: activity", "activity: birthday", code="cake")
FAITHFUL = a_rule("{fixed: 20}", "trigger: activity", "activity: anniversary", code="faithful")
FESTIVE = a_document(BASE, CAKE, FAITHFUL, more="accounts: {household: {}}\n")
OPENED = datetime(2024, 1, 10, tzinfo=UTC)
CARDS = ("2990001", "2990002", "2990003", "2990004")


@pytest.fixture
def past(assidu_db: Database, tmp_path: Path) -> Database:
    """Two years of four members under rules that know no birthday: born in March, on 29 February, on an unknown day,
    and the day before joining."""
    return _written(assidu_db, tmp_path, a_document(BASE, more="accounts: {household: {}}\n"))


def _written(database: Database, folder: Path, document: object) -> Database:
    publish(document, to_yaml(document), at=OPENED)  # type: ignore[arg-type]
    born = ("1980-03-01", "1992-02-29", None, "1990-02-09")
    events = [
        event(
            "Member Joined", f"join-{card}", "2024-02-10T10:00:00Z", f"card:{card}", store="1", channel="store",
            profile={"card": card} | ({} if day is None else {"birth_date": day}),
        )
        for card, day in zip(CARDS, born, strict=True)
    ]  # fmt: skip
    lines = [{"sku": "s", "amount_minor": 1000}]
    events += [
        event("Order Completed", f"t-{n}", f"{day}T11:00:00Z", f"card:{CARDS[0]}", store="1", channel="store",
              ticket=f"t-{n}", lines=lines)
        for n, day in enumerate(("2024-02-28", "2024-03-01", "2025-06-01", "2026-03-02"))
    ]  # fmt: skip
    take(database, [events_file(folder / "past.jsonl", *events)], catches_up=False)
    return database


def _tried(database: Database) -> Report:
    book = plan_book("club")
    assert book is not None
    return simulate(database.url, book, PlanBook.of_one(compile_plan(FESTIVE)), processes=1)


def test_everybody_has_every_birthday_and_anniversary_since_joining(past: Database) -> None:
    tried = _tried(past)
    births, joinings = 3 + 3 + 2, 4 * 2  # 2024 to 2026; the day before joining was none
    assert dict(tried.differences) == {"calendar": births + joinings}
    more = tried.replayed["points"].issued - tried.recorded["points"].issued
    assert more == 50 * births + 20 * joinings
    assert tried.events == 8, "what is told anew is no recorded event"


def test_what_the_clock_told_is_not_told_again(past: Database) -> None:
    publish(FESTIVE, to_yaml(FESTIVE), at=datetime(2026, 2, 20, tzinfo=UTC))
    for day in ("2026-02-28", "2026-03-01"):
        assert tell_anniversaries(datetime.fromisoformat(f"{day}T12:00:00+00:00")) == 1
    before = rows("SELECT count(*) FROM events_event")
    tried = _tried(past)
    assert dict(tried.differences) == {"calendar": 6 + 8}
    assert tried.rules["cake"]["replayed"] == 50 * 8
    assert rows("SELECT count(*) FROM events_event") == before, "nothing is written"


def test_a_birthday_in_a_household_is_given_to_it_and_one_joining_is_remembered_instead_of_two(
    past: Database,
) -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    opened = accounts.open_(AccountKind.HOUSEHOLD, "N", by=COMMAND_LINE, at=at, programme="club")
    assert isinstance(opened, accounts.Opened)
    for card in CARDS[:2]:
        entered = accounts.enter(
            opened.account_id, Subject("card", card), by=COMMAND_LINE, at=at, programme="club"
        )
        assert isinstance(entered, Told), entered
    tried = _tried(past)
    assert tried.unexplained == 0
    assert tried.rules["cake"]["replayed"] == 50 * 8
    assert tried.rules["faithful"]["replayed"] == 20 * (8 - 2 + 1), (
        "it has been a member as long as its first"
    )


def test_who_is_told_never_to_have_had_a_birthday_is_who_told_none(past: Database) -> None:
    book = plan_book("club")
    assert book is not None
    found, _ = fairness(past.url, book, compile_plan(FESTIVE), processes=1)
    cake = found.line("rule", "cake")
    assert cake is not None
    assert (cake.reached, cake.left_out_count) == (3, 1)
