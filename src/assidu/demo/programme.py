"""Le Cercle, the demo's programme, in its three versions, with dates moved to the demo's year."""

import re
from datetime import date, timedelta
from importlib.resources import files

from msgspec.structs import replace

from assidu.plans.document import Document, Rule, When
from assidu.plans.reading import read

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
FILES = ("le-cercle-v1.yaml", "le-cercle-v2.yaml", "le-cercle-v3.yaml")


def plan_documents(first_day: date) -> list[Document]:
    """The opening and the two changes: days 1, 121 and 240 of the demo's year, which begins on ``first_day``."""
    written = [_written(name) for name in FILES]
    shift = first_day - written[0].valid_from
    return [_moved(document, shift) for document in written]


def plan_text(name: str) -> str:
    """One of ``FILES`` as it is written, dates of the model year included."""
    return (files("assidu.demo") / "plans" / name).read_text(encoding="utf-8")


def moved_text(name: str, first_day: date) -> str:
    """One of ``FILES`` with every date in it moved as `plan_documents` moves them, and nothing else changed."""
    shift = first_day - _written(FILES[0]).valid_from
    return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + shift).isoformat(), plan_text(name))


def _written(name: str) -> Document:
    reading = read(plan_text(name))
    assert reading.document is not None, f"{name}: {reading.problems}"
    assert not reading.problems, f"{name}: {reading.problems}"
    return reading.document


def _moved(document: Document, shift: timedelta) -> Document:
    return replace(
        document,
        valid_from=document.valid_from + shift,
        rules=tuple(_moved_rule(rule, shift) for rule in document.rules),
    )


def _moved_rule(rule: Rule, shift: timedelta) -> Rule:
    when = rule.when
    first = None if when.first_day is None else when.first_day + shift
    last = None if when.last_day is None else when.last_day + shift
    moved: When = replace(when, first_day=first, last_day=last)
    return replace(rule, when=moved)
