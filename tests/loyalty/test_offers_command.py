"""`assidu offers allot`, `assidu draw`: done from a terminal, with what a script can read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assidu.cli.main import run
from assidu.foundation.database import Database
from builders.draw_club import a_draw_club
from builders.offer_club import a_club, told


@pytest.fixture(autouse=True)
def in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_NOW", "2026-03-02T12:00:00Z")


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_an_allotment_is_foreseen_done_once_and_taken_back(
    terminal: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    a_club(3)
    cards = tmp_path / "cards.csv"
    cards.write_text("card;name\n29900000000000;Anne\n29900000000002;Luc\n", encoding="utf-8")
    status, seen = asked(capsys, "offers", "allot", "brioche", "--audience", "young", "--dry-run")
    assert (status, seen["state"], seen["will_have"]) == (0, "looked_at", 2)
    one = str(uuid4())
    for _again in range(2):
        status, done = asked(capsys, "offers", "allot", "brioche", "--file", str(cards), "--allotment", one)
        assert (status, done["state"], done["allotted"], done["unknown_lines"]) == (0, "done", 2, 1)
    _status, listed = asked(capsys, "offers", "allotments", "brioche")
    assert [found["allotment"] for found in listed["allotments"]] == [one]
    told("x", "Offer Activated", 0, offer="brioche")
    status, undone = asked(capsys, "offers", "undo", one)
    assert (status, undone["taken_back"], undone["kept"]) == (0, 1, {"offer_begun": 1})
    status, refused = asked(capsys, "offers", "allot", "open", "--audience", "young")
    assert (status, refused["error"]["code"]) == (1, "nothing_to_allot")


def test_codes_are_made_for_each_listed_and_taken_back(
    terminal: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    a_club(3)
    status, made = asked(capsys, "offers", "codes", "half", "--audience", "young", "--pool", "March")
    assert (status, len(made["codes"]), len(made["customers"])) == (0, 2, 2)
    _status, listed = asked(capsys, "offers", "pools", "half")
    assert [(pool["name"], pool["made"], pool["state"]) for pool in listed["pools"]] == [("March", 2, "live")]
    status, gone = asked(capsys, "offers", "withdraw-codes", made["id"])
    assert (status, gone["state"], gone["run_out"]) == (0, "withdrawn", 2)
    status, refused = asked(capsys, "offers", "codes", "open")
    assert (status, refused["error"]["code"]) == (1, "no_code_offer")
    status, misused = asked(capsys, "offers", "codes", "half", "--count", "2", "--audience", "young")
    assert (status, misused["error"]["code"]) == (2, "choose_one")


def test_a_draw_is_run_exported_and_proven_from_its_file(
    terminal: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_draw_club()
    status, early = asked(capsys, "draw", "run", "summer")
    assert (status, early["error"]["code"]) == (1, "not_due")
    monkeypatch.setenv("ASSIDU_NOW", datetime(2026, 7, 8, tzinfo=UTC).isoformat())
    status, drawn = asked(capsys, "draw", "run", "summer")
    assert status == 0
    file = tmp_path / "proof.json"
    assert asked(capsys, "draw", "export", "summer", str(file))[0] == 0
    status, proven = asked(capsys, "draw", "verify", "--file", str(file))
    assert (status, proven["winners"], proven["differing"]) == (0, len(drawn["winners"]), [])
    told_otherwise = json.loads(file.read_text(encoding="utf-8"))
    told_otherwise["winners"][0][2] = told_otherwise["list"][0][0][::-1]
    file.write_text(json.dumps(told_otherwise), encoding="utf-8")
    status, forged = asked(capsys, "draw", "verify", "--file", str(file))
    assert (status, bool(forged["differing"])) == (1, True)
