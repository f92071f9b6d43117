"""A chart as pages describe it (`backoffice.charts`), read again."""

import msgspec


class Format(msgspec.Struct, frozen=True):
    style: str = "decimal"
    digits: int = 0
    currency: str = "EUR"


class Mark(msgspec.Struct, frozen=True):
    at: float
    name: str


class Series(msgspec.Struct, frozen=True):
    name: str
    values: tuple[float | None, ...]
    tone: int = 1
    dashed: bool = False
    area: bool = False
    stack: str | None = None
    ground: bool = False
    again: bool = False
    band: bool = False
    dots: bool = False
    ranges: tuple[tuple[float, float] | None, ...] = ()
    at: tuple[float, ...] = ()
    at_ranges: tuple[tuple[float, float] | None, ...] = ()


class Plane(msgspec.Struct, frozen=True):
    up: str
    across: str
    format: Format


class Description(msgspec.Struct, frozen=True):
    kind: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    format: Format = Format()
    marks: tuple[Mark, ...] = ()
    across: bool = False
    min: float | None = None
    plane: Plane | None = None
    ends: bool = False

    @property
    def is_line(self) -> bool:
        return self.kind in ("line", "plane")

    @property
    def keys(self) -> list[Series]:
        """Those that are told by their name; one that comes in two parts is told once."""
        return list(
            {one.name: one for one in reversed(self.series) if not (one.ground or one.again)}.values()
        )[::-1]


def described(text: str) -> Description:
    return msgspec.json.decode(text, type=Description)
