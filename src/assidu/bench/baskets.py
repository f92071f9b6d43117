"""The baskets of the fixed load: real ones of the demo where its data is installed, else drawn alike."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assidu.catalogue.types import Product

SEED = 20_260_101
LINES_MEAN = 9.4
BASKETS_MAX = 4_000

# Shares of the lines of the real year, for baskets that are drawn.
_DEPARTMENTS = (
    ("grocery", 62), ("produce", 12), ("packaged_meat", 6), ("deli", 4), ("pastry", 3), ("meat", 3),
    ("cosmetics", 4), ("drugs", 3), ("nutrition", 2), ("household", 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    quantity: int
    amount_minor: int
    discount_minor: int

    def document(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "sku": self.sku,
            "quantity": self.quantity,
            "amount_minor": self.amount_minor,
        }
        if self.discount_minor:
            written["discount_minor"] = self.discount_minor
        return written


@dataclass(frozen=True, slots=True)
class Load:
    """Baskets to send, and the products in them."""

    baskets: tuple[tuple[Line, ...], ...]
    products: tuple[Product, ...]
    is_real: bool

    @property
    def lines_mean(self) -> float:
        return sum(len(basket) for basket in self.baskets) / len(self.baskets)


def load_of_demo() -> Load:
    """Baskets drawn from the real year, or drawn alike."""
    try:
        return _real()
    except ImportError:
        return _drawn()


def _real() -> Load:
    import numpy as np

    from assidu.demo import products, source

    try:
        lines = source.read_lines(households=300, seed=SEED)
        table = source.read_products()
    except source.DemoDataMissing:
        return _drawn()
    starts = np.flatnonzero(np.diff(lines.basket, prepend=-1))
    ends = np.append(starts[1:], len(lines))
    drawn = np.random.default_rng(SEED).choice(len(starts), size=min(BASKETS_MAX, len(starts)), replace=False)
    baskets = []
    for position in drawn.tolist():
        baskets.append(
            tuple(
                Line(str(sku), quantity, amount, discount)
                for sku, quantity, amount, discount in zip(
                    lines.product[starts[position] : ends[position]].tolist(),
                    lines.quantity[starts[position] : ends[position]].tolist(),
                    lines.amount_minor[starts[position] : ends[position]].tolist(),
                    lines.discount_minor[starts[position] : ends[position]].tolist(),
                    strict=True,
                )
            )
        )
    catalogue = products.catalogue_of(table, lines.product, only_sold=True)
    known = (
        Product(str(p.sku), p.name, p.department, p.category, p.brand, p.vat_bp, p.kind)
        for p in catalogue.products
    )
    return Load(tuple(baskets), _distinct(known), True)


def _drawn() -> Load:
    chance = random.Random(SEED)  # noqa: S311 (a load, no secret)
    names = [name for name, share in _DEPARTMENTS for _ in range(share)]
    products = [
        Product(
            str(100_000 + n),
            f"Product {n}",
            chance.choice(names),
            "",
            chance.choice(("national", "private")),
            550,
        )
        for n in range(20_000)
    ]
    baskets = []
    for _ in range(BASKETS_MAX):
        count = min(1 + int(chance.expovariate(1 / (LINES_MEAN - 0.5))), 150)
        baskets.append(
            tuple(
                Line(
                    chance.choice(products).sku,
                    1 + (chance.random() < 0.2),
                    max(1, int(chance.lognormvariate(5.5, 0.7))),
                    int(chance.random() < 0.4) * chance.randint(10, 150),
                )
                for _ in range(count)
            )
        )
    return Load(tuple(baskets), tuple(products), False)


def _distinct(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple({product.sku: product for product in products}.values())
