"""Many at once: on one customer, on the last points, on the last places."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import tuple_row

from assidu.decisions import evolve
from assidu.decisions.state import State
from assidu.loyalty import queries as loyalty
from assidu.loyalty.recorded import history_of
from assidu.simulation.as_decided import replay_as_decided
from attacks import tills
from attacks.served import Target, key_with, pointing_at
from attacks.test_sql import TRIAL_BALANCE, WALLETS_THAT_DIFFER
from builders.shop import PROGRAMME

Answered = tuple[tills.Event, httpx.Response]


def at_once(target: Target, events: Sequence[tills.Event], connections: int = 40) -> list[Answered]:
    """All of them, as fast as so many connections allow."""

    async def story() -> list[httpx.Response]:
        async with tills.client(target.address, target.key, connections) as client:
            return await asyncio.gather(*(client.post("/v1/events", json=event) for event in events))

    return list(zip(events, asyncio.run(story()), strict=True))


def one_by_one(target: Target, events: Sequence[tills.Event]) -> list[dict[str, Any]]:
    async def story() -> list[dict[str, Any]]:
        async with tills.client(target.address, target.key) as client:
            answers = []
            for event in events:
                response = await client.post("/v1/events", json=event)
                assert response.status_code == 200, response.text
                answers.append(response.json())
            return answers

    return asyncio.run(story())


def assert_decided_in_one_order(
    target: Target, customer: str, answers: Sequence[dict[str, Any]]
) -> list[int]:
    """The order of ``seq`` explains every answer; answers what the customer had after each event."""
    with pointing_at(target.database.url):
        book = loyalty.current_book(PROGRAMME)
    assert book is not None
    with psycopg.connect(target.database.url, row_factory=tuple_row) as connection:
        [history] = history_of(connection, [UUID(customer)])
        again = replay_as_decided(connection, book, [[UUID(customer)]])
        assert connection.execute(WALLETS_THAT_DIFFER).fetchall() == []
        assert connection.execute(TRIAL_BALANCE).fetchall() == []
    assert again.differences == {}, "decided again in the order of seq, everything comes out the same"
    assert [one.seq for one in history] == list(range(1, len(history) + 1))
    state = State()
    points = [0]
    vouchers = [0]
    for one in history:
        state = evolve(state, one.decision())
        points.append(sum(n for lot, n in state.lots.items() if lot.currency == "points"))
        vouchers.append(sum(n for lot, n in state.lots.items() if lot.currency == "voucher-5"))
    created = [answer for answer in answers if answer["status"] == "created"]
    assert len({answer["seq"] for answer in created}) == len(created), "nobody shares a place in the order"
    for answer in created:
        seq = answer["seq"]
        assert tills.available(answer) == points[seq], answer
        assert tills.available(answer, "voucher-5") == vouchers[seq], answer
    return points


def test_two_hundred_mixed_requests_at_once_on_one_customer(target: Target, django_db_blocker: Any) -> None:
    card = "2990000011111"
    chance = random.Random(11)
    first = [tills.joining("X-J", card), tills.correction("X-C", card, 3_000)]
    first += [tills.sale(f"X-S{n}", card, 9_900) for n in range(6)]
    begun = one_by_one(target, first)
    sold = first[2:]
    events = [tills.anything(chance, iter([f"X-{n:03d}"]), [card], sold) for n in range(150)]
    events += chance.choices(events, k=50)  # retried while the first try is under way
    chance.shuffle(events)
    answered = at_once(target, events, connections=len(events))
    assert {response.status_code for _, response in answered} <= {200, 409, 422}
    told = [response.json() for _, response in answered if response.status_code == 200]
    with django_db_blocker.unblock():
        points = assert_decided_in_one_order(target, begun[0]["customer"], begun + told)
    recorded = Counter(answer["id"] for answer in told if answer["status"] == "created")
    assert max(recorded.values()) == 1
    assert len(recorded) > 100
    assert {answer["id"] for answer in told} == recorded.keys()
    assert len(points) == len(begun) + len(recorded) + 1
    for event, response in answered:
        if response.status_code == 409:
            problem = response.json()
            assert problem["code"] in REFUSALS, problem
            if problem["code"] == "insufficient_balance" and event["type"] != "Balance Corrected":
                assert problem["figures"]["available"] in points, "refused on a balance that there was"


REFUSALS = {"insufficient_balance", "pays_more_than_ticket", "return_exceeds_sale", "nothing_left_to_return"}


def test_the_last_points_are_burnt_at_two_tills_and_one_of_them_wins(target: Target) -> None:
    for round_ in range(10):
        card = f"2990000022{round_:03d}"
        one_by_one(target, [tills.joining(f"L-J{round_}", card), tills.correction(f"L-C{round_}", card, 100)])
        burns = [
            tills.sale(f"L-{round_}-{store}", card, 5_000, points=300, store=store)
            for store in ("317", "318")
        ]
        answered = at_once(target, burns)
        assert sorted(response.status_code for _, response in answered) == [200, 409]
        [refused] = [response.json() for _, response in answered if response.status_code == 409]
        assert refused["code"] == "insufficient_balance"
        assert refused["figures"]["available"] < 300
        [won] = [response.json() for _, response in answered if response.status_code == 200]
        assert {"currency": "points", "quantity": -300} in [
            {"currency": move["currency"], "quantity": move["quantity"]} for move in won["movements"]
        ]


def test_a_voucher_is_spent_once_however_many_tills_take_it(target: Target) -> None:
    card = "2990000033333"
    one_by_one(
        target, [tills.joining("V-J", card), tills.correction("V-C", card, 500), tills.reward("V-R", card)]
    )
    events = []
    for n in range(12):
        event = tills.sale(f"V-{n}", card, 5_000)
        event["data"]["payments"] = [{"currency": "voucher-5", "quantity": 1}]
        events.append(event)
    statuses = Counter(response.status_code for _, response in at_once(target, events))
    assert statuses == {200: 1, 409: 11}


def test_the_same_ticket_told_by_twelve_at_once_counts_once(target: Target) -> None:
    """By the till, and by the web shop under keys of its own: the ticket is the same."""
    card = "2990000044444"
    one_by_one(target, [tills.joining("D-J", card)])
    events = []
    for n in range(12):
        event = tills.sale("D-1", card, 7_700)
        events.append(event if n % 2 else event | {"source": "web/shop", "id": f"D-web-{n}"})
    answered = at_once(target, events)
    assert {response.status_code for _, response in answered} == {200}
    told = [response.json() for _, response in answered]
    assert Counter(answer["status"] for answer in told) == {"created": 1, "exists": 11}
    assert len({answer["seq"] for answer in told}) == 1


def race(
    target: Target, keys: dict[str, str], events: Sequence[tills.Event], connections: int
) -> list[tuple[tills.Event, dict[str, Any]]]:
    """Each store with its own key, over so many connections in all."""

    async def story() -> list[dict[str, Any]]:
        clients = {
            store: tills.client(target.address, key, connections // len(keys)) for store, key in keys.items()
        }

        async def ask(event: tills.Event) -> dict[str, Any]:
            response = await clients[event["data"]["store"]].post("/v1/events", json=event)
            assert response.status_code == 200, response.text
            answer: dict[str, Any] = response.json()
            return answer

        try:
            asked: Sequence[Awaitable[dict[str, Any]]] = [ask(event) for event in events]
            return list(await asyncio.gather(*asked))
        finally:
            await asyncio.gather(*(client.aclose() for client in clients.values()))

    return list(zip(events, asyncio.run(story()), strict=True))


def test_the_first_ten_of_the_day_are_ten_whoever_asks_from_three_stores(
    target: Target, django_db_blocker: Any
) -> None:
    """A thousand claims over twenty connections, of two hundred customers who each may have one place."""
    with django_db_blocker.unblock(), pointing_at(target.database.url):
        keys = {store: key_with("events:write", store=store) for store in ("401", "402", "403")}
    stores = list(keys)
    cards = [f"29900001{n:05d}" for n in range(200)]
    day = "2026-02-20"

    def then(event: tills.Event, hour: int) -> tills.Event:
        return event | {"time": f"{day}T{hour}:00:00+01:00"}

    joined = at_once(target, [then(tills.joining(f"Q-J{n}", card), 10) for n, card in enumerate(cards)])
    assert {response.status_code for _, response in joined} == {200}
    claims = [
        then(tills.sale(f"Q-{n}", cards[n % 200], 6_000, store=stores[n % 3]), 11) for n in range(1_000)
    ]
    answered = race(target, keys, claims, connections=20)
    winners = [
        (event["subject"], effect)
        for event, answer in answered
        for effect in answer["effects"]
        if effect["rule"] == "first-ten"
    ]
    assert len(winners) == 10
    assert len({subject for subject, _ in winners}) == 10
    assert {effect["quantity"] for _, effect in winners} == {100}
    assert target.rows("SELECT taken, limit_places FROM loyalty_quota WHERE key LIKE '%%2026-02-20%%'") == [
        (10, 10)
    ]


def test_customers_who_are_merged_while_they_buy_keep_every_point_once(target: Target) -> None:
    """Ten pairs become one each, while both sides buy: whatever order it happens in, nothing is lost or doubled."""
    events = []
    for n in range(10):
        one, other = f"29900002{n:05d}", f"29900003{n:05d}"
        one_by_one(target, [tills.joining(f"M-A{n}", one), tills.joining(f"M-B{n}", other)])
        events += [tills.sale(f"M-{n}-{k}", one if k % 2 else other, 10_000) for k in range(6)]
        merger = {"absorbed": f"card:{other}", "by": "p-1", "reason": "same person"}
        events.append(tills.event(f"M-{n}-merge", one, "Customer Merged", merger))
    random.Random(12).shuffle(events)
    answered = at_once(target, events)
    assert {response.status_code for _, response in answered} == {200}, [
        r.text for _, r in answered if r.is_error
    ]
    given = target.rows("SELECT count(*) FROM events_event WHERE type = 'Order Completed' AND id LIKE 'M-%%'")
    assert given == [(60,)]
    assert target.rows(TRIAL_BALANCE) == []
    assert target.rows(WALLETS_THAT_DIFFER) == []
    status, verified = target.server.run("rebuild", "--verify")
    assert (status, verified["differences"]) == (0, 0), verified["found"]
