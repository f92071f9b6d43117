"""One basket of ten lines against many live offers, until it is settled what it gets: how long each takes.

The reference is the same baskets under the same programme without offers, in the same run.
"""

import gc
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import structs

from assidu.bench.baskets import Load, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer, percentile
from assidu.bench.programme import bench_document
from assidu.decisions import decide
from assidu.decisions.calendar import Period
from assidu.decisions.decision import Decision
from assidu.decisions.events import LineKind, Sale, SaleLine
from assidu.decisions.facts import Facts
from assidu.decisions.plan import Plan
from assidu.decisions.state import Membership, State, TierSpan
from assidu.foundation import clock
from assidu.plans import document as d
from assidu.plans.compile import compile_plan

SIZES = (50, 500)
BASKETS = 4_000
LINES = 10
SEED = 20_260_104

Notify = Callable[[str], None]


def bench_offers(
    *, sizes: Sequence[int] = SIZES, baskets: int = BASKETS, notify: Notify = lambda _: None
) -> dict[str, Any]:
    """The JSON object of `assidu bench offers`."""
    load = load_of_demo()
    now = clock.now()
    sales = _sales(load, baskets, now)
    limit, _ = _measure(compile_plan(bench_document(), 1), sales, now.date())
    comparisons = []
    for size in sorted(sizes):
        plan = compile_plan(_with_offers(load, size), 1)
        measured, more = _measure(plan, sales, now.date())
        assert measured.p99_ms is not None
        notify(f"{size:,} offers: {measured.rate:,.0f} baskets/s, p99 {measured.p99_ms:.2f} ms")
        comparisons.append(Comparison(size, measured, limit, more))
    return answer(
        "offers",
        comparisons,
        load={"baskets": "real" if load.is_real else "drawn", "lines": LINES, "measured": baskets},
    )


def _measure(plan: Plan, sales: Sequence[Sale], today: date) -> tuple[Measured, dict[str, Any]]:
    """Each basket by itself, with the places that it asks for answered, in processor time: it needs nothing else."""
    joined = today - timedelta(days=400)
    state = State(1, Membership.MEMBER, joined, tiers=(TierSpan(joined, "silver"),))
    facts = Facts(state, is_basket=True)
    for sale in sales[: len(sales) // 10]:
        _settle(plan, facts, sale)  # what is computed once and kept is not measured
    took = []
    given = 0
    gc.collect()
    gc.disable()
    try:
        for sale in sales:
            began = time.thread_time_ns()
            decision = _settle(plan, facts, sale)
            took.append((time.thread_time_ns() - began) / 1e6)
            given += len(decision.offers.given)
    finally:
        gc.enable()
    seconds = sum(took) / 1e3
    took.sort()
    measured = Measured(len(took) / seconds, percentile(took, 0.5), percentile(took, 0.99))
    return measured, {"offers_given_mean": round(given / len(sales), 2), "max_ms": round(took[-1], 2)}


def _settle(plan: Plan, facts: Facts, sale: Sale) -> Decision:
    decision = decide(plan, facts, sale)
    assert isinstance(decision, Decision)
    if decision.claims:
        grants = {claim.key: claim.quantity for claim in decision.claims}
        decision = decide(plan, replace(facts, grants=grants), sale)
        assert isinstance(decision, Decision)
    return decision


def _sales(load: Load, count: int, now: datetime) -> list[Sale]:
    """Baskets of exactly ten lines: real lines, put together until there are ten."""
    chance = random.Random(SEED)  # noqa: S311 (a load, no secret)
    products = {product.sku: product for product in load.products}
    lines = [line for basket in load.baskets for line in basket if line.amount_minor > 0]
    sales = []
    for n in range(count):
        begin = chance.randrange(len(lines) - LINES)
        chosen = lines[begin : begin + LINES]
        sold = tuple(
            SaleLine(
                line.sku,
                line.amount_minor,
                line.quantity,
                line.discount_minor,
                products[line.sku].department,
                products[line.sku].brand,
                550,
                LineKind.PRODUCT,
            )
            for line in chosen
        )
        sales.append(Sale(now, str(300 + n % 100), "store", sold))
    return sales


def _with_offers(load: Load, count: int) -> d.Document:
    """Live offers of every kind, as a retailer's are: most on products, some on departments and brands, few on all."""
    chance = random.Random(SEED)  # noqa: S311 (a load, no secret)
    departments = sorted({product.department for product in load.products if product.department})
    brands = sorted({product.brand for product in load.products if product.brand})
    # Half of the products are those that are bought most, half any of the catalogue.
    bought = [line.sku for basket in load.baskets for line in basket]
    listed = [product.sku for product in load.products]
    skus = chance.choices(bought, k=5_000) + chance.choices(listed, k=5_000)
    offers = tuple(_offer(n, chance, departments, brands, skus) for n in range(count))
    groups = tuple(d.StackingGroup(code=f"g-{n}", at_most=1 + n % 2) for n in range(5))
    return structs.replace(bench_document(), offers=offers, stacking=d.Stacking(groups=groups))


def _offer(
    n: int, chance: random.Random, departments: Sequence[str], brands: Sequence[str], skus: Sequence[str]
) -> d.Offer:
    effects = (
        d.OfferEffect(percent=d.PercentOff(off=5 + n % 30)),
        d.OfferEffect(percent=d.PercentOff(off=10 + n % 20, at_most=Decimal(3))),
        d.OfferEffect(amount=Decimal(1 + n % 3)),
        d.OfferEffect(buy=d.BuyGet(buy=2, get=1)),
        d.OfferEffect(points=d.Given(currency="points", units=10 + n)),
        d.OfferEffect(free=1),
    )
    lines: d.Lines | None
    when = d.When()
    match n % 50:
        case 0:
            lines = None
            when = d.When(amount_at_least=Decimal(10 + n % 200))
        case 1 | 2 | 3 | 4 | 5:
            lines = d.Lines(departments=(chance.choice(departments),))
            when = d.When(amount_at_least=Decimal(20 + n % 100))
        case 6 | 7 | 8:
            lines = d.Lines(departments=(chance.choice(departments),), brands=(chance.choice(brands),))
        case 9 | 10:
            lines = d.Lines(departments=(chance.choice(departments),))
            when = d.When(tiers=("gold",) if n % 4 else ("silver",))
        case _:
            lines = d.Lines(products=tuple({chance.choice(skus) for _ in range(1 + n % 12)}))
    return d.Offer(
        code=f"offer-{n}",
        name=d.Text(fr=f"Offre {n}", en=f"Offer {n}"),
        effect=effects[n % len(effects)],
        when=when,
        lines=lines,
        group=f"g-{n % 5}" if n % 7 == 0 else None,
        combines=n % 11 == 0,
        times=d.Times(limit=1_000, per=Period.MONTH) if n % 3 == 0 else None,
        budget=d.Budget(amount=Decimal(100_000), per=Period.MONTH)
        if n % 20 == 17 and effects[n % len(effects)].points is None
        else None,
    )
