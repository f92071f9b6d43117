"""Purchases decided per second on one core: real baskets under the demo's last plan unless another is chosen, against L
of the fixed load (see ``reference``).

What is measured is the deciding itself, as every replay does it: desk, ticks, places, and the state after each
purchase. Reading recorded history comes on top; `assidu simulate` tells the two together.
"""

import gc
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from assidu.bench import population, reference
from assidu.bench.baskets import Line, Load, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer
from assidu.bench.place import bench_database
from assidu.bench.programme import PROGRAMME
from assidu.bench.vocabulary import Vocabulary, document_of
from assidu.catalogue.known import whole_catalogue
from assidu.decisions.decision import Refused
from assidu.decisions.events import Event, Joining, LineKind, Sale, SaleLine
from assidu.decisions.facts import Grants
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.events.types import EventKey, EventType, Fact
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Desk, Member, Tally
from assidu.loyalty.plans import plan_book
from assidu.loyalty.quota_claims import QuotaClaims
from assidu.plans.compile import compile_plan
from assidu.simulation.rehearsal import rehearsed_draws

SIZE = 60_000
SECONDS = 10
PURCHASES_PER_CUSTOMER = 60
DAYS = 360
CUSTOMERS_OF_THE_LIMIT = 20_000
CLIENTS = 32
SEED = 20_260_103
_KEY = EventKey("bench", "")

Notify = Callable[[str], None]


def bench_replay(
    server: Database,
    *,
    size: int = SIZE,
    seconds: int = SECONDS,
    customers: int = CUSTOMERS_OF_THE_LIMIT,
    vocabulary: Vocabulary = Vocabulary.FULL,
    must_be_durable: bool = True,
    notify: Notify = lambda _: None,
) -> dict[str, Any]:
    """The JSON object of `assidu bench replay`; ``size`` is the number of purchases, a tenth is measured too."""
    load = load_of_demo()
    now = clock.now()
    limit = _limit(server, load, now, seconds, customers, must_be_durable, notify)
    book = PlanBook.of_one(compile_plan(document_of(vocabulary, now.date())))
    comparisons = []
    for purchases in sorted({max(size // 10, PURCHASES_PER_CUSTOMER), size}):
        history = _history(load, purchases, now)
        measured = Measured(purchases / _seconds_to_decide(book, history))
        comparison = Comparison(purchases, measured, limit, {"events": len(history)})
        notify(
            f"{purchases:,} purchases: {measured.rate:,.0f}/s on one core, {limit.rate:,.0f}/s limit, "
            f"ratio {comparison.ratio:.2f}"
        )
        comparisons.append(comparison)
    return answer(
        "replay",
        comparisons,
        seconds=seconds,
        load={
            "baskets": "real" if load.is_real else "drawn",
            "lines_mean": round(load.lines_mean, 2),
            "vocabulary": vocabulary.value,
            "rules": len(book.versions[0].plan.rules),
            "purchases_per_customer": PURCHASES_PER_CUSTOMER,
        },
    )


def _limit(
    server: Database,
    load: Load,
    now: datetime,
    seconds: int,
    customers: int,
    must_be_durable: bool,
    notify: Notify,
) -> Measured:
    with (
        bench_database(server, notify, must_be_durable=must_be_durable) as database,
        tempfile.TemporaryDirectory(prefix="assidu-bench-") as place,
    ):
        folder = Path(place)
        population.publish_programme(load.products)
        book = plan_book(PROGRAMME)
        assert book is not None
        population.populate(database, customers, now.astimezone(book.at(now).zone).date())
        scripts = reference.write_scripts(folder, load, book, whole_catalogue(), current_settings(), now)
        notify("The limit")
        return reference.measure(database, scripts, customers, CLIENTS, seconds, folder)


def _history(load: Load, purchases: int, now: datetime) -> list[tuple[int, Fact]]:
    """Customers' joining and purchases in the order of time: who, and what happened."""
    chance = random.Random(SEED)  # noqa: S311 (a load, no secret)
    products = {product.sku: product for product in load.products}

    def line(one: Line) -> SaleLine:
        known = products[one.sku]
        return SaleLine(
            one.sku,
            one.amount_minor,
            one.quantity,
            one.discount_minor,
            known.department,
            known.brand,
            known.vat_bp,
            LineKind(known.kind),
        )

    baskets = [tuple(line(one) for one in basket) for basket in load.baskets]
    customers = max(purchases // PURCHASES_PER_CUSTOMER, 1)
    begin = (now - timedelta(days=DAYS)).astimezone(UTC)
    told = [(n, _fact(EventType.JOINING, Joining(begin))) for n in range(customers)]
    for n in range(purchases):
        at = begin + timedelta(hours=1) + timedelta(days=DAYS - 1) * n / purchases
        channel = "web" if n % 20 == 0 else "store"
        sold = Sale(at, str(300 + n % 100), channel, baskets[n % len(baskets)])
        told.append((chance.randrange(customers), _fact(EventType.SALE, sold)))
    return told


def _fact(kind: EventType, event: Event) -> Fact:
    return Fact(_KEY, kind, event, {}, has_happened=True)


def _seconds_to_decide(book: PlanBook, history: Sequence[tuple[int, Fact]]) -> float:
    """Everything once, in this one process."""
    members = {n: Member(UUID(int=n), UUID(int=n), State()) for n in {who for who, _ in history}}
    end = datetime.max.replace(tzinfo=UTC)
    places, claims = Tally(), QuotaClaims()

    def full(plan: Plan, sale: Sale) -> Grants:
        """As a replay does: it knows which places are gone."""
        return {one.key: 0 for one in claims.of(plan, sale) if places.taken.get(one.key, 0) >= one.limit}

    desk = Desk(book, places, lambda *_: None, end, full=full, draws=rehearsed_draws(book))
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        for who, fact in history:
            decided = desk.take(members[who], fact)
            assert not isinstance(decided, Refused), decided
            desk.gathered.clear()
        return time.perf_counter() - began
    finally:
        gc.enable()
