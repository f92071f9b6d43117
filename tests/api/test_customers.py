"""What a program learns of customers: only with a key that may, only of its own store, and never without a trace."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from assidu.api.routes import customers as routes
from assidu.customers import queries as customers
from assidu.customers.types import Profile
from assidu.decisions.events import Merger, Return
from assidu.foundation.people import queries as people
from assidu.foundation.problems import MEDIA_TYPE
from assidu.ledger import queries as ledger
from builders.programs import a_program
from builders.sales import a_sale
from builders.shop import Shop

MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)
ANNE = Profile(
    card="2990000000012", phone="0639980001", first_name="Anne", last_name="Béraud", store="317", town="Lyon"
)


pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


@pytest.fixture
def anne(shop: Shop) -> UUID:
    customer = shop.member(ANNE)
    shop.must(customer, a_sale(5000, 2500, at=MARCH))
    return customer


def test_without_a_key_with_a_wrong_one_or_without_the_scope_nothing_is_told(anne: UUID) -> None:
    for headers in ({}, {"Authorization": "Bearer ask_wrong"}, {"Authorization": "Basic x"}):
        answer = Client().get(f"/v1/customers/{anne}", headers=headers)
        assert answer.status_code == 401
        assert answer["Content-Type"] == MEDIA_TYPE
        assert answer["WWW-Authenticate"] == "Bearer"
    answer = a_program("plan:read").get(f"/v1/customers/{anne}")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert people.audit_trail(action="access.refused").entries


def test_a_customer_is_told_with_balances_status_and_contact_only_for_those_who_may(anne: UUID) -> None:
    reader = a_program("customers:read")
    answer = reader.get(f"/v1/customers/{anne}").json()
    assert answer["profile"]["last_name"] == "Béraud"
    assert answer["profile"]["contact"] is None
    assert answer["programme"]["tier"]["tier"] == "bronze"
    assert answer["programme"]["membership"] == "member"
    assert reader.get(f"/v1/customers/{anne}", contact="true").status_code == 403
    opened = (
        a_program("customers:read", "customers:write").get(f"/v1/customers/{anne}", contact="true").json()
    )
    assert opened["profile"]["contact"]["cards"] == ["2990000000012"]
    looks = people.audit_trail(action="customer.looked_at").entries
    assert {entry.after["page"] for entry in looks if entry.after} == {"api.customer", "api.contact"}


def test_whatever_a_key_reads_of_one_person_is_a_look(anne: UUID) -> None:
    reader = a_program("customers:read", "ledger:read")
    for page in ("", "/ledger", "/events", "/explain/2"):
        assert reader.get(f"/v1/customers/{anne}{page}").status_code == 200
    looks = people.audit_trail(action="customer.looked_at").entries
    assert [entry.after["page"] for entry in looks if entry.after][::-1] == [
        "api.customer",
        "api.ledger",
        "api.events",
        "api.explain",
    ]


def test_a_profile_that_cannot_be_noted_is_not_written(anne: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("the server stops here")

    # There is no other way to stop between the two: what is tested is that they are one transaction.
    monkeypatch.setattr(routes, "record", crash)
    answer = a_program("customers:write").post(
        "/v1/customers", {"card": "2990000000029", "last_name": "Roux"}
    )
    assert answer.status_code == 500
    assert not customers.search("2990000000029")


def test_the_statement_the_time_line_and_why(anne: UUID, shop: Shop) -> None:
    bought = shop.must(anne, a_sale(9000, at=MARCH + timedelta(days=1)))
    shop.must(anne, Return(MARCH + timedelta(days=2), bought.seq))
    reader = a_program("customers:read", "ledger:read")
    page = reader.get(f"/v1/customers/{anne}/ledger", currency="points", limit="2").json()
    assert len(page["movements"]) == 2
    rest = reader.get(f"/v1/customers/{anne}/ledger", currency="points", cursor=page["next"]).json()
    assert rest["next"] is None
    assert len(rest["movements"]) + 2 == len(ledger.statement(anne, currency="points").movements)
    events = reader.get(f"/v1/customers/{anne}/events").json()["events"]
    assert [event["type"] for event in events][:2] == ["Order Refunded", "Order Completed"]
    assert len(reader.get(f"/v1/customers/{anne}/events", type="Order Completed").json()["events"]) == 2
    for name in (bought.fact.key.id, str(bought.seq)):
        why = reader.get(f"/v1/customers/{anne}/explain/{name}", language="en").json()
        assert why["same"] is True
        assert any(reason["applied"] for reason in why["reasons"])
        assert any(not reason["applied"] for reason in why["reasons"])
        cost = why["cost"]
        assert cost["units_minor"] > 0
        assert cost["total_minor"] == cost["promotions_minor"] + cost["offers_minor"] + cost["units_minor"]
    returned = reader.get(f"/v1/customers/{anne}/explain/{events[0]['seq']}").json()
    assert returned["cost"] is None
    in_french = reader.get(
        f"/v1/customers/{anne}/explain/{bought.fact.key.id}", source=bought.fact.key.source, language="fr"
    ).json()
    assert in_french["sentences"][0].startswith("Achat de 90,00")
    assert reader.get(f"/v1/customers/{anne}/explain/unheard-of").json()["code"] == "unknown_event"


def test_a_key_of_another_store_sees_nobody_it_has_not_met(anne: UUID, shop: Shop) -> None:
    here, there = a_program("customers:read", store="317"), a_program("customers:read", store="401")
    assert here.get(f"/v1/customers/{anne}").status_code == 200
    answer = there.get(f"/v1/customers/{anne}")
    assert (answer.status_code, answer.json()["code"]) == (403, "other_store")
    assert there.post("/v1/customers/search", {"text": "béraud"}).json() == {"customers": []}
    assert there.get("/v1/customers").json()["customers"] == []
    assert here.get("/v1/customers", store="401").status_code == 403
    assert len(here.get("/v1/customers").json()["customers"]) == 1
    shop.must(anne, a_sale(1000, at=MARCH + timedelta(days=3), store="401"))
    assert there.get(f"/v1/customers/{anne}").status_code == 200


def test_searching_listing_and_writing(anne: UUID) -> None:
    writer = a_program("customers:read", "customers:write")
    for text in ("2990000000012", "06 39 98 00 01", "beraud an", str(anne)):
        assert [
            one["customer_id"]
            for one in writer.post("/v1/customers/search", {"text": text}).json()["customers"]
        ] == [str(anne)]
    assert (
        writer.get("/v1/customers", tier="bronze", balance_min="1").json()["customers"][0]["name"]
        == "Anne Béraud"
    )
    assert writer.get("/v1/customers", tier="gold").json() == {"customers": [], "next": None}
    new = writer.post(
        "/v1/customers", {"card": "2990000000029", "last_name": "Roux", "phone": "not one"}
    ).json()
    assert new["is_new"]
    assert new["faults"] == {"phone": "not_a_phone"}
    again = writer.post("/v1/customers", {"card": "2990 0000 00029", "phone": "0639980001"}).json()
    assert (again["customer_id"], again["is_new"]) == (new["customer_id"], False)
    [pair] = writer.get(f"/v1/customers/{anne}").json()["possible_duplicates"]
    assert (pair["customer_id"], pair["kind"]) == (new["customer_id"], "phone")
    assert writer.post("/v1/customers", {"last_name": "Nobody"}).json()["code"] == "invalid_subject"


def test_the_id_of_a_merged_customer_leads_to_the_survivor(anne: UUID, shop: Shop) -> None:
    other = shop.member(Profile(card="2990000000029", last_name="Béraud"))
    shop.must(anne, Merger(MARCH + timedelta(days=4)), absorbed=other)
    answer = a_program("customers:read").get(f"/v1/customers/{other}").json()
    assert (answer["customer_id"], answer["absorbed"]) == (str(anne), [str(other)])


def test_a_person_s_file_holds_everything_and_erasure_leaves_sums_and_nothing_else(
    anne: UUID, shop: Shop
) -> None:
    before = ledger.trial_balance()
    admin = a_program("admin", "customers:read")
    packed = admin.post(f"/v1/customers/{anne}/export")
    assert packed["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "Béraud" in texts["profil.json"]
    assert "+33639980001" in texts["profil.json"]
    assert "2990000000012" in texts["profil.json"]
    assert "Order Completed" in texts["evenements.json"]
    assert '"why"' in texts["evenements.json"]
    assert texts["mouvements.json"].count('"seq"') == len(ledger.statement(anne).movements)
    assert admin.post(f"/v1/customers/{anne}/erase").json()["identifiers"] == 2
    gone = admin.get(f"/v1/customers/{anne}").json()
    assert gone["erased_at"]
    assert gone["profile"]["last_name"] == ""
    assert ledger.trial_balance() == before
    assert {entry.action for entry in people.audit_trail(search=str(anne)).entries} >= {
        "customer.exported",
        "customer.erased",
    }
    assert shop.member(ANNE) != anne, "the next event of that card is somebody new"
    assert (
        a_program("customers:read", "customers:write").post(f"/v1/customers/{anne}/erase").status_code == 403
    )


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/customers/01943ad7-aa80-78fa-9b04-c66391bcca32", 404, "unknown_customer"),
        ("/v1/customers/not-an-id", 422, "invalid_request"),
        ("/v1/customers?cursor=zzz", 422, "invalid_cursor"),
        ("/v1/customers?limit=0", 422, "invalid_request"),
        ("/v1/customers?joined_since=yesterday", 422, "invalid_request"),
        ("/v1/customers?balance_min=" + "9" * 40, 422, "invalid_request"),
        ("/v1/nothing", 404, "not_found"),
        ("/v1/audit?cursor=WzFd&limit=5", 200, ""),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(path: str, status: int, code: str) -> None:
    answer = a_program().get(path)
    assert answer.status_code == status
    if code:
        assert answer["Content-Type"] == MEDIA_TYPE
        assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"\xff", 400, "malformed"),
        (b"[" * 100_000, 400, "too_deep"),
        (b'{"text": "a\\u0000b"}', 422, "invalid_request"),
        (b'{"text": "' + b"x" * 6_000_000 + b'"}', 413, "too_large"),
        (b'{"text": 5}', 422, "invalid_request"),
    ],
)
def test_bodies_that_cannot_be_are_refused(body: bytes, status: int, code: str) -> None:
    answer = a_program().post("/v1/customers/search", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_method_that_an_address_does_not_know() -> None:
    answer = a_program().delete("/v1/customers")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]
