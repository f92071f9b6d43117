"""Trying changes nothing and never falls over, whatever is tried together."""

from typing import Any

import httpx
import pytest

from attacks import tills
from attacks.served import Target
from attacks.test_bodies import COUNTS


@pytest.fixture
def bought(target: Target) -> tills.Event:
    """A ticket of a member, told for good."""
    events = [tills.joining("E-J", "2990000055555"), tills.sale("E-S", "2990000055555", 3_000)]
    for event in events:
        told = httpx.post(f"{target.address}/v1/events", json=event, headers=bearer(target), timeout=30)
        assert told.status_code == 200, told.text
    return events[1]


def bearer(target: Target) -> dict[str, str]:
    return {"Authorization": f"Bearer {target.key}"}


def tried(target: Target, *events: Any) -> list[dict[str, Any]]:
    before = target.rows(COUNTS)
    answer = httpx.post(
        f"{target.address}/v1/evaluate", json=list(events), headers=bearer(target), timeout=30
    )
    assert answer.status_code == 207, answer.text
    assert target.rows(COUNTS) == before
    items: list[dict[str, Any]] = answer.json()["items"]
    assert len(items) == len(events)
    return items


def said(items: list[dict[str, Any]]) -> list[str]:
    return [item["problem"]["code"] if item["status"] == "refused" else item["status"] for item in items]


def test_several_returns_of_one_ticket_are_each_tried_as_if_alone(
    target: Target, bought: tills.Event
) -> None:
    returns = [tills.refund(f"E-R{n}", bought, None if n % 2 else 1_000) for n in range(4)]
    items = tried(target, *returns)
    assert said(items) == ["evaluated"] * 4
    assert items[0]["movements"] == items[2]["movements"]


def test_a_return_of_a_ticket_that_nobody_told_is_refused_wherever_it_stands(
    target: Target, bought: tills.Event
) -> None:
    unknown = tills.refund("E-U", tills.sale("E-never", "2990000055555", 1_000), None)
    assert said(tried(target, tills.sale("E-1", "2990000055555", 1_000), unknown, unknown)) == [
        "evaluated", "unknown_sale", "unknown_sale",
    ]  # fmt: skip


def test_a_return_of_a_ticket_of_the_same_basket_is_refused(target: Target, bought: tills.Event) -> None:
    """Nothing tried depends on what was tried before it."""
    basket = tills.sale("E-2", "2990000055555", 1_000)
    assert said(tried(target, basket, tills.refund("E-3", basket, None))) == ["evaluated", "unknown_sale"]


def test_everything_at_once_is_tried_one_by_one(target: Target, bought: tills.Event) -> None:
    card = "2990000055555"
    merger = {"absorbed": "card:2990000066666", "by": "p-1", "reason": "same person"}
    events = [
        tills.sale("E-4", card, 1_000), tills.sale("E-4", card, 1_000),
        bought, bought | {"time": "2026-03-01T09:00:00Z"},
        tills.joining("E-5", card), tills.joining("E-6", "2990000077777"), tills.reward("E-7", card),
        tills.correction("E-8", card, -10**9), tills.correction("E-9", "2990000088888", 5),
        tills.event("E-10", card, "Customer Merged", merger), tills.event("E-11", card, "Member Left", {}),
        tills.event("E-12", card, "Customer Merged", merger | {"absorbed": f"card:{card}"}),
        {key: value for key, value in tills.sale("E-13", card, 100).items() if key != "subject"},
    ]  # fmt: skip
    assert said(tried(target, *events)) == [
        "evaluated", "evaluated", "exists", "idempotency_conflict", "already_a_member", "evaluated",
        "insufficient_balance", "insufficient_balance", "unknown_customer", "unknown_customer", "evaluated",
        "same_customer", "evaluated",
    ]  # fmt: skip
