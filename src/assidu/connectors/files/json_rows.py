"""Rows of a JSON Lines file: objects, looked into by dotted names; or whole events, left as they are."""

from collections.abc import Iterator
from io import SEEK_CUR
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from assidu.connectors.files.batches import BATCH_ROWS, ListBatch, Unreadable
from assidu.connectors.files.mapping import Mapping

LINE_BYTES_MAX = 5 * 1024 * 1024
STRETCH_BYTES_MIN = 1024 * 1024
RAW = ""
"""The name of the only column of a file of events: each line as it stands."""

_decoder = msgspec.json.Decoder()


def read_json_lines(
    path: Path, mapping: Mapping, first_row: int = 1, first_byte: int = 0, stop_byte: int | None = None
) -> Iterator[ListBatch]:
    """The lines from one place of the file to another; ``first_row`` is the number of the first."""
    wanted = sorted(mapping.columns())
    with path.open("rb") as file:
        file.seek(first_byte)
        row = first_row
        rest = _lines(file, None if stop_byte is None else stop_byte - first_byte)
        while lines := list(islice(rest, BATCH_ROWS)):
            yield _batch(list(enumerate(lines, start=row)), mapping, wanted)
            row += len(lines)


def stretches_of_lines(path: Path, count: int) -> list[tuple[int, int, int, int]]:
    """The file cut at ends of lines into about so many: number of the first line, lines, first byte, end."""
    size = path.stat().st_size
    step = max(size // count + 1, STRETCH_BYTES_MIN)
    found: list[tuple[int, int, int, int]] = []
    row, start = 1, 0
    with path.open("rb") as file:
        while start < size:
            lines, left = 0, min(step, size - start)
            file.seek(start)
            while left > 0 and (block := file.read(min(left, 1 << 20))):
                lines += block.count(b"\n")
                left -= len(block)
            # To the end of the line that the last byte is in.
            file.seek(-1, SEEK_CUR)
            if file.read(1) != b"\n":
                file.readline()
                lines += 1
            found.append((row, lines, start, file.tell()))
            row, start = row + lines, file.tell()
    return found or [(1, 0, 0, 0)]


def _lines(file: BinaryIO, left: int | None) -> Iterator[bytes]:
    """Lines of bounded length; of a longer one, its beginning, which then cannot be read."""
    while (left is None or left > 0) and (line := file.readline(LINE_BYTES_MAX)):
        taken = len(line)
        if not line.endswith(b"\n"):
            while more := file.readline(LINE_BYTES_MAX):
                taken += len(more)
                if more.endswith(b"\n"):
                    break
        if left is not None:
            left -= taken
        yield line


def _batch(numbered: list[tuple[int, bytes]], mapping: Mapping, wanted: list[str]) -> ListBatch:
    if not numbered:
        return ListBatch([], {})
    if numbered[0][0] == 1 and numbered[0][1].startswith(b"\xef\xbb\xbf"):
        numbered[0] = (1, numbered[0][1][3:])
    is_utf8 = mapping.file.encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")
    rows: list[int] = []
    objects: list[Any] = []
    unreadable: list[Unreadable] = []
    for number, line in numbered:
        if not line.strip():
            continue
        try:
            text = line if is_utf8 else line.decode(mapping.file.encoding).encode()
            if mapping.event is None and mapping.record is None:
                objects.append(text)
            else:
                found = _decoder.decode(text)
                if not isinstance(found, dict):
                    raise ValueError("not a JSON object")
                objects.append(found)
            rows.append(number)
        except (ValueError, RecursionError) as error:
            reason = "not a JSON object" if isinstance(error, msgspec.DecodeError) else str(error)
            unreadable.append(Unreadable(number, reason))
    return ListBatch(rows, columns_of_objects(objects, wanted) if wanted else {RAW: objects}, unreadable)


def columns_of_objects(objects: list[Any], names: list[str]) -> dict[str, list[Any]]:
    """The columns of these objects; a dot walks into objects within."""
    return {name: [_walk(one, name.split(".")) for one in objects] for name in names}


def _walk(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return None if value == "" else value
