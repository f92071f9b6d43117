"""`assidu fairness` and `assidu plan library`, as a terminal and a program see them."""

import json
from pathlib import Path
from typing import Any

import pytest

from assidu.cli.main import run
from assidu.foundation.database import Database
from assidu.plans.library import library
from builders.documents import BASE, a_document, a_programme, a_rule
from builders.history import History, on, sale

WEB = a_rule("{fixed: 5}", "when: {channels: [web]}", code="web")


@pytest.fixture
def past(terminal: Database) -> History:
    history = History([a_document(BASE, WEB)])
    for n in range(3):
        history.tell(history.customer(), sale(on(n), 20 + n))
    history.write(terminal.url)
    return history


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_fairness_of_the_version_in_force_is_one_object(
    past: History, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer = asked(capsys, "fairness", "--processes", "1")
    assert (status, answer["members"], answer["plan"]) == (0, 3, "live")
    base, web, gold = answer["lines"]
    assert (gold["kind"], gold["reasons"]) == ("status", {"too_little": 3})
    assert (base["reached"], base["left_out"]) == (3, 0)
    assert (web["left_out"], web["reasons"], web["is_channel_unsuited"]) == (3, {"channel": 3}, True)
    assert web["ways"][0]["values"] == ["base"]
    assert answer["not_known"]


def test_a_file_is_looked_at_before_it_is_published_over_a_period(
    past: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(a_programme(BASE, a_rule("{fixed: 1}", "when: {tiers: [gold]}", code="gold")), "utf-8")
    period = ("--from", on(1).date().isoformat(), "--to", on(2).date().isoformat())
    _, answer = asked(capsys, "fairness", "--plan", str(file), *period)
    assert [line["code"] for line in answer["lines"]] == ["base", "gold", "gold"], "a rule and a status"
    assert answer["lines"][0]["reasons"] == {"no_purchase": 1}, "the first one came before the period"
    named, live = (asked(capsys, "fairness", "--plan", one)[1]["lines"] for one in ("version-1", "live"))
    assert named == live
    assert run(["fairness", "--plan", str(file)]) == 0
    assert "[gold]" in capsys.readouterr().out


def test_what_makes_no_sense_is_refused(
    past: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(capsys, "fairness", "--plan", str(tmp_path / "none"))[1]["error"]["code"] == "no_such_file"
    backwards = ("--from", "2026-02-01", "--to", "2026-01-01")
    assert asked(capsys, "fairness", *backwards)[1]["error"]["code"] == "bad_period"
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: 1\n", "utf-8")
    assert asked(capsys, "fairness", "--plan", str(broken))[0] == 2


def test_the_library_is_listed_shown_and_tried(past: History, capsys: pytest.CaptureFixture[str]) -> None:
    _, answer = asked(capsys, "plan", "library", "list")
    assert [one["code"] for one in answer["programmes"]] == list(library())
    assert run(["plan", "library", "show", "b2b"]) == 0
    assert capsys.readouterr().out == library()["b2b"].yaml
    status, answer = asked(capsys, "plan", "library", "try", "cagnotte", "--processes", "1")
    assert (status, answer["sales"], answer["unexplained"]) == (0, 3, 0)
    assert answer["currencies"]["euros"]["issued"] >= 20 + 21 + 22
    assert (answer["against"], answer["compared"]["cost_minor"]["before"]) == (1, 63)
    status, answer = asked(capsys, "plan", "library", "try", "cagnotte", "--against", "recorded")
    assert (status, answer["against"], answer["compared"]) == (0, None, None)
    _, answer = asked(capsys, "plan", "library", "try", "cagnotte", "--against", "7")
    assert answer["error"]["code"] == "unknown_plan"
    assert asked(capsys, "plan", "library", "show", "none")[1]["error"]["code"] == "unknown_programme"
