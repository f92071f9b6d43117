"""Who may come in, over the API: read, and closed; the trail of whoever it was."""

import pytest

from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE, Person
from builders.programs import a_program

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]


def person(email: str, *roles: str) -> Person:
    made = actions.create_person(email, "Anne Roche", roles, COMMAND_LINE)
    assert isinstance(made, Person)
    return made


def test_a_key_closes_the_sign_in_of_who_left_but_never_the_last_administrator_s() -> None:
    chief, gone = person("chief@exemple.fr", "it"), person("gone@exemple.fr", "finance")
    directory = a_program("admin")
    listed = directory.get("/v1/people", role="finance", is_active="true").json()["people"]
    assert [(one["email"], one["roles"]) for one in listed] == [("gone@exemple.fr", ["finance"])]
    closed = directory.post(f"/v1/people/{gone.id}/close")
    assert (closed.status_code, closed.json()["is_active"], closed.json()["roles"]) == (
        200,
        False,
        ["finance"],
    )
    assert directory.post(f"/v1/people/{gone.id}/close").status_code == 200
    refused = directory.post(f"/v1/people/{chief.id}/close")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
    unknown = directory.post("/v1/people/00000000-0000-0000-0000-000000000007/close")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_person")
    [line] = directory.get("/v1/audit", action="person.access", via="key", object_id=str(gone.id)).json()[
        "entries"
    ]
    assert (line["before"]["is_active"], line["after"]["is_active"]) == (True, False)
    assert directory.get("/v1/audit", key_id=line["key_id"], person_id=str(chief.id)).json()["entries"] == []


def test_the_trail_is_read_from_one_instant_to_another() -> None:
    person("chief@exemple.fr", "it")
    directory = a_program("admin")
    [line] = directory.get("/v1/audit", action="person.").json()["entries"]
    assert directory.get("/v1/audit", action="person.", since=line["at"]).json()["entries"] == [line]
    assert directory.get("/v1/audit", action="person.", until=line["at"]).json()["entries"] == []
    assert directory.get("/v1/audit", since="1999-12-31T23:59:59-23:59").status_code == 200
    for since in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-01T12:00:00"):
        assert directory.get("/v1/audit", since=since).json()["code"] == "invalid_request"
    for path in ("/v1/people", "/v1/audit"):
        assert a_program("customers:read").get(path).json()["code"] == "missing_scope"
        assert a_program(store="317").get(path).json()["code"] == "other_store"
