"""Which programme a bench decides its load under, and what the whole vocabulary costs by paired runs."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from msgspec import structs

from assidu.bench.programme import PROGRAMME, bench_document
from assidu.demo.programme import plan_documents
from assidu.plans.document import Document

BEGAN = date(2020, 1, 1)
_DAYS_BEFORE = 300
"""So long ago Le Cercle opened: its last version is in force, its next draw is to come, its offers run."""
_FIGURES = ("rate", "limit", "ratio")


class Vocabulary(StrEnum):
    """The fifty rules of the fixed load; Le Cercle as it opened; Le Cercle with all that came since."""

    FIXED = "fixed"
    FIRST = "first"
    FULL = "full"


def document_of(vocabulary: Vocabulary, today: date) -> Document:
    """Under the bench's own name, and in force for as long as any load goes back."""
    if vocabulary is Vocabulary.FIXED:
        return bench_document()
    versions = plan_documents(today - timedelta(days=_DAYS_BEFORE))
    chosen = versions[0 if vocabulary is Vocabulary.FIRST else -1]
    return structs.replace(chosen, programme=PROGRAMME, valid_from=BEGAN)


def paired(run: Callable[[Vocabulary], dict[str, Any]]) -> dict[str, Any]:
    """Both of Le Cercle's, one right after the other: the full one's answer, and what it is of the first one's."""
    first, full = run(Vocabulary.FIRST), run(Vocabulary.FULL)
    return {
        **full,
        "paired": {
            Vocabulary.FIRST.value: _figures(first),
            Vocabulary.FULL.value: _figures(full),
            "full_to_first": {name: round(full[name] / first[name], 3) for name in _FIGURES if first[name]},
        },
    }


def _figures(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in _FIGURES}
