"""`decisions`, `plans` and the models of `economics` are pure: what they answer depends on what they are given, and on
nothing else."""

import ast
import sys
from collections.abc import Iterator

from house.source import Module, dotted, in_rooms, modules

MODELS = "assidu.economics.models"
OUTSIDE = {
    "decisions": {"msgspec"},
    "plans": {"msgspec", "yaml", "babel"},
    "economics": {"msgspec", "numpy"},
}
OWN = {"decisions": {"decisions"}, "plans": {"plans", "decisions"}, "economics": {"decisions", "plans"}}
IMPURE = {
    "asyncio", "concurrent", "ctypes", "http", "multiprocessing", "os", "random", "secrets", "select", "shutil",
    "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}


def pure() -> Iterator[Module]:
    yield from in_rooms("decisions", "plans")
    yield from (module for module in modules() if f"{module.name}.".startswith(f"{MODELS}."))


def test_a_pure_room_imports_only_what_is_pure() -> None:
    found = [
        f"{module.at(node)} imports {name}"
        for module in pure()
        for node, name in module.imports()
        if not _may_import(module, name)
    ]
    assert not found, "\n".join(found)


def _may_import(module: Module, name: str) -> bool:
    top, _, rest = name.partition(".")
    if top == "assidu":
        return rest.split(".")[0] in OWN[module.room] or name.startswith(f"{MODELS}.")
    is_standard = top in sys.stdlib_module_names and top not in IMPURE
    return is_standard or top in OUTSIDE[module.room]


def test_a_pure_room_reads_no_clock_and_no_file() -> None:
    found = []
    for module in pure():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = dotted(node.func)
                if name.rpartition(".")[2] in CLOCKS:
                    found.append(f"{module.at(node)} reads the clock: take the time as an argument")
                if name in ("open", "input", "print"):
                    found.append(f"{module.at(node)} calls {name}")
    assert not found, "\n".join(found)


def test_decisions_count_in_whole_units() -> None:
    """A fraction of a cent is lost somewhere: amounts are integers in minor units, ratios are basis points."""
    found = []
    for module in in_rooms("decisions"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(f"{module.at(node)} has a number with a decimal point")
            if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                found.append(f"{module.at(node)} divides with /: use a named rounding")
            if isinstance(node, ast.Call) and dotted(node.func) in ("float", "round"):
                found.append(f"{module.at(node)} calls {dotted(node.func)}")
    assert not found, "\n".join(found)
