"""Killed in the middle and run again: the same state as if nothing had happened."""

import json
import os
import signal
import time
from collections.abc import Callable

import psycopg

from assidu.connectors.queries import import_runs
from assidu.demo.feed import Feed
from assidu.foundation.database import Database
from builders.contents import contents
from builders.imports import emptied, import_command, publish_programme

WAIT_SECONDS = 60


def written(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM events_event").fetchone()
    assert row is not None
    return int(row[0])


def kill_when(database: Database, feed: Feed, is_time: Callable[[], bool]) -> None:
    """Start the import and kill it, and it alone, as soon as ``is_time``."""
    process = import_command(database, [*feed.known_before, *feed.year])
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_time():
        assert process.poll() is None, "it was over before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_twice_and_run_again_gives_the_same_state(assidu_db: Database, feed: Feed) -> None:
    publish_programme(feed.first_day, places=1)
    unbroken = import_command(assidu_db, [*feed.known_before, *feed.year])
    answer, _ = unbroken.communicate(timeout=WAIT_SECONDS)
    assert unbroken.returncode == 0, answer
    whole = contents(assidu_db.url)
    total = written(assidu_db)

    emptied(assidu_db)
    publish_programme(feed.first_day, places=1)
    kill_when(assidu_db, feed, lambda: written(assidu_db) > 0)
    first = written(assidu_db)
    assert first < total
    kill_when(assidu_db, feed, lambda: written(assidu_db) > first + total // 4)
    second = written(assidu_db)
    assert first < second < total
    last = import_command(assidu_db, [*feed.known_before, *feed.year], "--json")
    answer, _ = last.communicate(timeout=WAIT_SECONDS)
    assert last.returncode == 0, answer
    report = json.loads(answer)
    assert report["is_resumed"]
    assert report["recorded"] + report["exists"] == report["events"]
    assert contents(assidu_db.url) == whole
    [run] = import_runs()
    assert (run.attempts, run.finished_at is not None) == (3, True)
