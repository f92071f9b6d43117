"""Gifts between members told over the API, many at once and crosswise."""

import asyncio
from typing import Any

import httpx
import pytest

from assidu.customers.types import Profile
from assidu.foundation.database import Database
from assidu.loyalty.rebuild import verify
from builders.counter import Counter, key_with, sale
from builders.shop import Shop

CARDS = ("2990000000012", "2990000000029", "2990000000036")


@pytest.fixture
def counter(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setenv("ASSIDU_NOW", "2025-01-20T12:00:00Z")
    shop = Shop.opened(points="transfers: {}")
    for card in CARDS:
        shop.member(Profile(card=card))
    return Counter(assidu_db, shop, key_with("events:write", "evaluate", "customers:write"))


def gift(id_: str, giver: int, receiver: int, quantity: int = 1) -> dict[str, Any]:
    data = {"to": f"card:{CARDS[receiver]}", "currency": "points", "quantity": quantity, "by": "agent Dupont"}
    event = sale(id_, subject=f"card:{CARDS[giver]}", type="Balance Transferred", time="2025-01-20T11:00:00Z")
    return {**event, "data": data}


def balances(counter: Counter) -> list[int]:
    found = counter.rows("SELECT posted FROM ledger_balance WHERE currency = 'points' ORDER BY customer_id")
    return [row[0] for row in found]


def test_gifts_that_cross_are_all_given_and_nothing_is_made_or_lost(counter: Counter) -> None:
    before = balances(counter)

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        gifts = [gift(f"G-{n}", n % 3, (n + 1 + n // 3 % 2) % 3) for n in range(30)]
        return await asyncio.gather(*(client.post("/v1/events", json=event) for event in gifts))

    answers = counter.tell(story)
    assert {answer.status_code for answer in answers} == {200}, [
        a.text for a in answers if a.status_code != 200
    ]
    assert sum(balances(counter)) == sum(before)
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Balance Received'") == [(30,)]
    assert verify(counter.database.url, processes=1).differences == 0


def test_no_more_is_given_than_there_is_however_many_ask_at_once(counter: Counter) -> None:
    [balance] = {*balances(counter)}

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        gifts = [gift(f"G-{n}", 0, 1 + n % 2, balance) for n in range(10)]
        return await asyncio.gather(*(client.post("/v1/events", json=event) for event in gifts))

    answers = counter.tell(story)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert sorted(balances(counter)) == [0, balance, 2 * balance]


def test_a_till_may_not_give_and_a_trial_gives_nothing(counter: Counter) -> None:
    [told] = counter.post(gift("G-1", 0, 1), key=key_with("events:write"))
    assert (told.status_code, told.json()["code"]) == (403, "missing_scope")
    before = balances(counter)
    [tried] = counter.post(gift("G-1", 0, 1, 50), path="/v1/evaluate")
    assert tried.json()["status"] == "evaluated"
    assert balances(counter) == before
    [nobody] = counter.post(
        {**gift("G-2", 0, 1), "data": {"to": "card:2990000009992", "currency": "points", "quantity": 1}}
    )
    assert nobody.json()["code"] == "unknown_customer"
