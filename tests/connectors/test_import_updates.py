"""Files in which tickets are changed: as if they had read so from the start, in however many processes."""

import random
from pathlib import Path
from typing import Any

import psycopg
import pytest

from assidu.foundation.database import Database
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import current_book
from assidu.loyalty.rebuild import verify
from assidu.plans.check import examine
from assidu.simulation.run import simulate
from builders.documents import BASE, a_programme, a_rule
from builders.imports import NOW, emptied, event, events_file, joined, sale, take
from builders.offers import offers

CARDS = [f"29900003{n:05d}" for n in range(15)]
PROGRAMME = a_programme(
    BASE,
    a_rule("{fixed: 25}", "goal: {measure: departments, at_least: 2, per: month}", code="mission"),
    a_rule("{fixed: 9}", "quota: {first: 20, per: month}", code="early"),
    a_rule("{per_amount: {give: 1, each: 2.00}}", "pending: {days: 14}", code="later"),
    more=offers("fund: effect: {points: {currency: points, units: 3}}|budget: {units: 5000}|gives_back: [budget]"),
)  # fmt: skip


def lines(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {"sku": f"a{n}", "amount_minor": chance.randrange(100, 9_000), "department": chance.choice("xyz")}
        for n in range(chance.randrange(1, 4))
    ]


def a_change(type_: str, id_: str, day: str, card: str, of: str, **data: Any) -> dict[str, Any]:
    original = {"source": "till/1", "id": of}
    return event(type_, id_, f"{day}T15:00:00Z", f"card:{card}", original_event=original, **data)


def files(folder: Path) -> tuple[Any, Any]:
    """The same tickets, changed again and again, and told once as they read in the end; some then come back."""
    chance = random.Random(4)
    changed = [joined(card, "2026-01-05T09:00:00Z") for card in CARDS]
    straight = list(changed)
    for n, card in enumerate(CARDS):
        of, day = f"T-{n}", f"2026-02-{n % 5 + 1:02d}"
        reads = lines(chance)
        changed.append(sale(of, f"{day}T10:{n:02d}:00Z", f"card:{card}", lines=reads))
        for m in range(chance.randrange(1, 4)):
            reads = [] if chance.random() < 0.3 else lines(chance)
            kind = ("Order Cancelled", {}) if not reads and m % 2 else ("Order Updated", {"lines": reads})
            changed.append(a_change(kind[0], f"U-{n}-{m}", f"2026-02-{m + 10}", card, of, **kind[1]))
        if not reads:
            reads = lines(chance)
            changed.append(a_change("Order Updated", f"U-{n}-9", "2026-02-19", card, of, lines=reads))
        straight.append(sale(of, f"{day}T10:{n:02d}:00Z", f"card:{card}", lines=reads))
        if n % 3 == 0:
            back = a_change(
                "Order Refunded", f"R-{n}", "2026-02-20", card, of,
                lines=[{"line": 0, "amount_minor": reads[0]["amount_minor"]}],
            )  # fmt: skip
            changed.append(back)
            straight.append(back)
    chance.shuffle(changed)
    return events_file(folder / "c.jsonl", *changed), events_file(folder / "s.jsonl", *straight)


def balances(database: Database) -> list[Any]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(
            "SELECT i.lookup, l.currency, l.issued_month, l.expires_on, l.remaining, l.pending, m.state -> 'counters' "
            "FROM ledger_lot AS l JOIN customers_identifier AS i USING (customer_id) "
            "JOIN loyalty_member AS m USING (customer_id) WHERE l.remaining > 0 ORDER BY 1, 2, 3, 4"
        ).fetchall()


@pytest.mark.parametrize("processes", [1, 3])
def test_tickets_that_were_changed_come_to_what_they_read_in_the_end(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    examined = examine(PROGRAMME)
    assert examined.document is not None, examined.errors
    changed, straight = files(tmp_path)
    publish(examined.document, "", at=NOW)
    report = take(assidu_db, [straight], processes=processes)
    assert not report.set_aside
    expected = balances(assidu_db)
    emptied(assidu_db)
    publish(examined.document, "", at=NOW)
    report = take(assidu_db, [changed], processes=processes)
    assert not report.set_aside
    assert balances(assidu_db) == expected
    assert verify(assidu_db.url).found == []
    book = current_book("club")
    assert book is not None
    again = simulate(assidu_db.url, book, None, processes=processes)
    assert again.differences == {}
    under = simulate(assidu_db.url, book, book, processes=processes)
    assert under.unexplained == 0
    assert under.replayed == under.recorded
    assert take(assidu_db, [changed], processes=processes).recorded == 0
