"""A number that somebody typed with its unit: `20,50 €`, `€20.50`, `25,5 %`."""

from collections.abc import Iterable


def without_unit(text: str, units: Iterable[str]) -> str:
    """The text without one of ``units`` before or behind it. With any other one it stays, and is no number."""
    bare = text.strip()
    for unit in units:
        if unit and bare.upper().endswith(unit.upper()):
            return bare[: -len(unit)].strip()
        if unit and bare.upper().startswith(unit.upper()):
            return bare[len(unit) :].strip()
    return bare
