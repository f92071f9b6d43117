"""What is wrong with a document, where, and in which words it will be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way to a part of the document: ``("rules", 3, "gift", "steps")``."""


class Mark(NamedTuple):
    """A place in a file, counted from 1 as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` names the sentence (``plans.wording.problem``) that ``figures`` complete."""

    code: str
    path: Path = ()
    figures: Mapping[str, str | int] = field(default_factory=dict)
    mark: Mark | None = None
    is_warning: bool = False


def path_text(path: Path) -> str:
    """``rules[3].gift.steps``, counted from 0 as in JSON."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
