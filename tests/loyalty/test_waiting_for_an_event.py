"""Units that wait for an event, through the database: told, made usable once it has come, lost where it has not."""

from pathlib import Path

import psycopg

from assidu.foundation.database import Database
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from builders.documents import BASE, a_programme
from builders.imports import NOW, event, events_file, joined, sale, take

WAITS = "    pending: {until_event: delivered, days: 5, otherwise: lost, expires_from_earning: true}\n    pays: true\n"
DELIVERED = "activities: [{code: delivered, name: {fr: Livraison, en: Delivery}}]\n"


def test_what_was_delivered_in_time_can_be_used_and_the_rest_is_lost(
    assidu_db: Database, tmp_path: Path
) -> None:
    text = a_programme(BASE, more=DELIVERED).replace("    pays: true\n", WAITS, 1)
    examined = examine(text)
    assert examined.document is not None
    assert examined.is_ok, examined.errors
    publish(examined.document, text, at=NOW)
    card = "2990000100001"
    told = [
        joined(card, "2026-01-05T09:00:00Z"),
        sale("T-1", "2026-02-01T10:00:00Z", f"card:{card}", 800),
        event("Activity Recorded", "D-1", "2026-02-03T10:00:00Z", f"card:{card}", activity="delivered"),
        sale("T-2", "2026-02-04T10:00:00Z", f"card:{card}", 500),
    ]
    report = take(assidu_db, [events_file(tmp_path / "e.jsonl", *told)])
    assert not report.set_aside
    with psycopg.connect(assidu_db.url) as connection:
        moved = connection.execute(
            "SELECT source, target, quantity FROM ledger_posting ORDER BY customer_id, seq, n"
        ).fetchall()
    assert moved == [(10, 2, 8), (2, 1, 8), (10, 2, 5), (2, 12, 5)]
    assert verify(assidu_db.url).found == []
