"""Rows of a Parquet file, read row group by row group; what repeats is decoded once (needs the extra `parquet`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from assidu.connectors.files.batches import BATCH_ROWS, Unreadable
from assidu.connectors.files.conversions import text_of
from assidu.connectors.files.mapping import Mapping, MappingError

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ImportError:  # the extra is not installed; `parquet_file` says so
    pa = pc = pq = None


@dataclass(frozen=True, slots=True)
class ArrowBatch:
    """Rows that lie in Arrow's memory until they are asked for."""

    rows: Sequence[int]
    table: Any
    unreadable: Sequence[Unreadable] = ()

    def _column(self, name: str) -> Any | None:
        """The column; a dot walks into structs. An Arrow array, or nothing when it is not there."""
        first, *steps = name.split(".") if name not in self.table.column_names else [name]
        if first not in self.table.column_names:
            return None
        found = self.table.column(first).combine_chunks()
        if isinstance(found, pa.ChunkedArray):
            found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)
        for step in steps:
            if not pa.types.is_struct(found.type) or found.type.get_field_index(step) < 0:
                return None
            found = pc.struct_field(found, step)
        return found

    def values(self, column: str) -> list[Any]:
        found = self._column(column)
        if found is None:
            return [None] * len(self.rows)
        kind = found.type
        if found.null_count == 0 and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            return list(found.to_numpy(zero_copy_only=False).tolist())
        if pa.types.is_nested(kind):
            return list(found.to_pylist())
        if pa.types.is_dictionary(kind):
            found = found.cast(kind.value_type)
        return _decoded(found, lambda value: None if value == "" else value)

    def texts(self, column: str) -> list[str | None]:
        found = self._column(column)
        if found is None:
            return [None] * len(self.rows)
        if pa.types.is_nested(found.type):
            return [text_of(value) for value in found.to_pylist()]
        if pa.types.is_dictionary(found.type):
            found = found.cast(found.type.value_type)
        return _decoded(found, text_of)

    def minors(self, column: str, decimals: int) -> list[int | None] | None:
        found = self._column(column)
        if found is None or not (pa.types.is_decimal(found.type) or pa.types.is_integer(found.type)):
            return None
        try:
            scale = pa.scalar(Decimal(10**decimals), pa.decimal128(8, 0))
            whole = pc.cast(pc.multiply(found, scale), pa.int64())
        except pa.ArrowInvalid:
            # An amount with too many decimals is among them: cell by cell, so that only its own row is set aside.
            return None
        if whole.null_count == 0:
            return list(whole.to_numpy().tolist())
        values = pc.fill_null(whole, 0).to_numpy().tolist()
        return [
            None if is_null else value
            for value, is_null in zip(values, whole.is_null().to_pylist(), strict=True)
        ]

    def take(self, places: Sequence[int]) -> "ArrowBatch":
        rows = [self.rows[place] for place in places]
        return ArrowBatch(rows, self.table.take(pa.array(places, pa.int64())), self.unreadable)

    def slice(self, start: int, stop: int) -> "ArrowBatch":
        return ArrowBatch(
            self.rows[start:stop], self.table.slice(start, max(stop - start, 0)), self.unreadable
        )

    def joined(self, following: Any) -> "ArrowBatch":
        return ArrowBatch([*self.rows, *following.rows], pa.concat_tables([self.table, following.table]))


def parquet_file(path: Path, mapping: Mapping) -> Any:
    """The open file, once its columns are known to be there."""
    if pq is None:
        raise MappingError(str(path), 1, "Parquet needs pyarrow: pip install 'assidu[parquet]'")
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise MappingError(str(path), 1, f"this is no Parquet file: {error}") from error
    names = set(file.schema_arrow.names)
    if missing := sorted(
        name for name in mapping.columns() if name not in names and name.split(".")[0] not in names
    ):
        raise MappingError(mapping.path, 1, f"{path.name} has no column {', '.join(missing)}")
    return file


def row_groups(path: Path, mapping: Mapping) -> list[int]:
    """How many rows each row group has: the file can be read in parts that begin with one."""
    with parquet_file(path, mapping) as file:
        return [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]


def read_parquet(path: Path, mapping: Mapping, first_group: int = 0) -> Iterator[ArrowBatch]:
    """The columns that the mapping asks for, in batches, from one row group on."""
    with parquet_file(path, mapping) as file:
        wanted = sorted({n if n in file.schema_arrow.names else n.split(".")[0] for n in mapping.columns()})
        row = 1 + sum(file.metadata.row_group(group).num_rows for group in range(first_group))
        groups = list(range(first_group, file.num_row_groups))
        if not groups:
            return
        for found in file.iter_batches(BATCH_ROWS, row_groups=groups, columns=wanted, use_threads=False):
            yield ArrowBatch(range(row, row + found.num_rows), pa.Table.from_batches([found]))
            row += found.num_rows


def _decoded(found: Any, read: Any) -> list[Any]:
    """Each different cell is read once; the others point to it."""
    encoded = pc.dictionary_encode(found)
    known = [read(value) for value in encoded.dictionary.to_pylist()]
    known.append(None)  # what a null's index, -1, points to
    places = pc.fill_null(encoded.indices, pa.scalar(-1, pa.int32())).to_numpy(zero_copy_only=False).tolist()
    return [known[place] for place in places]
