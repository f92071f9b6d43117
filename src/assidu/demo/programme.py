"""Le Cercle, the demo's programme, in its four versions, with dates moved to the demo's year."""

import re
from datetime import date
from importlib.resources import files

from assidu.plans.document import Document
from assidu.plans.reading import read

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
FILES = ("le-cercle-v1.yaml", "le-cercle-v2.yaml", "le-cercle-v3.yaml", "le-cercle-v4.yaml")


def plan_documents(first_day: date) -> list[Document]:
    """The opening and the three changes: days 1, 121, 240 and 289 of the demo's year, which begins on ``first_day``."""
    return [_read(name, moved_text(name, first_day)) for name in FILES]


def plan_text(name: str) -> str:
    """One of ``FILES`` as it is written, dates of the model year included."""
    return (files("assidu.demo") / "plans" / name).read_text(encoding="utf-8")


def moved_text(name: str, first_day: date) -> str:
    """One of ``FILES`` with every date in it moved by as many days as the opening is, and nothing else changed."""
    shift = first_day - _read(FILES[0], plan_text(FILES[0])).valid_from
    return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + shift).isoformat(), plan_text(name))


def _read(name: str, text: str) -> Document:
    reading = read(text)
    assert reading.document is not None, f"{name}: {reading.problems}"
    assert not reading.problems, f"{name}: {reading.problems}"
    return reading.document
