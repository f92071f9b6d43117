"""Whoever asks for it is told each effect with its reason as a sentence; nobody else pays for the words."""

from typing import Any

import httpx
import pytest

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.customers.types import Profile
from assidu.foundation.database import Database
from builders.counter import Counter, key_with, sale
from builders.shop import Shop

CARD = "2990000000012"


@pytest.fixture
def counter(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setenv("ASSIDU_NOW", "2025-01-20T12:00:00Z")
    shop = Shop.opened()
    shop.member(Profile(card=CARD, language="en"))
    return Counter(assidu_db, shop, key_with("events:write", "evaluate"))


def texts(answer: httpx.Response) -> list[str | None]:
    assert answer.status_code == 200, answer.text
    effects: list[dict[str, Any]] = answer.json()["effects"]
    assert effects
    return [effect.get("text") for effect in effects]


@pytest.mark.parametrize(
    ("query", "accepts", "said"),
    [
        ("", "", None),
        ("?sentences=fr", "", "123 points"),
        ("?sentences=own", "", "123 points on €123.00 spent"),
        ("", "de, en;q=0.4, fr;q=0.9", "d'achats"),
        ("", "*", "spent"),
        ("", "de", None),
        ("", "fr;q=x", None),
    ],
)
def test_an_effect_says_why_in_the_language_that_was_asked_for(
    counter: Counter, query: str, accepts: str, said: str | None
) -> None:
    async def story(client: httpx.AsyncClient) -> httpx.Response:
        headers = {"accept-language": accepts} if accepts else {}
        return await client.post(
            f"/v1/evaluate{query}", json=sale(time="2025-01-20T11:00:00Z"), headers=headers
        )

    found = texts(counter.tell(story))
    assert (found[0] is None) is (said is None)
    assert said is None or said in str(found[0]).replace("\u00a0", " ").replace("\u202f", " ").replace(
        "’", "'"
    )


def test_what_comes_back_says_which_rule_gives_less(counter: Counter) -> None:
    sold = sale(time="2025-01-20T11:00:00Z")
    ticket = sold["data"]
    back = {
        **sold,
        "id": "R-1",
        "type": "Order Refunded",
        "data": {
            "store": ticket["store"],
            "whole": True,
            "original": {"store": ticket["store"], "date": "2025-01-20", "ticket": ticket["ticket"]},
        },
    }

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [await client.post("/v1/events?sentences=fr", json=event) for event in (sold, back)]

    given, taken = counter.tell(story)
    assert texts(given)
    assert "Sans les articles rendus" in str(texts(taken)[0])
    for one in (given, taken):  # what changes for members is told beforehand, in their own language
        soon, later = one.json()["to_come"]
        assert (soon["starts"], later["starts"]) == ("2025-05-05", "2025-09-01")
        assert any("points" in sentence for sentence in soon["sentences"]), soon


def test_whoever_is_no_member_is_told_nothing_of_what_changes_and_nothing_is_once_it_began(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(client: httpx.AsyncClient) -> list[dict[str, Any]]:
        stranger = await client.post(
            "/v1/evaluate", json=sale(subject="card:2990000000029", time="2025-01-20T11:00:00Z")
        )
        monkeypatch.setenv("ASSIDU_NOW", "2025-09-01T12:00:00Z")
        begun = await client.post("/v1/evaluate", json=sale(time="2025-09-01T11:00:00Z"))
        return [stranger.json(), begun.json()]

    for one in counter.tell(story):
        assert "receipt" in one, one
        assert "to_come" not in one


def test_a_refusal_speaks_to_the_customer_and_a_misspelt_store_is_told_beside_what_was_taken(
    counter: Counter,
) -> None:
    put_stores([Store("317", "Nantes")])
    at = {"time": "2025-01-20T11:00:00Z"}
    dear = {"payments": [{"currency": "points", "quantity": 100_000}], "language": "fr"}
    here, there, refused = counter.post(
        sale("T-1", **at),
        sale("T-2", **at, data={"store": "371", "channel": "strore"}),
        sale("T-3", **at, data=dear),
    )
    assert "warnings" not in here.json()
    assert there.json()["status"] == "created", "a till never loses a sale"
    assert [(one["path"], one["code"]) for one in there.json()["warnings"]] == [
        ("$.data.store", "unknown_store"),
        ("$.data.channel", "unknown_channel"),
    ]
    assert "no store of the catalogue" in there.json()["warnings"][0]["message"]
    [asked] = counter.post(sale("T-4", **at, data={"store": "371"}), path="/v1/events?sentences=fr")
    assert asked.json()["warnings"][0]["message"] == "aucun magasin du catalogue n'a ce code"
    assert refused.json()["code"] == "insufficient_balance"
    assert "The balance is not enough" in refused.json()["detail"], refused.json()["detail"]
