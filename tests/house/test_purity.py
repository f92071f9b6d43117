"""`decisions`, `plans` and the models of `economics` are pure: what they answer depends on what they are given, and on
nothing else."""

import ast
import sys

import pytest

from house.source import Module, dotted, in_rooms, modules

MODELS = "assidu.economics.models"
OUTSIDE = {
    "decisions": {"msgspec"},
    "plans": {"msgspec", "ruamel", "yaml", "babel"},
    "economics": {"msgspec", "numpy"},
}
OWN = {"decisions": {"decisions"}, "plans": {"plans", "decisions"}, "economics": {"decisions", "plans"}}
IMPURE = {
    "asyncio", "concurrent", "ctypes", "http", "multiprocessing", "os", "random", "secrets", "select", "shutil",
    "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
PURE = [
    pytest.param(module, id=module.name)
    for module in (
        *in_rooms("decisions", "plans"),
        *(module for module in modules() if f"{module.name}.".startswith(f"{MODELS}.")),
    )
]
DECIDING = [pytest.param(module, id=module.name) for module in in_rooms("decisions")]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_room_imports_only_what_is_pure(module: Module) -> None:
    for node, name in module.imports():
        top, _, rest = name.partition(".")
        if top == "assidu":
            is_own = rest.split(".")[0] in OWN[module.room] or name.startswith(f"{MODELS}.")
            assert is_own, f"{module.at(node)} imports {name}"
        else:
            is_standard = top in sys.stdlib_module_names and top not in IMPURE
            assert is_standard or top in OUTSIDE[module.room], f"{module.at(node)} imports {name}"


@pytest.mark.parametrize("module", PURE)
def test_a_pure_room_reads_no_clock_and_no_file(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            assert name.rpartition(".")[2] not in CLOCKS, (
                f"{module.at(node)} reads the clock: take the time as an argument"
            )
            assert name not in ("open", "input", "print"), f"{module.at(node)} calls {name}"


@pytest.mark.parametrize("module", DECIDING)
def test_decisions_count_in_whole_units(module: Module) -> None:
    """A fraction of a cent is lost somewhere: amounts are integers in minor units, ratios are basis points."""
    for node in ast.walk(module.tree):
        is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
        assert not is_float, f"{module.at(node)} has a number with a decimal point"
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        assert not is_division, f"{module.at(node)} divides with /: use a named rounding"
        if isinstance(node, ast.Call):
            assert dotted(node.func) not in ("float", "round"), f"{module.at(node)} calls {dotted(node.func)}"
