"""Intake in front of a shop, and what a till sends to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import psycopg

from assidu.foundation.database import Database
from assidu.foundation.people import actions as people
from assidu.foundation.people.types import COMMAND_LINE, Refused
from assidu.intake.app import Intake
from builders.shop import Shop

Told = TypeVar("Told")


@dataclass(slots=True)
class Counter:
    """Intake in front of a shop; stories are told with ``tell``."""

    database: Database
    shop: Shop
    key: str

    def tell(self, story: Callable[[httpx.AsyncClient], Awaitable[Told]], key: str | None = None) -> Told:
        async def told() -> Told:
            async with serving(self.database.url, self.key if key is None else key) as client:
                return await story(client)

        return asyncio.run(told())

    def post(self, *events: Any, path: str = "/v1/events", key: str | None = None) -> list[httpx.Response]:
        """Each event in a request of its own, one after another."""

        async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
            return [await client.post(path, json=event) for event in events]

        return self.tell(story, key)

    def rows(self, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(statement, parameters).fetchall()


@asynccontextmanager
async def serving(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    intake = Intake(lambda: url)
    await intake.start()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(app=intake)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://till", headers=headers, timeout=60
        ) as client:
            yield client
    finally:
        await intake.close()


def key_with(*scopes: str, store: str = "") -> str:
    made = people.create_key("test", scopes, COMMAND_LINE, store=store)
    assert not isinstance(made, Refused)
    return made[1]


def sale(id_: str = "T-1", subject: str | None = "card:2990000000012", **changes: Any) -> dict[str, Any]:
    """A ticket of 123 €, as a till sends it."""
    data = {
        "store": "317",
        "channel": "store",
        "ticket": id_,
        "lines": [{"sku": "s", "amount_minor": 12_300, "department": "produce"}],
    }
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "till/store-317",
        "type": "Order Completed",
        "time": "2026-03-01T10:02:11+01:00",
        "data": data | changes.pop("data", {}),
    }
    if subject is not None:
        event["subject"] = subject
    return event | changes
