"""What is done by hand over the API: what was written about somebody goes when they go, and who did it stays known."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from assidu.customers import actions as customers
from assidu.customers.types import Profile
from assidu.foundation.people import actions as people
from assidu.foundation.people import queries as trails
from assidu.foundation.people.types import COMMAND_LINE, Person
from builders.counter import Counter, key_with, sale
from builders.programs import a_program

pytestmark = pytest.mark.urls("assidu.api.urls")

ANNE, OTHER = "2990000000012", "2990000000029"
REASON = "Her husband Aurélien waited an hour at the till"
LATER = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def anne(counter: Counter) -> UUID:
    counter.shop.member(Profile(card=OTHER))
    return counter.shop.member(Profile(card=ANNE))


def correction(id_: str = "C-1", **data: Any) -> dict[str, Any]:
    return {
        **sale(id_, type="Balance Corrected"),
        "data": {"currency": "points", "quantity": 50, "reason": REASON, "by": "agent Dupont"} | data,
    }


def merger(id_: str = "M-1") -> dict[str, Any]:
    data = {"absorbed": f"card:{OTHER}", "reason": REASON, "by": "agent Dupont"}
    return {**sale(id_, type="Customer Merged"), "data": data}


def everything(counter: Counter) -> str:
    tables = counter.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(
        str(row[0])
        for (table,) in tables
        for row in counter.rows(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')
    )


def sentences(anne: UUID, event: str) -> str:
    told = a_program("customers:read").get(f"/v1/customers/{anne}/explain/{event}", language="en").json()
    return " ".join(told["sentences"])


@pytest.mark.parametrize("written", [correction(reason_code="complaint"), merger()])
def test_what_was_written_about_somebody_is_told_until_they_are_erased(
    counter: Counter, anne: UUID, written: dict[str, Any]
) -> None:
    [made, again] = counter.post(written, written)
    assert (made.json()["status"], again.json()["status"]) == ("created", "exists")
    assert "Aurélien" not in everything(counter)
    assert "Dupont" not in everything(counter)
    assert f"“{REASON}”" in sentences(anne, written["id"])
    done = customers.erase(anne, COMMAND_LINE, LATER)
    assert done is not None
    assert done.event_fields == 1
    connection.close()
    assert "reason that was written is erased" in sentences(anne, written["id"])
    assert counter.rows("SELECT count(*) FROM customers_event_personal") == [(0,)]


def test_the_word_of_the_list_stays_when_the_person_is_erased(counter: Counter, anne: UUID) -> None:
    counter.post(correction(reason_code="complaint"))
    customers.erase(anne, COMMAND_LINE, LATER)
    assert "a complaint" in sentences(anne, "C-1")
    [refused] = counter.post(correction("C-2", reason_code="her husband"))
    assert refused.json()["errors"][0]["code"] == "unknown_value"


def test_a_person_s_file_holds_what_was_written_about_them(counter: Counter, anne: UUID) -> None:
    counter.post(correction())
    packed = a_program("admin").post(f"/v1/customers/{anne}/export").content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        events = json.loads(archive.read("evenements.json"))
    assert events[-1]["personal"] == {"reason": REASON, "operator": "agent Dupont"}


def test_nothing_is_sealed_about_somebody_who_is_erased_already(counter: Counter, anne: UUID) -> None:
    customers.erase(anne, COMMAND_LINE, LATER)
    connection.close()
    [made] = counter.post({**correction(), "subject": f"customer:{anne}"})
    assert made.json()["status"] == "created"
    assert counter.rows("SELECT count(*) FROM customers_event_personal") == [(0,)]
    assert "erased" in sentences(anne, "C-1")


# ---------------------------------------------------------------- who did it

BY_HAND = {
    "corrections:write": correction(),
    "customers:merge": merger(),
    "customers:import": {
        **sale("O-1", "card:2990000000036", type="Member Taken Over"),
        "data": {
            "joined_on": "2020-01-01",
            "lots": [{"currency": "points", "quantity": 9, "issued_on": "2025-12-01"}],
        },
    },
    "customers:write": {**sale("L-1", type="Member Left"), "data": {}},
}
ACTIONS = {
    "corrections:write": "balance.corrected",
    "customers:merge": "customer.merged",
    "customers:import": "customer.taken_over",
    "customers:write": "customer.left",
}


@pytest.mark.parametrize("scope", BY_HAND)
def test_each_thing_done_by_hand_has_a_scope_of_its_own(counter: Counter, anne: UUID, scope: str) -> None:
    others = key_with("events:write", "evaluate", *(set(BY_HAND) - {scope}))
    for path in ("/v1/events", "/v1/evaluate"):
        [refused] = counter.post(BY_HAND[scope], path=path, key=others)
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
        assert scope in refused.json()["detail"]
    [made] = counter.post(BY_HAND[scope], key=key_with("events:write", scope))
    assert made.json()["status"] == "created", made.text


@pytest.mark.parametrize("scope", BY_HAND)
def test_its_author_is_the_key_and_the_trail_says_so_once(counter: Counter, anne: UUID, scope: str) -> None:
    event = BY_HAND[scope]
    counter.post(event, path="/v1/evaluate")
    assert not trails.audit_trail(action=ACTIONS[scope]).entries
    [made, again] = counter.post(event, event)
    assert [made.json()["status"], again.json()["status"]] == ["created", "exists"]
    [line] = trails.audit_trail(action=ACTIONS[scope]).entries
    assert (line.via, line.key_name, line.object_id) == ("key", "test", made.json()["customer"])
    assert line.request_id == made.headers["x-request-id"]
    assert line.after is not None
    assert (line.after["source"], line.after["event"]) == (event["source"], event["id"])
    assert "Dupont" not in str(line.after)
    [(key,)] = counter.rows("SELECT body -> 'key' FROM events_event WHERE id = %s", [event["id"]])
    assert key == {"id": str(line.key_id), "name": "test"}
    assert "the API key “test”" in sentences(UUID(made.json()["customer"]), event["id"])


def test_whom_the_key_names_is_told_as_said_by_the_key(counter: Counter, anne: UUID) -> None:
    counter.post(correction())
    assert "the API key “test”, which names agent Dupont" in sentences(anne, "C-1")
    customers.erase(anne, COMMAND_LINE, LATER)
    assert "Done by the API key “test”." in sentences(anne, "C-1")


def test_nobody_writes_as_another(counter: Counter, anne: UUID) -> None:
    """An id of one of us, sent as the author, is only what the key says."""
    made = people.create_person("hugo@exemple.fr", "Hugo Marchand", ["service"], COMMAND_LINE)
    assert isinstance(made, Person)
    connection.close()
    counter.post(correction(by=str(made.id)))
    [(body,)] = counter.rows("SELECT body FROM events_event WHERE id = 'C-1'")
    assert "by" not in body
    assert body["key"]["name"] == "test"


def test_a_batch_of_corrections_leaves_a_line_for_each(counter: Counter, anne: UUID) -> None:
    counter.post([correction(f"C-{n}") for n in range(5)] + [sale("T-1")])
    assert len(trails.audit_trail(action="balance.corrected").entries) == 5
    assert counter.rows("SELECT count(*) FROM customers_event_personal") == [(5,)]


def test_what_the_trail_cannot_take_is_not_done(counter: Counter, anne: UUID) -> None:
    """The event and its line are one transaction."""
    with psycopg.connect(counter.database.owner_url, autocommit=True) as owner:
        owner.execute(
            "ALTER TABLE people_audit ADD CONSTRAINT no_more CHECK (action <> 'balance.corrected') NOT VALID"
        )
    refused, sold = counter.post(correction(), sale("T-1"))
    assert refused.status_code == 500
    assert sold.json()["status"] == "created"
    assert counter.rows("SELECT count(*) FROM events_event WHERE id = 'C-1'") == [(0,)]
    assert counter.rows("SELECT count(*) FROM events_key WHERE id = 'C-1'") == [(0,)]
