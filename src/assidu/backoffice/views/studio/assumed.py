"""A set of assumptions as a form: every figure with its slider, its range and where it comes from; and back again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from math import ceil, floor, log10
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import formats
from assidu.backoffice.typed import PER_CENT, number_of, plain, written
from assidu.backoffice.versions import language
from assidu.backoffice.views.studio.segments import EVERYWHERE, LIKE, REMOVED, basis_of
from assidu.economics.documents import TYPED_SENTENCES
from assidu.economics.types import (
    OF_PROGRAMME,
    OF_SEGMENTS,
    PERCENT,
    SEGMENTS_MAX,
    UPLIFT,
    Assumptions,
    Bounds,
    Range,
    Segment,
)
from assidu.economics.words import BASES, FIGURES
from assidu.plans.problems import Path, Problem, path_text
from assidu.plans.wording import problem

PROGRAMME = "programme"
IN_MONEY = frozenset({"basket", *OF_PROGRAMME})
COUNTED = frozenset({"members", "frequency"})
"""Of no unit; all other figures are percentages."""
GROUPS: Sequence[tuple[str | Promise, tuple[str, ...]]] = (
    (
        gettext_lazy("What the programme changes"),
        (
            "frequency_uplift", "basket_uplift", "retention_uplift", "cannibalisation", "pull_forward",
            "self_selection",
        ),
    ),
    (gettext_lazy("What it gives"), ("face_rate", "redemption", "cost", "funded")),
    (gettext_lazy("What it costs to run"), tuple(OF_PROGRAMME)),
    (
        gettext_lazy("Members and what they buy"),
        ("members", "growth", "participation", "frequency", "basket", "margin", "vat"),
    ),
)  # fmt: skip
USUAL = {
    "members": 1_000.0,
    "growth": 5.0,
    "frequency": 4.0,
    "basket": 100.0,
    "face_rate": 10.0,
    "cost": 100.0,
    "fixed_cost": 10_000.0,
    "member_cost": 1.0,
    "investment": 100_000.0,
    "frequency_uplift": 20.0,
    "basket_uplift": 20.0,
    "retention_uplift": 20.0,
}
"""Until where a slider goes at least, where a figure has no end of its own."""
WHOLE = ("months", "ramp", "draws", "seed")
STEPS = 200


@dataclass(frozen=True, slots=True)
class Box:
    """A figure in the form. ``key`` names its fields; ``of`` is the segment it is of, where it differs from others."""

    key: str
    where: str
    label: str
    of: str
    value: str
    low: str
    high: str
    basis: str
    was: str
    least: float
    most: float
    step: float
    is_wrong: bool = False

    @property
    def id(self) -> str:
        return self.key.replace(".", "-")

    @property
    def basis_name(self) -> str:
        return str(BASES[self.basis])

    @property
    def slid(self) -> str:
        """The figure as the slider beside it takes it, in the browser's own writing."""
        return plain(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a table of them."""

    label: str
    of: str
    low: str
    value: str
    high: str
    basis: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One name, told once for all segments or once for each; ``may_part``: it could be told of each."""

    name: str
    label: str
    boxes: tuple[Box, ...]
    may_part: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A segment in the form: a code that stays, and the name that people give it."""

    place: int
    code: str
    name: str
    is_wrong: bool = False

    @property
    def where(self) -> str:
        return f"s{self.place}"

    @property
    def called(self) -> str:
        return self.name.strip() or self.code


@dataclass(frozen=True)
class Form:
    """Made from a document, or from what was typed: then ``typed`` says so, with what is wrong with it."""

    document: Assumptions
    typed: Mapping[str, str] | None = None
    wrong: tuple[Path, ...] = ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.document.segments

    @cached_property
    def named(self) -> list[Named]:
        typed = {} if self.typed is None else self.typed
        return [
            Named(
                place,
                one.code,
                typed.get(f"s{place}.name", one.name or ""),
                any(path[:3] == ("segments", place, "name") for path in self.wrong),
            )
            for place, one in enumerate(self.segments)
        ]

    @property
    def may_add(self) -> bool:
        return len(self.segments) < SEGMENTS_MAX

    @property
    def like(self) -> str:
        """Like which segment the next one begins; unless somebody chose, like the first."""
        return "0" if self.typed is None else self.typed.get(LIKE, "0")

    @property
    def removed(self) -> str:
        return "" if self.typed is None else self.typed.get(REMOVED, "")

    @cached_property
    def groups(self) -> list[Group]:
        """Without a segment there is nothing to say of one."""
        found = [Group(str(label), tuple(self._figures(names))) for label, names in GROUPS]
        return [group for group in found if group.figures]

    def _figures(self, names: Sequence[str]) -> Iterator[Figure]:
        for name in names:
            boxes = tuple(self._boxes(name))
            if boxes:
                may_part = len(self.segments) > 1 and boxes[0].where == EVERYWHERE
                yield Figure(name, str(FIGURES[name]), boxes, may_part)

    def _boxes(self, name: str) -> Iterator[Box]:
        if name in OF_PROGRAMME:
            yield self._box(PROGRAMME, name, getattr(self.document, name), "")
        elif self.is_shared(name):
            for segment in self.segments[:1]:
                yield self._box(EVERYWHERE, name, getattr(segment, name), "")
        else:
            for place, segment in enumerate(self.segments):
                yield self._box(f"s{place}", name, getattr(segment, name), segment.called)

    def is_shared(self, name: str) -> bool:
        """Whether it is told once: as it was typed, else where it is the same everywhere."""
        if self.typed is not None:
            return f"{EVERYWHERE}.{name}.value" in self.typed
        return all(getattr(one, name) == getattr(self.segments[0], name) for one in self.segments)

    def _box(self, where: str, name: str, found: Range, of: str) -> Box:
        key = f"{where}.{name}"
        least, most, step = ends(name, found)
        box = Box(
            key,
            where,
            str(FIGURES[name]),
            of,
            written(found.value),
            written(found.low),
            written(found.high),
            found.basis.value,
            _was(found),
            least,
            most,
            step,
            any(self._key(path) == key for path in self.wrong),
        )
        if self.typed is None:
            return box
        value, low, high, was = (
            self.typed.get(f"{key}.{part}", "") for part in ("value", "low", "high", "was")
        )
        basis = basis_of(self.typed, key)
        return replace(box, value=value, low=low, high=high, was=was, basis=basis)

    def _key(self, path: Path) -> str:
        match path:
            case ("segments", int() as place, str() as name, *_rest):
                return f"{EVERYWHERE if self.is_shared(name) else f's{place}'}.{name}"
            case (str() as name, *_rest):
                return f"{PROGRAMME}.{name}"
            case _:
                return ""

    def field_of(self, path: Path) -> str:
        """The name of the field in which what lies at ``path`` was typed; empty where nobody types it."""
        match path:
            case (str() as name, *_rest) if name in WHOLE or name == "name":
                return name
            case ("segments", int() as place, "name", *_rest):
                return f"s{place}.name"
            case ("segments", int(), str() as name, *_rest) if name not in OF_SEGMENTS:
                return ""
            case _ if key := self._key(path):
                return f"{key}.{path[-1] if path[-1] in ('low', 'high') else 'value'}"
            case _:
                return ""

    @property
    def lines(self) -> list[Line]:
        """Every figure with its range, as it is read where nothing can be typed."""
        return [
            Line(box.label, box.of, _local(box.low), _local(box.value), _local(box.high), box.basis_name)
            for group in self.groups
            for figure in group.figures
            for box in figure.boxes
        ]

    @property
    def rest(self) -> dict[str, str]:
        """What is not a figure with a range."""
        if self.typed is not None:
            return {name: self.typed.get(name, "") for name in ("name", *WHOLE)}
        return {"name": self.document.name} | {name: str(getattr(self.document, name)) for name in WHOLE}

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What goes with the form and is changed elsewhere: codes of segments, and when rewards are used."""
        if self.typed is not None:
            rest = [(name, self.typed.get(name, "")) for name in ("first_month", "used_by_age")]
        else:
            first = self.document.first_month
            rest = [
                ("first_month", first.isoformat() if first else ""),
                ("used_by_age", " ".join(f"{share:g}" for share in self.document.used_by_age)),
            ]
        return [*((f"{one.where}.code", one.code) for one in self.named), *rest]


def document_of(typed: Mapping[str, str], signs: Sequence[str] = ()) -> dict[str, Any]:
    """What was typed as a document, to be read like any other: a text that is no number is told as such. ``signs`` of
    the money may stand beside amounts, and the per cent sign beside a percentage."""
    segments = []
    for place in range(SEGMENTS_MAX):
        code = typed.get(f"s{place}.code")
        if code is None:
            break
        name = typed.get(f"s{place}.name", "").strip()
        segments.append(
            {"code": code}
            | ({"name": name} if name else {})
            | {figure: _range(typed, (f"s{place}", EVERYWHERE), figure, signs) for figure in OF_SEGMENTS}
        )
    document: dict[str, Any] = {"name": typed.get("name", "").strip(), "segments": segments}
    document |= {name: _range(typed, (PROGRAMME,), name, signs) for name in OF_PROGRAMME}
    document |= {name: _number(typed.get(name, "")) for name in WHOLE if typed.get(name, "").strip()}
    if typed.get("first_month"):
        document["first_month"] = typed["first_month"]
    if typed.get("used_by_age", "").strip():
        document["used_by_age"] = [_number(share, PER_CENT) for share in typed["used_by_age"].split()]
    return document


def _range(
    typed: Mapping[str, str], places: Sequence[str], name: str, signs: Sequence[str]
) -> dict[str, Any]:
    """What somebody changed is assumed from then on, whatever it was."""
    key = next(
        (f"{place}.{name}" for place in places if f"{place}.{name}.value" in typed), f"{places[0]}.{name}"
    )
    texts = {part: typed.get(f"{key}.{part}", "").strip() for part in ("value", "low", "high")}
    units = _units(name, signs)
    found: dict[str, Any] = {part: _number(text, units) for part, text in texts.items() if text}
    found.setdefault("value", "")
    return found | {"basis": basis_of(typed, key)}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake: what it is about, what it is, and the name of the field where it was typed, if it is one."""

    about: str
    said: str
    field: str


def told(form: "Form", problems: Sequence[Problem], document: Mapping[str, Any]) -> list[Wrong]:
    """Of a figure that is typed once, once. ``form`` is what was typed."""
    typed = {} if form.typed is None else form.typed
    found = (
        Wrong(
            _about(one.path, document, typed),
            problem(one, language(), TYPED_SENTENCES),
            form.field_of(one.path),
        )
        for one in problems
    )
    return list(dict.fromkeys(found))


def _about(path: Path, document: Mapping[str, Any], typed: Mapping[str, str]) -> str:
    match path:
        case ("segments", int() as place, str() as name, *_rest) if name in FIGURES:
            if f"{EVERYWHERE}.{name}.value" in typed:
                return str(FIGURES[name])
            segment = document["segments"][place]
            return f"{FIGURES[name]}, {segment.get('name') or segment['code']}"
        case (str() as name, *_rest) if name in FIGURES:
            return str(FIGURES[name])
        case ("segments", int() as place, "name", *_rest):
            return _("Name of segment %(number)s") % {"number": place + 1}
        case ("name", *_rest):
            return _("Name")
        case _:
            return path_text(path)


def ends(name: str, found: Range) -> tuple[float, float, float]:
    """From where to where a slider goes, and by which steps."""
    bounds: Bounds = OF_SEGMENTS.get(name) or OF_PROGRAMME[name]
    if bounds is PERCENT or name == "margin":
        least, most = 0.0 if found.lowest >= 0 else -100.0, 100.0
    else:
        most = _round_up(max(2 * found.highest, USUAL.get(name, 1.0)))
        least = -most / 2 if bounds is UPLIFT or name == "growth" else 0.0
        least = max(min(least, -_round_up(-found.lowest) if found.lowest < 0 else 0.0), bounds.least)
    most = min(most, bounds.most)
    return least, most, 10.0 ** floor(log10((most - least) / STEPS))


def _round_up(value: float) -> float:
    """To one digit."""
    size = 10.0 ** floor(log10(value))
    return ceil(value / size) * size


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _local(text: str) -> str:
    """With the decimal mark of the reader."""
    if not text:
        return ""
    number = Decimal(plain(text))
    return formats.number(number, min(2, max(0, -int(number.as_tuple().exponent))))


def _was(found: Range) -> str:
    return "|".join((found.basis.value, _text(found.value), _text(found.low), _text(found.high)))


def _units(name: str, signs: Sequence[str]) -> Sequence[str]:
    """What may be typed beside a figure: the unit that it has."""
    if name in IN_MONEY:
        return signs
    return () if name in COUNTED else PER_CENT


def _number(text: str, units: Sequence[str] = ()) -> float | int | str:
    found = number_of(text, units)
    return text if found is None else found


def blank(name: str) -> Assumptions:
    """What one begins with where there is no past to measure: one group of members, everything to be filled in."""
    nothing = Range(value=0.0)
    return Assumptions(
        name=name,
        segments=(
            Segment(
                code="members",
                members=nothing,
                participation=nothing,
                frequency=nothing,
                basket=nothing,
                margin=nothing,
                face_rate=nothing,
                redemption=Range(value=100.0),
                cost=Range(value=100.0),
            ),
        ),
    )
