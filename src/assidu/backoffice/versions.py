"""Versions and drafts of the programme as pages show them: sentences, differences, mistakes with their lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from assidu.plans.check import Examination
from assidu.plans.diff import diff
from assidu.plans.document import Document
from assidu.plans.problems import Problem, path_text
from assidu.plans.wording import Language, change, language_of, problem

LINES_AROUND = 1


def language() -> Language:
    """That of the reader."""
    return language_of(get_language())


def differences(before: Document, after: Document) -> list[str]:
    """What changes, one sentence each."""
    spoken = language()
    return [change(found, before, after, spoken) for found in diff(before, after)]


@dataclass(frozen=True, slots=True)
class Told:
    """A mistake or a warning, with the lines of the text around it."""

    sentence: str
    line: int | None
    path: str
    is_warning: bool
    excerpt: tuple[tuple[int, str, bool], ...]
    """Number, text, and whether it is the line meant."""


def told(examined: Examination, text: str) -> list[Told]:
    """Everything that was found, mistakes first, each in the order of the lines."""
    lines = text.splitlines()
    return [_told(found, lines) for found in (*examined.errors, *examined.warnings)]


def _told(found: Problem, lines: Sequence[str]) -> Told:
    line = found.mark.line if found.mark is not None else None
    excerpt: tuple[tuple[int, str, bool], ...] = ()
    if line is not None and 0 < line <= len(lines):
        first, last = max(1, line - LINES_AROUND), min(len(lines), line + LINES_AROUND)
        excerpt = tuple((n, lines[n - 1][:200], n == line) for n in range(first, last + 1))
    return Told(problem(found, language()), line, path_text(found.path), found.is_warning, excerpt)
