"""A till that was cut off tells afterwards what can no longer be refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assidu.customers.types import Profile
from assidu.foundation.people.roles import SCOPES
from assidu.loyalty.explain import explain
from assidu.loyalty.rebuild import verify
from assidu.plans.wording import Language
from builders.counter import Counter, key_with, sale

ANNE = "2990000000012"


@pytest.fixture
def anne(counter: Counter) -> Any:
    return counter.shop.member(Profile(card=ANNE), datetime(2026, 2, 2, 9, tzinfo=UTC))


@pytest.fixture
def till(counter: Counter, anne: Any) -> str:
    return key_with("events:write", "events:past", "evaluate", store="317")


def offline(id_: str, points: int, **data: Any) -> dict[str, Any]:
    """Paid with points while nobody could be asked."""
    payments = [{"currency": "points", "quantity": points}]
    return sale(id_, data={"payments": payments, "has_happened": True} | data)


def points(answer: dict[str, Any]) -> int:
    found: int = next(b["available"] for b in answer["balances"] if b["currency"] == "points")
    return found


def test_a_burn_above_the_balance_that_has_happened_is_taken_as_far_as_it_goes(
    counter: Counter, anne: Any, till: str
) -> None:
    [first] = counter.post(sale("T-1"), key=till)
    had = points(first.json())
    assert had > 0
    asked = had + 1_000
    live = offline("T-2", asked)
    live["data"].pop("has_happened")
    [refused] = counter.post(live, key=till)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_balance")
    [tried] = counter.post(offline("T-2", asked), path="/v1/evaluate", key=till)
    [told] = counter.post(offline("T-2", asked), key=till)
    assert told.status_code == 200, told.text
    answer = told.json()
    assert answer["shortfalls"] == [{"currency": "points", "quantity": 1_000, "cause": "unfunded_burn"}]
    used = [m for m in answer["movements"] if m["cause"] == "used"]
    assert sum(m["quantity"] for m in used) == -had
    assert points(answer) == sum(effect["quantity"] for effect in answer["effects"])
    assert {name: tried.json()[name] for name in ("shortfalls", "movements", "balances")} == {
        name: answer[name] for name in ("shortfalls", "movements", "balances")
    }
    assert counter.rows("SELECT id FROM events_event WHERE has_happened AND type = 'Order Completed'") == [
        ("T-2",)
    ]
    explained = explain(anne, answer["seq"], Language.EN)
    assert explained is not None
    assert explained.is_same
    assert verify(counter.database.url).found == []


def test_sent_again_as_having_happened_it_is_the_same_sale(counter: Counter, till: str) -> None:
    """A till that heard no answer does not know whether it was recorded."""
    first, again = counter.post(sale("T-1"), sale("T-1", data={"has_happened": True}), key=till)
    assert (first.json()["status"], again.json()["status"]) == ("created", "exists")
    other, and_back = counter.post(
        offline("T-2", 900_000), offline("T-2", 900_000, has_happened=False), key=till
    )
    assert (other.json()["status"], and_back.json()["status"]) == ("created", "exists")
    assert and_back.json()["shortfalls"] == other.json()["shortfalls"]


def test_only_a_key_with_the_scope_says_so(counter: Counter, till: str) -> None:
    assert "events:past" in SCOPES
    key = key_with("events:write", "evaluate", store="317")
    for path in ("/v1/events", "/v1/evaluate"):
        [refused] = counter.post(offline("T-1", 5), path=path, key=key)
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
        assert "events:past" in refused.json()["detail"]
    [batch] = counter.post([offline("T-1", 5), sale("T-2")], key=key)
    assert [item["status"] for item in batch.json()["items"]] == ["refused", "created"]


def test_what_is_to_come_has_not_happened(counter: Counter, till: str) -> None:
    """A clock that is ahead ends no balance before its day."""
    counter.post(sale("T-1"), key=till)
    ahead = offline("T-2", 10) | {"time": "2026-03-02T11:00:00Z"}
    [told] = counter.post(ahead, key=till)
    assert told.json()["status"] == "created"
    assert counter.rows("SELECT count(*) FROM events_event WHERE type = 'Tick' AND day > '2026-03-01'") == [
        (0,)
    ]


def test_only_a_sale_can_be_told_so(counter: Counter, till: str) -> None:
    reward = {**sale("W-1", type="Reward Requested"), "data": {"reward": "voucher-5", "has_happened": True}}
    [refused] = counter.post(reward, key=till)
    assert refused.json()["errors"][0]["code"] == "unknown_field"
