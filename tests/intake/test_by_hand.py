"""What is done by hand over the API: what was written about somebody goes when they go, and who did it stays known."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assidu.customers import actions as customers
from assidu.customers.types import Profile
from assidu.foundation.people.types import COMMAND_LINE
from builders.counter import Counter, sale
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
