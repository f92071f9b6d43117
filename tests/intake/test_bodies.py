"""Whatever is sent, the answer is clear and nothing is written."""

from typing import Any

import httpx
import msgspec
import pytest

from assidu.events.wire import BATCH_BYTES_MAX, EVENT_BYTES_MAX
from builders.counter import Counter, sale

JSON = {"Content-Type": "application/json"}


def written(event: Any) -> bytes:
    return msgspec.json.encode(event)


def with_line(**fields: Any) -> bytes:
    return written(sale(data={"lines": [{"sku": "s", "amount_minor": 1} | fields]}))


LONE_SURROGATE = written(sale()).replace(b'"T-1"', b'"\\ud83d"', 1)
ODD = {
    "nothing": (b"", 400, "malformed"),
    "no JSON": (b"a=1", 400, "malformed"),
    "half of it": (written(sale())[:-5], 400, "malformed"),
    "two of them": (written(sale()) * 2, 400, "malformed"),
    "a number": (b"12", 422, "invalid_event"),
    "null": (b"null", 422, "invalid_event"),
    "an empty batch": (b"[]", 422, "invalid_event"),
    "too many": (b"[" + b",".join([b"1"] * 1_001) + b"]", 422, "invalid_event"),
    "deep objects": (b'{"a":' * 100_000, 400, "too_deep"),
    "deep arrays": (b"[" * 100_000, 400, "too_deep"),
    "deep inside an event": (
        written(sale()).replace(b'"id":"T-1"', b'"id":"T-1","x":' + b"[" * 100_000, 1), 400, "too_deep",
    ),
    "huge": (with_line(amount_minor=10**30), 422, "invalid_event"),
    "long digits": (with_line().replace(b'"amount_minor":1', b'"amount_minor":' + b"9" * 6_000), 422, "invalid_event"),
    "beyond the limit": (with_line(amount_minor=-(10**10) - 1), 422, "invalid_event"),
    "a fraction": (with_line(amount_minor=1.5), 422, "invalid_event"),
    "exponents": (with_line().replace(b'"amount_minor":1', b'"amount_minor":1e400'), 422, "invalid_event"),
    "not a number": (with_line().replace(b'"amount_minor":1', b'"amount_minor":NaN'), 400, "malformed"),
    "a NUL": (written(sale(data={"ticket": "a\0b"})), 422, "invalid_event"),
    "a NUL in an extension": (written(sale() | {"note": "\0"}), 422, "invalid_event"),
    "half a character": (LONE_SURROGATE, 400, "malformed"),
    "no UTF-8": (written(sale()).replace(b"T-1", b"\xff\xfe"), 400, "malformed"),
    "another type": (written(sale(type="Order Guessed")), 422, "invalid_event"),
    "another version": (written(sale(specversion="2.0")), 422, "invalid_event"),
    "unknown fields": (written(sale(data={"amount": 1})), 422, "invalid_event"),
    "a card that is none": (written(sale(subject="card:☃")), 422, "invalid_event"),
    "a mail that is none": (written(sale(subject="email:zoe")), 422, "invalid_event"),
    "negative payments": (
        written(sale(data={"payments": [{"currency": "points", "quantity": -5}]})), 422, "invalid_event",
    ),
    "the year 0": (written(sale(time="0000-01-01T00:00:00Z")), 422, "invalid_event"),
    "next week": (written(sale(time="2026-03-08T10:00:00Z")), 422, "invalid_event"),
    "the year 9999": (written(sale(time="9999-12-31T23:59:59-12:00")), 422, "invalid_event"),
}  # fmt: skip


def test_odd_bodies_are_refused_and_nothing_is_written(counter: Counter) -> None:
    """One server for all of them: none may harm the next."""
    before = counter.rows(_COUNTS)

    async def story(client: httpx.AsyncClient) -> dict[str, tuple[int, str, str]]:
        answers = {}
        for name, (body, _, _) in ODD.items():
            response = await client.post(
                "/v1/events", content=body, headers={"Content-Type": "application/json"}
            )
            assert response.headers["content-type"] == "application/problem+json", (name, response.text)
            answers[name] = (response.status_code, response.json()["code"], response.json()["request_id"])
        fine = await client.post("/v1/evaluate", json=sale())
        assert fine.status_code == 200
        return answers

    answers = counter.tell(story)
    assert {name: answer[:2] for name, answer in answers.items()} == {
        name: (status, code) for name, (_, status, code) in ODD.items()
    }
    assert counter.rows(_COUNTS) == before


_COUNTS = """
SELECT (SELECT count(*) FROM events_key), (SELECT count(*) FROM events_event), (SELECT count(*) FROM events_anonymous),
       (SELECT count(*) FROM customers_customer), (SELECT count(*) FROM ledger_posting)
"""


def test_extreme_but_honest_figures_are_recorded_to_the_unit(counter: Counter) -> None:
    lines = [
        {"sku": f"s{n}", "amount_minor": 10**10, "quantity": 10**10, "department": "x" * 200}
        for n in range(1_000)
    ]
    [response] = counter.post(sale(data={"lines": lines, "ticket": "é\U0001f600\u202e"}))
    assert response.status_code == 200, response.text
    assert counter.rows("SELECT amount_minor FROM events_event") == [(10**13,)]
    assert counter.rows("SELECT ticket FROM events_ticket") == [("é\U0001f600\u202e",)]


@pytest.mark.parametrize("size", [EVENT_BYTES_MAX + 1, BATCH_BYTES_MAX + 1])
def test_bodies_beyond_the_limit_are_not_read(counter: Counter, size: int) -> None:
    async def story(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(
            "/v1/events", content=b'{"a":"' + b"x" * size, headers={"Content-Type": "application/json"}
        )

    response = counter.tell(story)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_body_that_comes_in_pieces_without_a_length_has_the_same_limit(counter: Counter) -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b"x" * 100_000

    async def story(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/events", content=pieces(), headers=JSON)

    response = counter.tell(story)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_other_methods_types_and_paths_are_told_what_is_meant(counter: Counter) -> None:
    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [
            await client.get("/v1/events"),
            await client.put("/v1/evaluate", json=sale()),
            await client.post("/v1/events", content=b"a=1", headers={"Content-Type": "text/plain"}),
            await client.post("/v1/nothing", json=sale()),
            await client.post(
                "/v1/evaluate", content=written([sale()]),
                headers={"Content-Type": "application/cloudevents-batch+json; charset=utf-8"},
            ),
        ]  # fmt: skip

    answers = [(response.status_code, response.json().get("code")) for response in counter.tell(story)]
    assert answers == [
        (405, "method_not_allowed"), (405, "method_not_allowed"), (415, "unsupported_media_type"), (404, "not_found"),
        (207, None),
    ]  # fmt: skip


def test_the_request_id_of_a_proxy_is_kept_and_a_dangerous_one_is_not(counter: Counter) -> None:
    async def story(client: httpx.AsyncClient) -> list[str]:
        ids = []
        for proposed in ("proxy-12345678", "a\tb", "x" * 500):
            response = await client.get("/livez", headers={"X-Request-Id": proposed})
            ids.append(response.headers["x-request-id"])
        return ids

    kept, *replaced = counter.tell(story)
    assert kept == "proxy-12345678"
    assert all(len(one) == 32 for one in replaced)
