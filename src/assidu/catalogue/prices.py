"""Prices as a feed tells them, and the lowest of the last 30 days, told beside a price that goes down (EU Omnibus)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import connection

from assidu.catalogue.types import Price
from assidu.foundation import clock
from assidu.foundation.sql import rows

DAYS = 30
KEPT_DAYS = 400


def put_prices(prices: Iterable[Price]) -> int:
    """Note what articles cost from a day on; answers how many prices. Those of long ago are forgotten."""
    told = {(price.sku, price.day): price.price_minor for price in prices}
    if not told:
        return 0
    keys = sorted(told)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_price (sku, day, price_minor) "
            "SELECT * FROM unnest(%s::text[], %s::date[], %s::bigint[]) "
            "ON CONFLICT (sku, day) DO UPDATE SET price_minor = excluded.price_minor",
            [[sku for sku, _ in keys], [day for _, day in keys], [told[key] for key in keys]],
        )
        # Of what is planned, nothing makes what is in force today one of long ago.
        latest = min(max(day for _, day in keys), clock.now().date())
        if latest - date.min > timedelta(days=KEPT_DAYS):
            cursor.execute(
                "DELETE FROM catalogue_price AS p WHERE p.day < %s AND EXISTS ("
                "SELECT FROM catalogue_price AS q WHERE q.sku = p.sku AND q.day > p.day AND q.day < %s)",
                [latest - timedelta(days=KEPT_DAYS)] * 2,
            )
    return len(told)


PRICES_SQL = "SELECT sku, day, price_minor FROM catalogue_price ORDER BY sku, day"
PRICES_MARK = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables "
    "WHERE relname = 'catalogue_price'"
)
"""The number of changes ever made to the prices."""


class PriceBook:
    """What articles cost from which day on, at hand."""

    def __init__(self, told: Iterable[Sequence[Any]] = ()) -> None:
        """``told``: article, day and price, in the order of articles and days."""
        self._steps = {
            sku: [(day, price) for _sku, day, price in steps]
            for sku, steps in groupby(told, key=lambda row: row[0])
        }

    def __bool__(self) -> bool:
        return bool(self._steps)

    def lowest(self, sku: str, day: date) -> int | None:
        """In minor units, of the 30 days before ``day``: the price that was in force when they began counts too.
        ``None``: nothing was told of the article before ``day``."""
        steps = self._steps.get(sku, ())
        begin, end = day - timedelta(days=DAYS), bisect_left(steps, (day,))
        first = max(bisect_right(steps, begin, key=lambda step: step[0]) - 1, 0)
        return min((price for _day, price in steps[first:end]), default=None)

    def lowest_before(self, sku: str, begins: date | None, day: date) -> int | None:
        """The same of what goes down since ``begins``, as it is told on ``day``: before it went down. Of what nothing
        was told then, as of what goes down on no day in particular, before ``day``."""
        found = None if begins is None or begins >= day else self.lowest(sku, begins)
        return self.lowest(sku, day) if found is None else found


NO_PRICES = PriceBook()


def prices_of(skus: Iterable[str]) -> PriceBook:
    """What a few articles cost from which day on."""
    wanted = sorted(set(skus))
    if not wanted:
        return NO_PRICES
    return PriceBook(
        rows(
            "SELECT sku, day, price_minor FROM catalogue_price WHERE sku = ANY (%s) ORDER BY sku, day",
            [wanted],
        )
    )


def lowest_prices(skus: Iterable[str], day: date) -> dict[str, int]:
    """Those of a few articles; those of which nothing was told before ``day`` are left out."""
    wanted = sorted(set(skus))
    book = prices_of(wanted)
    return {sku: price for sku in wanted if (price := book.lowest(sku, day)) is not None}
