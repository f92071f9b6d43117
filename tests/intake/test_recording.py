"""POST /v1/events: what a sender is told, and that it is told the same again."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from assidu.customers.types import Profile
from builders.counter import Counter, key_with, sale

ANNE = "2990000000012"


@pytest.fixture
def anne(counter: Counter) -> str:
    return str(counter.shop.member(Profile(card=ANNE), datetime(2026, 2, 2, 9, tzinfo=UTC)))


def points(answer: dict[str, Any]) -> int:
    found: int = next(b["available"] for b in answer["balances"] if b["currency"] == "points")
    return found


def test_a_sale_is_answered_with_what_it_gave_and_why(counter: Counter, anne: str) -> None:
    [response] = counter.post(sale())
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["status"] == "created"
    assert answer["customer"] == anne
    assert (
        points(answer)
        == sum(e["quantity"] for e in answer["effects"])
        + counter.rows("SELECT coalesce(sum(quantity), 0)::bigint FROM ledger_posting WHERE seq = 1")[0][0]
    )
    assert answer["effects"][0].keys() >= {"rule", "name", "quantity", "reason", "basis_minor"}
    assert answer["tier"]["code"] == "bronze"
    assert answer["next_tier"]["missing_minor"] > 0
    assert "gagnez" in answer["receipt"]
    assert len(answer["receipt_short"]) <= 40
    assert response.headers["x-request-id"]


def test_the_receipt_speaks_the_customers_language(counter: Counter) -> None:
    counter.shop.member(Profile(card=ANNE, language="en"))
    [response] = counter.post(sale())
    assert "You earn" in response.json()["receipt"]


def test_evaluating_says_the_same_and_changes_nothing(counter: Counter, anne: str) -> None:
    before = counter.rows("SELECT count(*) FROM events_key")
    [tried] = counter.post(sale(), path="/v1/evaluate")
    assert tried.status_code == 200
    assert counter.rows("SELECT count(*) FROM events_key") == before
    [made] = counter.post(sale())
    same = ("effects", "movements", "balances", "tier", "next_tier", "receipt", "receipt_short", "seq")
    assert {name: tried.json()[name] for name in same} == {name: made.json()[name] for name in same}
    assert tried.json()["status"] == "evaluated"
    assert {reason["code"] for reason in tried.json()["reasons"]} > {"applied"}


def test_told_again_it_is_answered_the_same_and_posted_once(counter: Counter, anne: str) -> None:
    first, again, other_meaning, other_source = counter.post(
        sale(), sale(), sale(data={"lines": [{"sku": "s", "amount_minor": 1}]}), sale(source="web/shop")
    )
    assert again.json()["status"] == "exists"
    assert again.json()["effects"] == first.json()["effects"]
    assert again.json()["balances"] == first.json()["balances"]
    assert other_meaning.status_code == 409
    assert other_meaning.json()["code"] == "idempotency_conflict"
    assert other_meaning.headers["content-type"] == "application/problem+json"
    assert other_source.json()["duplicate_of"] == {"source": "till/store-317", "id": "T-1"}
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Order Completed'") == [(1,)]
    assert counter.rows("SELECT id, code FROM events_reject") == [("T-1", "idempotency_conflict")]


def test_a_batch_has_an_answer_for_each_and_none_stops_another(counter: Counter, anne: str) -> None:
    batch = [
        sale("T-1"),
        sale("T-1"),
        {"nothing": "much"},
        sale("T-2", subject=None),
        sale("T-3", data={"payments": [{"currency": "points", "quantity": 999_999}]}),
        sale("T-4", subject="card:999900001111"),
        sale("T-5"),
        sale("T-1", source="web/shop"),
        {**sale("R-1", type="Order Refunded"),
         "data": {"store": "317", "ticket": "R-1", "original_event": {"source": "till/store-317", "id": "T-5"},
                  "whole": True}},
    ]  # fmt: skip
    [response] = counter.post(batch)
    assert response.status_code == 207
    items = response.json()["items"]
    said = [item["problem"]["code"] if item["status"] == "refused" else item["status"] for item in items]
    assert said == [
        "created", "exists", "invalid_event", "created", "insufficient_balance", "created", "created", "exists",
        "created",
    ]  # fmt: skip
    assert items[7]["duplicate_of"] == {"source": "till/store-317", "id": "T-1"}
    assert points(items[8]) == points(items[0])


def test_two_hundred_requests_at_once_on_one_customer_all_count_once(counter: Counter, anne: str) -> None:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        events = [sale(f"T-{n % 150}") for n in range(200)]
        return await asyncio.gather(*(client.post("/v1/events", json=event) for event in events))

    responses = counter.tell(story)
    assert {response.status_code for response in responses} == {200}
    assert sum(response.json()["status"] == "created" for response in responses) == 150
    [(seq, events, gapless)] = counter.rows(
        "SELECT m.seq, (SELECT count(*) FROM events_event AS e WHERE e.customer_id = m.customer_id), "
        "(SELECT max(seq) = count(*) FROM events_event AS e WHERE e.customer_id = m.customer_id) "
        "FROM loyalty_member AS m WHERE m.customer_id = %s",
        [anne],
    )
    assert (seq, events, gapless) == (151, 151, True)
    [(posted, lots, balance)] = counter.rows(
        "SELECT (SELECT sum(quantity) FROM ledger_posting WHERE customer_id = %(id)s AND currency = 'points'), "
        "(SELECT sum(remaining) FROM ledger_lot WHERE customer_id = %(id)s AND currency = 'points'), "
        "(SELECT posted FROM ledger_balance WHERE customer_id = %(id)s AND currency = 'points')",
        {"id": anne},
    )
    assert posted == lots == balance == max(points(response.json()) for response in responses)


def test_unknown_cards_are_opened_once_however_many_ask_at_once(counter: Counter) -> None:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        events = [sale(f"T-{n}", subject=f"card:88880000{n % 10:04d}") for n in range(60)]
        return await asyncio.gather(*(client.post("/v1/events", json=event) for event in events))

    responses = counter.tell(story)
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["customer"] for response in responses}) == 10
    assert counter.rows("SELECT count(*), sum(seq) FROM loyalty_member") == [(10, 60)]


def test_a_merger_over_the_counter_needs_a_key_that_may_change_customers(counter: Counter, anne: str) -> None:
    counter.shop.member(Profile(card="2990000000029"))
    merger = {
        **sale("M-1", type="Customer Merged"),
        "data": {"absorbed": "card:2990000000029", "by": "p-1", "reason": "same person"},
    }
    [refused] = counter.post(merger, key=key_with("events:write"))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    [merged] = counter.post(merger)
    assert merged.json()["status"] == "created"
    [after] = counter.post(sale("T-9", "card:2990000000029"))
    assert after.json()["customer"] == anne


def test_joining_with_a_profile_keeps_it_out_of_the_events(counter: Counter) -> None:
    joining = {
        **sale("J-1", subject="card:777700001111", type="Member Joined"),
        "data": {"store": "317", "channel": "store", "terms_version": "3",
                 "profile": {"last_name": "Béré", "email": "zoe@example.org"}},
    }  # fmt: skip
    first, again, other = counter.post(joining, joining, {**joining, "id": "J-2"})
    assert first.json()["status"] == "created", first.text
    assert again.json()["status"] == "exists"
    assert other.json()["code"] == "already_a_member"
    assert counter.rows("SELECT last_name FROM customers_customer WHERE last_name <> ''") == [("Béré",)]
    assert counter.rows("SELECT count(*) FROM events_event WHERE body::text LIKE '%%zoe%%'") == [(0,)]


def test_a_new_version_is_obeyed_from_the_next_event_on(counter: Counter, anne: str) -> None:
    import msgspec

    from assidu.loyalty import plans
    from builders.shop import OPENED, PROGRAMME

    published = plans.published_plans(PROGRAMME)[-1].document

    async def story(client: httpx.AsyncClient) -> list[Any]:
        first = await client.post("/v1/events", json=sale("T-1"))
        await asyncio.to_thread(publish)
        second = await client.post("/v1/events", json=sale("T-2"))
        return [first.json()["plan_version"], second.json()["plan_version"]]

    def publish() -> None:
        from django.db import connection

        document = msgspec.structs.replace(published, valid_from=date(2026, 2, 1), version=None)
        plans.publish(document, "", at=OPENED)
        connection.close()

    before, after = counter.tell(story)
    assert after == before + 1
