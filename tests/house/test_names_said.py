"""What the system page and an import tell of is named in words: a check, a room or a reason that is added has some."""

import ast
from pathlib import Path

from assidu.backoffice.sentences import REJECTS
from assidu.backoffice.views.system import CHECKS, ROOMS
from assidu.customers.types import Fault
from assidu.decisions.decision import RefusalCode
from house.source import ROOT

FIND = frozenset({"Finding", "not_allowed", "triggers_on"})
"""What makes a finding, its name first."""


def test_every_check_of_every_room_has_a_name_in_words() -> None:
    looked = sorted(ROOT.glob("*/checks.py"))
    assert {path.parent.name for path in looked} == ROOMS.keys()
    named = {name for path in (*looked, ROOT / "foundation" / "guards.py") for name in _names_in(path)}
    assert named == CHECKS.keys()


def test_every_reason_to_set_something_aside_has_a_sentence() -> None:
    files = (ROOT / "connectors" / "files").glob("*.py")
    unfit = {str(code.value) for path in files for code in _codes_in(path)}
    codes = unfit | {str(code) for code in (*RefusalCode, *Fault)}
    assert "incomplete_group" in codes
    assert not codes - REJECTS.keys()


def _codes_in(path: Path) -> list[ast.Constant]:
    """The codes of `faults.add(place, code, detail)` and `Fault(row, code, detail)`."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    seconds = [
        one.args[1]
        for one in calls
        if len(one.args) == 3
        and (isinstance(one.func, ast.Attribute) and one.func.attr == "add")
        | (isinstance(one.func, ast.Name) and one.func.id == "Fault")
    ]
    return [second for second in seconds if isinstance(second, ast.Constant)]


def _names_in(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    firsts = [one.args[0] for one in calls if isinstance(one.func, ast.Name) and one.func.id in FIND]
    return {str(first.value) for first in firsts if isinstance(first, ast.Constant)}
