"""Rows as they are read, some thousands at a time and column by column: one shape for every format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assidu.connectors.files.conversions import text_of

BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no row: it is set aside before any mapping looks at it."""

    row: int
    reason: str


class Batch(Protocol):
    """Some rows. ``rows`` are their numbers in the file, from 1; a column that is not there is absent everywhere."""

    @property
    def rows(self) -> Sequence[int]: ...

    @property
    def unreadable(self) -> Sequence[Unreadable]: ...

    def values(self, column: str) -> list[Any]:
        """The cells as the file has them; ``None`` is absent."""

    def texts(self, column: str) -> list[str | None]: ...

    def minors(self, column: str, decimals: int) -> list[int | None] | None:
        """Exact amounts in minor units, where the format can tell them at once; else ``None``."""

    def take(self, places: Sequence[int]) -> "Batch": ...

    def slice(self, start: int, stop: int) -> "Batch": ...

    def joined(self, following: "Batch") -> "Batch": ...


@dataclass(frozen=True, slots=True)
class ListBatch:
    """Columns as lists: CSV and JSON Lines."""

    rows: Sequence[int]
    columns: Mapping[str, list[Any]]
    unreadable: Sequence[Unreadable] = field(default=())

    def values(self, column: str) -> list[Any]:
        found = self.columns.get(column)
        return [None] * len(self.rows) if found is None else found

    def texts(self, column: str) -> list[str | None]:
        return [value if type(value) is str and value else text_of(value) for value in self.values(column)]

    def minors(self, column: str, decimals: int) -> list[int | None] | None:  # noqa: ARG002 (the protocol's)
        return None

    def take(self, places: Sequence[int]) -> "ListBatch":
        return ListBatch(
            [self.rows[place] for place in places],
            {name: [values[place] for place in places] for name, values in self.columns.items()},
            self.unreadable,
        )

    def slice(self, start: int, stop: int) -> "ListBatch":
        return ListBatch(
            self.rows[start:stop],
            {name: values[start:stop] for name, values in self.columns.items()},
            self.unreadable,
        )

    def joined(self, following: "Batch") -> "ListBatch":
        assert isinstance(following, ListBatch)
        return ListBatch(
            [*self.rows, *following.rows],
            {name: self.columns[name] + following.columns[name] for name in self.columns},
            [*self.unreadable, *following.unreadable],
        )
