"""A small year of the demo, and the import as a function and as a command."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from msgspec.structs import replace

from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import CLOUD_EVENTS
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair, Report
from assidu.demo.feed import Feed
from assidu.demo.feed import Pair as FeedPair
from assidu.demo.programme import FILES, plan_documents, plan_text
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.plans import publish
from builders.contents import TABLES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def publish_programme(first_day: date, *, places: int | None = None) -> None:
    """Le Cercle; ``places`` instead of ten for the first of each day, over fewer customers."""
    for document, file in zip(plan_documents(first_day), FILES, strict=True):
        rules = tuple(
            replace(rule, quota=replace(rule.quota, first=places))
            if rule.quota is not None and places
            else rule
            for rule in document.rules
        )
        publish(replace(document, rules=rules), plan_text(file), at=NOW)


def read(pairs: Sequence[FeedPair]) -> list[Pair]:
    return [Pair(pair.file, read_mapping(pair.mapping)) for pair in pairs]


def take(
    database: Database,
    pairs: Sequence[Pair],
    *,
    catches_up: bool = True,
    processes: int | None = None,
    dry: bool = False,
) -> Report:
    order = ImportOrder(pairs, NOW, None, catches_up, dry, processes)
    return import_files(order, database.url, current_settings())


def take_all(database: Database, feed: Feed, *, processes: int | None = None) -> list[Report]:
    """The three groups of the feed, as the demo takes them."""
    return [
        take(database, read(feed.known_before), catches_up=False, processes=processes),
        take(database, read(feed.year), processes=processes),
        take(database, read(feed.afterwards), processes=processes),
    ]


def events_file(path: Path, *events: dict[str, Any]) -> Pair:
    """Events as they are, one a line."""
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return Pair(path, CLOUD_EVENTS)


def event(type_: str, id_: str, time: str, subject: str | None, **data: Any) -> dict[str, Any]:
    found = {"specversion": "1.0", "id": id_, "source": "till/1", "type": type_, "time": time, "data": data}
    return found if subject is None else found | {"subject": subject}


def sale(id_: str, time: str, subject: str | None, amount_minor: int = 1000, **data: Any) -> dict[str, Any]:
    lines = [{"sku": "a", "amount_minor": amount_minor, "department": "grocery"}]
    return event(
        "Order Completed", id_, time, subject, **({"store": "1", "channel": "store", "lines": lines} | data)
    )


def joined(card: str, time: str) -> dict[str, Any]:
    return event("Member Joined", f"join-{card}", time, f"card:{card}", store="1", channel="store")


def import_command(
    database: Database, pairs: Sequence[FeedPair], *options: str, chunk_events: int = 40
) -> "subprocess.Popen[bytes]":
    """`assidu import` as a process of its own, writing in small steps so that there is time to kill it."""
    program = (
        "from assidu.connectors.imports import writing\n"
        f"writing.CHUNK_EVENTS = {chunk_events}\n"
        "from assidu.cli.main import app\n"
        "app()\n"
    )
    arguments = [word for pair in pairs for word in ("--pair", f"{pair.file}={pair.mapping}")]
    environment = os.environ | {
        "ASSIDU_DATABASE_URL": database.url,
        "ASSIDU_DATABASE_OWNER_URL": database.owner_url,
        "ASSIDU_NOW": NOW.isoformat(),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program, "import", *arguments, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def emptied(database: Database) -> None:
    """Leave nothing of what was imported or published."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for table in (*TABLES, "customers_key", "loyalty_plan", "connectors_import"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
