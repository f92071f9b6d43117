"""What is wrong with a document, where, and in which words it will be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
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


def unknown(code: str, found: str, known: Iterable[str], path: Path, *, is_warning: bool = False) -> Problem:
    """``found`` is not among ``known``: told with the one that is close, where there is one."""
    names = sorted(known)
    figures: dict[str, str | int] = {"found": found, "known": ", ".join(names[:20]) or "-"}
    close = get_close_matches(found, names, n=1, cutoff=0.6)
    if close:
        return Problem(f"{code}_close", path, {**figures, "close": close[0]}, is_warning=is_warning)
    return Problem(code, path, figures, is_warning=is_warning)
