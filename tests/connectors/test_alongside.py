"""An import while tills go on: what changed meanwhile is decided on top, and no place is given twice."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psycopg
from django.db import connection, transaction

from assidu.events import wire
from assidu.foundation.database import Database
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from builders.imports import NOW, events_file, joined, publish_programme, sale, take

WAIT_SECONDS = 30


def test_a_live_event_that_is_quicker_is_decided_first_and_keeps_its_place(
    assidu_db: Database, tmp_path: Path
) -> None:
    publish_programme(date(2025, 11, 16), places=1)
    take(
        assidu_db,
        [
            events_file(
                tmp_path / "a.jsonl",
                *(joined(card, "2026-10-01T10:00:00Z") for card in ("2990001", "2990002")),
            )
        ],
    )
    file = events_file(
        tmp_path / "b.jsonl",
        sale("t1", "2026-11-20T08:00:00Z", "card:2990001", 5000, ticket="1"),
        sale("t2", "2026-11-20T09:00:00Z", "card:2990002", 5000, ticket="2"),
        sale("t3", "2026-11-20T10:00:00Z", "card:2990002", 900, ticket="3"),
        sale("t5", "2026-11-20T10:30:00Z", "card:2990002", 1500, ticket="5"),
        sale("t6", "2026-11-20T10:40:00Z", "card:2990002", 1600, ticket="6"),
    ).file
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM loyalty_member FOR UPDATE")
        importing = subprocess.Popen(
            [sys.executable, "-m", "assidu", "import", str(file), "--json"],
            env=os.environ | {"ASSIDU_DATABASE_URL": assidu_db.url, "ASSIDU_NOW": NOW.isoformat()},
            stdout=subprocess.PIPE,
        )
        _wait_until_it_waits(assidu_db)
        # The same ticket as the file's third, two that it tells otherwise, and one that takes the day's only place.
        for event in (
            sale("t5", "2026-11-20T10:30:00Z", "card:2990002", 1400, ticket="5"),
            sale("w6", "2026-11-20T10:40:00Z", "card:2990001", 1600, ticket="6"),
            sale("t3", "2026-11-20T10:00:00Z", "card:2990002", 900, ticket="3"),
            sale("live", "2026-11-20T11:00:00Z", "card:2990002", 5000, ticket="4"),
        ):
            told = actions.record(wire.parse(json.dumps(event).encode()), NOW, programme="le-cercle")
            assert isinstance(told, Told)
    answer, _ = importing.communicate(timeout=WAIT_SECONDS)
    assert importing.returncode == 0
    report = json.loads(answer)
    assert (report["recorded"], report["exists"]) == (2, 1)
    assert report["set_aside_by_reason"] == {"idempotency_conflict": 1, "ticket_conflict": 1}
    with psycopg.connect(assidu_db.url) as reading:
        first_ten = reading.execute(
            "SELECT e.id FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq), "
            "jsonb_array_elements(d.record -> 'awards') AS a WHERE a ->> 0 = 'first-ten'"
        ).fetchall()
        taken = reading.execute("SELECT limit_places, taken FROM loyalty_quota").fetchall()
        seqs = reading.execute("SELECT max(seq) = count(*) FROM events_event GROUP BY customer_id").fetchall()
    assert first_ten == [("live",)]
    assert taken == [(1, 1)]
    assert set(seqs) == {(True,)}


def _wait_until_it_waits(database: Database) -> None:
    """Until the import has decided everything and wants the customers that we hold."""
    deadline = time.monotonic() + WAIT_SECONDS
    with psycopg.connect(database.url, autocommit=True) as looking:
        while True:
            row = looking.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            if row and row[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)
