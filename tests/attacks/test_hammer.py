"""Tills and offices all at once on few customers, then all of it held against the oracle, in the order of ``seq``.

What was decided under load is folded again customer by customer, each side of a transfer or a merger with the other, by
the naive model of ``decisions.model``: after every single event both must have the same wallet.
"""

import asyncio
import contextlib
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.rows import tuple_row

from assidu.decisions.events import Merger
from assidu.foundation.database import Database
from assidu.loyalty import plans
from assidu.loyalty import queries as loyalty
from assidu.loyalty.recorded import Recorded, history_of
from assidu.plans.check import examine
from assidu.simulation.as_decided import replay_as_decided
from attacks import tills
from attacks.oracle import Oracle
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
  - code: points
    kind: points
    name: {fr: points, en: points}
    worth: {amount: 0.01}
    pays: true
    debt_at_most: 300
    transfers: {}
    expires: {months: 6, until_end_of: month}
  - {code: stars, kind: points, name: {fr: s, en: s}, pending: {days: 14}}
  - {code: voucher-5, kind: voucher, name: {fr: v, en: v}, worth: {amount: 5.00}, pays: true, expires: {months: 2}}
rules:
  - {code: base, name: {fr: b, en: b}, currency: points, gift: {per_amount: {give: 1, each: 1.00}}}
  - code: capped
    name: {fr: c, en: c}
    currency: points
    gift: {per_amount: {give: 1, each: 3.00, rounding: half_up}}
    cap: {units: 60, per: day}
  - code: basket
    name: {fr: p, en: p}
    currency: points
    gift: {steps: [{at_least: 50.00, give: 20}]}
    times: {limit: 3, per: week}
  - {code: star, name: {fr: e, en: e}, currency: stars, gift: {per_amount: {give: 1, each: 10.00}}}
  - code: early
    name: {fr: t, en: t}
    currency: points
    gift: {fixed: 3}
    quota: {first: 30, per: week}
    when: {amount_at_least: 40.00}
offers:
  - code: bag
    name: {fr: c, en: c}
    effect: {gift: {name: {fr: c, en: c}}}
    stock: 25
    when: {amount_at_least: 60.00}
  - code: seat
    name: {fr: p, en: p}
    effect: {gift: {name: {fr: p, en: p}}}
    quota: {first: 20, per: month}
    gives_back: []
    when: {amount_at_least: 80.00}
  - code: fund
    name: {fr: f, en: f}
    effect: {points: {currency: points, per_amount: {give: 1, each: 2.00}}}
    budget: {units: 1000}
    gives_back: [budget]
rewards:
  - {code: voucher-5, name: {fr: v, en: v}, costs: {currency: points, units: 100}, gives: {currency: voucher-5}}
returns: {take_back: may_go_negative}
"""
ALONE, PAIRS = 6, 3
"""Customers who stay themselves, and pairs of whom one is merged into the other while both buy."""
EVENTS = 400
CONNECTIONS = 24
JOINED, STOOD_STILL = "2026-02-01T10:00:00+01:00", "2026-02-25T10:00:00+01:00"
BEFORE, TODAY = "2026-02-20T10:00:00+01:00", tills.TIME
LIMITS = {"early": 30, "bag": 25, "seat": 20, "fund": 1000}
"""What customers share: much less than is asked for."""
SCOPES = (
    "events:write", "evaluate", "corrections:write", "customers:read", "customers:write", "customers:merge",
)  # fmt: skip


@pytest.fixture(scope="module")
def hammered(cluster: Database, template: Database, django_db_blocker: Any) -> Iterator[Target]:
    name = f"hammered_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
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
            key = key_with(*SCOPES)
        home = Path(tempfile.mkdtemp(prefix="hammered-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        server = Served(home, {"ASSIDU_DATABASE_URL": database.url}).start()
        stack.callback(server.stop)
        yield Target(server, database, key)


def card(n: int) -> str:
    return f"29920000{n:05d}"


@dataclass(slots=True)
class Office:
    """Everything that tills and offices send; tickets that were acknowledged can be brought back."""

    client: httpx.AsyncClient
    chance: random.Random
    sent: list[tills.Event] = field(default_factory=list)
    sold: list[tills.Event] = field(default_factory=list)
    told: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    answers: list[dict[str, Any]] = field(default_factory=list)
    held: int = 0

    async def send(self, event: tills.Event, path: str = "/v1/events") -> dict[str, Any] | None:
        self.sent.append(event)
        response = await self.client.post(path, json=event)
        self.told[response.status_code] += 1
        if response.status_code != 200:
            assert response.status_code in (409, 422), response.text
            self.codes[response.json()["code"]] += 1
            return None
        answer: dict[str, Any] = response.json()
        self.answers.append(answer)
        return answer

    async def anything(self, n: int) -> None:
        chance, id_ = self.chance, f"H-{n:04d}"
        who = chance.randrange(ALONE)
        what = chance.random()
        if what < 0.05 and self.sent:
            await self.send(chance.choice(self.sent))  # a retry, of whatever it was
        elif what < 0.17 and self.sold:
            of = chance.choice(self.sold)
            total = of["data"]["lines"][0]["amount_minor"]
            await self.send(tills.refund(id_, of, chance.choice((None, max(1, total // 3)))))
        elif what < 0.29 and self.sold:
            await self.change(id_, chance.choice(self.sold))
        elif what < 0.35:
            await self.send(tills.reward(id_, card(who)))
        elif what < 0.41:
            await self.send(tills.correction(id_, card(who), chance.choice((-450, -150, -1, 1, 200))))
        elif what < 0.49:
            data = {
                "to": f"card:{card((who + 1 + n % 5) % ALONE)}",
                "currency": "points",
                "quantity": 1 + n % 97,
            }
            await self.send(tills.event(id_, card(who), "Balance Transferred", data))
        elif what < 0.60:
            await self.hold(id_, who)
        elif what < 0.63:
            await self.send(tills.event(id_, card(who), "Member Left", {}))
            await self.send(tills.joining(f"{id_}-again", card(who)))
        elif what < 0.66:
            await self.send(tills.event(id_, card(who), "Member Suspended", {}) | {"time": STOOD_STILL})
            await self.send(tills.event(f"{id_}-again", card(who), "Member Resumed", {}))
        else:
            event = tills.sale(id_, card(who), chance.randrange(1, 20_000), chance.choice((0, 0, 0, 40, 200)))
            event["time"] = chance.choice((TODAY, TODAY, BEFORE))
            if await self.send(event) is not None:
                self.sold.append(event)

    async def change(self, id_: str, of: tills.Event) -> None:
        """It costs more, or less, or is not bought; what is paid with units only the last."""
        data = {"original_event": {"source": of["source"], "id": of["id"]}}
        who = of["subject"].removeprefix("card:")
        if of["data"].get("payments") or self.chance.random() < 0.3:
            await self.send(tills.event(id_, who, "Order Cancelled", data))
            return
        line = of["data"]["lines"][0] | {"amount_minor": self.chance.randrange(1, 20_000)}
        await self.send(tills.event(id_, who, "Order Updated", data | {"lines": [line]}))

    async def hold(self, id_: str, who: int) -> None:
        """Of units, of the places of a basket, or of both."""
        event = tills.sale(f"{id_}-s", card(who), self.chance.choice((3_000, 10_000)))
        data: dict[str, Any] = {"store": "317", "minutes": 300}
        if self.chance.random() < 0.7:
            data["lines"] = event["data"]["lines"]
        if "lines" not in data or self.chance.random() < 0.5:
            data["payments"] = [{"currency": "points", "quantity": self.chance.choice((30, 90))}]
            event["data"]["payments"] = [{"currency": "points", "quantity": self.chance.choice((30, 60))}]
        held = await self.send(tills.event(id_, card(who), "Hold Placed", data) | {"time": NOW}, "/v1/holds")
        if held is None:
            return
        self.held += 1
        if self.held % 10 in (1, 4, 7):  # counted, not drawn: some are released however few there are
            await self.send(tills.event(f"{id_}-r", card(who), "Hold Released", {"hold": held["hold"]["id"]}))
        elif self.held % 10:
            event["data"]["hold"] = held["hold"]["id"]
            if await self.send(event) is not None:
                self.sold.append(event)

    async def pair(self, n: int) -> None:
        """Two who buy, one of whom turns out to be the other."""
        one, other = card(ALONE + 2 * n), card(ALONE + 2 * n + 1)
        sales = [
            self.send(tills.sale(f"P-{n}-{k}", one if k % 2 else other, 1_000 + k, 20 * (k % 3)))
            for k in range(16)
        ]
        merger = tills.event(f"P-{n}-merge", one, "Customer Merged", {"absorbed": f"card:{other}"})
        await asyncio.gather(*sales[:8], self.send(merger), *sales[8:])


async def hammer(target: Target) -> Office:
    async with tills.client(target.address, target.key, CONNECTIONS) as client:
        office = Office(client, random.Random(2026))
        for n in range(ALONE + 2 * PAIRS):
            await office.send(tills.joining(f"J-{n}", card(n)) | {"time": JOINED})
            await office.send(tills.correction(f"C-{n}", card(n), 400))
        tasks = [office.anything(n) for n in range(EVENTS)] + [office.pair(n) for n in range(PAIRS)]
        office.chance.shuffle(tasks)
        gate = asyncio.Semaphore(CONNECTIONS)

        async def through(task: Any) -> None:
            async with gate:
                await task

        await asyncio.gather(*map(through, tasks))
        return office


def test_everything_at_once_is_what_the_oracle_says_in_the_order_of_the_sequence(
    hammered: Target, django_db_blocker: Any
) -> None:
    office = asyncio.run(hammer(hammered))
    assert office.told[200] > EVENTS * 0.6, office.codes
    assert hammered.rows(TRIAL_BALANCE) == []
    assert hammered.rows(WALLETS_THAT_DIFFER) == []
    customers = [
        row[0] for row in hammered.rows("SELECT customer_id FROM loyalty_member WHERE seq > 0 ORDER BY 1")
    ]
    with django_db_blocker.unblock(), pointing_at(hammered.database.url):
        book = loyalty.current_book("le-cercle")
    assert book is not None
    with psycopg.connect(hammered.database.url, row_factory=tuple_row) as connection:
        histories = {one[0].customer_id: one for one in history_of(connection, customers)}
        again = replay_as_decided(connection, book, _groups(histories))
    assert again.differences == {}
    found = {one.type.value for history in histories.values() for one in history}
    assert found >= {
        "Balance Transferred",
        "Hold Placed",
        "Hold Released",
        "Customer Merged",
        "Order Refunded",
        "Order Updated",
        "Order Cancelled",
        "Member Left",
        "Member Suspended",
        "Member Resumed",
    }
    oracle = Oracle(book.versions[-1].plan, histories)
    oracle.follow()
    taken = hammered.rows("SELECT split_part(key, ':', 2), sum(taken)::int FROM loyalty_quota GROUP BY 1")
    assert +oracle.taken() == +Counter(dict(taken)), "what is taken is what tickets and holds have"
    for key in oracle.refused:
        assert oracle.came[key] >= LIMITS[key.split(":")[1]], f"{key} was refused while there was some"
    assert {key.split(":")[1] for key in oracle.refused} == LIMITS.keys()
    recorded = Counter(answer["id"] for answer in office.answers if answer["status"] == "created")
    assert max(recorded.values()) == 1, "whatever is sent again is recorded once"
    status, verified = hammered.server.run("rebuild", "--verify")
    assert (status, verified["differences"]) == (0, 0), verified


def _groups(histories: dict[UUID, list[Recorded]]) -> list[list[UUID]]:
    """The survivor of a merger with whom they absorbed."""
    absorbed = {
        UUID(one.body()["absorbed"]): customer
        for customer, history in histories.items()
        for one in history
        if isinstance(one.event(), Merger)
    }
    groups = {customer: [customer] for customer in histories if customer not in absorbed}
    for customer, survivor in absorbed.items():
        groups[survivor].append(customer)
    return list(groups.values())
