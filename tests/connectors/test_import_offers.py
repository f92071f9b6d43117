"""Files with offers: budgets and stock to the unit whatever the number of processes, codes, draws, and a price feed."""

import subprocess
import time
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from assidu.catalogue.prices import lowest_prices
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair
from assidu.foundation.database import Database
from assidu.loyalty.draws import verify as verify_draw
from assidu.loyalty.explain import Explanation, explain
from assidu.loyalty.offer_codes import make_codes
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.plans.document import Document
from assidu.plans.wording import Language
from builders.documents import BASE, a_programme, a_rule
from builders.imports import NOW, event, events_file, import_command, joined, sale, take
from builders.offers import offers

WITH = (
    "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 5",
    "points: effect: {points: {currency: points, units: 30}}|budget: {units: 100}|times: {limit: 1, per: ever}",
    "off: effect: {amount: 2.00}|budget: {amount: 5.00}|combines: true",
)
TWO_OFF = {"code": "off", "amount_minor": 200}
CARDS = [f"29900001{n:05d}" for n in range(12)]


def publish_with(*written: str, rules: tuple[str, ...] = ()) -> None:
    examined = examine(a_programme(BASE, *rules, more=offers(*written)))
    assert examined.document is not None, examined.errors
    publish(examined.document, "", at=NOW)


@pytest.mark.parametrize("processes", [1, 3])
def test_an_import_gives_stock_and_budgets_to_the_unit(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    limits = "quota: {first: 9, per: year}", "budget: {units: 70, over: store}"
    publish_with(*WITH, rules=(a_rule("{fixed: 20}", *limits, code="spring"),))
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
    [spring] = [taken.pop(key) for key in list(taken) if key.startswith("budget:spring:ever:")]
    assert (spring, taken.pop("quota:spring:2026:*")) == (70, 9)
    assert taken == {"stock:bags": 5, "budget:points:ever": 100, "budget:off:ever": 500}
    assert bags == (5,)
    assert notes == (10,), "two tickets were due in full, one in part, nine not any more"
    assert verify(assidu_db.url).found == []


def a_return(id_: str, time: str, card: str, of: str) -> dict[str, object]:
    original = {"source": "till/1", "id": of}
    return event("Order Refunded", id_, time, f"card:{card}", original_event=original, whole=True)


def bags(database: Database) -> tuple[set[str], int]:
    """Whose tickets got one, by their number, and how many are taken."""
    with psycopg.connect(database.url) as connection:
        given = connection.execute(
            "SELECT id FROM loyalty_decision JOIN events_event USING (customer_id, seq) "
            "WHERE record -> 'offers' -> 'given' @> '[[\"bags\"]]' AND type = 'Order Completed'"
        ).fetchall()
        [taken] = connection.execute("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'").fetchall()
    return {row[0] for row in given}, taken[0]


@pytest.mark.parametrize("processes", [1, 3])
def test_what_a_return_of_a_file_gives_back_is_there_once_for_who_comes_after_it(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    """Two bags: the third ticket comes too late, the fifth after a return; the sixth of a later file after another."""
    publish_with("bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 2|gives_back: [stock]")
    told = [joined(card, "2026-01-05T09:00:00Z") for card in CARDS]
    told += [
        sale(f"T-{n}", f"2026-02-{n + 1:02d}T10:00:00Z", f"card:{CARDS[n]}", 800) for n in (0, 1, 2, 4, 5)
    ]
    told.append(a_return("R-0", "2026-02-04T10:00:00Z", CARDS[0], "T-0"))
    file = events_file(tmp_path / "e.jsonl", *told)
    report = take(assidu_db, [file], processes=processes)
    assert not report.set_aside
    assert bags(assidu_db) == ({"T-0", "T-1", "T-4"}, 2)
    assert take(assidu_db, [file], processes=processes).recorded == 0
    assert bags(assidu_db) == ({"T-0", "T-1", "T-4"}, 2)
    # What was recorded before is given back by one customer, and taken by another, in one file.
    later = [
        a_return("R-1", "2026-03-01T10:00:00Z", CARDS[1], "T-1"),
        sale("T-6", "2026-03-02T10:00:00Z", f"card:{CARDS[6]}", 800),
        sale("T-7", "2026-03-03T10:00:00Z", f"card:{CARDS[7]}", 800),
    ]
    assert not take(assidu_db, [events_file(tmp_path / "l.jsonl", *later)], processes=processes).set_aside
    assert bags(assidu_db) == ({"T-0", "T-1", "T-4", "T-6"}, 2)
    assert verify(assidu_db.url).found == []


def test_an_import_killed_among_returns_and_run_again_gives_everything_back_once(
    assidu_db: Database, tmp_path: Path
) -> None:
    publish_with(
        "bags: effect: {gift: {name: {fr: sac, en: bag}}}|stock: 40|gives_back: [stock]",
        "points: effect: {points: {currency: points, units: 30}}|budget: {units: 1000}|gives_back: [budget]",
    )
    cards = [f"29900002{n:05d}" for n in range(120)]
    told = [joined(card, "2026-01-05T09:00:00Z") for card in cards]
    for n, card in enumerate(cards):
        told.append(sale(f"T-{n}", f"2026-02-01T10:{n % 60:02d}:{n // 60:02d}Z", f"card:{card}", 800))
        if n % 3 == 0:
            told.append(a_return(f"R-{n}", f"2026-02-02T10:{n % 60:02d}:00Z", card, f"T-{n}"))
    path = events_file(tmp_path / "e.jsonl", *told).file

    def run() -> "subprocess.Popen[bytes]":
        return import_command(assidu_db, [], str(path), "--processes", "1", "--json", chunk_events=5)

    def written() -> int:
        with psycopg.connect(assidu_db.url) as connection:
            [row] = connection.execute("SELECT count(*) FROM events_event").fetchall()
        return int(row[0])

    process = run()
    while written() == 0:
        assert process.poll() is None, "it was over before it could be killed"
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert 0 < written() < len(told)
    report, _ = (again := run()).communicate(timeout=60)
    assert again.returncode == 0, report
    assert written() == len(told)
    with psycopg.connect(assidu_db.url) as connection:
        taken: dict[str, int] = dict(connection.execute("SELECT key, taken FROM loyalty_quota").fetchall())
    # As if it had never stopped: of the first forty, who had a bag each, fourteen brought theirs back.
    assert taken["stock:bags"] == 40 - 14
    assert taken["budget:points:ever"] == 1000 - 12 * 30
    assert verify(assidu_db.url).found == []


@pytest.mark.parametrize("processes", [1, 3])
def test_what_comes_back_is_there_again_for_whoever_buys_after_the_import(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    publish(a_club(offers(*WITH)), "", at=NOW)
    told = [joined(card, "2026-01-05T09:00:00Z") for card in CARDS]
    told += [sale(f"T-{n}", f"2026-02-{n + 1:02d}T10:00:00Z", f"card:{card}") for n, card in enumerate(CARDS)]
    told += [
        event(
            "Order Refunded",
            f"R-{n}",
            "2026-03-01T10:00:00Z",
            f"card:{CARDS[n]}",
            original_event={"source": "till/1", "id": f"T-{n}"},
            whole=True,
        )
        for n in (0, 1)
    ]
    assert not take(
        assidu_db, [events_file(tmp_path / "e.jsonl", *told)], processes=processes, catches_up=False
    ).set_aside
    assert bags_taken(assidu_db) == 5 - 2
    assert verify(assidu_db.url).found == []
    later = sale("T-99", "2026-03-02T10:00:00Z", f"card:{CARDS[11]}")
    take(assidu_db, [events_file(tmp_path / "later.jsonl", later)])
    assert verify(assidu_db.url).found == []
    assert bags_taken(assidu_db) == 4, "one of those that came back was there for another"


@pytest.mark.parametrize("processes", [1, 3])
def test_codes_of_history_are_good_once_for_whom_they_were_made(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    publish(a_club(offers("half: effect: {points: {currency: points, units: 50}}|needs: code")), "", at=NOW)
    cards = CARDS[:6]
    people = [joined(card, "2026-01-05T09:00:00Z") for card in cards]
    take(assidu_db, [events_file(tmp_path / "people.jsonl", *people)])
    with psycopg.connect(assidu_db.url) as connection:
        [(owner,)] = connection.execute(
            "SELECT customer_id FROM events_event WHERE id = %s", [f"join-{cards[1]}"]
        ).fetchall()
    [anybody] = make_codes("club", "half", at=NOW)
    [personal] = make_codes("club", "half", at=NOW, customers=[owner])
    [over] = make_codes("club", "half", at=NOW, expires_on=date(2026, 2, 4))
    shown = {
        "0": (cards[0], personal),  # somebody else's
        "1": (cards[1], personal),
        "2": (cards[2], f" {anybody.lower()}"),
        "3": (cards[3], anybody),  # used up the day before
        "4": (cards[4], over),
        "5": (cards[5], "WRONG-CODE"),
    }
    told = [
        sale(f"T-{n}", f"2026-02-{int(n) + 1:02d}T10:00:00Z", f"card:{card}", codes=[code])
        for n, (card, code) in shown.items()
    ]
    take(assidu_db, [events_file(tmp_path / "e.jsonl", *reversed(told))], processes=processes)
    with psycopg.connect(assidu_db.url) as connection:
        served = connection.execute(
            "SELECT e.id FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq) "
            "WHERE d.record -> 'awards' @> '[[\"half\"]]' ORDER BY 1"
        ).fetchall()
        bodies = connection.execute("SELECT string_agg(body::text, ' ') FROM events_event").fetchone()
    assert served == [("T-1",), ("T-2",)]
    assert bodies is not None
    assert anybody not in bodies[0].upper()
    assert verify(assidu_db.url).found == []


@pytest.mark.parametrize("processes", [1, 3])
def test_tickets_from_before_a_draw_was_committed_to_are_counted_and_the_others_drawn(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    club = a_club(offers("lucky: effect: {points: {currency: points, units: 500}}|chance: {one_in: 2}"))
    publish(club, "", at=datetime(2026, 2, 6, 12, tzinfo=UTC))
    told = [joined(card, "2026-01-05T09:00:00Z") for card in CARDS]
    told += [
        sale(f"T-{n}-{again}", f"2026-02-{n + 1:02d}T1{again}:00:00Z", f"card:{card}")
        for n, card in enumerate(CARDS)
        for again in range(4)
    ]
    file = events_file(tmp_path / "e.jsonl", *told)
    report = take(assidu_db, [file], processes=processes)
    assert (report.recorded, report.undrawn) == (12 + 48, 5 * 4 + 2)
    assert report.as_json()["undrawn"] == 22
    verified = verify_draw("club", "lucky", {1: 2})
    assert verified is not None
    assert (verified.is_ok, verified.tickets) == (True, 48 - 22)
    assert 0 < verified.given == verified.won < verified.tickets
    assert verify(assidu_db.url).found == []
    assert take(assidu_db, [file], processes=processes).undrawn == 0, "nothing of it is decided a second time"
    [why] = [one.sentence for one in explained(assidu_db, "T-0-0").reasons if one.rule == "lucky"]
    assert "before the draw was opened" in why


def a_club(more: str) -> Document:
    examined = examine(a_programme(BASE, more=more))
    assert examined.document is not None
    return examined.document


def bags_taken(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        [(count,)] = connection.execute("SELECT taken FROM loyalty_quota WHERE key = 'stock:bags'").fetchall()
    return int(count)


def explained(database: Database, id_: str) -> Explanation:
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT customer_id, seq FROM events_event WHERE id = %s", [id_]
        ).fetchone()
    assert found is not None
    told = explain(found[0], found[1], Language.EN)
    assert told is not None
    return told


def test_a_price_feed_is_imported_and_gives_the_lowest_price_of_thirty_days(
    assidu_db: Database, tmp_path: Path
) -> None:
    publish(a_club(""), "", at=NOW)
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
