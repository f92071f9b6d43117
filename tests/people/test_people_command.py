"""`assidu people`: sign-ins from a terminal, and the stores whose customers somebody sees."""

import io
import json
from typing import Any

import pytest

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.cli.main import run
from assidu.foundation.database import Database
from assidu.foundation.people import actions, queries
from assidu.foundation.people.types import Person


@pytest.fixture(autouse=True)
def stores(terminal: Database) -> None:
    put_stores([Store("317", "Nantes", "Nantes"), Store("401", "Lille", "Lille")])


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["people", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_somebody_is_bound_to_stores_and_to_others_later(
    terminal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for email, *rest in (("it@exemple.fr", "it"), ("caisse@exemple.fr", "store", "--store", "317")):
        status, _made = asked(capsys, "create", "--email", email, "--name", "A", "--role", *rest)
        assert status == 0
    status, changed = asked(capsys, "stores", "caisse@exemple.fr", "--store", "401", "--store", "317")
    assert (status, changed["stores"]) == (0, ["401", "317"])
    person = queries.person_by_email("caisse@exemple.fr")
    assert person is not None
    assert (person.roles, person.seen_stores) == (("store",), ("401", "317"))
    entry = queries.audit_trail(action="person.access_changed").entries[0]
    assert entry.before is not None
    assert (entry.via, entry.before["stores"]) == ("command", ["317"])
    _status, listed = asked(capsys, "list")
    assert {one["email"]: one["stores"] for one in listed["people"]} == {
        "it@exemple.fr": [],
        "caisse@exemple.fr": ["401", "317"],
    }
    assert asked(capsys, "stores", "caisse@exemple.fr")[1]["stores"] == []


def test_a_store_or_a_person_that_is_not_known_is_refused(
    terminal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "create", "--email", "it@exemple.fr", "--name", "A", "--role", "it")
    for arguments, code in (
        (("stores", "it@exemple.fr", "--store", "999"), "unknown_store"),
        (("stores", "nobody@exemple.fr"), "unknown_person"),
        (
            ("create", "--email", "b@exemple.fr", "--name", "B", "--role", "store", "--store", "999"),
            "unknown_store",
        ),
    ):
        status, answer = asked(capsys, *arguments)
        assert (status, answer["error"]["code"]) == (1, code)
    assert queries.person_by_email("b@exemple.fr") is None


def test_roles_change_and_a_sign_in_is_closed_and_opened_again(
    terminal: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for email, *rest in (("it@exemple.fr", "it"), ("lou@exemple.fr", "store", "--store", "317")):
        asked(capsys, "create", "--email", email, "--name", "Lou", "--role", *rest)
    status, changed = asked(capsys, "role", "lou@exemple.fr", "--role", "service", "--role", "data")
    assert (status, changed["roles"], changed["stores"]) == (0, ["service", "data"], ["317"])
    status, closed = asked(capsys, "close", "lou@exemple.fr")
    assert (status, closed["active"], closed["roles"]) == (0, False, ["service", "data"])
    monkeypatch.setattr("sys.stdin", io.StringIO("quatre mots bien choisis\n"))
    assert (
        asked(capsys, "password", "lou@exemple.fr", "--password-stdin")[1]["error"]["code"]
        == "unknown_person"
    )
    assert asked(capsys, "open", "lou@exemple.fr")[1]["active"]
    for words, code in (
        (("close", "it@exemple.fr"), "last_administrator"),
        (("role", "it@exemple.fr", "--role", "agency"), "last_administrator"),
        (("role", "lou@exemple.fr", "--role", "king"), "unknown_role"),
        (("close", "nobody@exemple.fr"), "unknown_person"),
    ):
        status, answer = asked(capsys, *words)
        assert (status, answer["error"]["code"]) == (1, code)
    entries = queries.audit_trail(action="person.access_changed").entries
    assert [(one.via, (one.after or {})["is_active"]) for one in entries] == [
        ("command", True),
        ("command", False),
        ("command", True),
    ]


def test_a_new_password_opens_and_a_weak_one_is_not_taken(
    terminal: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(capsys, "create", "--email", "it@exemple.fr", "--name", "A", "--role", "it")
    for typed, code in (("motdepasse", "weak_password"), ("quatre mots bien choisis", "")):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        status, answer = asked(capsys, "password", "it@exemple.fr", "--password-stdin")
        assert (status, answer.get("error", {}).get("code", "")) == (int(bool(code)), code)
    assert isinstance(actions.check_sign_in("it@exemple.fr", "quatre mots bien choisis", "1.2.3.4"), Person)
    [entry] = queries.audit_trail(action="person.password_set").entries
    assert (entry.via, entry.before, entry.after) == ("command", None, None)
    assert asked(capsys, "password", "it@exemple.fr")[0] == 2, "nobody can be asked when a program listens"
