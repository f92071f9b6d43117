"""What one asks of a trial: which plans, how many customers, and what is assumed of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from msgspec import structs

from assidu.backoffice.typed import PER_CENT, number_of, written
from assidu.economics.micro.types import DRAWN, PLANS_MAX, Behaviour, Range
from assidu.economics.words import BEHAVIOUR

ENDS = ("low", "value", "high")
FEW = 500
"""As many customers as answer within a minute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan that may be tried. ``made_of`` is kept, ``label`` says it."""

    key: str
    made_of: str
    label: str
    yaml: str


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the form: its name, its words, what stands in its boxes, whether it cannot be read."""

    name: str
    label: str
    low: str
    value: str
    high: str
    is_wrong: bool


class TrialForm:
    """``data`` as it was sent, or nothing: then it begins from ``start``. What is left empty is as it was measured."""

    def __init__(
        self,
        sources: Sequence[Asked],
        start: Behaviour | None,
        data: Mapping[str, object] | None,
        chosen: Sequence[str],
    ) -> None:
        self.sources = sources
        self.chosen = chosen or [one.key for one in sources[:1]]
        self._data = data
        self._start = start

    @property
    def plans(self) -> list[Asked]:
        return [one for one in self.sources if one.key in self.chosen]

    @cached_property
    def lines(self) -> list[Line]:
        return [
            Line(
                name,
                str(BEHAVIOUR[name]),
                self._box(name, "low"),
                self._box(name, "value"),
                self._box(name, "high"),
                name in self.wrong,
            )
            for name in DRAWN
        ]

    @property
    def customers(self) -> str:
        return self._text("customers") if self._data is not None else ""

    @property
    def seed(self) -> str:
        return (
            self._text("seed") if self._data is not None else str((self._start or Behaviour()).seed)
        ) or "1"

    @cached_property
    def wrong(self) -> set[str]:
        """The figures that cannot be read, or do not lie between their ends."""
        found = set()
        for name, bounds in DRAWN.items():
            given = [self._box(name, end) for end in ENDS]
            if not any(given):
                continue
            read = [one for text in given if (one := _number(text)) is not None]
            is_inside = (
                len(read) == len(ENDS) and bounds.least <= read[0] <= read[1] <= read[2] <= bounds.most
            )
            if not is_inside:
                found.add(name)
        return found

    @property
    def mistakes(self) -> list[str]:
        found = []
        if not 1 <= len(self.plans) <= PLANS_MAX:
            found.append(_("Choose one to %(most)s plans.") % {"most": PLANS_MAX})
        if self.wrong:
            found.append(_("Each figure lies between its lowest and its highest; or leave all three empty."))
        if self.customers and not (self.customers.isdecimal() and int(self.customers) > 0):
            found.append(_("How many customers: a whole number, or nothing for all of them."))
        if not self.seed.isdecimal():
            found.append(_("The seed is a whole number."))
        return found

    def behaviour(self, measured: Behaviour) -> Behaviour:
        """Of a form without mistakes: what was written, and else what was measured."""
        changes: dict[str, object] = {"seed": int(self.seed)}
        if self.customers:
            changes["customers_max"] = int(self.customers)
        for name in DRAWN:
            figures = [_number(self._box(name, end)) for end in ENDS]
            if all(one is not None for one in figures):
                low, value, high = figures
                assert value is not None
                written = Range(value=value, low=low, high=high)
                known: Range = getattr(measured, name)
                is_same = (known.lowest, known.value, known.highest) == (low, value, high)
                changes[name] = known if is_same else written
        return structs.replace(measured, **changes)

    def _box(self, name: str, end: str) -> str:
        if self._data is not None:
            return self._text(f"{name}-{end}")
        if self._start is None:
            return ""
        one: Range = getattr(self._start, name)
        return written({"low": one.lowest, "value": one.value, "high": one.highest}[end])

    def _text(self, name: str) -> str:
        assert self._data is not None
        return str(self._data.get(name, "")).strip()


def _number(text: str) -> float | None:
    found = number_of(text, PER_CENT)
    return float(found) if found is not None and abs(found) < 1e9 else None
