"""What there is little of, and many ask for at the same instant: tills, holds, an import in several processes.

Places, things of a stock, and budgets counted in units. All of it goes, to the last one, and never one more.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from assidu.foundation.database import Database
from assidu.loyalty import plans
from assidu.plans.check import examine
from attacks import tills
from attacks.served import NOW, Served, Target, key_with, pointing_at
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER
from builders.databases import copy, drop
from builders.shop import OPENED

PROGRAMME = """\
format: 1
programme: le-cercle
name: {fr: Le Cercle, en: Le Cercle}
valid_from: 2025-01-06
zone: Europe/Paris
sale_currency: {code: EUR, decimals: 2}
currencies:
  - {code: points, kind: points, name: {fr: points, en: points}, worth: {amount: 0.01}, pays: true}
rules:
  - code: first-ten
    name: {fr: Dix premiers, en: First ten}
    currency: points
    gift: {fixed: 1}
    quota: {first: 10, per: day}
  - code: first-three
    name: {fr: Trois premiers, en: First three}
    currency: points
    gift: {fixed: 1}
    quota: {first: 3, per: day, over: store}
offers:
  - code: bag
    name: {fr: Cabas, en: Bag}
    effect: {gift: {name: {fr: un cabas, en: a bag}}}
    stock: 10
  - code: clipped
    name: {fr: Fonds, en: Fund}
    effect: {points: {currency: points, units: 7}}
    budget: {units: 65, per: day}
  - code: whole
    name: {fr: Fonds entier, en: Whole fund}
    effect: {points: {currency: points, units: 7}}
    budget: {units: 65, per: day, clip: false}
"""
EXPECTED = {"first-ten": 10, "first-three": 9, "bag": 10, "clipped": 65, "whole": 63}
"""In units given: nine whole gifts of seven fit into 65, and two units are left for who is tenth."""
STORES = ("401", "402", "403")
MEMBERS = 60
HELD_AT = "2026-03-01T11:59:00Z"
"""A minute before the server's clock: its tickets are of the round's day, and told late."""
SCOPES = ("events:write", "evaluate", "corrections:write", "customers:read")


@dataclass(slots=True)
class Scarce:
    """A server whose programme has little; every round has a day of its own, so that the day's places are new."""

    target: Target
    keys: dict[str, str]
    rounds: int = 0

    def next_day(self) -> str:
        self.rounds += 1
        return f"2026-01-{self.rounds:02d}"

    def given(self, day: str) -> dict[str, int]:
        """Units of each rule and things of each offer, summed over everybody's decisions of a day."""
        awards = self.target.rows(
            "SELECT a ->> 0, sum((a ->> 2)::int) FROM loyalty_decision AS d "
            "JOIN events_event AS e USING (customer_id, seq), jsonb_array_elements(d.record -> 'awards') AS a "
            "WHERE e.day = %s GROUP BY 1",
            [day],
        )
        things = self.target.rows(
            "SELECT g ->> 0, sum((g ->> 4)::int) FROM loyalty_decision AS d,"
            " jsonb_array_elements(d.record -> 'offers' -> 'given') AS g WHERE (g ->> 4)::int > 0 GROUP BY 1"
        )
        return {str(code): int(units) for code, units in (*awards, *things)}

    def taken(self, day: str) -> dict[str, int]:
        rows = self.target.rows(
            "SELECT split_part(key, ':', 2), sum(taken) FROM loyalty_quota "
            "WHERE key LIKE %s OR key LIKE 'stock:%%' GROUP BY 1",
            [f"%:{day}%"],
        )
        return {str(code): int(units) for code, units in rows}


@pytest.fixture(scope="module")
def scarce(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Scarce]:
    name = f"scarce_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name)
    database = cluster.named(name)
    with contextlib.ExitStack() as stack:
        stack.callback(drop, cluster, name)
        with django_db_blocker.unblock(), pointing_at(database.url):
            examined = examine(PROGRAMME)
            assert examined.document is not None
            assert examined.is_ok, examined.errors
            plans.publish(examined.document, PROGRAMME, at=OPENED)
            keys = {store: key_with(*SCOPES, store=store) for store in STORES}
            office = key_with(*SCOPES)
        home = Path(tempfile.mkdtemp(prefix="scarce-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        server = Served(home, {"ASSIDU_DATABASE_URL": database.url}).start()
        stack.callback(server.stop)
        found = Scarce(Target(server, database, office), keys)
        _enrol(found)
        yield found


def card(n: int) -> str:
    return f"29910000{n % MEMBERS:05d}"


def _enrol(scarce: Scarce) -> None:
    """Members with points to hold."""

    async def story() -> list[httpx.Response]:
        async with tills.client(scarce.target.address, scarce.target.key, 8) as client:
            found = []
            for make in (tills.joining, lambda id_, of: tills.correction(id_, of, 10_000)):
                events = [
                    make(f"{make.__name__}-{n}", card(n)) | {"time": "2025-06-01T10:00:00Z"}
                    for n in range(MEMBERS)
                ]
                found += await asyncio.gather(*(client.post("/v1/events", json=event) for event in events))
            return found

    refused = [response.text for response in asyncio.run(story()) if response.status_code != 200]
    assert refused == []


def sale(n: int, day: str, way: str, **data: Any) -> tills.Event:
    made = tills.sale(f"{way}-{day}-{n}", card(n), 1_000, store=STORES[n % 3])
    made["data"] |= data
    return made | {"time": f"{day}T11:00:00+01:00"}


async def _at_tills(
    scarce: Scarce, events: Sequence[tills.Event], connections: int = 20
) -> list[httpx.Response]:
    """Each store with its own key, over so many connections in all."""
    each = connections // len(STORES) + 1
    async with contextlib.AsyncExitStack() as stack:
        clients = {
            store: await stack.enter_async_context(tills.client(scarce.target.address, key, each))
            for store, key in scarce.keys.items()
        }
        return list(
            await asyncio.gather(
                *(clients[event["data"]["store"]].post("/v1/events", json=event) for event in events)
            )
        )


async def _with_holds(scarce: Scarce, count: int, day: str) -> list[httpx.Response]:
    """Held first, then sold with the hold: both at whatever moment the others leave."""
    async with tills.client(scarce.target.address, scarce.target.key, 20) as client:

        async def one(n: int) -> httpx.Response:
            payments = [{"currency": "points", "quantity": 1}]
            store = STORES[n % 3]
            asked = tills.event(
                f"hold-{day}-{n}", card(n), "Hold Placed", {"payments": payments, "store": store}, store
            )
            held = await client.post("/v1/holds", json=asked | {"time": HELD_AT})
            if held.status_code != 200:
                return held
            sold = sale(n, day, "held", hold=held.json()["hold"]["id"], payments=payments)
            return await client.post("/v1/events", json=sold)

        return list(await asyncio.gather(*(one(n) for n in range(count))))


def _import(scarce: Scarce, events: Sequence[tills.Event], path: Path) -> "subprocess.Popen[bytes]":
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    environment = os.environ | {
        "ASSIDU_HOME": str(scarce.target.server.home),  # whose keys find the same cards
        "ASSIDU_DATABASE_URL": scarce.target.database.url,
        "ASSIDU_NOW": NOW,
        "ASSIDU_LOG_LEVEL": "warning",
    }
    arguments = [sys.executable, "-m", "assidu", "import", str(path), "--processes", "3", "--json"]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _imported(running: "subprocess.Popen[bytes]") -> dict[str, Any]:
    told, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors.decode()[-2000:]
    report: dict[str, Any] = json.loads(told)
    return report


def is_consistent(scarce: Scarce) -> None:
    assert scarce.target.rows(TRIAL_BALANCE) == []
    assert scarce.target.rows(WALLETS_THAT_DIFFER) == []
    status, verified = scarce.target.server.run("rebuild", "--verify")
    assert (status, verified["differences"]) == (0, 0), verified


def assert_exact(scarce: Scarce, day: str) -> None:
    assert scarce.given(day) == EXPECTED
    assert scarce.taken(day) == EXPECTED


def test_a_thousand_tickets_over_twenty_connections_take_all_there_is_and_never_one_more(
    scarce: Scarce,
) -> None:
    day = scarce.next_day()
    answers = asyncio.run(_at_tills(scarce, [sale(n, day, "till") for n in range(1_000)]))
    assert Counter(answer.status_code for answer in answers) == {200: 1_000}
    assert_exact(scarce, day)
    is_consistent(scarce)


def test_tickets_with_holds_take_all_there_is_and_never_one_more(scarce: Scarce) -> None:
    day = scarce.next_day()
    answers = asyncio.run(_with_holds(scarce, 240, day))
    assert Counter(answer.status_code for answer in answers) == {200: 240}, [
        a.text for a in answers if a.is_error
    ][:3]
    assert_exact(scarce, day)


def test_an_import_in_three_processes_takes_all_there_is_and_never_one_more(
    scarce: Scarce, tmp_path: Path
) -> None:
    day = scarce.next_day()
    report = _imported(_import(scarce, [sale(n, day, "file") for n in range(400)], tmp_path / "events.jsonl"))
    assert report["recorded"] == 400
    assert_exact(scarce, day)


def test_tills_holds_and_an_import_all_at_once_take_all_there_is_and_never_one_more(
    scarce: Scarce, tmp_path: Path
) -> None:
    _all_at_once(scarce, tmp_path, tickets=500, held=200, imported=300)


@pytest.mark.slow
def test_round_after_round_of_everything_at_once(scarce: Scarce, tmp_path: Path) -> None:
    for _ in range(5):
        _all_at_once(scarce, tmp_path, tickets=1_000, held=300, imported=700)


def _all_at_once(scarce: Scarce, folder: Path, *, tickets: int, held: int, imported: int) -> None:
    day = scarce.next_day()
    importing = _import(scarce, [sale(n, day, "file") for n in range(imported)], folder / f"{day}.jsonl")

    async def story() -> tuple[list[httpx.Response], list[httpx.Response]]:
        sold = _at_tills(scarce, [sale(n, day, "till") for n in range(tickets)])
        return await asyncio.gather(sold, _with_holds(scarce, held, day))

    sold, with_holds = asyncio.run(story())
    report = _imported(importing)
    assert report["recorded"] == imported
    assert Counter(answer.status_code for answer in (*sold, *with_holds)) == {200: tickets + held}
    assert_exact(scarce, day)
    is_consistent(scarce)
