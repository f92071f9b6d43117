"""Events as tills and offices send them: made from a seed, sent over HTTP, their answers kept."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

Event = dict[str, Any]

TIME = "2026-03-01T10:02:11+01:00"


def event(id_: str, card: str, type_: str, data: dict[str, Any], store: str = "317") -> Event:
    return {
        "specversion": "1.0", "id": id_, "source": f"till/store-{store}", "type": type_, "time": TIME,
        "subject": f"card:{card}", "data": data,
    }  # fmt: skip


def joining(id_: str, card: str) -> Event:
    return event(id_, card, "Member Joined", {"store": "317", "channel": "store", "terms_version": "3"})


def sale(id_: str, card: str, amount_minor: int, points: int = 0, store: str = "317") -> Event:
    line = {"sku": "s", "amount_minor": amount_minor, "department": "produce"}
    data: dict[str, Any] = {"store": store, "channel": "store", "ticket": id_, "lines": [line]}
    if points:
        data["payments"] = [{"currency": "points", "quantity": points}]
    return event(id_, card, "Order Completed", data, store)


def refund(id_: str, of: Event, amount_minor: int | None) -> Event:
    """Of one line, or of the whole ticket."""
    data: dict[str, Any] = {"store": "317", "channel": "store", "ticket": id_}
    data["original_event"] = {"source": of["source"], "id": of["id"]}
    data |= {"lines": [{"line": 0, "amount_minor": amount_minor}]} if amount_minor else {"whole": True}
    return event(id_, of["subject"].removeprefix("card:"), "Order Refunded", data)


def reward(id_: str, card: str) -> Event:
    return event(id_, card, "Reward Requested", {"reward": "voucher-5", "quantity": 1})


def correction(id_: str, card: str, quantity: int) -> Event:
    data = {"currency": "points", "quantity": quantity, "reason": "attack", "by": "p-1"}
    return event(id_, card, "Balance Corrected", data)


def anything(chance: random.Random, ids: Iterator[str], cards: list[str], sold: list[Event]) -> Event:
    """What a till may send next; ``sold`` are tickets that were acknowledged."""
    card, id_ = chance.choice(cards), next(ids)
    what = chance.random()
    if what < 0.15 and sold:
        of = chance.choice(sold)
        total = of["data"]["lines"][0]["amount_minor"]
        return refund(id_, of, chance.choice((None, max(1, total // 3))))
    if what < 0.25:
        return reward(id_, card)
    if what < 0.35:
        return correction(id_, card, chance.choice((-150, -1, 1, 500)))
    points = chance.choice((100, 200, 350)) if what < 0.5 else 0
    return sale(id_, card, chance.randrange(1, 20_000), points)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came over the line."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One line to the server: a request, its whole answer, the next request. Costs next to nothing here, so that it is
    the server that is busy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader = reader
        self._writer = writer
        self._head = (
            f"Host: till\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: "
        )

    async def post(self, path: str, content: Any) -> Said:
        return await self._ask("POST", path, json.dumps(content).encode())

    async def delete(self, path: str) -> Said:
        return await self._ask("DELETE", path, b"")

    async def _ask(self, method: str, path: str, body: bytes) -> Said:
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answered = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        _, _, rest = answered.partition(b"content-length:")
        length = int(rest.partition(b"\r\n")[0])
        return Said(int(answered[9:12]), await self._reader.readexactly(length))


@asynccontextmanager
async def connected(port: int, key: str) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer, key)
    finally:
        writer.close()


def client(address: str, key: str, connections: int = 1) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        trust_env=False,
    )


def available(answer: dict[str, Any], currency: str = "points") -> int:
    return next((int(b["available"]) for b in answer["balances"] if b["currency"] == currency), 0)
