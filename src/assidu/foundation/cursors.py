"""Cursors of long lists: where a page ended, as a word that callers hand back without reading it."""

import base64
import binascii
from typing import Any

import msgspec

TEXT_MAX = 512


class InvalidCursor(Exception):
    """Not a cursor of ours, or of another list."""


def write_cursor(*place: Any) -> str:
    """``place``: the values of the last row that the list is sorted by; dates and ids as texts."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str, *types: Any) -> tuple[Any, ...]:
    """The place that ``write_cursor`` wrote, each value of the type that the list expects."""
    if len(text) > TEXT_MAX:
        raise InvalidCursor
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        place: tuple[Any, ...] = msgspec.json.decode(content, type=tuple[types])  # type: ignore[valid-type]
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise InvalidCursor from error
    return place
