"""The whole demo year, not a sample: decided again as it was, under other rules, and folded from what was recorded.

One story, since the year takes a minute or two to be made: `pytest -m "not whole_year"` leaves it out. Where a demo was
made before, in a home that ``TEST_YEAR_HOME`` names, the story is told on that one.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from assidu.decisions.calendar import add_months, local_day
from assidu.foundation.clock import VARIABLE, parse_instant
from assidu.foundation.database import Database
from assidu.foundation.postgres import ensure_running
from assidu.foundation.settings import load_settings

pytestmark = [pytest.mark.whole_year, pytest.mark.slow]

MADE_BEFORE = os.environ.get("TEST_YEAR_HOME", "")
PARIS = ZoneInfo("Europe/Paris")
NOW = "2026-11-22T12:00:00Z"
SECONDS_MAX = 900
HOUSEHOLDS = 2_469
SHARING = 12
"""So many share an account with another household in the end: the two count once."""
BASKETS = 155_848


class Year:
    """The demo as somebody at a terminal has it."""

    def __init__(self, database: Database, environment: dict[str, str]) -> None:
        self.database = database
        self.environment = os.environ | environment

    def asked(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "assidu", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert done.stdout, done.stderr.decode()[-3000:]
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def year(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Year]:
    if MADE_BEFORE:
        with ensure_running(load_settings({"ASSIDU_HOME": MADE_BEFORE})) as database:
            yield Year(database, {"ASSIDU_HOME": MADE_BEFORE})
        return
    database = request.getfixturevalue("assidu_db")
    tmp_path.chmod(0o711)
    made = Year(
        database,
        {
            "ASSIDU_HOME": str(tmp_path / "home"),
            "ASSIDU_DATABASE_URL": database.url,
            "ASSIDU_DATABASE_OWNER_URL": database.owner_url,
            "ASSIDU_NOW": NOW,
        },
    )
    status, answer = made.asked("demo", "--no-serve")
    assert status == 0, answer
    yield made


def test_the_whole_year_is_decided_again_to_the_unit(year: Year, tmp_path: Path) -> None:
    as_it_was(year)
    under_one_changed_rule(year, tmp_path)
    folded(year)
    owed(year, tmp_path)


def as_it_was(year: Year) -> None:
    status, answer = year.asked("simulate", "--plan", "as-decided")
    assert (status, answer["differences"], answer["unexplained"]) == (0, 0, 0), answer["examples"]
    assert answer["sales"] == BASKETS
    assert answer["customers"] >= HOUSEHOLDS - SHARING
    with psycopg.connect(year.database.url) as connection:
        ledger = connection.execute(
            "SELECT currency, sum((source = 10)::int * quantity - (target = 10)::int * quantity), "
            "sum((target = 11)::int * quantity - (source = 11)::int * quantity) FROM ledger_posting GROUP BY 1"
        ).fetchall()
        held = connection.execute("SELECT currency, sum(posted) FROM ledger_balance GROUP BY 1").fetchall()
    replayed = answer["currencies"]
    assert {code: (flow["issued"], flow["used"]) for code, flow in replayed.items()} == {
        code: (issued, used) for code, issued, used in ledger
    }
    assert {code: flow["outstanding"] for code, flow in replayed.items()} == dict(held)


def under_one_changed_rule(year: Year, tmp_path: Path) -> None:
    """A version with a tenth of its points, over a year that was also decided under earlier and later ones: burns find
    less than they used, corrections and mergers too, and every difference has its cause."""
    exported = subprocess.run(
        [sys.executable, "-m", "assidu", "plan", "export", "--version", "3"],
        env=year.environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    text = exported.stdout.decode()
    assert text.count("per_amount") == 2
    poor = tmp_path / "poor.yaml"
    poor.write_text(text.replace("each: 1.00", "each: 10.00"), encoding="utf-8")
    status, answer = year.asked("simulate", "--plan", str(poor), "--against", "recorded")
    assert (status, answer["unexplained"]) == (0, 0), answer["examples"]
    assert answer["differences"] == sum(answer["causes"].values()) > 10_000
    assert answer["causes"]["plan"] > 10_000
    assert answer["causes"]["unfunded_burn"] > 0
    assert answer["unfunded_burns"] > 0
    assert answer["currencies"]["points"]["issued"] < answer["recorded"]["points"]["issued"] / 2
    assert all(flow["outstanding"] >= 0 for flow in answer["currencies"].values())


def folded(year: Year) -> None:
    status, answer = year.asked("rebuild", "--verify")
    assert (status, answer["differences"]) == (0, 0)
    assert answer["customers"] >= HOUSEHOLDS


def months_until(today: date, first: str) -> list[str]:
    """Their first days, the month of ``today`` included."""
    found = [date.fromisoformat(first)]
    while (following := add_months(found[-1], 1)) <= today:
        found.append(following)
    return [one.isoformat() for one in found]


def owed(year: Year, tmp_path: Path) -> None:
    """Each line of each month is what the ledger moved, and the last month ends with what wallets hold."""
    status, answer = year.asked("liability", "show", "--csv", str(tmp_path))
    assert status == 0
    with (tmp_path / "roll-forward.csv").open(encoding="utf-8", newline="") as file:
        told = {(row["month"], row["currency"]): row for row in csv.DictReader(file)}
    into = ", ".join(f"coalesce(sum(quantity) FILTER (WHERE source = {account}), 0)" for account in (10, 11))
    out = ", ".join(
        f"coalesce(-sum(quantity) FILTER (WHERE target = {account}), 0)" for account in (10, 11, 12, 17)
    )
    with psycopg.connect(year.database.url) as connection:
        moved = connection.execute(
            f"SELECT date_trunc('month', day)::date::text, currency, {into}, {out} FROM ledger_posting GROUP BY 1, 2"
        ).fetchall()
        held = connection.execute("SELECT currency, sum(posted) FROM ledger_balance GROUP BY 1").fetchall()
    today = local_day(parse_instant(year.environment.get(VARIABLE) or datetime.now(UTC).isoformat()), PARIS)
    assert [one["month"] for one in answer["months"]] == months_until(
        today, min(month for month, *_ in moved)
    )
    for month, currency, *sums in moved:
        row = {
            name: int(units) for name, units in told[month, currency].items() if units.lstrip("-").isdecimal()
        }
        lines = (
            row["issued"] + row["exchanged_in"],
            row["given_back"],
            row["taken_back"],
            row["paid"] + row["exchanged_out"],
            row["expired"],
            row["forfeited"],
        )
        assert lines == tuple(sums), (month, currency)
        assert row["in_transit"] == 0
    last = max(month for month, _ in told)
    assert {currency: int(told[last, currency]["closing"]) for currency, _ in held} == dict(held)
