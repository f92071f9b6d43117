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
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
"""
RULES = """\
  - code: first-ten-{n}
    name: {{fr: Dix premiers, en: First ten}}
    currency: points
    gift: {{fixed: 1}}
    quota: {{first: 10, per: day}}
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
  - code: first-three-{n}
    name: {{fr: Trois premiers, en: First three}}
    currency: points
    gift: {{fixed: 1}}
    quota: {{first: 3, per: day, over: store}}
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
"""
OFFERS = """\
  - code: seat-{n}
    name: {{fr: Place, en: Seat}}
    effect: {{gift: {{name: {{fr: une place, en: a seat}}}}}}
    quota: {{first: 10, per: day}}
    gives_back: [place]
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
  - code: bag-{n}
    name: {{fr: Cabas, en: Bag}}
    effect: {{gift: {{name: {{fr: un cabas, en: a bag}}}}}}
    stock: 10
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
  - code: clipped-{n}
    name: {{fr: Fonds, en: Fund}}
    effect: {{points: {{currency: points, units: 7}}}}
    budget: {{units: 65, per: day}}
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
  - code: whole-{n}
    name: {{fr: Fonds entier, en: Whole fund}}
    effect: {{points: {{currency: points, units: 7}}}}
    budget: {{units: 65, per: day, clip: false}}
    when: {{stores: [{n}-a, {n}-b, {n}-c]}}
"""
EXPECTED = {"first-ten": 10, "first-three": 9, "seat": 10, "bag": 10, "clipped": 65, "whole": 63}
"""In units given: nine whole gifts of seven fit into 65, and two units are left for who is tenth."""
ROUNDS = 4
"""Each has stores of its own, and so places, things and budgets that nobody has touched."""
CONNECTIONS = 20
MEMBERS = 60
AT = "2026-03-01T11:59:00Z"
"""A minute before the server's clock."""
SCOPES = ("events:write", "evaluate", "corrections:write", "customers:read")
IMPORTER = """\
import sys
from assidu.cli.main import app
print(flush=True)
for line in sys.stdin:
    sys.argv[1:] = ["import", line.strip(), "--processes", "3", "--json"]
    try:
        app()
    except SystemExit:
        pass
    print(flush=True)
"""
"""Ready to import file after file: to load the program takes longer than what is shown here."""

Job = Callable[[tills.Connection], Coroutine[Any, Any, tills.Said]]


@dataclass(slots=True)
class Scarce:
    """A server whose programme has little, and an import that waits for its files."""

    target: Target
    importer: "subprocess.Popen[str]"
    rounds: int = 0

    def next_round(self) -> int:
        self.rounds += 1
        assert self.rounds <= ROUNDS
        return self.rounds

    def given(self, n: int) -> dict[str, int]:
        """Units of each rule and things of each offer, summed over everybody's tickets of a round."""
        return self._by_name(
            "SELECT g ->> 0, sum(coalesce(g ->> 4, g ->> 2)::int) FROM events_event AS e "
            "JOIN loyalty_decision AS d USING (customer_id, seq), jsonb_array_elements("
            "  coalesce(d.record #> '{offers,given}', '[]')) AS g "
            "WHERE e.type = 'Order Completed' AND g ->> 0 LIKE %s GROUP BY 1",
            n,
        ) | self._by_name(
            "SELECT a ->> 0, sum((a ->> 2)::int) FROM loyalty_decision AS d, "
            "jsonb_array_elements(d.record -> 'awards') AS a WHERE a ->> 0 LIKE %s GROUP BY 1",
            n,
        )

    def taken(self, n: int) -> dict[str, int]:
        return self._by_name(
            "SELECT split_part(key, ':', 2) AS code, sum(taken) FROM loyalty_quota "
            "WHERE split_part(key, ':', 2) LIKE %s GROUP BY 1",
            n,
        )

    def _by_name(self, statement: str, n: int) -> dict[str, int]:
        rows = self.target.rows(statement, [f"%-{n}"])
        return {str(code).removesuffix(f"-{n}"): int(units) for code, units in rows}


@pytest.fixture(scope="module")
def scarce(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Scarce]:
    name = f"scarce_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop(cluster, name)
    copy(cluster, name)
    database = cluster.named(name)
    with contextlib.ExitStack() as stack:
        stack.callback(drop, cluster, name)
        home = Path(tempfile.mkdtemp(prefix="scarce-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        with django_db_blocker.unblock(), pointing_at(database.url):
            rounds = range(1, ROUNDS + 1)
            text = PROGRAMME + "rules:\n" + "".join(RULES.format(n=n) for n in rounds)
            text += "offers:\n" + "".join(OFFERS.format(n=n) for n in rounds)
            examined = examine(text)
            assert examined.document is not None
            assert examined.is_ok, examined.errors
            plans.publish(examined.document, text, at=OPENED)
            key = key_with(*SCOPES)
        server = Served(home, {"ASSIDU_DATABASE_URL": database.url}).start()
        stack.callback(server.stop)
        importer = _importer(home, database)
        stack.callback(importer.wait)
        stack.callback(importer.kill)
        found = Scarce(Target(server, database, key), importer)
        _enrol(found)
        yield found


def _importer(home: Path, database: Database) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "ASSIDU_HOME": str(home),  # whose keys find the same cards
        "ASSIDU_DATABASE_URL": database.url,
        "ASSIDU_NOW": NOW,
        "ASSIDU_LOG_LEVEL": "error",
    }
    return subprocess.Popen(
        [sys.executable, "-c", IMPORTER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def card(n: int) -> str:
    return f"29910000{n % MEMBERS:05d}"


def _enrol(scarce: Scarce) -> None:
    """Members with points to hold."""

    async def story() -> list[tills.Said]:
        async with tills.connected(scarce.target.port, scarce.target.key) as connection:
            found = []
            for make in (tills.joining, lambda id_, of: tills.correction(id_, of, 10_000)):
                events = [
                    make(f"{make.__name__}-{n}", card(n)) | {"time": "2025-06-01T10:00:00Z"}
                    for n in range(MEMBERS)
                ]
                found.append(await connection.post("/v1/events", events))
            return found

    assert [said.json["refused"] for said in asyncio.run(story())] == [0, 0]


# ---------------------------------------------------------------- who asks


def sale(n: int, of: int, way: str, **data: Any) -> tills.Event:
    made = tills.sale(f"{way}-{of}-{n}", card(n), 1_000, store=f"{of}-{'abc'[n % 3]}")
    made["data"] |= data
    return made | {"time": AT}


def sells(n: int, of: int, way: str = "till") -> Job:
    async def job(till: tills.Connection) -> tills.Said:
        return await till.post("/v1/events", sale(n, of, way))

    return job


def holds(n: int, of: int, *, buys: bool = True, units: int = 0) -> Job:
    """Held first, with the basket and perhaps some points, then sold with the hold or let go: at whatever moment the
    others leave."""

    async def job(till: tills.Connection) -> tills.Said:
        payments = [{"currency": "points", "quantity": units}] if units else []
        sold = sale(n, of, "held")
        data = {"store": sold["data"]["store"], "lines": sold["data"]["lines"], "payments": payments}
        asked = tills.event(f"hold-{of}-{n}", card(n), "Hold Placed", data, data["store"]) | {"time": AT}
        held = await till.post("/v1/holds", asked)
        if held.status != 200:
            return held
        name = held.json["hold"]["id"]
        if not buys:
            return await till.delete(f"/v1/holds/{name}")
        return await till.post("/v1/events", sale(n, of, "held", hold=name, payments=payments))

    return job


async def at_once(scarce: Scarce, jobs: Sequence[Job], connections: int = CONNECTIONS) -> Counter[int]:
    """What everybody was answered, over so many connections."""
    waiting = iter(jobs)
    statuses: Counter[int] = Counter()

    async def till() -> None:
        async with tills.connected(scarce.target.port, scarce.target.key) as connection:
            for job in waiting:
                said = await job(connection)
                assert said.status == 200, said.body
                statuses[said.status] += 1

    await asyncio.gather(*(till() for _ in range(connections)))
    return statuses


class Importing:
    """A file on its way, in three processes."""

    def __init__(self, scarce: Scarce, of: int, count: int, folder: Path) -> None:
        path = folder / f"{of}.jsonl"
        path.write_text(
            "".join(json.dumps(sale(n, of, "file")) + "\n" for n in range(count)), encoding="utf-8"
        )
        self._importer = scarce.importer
        self._line()  # it is ready
        assert self._importer.stdin
        self._importer.stdin.write(f"{path}\n")
        self._importer.stdin.flush()

    def recorded(self) -> int:
        told: dict[str, Any] = json.loads(self._line())
        return int(told["recorded"])

    def _line(self) -> str:
        assert self._importer.stdout
        return self._importer.stdout.readline()


def is_consistent(scarce: Scarce) -> None:
    assert scarce.target.rows(TRIAL_BALANCE) == []
    assert scarce.target.rows(WALLETS_THAT_DIFFER) == []
    status, verified = scarce.target.server.run("rebuild", "--verify")
    assert (status, verified["differences"]) == (0, 0), verified


def assert_exact(scarce: Scarce, of: int) -> None:
    assert scarce.given(of) == EXPECTED
    assert scarce.taken(of) == EXPECTED


# ---------------------------------------------------------------- what is shown


def test_a_thousand_tickets_over_twenty_connections_take_all_there_is_and_never_one_more(
    scarce: Scarce,
) -> None:
    of = scarce.next_round()
    assert asyncio.run(at_once(scarce, [sells(n, of) for n in range(1_000)])) == {200: 1_000}
    assert_exact(scarce, of)


def test_a_thousand_holds_and_their_tickets_over_twenty_connections_take_all_there_is_and_never_one_more(
    scarce: Scarce,
) -> None:
    of = scarce.next_round()
    jobs = [holds(n, of, units=n % 2) for n in range(1_000)]
    assert asyncio.run(at_once(scarce, jobs)) == {200: 1_000}
    assert_exact(scarce, of)


def test_an_import_in_three_processes_takes_all_there_is_and_never_one_more(
    scarce: Scarce, tmp_path: Path
) -> None:
    of = scarce.next_round()
    assert Importing(scarce, of, 200, tmp_path).recorded() == 200
    assert_exact(scarce, of)


def test_tills_holds_and_an_import_all_at_once_take_all_there_is_and_never_one_more(
    scarce: Scarce, tmp_path: Path
) -> None:
    """Half of those who hold let go; whoever comes last finds what is left."""
    of = scarce.next_round()
    importing = Importing(scarce, of, 150, tmp_path)
    jobs = [job for n in range(120) for job in (sells(n, of), holds(n, of, buys=n % 2 == 0))]
    assert asyncio.run(at_once(scarce, jobs)) == {200: 240}
    assert importing.recorded() == 150
    last = [sells(n, of, "last") for n in range(MEMBERS)]
    assert asyncio.run(at_once(scarce, last)) == {200: MEMBERS}
    assert_exact(scarce, of)
    is_consistent(scarce)
