"""Units set aside at the till: held, used, released, run out; with two tills at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from assidu.loyalty.due import run_due
from assidu.loyalty.rebuild import verify
from builders.counter import Counter, sale

CARD = "card:2990000000012"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def anne(counter: Counter) -> str:
    """A member with 500 points to pay with."""
    joined = {**sale("J-1", type="Member Joined"), "data": {"store": "317", "channel": "store"}}
    given = {**sale("C-1", type="Balance Corrected"), "data": {"currency": "points", "quantity": 500}}
    for event in (joined, given):
        event["time"] = "2026-03-01T09:00:00Z"
    told = counter.post(joined, given)
    assert [response.status_code for response in told] == [200, 200], told[-1].text
    return str(told[0].json()["customer"])


def hold(id_: str, quantity: int, **data: Any) -> dict[str, Any]:
    payments = [{"currency": "points", "quantity": quantity}]
    content = {"payments": payments, "store": "317", "channel": "store"} | data
    return {**sale(id_, type="Hold Placed"), "time": "2026-03-01T12:00:00Z", "data": content}


def ticket(id_: str, hold_: str, quantity: int, **changes: Any) -> dict[str, Any]:
    data = {"hold": hold_, "payments": [{"currency": "points", "quantity": quantity}]}
    return sale(id_, data=data, time="2026-03-01T12:05:00Z", **changes)


def held(answer: dict[str, Any]) -> tuple[int, int]:
    """Points that can be used, and points that are held."""
    [balance] = [one for one in answer["balances"] if one["currency"] == "points"]
    return balance["available"], balance.get("held", 0)


def is_consistent(counter: Counter) -> bool:
    return verify(counter.database.url, processes=1).differences == 0


def test_what_is_held_is_used_by_its_ticket_and_the_rest_can_be_used_again(
    counter: Counter, anne: str
) -> None:
    start = counter.post(hold("H-0", 100), path="/v1/evaluate")[0].json()
    before = held(start)[0] + 100
    placed = counter.post(hold("H-1", 300), path="/v1/holds")[0].json()
    assert held(placed) == (before - 300, 300)
    assert placed["hold"]["until"] == "2026-03-01T12:15:00+00:00"
    sold = counter.post(ticket("T-1", placed["hold"]["id"], 200))[0].json()
    earned = sum(one["quantity"] for one in sold["effects"] if one["currency"] == "points")
    assert held(sold) == (before - 200 + earned, 0)
    again = counter.post(ticket("T-1", placed["hold"]["id"], 200))[0].json()
    assert again["status"] == "exists"
    assert held(again) == held(sold)
    assert is_consistent(counter)


def test_the_same_hold_told_twice_is_one_hold(counter: Counter, anne: str) -> None:
    first, again = counter.post(hold("H-1", 300), hold("H-1", 300), path="/v1/holds")
    assert (first.json()["status"], again.json()["status"]) == ("created", "exists")
    assert again.json()["hold"] == first.json()["hold"]
    assert held(again.json()) == held(first.json())


def test_what_is_held_can_neither_be_held_again_nor_be_spent(counter: Counter, anne: str) -> None:
    [placed] = counter.post(hold("H-1", 450), path="/v1/holds")
    [second] = counter.post(hold("H-2", 450), path="/v1/holds")
    assert second.status_code == 409
    assert second.json()["code"] == "insufficient_balance"
    assert second.json()["figures"]["available"] == held(placed.json())[0]
    [spent] = counter.post(sale("T-1", data={"payments": [{"currency": "points", "quantity": 450}]}))
    assert spent.json()["code"] == "insufficient_balance"


def test_two_tills_hold_the_last_points_at_once_and_one_gets_them(counter: Counter, anne: str) -> None:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        asked = [hold(f"H-{n}", 400) for n in range(20)]
        return await asyncio.gather(*(client.post("/v1/holds", json=event) for event in asked))

    answers = counter.tell(story)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "insufficient_balance"
    }
    assert counter.rows("SELECT held FROM ledger_balance WHERE currency = 'points'") == [(400,)]
    assert is_consistent(counter)


def test_a_hold_that_ran_out_before_its_ticket_is_refused_cleanly_and_nothing_is_held(
    counter: Counter, anne: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = counter.post(hold("H-1", 300), path="/v1/holds")[0].json()
    available = held(placed)[0] + 300
    monkeypatch.setenv("ASSIDU_NOW", "2026-03-01T12:15:00Z")
    [late] = counter.post(ticket("T-1", placed["hold"]["id"], 300))
    assert (late.status_code, late.json()["code"]) == (409, "hold_not_open")
    assert counter.rows("SELECT held FROM ledger_balance WHERE currency = 'points'") == [(0,)]
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Hold Expired'") == [(1,)]
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Order Completed'") == [(0,)]
    # The purchase goes on with a new hold.
    again = counter.post({**hold("H-2", 300), "time": "2026-03-01T12:15:00Z"}, path="/v1/holds")[0].json()
    assert held(again) == (available - 300, 300)
    [sold] = counter.post(ticket("T-1", again["hold"]["id"], 300))
    assert sold.status_code == 200
    assert is_consistent(counter)


def test_the_clock_ends_holds_that_ran_out(counter: Counter, anne: str) -> None:
    counter.post(hold("H-1", 200), hold("H-2", 100, minutes=60), path="/v1/holds")
    assert run_due(NOON + timedelta(minutes=14)) == 0
    assert run_due(NOON + timedelta(minutes=15)) == 1
    assert counter.rows("SELECT held FROM ledger_balance WHERE currency = 'points'") == [(100,)]
    assert run_due(NOON + timedelta(minutes=60)) == 1
    assert counter.rows("SELECT held, next_release FROM ledger_balance JOIN loyalty_member USING (customer_id) "
                        "WHERE currency = 'points'") == [(0, None)]  # fmt: skip
    assert is_consistent(counter)


def test_a_hold_is_released_by_its_address_and_only_once(counter: Counter, anne: str) -> None:
    placed = counter.post(hold("H-1", 300), path="/v1/holds")[0].json()
    address = f"/v1/holds/{placed['hold']['id']}"

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        answers = [await client.delete(address), await client.delete(address)]
        return [*answers, await client.delete("/v1/holds/nobody.3"), await client.get(address)]

    released, again, unknown, asked = counter.tell(story)
    assert held(released.json()) == (held(placed)[0] + 300, 0)
    assert (again.status_code, again.json()["code"]) == (409, "hold_not_open")
    assert unknown.status_code == 404
    assert asked.status_code == 405
    [sold] = counter.post(ticket("T-1", placed["hold"]["id"], 300))
    assert sold.json()["code"] == "hold_not_open"


def test_nobody_pays_with_the_hold_of_somebody_else(counter: Counter, anne: str) -> None:
    placed = counter.post(hold("H-1", 300), path="/v1/holds")[0].json()
    other = ticket("T-1", placed["hold"]["id"], 300, subject="card:2990000000029")
    [stolen] = counter.post(other)
    assert stolen.json()["code"] == "hold_not_open"
    assert counter.rows("SELECT held FROM ledger_balance WHERE currency = 'points'") == [(300,)]


def test_a_hold_is_placed_at_its_own_address_only_by_what_places_one(counter: Counter, anne: str) -> None:
    [wrong] = counter.post(sale("T-1"), path="/v1/holds")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_event")
    [by_event] = counter.post(hold("H-1", 100))
    assert by_event.json()["hold"]["id"]
