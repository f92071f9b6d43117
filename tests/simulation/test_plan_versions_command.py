"""`assidu plan` with published versions: history, export, publish, and differences between them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assidu.cli.main import run
from assidu.decisions.calendar import local_day
from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.people import queries
from assidu.loyalty.plans import published_plans
from builders.documents import a_programme

TEXT = "# ours\n" + a_programme()
RICHER = TEXT.replace("give: 1, each: 1.00", "give: 2, each: 1.00")


def today() -> date:
    """Asked anew each time: a run of the tests may go over midnight."""
    return local_day(now(), ZoneInfo("Europe/Paris"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["plan", *arguments, "--json"])
    told = capsys.readouterr()
    assert told.out, f"{arguments} ended with {status}: {told.err}"
    return status, json.loads(told.out)


def a_file(folder: Path, text: str, name: str = "plan.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_programme_is_published_listed_exported_and_compared(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(capsys, "history")[1]["error"]["code"] == "no_plan"
    first, richer = a_file(tmp_path, TEXT), a_file(tmp_path, RICHER, "richer.yaml")
    status, answer = asked(capsys, "publish", first, "--note", "Opening")
    assert (status, answer["version"], answer["is_new"]) == (0, 1, True)
    status, answer = asked(capsys, "publish", first)
    assert (status, answer["version"], answer["is_new"]) == (0, 1, False)

    status, answer = asked(capsys, "publish", richer)
    assert (status, answer["error"]["code"]) == (1, "begins_too_early")
    tomorrow = (today() + timedelta(days=1)).isoformat()
    status, answer = asked(capsys, "publish", richer, "--first-day", tomorrow)
    assert (status, answer["version"], answer["valid_from"]) == (0, 2, tomorrow)
    assert [entry.object_id for entry in queries.audit_trail(action="plan.published").entries] == ["2", "1"]

    status, answer = asked(capsys, "history", "--language", "en")
    assert [(one["version"], one["is_live"], one["note"]) for one in answer["versions"]] == [
        (1, True, "Opening"),
        (2, False, ""),
    ]
    assert any("gives 2 points" in sentence for sentence in answer["versions"][1]["changes"])

    assert run(["plan", "export"]) == 0
    assert capsys.readouterr().out == TEXT, "as it was written, comments and all"
    assert (
        asked(capsys, "export", "--version", "2")[1]["document"]["rules"][0]["gift"]["per_amount"]["give"]
        == 2
    )

    assert asked(capsys, "diff", "live", "1")[1]["differences"] == 0
    status, answer = asked(capsys, "diff", "live", "2")
    assert (status, answer["differences"]) == (1, 2)
    assert asked(capsys, "diff", "live", richer)[1]["differences"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export", "--version", "7"), "unknown_version"),
        (("diff", "live", "7"), "unknown_version"),
        (("history", "--programme", "other"), "unknown_programme"),
    ],
)
def test_what_is_not_there_is_said(
    terminal: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: str,
) -> None:
    asked(capsys, "publish", a_file(tmp_path, TEXT))
    status, answer = asked(capsys, *arguments)
    assert (status, answer["error"]["code"]) == (2, code)


def test_a_programme_with_mistakes_or_a_day_that_is_none_is_not_published(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = a_file(tmp_path, TEXT.replace("tiers:", "tierz:"))
    assert asked(capsys, "publish", broken)[1]["error"]["code"] == "invalid_plan"
    good = a_file(tmp_path, TEXT)
    assert asked(capsys, "publish", good, "--first-day", "soon")[1]["error"]["code"] == "bad_day"
    assert published_plans("club") == []
