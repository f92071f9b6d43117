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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.rows import tuple_row

from assidu.decisions import evolve
from assidu.decisions.events import (
    Absorption,
    Correction,
    Hold,
    Joining,
    Leaving,
    Merger,
    Release,
    Return,
    RewardRequest,
    Sale,
    TransferIn,
    TransferOut,
)
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.foundation.database import Database
from assidu.loyalty import plans
from assidu.loyalty import queries as loyalty
from assidu.loyalty.recorded import Recorded, history_of
from assidu.plans.check import examine
from assidu.simulation.as_decided import replay_as_decided
from attacks import tills
from attacks.served import NOW, Served, Target, key_with, pointing_at
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER
from builders.databases import copy, drop
from builders.shop import OPENED
from decisions.model import Customer, Programme, Ticket

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
rewards:
  - {code: voucher-5, name: {fr: v, en: v}, costs: {currency: points, units: 100}, gives: {currency: voucher-5}}
returns: {take_back: may_go_negative}
"""
ALONE, PAIRS = 6, 3
"""Customers who stay themselves, and pairs of whom one is merged into the other while both buy."""
EVENTS = 400
CONNECTIONS = 24
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
        elif what < 0.20 and self.sold:
            of = chance.choice(self.sold)
            total = of["data"]["lines"][0]["amount_minor"]
            await self.send(tills.refund(id_, of, chance.choice((None, max(1, total // 3)))))
        elif what < 0.28:
            await self.send(tills.reward(id_, card(who)))
        elif what < 0.36:
            await self.send(tills.correction(id_, card(who), chance.choice((-450, -150, -1, 1, 200))))
        elif what < 0.48:
            data = {
                "to": f"card:{card((who + 1 + n % 5) % ALONE)}",
                "currency": "points",
                "quantity": 1 + n % 97,
            }
            await self.send(tills.event(id_, card(who), "Balance Transferred", data))
        elif what < 0.58:
            await self.hold(id_, who)
        elif what < 0.62:
            await self.send(tills.event(id_, card(who), "Member Left", {}))
            await self.send(tills.joining(f"{id_}-again", card(who)))
        else:
            event = tills.sale(id_, card(who), chance.randrange(1, 20_000), chance.choice((0, 0, 0, 40, 200)))
            event["time"] = chance.choice((tills.TIME, tills.TIME, "2026-02-11T10:00:00+01:00"))
            if await self.send(event) is not None:
                self.sold.append(event)

    async def hold(self, id_: str, who: int) -> None:
        payments = [{"currency": "points", "quantity": self.chance.choice((30, 90))}]
        asked = tills.event(
            id_, card(who), "Hold Placed", {"payments": payments, "store": "317", "minutes": 300}
        )
        held = await self.send(asked | {"time": NOW}, "/v1/holds")
        if held is None:
            return
        if self.chance.random() < 0.4:
            await self.send(tills.event(f"{id_}-r", card(who), "Hold Released", {"hold": held["hold"]["id"]}))
            return
        event = tills.sale(f"{id_}-s", card(who), 10_000, points=self.chance.choice((30, 60)))
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
            await office.send(tills.joining(f"J-{n}", card(n)))
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
        "Member Left",
    }
    Oracle(book.versions[-1].plan, histories).follow()
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


class Oracle:
    """Everybody's events once more, each after what came before it in its own sequence; what concerns two, at once."""

    def __init__(self, plan: Plan, histories: dict[UUID, list[Recorded]]) -> None:
        programme = Programme()
        self.models = {customer: Customer(plan, programme) for customer in histories}
        self.states = {customer: State() for customer in histories}
        self.left = {customer: list(reversed(history)) for customer, history in histories.items()}
        self.tickets: dict[tuple[UUID, int], Ticket] = {}

    def follow(self) -> None:
        while any(self.left.values()):
            before = sum(map(len, self.left.values()))
            for customer in self.left:
                while self.left[customer] and self._next(customer, self.left[customer][-1]):
                    pass
            assert sum(map(len, self.left.values())) < before, (
                "both sides of what concerns two stand in one order"
            )

    def _next(self, customer: UUID, recorded: Recorded) -> bool:
        """Follow the next event of a customer, unless it waits for the other side."""
        model, event = self.models[customer], recorded.event()
        match event:
            case TransferIn() | Absorption():
                return False  # with the other side
            case TransferOut():
                receiver = self._receiver(recorded)
                if receiver is None:
                    return False
                model.give_to(self.models[receiver], event)
                self._is_alike(receiver)
            case Merger():
                absorbed = UUID(recorded.body()["absorbed"])
                if not isinstance(self.left[absorbed][-1].event(), Absorption):
                    return False
                other = self.models[absorbed]
                earnings = [replace(earning) for earning in other.earnings]
                before = replace(other, earnings=earnings, holds=dict(other.holds), owed=Counter(other.owed))
                other.be_absorbed()
                model.absorb(before, event.at)
                self._is_alike(absorbed)
            case Joining():
                model.join(event)
            case Leaving():
                model.leave(event)
            case Sale():
                model.buy(event)
                self.tickets[customer, recorded.seq] = model.tickets[-1]
            case Return():
                model.bring_back(self.tickets[customer, event.sale_seq], event)
            case Correction():
                model.correct(event)
            case RewardRequest():
                model.request(event)
            case Hold():
                model.hold(event, str(recorded.seq))
            case Release():
                model.let_go(event)
            case _:
                raise AssertionError(f"the oracle does not know {recorded.type}")
        self._is_alike(customer)
        return True

    def _receiver(self, recorded: Recorded) -> UUID | None:
        """Whoever has the other side of it, if that comes next there."""
        body = recorded.body()
        receiver = UUID(body["to"])
        left = self.left[receiver]
        return receiver if left and left[-1].seq == body["to_seq"] else None

    def _is_alike(self, customer: UUID) -> None:
        recorded = self.left[customer].pop()
        state = self.states[customer] = evolve(self.states[customer], recorded.decision())
        model = self.models[customer]
        what = f"{recorded.type.value} at seq {recorded.seq} of {customer}"
        assert {tuple(key): left for key, left in state.lots.items()} == model.lots(), what
        assert {tuple(key): left for key, left in state.pending.items()} == model.waiting(), what
        assert dict(state.debts) == model.debts(), what
        assert {name: held.until for name, held in state.holds.items()} == {
            name: told[0] for name, told in model.held().items()
        }, what
