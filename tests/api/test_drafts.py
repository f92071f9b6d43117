"""Drafts over the API: kept, submitted, approved for whoever made the key, published, withdrawn, gone back from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE, Actor, Person
from assidu.loyalty import approvals
from builders.programs import Program, a_program
from builders.shop import PLANS, PROGRAMME, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]

TEXT = (PLANS / "le-cercle-v3.yaml").read_text(encoding="utf-8")
DEARER = TEXT.replace("per_amount: {give: 1, each: 1.00}", "per_amount: {give: 2, each: 1.00}", 1)
NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
SOON = (NOW + timedelta(days=5)).date().isoformat()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    Shop.opened()


def a_key_of(name: str) -> tuple[Program, UUID]:
    person = actions.create_person(
        f"{name}@exemple.fr", name, ["marketing", "it"], COMMAND_LINE, password="x" * 14
    )
    assert isinstance(person, Person)
    made = actions.create_key(name, ["plan:read", "plan:write"], Actor(person.id))
    assert isinstance(made, tuple)
    return Program(made[1]), person.id


def put(program: Program, path: str, body: object) -> object:
    return Client().put(
        path, body, content_type="application/json", headers={"Authorization": f"Bearer {program.secret}"}
    )


def test_a_draft_goes_all_the_way_and_back_again() -> None:
    maker = a_program("plan:read", "plan:write")
    opened = maker.post("/v1/drafts", {"content": DEARER})
    assert opened.status_code == 201
    draft = opened.json()
    address = f"/v1/drafts/{draft['draft']['draft_id']}"
    assert (draft["draft"]["state"], draft["draft"]["based_on"]) == ("simulated", 3)
    nothing = {"is_running": False, "yearly_change_minor": 0, "partial": None, "is_outdated": False}
    assert draft["cost"] == nothing, "nothing was ever sold here"
    assert any("2 points" in sentence for sentence in draft["changes"])
    assert maker.get("/v1/drafts").json()["drafts"][0]["draft_id"] == draft["draft"]["draft_id"]
    assert maker.post(f"{address}/publish", {"first_day": SOON}).json()["code"] == "not_submitted"
    submitted = maker.post(f"{address}/submit").json()
    assert (submitted["draft"]["state"], submitted["request"]["cause"]) == ("approved", "no_threshold")
    published = maker.post(f"{address}/publish", {"first_day": SOON, "note": "Spring"})
    assert (published.status_code, published.json()["version"], published.json()["note"]) == (
        200,
        4,
        "Spring",
    )
    assert maker.get(address).json()["draft"]["state"] == "scheduled"
    assert maker.post("/v1/plans/4/withdraw", {}).json()["version"] == 5
    assert maker.get(address).json()["draft"]["state"] == "withdrawn"
    assert maker.post("/v1/plans/4/withdraw", {}).json()["code"] == "has_begun"
    assert maker.post("/v1/plans/1/go-back", {"first_day": SOON}).json() == {"version": 6, "draft_id": None}
    assert maker.post("/v1/plans/9/go-back", {"first_day": SOON}).json()["code"] == "unknown_plan"


def test_a_key_approves_for_whoever_made_it_and_never_their_own_work() -> None:
    approvals.set_threshold(PROGRAMME, 0, at=NOW, by=COMMAND_LINE)
    (anne, _anne), (bruno, brunos_id) = a_key_of("anne"), a_key_of("bruno")
    direct = anne.post(
        "/v1/plans", {"content": DEARER.replace("valid_from: 2025-09-01", f"valid_from: {SOON}")}
    )
    assert (direct.status_code, direct.json()["code"]) == (409, "needs_approval")
    address = f"/v1/drafts/{anne.post('/v1/drafts', {'content': DEARER}).json()['draft']['draft_id']}"
    assert anne.post(f"{address}/approve", {}).json()["code"] == "not_submitted"
    assert anne.post(f"{address}/submit").json()["request"]["needed"] == 1
    assert (
        anne.post(f"{address}/approve", {}).status_code,
        anne.post(f"{address}/approve", {}).json()["code"],
    ) == (
        403,
        "own_work",
    )
    assert anne.post(f"{address}/publish", {"first_day": SOON}).json()["code"] == "not_approved"
    approved = bruno.post(f"{address}/approve", {"note": "Good"}).json()
    assert [one["given_by"] for one in approved["request"]["approvals"]] == [str(brunos_id)]
    assert anne.post(f"{address}/publish", {"first_day": SOON}).status_code == 200


def test_a_draft_that_was_sent_back_is_not_published() -> None:
    approvals.set_threshold(PROGRAMME, 0, at=NOW, by=COMMAND_LINE)
    (anne, _), (bruno, _) = a_key_of("anne"), a_key_of("bruno")
    address = f"/v1/drafts/{anne.post('/v1/drafts', {'content': DEARER}).json()['draft']['draft_id']}"
    anne.post(f"{address}/submit")
    assert bruno.post(f"{address}/send-back", {"note": "Too dear"}).json()["draft"]["state"] == "sent_back"
    assert anne.post(f"{address}/publish", {"first_day": SOON}).json()["code"] == "sent_back"


def test_a_draft_is_changed_by_one_at_a_time() -> None:
    maker = a_program("plan:read", "plan:write")
    draft = maker.post("/v1/drafts", {"content": TEXT}).json()
    address = f"/v1/drafts/{draft['draft']['draft_id']}"
    changed = put(maker, address, {"content": DEARER, "step": 1}).json()  # type: ignore[attr-defined]
    assert changed["draft"]["step"] == 2
    late = put(maker, address, {"content": TEXT, "step": 1}).json()  # type: ignore[attr-defined]
    assert late["code"] == "draft_changed"
    broken = put(maker, address, {"content": "format: 1", "step": 2}).json()  # type: ignore[attr-defined]
    assert broken["draft"]["state"] == "draft"
    assert broken["problems"]
    assert maker.post(f"{address}/submit").json()["code"] == "plan_has_errors"
    assert maker.get(f"/v1/drafts/{uuid4()}").json()["code"] == "unknown_draft"


def test_a_day_is_tried_with_nothing_written() -> None:
    maker = a_program("plan:read", "plan:write", "simulate")
    address = f"/v1/drafts/{maker.post('/v1/drafts', {'content': DEARER}).json()['draft']['draft_id']}"
    assert maker.get(f"{address}/receipts").json()["code"] == "no_programme", "nothing was sold yet"
    tried = maker.get(f"{address}/receipts", day="2025-03-03").json()
    assert (tried["tickets"], tried["customers"]) == (0, 0)
    assert a_program("plan:read").get(f"{address}/receipts").status_code == 403
