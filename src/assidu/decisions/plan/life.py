"""The life of the programme itself: the terms that members accept, and its end."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Terms:
    """A version of the terms, in force from ``from_day`` on until the next one is."""

    version: str
    from_day: date


@dataclass(frozen=True, slots=True)
class Closing:
    """Nothing is earned after ``earns_until`` and nothing used after ``used_until``, both included.

    ``forfeits``: what is then left expires; else it stays in the books and serves for nothing.
    """

    earns_until: date
    used_until: date
    forfeits: bool = True
