"""Charts as the pages hand them over: a description that the browser draws, and the same figures as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: Sequence[float | None]
    tone: int = 1
    is_dashed: bool = False
    has_area: bool = False
    stack: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A line or bar chart. `show` writes a figure in the table; `style` says how the browser writes it."""

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

    @property
    def description(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "ends": self.names_at_ends,
            "min": self.minimum,
            "format": {"style": self.style, "digits": self.digits, "currency": "EUR"},
            "series": [
                {
                    "name": series.name,
                    "values": list(series.values),
                    "tone": series.tone,
                    "dashed": series.is_dashed,
                    "area": series.has_area,
                    "stack": series.stack,
                }
                for series in self.series
            ],
        }

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table under the chart."""
        return [
            (
                label,
                ["" if (v := series.values[index]) is None else self.show(v) for series in self.series],
            )
            for index, label in enumerate(self.labels)
        ]
