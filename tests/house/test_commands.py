"""Every command of `assidu` speaks JSON when asked to, and is explained."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from assidu.cli.main import COMMANDS, build
from assidu.foundation.settings import HASHED_STATIC


def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if not children:
        yield " ".join(path), command
        return
    for name, child in children.items():
        yield from leaves(child, (*path, name))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_takes_json_and_explains_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HASHED_STATIC, "1")  # as commands that serve do when they are built
    root: Any = typer.main.get_command(build([name]))
    for path, command in leaves(root.commands[name], (name,)):
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, f"assidu {path} has no --json"
        assert command.help, f"assidu {path} does not say what it does"


def test_every_command_is_one_line_in_the_list() -> None:
    for name, entry in COMMANDS.items():
        assert len(entry.explanation) <= 100, name
        assert entry.explanation.endswith("."), name
