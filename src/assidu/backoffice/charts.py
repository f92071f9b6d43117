"""Charts as the pages hand them over: a description that the browser draws, and the same figures as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """``is_ground`` only holds up what is stacked on it: it is neither seen nor told. ``has_band`` fills what stands on
    a ground; ``is_dots`` shows the points of a line alone. ``ranges`` is where each figure lies, drawn as a whisker on
    its bar: none for those that are known. On a plane ``at`` is where each figure stands across, and ``at_ranges``
    between what that lies."""

    name: str
    values: Sequence[float | None]
    tone: int = 1
    is_dashed: bool = False
    has_area: bool = False
    stack: str | None = None
    is_ground: bool = False
    has_band: bool = False
    is_dots: bool = False
    is_again: bool = False  # the other part of one that has been told
    ranges: Sequence[tuple[float, float] | None] = ()
    at: Sequence[float] = ()
    at_ranges: Sequence[tuple[float, float] | None] = ()


@dataclass(frozen=True, slots=True)
class Plane:
    """A chart between two figures: what goes up, what goes across, and how the browser writes the latter."""

    up: str
    across: str
    style: str = "percent"
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """A line or bar chart, or a plane. `show` writes a figure in the table; `style` says how the browser writes it.

    ``is_across``: the bars lie. ``figures`` is the table below, where it is not what is drawn: its columns and rows.
    ``marks`` are lines across the chart: where (a label's place, or a value of a lying chart) and what they are called.
    """

    id: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    show: Callable[[float], str]
    kind: str = "line"
    style: str = "decimal"
    digits: int = 0
    names_at_ends: bool = False
    minimum: float | None = None
    first_column: str = ""
    height: str = field(default="")
    is_across: bool = False
    figures: tuple[Sequence[str], Sequence[tuple[str, Sequence[str]]]] | None = None
    marks: Sequence[tuple[float, str]] = ()
    currency: str = "EUR"
    plane: Plane | None = None

    @property
    def told(self) -> list[Series]:
        """The series that have a name to be told."""
        return [series for series in self.series if not (series.is_ground or series.is_again)]

    @property
    def columns(self) -> list[str]:
        """The heads of the table's columns, the first one aside."""
        return [series.name for series in self.told] if self.figures is None else list(self.figures[0])

    @property
    def description(self) -> dict[str, Any]:
        return {
            "kind": self.kind if self.plane is None else "plane",
            "plane": None
            if self.plane is None
            else {
                "up": self.plane.up,
                "across": self.plane.across,
                "format": self._format(self.plane.style, self.plane.digits),
            },
            "labels": list(self.labels),
            "ends": self.names_at_ends,
            "min": self.minimum,
            "across": self.is_across,
            "marks": [{"at": at, "name": name} for at, name in self.marks],
            "format": self._format(self.style, self.digits),
            "series": [
                {
                    "name": series.name,
                    "values": list(series.values),
                    "tone": series.tone,
                    "dashed": series.is_dashed,
                    "area": series.has_area,
                    "stack": series.stack,
                    "ground": series.is_ground,
                    "again": series.is_again,
                    "band": series.has_band,
                    "dots": series.is_dots,
                    "ranges": [None if one is None else list(one) for one in series.ranges],
                    "at": list(series.at),
                    "at_ranges": [None if one is None else list(one) for one in series.at_ranges],
                }
                for series in self.series
            ],
        }

    def _format(self, style: str, digits: int) -> dict[str, Any]:
        return {"style": style, "digits": digits, "currency": self.currency}

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table under the chart."""
        if self.figures is not None:
            return [(label, list(cells)) for label, cells in self.figures[1]]
        return [
            (
                label,
                ["" if (v := series.values[index]) is None else self.show(v) for series in self.told],
            )
            for index, label in enumerate(self.labels)
        ]


# ---------------------------------------------------------------- shapes that are drawn as bars on a ground


def waterfall(steps: Sequence[tuple[float, bool]], more: str, less: str, sums: str) -> list[Series]:
    """From what one begins with to what is left. Each step is a change, or (``True``) what it is by then.

    A browser stacks what is above zero and what is below it apart: so does this.
    """
    level = 0.0
    bars: dict[str, list[tuple[float, float]]] = {more: [], less: [], sums: []}
    for figure, is_sum in steps:
        before, level = (0.0, figure) if is_sum else (level, level + figure)
        name = sums if is_sum else more if figure >= 0 else less
        for known, spans in bars.items():
            spans.append((before, level) if known == name else (0.0, 0.0))
    ends = [
        next(span for span in spans if span != (0.0, 0.0))
        if any(one != (0.0, 0.0) for one in spans)
        else (0.0, 0.0)
        for spans in zip(*bars.values(), strict=True)
    ]
    series = [
        Series("", [max(min(span), 0.0) for span in ends], stack="steps", is_ground=True),
        Series("", [min(max(span), 0.0) for span in ends], stack="steps", is_ground=True),
    ]
    for tone, (name, spans) in zip((1, 2, 4), bars.items(), strict=True):
        above = [max(max(span), 0.0) - max(min(span), 0.0) for span in spans]
        below = [min(min(span), 0.0) - min(max(span), 0.0) for span in spans]
        series.append(Series(name, above, tone=tone, stack="steps"))
        if any(below):
            series.append(Series(name, below, tone=tone, stack="steps", is_again=True))
    return series


def spans(name: str, lows: Sequence[float], highs: Sequence[float], *, tone: int = 1) -> list[Series]:
    """Bars from a low to a high figure, wherever zero lies."""
    series = [
        Series("", [max(low, 0.0) for low in lows], stack="spans", is_ground=True),
        Series("", [min(high, 0.0) for high in highs], stack="spans", is_ground=True),
        Series(
            name,
            [max(high, 0.0) - max(low, 0.0) for low, high in zip(lows, highs, strict=True)],
            tone=tone,
            stack="spans",
        ),
    ]
    below = [min(low, 0.0) - min(high, 0.0) for low, high in zip(lows, highs, strict=True)]
    if any(below):
        series.append(Series(name, below, tone=tone, stack="spans", is_again=True))
    return series


def between(
    name: str, lows: Sequence[float], highs: Sequence[float], *, tone: int = 1, stack: str = "between"
) -> list[Series]:
    """Bars, or a band, from a low to a high figure."""
    return [
        Series("", list(lows), stack=stack, is_ground=True),
        Series(
            name,
            [high - low for low, high in zip(lows, highs, strict=True)],
            tone=tone,
            stack=stack,
            has_band=True,
        ),
    ]
