"""How rooms are built and how they meet: one test for each rule, which names every place that breaks it."""

import ast

from house.source import ROOT, dotted, modules

NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "manager", "managers"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals")
CLOCK = "assidu.foundation.clock"
CLOCK_CALLS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "timezone.localdate",
               "datetime.datetime.now", "datetime.date.today"}  # fmt: skip
LINES_MAX = 800


def test_there_is_a_house_to_look_at() -> None:
    """Without it every other rule here would hold."""
    assert len(modules()) > 100


def test_models_are_private_to_their_room() -> None:
    found = []
    for module in modules():
        if ".migrations." in module.name:
            continue
        for node, name in module.imports():
            parts = name.split(".")
            if parts[0] == "assidu" and "models" in parts:
                owner = ".".join(parts[: parts.index("models")])
                if not module.name.startswith(owner):
                    found.append(f"{module.at(node)} imports the models of {owner}: ask its queries")
    assert not found, "\n".join(found)


def test_every_module_is_named_after_an_idea() -> None:
    found = [module.name for module in modules() if NAMELESS & set(module.name.split("."))]
    assert not found, "concepts without a name yet"


def test_consequences_are_found_by_name_and_not_by_signal() -> None:
    found = [
        f"{module.at(node)} imports {name}: see project/wiring.py"
        for module in modules()
        for node, name in module.imports()
        if name.startswith(SIGNALS)
    ]
    assert not found, "\n".join(found)


def test_one_place_reads_the_clock() -> None:
    found = [
        f"{module.at(node)} reads the clock: ask foundation.clock"
        for module in modules()
        if module.name != CLOCK and ".migrations." not in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCK_CALLS
    ]
    assert not found, "\n".join(found)


def test_a_file_is_one_idea() -> None:
    """A signal, not a law: past this length two people change a file for two reasons."""
    long = {module.name: module.text.count("\n") for module in modules()}
    found = [
        f"{name} has {lines} lines: split it by idea" for name, lines in long.items() if lines > LINES_MAX
    ]
    assert not found, "\n".join(found)


def test_no_work_is_left_unsaid() -> None:
    found = [
        f"{module.path.name} has a {word}"
        for module in modules()
        for word in ("TODO", "FIXME", "XXX")
        if word in module.text
    ]
    assert not found, "\n".join(found)


def test_tests_are_not_part_of_the_package() -> None:
    assert not list(ROOT.rglob("test_*.py"))
