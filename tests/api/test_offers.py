"""Offers over the API: where a customer stands, allotting to many and taking it back; draws among entries."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from assidu.loyalty.running_draws import run_draw
from builders.draw_club import NAME, a_draw_club
from builders.offer_club import a_club, told
from builders.programs import Program, a_program

pytestmark = [pytest.mark.urls("assidu.api.urls"), pytest.mark.django_db]


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    monkeypatch.setenv("ASSIDU_NOW", "2026-03-02T12:00:00Z")
    return a_club(4)


@pytest.fixture
def maker(club: list[UUID]) -> Program:
    return a_program("offers:write", "plan:read", "customers:read")


def states(program: Program, customer: UUID) -> dict[str, str]:
    answer = program.get(f"/v1/customers/{customer}/offers", language="en")
    assert answer.status_code == 200
    return {one["code"]: one["state"] for one in answer.json()["offers"]}


def test_each_offer_of_a_customer_is_in_one_state(club: list[UUID], maker: Program) -> None:
    assert states(maker, club[0]) == {"brioche": "available", "open": "open"}
    told("a", "Offer Allotted", 0, offer="back")
    told("b", "Offer Activated", 0, offer="brioche")
    assert states(maker, club[0]) == {"brioche": "activated", "back": "allotted", "open": "open"}
    told("l", "Member Left", 0)
    assert states(maker, club[0]) == {}
    assert maker.get(f"/v1/customers/{uuid4()}/offers").status_code == 404


def test_what_a_brand_calls_its_audiences_is_not_told_with_its_offers(
    club: list[UUID], maker: Program
) -> None:
    told("a", "Offer Allotted", 0, offer="back")
    answer = maker.get(f"/v1/customers/{club[0]}/offers", language="en")
    assert {one["code"]: one["terms"] for one in answer.json()["offers"]}["back"] == "€5 off for some members"
    assert "broke" not in answer.content.decode()


def test_an_allotment_is_looked_at_begun_by_its_id_and_taken_back(club: list[UUID], maker: Program) -> None:
    address, one = "/v1/offers/brioche/allotments", str(uuid4())
    seen = maker.post(address, {"audience": "young", "id": one, "dry_run": True}).json()
    assert (seen["state"], seen["customers"], seen["will_have"]) == ("looked_at", 3, 3)
    assert states(maker, club[0])["brioche"] == "available"
    for _again in range(2):
        done = maker.post(address, {"audience": "young", "id": one}).json()
        assert (done["id"], done["state"], done["allotted"]) == (one, "done", 3)
    assert states(maker, club[0])["brioche"] == "allotted"
    assert maker.post(address, {"audience": "young"}).json()["left_out"] == {"already_allotted": 3}
    assert [listed["allotted"] for listed in maker.get(address).json()["allotments"]] == [0, 3]
    told("x", "Offer Activated", 1, offer="brioche")
    undone = maker.post(f"/v1/allotments/{one}/undo").json()
    assert (undone["state"], undone["taken_back"], undone["kept"]) == ("undone", 2, {"offer_begun": 1})
    assert maker.get(f"/v1/allotments/{one}").json() == undone
    assert states(maker, club[0])["brioche"] == "available"


def test_what_makes_no_sense_says_why(club: list[UUID], maker: Program) -> None:
    address = "/v1/offers/back/allotments"
    listed = maker.post(address, {"customers": ["29900000000001", f"customer:{club[2]}", "x"]}).json()
    assert (listed["allotted"], listed["lines"], listed["unknown_lines"]) == (2, 3, 1)
    refusals = {
        ("none", "audience"): (409, "unknown_offer"),
        ("open", "audience"): (422, "nothing_to_allot"),
        ("gone", "audience"): (409, "offer_over"),
        ("back", ""): (422, "nobody_named"),
    }
    for (offer, named), (status, code) in refusals.items():
        answer = maker.post(f"/v1/offers/{offer}/allotments", {"audience": "young"} if named else {})
        assert (answer.status_code, answer.json()["code"]) == (status, code), offer
    other = maker.post(address, {"audience": "young", "id": listed["id"]})
    assert (other.status_code, other.json()["code"]) == (409, "other_allotment")
    assert maker.get(f"/v1/allotments/{uuid4()}").status_code == 404
    assert maker.post(f"/v1/allotments/{uuid4()}/undo").status_code == 404
    assert a_program("customers:read").post(address, {"audience": "young"}).status_code == 403
    assert a_program("offers:write", store="317").post(address, {"audience": "young"}).status_code == 403


def test_codes_are_told_once_counted_and_taken_back(club: list[UUID], maker: Program) -> None:
    address, one = "/v1/offers/half/codes", str(uuid4())
    made = maker.post(
        address, {"audience": "young", "id": one, "name": "March", "until": "2026-04-01"}
    ).json()
    assert {UUID(code["customer"]) for code in made["codes"]} == set(club[:3])
    again = maker.post(address, {"audience": "young", "id": one}).json()
    assert (again["is_new"], again["codes"], again["pool"]) == (False, [], made["pool"])
    assert maker.post(address, {"count": 2}).json()["codes"][0]["customer"] is None
    [theirs] = maker.get(f"/v1/customers/{club[0]}/offers", language="en").json()["codes"]
    assert (theirs["code"], theirs["state"], theirs["until"]) == ("half", "usable", "2026-04-01")
    gone = maker.post(f"/v1/codes/{one}/withdraw").json()
    assert (gone["state"], gone["run_out"]) == ("withdrawn", 3)
    assert maker.get(f"/v1/codes/{one}").json() == gone
    assert {pool["made"]: pool["state"] for pool in maker.get(address).json()["pools"]} == {
        3: "withdrawn",
        2: "live",
    }
    for sent, status, code in (
        ({}, 422, "invalid_request"),
        ({"count": 1, "audience": "young"}, 422, "invalid_request"),
        ({"count": 1, "id": one}, 409, "other_pool"),
        ({"audience": "none"}, 409, "unknown_audience"),
    ):
        answer = maker.post(address, sent)
        assert (answer.status_code, answer.json()["code"]) == (status, code), sent
    assert maker.post("/v1/offers/open/codes", {"count": 1}).json()["code"] == "no_code_offer"
    assert maker.get(f"/v1/codes/{uuid4()}").status_code == 404
    assert a_program("plan:read").post(address, {"count": 1}).status_code == 403
    assert a_program("offers:write", store="317").post(address, {"count": 1}).status_code == 403


def test_what_is_set_aside_for_a_customer_is_listed(club: list[UUID], maker: Program) -> None:
    told("h", "Hold Placed", 0, lines=[{"sku": "a", "amount_minor": 500}], reason="back soon", minutes=600)
    [hold] = maker.get(f"/v1/customers/{club[0]}/holds").json()["holds"]
    assert (hold["hold"].partition(".")[0], hold["units"]) == (str(club[0]), {})
    assert maker.get(f"/v1/customers/{club[1]}/holds").json() == {"holds": []}


def test_a_draw_is_told_with_its_commitment_and_then_with_what_proves_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = a_draw_club()
    monkeypatch.setenv("ASSIDU_NOW", "2026-07-08T12:00:00Z")
    reader = a_program("plan:read", "ledger:read")
    [before] = reader.get("/v1/draws").json()["draws"]
    assert (before["name"], before["drawn_at"]) == (NAME, None)
    run_draw("club", "summer", datetime(2026, 7, 8, tzinfo=UTC))
    after = reader.get(f"/v1/draws/{NAME}").json()
    assert (
        after["line"]["commitment"]
        == before["commitment"]
        == sha256(bytes.fromhex(after["secret"])).hexdigest()
    )
    assert after["is_proven"]
    assert {UUID(one["customer"]) for one in after["winners"]} <= set(members)
    assert a_program("plan:read").get(f"/v1/draws/{NAME}").status_code == 403
    assert reader.get("/v1/draws/summer:2020-01-01").status_code == 404
