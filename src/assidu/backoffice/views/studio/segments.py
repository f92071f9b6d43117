"""Segments in the form of assumptions: begun, taken away, put back, told apart. Only what was typed is moved about: it
is read afterwards like anything else, so a figure that makes no sense stays as it was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from assidu.backoffice.typed import plain
from assidu.economics.types import OF_SEGMENTS, SEGMENTS_MAX, Measured

EVERYWHERE = "all"
LIKE = "like"
"""The field that says like which segment a new one begins; empty: like none."""
REMOVED = "removed"
"""The field that holds the segment that was taken away last, until the form is left."""
ENDS = ("value", "low", "high")
BLANK = {"redemption": "100", "cost": "100"}
"""Of a segment that is like no other: prudent, and nothing is sold in it yet."""
OWN = {"code", "name"} | {f"{name}.{end}" for name in OF_SEGMENTS for end in (*ENDS, "was")}

Typed = dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """``said``: what was done, in a sentence; ``place``: the segment that was added."""

    typed: Typed
    said: str = ""
    place: int | None = None


def changed(typed: Mapping[str, str], wanted: str) -> Change | None:
    """What the form holds after one of its buttons; ``None``: that button is about something else."""
    verb, _colon, about = wanted.partition(":")
    match verb:
        case "add":
            return _added(dict(typed))
        case "remove":
            place = int(about) if about.isdigit() else SEGMENTS_MAX
            return _removed(dict(typed), place) if place < count(typed) else Change(dict(typed))
        case "restore":
            return _restored(dict(typed))
        case "apart":
            return Change(_apart(dict(typed), [name for name in OF_SEGMENTS if about in ("", name)]))
        case _:
            return None


def count(typed: Mapping[str, str]) -> int:
    place = 0
    while place < SEGMENTS_MAX and f"s{place}.code" in typed:
        place += 1
    return place


def name_of(typed: Mapping[str, str], place: int) -> str:
    return typed.get(f"s{place}.name", "").strip() or typed[f"s{place}.code"]


def basis_of(typed: Mapping[str, str], key: str) -> str:
    """What somebody changed is assumed from then on, whatever it was."""
    now = (plain(typed.get(f"{key}.{end}", "")) for end in ENDS)
    is_measured = typed.get(f"{key}.was", "") == "|".join((Measured.MEASURED, *now))
    return (Measured.MEASURED if is_measured else Measured.ASSUMED).value


def _added(typed: Typed) -> Change:
    """It begins without members, so that nobody counts twice; and nothing was measured of it."""
    there = count(typed)
    if there == SEGMENTS_MAX:
        return Change(typed, _("%(most)s segments are as many as there can be.") % {"most": SEGMENTS_MAX})
    like = typed.get(LIKE, "")
    model = int(like) if like.isdigit() and int(like) < there else None
    typed = _apart(
        typed,
        [
            name
            for name in OF_SEGMENTS
            if name == "members" or basis_of(typed, f"{EVERYWHERE}.{name}") == Measured.MEASURED
        ],
    )
    name = _free_name(typed)
    typed |= {f"s{there}.code": _free_code(typed), f"s{there}.name": name}
    for figure in OF_SEGMENTS:
        if f"{EVERYWHERE}.{figure}.value" not in typed:
            blank = {"value": BLANK.get(figure, "0")}
            for end in ENDS:
                copied = None if figure == "members" else typed.get(f"s{model}.{figure}.{end}")
                typed[f"s{there}.{figure}.{end}"] = blank.get(end, "") if copied is None else copied
    if model is None:
        said = _("%(name)s is added, without members: say what it is called, and its figures.")
        return Change(typed, said % {"name": name}, there)
    said = _("%(name)s is added, like %(other)s but without members: say what it is called, and how many.")
    return Change(typed, said % {"name": name, "other": name_of(typed, model)}, there)


def _removed(typed: Typed, place: int) -> Change:
    """With all of its figures, also those that are told once: it may come back when nobody tells them any more."""
    name = name_of(typed, place)
    gone = {"place": str(place)} | {
        part: typed.get(f"s{place}.{part}", typed.get(f"{EVERYWHERE}.{part}", "")) for part in sorted(OWN)
    }
    for at in range(place, count(typed)):
        _move(typed, at + 1, at)
    typed[REMOVED] = urlencode({part: text for part, text in gone.items() if text})
    return Change(typed, _("%(name)s is taken away.") % {"name": name})


def _restored(typed: Typed) -> Change:
    gone = dict(parse_qsl(typed.pop(REMOVED, "")))
    there = count(typed)
    if "code" not in gone or there == SEGMENTS_MAX:
        return Change(typed)
    place = min(int(gone["place"]), there) if gone.get("place", "").isdigit() else there
    for at in range(there, place, -1):
        _move(typed, at - 1, at)
    for part in OWN:
        if f"{EVERYWHERE}.{part}" not in typed:
            typed[f"s{place}.{part}"] = gone.get(part, "")
    return Change(typed, _("%(name)s is back.") % {"name": name_of(typed, place)}, place)


def _move(typed: Typed, source: int, target: int) -> None:
    """What was typed of one place is of the other; where nothing was, nothing is."""
    for part in OWN:
        typed.pop(f"s{target}.{part}", None)
        if f"s{source}.{part}" in typed:
            typed[f"s{target}.{part}"] = typed.pop(f"s{source}.{part}")


def _apart(typed: Typed, names: Iterable[str]) -> Typed:
    """Figures that are told once are told of each segment, the same to begin with."""
    for name in names:
        for end in (*ENDS, "was"):
            text = typed.pop(f"{EVERYWHERE}.{name}.{end}", None)
            if text is not None:
                typed |= {f"s{place}.{name}.{end}": text for place in range(count(typed))}
    return typed


def _free_code(typed: Typed) -> str:
    """That of the segment that may come back is not free."""
    taken = {typed[f"s{place}.code"] for place in range(count(typed))}
    taken |= {code for part, code in parse_qsl(typed.get(REMOVED, "")) if part == "code"}
    number = 1
    while f"segment-{number}" in taken:
        number += 1
    return f"segment-{number}"


def _free_name(typed: Typed) -> str:
    taken = {name_of(typed, place).casefold() for place in range(count(typed))}
    number, name = 1, _("New segment")
    while name.casefold() in taken:
        number += 1
        name = _("New segment %(number)s") % {"number": number}
    return name
