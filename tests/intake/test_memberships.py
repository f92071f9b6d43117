"""Memberships over the API: suspended and resumed by who may, terms accepted, newcomers brought by a code."""

from typing import Any
from uuid import UUID

import pytest

from assidu.customers.types import Profile
from builders.counter import Counter, key_with, sale

pytestmark = pytest.mark.urls("assidu.api.urls")

ANNE = "2990000000012"
REASON = "Two people use it, says Madame Le Goff"


@pytest.fixture
def anne(counter: Counter) -> UUID:
    return counter.shop.member(Profile(card=ANNE))


def said(id_: str, type_: str, **data: Any) -> dict[str, Any]:
    return {**sale(id_, type=type_), "data": data}


def test_a_card_is_suspended_refused_at_the_till_with_the_reason_and_resumed(
    counter: Counter, anne: UUID
) -> None:
    [earned] = counter.post(sale("S-1"))
    assert earned.json()["balances"][0]["available"] > 0
    [made] = counter.post(said("M-1", "Member Suspended", reason=REASON, by="agent Dupont"))
    assert (made.status_code, made.json()["membership"]) == (200, "suspended")
    assert made.json()["stands_still_since"]
    assert "stands_still_since" not in earned.json()
    paid = sale("S-2", data={"payments": [{"currency": "points", "quantity": 100}]})
    [refused] = counter.post(paid)
    assert (refused.status_code, refused.json()["code"]) == (409, "suspended")
    assert refused.json()["detail"]
    [nothing] = counter.post(sale("S-3"))
    assert nothing.json()["effects"] == []
    assert nothing.json()["balances"] == earned.json()["balances"]
    [again] = counter.post(said("M-2", "Member Suspended"))
    assert (again.status_code, again.json()["code"]) == (409, "already_suspended")
    [resumed] = counter.post(said("M-3", "Member Resumed", reason="It was her daughter"))
    assert resumed.json()["membership"] == "member"
    [paid_again] = counter.post(paid)
    assert (paid_again.status_code, paid_again.json().get("code")) != (409, "suspended")


def test_what_is_written_about_somebody_who_is_suspended_is_sealed(counter: Counter, anne: UUID) -> None:
    counter.post(said("M-1", "Member Suspended", reason=REASON, by="agent Dupont"))
    [(body,)] = counter.rows("SELECT body::text FROM events_event WHERE type = 'Member Suspended'")
    assert "Goff" not in body
    assert "Dupont" not in body
    assert counter.rows("SELECT count(*) FROM customers_event_personal") == [(1,)]
    assert counter.rows("SELECT action FROM people_audit WHERE action = 'customer.suspended'") == [
        ("customer.suspended",)
    ]


def test_a_till_suspends_nobody(counter: Counter, anne: UUID) -> None:
    till = Counter(counter.database, counter.shop, key_with("events:write"))
    [answer] = till.post(said("M-1", "Member Suspended"))
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


def test_nobody_sends_what_only_the_programme_tells(counter: Counter, anne: UUID) -> None:
    for type_ in ("Referral Kept", "Programme Closed"):
        [answer] = counter.post(said("X-1", type_))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_type")


def test_a_code_that_nobody_has_lets_people_join_and_says_nothing_of_others(counter: Counter) -> None:
    joining = {
        **said("J-1", "Member Joined", referral_code="ABCDEFGH2", profile={"first_name": "Zoé"}),
        "subject": "card:2990000000777",
    }
    [answer] = counter.post(joining)
    assert answer.status_code == 200
    assert "referral" not in answer.json()
    assert "unknown" not in answer.text
