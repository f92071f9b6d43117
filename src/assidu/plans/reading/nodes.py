"""The bare tree that YAML and JSON have in common, with the place of every part, before any meaning."""

from dataclasses import dataclass
from enum import StrEnum

from assidu.plans.problems import Mark, Problem

BYTES_MAX = 2_000_000
NODES_MAX = 100_000
DEPTH_MAX = 24


class Kind(StrEnum):
    """``PLAIN`` is YAML without quotes: what it means depends on what is expected there."""

    PLAIN = "plain"
    TEXT = "text"
    NUMBER = "number"
    WORD = "word"  # true, false and null of JSON


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    kind: Kind
    mark: Mark

    @property
    def is_null(self) -> bool:
        return self.kind in (Kind.PLAIN, Kind.WORD) and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Listing:
    items: list["Node"]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries in the order of the file, keys that come twice included: whoever reads it says so."""

    entries: list[Entry]
    mark: Mark


Node = Scalar | Listing | Mapping


class Unreadable(Exception):
    """The text is not YAML or JSON at all, or goes beyond what a programme needs."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
