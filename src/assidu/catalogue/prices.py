"""Prices as a feed tells them, and the lowest of the last 30 days, told beside a price that goes down (EU Omnibus)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection

from assidu.catalogue.types import Price

DAYS = 30
KEPT_DAYS = 400


def put_prices(prices: Iterable[Price]) -> int:
    """Note what articles cost from a day on; answers how many prices. Those of long ago are forgotten."""
    rows = {(price.sku, price.day): price.price_minor for price in prices}
    if not rows:
        return 0
    keys = sorted(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_price (sku, day, price_minor) "
            "SELECT * FROM unnest(%s::text[], %s::date[], %s::bigint[]) "
            "ON CONFLICT (sku, day) DO UPDATE SET price_minor = excluded.price_minor",
            [[sku for sku, _ in keys], [day for _, day in keys], [rows[key] for key in keys]],
        )
        cursor.execute(
            "DELETE FROM catalogue_price AS p WHERE p.day < %s AND EXISTS ("
            "SELECT FROM catalogue_price AS q WHERE q.sku = p.sku AND q.day > p.day AND q.day < %s)",
            [max(day for _, day in keys) - timedelta(days=KEPT_DAYS)] * 2,
        )
    return len(rows)


def lowest_prices(skus: Iterable[str], day: date) -> dict[str, int]:
    """In minor units, of the 30 days before ``day``: the price that was in force when they began counts too. Articles
    of which nothing was told before ``day`` are left out."""
    wanted = sorted(set(skus))
    if not wanted:
        return {}
    begin = day - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.sku, min(p.price_minor) FROM unnest(%(skus)s::text[]) AS w (sku) "
            "  JOIN catalogue_price AS p ON p.sku = w.sku AND p.day < %(day)s AND p.day >= coalesce("
            "       (SELECT max(q.day) FROM catalogue_price AS q WHERE q.sku = w.sku AND q.day <= %(begin)s), "
            "       %(begin)s) "
            " GROUP BY w.sku",
            {"skus": wanted, "day": day, "begin": begin},
        )
        return dict(cursor.fetchall())
