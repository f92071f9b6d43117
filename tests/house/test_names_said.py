"""What the system page and an import tell of is named in words: a check, a room or a reason that is added has some."""

import ast
from pathlib import Path

from assidu.backoffice.views.system import CHECKS, ROOMS
from house.source import ROOT

FIND = frozenset({"Finding", "not_allowed", "triggers_on"})
"""What makes a finding, its name first."""


def test_every_check_of_every_room_has_a_name_in_words() -> None:
    looked = sorted(ROOT.glob("*/checks.py"))
    assert {path.parent.name for path in looked} == ROOMS.keys()
    named = {name for path in (*looked, ROOT / "foundation" / "guards.py") for name in _names_in(path)}
    assert named == CHECKS.keys()


def _names_in(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    firsts = [one.args[0] for one in calls if isinstance(one.func, ast.Name) and one.func.id in FIND]
    return {str(first.value) for first in firsts if isinstance(first, ast.Constant)}
