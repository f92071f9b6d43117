"""The terms and who accepted which, and codes to bring others: over the API and at the command line."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from assidu.cli.main import run
from assidu.events.wire import parse_one
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people import queries as people
from assidu.loyalty import actions
from assidu.loyalty.entries import Told
from assidu.loyalty.plans import publish
from builders.documents import a_document
from builders.programs import a_program

pytestmark = pytest.mark.urls("assidu.api.urls")

LIFE = """\
terms:
  - {version: one, first_day: 2026-01-01, url: https://example.org/1}
  - {version: two, first_day: 2026-01-02, url: https://example.org/2}
referral: {referee: {currency: points, units: 10}}
"""


def joined(n: int, version: str) -> UUID:
    now = clock.now()
    written = {
        "specversion": "1.0", "id": f"j{n}", "source": "site", "type": "Member Joined",
        "time": (now - timedelta(days=1)).isoformat(), "subject": f"card:29900000000{n:02}",
        "data": {"terms_version": version},
    }  # fmt: skip
    outcome = actions.record(parse_one(written), now, programme="club")
    assert isinstance(outcome, Told)
    return outcome.customer_id


def members() -> list[UUID]:
    publish(a_document(more=LIFE), "", at=datetime(2025, 12, 1, tzinfo=UTC))
    return [joined(n, version) for n, version in enumerate(("one", "two", "two"))]


def test_who_accepted_which_version_of_the_terms_is_a_figure(db: None) -> None:
    members()
    answer = a_program("plan:read").get("/v1/terms").json()
    assert [(one["version"], one["accepted"], one["is_in_force"]) for one in answer["versions"]] == [
        ("one", 1, False),
        ("two", 2, True),
    ]
    assert answer["unknown"] == 0
    assert a_program("customers:read").get("/v1/terms").status_code == 403


def test_a_code_is_made_once_by_who_may_and_read_by_others(db: None) -> None:
    anne = members()[0]
    address = f"/v1/customers/{anne}/referral"
    reader, writer = a_program("customers:read"), a_program("customers:write")
    assert reader.get(address).json()["code"] == ""
    assert reader.post(address).status_code == 403
    made = writer.post(address).json()
    assert len(made["code"]) == 9
    assert writer.post(address).json() == made
    assert reader.get(address).json() == made
    assert len(people.audit_trail(action="referral.code_given").entries) == 1
    assert people.audit_trail(action="customer.looked_at").entries


def test_who_is_no_active_member_has_no_code(db: None) -> None:
    anne = members()[0]
    actions.leave(anne, at=clock.now(), programme="club")
    answer = a_program("customers:write").post(f"/v1/customers/{anne}/referral")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_member")


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["membership", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_memberships_are_suspended_and_resumed_at_the_command_line(
    terminal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    anne = members()[0]
    status, answer = asked(capsys, "suspend", str(anne), "--reason", "Two people use it")
    assert (status, answer["membership"]) == (0, "suspended")
    status, answer = asked(capsys, "suspend", "card:2990000000000", "--reason", "Again")
    assert (status, answer["error"]["code"]) == (1, "already_suspended")
    status, answer = asked(capsys, "resume", str(anne), "--reason", "It was her daughter")
    assert (status, answer["membership"]) == (0, "member")
    for action in ("customer.suspended", "customer.resumed"):
        [entry] = people.audit_trail(action=action).entries
        assert entry.via == "command"


def test_codes_and_terms_are_told_at_the_command_line(
    terminal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    anne = members()[0]
    status, made = asked(capsys, "referral-code", str(anne))
    assert (status, len(made["code"]), made["brought"]) == (0, 9, 0)
    status, told = asked(capsys, "terms")
    assert (status, told["unknown"]) == (0, 0)
    assert {one["version"]: one["accepted"] for one in told["versions"]} == {"one": 1, "two": 2}
    assert asked(capsys, "referral-code", "card:2990000000099")[1]["error"]["code"] == "unknown_customer"
