"""A database that is away is said clearly, and comes back by itself."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from assidu.foundation.database import Database
from assidu.foundation.settings import Settings, SettingsError, current_settings
from assidu.intake import lanes
from assidu.intake.app import Intake
from assidu.intake.shops import Shops
from builders.counter import Counter, sale, serving


def test_without_a_database_the_server_lives_and_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = "postgresql://assidu_app@127.0.0.1:1/assidu"

    async def story() -> list[httpx.Response]:
        async with serving(nowhere, "ask_any") as client:
            return [
                await client.get("/livez"),
                await client.get("/readyz"),
                await client.post("/v1/events", json=sale()),
                await client.get("/metrics"),
            ]

    alive, ready, event, metrics = asyncio.run(story())
    assert alive.status_code == metrics.status_code == 200
    assert (ready.status_code, event.status_code) == (503, 503)
    assert event.json()["code"] == "database_unavailable"
    assert int(event.headers["retry-after"]) > 0


def _cut(counter: Counter, cluster: Database) -> None:
    """End every connection of intake."""
    assert cluster.admin_url
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name = 'assidu intake'",
            [counter.database.url.split("/")[-1].split("?")[0]],
        )


def test_connections_that_break_are_made_again_and_nothing_is_lost_or_doubled(
    counter: Counter, cluster: Database
) -> None:
    """Every connection is cut again and again while tills sell; they send what was not acknowledged once more."""

    async def till(client: httpx.AsyncClient, number: int, unanswered: list[int]) -> None:
        for n in range(25):
            for _ in range(200):
                response = await client.post(
                    "/v1/events", json=sale(f"T-{number}-{n}", f"card:55550000{number:04d}")
                )
                if response.status_code == 200:
                    break
                assert response.status_code == 503, response.text
                unanswered.append(response.status_code)
                await asyncio.sleep(0.02)
            else:
                raise AssertionError("the server never recovered")

    async def story(client: httpx.AsyncClient) -> int:
        unanswered: list[int] = []
        tills = asyncio.gather(*(till(client, number, unanswered) for number in range(8)))
        for _ in range(5):
            await asyncio.sleep(0.1)
            await asyncio.to_thread(_cut, counter, cluster)
        await tills
        return len(unanswered)

    counter.tell(story)
    assert counter.rows(
        "SELECT count(*), count(DISTINCT id) FROM events_event WHERE type = 'Order Completed'"
    ) == [(200, 200)]
    assert counter.rows("SELECT min(seq), max(seq), count(*) FROM loyalty_member") == [(25, 25, 8)]


def test_a_database_that_was_restarted_while_nobody_sold_is_not_noticed(
    counter: Counter, cluster: Database
) -> None:
    async def story(client: httpx.AsyncClient) -> list[int]:
        before = await client.post("/v1/events", json=sale("T-1"))
        await asyncio.to_thread(_cut, counter, cluster)
        after = await client.post("/v1/events", json=sale("T-2"))
        return [before.status_code, after.status_code]

    assert counter.tell(story) == [200, 200]


def test_when_too_much_waits_the_rest_is_refused_at_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "WAITING_MAX", 5)

    async def story(client: httpx.AsyncClient) -> list[int]:
        responses = await asyncio.gather(
            *(client.post("/v1/events", json=[sale(f"T-{n}-{m}") for m in range(3)]) for n in range(20))
        )
        return [item["status"] == "created" for response in responses for item in response.json()["items"]]

    accepted = counter.tell(story)
    assert 0 < sum(accepted) < 60
    assert counter.rows("SELECT count(*) FROM events_key") == [(sum(accepted),)]


def test_a_locked_customer_keeps_nobody_else_waiting_for_ever(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assidu.customers.types import Profile
    from assidu.intake import database

    monkeypatch.setitem(database.SETTINGS, "lock_timeout", "200")
    held = counter.shop.member(Profile(card="2990000000012"))

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(
            *(client.post("/v1/events", json=sale(f"T-{n}", f"card:{card}"))
              for n, card in enumerate(("2990000000012", "777700001111", "777700002222")))
        )  # fmt: skip

    with psycopg.connect(counter.database.url) as connection:
        connection.execute("SELECT FROM loyalty_member WHERE customer_id = %s FOR UPDATE", [held])
        busy, *others = counter.tell(story)
    assert (busy.status_code, busy.json()["code"]) == (503, "customer_busy")
    assert [response.status_code for response in others] == [200, 200]


def test_what_happened_is_told_to_prometheus(counter: Counter) -> None:
    async def story(client: httpx.AsyncClient) -> str:
        await client.post("/v1/events", json=sale())
        return (await client.get("/metrics")).text

    text = counter.tell(story)
    assert 'assidu_events_total{outcome="created",type="Order Completed"}' in text
    assert "2990000000012" not in text


def test_who_went_away_does_not_keep_the_lanes_from_closing() -> None:
    async def story() -> list[Any]:
        async def connect() -> Any:
            raise AssertionError("nothing is posted")

        closing = lanes.Lanes(connect, Shops(current_settings()))
        gone, patient = closing.submit([], "/v1/events"), closing.submit([], "/v1/events")
        gone.cancel()
        await closing.close()
        return list(await patient)

    assert asyncio.run(story()) == []


def test_a_start_that_failed_is_tried_again(counter: Counter) -> None:
    faults = [SettingsError("no settings yet")]

    def settings() -> Settings:
        if faults:
            raise faults.pop()
        return current_settings()

    async def story() -> list[int]:
        intake = Intake(lambda: counter.database.url, settings)
        transport = httpx.ASGITransport(app=intake)
        async with httpx.AsyncClient(transport=transport, base_url="http://till") as client:
            answers = [await client.get("/readyz"), await client.get("/readyz")]
        await intake.close()
        return [answer.status_code for answer in answers]

    assert asyncio.run(story()) == [500, 200]
