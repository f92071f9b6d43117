"""Files with rates of other moneys and a calendar of promotions, and the tickets of their time."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair
from assidu.foundation.database import Database
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from builders.documents import a_programme
from builders.imports import NOW, event, events_file, joined, sale, take

RATES = (
    "devise;jour;cours\nCHF;2026-02-02;0,9432\nCHF;2026-02-09;0,96\nchf;2026-02-10;0\nJPY;2026-02-10;0,0061\n"
)
RATES_MAPPING = """\
version = 1
name = "Rates"
target = "rate"

[file]
format = "csv"
delimiter = ";"

[record]
currency = "{devise}"
day = { column = "jour", as = "date" }
rate = "{cours}"
"""
CALENDAR = """\
code,titre,du,au,rayons,remise
fair,Foire,2026-02-02,2026-02-04,produce|dairy,20
fair,Foire,2026-02-05,2026-02-05,grocery,
late,Trop tard,2026-02-05,2026-02-01,grocery,10
"""
CALENDAR_MAPPING = """\
version = 1
name = "Calendar"
target = "promotion"

[file]
format = "csv"

[record]
code = "{code}"
name = "{titre}"
first_day = { column = "du", as = "date" }
last_day = { column = "au", as = "date" }
departments = "{rayons}"
percent = { column = "remise", as = "number" }
"""
ANNE = "card:2990000000012"


def file(folder: Path, name: str, text: str, mapping: str) -> Pair:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / f"{name}.toml").write_text(mapping, encoding="utf-8")
    return Pair(folder / name, read_mapping(folder / f"{name}.toml"))


def told() -> list[dict[str, Any]]:
    tickets = [
        sale("plain", "2026-02-03T10:00:00Z", ANNE, 3000),
        sale("francs", "2026-02-03T10:00:00Z", ANNE, 3000, currency="CHF"),
        sale("own", "2026-02-03T11:00:00Z", ANNE, 3000, currency="CHF", rate="1.5"),
        sale("nobody", "2026-02-09T10:00:00Z", None, 3000, currency="CHF"),
        sale("early", "2026-02-01T10:00:00Z", ANNE, 3000, currency="CHF"),
        sale("early too", "2026-02-01T10:00:00Z", None, 3000, currency="CHF"),
        sale("old", "2026-02-20T10:00:00Z", ANNE, 3000, currency="CHF"),
        sale("dollars", "2026-02-03T10:00:00Z", ANNE, 3000, currency="USD"),
        sale("promoted", "2026-02-05T10:00:00Z", ANNE, 3000),
        event(
            "Order Refunded", "back", "2026-02-25T10:00:00Z", ANNE,
            original_event={"source": "till/1", "id": "francs"}, lines=[{"line": 0, "amount_minor": 1500}],
        ),
    ]  # fmt: skip
    return [joined("2990000000012", "2026-01-05T09:00:00Z"), *tickets]


@pytest.mark.parametrize("processes", [1, 3])
def test_history_in_other_moneys_and_promotions_comes_in_with_the_tables_of_its_time(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    abroad = "{code: EUR, foreign: [{code: CHF}]}"
    examined = examine(a_programme(sale_currency=abroad, more="exclusions: {discounted: true}\n"))
    assert examined.document is not None, examined.errors
    publish(examined.document, "", at=NOW)
    rates = file(tmp_path, "rates.csv", RATES, RATES_MAPPING)
    calendar = file(tmp_path, "calendar.csv", CALENDAR, CALENDAR_MAPPING)
    report = take(
        assidu_db, [events_file(tmp_path / "e.jsonl", *told()), rates, calendar], processes=processes
    )
    assert report.records == {"rate": 3, "promotion": 2}
    assert dict(report.set_aside) == {
        "bad_value": 2, "no_rate": 2, "rate_too_old": 1, "money_not_accepted": 1,
    }  # fmt: skip
    with psycopg.connect(assidu_db.url) as connection:
        amounts: dict[str, int] = dict(
            connection.execute(
                "SELECT id, amount_minor FROM events_event WHERE type = 'Order Completed' "
                "UNION ALL SELECT id, amount_minor FROM events_anonymous"
            ).fetchall()
        )
        earned: dict[str, int] = dict(
            connection.execute(
                "SELECT e.id, coalesce((d.record ->> 'eligible_minor')::int, 0) FROM loyalty_decision AS d "
                "JOIN events_event AS e USING (customer_id, seq) WHERE e.type = 'Order Completed'"
            ).fetchall()
        )
        [(back,)] = connection.execute(
            "SELECT d.record -> 'returned' FROM loyalty_decision AS d JOIN events_event AS e "
            "USING (customer_id, seq) WHERE e.id = 'back'"
        ).fetchall()
    assert amounts == {"plain": 3000, "francs": 2830, "own": 4500, "nobody": 2880, "promoted": 3000}
    assert earned == {"plain": 3000, "francs": 2830, "own": 4500, "promoted": 0}
    assert back == [[0, 1415, 1500]], "half of what the ticket was worth, whatever a franc is worth by now"
    assert verify(assidu_db.url).found == []


def test_tickets_that_waited_for_their_rate_come_in_once_it_is_there(
    assidu_db: Database, tmp_path: Path
) -> None:
    examined = examine(a_programme(sale_currency="{code: EUR, foreign: [{code: CHF}]}"))
    assert examined.document is not None
    publish(examined.document, "", at=NOW)
    tickets = events_file(tmp_path / "e.jsonl", *told()[:3])
    assert dict(take(assidu_db, [tickets]).set_aside) == {"no_rate": 1}
    rates = file(tmp_path, "rates.csv", RATES, RATES_MAPPING)
    again = take(assidu_db, [rates, tickets])
    assert (again.recorded, again.exists, again.set_aside["no_rate"]) == (1, 2, 0)
    assert take(assidu_db, [rates]).records == {"rate": 3}, "and nothing is written twice"
    with psycopg.connect(assidu_db.url) as connection:
        assert connection.execute("SELECT count(*) FROM catalogue_rate").fetchone() == (3,)
