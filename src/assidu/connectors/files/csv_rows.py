"""Rows of a CSV file. A row that cannot be read is set aside and the next one is tried."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assidu.connectors.files.batches import BATCH_ROWS, ListBatch, Unreadable
from assidu.connectors.files.mapping import FileRule, Mapping, MappingError

CELL_CHARACTERS_MAX = 1_000_000
_UNDECODED = re.compile("[\ud800-\udfff\0]")


def read_csv(path: Path, mapping: Mapping) -> Iterator[ListBatch]:
    """The columns that the mapping asks for, in batches."""
    rule = mapping.file
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    encoding = "utf-8-sig" if rule.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else rule.encoding
    # What cannot be decoded is carried as lone surrogates, and found in the row where it stands.
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=rule.delimiter)
        header = next(reader, None)
        if header is None:
            return
        names = [name.strip() for name in header]
        wanted = sorted(mapping.columns())
        if missing := [name for name in wanted if name not in names]:
            raise MappingError(mapping.path, 1, f"{path.name} has no column {', '.join(missing)}")
        places = [names.index(name) for name in wanted]
        numbers = iter(range(1, 1 << 62))
        while batch := _batch(reader, rule, numbers, len(names), dict(zip(wanted, places, strict=True))):
            yield batch


def _batch(
    reader: Iterator[list[str]], rule: FileRule, numbers: Iterator[int], width: int, places: dict[str, int]
) -> ListBatch | None:
    rows: list[list[str]] = []
    kept: list[int] = []
    unreadable: list[Unreadable] = []
    is_over = False
    for number in islice(numbers, BATCH_ROWS):
        try:
            row = next(reader)
        except StopIteration:
            is_over = True
            break
        except csv.Error as error:
            unreadable.append(Unreadable(number, str(error)))
            continue
        if not row:
            continue
        if len(row) != width:
            unreadable.append(Unreadable(number, f"{len(row)} cells instead of {width}"))
        elif _UNDECODED.search("".join(row)):
            unreadable.append(Unreadable(number, f"not valid {rule.encoding}"))
        else:
            rows.append(row)
            kept.append(number)
    if is_over and not rows and not unreadable:
        return None  # a batch of blank lines alone is not the end
    columns = list(zip(*rows, strict=True)) or [()] * width
    return ListBatch(kept, {name: list(columns[place]) for name, place in places.items()}, unreadable)
