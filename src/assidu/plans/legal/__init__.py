"""What the law says of promotions, as dated data that comes with this version of Assidu."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

from assidu.plans.document.parts import Text


@dataclass(frozen=True, slots=True)
class Span:
    """Days are included."""

    first_day: date
    last_day: date | None
    percent: int


@dataclass(frozen=True, slots=True)
class Law:
    code: str
    name: Text
    spans: tuple[Span, ...]
    sources: tuple[str, ...]


@cache
def laws() -> dict[str, Law]:
    """Every limit that is known, by code."""
    found = {}
    for part in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if part.name.endswith(".yaml"):
            for written in yaml.load(part.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
                spans = tuple(
                    Span(span["first_day"], span.get("last_day"), span["percent"])
                    for span in written["spans"]
                )
                name = Text(fr=written["name"]["fr"], en=written["name"]["en"])
                found[written["law"]] = Law(written["law"], name, spans, tuple(written["sources"]))
    return found
