"""The source of the house, parsed once for all the rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import assidu

ROOT = Path(assidu.__file__).parent


@dataclass(frozen=True, slots=True)
class Module:
    """One file of ours."""

    path: Path
    name: str
    room: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(ROOT.parent)}:{getattr(node, 'lineno', 0)}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every module that this one imports, with `from a import b` as `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    package = (
                        self.name.split(".")[: -node.level]
                        if self.path.name != "__init__.py"
                        else self.name.split(".")
                    )
                    base = ".".join([*package, base]).rstrip(".")
                for alias in node.names:
                    yield node, f"{base}.{alias.name}"


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names = parts[:-1] if parts[-1] == "__init__" else parts
        text = path.read_text(encoding="utf-8")
        room = parts[0] if len(parts) > 1 else ""
        found.append(Module(path, ".".join(["assidu", *names]), room, text, ast.parse(text)))
    return tuple(found)


def in_rooms(*rooms: str) -> Iterator[Module]:
    return (module for module in modules() if module.room in rooms)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
