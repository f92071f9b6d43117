"""Purchases per second through HTTP, every rule decided, each one durable, against L (see ``reference``)."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg

from assidu.bench import population, reference
from assidu.bench.baskets import Load, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer
from assidu.bench.place import CannotBench, bench_database
from assidu.bench.programme import PROGRAMME
from assidu.bench.vocabulary import Vocabulary
from assidu.catalogue.known import whole_catalogue
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Refused
from assidu.foundation.settings import current_settings
from assidu.loyalty.plans import plan_book

SIZE = 200_000
SECONDS = 10
WARM_UP_SECONDS = 3
_START_SECONDS_MAX = 60
_WRITTEN = """
SELECT sum(n_tup_ins + n_tup_upd)::bigint FROM pg_stat_user_tables WHERE relname ~ '^(events|loyalty|ledger)_'
"""

Notify = Callable[[str], None]


def bench_live(
    server: Database,
    *,
    clients: int,
    size: int = SIZE,
    seconds: int = SECONDS,
    vocabulary: Vocabulary = Vocabulary.FIXED,
    notify: Notify = lambda _: None,
    must_be_durable: bool = True,
) -> dict[str, Any]:
    """The JSON object of `assidu bench live`."""
    load = load_of_demo()
    comparisons = []
    rules, rules_met = 0, 0.0
    for population_size in sorted({max(size // 10, clients), size}):
        notify(f"{population_size:,} customers: filling the tables")
        with bench_database(server, notify, must_be_durable=must_be_durable) as database:
            comparison, rules, rules_met = _compare(
                server, database, load, vocabulary, population_size, clients, seconds, notify
            )
        notify(
            f"{population_size:,} customers: {comparison.path.rate:,.0f}/s live, {comparison.limit.rate:,.0f}/s limit, "
            f"ratio {comparison.ratio:.2f}"
        )
        comparisons.append(comparison)
    return answer(
        "live",
        comparisons,
        clients=clients,
        seconds=seconds,
        load={
            "baskets": "real" if load.is_real else "drawn",
            "lines_mean": round(load.lines_mean, 2),
            "vocabulary": vocabulary.value,
            "rules": rules,
            "rules_met_mean": round(rules_met, 2),
        },
    )


def _compare(
    server: Database,
    database: Database,
    load: Load,
    vocabulary: Vocabulary,
    size: int,
    clients: int,
    seconds: int,
    notify: Notify,
) -> tuple[Comparison, int, float]:
    now = clock.now()
    with tempfile.TemporaryDirectory(prefix="assidu-bench-") as place:
        folder = Path(place)
        population.publish_programme(load.products, vocabulary)
        book = plan_book(PROGRAMME)
        assert book is not None
        population.populate(database, size, now.astimezone(book.at(now).zone).date())
        made = people.create_key("bench", ["events:write"], COMMAND_LINE)
        assert not isinstance(made, Refused)
        scripts = reference.write_scripts(folder, load, book, whole_catalogue(), current_settings(), now)
        notify(f"{size:,} customers: the limit")
        limit, limit_costs = _costing(
            server, database, lambda: reference.measure(database, scripts, size, clients, seconds, folder)
        )
        notify(f"{size:,} customers: live")
        path, live_costs = _costing(
            server, database, lambda: _serve_and_sell(database, made[1], load, size, clients, seconds, now)
        )
        rules_met = _rules_met(database)
    more = {
        "wal_bytes_per_event": live_costs[0],
        "rows_per_event": live_costs[1],
        "limit_wal_bytes_per_event": limit_costs[0],
        "limit_rows_per_event": limit_costs[1],
    }
    return Comparison(size, path, limit, more), len(book.at(now).rules), rules_met


def _costing(
    server: Database, database: Database, run: Callable[[], Measured]
) -> tuple[Measured, tuple[float, float]]:
    """Measure, and say what each event cost: bytes of write-ahead log, rows written."""
    assert server.admin_url is not None
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        before = _written(admin, database)
        measured = run()
        time.sleep(1.5)  # statistics are told once a second, and when a connection ends
        after = _written(admin, database)
    wal, rows, events = (end - start for start, end in zip(before, after, strict=True))
    return measured, (round(wal / max(events, 1), 1), round(rows / max(events, 1), 2))


def _written(admin: psycopg.Connection[Any], database: Database) -> tuple[int, int, int]:
    wal = admin.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint").fetchone()
    assert wal is not None
    with psycopg.connect(database.url, autocommit=True) as connection:
        rows = connection.execute(_WRITTEN).fetchone()
        events = connection.execute("SELECT count(*) FROM events_key").fetchone()
    assert rows is not None
    assert events is not None
    return wal[0], rows[0] or 0, events[0]


def _rules_met(database: Database) -> float:
    with psycopg.connect(database.url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT avg(jsonb_array_length(d.record->'awards'))::float8 FROM loyalty_decision AS d "
            "JOIN events_event AS e USING (customer_id, seq) WHERE e.source = 'till/bench' AND e.id NOT LIKE 'L%'"
        ).fetchone()
    return 0.0 if row is None or row[0] is None else row[0]


@contextmanager
def _serving(database: Database) -> Iterator[tuple[str, int]]:
    """`assidu serve` itself, on a free port, with the bench's database."""
    environment = os.environ | {"ASSIDU_DATABASE_URL": database.url, "ASSIDU_LOG_LEVEL": "warning"}
    process = subprocess.Popen(
        [sys.executable, "-m", "assidu", "serve", "--bind", "127.0.0.1:0", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline() or "{}")
        if "address" not in told:
            raise CannotBench("The server did not start: see above.")
        address = urlsplit(told["address"])
        yield address.hostname or "127.0.0.1", address.port or 80
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=_START_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _serve_and_sell(
    database: Database, key: str, load: Load, size: int, clients: int, seconds: int, now: datetime
) -> Measured:
    with _serving(database) as (host, port):
        return _sell(host, port, key, load, size, clients, seconds, now)


def _sell(
    host: str, port: int, key: str, load: Load, size: int, clients: int, seconds: int, now: datetime
) -> Measured:
    orders = {
        "host": host,
        "port": port,
        "key": key,
        "clients": clients,
        "warm_up_seconds": min(WARM_UP_SECONDS, seconds),
        "seconds": seconds,
        "population": size,
        "run": f"{os.getpid()}-{clients}-{size}",
        "at": now.isoformat(),
        "lines": [
            msgspec.json.encode([line.document() for line in basket]).decode() for basket in load.baskets
        ],
    }
    done = subprocess.run(
        [sys.executable, "-m", "assidu.bench.client"],
        input=json.dumps(orders),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    if set(told["statuses"]) != {"200"}:
        raise CannotBench(f"Not every sale was accepted: {told['statuses']} {told['first_refusal'][:500]}")
    return Measured(told["rate"], told["p50_ms"], told["p99_ms"])
