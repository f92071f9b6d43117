"""Files with offers: budgets and stock to the unit whatever the number of processes, and a price feed."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from assidu.catalogue.prices import lowest_prices
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair
from assidu.foundation.database import Database
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from builders.documents import BASE, a_programme
from builders.imports import NOW, events_file, joined, sale, take
from builders.offers import offers

WITH = offers(
    "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 5",
    "points: effect: {points: {currency: points, units: 30}}|budget: {units: 100}|times: {limit: 1, per: ever}",
    "off: effect: {amount: 2.00}|budget: {amount: 5.00}|combines: true",
)
TWO_OFF = {"code": "off", "amount_minor": 200}
CARDS = [f"29900001{n:05d}" for n in range(12)]


@pytest.mark.parametrize("processes", [1, 3])
def test_an_import_gives_stock_and_budgets_to_the_unit(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    examined = examine(a_programme(BASE, more=WITH))
    assert examined.document is not None
    publish(examined.document, "", at=NOW)
    told = [joined(card, "2026-01-05T09:00:00Z") for card in CARDS]
    told += [
        sale(
            f"T-{n}",
            f"2026-02-{n + 1:02d}T10:00:00Z",
            f"card:{card}",
            lines=[{"sku": "a", "amount_minor": 800, "department": "grocery", "offers": [TWO_OFF]}],
        )
        for n, card in enumerate(CARDS)
    ]
    report = take(assidu_db, [events_file(tmp_path / "e.jsonl", *told)], processes=processes)
    assert not report.set_aside
    with psycopg.connect(assidu_db.url) as connection:
        taken: dict[str, int] = dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())
        bags = connection.execute(
            "SELECT count(*) FROM loyalty_decision WHERE record -> 'offers' -> 'given' @> '[[\"bags\"]]'"
        ).fetchone()
        notes = connection.execute(
            "SELECT count(*) FROM loyalty_decision WHERE record -> 'offers' ? 'notes'"
        ).fetchone()
    assert taken == {"stock:bags": 5, "budget:points:ever": 100, "budget:off:ever": 500}
    assert bags == (5,)
    assert notes == (10,), "two tickets were due in full, one in part, nine not any more"
    assert verify(assidu_db.url).found == []


def test_a_price_feed_is_imported_and_gives_the_lowest_price_of_thirty_days(
    assidu_db: Database, tmp_path: Path
) -> None:
    examined = examine(a_programme(BASE))
    assert examined.document is not None
    publish(examined.document, "", at=NOW)
    feed, mapping = tmp_path / "prices.csv", tmp_path / "prices.toml"
    feed.write_text(
        "article;from;price\napple;2026-03-01;1.99\napple;2026-03-20;2.49\npear;;1\n", encoding="utf-8"
    )
    mapping.write_text(
        'version = 1\nname = "Prices"\ntarget = "price"\n\n[file]\nformat = "csv"\ndelimiter = ";"\n\n[record]\n'
        'sku = "{article}"\nday = { column = "from", as = "date" }\n'
        'price_minor = { column = "price", as = "minor" }\n',
        encoding="utf-8",
    )
    report = take(assidu_db, [Pair(feed, read_mapping(mapping))])
    assert len(report.set_aside) == 1, "a price without a day"
    assert lowest_prices(["apple", "pear"], date(2026, 4, 1)) == {"apple": 199}
    assert lowest_prices(["apple"], date(2026, 5, 1)) == {"apple": 249}
