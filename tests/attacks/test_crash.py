"""Servers and databases killed under load: what was acknowledged is there, once, and as it was acknowledged."""

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from assidu.foundation.database import Database
from attacks import tills
from attacks.served import Served, furnish
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER

TILLS = 20
CARDS = [f"29900000{n:05d}" for n in range(48)]
REUSED = 0.3
KILLS = ("server", "database", "both", "server", "database")
BETWEEN_KILLS = 60
SECONDS_MAX = 90.0
DECIDED = (200, 409, 422)


@dataclass(slots=True)
class Memory:
    """What the tills remember: what they sent, and what they were told. A till never forgets an event unanswered."""

    sent: dict[str, tills.Event] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    sold: list[tills.Event] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    differing: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def unanswered(self) -> list[tills.Event]:
        return [event for id_, event in self.sent.items() if id_ not in self.told and id_ not in self.refused]

    def note(self, event: tills.Event, status: int, answer: dict[str, Any]) -> None:
        """Answers to one key that was sent twice may overtake one another."""
        id_ = event["id"]
        if status != 200:
            if id_ not in self.told:
                self.refused.setdefault(id_, answer["code"])
            return
        if answer["status"] == "created":
            assert id_ not in self.created, "an event is recorded once"
            self.created.add(id_)
        self.refused.pop(id_, None)  # the balance had grown since
        before = self.told.setdefault(id_, answer)
        same = ("customer", "seq", "effects", "movements", "day", "plan_version")
        if any(before[name] != answer[name] for name in same):
            self.differing.append((before, answer))
        if before is answer and event["type"] == "Order Completed":
            self.sold.append(event)


async def send(client: httpx.AsyncClient, event: tills.Event, memory: Memory) -> bool:
    """Whether it was decided; without an answer the till keeps it for later."""
    memory.sent[event["id"]] = event
    try:
        response = await client.post("/v1/events", json=event)
    except httpx.TransportError as error:
        memory.troubles[type(error).__name__] += 1
        return False
    assert response.status_code in (*DECIDED, 503), response.text
    if response.status_code == 503:
        memory.troubles[response.json()["code"]] += 1
        return False
    memory.note(event, response.status_code, response.json())
    return True


async def hammer(server: Served, key: str, memory: Memory, kill: Any) -> None:
    """Tills at work until everything that was to be killed was killed."""
    is_over = asyncio.Event()
    numbers = itertools.count(1)

    async def till(number: int) -> None:
        chance = random.Random(number)
        ids = (f"H-{next(numbers):06d}" for _ in itertools.count())
        async with tills.client(server.address, key) as client:
            while not is_over.is_set():
                if memory.sent and chance.random() < REUSED:
                    memory.retried += 1
                    event = memory.sent[chance.choice(list(memory.sent))]
                else:
                    event = tills.anything(chance, ids, CARDS, memory.sold)
                if not await send(client, event, memory):
                    await asyncio.sleep(0.05)

    async def killer() -> None:
        for victim in KILLS:
            goal = len(memory.told) + BETWEEN_KILLS
            while len(memory.told) < goal:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(kill, victim)
        goal = len(memory.told) + BETWEEN_KILLS
        while len(memory.told) < goal:
            await asyncio.sleep(0.02)

    async with asyncio.timeout(SECONDS_MAX):
        working = [asyncio.create_task(till(number)) for number in range(TILLS)]
        killing = asyncio.create_task(killer())
        done, _ = await asyncio.wait([killing, *working], return_when=asyncio.FIRST_COMPLETED)
        is_over.set()
        await asyncio.gather(*done)  # a till that failed fails the test
        await asyncio.gather(*working)


async def settle(server: Served, key: str, memory: Memory) -> int:
    """The tills ask again for what they never heard of; answers how much of it had been recorded."""
    lost = memory.unanswered
    deadline = time.monotonic() + 30
    async with tills.client(server.address, key) as client:
        for event in lost:
            while not await send(client, event, memory):
                assert time.monotonic() < deadline, memory.troubles
                await asyncio.sleep(0.05)
    return sum(1 for event in lost if event["id"] in memory.told and event["id"] not in memory.created)


def kill_database(home: Path) -> None:
    """PostgreSQL of this home, all of it at once, as when power fails."""
    pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    postmaster = psutil.Process(pid)
    everyone = [*postmaster.children(recursive=True), postmaster]
    for process in reversed(everyone):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.slow
def test_five_kills_under_load_lose_nothing_and_double_nothing(
    open_home: Path, django_db_blocker: Any
) -> None:
    server = Served(open_home).start()
    memory = Memory()

    def kill(victim: str) -> None:
        if victim in ("database", "both"):
            kill_database(open_home)
        if victim in ("server", "both"):
            server.kill()
            server.start()

    try:
        database = server.embedded()
        with django_db_blocker.unblock():
            key = furnish(database.url)

        async def story() -> int:
            async with tills.client(server.address, key) as client:
                for n, card in enumerate(CARDS):
                    assert await send(client, tills.joining(f"J-{n}", card), memory)
                    assert await send(client, tills.correction(f"C-{n}", card, 1_000), memory)
            await hammer(server, key, memory, kill)
            return await settle(server, key, memory)

        unheard = asyncio.run(story())
        assert not memory.unanswered
        assert memory.differing == []
        assert len(memory.told) > len(KILLS) * BETWEEN_KILLS
        assert memory.retried > 100
        assert memory.troubles, "nobody noticed that anything was killed"
        status, verified = server.run("rebuild", "--verify")
        assert (status, verified["differences"]) == (0, 0), verified["found"]
        compare(database, memory)
        print(
            f"{len(memory.told)} acknowledged, {len(memory.refused)} refused, {memory.retried} keys reused, "
            f"{unheard} recorded and never heard of, troubles {dict(memory.troubles)}"
        )
    finally:
        server.stop()


def compare(database: Database, memory: Memory) -> None:
    """The tills' memory against the record."""
    with psycopg.connect(database.url) as connection:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement).fetchall()

        keys = {(source, id_): (str(customer), seq) for source, id_, customer, seq in rows(
            "SELECT source, id, customer_id, seq FROM events_key WHERE source <> 'assidu/clock'"
        )}  # fmt: skip
        told = {(a["source"], a["id"]): (a["customer"], a["seq"]) for a in memory.told.values()}
        assert keys == told, "each acknowledged event once, where it was said to be, and nothing else"
        assert rows("SELECT count(*), count(DISTINCT (source, id)) FROM events_event") == rows(
            "SELECT count(*), count(*) FROM events_key"
        )
        assert (
            rows(
                "SELECT customer_id FROM events_event GROUP BY 1 HAVING max(seq) <> count(*) OR min(seq) <> 1"
            )
            == []
        )
        assert rows(TRIAL_BALANCE) == []
        assert rows(WALLETS_THAT_DIFFER) == []
        posted: dict[tuple[str, int], Counter[tuple[str, int]]] = {}
        for customer, seq, currency, quantity in rows(
            "SELECT customer_id, seq, currency, CASE WHEN target < 10 THEN quantity ELSE -quantity END "
            "FROM ledger_posting"
        ):
            posted.setdefault((str(customer), seq), Counter())[currency, quantity] += 1
        for answer in memory.told.values():
            said = Counter((move["currency"], move["quantity"]) for move in answer["movements"])
            assert posted.get((answer["customer"], answer["seq"]), Counter()) == said, answer
        tickets = rows("SELECT store_id, day, ticket FROM events_ticket")
        assert len(tickets) == len(set(tickets))
