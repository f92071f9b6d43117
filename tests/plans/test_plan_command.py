"""`assidu plan`, as a person at a terminal and as a program calls it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assidu.cli.main import run
from assidu.demo.programme import plan_text
from assidu.plans.check import examine
from builders.documents import a_programme

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "plan.md"


@pytest.fixture
def good(tmp_path: Path) -> str:
    file = tmp_path / "good.yaml"
    file.write_text(a_programme(), encoding="utf-8")
    return str(file)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    file = tmp_path / "bad.yaml"
    file.write_text(a_programme().replace("tiers:", "tierss:"), encoding="utf-8")
    return str(file)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """The status, and the only JSON object on standard output."""
    status = run(["plan", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_correct_programme_is_told_so(capsys: pytest.CaptureFixture[str], good: str) -> None:
    status, answer = asked(capsys, "check", good)
    assert status == 0
    assert (answer["ok"], answer["errors"], answer["programme"], answer["rules"]) == (True, [], "club", 1)
    assert run(["plan", "check", good, "--language", "en"]) == 0
    assert "correct, 1 rule\n" in capsys.readouterr().out


def test_a_mistake_is_told_with_its_line(capsys: pytest.CaptureFixture[str], bad: str) -> None:
    status, answer = asked(capsys, "check", bad, "--language", "en")
    assert status == 1
    error = answer["errors"][0]
    assert (error["code"], error["line"], error["column"], error["path"]) == (
        "unknown_name_close",
        19,
        1,
        "tierss",
    )
    assert error["message"] == "`tierss` is not known here; did you mean `tiers`?"
    assert run(["plan", "check", bad, "--language", "fr"]) == 1
    assert "ligne 19" in capsys.readouterr().out


def test_what_changes_is_told_in_sentences(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = []
    for version in (1, 2):
        file = tmp_path / f"v{version}.yaml"
        file.write_text(plan_text(f"le-cercle-v{version}.yaml"), encoding="utf-8")
        files.append(str(file))
    status, answer = asked(capsys, "diff", *files, "--language", "en")
    assert (status, answer["differences"]) == (1, 4)
    assert {
        "kind": "changed",
        "part": "rules",
        "subject": "own-brand",
        "field": "gift",
        "sentence": "The rule “Own-brand bonus” goes from 125% to 150%.",
    } in answer["changes"]
    status, answer = asked(capsys, "diff", files[0], files[0])
    assert (status, answer["changes"]) == (0, [])
    assert run(["plan", "diff", *files, "--language", "fr"]) == 1
    assert "Semaine anniversaire" in capsys.readouterr().out


def test_a_programme_is_read_aloud(capsys: pytest.CaptureFixture[str], good: str) -> None:
    status, answer = asked(capsys, "describe", good, "--language", "en")
    assert status == 0
    assert answer["sections"][0]["lines"] == [
        {"code": "base", "sentence": "“Base” gives 1 point for each €1 spent."}
    ]
    assert run(["plan", "describe", good, "--language", "en"]) == 0
    assert "“Base” gives 1 point for each €1 spent." in capsys.readouterr().out


def test_a_wrong_programme_is_neither_compared_nor_described(
    capsys: pytest.CaptureFixture[str], good: str, bad: str
) -> None:
    for arguments in (("diff", good, bad), ("describe", bad)):
        status, answer = asked(capsys, *arguments)
        assert (status, answer["error"]["code"]) == (2, "invalid_plan")


@pytest.mark.parametrize("place", ["nowhere.yaml", "."])
def test_a_file_that_cannot_be_read_is_misuse(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str
) -> None:
    status, answer = asked(capsys, "check", str(tmp_path / place))
    assert (status, answer["error"]["code"]) == (2, "unreadable")


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = asked(capsys, "schema")
    assert (status, answer["$ref"]) == (0, "#/$defs/Document")
    assert run(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == answer


def test_the_examples_of_the_reference_are_correct() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) == 1
    assert examine(examples[0]).problems == ()
