"""What stands on paper, one below the other, before anybody thinks of where a sheet ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assidu.backoffice.paper.described import Description


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence. A line that ends is a run of its own."""

    text: str
    is_strong: bool = False
    is_soft: bool = False


Text = tuple[Run, ...]
LINE_END = Run("\n")


def plain(text: Text) -> str:
    return "".join(run.text for run in text)


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` is 1 for the title, then 2 and 3."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``is_soft`` stands below something and says what it shows."""

    text: Text
    is_soft: bool = False
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    figure: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page says first, side by side."""

    each: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    text: Text
    is_end: bool = False
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """``is_whole``: where one begins and what is left."""

    cells: tuple[Cell, ...]
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[Cell, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``figures`` are the same ones as a table: they stand at the end of the paper."""

    title: str
    description: Description
    figures: Table | None


Part = Heading | Words | Figures | Table | Chart


def texts(parts: Sequence[Part]) -> Iterator[str]:
    """Everything that is written of them."""
    for part in parts:
        match part:
            case Heading(text, _level):
                yield text
            case Words(text, _is_soft, _is_item):
                yield plain(text)
            case Figures(each):
                for one in each:
                    yield from (one.label, one.figure, *one.notes)
            case Table(head, rows):
                for cells in (head, *(row.cells for row in rows)):
                    yield from (plain(cell.text) for cell in cells)
            case Chart(title, description, figures):
                yield from (title, *description.labels, *(one.name for one in description.series))
                yield from () if figures is None else texts([figures])
