"""From a file's content to a document, its marks and everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TypeVar

from msgspec import Struct, inspect

from assidu.plans.document import Document
from assidu.plans.problems import Mark, Path, Problem
from assidu.plans.reading.json import read_json
from assidu.plans.reading.nodes import BYTES_MAX, Unreadable
from assidu.plans.reading.typed import Reader
from assidu.plans.reading.yaml import read_yaml

Kind = TypeVar("Kind", bound=Struct)

KEPT_SIZE_MAX = 200_000
"""A longer text is read again each time: what is kept must stay small."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``document`` is there when all of its parts could be read; ``problems`` may still be about names that
    nobody knows. ``marks`` says where each part was written."""

    document: Document | None
    problems: tuple[Problem, ...]
    marks: Mapping[Path, Mark] = field(default_factory=dict)


def read(content: bytes | str) -> Reading:
    """YAML, or JSON when it begins with a brace."""
    return _read_once(content) if len(content) <= KEPT_SIZE_MAX else _read(content)


def _read(content: bytes | str) -> Reading:
    return Reading(*read_as(content, Document))


# Reading YAML is slow, and whoever writes a draft has the same text read on every page and again on every change.
_read_once = lru_cache(maxsize=16)(_read)


def read_as(
    content: bytes | str, kind: type[Kind]
) -> tuple[Kind | None, tuple[Problem, ...], Mapping[Path, Mark]]:
    """The same for other documents of ours: one of this kind (``None``: it cannot be read), and what is wrong."""
    try:
        text = _text(content)
        node = read_json(text) if text.lstrip(" \t\r\n").startswith("{") else read_yaml(text)
    except Unreadable as unreadable:
        return None, (unreadable.problem,), {}
    reader = Reader()
    document = reader.part(node, _type_of(kind), ())
    problems = tuple(sorted(reader.problems, key=_place))
    return document if isinstance(document, kind) else None, problems, reader.marks


@cache
def _type_of(kind: type[Struct]) -> inspect.Type:
    return inspect.type_info(kind)


def _text(content: bytes | str) -> str:
    size = len(content)
    if size > BYTES_MAX:
        raise Unreadable(Problem("too_big", figures={"most": BYTES_MAX, "found": size}))
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(Problem("not_utf8", mark=Mark(line, 1))) from error


def _place(problem: Problem) -> Mark:
    return problem.mark or Mark(0, 0)
