"""Links and forgotten tickets over the API and the command: with the scope, in one's own store, told once."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from assidu.customers import actions as customers
from assidu.customers.types import Profile
from assidu.decisions.calendar import local_day
from assidu.events.wire import parse_one
from assidu.foundation import clock
from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import actions
from builders.programs import a_program
from builders.shop import PROGRAMME, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def anne(db: None) -> UUID:
    return Shop.opened().member(Profile(card="2990000000012", first_name="Anne", store="317"))


def sold(id_: str = "T-1", days_ago: int = 3, amount: int = 4_200) -> str:
    """A ticket without a customer; answers its day."""
    at = clock.now() - timedelta(days=days_ago)
    written = {
        "specversion": "1.0", "id": id_, "source": "till/store-317", "type": "Order Completed", "time": at.isoformat(),
        "data": {"store": "317", "channel": "store", "ticket": id_, "lines": [{"sku": "s", "amount_minor": amount}]},
    }  # fmt: skip
    told: Any = actions.record(parse_one(written), at, programme=PROGRAMME)
    day: str = told.day.isoformat()
    return day


def post(program: Any, address: str, **body: Any) -> Any:
    return program.post(address, json.dumps(body), content_type="application/json")


def test_a_link_is_made_with_its_own_scope_opened_and_closed(anne: UUID) -> None:
    address = f"/v1/customers/{anne}/link"
    assert post(a_program("customers:read"), address).json()["code"] == "missing_scope"
    linker = a_program("customers:link")
    made = post(linker, address, days=7)
    assert made.status_code == 200
    path = made.json()["address"].removeprefix("http://testserver")
    assert str(anne) not in path
    assert Client().get(path).status_code == 200
    assert people.audit_trail(action="customer.link_made").entries
    assert linker.delete(address).json() == {"closed": 1}
    assert Client().get(path).status_code == 410
    for days in (0, 367):
        assert post(linker, address, days=days).status_code == 422


def test_nobody_erased_and_nobody_of_another_store_gets_a_link(anne: UUID) -> None:
    address = f"/v1/customers/{anne}/link"
    assert post(a_program("customers:link", store="318"), address).json()["code"] == "other_store"
    assert post(a_program("customers:link"), f"/v1/customers/{uuid4()}/link").status_code == 404
    customers.erase(anne, COMMAND_LINE, clock.now())
    assert post(a_program("customers:link"), address).json()["code"] == "erased_customer"


def test_a_forgotten_ticket_is_attached_once_and_told_like_a_sale(anne: UUID) -> None:
    day = sold()
    till = a_program("events:write", store="317")
    body = {"store": "317", "date": day, "ticket": "T-1", "id": str(uuid4())}
    first = post(till, f"/v1/customers/{anne}/tickets", **body)
    assert first.status_code == 200, first.json()
    answer = first.json()
    assert (answer["status"], answer["day"]) == ("created", day)
    assert answer["receipt"]
    assert 0 < len(answer["receipt_short"]) <= 40
    again = post(till, f"/v1/customers/{anne}/tickets", **body).json()
    assert again | {"status": "created"} == answer
    assert again["status"] == "exists"
    refused = post(till, f"/v1/customers/{anne}/tickets", **body | {"id": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_already_theirs")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"ticket": "T-9"}, 409, "unknown_ticket"),
        ({"ticket": "T-1", "amount_minor": 1}, 409, "other_amount"),
        ({}, 422, "invalid_request"),
        ({"ticket": "T-1", "store": "318"}, 403, "other_store"),
        ({"ticket": "T-1", "date": "nonsense"}, 422, "invalid_request"),
    ],
)
def test_a_ticket_that_is_not_theirs_is_refused_with_a_code(
    anne: UUID, body: dict[str, Any], status: int, code: str
) -> None:
    day = sold()
    till = a_program("events:write", store="317")
    answer = post(till, f"/v1/customers/{anne}/tickets", **{"store": "317", "date": day} | body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_too_late_says_how_late(anne: UUID) -> None:
    day = sold(days_ago=40)
    age = (local_day(clock.now(), ZoneInfo("Europe/Paris")) - date.fromisoformat(day)).days
    answer = post(
        a_program("events:write"), f"/v1/customers/{anne}/tickets", store="317", date=day, ticket="T-1"
    )
    assert answer.json()["code"] == "claimed_too_late"
    assert answer.json()["figures"] == {"age": age, "days": 30}


def test_the_document_describes_them() -> None:
    document = Client().get("/v1/openapi.json").json()
    assert {"post", "delete"} <= document["paths"]["/v1/customers/{customer_id}/link"].keys()
    assert "post" in document["paths"]["/v1/customers/{customer_id}/tickets"]
    assert "receipt_short" in document["components"]["schemas"]["EventAnswer"]["properties"]
