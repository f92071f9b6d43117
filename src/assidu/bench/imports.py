"""Events per second from a file: identities, rules, ledger, against L (see ``reference``)."""

import os
import random
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from assidu.bench import population, reference
from assidu.bench.baskets import Load, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer
from assidu.bench.place import bench_database
from assidu.bench.programme import PROGRAMME
from assidu.bench.vocabulary import Vocabulary
from assidu.catalogue.known import whole_catalogue
from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import CLOUD_EVENTS
from assidu.connectors.imports.types import Pair
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.plans import plan_book

SIZE = 200_000
SECONDS = 10
EVENTS_PER_CUSTOMER = 50
DAYS = 300
CLIENTS = 32
SEED = 20_260_102

Notify = Callable[[str], None]


def bench_import(
    server: Database,
    *,
    size: int = SIZE,
    seconds: int = SECONDS,
    vocabulary: Vocabulary = Vocabulary.FIXED,
    must_be_durable: bool = True,
    notify: Notify = lambda _: None,
) -> dict[str, Any]:
    """The JSON object of `assidu bench import`; ``size`` is the number of events, and a tenth is measured too."""
    load = load_of_demo()
    comparisons = []
    rules = 0
    for events in sorted({max(size // 10, EVENTS_PER_CUSTOMER), size}):
        comparison, rules = _compare(
            server, load, vocabulary, events, seconds, notify, must_be_durable=must_be_durable
        )
        notify(
            f"{events:,} events: {comparison.path.rate:,.0f}/s imported, {comparison.limit.rate:,.0f}/s limit, "
            f"ratio {comparison.ratio:.2f}"
        )
        comparisons.append(comparison)
    return answer(
        "import",
        comparisons,
        seconds=seconds,
        load={
            "baskets": "real" if load.is_real else "drawn",
            "lines_mean": round(load.lines_mean, 2),
            "vocabulary": vocabulary.value,
            "rules": rules,
            "events_per_customer": EVENTS_PER_CUSTOMER,
        },
    )


def _compare(
    server: Database,
    load: Load,
    vocabulary: Vocabulary,
    events: int,
    seconds: int,
    notify: Notify,
    *,
    must_be_durable: bool,
) -> tuple[Comparison, int]:
    now = clock.now()
    customers = max(events // EVENTS_PER_CUSTOMER, 1)
    with (
        bench_database(server, notify, must_be_durable=must_be_durable) as database,
        tempfile.TemporaryDirectory(prefix="assidu-bench-") as place,
    ):
        folder = Path(place)
        population.publish_programme(load.products, vocabulary)
        book = plan_book(PROGRAMME)
        assert book is not None
        population.populate(database, customers, now.astimezone(book.at(now).zone).date())
        file = folder / "history.jsonl"
        notify(f"{events:,} events of {customers:,} customers: writing the file")
        write_history(file, load, events, customers, now)
        scripts = reference.write_scripts(folder, load, book, whole_catalogue(), current_settings(), now)
        notify(f"{events:,} events: the import")
        before = _cpu_seconds()
        report = import_files(ImportOrder([Pair(file, CLOUD_EVENTS)], now), database.url, current_settings())
        worked = _cpu_seconds() - before
        assert report.recorded == report.events == events, report.as_json()
        notify(f"{events:,} events: the limit")
        limit = reference.measure(database, scripts, customers, CLIENTS, seconds, folder)
        comparison = Comparison(
            events,
            Measured(report.events_per_second),
            limit,
            {
                "import_seconds": round(report.seconds, 2),
                "cpu_seconds": round(worked, 2),
                "ticks": report.ticks,
                "bytes": file.stat().st_size,
            },
        )
        return comparison, len(book.at(now).rules)


def _cpu_seconds() -> float:
    """What this process and those that it waited for have worked: the database, which is another's, left out."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def write_history(
    path: Path, load: Load, events: int, customers: int, now: datetime, *, has_joined: bool = False
) -> None:
    """Sales of the last ``DAYS`` days in the order of time, each of a customer drawn at random; ``has_joined``: after
    everybody joined, where nobody was a member before."""
    chance = random.Random(SEED)  # noqa: S311 (a load, no secret)
    lines = [[line.document() for line in basket] for basket in load.baskets]
    encode = msgspec.json.Encoder().encode
    begin = now - timedelta(days=DAYS)

    def told(id_: str, type_: str, at: datetime, customer: int, data: dict[str, Any]) -> bytes:
        document = {
            "specversion": "1.0",
            "id": id_,
            "source": "till/history",
            "type": type_,
            "time": at,
            "subject": f"card:{population.card(customer)}",
            "data": data,
        }
        return encode(document) + b"\n"

    with path.open("wb") as file:
        for n in range(customers if has_joined else 0):
            joined = begin - timedelta(minutes=customers - n)
            file.write(told(f"J{n}", "Member Joined", joined, n + 1, {"store": str(300 + n % 100)}))
        for n in range(events):
            data = {
                "store": str(300 + n % 100),
                "channel": "store",
                "ticket": f"H{n}",
                "lines": lines[n % len(lines)],
            }
            at = begin + timedelta(days=DAYS) * n / events
            file.write(told(f"H{n}", "Order Completed", at, chance.randint(1, customers), data))
