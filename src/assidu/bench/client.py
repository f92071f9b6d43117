"""The tills of the bench, in a process of their own: connections kept open, one request at a time on each.

python -m assidu.bench.client < orders.json     →  one JSON object
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from assidu.bench.figures import percentile
from assidu.bench.population import card


@dataclass(slots=True)
class Orders:
    """What the parent asks: ``lines`` are the baskets, already JSON."""

    host: str
    port: int
    key: str
    clients: int
    warm_up_seconds: float
    seconds: float
    population: int
    run: str
    at: str
    lines: list[str]


@dataclass(slots=True)
class Tally:
    """What all tills saw while it counted."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    first_refusal: str = ""


class Till(asyncio.Protocol):
    """Sends a sale, waits for the whole answer, sends the next."""

    def __init__(self, number: int, orders: Orders, tally: Tally, begins: float, ends: float) -> None:
        self._number = number
        self._orders = orders
        self._tally = tally
        self._begins = begins
        self._ends = ends
        self._sent = 0
        self._sent_at = 0.0
        self._received = b""
        self._transport: Any = None
        self._chance = random.Random(f"{orders.run}-{number}")  # noqa: S311 (a load, no secret)
        self._head = (
            f"POST /v1/events HTTP/1.1\r\nHost: {orders.host}\r\nAuthorization: Bearer {orders.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end].lower()
        start = head.index(b"content-length:") + 15
        stop = head.find(b"\r\n", start)
        length = int(head[start : stop if stop >= 0 else len(head)])
        if len(self._received) < end + 4 + length:
            return
        now = time.perf_counter()
        if self._begins <= now < self._ends:
            status = int(head[9:12])
            self._tally.statuses[status] += 1
            self._tally.latencies.append((now - self._sent_at) * 1000)
            if status != 200 and not self._tally.first_refusal:
                self._tally.first_refusal = self._received[end + 4 :].decode(errors="replace")
        self._received = b""
        if now < self._ends:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self._tally.first_refusal:
            self._tally.first_refusal = repr(exc)
        self.closed.set_result(None)

    def _send(self) -> None:
        orders, chance = self._orders, self._chance
        self._sent += 1
        name = f"{orders.run}-{self._number}-{self._sent}"
        who = card(chance.randint(1, orders.population))
        body = (
            f'{{"specversion":"1.0","id":"{name}","source":"till/bench","type":"Order Completed","time":"{orders.at}",'
            f'"subject":"card:{who}","data":{{"store":"{chance.randint(300, 399)}","channel":"store",'
            f'"ticket":"{name}","lines":{chance.choice(orders.lines)}}}}}'
        ).encode()
        self._sent_at = time.perf_counter()
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))


async def sell(orders: Orders) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    tally = Tally()
    begins = time.perf_counter() + orders.warm_up_seconds
    ends = begins + orders.seconds
    tills = []
    for number in range(orders.clients):
        till = Till(number, orders, tally, begins, ends)
        await loop.create_connection(lambda till=till: till, orders.host, orders.port)  # type: ignore[misc]
        tills.append(till)
    await asyncio.gather(*(till.closed for till in tills))
    tally.latencies.sort()
    return {
        "rate": tally.statuses[200] / orders.seconds,
        "count": tally.statuses[200],
        "p50_ms": percentile(tally.latencies, 0.5),
        "p99_ms": percentile(tally.latencies, 0.99),
        "statuses": {str(status): count for status, count in sorted(tally.statuses.items())},
        "first_refusal": tally.first_refusal,
    }


def main() -> None:
    import uvloop

    orders = Orders(**json.load(sys.stdin))
    json.dump(uvloop.run(sell(orders)), sys.stdout)


if __name__ == "__main__":
    main()
