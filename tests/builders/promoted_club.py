"""A club that sold a dozen products for half a year, each of them discounted in some weeks."""

import numpy as np

from assidu.decisions.events import Sale, SaleLine
from assidu.plans.document import Document
from builders.history import History, on

CUSTOMERS = 32
PRODUCTS = 12
WEEKS = 27
PRICE_MINOR = 200
DEPTH_PERCENT = 30


def a_promoted_club(document: Document, *, customers: int = CUSTOMERS, weeks: int = WEEKS) -> History:
    """Twice as much is bought at the discount; nothing is written yet. The same each time."""
    rng = np.random.default_rng(11)
    history = History([document])
    members = [history.customer(on(0, n)) for n in range(customers)]
    is_on = rng.random((weeks, PRODUCTS)) < 0.35
    for week in range(weeks):
        expected = np.where(is_on[week], 0.8, 0.4)
        bought = rng.poisson(expected, (customers, PRODUCTS))
        for n, customer in enumerate(members):
            lines = tuple(
                _line(product, int(units), is_discounted=bool(is_on[week, product]))
                for product, units in enumerate(bought[n])
                if units
            )
            if lines:
                history.tell(customer, Sale(on(1 + 7 * week, n), "317", "store", lines))
    return history


def _line(product: int, units: int, *, is_discounted: bool) -> SaleLine:
    discount = units * PRICE_MINOR * DEPTH_PERCENT // 100 if is_discounted else 0
    return SaleLine(
        f"P{product:02d}",
        units * PRICE_MINOR - discount,
        units,
        discount,
        "grocery",
        "national",
        550,
    )
