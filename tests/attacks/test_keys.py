"""Keys that open too little, nothing any more, or another store: on every route of the document."""

import itertools
import re
import uuid
from functools import cache
from typing import Any

import httpx
import pytest

from assidu.foundation.people import actions as people
from assidu.foundation.people import queries
from assidu.foundation.people.roles import SCOPES
from assidu.foundation.people.types import COMMAND_LINE
from attacks import tills
from attacks.served import Target, eventually, key_with, pointing_at
from attacks.test_bodies import COUNTS

OPEN = {"/livez", "/readyz", "/metrics", "/v1/openapi.json", "/v1/docs"}
CLIENT = httpx.Client(timeout=30, trust_env=False)
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def described(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/v1/openapi.json", timeout=30).json()
    return found


def routes(target: Target) -> list[tuple[str, str, dict[str, Any]]]:
    found = [
        (method.upper(), path, operation)
        for path, operations in described(target.address)["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and path not in OPEN
    ]
    assert len(found) >= 15
    return found


BODIES: dict[str, dict[str, Any]] = {
    "/v1/customers/search": {"text": "nobody"},
    "/v1/plans/check": {"content": "format: 1"},
    "/v1/plans": {"content": "format: 1"},
    "/v1/keys": {"name": "x", "scopes": ["no such scope"]},
    "/v1/customers/{customer_id}/unmerge": {"reason": "two people after all"},
    "/v1/customers/{customer_id}/tickets": {"store": "317", "date": "2026-03-01", "ticket": "no such ticket"},
    "/v1/simulations": {"content": "format: 1"},
    "/v1/drafts": {"content": "format: 1"},
    "/v1/drafts/{draft_id}": {"content": "format: 1"},
    "/v1/drafts/{draft_id}/publish": {"first_day": "2026-03-01"},
    "/v1/plans/{version}/go-back": {"first_day": "2026-03-01"},
    "/v1/rates": {"rates": [{"currency": "XXX", "day": "2026-03-01", "rate": "1.5"}]},
    "/v1/economics/settings": {"content": "no such setting: 1"},
    "/v1/economics/macro": {"content": "no such assumption: 1"},
    "/v1/economics/assumptions": {"content": "no such assumption: 1"},
    "/v1/economics/months": {"month": "1999-01"},
}
"""What each route understands, and does nothing about."""
NO_SECRETS = {"/v1/stores", "/v1/rates", "/v1/promotions", "/v1/promotions/{code}"}
NEED_TWO = {
    ("GET", "/v1/drafts/{draft_id}/receipts"),
    ("POST", "/v1/drafts/{draft_id}/simulate"),
    ("POST", "/v1/economics/discounts"),
    ("POST", "/v1/economics/discounts/{run_id}/cancel"),
    ("POST", "/v1/economics/trials"),
    ("POST", "/v1/economics/trials/{run_id}/cancel"),
}
"""Who tries something on the past both reads or writes what it is about and replays."""


def example(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """The least that a schema asks for; it names nothing that exists."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return example(choices[0], document)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", ())
            return {name: example(schema["properties"][name], document) for name in needed}
        case "array":
            return [example(schema["items"], document)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    formats = {"date": "2026-03-01", "date-time": "2026-03-01T12:00:00Z", "uuid": str(uuid.UUID(int=7))}
    return formats.get(schema.get("format", ""), "x" * schema.get("minLength", 1))


def ask(target: Target, method: str, path: str, operation: dict[str, Any], key: str | None) -> httpx.Response:
    body: Any = None
    if "requestBody" in operation:
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        body = BODIES[path] if path in BODIES else example(schema, described(target.address))
    path = re.sub(r"\{\w+_id\}", str(uuid.UUID(int=7)), path)
    path = (
        path.replace("{version}", "1")
        .replace("{event}", "1")
        .replace("{number}", "1")
        .replace("{hold}", f"{uuid.UUID(int=7)}.1")
    )
    for one in operation.get("parameters", ()):
        if one["in"] == "path" and "enum" in one["schema"]:
            path = path.replace(f"{{{one['name']}}}", one["schema"]["enum"][0])
    path = re.sub(r"\{\w+\}", "x", path)
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    return CLIENT.request(method, f"{target.address}{path}", headers=headers, json=body)


def test_no_route_opens_without_a_key_that_is_one(target: Target) -> None:
    before = target.rows(COUNTS)
    wrong = itertools.cycle(["ask_nobody", "x" * 300, target.key[:-1], target.key + "x", target.key.upper()])
    for method, path, operation in routes(target):
        for key in (None, next(wrong)):
            answer = ask(target, method, path, operation, key)
            assert answer.status_code == 401, (method, path, key, answer.status_code)
            assert answer.json()["code"] in ("key_missing", "key_unknown")
            assert "www-authenticate" in answer.headers
    assert target.rows(COUNTS) == before


def missing(answer: httpx.Response) -> str | None:
    """The scope that a refusal names; nothing where the route serves whoever asks."""
    assert answer.status_code < 500, answer.url
    if answer.status_code != 403 or answer.json()["code"] == "not_a_person":
        return None
    assert answer.json()["code"] == "missing_scope"
    named = re.search(r"[a-z]+:[a-z]+|admin|evaluate|simulate", answer.json()["detail"])
    assert named is not None, "a refusal says which scope would do"
    return named[0]


def test_a_key_opens_nothing_beyond_its_scopes(target: Target, django_db_blocker: pytest.MonkeyPatch) -> None:
    """Each route is served with one scope alone, and refused with all the others together."""
    with django_db_blocker.unblock(), pointing_at(target.database.url):  # type: ignore[attr-defined]
        alone = {scope: key_with(scope) for scope in SCOPES}
        without = {scope: key_with(*(other for other in SCOPES if other != scope)) for scope in SCOPES}
    needs_two = set()
    for method, path, operation in routes(target):
        if method == "GET" and path in NO_SECRETS:
            served = {missing(ask(target, method, path, operation, key)) for key in alone.values()}
            assert served == {None}, "what the catalogue knows is no secret to a key"
            continue
        needed = missing(ask(target, method, path, operation, alone["evaluate"])) or "evaluate"
        assert missing(ask(target, method, path, operation, without[needed])) == needed, f"{method} {path}"
        if missing(ask(target, method, path, operation, alone[needed])) is not None:
            needs_two.add((method, path))
        elif method != "GET" and needed in ("customers:read", "ledger:read", "plan:read"):
            assert path.endswith(("/search", "/check")), (
                f"{method} {path} changes something for whoever may only read"
            )
    assert needs_two == NEED_TWO, "every other route is opened by one scope"


def test_a_key_of_one_store_tells_nothing_of_another(
    target: Target, django_db_blocker: pytest.MonkeyPatch
) -> None:
    with django_db_blocker.unblock(), pointing_at(target.database.url):  # type: ignore[attr-defined]
        mine = key_with(
            "events:write", "evaluate", "customers:read", "customers:write", "ledger:read", store="777"
        )
    card = "2990000099999"
    headers = {"Authorization": f"Bearer {target.key}"}
    for event in (tills.joining("K-J", card), tills.sale("K-S", card, 4_000)):
        told = httpx.post(f"{target.address}/v1/events", json=event, headers=headers, timeout=30)
        assert told.status_code == 200, told.text
    customer = told.json()["customer"]
    bound = {"Authorization": f"Bearer {mine}"}
    before = target.rows(COUNTS)
    correction = tills.correction("K-C", card, 1_000)
    merger = tills.event(
        "K-M", card, "Customer Merged", {"absorbed": "card:2990000088888", "by": "me", "reason": "x"}
    )
    for event in (tills.sale("K-1", card, 100), tills.sale("K-2", card, 100, store=""), correction, merger):
        for path in ("/v1/events", "/v1/evaluate"):
            answer = httpx.post(f"{target.address}{path}", json=event, headers=bound, timeout=30)
            assert (answer.status_code, answer.json()["code"]) == (403, "other_store"), (path, event["type"])
    batch = httpx.post(f"{target.address}/v1/events", json=[correction, merger], headers=bound, timeout=30)
    assert [item["problem"]["code"] for item in batch.json()["items"]] == ["other_store"] * 2
    for path in ("", "/ledger", "/events", "/explain/2"):
        answer = httpx.get(f"{target.address}/v1/customers/{customer}{path}", headers=bound, timeout=30)
        assert answer.status_code in (403, 404), (path, answer.status_code)
        assert "2990000099999" not in answer.text
    # What another store told is not found out by telling it again: the meaning differs by the store.
    stolen = tills.sale("K-S", card, 4_000) | {
        "data": tills.sale("K-S", card, 4_000)["data"] | {"store": "777"}
    }
    answer = httpx.post(f"{target.address}/v1/evaluate", json=stolen, headers=bound, timeout=30)
    assert answer.json()["code"] == "idempotency_conflict"
    assert target.rows(COUNTS) == before


def test_a_revoked_key_is_worth_nothing_within_seconds(
    target: Target, django_db_blocker: pytest.MonkeyPatch
) -> None:
    with django_db_blocker.unblock(), pointing_at(target.database.url):  # type: ignore[attr-defined]
        key = key_with("events:write", "customers:read")
        known = queries.key_for(key)
        assert known is not None
        headers = {"Authorization": f"Bearer {key}"}

        def status(method: str, path: str) -> int:
            return httpx.request(
                method, f"{target.address}{path}", headers=headers, json={}, timeout=30
            ).status_code

        assert status("POST", "/v1/events") == 422
        assert status("GET", f"/v1/customers/{uuid.UUID(int=7)}") == 404
        people.revoke_key(known.id, COMMAND_LINE)
        assert status("GET", f"/v1/customers/{uuid.UUID(int=7)}") == 401
        eventually(lambda: status("POST", "/v1/events") == 401, 6)
