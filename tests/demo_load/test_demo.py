"""`assidu demo`: made once, taken up where it was interrupted, up at once the second time."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people.actions import check_sign_in
from assidu.foundation.people.types import Person
from assidu.foundation.settings import load_settings
from assidu.loyalty.plans import publish
from assidu.plans.writing import to_yaml
from builders.contents import contents
from builders.documents import a_document

from .vocabulary import HOUSEHOLDS, the_last_version_was_used

WAIT_SECONDS = 120
WRITTEN_FOR_EVER = ("events_event", "events_key", "events_ticket", "ledger_posting", "loyalty_decision")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tmp_path.chmod(0o711)
    return tmp_path / "home"


def demo(
    home: Path, database: Database, *options: str, now: str = "2026-11-22T12:00:00Z"
) -> "subprocess.Popen[bytes]":
    """`assidu demo` on a home of its own, whose keys are the tests' so that databases can be compared."""
    kept = load_settings()
    home.mkdir(exist_ok=True)
    (home / "secrets.json").write_bytes((kept.home / "secrets.json").read_bytes())
    (home / "secrets.json").chmod(0o600)
    return subprocess.Popen(
        [sys.executable, "-m", "assidu", "demo", *options],
        env=os.environ
        | {
            "ASSIDU_HOME": str(home),
            "ASSIDU_DATABASE_URL": database.url,
            "ASSIDU_DATABASE_OWNER_URL": database.owner_url,
            "ASSIDU_BIND": "127.0.0.1:0",
            "ASSIDU_NOW": now,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def made(
    home: Path, database: Database, *options: str, households: int = 8, **more: str
) -> tuple[dict[str, Any], str]:
    process = demo(home, database, "--no-serve", "--json", "--households", str(households), *options, **more)
    answer, said = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, said.decode()
    return json.loads(answer), said.decode()


def test_the_demo_is_made_whole_and_the_second_time_is_there_at_once(assidu_db: Database, home: Path) -> None:
    answer, _ = made(home, assidu_db, households=HOUSEHOLDS)
    assert not answer["was_there"]
    assert {name: report["set_aside"] for name, report in answer["imports"].items()} == {
        "known_before": 0,
        "accounts": 0,
        "year": 0,
        "afterwards": 0,
    }
    for one in answer["sign_ins"]:
        assert "(démo)" in one["name"]
        person = check_sign_in(one["email"], one["password"], "127.0.0.1")
        assert isinstance(person, Person)
        assert person.roles == (one["role"],)
    assert {one["role"] for one in answer["sign_ins"]} >= {
        "management",
        "marketing",
        "store",
        "service",
        "legal",
        "it",
    }
    with psycopg.connect(assidu_db.url) as connection:
        due = connection.execute(
            "SELECT count(*) FROM loyalty_member WHERE next_due <= '2026-11-22'"
        ).fetchone()
        store = connection.execute("SELECT stores FROM people_person WHERE stores <> '{}'").fetchone()
        months = connection.execute(
            "SELECT count(*), min(month)::text, max(month)::text FROM measurement_month"
        ).fetchone()
    assert due == (0,)
    assert months == (12, "2025-11-01", "2026-10-01")
    assert store is not None
    the_last_version_was_used(assidu_db)
    kept = contents(assidu_db.url)
    again, said = made(home, assidu_db, households=HOUSEHOLDS, now="2026-12-03T12:00:00Z")
    assert again["was_there"]
    assert "it is kept as it is" in said
    now = contents(assidu_db.url)
    assert all(set(kept[table]) <= set(now[table]) for table in WRITTEN_FOR_EVER)
    with psycopg.connect(assidu_db.url) as connection:
        due = connection.execute(
            "SELECT count(*) FROM loyalty_member WHERE next_due <= '2026-12-03'"
        ).fetchone()
    assert due == (0,), "what fell due since was decided before the page could answer"
    serves_until_it_is_told_to_stop(home, assidu_db)


def test_an_interrupted_demo_is_finished_by_the_next(assidu_db: Database, home: Path) -> None:
    process = demo(home, assidu_db, "--no-serve", "--households", "8")
    deadline = time.monotonic() + WAIT_SECONDS
    with psycopg.connect(assidu_db.url, autocommit=True) as connection:
        while connection.execute(
            "SELECT count(*) FROM connectors_import WHERE finished_at IS NOT NULL"
        ).fetchone() == (0,):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    answer, _ = made(home, assidu_db)
    assert not answer["was_there"]
    assert set(answer["imports"]) == {"year", "afterwards"}


def serves_until_it_is_told_to_stop(home: Path, database: Database) -> None:
    process = demo(home, database, "--json", now=clock.now().isoformat())
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    try:
        assert httpx.get(answer["address"] + "readyz").status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode in (0, 130), said.decode()
    assert b"Traceback" not in said


def test_a_database_with_a_programme_of_its_own_is_left_alone(assidu_db: Database, home: Path) -> None:
    document = a_document()
    publish(document, to_yaml(document), at=clock.now())
    process = demo(home, assidu_db, "--no-serve", "--json")
    answer, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 1
    assert json.loads(answer)["error"]["code"] == "not_a_demo"
