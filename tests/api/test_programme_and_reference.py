"""The programme over the API, the keys, and the documents that describe it all."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from assidu.api.openapi import openapi
from assidu.api.routes import programme
from assidu.foundation.people import queries as people
from assidu.foundation.problems import KNOWN, Problem
from assidu.intake import problems
from builders.programs import a_program
from builders.shop import PLANS, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]

V1 = (PLANS / "le-cercle-v1.yaml").read_text(encoding="utf-8")
NOW = datetime(2025, 1, 2, 9, tzinfo=UTC)


def test_a_programme_is_checked_published_once_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    maker = a_program("plan:read", "plan:write")
    assert maker.get("/v1/plans").json()["code"] == "no_programme"
    wrong = maker.post("/v1/plans/check", {"content": V1.replace("rule: base", "rule: bse", 1)}).json()
    assert not wrong["ok"]
    assert wrong["problems"][0]["line"]
    refused = maker.post("/v1/plans", {"content": V1.replace("rule: base", "rule: bse", 1)})
    assert (refused.status_code, refused.json()["code"]) == (422, "plan_has_errors")
    assert refused.json()["errors"]
    first = maker.post("/v1/plans", {"content": V1, "note": "opening"})
    again = maker.post("/v1/plans", {"content": V1})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["version"], again.json()["version"], again.json()["is_new"]) == (1, 1, False)
    read = maker.get("/v1/plans/1", language="fr")
    assert "Le Cercle" in read.json()["yaml"]
    assert len(read.json()["sentences"]) > 10
    unchanged = Client().get(
        "/v1/plans/1?language=fr",
        headers={"Authorization": f"Bearer {maker.secret}", "If-None-Match": read["ETag"]},
    )
    assert unchanged.status_code == 304
    assert maker.get("/v1/plans/9").json()["code"] == "unknown_plan"
    assert maker.get("/v1/plans").json()["in_force"] == 1
    monkeypatch.setenv("ASSIDU_NOW", datetime(2025, 6, 2, tzinfo=UTC).isoformat())
    late = maker.post(
        "/v1/plans", {"content": V1.replace("per_amount: {give: 1,", "per_amount: {give: 2,", 1)}
    )
    assert late.json()["code"] == "starts_in_the_past"
    other = maker.post("/v1/plans", {"content": V1.replace("programme: le-cercle", "programme: another", 1)})
    assert other.json()["code"] == "other_programme"
    assert a_program("plan:read").post("/v1/plans", {"content": V1}).status_code == 403
    assert people.audit_trail(action="plan.published").entries[0].after == {
        "version": 1,
        "hash": first.json()["hash"],
    }


def test_a_programme_that_cannot_be_noted_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("the server stops here")

    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    monkeypatch.setattr(programme, "record", crash)
    maker = a_program("plan:read", "plan:write")
    assert maker.post("/v1/plans", {"content": V1}).status_code == 500
    assert maker.get("/v1/plans").json()["code"] == "no_programme"


def test_keys_are_made_listed_and_revoked() -> None:
    admin = a_program("admin", "events:write")
    made = admin.post("/v1/keys", {"name": "till 12", "scopes": ["events:write"], "store": "317"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert made.json()["secret"] not in admin.get("/v1/keys").content.decode()
    assert admin.post("/v1/keys", {"name": "x", "scopes": ["everything"]}).json()["code"] == "unknown_scope"
    assert admin.delete(f"/v1/keys/{key['id']}").json()["revoked_at"]
    assert admin.get("/v1/stores").json() == {"stores": []}
    assert admin.get("/v1/rejects").json() == {"rejects": [], "next": None}
    assert admin.get("/v1/audit", action="key.").json()["entries"][0]["action"] == "key.revoked"
    assert a_program(store="317").get("/v1/audit").json()["code"] == "other_store"


def test_a_key_gives_no_other_key_more_than_it_has() -> None:
    admin = a_program("admin", "events:write")
    wanted = {"name": "x", "scopes": ["events:write", "corrections:write", "customers:read"]}
    refused = admin.post("/v1/keys", wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_not_held")
    assert "corrections:write, customers:read" in refused.json()["detail"]
    assert len(admin.get("/v1/keys").json()["keys"]) == 1
    [entry] = people.audit_trail(action="access.refused").entries
    assert (entry.object_id, entry.via) == ("corrections:write", "key")


def test_the_document_covers_hot_and_administrative_routes_and_every_reference_leads_somewhere() -> None:
    answer = Client().get("/v1/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert {"/v1/events", "/v1/evaluate", "/livez", "/v1/customers/{customer_id}", "/v1/plans"} <= document[
        "paths"
    ].keys()
    names = set(re.findall(r'"#/components/(\w+)/([^"]+)"', answer.content.decode()))
    assert all(name in document["components"][kind] for kind, name in names)
    identifiers = [
        operation["operationId"] for item in document["paths"].values() for operation in item.values()
    ]
    assert len(identifiers) == len(set(identifiers))
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert Client().get("/v1/openapi.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_the_example_of_an_event_is_one() -> None:
    document = openapi()
    content = document["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(content["example"])


def test_the_reference_page_tells_every_route_and_code_and_asks_nobody_else() -> None:
    page = Client().get("/v1/docs")
    text = unescape(page.content.decode())
    for path in openapi()["paths"]:
        assert f"<code>{path}</code>" in text
    assert all(f"<code>{code}</code>" in text for code in KNOWN)
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(?!/|#)', text)
    anchors = set(re.findall(r'href="#([^"]+)"', text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', text))


def test_what_a_stranger_s_programme_may_not_read(shop: Shop) -> None:
    for path in ("/v1/plans", "/v1/plans/1", "/v1/keys", "/v1/audit", "/v1/rejects", "/v1/customers"):
        assert Client().get(path).status_code == 401
        assert a_program("evaluate").get(path).status_code == 403


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


def test_every_code_of_the_hot_routes_is_in_the_reference() -> None:
    hot = {one.code for one in vars(problems).values() if isinstance(one, Problem)}
    assert len(hot) > 10
    assert hot <= KNOWN.keys()


def test_a_name_in_the_document_is_one_shape() -> None:
    schemas = openapi()["components"]["schemas"]
    assert "contact" in schemas["Profile"]["properties"], "what is answered"
    assert "card" in schemas["ProfileData"]["properties"], "what is sent"
    assert {
        operation["operationId"] for item in openapi()["paths"].values() for operation in item.values()
    } >= {
        "record_events",
        "read_customer",
        "publish_plan",
    }
