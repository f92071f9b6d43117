"""Rows of a JSON Lines file: objects, looked into by dotted names; or whole events, left as they are."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from assidu.connectors.files.batches import BATCH_ROWS, ListBatch, Unreadable
from assidu.connectors.files.mapping import Mapping

LINE_BYTES_MAX = 5 * 1024 * 1024
RAW = ""
"""The name of the only column of a file of events: each line as it stands."""

_decoder = msgspec.json.Decoder()


def read_json_lines(path: Path, mapping: Mapping) -> Iterator[ListBatch]:
    wanted = sorted(mapping.columns())
    with path.open("rb") as file:
        numbers = iter(range(1, 1 << 62))
        while True:
            lines = list(islice(_lines(file), BATCH_ROWS))
            if not lines:
                return
            yield _batch(list(zip(islice(numbers, len(lines)), lines, strict=True)), mapping, wanted)


def _lines(file: Any) -> Iterator[bytes]:
    """Lines of bounded length; of a longer one, its beginning, which then cannot be read."""
    while line := file.readline(LINE_BYTES_MAX):
        if not line.endswith(b"\n"):
            while (more := file.readline(LINE_BYTES_MAX)) and not more.endswith(b"\n"):
                pass
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
