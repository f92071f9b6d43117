"""The table of cases (`docs/reference/cases.md`) names tests that exist, and no case is forgotten."""

import ast
import re

from house.source import ROOT

REPOSITORY = ROOT.parents[1]
TABLE = REPOSITORY / "docs" / "reference" / "cases.md"
CASES = 32
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
MISSING = "**missing**: "


def test_every_case_has_a_test_that_exists_or_is_called_missing() -> None:
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    assert [int(number) for number, _ in rows] == list(range(1, CASES + 1))
    for number, kept in rows:
        named = TEST.findall(kept)
        assert bool(named) != kept.startswith(MISSING), f"case {number} is kept by tests, or called missing"
        for path, name in named:
            assert name in _tests_of(path), f"case {number} names {name}, which is not in {path}"


def _tests_of(path: str) -> set[str]:
    tree = ast.parse((REPOSITORY / "tests" / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
