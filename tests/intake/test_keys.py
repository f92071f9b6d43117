"""A key opens what it was made for, in its own store, until it is revoked."""

import asyncio

import httpx
import pytest

from assidu.customers.types import Profile
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries
from assidu.foundation.people.types import COMMAND_LINE
from assidu.intake import keys
from builders.counter import Counter, key_with, sale


@pytest.mark.parametrize("key", ["", "ask_nobody", "é", "x" * 400])
def test_without_a_good_key_nothing_opens(counter: Counter, key: str) -> None:
    headers = {b"Authorization": f"Bearer {key}".encode()} if key else {}

    async def story(client: httpx.AsyncClient) -> httpx.Response:
        client.headers.pop("Authorization", None)
        return await client.post("/v1/events", json=sale(), headers=headers)

    response = counter.tell(story)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert counter.rows("SELECT count(*) FROM events_key") == [(0,)]


def test_a_key_does_what_its_scopes_say(counter: Counter) -> None:
    [refused] = counter.post(sale(), key=key_with("evaluate"))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    [tried] = counter.post(sale(), key=key_with("evaluate"), path="/v1/evaluate")
    assert tried.status_code == 200
    [refused] = counter.post(sale(), key=key_with("events:write"), path="/v1/evaluate")
    assert refused.status_code == 403


def test_a_stores_key_speaks_for_its_store_alone(counter: Counter) -> None:
    key = key_with("events:write", "customers:write", "corrections:write", store="317")
    mine, other, none, batch = counter.post(
        sale("T-1"),
        sale("T-2", data={"store": "400"}),
        sale("T-3", data={"store": ""}),
        [sale("T-4"), sale("T-5", data={"store": "400"})],
        key=key,
    )
    assert mine.status_code == 200
    assert (other.status_code, other.json()["code"]) == (403, "other_store")
    assert none.status_code == 403
    assert [item["status"] for item in batch.json()["items"]] == ["created", "refused"]
    correction = {**sale("C-1", type="Balance Corrected"), "data": {"currency": "points", "quantity": 5}}
    [refused] = counter.post(correction, key=key)
    assert refused.json()["code"] == "other_store"
    assert counter.rows("SELECT id FROM events_key ORDER BY id") == [("T-1",), ("T-4",)]


def test_a_revoked_key_is_soon_worth_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "GOOD_SECONDS", 0.2)
    key_id = next(one.id for one in queries.api_keys() if one.name == "test")

    def revoke() -> None:
        from django.db import connection

        people.revoke_key(key_id, COMMAND_LINE)
        connection.close()

    async def story(client: httpx.AsyncClient) -> list[int]:
        before = await client.post("/v1/evaluate", json=sale())
        await asyncio.to_thread(revoke)
        await asyncio.sleep(0.25)
        after = await client.post("/v1/evaluate", json=sale())
        return [before.status_code, after.status_code]

    assert counter.tell(story) == [200, 401]


def test_a_key_remembers_when_it_was_last_used(counter: Counter) -> None:
    counter.post(sale())
    assert counter.rows("SELECT count(*) FROM people_key WHERE last_used_at IS NOT NULL") == [(1,)]


def test_a_stores_key_ends_no_membership_but_asks_for_rewards(counter: Counter) -> None:
    counter.shop.member(Profile(card="2990000000012"))
    leaving = {**sale("L-1", type="Member Left"), "data": {}}
    reward = {**sale("W-1", type="Reward Requested"), "data": {"reward": "voucher-5"}}
    bound = key_with("events:write", "customers:write", store="317")
    refused, asked = counter.post(leaving, reward, key=bound)
    assert (refused.status_code, refused.json()["code"]) == (403, "other_store")
    assert asked.json()["code"] == "insufficient_balance"
    placed = (
        {**reward, "id": f"W-{store}", "data": {"reward": "voucher-5", "store": store, "channel": "store"}}
        for store in ("317", "401")
    )
    here, elsewhere = counter.post(*placed, key=bound)
    assert (here.json()["code"], elsewhere.json()["code"]) == ("insufficient_balance", "other_store")
    [refused] = counter.post(leaving, key=key_with("events:write"))
    assert refused.json()["code"] == "missing_scope"
    [left] = counter.post(leaving)
    assert left.json()["membership"] == "left"
