"""What is owed and what it should bring, over the API."""

import io
import json
from datetime import date

import openpyxl
import pytest
from pypdf import PdfReader

from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.economics.documents import assumptions_yaml
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.loyalty.due import run_due
from builders.club import a_club, half_a_year_of_the_club
from builders.history import History, on
from builders.programs import a_program
from economics.models.scenarios import a, a_segment, assuming

pytestmark = [pytest.mark.urls("assidu.api.urls")]
NOW = on(200)


@pytest.fixture
def club(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv(clock.VARIABLE, NOW.isoformat())
    history = History([a_club()])
    half_a_year_of_the_club(history)
    history.write(assidu_db.url)
    run_due(NOW)
    return assidu_db


def test_what_is_owed_is_read_closed_and_booked(club: Database) -> None:
    finance, reader = a_program("economics:read", "economics:write"), a_program("economics:read")
    answer = reader.get("/v1/economics/liability", month="2026-03").json()
    month = answer["liability"]["month"]
    assert (month["month"], month["is_closed"], answer["liability"]["next_to_close"]) == (
        "2026-03-01",
        False,
        "2026-01-01",
    )
    points = next(one for one in month["currencies"] if one["currency"] == "points")
    assert (
        sum(one["units"] for one in answer["tiers"] if one["currency"] == "points")
        == points["units"]["closing"]
    )
    assert (
        sum(one["liability_minor"] for one in answer["tiers"] if one["currency"] == "points")
        == points["money"]["closing_minor"]
    )
    assert points["issue_months"][0]["basis"] == "observed"
    assert points["deferred_low_80_minor"] is None, "what the plan expects has no interval"
    vouchers = reader.get("/v1/economics/liability", month="2026-02").json()["liability"]["month"][
        "currencies"
    ][1]
    assert (vouchers["currency"], vouchers["deferred_low_80_minor"], vouchers["deferred_high_95_minor"]) == (
        "vouchers",
        0,
        0,
    )
    assert reader.post("/v1/economics/months", {}).status_code == 403
    wrong = finance.post("/v1/economics/months", {"month": "2026-02"}).json()
    assert (wrong["code"], wrong["figures"]) == (
        "month_not_closed",
        {"why": "not_next", "next": "2026-01-01", "members": 0},
    )
    closed = finance.post("/v1/economics/months", {"month": "2026-01"})
    assert (closed.status_code, closed.json()["is_closed"], len(closed.json()["hash"])) == (201, True, 64)
    journal = reader.get("/v1/economics/journal").json()
    assert journal["view"] == "cost"
    assert (
        journal["entries"][0]["lines"][0]["debit_minor"]
        == journal["entries"][0]["lines"][1]["credit_minor"]
        > 0
    )
    assert {one["view"] for one in reader.get("/v1/economics/journal", view="revenue").json()["entries"]} == {
        "revenue"
    }
    assert reader.get("/v1/economics/triangle", currency="vouchers").json()["currency"] == "vouchers"
    assert reader.get("/v1/economics/triangle", currency="stars").status_code == 404
    assert reader.get("/v1/economics/liability", month="2031-01").json()["code"] == "unknown_month"
    assert reader.get("/v1/economics/liability", month="soon").status_code == 422
    assert a_program("plan:read").get("/v1/economics/liability").status_code == 403
    assert date.fromisoformat(closed.json()["month"]) == date(2026, 1, 1)


@pytest.mark.urls("assidu.project.urls")  # paper is a page of the screens
def test_what_is_owed_and_expected_is_taken_away_in_the_language_asked_for(club: Database) -> None:
    finance = a_program("economics:read", "economics:write")
    book = finance.get("/v1/economics/liability.xlsx", language="fr")
    assert book["Content-Disposition"] == 'attachment; filename="club-liability.xlsx"'
    assert "points unités" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    owed = finance.get("/v1/economics/liability.pdf", month="2026-03", language="fr").content
    assert "mars 2026" in PdfReader(io.BytesIO(owed)).pages[0].extract_text()
    assert finance.get("/v1/economics/liability.pdf", month="2031-01").json()["code"] == "unknown_month"
    past = finance.get("/v1/economics/past").json()["past"]
    assert past["months"][-1]["participation"] is not None
    assert finance.get("/v1/economics/liability.docx").status_code == 422
    assert a_program("plan:read").get("/v1/economics/liability.xlsx").status_code == 403

    content = assumptions_yaml(assuming(a_segment(frequency_uplift=a(6, 0, 12)), name="Base", draws=100))
    finance.post("/v1/economics/assumptions", {"content": content})
    book = finance.get("/v1/economics/assumptions/Base/macro.xlsx", language="en")
    assert "Assumptions" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    paper = finance.get("/v1/economics/assumptions/Base/macro.pdf", language="en").content
    assert "Base" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    content = finance.get("/v1/economics/assumptions").json()["sets"][0]["assumptions"]
    tried = finance.post("/v1/economics/macro.xlsx", {"content": json.dumps(content)})
    assert tried.content.startswith(b"PK"), "what is not saved is a file too"
    finance.post(
        "/v1/economics/assumptions", {"content": assumptions_yaml(assuming(a_segment(), name="Dear"))}
    )
    beside = finance.get("/v1/economics/compared", set=["Base", "Dear"]).json()
    assert [one["name"] for one in beside["sets"]] == ["Base", "Dear"]
    book = finance.get("/v1/economics/compared.xlsx", set=["Base", "Dear"], language="en")
    assert "2 Assumptions" in openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    paper = finance.get("/v1/economics/compared.pdf", set=["Dear", "Base"], language="fr").content
    assert "Dear" in PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    twice = finance.get("/v1/economics/compared.pdf", set=["Base", "Base"])
    assert twice.json()["code"] == "invalid_request", "one set has nothing beside it"
    assert finance.get("/v1/economics/compared", set="Base").status_code == 422
    unknown = finance.get("/v1/economics/assumptions/Other/macro.pdf").json()
    assert unknown["code"] == "unknown_assumptions"

    put_stores([Store("317", "Nantes", "Nantes", is_invented=True)])
    assert finance.get("/v1/economics/liability").json()["has_invented"] is True
    assert finance.get("/v1/economics/assumptions/Base/macro").json()["has_invented"] is True
    book = finance.get("/v1/economics/liability.xlsx", language="fr")
    first = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert first["A3"].value == "Ce sont les données de la démonstration, en partie inventées."


def test_settings_and_assumptions_are_set_tried_and_refused_in_words(club: Database) -> None:
    finance = a_program("economics:read", "economics:write")
    answer = finance.put("/v1/economics/settings", {"content": "currencies: {points: {cost: 60}}"}).json()
    assert answer["settings"]["currencies"] == {"points": {"cost": 60.0, "funded": 0.0}}
    assert finance.get("/v1/economics/settings").json() == answer
    refused = finance.put("/v1/economics/settings", {"content": "currencies: {stars: {cost: 60}}"}).json()
    assert (refused["code"], refused["errors"][0]["path"]) == ("settings_have_errors", "currencies.stars")
    content = assumptions_yaml(assuming(a_segment(frequency_uplift=a(6, 0, 12)), name="Base", draws=100))
    tried = finance.post("/v1/economics/macro", {"content": content}).json()
    assert round(100 * tried["report"]["total"]["break_even_uplift"], 2) == 6.02
    assert finance.get("/v1/economics/assumptions").json() == {"sets": []}
    saved = finance.post("/v1/economics/assumptions", {"content": content})
    assert (saved.status_code, saved.json()["version"]) == (201, 1)
    assert finance.get("/v1/economics/assumptions/Base/macro").json() == tried, (
        "the same seed, the same figures"
    )
    assert finance.get("/v1/economics/assumptions/Other/macro").json()["code"] == "unknown_assumptions"
    wrong = finance.post(
        "/v1/economics/macro", {"content": content.replace("value: 60", "value: 160")}
    ).json()
    assert wrong["code"] == "assumptions_have_errors"
    assert "segments[0].participation.value" in {one["path"] for one in wrong["errors"]}
    assert (
        a_program("economics:read").post("/v1/economics/assumptions", {"content": content}).status_code == 403
    )


def test_without_a_programme_there_is_nothing_to_owe(assidu_db: Database) -> None:
    program = a_program("economics:read")
    assert program.get("/v1/economics/liability").json()["code"] == "no_programme"
    History([a_club()])
    answer = program.get("/v1/economics/liability").json()
    assert (answer["liability"]["months"], answer["liability"]["month"]) == ([], None)
    assert program.get("/v1/economics/triangle").status_code == 404
    assert program.get("/v1/economics/journal").json()["entries"] == []
