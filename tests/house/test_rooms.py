"""How rooms are built and how they meet."""

import ast
from pathlib import Path

import pytest

from house.source import Module, dotted, modules

ALL = [pytest.param(module, id=module.name) for module in modules()]
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "manager", "managers"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals")
CLOCK = "assidu.foundation.clock"
CLOCK_CALLS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "timezone.localdate",
               "datetime.datetime.now", "datetime.date.today"}  # fmt: skip
LINES_MAX = 800


@pytest.mark.parametrize("module", ALL)
def test_models_are_private_to_their_room(module: Module) -> None:
    if ".migrations." in module.name:
        return
    for node, name in module.imports():
        parts = name.split(".")
        if parts[0] == "assidu" and "models" in parts:
            owner = ".".join(parts[: parts.index("models")])
            assert module.name.startswith(owner), (
                f"{module.at(node)} imports the models of {owner}: ask its queries"
            )


@pytest.mark.parametrize("module", ALL)
def test_every_module_is_named_after_an_idea(module: Module) -> None:
    assert not NAMELESS & set(module.name.split(".")), f"{module.name}: a concept without a name yet"


@pytest.mark.parametrize("module", ALL)
def test_consequences_are_found_by_name_and_not_by_signal(module: Module) -> None:
    for node, name in module.imports():
        assert not name.startswith(SIGNALS), f"{module.at(node)} imports {name}: see project/wiring.py"


@pytest.mark.parametrize("module", ALL)
def test_one_place_reads_the_clock(module: Module) -> None:
    if module.name == CLOCK or ".migrations." in module.name:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            assert dotted(node.func) not in CLOCK_CALLS, (
                f"{module.at(node)} reads the clock: ask foundation.clock"
            )


@pytest.mark.parametrize("module", ALL)
def test_a_file_is_one_idea(module: Module) -> None:
    """A signal, not a law: past this length two people change a file for two reasons."""
    lines = module.text.count("\n")
    assert lines <= LINES_MAX, f"{module.path.name} has {lines} lines: split it by idea"


@pytest.mark.parametrize("module", ALL)
def test_no_work_is_left_unsaid(module: Module) -> None:
    for word in ("TODO", "FIXME", "XXX"):
        assert word not in module.text, f"{module.path.name} has a {word}"


def test_tests_are_not_part_of_the_package() -> None:
    assert not [module.path for module in modules() if Path(module.path).name.startswith("test_")]
