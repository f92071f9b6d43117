"""`assidu simulate`: as it was decided, under the plan in force, under a file; what it cannot make sense of."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assidu.cli.main import run
from assidu.foundation.database import Database
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document
from builders.history import History, on, sale


@pytest.fixture(autouse=True)
def past(terminal: Database) -> None:
    """Twenty customers under two versions: the second gives twice as much."""
    richer = replace(a_document(BASE.replace("give: 1", "give: 2")), valid_from=on(15).date())
    history = History([a_document(), richer])
    for n in range(20):
        anne = history.customer()
        history.tell(anne, sale(on(1, n), 20 + n))
        history.tell(anne, sale(on(30, n), 20 + n))
    history.write(terminal.url)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["simulate", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_it_answers_as_decided_live_and_under_a_file(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer = asked(capsys)
    assert (status, answer["plan"], answer["sales"], answer["differences"]) == (0, "as-decided", 40, 0)
    issued = answer["currencies"]["points"]["issued"]

    status, answer = asked(capsys, "--plan", "live", "--processes", "1")
    assert (status, answer["differences"], answer["causes"]) == (0, 20, {"plan": 20})
    assert (answer["unexplained"], answer["recorded"]["points"]["issued"]) == (0, issued)
    assert answer["currencies"]["points"]["issued"] == 2 * sum(2 * (20 + n) for n in range(20))
    for same in ("2", "version-2"):  # as the screens call it
        named = asked(capsys, "--plan", same, "--processes", "1")[1]
        assert (named["differences"], named["currencies"], named["against"]) == (
            20,
            answer["currencies"],
            None,
        )
    assert answer["sales_per_second"] > 0
    assert answer["seconds"] > 0

    poor = tmp_path / "poor.yaml"
    poor.write_text(to_yaml(a_document(BASE.replace("each: 1.00", "each: 10.00"))), encoding="utf-8")
    status, answer = asked(capsys, "--plan", str(poor))
    assert (status, answer["unexplained"], answer["differences"], answer["against"]) == (0, 0, 40, 2)
    cost = answer["compared"]["cost_minor"]
    assert (cost["before"], cost["after"]) == (2_360, 100), "two points for each euro, or one for ten"
    status, answer = asked(capsys, "--plan", str(poor), "--against", "recorded")
    assert (status, answer["against"], answer["compared"]) == (0, None, None)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--plan", "nowhere.yaml"), "no_such_file"),
        (("--programme", "other"), "unknown_programme"),
        (("--against", "current"), "nothing_to_compare"),
        (("--plan", "live", "--against", "9"), "unknown_plan"),
        (("--plan", "version-9"), "unknown_version"),
    ],
)
def test_what_makes_no_sense_is_told(
    terminal: Database, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str
) -> None:
    status, answer = asked(capsys, *arguments)
    assert (status, answer["error"]["code"]) == (2, code)
