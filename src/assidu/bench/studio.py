"""Seconds to a first answer, and until intervals have settled, when two plans are tried on generated customers.

Measured beside one plain replay of the same history in the same run: what answers, draws and weights cost on top.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assidu.bench import population
from assidu.bench.baskets import Load, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer
from assidu.bench.imports import EVENTS_PER_CUSTOMER, write_history
from assidu.bench.place import bench_database
from assidu.bench.programme import PROGRAMME, bench_document
from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping import CLOUD_EVENTS
from assidu.connectors.imports.types import Pair
from assidu.decisions.events import Sale
from assidu.economics.micro.run import Choice, try_plans
from assidu.economics.micro.types import Behaviour, MicroResult
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import plan_book
from assidu.plans.compile import compile_plan
from assidu.simulation.run import simulate

SIZE = 2_000
SEED = 20_260_104
MARGIN_PERCENT = 28

Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """``first`` and ``settled`` are seconds since it began; of what never settled, all of them. Settled as the studio
    itself says it (``economics.micro.settling``)."""

    first: float
    settled: float
    result: MicroResult

    @property
    def settled_customers(self) -> int | None:
        """How many had been tried by then."""
        after = self.result.settled_after
        return None if after is None else self.result.rounds[after - 1].customers


def bench_studio(
    server: Database, *, size: int = SIZE, draws: int = 1_000, notify: Notify = lambda _: None
) -> dict[str, Any]:
    """The JSON object of `assidu bench studio`; ``size`` is the number of customers, and a tenth is measured too."""
    load = load_of_demo()
    comparisons = [_compare(server, load, n, draws, notify) for n in sorted({max(size // 10, 10), size})]
    return answer(
        "studio",
        comparisons,
        load={
            "baskets": "real" if load.is_real else "drawn",
            "lines_mean": round(load.lines_mean, 2),
            "events_per_customer": EVENTS_PER_CUSTOMER,
            "plans": 2,
            "draws": draws,
        },
    )


def _compare(server: Database, load: Load, customers: int, draws: int, notify: Notify) -> Comparison:
    now = clock.now()
    events = customers * EVENTS_PER_CUSTOMER
    with (
        bench_database(server, notify) as database,
        tempfile.TemporaryDirectory(prefix="assidu-bench-") as place,
    ):
        population.publish_programme(load.products)
        book = plan_book(PROGRAMME)
        assert book is not None
        file = Path(place) / "history.jsonl"
        notify(f"{customers:,} customers: importing {events:,} events")
        write_history(file, load, events, customers, now, has_joined=True)
        import_files(ImportOrder([Pair(file, CLOUD_EVENTS)], now), database.url, current_settings())
        notify(f"{customers:,} customers: one replay")
        richer = PlanBook.of_one(compile_plan(bench_document(richer=True)))
        report = simulate(database.url, book, richer)
        notify(f"{customers:,} customers: the studio")
        tried = _try(database, book, richer, draws)
    told = tried.result
    rate = events * told.histories / max(told.customers, 1) / told.seconds
    notify(
        f"{customers:,} customers: first answer after {tried.first:.1f} s, "
        f"{'not settled' if told.settled_after is None else 'settled'} after {tried.settled:.1f} s, "
        f"all after {told.seconds:.1f} s; {told.histories:,} histories decided"
    )
    return Comparison(
        customers,
        Measured(rate),
        Measured(report.sales_per_second),
        {
            "first_answer_seconds": round(tried.first, 2),
            "settled_seconds": round(tried.settled, 2),
            "is_settled": told.settled_after is not None,
            "settled_customers": tried.settled_customers,
            "seconds": round(told.seconds, 2),
            "histories": told.histories,
            "customers": told.customers,
        },
    )


def _try(database: Database, book: PlanBook, richer: PlanBook, draws: int) -> Tried:
    began = time.perf_counter()
    told_at: list[float] = []
    choices = [Choice("as it is", PlanBook.of_one(book.versions[-1].plan)), Choice("richer", richer)]
    result = try_plans(
        database.url,
        book,
        choices,
        _earnings,
        Behaviour(draws=draws, seed=SEED),
        on_round=lambda _: told_at.append(time.perf_counter() - began),
    )
    return Tried(told_at[0], told_at[(result.settled_after or len(told_at)) - 1], result)


def _earnings(bought: Sale) -> tuple[int, int]:
    net = sum(line.amount_minor * 10_000 // (10_000 + line.vat_bp) for line in bought.lines)
    return net, net * MARGIN_PERCENT // 100
