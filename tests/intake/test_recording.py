"""POST /v1/events: what a sender is told, and that it is told the same again."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import httpx
import psycopg
import pytest

from assidu.customers import resolve
from assidu.customers.types import Profile
from assidu.loyalty.rebuild import verify
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


def test_a_number_without_a_store_is_no_ticket(counter: Counter, anne: str) -> None:
    first, second = counter.post(
        sale("T-1", data={"store": "", "ticket": "7"}), sale("T-2", data={"store": "", "ticket": "7"})
    )
    assert [first.json()["status"], second.json()["status"]] == ["created", "created"]
    assert counter.rows("SELECT count(*) FROM events_ticket WHERE ticket = '7'") == [(0,)]


def test_the_number_of_a_return_is_not_that_of_a_sale(counter: Counter, anne: str) -> None:
    back = {
        **sale("R-1", type="Order Refunded"),
        "data": {"store": "317", "ticket": "T-2", "whole": True,
                 "original": {"store": "317", "date": "2026-03-01", "ticket": "T-1"}},
    }  # fmt: skip
    answers = [response.json() for response in counter.post(sale("T-1"), back, sale("T-2"))]
    assert [answer["status"] for answer in answers] == ["created"] * 3
    assert "duplicate_of" not in answers[2]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "card:2990000000029"},
        {"subject": "card:555500001111"},  # a card that nobody has yet
        {"data": {"lines": [{"sku": "s", "amount_minor": 12_301}]}},
    ],
)
def test_a_known_ticket_with_another_customer_or_amount_is_set_aside(
    counter: Counter, anne: str, changes: dict[str, Any]
) -> None:
    counter.shop.member(Profile(card="2990000000029"))
    counter.post(sale())
    other = sale(source="web/shop", **changes)
    [tried] = counter.post(other, path="/v1/evaluate")
    [refused] = counter.post(other)
    for response in (tried, refused):
        assert response.status_code == 409, response.text
        assert response.json()["code"] == "ticket_conflict"
        assert anne not in response.text
        assert "figures" not in response.json()
    assert counter.rows("SELECT source, id, code FROM events_reject") == [
        ("web/shop", "T-1", "ticket_conflict")
    ]


def test_in_one_batch_a_ticket_of_two_customers_counts_for_the_first(counter: Counter, anne: str) -> None:
    counter.shop.member(Profile(card="2990000000029"))
    [response] = counter.post([sale(), sale(subject="card:2990000000029", source="web/shop"), sale("T-2")])
    first, second, third = response.json()["items"]
    assert (first["status"], third["status"]) == ("created", "created")
    assert second["problem"]["code"] == "ticket_conflict"


def test_who_names_nobody_learns_nothing_of_a_known_tickets_customer(counter: Counter, anne: str) -> None:
    counter.post(sale())
    [response] = counter.post(sale(subject=None, source="web/shop"))
    assert response.json()["status"] == "exists"
    assert response.json()["customer"] is None
    assert response.json()["balances"] == []


def test_the_survivor_of_a_merger_is_told_the_tickets_of_both(counter: Counter, anne: str) -> None:
    counter.shop.member(Profile(card="2990000000029"))
    merger = {**sale("M-1", type="Customer Merged"), "data": {"absorbed": "card:2990000000029"}}
    counter.post(sale(subject="card:2990000000029"), merger)
    [again] = counter.post(sale(source="web/shop"))
    assert again.json()["duplicate_of"] == {"source": "till/store-317", "id": "T-1"}


@pytest.mark.parametrize(
    ("path", "lock"),
    [
        ("/v1/events", "SELECT FROM loyalty_member WHERE customer_id = %(absorbed)s FOR UPDATE"),
        # Who only looks waits for no row: the whole table is held between finding the customer and reading them.
        ("/v1/evaluate", "LOCK TABLE loyalty_member IN ACCESS EXCLUSIVE MODE"),
    ],
)
def test_a_sale_that_crossed_a_merger_goes_to_the_survivor(
    counter: Counter, anne: str, path: str, lock: str
) -> None:
    absorbed = counter.shop.member(Profile(card="2990000000029"))

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        sales = [client.post(path, json=sale(f"T-{n}", "card:2990000000029")) for n in range(2)]
        sales.append(client.post(path, json=sale("T-2", f"card:{ANNE}")))
        waiting = asyncio.gather(*sales)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(finish)
        return await waiting

    def finish() -> None:
        merging.execute(
            "UPDATE loyalty_member SET membership = 'absorbed', "
            "state = jsonb_set(state, '{membership}', '\"absorbed\"') WHERE customer_id = %s",
            [absorbed],
        )
        at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        psycopg.RawCursor(merging).execute(resolve.ALIAS, [absorbed, anne, at])
        merging.commit()

    with psycopg.connect(counter.database.url) as merging:
        merging.execute(lock, {"absorbed": absorbed})
        responses = counter.tell(story)
    assert [response.status_code for response in responses] == [200] * 3, [r.text for r in responses]
    assert {response.json()["customer"] for response in responses} == {anne}


def test_each_tried_ticket_finds_the_last_place_free(counter: Counter) -> None:
    cards = [f"29900000{n:05d}" for n in range(12)]
    for card in cards:
        counter.shop.member(Profile(card=card))
    [response] = counter.post(
        [sale(f"T-{n}", f"card:{card}") for n, card in enumerate(cards)], path="/v1/evaluate"
    )
    for item in response.json()["items"]:
        assert "first-ten" in {effect["rule"] for effect in item["effects"]}


def test_a_merger_can_be_tried(counter: Counter, anne: str) -> None:
    counter.shop.member(Profile(card="2990000000029"))
    merger = {**sale("M-1", type="Customer Merged"), "data": {"absorbed": "card:2990000000029"}}
    [tried] = counter.post(merger, path="/v1/evaluate")
    assert tried.json()["status"] == "evaluated", tried.text


def test_what_a_late_ticket_gave_and_has_expired_since_is_not_in_the_balance(
    counter: Counter, anne: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSIDU_NOW", "2029-03-01T12:00:00Z")
    [tried] = counter.post(sale(), path="/v1/evaluate")
    [late] = counter.post(sale())
    assert late.json()["effects"]
    assert points(tried.json()) == points(late.json()) == 0


def test_the_reasons_know_what_was_due_before(
    counter: Counter, anne: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was gold long ago is not tried as gold."""
    [rich] = counter.post(sale(data={"lines": [{"sku": "s", "amount_minor": 1_000_000}]}))
    assert rich.json()["tier"]["code"] == "gold"
    monkeypatch.setenv("ASSIDU_NOW", "2029-03-01T12:00:00Z")
    [tried] = counter.post(sale("T-2", time="2029-03-01T10:00:00Z"), path="/v1/evaluate")
    assert tried.json()["tier"]["code"] != "gold"
    applied = {reason["rule"] for reason in tried.json()["reasons"] if reason["code"] == "applied"}
    assert applied == {effect["rule"] for effect in tried.json()["effects"]}


def test_units_that_never_expire_are_written_as_everybody_reads_them(counter: Counter) -> None:
    lots = [{"currency": "points", "quantity": 900, "issued_on": "2025-12-01"}]
    taken_over = {**sale("O-1", type="Member Taken Over"), "data": {"joined_on": "2020-01-01", "lots": lots}}
    paid = sale("T-1", data={"payments": [{"currency": "points", "quantity": 900}]})
    told, again, bought = counter.post(taken_over, taken_over, paid)
    assert [answer.json()["status"] for answer in (told, again, bought)] == ["created", "exists", "created"]
    days = "SELECT DISTINCT expires_on::text FROM {} WHERE issued_month = '2025-12-01'"
    for table in ("ledger_lot", "ledger_posting"):
        assert counter.rows(days.format(table)) == [("9999-12-31",)]
    assert points(again.json()) == 900
    assert not [m for m in bought.json()["movements"] if m["cause"] == "used" and "expires_on" in m]
    assert verify(counter.database.url).found == []
